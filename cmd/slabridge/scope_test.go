package main

import (
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// desks adds projects beside acme, in which the same people work.
func (d *office) desks(projects ...string) {
	d.t.Helper()
	for _, p := range projects {
		d.sim.AddProject(p, strings.ToUpper(p), "")
		for login, role := range map[string]string{
			"sla-bot": "SLA bot", "ivanov": "Support engineer", "romashkin": "Customer",
		} {
			d.sim.AddMember(p, login, role)
		}
	}
}

func (d *office) reportIn(project string) int {
	d.t.Helper()
	n, err := d.sim.As("romashkin").Create(redminesim.NewIssue{
		Project: project, Tracker: "Bug", Subject: "Nobody can log in", Fields: map[string]string{"Severity": "critical"},
	})
	d.check(err)
	return n
}

// mirrored are the issues of which the mirror has a history.
func (d *office) mirrored(issues ...string) string {
	d.t.Helper()
	var out []string
	for _, i := range issues {
		if d.run("explain", i).code == exitOK {
			out = append(out, i)
		}
	}
	return strings.Join(out, " ")
}

// Of a site only the projects under contract are mirrored, and those that the connection names.
func TestOnlyWhatIsUnderContractIsMirrored(t *testing.T) {
	d := newOffice(t)
	d.desks("globex", "erp")
	d.want(exitOK, "sync")
	d.reportIn("acme")
	d.reportIn("globex")
	d.reportIn("erp")
	d.at("2026-03-20 15:58:00")
	d.want(exitOK, "sync")
	if got := d.mirrored("1", "2", "3"); got != "1" {
		t.Errorf("mirrored %q, want 1 alone", got)
	}
	for _, c := range []struct{ projects, want string }{
		{"[globex]", "1 2"},
		{`["*"]`, "1 2 3"},
	} {
		d.configure("    poll:", "    projects: "+c.projects+"\n    poll:")
		d.at("2026-03-20 15:59:00")
		d.want(exitOK, "sync")
		if got := d.mirrored("1", "2", "3"); got != c.want {
			t.Errorf("with projects: %s mirrored %q, want %s", c.projects, got, c.want)
		}
	}
}

// A contract that gains a project has its requests read in the next pass: what was due before is past and not written,
// what comes is kept.
func TestContractGainsAProject(t *testing.T) {
	d := newOffice(t)
	d.desks("globex")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	old := d.reportIn("globex")
	d.at("2026-03-20 16:29:00")
	d.want(exitOK, "enforce")
	fresh := d.reportIn("globex")
	d.configure("projects: [acme]", "projects: [acme, globex]")
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce")
	for _, e := range d.lines(exitOK, "ledger", "list") {
		if e["issue"] == "#1" && e["state"] != "past" {
			t.Errorf("of the old request %v", e)
		}
	}
	if n := d.notes(old); n != 0 {
		t.Errorf("%d comments on what was overdue before", n)
	}
	d.at("2026-03-20 16:51:00")
	d.want(exitHeld, "enforce") // nobody of support is a member there: the comment is written, the assignment is refused
	if n := d.notes(fresh); n == 0 {
		t.Error("nothing was said of the new request")
	}
}

// A request that is moved out of the projects under contract leaves it with the next census: its cycles are cancelled,
// and nothing is written in the meantime.
func TestRequestMovedOutOfTheContract(t *testing.T) {
	d := newOffice(t)
	d.desks("globex")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	id := d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:01:00")
	d.want(exitOK, "enforce")
	said := d.notes(id)
	_, err := d.sim.As("admin").Update(id, redminesim.Change{Project: "globex"})
	d.check(err)
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce")
	if n := d.notes(id); n != said {
		t.Errorf("%d comments on a request that has left, want %d", n, said)
	}
	d.at("2026-03-20 17:10:00")
	d.want(exitOK, "enforce")
	cycles, _ := d.lines(exitOK, "explain", "#1")[0]["cycles"].([]any)
	for _, c := range cycles {
		if c, ok := c.(map[string]any); ok && (c["state"] == "running" || c["state"] == "paused") {
			t.Errorf("still running: %v", c)
		}
	}
	if lines := d.lines(exitOK, "status"); len(lines) > 0 {
		t.Errorf("status has %v", lines)
	}
}

// sync counts every request, those for the names too.
func TestSyncCountsItsRequests(t *testing.T) {
	d := newOffice(t)
	d.report("Nobody can log in", "critical")
	for _, minute := range []string{"15:58:00", "15:59:00", "17:30:00"} {
		d.at("2026-03-20 " + minute)
		d.sim.ResetRequests()
		got := d.lines(exitOK, "sync")[0]["requests"]
		if sent := len(d.sim.Requests()); got != float64(sent) {
			t.Errorf("at %s sync counts %v requests, and sent %d", minute, got, sent)
		}
	}
}

// A pass without news costs one request in a process of its own too, as cron starts them: which projects there are was
// told an earlier one. A project that nobody has heard of yet is asked for at once.
func TestIdlePassOfANewProcess(t *testing.T) {
	d := newOffice(t)
	d.desks("globex")
	d.report("Nobody can log in", "minor")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 15:57:00")
	d.want(exitOK, "enforce")
	d.sim.ResetRequests()
	d.at("2026-03-20 15:58:00")
	d.want(exitOK, "enforce")
	if sent := d.sim.Requests(); len(sent) != 1 {
		t.Errorf("an idle pass made %d requests: %v", len(sent), sent)
	}
	d.desks("erp")
	d.reportIn("erp")
	d.configure("projects: [acme]", "projects: [acme, erp]")
	d.at("2026-03-20 15:59:00")
	d.want(exitOK, "sync")
	if got := d.mirrored("2"); got != "2" {
		t.Error("the request of a project that is new to the names was not read")
	}
}
