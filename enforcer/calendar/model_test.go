package calendar_test

import (
	"fmt"
	"slices"
	"time"

	"slabridge/enforcer/calendar"
)

// model is a second implementation of the arithmetic of time, slow and plain:
// it looks at each minute's local clock and walks. It knows no tables, sums or
// searches, and shares no code with the package beyond the types of its
// arguments. Hours of work must lie on whole minutes; moments may have seconds.
type model struct {
	first   int64 // Unix minute of minutes[0]
	minutes []minute
	starts  map[int]int // where in minutes a civil day starts
}

type minute struct {
	day     int32 // civil day, counted from 1970
	shown   int16 // minute of that day that the clock has reached; never goes back within a day
	reading int16 // minute that the clock really shows
	owner   int32 // the day it belongs to: in a shift over midnight that of its opening
	working bool  // counts
	inside  bool  // between its owner's first and last working minute
}

// clockOf reads the local clock minute by minute. Where the clock is set back
// the time reached stands still until the clock has caught up.
func clockOf(loc *time.Location, from, to time.Time) (int64, []minute) {
	first := from.Unix() / 60
	var list []minute
	for m := first; m < to.Unix()/60; m++ {
		t := time.Unix(m*60, 0).In(loc)
		y, mon, d := t.Date()
		day := int32(time.Date(y, mon, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		shown := int16(t.Hour()*60 + t.Minute())
		now := minute{day: day, shown: shown, reading: shown}
		if n := len(list); n > 0 {
			last := list[n-1]
			if day < last.day || day == last.day && shown < last.shown {
				now.day, now.shown = last.day, last.shown
			}
		}
		list = append(list, now)
	}
	return first, list
}

// newModel fills in which minutes are worked: each day paints its hours on two days' minutes, its own and the next
// one's. A minute that a shift has painted, or its break, is not painted again by the next day.
func newModel(first int64, clock []minute, week calendar.Week, days map[calendar.Date]calendar.Day) *model {
	m := &model{first: first, minutes: slices.Clone(clock), starts: map[int]int{}}
	var order []int
	for i := range m.minutes {
		now := &m.minutes[i]
		now.owner = now.day
		if _, known := m.starts[int(now.day)]; !known {
			m.starts[int(now.day)] = i
			order = append(order, int(now.day))
		}
	}
	free := 0
	for n, day := range order {
		face := workedMinutes(day, week, days)
		end := len(m.minutes)
		if n+2 < len(order) {
			end = m.starts[order[n+2]]
		}
		opened, closed := -1, -1
		for i := max(free, m.starts[day]); i < end; i++ {
			if !face[int(m.minutes[i].day-int32(day))*1440+int(m.minutes[i].shown)] {
				continue
			}
			m.minutes[i].working = true
			closed = i
			if opened < 0 {
				opened = i
			}
		}
		for i := opened; opened >= 0 && i <= closed; i++ {
			m.minutes[i].owner, m.minutes[i].inside = int32(day), true
		}
		free = max(free, closed+1)
	}
	return m
}

// dayOf returns the minutes of a day and of the next one, and the Unix second of the first.
func (m *model) dayOf(day int) ([]minute, int64) {
	from, to := m.starts[day], m.starts[day+2]
	if from == 0 || to == 0 {
		panic(fmt.Sprintf("day %d does not lie within the model's window", day))
	}
	return m.minutes[from:to], (m.first + int64(from)) * 60
}

func (m *model) worked(day int) bool {
	minutes, _ := m.dayOf(day)
	return slices.ContainsFunc(minutes, func(now minute) bool { return now.working && int(now.owner) == day })
}

// workedMinutes paints the working minutes of one day on a face of two days.
func workedMinutes(day int, week calendar.Week, days map[calendar.Date]calendar.Day) [2880]bool {
	var face [2880]bool
	t := time.Unix(int64(day)*86400, 0).UTC()
	special := days[calendar.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}]
	if special.Kind == calendar.Off {
		return face
	}
	hours := week[t.Weekday()]
	if special.Kind == calendar.Working && len(hours) == 0 {
		if i := special.Instead; i.Year != 0 {
			hours = week[time.Date(i.Year, i.Month, i.Day, 0, 0, 0, 0, time.UTC).Weekday()]
		}
		for back := 1; len(hours) == 0; back++ {
			hours = week[t.AddDate(0, 0, -back).Weekday()]
		}
	}
	for _, h := range hours {
		for i := int(h.From) / 60; i < int(h.To)/60; i++ {
			face[i] = true
		}
	}
	if special.Kind == calendar.Short || special.Kind == calendar.Working {
		rest := int(special.ShortBy / time.Minute)
		for i := len(face) - 1; i >= 0 && rest > 0; i-- {
			if face[i] {
				face[i] = false
				rest--
			}
		}
	}
	return face
}

// at returns the minute that a second lies in.
func (m *model) at(s int64) minute { return m.minutes[s/60-m.first] }

// day returns the day that a second belongs to.
func (m *model) day(s int64) int { return int(m.at(s).owner) }

// shownAt returns the second of its day at which a moment lies by the clock, more than a day's for the part of a shift
// that lies behind midnight.
func (m *model) shownAt(s int64) int64 {
	now := m.at(s)
	return int64(now.day-now.owner)*86400 + int64(now.reading)*60 + s%60
}

// stretch is a pause in seconds.
type stretch struct{ from, to int64 }

// spans turns pauses into stretches without overlap: second by second a moment
// is paused or it is not.
func spansOf(pauses []calendar.Span) []stretch {
	var edges []int64
	paused := func(s int64) bool {
		for _, p := range pauses {
			if s >= p.From.Unix() && s < p.To.Unix() {
				return true
			}
		}
		return false
	}
	for _, p := range pauses {
		edges = append(edges, p.From.Unix(), p.To.Unix())
	}
	slices.Sort(edges)
	var list []stretch
	for i := 0; i+1 < len(edges); i++ {
		if edges[i] == edges[i+1] || !paused(edges[i]) {
			continue
		}
		if n := len(list); n > 0 && list[n-1].to == edges[i] {
			list[n-1].to = edges[i+1]
			continue
		}
		list = append(list, stretch{edges[i], edges[i+1]})
	}
	return list
}

// walk goes on from start, a minute or a pause's edge at a time, until so many
// seconds have counted, and returns where it is.
func (m *model) walk(start, seconds int64, plain bool, paused []stretch) int64 {
	at := start
	for seconds > 0 {
		next := (at/60 + 1) * 60
		counts := plain || m.at(at).working
		for _, p := range paused {
			if at >= p.from && at < p.to {
				counts, next = false, min(next, p.to)
			} else if p.from > at {
				next = min(next, p.from)
			}
		}
		if counts {
			step := min(next-at, seconds)
			at, seconds = at+step, seconds-step
			continue
		}
		at = next
	}
	return at
}

// counted is how many seconds count in [from, to).
func (m *model) counted(from, to int64, plain bool, paused []stretch) int64 {
	total := int64(0)
	for s := from; s < to; {
		next := min(to, (s/60+1)*60)
		counts := plain || m.at(s).working
		for _, p := range paused {
			if s >= p.from && s < p.to {
				counts, next = false, min(next, p.to)
			} else if p.from > s {
				next = min(next, p.from)
			}
		}
		if counts {
			total += next - s
		}
		s = next
	}
	return total
}

// opening returns the first second of a working day that has not opened at s.
func (m *model) opening(s int64) int64 {
	for i := s/60 - m.first; ; i++ {
		now, last := m.minutes[i], m.minutes[i-1]
		from := (m.first + i) * 60
		if from > s && now.inside && (!last.inside || last.owner != now.owner) {
			return from
		}
	}
}

// lastClose returns the last close of a working day at or before s.
func (m *model) lastClose(s int64) int64 {
	for i := s/60 - m.first; ; i-- {
		now, last := m.minutes[i], m.minutes[i-1]
		if last.inside && (!now.inside || now.owner != last.owner) {
			return (m.first + i) * 60
		}
	}
}

// workingDay returns the nth working day after a day, or before it when n is
// negative.
func (m *model) workingDay(day, n int) int {
	step := 1
	if n < 0 {
		step = -1
	}
	for n != 0 {
		if day += step; m.worked(day) {
			n -= step
		}
	}
	return day
}

// edges returns a working day's opening and close.
func (m *model) edges(day int) (opens, closes int64) {
	minutes, start := m.dayOf(day)
	for i, now := range minutes {
		if now.inside && int(now.owner) == day {
			if opens == 0 {
				opens = start + int64(i)*60
			}
			closes = start + int64(i)*60 + 60
		}
	}
	return opens, closes
}

// shows returns the first moment at which a day's clock shows second s of the
// day, or more; from 86400 on it is the next day's clock.
func (m *model) shows(day int, s int64) int64 {
	minutes, start := m.dayOf(day)
	for i, now := range minutes {
		at := start + int64(i)*60
		shown := int64(now.day-int32(day))*1440 + int64(now.shown)
		switch {
		case shown > s/60:
			return at
		case shown == s/60:
			return at + s%60
		}
	}
	return start + int64(len(minutes))*60
}

// meant is the moment of a time of day within a day's hours: the morning's where the hours reach it, else its own.
func (m *model) meant(day int, s int64) int64 {
	if _, closes := m.edges(day); closes > m.shows(day, 86400) && m.shows(day, s+86400) <= closes {
		return m.shows(day, s+86400)
	}
	return m.shows(day, s)
}

// due is CONTRACTS.md in code: the moment a term that begins at start is due.
func (m *model) due(start int64, term calendar.Term, pauses []calendar.Span) int64 {
	var paused []stretch
	for _, p := range spansOf(pauses) {
		if p.to > start {
			paused = append(paused, stretch{max(start, p.from), p.to})
		}
	}
	plain := term.Always || term.Unit == calendar.PlainDays || term.Unit == calendar.CalendarDays
	unit := map[calendar.Unit]int64{calendar.Minutes: 60, calendar.Hours: 3600, calendar.PlainDays: 86400}[term.Unit]
	if !plain && term.Cutoff != nil {
		if !m.at(start).inside || start > m.meant(m.day(start), int64(term.Cutoff.After)) {
			day := m.day(m.opening(start))
			opens, closes := m.edges(day)
			due := max(opens, min(closes, m.meant(day, int64(term.Cutoff.Due))))
			return m.postpone(due, paused)
		}
	}
	if term.Unit == calendar.CalendarDays {
		end := start // the last second whose date is not later than the Nth day
		for int(m.at(end+60-end%60).day) <= int(m.at(start).day)+term.N {
			end += 60 - end%60
		}
		return m.walk(start, end-end%60+59-start, true, paused)
	}
	if unit != 0 {
		return m.walk(start, int64(term.N)*unit, plain, paused)
	}
	return m.postpone(m.dueDay(start, term), paused)
}

// dueDay counts business days.
func (m *model) dueDay(start int64, term calendar.Term) int64 {
	now := m.at(start)
	if term.Unit == calendar.CivilBusinessDays {
		_, closes := m.edges(m.workingDay(m.day(start), term.N))
		return closes
	}
	if !now.inside {
		day := m.day(m.opening(start))
		_, closes := m.edges(m.workingDay(day, term.N-1))
		return closes
	}
	day := m.workingDay(m.day(start), term.N)
	_, closes := m.edges(day)
	return min(closes, m.shows(day, m.shownAt(start)))
}

// postpone moves a due moment by the working time of every pause that began
// before it, until nothing moves any more.
func (m *model) postpone(base int64, paused []stretch) int64 {
	due := base
	for {
		covered := int64(0)
		for _, p := range paused {
			if p.from < due {
				covered += m.counted(p.from, p.to, false, nil)
			}
		}
		moved := m.walk(base, covered, false, nil)
		if moved == due {
			return due
		}
		due = moved
	}
}

// percent is the moment at which a share of the counting time has passed.
func (m *model) percent(start, due int64, percent int, term calendar.Term, pauses []calendar.Span) int64 {
	plain := term.Always || term.Unit == calendar.PlainDays || term.Unit == calendar.CalendarDays
	paused := spansOf(pauses)
	total := m.counted(start, due, plain, paused)
	return m.walk(start, total*int64(percent)/100, plain, paused)
}

// before is the moment of a warning ahead of a due moment.
func (m *model) before(due int64, term calendar.Term) int64 {
	if term.Unit == calendar.BusinessDays {
		day, second := m.day(due), m.shownAt(due)
		last, now := m.minutes[due/60-1-m.first], m.at(due)
		if due%60 == 0 && last.inside && last.owner != now.owner && now.day != last.owner {
			day, second = int(last.owner), 86400 // a close at 24:00, or of a shift, belongs to its day
			if now.day == last.day {
				second += int64(now.reading) * 60
			}
		}
		target := m.workingDay(day, -term.N)
		opens, closes := m.edges(target)
		return max(opens, min(closes, m.shows(target, second)))
	}
	seconds := int64(term.N) * 60
	if term.Unit == calendar.Hours {
		seconds *= 60
	}
	at := due
	for seconds > 0 {
		step := int64(1)
		if at%60 == 0 && seconds >= 60 {
			step = 60
		}
		if m.at(at - step).working {
			seconds -= step
		}
		at -= step
	}
	return at
}
