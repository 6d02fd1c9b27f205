package engine_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/connectors/sim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// A human's change wins, whenever it comes: between the decision and the write, right after the write and before it is
// read back, or a day later. It is neither fought nor is what it undid done again.
func TestPeopleWinWheneverTheyAct(t *testing.T) {
	const due = "2026-03-16 10:20:01"
	// act is what a human does; kept is whether the issue is still as the human left it.
	cases := []struct {
		name string
		act  func(w *world, id int)
		kept func(w *world, id int) bool
		// state of respond/due when the human was first; "" where that is no reason not to write
		before enforcer.EntryState
	}{
		{
			name: "comment",
			act: func(w *world, id int) {
				for _, n := range w.notes("admin", id) {
					if n.steps[0] == "respond/due" { // away with it
						w.do(w.sim.As("manager1").EditNote(n.id, ""))
						return
					}
				}
				_, err := w.sim.As("support1").At(at("2026-03-16 10:20:00")).Comment(id, "On it.") // in time
				w.do(err)
			},
			kept: func(w *world, id int) bool { return !slices.Contains(w.said(id), "respond/due") }, before: enforcer.Needless,
		},
		{
			name: "assignee",
			act:  func(w *world, id int) { w.do(w.sim.As("manager1").Assign(id, "support2")) },
			kept: func(w *world, id int) bool {
				a := w.see("admin", id).AssignedTo
				return a != nil && a.Name == "Svetlana Support"
			},
		},
		{
			name: "priority",
			act: func(w *world, id int) {
				i := w.see("admin", id)
				if i.Priority.Name == "Immediate" {
					w.do(w.sim.As("manager1").SetPriority(id, "Low"))
				} else {
					w.do(w.sim.As("manager1").SetPriority(id, "Immediate"))
				}
			},
			kept: func(w *world, id int) bool { return w.see("admin", id).Priority.Name != "Normal" },
		},
		{
			name: "status",
			act: func(w *world, id int) {
				w.do(w.sim.As("support1").At(at("2026-03-16 10:20:00")).SetStatus(id, "Resolved"))
			},
			kept: func(w *world, id int) bool { return w.see("admin", id).Status.Name == "Resolved" }, before: enforcer.Needless,
		},
	}
	moments := []struct {
		name string
		when func(w *world, id int, act func())
	}{
		{"between the decision and the write", func(w *world, id int, act func()) {
			w.set(at(due))
			reads := 0
			w.intercept(http.MethodGet, "/issues/1.json", func(*http.Request) {
				if reads++; reads == 1 {
					act()
				}
			})
			w.pass()
			w.sim.Use(nil)
		}},
		{"right after the write", func(w *world, id int, act func()) {
			w.set(at(due))
			written := false
			w.sim.Use(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					body, err := sim.ReadBody(r)
					w.do(err)
					r.Body = io.NopCloser(bytes.NewReader(body))
					next.ServeHTTP(rw, r)
					if !written && bytes.Contains(body, []byte(`"notes"`)) {
						written = true
						act()
					}
				})
			})
			w.pass()
			w.sim.Use(nil)
		}},
		{"a day later", func(w *world, id int, act func()) {
			w.passAt(due)
			w.set(at("2026-03-17 10:00"))
			act()
			w.pass()
		}},
	}
	for _, c := range cases {
		for i, m := range moments {
			t.Run(c.name+" "+m.name, func(t *testing.T) {
				w := newWorld(t, "2026-03-16 10:00")
				id := w.issue("critical", "Server down")
				w.configure(appended("    change:\n      - {obligation: involve-developers, off: true}\n      - {obligation: " +
					"inform-management, off: true}\n"))
				w.run("2026-03-16 10:15")
				m.when(w, id, func() { c.act(w, id) })
				if !c.kept(w, id) {
					t.Errorf("it is not as the human left it: %v", w.said(id))
				}
				if got := w.row(id, "respond/due").State; i == 0 && c.before != "" && got != c.before {
					t.Errorf("respond/due is %s, want %s", got, c.before)
				}
				said := w.said(id)
				for _, moment := range []string{"2026-03-17 10:05", "2026-03-17 11:30", "2026-03-18 10:00"} {
					w.passAt(moment)
					if !c.kept(w, id) {
						t.Errorf("at %s it is not as the human left it", moment)
					}
				}
				if before, now := count(said, "respond/due"), count(w.said(id), "respond/due"); now != before || now > 1 {
					t.Errorf("the step was said %d times, and then %d", before, now)
				}
			})
		}
	}
}

func count(list []string, s string) int {
	n := 0
	for _, x := range list {
		if x == s {
			n++
		}
	}
	return n
}

// A watcher whom a human took off is not put on again by the steps to come.
func TestWatcherTakenOff(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 14:00:01")
	watches := func() bool {
		return slices.ContainsFunc(*w.see("admin", id).Watchers, func(r redminesim.Ref) bool {
			return r.Name == "Maria Manager"
		})
	}
	if !watches() {
		t.Fatal("management was not added")
	}
	w.do(w.sim.As("admin").Unwatch(id, "manager1"))
	w.run("2026-03-18 10:00")
	if watches() {
		t.Error("management was added again")
	}
}

// A kept field that a human changed is theirs until another value is due: not fought in between, and kept up again
// then.
func TestKeptFieldIsTheirsUntilAnotherIsDue(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", replace("{is: received, field: Organisation}",
		"{is: received, field: Organisation}\n      - {is: sla-due, field: \"SLA due\", write: true}"))
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:05")
	due := func() string {
		for _, f := range w.see("admin", id).CustomFields {
			if f.Name == "SLA due" && f.Value != nil {
				return *f.Value
			}
		}
		return ""
	}
	if got := due(); got != "2026-03-16 10:20" {
		t.Fatalf("the field has %q", got)
	}
	w.do(w.sim.As("support1").SetField(id, "SLA due", "by hand"))
	for _, moment := range []string{"2026-03-16 10:06", "2026-03-16 10:11", "2026-03-16 10:19"} {
		w.passAt(moment)
		if got := due(); got != "by hand" {
			t.Errorf("at %s the field has %q", moment, got)
		}
	}
	w.run("2026-03-16 10:21") // the next due is another
	if got := due(); got != "2026-03-16 12:00" {
		t.Errorf("when another is due the field has %q", got)
	}
}

// A human's change in the instant between our last look and our write cannot be seen in time: it is told, with how to
// get it back.
func TestOverrunIsTold(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:15")
	writes := 0 // the fields go first, the comment that tells of them after they were read back
	w.intercept(http.MethodPut, "/issues/1.json", func(*http.Request) {
		if writes++; writes == 1 {
			w.do(w.sim.As("manager1").Assign(id, "support2"))
		}
	})
	r := w.passAt("2026-03-16 10:20:01")
	w.sim.Use(nil)
	if !strings.Contains(problems(r),
		`1 grave=true somebody set assignee to "7" a moment before our write changed it to "6"`) {
		t.Errorf("problems %s", problems(r))
	}
	w.wantWith(id, "Sanjay Support", "Immediate")
	w.set(w.now().Add(1e9))
	if plan, _ := w.undo(ledger.Filter{Obligation: "respond"}); len(plan) == 0 {
		t.Error("nothing to take back")
	}
	w.wantWith(id, "Svetlana Support", "Normal")
}
