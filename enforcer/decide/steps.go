package decide

import (
	"errors"
	"slices"
	"time"

	"slabridge/enforcer"
)

// Steps says what is to become of every step whose moment has come, in the order of their moments. recorded gives
// what the ledger has of a step. Steps that are written, or will never be, are
// left out, and so are those of cycles that were over before enforcement began.
func Steps(
	ev enforcer.Evaluation, recorded func(enforcer.StepKey) enforcer.StepRecord, cutover enforcer.Cutover,
) []enforcer.Decision {
	d := decider{ev: ev, recorded: recorded, cutover: cutover, untold: untold(&ev)}
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		for _, step := range c.Steps {
			if fires := step.FiresAt(); fires.IsZero() || fires.After(ev.Now) {
				continue
			}
			d.step(i, c, step)
		}
	}
	d.overtake()
	d.kept()
	slices.SortStableFunc(d.out, func(a, b enforcer.Decision) int { return a.Moment.Compare(b.Moment) })
	return d.out
}

// StepByID gives the step of a cycle that has an id, or the order that takes it back, whatever is to become of it.
func StepByID(ev enforcer.Evaluation, id string) (enforcer.Decision, bool) {
	d := decider{ev: ev}
	if !ev.Covered {
		return enforcer.Decision{}, false
	}
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		for _, s := range c.Steps {
			key := d.key(c, s)
			order := enforcer.RevertKey(key)
			if key.ID() != id && order.ID() != id {
				continue
			}
			dec := d.decision(key, c, s)
			if dec.Changes = d.changes(c, s); order.ID() == id {
				dec.Key, dec.Breach, dec.Changes.Actions = order, false, enforcer.Actions{}
			}
			return dec, true
		}
	}
	return enforcer.Decision{}, false
}

// TooLate reports whether the step with an id warns of a deadline that has passed: what is left of a write that tells
// of it is not written any more.
func TooLate(ev enforcer.Evaluation, id string) bool {
	d := decider{ev: ev}
	if !ev.Covered {
		return false
	}
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		for _, s := range c.Steps {
			if d.key(c, s).ID() == id {
				asks := s.Step.Asked(c.BreachedBefore > 0)
				return d.tooLate(c, s, &asks)
			}
		}
	}
	return false
}

type decider struct {
	ev       enforcer.Evaluation
	recorded func(enforcer.StepKey) enforcer.StepRecord
	cutover  enforcer.Cutover
	untold   map[stepOf]bool
	out      []enforcer.Decision
	cycleOf  []*enforcer.Cycle // beside out
	late     []bool            // beside out: warns of a deadline that has passed
}

func (d *decider) step(i int, c *enforcer.Cycle, s enforcer.CycleStep) {
	r, key := d.ev.Request, d.key(c, s)
	was := d.recorded(key)
	if !was.State.Can(enforcer.Waiting) { // written, or never to be; what was withdrawn or needless may come alive again
		return
	}
	if was.State == "" && !c.EndedAt.IsZero() && c.EndedAt.Before(d.cutover.EnforceFrom) {
		return // over before enforcement began: history, of which an old tracker has no end
	}
	ended, over := d.endOf(i, c)
	if s.Step.Trigger.Past { // it tells of what cancelled the cycle, unless the date has been mended since
		over = d.ev.State.DueDate != c.Date
	}
	if s.Step.Trigger.Answered { // it follows the cycle's end, until staff goes on with the request
		over = !c.AnswerTaken.IsZero()
	} else if over && ended.EndedAt.Before(s.At) {
		return // the cycle ended before the step's moment came
	}
	dec, untold := d.decision(key, c, s), d.untold[stepOf{i, s.Step.ID}]
	switch {
	case was.State == "" && d.past(c, s), !over && !untold && d.movedIntoPast(c, s, was, &dec):
		dec.State, dec.Reason = enforcer.Past, d.pastReason(s)
	case errors.As(c.Unjudged, new(*enforcer.Fault)):
		dec.State, dec.Reason = enforcer.Held, faultReason(c.Unjudged)
	case over:
		dec.State, dec.Reason = enforcer.Needless, needlessReason(ended, s)
	case r.Hold != "" || r.HeldBy != nil:
		dec.State, dec.Reason = enforcer.Held, holdReason(r, d.ev.Contract.Zone())
	case untold:
		dec.State, dec.Reason = enforcer.Needless, backedOffReason(c.Obligation.TellsAtMost())
	default:
		dec.Reason = stepReason(c, s)
		dec.Changes = d.changes(c, s)
		d.hours(&dec, c)
	}
	d.out = append(d.out, dec)
	d.cycleOf = append(d.cycleOf, c)
	d.late = append(d.late, d.tooLate(c, s, &dec.Changes.Actions))
}

