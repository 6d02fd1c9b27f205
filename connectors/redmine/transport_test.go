package redmine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/connectors"
)

const testKey = "5f0c6a7e8d9b1a2c3e4f5061728394a5b6c7d8e9"

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// settings are those of a connection with the key.
func settings(url, key string) connectors.Settings {
	auth := connectors.Auth{Way: "api_key", Secret: key}
	return connectors.Settings{ID: "helpdesk", URL: url, Auth: auth, Now: func() time.Time { return noon }}
}

// connectWith connects over the transport.
func connectWith(key string, transport http.RoundTripper) (*Tracker, error) {
	s := settings("http://example.org", key)
	s.Transport = transport
	return New(s)
}

func connect(t testing.TB, url string, change func(*connectors.Settings)) *Tracker {
	t.Helper()
	c := settings(url, testKey)
	if change != nil {
		change(&c)
	}
	tr, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// serve starts a web server that is no Redmine.
func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func asJSON(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	fmt.Fprint(w, body)
}

func TestConfigFaults(t *testing.T) {
	for _, c := range []struct{ url, key, want string }{
		{"ftp://example.org", testKey, "redmine helpdesk: url: want http:// or https:// and a host"},
		{"tracker.example.org", testKey, "redmine helpdesk: url: want http:// or https:// and a host"},
		{
			"https://bot:secret@example.org", testKey,
			"redmine helpdesk: url: want an address without credentials, query or fragment",
		},
		{
			"https://example.org/?key=secret", testKey,
			"redmine helpdesk: url: want an address without credentials, query or fragment",
		},
		{"https://bot:secret@exa mple.org", testKey, "redmine helpdesk: url: not an address"},
		{"https://example.org", "", "redmine helpdesk: api key: empty"},
		{"https://example.org", "secret\n", "redmine helpdesk: api key: holds blanks or characters that no key has"},
	} {
		_, err := New(settings(c.url, c.key))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.url, err, c.want)
		}
	}
	clockless := settings("https://example.org", testKey)
	clockless.Now = nil
	if _, err := New(clockless); err == nil {
		t.Error("a connection without a clock")
	}
}

// The key goes into one header, whatever go-redmine puts into the address, and under the path Redmine lives at.
func TestKeyInHeaderOnly(t *testing.T) {
	var paths []string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.RequestURI())
		if r.Header.Get("X-Redmine-API-Key") != testKey || r.URL.Query().Has("key") || r.Header.Get("Cookie") != "" {
			t.Errorf("%s with the headers %v", r.URL, r.Header)
		}
		w.Header().Set("Set-Cookie", "session=1")
		asJSON(w, `{"issue_statuses":[{"id":1,"name":"New"}],"issues":[]}`)
	})
	tr := connect(t, url+"/tracker/", nil)
	var d connectors.Directory
	if err := tr.readStatuses(t.Context(), &d); err != nil {
		t.Fatal(err)
	}
	since := time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 5*3600))
	if err := tr.Changed(t.Context(), since, func([]connectors.Stub) error { return nil }); err != nil {
		t.Fatal(err)
	}
	want := "/tracker/issue_statuses.json?limit=100 " +
		"/tracker/issues.json?limit=100&sort=updated_on%3Aasc%2Cid%3Aasc&status_id=%2A&updated_on=%3E%3D2026-03-02T04%3A00%3A00Z"
	if got := strings.Join(paths, " "); got != want {
		t.Errorf("asked for\n%s, want\n%s", got, want)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var reached atomic.Int64
	other := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	for _, location := range []string{other + "/issues.json?token=hush", "/login?back_url=x"} {
		var asked atomic.Int64
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			http.Redirect(w, r, location, http.StatusFound)
		})
		tr := connect(t, url, nil)
		_, history := tr.History(t.Context(), "1")
		update := tr.Update(t.Context(), connectors.Write{Issue: "1", Comment: &connectors.Comment{Text: "x"}})
		var d connectors.Directory
		library := tr.readStatuses(t.Context(), &d)
		for name, err := range map[string]error{"history": history, "update": update, "library": library} {
			if connectors.ClassOf(err) != connectors.Garbled || strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if asked.Load() != 3 || reached.Load() != 0 {
			t.Errorf("asked %d times, the other host %d times", asked.Load(), reached.Load())
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asJSON(w, `{"issue":{"subject":"`+strings.Repeat("x", 5000)+`"}}`)
	})
	tr := connect(t, url, func(c *connectors.Settings) { c.MaxAnswer = 4096 })
	_, err := tr.History(t.Context(), "1")
	if connectors.ClassOf(err) != connectors.Garbled || !strings.Contains(err.Error(), "larger than 4096 bytes") {
		t.Errorf("%v", err)
	}
}

