package report

import (
	"math"
	"slices"
	"time"

	"slabridge/enforcer"
)

// CarriedOutWithin is how long after a deadline slabridge may still carry out what was promised for it: a poll, a write
// and its reading back, with room for many at once (docs/contracts.md, "escalation").
const CarriedOutWithin = 10 * time.Minute

// escalationStep is the step whose actions an escalation promises.
const escalationStep = "due"

func dueStep(v *enforcer.Verdict) enforcer.StepKey {
	key := cycleKey(v.Issue, v.Obligation, v.Cycle)
	key.Connection, key.Contract, key.Step = v.Connection, v.Contract, escalationStep
	return key
}

// CarriedOutAt returns when slabridge itself did what the breached obligation promised; zero when it did not, or not
// within CarriedOutWithin of the deadline. There are two ways: the step at the deadline of an escalation was written at
// escalatedAt, or a comment by slabridge fulfilled the obligation a moment late.
func CarriedOutAt(o *enforcer.Obligation, v *enforcer.Verdict, escalatedAt time.Time) time.Time {
	done := escalatedAt
	if done.IsZero() && v.EndByRole == enforcer.Bot && FulfilledByBot(o) {
		done = v.EndedAt
	}
	if done.After(v.Due.Add(CarriedOutWithin)) {
		return time.Time{}
	}
	return done
}

// FulfilledByBot reports whether a comment by slabridge itself fulfils the obligation, like the confirmation that work
// has begun. Whom slabridge assigns once a promise is broken fulfils nothing.
func FulfilledByBot(o *enforcer.Obligation) bool {
	byBot := func(c enforcer.Condition) bool { return slices.Contains(c.By, enforcer.Bot) }
	return o != nil && slices.ContainsFunc(o.Stop, byBot)
}

// Lateness returns for how long the deadline of a breached cycle had passed when the promise was kept after all, or has
// passed now while it was not. It is plain time, not counting time.
func Lateness(v *enforcer.Verdict, now time.Time) time.Duration {
	until := v.EndedAt
	if until.IsZero() {
		until = now
	}
	return max(0, until.Sub(v.Due))
}

// count adds a cycle. One that slabridge carried out leaves nothing to excuse.
func (o *Obligation) count(c Cycle) {
	switch c.State {
	case enforcer.Met:
		o.Met++
	case enforcer.Breached:
		o.Breached++
		switch {
		case c.CarriedOut != nil:
			o.CarriedOut++
		case len(c.Excused) > 0:
			o.Excused++
		}
	case enforcer.Cancelled:
		o.Cancelled++
	default:
		o.Running++
	}
	o.Cycles = append(o.Cycles, c)
}

// share works out what was kept: the met and the carried out, of the met and the breached. What was cancelled or goes
// on counts neither way.
func (o *Obligation) share() {
	kept, judged := o.Met+o.CarriedOut, o.Met+o.Breached
	o.Kept, o.KeptExcused = percent(kept, judged), percent(kept, judged-o.Excused)
}

// percent is rounded down to a tenth: it is 100 only when everything was kept. It is nil when nothing was judged.
func percent(kept, judged int) *float64 {
	if judged == 0 {
		return nil
	}
	p := math.Floor(float64(kept)*1000/float64(judged)) / 10
	return &p
}

// Broken reports whether a person should look at the cycle: it is a breach, and slabridge did not carry out what was
// promised.
func (c *Cycle) Broken() bool { return c.State == enforcer.Breached && c.CarriedOut == nil }
