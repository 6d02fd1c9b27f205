package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"slabridge/config"
)

// sameEverywhere is what stands in Latin letters on a Russian page, before single words are looked at: what is quoted,
// paths and addresses, placeholders and flags, ids and keys (anything with a digit or a sign in it), commands to copy,
// and titles that a tracker or a law gives in its own language.
var sameEverywhere = regexp.MustCompile(`"[^"]*"|«[^»]*»|'[^']*'|\([a-zA-Z_, ]+\)|\S*[0-9_/@=<>]\S*|--?[a-z]\S*|` +
	`\b[A-Za-z]+(?:[-.:][A-Za-z\[\]]+)+\b|(?m)^ *\d+  [a-z-]+:|^ *slabridge .*$|` +
	`^ *(?:go run )?[./]\S+ --config .*$|\[[^]]*\]|` +
	`Enter: [a-z-]+|Banking and Financial Dealings Act|Nobody can log in|Time to resolution|changelog`)

// standIn is what the stand-in says of a request that it does not know.
var standIn = regexp.MustCompile(`jirasim [^;]*;`)

var latin = regexp.MustCompile(`\b[A-Za-z]{2,}\b`)

// sameWords are single words that are nobody's language: products, formats, people of the stand-ins and what their
// tracker calls things, and the ids that a contract file is written with.
var sameWords = strings.Fields(`slabridge Redmine Jira Cloud Service Management Desk SLA Bot JSON JQL HTTP CSV HTML
	XDG ID id URL YAML
	API REST UTC Asia Almaty Europe Moscow GB GR HU IT KZ RS RU SK DE AT BE BG CZ DK EE ES FI FR IE LT LV
	NL NO PL PT RO SE SI US
	Semyon Sidorov Roman Romashkin Petr Petrov Kirill Kuznetsov Olga Orlova Ivan Ivanov romashkin
	kuznetsov petrov root acme
	Severity New Feedback Resolved Immediate High Normal Low Urgent critical minor normal ACME helpdesk internal
	acknowledge respond resolve process billing entitlement breach warn receipt answered start due on-site watch
	assign priority free paid account duties activities agreed arrived customer properties
	Labour Code rickar cal bash zsh fish powershell PowerShell Out String Invoke Expression source compinit autoload
	redmine jira ru en text json csv html systemd init help completion status check report explain sync ledger list
	kamal endocs rusbitech exceeded true false RFC GET cloud deploymentType jsdPublic Enter description conditions logs`)

// TestPagesInRussian reads a page of each kind with --lang ru, and looks for words in Latin letters beside ids, keys,
// commands and names.
func TestPagesInRussian(t *testing.T) {
	d := newOffice(t, "language: en", "language: ru")
	d.breached()
	for _, login := range []string{"sidorov", "sla-bot"} {
		_, err := d.sim.As(login).Comment(1, "Замечание")
		d.check(err)
	}
	d.sim.RevokePermission("SLA bot", "add_issue_watchers")
	d.want(exitOK, "sync")
	period := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"}
	reads := func(args ...string) {
		t.Helper()
		o := d.run(append([]string{"--lang", "ru"}, args...)...)
		isRussian(t, strings.Join(args, " "), o.out+o.err)
	}
	for _, args := range [][]string{
		{"check", "--live"},
		{"status"},
		{"health"},
		{"explain", "1", "--full"},
		{"enforce"},
		{"ledger", "list"},
		{"ledger", "list", "--state", "overtaken"},
		period,
		{"ledger", "reconcile"},
		{"ledger", "verify"},
		{"ledger", "waive", "1", "respond", "--reason", "сбой"},
		{"ledger", "waive", "1", "nothing", "--reason", "сбой"},
		{"version"},
		{"contract", "list"},
		{"calendar", "show", "KZ", "2026"},
		{"calendar", "show", "SK", "2026"},
		{"calendar", "show", "XX", "2026"},
		{"calendar", "show", "KZ", "2050"},
		{"deadline", "--contract", "kamal", "--severity", "critical", "--received", "2026-03-20T16:40:00+05:00"},
		{"status", "--within", "x"},
		{"status", "--limit", "x"},
		{"status", "--overdue=x"},
		{"status", "--at"},
		{"stauts"},
		{"ledger", "lst"},
		{"ledger"},
		{"status", "--wat"},
		{"explain"},
		{"-z"},
		{"status", "--=x"},
		{"-o"},
		{"help", "x"},
		{"explain", "99"},
		{"init"},
		{"report"},
		{"completion"},
		{"completion", "bash", "--help"},
		{"init", "--help"},
		{"status", "--help"},
		{"demo", "--dir", t.TempDir()},
	} {
		reads(args...)
	}
	for _, id := range config.PresetIDs() {
		reads("contract", "show", id)
	}
	d.sim.Use(broken(503))
	reads("enforce")

	j := newJiraDesk(t)
	file := j.folder + "/slabridge.yaml"
	d.check(os.WriteFile(file, []byte(demoYAML("ru", j)), 0o600))
	j.received(t)
	j.now = j.now.Add(time.Minute)
	for _, args := range [][]string{{"check", "--live"}, {"explain", "ACME-1"}} {
		var out bytes.Buffer
		a := newApp(strings.NewReader(""), &out, &out, j.clock)
		a.transport = j.Transport()
		a.run(append([]string{"--config", file, "--lang", "ru"}, args...))
		isRussian(t, "jira: "+strings.Join(args, " "), standIn.ReplaceAllString(out.String(), ""))
	}
	n := newNewcomer(t)
	n.russianRedmine()
	typed := strings.Join([]string{n.key, "kamal", "", "minor", "", "2026-01-01", ""}, "\n") + "\n"
	isRussian(t, "init", n.want(exitOK, typed, "init", "tracker.example.org"))
}

// isRussian fails the test for every word of a page that nobody but an Englishman reads.
func isRussian(t *testing.T, name, page string) {
	t.Helper()
	for line := range strings.Lines(unfoldedQuotes(page)) {
		for _, word := range latin.FindAllString(sameEverywhere.ReplaceAllString(line, " "), -1) {
			if !namesHas(word) {
				t.Errorf("%s: %q is not Russian: %s", name, word, strings.TrimSpace(line))
			}
		}
	}
}

// foldable is what is quoted, or in brackets, and may be folded.
var foldable = regexp.MustCompile(
	`"[^"\n]{0,200}\n[^"\n]{0,200}"|'[a-z ]*\n[a-z ]*'|\[[^]]*\]|«[^»]*»|\([^)\n]*\n[^)]*\)`)

// unfoldedQuotes puts what was folded on one line again.
func unfoldedQuotes(page string) string {
	return foldable.ReplaceAllStringFunc(page, func(s string) string { return strings.Join(strings.Fields(s), " ") })
}

func namesHas(word string) bool {
	for _, name := range sameWords {
		if name == word {
			return true
		}
	}
	return false
}
