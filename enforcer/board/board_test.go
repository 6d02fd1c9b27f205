package board_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slabridge/config/message"
	"slabridge/enforcer/board"
)

// answers know one contract and nothing else.
func answers() board.Answers {
	return board.Answers{
		Contracts: func(context.Context, string) []board.Option { return []board.Option{{ID: "c", Name: "Contract"}} },
		Desk: func(context.Context, string, board.DeskQuestion) (board.Desk, error) {
			return board.Desk{Value: map[string]int{"total": 0}}, nil
		},
		Request: func(context.Context, string, string) (board.Requests, error) {
			return board.Requests{}, board.ErrNotFound
		},
		Contract: func(context.Context, string, board.ContractQuestion) (board.Contract, error) {
			return board.Contract{}, errors.New("the state file is gone")
		},
		Trust: func(context.Context, string) (board.Trust, error) { return board.Trust{}, nil },
	}
}

func ask(h http.Handler, method, host, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = host
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Reading is all that can be done, and only under a name that is ours.
func TestOnlyReadingIsAnswered(t *testing.T) {
	h := board.New(answers(), message.English, "board.example.org")
	for _, c := range []struct {
		method, host, path string
		want               int
	}{
		{"GET", "127.0.0.1:8427", "/", 200},
		{"HEAD", "localhost", "/trust", 200},
		{"GET", "[::1]:8427", "/api/v1/desk", 200},
		{"GET", "Board.example.org:443", "/", 200},
		{"GET", "evil.example", "/", 421},
		{"GET", "evil.example", "/api/v1/desk", 421},
		{"GET", "", "/", 421},
		{"GET", "user@127.0.0.1", "/", 421},
		{"GET", "127.0.0.1.evil.example", "/static/board.css", 421},
		{"POST", "localhost", "/", 405},
		{"PUT", "localhost", "/api/v1/desk", 405},
		{"DELETE", "localhost", "/request/1", 405},
		{"OPTIONS", "localhost", "/nowhere", 405},
		{"GET", "localhost", "/nowhere", 404},
		{"GET", "localhost", "/request/1", 404},
		{"GET", "localhost", "/api/v1/request/1", 404},
		{"GET", "localhost", "/api/v2/desk", 404},
		{"GET", "localhost", "/static/../board.go", 307},
		{"GET", "localhost", "/static/frame.html", 404},
		{"GET", "localhost", "/contract/c", 500},
		{"GET", "localhost", "/api/v1/contract/c", 500},
		{"GET", "localhost", "/?page=x", 400},
		{"GET", "localhost", "/?within=-1h", 400},
		{"GET", "localhost", "/static/board.css", 200},
		{"GET", "localhost", "/static/board.js", 200},
		{"GET", "localhost", "/static/icon.svg", 200},
	} {
		w := ask(h, c.method, c.host, c.path)
		if w.Code != c.want {
			t.Errorf("%s %s on %q: status %d, want %d", c.method, c.path, c.host, w.Code, c.want)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		} {
			if got := w.Header().Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s %s: %s is %q", c.method, c.path, name, got)
			}
		}
		if policy := w.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") {
			t.Errorf("policy %s", policy)
		}
		if w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", c.path)
		}
	}
}

// The address says the language, else the browser, else who started the server.
func TestLanguage(t *testing.T) {
	english, russian := board.New(answers(), "en"), board.New(answers(), "ru")
	for _, c := range []struct {
		h                  http.Handler
		path, accept, want string
	}{
		{english, "/", "", "en"},
		{russian, "/", "", "ru"},
		{russian, "/", "de", "ru"},
		{english, "/", "ru-RU,ru;q=0.9,en;q=0.8", "ru"},
		{russian, "/", "en-GB", "en"},
		{russian, "/?lang=en", "ru", "en"},
		{russian, "/?lang=xx", "en", "en"},
		{english, "/nowhere?lang=ru", "", "ru"},
	} {
		w := ask(c.h, "GET", "localhost", c.path, "Accept-Language", c.accept)
		if got := w.Header().Get("Content-Language"); got != c.want ||
			!strings.Contains(w.Body.String(), `<html lang="`+c.want+`">`) {
			t.Errorf("%s with %q: in %s, want %s", c.path, c.accept, got, c.want)
		}
	}
}

// A choice of language stays with whoever follows a link, and the filters with whoever changes the language.
func TestLinksKeepWhatWasChosen(t *testing.T) {
	h := board.New(answers(), "en")
	body := ask(h, "GET", "localhost", "/?lang=ru&severity=critical").Body.String()
	for _, want := range []string{
		`href="/trust?lang=ru"`, `href="/contract/c?lang=ru"`, `href="/?lang=en&amp;severity=critical"`,
		`<input type="hidden" name="lang" value="ru">`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if body := ask(h, "GET", "localhost", "/").Body.String(); !strings.Contains(body, `href="/trust"`) {
		t.Error("a language that nobody chose is in the addresses")
	}
}
