package enforcer

import (
	"fmt"
	"slices"
	"time"

	"slabridge/enforcer/calendar"
)

// Evaluate replays the request under the contract as of now and gives every cycle, running and ended. It fails
// only where the calendar has no data for a year that is needed; nothing is guessed then.
func Evaluate(c *Contract, request *Request, now time.Time) (Evaluation, error) {
	now = now.Truncate(time.Second)
	r := request.At(now)
	ev := Evaluation{Request: &r, Contract: c, Now: now, State: r.State()}
	moments, revived, err := c.correct(r.Moments)
	if err != nil {
		return ev, fmt.Errorf("evaluate %s: %w", r.Key, err)
	}
	until := now
	if !r.GoneAt.IsZero() && r.GoneAt.Before(now) {
		until = r.GoneAt
	}
	offset := 0
	for _, t := range c.tenures(&r, moments) {
		ev.Covered = true
		for offset < len(moments) && &moments[offset] != &t.moments[0] {
			offset++
		}
		if err := ev.tenure(t, revived, offset, until); err != nil {
			return ev, fmt.Errorf("evaluate %s: %w", r.Key, err)
		}
	}
	ev.order()
	for i := range ev.Cycles {
		if err := ev.finish(&ev.Cycles[i]); err != nil {
			return ev, fmt.Errorf("evaluate %s: %s: %w", r.Key, ev.Cycles[i].Obligation.ID, err)
		}
	}
	return ev, nil
}

// tenure runs every obligation over one stay; those whose due is another's come after it.
func (ev *Evaluation) tenure(t tenure, revived map[int]time.Time, offset int, until time.Time) error {
	for _, deferred := range []bool{false, true} {
		for i := range ev.Contract.Obligations {
			o := &ev.Contract.Obligations[i]
			if o.Inert != "" || o.Off || o.Kind != Timer || o.borrows() != deferred {
				continue
			}
			run := stopwatch{ev: ev, o: o, tenure: t, revived: revived, offset: offset}
			if err := run.over(until); err != nil {
				return fmt.Errorf("%s: %w", o.ID, err)
			}
		}
	}
	return nil
}

// borrows reports whether some rule takes the due of another obligation.
func (o *Obligation) borrows() bool {
	return slices.ContainsFunc(o.Rules, func(r Rule) bool { return r.As != "" })
}

// order sorts the cycles as the contract lists the obligations, each by start, and numbers them.
func (ev *Evaluation) order() {
	place := make(map[*Obligation]int, len(ev.Contract.Obligations))
	for i := range ev.Contract.Obligations {
		place[&ev.Contract.Obligations[i]] = i
	}
	slices.SortStableFunc(ev.Cycles, func(a, b Cycle) int {
		if d := place[a.Obligation] - place[b.Obligation]; d != 0 {
			return d
		}
		return a.StartedAt.Compare(b.StartedAt)
	})
	count := make(map[*Obligation]int)
	for i := range ev.Cycles {
		o := ev.Cycles[i].Obligation
		count[o]++
		ev.Cycles[i].Ordinal = count[o]
	}
}

// stopwatch runs one obligation over one tenure.
type stopwatch struct {
	ev      *Evaluation
	o       *Obligation
	tenure  tenure
	revived map[int]time.Time
	offset  int // of the tenure's first moment among the request's

	cur      *Cycle
	root     string // the event that began the present chain of a repeating obligation
	chain    int    // cycles since that event
	breached int    // consecutive breached cycles before cur
	served   bool   // a cycle has been completed since the request was received or reopened
	answered bool   // staff has responded since then
}

// over replays the tenure and leaves the cycles in the evaluation.
func (s *stopwatch) over(until time.Time) error {
	for i := range s.tenure.moments {
		m := &s.tenure.moments[i]
		if m.At.After(until) {
			break
		}
		if err := s.advance(m.At); err != nil {
			return err
		}
		if err := s.moment(i, m); err != nil {
			return err
		}
		if at, ok := s.revived[s.offset+i]; ok && s.cur != nil {
			s.cur.revivedAt = at
		}
	}
	if err := s.advance(until); err != nil {
		return err
	}
	if until.Before(s.ev.Now) && s.cur != nil {
		return s.end(&Moment{Event: "gone", At: until}, "gone", false)
	}
	if s.cur != nil {
		return s.keep()
	}
	return nil
}

