package calendar

import (
	"strconv"
	"time"
)

const langRU = "ru"

var (
	weekdaysRU = [7]string{"Вс", "Пн", "Вт", "Ср", "Чт", "Пт", "Сб"}
	weekdaysEN = weekdayNames
)

// maxListed bounds how many days a reason spells out.
const maxListed = 6

// Text says the reason in "ru", or in English for any other language.
func (r Reason) Text(lang string) string {
	b := make([]byte, 0, 160)
	if lang == langRU {
		return string(r.appendRU(b))
	}
	return string(r.appendEN(b))
}

func (r *Reason) appendEN(b []byte) []byte {
	const en = "en"
	switch r.Code {
	case ReasonTerm:
		return r.term.appendEN(b, r.cal)
	case ReasonOutside:
		b = append(b, "received when nothing counts ("...)
		b = r.appendStartKind(b, en)
		b = append(b, "): counted from "...)
		return appendMoment(b, en, r.At)
	case ReasonSameTime:
		b = append(b, "received inside working hours: the same local time, "...)
		return appendMoment(b, en, r.At)
	case ReasonCloses:
		b = append(b, "received inside working hours: the same local time, but that day closes earlier, "...)
		return appendMoment(b, en, r.At)
	case ReasonCloseOfDay:
		b = append(b, "ends at the close of the last of these days, "...)
		return appendMoment(b, en, r.At)
	case ReasonCutoff:
		b = append(b, "received after "...)
		b = r.term.Cutoff.After.append(b)
		b = append(b, ": due at "...)
		return r.appendCutoffDue(b, en, " on the next working day, ")
	case ReasonCutoffHours:
		b = append(b, "received outside working hours ("...)
		b = r.appendStartKind(b, en)
		b = append(b, "): due at "...)
		return r.appendCutoffDue(b, en, " on the next working day, ")
	case ReasonDaysOff:
		return r.appendRuns(append(b, "days off on the way: "...), en)
	case ReasonMoved:
		return r.appendMoved(append(b, "worked although a weekend: "...), en)
	case ReasonShort:
		return r.appendShorts(append(b, "short days: "...), en)
	case ReasonAtClose:
		b = append(b, "falls on a close and stays there: "...)
		return appendMoment(b, en, r.At)
	case ReasonPaused:
		b = append(b, "pauses moved it by "...)
		b = appendAmount(b, en, r.Amount)
		b = append(b, ", from "...)
		return appendMoment(b, en, r.At)
	case ReasonZone:
		return r.appendZone(b, "the clock changed on the way: ")
	case ReasonProvisional:
		b = append(b, "the days off of "...)
		b = appendYears(b, r.lo, r.hi)
		return append(b, " are provisional and may still change"...)
	}
	return append(b, r.Code...)
}

func (r *Reason) appendRU(b []byte) []byte {
	switch r.Code {
	case ReasonTerm:
		return r.term.appendRU(b, r.cal)
	case ReasonOutside:
		b = append(b, "получено, когда время не идёт ("...)
		b = r.appendStartKind(b, langRU)
		b = append(b, "): счёт с "...)
		return appendMoment(b, langRU, r.At)
	case ReasonSameTime:
		b = append(b, "получено в рабочее время: то же местное время, "...)
		return appendMoment(b, langRU, r.At)
	case ReasonCloses:
		b = append(b, "получено в рабочее время: то же местное время, но этот день закрывается раньше, "...)
		return appendMoment(b, langRU, r.At)
	case ReasonCloseOfDay:
		b = append(b, "срок до закрытия последнего из этих дней, "...)
		return appendMoment(b, langRU, r.At)
	case ReasonCutoff:
		b = append(b, "получено после "...)
		b = r.term.Cutoff.After.append(b)
		b = append(b, ": срок до "...)
		return r.appendCutoffDue(b, langRU, " следующего рабочего дня, ")
	case ReasonCutoffHours:
		b = append(b, "получено в нерабочее время ("...)
		b = r.appendStartKind(b, langRU)
		b = append(b, "): срок до "...)
		return r.appendCutoffDue(b, langRU, " следующего рабочего дня, ")
	case ReasonDaysOff:
		return r.appendRuns(append(b, "выходные по пути: "...), langRU)
	case ReasonMoved:
		return r.appendMoved(append(b, "рабочие выходные: "...), langRU)
	case ReasonShort:
		return r.appendShorts(append(b, "сокращённые дни: "...), langRU)
	case ReasonAtClose:
		b = append(b, "срок пришёлся на закрытие и остаётся на нём: "...)
		return appendMoment(b, langRU, r.At)
	case ReasonPaused:
		b = append(b, "паузы сдвинули срок на "...)
		b = appendAmount(b, langRU, r.Amount)
		b = append(b, ", без них "...)
		return appendMoment(b, langRU, r.At)
	case ReasonZone:
		return r.appendZone(b, "по пути переведены часы: ")
	case ReasonProvisional:
		b = append(b, "данные о выходных за "...)
		b = appendYears(b, r.lo, r.hi)
		return append(b, " предварительные и могут измениться"...)
	}
	return append(b, r.Code...)
}

