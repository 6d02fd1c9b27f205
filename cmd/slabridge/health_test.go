package main

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/report"
)

// health holds `slabridge health` to an exit code and to what it says, in both forms.
func (d *office) health(code int, is string, says ...string) {
	d.t.Helper()
	line := d.lines(code, "health")[0]
	has(d.t, "health", line, "connection", "health", "last_pass", "last_good_pass", "late_since", "overdue", "held")
	if line["health"] != is {
		d.t.Errorf("want %s, got %v", is, line)
	}
	contains(d.t, "health", d.want(code, "health").out, append(says, "helpdesk: ")...)
}

// The check for monitoring: well, a failed pass, late, no pass at all, something held; and it needs no key and asks
// nobody.
func TestHealth(t *testing.T) {
	d := newOffice(t, "state: slabridge.db", "state: slabridge.db\nlimits: {writes_per_pass: 1, late_after: 5m}")
	contains(t, "before anything", d.want(exitFailed, "health").err, "there is none yet")
	d.want(exitOK, "enforce")
	d.health(exitOK, "well", "well", "last good pass Fri 2026-03-20 15:55:00 +05")
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:00:05")
	d.want(exitOK, "enforce")

	d.sim.Use(broken(http.StatusInternalServerError))
	d.at("2026-03-20 16:02:00")
	d.want(exitTracker, "enforce")
	d.health(exitFailed, "failed", "the last pass failed", "last good pass Fri 2026-03-20 16:00:05 +05", "error: ")
	d.at("2026-03-20 16:16:00") // the warning was due at 16:10
	d.health(exitFailed, "late", "late: things due since Fri 2026-03-20 16:10:00 +05 and not done: 1")
	d.want(exitTracker, "enforce")
	d.sim.Use(nil)
	d.want(exitOK, "enforce")
	d.health(exitOK, "well", "well")

	d.at("2026-03-20 16:17:00")
	d.report("one", "critical")
	d.report("two", "critical")
	d.at("2026-03-20 16:17:05")
	d.want(exitHeld, "enforce")
	if err := os.Remove(d.file("demo.key")); err != nil {
		t.Fatal(err)
	}
	d.sim.ResetRequests()
	d.health(exitHeld, "held", "held: 2; see 'slabridge ledger list --state held'")
	d.at("2026-03-20 16:19:00")
	d.health(exitHeld, "held")
	d.want(exitOK, "ledger", "release", "--all")
	d.health(exitOK, "well") // let go a moment ago
	d.at("2026-03-20 16:40:00")
	d.health(exitFailed, "late") // nobody wrote them
	if sent := d.sim.Requests(); len(sent) > 0 {
		t.Errorf("it asked the tracker: %v", sent)
	}
}

// A tracker on which nothing comes due is stale when no pass is made.
func TestHealthIsStale(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:05:59")
	d.health(exitOK, "well")
	d.at("2026-03-20 16:07:00") // a poll each minute, and ten minutes
	d.health(exitFailed, "stale", "no pass was made when one was due")
	d.want(exitOK, "health", "--at", "2026-03-20T15:56:00+05:00")
}

// A full disk is told as one, whether a pass has failed of it yet or not.
func TestHealthOfAFullDisk(t *testing.T) {
	at := time.Date(2026, 3, 20, 11, 0, 0, 0, time.UTC)
	i := healthInfo{
		Connection: "helpdesk", Health: report.Failed, LastPass: &at, LastGood: &at, now: at,
		Error: "use state file slabridge.db: disk full: 0 bytes are free", full: true,
	}
	var out strings.Builder
	i.text(&page{out: onScreen(&out)})
	contains(t, "health", out.String(), "helpdesk: the disk is full\n", "last good pass", "0 bytes are free")
}
