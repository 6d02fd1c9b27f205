package config_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/config/presets"
	"slabridge/enforcer/calendar"

	"github.com/google/go-cmp/cmp"
)

func date(t *testing.T, s string) calendar.Date {
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
		days, err := config.BuiltinDays(country)
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
		days, err := config.BuiltinDays(country)
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
					t.Errorf("%s %d: %v is worked instead of %v, which is %v %q", country, year, d.Date, d.Instead, off.Kind, off.Name.EN)
				}
			}
		}
	}
}

func TestBuiltinDaysByRule(t *testing.T) {
	days, err := config.BuiltinDays("de")
	if err != nil || days.Country != "DE" || days.Years[2026].Status != calendar.Provisional {
		t.Errorf("Germany: %s %v, %v", days.Country, days.Years[2026].Status, err)
	}
	for _, country := range []string{"XX", "", "../../etc/passwd", "K Z"} {
		_, err := config.BuiltinDays(country)
		if err == nil || !strings.Contains(err.Error(), "has no built-in calendar; there are AT,") {
			t.Errorf("%q: got error %v, want one that lists the countries", country, err)
		}
	}
	all := strings.Join(config.BuiltinCountries(), " ")
	if !strings.Contains(all, "KZ") || !strings.Contains(all, "RU") || !strings.Contains(all, "US") {
		t.Errorf("countries: %s", all)
	}
}

