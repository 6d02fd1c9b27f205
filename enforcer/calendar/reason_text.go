package calendar

import (
	"strconv"
	"time"
)

// maxListed bounds how many days a reason spells out.
const maxListed = 6

// Text says the reason in the language of the code, or in English.
func (r Reason) Text(code string) string {
	w := writer{lang: languageOf(code), b: make([]byte, 0, 160)}
	for _, p := range languages[w.lang].reasons[r.Code] {
		w.text(p.words)
		w.part(&r, p.part)
	}
	return string(w.b)
}

// writer puts words of one language together.
type writer struct {
	lang int // in languages
	b    []byte
}

func (w *writer) text(s string)       { w.b = append(w.b, s...) }
func (w *writer) number(n int)        { w.b = strconv.AppendInt(w.b, int64(n), 10) }
func (w *writer) time(t TimeOfDay)    { w.b = t.append(w.b) }
func (w *writer) language() *language { return &languages[w.lang] }

// part writes what stands in braces.
func (w *writer) part(r *Reason, name string) {
	switch name {
	case "term":
		w.term(r.ruled.term, r.ruled.cal)
	case "moment":
		w.moment(r.At)
	case "received":
		day := r.ruled.table.day(r.ruled.start)
		w.moment(r.ruled.cal.time(r.ruled.start))
		w.text(", ")
		w.kind(r.ruled.table.kindAt(day, r.ruled.start))
	case "cutoff":
		w.time(r.ruled.term.Cutoff.After)
	case "cutoff due":
		w.time(r.ruled.term.Cutoff.Due)
	case "days":
		w.days(r)
	case "amount":
		w.amount(r.Amount)
	case "offsets":
		w.text(r.ruled.cal.zone)
		w.b = r.ruled.cal.time(r.ruled.start).AppendFormat(w.b, ", -07:00 -> ")
		w.b = r.At.AppendFormat(w.b, "-07:00")
	case "years":
		w.number(int(r.lo))
		if r.hi > r.lo {
			w.text("-")
			w.number(int(r.hi))
		}
	}
}

func (w *writer) term(t Term, c *Calendar) {
	l := w.language()
	w.number(t.N)
	w.text(l.units[t.Unit][l.form(t.N)])
	switch {
	case t.Unit == CalendarDays:
		w.text(l.lastDay)
		w.text(c.zone)
		return
	case t.plain():
		w.text(l.roundClock)
		return
	case t.Unit == CivilBusinessDays:
		w.text(l.civil)
	case !t.businessDays():
		w.text(l.worked)
	}
	w.text(": ")
	w.text(c.week[w.lang])
	w.text(", ")
	w.text(c.zone)
}

// days lists the days that the reason is about.
func (w *writer) days(r *Reason) {
	for i := r.lo; i < r.hi; i++ {
		if i > r.lo {
			w.text("; ")
		}
		if rest := r.hi - i; i-r.lo == maxListed-1 && rest > 1 {
			w.number(int(rest))
			w.text(w.language().more)
			return
		}
		w.listed(r, i)
	}
}

func (w *writer) listed(r *Reason, i int32) {
	switch r.Code {
	case ReasonDaysOff:
		w.text(r.ruled.table.runs[i].words[w.lang])
	case ReasonMoved:
		day := &r.ruled.table.moved[i]
		w.date(day.Date)
		w.bracketed(day.Name.In(w.language().code))
		if !day.Instead.IsZero() {
			w.text(w.language().instead)
			w.date(day.Instead)
		}
	case ReasonShort:
		short := &r.ruled.table.shorts[i]
		w.date(short.Date)
		w.text(w.language().closes)
		w.clock(r.ruled.cal.time(short.close))
	}
}

// moment writes Mon 2024-03-18 09:00, in the moment's own location.
func (w *writer) moment(t time.Time) {
	w.date(DateOf(t))
	w.text(" ")
	w.clock(t)
}

func (w *writer) clock(t time.Time) {
	h, m, s := t.Clock()
	w.time(TimeOfDay(h*secondsPerHour + m*secondsPerMinute + s))
}

func (w *writer) date(d Date) {
	w.text(w.language().weekdays[d.Weekday()])
	w.b = d.append(append(w.b, ' '))
}

func (w *writer) kind(kind SegmentKind, name Name) {
	l := w.language()
	w.text(l.kinds[kind])
	if text := name.In(l.code); text != "" {
		w.text(": ")
		w.text(text)
	}
}

func (w *writer) bracketed(name string) {
	if name != "" {
		w.text(" (")
		w.text(name)
		w.text(")")
	}
}

func (w *writer) amount(d time.Duration) {
	units := w.language().amounts
	if units[0] == "" {
		w.text(d.String())
		return
	}
	separator := ""
	for i, size := range []time.Duration{time.Hour, time.Minute, time.Second} {
		if n := d / size; n > 0 {
			w.text(separator)
			w.number(int(n))
			w.text(units[i])
			separator = " "
		}
		d %= size
	}
}

// offRun is neighbouring days that are not worked, with its words ready,
// because a long term passes many.
type offRun struct {
	first, last int32
	names       []Name
	words       [len(languages)]string
}

func (o *offRun) extend(day int32, special Day) {
	o.last = day
	if special.Kind != Off || special.Name == (Name{}) {
		return
	}
	for _, n := range o.names {
		if n == special.Name {
			return
		}
	}
	o.names = append(o.names, special.Name)
}

// label makes the words ready.
func (o *offRun) label(t *table) {
	var room [128]byte
	for lang := range languages {
		w := writer{lang: lang, b: room[:0]}
		w.date(t.date(int(o.first)))
		if o.last > o.first {
			w.text(" - ")
			w.date(t.date(int(o.last)))
		}
		before, after := " (", ""
		for _, n := range o.names {
			w.text(before)
			w.text(n.In(w.language().code))
			before, after = ", ", ")"
		}
		w.text(after)
		o.words[lang] = string(w.b)
	}
}
