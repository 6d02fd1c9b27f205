package enforcer

import (
	"slices"
	"strconv"
	"time"
)

// stopwatch runs one obligation over one of a request's stays.
type stopwatch struct {
	ev      *Evaluation
	o       *Obligation
	period  coveragePeriod
	revived map[int]time.Time
	offset  int // of the stay's first moment among the request's
	at      int // the present moment of the stay
	first   int // the place of its first cycle in the evaluation

	cur      *Cycle    // nil, or the place of the running one
	place    Cycle     // one for all: those that ended are copied from it
	root     string    // the event that began the present chain of a repeating obligation
	chain    int       // cycles since that event
	breached int       // consecutive breached cycles before cur
	served   bool      // a cycle has been completed since the request was received or reopened
	stopped  bool      // the last cycle was ended by what it waited for
	answered bool      // staff has responded since the request was received or reopened
	told     time.Time // the last public note of staff
	reminded time.Time // the deadline of the last cycle that repeats what was asked
	silenced int       // one more than the place of the cycle whose own step closed the request, while nobody has spoken
	standing standingDate
	spoke    bool // the customer, since the request was resolved
	// confirmed: slabridge has told the customer of it since the request was received or reopened.
	confirmed bool
	// owing: the running cycle began when the request was resolved in silence.
	owing  bool
	lapsed int // one more than the place of the cycle that ended at its deadline on a resolved request, see lapse
}

// question is what the customer is asked at the present moment.
func (s *stopwatch) question() *question { return &s.ev.questions[s.offset+s.at] }

// over replays the stay and leaves the cycles in the evaluation.
func (s *stopwatch) over(until time.Time) {
	for i := range s.period.moments {
		m := &s.period.moments[i]
		if m.At.After(until) {
			break
		}
		s.advance(m.At)
		s.at = i
		if i > 0 && i == s.period.entry {
			enter(s, m)
		}
		s.moment(i, m)
		if at, ok := s.revived[s.offset+i]; ok && s.cur != nil {
			s.cur.RevivedAt = at
		}
	}
	s.advance(until)
	switch {
	case s.cur == nil:
	case until.Before(s.ev.Now):
		s.end(&Moment{Event: "gone", At: until}, until, "gone", false)
	default:
		s.keep()
	}
}

// moment lets one event act on the stopwatch: first on the cycle that runs, then on one that may start.
func (s *stopwatch) moment(i int, m *Moment) {
	var before *Moment
	if i > 0 {
		before = &s.period.moments[i-1]
	}
	wasOpen := before != nil && before.State.Status.Open()
	open := m.State.Status.Open()
	if before != nil && !wasOpen && open && !s.ev.corrects(m) {
		s.served, s.answered, s.confirmed = false, false, false
	}
	hear(s, m)
	catchUp(s, m)
	s.spoke = (s.spoke || m.answers()) && (!open || !wasOpen)
	moved := s.standing.follow(s, before, m)
	if s.cur != nil {
		closedByCustomer := m.Duplicate || m.StatusSet && m.By.Role == Customer
		outlives := s.o.Start.Silent || s.o.outlivesResolution()
		s.act(before, m, !open && (wasOpen || outlives && closedByCustomer), moved)
	}
	s.recordConsent(m)
	starts := s.cur == nil && s.starts(before, m)
	s.answered = s.answered || m.response()
	s.confirmed = s.confirmed || m.By.Role == Bot && m.Note == Public && slices.Contains(m.Steps, s.o.ID+"/start")
	if m.Note == Public && m.noteRole().Staff() {
		s.told = m.At
	}
	if starts {
		s.begin(i, m)
	}
}

// wasOpen reports whether the request was open before the present moment.
func (s *stopwatch) wasOpen() bool { return s.at > 0 && s.period.moments[s.at-1].State.Status.Open() }

// act ends, pauses or changes the running cycle.
func (s *stopwatch) act(before, m *Moment, closing, moved bool) {
	s.follow(before, m, moved)
	s.noticed(m)
	switch why, kept := s.ending(m, closing); {
	case why == "stopped":
		s.stop(m)
	case why != "":
		s.end(m, m.At, why, kept)
	case s.o.Again != nil && s.holds(s.o.Again, m):
		s.end(m, m.At, "again", false)
		s.launch(m, m.At)
	default:
		s.reclassify(s.rule(m), m)
		s.pause(m)
	}
}

// ending is why m ends the running cycle, "" when it does not, and whether such an end in time fulfils the obligation.
func (s *stopwatch) ending(m *Moment, closing bool) (why string, kept bool) {
	ofResolution := s.o.Start.Word == WordResolved
	switch {
	case s.period.left && !m.State.Covered:
		return "left-contract", false
	case closing && m.Duplicate:
		return "duplicate", false
	case closing && m.By.Role == Customer:
		return "closed-by-customer", false
	case closing && m.Silence:
		return "closed-by-silence", false
	case closing && !m.By.Role.Staff():
		return "closed-by-nobody", false
	case s.stops(m):
		return "stopped", true
	case closing && !ofResolution && !s.o.outlivesResolution() && !owes(s, m):
		return "resolved", s.o.Repeat || s.o.StopsWith(WordResponse)
	case ofResolution && m.State.Status.Open(), s.o.Start.Silent && reopens(s, m) && (s.owing || !s.ev.corrects(m)):
		return "reopened", false
	case !s.o.covers(m.State.Severity):
		return "severity", false
	case s.rule(m) == nil:
		return "left-status", false
	}
	return "", false
}