func TestLoadDays(t *testing.T) {
	got, err := config.LoadDays("own.yaml", []byte(`
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
`))
	if err != nil {
		t.Fatal(err)
	}
	want := calendar.Days{
		Country: "KZ", Source: "order 12", Version: "acme-1",
		Years: map[int]calendar.Year{2028: {Status: calendar.Provisional, Days: []calendar.Day{
			{Date: date(t, "2028-03-21"), Kind: calendar.Off, Name: calendar.Name{RU: "Наурыз мейрамы", EN: "Nauryz"}},
			{Date: date(t, "2028-03-22"), Kind: calendar.Off},
			{Date: date(t, "2028-03-25"), Kind: calendar.Working, Instead: date(t, "2028-03-24"), ShortBy: 30 * time.Minute},
			{Date: date(t, "2028-03-20"), Kind: calendar.Short, ShortBy: time.Hour},
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestLoadDaysExtends(t *testing.T) {
	days, err := config.LoadDays("own.yaml", []byte(`
country: KZ
extends: KZ
version: acme-1
years:
  2027:
    status: final
    non_working: [2027-05-17]
    ordinary: [2027-03-24]
  2028: {status: provisional}
`))
	if err != nil {
		t.Fatal(err)
	}
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: "own", Zone: "Asia/Almaty", Week: week, Days: days})
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[string]bool{"2027-05-17": false, "2027-03-24": true, "2027-03-23": false, "2028-05-01": true, "2024-05-04": true} {
		if got, err := c.IsWorkingDay(date(t, d)); err != nil || got != want {
			t.Errorf("%s worked: %v, %v; want %v", d, got, err, want)
		}
	}
}

// Each fault says where it is, what was seen and what is accepted.
func TestLoadDaysFaults(t *testing.T) {
	year := func(text string) string {
		return "country: KZ\nversion: v1\nyears:\n  2027:\n    status: final\n    " + text + "\n"
	}
	faults := []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{"f.yaml:1:1: a calendar is one document with country, version and years: no documents in stream"}},
		{"not a mapping", "- 2027", []string{"f.yaml:1:1: a mapping of country, extends, source, version, weekend, years is expected here"}},
		{"nothing in it", "source: x", []string{
			"f.yaml:1:1: country is missing; a calendar has country, version and years",
			"f.yaml:1:1: version is missing; a calendar has country, version and years",
			"f.yaml:1:1: years is missing; a calendar has country, version and years",
		}},
		{"unknown keys, all at once", year("non_workng: []\n    shorts: []") + "zone: UTC\n", []string{
			`f.yaml:8:1: unknown key "zone"; accepted here: country, extends, source, version, weekend, years`,
			`f.yaml:6:5: unknown key "non_workng"; accepted here: status, whole, non_working, working_weekends, short, ordinary`,
			`f.yaml:7:5: unknown key "shorts"; accepted here: status, whole, non_working, working_weekends, short, ordinary`,
		}},
		{"another year", year("non_working: [2026-05-01]"), []string{"f.yaml:6:19: 2026-05-01 does not lie in 2027"}},
		{"no such date", year("non_working: [2027-02-30]"), []string{`f.yaml:6:19: "2027-02-30" is not a date; write 2026-03-23`}},
		{"not a date", year("non_working: [May 1]"), []string{`f.yaml:6:19: "May 1" is not a date; write 2026-03-23`}},
		{"no date", year("non_working: [{name: Nauryz}]"), []string{"f.yaml:6:19: date is missing; write {date: 2027-03-23}"}},
		{"twice", year("non_working: [2027-05-03, 2027-05-03]"), []string{"f.yaml:6:31: 2027-05-03 is given twice; it is a day off already"}},
		{
			"off and worked", year("non_working: [2027-05-01]\n    working_weekends: [2027-05-01]"),
			[]string{"f.yaml:7:24: 2027-05-01 is given twice; it is a day off already"},
		},
		{
			"off and short", year("non_working: [2027-05-03]\n    short: [{date: 2027-05-03, minutes: 60}]"),
			[]string{"f.yaml:7:20: 2027-05-03 is given twice; it is a day off already"},
		},
		{
			"short twice", year("working_weekends: [2027-02-20]\n    short: [{date: 2027-02-20, minutes: 60}, {date: 2027-02-20, minutes: 60}]"),
			[]string{"f.yaml:7:53: 2027-02-20 is given twice; it is a working day already"},
		},
		{
			"no weekend", year("working_weekends: [2027-02-22]"),
			[]string{"f.yaml:6:24: 2027-02-22 is a Monday and no weekend; working_weekends lists weekend days that are worked"},
		},
		{
			"short weekend", year("short: [{date: 2027-02-20, minutes: 60}]"),
			[]string{"f.yaml:6:20: 2027-02-20 is a Saturday and not worked; a short weekend day must be in working_weekends as well"},
		},
		{
			"short by nothing", year("short: [{date: 2027-02-22}]"),
			[]string{"f.yaml:6:13: minutes is missing; write by how much the day is shorter, as minutes: 60"},
		},
		{
			"short by too much", year("short: [{date: 2027-02-22, minutes: 1h}]"),
			[]string{`f.yaml:6:41: minutes "1h"; it must be a whole number from 1 to 1440`},
		},
		{"short without form", year("short: [2027-02-22]"), []string{"f.yaml:6:13: a mapping of date, name, en, minutes is expected here"}},
		{"not a list", year("non_working: 2027-05-03"), []string{"f.yaml:6:18: a list is expected here"}},
		{
			"take back from nothing", year("ordinary: [2027-05-03]"),
			[]string{"f.yaml:6:15: ordinary takes days back from the calendar that this one extends; it needs extends"},
		},
		{"status", "country: KZ\nversion: v1\nyears: {2027: {status: maybe}}", []string{`f.yaml:3:24: status "maybe"; it must be final or provisional`}},
		{"no status", "country: KZ\nversion: v1\nyears: {2027: {}}", []string{"f.yaml:3:15: status is missing; it must be final or provisional"}},
		{
			"no whole status", "country: KZ\nextends: KZ\nversion: v1\nyears: {2027: {whole: true}}",
			[]string{"f.yaml:4:15: status is missing; it must be final or provisional"},
		},
		{"whole", year("whole: yes"), []string{`f.yaml:6:12: "yes"; it must be true or false`}},
		{"year", "country: KZ\nversion: v1\nyears: {27: {status: final}}", []string{`f.yaml:3:9: "27" is not a year; write one from 1970 to 2200`}},
		{"weekend", "country: KZ\nversion: v1\nweekend: [Fri]\nyears: {2027: {status: final}}", []string{`f.yaml:3:11: "Fri" is not a weekday; write Saturday`}},
		{"extends", "country: KZ\nversion: v1\nextends: XX\nyears: {2027: {status: final}}", []string{`f.yaml: extends: country "XX" has no built-in calendar; there are AT,`}},
		{"key twice", year("whole: true\n    whole: true"), []string{"f.yaml:7:5: whole is given twice"}},
		{"year twice", "country: KZ\nversion: v1\nyears: {2027: {status: final}, 2027: {status: final}}", []string{"f.yaml:3:32: year 2027 is given twice"}},
		{"only comments", "# nothing\n", []string{"f.yaml:1:1: a calendar is one document with country, version and years: no documents in stream"}},
		{"null", "~", []string{"f.yaml:1:1: a mapping of country, extends, source, version, weekend, years is expected here"}},
		{"not YAML", "country: KZ\nyears: [\n", []string{"f.yaml:3:1: not YAML: "}},
		{"not YAML either", "country: KZ\n\tyears: 3", []string{"f.yaml:2:1: not YAML: "}},
		{"two documents", "country: KZ\n---\ncountry: RU\n", []string{"f.yaml:1:1: a calendar is one document with country, version and years: expected single document, found multiple"}},
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			days, err := config.LoadDays("f.yaml", []byte(f.text))
			if err == nil {
				t.Fatalf("read as %v", days)
			}
			lines := strings.Split(err.Error(), "\n")
			if strings.Contains(f.want[0], "not YAML: ") || f.name == "extends" {
				if !strings.HasPrefix(err.Error(), f.want[0]) {
					t.Errorf("got %q, want it to begin with %q", err, f.want[0])
				}
				return
			}
			if diff := cmp.Diff(f.want, lines); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzLoadDays(f *testing.F) {
	f.Add([]byte("country: KZ\nversion: a\nyears: {2027: {status: final, short: [{date: 2027-03-01, minutes: 60}]}}"))
	f.Add([]byte("country: RU\nversion: a\nweekend: [Friday]\nyears:\n  2027:\n    status: final\n    non_working:\n      - {date: 2027-05-03, name: День, en: Day}\n    working_weekends:\n      - {date: 2027-05-07, instead: 2027-05-10}"))
	f.Add([]byte("country: KZ\nextends: KZ\nversion: a\nyears: {2027: {ordinary: [2027-03-01]}}"))
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		days, err := config.LoadDays("fuzz.yaml", data)
		if err != nil {
			return
		}
		if _, err := calendar.Compile(calendar.Spec{ID: "fuzz", Zone: "UTC", Week: week, Days: days}); err != nil {
			t.Fatalf("what is read is refused: %v", err)
		}
	})
}
