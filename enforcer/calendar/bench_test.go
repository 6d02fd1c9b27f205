package calendar_test

import (
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer/calendar"

	"github.com/rickar/cal/v2"
)

// The benchmarks run the same questions through this package and through
// rickar/cal on the same calendar: Russia's days, Moscow, 10:00-18:00. The
// other gets what it is fastest with: functions over a map of days.

var benchStart = time.Date(2025, 3, 5, 14, 20, 0, 0, time.UTC) // before a short day

var benchTerms = []struct {
	name  string
	hours int
}{{"2h", 2}, {"16h", 16}, {"80h", 80}}

var benchSpans = []struct {
	name string
	days int
}{{"90days", 90}, {"1year", 365}}

func rivalCalendar(b testing.TB) *cal.BusinessCalendar {
	days, err := config.BuiltinDays("RU")
	if err != nil {
		b.Fatal(err)
	}
	type key struct {
		year  int
		month time.Month
		day   int
	}
	special := map[key]calendar.Day{}
	for _, y := range days.Years {
		for _, d := range y.Days {
			special[key{d.Date.Year, d.Date.Month, d.Date.Day}] = d
		}
	}
	at := func(t time.Time) key {
		y, m, d := t.Date()
		return key{y, m, d}
	}
	c := cal.NewBusinessCalendar()
	c.WorkdayFunc = func(t time.Time) bool {
		if d, ok := special[at(t)]; ok && d.Kind != calendar.Short {
			return d.Kind == calendar.Working
		}
		return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
	}
	c.WorkdayStartFunc = func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 10, 0, 0, 0, t.Location())
	}
	c.WorkdayEndFunc = func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 18, 0, 0, 0, t.Location()).Add(-special[at(t)].ShortBy)
	}
	return c
}

// TestRivalAgrees keeps the comparison honest: both answer the same.
func TestRivalAgrees(t *testing.T) {
	ours, rival := compile(t, "RU", "Europe/Moscow", "Mon-Fri 10:00-18:00"), rivalCalendar(t)
	start := benchStart.In(ours.Location())
	for _, bench := range benchTerms {
		due, err := ours.DueAt(start, calendar.Term{N: bench.hours, Unit: calendar.Hours}, nil)
		if other := rival.AddWorkHours(start, time.Duration(bench.hours)*time.Hour); err != nil || !due.Equal(other) {
			t.Errorf("%s: %v, %v; rickar/cal says %v", bench.name, due, err, other)
		}
	}
	for _, bench := range benchSpans {
		end := start.AddDate(0, 0, bench.days)
		got, err := ours.Elapsed(start, end)
		if other := rival.WorkHoursInRange(start, end); err != nil || got != other {
			t.Errorf("%s: %v, %v; rickar/cal says %v", bench.name, got, err, other)
		}
	}
}

func BenchmarkDue(b *testing.B) {
	ours, rival := compile(b, "RU", "Europe/Moscow", "Mon-Fri 10:00-18:00"), rivalCalendar(b)
	start := benchStart.In(ours.Location())
	for _, bench := range benchTerms {
		term := calendar.Term{N: bench.hours, Unit: calendar.Hours}
		b.Run(bench.name+"/slabridge", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ours.DueAt(start, term, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bench.name+"/rickar-cal", func(b *testing.B) {
			for b.Loop() {
				rival.AddWorkHours(start, time.Duration(bench.hours)*time.Hour)
			}
		})
	}
}

func BenchmarkElapsed(b *testing.B) {
	ours, rival := compile(b, "RU", "Europe/Moscow", "Mon-Fri 10:00-18:00"), rivalCalendar(b)
	start := benchStart.In(ours.Location())
	for _, bench := range benchSpans {
		end := start.AddDate(0, 0, bench.days)
		b.Run(bench.name+"/slabridge", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ours.Elapsed(start, end); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bench.name+"/rickar-cal", func(b *testing.B) {
			for b.Loop() {
				rival.WorkHoursInRange(start, end)
			}
		})
	}
}

// BenchmarkNotice is a notice with ten obligations, each with all its reasons
// in words.
func BenchmarkNotice(b *testing.B) {
	c := compile(b, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00")
	cutoff := &calendar.Cutoff{After: 17*3600 + 1800, Due: 9*3600 + 1200}
	terms := []calendar.Term{
		{N: 20, Unit: calendar.Minutes, Cutoff: cutoff},
		{N: 20, Unit: calendar.Minutes, Cutoff: cutoff},
		{N: 20, Unit: calendar.Minutes, Cutoff: cutoff},
		{N: 2, Unit: calendar.Hours},
		{N: 4, Unit: calendar.Hours},
		{N: 1, Unit: calendar.BusinessDays},
		{N: 2, Unit: calendar.BusinessDays},
		{N: 2, Unit: calendar.BusinessDays},
		{N: 3, Unit: calendar.CivilBusinessDays},
		{N: 10, Unit: calendar.PlainDays},
	}
	start := time.Date(2026, 3, 20, 19, 0, 0, 0, c.Location())
	b.ReportAllocs()
	for b.Loop() {
		for _, term := range terms {
			r, err := c.Due(start, term, nil)
			if err != nil {
				b.Fatal(err)
			}
			for _, why := range r.Why {
				why.Text("ru")
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notices/s")
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		compile(b, "RU", "Europe/Moscow", "Mon-Fri 10:00-14:00, 15:00-19:00")
	}
}
