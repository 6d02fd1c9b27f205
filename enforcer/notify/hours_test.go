package notify

import (
	"testing"

	"slabridge/enforcer/calendar"
)

// weekdays are Monday to Friday, 09:00 to 18:00 UTC, in the year in which a bubble begins.
func weekdays(t *testing.T) *calendar.Calendar {
	t.Helper()
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(calendar.Spec{ID: "test", Zone: "UTC", Week: week, Days: calendar.Days{
		Country: "none", Source: "none", Version: "1",
		Years: map[int]calendar.Year{2000: {Status: calendar.Final}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
