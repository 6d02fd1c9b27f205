package calendar_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"slabridge/enforcer/calendar"

	"pgregory.net/rapid"
)

// scenes are zones and days at which their clocks do something, and quiet ones.
var scenes = []struct {
	zone string
	date calendar.Date
}{
	{"Asia/Almaty", calendar.Date{Year: 2024, Month: 2, Day: 29}},      // 25 hours, 23:00 twice
	{"Europe/Berlin", calendar.Date{Year: 2024, Month: 3, Day: 31}},    // 02:00 skipped
	{"Europe/Berlin", calendar.Date{Year: 2024, Month: 10, Day: 27}},   // 02:00 twice
	{"America/New_York", calendar.Date{Year: 2024, Month: 3, Day: 10}}, // 02:00 skipped
	{"America/New_York", calendar.Date{Year: 2024, Month: 11, Day: 3}}, // 01:00 twice
	{"Africa/Cairo", calendar.Date{Year: 2024, Month: 4, Day: 26}},     // midnight skipped
	{"Africa/Cairo", calendar.Date{Year: 2024, Month: 10, Day: 31}},    // 23:00 twice
	{"Australia/Lord_Howe", calendar.Date{Year: 2024, Month: 4, Day: 7}},
	{"Asia/Kathmandu", calendar.Date{Year: 2024, Month: 6, Day: 1}},
	{"Europe/Moscow", calendar.Date{Year: 2024, Month: 12, Day: 31}},
}

const windowDays = 75 // each side of a scene's day

type window struct {
	first int64
	clock []minute
}

var windows sync.Map // zone and date -> window

