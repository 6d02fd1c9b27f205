package enforcer

import (
	"time"

	"slabridge/enforcer/calendar"
)

// base is a reading of a cycle's deadline: the rule's term counted from a moment. A raised severity adds a base, the
// earliest due of all bases wins.
type base struct {
	from time.Time
	rule *Rule
}

// reclassify applies a changed severity at m (docs/contracts.md, "What holds for every contract"): raised, the deadline
// is the earlier of the old one and the new rule applied to a notice at m; lowered, the new rule from the start; a
// breach already reached stays.
func (s *stopwatch) reclassify(rule *Rule, m *Moment) {
	c := s.cur
	if rule == c.Rule && m.State.Severity == c.Severity {
		return
	}
	due, _ := s.due(m.At) // an unknown deadline has not been broken
	was := c.Severity
	c.Severity = m.State.Severity
	if rule == c.Rule || (!due.IsZero() && m.At.Truncate(time.Second).After(due)) {
		return
	}
	contract := s.ev.Contract
	c.Rule = rule
	if contract.SeverityRank(c.Severity) < contract.SeverityRank(was) {
		c.bases = append(c.bases, base{from: m.At, rule: rule})
		return
	}
	c.bases = []base{{from: c.StartedAt, rule: rule}}
}

// due is the running cycle's deadline as of t, a lasting pause taken up to t; zero when it has none.
func (s *stopwatch) due(t time.Time) (time.Time, error) {
	r, err := s.ev.ruling(s.cur, t)
	return r.due, err
}

// ruling is a deadline with the reasons for it.
type ruling struct {
	due         time.Time
	from        time.Time
	term        *calendar.Term // the clock the cycle counts on
	own         time.Time      // the deadline as it would be without agreedHours
	agreedHours []calendar.Span
	note        string
	provisional bool
	// reckoned: the deadline is the term from the moment, and the calendar tells the reasons (Cycle.DueWhy).
	reckoned bool
	pauses   []calendar.Span // that count in it
}

// ruling works the deadline of a cycle out: the earliest of its bases.
func (ev *Evaluation) ruling(c *Cycle, t time.Time) (ruling, error) {
	var best ruling
	for i, b := range c.bases {
		r, err := ev.baseRuling(c, b, t)
		if err != nil {
			return ruling{}, err
		}
		if i == 0 || best.due.IsZero() || (!r.due.IsZero() && r.due.Before(best.due)) {
			best = r
		}
	}
	if !c.ceiling.IsZero() && (best.due.IsZero() || best.due.After(c.ceiling)) {
		best.due, best.note = c.ceiling, NoteMoved
	}
	if c.Run != nil {
		return ev.withinContract(c, best)
	}
	return best, nil
}

func (ev *Evaluation) baseRuling(c *Cycle, b base, t time.Time) (ruling, error) {
	if c.Obligation.Beside != "" {
		if err := ev.besides(c, &b); err != nil {
			return ruling{}, err
		}
	}
	switch {
	case !c.agreed.IsZero():
		r := ruling{from: b.from, due: c.agreed, term: &workingClock, note: FieldAgreedDue}
		if b.rule.Within != nil {
			r.term, r.agreedHours = b.rule.Within, roundTheClock(ev.Request, c, b.rule, t)
		}
		return r, nil
	case b.rule.On == DueDate:
		return ev.dateRuling(c, b.from, c.Date)
	case b.rule.On == PeriodEnd:
		return ev.periodRuling(c)
	case b.rule.As != "":
		return ev.borrowed(c, b, t)
	case b.rule.Within == nil:
		return ruling{from: b.from}, nil
	}
	return ev.termRuling(c, b, t)
}

// termRuling is the rule's term from the base on. A term that is over when the cycle begins, because it runs from an
// earlier moment, is due at once.
func (ev *Evaluation) termRuling(c *Cycle, b base, t time.Time) (ruling, error) {
	r := ruling{from: b.from, term: b.rule.Within, reckoned: true, pauses: c.spans(t)}
	cal := c.Calendar()
	res, err := cal.DueUnexplained(b.from, *r.term, r.pauses)
	if err != nil {
		return r, err
	}
	r.due, r.provisional = res.At, res.Provisional
	if b.from.Before(c.StartedAt) {
		r.due = later(r.due, c.StartedAt.In(cal.Location()))
	}
	if err = ev.awaitNotice(c, b, t, &r); err != nil {
		return r, err
	}
	if r.agreedHours = roundTheClock(ev.Request, c, b.rule, t); len(r.agreedHours) > 0 {
		r.own = r.due
		r.due, err = afterHours(cal, *r.term, r.own, r.agreedHours, r.pauses)
		if !r.due.Equal(r.own) {
			r.note = FieldAfterHours
		}
	}
	return r, err
}

