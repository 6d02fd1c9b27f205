package enforcer

import "time"

// What a cycle still asks for after its request was resolved or closed.

// hear records that the customer wrote in a request which a step of ours had closed, and what staff did after that.
func hear(s *stopwatch, m *Moment) {
	if s.silenced == 0 {
		return
	}
	c := &s.ev.Cycles[s.silenced-1]
	switch {
	case c.AnsweredAt.IsZero() && m.answers() && m.Note != Internal:
		c.AnsweredAt = m.At
	case m.By.Role.Staff() && (m.StatusSet || m.Note == Public):
		if !c.AnsweredAt.IsZero() {
			c.AnswerTaken = m.At
		}
		s.silenced = 0
	}
}

// owes reports whether the running cycle is owed still after m, which resolves the request in silence: that staff began
// is to be confirmed to the customer, and until its deadline has passed there is time for it.
func owes(s *stopwatch, m *Moment) bool {
	if !s.o.Start.Silent || !m.resolvesSilently() {
		return false
	}
	due, err := s.due(m.At)
	return err == nil && !due.IsZero() && !m.At.Truncate(time.Second).After(due)
}

// reopens reports whether m opens a request that was resolved or closed.
func reopens(s *stopwatch, m *Moment) bool { return s.at > 0 && !s.wasOpen() && m.State.Status.Open() }

// lapse ends, at its deadline at the latest, what is owed of a request that was resolved in silence. Nobody waits for a
// confirmation that work began on what has been over for longer.
func lapse(s *stopwatch, t time.Time) {
	if s.cur == nil || !s.o.Start.Silent || s.period.moments[s.at].State.Status.Open() {
		return
	}
	due, err := s.due(t)
	if err != nil || due.IsZero() || !t.Truncate(time.Second).After(due) {
		return
	}
	c := *s.cur
	c.State, c.EndedAt, c.EndWhy = s.o.broken(), due, "due"
	s.ev.Cycles = append(s.ev.Cycles, c)
	s.breached++
	s.stopped = false
	s.cur, s.lapsed = nil, len(s.ev.Cycles)
}

// catchUp keeps when the customer was told after all of what lapsed, or when that became pointless: until then
// slabridge still writes the step, late.
func catchUp(s *stopwatch, m *Moment) {
	if s.lapsed == 0 || !s.stops(m) && !m.State.Status.Open() && !m.Duplicate && !(m.StatusSet && m.By.Role == Customer) {
		return
	}
	s.ev.Cycles[s.lapsed-1].AnswerTaken = m.At
	s.lapsed = 0
}
