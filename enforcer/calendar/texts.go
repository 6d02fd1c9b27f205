package calendar

import "strings"

// language is how people of one language are told of time. Another language is another value here, in languages.
type language struct {
	code     string
	weekdays [7]string
	kinds    map[SegmentKind]string
	reasons  map[Code][]piece

	form       func(n int) int    // which of the forms a word takes behind a number
	units      map[Unit][3]string // what a term counts, by form
	amounts    [3]string          // behind hours, minutes and seconds; empty: as Go writes a duration
	roundClock string             // behind a term that never stops
	civil      string             // behind one that is counted from the day after the event
	worked     string             // behind one of working time
	lastDay    string             // behind one of calendar days

	instead string // before the day whose place a working day takes
	closes  string // before the time at which a short day closes
	more    string // behind the number of what is not listed
}

// languages are those that the package speaks; the first stands in for any other.
var languages = [...]language{english, russian}

var english = language{
	code:     "en",
	weekdays: weekdayNames,
	kinds: map[SegmentKind]string{
		Counting: "counting", Break: "break", OutsideHours: "outside hours",
		CutShort: "short day", Weekend: "weekend", DayOff: "day off",
	},
	reasons: cut(map[Code]string{
		ReasonTerm:       "{term}",
		ReasonOutside:    "received when nothing counts ({received}): counted from {moment}",
		ReasonSameTime:   "received inside working hours: the same local time, {moment}",
		ReasonCloses:     "received inside working hours: the same local time, but that day closes earlier, {moment}",
		ReasonCloseOfDay: "ends at the close of the last of these days, {moment}",
		ReasonCutoff:     "received after {cutoff}: due at {cutoff due} on the next working day, {moment}",
		ReasonCutoffHours: "received outside working hours ({received}): due at {cutoff due} on the next working day, " +
			"{moment}",
		ReasonDaysOff:     "days off on the way: {days}",
		ReasonMoved:       "worked although a weekend: {days}",
		ReasonShort:       "short days: {days}",
		ReasonAtClose:     "falls on a close and stays there: {moment}",
		ReasonPaused:      "pauses moved it by {amount}, from {moment}",
		ReasonZone:        "the clock changed on the way: {offsets}",
		ReasonProvisional: "the days off of {years} are provisional and may still change",
		ReasonByRule: "the days off of {years} are provisional: worked out by rule and not taken from an official " +
			"calendar, so without days moved by order, short days and regional holidays",
	}),
	form: func(n int) int {
		if n == 1 {
			return 0
		}
		return 2
	},
	units: map[Unit][3]string{
		Minutes:           {" minute", "", " minutes"},
		Hours:             {" hour", "", " hours"},
		BusinessDays:      {" business day", "", " business days"},
		CivilBusinessDays: {" business day", "", " business days"},
		PlainDays:         {" day of 24 hours", "", " days of 24 hours"},
		CalendarDays:      {" calendar day", "", " calendar days"},
	},
	roundClock: ", round the clock",
	civil:      ", counted from the day after",
	worked:     " of working time",
	lastDay:    ", to the end of the last, ",
	instead:    " instead of ",
	closes:     ", closes at ",
	more:       " more",
}

var russian = language{
	code:     "ru",
	weekdays: [7]string{"Вс", "Пн", "Вт", "Ср", "Чт", "Пт", "Сб"},
	kinds: map[SegmentKind]string{
		Counting: "идёт счёт", Break: "перерыв", OutsideHours: "вне рабочего времени",
		CutShort: "сокращённый день", Weekend: "выходной день недели", DayOff: "выходной",
	},
	reasons: cut(map[Code]string{
		ReasonTerm:        "{term}",
		ReasonOutside:     "получено, когда время не идёт ({received}): счёт с {moment}",
		ReasonSameTime:    "получено в рабочее время: то же местное время, {moment}",
		ReasonCloses:      "получено в рабочее время: то же местное время, но этот день закрывается раньше, {moment}",
		ReasonCloseOfDay:  "срок до закрытия последнего из этих дней, {moment}",
		ReasonCutoff:      "получено после {cutoff}: срок до {cutoff due} следующего рабочего дня, {moment}",
		ReasonCutoffHours: "получено в нерабочее время ({received}): срок до {cutoff due} следующего рабочего дня, {moment}",
		ReasonDaysOff:     "выходные по пути: {days}",
		ReasonMoved:       "рабочие выходные: {days}",
		ReasonShort:       "сокращённые дни: {days}",
		ReasonAtClose:     "срок пришёлся на закрытие и остаётся на нём: {moment}",
		ReasonPaused:      "паузы сдвинули срок на {amount}, без них {moment}",
		ReasonZone:        "по пути переведены часы: {offsets}",
		ReasonProvisional: "данные о выходных за {years} предварительные и могут измениться",
		ReasonByRule: "выходные за {years} предварительные: посчитаны по правилам, а не взяты из официального календаря, " +
			"без переносов по распоряжениям, сокращённых дней и региональных праздников",
	}),
	form: func(n int) int {
		switch {
		case n%10 == 1 && n%100 != 11:
			return 0
		case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
			return 1
		}
		return 2
	},
	units: map[Unit][3]string{
		Minutes:           {" мин", " мин", " мин"},
		Hours:             {" ч", " ч", " ч"},
		BusinessDays:      {" рабочий день", " рабочих дня", " рабочих дней"},
		CivilBusinessDays: {" рабочий день", " рабочих дня", " рабочих дней"},
		PlainDays:         {" сутки", " суток", " суток"},
		CalendarDays:      {" календарный день", " календарных дня", " календарных дней"},
	},
	amounts:    [3]string{" ч", " мин", " с"},
	roundClock: ", круглосуточно",
	civil:      ", счёт со следующего дня",
	worked:     " рабочего времени",
	lastDay:    ", до конца последнего, ",
	instead:    " вместо ",
	closes:     ", закрытие в ",
	more:       " ещё",
}

// piece is words of a reason, and the name of what writer.part writes behind them.
type piece struct{ words, part string }

// cut takes the reasons' texts to pieces: the names stand in braces.
func cut(texts map[Code]string) map[Code][]piece {
	out := make(map[Code][]piece, len(texts))
	for code, text := range texts {
		for text != "" {
			words, rest, _ := strings.Cut(text, "{")
			part, after, _ := strings.Cut(rest, "}")
			out[code], text = append(out[code], piece{words, part}), after
		}
	}
	return out
}

// languageOf is the place of a language in languages.
func languageOf(code string) int {
	for i := range languages {
		if languages[i].code == code {
			return i
		}
	}
	return 0
}
