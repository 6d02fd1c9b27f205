package calendar

import (
	"slices"
	"time"
)

// Code names a reason for machines.
type Code string

// The reasons of a deadline.
const (
	ReasonTerm        Code = "term"            // what the term counts
	ReasonOutside     Code = "outside-hours"   // received when nothing counts; At is the opening it counts from
	ReasonSameTime    Code = "same-local-time" // business days received inside hours
	ReasonCloses      Code = "closes-earlier"  // the day of At closes before that time
	ReasonCloseOfDay  Code = "close-of-day"    // business days end at a close
	ReasonCutoff      Code = "cutoff"          // received after the cut-off's time
	ReasonCutoffHours Code = "cutoff-outside"  // received outside hours, under a cut-off
	ReasonDaysOff     Code = "days-off"        // days off on the way
	ReasonMoved       Code = "working-weekend" // a moved working day on the way
	ReasonShort       Code = "short-day"       // a short day on the way
	ReasonAtClose     Code = "at-close"        // the deadline is a close and stays there
	ReasonPaused      Code = "paused"          // Amount is the counting time of the pauses, At the deadline without them
	ReasonZone        Code = "zone-change"     // the zone's offset is another at the deadline
	ReasonProvisional Code = "provisional"     // it rests on data that may still change
	ReasonByRule      Code = "by-rule"         // likewise, because that data is worked out by rule
)

// Reason is one step of the way to a deadline. It is cheap to make: words are put together only by Text.
type Reason struct {
	Code   Code
	At     time.Time     // the moment the reason speaks of; zero where there is none
	Amount time.Duration // of ReasonPaused

	ruled  *ruled // shared by all reasons of one deadline
	lo, hi int32  // which entries of the table's list the reason is about; years of ReasonProvisional and ReasonByRule
}

// ruled is what the words of reasons need of their ruling.
type ruled struct {
	cal   *Calendar
	table *table
	term  Term
	start int64
}

// explain retells a ruling.
func (c *Calendar) explain(r *ruling) Result {
	e := explainer{r: r, ruled: &ruled{cal: c, table: r.table, term: r.term, start: r.start}}
	e.why = make([]Reason, 0, 6)
	e.add(ReasonTerm, r.at)
	if r.table != nil {
		e.rule()
		e.daysOnTheWay()
	}
	if r.at > r.base {
		e.paused()
	}
	e.zone()
	provisional := r.table != nil && e.provisional()
	return Result{At: c.time(r.at), Why: e.why, Provisional: provisional}
}

type explainer struct {
	r     *ruling
	ruled *ruled
	why   []Reason
}

func (e *explainer) add(code Code, at int64) *Reason {
	e.why = append(e.why, Reason{Code: code, At: e.ruled.cal.time(at), ruled: e.ruled})
	return &e.why[len(e.why)-1]
}

// rule tells how the moment without pauses was found.
func (e *explainer) rule() {
	r, t := e.r, e.r.table
	day := t.day(r.start)
	switch r.rule {
	case ruleWorked:
		if r.base == r.start {
			return
		}
		if kind, _ := t.kindAt(day, r.start); kind != Counting {
			if from, ok := t.reachLast(t.workedBefore(r.start)); ok {
				e.add(ReasonOutside, from)
			}
		}
		if !t.countsAt(r.base) {
			e.add(ReasonAtClose, r.base)
		}
	case ruleClose:
		first := int(t.work[t.unopened(day, r.start)])
		e.add(ReasonOutside, t.open(first))
		e.add(ReasonCloseOfDay, r.base)
	case ruleCivil:
		e.add(ReasonCloseOfDay, r.base)
	case ruleSameTime:
		e.add(ReasonSameTime, r.base)
	case ruleClipped:
		e.add(ReasonCloses, r.base)
	case ruleCutoffLate:
		e.add(ReasonCutoff, r.base)
	case ruleCutoffOutside:
		e.add(ReasonCutoffHours, r.base)
	}
}

// daysOnTheWay tells of the days between start and due that were not as their
// weekday is.
func (e *explainer) daysOnTheWay() {
	t := e.r.table
	first, last := t.day(e.r.start), t.day(max(e.r.start, e.r.at-1))
	if lo, hi := t.days[first].run, t.runsUntil(last); lo < hi {
		e.list(ReasonDaysOff, lo, hi)
	}
	if lo, hi := t.days[first].moved, t.days[last+1].moved; lo < hi {
		e.list(ReasonMoved, lo, hi)
	}
	lo, hi := t.days[first].short, t.days[last+1].short
	for lo < hi && t.shorts[lo].fullClose <= e.r.start {
		lo++
	}
	for lo < hi && t.shorts[hi-1].close > e.r.at {
		hi--
	}
	if lo < hi {
		e.list(ReasonShort, lo, hi)
	}
}

func (e *explainer) list(code Code, lo, hi int32) {
	r := e.add(code, e.r.at)
	r.lo, r.hi = lo, hi
}

func (e *explainer) paused() {
	r := e.add(ReasonPaused, e.r.base)
	seconds := e.r.at - e.r.base
	if t := e.r.table; t != nil {
		seconds = t.workedBefore(e.r.at) - t.workedBefore(e.r.base)
	}
	r.Amount = time.Duration(seconds) * time.Second
}

func (e *explainer) zone() {
	c := e.ruled.cal
	_, before := c.time(e.r.start).Zone()
	_, after := c.time(e.r.at).Zone()
	if before != after {
		e.add(ReasonZone, e.r.at)
	}
}

// provisional reports whether any year from start to due is, and says so and why.
func (e *explainer) provisional() bool {
	t := e.r.table
	first, last := e.r.years()
	found := false
	for _, code := range []Code{ReasonProvisional, ReasonByRule} {
		lo, hi := -1, -1
		for y := first; y <= last; y++ {
			if t.provisional[y] && t.byRule[y] == (code == ReasonByRule) {
				if hi = y; lo < 0 {
					lo = y
				}
			}
		}
		if lo >= 0 {
			e.list(code, int32(t.firstYear+lo), int32(t.firstYear+hi))
			found = true
		}
	}
	return found
}

// years are the first and the last one from start to due, as places in the table.
func (r *ruling) years() (first, last int) {
	t := r.table
	first = t.date(t.day(r.start)).Year - t.firstYear
	return first, t.date(t.day(max(r.start, r.at-1))).Year - t.firstYear
}

// provisional reports whether the deadline rests on data that may still change.
func (r *ruling) provisional() bool {
	if r.table == nil {
		return false
	}
	first, last := r.years()
	return slices.Contains(r.table.provisional[first:last+1], true)
}

// countsAt reports whether s begins a second of working time.
func (t *table) countsAt(s int64) bool {
	if !t.covers(s) {
		return false
	}
	kind, _ := t.kindAt(t.day(s), s)
	return kind == Counting
}

// runsUntil returns the end of the runs of days off that begin on the day or
// before it.
func (t *table) runsUntil(day int) int32 {
	n := t.days[day].run
	if !t.days[day].worked {
		n++
	}
	return n
}
