package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

func TestStatus(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	lines := d.lines(exitOK, "status")
	var got []string
	for _, l := range lines {
		has(t, "status", l, "connection", "issue", "subject", "contract", "severity", "obligation", "cycle", "state",
			"started", "due", "source", "remaining_s", "assignee", "link")
		got = append(got, fmt.Sprintf("%v %v %v", l["due"], l["obligation"], l["state"]))
	}
	want := []string{
		"2026-03-20T16:20:00+05:00 respond breached",
		"2026-03-20T18:00:00+05:00 involve-developers running",
		"2026-03-26T11:00:00+05:00 inform-management running",
		"2026-03-27T16:00:00+05:00 progress-update running",
	}
	if !slices.Equal(got, want) {
		t.Errorf("want the soonest due first\n%s\ngot\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	contains(t, "status", d.want(exitOK, "status").out,
		"Fri 2026-03-20 16:20:00 +05  10m over      #1 start of work (clause 8) breached\n",
		"Fri 2026-03-20 18:00:00 +05  1h 30m left   #1 involvement of the developers (clause 8)\n", "/issues/1\n")
	d.at("2026-03-20 16:35:00")
	if _, err := d.sim.As("ivanov").Update(1, redminesim.Change{Status: "Resolved", Note: "Done."}); err != nil {
		t.Fatal(err)
	}
	d.want(exitOK, "enforce")
	if text := d.want(exitOK, "status").out; text != "no cycle is running\n" {
		t.Errorf("after the resolution: %s", text)
	}
	if lines := d.lines(exitOK, "status", "--at", "2026-03-20T16:30:00+05:00"); len(lines) != len(want) {
		t.Errorf("--at before the resolution: %v", lines)
	}
}

// What a manager wants to know beside the deadline: the clause, whose it is, and how much of the promise's own time is
// left. From 16:35 on 20 March to 11:00 on 26
// March are 3 h 25 min of working time, 12,300 s: between them lies Nauryz.
func TestStatusTellsWhatIsLeft(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "sync")
	before := d.lines(exitOK, "status") // nothing was enforced yet
	if len(before) == 0 {
		t.Fatal("nothing runs after the first sync")
	}
	d.at("2026-03-20 16:35:00")
	d.want(exitOK, "enforce")
	for _, l := range d.lines(exitOK, "status") {
		want := map[string]string{
			"respond":            "-900 п. 8 Ivan Ivanov",
			"involve-developers": "5100 п. 8 Ivan Ivanov",
			"inform-management":  "12300 п. 8 Ivan Ivanov",
			"progress-update":    "62700 п. 9 Ivan Ivanov",
		}[fmt.Sprint(l["obligation"])]
		if got := fmt.Sprintf("%v %v %v", l["remaining_s"], l["source"], l["assignee"]); got != want {
			t.Errorf("%v: %s, want %s", l["obligation"], got, want)
		}
		if link := fmt.Sprint(l["link"]); !strings.HasSuffix(link, "/issues/1") {
			t.Errorf("the link leads to %s", link)
		}
	}
	if l := d.lines(exitOK, "status", "--at", "2026-03-20T16:05:00+05:00"); l[0]["assignee"] != "" {
		t.Errorf("nobody had it then, not %v", l[0]["assignee"])
	}
}

func TestStatusFilters(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	for flags, want := range map[string]int{
		"": 4, "--overdue": 1, "--within 2h": 2, "--within 8h": 3, "--assignee -": 0,
		"--assignee ivan": 0, "--contract kamal-acme": 4,
		"--severity critical": 4, "--severity minor": 0, "--limit 2": 2, "--limit 0": 4,
	} {
		args := append([]string{"status"}, strings.Fields(flags)...)
		if got := len(d.lines(exitOK, args...)); got != want {
			t.Errorf("status %s: %d cycles, want %d", flags, got, want)
		}
	}
	d.at("2026-03-20 16:35:00")
	for _, who := range []string{"Ivan Ivanov", "ivan ivanov", fmt.Sprint(d.sim.UserID("ivanov"))} {
		if got := len(d.lines(exitOK, "status", "--assignee", who)); got != 4 {
			t.Errorf("status --assignee %q: %d cycles, want 4", who, got)
		}
	}
	contains(t, "status --severity minor", d.want(exitOK, "status", "--severity", "minor").out,
		"no running cycle is of this kind\n")
	contains(t, "status --limit 1", d.want(exitOK, "status", "--limit", "1").out, "and 3 more: --limit 0 shows all\n")
	for flags, want := range map[string]string{
		"--contract kamal":   `--contract: there is no "kamal"; choose from kamal-acme`,
		"--severity critcal": `--severity: there is no "critcal"; choose from critical, minor, noncritical`,
		"--limit -3":         "--limit -3: write how many, or 0 for all",
		"--within -2h":       "--within -2h0m0s: write a length of time such as 8h or 30m",
		"--within tomorrow":  "invalid argument",
	} {
		args := append([]string{"status"}, strings.Fields(flags)...)
		contains(t, "status "+flags, d.want(exitUsage, args...).err, want)
	}
}
