package main

import (
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// TestLedgerAgree: an installation whose field for the customer's consent is not mapped. `check` says so, `explain` and
// the report say that consent is not recorded, and `ledger agree` records it.
func TestLedgerAgree(t *testing.T) {
	d := newOffice(t,
		"{is: critical, when: {field: Severity, in: [critical]}}", "{is: fault, when: {field: Severity, in: [critical]}}",
		"      - {is: minor, when: {field: Severity, in: [minor]}}\n", "", "{is: noncritical}", "{is: request}",
		"use: kamal", "use: vendor-kz", "id: kamal-acme", "id: vendor-acme")
	contains(t, "check", d.want(exitOK, "check").out, "(agree-due-date): field agreed is not mapped",
		"'slabridge ledger agree'")
	d.want(exitOK, "enforce")
	n := d.report("Nothing prints", "critical")
	if n != 1 {
		t.Fatalf("the request is #%d", n)
	}
	d.at("2026-03-20 16:10:00")
	agree := func(code int, args ...string) outcome {
		return d.want(code, append([]string{"ledger", "agree", "1"}, args...)...)
	}
	t.Setenv("USER", "olga")
	d.want(exitOK, "enforce")
	contains(t, "error", agree(exitFailed, "--reason", "by phone").err,
		"issue #1 has no due date in the tracker", "--due 2026-12-01")
	contains(t, "error", agree(exitUsage).err, "say how the customer agreed", "--reason TEXT")
	_, err := d.sim.As("ivanov").Update(1, redminesim.Change{Due: "2026-03-27", Note: "We will mend it by the 27th."})
	d.check(err)
	report := func() string {
		return d.want(exitOK, "report", "--contract", "vendor-acme", "--from", "2026-03-01", "--to", "2026-03-31").out
	}
	d.at("2026-03-20 16:20:00")
	d.want(exitOK, "enforce")
	contains(t, "explain", d.want(exitOK, "explain", "1").out, "the date 2026-03-27: consent not recorded")
	contains(t, "report", report(), "#1  consent not recorded, agreement of a due date", "due date 2026-03-27")
	contains(t, "error", agree(exitFailed, "--reason", "by phone", "--due", "2026-03-19").err,
		"2026-03-19 lies in the past (today is 2026-03-20)")
	contains(t, "error", agree(exitUsage, "--reason", "by phone", "--due", "soon").err, "--due")
	contains(t, "error", d.want(exitFailed, "ledger", "agree", "9", "--reason", "x").err,
		`issue "9" is not in the mirror`)

	contains(t, "ledger agree", agree(exitOK, "--reason", "by phone").out,
		"recorded: the customer agreed on 2026-03-27 for #1", "by olga: by phone")
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce")
	contains(t, "explain", d.want(exitOK, "explain", "1").out,
		"the customer's consent to 2026-03-27 was recorded: by phone", "the date 2026-03-27: agreed: recorded by olga,")
	if out := report(); strings.Contains(out, "consent not recorded") {
		t.Errorf("consent is recorded, and the report says:\n%s", out)
	}
	got := d.lines(exitOK, "ledger", "agree", "#1", "--due", "2026-04-03", "--reason", "a letter", "--by", "ivanov")
	has(t, "ledger agree", got[0], "connection", "issue", "date", "by", "at", "reason")
	if got[0]["date"] != "2026-04-03" || got[0]["by"] != "ivanov" {
		t.Errorf("recorded %v", got)
	}
	x := d.lines(exitOK, "explain", "1")[0]
	for _, c := range x["cycles"].([]any) {
		if c := c.(map[string]any); c["obligation"] == "keep-agreed-date" && c["due"] != "2026-04-03T18:00:00+05:00" {
			t.Errorf("agreed on the 3rd of April by letter, and due %v", c["due"])
		}
	}
	plain := newOffice(t)
	plain.breached()
	contains(t, "error", plain.want(exitFailed, "ledger", "agree", "1", "--reason", "x").err,
		"issue #1: no contract that covers it promises a date")
}
