package report

import (
	"math"
	"reflect"
	"time"

	"slabridge/enforcer"
)

// Lateness returns for how long the deadline of a breached cycle had passed when the promise was kept after all, or has
// passed now while it was not. It is plain time, not counting time.
func Lateness(v *enforcer.Verdict, now time.Time) time.Duration {
	until := v.EndedAt
	if until.IsZero() {
		until = now
	}
	return max(0, until.Sub(v.Due))
}

// count adds a cycle to exactly one of the counts; an excused breach is a breach, and counted as excused besides.
func (o *Obligation) count(c Cycle) {
	switch c.State {
	case enforcer.Met:
		o.Met++
	case enforcer.Escalated:
		o.Escalated++
	case enforcer.Breached:
		o.Breached++
		if len(c.Excused) > 0 {
			o.Excused++
		}
	case enforcer.NotJudged:
		o.NotJudged++
	case enforcer.Cancelled:
		o.Cancelled++
	default:
		o.Running++
	}
	o.Cycles = append(o.Cycles, c)
}

// share works out what was kept: the met and the escalated, of those and the breached. Cycles that were cancelled, not
// judged or still run are left out.
func (o *Obligation) share() {
	o.CarriedOut = o.Escalated
	kept := o.Met + o.Escalated
	o.Kept, o.KeptExcused = percent(kept, kept+o.Breached), percent(kept, kept+o.Breached-o.Excused)
}

// Adds reports whether the numbers and shares are those of the cycles.
func (o *Obligation) Adds() bool {
	sum := Obligation{ID: o.ID, Source: o.Source, Title: o.Title}
	for i := range o.Cycles {
		sum.count(o.Cycles[i])
	}
	sum.share()
	sum.Cycles = o.Cycles
	return reflect.DeepEqual(sum, *o)
}

// percent is rounded down to a tenth: it is 100 only when everything was kept. It is nil when nothing was judged.
func percent(kept, judged int) *float64 {
	if judged == 0 {
		return nil
	}
	p := math.Floor(float64(kept)*1000/float64(judged)) / 10
	return &p
}

// Broken reports whether a person should look at the cycle: it is a breach.
func (c *Cycle) Broken() bool { return c.State == enforcer.Breached }
