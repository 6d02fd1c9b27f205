package message

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// withCatalogue puts sentences into the Russian catalogue for a test.
func withCatalogue(t *testing.T, text string) {
	t.Helper()
	var entries map[Format]entry
	if err := json.Unmarshal([]byte(text), &entries); err != nil {
		t.Fatal(err)
	}
	for f, e := range entries {
		catalogues["ru"].entries[f] = e
		t.Cleanup(func() { delete(catalogues["ru"].entries, f) })
	}
}

func TestCountsTakeTheirForm(t *testing.T) {
	withCatalogue(t, `{"%s: requests: %d": {
		"one": "%s: %d запрос", "few": "%s: %d запроса", "many": "%s: %d запросов", "other": "%s: %d запроса"}}`)
	for n, want := range map[int]string{
		0: "a: 0 запросов", 1: "a: 1 запрос", 3: "a: 3 запроса", 5: "a: 5 запросов", 11: "a: 11 запросов",
		21: "a: 21 запрос", 1234: "a: 1234 запроса",
	} {
		if got := Say("ru", "%s: requests: %d", "a", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := Say("en", "%s: requests: %d", "a", 2); got != "a: requests: 2" {
		t.Errorf("in English: %q", got)
	}
}

// A sentence, an error and what an error wraps are all put into the reader's language, and stay English elsewhere.
func TestErrorsAreSaidInTheReadersLanguage(t *testing.T) {
	withCatalogue(t, `{"read the state %s: %w": "чтение состояния %s: %w", "the key is empty": "ключ пуст"}`)
	key := New("the key is empty")
	err := Errorf("read the state %s: %w", "a.db", key)
	if err.Error() != "read the state a.db: the key is empty" || !errors.Is(err, key) {
		t.Errorf("in English %q, and it wraps its cause: %v", err, errors.Is(err, key))
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{err, "чтение состояния a.db: ключ пуст"},
		{fmt.Errorf("acme: %w", err), "acme: чтение состояния a.db: ключ пуст"},
		{errors.Join(err, key), "чтение состояния a.db: ключ пуст\nключ пуст"},
		{
			Errorf("read the state %s: %w", Of("the key is empty"), fs.ErrPermission),
			"чтение состояния ключ пуст: нет прав доступа",
		},
		{errors.New("of somebody else"), "of somebody else"},
	} {
		if got := Error("ru", c.err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	_, missing := os.ReadFile("no-such-file")
	if got := Error("ru", missing); got != "открыть no-such-file: нет такого файла или каталога" {
		t.Errorf("what the system said: %q", got)
	}
	if _, isPath := errors.AsType[*fs.PathError](Errorf("read the state %s: %w", "", missing)); !isPath {
		t.Error("the system's error is no longer found")
	}
}

func TestMessagesAreEnglishInJSON(t *testing.T) {
	withCatalogue(t, `{"%s is over": "%s закончено"}`)
	out, err := json.Marshal(struct{ Why Message }{Of("%s is over", "it")})
	if err != nil || string(out) != `{"Why":"it is over"}` {
		t.Errorf("%s, %v", out, err)
	}
	var back struct{ Why Message }
	if err := json.Unmarshal(out, &back); err != nil || back.Why.String() != "it is over" {
		t.Errorf("read back: %q, %v", back.Why, err)
	}
}

// A language is one file and one entry: neither is there without the other.
func TestEachLanguageHasItsFile(t *testing.T) {
	found, err := files.ReadDir("catalogue")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if lang := strings.TrimSuffix(f.Name(), ".json"); !slices.Contains(Languages, lang) {
			t.Errorf("%s is no language: add it to Languages", lang)
		}
	}
	if len(found) != len(Languages) {
		t.Errorf("%d files for %d languages", len(found), len(Languages))
	}
}

func TestAMissingSentenceStaysEnglish(t *testing.T) {
	if got := Say(
		"ru",
		"nobody has put %s into Russian, 100 %%",
		"this",
	); got != "nobody has put this into Russian, 100 %" {
		t.Error(got)
	}
}

// What others say is known again as a whole or not at all: a sentence with few words of its own is not found inside it.
func TestRecallLeavesTextsOfOthersAlone(t *testing.T) {
	for text, want := range map[string]string{
		"breach respond of kamal-acme":         "breach respond от kamal-acme",
		"open slabridge.db: permission denied": "открыть slabridge.db: нет прав доступа",

		`because of "this kind of certificate" while`:     `because of "this kind of certificate" while`,
		"read tcp 127.0.0.1:1->127.0.0.1:2: no such luck": "read tcp 127.0.0.1:1->127.0.0.1:2: no such luck",

		"read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer": "127.0.0.1:1->127.0.0.1:2: " +
			"соединение оборвано другой стороной",
	} {
		if got := Recall("ru", text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
