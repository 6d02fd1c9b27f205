package calendar_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer/calendar"

	"pgregory.net/rapid"
)

// compile builds a calendar over built-in days, with zone and hours as
// contracts write them.
func compile(t testing.TB, country, zone, hours string) *calendar.Calendar {
	t.Helper()
	days, err := config.BuiltinDays(country)
	if err != nil {
		t.Fatal(err)
	}
	week, err := calendar.ParseWeek(hours)
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: country, Zone: zone, Week: week, Days: days})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The laws are tried on the four contracts' own calendars and on zones whose
// clocks change, over all years with final data.
func lawCalendars(t testing.TB) []*calendar.Calendar {
	return []*calendar.Calendar{
		compile(t, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00"),
		compile(t, "RU", "Europe/Moscow", "Mon-Fri 10:00-18:00"),
		compile(t, "RU", "Europe/Moscow", "Mon-Fri 10:00-14:00, 15:00-19:00"),
		compile(t, "DE", "Europe/Berlin", "Mon-Sun 00:00-24:00"),
		compile(t, "US", "America/New_York", "Sun-Sat 00:00-06:00, 22:00-24:00"),
		compile(t, "DE", "Africa/Cairo", "Sun-Thu 09:00-17:00; Fri 00:00-02:00, 23:00-24:00"),
	}
}

func drawLawMoment(t *rapid.T, c *calendar.Calendar, label string) time.Time {
	from := time.Date(2023, 6, 1, 0, 0, 0, 0, time.UTC).Unix()
	to := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Unix()
	return time.Unix(rapid.Int64Range(from, to).Draw(t, label), 0).In(c.Location())
}

func must[T any](t *rapid.T) func(T, error) T {
	return func(v T, err error) T {
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestMeasuringGivesBackWhatWasAdded(t *testing.T) {
	calendars := lawCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(calendars).Draw(t, "calendar")
		from := drawLawMoment(t, c, "from")
		d := time.Duration(rapid.IntRange(0, 500*3600).Draw(t, "seconds")) * time.Second
		to := must[time.Time](t)(c.Add(from, d))
		if got := must[time.Duration](t)(c.Elapsed(from, to)); got != d {
			t.Fatalf("%v added to %s is %s; measured: %v", d, say(from), say(to), got)
		}
		if to.Before(from) {
			t.Fatalf("%v added to %s is earlier: %s", d, say(from), say(to))
		}
		if d == 0 {
			return
		}
		if got := must[time.Duration](t)(c.Elapsed(from, to.Add(-time.Second))); got != d-time.Second {
			t.Fatalf("%v added to %s is %s, but %v has passed a second earlier", d, say(from), say(to), got)
		}
	})
}

func TestLaterStartsAndLongerTermsAreNotDueEarlier(t *testing.T) {
	calendars := lawCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(calendars).Draw(t, "calendar")
		start := drawLawMoment(t, c, "start")
		later := start.Add(time.Duration(rapid.IntRange(0, 10*86400).Draw(t, "later by")) * time.Second)
		unit := rapid.SampledFrom([]calendar.Unit{
			calendar.Minutes, calendar.Hours, calendar.BusinessDays, calendar.CivilBusinessDays, calendar.PlainDays,
			calendar.CalendarDays,
		}).Draw(t, "unit")
		if unit == calendar.BusinessDays && (shownTwice(start) || shownTwice(later)) {
			return // "the same local time" goes back with the clock
		}
		n := rapid.IntRange(1, 60).Draw(t, "n")
		due := must[time.Time](t)(c.DueAt(start, calendar.Term{N: n, Unit: unit}, nil))
		if got := must[time.Time](t)(c.DueAt(later, calendar.Term{N: n, Unit: unit}, nil)); got.Before(due) {
			t.Fatalf("%d %v from %s is due %s, but from %s earlier: %s", n, unit, say(start), say(due), say(later), say(got))
		}
		if got := must[time.Time](t)(c.DueAt(start, calendar.Term{N: n + 1, Unit: unit}, nil)); got.Before(due) {
			t.Fatalf("%d %v from %s is due %s, but %d earlier: %s", n, unit, say(start), say(due), n+1, say(got))
		}
		if due.Before(start) {
			t.Fatalf("%d %v from %s is due before it: %s", n, unit, say(start), say(due))
		}
	})
}

// shownTwice reports whether the clock shows the same time again, or did.
func shownTwice(t time.Time) bool {
	wall := t.Format(time.DateTime)
	for _, d := range []time.Duration{30 * time.Minute, time.Hour} {
		if t.Add(d).Format(time.DateTime) == wall || t.Add(-d).Format(time.DateTime) == wall {
			return true
		}
	}
	return false
}

