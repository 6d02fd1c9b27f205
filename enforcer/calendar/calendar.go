package calendar

import (
	"fmt"
	"time"

	"slabridge/config/message"
)

// Calendar is compiled working time: immutable, safe for concurrent use.
type Calendar struct {
	id, version, source string
	zone                string
	loc                 *time.Location
	week                said
	day                 time.Duration
	tables              []*table // apart from each other by years without data, in order
}

// ID returns the calendar's name.
func (c *Calendar) ID() string { return c.id }

// Location returns the zone all results are in.
func (c *Calendar) Location() *time.Location { return c.loc }

// Version returns the edition of the days-off data.
func (c *Calendar) Version() string { return c.version }

// DataEnds returns the moment at which the days-off data that covers t ends: the first second, in the calendar's zone,
// of a year without data. It is t itself where no data covers t.
func (c *Calendar) DataEnds(t time.Time) time.Time {
	year := t.In(c.loc).Year()
	for _, table := range c.tables {
		if table.firstYear <= year && year <= table.lastYear {
			return FirstMoment(time.Date(table.lastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC), c.loc)
		}
	}
	return t
}

// DayLength returns the working time of the longest day of the week, a break left out: what people mean by "a
// working day" when they tell an amount of working time in days.
func (c *Calendar) DayLength() time.Duration { return c.day }

// Source returns where the days-off data is from.
func (c *Calendar) Source() string { return c.source }

// MissingYearError says that an answer needs a year without days-off data.
type MissingYearError struct {
	Calendar string
	Year     int
	Have     string // the years that have data, "2023-2027"
}

// Error says what is missing and what to do about it.
func (e *MissingYearError) Error() string {
	return message.Text("calendar %q has no days off for %d (it has %s); add the year to the calendar's file, as "+
		"provisional if it is not law yet",
		e.Calendar, e.Year, e.Have)
}

func (c *Calendar) missing(year int) error {
	have := ""
	for i, t := range c.tables {
		if i > 0 {
			have += ", "
		}
		have += fmt.Sprint(t.firstYear)
		if t.lastYear > t.firstYear {
			have += fmt.Sprintf("-%d", t.lastYear)
		}
	}
	return &MissingYearError{Calendar: c.id, Year: year, Have: have}
}

// at returns the table that covers the moment.
func (c *Calendar) at(s int64) (*table, error) {
	for _, t := range c.tables {
		if t.covers(s) {
			return t, nil
		}
		if s >= t.midnight && s < t.start {
			return nil, c.missing(t.firstYear - 1) // a shift of that year may run into this one
		}
	}
	return nil, c.missing(time.Unix(s, 0).In(c.loc).Year())
}

// span returns the table that covers all of [from, to).
func (c *Calendar) span(from, to int64) (*table, error) {
	t, err := c.at(from)
	if err != nil {
		return nil, err
	}
	if to > t.end {
		return nil, c.missing(t.lastYear + 1)
	}
	return t, nil
}

func (c *Calendar) time(s int64) time.Time { return time.Unix(s, 0).In(c.loc) }

// Elapsed returns the working time in [from, to): zero when to is not after
// from. It needs data for every year between them.
func (c *Calendar) Elapsed(from, to time.Time) (time.Duration, error) {
	s, err := c.worked(from.Unix(), to.Unix())
	return time.Duration(s) * time.Second, err
}

func (c *Calendar) worked(from, to int64) (int64, error) {
	if to <= from {
		return 0, nil
	}
	t, err := c.span(from, to)
	if err != nil {
		return 0, err
	}
	return t.workedBefore(to) - t.workedBefore(from), nil
}

// Add returns the earliest moment before which d of working time has passed
// since from. Landing on a close it stays there; adding nothing returns from
// itself, outside hours too. A negative d is an error.
func (c *Calendar) Add(from time.Time, d time.Duration) (time.Time, error) {
	if d < 0 {
		return time.Time{}, message.Errorf("add %v of working time: it must not be negative", d)
	}
	s, err := c.add(from.Unix(), int64(d/time.Second))
	if err != nil {
		return time.Time{}, err
	}
	return c.time(s), nil
}

func (c *Calendar) add(from, seconds int64) (int64, error) {
	t, err := c.at(from)
	if err != nil {
		return 0, err
	}
	if seconds == 0 {
		return from, nil
	}
	if s, ok := t.reach(t.workedBefore(from) + seconds); ok {
		return s, nil
	}
	return 0, c.missing(t.lastYear + 1)
}

// subtract is the latest moment from which seconds of working time lie before
// until.
func (c *Calendar) subtract(until, seconds int64) (int64, error) {
	t, err := c.at(until)
	if err != nil {
		return 0, err
	}
	if seconds == 0 {
		return until, nil
	}
	if s, ok := t.reachLast(t.workedBefore(until) - seconds); ok {
		return s, nil
	}
	return 0, c.missing(t.firstYear - 1)
}