// noticed keeps when the notice was given that the running cycle's deadline needs.
func (s *stopwatch) noticed(m *Moment) {
	notice, _ := s.cur.Rule.notice()
	if notice != nil && s.cur.noticedAt.IsZero() && m.By.Role == Bot && m.Note == Public &&
		slices.Contains(m.Steps, s.o.ID+"/"+notice.ID) {
		s.cur.noticedAt = m.At
	}
}

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
	if !m.State.Covered && !s.period.outside || s.rule(m) == nil {
		return false
	}
	start := &s.o.Start
	spec := start.Word.Spec()
	if !spec.closed && !m.State.Status.Open() && !(start.Silent && m.resolvesSilently()) {
		return false
	}
	switch {
	case spec.holds != nil && !spec.holds(s, start, m):
		return false
	case spec.begins != nil:
		return spec.begins(s, start, before, m)
	}
	// a state starts a cycle when it comes about, or when the request is reopened with what was asked for undone
	return spec.holds != nil && (before == nil || !spec.holds(s, start, before) || start.renewed(before, m) ||
		!before.State.Status.Open() && !s.stopped || s.o.Again != nil && s.holds(s.o.Again, m))
}

// holds reports whether the condition is true at moment m, as an act of m or as the state after it.
func (s *stopwatch) holds(c *Condition, m *Moment) bool {
	spec := c.Word.Spec()
	return spec.holds != nil && spec.holds(s, c, m)
}

// stops reports whether something that the obligation waits for is true at m.
func (s *stopwatch) stops(m *Moment) bool {
	for i := range s.o.Stop {
		if s.holds(&s.o.Stop[i], m) {
			return true
		}
	}
	return false
}

// receives reports whether the request is received at m as far as this obligation is concerned: it came in, was
// reopened, or became of a severity or status class that the obligation covers.
func (s *stopwatch) receives(_ *Condition, before, m *Moment) bool {
	first := before == nil
	reopened := !first && !before.State.Status.Open()
	if s.o.Once || s.o.Kind == Check {
		return first
	}
	if first || reopened && (m.By.Role != Bot || s.spoke) {
		return true
	}
	return s.rule(before) == nil && (!s.served || len(s.o.Rule(m.State.Severity).While) > 0)
}

// begin starts a cycle at m. What is already true then stops it at once; a check is judged by it.
func (s *stopwatch) begin(i int, m *Moment) {
	at := m.At
	if i == 0 {
		at = s.period.start
	}
	if t := s.o.Start.timeOf(m); !t.IsZero() && !t.Before(s.period.start) {
		at = t
	}
	s.breached = 0
	s.launch(m, at)
	switch {
	case s.o.Kind == Check:
		s.judge(m)
	case s.owing && s.o.Start.Silent && s.termless(at): // on a resolved request it would never end
		s.end(m, at, "resolved", false)
	case s.cur.Rule.On == DueDate && s.standing.past:
		s.end(m, at, PastDate, false)
	case !s.o.Repeat && s.stops(m):
		s.stop(m)
	}
}

// launch begins a chain of cycles with one that is named by the event.
func (s *stopwatch) launch(m *Moment, at time.Time) {
	s.root, s.chain, s.owing = m.Event, 0, !m.State.Status.Open()
	s.open(m.Event, at, m.State.Severity, s.rule(m))
	if s.o.Start.Word == WordAsked {
		s.cur.Asked = s.question().at
		if s.o.Repeat { // from the question on, or what reminded of it last
			s.cur.bases[0].from = later(s.cur.Asked, s.reminded)
		}
	}
	s.agree(m)
	if s.cur.Rule.On == DueDate {
		d := &s.standing
		s.cur.Date, s.cur.lastDate, s.cur.dateSetAt, s.cur.Rests = d.date, d.date, m.At, d.consent
	}
	s.pause(m)
}

func (s *stopwatch) open(id string, at time.Time, severity string, rule *Rule) {
	s.cur = &s.place
	s.place = Cycle{
		Contract: s.ev.Contract, Obligation: s.o, Rule: rule, ID: id, Severity: severity, State: Running,
		StartedAt: at, CountsFrom: at, BreachedBefore: s.breached,
		bases: []base{{from: at, rule: rule}},
	}
}

