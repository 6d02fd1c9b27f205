package ledger_test

import (
	"errors"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// A contract that is renamed keeps what is recorded of it: the same entries under the same ids, verdicts that are not
// made again, its first pass; and nothing in the chain is another.
func TestRename(t *testing.T) {
	l, f := open(t)
	day := func(n int) time.Time { return t0.AddDate(0, 0, n) }
	before := record(t, l, step("1/respond/created/due", enforcer.Intended),
		step("1/respond/created/warn-50", enforcer.Past))
	breach := verdict("1/respond/created", enforcer.Breached)
	judge(t, l, day(1), breach)
	if err := l.SetAgenda(t.Context(), item("1", day(2), day(2), enforcer.Running)); err != nil {
		t.Fatal(err)
	}
	if err := l.SetTallies(t.Context(), tally("1", "2026-03", 5)); err != nil {
		t.Fatal(err)
	}
	line, err := l.Cutover(t.Context(), "helpdesk", "kamal")
	if err != nil {
		t.Fatal(err)
	}

	if err := l.Rename(t.Context(), day(2), "kamal", "main", "olga"); err != nil {
		t.Fatal(err)
	}
	renamed := f.open(t) // another process, too
	for _, l := range []*ledger.Ledger{l, renamed} {
		if cuts, err := l.Contracts(t.Context()); err != nil || len(cuts) != 2 || cuts[1].Contract != "main" {
			t.Errorf("contracts: %+v, %v", cuts, err)
		}
		got := list(t, l, ledger.Filter{Contract: "main"}, ledger.OldestFirst)
		if len(got) != 2 || got[0].Key.Contract != "main" || got[0].Key.Origin != "kamal" {
			t.Fatalf("under the new id: %+v", got)
		}
		for _, e := range got {
			if e.Key.ID() != e.ID {
				t.Errorf("%s has the key of %s", e.ID, e.Key.ID())
			}
		}
		if cut, err := l.Cutover(t.Context(), "helpdesk", "main"); err != nil || !cut.FirstPassAt.Equal(line.FirstPassAt) {
			t.Errorf("cutover %+v, %v", cut, err)
		}
		if got := verdicts(t, l, ledger.VerdictFilter{Contract: "main"}); len(got) != 1 || got[0].Contract != "main" {
			t.Errorf("verdicts: %+v", got)
		}
		if it, ok, err := l.Item(t.Context(), "helpdesk", "1", "main"); err != nil || !ok || it.Contract != "main" {
			t.Errorf("agenda: %+v, %t, %v", it, ok, err)
		}
		if sum, _, err := l.Tally(t.Context(), "helpdesk", "main", tally("1", "", 0).Obligation, "2026-03"); sum != 5 {
			t.Errorf("account: %d, %v", sum, err)
		}
		for _, e := range before {
			again := step("1/respond/created/"+e.Key.Step, enforcer.Intended)
			again.Key.Contract = "main" // whatever origin the caller knows
			if r, err := l.Record(t.Context(), day(3), again); err != nil || r[0].New || r[0].ID != e.ID {
				t.Errorf("recorded again: %+v, %v", r, err)
			}
		}
		again := breach
		again.Contract = "main"
		if got := judge(t, l, day(3), again); len(got) != 0 {
			t.Errorf("judged again: %+v", got)
		}
	}
	waiver := ledger.Waiver{
		Connection: "helpdesk", Issue: "1", Contract: "main", Obligation: "respond", Cycle: "created", By: "olga",
		Reason: "x",
	}
	if err := l.Waive(t.Context(), day(4), waiver); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Waivers(t.Context(), "helpdesk", "main"); err != nil || len(got) != 1 || got[0].Contract != "main" {
		t.Errorf("waivers: %+v, %v", got, err)
	}
	if v := verified(t, l); len(v.Tamperings) > 0 {
		t.Errorf("verified: %+v", v.Tamperings)
	}
	if _, err := f.Exec(`UPDATE ledger_renames SET name = 'other'`); err != nil {
		t.Fatal(err)
	}
	if v := verified(t, l); len(v.Tamperings) != 1 || v.Tamperings[0].Table != "rename" {
		t.Errorf("a changed name: %+v", v.Tamperings)
	}
}

// One contract has one history: ids that are taken, or were, are refused; the last name counts, also the first again.
func TestRenameRefuses(t *testing.T) {
	l, _ := open(t)
	record(t, l, step("1/respond/created/due", enforcer.Intended))
	if err := l.StartCutover(t.Context(), t0, "helpdesk", "endocs"); err != nil {
		t.Fatal(err)
	}
	rename := func(from, to string, want error) {
		t.Helper()
		if err := l.Rename(t.Context(), t0, from, to, "olga"); !errors.Is(err, want) {
			t.Errorf("%s to %s: %v, want %v", from, to, err, want)
		}
	}
	rename("nobody", "main", ledger.ErrNotFound)
	rename("kamal", "endocs", ledger.ErrTaken)
	rename("kamal", "main", nil)
	rename("kamal", "other", ledger.ErrNotFound)
	rename("endocs", "main", ledger.ErrTaken)
	rename("endocs", "kamal", ledger.ErrTaken) // what is recorded under it is main's
	rename("main", "later", nil)
	rename("endocs", "main", nil)
	rename("later", "kamal", nil)
	if n, err := l.Count(t.Context(), ledger.Filter{Contract: "kamal"}); err != nil || n != 1 {
		t.Errorf("entries under the first id again: %d, %v", n, err)
	}
	if e := list(t, l, ledger.Filter{Contract: "kamal"}, ledger.OldestFirst); len(e) != 1 || e[0].Key.Origin != "" {
		t.Errorf("%+v", e)
	}
}

// The last name counts, also where the clock went back between two.
func TestRenameWhenTheClockWentBack(t *testing.T) {
	l, f := open(t)
	record(t, l, step("1/respond/created/due", enforcer.Intended))
	if err := l.Rename(t.Context(), t0.AddDate(0, 0, 2), "kamal", "main", "olga"); err != nil {
		t.Fatal(err)
	}
	if err := l.Rename(t.Context(), t0.AddDate(0, 0, 1), "main", "third", "olga"); err != nil {
		t.Fatal(err)
	}
	var numbers string
	if err := f.QueryRow(`SELECT group_concat(number || ' ' || name, ', ') FROM (SELECT * FROM ledger_renames
		ORDER BY number)`).Scan(&numbers); err != nil || numbers != "1 main, 2 third" {
		t.Errorf("recorded: %s, %v", numbers, err)
	}
	for _, l := range []*ledger.Ledger{l, f.open(t)} {
		if l.Former("kamal") != "third" || l.Origins()["third"] != "kamal" || len(l.Origins()) != 1 {
			t.Errorf("kamal is called %q now, origins %v", l.Former("kamal"), l.Origins())
		}
	}
}