// moment lets one event act on the stopwatch: first on the cycle that runs, then on one that may start.
func (s *stopwatch) moment(i int, m *Moment) error {
	var before *Moment
	if i > 0 {
		before = &s.tenure.moments[i-1]
	}
	wasOpen := before != nil && before.State.Status.Open()
	open := m.State.Status.Open()
	if before != nil && !wasOpen && open {
		s.served, s.answered = false, false
	}
	if s.cur != nil {
		if err := s.act(m, wasOpen && !open); err != nil {
			return err
		}
	}
	starts := s.cur == nil && s.starts(before, m)
	s.answered = s.answered || m.response()
	if starts {
		return s.begin(i, m)
	}
	return nil
}

// act ends, pauses or changes the running cycle.
func (s *stopwatch) act(m *Moment, closing bool) error {
	switch {
	case s.tenure.left && !m.State.Covered:
		return s.end(m, "left-contract", false)
	case closing && m.Duplicate:
		return s.end(m, "duplicate", false)
	case closing && !m.By.Role.Staff() && m.By.Role != Bot:
		if m.By.Role == Customer {
			return s.end(m, "closed-by-customer", false)
		}
		return s.end(m, "closed-by-nobody", false)
	case s.stops(m):
		return s.stop(m)
	case closing && s.o.Start.Word != WordResolved:
		return s.end(m, "resolved", s.o.Repeat || s.o.stoppedBy(WordResponse))
	}
	rule := s.rule(m)
	switch {
	case rule == nil && !s.o.covers(m.State.Severity):
		return s.end(m, "severity", false)
	case rule == nil:
		return s.end(m, "left-status", false)
	case rule != s.cur.Rule || m.State.Severity != s.cur.Severity:
		if err := s.reclassify(rule, m); err != nil {
			return err
		}
	}
	s.pause(m)
	return nil
}

func (s *stopwatch) stops(m *Moment) bool {
	return slices.ContainsFunc(s.o.Stop, func(c Condition) bool { return c.holds(m) })
}

func (o *Obligation) stoppedBy(w Word) bool {
	return slices.ContainsFunc(o.Stop, func(c Condition) bool { return c.Word == w })
}

func (o *Obligation) covers(severity string) bool { return o.Rule(severity) != nil }

// rule is the obligation's rule for the state after m, nil where it does not apply.
func (s *stopwatch) rule(m *Moment) *Rule {
	r := s.o.Rule(m.State.Severity)
	if r == nil || (len(r.While) > 0 && !slices.Contains(r.While, m.State.Status)) {
		return nil
	}
	return r
}

// starts reports whether a cycle begins at m, none running.
func (s *stopwatch) starts(before, m *Moment) bool {
	if !m.State.Covered || s.rule(m) == nil {
		return false
	}
	if s.o.Start.Word != WordResolved && !m.State.Status.Open() {
		return false
	}
	switch start := s.o.Start; start.Word {
	case WordReceived:
		return s.receives(before, m)
	case WordResponse: // only the one that began the work, not every later note
		return start.holds(m) && !s.answered
	case WordNote:
		return start.holds(m)
	default: // a state starts a cycle when it comes about
		return start.holds(m) && (before == nil || !start.holds(before))
	}
}

// receives reports whether the request is received at m as far as this obligation is concerned: it came in, was
// reopened, or became of a severity or status class that the obligation covers.
func (s *stopwatch) receives(before, m *Moment) bool {
	first := before == nil
	reopened := !first && !before.State.Status.Open()
	if s.o.Once {
		return first
	}
	if first || reopened {
		return true
	}
	return s.rule(before) == nil && (!s.served || len(s.o.Rule(m.State.Severity).While) > 0)
}

// begin starts a cycle at m. What is already true then stops it at once.
func (s *stopwatch) begin(i int, m *Moment) error {
	at := m.At
	if i == 0 {
		at = s.tenure.start
	}
	s.root, s.chain, s.breached = m.Event, 0, 0
	s.open(m.Event, at, m.State.Severity, s.rule(m))
	s.pause(m)
	if s.o.Start.Word == WordReceived && !s.o.Repeat && s.stops(m) {
		return s.stop(m)
	}
	return nil
}

