package engine_test

import (
	"net/http"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// puts counts the writes to issues in a pass.
func (w *world) puts(moment string) int {
	w.t.Helper()
	n := 0
	for _, r := range w.requests(func() { w.passAt(moment) }) {
		if r.Method == http.MethodPut {
			n++
		}
	}
	return n
}

// A refusal is tried again when something changed that it may rest on, once, and never merely because time passes.
func TestARefusalIsTriedAgainWhenSomethingChanged(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(w *world, id int)
		tries  int // more than the first
	}{
		{"nothing", func(*world, int) {}, 0},
		{"a comment", func(w *world, id int) {
			_, err := w.sim.As("customer1").Comment(id, "Any news?")
			w.do(err)
		}, 0},
		{"a comment of staff, which ends the obligation too late", func(w *world, id int) {
			_, err := w.sim.As("support1").Comment(id, "On it.")
			w.do(err)
		}, 0},
		{
			"a field of the issue", func(w *world, id int) {
				w.do(w.sim.As("support1").SetField(id, "SLA response due", "soon"))
			}, 1,
		},
		{"a subtask", func(w *world, id int) {
			_, err := w.sim.As("manager1").Create(redminesim.NewIssue{Project: "globex", Subject: "elsewhere", Parent: id})
			w.do(err)
		}, 1},
		{"a right of ours", func(w *world, _ int) { w.sim.GrantPermission("SLA bot", "edit_issue_notes") }, 1},
		{
			"a right of somebody else's", func(w *world, _ int) { w.sim.GrantPermission("Customer", "edit_own_issue_notes") }, 0,
		},
		{"a member", func(w *world, _ int) { w.sim.AddMember("acme", "customer2", "Customer") }, 1},
		{"a member of another project", func(w *world, _ int) { w.sim.AddMember("globex", "customer1", "Customer") }, 0},
		{"a priority", func(w *world, _ int) { w.sim.SetPriorityActive("Low", false) }, 1},
		{"the configuration", func(w *world, _ int) {
			w.configure(appended("    change:\n      - {obligation: progress-update, off: true}\n"))
		}, 1},
		{"'ledger retry'", func(w *world, _ int) {
			_, err := w.ledger.Retry(w.t.Context(), w.now(), ledger.Filter{State: enforcer.Refused}, outbox.SendableFrom)
			w.do(err)
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.sim.SetFieldRule("SLA bot", "", "", "priority_id", "readonly")
			w.run("2026-03-16 10:20:01")
			e := w.row(id, "respond/due")
			if e.State != enforcer.Refused || e.Tries != 1 {
				t.Fatalf("%s after %d tries", e.State, e.Tries)
			}
			for _, moment := range []string{"2026-03-16 10:21", "2026-03-16 10:30"} {
				if n := w.puts(moment); n > 0 {
					t.Errorf("at %s nothing changed, and %d were sent", moment, n)
				}
			}
			w.set(at("2026-03-16 10:31"))
			c.change(w, id)
			// the names are read again every hour
			for _, moment := range []string{"2026-03-16 10:32", "2026-03-16 11:30", "2026-03-16 11:31", "2026-03-16 11:50"} {
				w.passAt(moment)
			}
			if got := w.row(id, "respond/due"); got.Tries != 1+c.tries || got.State != enforcer.Refused {
				t.Errorf("%s after %d tries, want %d", got.State, got.Tries, 1+c.tries)
			}
			times := 0
			for _, s := range w.said(id) {
				if s == "respond/due" {
					times++
				}
			}
			if times != 1 {
				t.Errorf("it was said %d times", times)
			}
		})
	}
}

// A machine that changes the issue whenever we write to it and we do not keep each other going.
func TestRetriesEnd(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.sim.SetFieldRule("SLA bot", "", "", "priority_id", "readonly")
	w.run("2026-03-16 10:20:01")
	for i, value := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		w.set(at("2026-03-16 10:21").Add(time.Duration(i) * 6 * time.Minute))
		w.do(w.sim.As("support1").SetField(id, "SLA response due", value))
		w.pass()
	}
	w.run("2026-03-16 11:20") // a try of which nothing is to be seen is looked for once more
	if e := w.row(id, "respond/due"); e.Tries != 5 || e.State != enforcer.Refused {
		t.Errorf("%s after %d tries", e.State, e.Tries)
	}
}
