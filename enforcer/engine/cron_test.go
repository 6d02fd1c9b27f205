package engine

import (
	"archive/zip"
	"testing"
	"time"

	"slabridge/enforcer/calendar"
)

// zonesThatChange are the zones of the database whose clocks change in 2024-2030, and one whose clocks never do.
func zonesThatChange(t *testing.T, from, to time.Time) []*time.Location {
	t.Helper()
	archive, err := zip.OpenReader("../calendar/zonedata/zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	out := []*time.Location{time.UTC}
	seen := map[uint32]bool{} // many zones are one under several names
	for _, f := range archive.File {
		if seen[f.CRC32] {
			continue
		}
		seen[f.CRC32] = true
		loc, err := calendar.LoadZone(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, until := from.In(loc).ZoneBounds(); !until.IsZero() && until.Before(to) {
			out = append(out, loc)
		}
	}
	return out
}

// TestCronPeriodsOccurOnce: every period of a cron line occurs exactly once in every zone, also where clocks change at
// midnight, which the scheduler's own arithmetic leaves out.
func TestCronPeriodsOccurOnce(t *testing.T) {
	from, to := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC), time.Date(2030, 12, 31, 12, 0, 0, 0, time.UTC)
	lines := []struct {
		cron  string
		first string        // the local time of the first period after from
		step  time.Duration // between two, on the clock
	}{
		{"0 0 * * *", "2024-01-03T00:00", 24 * time.Hour},
		{"30 2 * * *", "2024-01-03T02:30", 24 * time.Hour},
		{"0 1 * * 1", "2024-01-08T01:00", 7 * 24 * time.Hour},
		{"15 */12 * * *", "2024-01-03T00:15", 12 * time.Hour},
	}
	zones := zonesThatChange(t, from, to)
	if len(zones) < 50 {
		t.Fatalf("%d zones change their clocks", len(zones))
	}
	const layout = "2006-01-02T15:04"
	for _, line := range lines {
		for _, zone := range zones {
			want, err := time.Parse(layout, line.first)
			if err != nil {
				t.Fatal(err)
			}
			since := calendar.FirstMoment(want, zone)
			got, err := cronPeriods(line.cron, since, to, zone)
			if err != nil {
				t.Fatalf("%s in %s: %v", line.cron, zone, err)
			}
			for i, p := range got {
				if p.ID != want.Format(layout) {
					t.Fatalf("%s in %s: period %d is %s, want %s", line.cron, zone, i, p.ID, want.Format(layout))
				}
				if shown := p.From.In(zone).Format(layout); shown < p.ID {
					t.Fatalf("%s in %s: period %s begins when the clock shows %s", line.cron, zone, p.ID, shown)
				}
				if i > 0 && (!got[i-1].To.Equal(p.From) || !got[i-1].From.Before(p.From)) {
					t.Fatalf("%s in %s: %v does not follow on %v", line.cron, zone, p, got[i-1])
				}
				want = want.Add(line.step)
			}
			if last := got[len(got)-1]; !last.From.After(to) {
				t.Fatalf("%s in %s ends with %v", line.cron, zone, last)
			}
		}
	}
}

// TestCronPeriodsAtChanges: what a duty's periods are on the nights at which clocks change.
func TestCronPeriodsAtChanges(t *testing.T) {
	for name, c := range map[string]struct {
		cron, zone, since, until string
		want                     []string // name, and the moment it begins
	}{
		"Cairo skips midnight of 26 April 2024": {
			"0 0 * * *", "Africa/Cairo", "2024-04-25T00:00:00+02:00", "2024-04-26T12:00:00+03:00",
			[]string{
				"2024-04-25T00:00 2024-04-25T00:00:00+02:00", "2024-04-26T00:00 2024-04-26T01:00:00+03:00",
				"2024-04-27T00:00 2024-04-27T00:00:00+03:00",
			},
		},
		"Berlin shows 02:30 twice": {
			"30 2 * * *", "Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00",
			[]string{"2026-10-25T02:30 2026-10-25T02:30:00+02:00", "2026-10-26T02:30 2026-10-26T02:30:00+01:00"},
		},
		"Berlin skips 02:00, which is then 03:00": {
			"0 * * * *", "Europe/Berlin", "2026-03-29T01:00:00+01:00", "2026-03-29T03:30:00+02:00",
			[]string{
				"2026-03-29T01:00 2026-03-29T01:00:00+01:00", "2026-03-29T03:00 2026-03-29T03:00:00+02:00",
				"2026-03-29T04:00 2026-03-29T04:00:00+02:00",
			},
		},
		"Samoa skipped 30 December 2011": {
			"0 9 * * *", "Pacific/Apia", "2011-12-29T09:00:00-10:00", "2011-12-31T12:00:00+14:00",
			[]string{
				"2011-12-29T09:00 2011-12-29T09:00:00-10:00", "2011-12-30T09:00 2011-12-31T00:00:00+14:00",
				"2011-12-31T09:00 2011-12-31T09:00:00+14:00", "2012-01-01T09:00 2012-01-01T09:00:00+14:00",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			zone, err := calendar.LoadZone(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			got, err := cronPeriods(c.cron, moment(t, c.since), moment(t, c.until), zone)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range got {
				if shown := p.ID + " " + p.From.In(zone).Format(time.RFC3339); i >= len(c.want) || shown != c.want[i] {
					t.Errorf("period %d: %s, want %v", i, shown, c.want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("%d periods, want %d", len(got), len(c.want))
			}
		})
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestCheckPeriod: a line that no date is like is a fault, and one that begins every minute is to be warned of.
func TestCheckPeriod(t *testing.T) {
	zone, err := calendar.LoadZone("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"quarter":         "",
		"month":           "",
		"0 10 * * 1":      "",
		"0 9 29 2 *":      "",
		"0 * * * *":       "",
		"* * * * *":       "every minute",
		"*/1 9-17 * * 1":  "every minute",
		"0,1 10 * * *":    "every minute",
		"0 9 30 2 *":      `period "0 9 30 2 *" never begins: no date is like that`,
		"0 9 31 4,6,9 *":  `period "0 9 31 4,6,9 *" never begins: no date is like that`,
		"0 9 * * mon-fri": "",
	} {
		minutely, err := CheckPeriod(line, moment(t, "2026-11-29T12:00:00Z"), zone)
		got := ""
		if minutely {
			got = "every minute"
		}
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
