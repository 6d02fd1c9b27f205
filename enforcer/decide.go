package enforcer

import (
	"slices"
	"time"

	"slabridge/enforcer/calendar"
)

// Standing is what the ledger already says of a step.
type Standing int

// The standings.
const (
	Unrecorded Standing = iota // never decided
	Pending                    // decided and not yet written: decide again
	Settled                    // written, or recorded as never to be written
)

// Line is what separates the past from what may be written about (DESIGN "What must always hold", 6).
type Line struct {
	// EnforceFrom is the contract's first pass on the connection, or the admin's date.
	EnforceFrom time.Time
	// PassedAt is the last complete pass. A step that had not come then and lies before it now was not brought
	// about by time, but by a change of configuration, calendar data or a back-dated field. Zero on a first pass.
	PassedAt time.Time
}

// visibilityLag is how long after its own timestamp a tracker's change may become visible to us: a step whose
// moment lies within it before the last pass is still new.
const visibilityLag = 2 * time.Minute

// Decide says what is to become of every step whose moment has come, in the order of their moments. Steps that
// are Settled are left out, and so are those of cycles that were over before enforcement began. It is pure: the same evaluation, standings and line give the same decisions.
func Decide(ev Evaluation, standing func(StepKey) Standing, line Line) ([]Decision, error) {
	d := decider{ev: ev, standing: standing, line: line}
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		for _, step := range c.Steps {
			if fires := step.FiresAt(); fires.IsZero() || fires.After(ev.Now) {
				continue
			}
			if err := d.step(i, c, step); err != nil {
				return nil, err
			}
		}
	}
	d.overtake()
	slices.SortStableFunc(d.out, func(a, b Decision) int { return a.Moment.Compare(b.Moment) })
	return d.out, nil
}

type decider struct {
	ev       Evaluation
	standing func(StepKey) Standing
	line     Line
	out      []Decision
	cycleOf  []*Cycle // beside out
}

func (d *decider) step(i int, c *Cycle, s CycleStep) error {
	r, contract := d.ev.Request, d.ev.Contract
	key := StepKey{
		Connection: r.Connection, Issue: r.Issue, Contract: contract.ID,
		Obligation: c.Obligation.ID, Cycle: c.ID, Step: s.Step.ID,
	}
	standing := d.standing(key)
	if standing == Settled {
		return nil
	}
	if standing == Unrecorded && !c.EndedAt.IsZero() && c.EndedAt.Before(d.line.EnforceFrom) {
		return nil // over before enforcement began: history, of which an old tracker has no end
	}
	ended, over := d.endOf(i, c)
	if over && ended.EndedAt.Before(s.At) {
		return nil // the cycle ended before the step's moment came
	}
	dec := Decision{
		Key: key, State: Intended, Moment: s.At, Due: c.Due, Source: c.Obligation.Source,
		Breach: s.Step.Trigger.Due, Severity: c.Severity,
	}
	if s.Step.Comment != nil {
		dec.Audience = s.Step.Comment.Audience
	} else {
		dec.Audience = Internal
	}
	switch {
	case standing == Unrecorded && d.past(c, s):
		dec.State, dec.Reason = Past, d.pastReason(s)
	case r.Hold != "":
		dec.State, dec.Reason = Held, holdReason(r.Hold)
	case over:
		dec.State, dec.Reason = Needless, needlessReason(ended)
	default:
		dec.Reason = stepReason(&d.ev, c, s)
		dec.Changes = d.changes(c, s)
		if err := d.hours(&dec, c); err != nil {
			return err
		}
	}
	d.out = append(d.out, dec)
	d.cycleOf = append(d.cycleOf, c)
	return nil
}

// endOf finds out whether what the cycle's steps call for is over, and the cycle whose end made it so: its own
// end, or for a repeating obligation's broken cycle the answer that came later.
func (d *decider) endOf(i int, c *Cycle) (*Cycle, bool) {
	if c.Obligation.Kind == Check { // it is judged at once, and what it found is still to be said
		return c, false
	}
	if c.EndWhy != "due" {
		return c, !c.EndedAt.IsZero()
	}
	for j := i + 1; j < len(d.ev.Cycles) && d.ev.Cycles[j].Obligation == c.Obligation; j++ {
		if next := &d.ev.Cycles[j]; next.EndWhy != "due" {
			return next, !next.EndedAt.IsZero()
		}
	}
	return c, false
}