func TestCutAnswer(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		asJSON(w, `{"issue":{`)
	})
	tr := connect(t, url, nil)
	_, err := tr.History(t.Context(), "1")
	if connectors.ClassOf(err) != connectors.TryLater || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("reading: %v", err)
	}
	err = tr.Update(t.Context(), connectors.Write{Issue: "1", Comment: &connectors.Comment{Text: "x"}})
	if connectors.ClassOf(err) != connectors.Unknown {
		t.Errorf("writing: %v", err)
	}
}

func TestErrorsTellTheOperatorWhatToDo(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	_, err := connect(t, url, nil).Self(t.Context())
	want := "helpdesk: read own account: unauthorized (HTTP 401); check auth.api_key of this connection and that its " +
		"account is not locked"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprintf(w, `{"errors":["Назначена неверно %s"]}`, r.Header.Get("X-Redmine-API-Key"))
	})
	err = connect(t, url, nil).Update(t.Context(), connectors.Write{Issue: "17", Comment: &connectors.Comment{Text: "x"}})
	want = "helpdesk: update issue 17: refused (HTTP 422): Назначена неверно [key]"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestOffsetFromDate(t *testing.T) {
	ours := noon
	tr := connect(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", noon.Add(42*time.Second).Format(http.TimeFormat))
		ours = ours.Add(2 * time.Second) // the answer takes two seconds
		asJSON(w, `{"issues":[]}`)
	}), func(c *connectors.Settings) { c.Now = func() time.Time { return ours } })
	if err := tr.Changed(t.Context(), noon, nil); err != nil {
		t.Fatal(err)
	}
	offset, at, ok := tr.Offset()
	if want := 41500 * time.Millisecond; !ok || offset != want || !at.Equal(noon.Add(2*time.Second)) {
		t.Errorf("%v at %v (%v), want %v", offset, at, ok, want)
	}
}

func TestSlowBody(t *testing.T) {
	started := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asJSON(w, `{"issue":`)
		w.(http.Flusher).Flush()
		close(started)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	_, err := connect(t, url, nil).History(ctx, "1")
	if !errors.Is(err, context.Canceled) || connectors.ClassOf(err) != connectors.TryLater {
		t.Errorf("%v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answered(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := connect(t, "http://example.org", func(c *connectors.Settings) {
			c.Timeout = 10 * time.Second
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
		})
		began := time.Now()
		_, err := tr.History(t.Context(), "1")
		if !errors.Is(err, context.DeadlineExceeded) || connectors.ClassOf(err) != connectors.TryLater ||
			time.Since(began) != 10*time.Second {
			t.Errorf("reading: %v after %v", err, time.Since(began))
		}
		err = tr.Update(t.Context(), connectors.Write{Issue: "1", Comment: &connectors.Comment{Text: "x"}})
		if connectors.ClassOf(err) != connectors.Unknown {
			t.Errorf("writing: %v", err)
		}
	})
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most int
		var mu sync.Mutex
		release := make(chan struct{})
		tr := connect(t, "http://example.org", func(c *connectors.Settings) {
			c.Concurrency = 3
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				mu.Lock()
				now++
				most = max(most, now)
				mu.Unlock()
				<-release
				mu.Lock()
				now--
				mu.Unlock()
				return answered(r, 404, ""), nil
			})
		})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { _, _ = tr.History(t.Context(), "1") })
		}
		synctest.Wait()
		if now != 3 {
			t.Errorf("%d requests under way, want 3", now)
		}
		ctx, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			if _, err := tr.History(ctx, "1"); !errors.Is(err, context.Canceled) {
				t.Errorf("waiting for a slot: %v", err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(release)
		wg.Wait()
		if most != 3 {
			t.Errorf("%d requests at once, want 3", most)
		}
	})
}

func TestRateIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		began := time.Now()
		tr := connect(t, "http://example.org", func(c *connectors.Settings) {
			c.RatePerSecond = 2
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				at = append(at, time.Since(began))
				return answered(r, 200, `{"issues":[]}`), nil
			})
		})
		for range 3 {
			if err := tr.Changed(t.Context(), noon, nil); err != nil {
				t.Fatal(err)
			}
		}
		if fmt.Sprint(at) != "[0s 500ms 1s]" {
			t.Errorf("requests at %v", at)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		err := tr.Changed(ctx, noon, nil)
		if waited := time.Since(began); !errors.Is(err, context.Canceled) || waited != 1100*time.Millisecond {
			t.Errorf("cancelled while waiting for the limit: %v at %v", err, waited)
		}
	})
}
