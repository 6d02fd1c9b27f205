package calendar

import (
	"math"
	"time"

	"slabridge/config/message"
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
		return nil, message.Errorf("calendar %q: %w", spec.ID, err)
	}
	if err := spec.Week.Validate(); err != nil {
		return nil, message.Errorf("calendar %q: %w", spec.ID, err)
	}
	if err := spec.Days.validate(); err != nil {
		return nil, message.Errorf("calendar %q: %w", spec.ID, err)
	}
	c := &Calendar{
		id:      spec.ID,
		version: spec.Days.Version,
		source:  spec.Days.Source,
		zone:    spec.Zone,
		loc:     loc,
		day:     spec.Week.longestDay(),
	}
	c.week = ready(spec.Week)
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
	base, end := Date{first, time.January, 1}.number(), Date{last + 1, time.January, 1}.number()
	t := &table{
		firstYear: first, lastYear: last, base: base, days: make([]dayRow, 0, end-base+1), cum: []int64{0},
		names: make(map[int32]Name), emptied: make(map[int32]bool),
	}
	special := make(map[Date]Day)
	for y := first; y <= last; y++ {
		year := spec.Days.Years[y]
		t.provisional = append(t.provisional, year.Status == Provisional)
		t.byRule = append(t.byRule, spec.Days.ByRule[y])
		for _, day := range year.Days {
			special[day.Date] = day
		}
	}
	t.midnight = instant(loc, base, 0)
	free := t.midnight // from here on nothing is known to be worked yet
	if over := spec.Week.latestClose() - Midnight; over > 0 {
		free = instantOf(loc, base, over) // until then the day before may be worked, and nothing tells whether it is
	}
	for n, midnight := base, t.midnight; n < end; n++ {
		next := instant(loc, n+1, 0)
		row := dayRow{start: max(midnight, free), plain: !changesOffset(loc, midnight, next)}
		row.lead = int32(row.start - midnight)
		t.appendDay(spec.Week, loc, n, row, special[dateOfNumber(n)])
		if k := len(t.to); k > 0 {
			free = max(free, t.to[k-1])
		}
		midnight = next
	}
	t.closeDays(instant(loc, end, 0), free)
	return t
}

// appendDay adds a day of which the row's time is known.
func (t *table) appendDay(week Week, loc *time.Location, number int64, d dayRow, special Day) {
	weekday := weekdayOf(number)
	d.iv = int32(len(t.from))
	d.rank = int32(len(t.work))
	d.run = int32(len(t.runs))
	d.short = int32(len(t.shorts))
	d.moved = int32(len(t.moved))
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
		list = week.hours(weekday, instead)
	}
	full := list
	if special.Kind == Short || special.Kind == Working {
		list = shorten(list, special.ShortBy)
	}
	for _, i := range list {
		t.appendInterval(d.at(loc, number, i.From), d.at(loc, number, i.To))
	}
	if len(t.from) > int(d.iv) {
		t.work = append(t.work, index)
		d.worked = true
	}
	t.days = append(t.days, d)
	if !d.worked {
		t.appendOff(index, special, len(full) > 0 && len(list) == 0)
		return
	}
	if special.Kind == Working && len(week[weekday]) == 0 {
		t.moved = append(t.moved, special)
	}
	if closed := t.to[len(t.to)-1]; special.ShortBy > 0 {
		fullClose := d.at(loc, number, full[len(full)-1].To)
		t.shorts = append(t.shorts, shortDay{Day: special, close: closed, fullClose: fullClose})
	}
}

// at returns the moment of a local time on the day, which has that number.
func (d *dayRow) at(loc *time.Location, number int64, at TimeOfDay) int64 {
	if d.plain && at <= Midnight {
		return d.midnight() + int64(at)
	}
	return instantOf(loc, number, at)
}

// appendInterval leaves out what lies in the shift of the day before, and an interval that a jump of the clock has
// swallowed.
func (t *table) appendInterval(from, to int64) {
	if n := len(t.to); n > 0 {
		from = max(from, t.to[n-1])
	}
	if from >= to {
		return
	}
	t.from = append(t.from, from)
	t.to = append(t.to, to)
	t.cum = append(t.cum, t.cum[len(t.cum)-1]+to-from)
}

// appendOff notes a day that is not worked, in one run with the day before it
// where that is not worked either. An emptied day is one that is short by all its hours.
func (t *table) appendOff(index int32, special Day, emptied bool) {
	switch {
	case emptied:
		t.emptied[index] = true
		special = Day{Date: special.Date, Kind: Off, Name: emptiedDay}
	case special.Kind == Off:
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
// next one. It begins at that midnight, or where the last shift ends.
func (t *table) closeDays(midnight, free int64) {
	end := max(midnight, free)
	t.days = append(t.days, dayRow{
		start: end,
		lead:  int32(end - midnight),
		iv:    int32(len(t.from)),
		rank:  int32(len(t.work)),
		run:   int32(len(t.runs)),
		short: int32(len(t.shorts)),
		moved: int32(len(t.moved)),
	})
	t.start, t.end = t.days[0].start, end
	for i := range t.runs {
		t.runs[i].said = ready(t.runs[i].words(t))
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
