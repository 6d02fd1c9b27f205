package main

import (
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// vendorEdits make the demo's configuration one of vendor-kz with duties and a cap on the cost of changes, of which
// issue 1 is told.
var vendorEdits = []string{
	"      - {is: critical, when: {field: Severity, in: [critical]}}\n      - {is: minor, when: {field: Severity, in: " +
		"[minor]}}\n      - {is: noncritical}\n",
	"      - {is: fault, when: {field: Severity, in: [critical]}}\n      - {is: request}\n",
	"    internal: {kind: private-note}\n",
	"    fields:\n      - {is: cost, field: Client ID}\n    internal: {kind: private-note}\n",
	"use: kamal", "use: vendor-kz", "id: kamal-acme", "id: vendor",
	"    projects: [acme]\n", `    projects: [acme]
    valid: {from: 2026-01-01, to: 2026-12-31}
    duties:
      - {obligation: quarterly-delivery, project: acme, tracker: Bug, subject: "Delivery {{.Period}}", assign: support}
      - {obligation: standing-duty, id: sync, period: "0 10 * * 1", within: 2bd, project: acme, tracker: Bug,
         subject: "Sync {{.Period}}"}
    account: {sum: 1000000, currency: KZT, changes: [{tracker: Feature}], watch_issue: "1"}
`,
}

// vendorOffice is a desk under vendor-kz on the day before the second quarter: a week's issue is made, the cap's first
// notice is written, and the quarter's issue is to come.
func vendorOffice(t *testing.T, edits ...string) *office {
	d := newOffice(t, append(vendorEdits, edits...)...)
	_, err := d.sim.As("orlova").Create(redminesim.NewIssue{Project: "acme", Tracker: "Bug", Subject: "Cost of changes"})
	d.check(err)
	d.at("2026-03-26 15:00:00")
	d.want(exitOK, "enforce") // the periods that run are owed at once, and are done
	for _, made := range []int{2, 3} {
		_, err := d.sim.As("orlova").Update(made, redminesim.Change{Status: "Closed"})
		d.check(err)
	}
	n, err := d.sim.As("romashkin").Create(redminesim.NewIssue{
		Project: "acme", Tracker: "Feature", Subject: "Another report", Fields: map[string]string{"Client ID": "130000"},
	})
	d.check(err)
	d.check(d.sim.As("orlova").Assign(n, "ivanov"))
	d.at("2026-03-30 10:00:00")
	d.want(exitOK, "enforce")
	return d
}

// What a contract asks for as a whole reads in every command by the issue that was made for it and by its period, and
// without a number where there is none.
func TestCommandsOnAContractAsAWhole(t *testing.T) {
	d := vendorOffice(t)
	d.at("2026-04-01 08:00:00")
	d.want(exitOK, "enforce")
	for _, c := range []struct {
		args []string
		en   string
		ru   string
	}{
		{
			[]string{"plan"},
			"waiting - quarterly delivery, at the start moment Wed 2026-04-01 00:00:00 +05, clause 10, Q2 2026",
			"п. 10, II квартал 2026 г.",
		},
		{
			[]string{"plan"},
			"new issue in acme, Bug: Delivery Q2 2026",
			"новая задача в acme, Bug: Delivery Q2 2026",
		},
		{
			[]string{"plan"},
			"assign Ivan Ivanov due date 2026-06-30",
			"назначить: Ivan Ivanov дата исполнения 2026-06-30",
		},
		{
			[]string{"status"},
			"1h left #5 standing duty, sync: 30 March 2026",
			"#5 постоянная обязанность, sync: 30 марта 2026 года",
		},
		{
			[]string{"status"},
			"- quarterly delivery, Q2 2026",
			"- сдача в программный фонд, II квартал 2026 г.",
		},
		{
			[]string{"status", "--at", "2026-04-01T07:00:00+05:00"},
			"1h left #5 standing duty, sync: 30 March 2026", // of working time
			"#5 постоянная обязанность, sync: 30 марта 2026 года",
		},
		{
			[]string{"ledger", "list"},
			"done #5 standing duty, at the start",
			"выполнено #5 постоянная обязанность, в начале",
		},
		{
			[]string{"ledger", "list"},
			"done #1 cap on the cost of changes, after 80 %",
			"п. 11, с 1 января 2026 года",
		},
		{
			[]string{"ledger", "list"},
			"130000.00 of at most 150000.00 are spent, 86 %",
			"израсходовано 130000.00 из 150000.00, это 86 %",
		},
		{
			[]string{"explain", "5"},
			"contract “Vendor who runs support on Redmine”, as of",
			"договор «Поставщик с поддержкой в Redmine», на момент",
		},
		{[]string{"explain", "5"}, "SLA Bot (bot): made, status new", "создана, статус новый"},
		{
			[]string{"explain", "5"},
			"running standing duty (clauses 8, 9, 12, 13)",
			"пн 30.03.2026 10:00 +05 в начале: выполнено",
		},
		{[]string{"explain", "1"}, "done #1 cap on the cost of changes, after 80 %", "выполнено #1 "},
	} {
		for lang, want := range map[string]string{"en": c.en, "ru": c.ru} {
			o := d.want(exitOK, append(c.args, "--lang", lang)...)
			contains(t, strings.Join(c.args, " ")+" "+lang, unfolded(o.out), want)
			if strings.Contains(o.out, "# ") || strings.Contains(o.out, "#\n") || strings.Contains(o.out, "severity ,") {
				t.Errorf("%v: something without a number:\n%s", c.args, o.out)
			}
		}
	}
}

// In JSON an entry names the issue that was made, and what is made of it.
func TestWholeAsJSON(t *testing.T) {
	d := vendorOffice(t)
	d.at("2026-04-01 10:00:01")
	plan := d.lines(exitOK, "plan")
	create, _ := plan[0]["changes"].(map[string]any)["create"].(map[string]any)
	if len(plan) != 2 || plan[0]["issue"] != "" || create["project"] != "acme" || create["tracker"] != "Bug" ||
		create["subject"] != "Delivery Q2 2026" || create["due"] != "2026-06-30" || create["assign"] != "Ivan Ivanov" {
		t.Errorf("plan %v", plan)
	}
	before := d.lines(exitOK, "ledger", "list")
	if d.lines(exitOK, "plan"); len(d.lines(exitOK, "ledger", "list")) != len(before) {
		t.Error("plan recorded something")
	}
	d.want(exitOK, "enforce")
	for _, e := range d.lines(exitOK, "ledger", "list", "--obligation", "quarterly-delivery") {
		made := map[any]string{"2026-Q1": "2", "2026-Q2": "6"}[e["cycle"]]
		if e["issue"] != made || e["step"] == "start" && e["created"] != made {
			t.Errorf("entry %v", e)
		}
	}
	status := d.lines(exitOK, "status")
	if len(status) != 3 || status[0]["issue"] != "1" || status[0]["obligation"] != "has-owner" || // nobody took it
		status[1]["issue"] != "5" || status[1]["state"] != "breached" || status[2]["issue"] != "6" {
		t.Errorf("status %v", status)
	}
}

// check --live holds what is to be made, and the issue that is told, against the tracker.
func TestCheckLiveOfAContractAsAWhole(t *testing.T) {
	for name, c := range map[string]struct {
		edits  []string
		before func(d *office)
		code   int
		want   string
	}{
		"sound": {code: exitOK, want: `create issues: "Add issues" (add_issues)`},
		"no such tracker": {
			edits: []string{
				"quarterly-delivery, project: acme, tracker: Bug",
				"quarterly-delivery, project: acme, tracker: Bugg",
			}, code: exitUsage,
			want: `contracts[0].duties[0].tracker: "Bugg": the tracker shows no tracker or issue type of this name`,
		},
		"no such project": {
			edits: []string{
				"sync, period: \"0 10 * * 1\", within: 2bd, project: acme",
				"sync, period: \"0 10 * * 1\", within: 2bd, project: acmee",
			}, code: exitUsage,
			want: `contracts[0].duties[1].project: "acmee"`,
		},
		"nobody to assign": {
			edits: []string{"assign: support}", "assign: management}"}, code: exitOK,
			want: `contracts[0].duties[0].assign: "management": no lead can be assigned in this project`,
		},
		"no such kind of change": {
			edits: []string{"changes: [{tracker: Feature}]", "changes: [{tracker: Featur}]"}, code: exitUsage,
			want: "contracts[0].account.changes[0]",
		},
		"no watch issue": {
			edits: []string{`watch_issue: "1"`, `watch_issue: "99"`}, code: exitUsage,
			want: `contracts[0].account.watch_issue: "99": our account sees no such issue`,
		},
		"no right to make": {
			before: func(d *office) { d.sim.RevokePermission("SLA bot", "add_issues") },
			code:   exitUsage, want: "(add_issues) is missing in acme; needed for quarterly-delivery/start, standing-duty/start",
		},
		"no right to see booked time": {
			edits:  []string{"currency: KZT,", "currency: KZT, rate: 5000,"},
			before: func(d *office) { d.sim.RevokePermission("SLA bot", "view_time_entries") },
			code:   exitUsage, want: "(view_time_entries) is missing in acme; needed for change-cap",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newOffice(t, append(vendorEdits, c.edits...)...)
			_, err := d.sim.As("orlova").Create(redminesim.NewIssue{Project: "acme", Tracker: "Bug", Subject: "Cost of changes"})
			d.check(err)
			if c.before != nil {
				c.before(d)
			}
			contains(t, "check --live", unfolded(d.want(c.code, "check", "--live").out), c.want)
		})
	}
}

