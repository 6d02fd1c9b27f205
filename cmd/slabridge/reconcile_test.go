package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// erase empties a note of slabridge's, as a person with the right may.
func (d *office) erase(event string) {
	d.t.Helper()
	var journal int
	_, err := fmt.Sscanf(event, "journal:%d", &journal)
	d.check(err)
	d.check(d.sim.As("admin").EditNote(journal, ""))
}

// sql changes the state file as no command would.
func (d *office) sql(query string, args ...any) {
	d.t.Helper()
	a := newApp(strings.NewReader(""), nil, nil, d.clock)
	a.config = d.file("slabridge.yaml")
	w, err := a.beside(context.Background())
	d.check(err)
	defer w.close()
	_, err = w.file.Exec(query, args...)
	d.check(err)
}

// TestReconcile: what stands in the tracker and is recorded otherwise, or not at all, is shown first, recorded as
// written when that is asked for, and can then be taken back; what is recorded and was erased is told.
func TestReconcile(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	contains(t, "nothing to repair", d.want(exitOK, "ledger", "reconcile").out, "issues compared: 1, differences: 0")
	due := d.lines(exitOK, "ledger", "list", "--step", "due", "--obligation", "respond")[0]
	receipt := d.lines(exitOK, "ledger", "list", "--obligation", "acknowledge")[0]
	d.sql(`UPDATE ledger_entries SET state = 'needless', receipt = NULL WHERE id = $1`, due["id"])
	d.erase(receipt["event"].(string))

	plan := d.want(exitOK, "ledger", "reconcile").out
	contains(t, "the plan", plan,
		"its comment (journal ", ") stands, and it is recorded as needless",
		"recorded as written in journal ", "and that comment is not there",
		"nothing was recorded; to do it, add --yes")
	if again := d.want(exitOK, "ledger", "reconcile").out; again != plan {
		t.Errorf("the plan changed something:\n%s", again)
	}
	contains(t, "repair", d.want(exitOK, "ledger", "reconcile", "--yes").out, "stands: recorded as written",
		"differences: 2, recorded as written: 1")
	now := d.lines(exitOK, "ledger", "list", "--id", due["id"].(string))[0]
	if now["state"] != "done" || now["event"] != due["event"] {
		t.Errorf("it is %v by %v", now["state"], now["event"])
	}
	contains(t, "taking it back", d.want(exitOK, "ledger", "revert", "--id", due["id"].(string)).out,
		"assignee back", "internal follow-up to journal ")
	d.sim.ResetRequests()
	d.want(exitOK, "enforce")
	for _, r := range d.sim.Requests() {
		if r.Method != "GET" {
			t.Errorf("something was written: %s %s", r.Method, r.Path)
		}
	}
}

// A ledger that was lost learns from the tracker what was written before it, word by word enough to take it back.
func TestReconcileAfterTheLedgerWasLost(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	for _, end := range []string{"", "-wal", "-shm"} {
		d.check(removed(d.file("slabridge.db" + end)))
	}
	if _, err := os.Stat(d.file("slabridge.db")); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	d.at("2026-03-20 16:40:00")
	d.want(exitOK, "enforce")
	lines := d.lines(exitOK, "ledger", "reconcile", "--yes")
	if len(lines) != 2 {
		t.Fatalf("found %v", lines)
	}
	for _, l := range lines {
		if l["recorded"] != true || l["difference"] != "not-recorded" {
			t.Errorf("%v", l)
		}
		if e := d.lines(exitOK, "ledger", "list", "--id", l["id"].(string))[0]; e["state"] != "done" {
			t.Errorf("%v", e)
		}
	}
	contains(t, "taking back", d.want(exitOK, "ledger", "revert", "--all").out, "public follow-up", "internal follow-up")
	contains(t, "again", d.want(exitOK, "ledger", "reconcile", "--yes").out, "differences: 0")
}
