package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
)

// A priority that is not on Jira's edit screen is left out and told of; the rest of the step is done, and its comment
// says nothing of a priority. `check --live` finds it by the screen. Put back, it is raised by itself.
func TestPriorityOffTheScreen(t *testing.T) {
	d := newJiraDesk(t)
	d.received(t)
	d.OffScreen("priority", true)
	live := unfolded(d.want(t, exitUsage, "check", "--live"))
	if !strings.Contains(live, `fault: contracts[0]`) || !strings.Contains(live, `"priority": `) ||
		!strings.Contains(live, "is not on the edit screen of requests such as ACME-1") {
		t.Errorf("check --live says nothing of the screen:\n%s", live)
	}
	was := d.page(t)
	d.now = d.now.Add(20 * time.Minute) // the breach: comment, assignment and priority
	out := unfolded(d.want(t, exitHeld, "enforce"))
	if !strings.Contains(out, "the rest is written without it: priority: wanted") ||
		strings.Contains(out, "no active lead") {
		t.Errorf("enforce says:\n%s", out)
	}
	now := d.page(t)
	if now.Assignee == "" || now.Priority != was.Priority || len(now.Notes) != len(was.Notes)+1 {
		t.Fatalf("the issue has %+v, had %+v", now, was)
	}
	last := now.Notes[len(now.Notes)-1].Text
	if strings.Contains(last, "riority") || !strings.Contains(last, "Assigned to") {
		t.Errorf("the comment says:\n%s", last)
	}
	list := unfolded(d.want(t, exitOK, "ledger", "list", "--state", "refused"))
	if !strings.Contains(list, "refused: priority: wanted") ||
		!strings.Contains(list, "and on the edit screen, where there is one") ||
		strings.Contains(list, "took nothing of it") {
		t.Errorf("ledger list says:\n%s", list)
	}
	d.OffScreen("priority", false)
	d.want(t, exitOK, "check", "--live")
	// something that it may have rested on
	if err := d.As("petrov").Update(d.id(1), jirasim.Change{Subject: "Nobody at all can log in"}); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Minute)
	d.want(t, exitOK, "enforce")
	if end := d.page(t); end.Priority == was.Priority || len(end.Notes) != len(now.Notes) {
		t.Errorf("put back on the screen: %+v", end)
	}
}

// page is the first request as the engineers see it.
func (d *jiraDesk) page(t *testing.T) jirasim.Page {
	t.Helper()
	p, err := d.As("petrov").See(d.id(1))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A value that went with a status and that the workflow replaced is read back like any other, and told of; the status
// and the words about it stand.
func TestTransitionsValuesAreReadBack(t *testing.T) {
	d := newJiraDesk(t)
	d.Grant("SLA bot", "TRANSITION_ISSUES")
	if err := os.WriteFile(filepath.Join(d.folder, "closing.yaml"), []byte(closing), 0o600); err != nil {
		t.Fatal(err)
	}
	d.reconfigure(t, "use: kamal\n", "use: ./closing.yaml\n", "names: [Resolved]", "names: [Resolved, Closed]",
		"names: [Closed, Rejected]", "names: [Rejected]",
		"    internal:", "    transitions: [{to: Rejected, fields: {resolution: Won't Do}}]\n    internal:")
	d.asked(t)
	d.Overrule("Duplicate")
	d.now = d.now.Add(61 * time.Minute)
	notes := len(d.page(t).Notes)
	out := unfolded(d.want(t, exitHeld, "enforce"))
	if want := `left this alone: Resolution: wanted "Won't Do", tracker has "Duplicate"`; !strings.Contains(out, want) {
		t.Errorf("enforce lacks %q:\n%s", want, out)
	}
	if page := d.page(t); page.Status != "Rejected" || len(page.Notes) != notes+1 {
		t.Errorf("it is %s, with %+v", page.Status, page.Notes)
	}
	list := unfolded(d.want(t, exitOK, "ledger", "list", "--state", "refused"))
	if !strings.Contains(list, `refused: Resolution: wanted "Won't Do", tracker has "Duplicate"`) ||
		!strings.Contains(list, "Look at what the workflow itself puts into the field on the way") {
		t.Errorf("ledger list says:\n%s", list)
	}
}

// A transition that asks for a resolution is made with the value that the mapping gives for it. Without one `check
// --live` says so by the form, and of a wrong one which there are.
func TestTransitionAsksForFields(t *testing.T) {
	start := func(t *testing.T, transitions string) *jiraDesk {
		d := newJiraDesk(t)
		d.Grant("SLA bot", "TRANSITION_ISSUES")
		if err := os.WriteFile(filepath.Join(d.folder, "closing.yaml"), []byte(closing), 0o600); err != nil {
			t.Fatal(err)
		}
		d.reconfigure(t, "use: kamal\n", "use: ./closing.yaml\n", "names: [Resolved]", "names: [Resolved, Closed]",
			"names: [Closed, Rejected]", "names: [Rejected]", "    internal:", transitions+"    internal:")
		d.asked(t)
		return d
	}
	for transitions, want := range map[string]string{
		"": `"Rejected": the tracker's form on the way to this status asks for "Resolution"`,
		"    transitions: [{to: Rejected, fields: {resolution: Gone}}]\n": `"Gone" is no value of "Resolution" on the ` +
			`way to this status: it takes ["Done" "Won't Do" "Duplicate"]`,
	} {
		if live := unfolded(start(t, transitions).want(t, exitUsage, "check", "--live")); !strings.Contains(live, want) {
			t.Errorf("no %q in\n%s", want, live)
		}
	}
	d := start(t, "    transitions:\n      - {to: Rejected, fields: {resolution: Won't Do}}\n")
	d.want(t, exitOK, "check", "--live")
	d.now = d.now.Add(61 * time.Minute)
	d.want(t, exitOK, "enforce")
	page := d.page(t)
	resolved := slices.ContainsFunc(page.Steps, func(s jirasim.Step) bool {
		return s.Field == "resolution" && s.To == "Won't Do" && s.Login == "sla-bot"
	})
	if page.Status != "Rejected" || !resolved {
		t.Errorf("it is %s: %+v", page.Status, page.Steps)
	}
}
