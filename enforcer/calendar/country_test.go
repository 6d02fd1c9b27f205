package calendar_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer/calendar"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ru"
)

// Working days of a five-day week, entered by hand from the published yearly
// totals and apart from the lists of days.
var workingDays = map[string]map[int]int{
	"RU": {2023: 247, 2024: 248, 2025: 247, 2026: 247, 2027: 247},
	"KZ": {2023: 246, 2024: 249, 2025: 246, 2026: 247, 2027: 247},
}

func TestWorkingDaysOfTheYear(t *testing.T) {
	for country, years := range workingDays {
		days, err := config.BuiltinDays(country)
		if err != nil {
			t.Fatal(err)
		}
		for year, want := range years {
			got, err := days.WorkingDays(year)
			if err != nil || got != want {
				t.Errorf("%s %d: %d working days, %v; want %d", country, year, got, err, want)
			}
		}
	}
}

// Days that other calendars have wrong, or that say how a year was decided.
func TestNamedDays(t *testing.T) {
	days := []struct {
		country, date string
		working       bool
		why           string
	}{
		{"KZ", "2023-07-01", true, "Saturday worked for 7 July"},
		{"KZ", "2023-07-07", false, "moved from Saturday 1 July"},
		{"KZ", "2024-05-04", true, "Saturday worked for 8 May"},
		{"KZ", "2024-05-08", false, "moved from Saturday 4 May"},
		{"KZ", "2024-06-17", true, "Kurban Ait was Sunday the 16th and is not carried over"},
		{"KZ", "2024-12-17", true, "the second Independence Day is repealed"},
		{"KZ", "2024-12-02", true, "First President's Day is repealed"},
		{"KZ", "2024-10-25", false, "Republic Day"},
		{"KZ", "2024-03-25", false, "Nauryz carried over"},
		{"KZ", "2024-07-08", false, "Capital Day carried over"},
		{"KZ", "2025-01-03", false, "moved from Sunday 5 January"},
		{"KZ", "2025-01-05", true, "a Sunday worked for 3 January"},
		{"KZ", "2025-06-06", false, "Kurban Ait"},
		{"KZ", "2025-01-08", true, "Christmas is never carried over"},
		{"KZ", "2026-03-16", true, "the new Constitution Day is first kept in 2027"},
		{"KZ", "2026-03-25", false, "Nauryz carried over"},
		{"KZ", "2026-08-31", true, "30 August was abolished during the year"},
		{"KZ", "2027-03-15", false, "the new Constitution Day"},
		{"KZ", "2027-03-24", false, "Nauryz carried over"},
		{"KZ", "2027-05-17", true, "Kurban Ait is expected on Sunday the 16th"},
		{"RU", "2023-02-24", false, "moved from 1 January"},
		{"RU", "2024-04-27", true, "Saturday worked for 29 April"},
		{"RU", "2024-11-02", true, "Saturday worked for 30 April"},
		{"RU", "2024-12-28", true, "Saturday worked for 30 December"},
		{"RU", "2024-12-31", false, "moved from 7 January"},
		{"RU", "2025-11-01", true, "Saturday worked for 3 November"},
		{"RU", "2025-12-31", false, "moved from 5 January"},
		{"RU", "2026-01-09", false, "moved from 3 January"},
		{"RU", "2026-01-12", true, "the first working day after a break of 12 days"},
		{"RU", "2027-02-20", true, "Saturday worked for 22 February"},
		{"RU", "2027-11-13", false, "named in the press before the decree, not adopted"},
	}
	calendars := map[string]*calendar.Calendar{
		"KZ": compile(t, "KZ", "UTC", "Mon-Fri 09:00-18:00"),
		"RU": compile(t, "RU", "UTC", "Mon-Fri 09:00-18:00"),
	}
	for _, d := range days {
		date, err := calendar.ParseDate(d.date)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := calendars[d.country].IsWorkingDay(date); err != nil || got != d.working {
			t.Errorf("%s %s worked: %v, %v; want %v: %s", d.country, d.date, got, err, d.working, d.why)
		}
	}
}

