package decide_test

import (
	"strings"
	"testing"

	"slabridge/enforcer"
	"slabridge/enforcer/decide"
)

// TestAStepByItsID: what the ledger sent is read back by the id of its step alone, and so is the order of a human that
// takes it back: that is no breach, says the same, and does nothing else to the request.
func TestAStepByItsID(t *testing.T) {
	ev := newWorld(t, request(t), "10:25").c.Evaluation
	ids := 0
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		for _, s := range c.Steps {
			key := enforcer.StepKey{
				Connection: "helpdesk", Issue: "7", Contract: "kamal",
				Obligation: c.Obligation.ID, Cycle: c.ID, Step: s.Step.ID,
			}
			ids++
			d, ok := decide.StepByID(ev, key.ID())
			if !ok || d.Key != key || !d.Moment.Equal(s.At) || d.Breach != s.Step.Trigger.Due ||
				d.Changes.Actions != s.Step.Actions || (d.Changes.Comment != nil) != (s.Step.Comment != nil) {
				t.Errorf("%s/%s: %v, %+v", key.Obligation, key.Step, ok, d)
			}
			order, ok := decide.StepByID(ev, enforcer.RevertKey(key).ID())
			if !ok || order.Key != enforcer.RevertKey(key) || order.Breach || order.Changes.Actions != (enforcer.Actions{}) ||
				(order.Changes.Comment != nil) != (s.Step.Comment != nil) {
				t.Errorf("to take back %s/%s: %v, %+v", key.Obligation, key.Step, ok, order)
			}
		}
	}
	if ids < 5 {
		t.Errorf("%d steps only", ids)
	}
	known := enforcer.StepKey{
		Connection: "helpdesk", Issue: "7", Contract: "kamal", Obligation: "respond", Cycle: "created", Step: "due",
	}
	other := known
	other.Issue = "8"
	if d, ok := decide.StepByID(ev, other.ID()); ok || d.Key != (enforcer.StepKey{}) {
		t.Errorf("another request's step: %+v", d)
	}
	ev.Covered = false
	if d, ok := decide.StepByID(ev, known.ID()); ok || d.Key != (enforcer.StepKey{}) {
		t.Errorf("of a request that no contract covers: %+v", d)
	}
}

// TestTooLate: what is left of a warning is not written once its deadline has passed; of all other steps it is.
func TestTooLate(t *testing.T) {
	for _, c := range []struct {
		name, now string
		edit      func(*enforcer.Evaluation)
		want      string // the steps for which it is too late
	}{
		{"five seconds before the deadline", "10:19:55", nil, ""},
		{"four", "10:19:56", nil, "respond/warn-50"},
		{"the deadline has passed", "10:20:01", nil, "respond/warn-50"},
		{"no contract covers it", "10:20:01", func(ev *enforcer.Evaluation) { ev.Covered = false }, ""},
		{
			"it asks for what the breach does not", "10:20:01",
			func(ev *enforcer.Evaluation) {
				s := *ev.Cycles[1].Steps[0].Step
				s.Watch = enforcer.Management
				ev.Cycles[1].Steps[0].Step = &s
			},
			"",
		},
		{
			"it asks for what the breach does too", "10:20:01",
			func(ev *enforcer.Evaluation) {
				s := *ev.Cycles[1].Steps[0].Step
				s.Priority = enforcer.PriorityUp
				ev.Cycles[1].Steps[0].Step = &s
			},
			"respond/warn-50",
		},
		{
			"it would assign, and so did the breach before this one", "10:20:01",
			func(ev *enforcer.Evaluation) {
				s := *ev.Cycles[1].Steps[0].Step
				s.Assign = enforcer.Management // more than the breach asks for, but only the first time
				ev.Cycles[1].Steps[0].Step, ev.Cycles[1].BreachedBefore = &s, 1
			},
			"respond/warn-50",
		},
		{
			"it would assign, for the first time", "10:20:01",
			func(ev *enforcer.Evaluation) {
				s := *ev.Cycles[1].Steps[0].Step
				s.Assign = enforcer.Management
				ev.Cycles[1].Steps[0].Step = &s
			},
			"",
		},
		{
			"there is no deadline", "10:20:01",
			func(ev *enforcer.Evaluation) { ev.Cycles[1].Due = at(t, "") },
			"",
		},
	} {
		ev := newWorld(t, request(t), c.now).c.Evaluation
		if c.edit != nil {
			c.edit(&ev)
		}
		var got []string
		for i := range ev.Cycles {
			for _, s := range ev.Cycles[i].Steps {
				key := enforcer.StepKey{
					Connection: "helpdesk", Issue: "7", Contract: "kamal",
					Obligation: ev.Cycles[i].Obligation.ID, Cycle: ev.Cycles[i].ID, Step: s.Step.ID,
				}
				if decide.TooLate(ev, key.ID()) {
					got = append(got, key.Obligation+"/"+key.Step)
				}
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: too late for %q, want %q", c.name, s, c.want)
		}
	}
	if ev := newWorld(t, request(t), "10:25").c.Evaluation; decide.TooLate(ev, "nothing") {
		t.Error("it is too late for a step that is none")
	}
}