func (s *stopwatch) open(id string, at time.Time, severity string, rule *Rule) {
	s.cur = &Cycle{
		Obligation: s.o, Rule: rule, ID: id, Severity: severity, State: Running,
		StartedAt: at, CountsFrom: at, BreachedBefore: s.breached,
		bases: []base{{from: at, rule: rule}},
	}
}

// stop ends the cycle as kept or, after its due, as broken; a repeating obligation goes on from here.
func (s *stopwatch) stop(m *Moment) error {
	if err := s.end(m, "stopped", true); err != nil {
		return err
	}
	rule := s.rule(m)
	if !s.o.Repeat || !m.State.Status.Open() || rule == nil {
		return nil
	}
	s.root, s.chain = m.Event, 0
	s.open(m.Event, m.At, m.State.Severity, rule)
	s.pause(m)
	return nil
}

// end closes the running cycle at m. kept says whether ending in time keeps the promise or merely cancels it.
func (s *stopwatch) end(m *Moment, why string, kept bool) error {
	c := s.cur
	c.resume(m.At)
	due, err := s.due(m.At)
	if err != nil {
		return err
	}
	c.EndedAt, c.EndEvent, c.EndBy, c.EndWhy = m.At, m.Event, m.By, why
	switch {
	case !due.IsZero() && m.At.Truncate(time.Second).After(due):
		c.State = Breached
		s.breached++
	case kept:
		c.State = Met
		s.breached = 0
	default:
		c.State = Cancelled
		s.breached = 0
	}
	s.served = s.served || kept
	s.ev.Cycles = append(s.ev.Cycles, *c)
	s.cur = nil
	return nil
}

// advance lets time pass up to t: cycles of a repeating obligation break at their due and the next begins there.
func (s *stopwatch) advance(t time.Time) error {
	for s.cur != nil && s.o.Repeat {
		due, err := s.due(t)
		if err != nil {
			return err
		}
		if due.IsZero() || !t.Truncate(time.Second).After(due) {
			return nil
		}
		c := *s.cur
		class := c.paused()
		c.resume(due)
		c.State, c.EndedAt, c.EndWhy = Breached, due, "due"
		s.ev.Cycles = append(s.ev.Cycles, c)
		s.breached++
		s.chain++
		s.open(fmt.Sprintf("%s~%d", s.root, s.chain), due, c.Severity, c.Rule)
		if class != nil {
			s.cur.Pauses = []Pause{{From: due, Class: class.Class, Event: class.Event}}
		}
	}
	return nil
}

// keep stores the cycle that still runs at now, with what is known of it so far.
func (s *stopwatch) keep() error {
	c := s.cur
	due, err := s.due(s.ev.Now)
	if err != nil {
		return err
	}
	switch {
	case !due.IsZero() && s.ev.Now.After(due):
		c.State = Breached
	case c.paused() != nil:
		c.State = Paused
	}
	s.ev.Cycles = append(s.ev.Cycles, *c)
	return nil
}

// pause begins or ends a pause as the status after m says.
func (s *stopwatch) pause(m *Moment) {
	c := s.cur
	pausing := slices.Contains(s.o.Pause, m.State.Status)
	switch p := c.paused(); {
	case p == nil && pausing:
		c.Pauses = append(c.Pauses, Pause{From: later(m.At, c.StartedAt), Class: m.State.Status, Event: m.Event})
	case p != nil && !pausing:
		c.resume(m.At)
	}
}

func (c *Cycle) paused() *Pause {
	if n := len(c.Pauses); n > 0 && c.Pauses[n-1].To.IsZero() {
		return &c.Pauses[n-1]
	}
	return nil
}

func (c *Cycle) resume(at time.Time) {
	if p := c.paused(); p != nil {
		p.To = at
	}
}

// spans gives the pauses for the calendar; one that lasts is taken up to t.
func (c *Cycle) spans(t time.Time) []calendar.Span {
	if len(c.Pauses) == 0 {
		return nil
	}
	out := make([]calendar.Span, 0, len(c.Pauses))
	for _, p := range c.Pauses {
		to := p.To
		if to.IsZero() {
			to = t
		}
		if to.After(p.From) {
			out = append(out, calendar.Span{From: p.From, To: to})
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
