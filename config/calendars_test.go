package config

import (
	"io/fs"
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
			if year == 2027 {
				want = calendar.Provisional
			}
			if got := days.Years[year].Status; got != want {
				t.Errorf("%s %d is %q, want %q", country, year, got, want)
			}
		}
		for _, y := range days.Years {
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
	for _, country := range []string{"KZ", "RU"} {
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