func TestElapsedIsAdditiveAndNeverNegative(t *testing.T) {
	calendars := lawCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(calendars).Draw(t, "calendar")
		a, b := drawLawMoment(t, c, "a"), drawLawMoment(t, c, "b")
		d := drawLawMoment(t, c, "d")
		if b.Before(a) {
			a, b = b, a
		}
		if d.Before(b) {
			b, d = d, b
		}
		if b.Before(a) {
			a, b = b, a
		}
		elapsed := must[time.Duration](t)
		ab, bd, ad := elapsed(c.Elapsed(a, b)), elapsed(c.Elapsed(b, d)), elapsed(c.Elapsed(a, d))
		if ab+bd != ad || ab < 0 || bd < 0 {
			t.Fatalf("elapsed %s .. %s .. %s: %v and %v, together %v", say(a), say(b), say(d), ab, bd, ad)
		}
		if ad > d.Sub(a) {
			t.Fatalf("more working time than time from %s to %s: %v", say(a), say(d), ad)
		}
		if back := elapsed(c.Elapsed(d, a)); a.Before(d) && back != 0 {
			t.Fatalf("elapsed backwards from %s to %s: %v", say(d), say(a), back)
		}
	})
}

func TestAPauseNeverShortens(t *testing.T) {
	calendars := lawCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(calendars).Draw(t, "calendar")
		start := drawLawMoment(t, c, "start")
		term := calendar.Term{
			N: rapid.IntRange(1, 40).Draw(t, "n"),
			Unit: rapid.SampledFrom([]calendar.Unit{
				calendar.Minutes, calendar.Hours, calendar.BusinessDays, calendar.CivilBusinessDays, calendar.PlainDays,
				calendar.CalendarDays,
			}).Draw(t, "unit"),
		}
		if term.Unit == calendar.Hours {
			term.Cutoff = &calendar.Cutoff{After: 17*3600 + 1800, Due: 11 * 3600}
		}
		var pauses []calendar.Span
		due := must[time.Time](t)(c.DueAt(start, term, nil))
		for range rapid.IntRange(1, 4).Draw(t, "pauses") {
			from := start.Add(time.Duration(rapid.IntRange(-86400, 10*86400).Draw(t, "from")) * time.Second)
			to := from.Add(time.Duration(rapid.IntRange(0, 5*86400).Draw(t, "length")) * time.Second)
			pauses = append(pauses, calendar.Span{From: from, To: to})
			paused := must[time.Time](t)(c.DueAt(start, term, pauses))
			if paused.Before(due) {
				t.Fatalf("%s from %s: one more pause %s - %s moves the due moment from %s back to %s",
					term, say(start), say(from), say(to), say(due), say(paused))
			}
			due = paused
		}
		left := must[time.Duration](t)(c.Counted(term, start, due, pauses))
		if (term.Unit == calendar.Minutes || term.Unit == calendar.PlainDays) && left != amount(term) {
			t.Fatalf("%s from %s with %v is due %s, when %v has counted", term, say(start), pauses, say(due), left)
		}
	})
}

func amount(t calendar.Term) time.Duration {
	if t.Unit == calendar.Minutes {
		return time.Duration(t.N) * time.Minute
	}
	return time.Duration(t.N) * 24 * time.Hour
}