// awaitNotice moves a deadline whose step needs a notice before it by as much as that notice is late. It is in time by
// the end of the day, or shift, on which its step falls; until it is given, the deadline is counted from now.
func (ev *Evaluation) awaitNotice(c *Cycle, b base, t time.Time, r *ruling) error {
	notice, rest := b.rule.notice()
	if notice == nil {
		return nil
	}
	cal := c.Calendar()
	latest, err := noticeAt(c, b.from, notice.Trigger.After, c.spans(t))
	if err != nil {
		return err
	}
	given := c.noticedAt
	if given.IsZero() {
		given = t
	}
	lastDay, err := cal.DayOf(latest)
	if err != nil {
		return err
	}
	if day, err := cal.DayOf(given); err != nil || !lastDay.Before(day) {
		return err
	}
	due, err := cal.DueAt(given, rest, nil)
	if err == nil && due.After(r.due) {
		r.due, r.note = due, "notice "+notice.ID
	}
	return err
}

// beside is the cycle of the obligation beside which the cycle runs, nil when none of it runs as well.
func (ev *Evaluation) beside(c *Cycle) *Cycle {
	var out *Cycle
	for i := range ev.Cycles {
		if o := &ev.Cycles[i]; o.Obligation.ID == c.Obligation.Beside && o.Obligation.Active() &&
			!o.StartedAt.After(c.StartedAt) &&
			(o.EndedAt.IsZero() || o.EndedAt.After(c.StartedAt)) {
			out = o
		}
	}
	return out
}

// besides lets the notice of the cycle beside count as one of this cycle's: what is due after it runs on from there.
func (ev *Evaluation) besides(c *Cycle, b *base) error {
	other := ev.beside(c)
	if other == nil || b.rule.Within == nil {
		return nil
	}
	notice, _ := other.Rule.notice()
	if notice == nil {
		return nil
	}
	at, err := noticeAt(other, other.bases[0].from, notice.Trigger.After, nil)
	if err != nil || !at.After(b.from) || !other.EndedAt.IsZero() && other.EndedAt.Before(at) {
		return err
	}
	due, err := c.Calendar().DueAt(b.from, *b.rule.Within, nil)
	if err == nil && !at.After(due) {
		b.from = at
	}
	return err
}

// noticeAt is when a step so long after the start is taken; of a civil count at the same time of that day, not at its
// close.
func noticeAt(c *Cycle, from time.Time, after *calendar.Term, pauses []calendar.Span) (time.Time, error) {
	if after.Unit == calendar.CivilBusinessDays {
		return c.Calendar().SameTime(from, after.N)
	}
	return c.Calendar().DueAt(from, *after, pauses)
}

// notice is the step that must come before the rule's deadline, and the term from it to the deadline; nil when none
// must.
func (r *Rule) notice() (*Step, calendar.Term) {
	for i := range r.Steps {
		if !r.Steps[i].Trigger.Due || r.Steps[i].Notice == "" || r.Within == nil {
			continue
		}
		for j := range r.Steps {
			if n := &r.Steps[j]; n.ID == r.Steps[i].Notice && n.Trigger.After != nil {
				rest := *r.Within
				rest.N, rest.Cutoff = max(1, r.Within.N-n.Trigger.After.N), nil
				return n, rest
			}
		}
	}
	return nil, calendar.Term{}
}

// borrowed is the deadline of the other obligation's cycle on the same request, but not before the cycle's own start
// and what the rule adds to it.
func (ev *Evaluation) borrowed(c *Cycle, b base, t time.Time) (ruling, error) {
	r := ruling{from: b.from, note: "as " + b.rule.As}
	var other *Cycle
	for i := range ev.Cycles {
		if o := &ev.Cycles[i]; o.Obligation.ID == b.rule.As && !o.StartedAt.After(c.StartedAt) &&
			(other == nil || o.StartedAt.After(other.StartedAt)) {
			other = o
		}
	}
	if other == nil {
		return r, nil
	}
	end := t
	if !other.EndedAt.IsZero() {
		end = earlier(end, other.EndedAt)
	}
	lent, err := ev.ruling(other, end)
	if err != nil || lent.due.IsZero() {
		return r, err
	}
	lent.note = r.note
	if earliest := c.StartedAt.Add(b.rule.NotBefore); lent.due.Before(earliest) {
		lent.due = earliest
	}
	return lent, nil
}

// finish fills in what people and decisions need: the deadline, elapsed and remaining time, and the moments of the
// steps.
func (ev *Evaluation) finish(c *Cycle) {
	end := c.EndedAt
	if end.IsZero() {
		end = ev.Now
	}
	r, err := ev.ruling(c, end)
	if err != nil {
		c.unjudge(err)
		r = ruling{from: c.StartedAt}
	}
	c.Due, c.DueNote, c.Provisional, c.CountsFrom = r.due, r.note, r.provisional, r.from
	c.clock, c.agreedHours, c.reckoned, c.duePauses = r.term, r.agreedHours, r.reckoned, r.pauses
	c.measure(end)
	ev.steps(c, r, end)
}

