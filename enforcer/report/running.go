package report

import (
	"slices"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/ledger"
)

// OpenCycle is a cycle that goes on, with the request that it is of.
type OpenCycle struct {
	enforcer.AgendaCycle
	Item *enforcer.AgendaItem
}

// OfContract reports whether the cycle is of the contract as a whole: it is a period then.
func (c *OpenCycle) OfContract() bool { return c.Item.Issue == "" }

// Key is what people type for the issue; "" for a duty that has none yet.
func (c *OpenCycle) Key() string {
	if c.OfContract() {
		return c.IssueKey
	}
	return c.Item.IssueKey
}

// Left returns the time that is left to the deadline on the cycle's own clock, working time or plain time, as of now;
// it is negative once the deadline has passed. For a paused cycle it is what was left when the pause was last looked
// at. ok is false without a deadline, or where the calendar has no data.
func (c *OpenCycle) Left(contract *enforcer.Contract, now time.Time) (left time.Duration, ok bool) {
	if c.Due.IsZero() {
		return 0, false
	}
	if c.State == enforcer.Paused {
		now = c.Item.EvaluatedAt
	}
	clock := calendar.Term{Unit: calendar.Minutes, Always: c.AlwaysOn}
	from, to, sign := now, c.Due, time.Duration(1)
	if c.Due.Before(now) {
		from, to, sign = c.Due, now, -1
	}
	counted, err := contract.Calendar.Counted(clock, from, to, nil)
	return sign * counted, err == nil
}

// Overdue reports whether the deadline has passed and the cycle is still owed. One that is paused waits.
func (c *OpenCycle) Overdue(now time.Time) bool {
	if c.State == enforcer.Paused {
		now = c.Item.EvaluatedAt
	}
	return !c.Due.IsZero() && c.Due.Before(now)
}

// OpenCycles returns the cycles that go on, the soonest deadline first and those without one last. A cycle that was
// broken goes on until something ends it: the promise is still owed. Of a right, or the customer's own duty, nothing is
// owed once its deadline has passed.
func OpenCycles(items []enforcer.AgendaItem) []OpenCycle {
	var out []OpenCycle
	for i := range items {
		for _, c := range items[i].Cycles {
			if c.EndedAt.IsZero() && c.State != enforcer.Ended {
				out = append(out, OpenCycle{c, &items[i]})
			}
		}
	}
	slices.SortStableFunc(out, func(x, y OpenCycle) int {
		if x.Due.IsZero() || y.Due.IsZero() {
			return y.Due.Compare(x.Due) // the zero time comes before all others: reversed, it is last
		}
		return x.Due.Compare(y.Due)
	})
	return out
}

// What a step is of which the ledger has no entry.
const (
	StepToCome    = "to come"
	StepNotNeeded = "not needed" // its cycle ended before
	StepNoMoment  = "none"       // a warning of a deadline that does not exist
)

// StepState returns what became of a step as of a moment: the state of what is decided or recorded of it, or what the
// cycle tells where nothing is. A cycle that was over before enforcement began has no entries: its steps are past.
func StepState(c *enforcer.Cycle, s enforcer.CycleStep, decided enforcer.EntryState, now time.Time) string {
	ended := !c.EndedAt.IsZero()
	switch {
	case decided != "":
		return string(decided)
	case ended && (s.At.IsZero() || s.At.After(c.EndedAt)):
		return StepNotNeeded
	case s.At.IsZero():
		return StepNoMoment
	case !ended && (s.At.After(now) || s.FiresAt().After(now)):
		return StepToCome
	}
	return string(enforcer.Past)
}

// Holding is how long somebody had a request in all.
type Holding struct {
	Holder string        // enforcer.HeldByUs and so on
	Worked time.Duration // of it in working hours
	Plain  time.Duration
	Unsure bool // some of it lies in a year without calendar data: Worked is not all of it
}

// Holdings sums a request's timeline up by who had it, in the order in which they came to have it.
func Holdings(timeline []enforcer.Segment) []Holding {
	var out []Holding
	for _, s := range timeline {
		i := slices.IndexFunc(out, func(h Holding) bool { return h.Holder == s.Holder })
		if i < 0 {
			i = len(out)
			out = append(out, Holding{Holder: s.Holder})
		}
		out[i].Plain += s.To.Sub(s.From)
		out[i].Unsure = out[i].Unsure || s.Kind == enforcer.SegmentNoData
		if s.Kind == enforcer.SegmentCounting {
			out[i].Worked += s.To.Sub(s.From)
		}
	}
	return out
}

// Excusable returns the verdicts that are to be excused: the one of a cycle if that is named, else each breach that is
// not excused yet (docs/operating.md, "Reports and excuses").
func Excusable(verdicts []enforcer.Verdict, waivers []ledger.Waiver, cycle string) []enforcer.Verdict {
	var out []enforcer.Verdict
	for _, v := range verdicts {
		excused := slices.ContainsFunc(waivers, func(w ledger.Waiver) bool { return w.Of(&v) })
		if v.Cycle == cycle || (cycle == "" && v.State == enforcer.Breached && !excused) {
			out = append(out, v)
		}
	}
	return out
}
