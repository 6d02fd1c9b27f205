package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer/engine"
)

// watched is a desk with an issue on which slabridge says that it is late.
func watched(t *testing.T) (w *world, watch, id int) {
	t.Helper()
	w = freshWorld(t, at("2026-03-16 09:45"))
	// under no contract
	watch, err := w.sim.As("customer2").Create(redminesim.NewIssue{Project: "globex", Subject: "slabridge itself"})
	w.do(err)
	w.configure(replace(`    poll: "@every 1m"`, fmt.Sprintf("    poll: \"@every 1m\"\n    watch_issue: \"#%d\"", watch)))
	w.pass()
	w.set(at("2026-03-16 10:00"))
	id = w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:00:01")
	return w, watch, id
}

// fares is how slabridge fares now.
func (w *world) fares() engine.HealthStatus {
	w.t.Helper()
	all, err := w.engine.HealthStatus(w.t.Context(), w.now())
	w.do(err)
	return all[0]
}

// A tracker that cannot be reached makes slabridge late: it says so, and when the tracker is back and all is made up
// for, the watch issue is told once, with the true moments.
func TestLateWhileTheTrackerIsAway(t *testing.T) {
	w, watch, id := watched(t)
	w.sim.Use(func(http.Handler) http.Handler { return http.HandlerFunc(abort) })
	late := map[int]bool{}
	for m := 5; m <= 60; m += 5 {
		w.set(at("2026-03-16 10:00").Add(time.Duration(m) * time.Minute))
		reports, err := w.engine.Pass(t.Context())
		if err == nil {
			t.Fatal("the tracker is not away")
		}
		late[m] = reports[0].Late.Late()
		if began := reports[0].Late.Began; began != (m == 20) {
			t.Errorf("10:%02d: it began: %t", m, began)
		}
	}
	if late[15] || !late[20] || !late[60] { // the warning was due at 10:10
		t.Errorf("late at minutes %v", late)
	}
	if f := w.fares(); !f.LateSince.Equal(at("2026-03-16 10:10:00")) || f.Error == "" ||
		!f.GoodAt.Truncate(time.Second).Equal(at("2026-03-16 10:00:01")) ||
		!f.PassedAt.Truncate(time.Second).Equal(at("2026-03-16 11:00:00")) {
		t.Errorf("it fares %+v", f)
	}
	w.sim.Use(nil)
	r := w.passAt("2026-03-16 11:05")
	if r.Late.Late() || !r.Late.Ended.Equal(at("2026-03-16 10:10:00")) {
		t.Errorf("the pass that made up for all tells %+v", r.Late)
	}
	w.passAt("2026-03-16 11:06")
	w.wantSaid(id, "+acknowledge/start", "respond/due")
	w.wantSaid(watch, "watch/caught-up")
	if text := w.notes("admin", watch)[0].text; !strings.Contains(text,
		"slabridge was late from 10:10 on 16 March 2026") || !strings.Contains(text, "until 11:05 on 16 March 2026") {
		t.Errorf("the note says\n%s", text)
	}
	if f := w.fares(); f.Late.Late() || !f.LateSince.IsZero() || f.Error != "" {
		t.Errorf("afterwards it fares %+v", f)
	}
}

// One request that cannot be read for long makes slabridge late; the watch issue is told once that it is, and once that
// it is no longer. A lateness later on is another one.
func TestLateWithOneRequest(t *testing.T) {
	w, watch, id := watched(t)
	broken := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, fmt.Sprintf("/issues/%d.json", id)) {
				answer(500, "text/html", "<h1>oops</h1>")(rw, r)
				return
			}
			next.ServeHTTP(rw, r)
		})
	}
	outage := func(from, to string) {
		w.set(at(from))
		_, err := w.sim.As("customer1").Comment(id, "Any news?")
		w.do(err)
		w.sim.Use(broken)
		for w.now().Before(at(to)) {
			w.set(w.now().Add(5 * time.Minute))
			_, _ = w.engine.Pass(t.Context()) // its error tells of the broken one
		}
		w.sim.Use(nil)
	}
	outage("2026-03-16 10:05", "2026-03-16 10:40")
	w.wantSaid(watch, "watch/late")
	w.passAt("2026-03-16 10:45")
	w.passAt("2026-03-16 10:46")
	w.wantSaid(watch, "watch/late", "watch/caught-up")
	outage("2026-03-16 11:50", "2026-03-16 12:30")
	w.passAt("2026-03-16 12:31")
	w.wantSaid(watch, "watch/late", "watch/caught-up", "watch/late", "watch/caught-up")
	w.wantEntries(0) // they are of no request
}

