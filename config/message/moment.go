package message

import (
	"strings"
	"time"
)

// monthsOf are the months as they stand in a date.
var monthsOf = [...]Format{
	"January", "February", "March", "April", "May (of a date)", "June", "July", "August", "September", "October",
	"November", "December",
}

var shortMonths = [...]Format{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// Weekdays are the short names of the days of the week.
var Weekdays = [...]Format{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// Moment writes a moment as the language does, on the clock of its zone, which the text around it names: "2026-11-29
// 07:18:00", "29 ноября 2026 г., 07:18".
func Moment(lang string, t time.Time) string {
	if lang != English && t.Second() == 0 {
		return Date(lang, "2006-01-02 15:04", t)
	}
	return Date(lang, "2006-01-02 15:04:05", t)
}

// Day is a day that a sentence names: "2026-11-29", "29 ноября 2026 г.".
type Day time.Time

// In gives the day in a language.
func (d Day) In(lang string) string { return Date(lang, time.DateOnly, time.Time(d)) }

// Date writes a moment by a layout of package time, for which each language has its own: "2 January 2006" is
// "2 January 2006 года" in Russian. January, Jan and Mon stand for the language's own names.
func Date(lang string, layout Format, t time.Time) string {
	return formatted(lang, Say(lang, layout), t)
}

func formatted(lang, layout string, t time.Time) string {
	if lang == English {
		return t.Format(layout)
	}
	if before, after, found := strings.Cut(layout, "January"); found {
		return formatted(lang, before, t) + Say(lang, monthsOf[t.Month()-1]) + formatted(lang, after, t)
	}
	if before, after, found := strings.Cut(layout, "Jan"); found {
		return formatted(lang, before, t) + Say(lang, shortMonths[t.Month()-1]) + formatted(lang, after, t)
	}
	if before, after, found := strings.Cut(layout, "Mon"); found {
		return formatted(lang, before, t) + Say(lang, Weekdays[t.Weekday()]) + formatted(lang, after, t)
	}
	return t.Format(layout)
}
