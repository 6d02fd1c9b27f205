package enforcer

import (
	"time"

	"slabridge/enforcer/calendar"
)

// PastDate is the Cycle.EndWhy of a cycle whose date lay in the past when it was set: it is cancelled at its start.
const PastDate = "past-date"

// follow keeps what people agree about the running cycle's deadline up to date: an agreed moment, or the due date.
//
// A due date that staff moves earlier binds at once. One moved later is a proposal: it binds when the customer moved
// it, when his consent is recorded, or once one of the obligation's Accept conditions comes about after the move. A
// date in the past binds nothing, and nothing that comes after the deadline changes what was due.
func (s *stopwatch) follow(before, m *Moment, moved bool) {
	s.agree(m)
	c := s.cur
	if c.Rule.On != DueDate || before == nil {
		return
	}
	due, _ := s.due(m.At) // one that is not known has not passed
	inTime := due.IsZero() || !m.At.Truncate(time.Second).After(due)
	if moved {
		s.move(m, inTime)
	}
	if p := c.proposal(); p != nil && inTime && !s.isPast(p.To, m.At) {
		if by := s.acceptedBy(before, m, p); by.Kind != "" {
			c.bind(p, m, by)
		}
	}
}

// move keeps that the date was moved at m, and binds the cycle to the new one where that needs no consent.
func (s *stopwatch) move(m *Moment, inTime bool) {
	c, d := s.cur, &s.standing
	c.Moves = append(c.Moves, Move{Event: m.Event, At: m.At, By: m.By, From: c.lastDate, To: d.date, Past: d.past})
	c.lastDate = d.date
	last := &c.Moves[len(c.Moves)-1]
	switch {
	case d.past:
		s.ev.Cycles = append(s.ev.Cycles, s.bornInThePast(m))
	case d.date == c.Date: // back to the one that binds
		last.Binding, last.Rests = m.At, c.Rests
	case !inTime || d.date == "":
	case d.date < c.Date && m.By.Role.Staff():
		c.bind(last, m, Consent{Kind: MovedEarlier, Event: m.Event, At: m.At, By: m.By})
	}
}

// bind makes the date of a move the one that decides the deadline from m on.
func (c *Cycle) bind(move *Move, m *Moment, rests Consent) {
	move.Binding, move.Rests = m.At, rests
	c.Date, c.dateSetAt, c.Rests = move.To, m.At, rests
}

// bornInThePast is the cycle of a date that lay in the past when it was set at m.
func (s *stopwatch) bornInThePast(m *Moment) Cycle {
	return Cycle{
		Contract: s.ev.Contract, Obligation: s.o, Rule: s.cur.Rule, ID: m.Event, Severity: m.State.Severity,
		State: Cancelled, StartedAt: m.At, CountsFrom: m.At, Date: s.standing.date,
		EndedAt: m.At, EndEvent: m.Event, EndBy: m.By, EndWhy: PastDate,
		bases: []base{{from: m.At, rule: s.cur.Rule}},
	}
}

// proposal is the last move, when it was to a date that does not bind and could.
func (c *Cycle) proposal() *Move {
	if n := len(c.Moves); n > 0 {
		if p := &c.Moves[n-1]; p.Binding.IsZero() && !p.Past && p.To != "" {
			return p
		}
	}
	return nil
}

// acceptedBy is the consent to a proposal that came at m; its kind is "" where none did. A field that stays filled from
// an earlier agreement accepts nothing.
func (s *stopwatch) acceptedBy(before, m *Moment, p *Move) Consent {
	if d := &s.standing; d.date == p.To && d.consent.Event == m.Event {
		return d.consent
	}
	for i := range s.o.Accept {
		c := &s.o.Accept[i]
		changed := m.State.Fields[c.Field] != before.State.Fields[c.Field] && m.By.Role != ""
		if s.holds(c, m) && c.Word != WordDueDate && (c.Word != WordField || changed) {
			return Consent{Kind: ConsentAccepted, Event: m.Event, At: m.At, By: m.By}
		}
	}
	return Consent{}
}

// isPast reports whether the date was over when it was set. The very day on which it was set was not over.
func (s *stopwatch) isPast(date string, setAt time.Time) bool {
	return date != "" && date < setAt.In(s.ev.Contract.Zone()).Format(time.DateOnly)
}

// recordConsent adds consent that came at m to the cycles of the date, those that ended too: it changes nothing of what
// they came to.
func (s *stopwatch) recordConsent(m *Moment) {
	d := &s.standing
	if d.consent.Kind == "" || d.consent.Event != m.Event {
		return
	}
	add := func(c *Cycle) {
		if c.Obligation == s.o && c.Date == d.date && c.EndWhy != PastDate && c.Rests.Kind == "" {
			c.Rests = d.consent
		}
	}
	for i := range s.ev.Cycles {
		add(&s.ev.Cycles[i])
	}
	if s.cur != nil {
		add(s.cur)
	}
}

// FieldAgreedDue is the mapped field for a deadline that both sides agreed on.
const FieldAgreedDue = "agreed-due"

// agree takes the deadline that both sides agreed on, where the text lets them, unless the deadline has passed. A
// moment that has passed when it is entered is no agreement.
func (s *stopwatch) agree(m *Moment) {
	c := s.cur
	at := m.State.Times[FieldAgreedDue]
	if !s.o.Agreed || at.Equal(c.agreed) || at.Before(m.At) && !at.IsZero() {
		return
	}
	passed := func() bool {
		due, err := s.due(m.At)
		return err == nil && !due.IsZero() && m.At.Truncate(time.Second).After(due)
	}
	if passed() {
		return
	}
	was := c.agreed
	c.agreed = at
	if at.IsZero() && passed() { // removed after the term had passed: it stays, so that nothing is broken by it
		c.agreed = was
	}
}

// workingClock is the clock of a deadline that is not a term: the contract's working time.
var workingClock = calendar.Term{Unit: calendar.Hours}

// dateRuling is the close of a date. One on a day off ends at the close of the next working day, or of the last one
// before where the rule says so; one whose close had passed when it was set, at the next close.
func (ev *Evaluation) dateRuling(c *Cycle, from time.Time, date string) (ruling, error) {
	r := ruling{from: from, term: &workingClock, note: string(DueDate) + " " + date}
	day, err := calendar.ParseDate(date)
	if err != nil || c.EndWhy == PastDate {
		return ruling{from: from}, nil //nolint:nilerr // no date, no deadline
	}
	cal := c.Calendar()
	if c.Rule.DayOff == DayOffBefore {
		day, err = cal.LastWorkingDayOnOrBefore(day)
	} else {
		day, err = cal.FirstWorkingDayOnOrAfter(day)
	}
	if err != nil {
		return r, err
	}
	if r.due, err = cal.CloseOf(day); err == nil && r.due.Before(c.dateSetAt) {
		r.due, err = cal.NextClose(c.dateSetAt)
	}
	return r, err
}

// SetLate reports whether the cycle's date was set after that day's close, so that it binds at the next one.
func (c *Cycle) SetLate() bool {
	if c.Rule.On != DueDate || c.Date == "" || c.EndWhy == PastDate {
		return false
	}
	day, err := calendar.ParseDate(c.Date)
	if err != nil {
		return false
	}
	closes, err := c.Calendar().CloseOf(day) // a day off has none
	return err == nil && closes.Before(c.dateSetAt)
}
