package ledger_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// TestGroupsInOrder: those with the most issues come first, then the older; of equal ones by contract, obligation, step
// and reason, so that two looks show the same.
func TestGroupsInOrder(t *testing.T) {
	entry := func(path, contract, reason string, after time.Duration) ledger.Entry {
		e := step(path, enforcer.Held)
		e.Key.Contract, e.Reason.Code, e.Moment = contract, reason, t0.Add(after)
		e.ID = e.Key.ID()
		return e
	}
	es := []ledger.Entry{
		entry("1/respond/created/due", "kamal", "storm", time.Hour),
		entry("2/respond/created/due", "kamal", "storm", time.Hour),
		entry("1/progress/created/due", "kamal", "rights", 0), entry("1/progress/created/due", "kamal", "leak", 0),
		entry("1/progress/created/warn", "kamal", "leak", 0), entry("1/owner/created/warn", "kamal", "leak", 0),
		entry("1/respond/created/due", "endocs", "storm", 0), entry("1/respond/created/due", "vendor", "storm", -time.Hour),
	}
	want := []string{
		"kamal respond/due storm", "vendor respond/due storm", "endocs respond/due storm", "kamal owner/warn leak",
		"kamal progress/due leak", "kamal progress/due rights", "kamal progress/warn leak",
	}
	for range len(es) {
		es = append(es[1:], es[0])
		groups, err := ledger.Summarize(sequence(es, nil))
		var got []string
		for _, g := range groups {
			got = append(got, fmt.Sprintf("%s %s/%s %s", g.Contract, g.Obligation, g.Step, g.Reason))
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
	}
}

// TestFurtherErrorsSayWhatAndWhere: what could be neither kept nor read of people's words is named.
func TestFurtherErrorsSayWhatAndWhere(t *testing.T) {
	l, f := open(t)
	w := world(t, l)
	full := errors.New("boom")
	hour := t0.Add(time.Hour)
	for want, do := range map[string]func() error{
		"record consent on issue 1": func() error {
			_, err := l.Agree(t.Context(), "helpdesk", "1", enforcer.Agreement{Date: "2026-03-25", At: t0, By: "o", Reason: "x"})
			return err
		},
		"hold issue 1": func() error {
			return l.HoldRequest(t.Context(), "helpdesk", "1", enforcer.Hold{Until: hour, At: t0, By: "o", Reason: "x"})
		},
		"remember names of helpdesk": func() error {
			return l.RememberNames(t.Context(), t0, "helpdesk", ledger.Name{Kind: ledger.NameOfRole, ID: "1", Name: "x"})
		},
		"remember people of helpdesk": func() error {
			return l.Remember(t.Context(), t0, "helpdesk", ledger.Person{ID: "7"})
		},
		"adopt what stands on issue 1": func() error {
			_, err := l.Adopt(t.Context(), t0, "helpdesk", ledger.Adoption{
				At: t0, Write: connectors.Write{Issue: "1"}, Entries: []string{w["1/due"].ID},
			})
			return err
		},
		"set what issue 1 adds to kamal billing": func() error {
			return l.SetTallies(t.Context(), ledger.Tally{
				Connection: "helpdesk", Contract: "kamal", Obligation: "billing", Issue: "1", Amount: 2,
			})
		},
		"clear accounts of kamal on helpdesk": func() error { return l.ClearTallies(t.Context(), "helpdesk", "kamal") },
		"list consent on issue 1": func() error {
			_, err := l.Agreements(t.Context(), "helpdesk", "1")
			return err
		},
		"list holds on helpdesk": func() error {
			_, err := l.HoldsAfter(t.Context(), "helpdesk", t0)
			return err
		},
		"list names of helpdesk": func() error {
			_, err := l.Names(t.Context(), "helpdesk")
			return err
		},
		"list the contracts of issue 1": func() error {
			_, err := l.ContractsOf(t.Context(), "helpdesk", "1")
			return err
		},
		"list issues with pending entries of kamal": func() error {
			_, err := l.PendingIssues(t.Context(), "helpdesk", "kamal")
			return err
		},
		"list what cannot be judged on helpdesk": func() error {
			_, _, err := l.Unjudged(t.Context(), "helpdesk", 5)
			return err
		},
		"count what stands refused on helpdesk": func() error {
			_, err := l.StandingRefusals(t.Context(), "helpdesk")
			return err
		},
		"list steps of issue 1": func() error {
			_, err := l.RecordedAt(t.Context(), "helpdesk", "1", t0)
			return err
		},
		"entry " + w["1/due"].ID: func() error {
			_, err := l.Known(t.Context(), w["1/due"].ID)
			return err
		},
	} {
		was := rowsOf(t, f)
		for n := 1; ; n++ {
			seen := 0
			f.hook.set(func(query string, _ []driver.NamedValue) error {
				if query == "BEGIN" || query == "COMMIT" {
					return nil
				}
				if seen++; seen == n {
					return full
				}
				return nil
			}, nil)
			err := do()
			f.hook.set(nil, nil)
			if seen < n {
				if err != nil || n == 1 {
					t.Errorf("%s: %v after %d statements", want, err, n-1)
				}
				break
			}
			if err == nil || !errors.Is(err, full) || !strings.Contains(err.Error(), want) || rowsOf(t, f) != was {
				t.Errorf("%s, statement %d: %v, kept %v", want, n, err, rowsOf(t, f) != was)
				break
			}
		}
	}
}
