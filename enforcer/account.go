package enforcer

import (
	"slices"
	"strings"
	"time"
)

// BilledTime is what the booked time of some requests is charged as.
type BilledTime struct {
	Month   string // of the day on which it was done, YYYY-MM
	Entries int
	Spent   time.Duration
	Billed  time.Duration
}

// Bill sums booked time up by months, each service rounded as the obligation's rule says; the months in order. A
// service is the time of one person on one request on one day together, or each entry where the rule says so. An entry
// without time is no service.
func Bill(b Billed, work []Work) []BilledTime {
	var out []BilledTime
	var services []Work
	for _, w := range work {
		if w.Spent <= 0 {
			continue
		}
		month := w.On[:min(len(w.On), len("2006-01"))]
		i := slices.IndexFunc(out, func(t BilledTime) bool { return t.Month == month })
		if i < 0 {
			i = len(out)
			out = append(out, BilledTime{Month: month})
		}
		out[i].Entries++
		out[i].Spent += w.Spent
		k := slices.IndexFunc(services, func(s Work) bool {
			return !b.PerEntry && s.On == w.On && s.Issue == w.Issue && s.By == w.By
		})
		if k < 0 {
			k = len(services)
			services = append(services, Work{On: w.On, Issue: w.Issue, By: w.By})
		} else {
			out[i].Billed -= b.Of(services[k].Spent)
		}
		services[k].Spent += w.Spent
		out[i].Billed += b.Of(services[k].Spent)
	}
	slices.SortFunc(out, func(a, b BilledTime) int { return strings.Compare(a.Month, b.Month) })
	return out
}

// Handled is the working time of a cycle from its start to its end, in working days of the contract's calendar.
func (c *Cycle) Handled() (days float64, err error) {
	worked, err := c.Calendar().Elapsed(c.StartedAt, c.EndedAt)
	return worked.Hours() / c.Calendar().DayLength().Hours(), err
}

// Spending is how much of a sum has been spent, both in hundredths of the currency.
type Spending struct {
	Obligation *Obligation
	Period     string // of the contract, by its first day
	Spent      int64
	Sum        int64 // of the whole contract
	Requests   int
}

// Cap is the amount that may be spent.
func (s Spending) Cap() int64 { return s.Sum * int64(s.percent()) / 100 }

// Share is how much of the cap is spent, in hundredths; rounded down, so that 100 is reached only when it is.
func (s Spending) Share() int {
	if s.Cap() == 0 {
		return 0
	}
	return int(s.Spent * 100 / s.Cap())
}

// Exceeded reports whether more is spent than may be: at most so much, and it may be all of it.
func (s Spending) Exceeded() bool { return s.Spent > s.Cap() }

func (s Spending) percent() int {
	for _, r := range s.Obligation.Rules {
		if r.Sum != nil {
			return r.Sum.Percent
		}
	}
	return 0
}

// Spend gives the cycle of a cap on spending: its steps come when the share of the cap that they name is spent, not
// when time has passed. The moment of a step is that of the pass that found it reached.
func Spend(c *Contract, connection string, s Spending, from, now time.Time) Evaluation {
	now = now.Truncate(time.Second)
	ev := Evaluation{Contract: c, Request: &Request{Connection: connection}, Now: now, Covered: true}
	cycle := Cycle{
		Contract: c, Obligation: s.Obligation, Rule: &s.Obligation.Rules[0], ID: s.Period, Ordinal: 1, State: Running,
		StartedAt: from, CountsFrom: from, Spending: &s,
	}
	if s.Exceeded() {
		cycle.State = Breached
	}
	for i := range cycle.Rule.Steps {
		step := &cycle.Rule.Steps[i]
		reached := step.Trigger.Due && s.Share() >= 100 || step.Trigger.Percent > 0 && s.Share() >= step.Trigger.Percent ||
			step.Trigger.Exceeded && s.Exceeded()
		cs := CycleStep{Step: step}
		if reached {
			cs.At, cs.fires = now, now
		}
		cycle.Steps = append(cycle.Steps, cs)
	}
	ev.Cycles = []Cycle{cycle}
	return ev
}
