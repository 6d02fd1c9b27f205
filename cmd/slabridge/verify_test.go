package main

import (
	"os"
	"testing"

	"slabridge/config/statefile"
	"slabridge/connectors/mirror"
	"slabridge/enforcer/ledger"
)

// tamper changes the desk's state file as somebody with a database shell would.
func (d *office) tamper(query string) {
	d.t.Helper()
	db, err := statefile.Open(d.t.Context(), d.file("slabridge.db"),
		statefile.Migrations{Store: "mirror", Steps: mirror.Migrations()},
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	d.check(err)
	_, err = db.Exec(query)
	d.check(err)
	d.check(db.Close())
}

// A breach that somebody turned into a kept promise with a database shell: ledger verify and check name it and end with
// 4, a report has the head of the chain by which it would have been found later, too.
func TestLedgerVerify(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce")
	contains(t, "ledger verify", d.want(exitOK, "ledger", "verify").out, "helpdesk: the ledger is as slabridge wrote it")
	line := d.lines(exitOK, "ledger", "verify")[0]
	has(t, "ledger verify", line, "connection", "records", "head", "records_before_chain", "faults")
	report := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"}
	head, _ := d.lines(exitOK, report...)[0]["ledger"].(map[string]any)
	if head["head"] != line["head"] || head["records"] != line["records"] {
		t.Errorf("the report has %v, the chain %v", head, line)
	}
	contains(t, "report", unfolded(d.want(exitOK, report...).out), "head of the chain "+line["head"].(string))
	contains(t, "the page", pageText(d.want(exitOK, append(report, "-o", "html")...).out), line["head"].(string))
	d.want(exitOK, "check")

	d.tamper(`UPDATE ledger_verdicts SET state = 'met', ended_at = due WHERE obligation = 'respond'`)
	const found = "verdict helpdesk 1 kamal-acme respond created 1: changed since it was recorded"
	contains(t, "ledger verify", unfolded(d.want(exitHeld, "ledger", "verify").out),
		"helpdesk: the ledger is not as slabridge wrote it:", found)
	contains(t, "check", unfolded(d.want(exitHeld, "check").out), found)
	contains(t, "check --live", unfolded(d.want(exitHeld, "check", "--live").out), found)
	contains(t, "in Russian", unfolded(d.want(exitHeld, "ledger", "verify", "--lang", "ru").out),
		"вердикт helpdesk 1 kamal-acme respond created 1: изменено после записи")
}

// A state file that cannot be opened is no fault of the configuration: check says that the ledger was not verified.
func TestCheckWithoutTheStateFile(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.check(os.WriteFile(d.file("slabridge.db"), []byte("no database at all, but something that is long enough"), 0o600))
	contains(t, "check", unfolded(d.want(exitOK, "check").out), "the ledger was not verified: ")
}
