package enforcer

import (
	"time"

	"slabridge/enforcer/calendar"
)

// FieldAfterHours is the mapped field by which both sides agree to work on a request round the clock (kamal п. 8).
const FieldAfterHours = "after-hours-agreed"

// AfterHours are the stretches in which both sides had agreed to work on the request round the clock. To is zero while
// one lasts.
func (r *Request) AfterHours() []calendar.Span {
	var out []calendar.Span
	agreed := false
	for i := range r.Moments {
		m := &r.Moments[i]
		now := m.State.Fields[FieldAfterHours] != ""
		switch {
		case now && !agreed:
			out = append(out, calendar.Span{From: m.At})
		case !now && agreed:
			out[len(out)-1].To = m.At
		}
		agreed = now
	}
	return out
}

// roundTheClock are the stretches, as known at t, in which a cycle's time runs round the clock though its rule's does
// not: the gravest severity's minutes and hours, from the agreement on and never before the severity was so grave.
func roundTheClock(r *Request, c *Cycle, rule *Rule, t time.Time) []calendar.Span {
	term := rule.Within
	if term == nil || term.Always || term.Unit != calendar.Minutes && term.Unit != calendar.Hours ||
		c.Contract.SeverityRank(c.Severity) != 0 {
		return nil
	}
	var out []calendar.Span
	since := c.bases[len(c.bases)-1].from
	for _, s := range r.AfterHours() {
		s.From = later(s.From, since)
		if s.To.After(t) {
			s.To = time.Time{}
		}
		if !s.From.After(t) && (s.To.IsZero() || s.To.After(s.From)) {
			out = append(out, s)
		}
	}
	return out
}

// plainClock is the clock of plain time.
var plainClock = calendar.Term{Unit: calendar.Hours, Always: true}

// afterHours moves a moment of a term by what was agreed: the counting time left until it, a cut-off's too, runs as
// plain time from the agreement on, and as the term does again from its end on. A moment that had passed stays.
func afterHours(
	cal *calendar.Calendar, term calendar.Term, at time.Time, agreed, pauses []calendar.Span,
) (time.Time, error) {
	var err error
	for _, s := range agreed {
		if s.From.Before(at) {
			if at, err = cal.Reclock(s.From, at, term, plainClock, pauses); err != nil {
				return at, err
			}
		}
		if !s.To.IsZero() && s.To.Before(at) {
			if at, err = cal.Reclock(s.To, at, plainClock, term, pauses); err != nil {
				return at, err
			}
		}
	}
	return at, nil
}
