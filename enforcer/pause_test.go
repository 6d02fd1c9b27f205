package enforcer_test

import (
	"testing"
	"time"

	"slabridge/enforcer"
)

// A cycle that is stopped by the moment a field names ends there, and so do its pauses: one that began later is none.
func TestPausesEndWithTheCycle(t *testing.T) {
	c := kamal(true)
	c.Obligations = []enforcer.Obligation{{
		ID: "arrive", Kind: enforcer.Timer, Start: enforcer.Condition{Word: enforcer.WordReceived},
		Stop:  []enforcer.Condition{{Word: enforcer.WordField, Field: "arrived"}},
		Pause: []enforcer.StatusClass{enforcer.WaitingCustomer}, Rules: []enforcer.Rule{{}},
	}}
	created := time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)
	staff := enforcer.Person{ID: "2", Role: enforcer.Support}
	at := func(minutes int) time.Time { return created.Add(time.Duration(minutes) * time.Minute) }
	state := func(class enforcer.StatusClass) enforcer.State {
		return enforcer.State{Covered: true, Status: class, Severity: "critical"}
	}
	arrived := state(enforcer.WaitingCustomer)
	arrived.Fields, arrived.Times = map[string]string{"arrived": "x"}, map[string]time.Time{"arrived": at(25)}
	r := enforcer.Request{Key: "1", CreatedAt: created, ReceivedAt: created, Moments: []enforcer.Moment{
		{Event: "created", At: created, StatusSet: true, State: state(enforcer.New)},
		{Event: "a", At: at(10), By: staff, StatusSet: true, State: state(enforcer.WaitingCustomer)},
		{Event: "b", At: at(20), By: staff, StatusSet: true, State: state(enforcer.Working)},
		{Event: "c", At: at(30), By: staff, StatusSet: true, State: state(enforcer.WaitingCustomer)},
		{Event: "d", At: at(40), By: staff, State: arrived},
	}}
	ev := enforcer.Evaluate(c, &r, at(60))
	if len(ev.Cycles) != 1 {
		t.Fatalf("%d cycles", len(ev.Cycles))
	}
	cycle := ev.Cycles[0]
	if !cycle.EndedAt.Equal(at(25)) || len(cycle.Pauses) != 1 || !cycle.Pauses[0].To.Equal(at(20)) {
		t.Errorf("ended at %s with the pauses %v", cycle.EndedAt, cycle.Pauses)
	}
}