func (d *decider) key(c *enforcer.Cycle, s enforcer.CycleStep) enforcer.StepKey {
	r := d.ev.Request
	return d.ev.Contract.StepKey(r.Connection, r.Issue, c.Obligation.ID, c.ID, s.Step.ID)
}

// decision is about a step, before it is known what is to become of it.
func (d *decider) decision(key enforcer.StepKey, c *enforcer.Cycle, s enforcer.CycleStep) enforcer.Decision {
	dec := enforcer.Decision{
		Key: key, State: enforcer.Intended, Moment: s.At, Due: c.Due, Source: c.Obligation.Source,
		Breach: s.Step.Trigger.Due && !c.Obligation.NoVerdict, Severity: c.Severity, Audience: enforcer.Internal,
	}
	if s.Step.Comment != nil {
		dec.Audience = s.Step.Comment.Audience
	}
	return dec
}

// tooLate reports whether a step warns of a deadline that has passed, in whichever pass that is seen: something kept it
// from being written in time. One that would stand after the deadline, if it takes a moment, is as late, but for a step
// that is that near to the deadline by itself. What it asks for beside its comment must be the due step's matter too.
func (d *decider) tooLate(c *enforcer.Cycle, s enforcer.CycleStep, asks *enforcer.Actions) bool {
	stands := d.ev.Now.Truncate(time.Second)
	if c.Due.Sub(s.At) > 2*underWay {
		stands = stands.Add(underWay)
	}
	if s.Step.Trigger.Start() || s.Step.Trigger.Due || s.Step.Trigger.Answered || c.Due.IsZero() || !stands.After(c.Due) {
		return false
	}
	if *asks == (enforcer.Actions{}) {
		return true
	}
	for _, other := range c.Steps {
		if other.Step.Trigger.Due {
			due := other.Step.Asked(c.BreachedBefore > 0)
			return due.Cover(asks)
		}
	}
	return false
}

// endOf finds out whether what the cycle's steps call for is over, and the cycle whose end made it so: its own
// end, or for a repeating obligation's broken cycle the answer that came later.
func (d *decider) endOf(i int, c *enforcer.Cycle) (*enforcer.Cycle, bool) {
	if c.Obligation.Kind == enforcer.Check { // it is judged at once, and what it found is still to be said
		return c, false
	}
	if c.EndWhy != "due" {
		return c, !c.EndedAt.IsZero()
	}
	if !c.Obligation.Repeat { // it ended with the request, and what was to be written is, until somebody else has
		return c, !c.AnswerTaken.IsZero()
	}
	for j := i + 1; j < len(d.ev.Cycles) && d.ev.Cycles[j].Obligation == c.Obligation; j++ {
		if next := &d.ev.Cycles[j]; next.EndWhy != "due" {
			return next, !next.EndedAt.IsZero()
		}
	}
	return c, false
}

// past reports whether the step's moment lies before the cutover. A duty's running period is not past: the issue of one
// that ran already when it was installed is owed at once.
func (d *decider) past(c *enforcer.Cycle, s enforcer.CycleStep) bool {
	return !d.owed(c, s) && (s.FiresAt().Before(d.cutover.EnforceFrom) || d.passed(later(s.FiresAt(), c.RevivedAt)))
}

// owed reports whether the step makes the issue of a duty's period that runs, and is not over its deadline.
func (d *decider) owed(c *enforcer.Cycle, s enforcer.CycleStep) bool {
	return c.Run != nil && s.Step.Action == enforcer.ActionCreate && (c.Run.To.IsZero() || c.Run.To.After(d.ev.Now)) &&
		(c.Due.IsZero() || c.Due.After(d.ev.Now))
}

// passed reports whether the last complete pass had the moment behind it.
func (d *decider) passed(at time.Time) bool {
	return !d.cutover.PassedAt.IsZero() && at.Before(d.cutover.PassedAt.Add(-visibilityLag))
}

// movedIntoPast reports whether a recorded step that was not to be written yet lies in the past now because the
// configuration, the calendar or a back-dated field changed: it waited for an opening, was not called for, or lies
// before a cutover that was moved. A step whose moment simply came, or that people revived, is still written.
func (d *decider) movedIntoPast(
	c *enforcer.Cycle, s enforcer.CycleStep, was enforcer.StepRecord, dec *enforcer.Decision,
) bool {
	at := later(s.FiresAt(), c.RevivedAt)
	switch {
	case d.owed(c, s):
		return false
	case c.Run == nil && s.FiresAt().Before(d.cutover.EnforceFrom):
		return true
	case !d.cutover.Changed && !s.At.Before(was.Moment):
		return false
	case was.State == enforcer.Needless, was.State == enforcer.Withdrawn,
		was.State == enforcer.Waiting && was.NotBefore.After(d.ev.Now):
		return d.passed(later(at, waitsFor(c, dec, at)))
	}
	return false
}

