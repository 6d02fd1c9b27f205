package calendar

import (
	"strings"
	"time"

	"slabridge/config/message"
)

// maxListed bounds how many days a reason spells out.
const maxListed = 6

// Text says the reason in the language of the code, or in English.
func (r Reason) Text(lang string) string { return r.words().In(lang) }

func (r Reason) words() message.Message {
	at := stamp(r.At)
	switch r.Code {
	case ReasonTerm:
		return r.ruled.term.words(r.ruled.cal)
	case ReasonSameTime:
		return message.Of("received inside working hours: the same local time, %s", at)
	case ReasonCloses:
		return message.Of("received inside working hours: the same local time, but that day closes earlier, %s", at)
	case ReasonCloseOfDay:
		return message.Of("ends at the close of the last of these days, %s", at)
	case ReasonAtClose:
		return message.Of("falls on a close and stays there: %s", at)
	case ReasonPaused:
		return message.Of("pauses moved it by %s, from %s", amount(r.Amount), at)
	case ReasonZone:
		return message.Of("the clock changed on the way: %s", r.offsets())
	case ReasonProvisional:
		return message.Of("the days off of %s are provisional and may still change", r.years())
	case ReasonByRule:
		return message.Of("the days off of %s are provisional: worked out by rule and not taken from an official calendar, "+
			"so without days moved by order, short days and regional holidays", r.years())
	case ReasonOutside, ReasonCutoff, ReasonCutoffHours:
		return r.receipt(at)
	}
	return r.days()
}

// receipt are the reasons that begin with when the request came in.
func (r Reason) receipt(at stamp) message.Message {
	start, cutoff := r.ruled.cal.time(r.ruled.start), r.ruled.term.Cutoff
	if r.Code == ReasonCutoff {
		return message.Of("received after %s: due at %s on the next working day, %s", cutoff.After, cutoff.Due, at)
	}
	kind, name := r.ruled.table.kindAt(r.ruled.table.day(r.ruled.start), r.ruled.start)
	received := message.Of("%s, %s", stamp(start), kindWords(kind, name))
	if r.Code == ReasonCutoffHours {
		return message.Of("received outside working hours (%s): due at %s on the next working day, %s", received, cutoff.Due,
			at)
	}
	return message.Of("received when nothing counts (%s): counted from %s", received, at)
}

// days are the reasons that list days on the way.
func (r Reason) days() message.Message {
	var days []message.Message
	for i := r.lo; i < r.hi; i++ {
		if rest := r.hi - i; i-r.lo == maxListed-1 && rest > 1 {
			days = append(days, message.Of("%d more", int(rest)))
			break
		}
		days = append(days, r.day(i))
	}
	switch listed := list(days); r.Code {
	case ReasonDaysOff:
		return message.Of("days off on the way: %s", listed)
	case ReasonMoved:
		return message.Of("worked although a weekend: %s", listed)
	default:
		return message.Of("short days: %s", listed)
	}
}

func (r Reason) day(i int32) message.Message {
	switch t := r.ruled.table; r.Code {
	case ReasonDaysOff:
		return message.Of("%s", t.runs[i].said)
	case ReasonMoved:
		day := &t.moved[i]
		said := bracketed(dayStamp(day.Date), day.Name)
		if day.Instead.IsZero() {
			return said
		}
		return message.Of("%s instead of %s", said, dayStamp(day.Instead))
	default:
		return message.Of("%s, closes at %s", dayStamp(t.shorts[i].Date), timeOf(r.ruled.cal.time(t.shorts[i].close)))
	}
}

func (r Reason) offsets() string {
	return r.ruled.cal.zone + r.ruled.cal.time(r.ruled.start).Format(", -07:00 -> ") + r.At.Format("-07:00")
}

func (r Reason) years() message.Message {
	if r.hi > r.lo {
		return message.Of("%d-%d", int(r.lo), int(r.hi))
	}
	return message.Of("%d", int(r.lo))
}

// termWords say how much a term counts of what.
var termWords = map[Unit]message.Format{
	Minutes: "%d minutes", Hours: "%d hours", BusinessDays: "%d business days", CivilBusinessDays: "%d business days",
	PlainDays: "%d days of 24 hours", CalendarDays: "%d calendar days",
}

// Amount says how much of what a term is: "2 business days".
func (t Term) Amount() message.Message { return message.Of(termWords[t.Unit], t.N) }