// Closes of all short days of Russia, entered apart from the data.
func TestShortDays(t *testing.T) {
	want := map[string]bool{}
	for _, d := range []string{
		"2023-02-22", "2023-03-07", "2023-11-03",
		"2024-02-22", "2024-03-07", "2024-05-08", "2024-06-11", "2024-11-02",
		"2025-03-07", "2025-04-30", "2025-06-11", "2025-11-01",
		"2026-04-30", "2026-05-08", "2026-06-11", "2026-11-03",
		"2027-02-20", "2027-04-30", "2027-06-11", "2027-11-03",
	} {
		want[d] = true
	}
	for _, country := range []string{"RU", "KZ"} {
		c := compile(t, country, "UTC", "Mon-Fri 09:00-18:00")
		for d := (calendar.Date{Year: 2023, Month: 1, Day: 1}); d.Year < 2028; d = d.AddDays(1) {
			closes, err := c.CloseOf(d)
			if err != nil {
				continue // not worked
			}
			hour := 18
			if country == "RU" && want[d.String()] {
				hour = 17
			}
			if closes.Hour() != hour {
				t.Errorf("%s %v closes at %v, want %d:00", country, d, closes, hour)
			}
		}
	}
}

// TestRussiaOfRickarCal counts the weekdays and Saturdays that rickar/cal's
// own holidays of Russia have wrong. It is why they are never used; should the
// count fall to nothing one day, the reason is gone.
func TestRussiaOfRickarCal(t *testing.T) {
	official := compile(t, "RU", "UTC", "Mon-Fri 09:00-18:00")
	other := cal.NewBusinessCalendar()
	other.AddHoliday(ru.Holidays...)
	other.Cacheable = true
	want := map[int]int{2023: 7, 2024: 12, 2025: 12, 2026: 6, 2027: 8}
	total := 0
	for year := range want {
		var wrong []string
		for d := (calendar.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
			worked, err := official.IsWorkingDay(d)
			if err != nil {
				t.Fatal(err)
			}
			if other.IsWorkday(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)) != worked {
				wrong = append(wrong, d.String()[5:])
			}
		}
		total += len(wrong)
		t.Logf("%d: %d days wrong: %v", year, len(wrong), wrong)
		if len(wrong) != want[year] {
			t.Errorf("%d: rickar/cal has %d days wrong, %d were counted before", year, len(wrong), want[year])
		}
	}
	t.Logf("2023-2027: %d days wrong, and no short day known", total)
}

func TestCountryDays(t *testing.T) {
	days, err := calendar.CountryDays("de", 2024, 2025)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range days.Years[2024].Days {
		got = append(got, d.Date.String())
	}
	want := []string{
		"2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09",
		"2024-05-20", "2024-10-03", "2024-12-25", "2024-12-26",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Germany 2024: %v, want %v", got, want)
	}
	if days.Years[2025].Status != calendar.Provisional || days.Country != "DE" || days.Version == "" {
		t.Errorf("got %s %s %s; holidays by rule are provisional and name their edition", days.Country, days.Version,
			days.Years[2025].Status)
	}
	if _, err := calendar.CountryDays("RU", 2024, 2024); err == nil {
		t.Error("Russia is worked out by rule")
	}
	for _, country := range calendar.Countries() {
		days, err := calendar.CountryDays(country, 2023, 2030)
		if err != nil {
			t.Fatal(err)
		}
		for year, y := range days.Years {
			if n := len(y.Days); n < 5 || n > 25 {
				t.Errorf("%s %d has %d public holidays", country, year, n)
			}
		}
		if _, err := config.BuiltinDays(country); err != nil {
			t.Errorf("%s: %v", country, err)
		}
	}
}

