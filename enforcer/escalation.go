package enforcer

import (
	"time"

	"slabridge/enforcer/calendar"
)

// EscalatedWhy is the EndWhy of a cycle ended by an escalation that leaves no other trace on the request: added
// watchers.
const EscalatedWhy = "escalated"

// Act is what slabridge carried out completely at the deadline of an escalation: every part that the text promises. At
// is when it was done, Event the tracker's event that shows it, "" where none does.
type Act struct {
	At    time.Time
	Event string
	By    Person
}

// Escalations is what is known of a request's escalations beside its history.
type Escalations struct {
	Watched time.Time // since when slabridge watches the contract
	Acts    map[StepKey]Act
}

// escalation judges the cycles of a request whose promise is an act of ours.
type escalation struct {
	ev    *Evaluation
	known Escalations
}

// awaits reports whether the cycle is one whose deadline has passed: what became of it is to be judged.
func (escalation) awaits(c *Cycle) bool {
	return c.Obligation.Escalation && c.State == Breached && !c.Due.IsZero()
}

func (e escalation) judge(c *Cycle) {
	latest := e.latest(c)
	act, done := e.known.Acts[e.dueStep(c)]
	stopped := c.EndWhy == "stopped" && e.endedByAct(c)
	switch {
	case stopped && c.EndBy.Role == Bot && !c.EndedAt.After(latest):
		c.State = Escalated
	case stopped && c.EndBy.Role != Bot && !c.EndedAt.After(c.Due.Add(CarriedOutWithin)):
		c.State = Met
	case done && !act.At.After(latest) && (c.EndedAt.IsZero() || !c.EndedAt.Before(act.At)):
		c.State, c.EndWhy = Escalated, EscalatedWhy
		c.EndedAt, c.EndEvent, c.EndBy = later(act.At, c.Due), act.Event, act.By
		c.endPauses(c.EndedAt)
		c.measure(c.EndedAt)
	case c.Due.Before(e.known.Watched):
		c.State = NotJudged
	case c.EndedAt.IsZero() && !e.ev.Now.After(latest):
		c.State = Running
		e.ev.upcoming(afterDue(latest))
	}
}

// dueStep is the key of the step whose act the cycle's escalation promises.
func (e escalation) dueStep(c *Cycle) StepKey {
	r := e.ev.Request
	return c.Contract.StepKey(r.Connection, r.Issue, c.Obligation.ID, c.ID, c.Rule.dueStep())
}

// latest is the last moment at which slabridge carries the escalation out in time.
func (e escalation) latest(c *Cycle) time.Time {
	from := c.Due
	if e.internal(c) && !c.AlwaysOn() {
		if opening, waits := opensAfter(c.Calendar(), c.Due); waits {
			from = opening
		}
	}
	return from.Add(CarriedOutWithin)
}

// internal reports whether the act waits for working hours.
func (escalation) internal(c *Cycle) bool {
	for _, s := range c.Rule.Steps {
		if s.Trigger.Due {
			return s.Comment == nil || s.Comment.Audience != Public
		}
	}
	return false
}

// opensAfter is the opening that an internal step waits for when a deadline passes outside working hours. One exactly
// at a close waits for nothing.
func opensAfter(cal *calendar.Calendar, due time.Time) (opening time.Time, waits bool) {
	if in, err := cal.InHours(due); err != nil || in {
		return time.Time{}, false
	}
	if in, err := cal.InHours(due.Add(-time.Second)); err != nil || in {
		return time.Time{}, false
	}
	opening, err := cal.NextOpening(due)
	return opening, err == nil
}

// endedByAct reports whether what ended the cycle is what its text promises, and not that the request was resolved.
func (e escalation) endedByAct(c *Cycle) bool {
	for i := range e.ev.Request.Moments {
		m := &e.ev.Request.Moments[i]
		if m.Event != c.EndEvent {
			continue
		}
		s := stopwatch{ev: e.ev, o: c.Obligation, cur: c}
		for j := range c.Obligation.Stop {
			if stop := &c.Obligation.Stop[j]; stop.Word != WordResolved && s.holds(stop, m) {
				return true
			}
		}
	}
	return false
}
