package main

import (
	"strings"
	"testing"
	"time"
)

// A request on hold: nothing is written about it until then, while its time runs on and its verdict is reached; plan,
// explain and health say so. Afterwards what is still called for is written once.
func TestLedgerHold(t *testing.T) {
	d := newOffice(t)
	t.Setenv("USER", "olga")
	hold := func(code int, args ...string) outcome {
		return d.want(code, append([]string{"ledger", "hold", "#1"}, args...)...)
	}
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:00:05")
	d.want(exitOK, "enforce") // the receipt

	contains(t, "error", hold(exitUsage, "--until", "2026-03-26").err, "say why: --reason TEXT")
	contains(t, "error", hold(exitUsage, "--reason", "x").err, "say until when")
	contains(
		t,
		"error",
		hold(exitUsage, "--reason", "x", "--until", "2026-03-20").err,
		"it is past (now is 2026-03-20T16:00:05+05:00)",
	)
	contains(t, "error", hold(exitUsage, "--reason", "x", "--until", "soon").err, "--until")
	contains(t, "error", hold(exitFailed, "--reason", "x", "--lift").err, "issue #1 is not on hold")
	contains(t, "error", d.want(exitFailed, "ledger", "hold", "9", "--reason", "x", "--until", "2026-04-01").err,
		`issue "9" is not in the mirror`)
	contains(t, "hold", unfolded(hold(exitOK, "--reason", "letter 12", "--until", "2026-03-20T17:00:00+05:00").out),
		"#1 is on hold until Fri 2026-03-20 17:00:00 +05", "by olga: letter 12")

	writes := func() int { return len(d.lines(exitOK, "ledger", "list", "--state", "done")) }
	before := writes()
	d.at("2026-03-20 16:30:00") // the due was at 16:20
	d.want(exitOK, "enforce")
	if n := writes(); n != before {
		t.Errorf("written while on hold: %d", n-before)
	}
	const told = "until 2026-03-20 17:00:00, by olga: letter 12"
	plan := unfolded(d.want(exitOK, "plan").out)
	contains(
		t,
		"plan",
		plan,
		"on hold until Fri 2026-03-20 17:00:00 +05: #1, by olga: letter 12",
		"writes are on hold: "+told,
	)
	contains(t, "explain", unfolded(d.want(exitOK, "explain", "1").out), "on hold: "+told, "breached")
	contains(
		t,
		"explain",
		unfolded(d.want(exitOK, "explain", "1", "--lang", "ru").out),
		"до 20 марта 2026\u00a0г., 17:00, olga: letter 12",
	)
	health := d.lines(exitOK, "health")[0]
	if on, _ := health["on_hold"].([]any); len(on) != 1 || on[0].(map[string]any)["until"] != "2026-03-20T17:00:00+05:00" {
		t.Errorf("health: %v", health)
	}
	contains(t, "health", unfolded(d.want(exitOK, "health").out), "on hold until Fri 2026-03-20 17:00:00 +05: #1, by olga")
	if out := d.want(exitOK, "explain", "1", "--at", "2026-03-20T16:00:01+05:00").out; strings.Contains(out, "on hold") {
		t.Errorf("the hold was given later\n%s", out)
	}

	d.at("2026-03-20 17:00:00") // nothing came but the time
	d.want(exitOK, "enforce")
	if n := writes(); n != before+1 {
		t.Errorf("want one write when the hold is over, got %d", n-before)
	}
	if got := steps(d.lines(exitOK, "ledger", "list", "--obligation", "respond", "--state", "done")); len(got) != 1 ||
		got[0] != "respond/due" {
		t.Errorf("written: %v", got)
	}
	if on := d.lines(exitOK, "health")[0]["on_hold"].([]any); len(on) != 0 {
		t.Errorf("health: %v", on)
	}
}

// A hold that is lifted ends at once; a further one takes the place of the first.
func TestLedgerHoldIsLifted(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "sync")
	for _, until := range []string{"2026-03-27", "2026-04-01"} {
		d.want(exitOK, "ledger", "hold", "1", "--reason", "x", "--by", "olga", "--until", until)
	}
	d.at("2026-03-20 16:31:00")
	contains(
		t,
		"health",
		unfolded(d.want(exitOK, "enforce").out+d.run("health").out),
		"on hold until Wed 2026-04-01 00:00:00 +05: #1",
	)
	d.at("2026-03-20 16:32:00")
	got := d.lines(exitOK, "ledger", "hold", "1", "--lift", "--reason", "answered", "--by", "olga")
	has(t, "ledger hold", got[0], "connection", "issue", "until", "by", "at", "reason")
	d.at("2026-03-20 16:33:00")
	d.want(exitOK, "enforce")
	if got := steps(d.lines(exitOK, "ledger", "list", "--obligation", "respond", "--state", "done")); len(got) != 1 {
		t.Errorf("written: %v", got)
	}
}

func TestLedgerHoldOnJira(t *testing.T) {
	d := newJiraDesk(t)
	d.received(t)
	d.want(
		t,
		exitOK,
		"ledger",
		"hold",
		"ACME-1",
		"--reason",
		"letter 12",
		"--by",
		"olga",
		"--until",
		"2026-03-20T17:00:00+05:00",
	)
	notes := func() int {
		page, err := d.As("sla-bot").See(d.id(1))
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Notes)
	}
	before := notes()
	d.now = time.Date(2026, 3, 20, 11, 30, 0, 0, time.UTC)
	d.want(t, exitOK, "enforce")
	if n := notes(); n != before {
		t.Errorf("written while on hold: %d", n-before)
	}
	d.now = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	d.want(t, exitOK, "enforce")
	if n := notes(); n != before+1 {
		t.Errorf("want one note when the hold is over, got %d", n-before)
	}
}