func clockAround(zone string, date calendar.Date) window {
	key := zone + date.String()
	if w, ok := windows.Load(key); ok {
		return w.(window)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	middle := time.Date(date.Year, date.Month, date.Day, 0, 0, 0, 0, loc)
	first, clock := clockOf(loc, middle.AddDate(0, 0, -windowDays), middle.AddDate(0, 0, windowDays))
	w := window{first, clock}
	windows.Store(key, w)
	return w
}

// world is one random calendar, compiled and modelled.
type world struct {
	cal    *calendar.Calendar
	model  *model
	middle time.Time
	weekly time.Duration
}

func drawWorld(t *rapid.T) world {
	scene := rapid.SampledFrom(scenes).Draw(t, "scene")
	week := drawWeek(t)
	days := calendar.Days{Country: "XX", Version: "test", Years: map[int]calendar.Year{}}
	for y := 2023; y <= 2025; y++ {
		days.Years[y] = calendar.Year{Status: calendar.Final}
	}
	byDate := map[calendar.Date]calendar.Day{}
	for range rapid.IntRange(0, 16).Draw(t, "special days") {
		day := drawDay(t, scene.date)
		if _, twice := byDate[day.Date]; twice {
			continue
		}
		byDate[day.Date] = day
		year := days.Years[day.Date.Year]
		year.Days = append(year.Days, day)
		days.Years[day.Date.Year] = year
	}
	c, err := calendar.Compile(calendar.Spec{ID: "random", Zone: scene.zone, Week: week, Days: days})
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	w := clockAround(scene.zone, scene.date)
	var weekly time.Duration
	for _, list := range week {
		for _, i := range list {
			weekly += time.Duration(i.To-i.From) * time.Second
		}
	}
	middle := time.Date(scene.date.Year, scene.date.Month, scene.date.Day, 0, 0, 0, 0, c.Location())
	return world{c, newModel(w.first, w.clock, week, byDate), middle, weekly}
}

func drawWeek(t *rapid.T) calendar.Week {
	var week calendar.Week
	ordinary := drawIntervals(t, 1)
	for d := range week {
		switch rapid.IntRange(0, 4).Draw(t, fmt.Sprintf("hours of weekday %d", d)) {
		case 0:
		case 1:
			week[d] = drawIntervals(t, 0)
		default:
			week[d] = ordinary
		}
	}
	week[rapid.IntRange(1, 5).Draw(t, "surely worked")] = ordinary
	week = withoutOverlap(week)
	if !rapid.Bool().Draw(t, "as written") {
		return week
	}
	read, err := calendar.ParseWeek(week.String()) // what meets at midnight becomes one shift
	if err != nil {
		t.Fatalf("%s: %v", week, err)
	}
	return read
}

// withoutOverlap cuts shifts where the next day's hours begin, and 16 hours after their own opening.
func withoutOverlap(week calendar.Week) calendar.Week {
	for d := range week {
		var list []calendar.Interval
		latest := 2*calendar.Midnight - 900
		if next := week[(d+1)%7]; len(next) > 0 {
			latest = min(latest, next[0].From+calendar.Midnight)
		}
		for _, i := range week[d] {
			if i.From >= calendar.Midnight && (len(list) == 0 || list[len(list)-1].To < calendar.Midnight) {
				break // begins on the next day
			}
			if i.To = min(i.To, latest); i.To > calendar.Midnight && i.From < calendar.Midnight || i.To == calendar.Midnight {
				latest = min(latest, i.From+16*3600)
				i.To = min(i.To, max(latest, calendar.Midnight))
			}
			if i.From < i.To {
				list = append(list, i)
			}
		}
		week[d] = list
	}
	if week.Validate() != nil { // nothing is left
		week[time.Monday] = []calendar.Interval{{From: 9 * 3600, To: 18 * 3600}}
	}
	return week
}

func drawIntervals(t *rapid.T, least int) []calendar.Interval {
	latest := rapid.SampledFrom([]int{96, 96, 124, 150}).Draw(t, "latest close")
	marks := rapid.SliceOfNDistinct(rapid.IntRange(0, latest), 2*least, 6, rapid.ID[int]).Draw(t, "quarter hours")
	used := [151]bool{}
	for _, m := range marks {
		used[m] = true
	}
	var list []calendar.Interval
	open := -1
	for m, set := range used {
		switch {
		case set && open < 0:
			open = m
		case set:
			list = append(list, calendar.Interval{From: calendar.TimeOfDay(open * 900), To: calendar.TimeOfDay(m * 900)})
			open = -1
		}
	}
	return list
}

func drawDay(t *rapid.T, around calendar.Date) calendar.Day {
	day := calendar.Day{
		Date: around.AddDays(rapid.IntRange(-8, 14).Draw(t, "special day")),
		Kind: rapid.SampledFrom([]calendar.Kind{
			calendar.Off, calendar.Off, calendar.Working, calendar.Short,
			calendar.Ordinary,
		}).Draw(t, "kind"),
	}
	short := time.Duration(rapid.IntRange(1, 40).Draw(t, "short by quarters")) * 15 * time.Minute
	switch day.Kind {
	case calendar.Short:
		day.ShortBy = short
	case calendar.Working:
		if rapid.Bool().Draw(t, "short as well") {
			day.ShortBy = short
		}
		if rapid.Bool().Draw(t, "instead known") {
			day.Instead = around.AddDays(rapid.IntRange(-7, 7).Draw(t, "instead"))
		}
	}
	return day
}

// drawMoment takes any minute, any second, a full quarter of an hour, or the
// neighbourhood of an opening or close, where the mistakes live.
func (w world) drawMoment(t *rapid.T, label string, days int) time.Time {
	at := w.middle.Add(time.Duration(rapid.IntRange(-days*1440, days*1440).Draw(t, label+" minute")) * time.Minute)
	switch rapid.IntRange(0, 4).Draw(t, label+" kind") {
	case 0:
		return at
	case 1:
		return at.Truncate(15 * time.Minute)
	case 2:
		return at.Add(time.Duration(rapid.IntRange(0, 59).Draw(t, label+" second")) * time.Second)
	}
	i := at.Unix()/60 - w.model.first
	for w.model.minutes[i].working == w.model.minutes[i-1].working {
		i++
	}
	edge := time.Unix((w.model.first+i)*60, 0).In(w.cal.Location())
	return edge.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, label+" off the edge")) * time.Second)
}

