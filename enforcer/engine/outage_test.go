package engine_test

import (
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

var old = flag.Int("old", 1000, "how many old issues a first run meets")

// A first run on a tracker with many old issues (go test ./enforcer/engine -run LargeTracker -old 20000), most of them
// with broken promises, writes nothing about the past, and from then on works as anywhere.
func TestFirstRunOnALargeTracker(t *testing.T) {
	w := freshWorld(t, at("2026-03-16 10:00"))
	w.sim.Seed(redminesim.SeedOptions{Issues: *old, Journals: 4, Seed: 4, Until: at("2026-03-13 18:00"), Days: 365})
	began := time.Now()
	var r engine.Report
	if did := w.changed(func() { r = w.pass() }); len(did) > 0 || len(r.Held)+len(r.Refused) > 0 {
		t.Errorf("the first pass asked for %d changes, held %d: %s", len(did), len(r.Held), problems(r))
	}
	took := time.Since(began)
	states := map[enforcer.EntryState]int{}
	for e, err := range w.ledger.List(t.Context(), ledger.Filter{}, ledger.OldestFirst) {
		w.do(err)
		states[e.State]++
	}
	for s, n := range states {
		if s != enforcer.Past && s != enforcer.Overtaken && s != enforcer.Needless {
			t.Errorf("%d entries are %s", n, s)
		}
	}
	id := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:01")
	w.wantSaid(id, "+acknowledge/start")
	t.Logf("%d of %d old issues under the contract, %d entries of the past, %s for the first pass", r.Evaluated, *old,
		states[enforcer.Past], took.Round(time.Millisecond))
}

// happening is what people do in a story.
type happening struct {
	at string
	do func(w *world)
}

// threeDays are requests before and during an outage, answered and not.
var threeDays = []happening{
	{"2026-03-16 10:00:00", func(w *world) { w.issue("critical", "never answered") }},
	{"2026-03-16 10:05:00", func(w *world) { w.issue("", "answered in the outage") }},
	{"2026-03-16 15:00:00", func(w *world) { w.answer(2, "We are on it.") }},
	{"2026-03-17 11:00:00", func(w *world) { w.issue("", "born in the outage, never answered") }},
	{"2026-03-17 12:00:00", func(w *world) { w.issue("critical", "born and resolved in the outage") }},
	{"2026-03-17 12:10:00", func(w *world) { w.answer(4, "We look into it.") }},
	{"2026-03-18 09:30:00", func(w *world) { w.do(w.sim.As("support1").SetStatus(4, "Resolved")) }},
	{"2026-03-18 12:00:00", func(w *world) { w.do(w.sim.As("support1").SetStatus(2, "Resolved")) }},
	{"2026-03-19 09:00:00", func(w *world) { w.issue("critical", "after it") }},
}

func (w *world) answer(id int, text string) {
	w.t.Helper()
	_, err := w.sim.As("support1").Update(id, redminesim.Change{Note: text, Status: "In Progress"})
	w.do(err)
}

// played lets the three days happen, with slabridge down between two moments, "" for never.
func played(t *testing.T, down, up string) *world {
	t.Helper()
	w := newWorld(t, "2026-03-16 10:00")
	for _, h := range threeDays {
		w.upTo(h.at, down, up)
		h.do(w)
	}
	w.upTo("2026-03-19 10:00:00", down, up)
	return w
}

// upTo lets time go by with a pass at each moment that brings something, but for the outage.
func (w *world) upTo(moment, down, up string) {
	w.t.Helper()
	switch {
	case down == "" || moment <= down || w.now().After(at(up)) || w.now().Equal(at(up)):
		w.run(moment)
	case moment < up:
		if w.now().Before(at(down)) {
			w.run(down)
		}
		w.set(at(moment))
	default:
		w.set(at(up))
		w.run(moment)
	}
}

// After an outage of three days each step that an undisturbed slabridge would have taken was written once, or is marked
// overtaken or needless; with its true moment, and in the order of the moments.
func TestOutageOfThreeDays(t *testing.T) {
	calm, late := played(t, "", ""), played(t, "2026-03-16 10:06:00", "2026-03-19 09:30:00")
	written, marked := 0, 0
	for id := 1; id <= 5; id++ {
		have := map[string]ledger.Entry{}
		for _, e := range late.rows(id) {
			have[e.ID] = e
		}
		for _, e := range calm.rows(id) {
			got, ok := have[e.ID]
			name := fmt.Sprintf("#%d %s/%s", id, e.Key.Obligation, e.Key.Step)
			switch {
			case !ok:
				// of a cycle that ended before slabridge came back nothing need be recorded
				if e.State == enforcer.Done && got.State == "" && !calm.over(e) {
					t.Errorf("%s (%s) was forgotten", name, e.State)
				}
			case !got.Moment.Equal(e.Moment):
				t.Errorf("%s: its moment became %s, it was %s", name, got.Moment, e.Moment)
			case got.State == enforcer.Done:
				written++
			case got.State == enforcer.Overtaken || got.State == enforcer.Needless:
				marked++
			case got.State != e.State:
				t.Errorf("%s is %s %s, want it written or marked; undisturbed it was %s", name, got.State, got.Reason.Code, e.State)
			}
		}
		var last time.Time
		seen := map[string]bool{}
		for _, n := range late.notes("admin", id) {
			_, marked, _ := mapping.ParseMark(n.text)
			for _, s := range marked {
				if seen[s.ID] {
					t.Errorf("#%d: %s is said twice", id, s.Step)
				}
				seen[s.ID] = true
			}
		}
		for _, e := range slices.SortedFunc(slices.Values(late.rows(id)), func(a, b ledger.Entry) int {
			return a.ChangedAt.Compare(b.ChangedAt)
		}) {
			if e.State != enforcer.Done || e.Audience == "public" {
				continue
			}
			if e.Moment.Before(last) {
				t.Errorf("#%d: %s/%s of %s was written after one of %s", id, e.Key.Obligation, e.Key.Step, e.Moment, last)
			}
			last = e.Moment
		}
	}
	if written == 0 || marked == 0 {
		t.Errorf("written %d, marked %d: the story shows nothing", written, marked)
	}
	t.Logf("%d steps written late or in time, %d marked", written, marked)
	// the true moment is in the text: due Monday at 10:20, written on Thursday
	found := false
	for _, n := range late.notes("admin", 1) {
		found = found || slices.Contains(n.steps, "respond/due") && strings.Contains(n.text, "10:20 on 16 March 2026")
	}
	if !found {
		t.Errorf("the breach of Monday does not name its moment:\n%v", late.notes("admin", 1))
	}
}

// over reports whether an entry's request was resolved before slabridge came back.
func (w *world) over(e ledger.Entry) bool { return e.Key.Issue == "2" || e.Key.Issue == "4" }

// Something before the tracker answers once that a request is not there, or not ours to see. It is lost from sight
// until the next pass: its receipt, its warning and its deadline come, of one that is new to us and of one that we
// follow.
func TestAWrongAnswerLosesNothing(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusForbidden} {
		w := newWorld(t, "2026-03-16 10:00")
		id := w.issue("critical", "Server down")
		wrong := func(moment string) {
			w.sim.Use(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if strings.HasPrefix(r.URL.Path, fmt.Sprintf("/issues/%d.json", id)) {
						answer(status, "text/html", "<h1>no</h1>")(rw, r)
						return
					}
					next.ServeHTTP(rw, r)
				})
			})
			w.set(at(moment))
			_, _ = w.engine.Pass(t.Context()) // it may tell of the one that cannot be read
			w.sim.Use(nil)
		}
		wrong("2026-03-16 10:00:02")
		w.passAt("2026-03-16 10:01")
		w.wantSaid(id, "+acknowledge/start")
		wrong("2026-03-16 10:10") // the look before the warning
		w.wantSaid(id, "+acknowledge/start")
		w.run("2026-03-16 10:30")
		w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
	}
}
