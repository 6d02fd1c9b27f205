package calendar

import (
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"
)

const (
	secondsPerMinute = 60
	secondsPerHour   = 3600
	secondsPerDay    = 86400
)

// Date is a civil date, without time and zone. It is comparable; the zero
// value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads a date as 2026-03-23 and refuses one that does not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, message.Errorf("%q is not a date; write 2026-03-23", s)
	}
	return DateOf(t), nil
}

// String returns the date as 2026-03-23.
func (d Date) String() string {
	return string(d.append(make([]byte, 0, len(time.DateOnly))))
}

func (d Date) append(b []byte) []byte {
	b = appendPadded(b, d.Year, 4)
	b = append(b, '-')
	b = appendPadded(b, int(d.Month), 2)
	b = append(b, '-')
	return appendPadded(b, d.Day, 2)
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return weekdayOf(d.number()) }

// AddDays returns the date n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return dateOfNumber(d.number() + int64(n)) }

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool {
	if d.Year != other.Year {
		return d.Year < other.Year
	}
	if d.Month != other.Month {
		return d.Month < other.Month
	}
	return d.Day < other.Day
}

// number counts days since 1970-01-01; dates that do not exist are carried
// over as time.Date does.
func (d Date) number() int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
}

func dateOfNumber(n int64) Date { return DateOf(time.Unix(n*secondsPerDay, 0).UTC()) }

func weekdayOf(number int64) time.Weekday {
	return time.Weekday(((number+int64(time.Thursday))%7 + 7) % 7) // 1970-01-01 was a Thursday
}

// TimeOfDay is a local time in seconds since midnight, 0 to 86400; 24:00 is
// the end of a day.
type TimeOfDay int

// Midnight is the end of a day, 24:00.
const Midnight TimeOfDay = secondsPerDay

// ParseTimeOfDay reads 09:00, 9:00, 09:00:30 or 24:00.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	fail := message.Errorf("%q is not a time of day; write 09:00, with 24:00 as the end of a day", s)
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 || len(parts[0]) == 0 {
		return 0, fail
	}
	var v [3]int
	for i, p := range parts {
		if len(p) > 2 || (i > 0 && len(p) != 2) || !allDigits(p) {
			return 0, fail
		}
		v[i], _ = strconv.Atoi(p) // two digits at most: cannot overflow
	}
	t := TimeOfDay(v[0]*secondsPerHour + v[1]*secondsPerMinute + v[2])
	if v[1] > 59 || v[2] > 59 || t > Midnight {
		return 0, fail
	}
	return t, nil
}

// String returns 09:00, or 09:00:30 where there are seconds.
func (t TimeOfDay) String() string {
	return string(t.append(make([]byte, 0, len(time.TimeOnly))))
}

func (t TimeOfDay) append(b []byte) []byte {
	b = appendPadded(b, int(t)/secondsPerHour, 2)
	b = append(b, ':')
	b = appendPadded(b, int(t)%secondsPerHour/secondsPerMinute, 2)
	if s := int(t) % secondsPerMinute; s != 0 {
		b = append(b, ':')
		b = appendPadded(b, s, 2)
	}
	return b
}

// appendPadded writes v with leading zeros up to width; it is a fast Sprintf
// for the many dates of an explanation.
func appendPadded(b []byte, v, width int) []byte {
	for limit := 10; width > 1; width-- {
		if v < limit {
			b = append(b, '0')
		}
		limit *= 10
	}
	return strconv.AppendInt(b, int64(v), 10)
}

func allDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
