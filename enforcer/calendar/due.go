package calendar

import (
	"time"

	"slabridge/config/message"
)

// Result is a deadline and how it came about.
type Result struct {
	At          time.Time // in the calendar's zone, whole seconds
	Why         []Reason  // in the order in which a person would tell it
	Provisional bool      // it rests on data that may still change
}

// DueAt returns the moment at which a term that starts at start is due.
//
//   - Minutes and hours: the earliest moment before which so much working time
//     has passed. 0m is due at once, outside hours too.
//   - Business days, received inside hours: the same local time on the Nth
//     following working day, or that day's close if it closes earlier. A shift
//     over midnight is one day, that of its opening; the same local time in it
//     is as long after that date's midnight.
//     Received outside hours: the close of the Nth working day, of which the
//     next one that has not opened yet is the first.
//   - Civil business days: the close of the Nth working day after the day of
//     the start, which within a shift is that of its opening.
//   - Plain days, and minutes and hours round the clock: plain time.
//   - Calendar days: the last second of the Nth day after the date of the
//     start, whether it is worked or not. They count on the plain clock.
//   - A cut-off, where it holds (see Cutoff), goes before all this: its local
//     time on the next working day that has not opened yet, not before that
//     day's opening nor after its close.
//
// Then every pause that begins before the deadline moves it later by the counting time that the whole pause covers, up
// to its end even where that lies beyond the deadline; where pauses overlap, time counts once. A pause still going on
// is handed in with its end at the present moment.
func (c *Calendar) DueAt(start time.Time, term Term, pauses []Span) (time.Time, error) {
	r := ruling{term: term, start: start.Unix()}
	if err := c.due(&r, pauses); err != nil {
		return time.Time{}, err
	}
	return c.time(r.at), nil
}

// DueUnexplained is Due without the reasons, which take most of its time: for whoever may ask for them later.
func (c *Calendar) DueUnexplained(start time.Time, term Term, pauses []Span) (Result, error) {
	r := ruling{term: term, start: start.Unix()}
	if err := c.due(&r, pauses); err != nil {
		return Result{}, err
	}
	return Result{At: c.time(r.at), Provisional: r.provisional()}, nil
}

// Due is DueAt with the reasons.
func (c *Calendar) Due(start time.Time, term Term, pauses []Span) (Result, error) {
	r := ruling{term: term, start: start.Unix()}
	if err := c.due(&r, pauses); err != nil {
		return Result{}, err
	}
	return c.explain(&r), nil
}

// rule is the way a deadline was found.
type rule int

const (
	rulePlain    rule = iota // plain time
	ruleWorked               // working time added up
	ruleSameTime             // business days, received inside hours
	ruleClipped              // the same, but that day closes before the same time
	ruleClose                // business days, received outside hours
	ruleCivil
	ruleCutoffLate    // cut off: later than the cut-off's time
	ruleCutoffOutside // cut off: outside hours
)

// ruling is a deadline with what explain needs to retell it.
type ruling struct {
	term  Term
	start int64
	base  int64 // without pauses
	at    int64
	rule  rule
	table *table // nil for plain time
}

// due fills in a ruling of which term and start are given.
func (c *Calendar) due(r *ruling, pauses []Span) error {
	if err := r.term.Validate(); err != nil {
		return err
	}
	if err := c.baseDue(r); err != nil {
		return err
	}
	r.at = r.base
	if len(pauses) == 0 {
		return nil
	}
	var err error
	r.at, err = c.delay(clock{c, r.term.plain()}, r.start, r.base, pauses)
	return err
}

func (c *Calendar) baseDue(r *ruling) error {
	switch {
	case r.term.Unit == CalendarDays:
		r.base = lastSecond(c.loc, DateOf(c.time(r.start)).number(), r.term.N)
		return nil
	case r.term.plain():
		r.base = r.start + r.term.seconds()
		return nil
	}
	t, err := c.at(r.start)
	if err != nil {
		return err
	}
	r.table = t
	if r.term.Cutoff != nil {
		if cut, err := c.cutOff(r, t); cut || err != nil {
			return err
		}
	}
	if r.term.businessDays() {
		return c.countDays(r, t)
	}
	r.rule = ruleWorked
	r.base, err = c.add(r.start, r.term.seconds())
	return err
}

// cutOff decides whether the term's cut-off holds, and if so the deadline.
func (c *Calendar) cutOff(r *ruling, t *table) (bool, error) {
	day := t.day(r.start)
	switch {
	case !t.inside(day, r.start):
		r.rule = ruleCutoffOutside
	case r.start > c.inShift(t, day, r.term.Cutoff.After):
		r.rule = ruleCutoffLate
	default:
		return false, nil
	}
	next, err := c.workday(t, t.unopened(day, r.start))
	if err != nil {
		return true, err
	}
	r.base = max(t.open(next), min(t.close(next), c.inShift(t, next, r.term.Cutoff.Due)))
	return true, nil
}

