package calendar_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/calendar"
)

// TestZones: the zone data inside the program knows the changes of offset that deadlines have been wrong by, up to the
// last ones of 2026.
func TestZones(t *testing.T) {
	for _, c := range []struct{ zone, utc, local string }{
		{"Asia/Almaty", "2024-02-29T04:00:00Z", "2024-02-29 10:00"}, // +06 until then
		{"Asia/Almaty", "2024-03-01T04:00:00Z", "2024-03-01 09:00"},
		{"Asia/Qostanay", "2024-03-01T04:00:00Z", "2024-03-01 09:00"},
		{"Asia/Qyzylorda", "2018-12-21T04:00:00Z", "2018-12-21 09:00"},
		{"Europe/Moscow", "2014-10-26T06:00:00Z", "2014-10-26 09:00"},
		{"Africa/Casablanca", "2026-09-21T09:00:00Z", "2026-09-21 09:00"}, // +01 until 20 September 2026
		{"America/Edmonton", "2026-11-02T16:00:00Z", "2026-11-02 10:00"},  // no more winter time from 2026 on
		{"UTC", "2026-01-01T06:00:00Z", "2026-01-01 06:00"},
	} {
		loc, err := calendar.LoadZone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(loc).Format("2006-01-02 15:04"); got != c.local {
			t.Errorf("%s is %s in %s, want %s", c.utc, got, c.zone, c.local)
		}
	}
}

// TestZoneNames: a zone that depends on the machine, and a name that is none, are refused with what to write.
func TestZoneNames(t *testing.T) {
	for _, name := range []string{"", "Local", "Asia/Alma-Ata-2", "../../etc/passwd", "asia/almaty"} {
		if loc, err := calendar.LoadZone(name); err == nil ||
			!strings.Contains(err.Error(), "write a name like Asia/Almaty") {
			t.Errorf("LoadZone(%q) = %v, %v", name, loc, err)
		}
	}
	a, err := calendar.LoadZone("Europe/Moscow")
	b, again := calendar.LoadZone("Europe/Moscow")
	if err != nil || again != nil || a != b {
		t.Errorf("a zone is loaded once: %p, %p, %v, %v", a, b, err, again)
	}
}

// TestLastDayOfALeapYear: where a zone's rule and not a list tells its changes, the standard library puts the end of
// the last day of a leap year before that day. A calendar that believed it was never done.
func TestLastDayOfALeapYear(t *testing.T) {
	loc, err := calendar.LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, year := range []int{2024, 2028, 2040} {
		wall := time.Date(year, 12, 31, 9, 0, 0, 0, time.UTC)
		if got, want := calendar.FirstMoment(wall, loc), wall.Add(-time.Hour); !got.Equal(want) {
			t.Errorf("09:00 in Berlin on %s is %v, want %v", wall.Format(time.DateOnly), got, want)
		}
	}
}
