package calendar

import (
	"strconv"

	"slabridge/config/message"
)

// Unit is what a term counts.
type Unit int

// The units of terms.
const (
	Minutes           Unit = iota + 1 // working minutes
	Hours                             // working hours
	BusinessDays                      // business days, the day of receipt counting when received before its hours
	CivilBusinessDays                 // business days from the day after the event (`count: civil`)
	PlainDays                         // days of 24 hours, round the clock
	CalendarDays                      // to the last second of the Nth calendar day after that of the event, worked or not
)

// maxTermCount keeps every sum of seconds far from overflow; 100,000 days are
// 273 years.
const maxTermCount = 100_000

// Term is an amount of time that a contract promises.
type Term struct {
	N      int
	Unit   Unit
	Always bool    // `clock: always`: minutes and hours run round the clock
	Cutoff *Cutoff // what holds for a notice late in the day or outside hours; nil for none
}

// Cutoff says that a notice later than After on a working day, or at any
// moment outside working hours, is due at Due on the next working day that has
// not opened yet. Exactly After is not later than After, unless the day has
// closed by then: on a day that closes before After, what comes between the
// close and After is outside hours, and so cut off as well. In a shift over
// midnight each of the two times is that of the evening or that of the morning
// behind it, whichever lies within the shift.
type Cutoff struct {
	After, Due TimeOfDay
}

// ParseTerm reads 20m, 2h, 1bd, 10d or 1cd.
func ParseTerm(s string) (Term, error) {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	t := Term{}
	switch s[digits:] {
	case "m":
		t.Unit = Minutes
	case "h":
		t.Unit = Hours
	case "bd":
		t.Unit = BusinessDays
	case "d":
		t.Unit = PlainDays
	case "cd":
		t.Unit = CalendarDays
	default:
		return Term{}, notTerm(s)
	}
	if digits == 0 || (digits > 1 && s[0] == '0') {
		return Term{}, notTerm(s)
	}
	n, err := strconv.Atoi(s[:digits])
	if err != nil || n > maxTermCount {
		return Term{}, message.Errorf("%q is too long a term; the most is %d", s, maxTermCount)
	}
	t.N = n
	return t, t.Validate()
}

func notTerm(s string) error {
	return message.Errorf("%q is not a term; write 20m, 2h, 1bd, 10d or 1cd (minutes, hours, business days, days of 24 "+
		"hours, calendar days to their end)", s)
}

// Validate reports a term that has no meaning: no unit, a negative or absurd
// count, 0bd, a cut-off on something that does not keep working hours.
func (t Term) Validate() error {
	switch {
	case t.Unit < Minutes || t.Unit > CalendarDays:
		return message.New("the term has no unit; write 20m, 2h, 1bd, 10d or 1cd")
	case t.N < 0 || t.N > maxTermCount:
		return message.Errorf("the term counts %d; it must be 0 to %d", t.N, maxTermCount)
	case t.N == 0 && t.businessDays():
		return message.New("0bd is not a term: business days count from 1; write 0m for at once")
	case t.Always && t.businessDays():
		return message.Errorf("%s cannot run round the clock; write %dd", t, t.N)
	case t.Cutoff == nil:
		return nil
	case t.plain():
		return message.Errorf("%s runs round the clock and cannot have a cut-off", t)
	case t.Unit == CivilBusinessDays:
		return message.Errorf("%s starts the day after the event and cannot have a cut-off", t)
	}
	return t.Cutoff.validate()
}

func (c Cutoff) validate() error {
	if c.After < 0 || c.After >= Midnight || c.Due < 0 || c.Due >= Midnight {
		return message.Errorf("cut-off after %v, due %v: both must lie within a day", c.After, c.Due)
	}
	return nil
}

// String returns the term as ParseTerm reads it; what ParseTerm cannot read
// follows in words, as in "3bd civil" and "2h always".
func (t Term) String() string {
	s := strconv.Itoa(t.N) + t.Unit.String()
	switch {
	case t.Unit == CivilBusinessDays:
		s += " civil"
	case t.Always:
		s += " always"
	}
	if t.Cutoff != nil {
		s += " cutoff " + t.Cutoff.After.String() + " -> " + t.Cutoff.Due.String()
	}
	return s
}

// String returns m, h, bd, d or cd.
func (u Unit) String() string {
	switch u {
	case Minutes:
		return "m"
	case Hours:
		return "h"
	case BusinessDays, CivilBusinessDays:
		return "bd"
	case PlainDays:
		return "d"
	case CalendarDays:
		return "cd"
	}
	return "?"
}

// plain reports whether the term's own clock is the plain one and not the
// calendar's. A pointer, like the two below: copying a term costs as much as
// the whole sum.
func (t *Term) plain() bool { return t.Always || t.Unit >= PlainDays }

func (t *Term) businessDays() bool { return t.Unit == BusinessDays || t.Unit == CivilBusinessDays }

// seconds is the amount of a term that is not in business days.
func (t *Term) seconds() int64 {
	switch t.Unit {
	case Minutes:
		return int64(t.N) * secondsPerMinute
	case Hours:
		return int64(t.N) * secondsPerHour
	}
	return int64(t.N) * secondsPerDay
}
