package calendar_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/calendar"

	"github.com/google/go-cmp/cmp"
)

func TestParseTerm(t *testing.T) {
	good := map[string]calendar.Term{
		"20m":  {N: 20, Unit: calendar.Minutes},
		"0m":   {N: 0, Unit: calendar.Minutes},
		"2h":   {N: 2, Unit: calendar.Hours},
		"1bd":  {N: 1, Unit: calendar.BusinessDays},
		"10d":  {N: 10, Unit: calendar.PlainDays},
		"100d": {N: 100, Unit: calendar.PlainDays},
	}
	for text, want := range good {
		got, err := calendar.ParseTerm(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	bad := map[string]string{
		"4hours":                `"4hours" is not a term; write 20m, 2h, 1bd, 10d or 1cd (minutes, hours, business days, days of 24 hours, calendar days to their end)`,
		"":                      "is not a term",
		"h":                     "is not a term",
		"-1h":                   "is not a term",
		"1.5h":                  "is not a term",
		"1h30m":                 "is not a term",
		"2 h":                   "is not a term",
		"2H":                    "is not a term",
		"007m":                  "is not a term",
		"٣h":                    "is not a term",
		"0bd":                   "0bd is not a term: business days count from 1; write 0m for at once",
		"100001d":               `"100001d" is too long a term; the most is 100000`,
		"9999999h":              "too long",
		"99999999999999999999h": "too long",
	}
	for text, want := range bad {
		if _, err := calendar.ParseTerm(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want %q", text, err, want)
		}
	}
}

func TestTermsWithoutMeaning(t *testing.T) {
	cutoff := &calendar.Cutoff{After: 17 * 3600, Due: 9 * 3600}
	for want, term := range map[string]calendar.Term{
		"has no unit":                {N: 1},
		"must be 0 to":               {N: -1, Unit: calendar.Hours},
		"write 3d":                   {N: 3, Unit: calendar.BusinessDays, Always: true},
		"2h always cutoff":           {N: 2, Unit: calendar.Hours, Always: true, Cutoff: cutoff},
		"2d cutoff 17:00 -> 09:00 r": {N: 2, Unit: calendar.PlainDays, Cutoff: cutoff},
		"3bd civil cutoff":           {N: 3, Unit: calendar.CivilBusinessDays, Cutoff: cutoff},
		"within a day":               {N: 2, Unit: calendar.Hours, Cutoff: &calendar.Cutoff{After: calendar.Midnight}},
	} {
		if err := term.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got error %v, want %q", term, err, want)
		}
	}
}

func TestParseTimeOfDay(t *testing.T) {
	for text, want := range map[string]string{
		"09:00": "09:00", "9:20": "09:20", "00:00": "00:00", "24:00": "24:00", "23:59:59": "23:59:59", "24:00:00": "24:00",
	} {
		got, err := calendar.ParseTimeOfDay(text)
		if err != nil || got.String() != want {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "9", "9.20", "24:01", "25:00", "09:60", "9:0", "09:00:60", "-1:00", "09:00 ",
		"1:2:3:4", "٠٩:٠٠",
	} {
		if got, err := calendar.ParseTimeOfDay(text); err == nil || !strings.Contains(err.Error(), "write 09:00") {
			t.Errorf("%q: got %v, %v; want an error that says what to write", text, got, err)
		}
	}
}

func TestParseWeek(t *testing.T) {
	for text, want := range map[string]string{
		"Mon-Fri 09:00-18:00":                      "Mon-Fri 09:00-18:00",
		"mon-fri 9:00-18:00":                       "Mon-Fri 09:00-18:00",
		"Mon-Fri 10:00-14:00, 15:00-19:00":         "Mon-Fri 10:00-14:00, 15:00-19:00",
		"Mon-Thu 09:00-18:00; Fri 09:00-16:45":     "Mon-Thu 09:00-18:00; Fri 09:00-16:45",
		"Sun-Thu 08:00-16:00":                      "Mon-Thu 08:00-16:00; Sun 08:00-16:00",
		"Fri-Mon 08:00-16:00":                      "Mon 08:00-16:00; Fri-Sun 08:00-16:00",
		"Mon,Wed 08:00-16:00\nSat,Sun 10:00-12:00": "Mon 08:00-16:00; Wed 08:00-16:00; Sat-Sun 10:00-12:00",
		"Mon-Sun 00:00-24:00":                      "Mon-Sun 00:00-24:00",
		"24x7":                                     "Mon-Sun 00:00-24:00",
		"24/7":                                     "Mon-Sun 00:00-24:00",
		// weekdays in Russian and in full, other dashes, spaces around them, commas between groups
		"Пн-Пт 09:00-18:00":    "Mon-Fri 09:00-18:00",
		"пн – пт 9:00 – 18:00": "Mon-Fri 09:00-18:00",
		"Понедельник—Четверг: 09:00—18:00, пятница 09:00–16:45": "Mon-Thu 09:00-18:00; Fri 09:00-16:45",
		"Monday - Friday 09:00 - 18:00":       "Mon-Fri 09:00-18:00",
		"Mon, Wed 08:00-16:00":                "Mon 08:00-16:00; Wed 08:00-16:00",
		"Пн., Ср., Вс. 08:00-16:00":           "Mon 08:00-16:00; Wed 08:00-16:00; Sun 08:00-16:00",
		"Mon-Fri\u00a009:00\u2011\u202f18:00": "Mon-Fri 09:00-18:00",
		// shifts over midnight, in one interval or in two parts that meet there
		"Mon-Fri 22:00-06:00":                     "Mon-Fri 22:00-06:00",
		"Mon-Fri 18:00-09:00":                     "Mon-Fri 18:00-09:00",
		"Mon-Fri 22:00-24:00;Tue-Sat 00:00-06:00": "Mon-Fri 22:00-06:00",
		"Mon-Fri 22:00-24:00, 00:00-06:00":        "Mon-Fri 22:00-06:00",
		"Sun-Sat 00:00-06:00, 22:00-24:00":        "Mon-Sun 22:00-06:00",
		"Mon-Fri 22:00-02:00, 03:00-07:00":        "Mon-Fri 22:00-02:00, 03:00-07:00",
		"Mon-Fri 20:00-24:00, 01:00-05:00":        "Mon-Fri 20:00-24:00, 01:00-05:00",
		"Fri 22:00-06:00; Sat 06:00-14:00":        "Fri 22:00-06:00; Sat 06:00-14:00",
		"Mon-Sun 00:00-08:00, 16:00-24:00":        "Mon-Sun 16:00-08:00",
		"Mon-Sun 00:00-08:00, 15:00-24:00":        "Mon-Sun 00:00-08:00, 15:00-24:00", // 17 hours together
		"Mon-Fri 00:00-24:00":                     "Mon-Fri 00:00-24:00",
		"Mon 00:00-24:00; Tue 00:00-06:00":        "Mon 00:00-24:00; Tue 00:00-06:00",
		"Mon-Fri 22:00-06:00; Sat 05:00-09:00":    "",
		"Mon-Sun 08:00-08:00":                     "",
		"Mon-Fri 22:00-06:00, 05:00-09:00":        "",
		"Mon-Fri 22:00-06:00, 21:00-22:30":        "",
		"Mon-Fri 24:00-06:00":                     "",
		"Mon-Fri 09:00-18:00; Fri 09:00-16:45":    "",
		"Mon-Fri 09:00-09:00":                     "",
		"Mon-Fri 09:00-13:00, 12:00-18:00":        "",
		"Mon-Fri 14:00-18:00, 09:00-13:00":        "",
		"Mon-Fri":                                 "",
		"09:00-18:00":                             "",
		"Mon-Fry 09:00-18:00":                     "",
		"Mon,Mon 09:00-18:00":                     "",
		"":                                        "",
		"Mon-Fri 09:00-18:00,":                    "",
		"Пн-Пр 09:00-18:00":                       "",
	} {
		got, err := calendar.ParseWeek(text)
		if want == "" {
			if err == nil {
				t.Errorf("%q: got %v, want an error", text, got)
			}
			continue
		}
		if err != nil || got.String() != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
			continue
		}
		if again, err := calendar.ParseWeek(got.String()); err != nil || cmp.Diff(again, got) != "" {
			t.Errorf("%q read again: %v, %v", got, again, err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	week := calendar.Week{time.Monday: {{From: 9 * 3600, To: 18 * 3600}}}
	year := func(days ...calendar.Day) calendar.Days {
		return calendar.Days{Country: "XX", Years: map[int]calendar.Year{2024: {Status: calendar.Final, Days: days}}}
	}
	may1 := calendar.Date{Year: 2024, Month: 5, Day: 1}
	for want, spec := range map[string]calendar.Spec{
		`zone "Mars/Olympus" is not known`:    {Zone: "Mars/Olympus", Week: week, Days: year()},
		`zone "" depends on the machine`:      {Zone: "", Week: week, Days: year()},
		`zone "Local" depends on the machine`: {Zone: "Local", Week: week, Days: year()},
		"the week has no working hours":       {Zone: "UTC", Days: year()},
		"hours of Tue: 18:00-09:00 does not en": {
			Zone: "UTC", Week: calendar.Week{2: {{From: 18 * 3600, To: 9 * 3600}}}, Days: year(),
		},
		"hours of Sat: 22:00-06:00 runs into the hours of Sun, 05:00-09:00": {Zone: "UTC", Week: calendar.Week{
			6: {{From: 22 * 3600, To: 30 * 3600}}, 0: {{From: 5 * 3600, To: 9 * 3600}},
		}, Days: year()},
		"no year has data": {Zone: "UTC", Week: week},
		`2024 has status ""`: {
			Zone: "UTC", Week: week, Days: calendar.Days{Years: map[int]calendar.Year{2024: {}}},
		},
		"is not a day of 2024": {
			Zone: "UTC", Week: week,
			Days: year(calendar.Day{Date: calendar.Date{Year: 2023, Month: 5, Day: 1}, Kind: calendar.Off}),
		},
		"2024-02-30 is not a day": {
			Zone: "UTC", Week: week,
			Days: year(calendar.Day{Date: calendar.Date{Year: 2024, Month: 2, Day: 30}, Kind: calendar.Off}),
		},
		"2024-05-01 is given twice": {
			Zone: "UTC", Week: week,
			Days: year(calendar.Day{Date: may1, Kind: calendar.Off}, calendar.Day{Date: may1, Kind: calendar.Off}),
		},
		"2024-05-01 has no kind": {Zone: "UTC", Week: week, Days: year(calendar.Day{Date: may1})},
		"without saying by how much": {
			Zone: "UTC", Week: week, Days: year(calendar.Day{Date: may1, Kind: calendar.Short}),
		},
		"a day off and cannot be short": {
			Zone: "UTC", Week: week, Days: year(calendar.Day{Date: may1, Kind: calendar.Off, ShortBy: time.Hour}),
		},
	} {
		if _, err := calendar.Compile(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func FuzzParseTerm(f *testing.F) {
	for _, s := range []string{"20m", "2h", "1bd", "10d", "0m", "4hours", "-1h", "99999999999999999999d", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		term, err := calendar.ParseTerm(s)
		if err != nil {
			return
		}
		if err := term.Validate(); err != nil {
			t.Fatalf("%q is read as a term without meaning: %v", s, err)
		}
		if term.String() != s {
			t.Fatalf("%q is read as %q", s, term)
		}
	})
}

func FuzzParseTimeOfDay(f *testing.F) {
	for _, s := range []string{"09:00", "9:00", "24:00", "24:01", "23:59:59", "", ":"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := calendar.ParseTimeOfDay(s)
		if err != nil {
			return
		}
		if at < 0 || at > calendar.Midnight {
			t.Fatalf("%q is read as %d seconds", s, at)
		}
		if again, err := calendar.ParseTimeOfDay(at.String()); err != nil || again != at {
			t.Fatalf("%q is written %q and read as %v, %v", s, at, again, err)
		}
	})
}

func FuzzParseWeek(f *testing.F) {
	for _, s := range []string{
		"Mon-Fri 09:00-18:00", "Mon-Fri 10:00-14:00, 15:00-19:00; Sat 10:00-12:00", "Fri-Mon 00:00-24:00", ";;", "Mon",
		"Mon-Fri 22:00-06:00", "Пн–Пт 22:00 – 24:00, 00:00-02:00, 03:00-07:00", "Mon-Fri 22:00-24:00; Tue-Sat 00:00-06:00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		week, err := calendar.ParseWeek(s)
		if err != nil {
			return
		}
		if err := week.Validate(); err != nil {
			t.Fatalf("%q is read as a week that is refused: %v", s, err)
		}
		if again, err := calendar.ParseWeek(week.String()); err != nil || cmp.Diff(again, week) != "" {
			t.Fatalf("%q is written %q and read as %v, %v", s, week, again, err)
		}
	})
}
