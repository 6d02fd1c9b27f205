package mapping

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestGists(t *testing.T) {
	long := strings.Repeat("слово ", 60)
	for _, c := range []struct{ name, note, gist, question string }{
		{"one sentence", "Проверили журналы.", "Проверили журналы", "Проверили журналы"},
		{
			"a greeting says nothing", "Здравствуйте, Кира!\r\n\r\nПроверили журналы.", "Проверили журналы", "Проверили журналы",
		},
		{"a greeting on a line of its own", "Добрый день,\nпроверили журналы", "проверили журналы", "проверили журналы"},
		{
			"a greeting that tells something", "Здравствуйте, проверили журналы. Ошибка в кэше.",
			"Здравствуйте, проверили журналы. Ошибка в кэше", "Здравствуйте, проверили журналы. Ошибка в кэше",
		},
		{
			"a word that only begins so", "High load!\nWe look into it.", "High load！ We look into it",
			"High load！ We look into it",
		},
		{"nothing but a greeting", "Hello!", "Hello！", "Hello！"},
		{"quotations are others' words", "> не работает\nПочинили.", "Починили", "Починили"},
		{
			"questions go first when asking", "Посмотрели журналы. Какая у вас версия? Ждём ответа.",
			"Посмотрели журналы. Какая у вас версия? Ждём ответа", "Какая у вас версия?",
		},
		{
			"abbreviations end no sentence", "Журналы за 27.11.2026 г. и т. д. проверены.",
			"Журналы за 27.11.2026 г. и т. д. проверены", "Журналы за 27.11.2026 г. и т. д. проверены",
		},
		{"whole sentences where they fit", "Первое предложение. " + long + ".", "Первое предложение", "Первое предложение"},
		{"cut where they do not", long, EscapeMarkup(strings.TrimSpace(long)), EscapeMarkup(strings.TrimSpace(long))},
		{"an ellipsis stays", "Ждём...", "Ждём․․․", "Ждём․․․"},
		{"markup", "*Важно*: `SELECT` {{include(x)}}", "Важно: SELECT ｛｛include（x)｝｝", "Важно: SELECT ｛｛include（x)｝｝"},
		{"nothing", " \n> only a quotation", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := gistOf(c.note); got != c.gist {
				t.Errorf("gist %q, want %q", got, c.gist)
			}
			if got := questionOf(c.note); got != c.question {
				t.Errorf("question %q, want %q", got, c.question)
			}
		})
	}
}

// FuzzGist: whatever staff wrote, what is repeated of it is short, one line, and Plain already.
func FuzzGist(f *testing.F) {
	for _, s := range []string{
		"", "Здравствуйте!\nА. Б? В", "> x", "a. b. c.", strings.Repeat("слово. ", 99), "\xff\xfe.",
		"...", "т. д. ", ". ? ! …",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, note string) {
		for _, got := range []string{gistOf(note), questionOf(note)} {
			if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r") || utf8.RuneCountInString(got) > 3*maxEscaped {
				t.Errorf("of %q: %q", note, got)
			}
			if strings.ContainsAny(got, "*@#![]{}<>|\\`~^\"&") {
				t.Errorf("of %q: %q holds markup", note, got)
			}
		}
	})
}
