package engine_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// undo plans to take back what the filter chooses, and does it.
func (w *world) undo(f ledger.Filter) (plan []string, report engine.Report) {
	w.t.Helper()
	undos, err := w.engine.Undoing(w.t.Context(), f)
	w.do(err)
	for _, u := range undos {
		plan = append(plan, described(u))
	}
	reports, err := w.engine.Revert(w.t.Context(), undos)
	w.do(err)
	return plan, reports[0]
}

func described(u outbox.Undo) string {
	s := u.Entry.Key.Obligation + "/" + u.Entry.Key.Step + ":"
	if u.Assign != nil {
		s += fmt.Sprintf(" assignee %q->%q", u.Assign.From, u.Assign.To)
	}
	if u.Priority != nil {
		s += fmt.Sprintf(" priority %s->%s", u.Priority.From, u.Priority.To)
	}
	for _, c := range u.Correct {
		s += map[bool]string{true: " internal", false: " public"}[c.Internal]
	}
	for _, why := range u.Stays {
		s += " (" + why["en"] + ")"
		if why["ru"] == "" {
			s += " WITHOUT RUSSIAN"
		}
	}
	return s
}

// wantWith holds who has the issue and at which priority.
func (w *world) wantWith(id int, assignee, priority string) {
	w.t.Helper()
	i := w.see("admin", id)
	got := ""
	if i.AssignedTo != nil {
		got = i.AssignedTo.Name
	}
	if got != assignee || i.Priority.Name != priority {
		w.t.Errorf("with %q at %s, want %q at %s", got, i.Priority.Name, assignee, priority)
	}
}

// What was written is taken back as far as nobody has touched it since: fields go back, comments get a follow-up of
// their own audience, once. The steps are not taken again.
func TestUndo(t *testing.T) {
	for _, c := range []struct {
		name     string
		until    string
		people   func(w *world, id int)
		filter   func(id int) ledger.Filter
		plan     []string
		said     []string // what came on top
		assignee string
		priority string
	}{
		{
			name: "all of it", until: "2026-03-16 10:21",
			plan: []string{
				"acknowledge/start: public", "respond/warn-50: internal",
				`respond/due: assignee "6"->"" priority 5->2 internal`,
			},
			said: []string{"+acknowledge/revert-start", "respond/revert-warn-50", "respond/revert-due"}, priority: "Normal",
		},
		{
			name: "one obligation", until: "2026-03-16 10:21",
			filter: func(int) ledger.Filter { return ledger.Filter{Obligation: "acknowledge"} },
			plan:   []string{"acknowledge/start: public"}, said: []string{"+acknowledge/revert-start"},
			assignee: "Sanjay Support", priority: "Immediate",
		},
		{
			name: "someone took it over since", until: "2026-03-16 10:21",
			people: func(w *world, id int) { w.do(w.sim.As("manager1").Assign(id, "support2")) },
			filter: func(int) ledger.Filter { return ledger.Filter{Obligation: "respond"} },
			plan: []string{
				"respond/warn-50: internal", "respond/due: priority 5->2 internal (the assignee stays: it was changed since)",
			},
			said: []string{"respond/revert-warn-50", "respond/revert-due"}, assignee: "Svetlana Support", priority: "Normal",
		},
		{
			name: "someone changed it and changed it back", until: "2026-03-16 10:21",
			people: func(w *world, id int) {
				w.do(w.sim.As("manager1").SetPriority(id, "Low"))
				w.do(w.sim.As("manager1").SetPriority(id, "Immediate"))
			},
			filter: func(int) ledger.Filter { return ledger.Filter{Obligation: "respond"} },
			plan: []string{
				"respond/warn-50: internal", `respond/due: assignee "6"->"" internal (the priority stays: it was changed since)`,
			},
			said: []string{"respond/revert-warn-50", "respond/revert-due"}, priority: "Immediate",
		},
		{
			name: "two in a row, both", until: "2026-03-16 12:01",
			plan: []string{
				"acknowledge/start: public", "respond/warn-50: internal",
				`respond/due: assignee "8"->"" priority 5->2 internal`, `involve-developers/due: assignee "8"->"" internal`,
			},
			said: []string{
				"+acknowledge/revert-start", "respond/revert-warn-50", "respond/revert-due",
				"involve-developers/revert-due",
			},
			priority: "Normal",
		},
		{
			name: "two in a row, the last", until: "2026-03-16 12:01",
			filter:   func(int) ledger.Filter { return ledger.Filter{Obligation: "involve-developers"} },
			plan:     []string{`involve-developers/due: assignee "8"->"6" internal`},
			said:     []string{"involve-developers/revert-due"},
			assignee: "Sanjay Support", priority: "Immediate",
		},
		{
			name: "two in a row, the first", until: "2026-03-16 12:01",
			filter: func(int) ledger.Filter { return ledger.Filter{Obligation: "respond"} },
			plan: []string{
				"respond/warn-50: internal", "respond/due: priority 5->2 internal (the assignee stays: it was changed since)",
			},
			said: []string{"respond/revert-warn-50", "respond/revert-due"}, assignee: "Dora Developer", priority: "Normal",
		},
		{
			name: "a person's assignee comes back", until: "2026-03-16 10:15",
			people: func(w *world, id int) {
				w.do(w.sim.As("manager1").SetPriority(id, "High"))
				w.do(w.sim.As("manager1").Assign(id, "customer1"))
				w.run("2026-03-16 10:21")
			},
			filter: func(int) ledger.Filter { return ledger.Filter{Obligation: "respond"} },
			plan: []string{
				"respond/warn-50: internal", `respond/due: assignee "6"->"11" priority 5->3 internal`,
			},
			said: []string{"respond/revert-warn-50", "respond/revert-due"}, assignee: "Clara Customer", priority: "High",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.run(c.until)
			if c.people != nil {
				c.people(w, id)
			}
			f := ledger.Filter{Issue: fmt.Sprint(id)}
			if c.filter != nil {
				f = c.filter(id)
			}
			before := w.said(id)
			w.set(w.now().Add(1e9))
			plan, r := w.undo(f)
			if !slices.Equal(plan, c.plan) {
				t.Errorf("the plan is\n  %s\nwant\n  %s", strings.Join(plan, "\n  "), strings.Join(c.plan, "\n  "))
			}
			if len(r.Written) != len(c.said) || len(r.Refused)+len(r.Held)+len(r.Problems) > 0 {
				t.Errorf("written %d, refused %d, held %d, problems %s", len(r.Written), len(r.Refused), len(r.Held), problems(r))
			}
			w.wantSaid(id, slices.Concat(before, c.said)...)
			w.wantWith(id, c.assignee, c.priority)

			// once: neither a second order nor the passes to come do anything about it again
			w.set(w.now().Add(1e9))
			for _, line := range first(w.undo(f)) {
				if !strings.HasSuffix(line, "(it was taken back before)") {
					t.Errorf("again: %s", line)
				}
			}
			w.pass()
			w.wantSaid(id, slices.Concat(before, c.said)...)
			w.wantWith(id, c.assignee, c.priority)
		})
	}
}