func (w world) drawTerm(t *rapid.T, start time.Time) calendar.Term {
	most := int(min(60*time.Hour, 2*w.weekly) / time.Minute)
	term := calendar.Term{Unit: rapid.SampledFrom([]calendar.Unit{
		calendar.Minutes, calendar.Hours, calendar.BusinessDays, calendar.CivilBusinessDays, calendar.PlainDays,
		calendar.CalendarDays,
	}).Draw(t, "unit")}
	cutoff := false
	switch term.Unit {
	case calendar.Minutes, calendar.Hours:
		term.N = rapid.IntRange(0, most).Draw(t, "minutes")
		if term.Unit == calendar.Hours {
			term.N /= 60
		}
		term.Always = rapid.IntRange(0, 4).Draw(t, "always") == 0
		cutoff = !term.Always
	case calendar.BusinessDays:
		term.N = rapid.IntRange(1, 8).Draw(t, "days")
		cutoff = true
	default:
		term.N = rapid.IntRange(1, 8).Draw(t, "days")
	}
	if cutoff && rapid.Bool().Draw(t, "cutoff") {
		quarter := rapid.IntRange(0, 95)
		term.Cutoff = &calendar.Cutoff{
			After: calendar.TimeOfDay(900 * quarter.Draw(t, "after")),
			Due:   calendar.TimeOfDay(900 * quarter.Draw(t, "due")),
		}
		if rapid.IntRange(0, 2).Draw(t, "cut off at the start") == 0 {
			h, m, s := start.Clock()
			term.Cutoff.After = calendar.TimeOfDay(h*3600 + m*60 + s)
		}
	}
	return term
}

func (w world) drawPauses(t *rapid.T, start time.Time) []calendar.Span {
	var pauses []calendar.Span
	for range rapid.IntRange(0, 3).Draw(t, "pauses") {
		from := start.Add(time.Duration(rapid.IntRange(-600, 7000).Draw(t, "pause after")) * time.Minute)
		if n := len(pauses); n > 0 && rapid.IntRange(0, 3).Draw(t, "touching") == 0 {
			from = pauses[n-1].To
		}
		length := time.Duration(rapid.IntRange(0, 4*86400).Draw(t, "pause seconds")) * time.Second
		pauses = append(pauses, calendar.Span{From: from, To: from.Add(length)})
	}
	return pauses
}

func TestModelAgreesOnDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range 20 {
			start := w.drawMoment(t, "start", 6)
			term := w.drawTerm(t, start)
			pauses := w.drawPauses(t, start)
			got, err := w.cal.Due(start, term, pauses)
			if err != nil {
				t.Fatalf("due: %v", err)
			}
			want := w.model.due(start.Unix(), term, pauses)
			if got.At.Unix() != want {
				t.Fatalf("%s from %s with pauses %v: got %s, the model says %s",
					term, say(start), pauses, say(got.At), say(time.Unix(want, 0).In(w.cal.Location())))
			}
			for _, why := range got.Why {
				if why.Text("ru") == "" || why.Text("en") == "" {
					t.Fatalf("reason %s has no words", why.Code)
				}
			}
			if !got.At.After(start) {
				continue
			}
			w.checkPercent(t, start, got.At, term, pauses)
		}
	})
}

func (w world) checkPercent(t *rapid.T, start, due time.Time, term calendar.Term, pauses []calendar.Span) {
	percent := rapid.IntRange(1, 99).Draw(t, "percent")
	got, err := w.cal.Percent(term, start, due, percent, pauses)
	if err != nil {
		t.Fatalf("percent: %v", err)
	}
	if want := w.model.percent(start.Unix(), due.Unix(), percent, term, pauses); got.Unix() != want {
		t.Fatalf("%d%% of %s from %s to %s with pauses %v: got %s, the model says %s",
			percent, term, say(start), say(due), pauses, say(got), say(time.Unix(want, 0).In(w.cal.Location())))
	}
	if !got.Before(due) {
		t.Fatalf("%d%% of %s from %s is %s, not before the due moment %s", percent, term, say(start), say(got), say(due))
	}
}

