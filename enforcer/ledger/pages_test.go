package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// A ledger of more records than are read at a time: each is told of once, verified, taken in and extracted.
func TestMoreThanAPage(t *testing.T) {
	l, f := open(t)
	const many = 1001
	var es []ledger.Entry
	for i := range many {
		es = append(es, step(fmt.Sprintf("%d/respond/created/due", i), enforcer.Past))
	}
	record(t, l, es...)

	told := map[string]int{}
	after, rounds := int64(0), 0
	for more := true; more; rounds++ {
		var changes []ledger.Change
		var err error
		if changes, after, more, err = l.Changes(t.Context(), "helpdesk", after, enforcer.Past); err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			told[c.ID]++
		}
	}
	if len(told) != many || rounds != 2 {
		t.Errorf("%d entries were told of in %d rounds", len(told), rounds)
	}
	for id, n := range told {
		if n != 1 {
			t.Errorf("%s was told of %d times", id, n)
		}
	}

	// with the beginning, and since when the two contracts hold
	if v := verified(t, l); v.Records != many+3 || len(v.Tamperings) != 0 {
		t.Errorf("%d records, %+v", v.Records, v.Tamperings)
	}
	if _, err := f.Exec(`DELETE FROM ledger_chain`); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Exec(`INSERT INTO ledger_chain VALUES ('helpdesk', 0, 'older', '[]', '', '')`); err != nil {
		t.Fatal(err)
	}
	record(t, l, step("new/respond/created/due", enforcer.Past))
	if v := verified(t, l); v.Before != many+2 || len(v.Tamperings) != 0 {
		t.Errorf("%d records were taken in, %+v", v.Before, v.Tamperings)
	}
	for _, e := range []ledger.Entry{es[0], es[many-1]} {
		if _, err := f.Exec(`UPDATE ledger_history SET at = at + 1 WHERE entry = $1`, e.Key.ID()); err != nil {
			t.Fatal(err)
		}
	}
	if v := verified(t, l); len(v.Tamperings) != 2 {
		t.Errorf("two records were changed, found %+v", v.Tamperings)
	}
	if _, err := f.Exec(`UPDATE ledger_history SET at = at + 1`); err != nil {
		t.Fatal(err)
	}
	if v := verified(t, l); len(v.Tamperings) != 100 {
		t.Errorf("of %d changed records %d are listed, want 100", many, len(v.Tamperings))
	}
}

// TestNoReadEndsEarly fails the reading of every row once, in the midst of an answer: it is told, and what was read
// until then is not taken for all there is.
func TestNoReadEndsEarly(t *testing.T) {
	l, f, w := lived(t)
	broken := errors.New("disk I/O error")
	ask := reads(t, l, w)
	for _, name := range slices.Sorted(maps.Keys(ask)) {
		for n := int64(1); ; n++ {
			var seen atomic.Int64
			f.hook.reading(func() error {
				if seen.Add(1) == n {
					return broken
				}
				return nil
			})
			got, err := ask[name]()
			f.hook.reading(nil)
			if seen.Load() < n {
				if err != nil || n == 1 {
					t.Errorf("%s: %q, %v after %d rows", name, got, err, n-1)
				}
				break
			}
			if !errors.Is(err, broken) {
				t.Errorf("%s: row %d failed, and the answer is %q, %v", name, n, got, err)
			}
		}
	}
}
