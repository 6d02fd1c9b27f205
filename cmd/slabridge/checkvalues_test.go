package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// A value that the configuration waits for in vain is told with what is there instead: by the mirror where there is
// one, else by what the tracker answers.
func TestCheckLiveTellsOfValuesThatNeverOccur(t *testing.T) {
	d := newOffice(t, "in: [critical]", "in: [Critical outage]", "      - {is: noncritical}\n", "")
	d.report("Nobody can log in", "critical")
	d.report("No mail", "critical")
	d.report("A letter is missing", "minor")
	want := []string{
		"severity: critical failure 0, noncritical failure 0, minor defect 1, out of scope 0, none 2",
		"without a severity: Severity: critical 2",
		"status class: new 3, working 0,",
		"Severity holds: critical 2, minor 1",
		"Severity: named by no rule of severity, so that the rest of the rules decides: critical 2",
		`mappings[0].severity[0].when.in: "Critical outage" was never seen in Severity; seen are critical 2, minor 1; ` +
			`did you mean "critical"?`,
	}
	asked := unfolded(d.want(exitOK, "check", "--live").out)
	contains(
		t,
		"check --live",
		asked,
		append(want, "kamal-acme: requests of the last 90 days: 3 (asked of the tracker)")...)
	d.want(exitOK, "sync")
	mirrored := unfolded(d.want(exitOK, "check", "--live").out)
	contains(t, "check --live", mirrored, append(want, "kamal-acme: requests of the last 90 days: 3 (by the mirror)")...)

	line := d.lines(exitOK, "check", "--live")
	values := line[len(line)-1]["values"].([]any)[0].(map[string]any)
	has(
		t,
		"values",
		values,
		"contract",
		"from",
		"source",
		"truncated",
		"requests",
		"not_covered",
		"severities",
		"no_severity",
		"status_classes",
		"no_status_class",
		"without_severity",
		"fields",
		"never_seen",
	)
	never := values["never_seen"].([]any)
	if len(never) != 1 || never[0].(map[string]any)["did_you_mean"] != "critical" || values["no_severity"] != 2.0 {
		t.Errorf("values: %v", values)
	}
}

// Requests of more than 90 days ago are not counted, and without any nothing is said of values.
func TestCheckLiveCountsTheLast90Days(t *testing.T) {
	d := newOffice(t)
	contains(t, "check --live", unfolded(d.want(exitOK, "check", "--live").out), "requests of the last 90 days: 0")
	d.report("Nobody can log in", "critical")
	d.at("2026-06-18 15:54:00")
	d.report("No mail", "minor")
	d.want(exitOK, "sync")
	contains(t, "check --live", unfolded(d.want(exitOK, "check", "--live").out), "requests of the last 90 days: 2",
		"critical failure 1, noncritical failure 0, minor defect 1, out of scope 0, none 0")
	d.at("2026-06-18 15:56:00")
	out := unfolded(d.want(exitOK, "check", "--live").out)
	contains(
		t,
		"check --live",
		out,
		"requests of the last 90 days: 1",
		"critical failure 0, noncritical failure 0, minor defect 1, out of scope 0, none 0",
		`"critical" was never seen in Severity; seen are minor 1`,
	)
	if strings.Contains(out, "did you mean") {
		t.Errorf("minor is named by a rule of its own: nobody means it by critical\n%s", out)
	}
}

func TestCheckLiveTellsOfStatusesWithoutAClass(t *testing.T) {
	d := newOffice(t, "names: [New, Feedback]}", "names: [Feedback]}")
	d.report("Nobody can log in", "critical")
	contains(t, "check --live", unfolded(d.want(exitUsage, "check", "--live").out), "in a status of no class: New 1",
		`fault: connections: "the status \"New\" has no class in the mapping": requests such as 1 are neither judged`)
}

// A project below a covered one is nobody's until it is named.
func TestCheckLiveTellsOfSubprojects(t *testing.T) {
	d := newOffice(t)
	const told = "project acme-web lies below acme and no contract covers it"
	if strings.Contains(unfolded(d.want(exitOK, "check", "--live").out), "lies below") {
		t.Error("no project lies below another yet")
	}
	d.sim.AddProject("acme-web", "Acme web", "acme")
	d.sim.AddMember("acme-web", "sla-bot", "SLA bot")
	contains(t, "check --live", unfolded(d.want(exitOK, "check", "--live").out), told)
	d.configure("projects: [acme]", "projects: [acme, acme-web]")
	if out := unfolded(d.run("check", "--live").out); strings.Contains(out, "lies below") {
		t.Errorf("it is covered\n%s", out)
	}
}

// check tells from 60 days before on that a contract ends, and later that it has.
func TestCheckTellsThatAContractEnds(t *testing.T) {
	d := newOffice(t, "    projects: [acme]\n", "    projects: [acme]\n    valid: {from: 2026-01-01, to: 2026-12-31}\n")
	for moment, want := range map[string]string{
		"2026-11-01 12:00:00": "",
		"2026-11-03 12:00:00": "kamal-acme: the contract ends on 2026-12-31:",
		"2026-12-31 23:59:59": "kamal-acme: the contract ends on 2026-12-31:",
		"2027-01-01 00:00:00": "kamal-acme: the contract ended on 2026-12-31:",
	} {
		d.at(moment)
		out := unfolded(d.want(exitOK, "check").out)
		if want == "" && strings.Contains(out, "the contract end") || !strings.Contains(out, want) {
			t.Errorf("at %s want %q:\n%s", moment, want, out)
		}
		lines := d.lines(exitOK, "check")
		if (len(lines) > 0) != (want != "") {
			t.Errorf("at %s: %v", moment, lines)
		} else if want != "" {
			has(t, "check", lines[0], "level", "path", "contract", "date", "message")
		}
	}
}

// The same on a Jira.
func TestCheckLiveCountsOnJira(t *testing.T) {
	d := newJiraDesk(t)
	for _, severity := range []string{"critical", "minor", "minor"} {
		if err := d.file("romashkin", "Something", severity); err != nil {
			t.Fatal(err)
		}
	}
	d.now = d.now.Add(time.Minute)
	for _, source := range []string{"asked of the tracker", "by the mirror"} {
		out := unfolded(d.want(t, exitOK, "check", "--live"))
		contains(t, "check --live", out, "requests of the last 90 days: 3 ("+source+")",
			"severity: critical failure 1, noncritical failure 0, minor defect 2, out of scope 0, none 0",
			"Severity holds: minor 2, critical 1")
		d.want(t, exitOK, "sync")
	}
}

// A right that is missing is told by its name; that nothing can be counted without it fails nothing else.
func TestCheckLiveWithoutTheRightToReadRequests(t *testing.T) {
	d := newOffice(t)
	d.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/issues.json") && r.URL.Query().Get("project_id") != "" {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	contains(t, "check --live", unfolded(d.want(exitOK, "check", "--live").out),
		"kamal-acme: what its requests hold could not be asked: ", "(HTTP 403)", "rights the account needs")
}
