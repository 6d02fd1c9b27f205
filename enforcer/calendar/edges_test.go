package calendar_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/calendar"
)

// TestNothingIsAnsweredBeyondTheData asks every question across the end of the data and before its beginning. Each
// names the year that is missing, and none gives a moment with it: 1 January 1970 as a deadline would be worse than
// none.
func TestNothingIsAnsweredBeyondTheData(t *testing.T) {
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: "one year", Zone: "Asia/Almaty", Week: week, Days: calendar.Days{
		Years: map[int]calendar.Year{2026: {Status: calendar.Final}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", s, c.Location())
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	date := func(s string) calendar.Date { return calendar.DateOf(at(s + " 12:00")) }
	term := func(n int, u calendar.Unit) calendar.Term { return calendar.Term{N: n, Unit: u} }
	hour, days, civil := term(1, calendar.Hours), term(1, calendar.BusinessDays), term(1, calendar.CivilBusinessDays)
	cut := calendar.Term{N: 1, Unit: calendar.Hours, Cutoff: &calendar.Cutoff{After: 17 * 3600, Due: 10 * 3600}}
	noon, eve, after, before := at("2026-06-01 12:00"), at("2026-12-31 17:30"), at("2027-01-04 12:00"),
		at("2025-12-30 12:00")
	first := at("2026-01-01 10:00")
	pauses := func(from, to time.Time) []calendar.Span { return []calendar.Span{{From: from, To: to}} }

	for _, c := range []struct {
		asks    string
		missing int
		answer  func() (any, error)
	}{
		{"due, received after the data", 2027, func() (any, error) { return c.DueAt(after, hour, nil) }},
		{"due, received before the data", 2025, func() (any, error) { return c.DueAt(before, hour, nil) }},
		{"hours that run over the end", 2027, func() (any, error) { return c.DueAt(eve, hour, nil) }},
		{"days that run over the end", 2027, func() (any, error) { return c.DueAt(eve, days, nil) }},
		{"civil days that run over the end", 2027, func() (any, error) { return c.DueAt(eve, civil, nil) }},
		{"cut off, and due after the end", 2027, func() (any, error) { return c.DueAt(eve, cut, nil) }},
		{"with reasons", 2027, func() (any, error) { r, err := c.Due(eve, hour, nil); return r.At, err }},
		{"a pause that ends after the data", 2027, func() (any, error) { return c.DueAt(noon, hour, pauses(noon, after)) }},
		{"a pause that moves it over the end", 2027, func() (any, error) {
			return c.DueAt(eve, term(20, calendar.Minutes), pauses(at("2026-12-31 17:40"), at("2026-12-31 17:55")))
		}},
		{
			"a pause, with reasons", 2027, func() (any, error) {
				r, err := c.Due(noon, hour, pauses(noon, after))
				return r.At, err
			},
		},
		{"counted to after the data", 2027, func() (any, error) { return c.Counted(hour, noon, after, nil) }},
		{
			"counted to after the data, with a pause", 2027, func() (any, error) {
				return c.Counted(hour, noon, after, pauses(noon, noon.Add(time.Hour)))
			},
		},
		{"counted from before the data", 2025, func() (any, error) { return c.Counted(hour, before, noon, nil) }},
		{
			"half of a term that ends after the data", 2027, func() (any, error) {
				return c.Percent(hour, noon, after, 50, nil)
			},
		},
		{"added over the end", 2027, func() (any, error) { return c.Add(eve, time.Hour) }},
		{"added after the data", 2027, func() (any, error) { return c.Add(after, 0) }},
		{"elapsed over the end", 2027, func() (any, error) { return c.Elapsed(noon, after) }},
		{"in hours", 2027, func() (any, error) { return c.InHours(after) }},
		{"next opening", 2027, func() (any, error) { return c.NextOpening(eve) }},
		{"next opening, asked after the data", 2027, func() (any, error) { return c.NextOpening(after) }},
		{"previous close", 2025, func() (any, error) { return c.PreviousClose(first) }},
		{"previous close, asked before the data", 2025, func() (any, error) { return c.PreviousClose(before) }},
		{"a warning two hours before", 2025, func() (any, error) { return c.Before(first, term(2, calendar.Hours)) }},
		{"a warning a day before", 2025, func() (any, error) { return c.Before(first, days) }},
		{"a warning an hour before what is due after the data", 2027, func() (any, error) { return c.Before(after, hour) }},
		{"a warning a day before what is due after the data", 2027, func() (any, error) { return c.Before(after, days) }},
		{"a working day", 2027, func() (any, error) { return c.IsWorkingDay(date("2027-01-04")) }},
		{
			"working days over the end", 2027, func() (any, error) {
				return c.WorkingDays(date("2026-12-31"), date("2027-01-04"))
			},
		},
		{
			"working days from before", 2025, func() (any, error) {
				return c.WorkingDays(date("2025-12-31"), date("2026-01-05"))
			},
		},
		{"the close of a day", 2027, func() (any, error) { return c.CloseOf(date("2027-01-04")) }},
		{"the last working day", 2027, func() (any, error) { return c.LastWorkingDayOnOrBefore(date("2027-01-04")) }},
		{"segments", 2027, func() (any, error) { s, err := c.Segments(noon, after); return len(s), err }},
	} {
		answer, err := c.answer()
		var missing *calendar.MissingYearError
		if !errors.As(err, &missing) || missing.Year != c.missing || missing.Have != "2026" {
			t.Errorf("%s: got error %v, want that %d is missing", c.asks, err, c.missing)
		}
		if zero := fmt.Sprint(answer); zero != "0001-01-01 00:00:00 +0000 UTC" && zero != "0s" && zero != "0" &&
			zero != "false" && zero != "0000-00-00" {
			t.Errorf("%s: got %v with the error", c.asks, answer)
		}
	}
}

// TestTheDataIsUsedToItsEnds asks for the first and the last answers that a year's data has.
func TestTheDataIsUsedToItsEnds(t *testing.T) {
	c := always(t, 2026)
	first, last := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	if at, err := c.Before(first.Add(time.Hour), calendar.Term{N: 1, Unit: calendar.Hours}); err != nil ||
		!at.Equal(first) {
		t.Errorf("an hour before 01:00 of the first day: %v, %v", at, err)
	}
	if at, err := c.PreviousClose(first.AddDate(0, 0, 1)); err != nil || !at.Equal(first.AddDate(0, 0, 1)) {
		t.Errorf("the first close: %v, %v", at, err)
	}
	if at, err := c.NextOpening(last.AddDate(0, 0, -2)); err != nil || !at.Equal(last.AddDate(0, 0, -1)) {
		t.Errorf("the last opening: %v, %v", at, err)
	}
	// what is due at midnight belongs to the day that closes then, and the last of these is known
	if at, err := c.Before(last, calendar.Term{N: 1, Unit: calendar.BusinessDays}); err != nil ||
		!at.Equal(last.AddDate(0, 0, -1)) {
		t.Errorf("a day before the last midnight: %v, %v", at, err)
	}
	if d, err := c.Elapsed(first, last); err != nil || d != 365*24*time.Hour {
		t.Errorf("the whole year: %v, %v", d, err)
	}
	if n, err := c.WorkingDays(calendar.DateOf(first), calendar.DateOf(last).AddDays(-1)); err != nil || n != 365 {
		t.Errorf("working days of the year: %d, %v", n, err)
	}
	if n, err := c.WorkingDays(calendar.DateOf(first), calendar.DateOf(first)); err != nil || n != 1 {
		t.Errorf("working days of one day: %d, %v", n, err)
	}
	if n, err := c.WorkingDays(calendar.DateOf(last), calendar.DateOf(first)); err != nil || n != 0 {
		t.Errorf("working days from the end to the beginning: %d, %v", n, err)
	}
}

// always is a calendar of the years given that never closes.
func always(t *testing.T, years ...int) *calendar.Calendar {
	t.Helper()
	week, err := calendar.ParseWeek("Mon-Sun 00:00-24:00")
	if err != nil {
		t.Fatal(err)
	}
	days := calendar.Days{Country: "XX", Version: "1", Years: map[int]calendar.Year{}}
	for _, y := range years {
		days.Years[y] = calendar.Year{Status: calendar.Final}
	}
	c, err := calendar.Compile(calendar.Spec{ID: "always", Zone: "UTC", Week: week, Days: days})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMissingYearNamesThoseThatAreThere(t *testing.T) {
	for have, years := range map[string][]int{
		"2026": {2026}, "2025-2026": {2025, 2026}, "2023, 2025-2026": {2023, 2025, 2026},
	} {
		_, err := always(t, years...).IsWorkingDay(calendar.Date{Year: 2029, Month: 1, Day: 1})
		if want := "calendar \"always\" has no days off for 2029 (it has " + have + ")"; err == nil ||
			!strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", years, err, want)
		}
	}
}

func TestPausesAndPercentagesWithoutMeaning(t *testing.T) {
	c := always(t, 2026)
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	hour := calendar.Term{N: 1, Unit: calendar.Hours}
	backwards := []calendar.Span{{From: noon.Add(time.Minute), To: noon}}
	for want, ask := range map[string]func() error{
		"ends before it begins": func() error { _, err := c.DueAt(noon, hour, backwards); return err },
		"pause from 2026-06-01T12:01:00Z ends": func() error {
			_, err := c.Counted(hour, noon, noon.Add(time.Hour), backwards)
			return err
		},
		"0 percent of a term; it must be 1 to 99": func() error {
			_, err := c.Percent(hour, noon, noon.Add(time.Hour), 0, nil)
			return err
		},
		"100 percent of a term": func() error {
			_, err := c.Percent(hour, noon, noon.Add(time.Hour), 100, nil)
			return err
		},
		"50 percent of a term that is due at its s": func() error {
			_, err := c.Percent(hour, noon, noon, 50, nil)
			return err
		},
		"-1ns of working time: it must not be neg": func() error { _, err := c.Add(noon, -1); return err },
		"a warning 1cd before the due moment has": func() error {
			_, err := c.Before(noon, calendar.Term{N: 1, Unit: calendar.CalendarDays})
			return err
		},
		"a warning 1h cutoff 17:00 -> 10:00 before": func() error {
			_, err := c.Before(noon,
				calendar.Term{N: 1, Unit: calendar.Hours, Cutoff: &calendar.Cutoff{After: 17 * 3600, Due: 10 * 3600}})
			return err
		},
		"the term has no unit": func() error { _, err := c.Before(noon, calendar.Term{N: 1}); return err },
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	for percent, want := range map[int]time.Duration{1: 36 * time.Second, 99: 3564 * time.Second} {
		if at, err := c.Percent(hour, noon, noon.Add(time.Hour), percent, nil); err != nil || at.Sub(noon) != want {
			t.Errorf("%d percent of an hour: %v, %v", percent, at, err)
		}
	}
}

func TestCloseOfADayOff(t *testing.T) {
	c := compile(t, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00")
	if at, err := c.CloseOf(calendar.Date{Year: 2026, Month: 3, Day: 22}); !errors.Is(err, calendar.ErrDayOff) ||
		!at.IsZero() {
		t.Errorf("the close of a Sunday: %v, %v", at, err)
	}
	if at, err := c.CloseOf(calendar.Date{Year: 2026, Month: 3, Day: 20}); err != nil || at.Hour() != 18 {
		t.Errorf("the close of a Friday: %v, %v", at, err)
	}
}

// TestDatesInOrder compares every pair of a list that is in order.
func TestDatesInOrder(t *testing.T) {
	var list []calendar.Date
	for _, s := range []string{
		"2025-12-31", "2026-01-01", "2026-01-02", "2026-02-01", "2026-12-01", "2027-01-01",
		"2027-02-03",
	} {
		d, err := calendar.ParseDate(s)
		if err != nil || d.String() != s {
			t.Fatalf("%s: %v, %v", s, d, err)
		}
		list = append(list, d)
	}
	for i, a := range list {
		for j, b := range list {
			if a.Before(b) != (i < j) {
				t.Errorf("%v before %v: %v", a, b, a.Before(b))
			}
		}
	}
	if d, err := calendar.ParseDate("2026-02-30"); err == nil || !d.IsZero() {
		t.Errorf("30 February: %v, %v", d, err)
	}
	if list[0].IsZero() {
		t.Error("a date is none")
	}
}

// TestLengthOfADay is what people mean by a working day: the longest of the week, without its break.
func TestLengthOfADay(t *testing.T) {
	for hours, want := range map[string]time.Duration{
		"Mon-Fri 09:00-18:00":                                   9 * time.Hour,
		"Mon-Fri 10:00-14:00, 15:00-19:00":                      8 * time.Hour,
		"Mon-Thu 09:00-18:00; Fri 09:00-16:45":                  9 * time.Hour,
		"Sun 10:00-12:00; Mon-Thu 09:00-13:30; Sat 10:00-11:00": 270 * time.Minute,
	} {
		if got := compile(t, "KZ", "Asia/Almaty", hours).DayLength(); got != want {
			t.Errorf("%s: %v, want %v", hours, got, want)
		}
	}
}

func TestWeeksThatAreRefused(t *testing.T) {
	for want, intervals := range map[string][]calendar.Interval{
		"09:00-33:00 lasts a whole day or more, or": {{From: 9 * 3600, To: 33 * 3600}},
		"09:00 does not begin within 00:00-24:00":   {{From: -1, To: 9 * 3600}},
		"30:00 does not begin within 00:00-24:00":   {{From: 24 * 3600, To: 30 * 3600}},
		"09:00-09:00 does not end after it begins":  {{From: 9 * 3600, To: 9 * 3600}},
		"23:00-48:00 lasts a whole day or more, o":  {{From: 23 * 3600, To: 48 * 3600}},
		"begins before the interval in front of":    {{From: 9 * 3600, To: 12 * 3600}, {From: 12*3600 - 1, To: 18 * 3600}},
	} {
		err := calendar.Week{time.Monday: intervals}.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", intervals, err, want)
		}
	}
	for _, intervals := range [][]calendar.Interval{
		{{From: 0, To: calendar.Midnight}}, {{From: 9 * 3600, To: 12 * 3600}, {From: 12 * 3600, To: 18 * 3600}},
	} {
		if err := (calendar.Week{time.Monday: intervals}).Validate(); err != nil {
			t.Errorf("%v: %v", intervals, err)
		}
	}
}

func TestTermsAtTheirBounds(t *testing.T) {
	for term, ok := range map[calendar.Term]bool{
		{N: 0, Unit: calendar.Minutes}:                         true,
		{N: 100_000, Unit: calendar.PlainDays}:                 true,
		{N: 100_001, Unit: calendar.PlainDays}:                 false,
		{N: 1, Unit: calendar.CalendarDays}:                    true,
		{N: 1, Unit: calendar.CalendarDays + 1}:                false,
		{N: 1, Unit: -1}:                                       false,
		{N: 0, Unit: calendar.CivilBusinessDays}:               false,
		{N: 1, Unit: calendar.CivilBusinessDays, Always: true}: false,
	} {
		if err := term.Validate(); (err == nil) != ok {
			t.Errorf("%v: %v", term, err)
		}
	}
	for cutoff, ok := range map[calendar.Cutoff]bool{
		{After: 0, Due: 0}:                 true,
		{After: 86399, Due: 86399}:         true,
		{After: calendar.Midnight, Due: 0}: false,
		{After: 0, Due: calendar.Midnight}: false,
		{After: -1, Due: 0}:                false,
		{After: 0, Due: -1}:                false,
	} {
		if err := (calendar.Term{N: 1, Unit: calendar.Hours, Cutoff: &cutoff}).Validate(); (err == nil) != ok {
			t.Errorf("cut-off %v: %v", cutoff, err)
		}
	}
}

func TestCountriesOverSeveralYears(t *testing.T) {
	days, err := calendar.CountryDays("DE", 2024, 2026)
	if err != nil || len(days.Years) != 3 {
		t.Fatalf("2024 to 2026: %d years, %v", len(days.Years), err)
	}
	for y, year := range days.Years {
		if first, last := year.Days[0].Date, year.Days[len(year.Days)-1].Date; first.String() != fmt.Sprintf("%d-01-01", y) ||
			last.Year != y {
			t.Errorf("%d has days from %v to %v", y, first, last)
		}
	}
}

// TestEditionsLaidOverEachOther names where merged days come from: both, but neither an empty one nor one twice.
func TestEditionsLaidOverEachOther(t *testing.T) {
	for _, c := range []struct{ below, over, want string }{
		{"law", "order 12", "law + order 12"},
		{"law", "", "law"},
		{"", "order 12", "order 12"},
		{"law", "law", "law"},
		{"", "", ""},
	} {
		merged := calendar.Days{
			Country: "KZ", Source: c.below,
			Version: c.below,
		}.Merge(calendar.Days{Source: c.over, Version: c.over})
		if merged.Source != c.want || merged.Version != c.want || merged.Country != "KZ" {
			t.Errorf("%q over %q: source %q, version %q of %s, want %q", c.over, c.below, merged.Source, merged.Version,
				merged.Country, c.want)
		}
	}
}

// TestNumbersInRussian declines the words after numbers, as the reasons of a deadline say them.
func TestNumbersInRussian(t *testing.T) {
	c := compile(t, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00")
	start := time.Date(2026, 1, 12, 12, 0, 0, 0, c.Location())
	for n, want := range map[int]string{
		1: "1 рабочий день:", 2: "2 рабочих дня:", 4: "4 рабочих дня:", 5: "5 рабочих дней:", 11: "11 рабочих дней:",
		12: "12 рабочих дней:",
		14: "14 рабочих дней:", 15: "15 рабочих дней:", 21: "21 рабочий день:", 22: "22 рабочих дня:", 24: "24 рабочих дня:",
		25: "25 рабочих дней:", 101: "101 рабочий день:", 102: "102 рабочих дня:", 111: "111 рабочих дней:",
		112: "112 рабочих дней:",
		114: "114 рабочих дней:", 115: "115 рабочих дней:", 121: "121 рабочий день:", 201: "201 рабочий день:",
		211: "211 рабочих дней:", 212: "212 рабочих дней:",
	} {
		due, err := c.Due(start, calendar.Term{N: n, Unit: calendar.BusinessDays}, nil)
		if err != nil || !strings.HasPrefix(due.Why[0].Text("ru"), want) {
			t.Errorf("%d: %v, %v", n, due.Why[0].Text("ru"), err)
		}
	}
}

// TestDaysAtTheEnds: the data's first and last days have answers, their neighbours outside have none.
func TestDaysAtTheEnds(t *testing.T) {
	c := always(t, 2026)
	for day, known := range map[string]bool{
		"2025-12-31": false, "2026-01-01": true, "2026-12-31": true,
		"2027-01-01": false,
	} {
		date, err := calendar.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.IsWorkingDay(date); (err == nil) != known {
			t.Errorf("%s: %v", day, err)
		}
	}
	if n, err := (calendar.Days{Country: "XX"}).WorkingDays(2026); err == nil || n != 0 {
		t.Errorf("working days without data: %d, %v", n, err)
	}
	for _, wrong := range []string{"9", "aa:00", "24:01", "09:60"} {
		if at, err := calendar.ParseTimeOfDay(wrong); err == nil || at != 0 {
			t.Errorf("%s: %v, %v", wrong, at, err)
		}
	}
}

// TestUnitsInWords says one, two and five of each unit in both languages.
func TestUnitsInWords(t *testing.T) {
	c := compile(t, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00")
	start := time.Date(2026, 1, 12, 12, 0, 0, 0, c.Location())
	for unit, want := range map[calendar.Unit][2][3]string{
		calendar.Minutes: {{"1 minute", "2 minutes", "5 minutes"}, {"1 минута", "2 минуты", "5 минут"}},
		calendar.Hours:   {{"1 hour", "2 hours", "5 hours"}, {"1 час", "2 часа", "5 часов"}},
		calendar.BusinessDays: {
			{"1 business day", "2 business days", "5 business days"},
			{"1 рабочий день", "2 рабочих дня", "5 рабочих дней"},
		},
		calendar.CivilBusinessDays: {
			{"1 business day", "2 business days", "5 business days"},
			{"1 рабочий день", "2 рабочих дня", "5 рабочих дней"},
		},
		calendar.PlainDays: {{"1 day", "2 days", "5 days"}, {"1 сутки", "2 суток", "5 суток"}},
		calendar.CalendarDays: {
			{"1 calendar day", "2 calendar days", "5 calendar days"},
			{"1 календарный день", "2 календарных дня", "5 календарных дней"},
		},
	} {
		for i, n := range []int{1, 2, 5} {
			due, err := c.Due(start, calendar.Term{N: n, Unit: unit}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for l, lang := range []string{"en", "ru"} {
				got := due.Why[0].Text(lang)
				if rest, ok := strings.CutPrefix(got, want[l][i]); !ok || rest == "" ||
					rest[0] != ',' && rest[0] != ' ' && rest[0] != ':' {
					t.Errorf("%q, want %q", got, want[l][i])
				}
			}
		}
	}
}

// TestAMovedWorkingDay is told with its name and the day whose place it takes, and has that day's hours.
func TestAMovedWorkingDay(t *testing.T) {
	week, err := calendar.ParseWeek("Mon 10:00-16:00; Tue-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	day := func(d int) calendar.Date { return calendar.Date{Year: 2026, Month: 3, Day: d} }
	moved := func(instead calendar.Date) *calendar.Calendar {
		c, err := calendar.Compile(calendar.Spec{
			ID: "moved", Zone: "UTC", Week: week,
			Days: calendar.Days{Years: map[int]calendar.Year{2026: {Status: calendar.Final, Days: []calendar.Day{
				{Date: day(14), Kind: calendar.Working, Name: calendar.Name{RU: "перенос", EN: "moved"}, Instead: instead},
			}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, c := range []struct {
		instead         calendar.Date
		closes          int
		said, inRussian string
	}{
		{
			day(16), 16, "worked although a weekend: Sat 2026-03-14 (moved) instead of Mon 2026-03-16",
			"рабочие выходные: сб 14 марта 2026\u00a0г. (перенос) " +
				"вместо пн 16 марта 2026\u00a0г.",
		},
		{
			calendar.Date{},
			18, "worked although a weekend: Sat 2026-03-14 (moved)",
			"рабочие выходные: сб 14 марта 2026\u00a0г. (перенос)",
		},
	} {
		cal := moved(c.instead)
		at, err := cal.CloseOf(day(14))
		if err != nil || at.Hour() != c.closes {
			t.Errorf("in place of %v it closes %v, %v", c.instead, at, err)
		}
		due, err := cal.Due(time.Date(2026, 3, 13, 12, 0, 0, 0, time.UTC), calendar.Term{N: 1, Unit: calendar.BusinessDays},
			nil)
		if err != nil {
			t.Fatal(err)
		}
		var en, ru []string
		for _, why := range due.Why {
			en, ru = append(en, why.Text("en")), append(ru, why.Text("ru"))
		}
		if !strings.Contains(strings.Join(en, "\n")+"\n", c.said+"\n") ||
			!strings.Contains(strings.Join(ru, "\n")+"\n", c.inRussian+"\n") {
			t.Errorf("in place of %v: %q, %q", c.instead, en, ru)
		}
	}
}

// A notice ahead of the end of a civil term comes at the time of day of what it is counted from, on the Nth working day
// after it; outside hours, of either day, at the opening.
func TestSameTimeOfAWorkingDay(t *testing.T) {
	week, err := calendar.ParseWeek("Mon-Thu 10:00-14:00, 15:00-19:00; Fri 10:00-17:00")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := calendar.Compile(calendar.Spec{
		ID: "t", Zone: "Europe/Moscow", Week: week,
		Days: calendar.Days{Version: "1", Years: map[int]calendar.Year{2026: {Status: calendar.Final}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const layout = "Mon 2006-01-02 15:04:05"
	for _, x := range []struct {
		start string
		n     int
		want  string
	}{
		{"Mon 2026-03-16 12:00:00", 1, "Tue 2026-03-17 12:00:00"},
		{"Mon 2026-03-16 12:00:00", 4, "Fri 2026-03-20 12:00:00"},
		{"Mon 2026-03-16 14:30:00", 3, "Thu 2026-03-19 14:30:00"}, // a break is within hours
		{"Mon 2026-03-16 18:00:00", 4, "Fri 2026-03-20 10:00:00"}, // Friday closes before
		{"Mon 2026-03-16 10:00:00", 4, "Fri 2026-03-20 10:00:00"},
		{"Mon 2026-03-16 09:59:59", 4, "Fri 2026-03-20 10:00:00"},
		{"Mon 2026-03-16 19:00:00", 1, "Tue 2026-03-17 10:00:00"},
		{"Sat 2026-03-14 12:00:00", 1, "Mon 2026-03-16 10:00:00"},
	} {
		start, err := time.ParseInLocation(layout, x.start, cal.Location())
		if err != nil {
			t.Fatal(err)
		}
		if at, err := cal.SameTime(start, x.n); err != nil || at.Format(layout) != x.want {
			t.Errorf("%s and %d days: %s, %v; want %s", x.start, x.n, at.Format(layout), err, x.want)
		}
	}
	for _, start := range []time.Time{
		time.Date(2025, 3, 3, 9, 0, 0, 0, time.UTC),
		time.Date(2026, 12, 31, 9, 0, 0, 0, time.UTC),
	} {
		if at, err := cal.SameTime(start, 1); err == nil {
			t.Errorf("%s: %s, though the calendar has no data", start, at)
		}
	}
}