func (t Term) appendEN(b []byte, c *Calendar) []byte {
	b = strconv.AppendInt(b, int64(t.N), 10)
	s := "s"
	if t.N == 1 {
		s = ""
	}
	switch t.Unit {
	case Minutes:
		b = append(append(b, " minute"...), s...)
	case Hours:
		b = append(append(b, " hour"...), s...)
	case BusinessDays, CivilBusinessDays:
		b = append(append(b, " business day"...), s...)
	case PlainDays:
		b = append(append(b, " day"...), s...)
		b = append(b, " of 24 hours"...)
	case CalendarDays:
		b = append(append(b, " calendar day"...), s...)
		b = append(b, ", to the end of the last, "...)
		return append(b, c.zone...)
	}
	switch {
	case t.plain():
		return append(b, ", round the clock"...)
	case t.Unit == CivilBusinessDays:
		b = append(b, ", counted from the day after"...)
	case !t.businessDays():
		b = append(b, " of working time"...)
	}
	return append(append(b, ": "...), c.weekEN+", "+c.zone...)
}

func (t Term) appendRU(b []byte, c *Calendar) []byte {
	b = strconv.AppendInt(b, int64(t.N), 10)
	switch t.Unit {
	case Minutes:
		b = append(b, " мин"...)
	case Hours:
		b = append(b, " ч"...)
	case BusinessDays, CivilBusinessDays:
		b = append(b, pluralRU(t.N, " рабочий день", " рабочих дня", " рабочих дней")...)
	case PlainDays:
		b = append(b, pluralRU(t.N, " сутки", " суток", " суток")...)
	case CalendarDays:
		b = append(b, pluralRU(t.N, " календарный день", " календарных дня", " календарных дней")...)
		b = append(b, ", до конца последнего, "...)
		return append(b, c.zone...)
	}
	switch {
	case t.plain():
		return append(b, ", круглосуточно"...)
	case t.Unit == CivilBusinessDays:
		b = append(b, ", счёт со следующего дня"...)
	case !t.businessDays():
		b = append(b, " рабочего времени"...)
	}
	return append(append(b, ": "...), c.weekRU+", "+c.zone...)
}

func pluralRU(n int, one, few, many string) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return one
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return few
	}
	return many
}

// appendStartKind says why nothing counted when the term began.
func (r *Reason) appendStartKind(b []byte, lang string) []byte {
	day := r.table.day(r.start)
	kind, name := r.table.kindAt(day, r.start)
	b = appendMoment(b, lang, r.cal.time(r.start))
	return appendKind(append(b, ", "...), lang, kind, name)
}

// appendCutoffDue names the cut-off's own time, and the moment it came to.
func (r *Reason) appendCutoffDue(b []byte, lang, words string) []byte {
	b = r.term.Cutoff.Due.append(b)
	return appendMoment(append(b, words...), lang, r.At)
}

func (r *Reason) appendRuns(b []byte, lang string) []byte {
	return r.appendList(b, lang, func(b []byte, i int32) []byte {
		if lang == langRU {
			return append(b, r.table.runs[i].ru...)
		}
		return append(b, r.table.runs[i].en...)
	})
}

func (r *Reason) appendMoved(b []byte, lang string) []byte {
	instead := " instead of "
	if lang == langRU {
		instead = " вместо "
	}
	return r.appendList(b, lang, func(b []byte, i int32) []byte {
		day := &r.table.moved[i]
		b = appendName(appendDate(b, lang, day.Date), day.Name.In(lang))
		if day.Instead.IsZero() {
			return b
		}
		return appendDate(append(b, instead...), lang, day.Instead)
	})
}

