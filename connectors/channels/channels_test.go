package channels

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
)

// hostile is a subject as somebody who wants to be heard would write it.
const hostile = "@channel <!everyone> <@U1> [pay](https://evil.example.org) *bold* _x_ `y` " +
	"https://evil.example.org/a_b <b>html</b> <script>alert(1)</script> # title {{date}}"

const ours = "https://tracker.example.org/issues/4711_x"

// taking is a chat that takes whatever is sent.
func taking(t *testing.T, status int) (*httptest.Server, *[]map[string]any) {
	t.Helper()
	var taken []map[string]any
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		var v map[string]any
		if err == nil {
			err = json.Unmarshal(b, &v)
		}
		if err != nil {
			t.Error(err)
		}
		v["path"] = r.URL.Path
		taken = append(taken, v)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "said of "+r.URL.Path)
	}))
	t.Cleanup(s.Close)
	return s, &taken
}

// here carries every request to a server, whatever it was addressed to.
type here struct{ to string }

func (h here) RoundTrip(r *http.Request) (*http.Response, error) {
	u, err := url.Parse(h.to)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = u.Scheme, u.Host
	return http.DefaultTransport.RoundTrip(r)
}

func open(t *testing.T, address, to string) *Channel {
	t.Helper()
	c, err := New(Settings{
		ID: "duty", URL: address, HTTP: here{to}, Clock: time.Now,
		Secret: "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// In each chat a hostile text is text: nobody is called, no link is anybody's but ours, nothing is formatted.
func TestHostileTextIsHarmless(t *testing.T) {
	s, taken := taking(t, http.StatusOK)
	m := connectors.Message{ID: "m1", Subject: hostile, Text: hostile + "\n" + ours, Data: json.RawMessage(`{}`)}
	for _, c := range []struct {
		url, path string
		no        []string
	}{
		{
			"telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=-100",
			"/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage",
			[]string{"@channel", "https://evil", "@U1"},
		},
		{
			"slack://hook:TABCDEFGH-BABCDEFGH-abcdefghijklmnopqrstuvwx@webhook",
			"/services/TABCDEFGH/BABCDEFGH/abcdefghijklmnopqrstuvwx",
			[]string{"<!everyone>", "<@U1>", "@channel", "https://evil", "*bold*", "_x_", "`y`"},
		},
		{
			"mattermost://chat.example.org/hooktoken", "/hooks/hooktoken",
			[]string{"@channel", "[pay](", "https://evil", "*bold*", "<b>"},
		},
		{
			"teams+https://x.example.org/workflows/abc?sig=secret", "/workflows/abc",
			[]string{"[pay](", "https://evil", "*bold*", "<b>", "{{date}}"},
		},
	} {
		*taken = nil
		if err := open(t, c.url, s.URL).Send(t.Context(), m); err != nil || len(*taken) != 1 {
			t.Fatalf("%s: %v, taken %v", c.url, err, *taken)
		}
		got := (*taken)[0]
		if got["path"] != c.path {
			t.Errorf("sent to %v, want %s", got["path"], c.path)
		}
		if got["parse_mode"] != nil {
			t.Errorf("%s: text is parsed as %v", c.path, got["parse_mode"])
		}
		text := told(t, got)
		for _, no := range c.no {
			if strings.Contains(text, no) {
				t.Errorf("%s: %q stands in\n%s", c.path, no, text)
			}
		}
		if !strings.Contains(text, ours) {
			t.Errorf("%s: our own link was broken:\n%s", c.path, text)
		}
	}
}

// told is the text of what was sent, wherever the chat has it.
func told(t *testing.T, v any) string {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		var all string
		for key, x := range v {
			if key != "path" && key != "$schema" {
				all += told(t, x) + "\n"
			}
		}
		return all
	case []any:
		var all string
		for _, x := range v {
			all += told(t, x) + "\n"
		}
		return all
	case string:
		return v
	}
	return ""
}

// What an answer means for the message.
func TestClassesOfAnswers(t *testing.T) {
	for status, want := range map[int]connectors.Class{
		http.StatusOK: 0, http.StatusNoContent: 0, http.StatusFound: connectors.TryLater,
		http.StatusBadRequest: connectors.Refused, http.StatusRequestEntityTooLarge: connectors.Refused,
		http.StatusForbidden: connectors.Unauthorized, http.StatusNotFound: connectors.TryLater,
		http.StatusTooManyRequests: connectors.TryLater, http.StatusServiceUnavailable: connectors.TryLater,
		http.StatusInternalServerError: connectors.Unknown, http.StatusGatewayTimeout: connectors.Unknown,
	} {
		s, _ := taking(t, status)
		err := open(t, "https://hooks.example.org/T0K3N-path", s.URL).Send(t.Context(),
			connectors.Message{ID: "m1", Data: json.RawMessage(`{}`)})
		if got := connectors.ClassOf(err); got != want {
			t.Errorf("HTTP %d: %v, want %v", status, got, want)
		}
		if err != nil && strings.Contains(err.Error(), "T0K3N") {
			t.Errorf("the error shows a part of the address: %v", err)
		}
	}
	gone := open(t, "https://hooks.example.org/T0K3N-path", "http://127.0.0.1:1")
	err := gone.Send(t.Context(), connectors.Message{ID: "m1", Data: json.RawMessage(`{}`)})
	if connectors.ClassOf(err) != connectors.TryLater {
		t.Errorf("nobody there: %v", err)
	}
	end := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-end }))
	defer slow.Close()
	defer close(end)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = open(t, "https://hooks.example.org/T0K3N-path", slow.URL).Send(ctx,
		connectors.Message{ID: "m1", Data: json.RawMessage(`{}`)})
	if connectors.ClassOf(err) != connectors.Unknown {
		t.Errorf("no answer in time: %v", err)
	}
}

// The library's errors hold the address with the token in it; ours do not.
func TestLibraryErrorsShowNoSecret(t *testing.T) {
	c, err := New(Settings{ID: "push", URL: "gotify://127.0.0.1:1/Aaaaa.bbbbb.S3cr?disabletls=yes", Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Send(t.Context(), connectors.Message{ID: "m1", Subject: "s", Text: "t"})
	if err == nil || strings.Contains(err.Error(), "S3cr") || strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("error: %v", err)
	}
	for _, bad := range []string{
		"telegram://S3CR3Ttoken@telegram", "slack://S3CR3Ttoken", "nosuch://S3CR3Ttoken",
		"smtp://user:S3CR3Ttoken@host", "discord://S3CR3Ttoken", "generic://S3CR3Ttoken", "logger://S3CR3Ttoken",
	} {
		_, err := New(Settings{ID: "x", URL: bad, Clock: time.Now})
		if err == nil || strings.Contains(err.Error(), "S3CR3T") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
