package enforcer

import (
	"fmt"
	"slices"
	"time"

	"slabridge/enforcer/calendar"
)

// Recurrence is when something that a contract asks for is to be done, as the admin says.
type Recurrence struct {
	ID         string // the admin's name for it; "" where the obligation has one only
	Obligation string
	Period     string         // PeriodMonth and so on, or a cron line in the contract's zone
	Within     *calendar.Term // from the start of the period; nil: as the obligation's rule says
}

// The periods that the calendar year has.
const (
	PeriodMonth   = "month"
	PeriodQuarter = "quarter"
	PeriodYear    = "year"
)

// Period is one period of a duty, [From, To).
type Period struct {
	ID       string // "2026-Q3", "2026-11", "2026"
	From, To time.Time
}

// Periods lists the periods of a kind that begin at or after since and not after until, and the one that comes next;
// none for a kind that the year does not have.
func Periods(kind string, since, until time.Time, zone *time.Location) []Period {
	months := map[string]int{PeriodMonth: 1, PeriodQuarter: 3, PeriodYear: 12}[kind]
	if months == 0 {
		return nil
	}
	since = since.In(zone)
	first := 1 + (int(since.Month())-1)/months*months
	var out []Period
	for at := time.Date(since.Year(), time.Month(first), 1, 0, 0, 0, 0, zone); ; {
		next := time.Date(at.Year(), at.Month()+time.Month(months), 1, 0, 0, 0, 0, zone)
		if !at.Before(since) {
			out = append(out, Period{ID: periodID(kind, at), From: at, To: next})
		}
		if at.After(until) {
			return out
		}
		at = next
	}
}

func periodID(kind string, at time.Time) string {
	switch kind {
	case PeriodYear:
		return at.Format("2006")
	case PeriodQuarter:
		return fmt.Sprintf("%d-Q%d", at.Year(), (int(at.Month())+2)/3)
	}
	return at.Format("2006-01")
}

// LocalPeriods lists the periods that begin at the local times which next gives one after another (read as UTC; zero:
// no more), from since on until the first one after until, at most limit and one more. Each occurs exactly once,
// whatever the clocks of the zone do: a local time is the first moment at which the zone's clock shows it or a later
// one, and times that fall on one moment, because the clock jumped over the others, are one period with the name of
// the last.
func LocalPeriods(next func(time.Time) time.Time, since, until time.Time, zone *time.Location, limit int) []Period {
	var out []Period
	wall := next(wallClock(since.In(zone).AddDate(0, 0, -2))) // a zone may leave out a whole day
	for !wall.IsZero() && len(out) <= limit {
		from, following := calendar.FirstMoment(wall, zone), next(wall)
		var to time.Time
		if !following.IsZero() {
			to = calendar.FirstMoment(following, zone)
		}
		if !from.Before(since) && !from.Equal(to) {
			out = append(out, Period{ID: wall.Format("2006-01-02T15:04"), From: from, To: to})
			if from.After(until) {
				break
			}
		}
		wall = following
	}
	return out
}

