package main

import (
	"testing"
	"time"

	"slabridge/config/statefile"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// keep opens the ledger of the desk's state file and does something to it, as a pass would.
func (d *office) keep(do func(l *ledger.Ledger)) {
	d.t.Helper()
	db, err := statefile.Open(d.t.Context(), d.file("slabridge.db"),
		statefile.Migrations{Store: "mirror", Steps: mirror.Migrations()},
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	d.check(err)
	defer func() { d.check(db.Close()) }()
	l, err := ledger.Open(d.t.Context(), db.DB, d.clock())
	d.check(err)
	do(l)
}

// judge puts verdicts into the desk's ledger.
func (d *office) judge(verdicts ...enforcer.Verdict) {
	d.t.Helper()
	d.keep(func(l *ledger.Ledger) {
		for i := range verdicts {
			d.check(l.StartCutover(d.t.Context(), d.clock(), verdicts[i].Connection, verdicts[i].Contract))
		}
		_, err := l.Judge(d.t.Context(), d.clock(), verdicts...)
		d.check(err)
	})
}

// verdict is one on an issue of kamal-acme, received on the Friday at 16:00 in Almaty: due at 16:20 and, unless broken
// without an answer, ended at 16:10.
func verdict(issue, obligation, cycle string, state enforcer.CycleState) enforcer.Verdict {
	start := time.Date(2026, 3, 20, 11, 0, 0, 0, time.UTC)
	v := enforcer.Verdict{
		Connection: "helpdesk", Issue: issue, IssueKey: issue, Subject: "Nobody can log in", Contract: "kamal-acme",
		Obligation: obligation, Cycle: cycle, Ordinal: 1, State: state, Severity: "critical", Source: "п. 8",
		StartedAt: start, Due: start.Add(20 * time.Minute),
		LastEvent: "created", Facts: enforcer.Facts{Version: "2026-01", Fingerprint: "f1", Calendar: "kz 2026.1"},
	}
	if state != enforcer.Breached {
		v.EndedAt, v.EndEvent, v.EndBy, v.EndByRole, v.EndWhy = start.Add(10*time.Minute), "journal:1", "Ivan Ivanov",
			enforcer.Support, "stopped"
	}
	return v
}

func TestLedgerWaive(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	other := verdict("7", "respond", "created", enforcer.Breached)
	other.Contract = "endocs-acme"
	d.judge(verdict("1", "respond", "created", enforcer.Breached), verdict("1", "respond", "journal:9", enforcer.Breached),
		verdict("1", "respond", "journal:20", enforcer.Met),
		verdict("1", "acknowledge", "created", enforcer.Met), verdict("7", "respond", "created", enforcer.Breached), other)

	t.Setenv("USER", "olga")
	for name, c := range map[string]struct {
		code int
		args []string
		want []string
	}{
		"no reason":      {exitUsage, []string{"1", "respond"}, []string{"say why", "--reason TEXT"}},
		"a blank reason": {exitUsage, []string{"1", "respond", "--reason", " "}, []string{"--reason TEXT"}},
		"no obligation": {
			exitUsage,
			[]string{"1", "--reason", "x"},
			[]string{"usage: slabridge ledger waive ISSUE OBLIGATION"},
		},
		"no such issue": {
			exitFailed,
			[]string{"99", "respond", "--reason", "x"},
			[]string{`issue "99" is not in the mirror`},
		},
		"no such obligation": {
			exitFailed,
			[]string{"1", "respont", "--reason", "x"},
			[]string{`issue #1: no verdict on "respont"; there is one on: `, "respond", "acknowledge"},
		},
		"no such cycle": {
			exitFailed,
			[]string{"1", "respond", "--cycle", "journal:8", "--reason", "x"},
			[]string{`no verdict on cycle "journal:8"`, "created (breached)", "journal:20 (met)"},
		},
		"a kept promise": {
			exitFailed,
			[]string{"1", "acknowledge", "--reason", "x"},
			[]string{"no breach that is not excused yet", "created (met)"},
		},
		"a kept cycle": {
			exitFailed,
			[]string{"1", "respond", "--cycle", "journal:20", "--reason", "x"},
			[]string{"only a breach can be excused"},
		},
		"two contracts": {
			exitUsage,
			[]string{"7", "respond", "--reason", "x"},
			[]string{"endocs-acme on helpdesk and by kamal-acme on helpdesk", "--contract"},
		},
		"another contract": {
			exitFailed,
			[]string{"1", "respond", "--contract", "endocs-acme", "--reason", "x"},
			[]string{`issue #1: no verdict on "respond" yet`},
		},
		"another's obligation": {
			exitFailed,
			[]string{"7", "acknowledge", "--reason", "x"},
			[]string{`issue #7: no verdict on "acknowledge"; there is one on: respond`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			contains(t, "error", d.want(c.code, append([]string{"ledger", "waive"}, c.args...)...).err, c.want...)
		})
	}
	d.keep(func(l *ledger.Ledger) {
		if got, err := l.Waivers(t.Context(), "helpdesk", "kamal-acme"); err != nil || len(got) != 0 {
			t.Fatalf("refused, and kept all the same: %v, %v", got, err)
		}
	})

	got := d.lines(exitOK, "ledger", "waive", "#1", "respond", "--cycle", "journal:9", "--reason",
		"a power cut at the customer's", "--by", "ivanov")
	if len(got) != 1 || got[0]["cycle"] != "journal:9" || got[0]["by"] != "ivanov" ||
		got[0]["due"] != "2026-03-20T16:20:00+05:00" {
		t.Errorf("waived %v", got)
	}
	has(t, "ledger waive", got[0], "connection", "issue", "contract", "obligation", "cycle", "due", "ended", "by", "at",
		"reason")
	contains(t, "ledger waive", d.want(exitOK, "ledger", "waive", "1", "respond", "--reason", "agreed by phone").out,
		"excused: #1 start of work, due Fri 2026-03-20 16:20:00", "by olga: agreed by phone")
	contains(t, "error", d.want(exitFailed, "ledger", "waive", "1", "respond", "--reason", "again").err,
		"no breach that is not excused yet")
	contains(t, "ledger waive", d.want(exitOK, "ledger", "waive", "7", "respond", "--contract", "kamal-acme", "--reason",
		"x").out, "excused: #7")
	d.keep(func(l *ledger.Ledger) {
		if got, err := l.Waivers(t.Context(), "helpdesk", "kamal-acme"); err != nil || len(got) != 3 {
			t.Errorf("want 3 waivers, got %v, %v", got, err)
		}
	})
}
