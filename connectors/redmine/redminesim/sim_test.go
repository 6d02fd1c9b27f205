package redminesim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// Numbers of the lab world that the tests speak of.
const (
	newStatus         = 1
	urgent, immediate = 4, 5
	bot, dev1         = 5, 8
)

// watch is a clock that stands until it is moved.
type watch struct {
	mu sync.Mutex
	at time.Time
}

func (w *watch) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *watch) move(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// lab is a server with its clock and a client that needs no network.
type lab struct {
	*redminesim.Server
	t     testing.TB
	clock *watch
}

func newLab(t testing.TB, opt redminesim.Options) lab {
	w := &watch{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	opt.Clock = w.now
	return lab{redminesim.NewLab(opt), t, w}
}

type answer struct {
	status int
	header http.Header
	text   string
}

// ask sends a request with a user's key; an empty login sends none, one the tracker does not know a wrong one.
func (l lab) ask(who, method, path string, body any) answer {
	l.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			l.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	r, err := http.NewRequest(method, "http://redmine.example.org"+path, in)
	if err != nil {
		l.t.Fatal(err)
	}
	switch who {
	case "":
	case "wrong":
		r.Header.Set("X-Redmine-API-Key", strings.Repeat("0", 40))
	default:
		r.Header.Set("X-Redmine-API-Key", l.Key(who))
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return l.send(r)
}

func (l lab) send(r *http.Request) answer {
	l.t.Helper()
	res, err := l.Transport().RoundTrip(r)
	if err != nil {
		l.t.Fatal(err)
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(raw)}
}

func (l lab) put(who string, id int, fields string) answer {
	l.t.Helper()
	return l.ask(who, http.MethodPut, fmt.Sprintf("/issues/%d.json", id), `{"issue":`+fields+`}`)
}

// get is the issue as somebody sees it; it must be visible.
func (l lab) get(who string, id int) *redminesim.Issue {
	l.t.Helper()
	i, err := l.As(who).See(id)
	if err != nil {
		l.t.Fatal(err)
	}
	return i
}

// make creates an issue as the manager.
func (l lab) make(n redminesim.NewIssue) int {
	l.t.Helper()
	if n.Project == "" {
		n.Project = "acme"
	}
	if n.Subject == "" {
		n.Subject = "printer on fire"
	}
	id, err := l.As("manager1").Create(n)
	if err != nil {
		l.t.Fatal(err)
	}
	return id
}

func (l lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// expect checks status and body.
func (a answer) expect(t testing.TB, status int, body string) {
	t.Helper()
	if a.status != status || a.text != body {
		t.Errorf("answered %d %s, want %d %s", a.status, a.text, status, body)
	}
}

// list asks for issues and returns their ids.
func (l lab) list(who, query string) []int {
	l.t.Helper()
	a := l.ask(who, http.MethodGet, "/issues.json?"+query, nil)
	if a.status != http.StatusOK {
		l.t.Fatalf("GET /issues.json?%s: %d %s", query, a.status, a.text)
	}
	var out struct{ Issues []struct{ ID int } }
	if err := json.Unmarshal([]byte(a.text), &out); err != nil {
		l.t.Fatal(err)
	}
	ids := []int{}
	for _, i := range out.Issues {
		ids = append(ids, i.ID)
	}
	return ids
}

// state is everything of an issue that a PUT could change, for comparing before and after.
func (l lab) state(id int) string {
	i := *l.get("admin", id)
	i.UpdatedOn = ""
	n := len(*i.Journals)
	i.Journals, i.AllowedStatuses, i.Watchers = nil, nil, nil
	raw, err := json.Marshal(i)
	if err != nil {
		l.t.Fatal(err)
	}
	return fmt.Sprintf("%s and %d journals", raw, n)
}

func lastJournal(i *redminesim.Issue) redminesim.Journal {
	js := *i.Journals
	return js[len(js)-1]
}