// steps works out when each step of the cycle is to be taken, and the next moment at which time alone acts.
func (ev *Evaluation) steps(c *Cycle, r ruling, end time.Time) {
	for i := range c.Rule.Steps {
		step := &c.Rule.Steps[i]
		at, err := ev.stepAt(c, r, step.Trigger, end)
		if c.doneBefore(step, at) {
			at = time.Time{}
		}
		if err != nil {
			at = time.Time{}
			if step.Trigger.Before == nil { // a warning before the calendar's data begins is none, and the deadline is known
				c.unjudge(err)
			}
		}
		s := CycleStep{Step: step, At: at, fires: at}
		if step.Trigger.Due && c.Obligation.Kind != Check {
			s.fires = afterDue(at)
		}
		c.Steps = append(c.Steps, s)
		if c.EndedAt.IsZero() && c.State != Paused {
			ev.upcoming(s.fires)
		}
	}
	if c.EndedAt.IsZero() && c.State == Running {
		ev.upcoming(afterDue(c.Due))
	}
}

func (ev *Evaluation) stepAt(c *Cycle, r ruling, t Trigger, end time.Time) (time.Time, error) {
	cal := c.Calendar()
	switch {
	case t.Past != (c.EndWhy == PastDate): // each is the other's only step
		return time.Time{}, nil
	case t.Past:
		return c.StartedAt, nil
	case c.Obligation.Kind == Duty && c.Run == nil: // as if a notice could start one
		return time.Time{}, nil
	case c.Obligation.Kind == Check:
		if c.State == Met {
			return time.Time{}, nil
		}
		return c.StartedAt, nil
	case t.Start() && c.MovedAt.IsZero():
		return c.StartedAt, nil
	case t.Start():
		return c.MovedAt, nil
	case t.Answered:
		return c.AnsweredAt, nil
	case t.After != nil:
		at, err := noticeAt(c, r.from, t.After, c.spans(end))
		if !c.Due.IsZero() && !at.Before(c.Due) { // both sides agreed on an earlier due
			return time.Time{}, err
		}
		return at, err
	case c.Due.IsZero():
		return time.Time{}, nil
	case t.Due && c.Obligation.Beside != "":
		return ev.unlessOver(c, end)
	case t.Due:
		return c.Due, nil
	case t.Before != nil:
		at, err := cal.Before(c.Due, *t.Before)
		if err != nil || at.Before(c.StartedAt) { // the agreed date is too near for this step: whoever set it knows
			return time.Time{}, err
		}
		return at, nil
	}
	if r.term == nil || !c.Due.After(r.from) {
		return time.Time{}, nil
	}
	due := c.Due
	if !r.own.IsZero() {
		due = r.own
	}
	at, err := cal.Percent(*r.term, r.from, due, t.Percent, c.spans(end))
	if err != nil || r.own.IsZero() {
		return at, err
	}
	return afterHours(cal, *r.term, at, r.agreedHours, c.spans(end))
}

// unlessOver is the cycle's deadline, unless the cycle beside it is due by then: after a closing nobody is reminded.
func (ev *Evaluation) unlessOver(c *Cycle, end time.Time) (time.Time, error) {
	other := ev.beside(c)
	if other == nil {
		return c.Due, nil
	}
	if !other.EndedAt.IsZero() {
		end = other.EndedAt
	}
	last, err := ev.ruling(other, end)
	if err != nil || !last.due.IsZero() && !c.Due.Before(last.due) {
		return time.Time{}, err
	}
	return c.Due, nil
}

// FiresAt is the first second at which the step is taken: a deadline's own second still counts as in time. Zero when
// the step has no moment.
func (s CycleStep) FiresAt() time.Time { return s.fires }

// afterDue is the first second in which a deadline is broken; zero for none.
func afterDue(due time.Time) time.Time {
	if due.IsZero() {
		return due
	}
	return due.Truncate(time.Second).Add(time.Second)
}

func (ev *Evaluation) upcoming(at time.Time) {
	if at.After(ev.Now) && (ev.Next.IsZero() || at.Before(ev.Next)) {
		ev.Next = at
	}
}

// RemainingAt is the counting time from a moment to the deadline of a cycle; 0 from the deadline on.
func (ev *Evaluation) RemainingAt(c *Cycle, at time.Time) time.Duration {
	if c.Due.IsZero() || c.Rule.Within == nil || c.clock == nil || !at.Before(c.Due) {
		return 0
	}
	d, _ := c.counted(at, c.Due, nil) // the deadline itself was computed over the same days
	return d
}