// judge ends a check in the moment it began: kept when what it asks for is true, broken when not.
func (s *stopwatch) judge(m *Moment) {
	rule := s.cur.Rule
	kept := s.stops(m) || rule.AtMost > 0 && m.Work != nil && m.Work.Spent <= rule.AtMost
	s.end(m, s.cur.StartedAt, "stopped", kept)
	c := &s.ev.Cycles[len(s.ev.Cycles)-1]
	c.Work, c.WorkBy = m.Work, m.By
	if !kept {
		c.EndWhy = "failed"
		if !s.o.NoVerdict {
			c.State = Breached
		}
	}
}

// stop ends the cycle as kept or, after its deadline, as broken; a repeating obligation goes on from here.
func (s *stopwatch) stop(m *Moment) {
	if s.o.StopsWith(WordDueDate) { // a date met it: keep what the date rests on
		s.cur.Date, s.cur.Rests = s.standing.date, s.standing.consent
	}
	stood := s.cur.ID == m.Event && s.stoodBefore(m)
	s.end(m, s.stoppedAt(m), "stopped", true)
	if stood { // whoever reopened the request did not do it
		s.ev.Cycles[len(s.ev.Cycles)-1].EndBy = Person{}
	}
	rule := s.rule(m)
	// an obligation that repeats from the receipt starts its next cycle at once; any other waits for its start
	// condition
	if s.o.Repeat && s.o.Start.Word == WordReceived && m.State.Status.Open() && rule != nil {
		s.launch(m, m.At)
	}
}

// stoodBefore reports whether a state that stops the cycle was there before the moment, and not brought about in it.
func (s *stopwatch) stoodBefore(m *Moment) bool {
	i := slices.IndexFunc(s.period.moments, func(x Moment) bool { return x.Event == m.Event })
	return i > 0 && slices.ContainsFunc(s.o.Stop, func(c Condition) bool {
		return (c.Word == WordAssignee || c.Word == WordPriority) && s.holds(&c, m) &&
			s.holds(&c, &s.period.moments[i-1])
	})
}

// stoppedAt is when what stopped the cycle happened: the event, or the earlier moment that its field names.
func (s *stopwatch) stoppedAt(m *Moment) time.Time {
	for i := range s.o.Stop {
		c := &s.o.Stop[i]
		if t := c.timeOf(m); s.holds(c, m) && !t.IsZero() && !t.Before(s.cur.StartedAt) {
			return t
		}
	}
	return m.At
}

// end closes the running cycle at a moment. kept says whether an end in time fulfils the obligation or only cancels the
// cycle.
func (s *stopwatch) end(m *Moment, at time.Time, why string, kept bool) {
	c := s.cur
	if at.Before(c.StartedAt) { // its start lies later, at a reopening
		c.StartedAt = at
	}
	c.endPauses(at)
	due, err := s.due(at)
	c.EndedAt, c.EndEvent, c.EndBy, c.EndWhy = at, m.Event, m.By, why
	switch {
	case err != nil: // not judged, as finish says
		s.breached = 0
	case why == "reopened" && s.ev.corrects(m):
		c.State = Cancelled
	case !due.IsZero() && at.Truncate(time.Second).After(due):
		c.State = s.o.broken()
		s.breached++
	case kept:
		c.State = Met
		s.breached = 0
	default:
		c.State = Cancelled
		s.breached = 0
	}
	s.served, s.stopped = s.served || kept, kept
	s.ev.Cycles = append(s.ev.Cycles, *c)
	if why == "closed-by-silence" {
		s.silenced = len(s.ev.Cycles)
	}
	s.cur = nil
}

// termless reports whether the running cycle has no deadline.
func (s *stopwatch) termless(at time.Time) bool {
	due, err := s.due(at)
	return err == nil && due.IsZero()
}

// advance lets time pass up to t: a cycle of a repeating obligation is breached at its deadline, and the next begins
// there.
func (s *stopwatch) advance(t time.Time) {
	if s.at < s.period.entry { // under another contract, or none
		return
	}
	lapse(s, t)
	for s.cur != nil && s.o.Repeat {
		due, err := s.due(t)
		if err != nil || due.IsZero() || !t.Truncate(time.Second).After(due) {
			return
		}
		c := s.cur
		class, severity, rule, asked := c.paused(), c.Severity, c.Rule, c.Asked
		c.resume(due)
		c.State, c.EndedAt, c.EndWhy = s.o.broken(), due, "due"
		s.reminded = due
		s.ev.Cycles = append(s.ev.Cycles, *c)
		s.breached++
		s.chain++
		from := s.ev.afterCorrection(due)
		s.open(s.root+"~"+strconv.Itoa(s.chain), from, severity, rule)
		s.cur.Asked = asked
		if class != nil {
			s.cur.Pauses = []Pause{{From: from, Class: class.Class, Event: class.Event}}
		}
	}
}

// keep stores the cycle that still runs at now, with what is known of it so far.
func (s *stopwatch) keep() {
	c := s.cur
	due, err := s.due(s.ev.Now)
	switch {
	case err == nil && !due.IsZero() && s.ev.Now.After(due):
		c.State = s.o.broken()
	case c.paused() != nil:
		c.State = Paused
	}
	s.ev.Cycles = append(s.ev.Cycles, *c)
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
