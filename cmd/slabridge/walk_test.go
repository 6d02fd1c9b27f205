package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"slabridge/connectors/redmine/redminesim"
)

// walk runs every command that shows something, on a desk where much has happened, and gives each outcome to see.
func walk(t *testing.T, lang string, see func(t *testing.T, what string, o outcome, key string)) {
	d := newOffice(t, "language: en", "language: "+lang, "state: slabridge.db",
		"state: slabridge.db\nlimits: {writes_per_pass: 2}")
	t.Chdir(d.folder) // so that paths are short, as they are for people
	run := func(args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		code := d.app(&out, &errs).run(append([]string{"--lang", lang, "--debug"}, args...))
		see(t, strings.Join(args, " "), outcome{code, out.String(), errs.String()}, d.key)
	}
	run("sync")
	run("enforce")
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in, and whoever is in is thrown out after a minute or two of work, it seems", "critical")
	d.report("A report prints slowly", "non-critical")
	d.report("A misspelling", "minor")
	d.at("2026-03-20 16:00:05")
	run("enforce") // held: more than two
	run("ledger", "list")
	run("ledger", "release", "--all")
	run("enforce")
	d.at("2026-03-20 16:20:30")
	d.sim.SetFieldRule("SLA bot", "", "", "priority_id", "readonly")
	run("plan")
	run("enforce") // refused
	d.sim.SetFieldRule("SLA bot", "", "", "priority_id", "")
	run("ledger", "retry", "--issue", "1")
	d.at("2026-03-20 17:00:00")
	for _, c := range []redminesim.Change{
		{Status: "In Progress"},
		{Note: "We see it."},
		{Assignee: "-"},
		{Status: "Resolved", Note: "Done."},
	} {
		if _, err := d.sim.As("ivanov").Update(1, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.sim.As("romashkin").Comment(2, "Is anybody there?"); err != nil {
		t.Fatal(err)
	}
	if err := d.sim.As("admin").Delete(3); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"sync", "--full"},
		{"plan"},
		{"enforce"},
		{"status"},
		{"status", "--at", "2026-03-20T16:30:00+05:00"},
		{"explain", "1"},
		{"explain", "2"},
		{"explain", "3"},
		{"explain", "1", "--at", "2026-03-20T16:15:00+05:00"},
		{"ledger", "list"},
		{"ledger", "show", "vhw4bs1wrc97"}, // respond/due of #1, by its key
		{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"},
		{"check"},
		{"check", "--live"},
		{"contract", "list"},
		{"contract", "show", "kamal"},
		{"contract", "show", "rusbitech"},
		{"contract", "show", "vendor-kz"},
		{"contract", "show", "endocs"},
		{"contract", "show", "kamal-acme"},
		{"calendar", "show", "KZ", "2025"},
		{"calendar", "show", "RU", "2026"},
		{"calendar", "show", "GB", "2026"},
		{"deadline", "--contract", "kamal", "--severity", "critical", "--received", "2026-03-20T17:40:00+05:00"},
		{"deadline", "--contract", "vendor-kz", "--severity", "fault", "--received", "2026-03-20T17:40:00+05:00"},
		{"deadline", "--contract", "endocs", "--severity", "high", "--received", "2026-03-20T17:40:00+05:00"},
		{"version"},
		{"demo"},
	} {
		run(args...)
		if lang == "en" && args[0] != "demo" { // JSON says the same in both
			run(append(args, "-o", "json")...)
		}
	}
}

// What every command says fits a terminal of 80 columns, has no colours in a file, and never holds the key; nor
// does a file, but the key's own.
func TestWhatEveryCommandSays(t *testing.T) {
	for _, lang := range []string{"en", "ru"} {
		t.Run(lang, func(t *testing.T) {
			walk(t, lang, func(t *testing.T, what string, o outcome, key string) {
				if o.code != exitOK && o.code != exitHeld {
					t.Fatalf("%s: %s", what, o)
				}
				if strings.Contains(o.out+o.err, "\x1b") {
					t.Errorf("%s: colours, but no terminal:\n%q", what, o.out)
				}
				if strings.Contains(o.out+o.err, key) {
					t.Errorf("%s tells the key: %s", what, o)
				}
				keptIn(t, what, key)
				if !strings.HasSuffix(what, "json") {
					fits(t, what, o.out)
				}
			})
		})
	}
}

// keptIn fails the test when a file of ours holds the key.
func keptIn(t *testing.T, what, key string) {
	t.Helper()
	for _, name := range []string{
		"slabridge.db", "slabridge.db-wal", "slabridge.db.writer.lock",
		"slabridge-demo/report.txt", "slabridge-demo/report.html",
	} {
		if raw, err := os.ReadFile(name); err == nil && bytes.Contains(raw, []byte(key)) {
			t.Errorf("after %s %s holds the key", what, name)
		}
	}
}

func fits(t *testing.T, what, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if n := utf8.RuneCountInString(line); n > width {
			t.Errorf("%s: %d columns: %s", what, n, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("%s: blanks at the end of %q", what, line)
		}
	}
}