// wallClock is what the clock shows at t, read as UTC.
func wallClock(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// LoadZone returns the zone of an IANA name from the data inside the program; see [calendar.LoadZone].
func LoadZone(name string) (*time.Location, error) { return calendar.LoadZone(name) }

// Run is one period of one of a contract's duties, with what has become of it.
type Run struct {
	Obligation string
	Duty       string         // the admin's name for it; "" where the obligation has one only
	Within     *calendar.Term // from the start of the period; nil: as the obligation's rule says
	Period     string         // its id: "2026-Q3", "2026-11", or the local moment at which a cron period begins
	From, To   time.Time      // [From, To)
	Since      time.Time      // from when on the contract's duties are owed: what was due by then is not

	Issue     string    // the tracker's id of the issue made for it; "" while there is none in sight
	MadeAt    time.Time // since when it is known to be made: a step that should have come before is late, not past
	DoneAt    time.Time // when that issue was resolved or closed; zero while it is open
	DoneBy    Person
	DoneEvent string
	GoneAt    time.Time // when that issue was found deleted
	Key       string    // what people type for that issue
	Hidden    bool      // that issue is out of our sight: nothing is judged
}

// CycleID names the run's cycle: by the period, and the duty where there is more than one.
func (r *Run) CycleID() string {
	if r.Duty == "" {
		return r.Period
	}
	return r.Duty + "@" + r.Period
}

// EvaluateDuties gives the cycle of every run that has begun at now, as an Evaluation whose request has no issue.
// Periods that began under an earlier version of the contract are judged by that version. One whose deadline is not
// known, for want of calendar data, is not judged; what it begins with is done all the same.
func EvaluateDuties(c *Contract, connection string, runs []Run, now time.Time) Evaluation {
	now = now.Truncate(time.Second)
	ev := Evaluation{Contract: c, Request: &Request{Connection: connection}, Now: now, Covered: true}
	ordinal := map[string]int{}
	for i := range runs {
		r := &runs[i]
		if r.From.After(now) {
			if ev.Next.IsZero() || r.From.Before(ev.Next) {
				ev.Next = r.From
			}
			continue
		}
		version := c.inForce(r.From)
		o := version.Obligation(r.Obligation)
		if o == nil || !o.Active() || len(o.Rules) == 0 {
			continue
		}
		cycle := ev.run(version, o, r)
		ev.finish(&cycle)
		if r.Issue == "" && !cycle.Due.IsZero() && !cycle.Due.After(later(r.From, r.Since)) {
			// nothing is owed in the period: no working day of it is left or lies within the contract, or it was due
			// before we watched
			continue
		}
		ordinal[r.Obligation+"/"+r.Duty]++
		cycle.Ordinal = ordinal[r.Obligation+"/"+r.Duty]
		ev.Cycles = append(ev.Cycles, cycle)
	}
	return ev
}

// inForce is the version of the contract that holds at t: the one valid then, or the last.
func (c *Contract) inForce(t time.Time) *Contract {
	for _, v := range c.Earlier {
		if v.valid(t) {
			return v
		}
	}
	return c
}

// endOfValidity is when the contract, all its versions together, ends for what began at t; zero: never.
func (c *Contract) endOfValidity(t time.Time) time.Time {
	end := c.inForce(t).ValidTo
	for !end.IsZero() {
		next := c.inForce(end)
		if !next.valid(end) {
			return end
		}
		end = next.ValidTo
	}
	return end
}

// run is the cycle of one period.
func (ev *Evaluation) run(version *Contract, o *Obligation, r *Run) Cycle {
	rule := o.Rules[0]
	if r.Within != nil {
		rule.Within, rule.On = r.Within, ""
	}
	if r.Issue == "" { // there is nothing to comment on until the issue is made
		var made []Step
		for _, s := range rule.Steps {
			if s.Action == ActionCreate {
				made = append(made, s)
			}
		}
		rule.Steps = made
	}
	c := Cycle{
		Contract: version, Obligation: o, Rule: &rule, ID: r.CycleID(), State: Running, StartedAt: r.From, CountsFrom: r.From,
		bases: []base{{from: r.From, rule: &rule}}, Run: r, RevivedAt: r.MadeAt,
	}
	due, _ := ev.ruling(&c, ev.Now) // one that is not known has not passed; finish says why
	late := func(at time.Time) bool { return !due.due.IsZero() && at.Truncate(time.Second).After(due.due) }
	switch {
	case !r.DoneAt.IsZero() && !r.DoneAt.After(ev.Now):
		c.EndedAt, c.EndEvent, c.EndBy, c.EndWhy, c.State = r.DoneAt, r.DoneEvent, r.DoneBy, "stopped", Met
		if late(r.DoneAt) {
			c.State = Breached
		}
	case !r.GoneAt.IsZero() && !r.GoneAt.After(ev.Now):
		c.EndedAt, c.EndWhy, c.State = r.GoneAt, "gone", Cancelled
	case late(ev.Now):
		c.State = Breached
	}
	return c
}

// periodRuling is the close of the last working day of the cycle's period.
func (ev *Evaluation) periodRuling(c *Cycle) (ruling, error) {
	r := ruling{from: c.StartedAt, term: &workingClock, note: string(PeriodEnd)}
	if c.Run == nil {
		return ruling{from: c.StartedAt}, nil
	}
	cal := c.Calendar()
	var err error
	r.due, err = lastClose(cal, c.Run.To)
	return r, err
}

// lastClose is the close of the last working day that begins before a midnight.
func lastClose(cal *calendar.Calendar, midnight time.Time) (time.Time, error) {
	day, err := cal.LastWorkingDayOnOrBefore(calendar.DateOf(midnight.In(cal.Location())).AddDays(-1))
	if err != nil {
		return time.Time{}, err
	}
	return cal.CloseOf(day)
}

// withinContract moves the deadline of a duty's period that is cut short by the end of the contract to the close of the
// last working day inside it.
func (ev *Evaluation) withinContract(c *Cycle, r ruling) (ruling, error) {
	end := ev.Contract.endOfValidity(c.StartedAt)
	if end.IsZero() || !r.due.After(end) {
		return r, nil
	}
	last, err := lastClose(c.Calendar(), end)
	if err != nil {
		return r, err
	}
	r.due, r.note, r.reckoned = last, DueNoteContractEnds, false
	return r, nil
}

// DueNoteContractEnds is the Cycle.DueNote of a period that is cut short by the end of the contract.
const DueNoteContractEnds = "contract-ends"

// versions lists the texts of the contract, the oldest first.
func (c *Contract) versions() []*Contract {
	return append(slices.Clone(c.Earlier), c)
}
