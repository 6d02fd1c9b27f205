package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
)

// jiraDesk is the demo's desk on a Jira with the program beside it.
type jiraDesk struct {
	demoJira
	folder string
	now    time.Time
}

// received has a critical request come, after a first pass, and be written to.
func (d *jiraDesk) received(t *testing.T) {
	t.Helper()
	d.want(t, exitOK, "enforce")
	d.now = d.now.Add(5 * time.Minute)
	if err := d.file("romashkin", "Nobody can log in", "critical"); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Second)
	d.want(t, exitOK, "enforce")
}

// asked has a request come, after a first pass, whose customer support asks something.
func (d *jiraDesk) asked(t *testing.T) {
	t.Helper()
	d.want(t, exitOK, "enforce")
	d.now = d.now.Add(time.Minute)
	if err := d.file("romashkin", "Nobody can log in", "critical"); err != nil {
		t.Fatal(err)
	}
	if err := d.change("petrov", 1, demoChange{status: "Waiting for customer", note: "Which browser?"}); err != nil {
		t.Fatal(err)
	}
	d.want(t, exitOK, "enforce")
}

func newJiraDesk(t *testing.T) *jiraDesk {
	t.Helper()
	d := &jiraDesk{folder: t.TempDir(), now: time.Date(2026, 3, 20, 10, 55, 0, 0, time.UTC)}
	d.demoJira = newDemoJira(d.clock).(demoJira)
	for name, text := range map[string]string{"slabridge.yaml": demoYAML("en", d), "demo.key": d.key() + "\n"} {
		if err := os.WriteFile(filepath.Join(d.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *jiraDesk) clock() time.Time { return d.now }

func (d *jiraDesk) want(t *testing.T, code int, args ...string) string {
	t.Helper()
	got, out := d.run(args...)
	if got != code {
		t.Fatalf("slabridge %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, out)
	}
	return out
}

func (d *jiraDesk) run(args ...string) (code int, said string) {
	var out bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &out, d.clock)
	a.transport = d.Transport()
	code = a.run(append([]string{"--config", filepath.Join(d.folder, "slabridge.yaml"), "--lang", "en"}, args...))
	return code, out.String()
}

// What check --live asks a Jira is how it behaves; its answers name no people, hold no texts and no key.
func TestCheckLiveProbesJira(t *testing.T) {
	d := newJiraDesk(t)
	if err := d.file("romashkin", "Nobody can log in", "critical"); err != nil {
		t.Fatal(err)
	}
	if err := d.change("petrov", 1, demoChange{note: "We look into it."}); err != nil {
		t.Fatal(err)
	}
	before := len(d.Requests())
	out := strings.Join(strings.Fields(d.want(t, exitOK, "check", "--live")), " ")
	for _, want := range []string{
		`what is it: cloud, deploymentType "Cloud"`, "a moment as a number in JQL: accepted; of the last day it finds 1",
		"changelog of its own address: there, 0 entries",
		"priorities that may be set: 5", "jsdPublic on comments: there", "properties of listed comments: ",
		"service management: version ",
		"token: Cloud does not tell",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	_, probes, _ := strings.Cut(out, "how this Jira behaves")
	for _, never := range []string{"Nobody can log in", "We look", "Romashkin", "Petrov", d.key(), d.Email("sla-bot")} {
		if strings.Contains(probes, never) {
			t.Errorf("the probes tell %q", never)
		}
	}
	for _, r := range d.Requests()[before:] {
		if r.Method != "GET" && !strings.HasPrefix(r.Path, "/rest/api/2/search") && !strings.HasSuffix(r.Path, "/bulkfetch") {
			t.Errorf("check sends %s %s", r.Method, r.Path)
		}
	}
}

// The clocks of the service desk stand beside ours, and decide nothing.
func TestExplainShowsTheDesksOwnClocks(t *testing.T) {
	d := newJiraDesk(t)
	d.received(t)
	out := strings.Join(strings.Fields(d.want(t, exitOK, "explain", "ACME-1")), " ")
	if want := "Time to resolution: running, from Fri 2026-03-20 16:00:00 +05, due Sat 2026-03-21 00:00:00 " +
		"+05"; !strings.Contains(out, want) {
		t.Errorf("no %q in\n%s", want, out)
	}
	page, err := d.As("romashkin").See(d.id(1))
	if err != nil || len(page.Notes) != 1 || !strings.Contains(page.Notes[0].Text, "Ref. ") {
		t.Errorf("the customer reads %+v (%v), want our receipt with its mark", page.Notes, err)
	}
}

// A comment that the service desk does not keep internal is noticed, taken back and reported, and nothing internal
// follows.
func TestJiraLeakIsTakenBack(t *testing.T) {
	d := newJiraDesk(t)
	d.received(t)
	d.DropInternal(true)
	d.now = d.now.Add(12 * time.Minute) // the warning, for staff alone
	out := strings.Join(strings.Fields(d.want(t, exitHeld, "enforce")), " ")
	if !strings.Contains(out, "came out public and was taken back") {
		t.Errorf("the leak is not told of:\n%s", out)
	}
	d.DropInternal(false)
	page, err := d.As("romashkin").See(d.id(1))
	if err != nil || len(page.Notes) != 1 {
		t.Errorf("the customer reads %+v (%v)", page.Notes, err)
	}
	d.now = d.now.Add(10 * time.Minute) // the breach
	d.want(t, exitHeld, "enforce")
	if staff, err := d.As("petrov").See(d.id(1)); err != nil || len(staff.Notes) != 2 {
		t.Errorf("staff read %d comments (%v), want the receipt and the one taken back", len(staff.Notes), err)
	}
}

// What was written by mistake is taken back on Jira, too, where the change and its comment are two events.
func TestRevertOnJira(t *testing.T) {
	d := newJiraDesk(t)
	d.received(t)
	d.now = d.now.Add(21 * time.Minute) // the breach
	d.want(t, exitOK, "enforce")
	if page, err := d.As("petrov").See(d.id(1)); err != nil || page.Assignee != "ivanov" || page.Priority != "Immediate" {
		t.Fatalf("with %s at %s (%v)", page.Assignee, page.Priority, err)
	}
	plan := strings.Join(strings.Fields(d.want(t, exitOK, "ledger", "revert", "--issue", "ACME-1")), " ")
	for _, want := range []string{"assignee back: Ivan Ivanov -> nobody", "priority back: Immediate -> Normal"} {
		if !strings.Contains(plan, want) {
			t.Errorf("no %q in the plan\n%s", want, plan)
		}
	}
	d.now = d.now.Add(time.Minute)
	if out := d.want(t, exitOK, "ledger", "revert", "--issue", "ACME-1", "--yes", "--dry-run"); strings.Contains(out,
		"steps taken back") {
		t.Errorf("a dry run took something back:\n%s", out)
	}
	d.want(t, exitOK, "ledger", "revert", "--issue", "ACME-1", "--yes")
	d.now = d.now.Add(time.Minute)
	d.want(t, exitOK, "enforce")
	if page, err := d.As("petrov").See(d.id(1)); err != nil || page.Assignee != "" || page.Priority != "Normal" {
		t.Errorf("with %s at %s (%v), want nobody at Normal", page.Assignee, page.Priority, err)
	}
}

// Where people of the contract are out of our sight, check says who, and what would show them; and where a group is
// seen, its members count.
func TestCheckLiveTellsOfUnseenPeople(t *testing.T) {
	d := newJiraDesk(t)
	d.Team("acme support", "petrov")
	d.JoinTeam("ACME", "acme support", "Support engineer")
	tell := func(code int) string { return strings.Join(strings.Fields(d.want(t, code, "check", "--live")), " ") }
	if out := tell(exitOK); strings.Contains(out, "acme support") {
		t.Errorf("a group that is seen:\n%s", out)
	}
	d.BrowseGroups("sla-bot", false)
	out := tell(exitOK)
	for _, want := range []string{
		`"acme support"`, "who is in this group is not known",
		`lacks the global permission "Browse users and groups"`, "only where users names them",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// On a site with a hundred projects, one of them under contract, a small sync costs less than 30 requests and the names
// once an hour less than 60.
func TestSyncOnALargeJira(t *testing.T) {
	d := newJiraDesk(t)
	for n := range 99 {
		key := fmt.Sprintf("P%d", n)
		d.AddProject(key, "Project "+key)
		for login, role := range map[string]string{
			"sla-bot": "SLA bot", "ivanov": "Support engineer", "romashkin": "Customer",
		} {
			d.Join(key, login, role)
		}
		if _, err := d.As("romashkin").Create(jirasim.NewIssue{Project: key, Subject: "Elsewhere"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.file("romashkin", "Nobody can log in", "critical"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		wait time.Duration
		most int
	}{{"first", time.Minute, 45}, {"small", 10 * time.Minute, 29}, {"after an hour", time.Hour, 59}} {
		d.now = d.now.Add(c.wait)
		if c.name == "small" {
			if err := d.file("romashkin", "Nobody can log out", "critical"); err != nil {
				t.Fatal(err)
			}
			d.now = d.now.Add(time.Minute)
		}
		before := len(d.Requests())
		out := d.want(t, exitOK, "sync")
		sent := len(d.Requests()) - before
		t.Logf("%s: %d requests: %s", c.name, sent, strings.TrimSpace(out))
		if sent > c.most || !strings.Contains(out, fmt.Sprintf("requests: %d\n", sent)) {
			t.Errorf("%s: %d requests, want at most %d, counted\n%s", c.name, sent, c.most, out)
		}
	}
}
