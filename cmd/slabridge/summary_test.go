package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// A wrong mapping that would touch hundreds of issues is held, and told in a summary that a human can judge: how many
// issues, which step, from when to when, with examples of what would be written. It is let go by filter.
func TestHeldSummary(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	const many = 60
	for i := range many {
		d.at(fmt.Sprintf("2026-03-20 16:%02d:00", i%20))
		d.report(fmt.Sprintf("request %d", i+1), []string{"critical", "critical", "minor"}[i%3])
	}
	d.at("2026-03-20 16:19:30")
	out := d.want(exitHeld, "enforce").out
	if n := strings.Count(out, "= held: confirmation of receipt, at the start: issues 60, steps 60\n"); n != 1 {
		t.Errorf("the summary is told %d times:\n%s", n, out)
	}
	if strings.Contains(out, "ledger release --id") {
		t.Errorf("each step is told:\n%s", out)
	}
	contains(t, "enforce", out, "moments from Fri 2026-03-20 16:00:00 +05 to Fri 2026-03-20 16:19:00 +05",
		`for example #1 request 1, Fri 2026-03-20 16:00:00 +05`,
		"public comment: Your request No. 1 has been received",
		"let go with\n    'slabridge ledger release --contract kamal-acme --obligation acknowledge --step start "+
			"--reason storm'")
	d.at("2026-03-20 16:19:40")
	again := d.want(exitHeld, "enforce").out
	if strings.Contains(again, "= held") {
		t.Errorf("the next pass tells it again:\n%s", again)
	}
	contains(t, "the next pass", again, "held by earlier passes: ")

	listed := d.want(exitOK, "ledger", "list", "--state", "held").out
	contains(t, "ledger list", listed, "= held: confirmation of receipt, at the start: issues 60, steps 60",
		"held      #60 confirmation of receipt, at the start")
	var group map[string]any
	for _, g := range d.lines(exitOK, "ledger", "list", "--state", "held", "--summary") {
		has(t, "summary", g, "connection", "contract", "obligation", "step", "state", "code", "reason", "entries", "issues",
			"oldest", "newest", "examples")
		if g["obligation"] == "acknowledge" {
			group = g
		}
	}
	if group["issues"] != 60.0 || group["code"] != "storm" || len(listOf(t, group["examples"])) != 3 {
		t.Errorf("the group is %v", group)
	}
	for _, x := range listOf(t, group["examples"]) {
		has(t, "example", x, "id", "issue", "subject", "moment", "changes")
		if !strings.Contains(fmt.Sprint(x["changes"]), "has been received") {
			t.Errorf("the example %v does not say what would be written", x)
		}
	}

	dry := d.want(exitOK, "ledger", "release", "--obligation", "acknowledge", "--step", "start", "--reason", "storm",
		"--dry-run").out
	contains(t, "dry run", dry, "= held: confirmation of receipt, at the start: issues 60, steps 60",
		"entries that would be moved: 60; nothing was changed")
	if n := len(d.lines(exitOK, "ledger", "release", "--step", "start", "--issue", "7", "--dry-run")); n != 1 {
		t.Errorf("a dry run for one issue lists %d", n)
	}
	if n := len(d.lines(exitOK, "ledger", "list", "--state", "held", "--obligation", "acknowledge")); n != many {
		t.Errorf("after the dry runs %d are held", n)
	}
	// someone answers one of them: it is not called for any more, and says so
	_, err := d.sim.As("petrov").Update(1, redminesim.Change{Note: "We are on it."})
	d.check(err)
	d.want(exitHeld, "enforce")
	contains(t, "release", d.want(exitOK, "ledger", "release", "--obligation", "acknowledge").out, "entries released: 59")
	d.run("enforce")
	for i := range many {
		if n := d.notes(i + 1); n != 1 {
			t.Errorf("#%d has %d notes", i+1, n)
		}
	}
}

// The log says of many held steps what they have in common, one line a group, and the steps only when debugging; and
// when slabridge begins and ceases to be late.
func TestLogOfAPass(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	moment := time.Date(2026, 3, 20, 11, 0, 0, 0, time.UTC)
	r := engine.Report{Connection: "helpdesk", Late: engine.Lateness{At: moment, Since: moment, Overdue: 3, Began: true}}
	for i := range 40 {
		e := ledger.Entry{}
		e.IssueKey, e.Reason = fmt.Sprint(i), enforcer.Reason{Code: "storm", Text: enforcer.Text{"en": "too many"}}
		e.Key = enforcer.StepKey{
			Connection: "helpdesk", Issue: fmt.Sprint(i), Contract: "kamal-acme", Obligation: "respond",
			Cycle: "created", Step: "due",
		}
		e.ID, e.Moment = e.Key.ID(), moment.Add(time.Duration(i)*time.Minute)
		r.Held = append(r.Held, e)
	}
	logPass(log, []engine.Report{r}, nil)
	text := out.String()
	if n := strings.Count(text, "msg=held"); n != 1 {
		t.Errorf("%d lines for 40 held steps:\n%s", n, text)
	}
	contains(t, "log", text, "issues=40", "steps=40", `examples="#0 #38 #39"`, `why="too many"`, `msg="slabridge is late"`,
		"overdue=3")
	out.Reset()
	r = engine.Report{
		Connection: "helpdesk", Report: outbox.Report{Held: r.Held[:2]},
		Late: engine.Lateness{At: moment, Ended: moment.Add(-time.Hour)},
	}
	logPass(log, []engine.Report{r}, nil)
	contains(t, "log", out.String(), "issue=0", "issue=1", `msg="slabridge has caught up"`)

	m := newMonitor([]engine.Connection{{ID: "helpdesk", Poll: "@every 1m", Tracker: away{}}},
		func() time.Time { return moment })
	address, _, stop, err := m.serve(served{address: "127.0.0.1:0", web: &config.Web{}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, c := range []struct {
		late engine.Lateness
		want string
	}{
		{engine.Lateness{At: moment, Since: moment.Add(-11 * time.Minute)}, "660"},
		{engine.Lateness{}, "660"}, // it was not looked at
		{engine.Lateness{At: moment}, "0"},
	} {
		m.passed([]engine.Report{{Connection: "helpdesk", Late: c.late}}, errFailed)
		_, body := get(t, "http://"+address+"/metrics")
		contains(t, "metrics", body, `slabridge_late_seconds{connection="helpdesk"} `+c.want+"\n")
	}
}