// The daemon was not running for three days: the first pass makes up for all, and says from when to when.
func TestLateWhenItWasNotRunning(t *testing.T) {
	w, watch, id := watched(t)
	w.passAt("2026-03-19 11:00")
	w.wantSaid(watch, "watch/caught-up")
	if text := w.notes("admin", watch)[0].text; !strings.Contains(text, "from 10:10 on 16 March 2026") {
		t.Errorf("the note says\n%s", text)
	}
	w.passAt("2026-03-19 11:01")
	w.wantSaid(watch, "watch/caught-up")
	if said := w.said(id); len(said) < 4 {
		t.Errorf("said %v", said)
	}
}

// What a human holds up, what the tracker refuses and what cannot be judged is a problem of its own and not late.
func TestNotLate(t *testing.T) {
	w, watch, id := watched(t)
	w.do(w.sim.As("support1").SetField(id, "Client ID", "on hold")) // stands for 'hold'
	_, err := w.sim.As("support1").Create(newIssue("critical", "1990-01-02 10:00"))
	w.do(err)
	w.sim.RemoveMember("acme", "sla-bot")
	w.run("2026-03-16 11:30")
	w.sim.AddMember("acme", "sla-bot", "SLA bot")
	w.run("2026-03-16 12:30")
	if f := w.fares(); f.Late.Late() || !f.LateSince.IsZero() {
		t.Errorf("it fares %+v", f)
	}
	w.wantSaid(watch)
}

// A watch issue that is not there is a problem that is told; nothing else suffers.
func TestLateWithoutItsIssue(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00",
		replace(`    poll: "@every 1m"`, "    poll: \"@every 1m\"\n    watch_issue: \"999\""))
	id := w.issue("critical", "Server down")
	w.pass()
	r := w.passAt("2026-03-16 10:40")
	if !strings.Contains(problems(r), "the issue that is to be told when slabridge is late is not in the mirror") ||
		r.Late.Ended.IsZero() {
		t.Errorf("problems %s, late %+v", problems(r), r.Late)
	}
	w.wantSaid(id, "+acknowledge/start", "respond/due")
}

// A pass with much to write takes minutes. A warning is not written after its deadline though the pass began before
// that, nor so shortly before it that it would stand after it; the request is told of its deadline at once.
func TestWarningOvertakenInTheMiddleOfAPass(t *testing.T) {
	for _, c := range []struct {
		takes time.Duration // a write
		want  string
	}{{time.Minute, "respond/warn-50"}, {117 * time.Second, ""}, {3 * time.Minute, "respond/due"}} {
		w := newWorld(t, "2026-03-16 10:00")
		first, second := w.issue("critical", "Server down"), w.issue("critical", "Mail down")
		w.passAt("2026-03-16 10:00:01")
		var once sync.Once
		w.sim.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(rw, r)
				if r.Method == http.MethodPut {
					once.Do(func() { w.set(w.now().Add(c.takes)) })
				}
			})
		})
		w.passAt("2026-03-16 10:18:01")
		w.wantSaid(first, "+acknowledge/start", "respond/warn-50")
		want := []string{"+acknowledge/start"}
		if c.want != "" {
			want = append(want, c.want)
		}
		w.wantSaid(second, want...)
	}
}
