package mapping

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestGlobs(t *testing.T) {
	for _, c := range []struct {
		glob string
		yes  []string
		no   []string
	}{
		{"*отчёт*", []string{"Отчёт.docx", "ОТЧЕТ о сбое.pdf", "наш отчет", "отче\u0308т.docx"}, []string{"отчот.docx", ""}},
		{"*cause*.pdf", []string{"cause.pdf", "Root-Cause v2.PDF"}, []string{"cause.pdf.exe", "cause.docx"}},
		{"журнал*", []string{"Журнал.log", "журнал"}, []string{"мой журнал.log"}},
		{"*.log", []string{"a.log", ".log", "a.b.log"}, []string{"a.logs", "log"}},
		{"report-??.txt", []string{"report-07.txt", "REPORT-ёж.txt"}, []string{"report-7.txt", "report-007.txt"}},
		{"Какой-то файл", []string{"какои\u0306-то фаи\u0306л"}, []string{"какой-то файл.txt"}},
		{"[a-b].txt", []string{"[A-B].txt"}, []string{"a.txt"}},
		{"*", []string{"", "anything"}, nil},
		{"**a**", []string{"a", "bab"}, []string{"b"}},
	} {
		for _, name := range c.yes {
			if !newGlob(c.glob).match(name) {
				t.Errorf("%q does not match %q", c.glob, name)
			}
		}
		for _, name := range c.no {
			if newGlob(c.glob).match(name) {
				t.Errorf("%q matches %q", c.glob, name)
			}
		}
	}
}

// FuzzGlob holds the matcher against the same pattern as a regular expression.
func FuzzGlob(f *testing.F) {
	f.Add("*отчёт*", "Отчет.docx")
	f.Add("a*b*c?", "aXbXbXcd")
	f.Add("*a*a*a*a*a*b", strings.Repeat("a", 60))
	f.Add("**", "")
	f.Add("?", "ё")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 200 || len(name) > 2000 || !utf8.ValidString(pattern) || !utf8.ValidString(name) {
			return
		}
		re := regexp.QuoteMeta(fold(pattern))
		re = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(re)
		want := regexp.MustCompile(`(?s)\A` + re + `\z`).MatchString(fold(name))
		if got := newGlob(pattern).match(name); got != want {
			t.Errorf("glob %q on %q: %v, want %v", pattern, name, got, want)
		}
	})
}