// changes is what the step wants of the tracker.
func (d *decider) changes(c *enforcer.Cycle, s enforcer.CycleStep) enforcer.Changes {
	var ch enforcer.Changes
	if s.Step.Comment != nil {
		ch.Comment = d.comment(c, s)
	}
	ch.Actions = s.Step.Asked(c.BreachedBefore > 0)
	return ch
}

// hours makes internal steps wait for working hours if the obligation's own clock counts them (docs/contracts.md, "What
// an obligation is"). A step whose moment is exactly a close is written at once, and so is one at a time without
// calendar data, for which no opening is known.
func (d *decider) hours(dec *enforcer.Decision, c *enforcer.Cycle) {
	if opening := waitsFor(c, dec, d.ev.Now); !opening.IsZero() {
		dec.NotBefore, dec.State, dec.Reason = opening, enforcer.Waiting, d.waitReason(opening)
	}
}

// waitsFor is the opening that a step to be written at a moment waits for; zero when it waits for none.
func waitsFor(c *enforcer.Cycle, dec *enforcer.Decision, at time.Time) time.Time {
	if dec.Audience == enforcer.Public || c.AlwaysOn() {
		return time.Time{}
	}
	cal := c.Calendar()
	if in, err := cal.InHours(at); err != nil || in {
		return time.Time{}
	}
	if _, day := cal.InHours(dec.Moment.Add(-time.Second)); day == nil {
		if last, err := cal.PreviousClose(at); err != nil || last.Equal(dec.Moment) {
			return time.Time{}
		}
	}
	opening, err := cal.NextOpening(at)
	if err != nil {
		return time.Time{}
	}
	return opening
}

// overtake marks steps that a later step of the same obligation for the same audience, to be written in this very pass,
// makes superfluous; a public step only by a public one; and warnings of a deadline that has passed. What repeats on a
// request says the last word for all its cycles; each period of a duty has an issue of its own, and each check is of
// something else.
func (d *decider) overtake() {
	for i := range d.out {
		if !toBeWritten(d.out[i].State) {
			continue
		}
		for j := range d.out {
			a, b := &d.out[i], &d.out[j]
			later := b.Moment.After(a.Moment) || (b.Moment.Equal(a.Moment) && j > i)
			if i != j && later && toBeWritten(b.State) && a.Audience == b.Audience &&
				d.cycleOf[i].Obligation == d.cycleOf[j].Obligation && (a.Key.Cycle == b.Key.Cycle || !apart(d.cycleOf[i])) &&
				b.Changes.Cover(&a.Changes.Actions) {
				a.State, a.Reason = enforcer.Overtaken, overtakenReason(b)
				a.Changes = enforcer.Changes{}
				break
			}
		}
		if a := &d.out[i]; d.late[i] && toBeWritten(a.State) {
			a.State, a.NotBefore, a.Changes = enforcer.Overtaken, time.Time{}, enforcer.Changes{}
			a.Reason = enforcer.Because("overtaken", "the due has come: a warning of it comes too late")
		}
	}
}

// kept leaves out the due step of an obligation that a comment of our own fulfils, if that comment has been sent or
// goes out in this pass: the due step would say something untrue.
func (d *decider) kept() {
	for i := range d.out {
		a, c := &d.out[i], d.cycleOf[i]
		if !toBeWritten(a.State) || !a.Breach || !ours(c.Obligation) {
			continue
		}
		for _, s := range c.Steps {
			key := a.Key
			key.Step = s.Step.ID
			was := d.recorded(key).State
			goes := was == enforcer.Sent || was == enforcer.Done || slices.ContainsFunc(d.out, func(b enforcer.Decision) bool {
				return b.Key == key && toBeWritten(b.State)
			})
			if s.Step.Trigger.Start() && goes {
				a.State, a.Reason, a.Changes = enforcer.Needless, enforcer.Because("ended", endings["stopped"]), enforcer.Changes{}
				a.NotBefore = time.Time{}
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// toBeWritten reports whether a step decided so is written, now or later.
func toBeWritten(s enforcer.EntryState) bool { return s == enforcer.Intended || s == enforcer.Waiting }

// apart reports whether what is said of the cycle says nothing of the obligation's other cycles.
func apart(c *enforcer.Cycle) bool {
	return c.Obligation.Kind == enforcer.Duty || c.Obligation.Kind == enforcer.Check
}