func TestFractionsOfASecondAreCutOff(t *testing.T) {
	c := compile(t, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00")
	term := calendar.Term{
		N: 20, Unit: calendar.Minutes,
		Cutoff: &calendar.Cutoff{After: 17*3600 + 1800, Due: 9*3600 + 1200},
	}
	start := time.Date(2024, 3, 14, 17, 30, 0, 999_999_999, c.Location())
	due, err := c.DueAt(start, term, nil)
	if want := time.Date(2024, 3, 14, 17, 50, 0, 0, c.Location()); err != nil || !due.Equal(want) {
		t.Fatalf("due %v, %v; want %v: 17:30:00.999 is not later than 17:30:00", due, err, want)
	}
	if due.Nanosecond() != 0 || due.Location() != c.Location() {
		t.Fatalf("due %v is not in whole seconds of the calendar's zone", due)
	}
	closing := time.Date(2024, 3, 14, 18, 0, 0, 900_000_000, c.Location())
	if d, err := c.Elapsed(closing, closing.Add(time.Hour)); d != 0 || err != nil {
		t.Fatalf("elapsed after the close: %v, %v", d, err)
	}
}

func TestMissingYears(t *testing.T) {
	c := compile(t, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00")
	last := time.Date(2027, 12, 31, 17, 0, 0, 0, c.Location())
	early := time.Date(2022, 12, 31, 12, 0, 0, 0, c.Location())
	term := func(s string) calendar.Term {
		v, err := calendar.ParseTerm(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	asks := map[string]func() error{
		"hours into 2028":    func() error { _, err := c.DueAt(last, term("2h"), nil); return err },
		"days into 2028":     func() error { _, err := c.DueAt(last, term("1bd"), nil); return err },
		"0m in 2028":         func() error { _, err := c.DueAt(last.AddDate(0, 0, 1), term("0m"), nil); return err },
		"elapsed into 2028":  func() error { _, err := c.Elapsed(last, last.AddDate(0, 0, 2)); return err },
		"segments into 2028": func() error { _, err := c.Segments(last, last.AddDate(0, 0, 2)); return err },
		"opening after 2027": func() error { _, err := c.NextOpening(last); return err },
		"a day of 2028": func() error {
			_, err := c.IsWorkingDay(calendar.Date{Year: 2028, Month: 2, Day: 1})
			return err
		},
		"elapsed from 2022":   func() error { _, err := c.Elapsed(early, last); return err },
		"warning before 2023": func() error { _, err := c.Before(early.AddDate(0, 0, 3), term("9bd")); return err },
		"close before 2023":   func() error { _, err := c.PreviousClose(early.AddDate(0, 0, 1)); return err },
		"a pause that lasts long": func() error {
			_, err := c.DueAt(last, term("1m"), []calendar.Span{{From: last, To: last.AddDate(0, 1, 0)}})
			return err
		},
	}
	for name, ask := range asks {
		var missing *calendar.MissingYearError
		if err := ask(); !errors.As(err, &missing) || (missing.Year != 2028 && missing.Year != 2022) {
			t.Errorf("%s: got error %v, want one that names the missing year", name, err)
		}
	}
	if due, err := c.DueAt(last, term("1h"), nil); err != nil || due.Hour() != 18 {
		t.Errorf("the last hour of 2027: %v, %v", due, err)
	}
	if due, err := c.DueAt(last, term("10d"), nil); err != nil || due.Year() != 2028 {
		t.Errorf("plain days need no data: %v, %v", due, err)
	}
}

// A calendar with a hole between its years answers on both sides of it and
// never across.
func TestYearsApart(t *testing.T) {
	week, err := calendar.ParseWeek("Mon-Sun 00:00-24:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{
		ID: "holes", Zone: "UTC", Week: week,
		Days: calendar.Days{Years: map[int]calendar.Year{
			2023: {Status: calendar.Final}, 2025: {Status: calendar.Final}, 2026: {Status: calendar.Final},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(y int) time.Time { return time.Date(y, 12, 31, 12, 0, 0, 0, time.UTC) }
	if d, err := c.Elapsed(at(2025), at(2026)); d != 365*24*time.Hour || err != nil {
		t.Errorf("from 2025 to 2026: %v, %v", d, err)
	}
	var missing *calendar.MissingYearError
	if _, err := c.Elapsed(at(2023), at(2025)); !errors.As(err, &missing) || missing.Year != 2024 {
		t.Errorf("from 2023 to 2025: %v; want the missing year 2024", err)
	}
	if _, err := c.WorkingDays(calendar.DateOf(at(2023)), calendar.DateOf(at(2025))); !errors.As(err, &missing) ||
		missing.Year != 2024 {
		t.Errorf("days from 2023 to 2025: %v; want the missing year 2024", err)
	}
	if due, err := c.Add(at(2023), 12*time.Hour); err != nil || !due.Equal(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("up to the last close of 2023: %v, %v", due, err)
	}
}

func TestConcurrentUse(t *testing.T) {
	c := compile(t, "RU", "Europe/Moscow", "Mon-Fri 10:00-14:00, 15:00-19:00")
	start := time.Date(2024, 12, 27, 18, 0, 0, 0, c.Location())
	want, err := c.Due(start, calendar.Term{N: 10, Unit: calendar.BusinessDays}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				got, err := c.Due(start, calendar.Term{N: 10, Unit: calendar.BusinessDays}, nil)
				if err != nil || !got.At.Equal(want.At) || got.Why[2].Text("ru") != want.Why[2].Text("ru") {
					t.Errorf("got %v, %v; want %v", got, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}
