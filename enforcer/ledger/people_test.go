package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer/ledger"
)

// A person who changes roles keeps the old ones for the time they were seen; one who leaves stays known.
func TestPeopleAreRememberedWithTheirRoles(t *testing.T) {
	l, f := open(t)
	ivanov := func(roles ...string) ledger.Person {
		return ledger.Person{ID: "7", Project: "acme", Name: "Ivan Ivanov", Roles: roles}
	}
	day := func(n int) time.Time { return t0.AddDate(0, 0, n) }
	see := func(now time.Time, people ...ledger.Person) {
		t.Helper()
		if err := l.Remember(t.Context(), now, "helpdesk", people...); err != nil {
			t.Fatal(err)
		}
	}
	see(day(0), ivanov("Support", "Reporter"), ivanov("Support", "Reporter"))
	see(day(1), ivanov("Reporter", "Support"))
	see(day(2), ivanov("Developer"))
	see(day(3), ivanov("Support", "Reporter"), ledger.Person{ID: "7", Project: "other", Name: "Ivan Ivanov"})
	see(day(4))                    // he has left
	see(day(2), ivanov("Manager")) // older than what is known

	got, err := l.Remembered(t.Context(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	seen := func(p ledger.Person, from, to int) ledger.Person {
		slices.Sort(p.Roles)
		p.FirstSeen, p.LastSeen = day(from), day(to)
		return p
	}
	want := []ledger.Person{
		seen(ivanov("Reporter", "Support"), 0, 1),
		seen(ivanov("Developer"), 2, 2),
		seen(ivanov("Reporter", "Support"), 3, 3),
		seen(ledger.Person{ID: "7", Project: "other", Name: "Ivan Ivanov"}, 3, 3),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
	if other, err := l.Remembered(t.Context(), "other"); err != nil || len(other) != 0 {
		t.Errorf("another connection knows %v, %v", other, err)
	}

	// Seeing the same people again soon writes nothing.
	was := rowsOf(t, f)
	see(day(3).Add(59*time.Minute), ivanov("Support", "Reporter"))
	if is := rowsOf(t, f); is != was {
		t.Errorf("an idle pass rewrote people:\n%s", is)
	}
}
