package ledger_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

func TestInstallationIsMadeOnceAndKept(t *testing.T) {
	l, f := open(t)
	if !regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(l.Installation()) {
		t.Errorf("installation is %q, want eight hex digits", l.Installation())
	}
	again, err := ledger.Open(t.Context(), f.DB, t0.Add(time.Hour))
	if err != nil || again.Installation() != l.Installation() {
		t.Errorf("opened again: %q, %v; want %q", again.Installation(), err, l.Installation())
	}
	broken := errors.New("disk I/O error")
	for n := 1; ; n++ { // whatever cannot be read or kept, nothing is opened
		seen := 0
		fresh := openFile(t, filepath.Join(t.TempDir(), "state.db"))
		fresh.hook.set(func(string, []driver.NamedValue) error {
			if seen++; seen == n {
				return broken
			}
			return nil
		}, nil)
		l, err := ledger.Open(t.Context(), fresh.DB, t0)
		if seen < n {
			if err != nil || l.Installation() == "" || !l.Begun().Equal(t0) || n < 5 {
				t.Errorf("after %d statements: %v", n, err)
			}
			break
		}
		if !errors.Is(err, broken) || l != nil || !strings.HasPrefix(err.Error(), "open ledger: ") {
			t.Errorf("statement %d failed, and opening says %v", n, err)
		}
	}
	other, _ := open(t)
	if other.Installation() == l.Installation() {
		t.Errorf("two installations are both called %q", other.Installation())
	}
}

func TestRecordGivesBackWhatItGot(t *testing.T) {
	l, _ := open(t)
	want := step("17/respond/created/due", enforcer.Intended)
	got := record(t, l, want)[0]
	want.RecordedAt, want.ChangedAt, want.Version = t0.Add(21*time.Minute), t0.Add(21*time.Minute), 1
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, get(t, l, got.ID)); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

// A later decision about a step that is there must not touch it, whatever it says.
func TestRecordNeverOverwrites(t *testing.T) {
	l, _ := open(t)
	first := record(t, l, step("17/respond/created/due", enforcer.Past))[0]
	second := step("17/respond/created/due", enforcer.Intended)
	second.Subject, second.Due = "other", t0
	r, err := l.Record(t.Context(), t0.Add(time.Hour), second, step("17/respond/created/warn-50", enforcer.Intended))
	if err != nil {
		t.Fatal(err)
	}
	if r[0].New || !r[1].New {
		t.Errorf("new: %t, %t; want false, true", r[0].New, r[1].New)
	}
	if diff := cmp.Diff(first, r[0].Entry); diff != "" {
		t.Errorf("the entry changed (-was +is):\n%s", diff)
	}
}

func TestRecordUnderConcurrencyMakesOneRow(t *testing.T) {
	l, f := open(t)
	const workers, steps = 4, 25
	var mu sync.Mutex
	fresh := map[string]int{}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range steps {
				r, err := l.Record(t.Context(), t0, step(fmt.Sprintf("%d/respond/created/due", i), enforcer.Intended))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if r[0].New {
					fresh[r[0].ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(fresh) != steps {
		t.Errorf("%d steps were new to someone, want %d", len(fresh), steps)
	}
	for id, n := range fresh {
		if n != 1 {
			t.Errorf("entry %s was new to %d callers", id, n)
		}
	}
	var rows, lines int
	if err := f.QueryRow(`SELECT (SELECT COUNT(*) FROM ledger_entries), (SELECT COUNT(*) FROM ledger_history)`).Scan(&rows,
		&lines); err != nil {
		t.Fatal(err)
	}
	if rows != steps || lines != steps {
		t.Errorf("%d rows and %d lines of history, want %d each", rows, lines, steps)
	}
}

// Of several that would send the same entries exactly one gets to.
func TestBeginUnderConcurrencyHasOneWinner(t *testing.T) {
	l, _ := open(t)
	for round := range 10 {
		es := record(t, l, step(fmt.Sprintf("%d/respond/created/due", round), enforcer.Intended),
			step(fmt.Sprintf("%d/respond/created/warn-50", round), enforcer.Waiting))
		var mu sync.Mutex
		won := 0
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, err := l.Begin(t.Context(), t0.Add(time.Hour), requestFor(es[0]), es...)
				switch {
				case err == nil:
					mu.Lock()
					won++
					mu.Unlock()
				case !errors.Is(err, ledger.ErrStale):
					t.Errorf("lost with %v, want ErrStale", err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Fatalf("round %d: %d callers may send", round, won)
		}
	}
}

func TestRecordRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*ledger.Entry)
		want  string
	}{
		"a contract without a line": {
			func(e *ledger.Entry) {
				e.Key.Contract = "unheard-of"
			}, "cutover of contract unheard-of on helpdesk: not in the ledger",
		},
		"a key without a step":  {func(e *ledger.Entry) { e.Key.Step = "" }, "is incomplete"},
		"a key without a cycle": {func(e *ledger.Entry) { e.Key.Cycle = "" }, "is incomplete"},
		"an entry already sent": {func(e *ledger.Entry) { e.State = enforcer.Sent }, `cannot be "sent"`},
		"an entry already done": {func(e *ledger.Entry) { e.State = enforcer.Done }, `cannot be "done"`},
		"no moment":             {func(e *ledger.Entry) { e.Moment = time.Time{} }, "without the moment"},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := open(t)
			good, bad := step("17/respond/created/due", enforcer.Intended), step("18/respond/created/due", enforcer.Intended)
			c.spoil(&bad)
			_, err := l.Record(t.Context(), t0, good, bad)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if _, err := l.Get(t.Context(), good.ID); !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("the entry recorded with it: %v, want ErrNotFound", err)
			}
		})
	}
}

