package main

import (
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// moved moves issues out of what the connection follows.
func (d *office) moved(issues ...int) {
	d.t.Helper()
	for _, id := range issues {
		_, err := d.sim.As("admin").Update(id, redminesim.Change{Project: "globex"})
		d.check(err)
	}
}

// An issue that slabridge made and somebody moved out of the scope stays known, with the mirror and without it: its end
// is seen, none is made again, and reconcile tells of no difference.
func TestMadeIssueOutsideOfTheScope(t *testing.T) {
	for _, rebuilt := range []bool{false, true} {
		d := vendorOffice(t)
		d.desks("globex")
		d.moved(5)
		d.at("2026-03-30 11:30:00") // with a census
		d.want(exitOK, "enforce")
		if rebuilt {
			d.want(exitOK, "sync", "--rebuild")
		}
		_, err := d.sim.As("admin").Update(5, redminesim.Change{Status: "Closed"})
		d.check(err)
		d.at("2026-04-02 15:00:00") // after its due
		d.want(exitOK, "enforce")
		contains(t, "reconcile", d.want(exitOK, "ledger", "reconcile").out, "issues compared: 5, differences: 0")
		contains(t, "explain", d.want(exitOK, "explain", "5").out, "met standing duty", "ended Mon 2026-03-30 11:30:00")
		list := d.want(exitOK, "ledger", "list").out
		if n := strings.Count(
			list,
			"new issue in acme, Bug: Sync 30 March 2026",
		); n != 1 ||
			strings.Contains(list, "refused") {
			t.Errorf("rebuilt %v: made %d times:\n%s", rebuilt, n, list)
		}
	}
}

// What stands on a request that left the scope is compared, too, also where the ledger knows nothing of it.
func TestReconcileOutsideOfTheScope(t *testing.T) {
	d := newOffice(t)
	d.desks("globex")
	d.breached()
	d.want(exitOK, "enforce")
	d.moved(1)
	d.at("2026-03-20 17:30:00") // with a census
	d.want(exitOK, "enforce")
	contains(t, "nothing to repair", d.want(exitOK, "ledger", "reconcile").out, "issues compared: 1, differences: 0")
	d.sql(`UPDATE ledger_entries SET state = 'needless', receipt = NULL`)
	contains(t, "the plan", d.want(exitOK, "ledger", "reconcile").out,
		"its comment (journal ", ") stands, and it is recorded as needless")
	contains(t, "repair", d.want(exitOK, "ledger", "reconcile", "--yes").out, "recorded as written")
	contains(t, "again", d.want(exitOK, "ledger", "reconcile").out, "differences: 0")
}

// An issue that slabridge made on Jira and that the connection's query does not show stays known.
func TestMadeIssueOutsideOfTheQuery(t *testing.T) {
	d := newJiraDesk(t)
	d.reconfigure(t, `    poll: "@every 1m"`, "    poll: \"@every 1m\"\n    query: created <= \"2026-03-29 00:00\"",
		"      - {is: critical, when: {field: Severity, in: [critical]}}\n      - {is: minor, when: {field: Severity, in: "+
			"[minor]}}\n      - {is: noncritical}\n",
		"      - {is: fault, when: {field: Severity, in: [critical]}}\n      - {is: request}\n",
		"use: kamal", "use: vendor-kz", "id: kamal-acme", "id: vendor",
		"    projects: [ACME]\n", `    projects: [ACME]
    valid: {from: 2026-01-01, to: 2026-12-31}
    duties:
      - {obligation: standing-duty, id: sync, period: "0 10 * * 1", within: 2bd, project: ACME, tracker: Bug,
         subject: "Sync {{.Period}}"}
`)
	d.now = time.Date(2026, 3, 30, 4, 0, 0, 0, time.UTC)
	d.want(t, exitOK, "enforce")
	for range 3 { // the census of an hour among them
		d.now = d.now.Add(40 * time.Minute)
		d.want(t, exitOK, "enforce")
	}
	contains(t, "reconcile", d.want(t, exitOK, "ledger", "reconcile"), "issues compared: 1, differences: 0")
	contains(t, "status", d.want(t, exitOK, "status"), "ACME-1", "standing duty, sync: 30 March 2026")
	if err := d.change("petrov", 1, demoChange{status: "Closed"}); err != nil {
		t.Fatal(err)
	}
	d.now = time.Date(2026, 4, 1, 11, 0, 0, 0, time.UTC) // after its due
	d.want(t, exitOK, "enforce")
	contains(t, "explain", d.want(t, exitOK, "explain", "ACME-1"), "met standing duty")
	list := d.want(t, exitOK, "ledger", "list")
	made := strings.Contains(list, "ACME-1 standing duty, at the start")
	if n := strings.Count(list, "Sync 30 March 2026"); n != 1 || !made {
		t.Errorf("made %d times:\n%s", n, list)
	}
}