func (c *Calendar) countDays(r *ruling, t *table) error {
	day := t.day(r.start)
	inside := t.inside(day, r.start)
	following := int(t.days[day+1].rank)
	rank := following + r.term.N - 1
	switch {
	case r.term.Unit == CivilBusinessDays:
		r.rule = ruleCivil
	case inside:
		r.rule = ruleSameTime
	default:
		r.rule = ruleClose
		rank = t.unopened(day, r.start) + r.term.N - 1
	}
	due, err := c.workday(t, rank)
	if err != nil {
		return err
	}
	r.base = t.close(due)
	if r.rule != ruleSameTime {
		return nil
	}
	if same := c.local(t, due, c.timeOfDay(t, day, r.start)); same <= r.base {
		r.base = same
	} else {
		r.rule = ruleClipped
	}
	return nil
}

// local returns the moment of a local time on a day of the table; 24:00 and later are on the next date.
func (c *Calendar) local(t *table, day int, at TimeOfDay) int64 {
	if at > Midnight {
		day, at = day+1, at-Midnight
	}
	if d := &t.days[day]; d.plain {
		return d.midnight() + int64(at)
	}
	return instantOf(c.loc, t.base+int64(day), at)
}

// inShift is local for a time of day that is meant within the day's hours: where these run over midnight, one that
// lies in the part behind it is that of the next date.
func (c *Calendar) inShift(t *table, day int, at TimeOfDay) int64 {
	if t.overMidnight(day) {
		if after := c.local(t, day, at+Midnight); after <= t.close(day) {
			return after
		}
	}
	return c.local(t, day, at)
}

// timeOfDay returns what the clock shows at s, which lies in the given day: 24:00 and later in the part of a shift that
// lies behind midnight.
func (c *Calendar) timeOfDay(t *table, day int, s int64) TimeOfDay {
	if d := &t.days[day]; d.plain && s < d.midnight()+secondsPerDay {
		return TimeOfDay(s - d.midnight())
	}
	h, m, sec := c.time(s).Clock()
	at := TimeOfDay(h*secondsPerHour + m*secondsPerMinute + sec)
	if s >= t.days[day+1].midnight() {
		at += Midnight
	}
	return at
}

// lastSecond returns the last second of the nth calendar day after a date. A date that the zone skipped, as Samoa did
// 30 December 2011, is no day.
func lastSecond(loc *time.Location, number int64, n int) int64 {
	next := instant(loc, number+1, 0)
	for n > 0 {
		number++
		from := next
		if next = instant(loc, number+1, 0); next > from {
			n--
		}
	}
	return next - 1
}

// Before returns the moment a term ahead of a deadline, for warnings like `before: 1bd`.
//
//   - Business days: the same local time on the Nth working day before the day
//     of the deadline, not before that day's opening nor after its close. A
//     deadline at a close of 24:00, or of a shift, belongs to the day that closes.
//   - Minutes and hours: the latest moment with so much working time between
//     it and the deadline.
//   - Plain days, and anything round the clock: plain time.
func (c *Calendar) Before(due time.Time, term Term) (time.Time, error) {
	if err := term.Validate(); err != nil {
		return time.Time{}, err
	}
	if term.Unit == CalendarDays {
		return time.Time{}, message.Errorf(
			"a warning %s before the due moment has no meaning; write %dd or %dbd",
			term,
			term.N,
			term.N,
		)
	}
	if term.Cutoff != nil {
		return time.Time{}, message.Errorf("a warning %s before the due moment cannot have a cut-off", term)
	}
	s := due.Unix()
	switch {
	case term.plain():
		return c.time(s - term.seconds()), nil
	case !term.businessDays():
		s, err := c.subtract(s, term.seconds())
		if err != nil {
			return time.Time{}, err
		}
		return c.time(s), nil
	}
	return c.daysBefore(s, term.N)
}

func (c *Calendar) daysBefore(s int64, n int) (time.Time, error) {
	t, day, at, err := c.dueDay(s)
	if err != nil {
		return time.Time{}, err
	}
	target, err := c.workday(t, int(t.days[day].rank)-n)
	if err != nil {
		return time.Time{}, err
	}
	return c.time(max(t.open(target), min(t.close(target), c.local(t, target, at)))), nil
}

// dueDay returns the day a deadline belongs to and its time on it.
func (c *Calendar) dueDay(s int64) (*table, int, TimeOfDay, error) {
	if t, err := c.at(s - 1); err == nil {
		day := t.day(s - 1)
		if next := &t.days[day+1]; t.days[day].worked && t.close(day) == s && next.start == s {
			if next.lead == 0 {
				return t, day, Midnight, nil
			}
			return t, day, c.timeOfDay(t, day, s), nil
		}
	}
	t, err := c.at(s)
	if err != nil {
		return nil, 0, 0, err
	}
	day := t.day(s)
	return t, day, c.timeOfDay(t, day, s), nil
}

// SameTime returns a moment of the Nth working day after the date of start: start's time of day, or that day's opening
// where start lies outside hours, or the same time lies outside the hours of that day. A civil term is due at the close
// of the same day.
func (c *Calendar) SameTime(start time.Time, n int) (time.Time, error) {
	s := start.Unix()
	t, err := c.at(s)
	if err != nil {
		return time.Time{}, err
	}
	day := t.day(s)
	due, err := c.workday(t, int(t.days[day+1].rank)+n-1)
	if err != nil {
		return time.Time{}, err
	}
	if same := c.local(t, due, c.timeOfDay(t, day, s)); t.inside(day, s) && t.inside(due, same) {
		return c.time(same), nil
	}
	return c.time(t.open(due)), nil
}
