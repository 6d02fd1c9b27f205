package main

import (
	"fmt"
	"strings"
	"testing"

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
		contains(t, "explain", d.want(exitOK, "explain", "5").out, "met standing-duty", "ended Mon 2026-03-30 11:30:00")
		list := d.want(exitOK, "ledger", "list").out
		if n := strings.Count(list, "new issue in acme, Bug: Sync 30 March 2026"); n != 1 || strings.Contains(list, "refused") {
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
	due := d.lines(exitOK, "ledger", "list", "--step", "due", "--obligation", "respond")[0]
	d.sql(`UPDATE ledger_entries SET state = 'needless', receipt = NULL`)
	contains(t, "the plan", d.want(exitOK, "ledger", "reconcile").out,
		fmt.Sprintf("its comment %s stands, and it is recorded as needless", due["event"]))
	contains(t, "repair", d.want(exitOK, "ledger", "reconcile", "--yes").out, "recorded as written")
	contains(t, "again", d.want(exitOK, "ledger", "reconcile").out, "differences: 0")
}