// Text says in words how much a term counts of what, with its cut-off.
func (t Term) Text() message.Message {
	text := t.Amount()
	switch {
	case t.Unit == CalendarDays:
		text = message.Of("%s, to the end of the last", text)
	case t.Unit == CivilBusinessDays:
		text = message.Of("%s, counted from the day after", text)
	case t.plain():
		text = message.Of("%s, round the clock", text)
	case !t.businessDays():
		text = message.Of("%s of working time", text)
	}
	if t.Cutoff != nil {
		text = message.Of("%s; received after %s or outside working hours: by %s of the next working day", text,
			t.Cutoff.After.String(), t.Cutoff.Due.String())
	}
	return text
}

func (t *Term) words(c *Calendar) message.Message {
	term := t.Amount()
	switch {
	case t.Unit == CalendarDays:
		return message.Of("%s, to the end of the last, %s", term, c.zone)
	case t.plain():
		return message.Of("%s, round the clock", term)
	case t.Unit == CivilBusinessDays:
		return message.Of("%s, counted from the day after: %s, %s", term, c.week, c.zone)
	case t.businessDays():
		return message.Of("%s: %s, %s", term, c.week, c.zone)
	}
	return message.Of("%s of working time: %s, %s", term, c.week, c.zone)
}

var kindFormats = map[SegmentKind]message.Format{
	Counting: "counting", Break: "break", OutsideHours: "outside hours", CutShort: "short day", Weekend: "weekend",
	DayOff: "day off",
}

func kindWords(kind SegmentKind, name Name) message.Message {
	if name == (Name{}) {
		return message.Of(kindFormats[kind])
	}
	return message.Of("%s: %s", kindFormats[kind], name)
}

func bracketed(what any, name Name) message.Message {
	if name == (Name{}) {
		return message.Of("%s", what)
	}
	return message.Of("%s (%s)", what, name)
}

// stamp is a moment, which is told as Mon 2024-03-18 09:00, in its own location.
type stamp time.Time

// In gives the moment in a language.
func (s stamp) In(lang string) string {
	if time.Time(s).Second() != 0 {
		return message.Date(lang, "Mon 2006-01-02 15:04:05", time.Time(s))
	}
	return message.Date(lang, "Mon 2006-01-02 15:04", time.Time(s))
}

// dayStamp is a day, which is told as Mon 2024-03-18.
type dayStamp Date

// In gives the day in a language.
func (d dayStamp) In(lang string) string {
	return message.Date(lang, "Mon 2006-01-02", time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

// timeOf is the time of day of a moment.
func timeOf(t time.Time) TimeOfDay {
	h, m, s := t.Clock()
	return TimeOfDay(h*secondsPerHour + m*secondsPerMinute + s)
}

// amount is a length of time, which English writes as Go does.
type amount time.Duration

// In gives the length of time in a language.
func (d amount) In(lang string) string {
	if lang == message.English {
		return time.Duration(d).String()
	}
	var parts []string
	rest := time.Duration(d)
	for _, unit := range []struct {
		size   time.Duration
		format message.Format
	}{{time.Hour, "%dh"}, {time.Minute, "%dm"}, {time.Second, "%ds"}} {
		if n := int(rest / unit.size); n > 0 {
			parts = append(parts, message.Say(lang, unit.format, n))
		}
		rest %= unit.size
	}
	return strings.Join(parts, " ")
}

// list is messages in a row.
type list []message.Message

// In gives the messages in a language.
func (l list) In(lang string) string {
	said := make([]string, len(l))
	for i, m := range l {
		said[i] = m.In(lang)
	}
	return strings.Join(said, "; ")
}

// said is a text in each language, put together once because it is told often.
type said map[string]string

func ready(text interface{ In(lang string) string }) said {
	out := make(said, len(message.Languages))
	for _, lang := range message.Languages {
		out[lang] = text.In(lang)
	}
	return out
}

// In gives the text in a language.
func (s said) In(lang string) string { return s[lang] }

// offRun is neighbouring days that are not worked, with its words ready, because a long term passes many.
type offRun struct {
	first, last int32
	names       []Name
	said        said
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

// words are the days and what they are called: Sat 2026-03-21 - Wed 2026-03-25 (Nauryz).
func (o *offRun) words(t *table) message.Message {
	days := message.Of("%s", dayStamp(t.date(int(o.first))))
	if o.last > o.first {
		days = message.Of("%s - %s", days, dayStamp(t.date(int(o.last))))
	}
	if len(o.names) == 0 {
		return days
	}
	return message.Of("%s (%s)", days, names(o.names))
}

// names are the names of days in a row.
type names []Name

// In gives the names in a language.
func (n names) In(lang string) string {
	said := make([]string, len(n))
	for i, name := range n {
		said[i] = name.In(lang)
	}
	return strings.Join(said, ", ")
}
