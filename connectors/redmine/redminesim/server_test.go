package redminesim_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"slabridge/connectors/redmine/redminesim"
)

func TestHeaders(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	a := l.ask("sla-bot", http.MethodGet, "/issues.json", nil)
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Date": "Fri, 20 Nov 2026 09:00:00 GMT", "Set-Cookie": "",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	r, err := http.NewRequest(http.MethodGet, "http://redmine.example.org/issues.json", nil)
	l.must(err)
	r.Header.Set("X-Redmine-API-Key", l.Key("sla-bot"))
	r.Header.Set("If-None-Match", a.header.Get("ETag"))
	l.send(r).expect(t, http.StatusNotModified, "")
	old := newLab(t, redminesim.Options{Version: redminesim.V60})
	if old.ask("sla-bot", http.MethodGet, "/issues.json", nil).header.Get("Set-Cookie") == "" {
		t.Error("6.0 sets no cookie")
	}
}

// A middleware may hold a request for ever: the transport returns when the caller's time is up.
func TestTransportHonoursTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		l.Use(func(http.Handler) http.Handler {
			return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://redmine.example.org/issues.json", nil)
		l.must(err)
		_, err = l.Transport().RoundTrip(r)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 30*time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		synctest.Wait()
	})
}

// The work is done and the answer lost: over the transport and over a real listener alike.
func TestLostAnswer(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	l.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		})
	})
	front := httptest.NewServer(l)
	defer front.Close()
	for base, rt := range map[string]http.RoundTripper{
		"http://redmine.example.org": l.Transport(),
		front.URL:                    http.DefaultTransport,
	} {
		r, err := http.NewRequest(http.MethodGet, base+"/issues/1.json?key="+l.Key("sla-bot"), nil)
		l.must(err)
		if _, err := rt.RoundTrip(r); err == nil {
			t.Errorf("%s answered", base)
		}
	}
	r, err := http.NewRequest(http.MethodPost, "http://redmine.example.org/issues/1/watchers.json?key="+l.Key("sla-bot"),
		nil)
	l.must(err)
	if _, err := l.Transport().RoundTrip(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
	l.Use(nil)
	l.put("sla-bot", id, `{"notes":"back"}`).expect(t, http.StatusNoContent, "")
	log := l.Requests()
	if last := log[len(log)-1]; len(log) != 4 || last.Method != http.MethodPut || last.Path != "/issues/1.json" ||
		last.Status != 204 || log[0].Status != 0 {
		t.Errorf("log %+v", log)
	}
	l.ResetRequests()
	if len(l.Requests()) != 0 {
		t.Error("the log was not emptied")
	}
}

// People and requests at once: run with -race.
func TestConcurrentUse(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := l.As("support1").Comment(id, "x"); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			r := httptest.NewRequest(http.MethodGet, "/issues.json?key="+l.Key("sla-bot"), nil)
			l.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	wg.Wait()
	if n := len(*l.get("admin", id).Journals); n != 8 {
		t.Errorf("%d journals", n)
	}
}

func TestHands(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	if err := l.As("customer1").SetStatus(id, "Closed"); err == nil {
		t.Error("a step that was left undone is no error")
	}
	if _, err := l.As("customer1").PrivateNote(id, "x"); err == nil {
		t.Error("a private note that became public is no error")
	}
	if _, err := l.As("dev1").Update(id, redminesim.Change{Status: "No such"}); err == nil {
		t.Error("an unknown status is no error")
	}
	_, err := l.As("dev1").Update(id, redminesim.Change{
		Status: "In Progress", Assignee: "dev1", Priority: "High", Due: "2026-12-01", Note: "mine",
		Fields: map[string]string{"Severity": "minor"},
	})
	l.must(err)
	l.must(l.As("dev1").Assign(id, "-"))
	past := l.clock.now().AddDate(0, 0, -10)
	back, err := l.As("customer1").At(past).Create(redminesim.NewIssue{Project: "acme", Subject: "old"})
	l.must(err)
	_, err = l.As("support1").At(past.Add(time.Hour)).Comment(back, "seen")
	l.must(err)
	i := l.get("customer1", back)
	if i.CreatedOn != "2026-11-10T09:00:00Z" || i.UpdatedOn != "2026-11-10T10:00:00Z" ||
		lastJournal(i).CreatedOn != i.UpdatedOn {
		t.Errorf("%+v", i)
	}
}

