package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/calendar"

	"github.com/google/go-cmp/cmp"
)

// TestWeeksThatCannotBeRead: whoever writes hours is told which words of them are wrong, and what to write.
func TestWeeksThatCannotBeRead(t *testing.T) {
	const (
		order = " comes behind midnight; a shift over midnight in parts lasts 16 hours at most, and its parts stand in order"
		front = " begins before the interval in front of it ends"
		empty = " does not end after it begins; 00:00-24:00 is a whole day"
		names = " is not a weekday; write Mon, Tue, Wed, Thu, Fri, Sat or Sun, or a range like Mon-Fri"
		clock = " is not a time of day; write 09:00, with 24:00 as the end of a day"
	)
	for text, want := range map[string]string{
		"Mon-Fri":                              `hours of Mon-Fri: "" is not an interval; write 09:00-18:00`,
		"Mon-Fri 09:00-18:00,":                 `hours of Mon-Fri: "" is not an interval; write 09:00-18:00`,
		"Mon-Fri 09:00 18:00":                  `hours of Mon-Fri: "09:00 18:00" is not an interval; write 09:00-18:00`,
		"Mon-Fri 9-18":                         `hours of Mon-Fri: "9"` + clock,
		"Mon-Fri 9:00-18":                      `hours of Mon-Fri: "18"` + clock,
		"Mon-Fri 25:00-18:00":                  `hours of Mon-Fri: "25:00"` + clock,
		"Mon-Fri 09:00-18:00; Sat 10.00-12:00": `hours of Sat: "10.00"` + clock,
		"09:00-18:00":                          `"09:00-18:00" has hours without a weekday; write Mon-Fri 09:00-18:00`,
		"Mon-Fri 09:00-18:00; 10:00-12:00 ":    `"10:00-12:00" has hours without a weekday; write Mon-Fri 09:00-18:00`,
		"Mon-Fry 09:00-18:00":                  `"Fry"` + names,
		"Mry-Fri 09:00-18:00":                  `"Mry"` + names,
		"Mon,Mon 09:00-18:00":                  `Mon is given twice in "Mon,Mon"`,
		"Fri-Sun,Sat 09:00-10:00":              `Sat is given twice in "Fri-Sun,Sat"`,
		"Mon-Fri 09:00-18:00; Fri 09:00-16:45": `Fri is given twice in "Mon-Fri 09:00-18:00; Fri 09:00-16:45"`,
		"Mon-Tue 09:00-18:00, Tue 10:00-11:00": `Tue is given twice in "Mon-Tue 09:00-18:00, Tue 10:00-11:00"`,
		"":                                     "the week has no working hours; write for example Mon-Fri 09:00-18:00",
		" ; \n":                                "the week has no working hours; write for example Mon-Fri 09:00-18:00",
		"Mon-Fri 22:00-06:00; Sat 05:00-09:00": "hours of Fri: 22:00-06:00 runs into the hours of Sat, 05:00-09:00",
		"Mon-Sun 08:00-08:00":                  "hours of Mon-Sun: 08:00-08:00" + empty,
		"Mon-Fri 09:00-13:00, 12:00-18:00":     "hours of Mon-Fri: 12:00-18:00" + front,
		"Mon-Fri 22:00-06:00, 05:00-09:00":     "hours of Mon-Fri: 05:00-09:00" + front,
		"Mon-Fri 24:00-06:00":                  "hours of Mon-Fri: 24:00-30:00 does not begin within 00:00-24:00",
		"Mon-Fri 22:00-06:00, 21:00-22:30":     "hours of Mon-Fri: 21:00-22:30" + order,
		// sixteen hours from the shift's opening are the most, and a second interval behind midnight counts from there too
		"Mon-Fri 20:00-04:00, 11:30-12:30":              "hours of Mon-Fri: 11:30-12:30" + order,
		"Mon-Fri 20:00-24:00, 01:00-05:00, 11:00-12:01": "hours of Mon-Fri: 11:00-12:01" + order,
		"Mon 18:00-24:00, 00:00-10:01":                  "hours of Mon: 00:00-10:01" + order,
		"Mon 00:00-24:00, 00:00-01:00":                  "hours of Mon: 00:00-01:00" + order,
		"Mon-Fri 20:00-04:00, 11:00-12:00":              "",
		"Mon-Fri 20:00-24:00, 01:00-05:00, 11:00-12:00": "",
		"Mon 18:00-24:00, 00:00-10:00":                  "",
		"Mon 22:00-06:00; Tue 06:00-07:00":              "",
	} {
		got := ""
		week, err := calendar.ParseWeek(text)
		if err != nil {
			got = err.Error()
		}
		if got != want || err != nil && cmp.Diff(week, calendar.Week{}) != "" {
			t.Errorf("%q: got %v, %q; want %q", text, week, got, want)
		}
	}
}

