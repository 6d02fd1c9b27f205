package ledger_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slabridge/enforcer/ledger"
)

// verified is what Verify finds of helpdesk's records.
func verified(t *testing.T, l *ledger.Ledger) ledger.Verification {
	t.Helper()
	v, err := l.Verify(t.Context(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Whoever has the file and a database shell can change it; that somebody did is found, and named.
func TestTamperingIsFound(t *testing.T) {
	const (
		breach  = `connection = 'helpdesk' AND issue = 'late' AND number = 1`
		someone = `WHERE id = (SELECT MIN(id) FROM ledger_entries WHERE issue = 'x')`
	)
	for name, c := range map[string]struct {
		sql   []string
		kind  ledger.TamperKind
		table string
	}{
		"a breach turned into a kept promise": {
			[]string{`UPDATE ledger_verdicts SET state = 'met', ended_at = due WHERE ` + breach},
			ledger.TamperChanged, "verdict",
		},
		"a later due": {
			[]string{`UPDATE ledger_verdicts SET due = due + 60000 WHERE ` + breach}, ledger.TamperChanged, "verdict",
		},
		"a due that never comes": { // JSON has no such number
			[]string{`UPDATE ledger_verdicts SET due = 9e999 WHERE ` + breach}, ledger.TamperChanged, "verdict",
		},
		"another severity": {
			[]string{`UPDATE ledger_verdicts SET severity = 'minor' WHERE ` + breach}, ledger.TamperChanged, "verdict",
		},
		"a breach put under another contract": {
			[]string{`UPDATE ledger_verdicts SET contract = 'other' WHERE ` + breach}, ledger.TamperMissing, "verdict",
		},
		"a breach moved to another issue": {
			[]string{`UPDATE ledger_verdicts SET issue = 'other' WHERE issue = 'late'`}, ledger.TamperInserted, "verdict",
		},
		"a verdict deleted": {[]string{`DELETE FROM ledger_verdicts WHERE ` + breach}, ledger.TamperMissing, "verdict"},
		"all verdicts deleted": {
			[]string{`DELETE FROM ledger_verdicts`},
			ledger.TamperMissing, "verdict",
		},
		"its facts": {[]string{`UPDATE ledger_verdicts SET facts = '{}' WHERE ` + breach}, ledger.TamperChanged, "verdict"},
		"who ended it": {
			[]string{`UPDATE ledger_verdicts SET end_by = 'x' WHERE number = 2`},
			ledger.TamperChanged, "verdict",
		},
		"an excuse invented": {
			[]string{`INSERT INTO ledger_waivers VALUES ('helpdesk', 'kamal', 'late', 'respond', 'created', 2, 1, 'x', 'y')`},
			ledger.TamperInserted, "waiver",
		},
		"an excuse given a name": {
			[]string{`UPDATE ledger_waivers SET who = 'petrov'`},
			ledger.TamperChanged, "waiver",
		},
		"an excuse taken back": {
			[]string{`DELETE FROM ledger_waivers`},
			ledger.TamperMissing, "waiver",
		},
		"consent invented": {
			[]string{`INSERT INTO ledger_agreements VALUES ('helpdesk', 'late', 1, '2026-12-01', 1, 'x', 'y')`},
			ledger.TamperInserted, "agreement",
		},
		"consent to a later date": {
			[]string{`UPDATE ledger_agreements SET agreed_on = '2026-12-01'`}, ledger.TamperChanged, "agreement",
		},
		"other words written": {
			[]string{`UPDATE ledger_writes SET request = '{}' WHERE issue = 'x'`},
			ledger.TamperChanged, "write",
		},
		"a write deleted": {
			[]string{`DELETE FROM ledger_writes WHERE issue = 'x'`},
			ledger.TamperMissing, "write",
		},
		"a hold prolonged": {
			[]string{`UPDATE ledger_holds SET until_at = until_at + 60000`},
			ledger.TamperChanged, "hold",
		},
		"another answer": {
			[]string{`UPDATE ledger_answers SET outcome = 'accepted' WHERE number = 2`},
			ledger.TamperChanged, "answer",
		},
		"an earlier moment": {
			[]string{`UPDATE ledger_history SET at = at - 600000 WHERE version = 1`},
			ledger.TamperChanged, "history",
		},
		"a contract in force since an earlier day": {
			[]string{`UPDATE ledger_lines SET first_pass_at = first_pass_at - 86400000 WHERE contract = 'kamal'`},
			ledger.TamperChanged, "cutover",
		},
		"a customer who was staff": {
			[]string{`UPDATE ledger_people SET roles = '["Customer"]' WHERE person = '8'`}, ledger.TamperChanged, "person",
		},
		"a role that began earlier": {
			[]string{`UPDATE ledger_people SET first_seen = first_seen - 60000`}, ledger.TamperMissing, "person",
		},
		"somebody never seen": {
			[]string{`INSERT INTO ledger_people VALUES ('helpdesk', '9', 'acme', 1, 1, 'Petrov', '["Lead"]')`},
			ledger.TamperInserted, "person",
		},
		"a status that was called otherwise": {
			[]string{`UPDATE ledger_names SET name = 'Closed'`}, ledger.TamperInserted, "name",
		},
		"a name forgotten":   {[]string{`DELETE FROM ledger_names`}, ledger.TamperMissing, "name"},
		"a step called done": {[]string{`UPDATE ledger_entries SET state = 'done' ` + someone}, ledger.TamperState, "entry"},
		"a breach turned, and its own link with it": {
			[]string{
				`UPDATE ledger_verdicts SET state = 'met', ended_at = due WHERE ` + breach,
				`UPDATE ledger_chain SET digest = 'computed anew', hash = 'computed anew' WHERE kind = 'verdict'
				AND record LIKE '["helpdesk","late",%,1]'`,
			},
			ledger.TamperBroken, "verdict",
		},
		"a verdict deleted with its link": {
			[]string{
				`DELETE FROM ledger_verdicts WHERE ` + breach,
				`DELETE FROM ledger_chain WHERE kind = 'verdict' AND record LIKE '["helpdesk","late",%,1]'`,
			},
			ledger.TamperBroken, "verdict",
		},
		"two links in each other's place": {
			[]string{
				`UPDATE ledger_chain SET number = -1 WHERE number = 4`, `UPDATE ledger_chain SET number = 4 WHERE number = 5`,
				`UPDATE ledger_chain SET number = 5 WHERE number = -1`,
			},
			ledger.TamperBroken, "history",
		},
		"all of the chain taken away": {
			[]string{`DELETE FROM ledger_chain`},
			ledger.TamperInserted, "verdict",
		},
		"the beginning cut off": {
			[]string{`DELETE FROM ledger_chain WHERE number < 5`},
			ledger.TamperBroken, "history",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, f := open(t)
			exercise(t, l, f)
			if v := verified(t, l); len(v.Tamperings) > 0 || v.Records < 130 || v.Before != 0 {
				t.Fatalf("before: %d records, %d from before, %+v", v.Records, v.Before, v.Tamperings)
			}
			for _, query := range c.sql {
				res, err := f.Exec(query)
				if err != nil {
					t.Fatalf("%s: %v", query, err)
				}
				if n, err := res.RowsAffected(); n == 0 || err != nil {
					t.Fatalf("%s: %d rows, %v", query, n, err)
				}
			}
			v := verified(t, l)
			if !slices.ContainsFunc(v.Tamperings, func(x ledger.Tampering) bool {
				return x.Kind == c.kind && x.Table == c.table && x.Record != ""
			}) {
				t.Errorf("found %+v, want one %s of a %s", v.Tamperings, c.kind, c.table)
			}
		})
	}
}

// A ledger from before there were chains gets its own with the first record that is added; what was there stands as it
// is, and how much that was is told.
func TestOlderRecordsAreTakenIn(t *testing.T) {
	l, f := open(t)
	exercise(t, l, f)
	was := verified(t, l).Records
	for _, query := range []string{
		`DELETE FROM ledger_chain`,
		`INSERT INTO ledger_chain VALUES ('helpdesk', 0, 'older', '[]', '', '')`, // as the migration does
	} {
		if _, err := f.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if v := verified(t, l); v.Records != 0 || len(v.Tamperings) > 0 {
		t.Errorf("without a chain: %+v", v)
	}
	for _, id := range []string{"y/respond/created/due", "z/respond/created/due"} {
		record(t, l, step(id, "intended"))
	}
	v := verified(t, l)
	// its own two links in place of one, and two more
	if len(v.Tamperings) > 0 || v.Before != was-1 || v.Records != was+3 {
		t.Errorf("%d records, %d from before, %+v; there were %d", v.Records, v.Before, v.Tamperings, was)
	}
	if _, err := f.Exec(`UPDATE ledger_verdicts SET state = 'met', ended_at = due WHERE issue = 'late'`); err != nil {
		t.Fatal(err)
	}
	if v := verified(t, l); len(v.Tamperings) != 2 {
		t.Errorf("both records of the cycle were changed, found %+v", v.Tamperings)
	}
}

// A chain that was begun before it spoke of cutovers, people and names takes them in once, with its next record; until
// then they are not called somebody else's, and afterwards they are held like all others.
func TestMeaningIsTakenInLater(t *testing.T) {
	l, f := open(t)
	do := func(query string) {
		t.Helper()
		if _, err := f.Exec(query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	do(`DELETE FROM ledger_chain`)
	do(`INSERT INTO ledger_people VALUES ('helpdesk', '8', 'acme', 1, 1, 'Ivanov', '["Lead"]')`)
	do(`INSERT INTO ledger_names VALUES ('helpdesk', 'status', '3', 'Resolved', 1), ('desk', 'status', '3', 'Done', 1)`)
	record(t, l, step("x/respond/created/due", "intended")) // the chain as it was begun then
	do(ledger.Migrations()[len(ledger.Migrations())-1])
	if v := verified(t, l); v.Records != 2 || v.Before != 0 || len(v.Tamperings) > 0 {
		t.Fatalf("before: %+v", v)
	}
	record(t, l, step("y/respond/created/due", "intended"))
	record(t, l, step("z/respond/created/due", "intended"))
	// two cutovers, a person, a name, how many these are, two entries
	if v := verified(t, l); v.Before != 4 || v.Records != 9 || len(v.Tamperings) > 0 {
		t.Errorf("after: %+v", v)
	}
	if err := l.RememberNames(t.Context(), t0, "desk", ledger.Name{Kind: "status", ID: "4", Name: "Closed"}); err != nil {
		t.Fatal(err)
	}
	if v, err := l.Verify(t.Context(), "desk"); err != nil || v.Before != 1 || v.Records != 4 || len(v.Tamperings) > 0 {
		t.Errorf("a chain that was not begun: %+v, %v", v, err)
	}
	if _, err := f.Exec(`INSERT INTO ledger_chain VALUES ('helpdesk', -1, 'older-meaning', '[]', '', '');
		INSERT INTO ledger_people VALUES ('helpdesk', '9', 'acme', 1, 1, 'Petrov', '["Lead"]')`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Record(t.Context(), t0, step("w/respond/created/due", "intended")); err == nil {
		t.Error("somebody's mark let rows in a second time")
	}
}

// The end of the chain cut off is not seen by the chain alone: against that helps a head that was kept.
func TestHeadOfTheChain(t *testing.T) {
	l, _ := open(t)
	if c, err := l.Chain(t.Context(), "desk"); err != nil || c != (ledger.Chain{}) {
		t.Errorf("of nothing: %+v, %v", c, err)
	}
	record(t, l, step("x/respond/created/due", "intended")) // after the beginning and two contracts' cutovers
	first, err := l.Chain(t.Context(), "helpdesk")
	if err != nil || first.Records != 4 || len(first.Head) != 43 {
		t.Errorf("after one entry: %+v, %v", first, err)
	}
	record(t, l, step("x/respond/created/due", "intended")) // it is there already
	if c, _ := l.Chain(t.Context(), "helpdesk"); c != first {
		t.Errorf("nothing was recorded, and the head is another: %+v", c)
	}
	record(t, l, step("y/respond/created/due", "intended"))
	if c, _ := l.Chain(t.Context(), "helpdesk"); c.Head == first.Head || c.Records != 5 || verified(t, l).Chain != c {
		t.Errorf("after two entries: %+v", c)
	}
	if names, err := l.Chained(t.Context()); err != nil || !slices.Equal(names, []string{"helpdesk"}) {
		t.Errorf("connections %v, %v", names, err)
	}
	if other, _ := l.Chain(t.Context(), "desk"); other.Records != 0 {
		t.Errorf("another connection has its own: %+v", other)
	}
}

// The migration marks a ledger that has records, of each kind that may stand alone, and no other.
func TestMigrationMarksOlderLedgers(t *testing.T) {
	all := ledger.Migrations()
	last := len(all) - 1
	for last > 0 && !strings.Contains(all[last], "CREATE TABLE ledger_chain") {
		last--
	}
	for name, c := range map[string]struct {
		query string
		marks int
	}{
		"new":   {`SELECT 1`, 0},
		"older": {`INSERT INTO ledger_history VALUES ('e', 1, 'helpdesk', 1, 'past', '{}', NULL, NULL)`, 1},
	} {
		f, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "state.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i, query := range all[:last+1] {
			if i == last {
				if _, err := f.Exec(c.query); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := f.Exec(query); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		err = f.QueryRow(`SELECT COUNT(*) FROM ledger_chain WHERE connection = 'helpdesk' AND kind = 'older'`).Scan(&n)
		if err != nil || n != c.marks {
			t.Errorf("%s: %d marks, want %d, %v", name, n, c.marks, err)
		}
	}
}