func (r *Reason) appendShorts(b []byte, lang string) []byte {
	until := ", closes at "
	if lang == langRU {
		until = ", закрытие в "
	}
	return r.appendList(b, lang, func(b []byte, i int32) []byte {
		short := &r.table.shorts[i]
		b = append(appendDate(b, lang, short.Date), until...)
		h, m, s := r.cal.time(short.close).Clock()
		return TimeOfDay(h*secondsPerHour + m*secondsPerMinute + s).append(b)
	})
}

func (r *Reason) appendList(b []byte, lang string, item func([]byte, int32) []byte) []byte {
	for i := r.lo; i < r.hi; i++ {
		if i > r.lo {
			b = append(b, "; "...)
		}
		if rest := r.hi - i; i-r.lo == maxListed-1 && rest > 1 {
			more := " more"
			if lang == langRU {
				more = " ещё"
			}
			return append(strconv.AppendInt(b, int64(rest), 10), more...)
		}
		b = item(b, i)
	}
	return b
}

func (r *Reason) appendZone(b []byte, words string) []byte {
	b = append(b, words...)
	b = append(b, r.cal.zone...)
	b = r.cal.time(r.start).AppendFormat(b, ", -07:00 -> ")
	return r.At.AppendFormat(b, "-07:00")
}

// offRun is neighbouring days that are not worked, with its words ready,
// because a long term passes many.
type offRun struct {
	first, last int32
	names       []Name
	ru, en      string
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

func (o *offRun) label(t *table) {
	o.ru, o.en = o.words(t, langRU), o.words(t, "en")
}

func (o *offRun) words(t *table, lang string) string {
	b := appendDate(nil, lang, t.date(int(o.first)))
	if o.last > o.first {
		b = appendDate(append(b, " - "...), lang, t.date(int(o.last)))
	}
	names := ""
	for i, n := range o.names {
		if i > 0 {
			names += ", "
		}
		names += n.In(lang)
	}
	return string(appendName(b, names))
}

func appendName(b []byte, name string) []byte {
	if name == "" {
		return b
	}
	return append(append(append(b, " ("...), name...), ')')
}

func appendKind(b []byte, lang string, kind SegmentKind, name Name) []byte {
	words := kindWords[kind]
	if lang == langRU {
		b = append(b, words.RU...)
	} else {
		b = append(b, words.EN...)
	}
	if text := name.In(lang); text != "" {
		b = append(append(b, ": "...), text...)
	}
	return b
}

var kindWords = map[SegmentKind]Name{
	Counting:     {"идёт счёт", "counting"},
	Break:        {"перерыв", "break"},
	OutsideHours: {"вне рабочего времени", "outside hours"},
	CutShort:     {"сокращённый день", "short day"},
	Weekend:      {"выходной день недели", "weekend"},
	DayOff:       {"выходной", "day off"},
}

// appendMoment writes Mon 2024-03-18 09:00, in the moment's own location.
func appendMoment(b []byte, lang string, t time.Time) []byte {
	b = append(appendDate(b, lang, DateOf(t)), ' ')
	h, m, s := t.Clock()
	return TimeOfDay(h*secondsPerHour + m*secondsPerMinute + s).append(b)
}

func appendDate(b []byte, lang string, d Date) []byte {
	names := &weekdaysEN
	if lang == langRU {
		names = &weekdaysRU
	}
	b = append(b, names[d.Weekday()]...)
	return d.append(append(b, ' '))
}

func appendAmount(b []byte, lang string, d time.Duration) []byte {
	if lang != langRU {
		return append(b, d.String()...)
	}
	units := []struct {
		size time.Duration
		name string
	}{{time.Hour, " ч"}, {time.Minute, " мин"}, {time.Second, " с"}}
	first := true
	for _, u := range units {
		n := d / u.size
		d -= n * u.size
		if n == 0 {
			continue
		}
		if !first {
			b = append(b, ' ')
		}
		first = false
		b = append(strconv.AppendInt(b, int64(n), 10), u.name...)
	}
	return b
}

func appendYears(b []byte, first, last int32) []byte {
	b = strconv.AppendInt(b, int64(first), 10)
	if last > first {
		b = strconv.AppendInt(append(b, '-'), int64(last), 10)
	}
	return b
}
