package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/engine"
)

// Kamal п. 8: developers are called in after two hours, management is informed after four. What becomes of that
// promise is the same in the ledger and in explain. Each line is one way in which the day of a critical failure,
// received at 10:00 on a Monday, went; slabridge made a pass at each of the moments.
func TestEscalations(t *testing.T) {
	support := func(w *world, id int, moment string) {
		w.set(at("2026-03-16 " + moment))
		_, err := w.sim.As("support1").Comment(id, "On it.")
		w.do(err)
	}
	for _, c := range []struct {
		name   string
		before func(w *world) // the first pass
		act    func(w *world, id int)
		want   string // involve-developers, inform-management
		step   string // of involve-developers/due in the ledger
	}{
		{
			name: "carried out at the due",
			act:  func(w *world, _ int) { w.run("2026-03-16 15:00") },
			want: "escalated 12:00:01, escalated 14:00:01", step: "done",
		},
		{
			name: "carried out within ten minutes",
			act: func(w *world, _ int) {
				w.passAt("2026-03-16 11:59")
				w.passAt("2026-03-16 12:09:30")
				w.passAt("2026-03-16 14:10")
			},
			want: "escalated 12:09:30, escalated 14:10:00", step: "done",
		},
		{
			name: "an outage over both dues: the comments come, too late",
			act: func(w *world, _ int) {
				w.passAt("2026-03-16 11:59")
				w.passAt("2026-03-16 14:11")
				w.passAt("2026-03-16 14:20")
			},
			want: "breached 14:11:00, breached -", step: "done",
		},
		{
			name: "there is still time",
			act: func(w *world, _ int) {
				w.passAt("2026-03-16 11:59")
				w.set(at("2026-03-16 12:05"))
			},
			want: "running -, running -",
		},
		{
			name:   "nobody can be assigned: a comment alone is none",
			before: func(w *world) { w.sim.RemoveMember("acme", "dev1") },
			act:    func(w *world, _ int) { w.run("2026-03-16 13:00") },
			want:   "breached -, running -", step: "refused",
		},
		{
			name: "held by a higher role",
			act: func(w *world, id int) {
				w.run("2026-03-16 11:00")
				w.do(w.sim.As("manager1").Assign(id, "manager1"))
				w.run("2026-03-16 13:00")
			},
			want: "breached -, running -", step: "refused",
		},
		{
			name: "carried out by a person a moment later",
			act: func(w *world, id int) {
				w.passAt("2026-03-16 11:59")
				w.do(w.sim.As("support1").At(at("2026-03-16 12:08")).Assign(id, "dev1"))
				w.passAt("2026-03-16 12:30")
			},
			want: "met 12:08:00, running -", step: "needless",
		},
		{
			name: "carried out by a person too late",
			act: func(w *world, id int) {
				w.passAt("2026-03-16 11:59")
				w.do(w.sim.As("support1").At(at("2026-03-16 12:10:01")).Assign(id, "dev1"))
				w.passAt("2026-03-16 12:30")
			},
			want: "breached 12:10:01, running -", step: "needless",
		},
		{
			name: "solved a moment after the due: nobody was called in",
			act: func(w *world, id int) {
				w.passAt("2026-03-16 11:59")
				w.do(w.sim.As("support1").At(at("2026-03-16 12:05")).SetStatus(id, "Resolved"))
				w.passAt("2026-03-16 12:30")
			},
			want: "breached 12:05:00, met 12:05:00", step: "needless",
		},
		{
			name: "called in before the due, by a person",
			act: func(w *world, id int) {
				w.passAt("2026-03-16 11:00")
				w.do(w.sim.As("support1").Assign(id, "dev1"))
				w.run("2026-03-16 13:00")
			},
			want: "met 11:00:00, running -",
		},
		{
			name: "the manager watches already",
			act: func(w *world, id int) {
				support(w, id, "10:05")
				w.do(w.sim.As("support1").Watch(id, "manager1"))
				w.run("2026-03-16 15:00")
			},
			want: "escalated 12:00:01, escalated 14:00:01", step: "done",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := freshWorld(t, at("2026-03-16 09:45"))
			if c.before != nil {
				c.before(w)
			}
			w.pass()
			w.set(at("2026-03-16 10:00"))
			id := w.issue("critical", "Server down")
			c.act(w, id)
			if got := w.escalations(id); got != c.want {
				t.Errorf("explain says %s, want %s", got, c.want)
			}
			for _, v := range w.explained(id).Cycles {
				records := w.judged(id, v.Obligation.ID)
				last := strings.Join(records[max(0, len(records)-1):], "")
				if v.Obligation.Escalation && v.State != enforcer.Running &&
					!strings.HasPrefix(last, "created: "+string(v.State)) {
					t.Errorf("%s: explain says %s, the ledger %v", v.Obligation.ID, v.State, last)
				}
			}
			if c.step != "" {
				if got := w.row(id, "involve-developers/due"); string(got.State) != c.step {
					t.Errorf("the step is %s, want %s", got.State, c.step)
				}
			}
		})
	}
}

// An escalation that was due before slabridge watched is not judged; all else of the past is.
func TestEscalationsBeforeAnybodyWatched(t *testing.T) {
	w := freshWorld(t, at("2026-03-16 10:00"))
	id := w.issue("critical", "Server down")
	w.set(at("2026-03-16 12:30"))
	w.do(w.syncOnly())
	if got := w.escalations(id); got != "not-judged -, running -" { // sync alone watches nothing
		t.Errorf("after sync explain says %s", got)
	}
	w.pass()
	w.run("2026-03-16 15:00")
	if got := w.escalations(id); got != "not-judged -, escalated 14:00:01" {
		t.Errorf("explain says %s", got)
	}
	w.wantJudged(id, "involve-developers", "created: not-judged, goes on")
	w.wantJudged(id, "respond", "created: breached, goes on")
}

// The confirmation that work has begun is kept when it is written at once, also where the term for the response has
// just passed.
func TestConfirmationAtOnceIsMet(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:40")
	w.do(w.sim.As("support1").SetStatus(id, "In Progress"))
	w.run("2026-03-16 10:41")
	w.wantJudged(id, "confirm-work", "journal:"+w.lastStatus(id)+": met, 2026-03-16 10:40:00")
}

// lastStatus is the journal that set the status last.
func (w *world) lastStatus(issue int) string {
	w.t.Helper()
	for _, m := range slices.Backward(w.explained(issue).Request.Moments) {
		if m.StatusSet {
			return strings.TrimPrefix(m.Event, "journal:")
		}
	}
	return ""
}

// syncOnly brings the mirror up to date and does nothing else.
func (w *world) syncOnly() error {
	_, err := w.engine.Sync(context.Background(), engine.SyncOptions{})
	return err
}

// explained is what explain has of an issue now.
func (w *world) explained(issue int) enforcer.Evaluation {
	w.t.Helper()
	x, err := w.engine.Explain(context.Background(), fmt.Sprint(issue), time.Time{})
	w.do(err)
	return x[0].Evaluation
}

// escalations are the states and ends of kamal's two.
func (w *world) escalations(issue int) string {
	w.t.Helper()
	var out []string
	for _, c := range w.explained(issue).Cycles {
		if c.Obligation.Escalation {
			end := "-"
			if !c.EndedAt.IsZero() {
				end = c.EndedAt.In(almaty).Format("15:04:05")
			}
			out = append(out, string(c.State)+" "+end)
		}
	}
	return strings.Join(out, ", ")
}