// TestHoursOfADayThatCannotBeRead: the hours of one day are refused with the words of them that are wrong, and give
// nothing.
func TestHoursOfADayThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		"09:00-13:00, 14:00":       `"14:00" is not an interval; write 09:00-18:00`,
		"9-18":                     `"9" is not a time of day; write 09:00, with 24:00 as the end of a day`,
		"09:00-18":                 `"18" is not a time of day; write 09:00, with 24:00 as the end of a day`,
		"22:00-06:00, 21:00-22:30": "21:00-22:30 comes behind midnight",
	} {
		list, err := calendar.ParseIntervals(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) || list != nil {
			t.Errorf("%q: got %v, %v; want %q", text, list, err, want)
		}
	}
	list, err := calendar.ParseIntervals("22:00 - 02:00,03:00-07:00")
	want := []calendar.Interval{{From: 22 * 3600, To: 26 * 3600}, {From: 27 * 3600, To: 31 * 3600}}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Errorf("a shift in two parts: %v\n%s", err, diff)
	}
}

// TestShortByNothing: a short day says by how much, and only a worked day is short, be it by a moment.
func TestShortByNothing(t *testing.T) {
	for _, c := range []struct {
		kind    calendar.Kind
		shortBy time.Duration
		want    string
	}{
		{calendar.Short, 0, "2026-05-08 is a short day without saying by how much"},
		{calendar.Short, -1, "2026-05-08 is a short day without saying by how much"},
		{calendar.Working, -1, "2026-05-08 is a short day without saying by how much"},
		{calendar.Off, 1, "2026-05-08 is a day off and cannot be short"},
		{calendar.Ordinary, 1, "and cannot be short"},
		{calendar.Short, 1, ""},
		{calendar.Working, 0, ""},
		{calendar.Working, time.Hour, ""},
		{calendar.Off, 0, ""},
	} {
		_, err := calendar.Compile(calendar.Spec{
			ID: "x", Zone: "UTC", Week: calendar.Week{time.Monday: {{From: 9 * 3600, To: 18 * 3600}}},
			Days: calendar.Days{Years: map[int]calendar.Year{2026: {Status: calendar.Final, Days: []calendar.Day{
				{Date: calendar.Date{Year: 2026, Month: 5, Day: 8}, Kind: c.kind, ShortBy: c.shortBy},
			}}}},
		})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v short by %v: %v, want %q", c.kind, c.shortBy, err, c.want)
		}
	}
}

// TestASecondOfTheYearBefore: where a shift runs over midnight by a second, that second of the first year belongs to a
// day of which nothing is known; the next one does not.
func TestASecondOfTheYearBefore(t *testing.T) {
	week, err := calendar.ParseWeek("Mon-Sun 22:00-00:00:01")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{
		ID: "nights", Zone: "UTC", Week: week,
		Days: calendar.Days{Years: map[int]calendar.Year{2026: {Status: calendar.Final}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var missing *calendar.MissingYearError
	if _, err := c.InHours(first); !errors.As(err, &missing) || missing.Year != 2025 {
		t.Errorf("the first second: %v, want that 2025 is missing", err)
	}
	if in, err := c.InHours(first.Add(time.Second)); in || err != nil {
		t.Errorf("the second one: %v, %v", in, err)
	}
}
