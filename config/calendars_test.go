package config

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"slabridge/config/presets"
	"slabridge/enforcer/calendar"

	"github.com/google/go-cmp/cmp"
)

func dateOf(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBuiltinCalendars(t *testing.T) {
	entries, err := fs.ReadDir(presets.Files, "calendars")
	if err != nil || len(entries) < 2 {
		t.Fatalf("built-in calendars: %v, %v", entries, err)
	}
	for _, e := range entries {
		country := strings.TrimSuffix(e.Name(), ".yaml")
		days, err := BuiltinDays(country)
		if err != nil {
			t.Errorf("%s: %v", country, err)
			continue
		}
		if days.Country != strings.ToUpper(country) || days.Source == "" || days.Version == "" {
			t.Errorf("%s does not say what it is: %q, %q, %q", country, days.Country, days.Source, days.Version)
		}
		for year := 2023; year <= 2027; year++ {
			want := calendar.Final
			if year == 2027 || days.ByRule[year] {
				want = calendar.Provisional
			}
			if days.ByRule[year] && (year > 2023 || country == "kz" || country == "ru") {
				t.Errorf("%s %d is worked out by rule", country, year)
			}
			if got := days.Years[year].Status; got != want {
				t.Errorf("%s %d is %q, want %q", country, year, got, want)
			}
		}
		for number, y := range days.Years {
			if days.ByRule[number] {
				continue
			}
			for _, d := range y.Days {
				if d.Kind == calendar.Off && (d.Name.RU == "" || d.Name.EN == "") {
					t.Errorf("%s: %v is off without a name in both languages", country, d.Date)
				}
				if d.Kind == calendar.Working && d.Instead.IsZero() {
					t.Errorf("%s: %v is worked, and nothing says instead of which day", country, d.Date)
				}
			}
		}
	}
}

// A day that is worked for another has that other day off, and its name says so.
func TestMovedDaysMatch(t *testing.T) {
	for _, country := range []string{"HU", "KZ", "RU"} {
		days, err := BuiltinDays(country)
		if err != nil {
			t.Fatal(err)
		}
		for year, y := range days.Years {
			byDate := map[calendar.Date]calendar.Day{}
			for _, d := range y.Days {
				byDate[d.Date] = d
			}
			for _, d := range y.Days {
				off := byDate[d.Instead]
				if d.Kind == calendar.Working && (off.Kind != calendar.Off || off.Name.EN != "moved from "+d.Date.String()) {
					t.Errorf("%s %d: %v is worked instead of %v, which is %v %q", country, year, d.Date, d.Instead, off.Kind,
						off.Name.EN)
				}
			}
		}
	}
}

func TestBuiltinDaysByRule(t *testing.T) {
	days, err := BuiltinDays("de")
	if err != nil || days.Country != "DE" || days.Years[2026].Status != calendar.Provisional {
		t.Errorf("Germany: %s %v, %v", days.Country, days.Years[2026].Status, err)
	}
	for _, country := range []string{"XX", "", "../../etc/passwd", "K Z"} {
		_, err := BuiltinDays(country)
		if err == nil || !strings.Contains(err.Error(), "has no built-in calendar; there are AT,") {
			t.Errorf("%q: got error %v, want one that lists the countries", country, err)
		}
	}
	all := strings.Join(BuiltinCountries(), " ")
	if !strings.Contains(all, "KZ") || !strings.Contains(all, "RU") || !strings.Contains(all, "US") {
		t.Errorf("countries: %s", all)
	}
}

// daysIn reads a calendar file that is well.
func daysIn(t *testing.T, text string) calendar.Days {
	t.Helper()
	src := newSource("own.yaml")
	days := readDays(src, []byte(text))
	if err := src.faults.Err(Error); err != nil {
		t.Fatal(err)
	}
	return days
}

func TestReadDays(t *testing.T) {
	got := daysIn(t, `
country: kz
source: order 12
version: acme-1
years:
  2028:
    status: provisional
    non_working:
      - {date: 2028-03-21, name: Наурыз мейрамы, en: Nauryz}
      - 2028-03-22
    working_weekends:
      - {date: 2028-03-25, instead: 2028-03-24}
    short:
      - {date: 2028-03-20, minutes: 60}
      - {date: 2028-03-25, minutes: 30}
`)
	want := calendar.Days{
		Country: "KZ", Source: "order 12", Version: "acme-1",
		Years: map[int]calendar.Year{2028: {Status: calendar.Provisional, Days: []calendar.Day{
			{Date: dateOf(t, "2028-03-21"), Kind: calendar.Off, Name: calendar.Name{RU: "Наурыз мейрамы", EN: "Nauryz"}},
			{Date: dateOf(t, "2028-03-22"), Kind: calendar.Off},
			{Date: dateOf(t, "2028-03-25"), Kind: calendar.Working, Instead: dateOf(t, "2028-03-24"), ShortBy: 30 * time.Minute},
			{Date: dateOf(t, "2028-03-20"), Kind: calendar.Short, ShortBy: time.Hour},
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestReadDaysExtends(t *testing.T) {
	days := daysIn(t, `
country: KZ
extends: KZ
version: acme-1
years:
  2027:
    status: final
    non_working: [2027-05-17]
    ordinary: [2027-03-24]
  2028: {status: provisional}
`)
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: "own", Zone: "Asia/Almaty", Week: week, Days: days})
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[string]bool{
		"2027-05-17": false, "2027-03-24": true, "2027-03-23": false, "2028-05-01": true,
		"2024-05-04": true,
	} {
		if got, err := c.IsWorkingDay(dateOf(t, d)); err != nil || got != want {
			t.Errorf("%s worked: %v, %v; want %v", d, got, err, want)
		}
	}
}

// TestRegionOverItsCountry: a region's file lies over the country's days by rule. It is said to be complete where the
// file says so, and stays by rule in the years that it does not touch.
func TestRegionOverItsCountry(t *testing.T) {
	doc, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(doc), "# bavaria.yaml")
	text, _, ended := strings.Cut(text, "```")
	if !found || !ended {
		t.Fatal("docs/configuration.md shows no bavaria.yaml")
	}
	days := daysIn(t, "#"+text)
	if days.ByRule[2026] || !days.ByRule[2027] || days.Years[2026].Status != calendar.Final {
		t.Errorf("by rule: 2026 %v, 2027 %v; status of 2026: %s", days.ByRule[2026], days.ByRule[2027],
			days.Years[2026].Status)
	}
	week, err := calendar.ParseWeek("Mon-Fri 09:00-17:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: "bavaria", Zone: "Europe/Berlin", Week: week, Days: days})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []struct {
		from, due   string
		provisional bool
	}{
		{"Wed 2026-06-03 12:00", "Fri 2026-06-05 12:00", false}, // Corpus Christi is Bavaria's
		{"Thu 2026-04-02 12:00", "Tue 2026-04-07 12:00", false}, // Good Friday and Easter Monday are the country's
		{"Wed 2027-05-26 12:00", "Thu 2027-05-27 12:00", true},  // Corpus Christi of a year that the file does not have
	} {
		from, err := time.ParseInLocation("Mon 2006-01-02 15:04", d.from, c.Location())
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Due(from, calendar.Term{N: 1, Unit: calendar.BusinessDays}, nil)
		if at := got.At.Format("Mon 2006-01-02 15:04"); err != nil || at != d.due || got.Provisional != d.provisional {
			t.Errorf("1bd from %s: %s, provisional %v, %v; want %s, %v", d.from, at, got.Provisional, err, d.due, d.provisional)
		}
	}
}

func FuzzReadDays(f *testing.F) {
	f.Add([]byte("country: KZ\nversion: a\nyears: {2027: {status: final, short: [{date: 2027-03-01, minutes: 60}]}}"))
	f.Add([]byte("country: RU\nversion: a\nweekend: [Friday]\nyears:\n  2027:\n    status: final\n    non_working:\n   " +
		"   - {date: 2027-05-03, name: День, en: Day}\n    working_weekends:\n      - {date: 2027-05-07, instead: " +
		"2027-05-10}"))
	f.Add([]byte("country: KZ\nextends: KZ\nversion: a\nyears: {2027: {ordinary: [2027-03-01]}}"))
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src := newSource("fuzz.yaml")
		days := readDays(src, data)
		checkFaults(t, src.faults)
		if src.faults.At(Error) != nil {
			return
		}
		if _, err := calendar.Compile(calendar.Spec{ID: "fuzz", Zone: "UTC", Week: week, Days: days}); err != nil {
			t.Fatalf("what is read is refused: %v", err)
		}
	})
}
