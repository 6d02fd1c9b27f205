package calendar

import (
	"time"

	"slabridge/config/message"
)

// SegmentKind is what a stretch of time is to a calendar.
type SegmentKind string

// The kinds of segments.
const (
	Counting     SegmentKind = "counting"      // working time
	Break        SegmentKind = "break"         // between two intervals of a day
	OutsideHours SegmentKind = "outside-hours" // before a working day's opening or after its close
	CutShort     SegmentKind = "short-day"     // what a short day lacks at its end, or all of one that lacks all its hours
	Weekend      SegmentKind = "weekend"       // a weekday that the week does not work
	DayOff       SegmentKind = "day-off"       // a public holiday or another named day off
)

// Segment is a stretch of time of one kind. Neighbours differ in kind or name.
type Segment struct {
	Span
	Kind SegmentKind
	Name Name // of a DayOff and of a CutShort, where known
}

// Text says in the language of the code, or in English, what the segment is: "day off: Nauryz".
func (s Segment) Text(lang string) string { return kindWords(s.Kind, s.Name).In(lang) }

// Segments names every second of [from, to), in order and without gaps, so
// that the working time between two moments can be told as a story.
func (c *Calendar) Segments(from, to time.Time) ([]Segment, error) {
	lo, hi := from.Unix(), to.Unix()
	if hi <= lo {
		return nil, nil
	}
	t, err := c.span(lo, hi)
	if err != nil {
		return nil, err
	}
	w := segmentWriter{cal: c, from: lo, to: hi}
	for day := t.day(lo); day < len(t.days)-1 && t.days[day].start < hi; day++ {
		w.day(t, day)
	}
	return w.list, nil
}

// segmentWriter collects what lies in [from, to).
type segmentWriter struct {
	cal      *Calendar
	from, to int64
	list     []Segment
}

func (w *segmentWriter) day(t *table, day int) {
	d, next := &t.days[day], &t.days[day+1]
	at, kind := d.start, OutsideHours
	if until, name := t.shortened(day); until > at {
		w.add(at, until, CutShort, name)
		at = until
	}
	if !d.worked {
		kind, name := t.offKind(day)
		w.add(at, next.start, kind, name)
		return
	}
	for i := d.iv; i < next.iv; i++ {
		w.add(at, t.from[i], kind, Name{})
		w.add(t.from[i], t.to[i], Counting, Name{})
		at, kind = t.to[i], Break
	}
	if d.short < next.short {
		short := &t.shorts[d.short]
		until := min(short.fullClose, next.start)
		w.add(at, until, CutShort, short.Name)
		at = until
	}
	w.add(at, next.start, OutsideHours, Name{})
}

func (w *segmentWriter) add(from, to int64, kind SegmentKind, name Name) {
	from, to = max(from, w.from), min(to, w.to)
	if from >= to {
		return
	}
	if n := len(w.list); n > 0 && w.list[n-1].Kind == kind && w.list[n-1].Name == name {
		w.list[n-1].To = w.cal.time(to)
		return
	}
	w.list = append(w.list, Segment{Span{w.cal.time(from), w.cal.time(to)}, kind, name})
}

// emptiedDay names a short day of which nothing is left; nothingLeft says so where the kind is told already.
var (
	emptiedDay  = Name{EN: string(message.Format("short day: no working time is left"))}
	nothingLeft = Name{EN: string(message.Format("no working time is left"))}
)

// offKind tells a named day off, and a short day of which nothing is left, from a weekday that is not worked.
func (t *table) offKind(day int) (SegmentKind, Name) {
	if t.emptied[int32(day)] {
		return CutShort, nothingLeft
	}
	if name, ok := t.names[int32(day)]; ok {
		return DayOff, name
	}
	return Weekend, Name{}
}

// shortened returns until when the hours of the shift before, had it not been short, would run into the day, and that
// short day's name.
func (t *table) shortened(day int) (int64, Name) {
	if day == 0 || t.days[day-1].short == t.days[day].short {
		return 0, Name{}
	}
	d := &t.days[day]
	short := &t.shorts[d.short-1]
	until := min(short.fullClose, t.days[day+1].start)
	if d.worked {
		until = min(until, t.open(day))
	}
	return until, short.Name
}

// kindAt is the kind of the segment that s lies in.
func (t *table) kindAt(day int, s int64) (SegmentKind, Name) {
	d, next := &t.days[day], &t.days[day+1]
	if until, name := t.shortened(day); s < until {
		return CutShort, name
	}
	if !d.worked {
		return t.offKind(day)
	}
	for i := d.iv; i < next.iv; i++ {
		if s < t.from[i] && i == d.iv {
			return OutsideHours, Name{}
		}
		if s < t.from[i] {
			return Break, Name{}
		}
		if s < t.to[i] {
			return Counting, Name{}
		}
	}
	if d.short < next.short && s < t.shorts[d.short].fullClose {
		return CutShort, t.shorts[d.short].Name
	}
	return OutsideHours, Name{}
}
