package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

func TestCheckLive(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "sync")
	o := d.want(exitOK, "check", "--live")
	contains(
		t,
		"check --live",
		o.out,
		"helpdesk: we are SLA Bot (sla-bot, id ",
		"clock: the tracker's minus ours is +0 s",
		"rights the account needs:",
		"ok      read",
		"add_issue_notes",
		`"Set notes as private" (set_notes_private), "View private notes" (view_private_notes)`,
	)
	if strings.Contains(o.out, "MISSING") || strings.Contains(o.out, "fault: ") {
		t.Errorf("a desk that has everything:\n%s", o.out)
	}
	d.sim.ResetRequests()
	line := d.lines(exitOK, "check", "--live")
	has(t, "check --live", line[len(line)-1], "connection", "account", "clock_offset_s", "problems", "rights",
		"authors_without_role", "own_notes_without_mark")
	for _, r := range d.sim.Requests() {
		if r.Method != "GET" {
			t.Errorf("check --live wrote: %s %s", r.Method, r.Path)
		}
	}
}

// Each right that is taken away is named, with its project and what it is needed for.
func TestCheckLiveNamesMissingRights(t *testing.T) {
	for _, right := range []string{
		"add_issue_notes", "edit_issues", "set_notes_private", "view_private_notes", "add_issue_watchers",
		"view_issue_watchers",
	} {
		t.Run(right, func(t *testing.T) {
			d := newOffice(t)
			d.sim.RevokePermission("SLA bot", right)
			o := d.want(exitUsage, "check", "--live")
			contains(t, "check --live", unfolded(o.out), "MISSING", "("+right+") is missing in acme; needed for ")
			contains(t, "error", o.err, "faults that the tracker shows: ")
			d.sim.GrantPermission("SLA bot", right)
			d.want(exitOK, "check", "--live")
		})
	}
}

func TestCheckLiveHoldsTheConfigurationAgainstTheTracker(t *testing.T) {
	for name, c := range map[string]struct {
		edits  []string
		before func(d *office)
		code   int
		want   []string
	}{
		"a status that is not there": {
			edits: []string{"names: [In Progress]", "names: [In Progres]"}, code: exitOK,
			want: []string{"mappings[0].status[1].names", "In Progres"},
		},
		"a status that nobody mapped": {
			edits: []string{"New, Feedback]", "New]"}, code: exitOK, want: []string{"Feedback"},
		},
		"a lead who is not there": {
			edits: []string{"lead: Ivan Ivanov", "lead: Ivan Ivanoff"}, code: exitOK, want: []string{"Ivan Ivanoff"},
		},
		"a field that is not there": {
			edits: []string{"{field: Severity, in: [critical]}", "{field: Severety, in: [critical]}"}, code: exitUsage,
			want: []string{"Severety"},
		},
		"a project that is not there": {
			edits: []string{"projects: [acme]", "projects: [acmee]"}, code: exitUsage, want: []string{"acmee"},
		},
		"a manager who is to watch, and is locked": {
			before: func(d *office) { d.sim.LockUser("orlova") }, code: exitOK,
			want: []string{`"Olga Orlova": this account is locked: what it did counts, but it is neither assigned nor told`},
		},
		"an administrator's account": {
			before: func(d *office) { d.key = d.sim.Key("admin"); d.configure() }, code: exitOK,
			want: []string{"the account is an administrator: give slabridge an account of its own"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newOffice(t, c.edits...)
			if c.before != nil {
				c.before(d)
			}
			o := d.want(c.code, "check", "--live")
			contains(t, "check --live", unfolded(o.out), c.want...)
		})
	}
}

// What is mirrored is looked through: authors in no role, and notes by our account that are not ours.
func TestCheckLiveLooksThroughTheMirror(t *testing.T) {
	d := newOffice(t)
	d.breached()
	// a manager whom the mapping does not know, and somebody with our key
	for _, login := range []string{"sidorov", "sla-bot"} {
		if _, err := d.sim.As(login).Comment(1, "A word from "+login); err != nil {
			t.Fatal(err)
		}
	}
	d.want(exitOK, "sync")
	o := d.want(exitOK, "check", "--live")
	contains(t, "check --live", unfolded(o.out), "authors without a role, who count as nobody: Semyon Sidorov (",
		"notes by our account without our mark (is somebody else using it?): #1 journal:")
}

