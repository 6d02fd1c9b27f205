package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// Two people are called like a lead when slabridge is installed: which of them is meant nobody can tell, and check says
// so with the ids of both. Only what would assign one of them is held, and the verdict on the escalation that promises
// just that waits; everything else goes on. Named by id, what was held is written.
func TestTwoNamesakesOfALead(t *testing.T) {
	d := newOffice(t)
	d.sim.RenameUser("sidorov", "Kirill", "Kuznetsov")
	meant := d.sim.UserID("kuznetsov")
	live := d.want(exitUsage, "check", "--live").out
	contains(t, "check --live", live, "roles[1].lead[0]", "Kirill Kuznetsov",
		"2 of the tracker's entries are called so; give the id of one of",
		fmt.Sprintf("(id %d)", meant), fmt.Sprintf("(id %d)", d.sim.UserID("sidorov")))

	d.at("2026-03-20 09:00:00")
	d.want(exitHeld, "enforce")
	n := d.report("Nobody can log in", "critical")
	issue := strconv.Itoa(n)
	for _, moment := range []string{"09:00:01", "09:10:00", "09:20:01", "11:00:01", "11:30:00"} {
		d.at("2026-03-20 " + moment)
		d.want(exitHeld, "enforce")
	}
	states := d.steps(issue)
	for step, want := range map[string]string{
		"acknowledge/start": "done", "respond/warn-50": "done", "respond/due": "done", "involve-developers/due": "held",
	} {
		if states[step] != want {
			t.Errorf("%s is %q, want %q", step, states[step], want)
		}
	}
	contains(t, "explain", d.want(exitOK, "explain", issue).out, "breached start of work",
		"involvement of the developers (clause 8)",
		"not judged: mappings[0].roles[1].lead[0]: Kirill Kuznetsov: 2 of")

	d.configure("lead: Kirill Kuznetsov", "lead: "+strconv.Quote(strconv.Itoa(meant)))
	d.at("2026-03-20 11:40:00")
	d.want(exitOK, "enforce")
	if got := d.steps(issue)["involve-developers/due"]; got != "done" {
		t.Errorf("named by id, the step is %q", got)
	}
	out := d.want(exitOK, "explain", issue).out
	contains(t, "explain", out, "breached  involvement of the developers")
	if strings.Contains(out, "not judged") {
		t.Errorf("mended, and still not judged:\n%s", out)
	}
}

// steps are what became of the steps of an issue, by "obligation/step".
func (d *office) steps(issue string) map[string]string {
	out := map[string]string{}
	for _, e := range d.lines(exitOK, "ledger", "list", "--issue", issue) {
		out[fmt.Sprintf("%s/%s", e["obligation"], e["step"])], _ = e["state"].(string)
	}
	return out
}