func TestDesk(t *testing.T) {
	clock := &watch{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	s := redminesim.NewDesk(redminesim.Options{Clock: clock.now, Language: "ru"})
	id, err := s.As("romashkin").Create(redminesim.NewIssue{Project: "acme", Subject: "Не печатает"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.As("ivanov").Update(id,
		redminesim.Change{Status: "В работе", Assignee: "ivanov", Note: "Приняли"}); err != nil {
		t.Fatal(err)
	}
	i, err := s.As("romashkin").See(id)
	if err != nil || i.Status.Name != "В работе" || i.AssignedTo.Name != "Иван Иванов" {
		t.Errorf("%+v, %v", i, err)
	}
}

// However notes are written and whoever writes them, a customer never reads one that was shown as
// private to the staff, and the parent's priority is the highest of its open children's.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newLab(t, redminesim.Options{})
		parent := l.make(redminesim.NewIssue{})
		kids := []int{l.make(redminesim.NewIssue{Parent: parent}), l.make(redminesim.NewIssue{Parent: parent})}
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			who := rapid.SampledFrom([]string{"sla-bot", "support1", "manager1", "customer1"}).Draw(rt, "who")
			fields := map[string]any{
				"notes":         rapid.StringN(0, 5, -1).Draw(rt, "note"),
				"private_notes": rapid.Bool().Draw(rt, "private"),
				"priority_id":   rapid.IntRange(1, 5).Draw(rt, "priority"),
				"status_id":     rapid.IntRange(1, 8).Draw(rt, "status"),
			}
			raw, err := json.Marshal(fields)
			l.must(err)
			l.put(who, rapid.SampledFrom(append(kids, parent)).Draw(rt, "issue"), string(raw))
		}
		top := 0
		for _, id := range kids {
			k := l.get("admin", id)
			if !k.Status.IsClosed {
				top = max(top, k.Priority.ID)
			}
			public := 0
			for _, j := range *k.Journals {
				if !j.PrivateNotes || j.User.Name == "Clara Customer" {
					public++
				}
			}
			if seen := *l.get("customer1", id).Journals; len(seen) != public {
				rt.Errorf("the customer sees %d journals, want %d", len(seen), public)
			}
		}
		if top == 0 {
			top = 2
		}
		if got := l.get("admin", parent).Priority.ID; got != top {
			rt.Errorf("the parent's priority is %d, its children's %d", got, top)
		}
	})
}

// FuzzPut sends anything as the body of a PUT: the server answers with one of the known statuses,
// never breaks, and the issue stays readable.
func FuzzPut(f *testing.F) {
	for _, seed := range []string{
		`{"issue":{"notes":"x","private_notes":true}}`, `{"issue":{"status_id":"5abc","priority_id":3}}`,
		`{"issue":{"custom_fields":[{"id":1,"value":["a",null]}],"assigned_to_id":"me"}}`,
		`{"issue":{"estimated_hours":"1:30"}}`,
		`{"issue":{"parent_issue_id":"1","due_date":"2026-02-30","done_ratio":-1}}`, `{"issue":[]}`, `[1]`, `{"issue":{`,
		"\xff",
		`{"issue":{"uploads":[{"token":"1.x"}],"lock_version":7,"project_id":"globex","tracker_id":2}}`,
		`{"issue":{"custom_field_values":{"2":true,"1":{}}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		a := l.ask("manager1", http.MethodPut, "/issues/1.json", body)
		switch a.status {
		case 204, 400, 422, 501:
		case 500:
			if !json.Valid([]byte(body)) {
				t.Errorf("500 to what is no JSON: %s", a.text)
			}
		default:
			t.Errorf("%d %s", a.status, a.text)
		}
		if a.status == 204 && body != "" && !utf8.ValidString(body) {
			t.Error("bad UTF-8 was taken")
		}
		if l.get("admin", id).ID != id {
			t.Error("the issue is gone")
		}
	})
}
