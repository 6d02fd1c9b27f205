package main

import (
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
)

// An option of the list field that gives the severity is renamed in Jira: requests have the new name at once, their
// changelogs keep the old one. By its id it is known for the same, in requests that were there and in new ones, and
// also where the mirror is built anew; the mapping goes on as it stands.
func TestRenamedOption(t *testing.T) {
	d := newJiraDesk(t)
	if err := d.file("romashkin", "Nobody can log in", "critical"); err != nil {
		t.Fatal(err)
	}
	d.want(t, exitOK, "enforce")
	d.RenameOption("Severity", "critical", "blocker")
	d.now = d.now.Add(11 * time.Minute) // respond/warn-50 is due, and the request is read afresh for it
	d.want(t, exitOK, "enforce")
	if err := d.As("petrov").Update(d.id(1), jirasim.Change{Note: "We look into it."}); err != nil {
		t.Fatal(err)
	}
	if err := d.file("romashkin", "Nobody can print", "blocker"); err != nil {
		t.Fatal(err)
	}
	for _, rebuilt := range []bool{false, true} {
		if rebuilt {
			d.want(t, exitOK, "sync", "--rebuild")
		}
		d.want(t, exitOK, "enforce")
		for _, issue := range []string{"ACME-1", "ACME-2"} {
			contains(t, "explain "+issue, d.want(t, exitOK, "explain", issue), "severity critical failure",
				"start of work (clause 8)")
		}
	}
	contains(t, "explain", d.want(t, exitOK, "explain", "ACME-1"), "start of work, after 50 % of the time")
}

// An option that is renamed to what the mapping has for another severity is a fault: nothing is judged or written by
// either name until the mapping says which is right, not even of the request that is just read.
func TestOptionRenamedToAnotherSeverity(t *testing.T) {
	d := newJiraDesk(t)
	d.reconfigure(t, "in: [critical]", "in: [critical, outage]", "in: [minor]", "in: [minor, blocker]")
	if err := d.file("romashkin", "Nobody can log in", "critical"); err != nil {
		t.Fatal(err)
	}
	d.want(t, exitOK, "enforce")
	d.RenameOption("Severity", "critical", "blocker")
	d.now = d.now.Add(11 * time.Minute)
	first := d.want(t, exitHeld, "enforce")
	if strings.Contains(first, "start of work, after 50 %") && strings.Contains(first, "done") {
		t.Errorf("written though nobody knows the severity:\n%s", first)
	}
	if err := d.As("petrov").Update(d.id(1), jirasim.Change{Note: "We look into it."}); err != nil {
		t.Fatal(err)
	}
	contains(t, "enforce", d.want(t, exitHeld, "enforce"), "the tracker has renamed an option", `["critical" "blocker"]`)
	contains(t, "check --live", d.want(t, exitUsage, "check", "--live"), "mappings[0].severity[1].when.in",
		"leave the one that is right")
	d.reconfigure(t, "in: [critical, outage]", "in: [outage]")
	d.want(t, exitOK, "enforce")
	contains(t, "explain", d.want(t, exitOK, "explain", "ACME-1"), "severity minor")
}
