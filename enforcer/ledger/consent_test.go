package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// looked puts issue 1 on the agenda, to be looked at in two hours.
func looked(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	if err := l.SetAgenda(t.Context(), enforcer.AgendaItem{
		Connection: "helpdesk", Issue: "1", Contract: "kamal", EvaluatedAt: t0, Next: t0.Add(2 * time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
}

// nextLook is when issue 1 is looked at next.
func nextLook(t *testing.T, l *ledger.Ledger) time.Time {
	t.Helper()
	it, _, err := l.Item(t.Context(), "helpdesk", "1", "kamal")
	if err != nil {
		t.Fatal(err)
	}
	return it.Next
}

// TestConsentIsKept: every consent stands beside the others, numbered by its issue, and the issue is looked at at once;
// one without a date, a name or a reason is none.
func TestConsentIsKept(t *testing.T) {
	l, f := open(t)
	looked(t, l)
	agree := func(issue, date string, at time.Time) enforcer.Agreement {
		t.Helper()
		a, err := l.Agree(t.Context(), "helpdesk", issue,
			enforcer.Agreement{Date: date, At: at, By: "olga", Reason: "by phone"})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for i, n := range []int{
		agree("1", "2026-03-25", t0).Number, agree("1", "2026-03-27", t0.Add(time.Hour)).Number,
		agree("2", "2026-04-01", t0).Number,
	} {
		if want := []int{1, 2, 1}[i]; n != want {
			t.Errorf("consent %d has number %d, want %d", i, n, want)
		}
	}
	if at := nextLook(t, l); !at.Equal(t0) {
		t.Errorf("the issue is looked at again at %s", at)
	}
	got, err := l.Agreements(t.Context(), "helpdesk", "1")
	want := []enforcer.Agreement{
		{Number: 1, Date: "2026-03-25", At: t0, By: "olga", Reason: "by phone"},
		{Number: 2, Date: "2026-03-27", At: t0.Add(time.Hour), By: "olga", Reason: "by phone"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	was := rowsOf(t, f)
	for _, a := range []enforcer.Agreement{
		{By: "olga", Reason: "x"}, {Date: "2026-03-25", Reason: "x"}, {Date: "2026-03-25", By: "olga"},
	} {
		if _, err := l.Agree(t.Context(), "helpdesk", "1", a); err == nil || rowsOf(t, f) != was ||
			!strings.Contains(err.Error(), "without a date, a name or a reason") {
			t.Errorf("%+v is kept: %v", a, err)
		}
	}
}

// TestHoldsAreKept: the holds of an issue stand in the order in which they were given, the issue is looked at at once,
// and those of an issue of which none is over yet are listed whole; one without a moment, a name or a reason is none.
func TestHoldsAreKept(t *testing.T) {
	l, f := open(t)
	looked(t, l)
	hold := func(issue string, at, until time.Time) enforcer.Hold {
		t.Helper()
		h := enforcer.Hold{Until: until, At: at, By: "olga", Reason: "a visit"}
		if err := l.HoldRequest(t.Context(), "helpdesk", issue, h); err != nil {
			t.Fatal(err)
		}
		return h
	}
	hour := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Hour) }
	first, second := hold("1", hour(0), hour(1)), hold("1", hour(0), hour(5))
	over := hold("2", hour(0), hour(2))
	if at := nextLook(t, l); !at.Equal(t0) {
		t.Errorf("the issue is looked at again at %s", at)
	}
	if err := l.HoldRequest(t.Context(), "desk", "1",
		enforcer.Hold{Until: hour(1), At: hour(0), By: "olga", Reason: "another request of this number"}); err != nil {
		t.Fatal(err)
	}
	got, err := l.Holds(t.Context(), "helpdesk", "1")
	if err != nil || cmp.Diff([]enforcer.Hold{first, second}, got) != "" {
		t.Errorf("of issue 1: %v, %v", got, err)
	}
	for now, want := range map[time.Time]map[string][]enforcer.Hold{
		hour(1):                       {"1": {first, second}, "2": {over}},
		hour(2):                       {"1": {first, second}},
		hour(2).Add(-1 * time.Second): {"1": {first, second}, "2": {over}},
		hour(5):                       {},
	} {
		if got, err := l.HoldsAfter(t.Context(), "helpdesk", now); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("after %s: %v, %v", now, got, err)
		}
	}
	if got, err := l.HoldsAfter(t.Context(), "other", t0); err != nil || len(got) != 0 {
		t.Errorf("another connection holds %v, %v", got, err)
	}
	was := rowsOf(t, f)
	for _, h := range []enforcer.Hold{
		{By: "olga", Reason: "x"}, {Until: hour(9), Reason: "x"}, {Until: hour(9), By: "olga"},
	} {
		if err := l.HoldRequest(t.Context(), "helpdesk", "1", h); err == nil || rowsOf(t, f) != was ||
			!strings.Contains(err.Error(), "without a moment, a name or a reason") {
			t.Errorf("%+v is kept: %v", h, err)
		}
	}
}

// TestNamesAreRemembered: a name once shown stays with the moment it was first seen, whatever it is called later.
func TestNamesAreRemembered(t *testing.T) {
	l, _ := open(t)
	status := func(id, name string) ledger.Name { return ledger.Name{Kind: ledger.NameOfStatus, ID: id, Name: name} }
	for i, names := range [][]ledger.Name{
		{status("2", "In work"), status("1", "New")},
		{status("2", "In progress"), status("1", "New")},
		{status("2", "In work"), {Kind: ledger.NameOfRole, ID: "1", Name: "New"}},
	} {
		if err := l.RememberNames(t.Context(), t0.AddDate(0, 0, i), "helpdesk", names...); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Names(t.Context(), "helpdesk")
	seen := func(n ledger.Name, day int) ledger.Name { n.FirstSeen = t0.AddDate(0, 0, day); return n }
	want := []ledger.Name{
		seen(status("1", "New"), 0), seen(status("2", "In work"), 0), seen(status("2", "In progress"), 1),
		seen(ledger.Name{Kind: ledger.NameOfRole, ID: "1", Name: "New"}, 2),
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if other, err := l.Names(t.Context(), "other"); err != nil || len(other) != 0 {
		t.Errorf("another connection has %v, %v", other, err)
	}
}

// TestSeenToTheHour: that somebody is still there is written once an hour, a new name at once.
func TestSeenToTheHour(t *testing.T) {
	l, f := open(t)
	see := func(after time.Duration, name string) string {
		t.Helper()
		p := ledger.Person{ID: "7", Project: "acme", Name: name}
		if err := l.Remember(t.Context(), t0.Add(after), "helpdesk", p); err != nil {
			t.Fatal(err)
		}
		return rowsOf(t, f)
	}
	first := see(0, "Ivan")
	if see(time.Hour-time.Millisecond, "Ivan") != first {
		t.Error("somebody is written again within the hour")
	}
	hour := see(time.Hour, "Ivan")
	if hour == first {
		t.Error("that somebody is there after an hour is not written")
	}
	if see(time.Hour, "Petr") != hour || see(time.Minute, "Petr") != hour {
		t.Error("what was seen before changes what is known since")
	}
	if see(time.Hour+time.Minute, "Petr") == hour {
		t.Error("a new name is not written")
	}
	people, err := l.Remembered(t.Context(), "helpdesk")
	if err != nil || len(people) != 1 || people[0].Name != "Petr" || !people[0].FirstSeen.Equal(t0) ||
		!people[0].LastSeen.Equal(t0.Add(time.Hour+time.Minute)) {
		t.Errorf("%+v, %v", people, err)
	}
}

// TestEntriesAskedForByWhatIsLeft: which are there at all, how they are now, on which issues something is left to do,
// which contracts have an issue, and what was recorded of its steps at a moment.
func TestEntriesAskedForByWhatIsLeft(t *testing.T) {
	l, _ := open(t)
	w := world(t, l)
	known, err := l.Known(t.Context(), w["1/due"].ID, "nothing", w["3/due"].ID)
	if err != nil || len(known) != 2 || known[w["1/due"].ID].Key != w["1/due"].Key ||
		known[w["3/due"].ID].Key != w["3/due"].Key {
		t.Errorf("known %v, %v", known, err)
	}
	if _, err := l.Move(t.Context(), t0.Add(9*time.Hour), enforcer.Needless, w["1/due"]); err != nil {
		t.Fatal(err)
	}
	fresh, err := l.Afresh(t.Context(), []ledger.Entry{w["2/due"], w["1/due"]})
	if err != nil || len(fresh) != 2 || fresh[0].State != enforcer.Held || fresh[1].State != enforcer.Needless {
		t.Errorf("afresh %v, %v", fresh, err)
	}
	if _, err := l.Afresh(t.Context(), []ledger.Entry{{}}); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("an entry that is not there, afresh: %v", err)
	}
	for contract, want := range map[string]string{"kamal": "2", "endocs": "3", "other": ""} {
		if got, err := l.PendingIssues(t.Context(), "helpdesk", contract); err != nil || strings.Join(got, " ") != want {
			t.Errorf("pending under %s: %v, %v; want %q", contract, got, err, want)
		}
	}
	looked(t, l)
	for issue, want := range map[string]string{"1": "kamal", "3": "endocs", "9": ""} {
		if got, err := l.ContractsOf(t.Context(), "helpdesk", issue); err != nil || strings.Join(got, " ") != want {
			t.Errorf("contracts of %s: %v, %v; want %q", issue, got, err, want)
		}
	}
	for after, want := range map[time.Duration]enforcer.EntryState{
		-time.Second: "", 0: enforcer.Intended, 9*time.Hour - time.Second: enforcer.Intended,
		9 * time.Hour: enforcer.Needless,
	} {
		state, err := l.RecordedAt(t.Context(), "helpdesk", "1", t0.Add(after))
		if err != nil || state(w["1/due"].Key).State != want {
			t.Errorf("after %s: %q, %v; want %q", after, state(w["1/due"].Key).State, err, want)
		}
	}
}

// TestWhatPeopleShouldLookAt: refusals count while something is still owed on their request, and of contracts as a
// whole; promises that cannot be judged are listed to a limit, with how many there are.
func TestWhatPeopleShouldLookAt(t *testing.T) {
	l, _ := open(t)
	refuse := func(path string) {
		t.Helper()
		w := begin(t, l, t0, record(t, l, step(path, enforcer.Intended))...)
		if _, err := l.Finish(t.Context(), t0, w.ID, ledger.Outcome{Class: connectors.Refused, Error: "no"}); err != nil {
			t.Fatal(err)
		}
	}
	standing := func(want int) {
		t.Helper()
		if n, err := l.StandingRefusals(t.Context(), "helpdesk"); err != nil || n != want {
			t.Errorf("%d refusals stand, %v; want %d", n, err, want)
		}
	}
	agenda := func(issue, unjudged string, cycles ...enforcer.AgendaCycle) {
		t.Helper()
		if err := l.SetAgenda(t.Context(), enforcer.AgendaItem{
			Connection: "helpdesk", Issue: issue, Contract: "kamal", EvaluatedAt: t0, Next: t0.Add(time.Hour),
			Unjudged: unjudged, Cycles: cycles,
		}); err != nil {
			t.Fatal(err)
		}
	}
	standing(0)
	refuse("1/respond/created/due")
	refuse("2/respond/created/due")
	standing(0)
	agenda("1", "no data", enforcer.AgendaCycle{Obligation: "respond", ID: "created"})
	agenda("2", "no role")
	agenda("3", "")
	standing(1)
	for limit, want := range map[int]string{9: "1 no data, 2 no role", 2: "1 no data, 2 no role", 1: "1 no data", 0: ""} {
		first, all, err := l.Unjudged(t.Context(), "helpdesk", limit)
		var got []string
		for _, it := range first {
			got = append(got, it.Issue+" "+it.Unjudged)
		}
		if err != nil || all != 2 || strings.Join(got, ", ") != want {
			t.Errorf("at most %d: %v of %d, %v; want %s", limit, got, all, err, want)
		}
	}
}
