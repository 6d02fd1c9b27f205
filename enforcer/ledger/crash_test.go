package ledger_test

import (
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// scenario is the life of some entries, of one that makes an issue among them, and of verdicts and accounts, through
// every kind of change. A step without an error is one that the ledger has
// answered for it: from then on no crash may take it back.
var scenario = []struct {
	name string
	do   func(l *ledger.Ledger, t *testing.T) error
}{
	{"record", func(l *ledger.Ledger, t *testing.T) error {
		_, err := l.Record(t.Context(), t0, step("1/respond/created/due", enforcer.Intended),
			step("1/respond/created/warn-50", enforcer.Waiting), step("2/respond/created/due", enforcer.Held))
		return err
	}},
	{"begin", func(l *ledger.Ledger, t *testing.T) error { return sendAll(l, t, "1") }},
	{"unknown", func(l *ledger.Ledger, t *testing.T) error { return finishAll(l, t, connectors.Unknown) }},
	{"not found", func(l *ledger.Ledger, t *testing.T) error { return finishAll(l, t, connectors.TryLater) }},
	{"begin again", func(l *ledger.Ledger, t *testing.T) error { return sendAll(l, t, "1") }},
	{"refused", func(l *ledger.Ledger, t *testing.T) error { return finishAll(l, t, connectors.Refused) }},
	{"retry", func(l *ledger.Ledger, t *testing.T) error {
		_, err := l.Retry(t.Context(), t0, ledger.Filter{Issue: "1"}, fiveMinutesLater)
		return err
	}},
	{"begin a third time", func(l *ledger.Ledger, t *testing.T) error { return sendAll(l, t, "1") }},
	{"done", func(l *ledger.Ledger, t *testing.T) error { return finishAll(l, t, 0) }},
	{"record a duty", func(l *ledger.Ledger, t *testing.T) error {
		_, err := l.Record(t.Context(), t0, duty())
		return err
	}},
	{"begin to make its issue", createAll},
	{"no answer", func(l *ledger.Ledger, t *testing.T) error { return finishAll(l, t, connectors.Unknown) }},
	{"not made", func(l *ledger.Ledger, t *testing.T) error { return finishAll(l, t, connectors.TryLater) }},
	{"begin to make it again", createAll},
	{"made", func(l *ledger.Ledger, t *testing.T) error {
		return finishWith(l, t, ledger.Outcome{Receipt: &connectors.Receipt{Issue: "900"}})
	}},
	{"judge", func(l *ledger.Ledger, t *testing.T) error {
		_, err := l.Judge(t.Context(), t0, verdict("1/respond/created", enforcer.Breached),
			verdict("2/respond/created", enforcer.Met))
		return err
	}},
	{"judge again", func(l *ledger.Ledger, t *testing.T) error {
		v := verdict("1/respond/created", enforcer.Breached)
		v.EndedAt, v.EndEvent = t0.Add(time.Hour), "journal:9"
		_, err := l.Judge(t.Context(), t0, v, verdict("2/respond/created", enforcer.Met))
		return err
	}},
	{"waive", func(l *ledger.Ledger, t *testing.T) error {
		return l.Waive(t.Context(), t0, ledger.Waiver{
			Connection: "helpdesk", Issue: "1", Contract: "kamal", Obligation: "respond", Cycle: "created", By: "ivanov",
			Reason: "agreed",
		})
	}},
	{"account", func(l *ledger.Ledger, t *testing.T) error {
		return l.SetTallies(t.Context(), tally("1", "2026-03", 2), tally("1", "2026-04", 3), tally("2", "2026-03", 1))
	}},
	{"account again", func(l *ledger.Ledger, t *testing.T) error {
		return l.SetTallies(t.Context(), tally("1", "2026-03", 4), tally("2", "", 0))
	}},
	{"clear accounts", func(l *ledger.Ledger, t *testing.T) error {
		return l.ClearTallies(t.Context(), "helpdesk", "kamal")
	}},
	{"release", func(l *ledger.Ledger, t *testing.T) error {
		_, err := l.Release(t.Context(), t0, ledger.Filter{})
		return err
	}},
	{"agenda", func(l *ledger.Ledger, t *testing.T) error {
		return l.SetAgenda(t.Context(),
			enforcer.AgendaItem{Connection: "helpdesk", Issue: "1", Contract: "kamal", EvaluatedAt: t0, Next: t0})
	}},
	{"pass", func(l *ledger.Ledger, t *testing.T) error {
		return l.SetPass(t.Context(), t0, "helpdesk", ledger.Passed{Contract: "kamal", Fingerprint: "f1"})
	}},
	{"people", func(l *ledger.Ledger, t *testing.T) error {
		return l.Remember(t.Context(), t0, "helpdesk",
			ledger.Person{ID: "7", Project: "acme", Name: "ivanov", Roles: []string{"Support"}})
	}},
}

func sendAll(l *ledger.Ledger, t *testing.T, issue string) error {
	es, err := l.ByIssue(t.Context(), "helpdesk", issue)
	if err != nil {
		return err
	}
	_, err = l.Begin(t.Context(), t0, requestFor(es[0]), es...)
	return err
}

// duty is the step of a contract's duty that makes its issue.
func duty() ledger.Entry {
	e := step("/deliver/2026-Q1/start", enforcer.Intended)
	e.Changes = enforcer.Changes{Actions: enforcer.Actions{
		Action: enforcer.ActionCreate, Assign: enforcer.Support,
		Duty: true,
	}}
	return e
}

func creation(e ledger.Entry) connectors.Write {
	return connectors.Write{Create: &connectors.NewIssue{
		Project: "acme", Subject: "Delivery", Description: "x " + e.ID,
		Mark: e.ID,
	}}
}

func createAll(l *ledger.Ledger, t *testing.T) error {
	es, err := l.ByIssue(t.Context(), "helpdesk", "")
	if err != nil {
		return err
	}
	_, err = l.Begin(t.Context(), t0, creation(es[0]), es...)
	return err
}

func finishAll(l *ledger.Ledger, t *testing.T, class connectors.Class) error {
	return finishWith(l, t, ledger.Outcome{Class: class, RetryAt: t0.Add(time.Minute)})
}

func finishWith(l *ledger.Ledger, t *testing.T, o ledger.Outcome) error {
	ws, err := l.Unfinished(t.Context(), "helpdesk")
	if err != nil {
		return err
	}
	_, err = l.Finish(t.Context(), t0, ws[0].ID, o)
	return err
}

// TestCrashAfterEveryStatement copies the file, as a kill would leave it, before and after every statement of the
// scenario (inside transactions and around their commits), opens each copy and compares it with what the ledger
// held before the step and after it: it must be one of the two, and the latter once the step has been answered for.
func TestCrashAfterEveryStatement(t *testing.T) {
	dir := t.TempDir()
	f := openFile(t, filepath.Join(dir, "state.db"))
	l := f.open(t)
	kills, torn := 0, 0
	was := dump(t, f.path, dir)
	for _, s := range scenario {
		var copies []string
		kill := func() { copies = append(copies, dump(t, f.path, dir)); kills++ }
		f.hook.set(func(string, []driver.NamedValue) error { kill(); return nil }, func(string) { kill() })
		err := s.do(l, t)
		f.hook.set(nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		is := dump(t, f.path, dir)
		if is == was {
			t.Fatalf("%s changed nothing: the comparison shows nothing", s.name)
		}
		committed := false
		for i, c := range copies {
			switch {
			case c == is:
				committed = true
			case c == was && !committed:
			default:
				torn++
				t.Errorf("%s: killed at point %d of %d, the file holds neither what was nor what is:\n%s", s.name, i, len(copies),
					c)
			}
		}
		if !committed {
			t.Errorf("%s: answered for, but in no copy", s.name)
		}
		was = is
	}
	t.Logf("%d kill points, %d torn", kills, torn)
}

// TestFailureOfEveryStatement fails each statement of the scenario once, as a full disk would: the step reports it,
// nothing of it is kept, and done again it succeeds.
func TestFailureOfEveryStatement(t *testing.T) {
	l, f := open(t)
	full := errors.New("disk full")
	failures := 0
	for _, s := range scenario {
		was := rowsOf(t, f)
		for n := 0; ; n++ {
			seen := 0
			f.hook.set(func(string, []driver.NamedValue) error {
				seen++
				if seen == n+1 {
					return full
				}
				return nil
			}, nil)
			err := s.do(l, t)
			f.hook.set(nil, nil)
			if err == nil && seen <= n {
				break // there was no statement left to fail
			}
			failures++
			if !errors.Is(err, full) {
				t.Fatalf("%s: statement %d failed, and the step says %v", s.name, n+1, err)
			}
			if is := rowsOf(t, f); is != was {
				t.Fatalf("%s: statement %d failed, and something was kept:\n%s", s.name, n+1, is)
			}
		}
	}
	t.Logf("%d failures", failures)
}

// dump copies the file with its log, opens the copy as a new process would, and gives all its rows as text.
func dump(t *testing.T, path, dir string) string {
	t.Helper()
	copied := filepath.Join(dir, "copy.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if errors.Is(err, os.ErrNotExist) {
			os.Remove(copied + suffix)
			continue
		}
		if err == nil {
			err = os.WriteFile(copied+suffix, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	os.Remove(copied + "-shm")
	c := openFile(t, copied)
	defer c.Close()
	var ok string
	if err := c.QueryRow(`PRAGMA integrity_check`).Scan(&ok); err != nil || ok != "ok" {
		t.Fatalf("integrity of the copy: %s, %v", ok, err)
	}
	return rowsOf(t, c)
}