// Whether our account may close a request the tracker tells only of one that is there to be closed.
func TestCheckLiveOfClosing(t *testing.T) {
	edits := []string{
		vendorEdits[0], "      - {is: high, when: {field: Severity, in: [critical]}}\n      - {is: normal}\n",
		"use: kamal", "use: endocs",
		"    projects: [acme]\n",
		"    projects: [acme]\n    plan: paid\n    change:\n      - {obligation: await-answer, on: true}\n",
	}
	d := newOffice(t, edits...)
	const unknown = `"await-answer/due": whether our account may set a status of class closed cannot be known yet`
	contains(t, "check --live", unfolded(d.want(exitOK, "check", "--live").out), unknown)
	n := d.report("A question", "minor")
	d.check(d.sim.As("ivanov").SetStatus(n, "Waiting for customer"))
	d.want(exitOK, "sync")
	if out := unfolded(d.want(exitOK, "check", "--live").out); strings.Contains(out, "await-answer/due") {
		t.Errorf("nothing to warn of:\n%s", out)
	}
	d.sim.SetWorkflowStep("SLA bot", "Waiting for customer", "Closed", false)
	d.sim.SetWorkflowStep("SLA bot", "Waiting for customer", "Rejected", false)
	d.want(exitOK, "sync", "--full")
	contains(t, "check --live", unfolded(d.want(exitOK, "check", "--live").out),
		`"await-answer/due": from Waiting for customer the tracker lets our account set no status of class closed: `+
			`there the step is held`)
}
