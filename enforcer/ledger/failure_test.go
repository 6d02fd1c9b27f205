package ledger_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// lived gives a ledger that has something of everything, and the id of the write on issue 1 that has no final answer.
func lived(t *testing.T) (*ledger.Ledger, *file, string) {
	t.Helper()
	l, f := open(t)
	for _, s := range scenario {
		if s.name == "clear accounts" {
			continue
		}
		if err := s.do(l, t); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	refused := begin(t, l, t0, record(t, l, step("4/respond/created/due", enforcer.Intended))...)
	if _, err := l.Finish(t.Context(), t0, refused.ID,
		ledger.Outcome{Class: connectors.Refused, Error: "no"}); err != nil {
		t.Fatal(err)
	}
	record(t, l, step("5/respond/created/due", enforcer.Waiting), step("6/respond/created/due", enforcer.Held))
	w := begin(t, l, t0, record(t, l, step("3/respond/created/due", enforcer.Intended))...)
	for _, err := range []error{
		l.Watched(t.Context(), t0, w.ID, "7", ledger.Outcome{Receipt: &connectors.Receipt{Event: "journal:3"}}),
		l.SetHealth(t.Context(),
			ledger.Health{
				Connection: "helpdesk", PassedAt: t0, GoodAt: t0, Error: "none", LateSince: t0, Faults: []string{"no role"},
			}),
		l.SetAgenda(t.Context(), enforcer.AgendaItem{
			Connection: "helpdesk", Issue: "1", Contract: "kamal", EvaluatedAt: t0, Next: t0.Add(time.Hour),
			Cycles: []enforcer.AgendaCycle{{Obligation: "respond", ID: "created", State: enforcer.Running}},
		}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Raise(t.Context(), t0, alarmed); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Agree(t.Context(), "helpdesk", "1",
		enforcer.Agreement{Date: "2026-03-25", At: t0, By: "olga", Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		l.Tell(t.Context(), t0, "helpdesk", "breaches", "7", nil),
		l.RememberNames(t.Context(), t0, "helpdesk", ledger.Name{Kind: ledger.NameOfStatus, ID: "1", Name: "New"}),
		l.HoldRequest(t.Context(), "helpdesk", "1",
			enforcer.Hold{Until: t0.Add(time.Hour), At: t0, By: "olga", Reason: "x"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return l, f, w.ID
}

var alarmed = ledger.Alarm{Connection: "helpdesk", Kind: ledger.CameOutPublic, Subject: "journal:5", Issue: "1", At: t0}

// reads are all questions that the ledger answers, each with what it answers when it has lived.
func reads(t *testing.T, l *ledger.Ledger, w string) map[string]func() (string, error) {
	ctx := t.Context()
	id := step("1/respond/created/due", enforcer.Intended).ID
	count := func(n int, err error) (string, error) { return fmt.Sprint(n), err }
	return map[string]func() (string, error){
		"line": func() (string, error) {
			line, err := l.Cutover(ctx, "helpdesk", "kamal")
			return line.Fingerprint, err
		},
		"contracts": func() (string, error) { x, err := l.Contracts(ctx); return count(len(x), err) },
		"due": func() (string, error) {
			x, err := l.Due(ctx, "helpdesk", t0.Add(2*time.Hour))
			return strings.Join(x["kamal"], " "), err
		},
		"next moment": func() (string, error) {
			at, err := l.NextMoment(ctx, "helpdesk", t0)
			return at.Format(time.TimeOnly), err
		},
		"running": func() (string, error) { x, err := l.Running(ctx); return count(len(x), err) },
		"item": func() (string, error) {
			it, ok, err := l.Item(ctx, "helpdesk", "1", "kamal")
			return fmt.Sprint(len(it.Cycles), ok), err
		},
		"alarms": func() (string, error) { x, err := l.Alarms(ctx, ""); return count(len(x), err) },
		"health": func() (string, error) {
			h, err := l.Health(ctx, "helpdesk")
			return h.Error, err
		},
		"overdue": func() (string, error) {
			x, err := l.Overdue(ctx, "helpdesk", t0.Add(2*time.Hour))
			return count(len(x), err)
		},
		"verdicts": func() (string, error) { return drain(l.Verdicts(ctx, ledger.VerdictFilter{})) },
		"list":     func() (string, error) { return drain(l.List(ctx, ledger.Filter{}, ledger.NewestFirst)) },
		"get":      func() (string, error) { e, err := l.Get(ctx, id); return e.ID, err },
		"by issue": func() (string, error) { x, err := l.ByIssue(ctx, "helpdesk", "1"); return count(len(x), err) },
		"recorded": func() (string, error) {
			x, err := l.Recorded(ctx, "helpdesk", "1")
			if err != nil {
				return "", err
			}
			return string(x(step("1/respond/created/due", "").Key).State), nil
		},
		"pending": func() (string, error) {
			x, err := l.Pending(ctx, "helpdesk", t0.Add(time.Hour))
			return count(len(x), err)
		},
		"refused": func() (string, error) { x, err := l.Refused(ctx, "helpdesk", 9); return count(len(x), err) },
		"unfinished": func() (string, error) {
			x, err := l.Unfinished(ctx, "helpdesk")
			return fmt.Sprint(len(x), answers(x)), err
		},
		"made":       func() (string, error) { x, err := l.Made(ctx, "helpdesk", "kamal"); return count(len(x), err) },
		"remembered": func() (string, error) { x, err := l.Remembered(ctx, "helpdesk"); return count(len(x), err) },
		"history":    func() (string, error) { x, err := l.History(ctx, id); return count(len(x), err) },
		"tally": func() (string, error) {
			sum, n, err := l.Tally(ctx, "helpdesk", "kamal", "billing", "2026-03")
			return fmt.Sprint(sum, n), err
		},
		"tallies": func() (string, error) {
			x, err := l.Tallies(ctx, "helpdesk", "kamal", "billing", "2026-03")
			return fmt.Sprint(x), err
		},
		"waivers": func() (string, error) { x, err := l.Waivers(ctx, "helpdesk", "kamal"); return count(len(x), err) },
		"contracts of an issue": func() (string, error) {
			x, err := l.ContractsOf(ctx, "helpdesk", "1")
			return count(len(x), err)
		},
		"pending issues": func() (string, error) {
			x, err := l.PendingIssues(ctx, "helpdesk", "kamal")
			return count(len(x), err)
		},
		"recorded at": func() (string, error) {
			x, err := l.RecordedAt(ctx, "helpdesk", "1", t0.Add(time.Hour))
			if err != nil {
				return "", err
			}
			return string(x(step("1/respond/created/due", "").Key).State), nil
		},
		"known": func() (string, error) { x, err := l.Known(ctx, id, "other"); return count(len(x), err) },
		"count": func() (string, error) { return count(l.Count(ctx, ledger.Filter{})) },
		"changes": func() (string, error) {
			x, _, _, err := l.Changes(ctx, "helpdesk", 0, enforcer.Refused)
			return count(len(x), err)
		},
		"told":        func() (string, error) { return l.Told(ctx, "helpdesk", "breaches") },
		"names":       func() (string, error) { x, err := l.Names(ctx, "helpdesk"); return count(len(x), err) },
		"consent":     func() (string, error) { x, err := l.Agreements(ctx, "helpdesk", "1"); return count(len(x), err) },
		"holds":       func() (string, error) { x, err := l.Holds(ctx, "helpdesk", "1"); return count(len(x), err) },
		"holds after": func() (string, error) { x, err := l.HoldsAfter(ctx, "helpdesk", t0); return count(len(x), err) },
		"judged":      func() (string, error) { x, err := l.CountJudged(ctx); return count(len(x), err) },
		"waiting": func() (string, error) {
			x, err := l.CountWaiting(ctx)
			return count(x["helpdesk"], err)
		},
		"chain":   func() (string, error) { x, err := l.Chain(ctx, "helpdesk"); return x.Head, err },
		"chained": func() (string, error) { x, err := l.Chained(ctx); return count(len(x), err) },
		"hash":    func() (string, error) { return l.HashAt(ctx, "helpdesk", 2) },
		"verified": func() (string, error) {
			x, err := l.Verify(ctx, "helpdesk")
			return count(int(x.Records)-len(x.Tamperings), err)
		},
		"extract": func() (string, error) {
			x, err := l.Extract(ctx, "helpdesk", "kamal", func(string, string, string) bool { return true })
			return count(len(x), err)
		},
		"writes": func() (string, error) {
			x, err := l.Writes(ctx, "helpdesk", "1")
			return fmt.Sprint(len(x), answers(x)), err
		},
	}
}

func drain[T any](seq func(func(T, error) bool)) (string, error) {
	n := 0
	for _, err := range seq {
		if err != nil {
			return fmt.Sprint(n), err
		}
		n++
	}
	return fmt.Sprint(n), nil
}

// TestNoReadIsShortened fails every statement of every question once. An answer that lacks what could not be read would
// say that nothing was promised, or nothing written.
func TestNoReadIsShortened(t *testing.T) {
	l, f, w := lived(t)
	broken := errors.New("disk I/O error")
	ask := reads(t, l, w)
	for _, name := range slices.Sorted(maps.Keys(ask)) {
		want, err := ask[name]()
		if err != nil || want == "" || want == "0" || strings.HasPrefix(want, "0 ") || want == "map[]" {
			t.Errorf("%s: %q, %v; the ledger has something of everything", name, want, err)
		}
		for n := 1; ; n++ {
			seen := 0
			f.hook.set(func(string, []driver.NamedValue) error {
				if seen++; seen == n {
					return broken
				}
				return nil
			}, nil)
			got, err := ask[name]()
			f.hook.set(nil, nil)
			if seen < n {
				if err != nil || got != want {
					t.Errorf("%s: %q, %v, want %q", name, got, err, want)
				}
				break
			}
			if !errors.Is(err, broken) {
				t.Errorf("%s: statement %d failed, and the answer is %q, %v", name, n, got, err)
			}
		}
	}
}

func answers(writes []ledger.Write) (n int) {
	for _, w := range writes {
		n += len(w.Answers)
	}
	return n
}

// TestDamagedRowsAreNotRead puts half a JSON into each column that holds some, and a fraction where a whole number
// belongs: whoever reads it is told.
func TestDamagedRowsAreNotRead(t *testing.T) {
	const fraction = "0.5 more"
	for _, c := range []struct{ table, column, value, questions string }{
		{"ledger_entries", "reason", "{", "by issue, changes, get, known, list, made, pending, refused, waiting"},
		{"ledger_entries", "evidence", "{", "by issue, changes, get, known, list, made, pending, refused"},
		{"ledger_entries", "request", "{", "by issue, changes, get, known, list, made, pending, refused"},
		{"ledger_entries", "receipt", "{", "by issue, changes, get, known, list, made, pending, refused"},
		{"ledger_history", "reason", "{", "changes, history"},
		{"ledger_history", "replaced", "{", "history"},
		{"ledger_writes", "entries", "{", "unfinished, writes"},
		{"ledger_writes", "request", "{", "unfinished, writes"},
		{"ledger_answers", "outcome", "perhaps", "unfinished, writes"},
		{"ledger_answers", "receipt", "{", "unfinished, writes"},
		{"ledger_agenda", "cycles", "{", "item, running"},
		{"ledger_people", "roles", "{", "remembered"},
		{"ledger_verdicts", "facts", "{", "verdicts"},
		{"ledger_tallies", "amount", "much", "tallies"},
		{"ledger_health", "faults", "{", "health"},
		{"ledger_lines", "first_pass_at", fraction, "contracts, line"},
		{"ledger_lines", "passed_at", fraction, "contracts, line"},
		{"ledger_entries", "recorded_at", fraction, "by issue, changes, get, known, list, made, pending, refused"},
		{"ledger_entries", "moment", fraction, "recorded, recorded at"},
		{"ledger_history", "at", fraction, "history, overdue"},
		{"ledger_writes", "began_at", fraction, "unfinished, writes"},
		{"ledger_answers", "at", fraction, "unfinished, writes"},
		{"ledger_agenda", "evaluated_at", fraction, "item, running"},
		{"ledger_agenda", "next_at", fraction, "item, next moment, overdue, running"},
		{"ledger_people", "first_seen", fraction, "remembered"},
		{"ledger_verdicts", "due", fraction, "verdicts"},
		{"ledger_verdicts", "elapsed_ms", fraction, "verdicts"},
		{"ledger_waivers", "at", fraction, "waivers"},
		{"ledger_tallies", "amount", fraction, "tallies, tally"},
		{"ledger_health", "passed_at", fraction, "health"},
		{"ledger_alarms", "at", fraction, "alarms"},
		{"ledger_names", "first_seen", fraction, "names"},
		{"ledger_agreements", "at", fraction, "consent"},
		{"ledger_holds", "until_at", fraction, "holds, holds after"},
		{"ledger_chain", "number", fraction, "chain, changes, extract, hash, verified"},
	} {
		l, f, w := lived(t)
		query, args := "UPDATE "+c.table+" SET "+c.column+" = $1", []any{c.value}
		if c.value == fraction {
			query, args = "UPDATE "+c.table+" SET "+c.column+" = "+c.column+" + 0.5", nil
		}
		if _, err := f.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
		ask := reads(t, l, w)
		var fail []string
		for _, name := range slices.Sorted(maps.Keys(ask)) {
			if _, err := ask[name](); err != nil {
				fail = append(fail, name)
			}
		}
		if got := strings.Join(fail, ", "); got != c.questions {
			t.Errorf("%s.%s damaged: told of by %q, want %q", c.table, c.column, got, c.questions)
		}
	}
}

// TestNoChangeIsHalf fails every statement of the changes that the scenario does not make: each reports it, keeps
// nothing, and succeeds when done again.
func TestNoChangeIsHalf(t *testing.T) {
	l, f, w := lived(t)
	full := errors.New("disk full")
	held := record(t, l, step("6/respond/created/due", enforcer.Held))
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"start line", func() error { return l.StartCutover(t.Context(), t0, "helpdesk", "third") }},
		{"raise", func() error {
			a := alarmed
			a.Subject = "journal:6"
			_, err := l.Raise(t.Context(), t0, a)
			return err
		}},
		{"mend", func() error { return l.Mend(t.Context(), t0, alarmed) }},
		{"settle", func() error { _, err := l.Settle(t.Context(), t0, "", "journal:5", "ivanov"); return err }},
		{"health", func() error {
			return l.SetHealth(t.Context(), ledger.Health{Connection: "helpdesk", PassedAt: t0.Add(time.Hour)})
		}},
		{"move", func() error { _, err := l.Move(t.Context(), t0, enforcer.Needless, held...); return err }},
		{"watcher", func() error { return l.Watched(t.Context(), t0, w, "8", ledger.Outcome{Class: connectors.Refused}) }},
		{"take off the agenda", func() error {
			return l.SetAgenda(t.Context(), enforcer.AgendaItem{Connection: "helpdesk", Issue: "1", Contract: "kamal"})
		}},
		{"consent", func() error {
			_, err := l.Agree(t.Context(), "helpdesk", "1",
				enforcer.Agreement{Date: "2026-03-26", At: t0, By: "olga", Reason: "x"})
			return err
		}},
		{"hold", func() error {
			return l.HoldRequest(t.Context(), "helpdesk", "1",
				enforcer.Hold{Until: t0.Add(2 * time.Hour), At: t0, By: "olga", Reason: "x"})
		}},
		{"tell", func() error {
			e := step("1/breaches/x/now", enforcer.Intended)
			e.Key.Connection = ledger.ChannelConnection("chat")
			return l.Tell(t.Context(), t0, "helpdesk", "breaches", "8", &e)
		}},
		{"names", func() error {
			return l.RememberNames(t.Context(), t0, "helpdesk", ledger.Name{Kind: ledger.NameOfStatus, ID: "2", Name: "Done"})
		}},
		{"finish", func() error {
			_, err := l.Finish(t.Context(), t0, w, ledger.Outcome{Class: connectors.Refused})
			return err
		}},
		{"adopt", func() error {
			_, err := l.Adopt(t.Context(), t0, "helpdesk", ledger.Adoption{
				At: t0, Write: connectors.Write{Issue: "5"}, Entries: []string{step("5/respond/created/due", "").Key.ID()},
			})
			return err
		}},
		{"rename", func() error { return l.Rename(t.Context(), t0, "kamal", "main", "olga") }},
	} {
		was := rowsOf(t, f)
		for n := 1; ; n++ {
			seen := 0
			f.hook.set(func(string, []driver.NamedValue) error {
				if seen++; seen == n {
					return full
				}
				return nil
			}, nil)
			err := c.do()
			f.hook.set(nil, nil)
			is := rowsOf(t, f)
			if seen < n {
				if err != nil || is == was {
					t.Errorf("%s: %v, changed %v", c.name, err, is != was)
				}
				break
			}
			if !errors.Is(err, full) || is != was {
				t.Fatalf("%s: statement %d failed: %v, kept %v", c.name, n, err, is != was)
			}
		}
	}
}

// TestWhatCannotBeStoredIsRefused: JSON has no year 10000, and half an entry is worse than none.
func TestWhatCannotBeStoredIsRefused(t *testing.T) {
	l, f := open(t)
	beyond := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	sound := record(t, l, step("1/respond/created/due", enforcer.Intended))[0]
	was := rowsOf(t, f)
	entry := step("2/respond/created/due", enforcer.Intended)
	entry.Facts.StartedAt = beyond
	late := sound
	late.Facts.StartedAt = beyond
	judged := verdict("1/respond/created", enforcer.Met)
	judged.Facts.StartedAt = beyond
	for name, do := range map[string]func() error{
		"record": func() error { _, err := l.Record(t.Context(), t0, entry); return err },
		"move":   func() error { _, err := l.Move(t.Context(), t0, enforcer.Held, late); return err },
		"begin":  func() error { _, err := l.Begin(t.Context(), t0, requestFor(late), late); return err },
		"judge":  func() error { _, err := l.Judge(t.Context(), t0, judged); return err },
		"agenda": func() error {
			return l.SetAgenda(t.Context(), enforcer.AgendaItem{
				Connection: "helpdesk", Issue: "1", Contract: "kamal", EvaluatedAt: t0,
				Cycles: []enforcer.AgendaCycle{{StartedAt: beyond}},
			})
		},
	} {
		if err := do(); err == nil || rowsOf(t, f) != was {
			t.Errorf("%s: %v, kept %v", name, err, rowsOf(t, f) != was)
		}
	}
}

// TestWritesAreNumberedByTries: the id of a request says which try of which step it was.
func TestWritesAreNumberedByTries(t *testing.T) {
	l, _ := open(t)
	es := record(t, l, step("1/respond/created/due", enforcer.Intended))
	for _, n := range []string{"1", "2"} {
		w := begin(t, l, t0, es...)
		if want := es[0].ID + "-" + n; w.ID != want || w.Mark != es[0].ID {
			t.Errorf("try %s is called %s, with mark %s", n, w.ID, w.Mark)
		}
		var err error
		if es, err = l.Finish(t.Context(), t0, w.ID, ledger.Outcome{Class: connectors.TryLater}); err != nil {
			t.Fatal(err)
		}
	}
	if h, err := l.Health(t.Context(), "nowhere"); err != nil ||
		!reflect.DeepEqual(h, ledger.Health{Connection: "nowhere"}) {
		t.Errorf("before the first pass: %+v, %v", h, err)
	}
}

// TestErrorsSayWhatAndWhere: whoever reads the log of a broken disk knows what could not be kept.
func TestErrorsSayWhatAndWhere(t *testing.T) {
	l, f, w := lived(t)
	f.hook.set(func(string, []driver.NamedValue) error { return errors.New("boom") }, nil)
	defer f.hook.set(nil, nil)
	ask := reads(t, l, w)
	for name, want := range map[string]string{
		"line": "cutover of contract kamal on helpdesk", "contracts": "list contracts",
		"due":         "list due issues on helpdesk",
		"next moment": "find next moment of helpdesk", "running": "list running cycles", "item": "read agenda of issue 1",
		"health": "read health of helpdesk", "overdue": "list what is overdue on helpdesk",
		"made":       "list issues made for kamal on helpdesk",
		"remembered": "list people of helpdesk", "tally": "add up billing of kamal on helpdesk",
		"waivers": "list waivers of kamal on helpdesk",
		"writes":  "list writes on issue 1", "refused": "list refused entries of helpdesk",
	} {
		if _, err := ask[name](); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "boom") {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