// past reports whether the step's moment lies before the line.
func (d *decider) past(c *Cycle, s CycleStep) bool {
	at := s.FiresAt()
	if at.Before(d.line.EnforceFrom) {
		return true
	}
	if c.revivedAt.After(at) {
		at = c.revivedAt
	}
	return !d.line.PassedAt.IsZero() && at.Before(d.line.PassedAt.Add(-visibilityLag))
}

// changes is what the step wants of the tracker. Assignments and bumps act only in the first of consecutive
// broken cycles.
func (d *decider) changes(c *Cycle, s CycleStep) Changes {
	var ch Changes
	if s.Step.Comment != nil {
		ch.Comment = d.comment(c, s)
	}
	ch.Watch, ch.Action = s.Step.Watch, s.Step.Action
	if c.BreachedBefore == 0 {
		ch.Assign, ch.Duty, ch.Priority = s.Step.Assign, s.Step.Duty, s.Step.Priority
	}
	return ch
}

// hours lets internal steps keep working hours when the obligation's own clock does (DESIGN, 13). A step that
// comes due exactly at a close is written at once.
func (d *decider) hours(dec *Decision, c *Cycle) error {
	if dec.Audience == Public || c.alwaysOn() {
		return nil
	}
	cal := c.Contract.Calendar
	in, err := cal.InHours(d.ev.Now)
	if err != nil || in {
		return err
	}
	if _, day := cal.InHours(dec.Moment.Add(-time.Second)); day == nil {
		last, err := cal.PreviousClose(d.ev.Now)
		if err != nil {
			return err
		}
		if last.Equal(dec.Moment) {
			return nil
		}
	}
	dec.NotBefore, err = cal.NextOpening(d.ev.Now)
	dec.State, dec.Reason = Waiting, waitReason(dec.NotBefore, cal.Location())
	return err
}

// alwaysOn reports whether the cycle's own clock runs round the clock: the one that its due is counted on, which a
// raised severity may have left as it was.
func (c *Cycle) alwaysOn() bool {
	if t := c.clock; t != nil {
		return t.Always || t.Unit >= calendar.PlainDays
	}
	return c.Rule.Always
}

// overtake marks steps that a later step of the same obligation for the same audience, to be written in this
// very pass, makes superfluous; a public step only by a public one. What repeats on a request says the last word for
// all its cycles; each period of a duty has an issue of its own, and each check is of something else.
func (d *decider) overtake() {
	for i := range d.out {
		if !d.out[i].State.toBeWritten() {
			continue
		}
		for j := range d.out {
			a, b := &d.out[i], &d.out[j]
			later := b.Moment.After(a.Moment) || (b.Moment.Equal(a.Moment) && j > i)
			if i != j && later && b.State.toBeWritten() && a.Audience == b.Audience &&
				d.cycleOf[i].Obligation == d.cycleOf[j].Obligation && (a.Key.Cycle == b.Key.Cycle || !d.cycleOf[i].apart()) &&
				b.Changes.covers(a.Changes) {
				a.State, a.Reason = Overtaken, overtakenReason(b)
				a.Changes = Changes{}
				break
			}
		}
	}
}

// apart reports whether what is said of the cycle says nothing of the obligation's other cycles.
func (c *Cycle) apart() bool { return c.Obligation.Kind == Duty || c.Obligation.Kind == Check }

// covers reports whether making these changes leaves nothing of the other undone.
func (ch Changes) covers(other Changes) bool {
	return (other.Assign == "" || ch.Assign.Rank() >= other.Assign.Rank()) && other.Action == "" &&
		(other.Priority == "" || ch.Priority == other.Priority || ch.Priority == PriorityTop) &&
		(other.Watch == "" || ch.Watch == other.Watch)
}