// InHours reports whether t lies between the first opening and the last close
// of its day or shift, breaks included.
func (c *Calendar) InHours(t time.Time) (bool, error) {
	s := t.Unix()
	tab, err := c.at(s)
	if err != nil {
		return false, err
	}
	return tab.inside(tab.day(s), s), nil
}

// NextOpening returns the first opening of the next working day that has not
// opened yet at t: at 03:00 on a working day that day's, at its opening
// already the next one's.
func (c *Calendar) NextOpening(t time.Time) (time.Time, error) {
	s := t.Unix()
	tab, err := c.at(s)
	if err != nil {
		return time.Time{}, err
	}
	day, err := c.workday(tab, tab.unopened(tab.day(s), s))
	if err != nil {
		return time.Time{}, err
	}
	return c.time(tab.open(day)), nil
}

// PreviousClose returns the last close of a working day at or before t.
func (c *Calendar) PreviousClose(t time.Time) (time.Time, error) {
	s := t.Unix()
	tab, err := c.at(s)
	if err != nil {
		return time.Time{}, err
	}
	day := tab.day(s)
	rank := int(tab.days[day].rank) - 1
	if tab.days[day].worked && tab.close(day) <= s {
		rank++
	}
	day, err = c.workday(tab, rank)
	if err != nil {
		return time.Time{}, err
	}
	return c.time(tab.close(day)), nil
}

// workday returns the working day of that rank, or which year is missing.
func (c *Calendar) workday(t *table, rank int) (int, error) {
	if rank < 0 {
		return 0, c.missing(t.firstYear - 1)
	}
	if rank >= len(t.work) {
		return 0, c.missing(t.lastYear + 1)
	}
	return int(t.work[rank]), nil
}

func (c *Calendar) dayOf(date Date) (*table, int, error) {
	n := date.number()
	for _, t := range c.tables {
		if n >= t.base && n < t.base+int64(len(t.days)-1) {
			return t, int(n - t.base), nil
		}
	}
	return nil, 0, c.missing(date.Year)
}

// IsWorkingDay reports whether any of the date is worked.
func (c *Calendar) IsWorkingDay(date Date) (bool, error) {
	t, day, err := c.dayOf(date)
	if err != nil {
		return false, err
	}
	return t.days[day].worked, nil
}

// WorkingDays counts the working days from one date to another, both included.
func (c *Calendar) WorkingDays(from, to Date) (int, error) {
	if to.Before(from) {
		return 0, nil
	}
	t, first, err := c.dayOf(from)
	if err != nil {
		return 0, err
	}
	other, last, err := c.dayOf(to)
	if err != nil {
		return 0, err
	}
	if other != t {
		return 0, c.missing(t.lastYear + 1)
	}
	return int(t.days[last+1].rank - t.days[first].rank), nil
}

// ErrDayOff is what CloseOf answers for a day that is not worked.
var ErrDayOff = message.New("the day is not worked")

// CloseOf returns the last close of a working day; for any other day the error
// is ErrDayOff.
func (c *Calendar) CloseOf(date Date) (time.Time, error) {
	t, day, err := c.dayOf(date)
	if err != nil {
		return time.Time{}, err
	}
	if !t.days[day].worked {
		return time.Time{}, message.Errorf("close of %v in calendar %q: %w", date, c.id, ErrDayOff)
	}
	return c.time(t.close(day)), nil
}

// LastWorkingDayOnOrBefore returns the date itself when it is worked, else the
// last working day before it.
func (c *Calendar) LastWorkingDayOnOrBefore(date Date) (Date, error) {
	t, day, err := c.dayOf(date)
	if err != nil {
		return Date{}, err
	}
	day, err = c.workday(t, int(t.days[day+1].rank)-1)
	if err != nil {
		return Date{}, err
	}
	return t.date(day), nil
}

// FirstWorkingDayOnOrAfter returns the date itself when it is worked, else the first working day after it.
func (c *Calendar) FirstWorkingDayOnOrAfter(date Date) (Date, error) {
	t, day, err := c.dayOf(date)
	if err != nil {
		return Date{}, err
	}
	if day, err = c.workday(t, int(t.days[day].rank)); err != nil {
		return Date{}, err
	}
	return t.date(day), nil
}

// DayOf returns the day that a moment belongs to: within a shift over midnight, that of its opening.
func (c *Calendar) DayOf(t time.Time) (Date, error) {
	table, err := c.at(t.Unix())
	if err != nil {
		return Date{}, err
	}
	return dateOfNumber(table.base + int64(table.day(t.Unix()))), nil
}

// NextClose returns the first close of a working day at or after t. A shift that crosses midnight is the day's on which
// it opened.
func (c *Calendar) NextClose(t time.Time) (time.Time, error) {
	for date := DateOf(t.In(c.loc)).AddDays(-1); ; date = date.AddDays(1) {
		var err error
		if date, err = c.FirstWorkingDayOnOrAfter(date); err != nil {
			return time.Time{}, err
		}
		if closes, err := c.CloseOf(date); err != nil || !closes.Before(t) {
			return closes, err
		}
	}
}
