package calendar

import (
	"fmt"
	"math"
	"time"
)

// Spec is what a calendar is made of.
type Spec struct {
	ID   string // how errors and people call it
	Zone string // an IANA name, "Asia/Almaty"
	Week Week
	Days Days
}

// Compile checks the spec and builds the calendar's tables. It refuses a zone
// it does not know, a week without working hours or with unclear ones, and
// days that contradict themselves.
func Compile(spec Spec) (*Calendar, error) {
	loc, err := LoadZone(spec.Zone)
	if err != nil {
		return nil, fmt.Errorf("calendar %q: %w", spec.ID, err)
	}
	if err := spec.Week.Validate(); err != nil {
		return nil, fmt.Errorf("calendar %q: %w", spec.ID, err)
	}
	if err := spec.Days.validate(); err != nil {
		return nil, fmt.Errorf("calendar %q: %w", spec.ID, err)
	}
	c := &Calendar{
		id:      spec.ID,
		version: spec.Days.Version,
		source:  spec.Days.Source,
		zone:    spec.Zone,
		loc:     loc,
		day:     spec.Week.longestDay(),
	}
	for i := range languages {
		c.week[i] = spec.Week.text(languages[i].weekdays)
	}
	years := spec.Days.years()
	for first := 0; first < len(years); {
		last := first
		for last+1 < len(years) && years[last+1] == years[last]+1 {
			last++
		}
		c.tables = append(c.tables, compileTable(spec, loc, years[first], years[last]))
		first = last + 1
	}
	return c, nil
}

// compileTable lays out the days of consecutive years that all have data.
func compileTable(spec Spec, loc *time.Location, first, last int) *table {
	special := make(map[Date]Day)
	t := &table{firstYear: first, lastYear: last, cum: []int64{0}, names: make(map[int32]Name)}
	for y := first; y <= last; y++ {
		year := spec.Days.Years[y]
		t.provisional = append(t.provisional, year.Status == Provisional)
		for _, day := range year.Days {
			special[day.Date] = day
		}
	}
	t.base = Date{first, time.January, 1}.number()
	end := Date{last + 1, time.January, 1}.number()
	for n := t.base; n < end; n++ {
		date := dateOfNumber(n)
		t.appendDay(spec.Week, loc, n, special[date])
	}
	t.closeDays(instant(loc, end, 0))
	return t
}

func (t *table) appendDay(week Week, loc *time.Location, number int64, special Day) {
	start := instant(loc, number, 0)
	weekday := weekdayOf(number)
	d := dayRow{
		start: start,
		plain: !changesOffset(loc, start, instant(loc, number+1, 0)),
		iv:    int32(len(t.from)),
		rank:  int32(len(t.work)),
		run:   int32(len(t.runs)),
		short: int32(len(t.shorts)),
		moved: int32(len(t.moved)),
	}
	index := int32(len(t.days))
	list := week[weekday]
	switch special.Kind {
	case Off:
		list = nil
	case Working:
		instead := weekday
		if !special.Instead.IsZero() {
			instead = special.Instead.Weekday()
		}
		if len(list) == 0 {
			t.moved = append(t.moved, special)
		}
		list = week.hours(weekday, instead)
	}
	full := list
	if special.Kind == Short || special.Kind == Working {
		list = shorten(list, special.ShortBy)
	}
	for _, i := range list {
		t.appendInterval(instantOf(loc, number, i.From), instantOf(loc, number, i.To))
	}
	if len(t.from) > int(d.iv) {
		t.work = append(t.work, index)
		d.worked = true
	}
	t.days = append(t.days, d)
	if !d.worked {
		t.appendOff(index, special)
		return
	}
	if closed := t.to[len(t.to)-1]; special.ShortBy > 0 {
		fullClose := instantOf(loc, number, full[len(full)-1].To)
		t.shorts = append(t.shorts, shortDay{Day: special, close: closed, fullClose: fullClose})
	}
}

// appendInterval leaves out an interval that a jump of the clock has swallowed.
func (t *table) appendInterval(from, to int64) {
	if from >= to {
		return
	}
	t.from = append(t.from, from)
	t.to = append(t.to, to)
	t.cum = append(t.cum, t.cum[len(t.cum)-1]+to-from)
}

// appendOff notes a day that is not worked, in one run with the day before it
// where that is not worked either.
func (t *table) appendOff(index int32, special Day) {
	if special.Kind == Off {
		t.names[index] = special.Name
	}
	if n := len(t.runs); n > 0 && t.runs[n-1].last == index-1 {
		t.days[index].run = int32(n - 1)
		t.runs[n-1].extend(index, special)
		return
	}
	t.runs = append(t.runs, offRun{first: index, last: index})
	t.runs[len(t.runs)-1].extend(index, special)
}

// closeDays ends the rows with one past the last day, so that every row has a
// next one.
func (t *table) closeDays(end int64) {
	t.days = append(t.days, dayRow{
		start: end,
		iv:    int32(len(t.from)),
		rank:  int32(len(t.work)),
		run:   int32(len(t.runs)),
		short: int32(len(t.shorts)),
		moved: int32(len(t.moved)),
	})
	t.start, t.end = t.days[0].start, end
	for i := range t.runs {
		t.runs[i].label(t)
	}
}

func instantOf(loc *time.Location, number int64, at TimeOfDay) int64 {
	return instant(loc, number, int64(at))
}

// instant returns the first moment, in Unix seconds, at which the clock of loc
// shows the local time or a later one. It walks the zone's offsets from a
// moment that is surely earlier, because time.Date does not promise which of
// two readings it takes.
func instant(loc *time.Location, number, secondOfDay int64) int64 {
	const widest = 30 * secondsPerHour // no zone is further from UTC, nor was any
	wall := number*secondsPerDay + secondOfDay
	at := wall - widest
	for {
		t := time.Unix(at, 0).In(loc)
		_, offset := t.Zone()
		limit := int64(math.MaxInt64)
		if _, until := t.ZoneBounds(); !until.IsZero() {
			limit = until.Unix()
		}
		if limit <= at { // ZoneBounds counts 365 days for a year of the zone's rule: wrong on the last day of a leap year
			limit = at + secondsPerHour
		}
		if shown := max(at, wall-int64(offset)); shown < limit {
			return shown
		}
		at = limit
	}
}

// FirstMoment returns the first moment at which the clock of loc shows the date and time that wall shows, or a later
// one: a time that a change of the clock skips is the moment of the jump, one that comes twice its first occurrence.
// The zone of wall does not matter.
func FirstMoment(wall time.Time, loc *time.Location) time.Time {
	clock := int64(wall.Hour())*secondsPerHour + int64(wall.Minute())*60 + int64(wall.Second())
	return time.Unix(instant(loc, DateOf(wall).number(), clock), 0).In(loc)
}

// changesOffset reports whether [from, to) is not one day of 24 hours at one
// offset.
func changesOffset(loc *time.Location, from, to int64) bool {
	_, until := time.Unix(from, 0).In(loc).ZoneBounds()
	return to-from != secondsPerDay || (!until.IsZero() && until.Unix() < to)
}
