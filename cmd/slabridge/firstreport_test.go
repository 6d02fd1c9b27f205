package main

import (
	"fmt"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// Forty critical requests of the week before slabridge was installed, 22 of them answered within the twenty minutes and
// 18 after an hour: the first report counts all of them, as explain tells each, and says since when slabridge watches.
func TestFirstReportCountsThePast(t *testing.T) {
	d := newOffice(t)
	const all, inTime = 40, 22
	for i := range all {
		day, hour := 9+i/8, 9+i%8 // Monday 9 March to Friday 13 March
		d.at(fmt.Sprintf("2026-03-%02d %02d:00:00", day, hour))
		n := d.report("Nobody can log in", "critical")
		minute := 10
		if i >= inTime {
			minute = 55
		}
		d.at(fmt.Sprintf("2026-03-%02d %02d:%02d:00", day, hour, minute))
		d.sim.As("ivanov").Update(n, redminesim.Change{Note: "We are at work on it.", Status: "In Progress"})
	}
	d.at("2026-03-16 10:00:00")
	d.want(exitOK, "enforce")

	told := map[string]int{}
	for n := 1; n <= all; n++ {
		cycles, _ := d.lines(exitOK, "explain", fmt.Sprint(n))[0]["cycles"].([]any)
		for _, c := range cycles {
			if c, _ := c.(map[string]any); c["obligation"] == "respond" {
				told[fmt.Sprint(c["state"])]++
			}
		}
	}
	if told["met"] != inTime || told["breached"] != all-inTime {
		t.Errorf("explain tells of %v, want %d met and %d breached", told, inTime, all-inTime)
	}
	period := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-09", "--to", "2026-03-15"}
	report := d.lines(exitOK, period...)[0]
	obligations, _ := report["obligations"].([]any)
	for _, o := range obligations {
		if o, _ := o.(map[string]any); o["id"] == "respond" {
			if got := fmt.Sprintf("%v met, %v breached", o["met"], o["breached"]); got != "22 met, 18 breached" {
				t.Errorf("the first report counts %s, want 22 met, 18 breached", got)
			}
		}
	}
	contains(t, "report", d.want(exitOK, period...).out, "slabridge has watched since Mon 2026-03-16 10:00:00 +05")
}