func TestModelAgreesOnElapsed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		from, to := w.drawMoment(t, "from", 20), w.drawMoment(t, "to", 20)
		got, err := w.cal.Elapsed(from, to)
		if err != nil {
			t.Fatal(err)
		}
		if want := w.model.counted(from.Unix(), to.Unix(), false, nil); int64(got/time.Second) != want {
			t.Fatalf("elapsed from %s to %s: got %v, the model says %ds", say(from), say(to), got, want)
		}
		w.checkSegments(t, from, to)
	})
}

// checkSegments holds the story of a stretch of time against the model.
func (w world) checkSegments(t *rapid.T, from, to time.Time) {
	segments, err := w.cal.Segments(from, to)
	if err != nil {
		t.Fatal(err)
	}
	at := from
	for _, s := range segments {
		if !s.From.Equal(at) || !s.To.After(s.From) {
			t.Fatalf("segment from %s to %s does not follow %s", say(s.From), say(s.To), say(at))
		}
		at = s.To
		for m := s.From.Unix(); m < s.To.Unix(); m += 60 {
			now := w.model.at(m)
			if now.working != (s.Kind == calendar.Counting) || (s.Kind == calendar.Break) != (now.inside && !now.working) {
				t.Fatalf("%s is called %s; the model has working %v, inside hours %v",
					say(time.Unix(m, 0).In(w.cal.Location())), s.Text("en"), now.working, now.inside)
			}
		}
	}
	if to.After(from) && !at.Equal(to) {
		t.Fatalf("segments end at %s, not at %s", say(at), say(to))
	}
}

func TestModelAgreesOnBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range 8 {
			due := w.drawMoment(t, "due", 10)
			term := calendar.Term{N: rapid.IntRange(1, 6).Draw(t, "n"), Unit: rapid.SampledFrom([]calendar.Unit{
				calendar.Minutes, calendar.Hours, calendar.BusinessDays,
			}).Draw(t, "unit")}
			if term.Unit == calendar.Hours && time.Duration(term.N)*time.Hour > 2*w.weekly {
				term.Unit = calendar.Minutes
			}
			got, err := w.cal.Before(due, term)
			if err != nil {
				t.Fatal(err)
			}
			if want := w.model.before(due.Unix(), term); got.Unix() != want {
				t.Fatalf("%s before %s: got %s, the model says %s", term, say(due), say(got),
					say(time.Unix(want, 0).In(w.cal.Location())))
			}
		}
	})
}

func TestModelAgreesOnHours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range 12 {
			w.checkHours(t, w.drawMoment(t, "at", 20))
		}
	})
}

func (w world) checkHours(t *rapid.T, at time.Time) {
	inside, err := w.cal.InHours(at)
	if err != nil {
		t.Fatal(err)
	}
	if want := w.model.at(at.Unix()).inside; inside != want {
		t.Fatalf("inside hours at %s: got %v, the model says %v", say(at), inside, want)
	}
	opening, err := w.cal.NextOpening(at)
	if err != nil {
		t.Fatal(err)
	}
	if want := w.model.opening(at.Unix()); opening.Unix() != want {
		t.Fatalf("next opening after %s: got %s, the model says %s", say(at), say(opening), say(time.Unix(want, 0)))
	}
	closed, err := w.cal.PreviousClose(at)
	if err != nil {
		t.Fatal(err)
	}
	if want := w.model.lastClose(at.Unix()); closed.Unix() != want {
		t.Fatalf("previous close before %s: got %s, the model says %s", say(at), say(closed), say(time.Unix(want, 0)))
	}
}

// say writes a moment with its weekday and offset, for messages.
func say(t time.Time) string { return t.Format("Mon 2006-01-02 15:04:05 -07:00") }
