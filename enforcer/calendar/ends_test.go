package calendar_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/calendar"
)

// TestWhereTheDataEnds: the first second of a year without data, in the calendar's zone; of a moment that no data
// covers it is that moment.
func TestWhereTheDataEnds(t *testing.T) {
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	final := calendar.Year{Status: calendar.Final}
	c, err := calendar.Compile(calendar.Spec{ID: "x", Zone: "Asia/Almaty", Week: week, Days: calendar.Days{
		Years: map[int]calendar.Year{2024: final, 2025: final, 2027: final},
	}})
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		moment, err := time.ParseInLocation(time.DateTime, s, c.Location())
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for asked, want := range map[string]string{
		"2024-01-01 00:00:00": "2026-01-01 00:00:00", "2025-12-31 23:59:59": "2026-01-01 00:00:00",
		"2026-01-01 00:00:00": "2026-01-01 00:00:00", "2026-06-01 12:00:00": "2026-06-01 12:00:00",
		"2027-01-01 00:00:00": "2028-01-01 00:00:00", "2023-12-31 23:59:59": "2023-12-31 23:59:59",
	} {
		if got := c.DataEnds(at(asked).UTC()); !got.Equal(at(want)) {
			t.Errorf("asked at %s: %s, want %s", asked, got, want)
		}
	}
}

// TestTheFirstMomentOfALocalTime: to the second; a time that the clock skips is the moment of the jump, one that comes
// twice its first occurrence.
func TestTheFirstMomentOfALocalTime(t *testing.T) {
	berlin, err := calendar.LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for wall, want := range map[string]string{
		"2026-03-16 10:20:30": "2026-03-16T09:20:30Z", "2026-03-29 02:30:15": "2026-03-29T01:00:00Z",
		"2026-10-25 02:30:15": "2026-10-25T00:30:15Z", "2026-10-25 03:00:01": "2026-10-25T02:00:01Z",
	} {
		at, err := time.Parse(time.DateTime, wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.FirstMoment(at, berlin); got.UTC().Format(time.RFC3339) != want || got.Location() != berlin {
			t.Errorf("%s is %s, want %s", wall, got, want)
		}
	}
}

// TestAYearThatSomebodyDecided is not by rule any more, and one that is only added to still is.
func TestAYearThatSomebodyDecided(t *testing.T) {
	days, err := calendar.CountryDays("DE", 2026, 2028)
	if err != nil {
		t.Fatal(err)
	}
	merged := days.Merge(calendar.Days{Years: map[int]calendar.Year{
		2026: {Status: calendar.Final}, 2027: {Whole: true}, 2028: {Days: []calendar.Day{
			{Date: calendar.Date{Year: 2028, Month: 3, Day: 8}, Kind: calendar.Off},
		}},
	}})
	if r := merged.ByRule; r[2026] || r[2027] || !r[2028] || !days.ByRule[2026] {
		t.Errorf("by rule are %v, and were %v", r, days.ByRule)
	}
	if s := merged.Years[2027].Status; s != calendar.Provisional {
		t.Errorf("a year without a status of its own is %q", s)
	}
}

// TestATermWithoutMeaningIsNeverDue: neither in 1970 nor at all.
func TestATermWithoutMeaningIsNeverDue(t *testing.T) {
	c := compile(t, "KZ", "Asia/Almaty", "Mon-Fri 09:00-18:00")
	start := time.Date(2026, 3, 16, 10, 0, 0, 0, c.Location())
	for _, term := range []calendar.Term{{}, {N: -1, Unit: calendar.Hours}, {N: 0, Unit: calendar.BusinessDays}} {
		if at, err := c.DueAt(start, term, nil); err == nil || !at.IsZero() {
			t.Errorf("%v is due %s, %v", term, at, err)
		}
		if r, err := c.Due(start, term, nil); err == nil || !r.At.IsZero() || r.Why != nil {
			t.Errorf("%v is due %s because %v, %v", term, r.At, r.Why, err)
		}
	}
}

// TestHoursFromMidnightOn: the part behind midnight may be written from 24:00 as well as from 00:00 on.
func TestHoursFromMidnightOn(t *testing.T) {
	for text, want := range map[string]string{
		"Mon-Fri 22:00-24:00, 24:00-06:00": "Mon-Fri 22:00-06:00",
		"Mon-Fri 22:00-24:00, 00:00-06:00": "Mon-Fri 22:00-06:00",
	} {
		week, err := calendar.ParseWeek(text)
		if err != nil || strings.TrimSpace(week.String()) != want {
			t.Errorf("%s: %v, %v; want %s", text, week, err, want)
		}
	}
}
