package enforcer

import (
	"time"

	"slabridge/enforcer/calendar"
)

// follow keeps what people agree about the running cycle's due up to date: an agreed moment, or the due date.
//
// A due date that staff moves earlier binds at once. One moved later is a proposal: it binds when the customer
// moved it, or once one of the obligation's Accept conditions comes about after the move. Nothing that comes after
// the due changes what was due.
func (s *stopwatch) follow(before, m *Moment) {
	s.agree(m)
	c := s.cur
	if c.Rule.On != DueDate || before == nil {
		return
	}
	due, _ := s.due(m.At) // one that is not known has not passed
	inTime := due.IsZero() || !m.At.Truncate(time.Second).After(due)
	if from, to := before.State.DueDate, m.State.DueDate; from != to {
		move := Move{Event: m.Event, At: m.At, By: m.By, From: from, To: to}
		earlier := to != "" && to < c.Date && m.By.Role != Customer
		later := to > c.Date && m.By.Role == Customer
		if inTime && (earlier || later) {
			move.Binding, c.Date = m.At, to
		}
		c.Moves = append(c.Moves, move)
	}
	if p := c.proposal(); p != nil && inTime && s.accepted(before, m) {
		p.Binding, c.Date = m.At, p.To
	}
}

// proposal is the last move, when it was to a later date that does not bind yet.
func (c *Cycle) proposal() *Move {
	if n := len(c.Moves); n > 0 && c.Moves[n-1].Binding.IsZero() && c.Moves[n-1].To > c.Date {
		return &c.Moves[n-1]
	}
	return nil
}

// accepted reports whether a condition of acceptance came about at m. A field that stays filled from an earlier
// agreement accepts nothing.
func (s *stopwatch) accepted(before, m *Moment) bool {
	for i := range s.o.Accept {
		c := &s.o.Accept[i]
		if !s.holds(c, m) {
			continue
		}
		if c.Word != WordField || m.State.Fields[c.Field] != before.State.Fields[c.Field] {
			return true
		}
	}
	return false
}

// FieldAgreedDue is the mapped field for a due moment that both sides agreed on.
const FieldAgreedDue = "agreed-due"

// agree takes the due moment that both sides agreed on, where the text lets them, unless the due has passed.
func (s *stopwatch) agree(m *Moment) {
	c := s.cur
	at := m.State.Times[FieldAgreedDue]
	if !s.o.Agreed || at.Equal(c.agreed) || at.Before(c.StartedAt) && !at.IsZero() {
		return
	}
	if due, err := s.due(m.At); err == nil && !due.IsZero() && m.At.Truncate(time.Second).After(due) {
		return
	}
	c.agreed = at
}

// workingClock is the clock of a due that is not a term: the contract's working time.
var workingClock = calendar.Term{N: 1, Unit: calendar.Hours}

// dateRuling is the close of a date, or of the last working day before it.
func (ev *Evaluation) dateRuling(c *Cycle, from time.Time, date string) (ruling, error) {
	r := ruling{from: from, term: &workingClock, note: string(DueDate) + " " + date}
	day, err := calendar.ParseDate(date)
	if err != nil {
		return ruling{from: from}, nil //nolint:nilerr // no date, no due
	}
	if day, err = c.Calendar().LastWorkingDayOnOrBefore(day); err != nil {
		return r, err
	}
	if r.due, err = c.Calendar().CloseOf(day); err != nil {
		return r, err
	}
	if closed := r.due; closed.Before(c.StartedAt) { // a date given after its own close
		r.due = c.StartedAt
	}
	return r, nil
}