// The days of a country may change with the library only if its edition does: a contract's evidence names the edition.
// Whoever raises the library gives the countries that fail here a later edition, and the line of the message.
func TestCountryEditions(t *testing.T) {
	golden, err := os.ReadFile("testdata/editions.golden")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(golden)), "\n")
	var got []string
	for _, country := range calendar.Countries() {
		days, err := calendar.CountryDays(country, 2020, 2030)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(fmt.Append(nil, days.Years)) // fmt sorts the years
		got = append(got, fmt.Sprintf("%s %s %x", country, days.Version, sum[:8]))
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%q is not among the known editions", line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d countries, %d known editions", len(got), len(want))
	}
}

func TestMerge(t *testing.T) {
	date := func(s string) calendar.Date {
		d, err := calendar.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base, err := config.BuiltinDays("KZ")
	if err != nil {
		t.Fatal(err)
	}
	over := calendar.Days{Source: "order 12", Version: "acme-1", Years: map[int]calendar.Year{
		2025: {Status: calendar.Final, Whole: true},
		2027: {Status: calendar.Final, Days: []calendar.Day{
			{Date: date("2027-05-17"), Kind: calendar.Off, Name: calendar.Name{RU: "Курбан айт"}},
			{Date: date("2027-03-24"), Kind: calendar.Ordinary},
		}},
		2028: {Status: calendar.Provisional},
	}}
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: "merged", Zone: "Asia/Almaty", Week: week, Days: base.Merge(over)})
	if err != nil {
		t.Fatal(err)
	}
	if c.Version() != "2026-11-22 + acme-1" {
		t.Errorf("version %q does not name both editions", c.Version())
	}
	for d, want := range map[string]bool{
		"2025-01-01": true,  // the whole year was replaced
		"2026-01-01": false, // a year that only the base has
		"2027-05-17": false, // added
		"2027-03-24": true,  // taken back
		"2027-03-23": false, // kept
		"2028-01-03": true,  // a year that only the overlay has
	} {
		if got, err := c.IsWorkingDay(date(d)); err != nil || got != want {
			t.Errorf("%s worked: %v, %v; want %v", d, got, err, want)
		}
	}
	due, err := c.Due(time.Date(2027, 5, 14, 12, 0, 0, 0, c.Location()), calendar.Term{N: 1, Unit: calendar.BusinessDays},
		nil)
	if err != nil || due.Provisional || due.At.Day() != 18 {
		t.Errorf("1bd from Friday 14 May 2027: %v, %v; the year is final now and the 17th is off", due.At, err)
	}
	if again, err := config.BuiltinDays("KZ"); err != nil || len(again.Years[2027].Days) != len(base.Years[2027].Days) {
		t.Errorf("merging changed its argument: %v", err)
	}
}

// TestMergedDaysAreInOrder: the days of a year that two editions have are told by date, whatever their order was.
func TestMergedDaysAreInOrder(t *testing.T) {
	day := func(month time.Month, day int, kind calendar.Kind) calendar.Day {
		return calendar.Day{Date: calendar.Date{Year: 2027, Month: month, Day: day}, Kind: kind}
	}
	year := func(days ...calendar.Day) calendar.Days {
		return calendar.Days{Years: map[int]calendar.Year{2027: {Status: calendar.Final, Days: days}}}
	}
	base := year(day(5, 9, calendar.Off), day(1, 1, calendar.Off), day(12, 31, calendar.Off), day(3, 8, calendar.Off))
	over := year(day(6, 1, calendar.Off), day(3, 8, calendar.Working), day(2, 2, calendar.Off))
	var got []string
	for _, d := range base.Merge(over).Years[2027].Days {
		got = append(got, fmt.Sprint(d.Date, " ", d.Kind))
	}
	want := "2027-01-01 day off, 2027-02-02 day off, 2027-03-08 working day, 2027-05-09 day off, 2027-06-01 day off, " +
		"2027-12-31 day off"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}