// The evidence may change until something is sent; the history keeps every version of it.
func TestHistoryKeepsReplacedEvidence(t *testing.T) {
	l, _ := open(t)
	e := record(t, l, step("17/respond/created/due", enforcer.Waiting))[0]
	first := e.Evidence
	e.Reason, e.Due, e.Severity, e.NotBefore = enforcer.Reason{Code: "severity"}, t0.Add(2*time.Hour), "noncritical",
		t0.Add(3*time.Hour)
	moved, err := l.Move(t.Context(), t0.Add(time.Hour), enforcer.Waiting, e)
	if err != nil {
		t.Fatal(err)
	}
	begin(t, l, t0.Add(3*time.Hour), moved...)
	h, err := l.History(t.Context(), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []ledger.Transition{
		{At: t0.Add(21 * time.Minute), State: enforcer.Waiting, Reason: enforcer.Reason{Code: "due"}},
		{
			At: t0.Add(time.Hour), State: enforcer.Waiting, Reason: enforcer.Reason{Code: "severity"},
			NotBefore: t0.Add(3 * time.Hour), Replaced: &first,
		},
		{At: t0.Add(3 * time.Hour), State: enforcer.Sent, Reason: enforcer.Reason{Code: "severity"}},
	}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestMoveRefuses(t *testing.T) {
	l, _ := open(t)
	beside := record(t, l, step("0/respond/created/due", enforcer.Intended))[0]
	fresh := record(t, l, step("1/respond/created/due", enforcer.Intended))[0]
	final := record(t, l, step("2/respond/created/due", enforcer.Past))[0]
	sent := record(t, l, step("3/respond/created/due", enforcer.Intended))[0]
	begin(t, l, t0, sent)
	forged := get(t, l, sent.ID)
	forged.State = enforcer.Intended
	for name, c := range map[string]struct {
		entry ledger.Entry
		to    enforcer.EntryState
		want  error
	}{
		"out of a final state":       {final, enforcer.Intended, ledger.ErrMove},
		"to sent without a request":  {fresh, enforcer.Sent, ledger.ErrMove},
		"out of sent without answer": {get(t, l, sent.ID), enforcer.Intended, ledger.ErrMove},
		"out of sent, state forged":  {forged, enforcer.Needless, ledger.ErrStale},
		"what has changed since":     {sent, enforcer.Needless, ledger.ErrStale},
		"what was never recorded": {
			step("9/respond/created/due", enforcer.Intended), enforcer.Needless, ledger.ErrNotFound,
		},
		"to a state that is none":      {fresh, "posponed", ledger.ErrMove},
		"from intended to done at all": {fresh, enforcer.Done, ledger.ErrMove},
	} {
		if _, err := l.Move(t.Context(), t0, c.to, beside, c.entry); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		entry := fmt.Sprintf("entry %s (kamal respond/created/due of issue %s)", c.entry.ID, c.entry.Key.Issue)
		if _, err := l.Move(t.Context(), t0, c.to, c.entry); !errors.Is(c.want, ledger.ErrNotFound) && (err == nil ||
			!strings.Contains(err.Error(), entry)) {
			t.Errorf("%s: %v names no entry", name, err)
		}
		if got := get(t, l, beside.ID); got.Version != 1 {
			t.Errorf("%s: the entry beside it moved to %s all the same", name, got.State)
		}
	}
}

// IDs stand for keys: the same for the same key, different for any two that differ, also where one part's end
// could be read as the next one's beginning.
func TestIDsStandForKeys(t *testing.T) {
	seen := map[string]enforcer.StepKey{}
	part := rapid.StringMatching(`[a-b/:]{0,3}`)
	rapid.Check(t, func(t *rapid.T) {
		k := enforcer.StepKey{
			Connection: part.Draw(t, "connection"), Issue: part.Draw(t, "issue"), Contract: part.Draw(t, "contract"),
			Obligation: part.Draw(t, "obligation"), Cycle: part.Draw(t, "cycle"), Step: part.Draw(t, "step"),
		}
		id := k.ID()
		if other, ok := seen[id]; ok && other != k {
			t.Fatalf("%+v and %+v share %s", k, other, id)
		}
		seen[id] = k
		if !regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{12}$`).MatchString(id) {
			t.Fatalf("id %q is not 12 characters safe in any markup", id)
		}
	})
	if got := step("17/respond/created/due", enforcer.Intended).Key.ID(); got != "tase4rt14sew" {
		t.Errorf("the id of a pinned key is %s: ids are in trackers already and must never change", got)
	}
}