func first(plan []string, _ engine.Report) []string { return plan }

// Steps that were written together are taken back together or not at all.
func TestUndoOfASharedWrite(t *testing.T) {
	w, id := scene(t)
	w.pass()
	w.set(w.now().Add(1e9))
	plan, r := w.undo(ledger.Filter{Obligation: "respond"})
	want := []string{"respond/due: (the assignee stays: it is involve-developers/due's as well, which is not taken back) " +
		"(its comment journal:2 is not corrected: it is involve-developers/due's as well, which is not taken back)"}
	if len(plan) != 1 || !strings.Contains(plan[0], "is not corrected") ||
		!strings.Contains(plan[0], "as well, which is not taken back") {
		t.Errorf("the plan is %q, want %q", plan, want)
	}
	if len(r.Written) > 0 && w.see("admin", id).AssignedTo == nil {
		t.Error("taken back all the same")
	}
	w.set(w.now().Add(1e9))
	plan, _ = w.undo(ledger.Filter{Issue: fmt.Sprint(id)})
	w.wantWith(id, "", "Normal")
	if !strings.Contains(strings.Join(plan, "\n"), "the watchers stay") {
		t.Errorf("the plan does not say what stays: %q", plan)
	}
}

// The answer to a write that takes back is lost, or the tracker is away: the next passes see to it, once.
func TestUndoSurvives(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			if f.name == "time out before the effect" || f.name == "time out after the effect" {
				t.Skip("takes a minute of real time; TestExactlyOnceUnderFaults has it")
			}
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.run("2026-03-16 10:21")
			undos, err := w.engine.Undoing(t.Context(), ledger.Filter{Obligation: "respond"})
			w.do(err)
			struck := false
			w.sim.Use(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if struck || r.Method != http.MethodPut {
						next.ServeHTTP(rw, r)
						return
					}
					struck = true
					if f.effect {
						next.ServeHTTP(discard{}, r)
					}
					f.answer(rw, r)
				})
			})
			_, _ = w.engine.Revert(t.Context(), undos) // its error tells of the fault
			w.sim.Use(nil)
			for _, moment := range []string{"2026-03-16 10:24", "2026-03-16 10:27", "2026-03-16 10:30"} {
				w.passAt(moment)
			}
			w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due", "respond/revert-warn-50",
				"respond/revert-due")
			w.wantWith(id, "", "Normal")
		})
	}
}

// discard takes an answer that nobody gets.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// What stops writes stops taking back, too: the order waits in the ledger.
func TestUndoWaits(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:21")
	w.sim.RevokePermission("SLA bot", "set_notes_private")
	w.set(w.now().Add(1e9))
	if _, r := w.undo(ledger.Filter{Obligation: "respond"}); len(r.Held) != 2 || len(r.Written) > 0 {
		t.Errorf("held %d, written %d", len(r.Held), len(r.Written))
	}
	w.passAt("2026-03-16 10:22")
	w.wantWith(id, "Sanjay Support", "Immediate")
	w.sim.GrantPermission("SLA bot", "set_notes_private")
	w.passAt("2026-03-16 10:23")
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due", "respond/revert-warn-50", "respond/revert-due")
	w.wantWith(id, "", "Normal")
}

// The former assignee has left: the rest is taken back.
func TestUndoToSomebodyWhoLeft(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.do(w.sim.As("manager1").Assign(id, "support2"))
	w.run("2026-03-16 12:00:01")
	w.wantWith(id, "Dora Developer", "Immediate")
	w.sim.LockUser("support2")
	w.set(w.now().Add(1e9))
	_, r := w.undo(ledger.Filter{Obligation: "involve-developers"})
	if len(r.Written) != 1 {
		t.Errorf("written %d, problems %s", len(r.Written), problems(r))
	}
	w.wantWith(id, "Dora Developer", "Immediate")
	if said := w.said(id); said[len(said)-1] != "involve-developers/revert-due" {
		t.Errorf("said %v", said)
	}
}