func TestCheckLiveMeasuresTheClock(t *testing.T) {
	d := newOffice(t)
	d.sim = redminesim.NewDesk(redminesim.Options{Clock: func() time.Time { return d.clock().Add(5 * time.Minute) }})
	d.key = d.sim.Key("sla-bot")
	d.configure()
	o := d.want(exitUsage, "check", "--live")
	contains(t, "check --live", o.out, "clock: the tracker's minus ours is +300 s")
}

// unfolded undoes the folding of long lines.
func unfolded(text string) string { return strings.Join(strings.Fields(text), " ") }

// 60 days before the days off of a calendar in use are known no further, check says so, and until which day they are.
func TestCheckWarnsOfTheEndOfCalendarData(t *testing.T) {
	d := newOffice(t)
	for moment, warned := range map[string]bool{
		"2027-10-31 12:00:00": false, "2027-11-15 12:00:00": true,
		"2028-01-02 12:00:00": false,
	} {
		d.at(moment)
		out := unfolded(d.want(exitOK, "check").out)
		if got := strings.Contains(out, "the days off are known until"); got != warned {
			t.Errorf("at %s warned %t, want %t:\n%s", moment, got, warned, out)
		}
		if moment[:4] == "2028" { // it is over: no day counts until which they are known
			contains(t, "check", out, "kamal-acme: what needs to know the days off is not judged now: "+
				"calendar \"kamal\" has no days off for 2028 (it has 2023-2027)")
		}
		if warned {
			contains(t, "check", out, "the days off are known until 2027-12-31: a promise that reaches beyond is not judged")
		}
	}
}

// Of a year whose days off are not known, explain tells who had the request, and not how much of that was working time.
func TestExplainBeyondTheCalendarsData(t *testing.T) {
	d := newOffice(t)
	d.at("2027-12-31 16:00:00")
	d.want(exitOK, "enforce")
	d.at("2027-12-31 17:00:00")
	n := d.report("Nobody can log in", "critical")
	d.at("2028-01-03 12:00:00")
	d.run("enforce") // held: some of the promises cannot be judged
	out := unfolded(d.want(exitOK, "explain", strconv.Itoa(n), "--full").out)
	contains(t, "explain", out, "1h with us, counting", "60h with us, a year without calendar data",
		"in all with us: 67h of plain time")
}

// A lead who was locked and whom nobody follows: check --live says so before a step needs him, and the step that does
// is refused, with what to mend; health counts it until somebody else is named. Then the rest is done.
func TestLockedLeadIsToldEverywhere(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.sim.LockUser("ivanov")
	contains(t, "check --live", unfolded(d.want(exitUsage, "check", "--live").out),
		`fault: contracts[0].projects: "acme": no lead of support can be assigned in this project`)
	contains(t, "enforce", unfolded(d.want(exitHeld, "enforce").out), `tracker has "nobody can be assigned"`,
		"Name somebody who is active and may be assigned in the project")
	contains(t, "health", d.want(exitHeld, "health").out, "refused: 1")
	page, err := d.sim.As("petrov").See(1)
	d.check(err)
	if n := *page.Journals; page.AssignedTo != nil || !strings.Contains(*n[len(n)-1].Notes, "Nobody can be assigned") {
		t.Errorf("assigned to %v; the comment says\n%s", page.AssignedTo, *n[len(n)-1].Notes)
	}
	d.configure("lead: Ivan Ivanov", "lead: [Ivan Ivanov, Petr Petrov]")
	d.want(exitOK, "check", "--live")
	d.want(exitOK, "enforce")
	d.want(exitOK, "health")
	page, err = d.sim.As("petrov").See(1)
	if err != nil || page.AssignedTo == nil || page.AssignedTo.Name != "Petr Petrov" {
		t.Errorf("assigned to %+v, %v", page.AssignedTo, err)
	}
}
