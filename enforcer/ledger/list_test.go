package ledger_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// names lists entries as "issue/step", in their order.
func names(es []ledger.Entry) []string {
	out := []string{}
	for _, e := range es {
		out = append(out, e.Key.Issue+"/"+e.Key.Step)
	}
	return out
}

func list(t testing.TB, l *ledger.Ledger, f ledger.Filter, order ledger.Order) []ledger.Entry {
	t.Helper()
	var out []ledger.Entry
	for e, err := range l.List(t.Context(), f, order) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// world records six entries, an hour apart.
func world(t testing.TB, l *ledger.Ledger) map[string]ledger.Entry {
	t.Helper()
	out := map[string]ledger.Entry{}
	for i, e := range []ledger.Entry{
		step("1/respond/created/due", enforcer.Intended),
		step("1/respond/created/warn-50", enforcer.Past),
		step("2/respond/created/due", enforcer.Held),
		step("2/acknowledge/created/start", enforcer.Waiting),
		step("3/respond/created/due", enforcer.Held),
		step("3/acknowledge/created/start", enforcer.Intended),
	} {
		e.Moment = t0.Add(-time.Duration(i) * time.Minute)
		if e.Key.Issue == "3" {
			e.Key.Contract = "endocs"
		}
		if e.State == enforcer.Waiting {
			e.NotBefore = t0.Add(24 * time.Hour)
		}
		r, err := l.Record(t.Context(), t0.Add(time.Duration(i)*time.Hour), e)
		if err != nil {
			t.Fatal(err)
		}
		out[names([]ledger.Entry{e})[0]] = r[0].Entry
	}
	return out
}

func TestListByFilter(t *testing.T) {
	l, _ := open(t)
	w := world(t, l)
	for name, c := range map[string]struct {
		filter ledger.Filter
		want   []string
	}{
		"everything":          {ledger.Filter{}, []string{"1/due", "1/warn-50", "2/due", "2/start", "3/due", "3/start"}},
		"by state":            {ledger.Filter{State: enforcer.Held}, []string{"2/due", "3/due"}},
		"by contract":         {ledger.Filter{Contract: "endocs"}, []string{"3/due", "3/start"}},
		"by obligation":       {ledger.Filter{Obligation: "acknowledge"}, []string{"2/start", "3/start"}},
		"by immutable id":     {ledger.Filter{Issue: "2"}, []string{"2/due", "2/start"}},
		"by what people type": {ledger.Filter{Issue: "#2"}, []string{"2/due", "2/start"}},
		"by connection":       {ledger.Filter{Connection: "other"}, []string{}},
		"by entry":            {ledger.Filter{ID: w["3/due"].ID}, []string{"3/due"}},
		"since, inclusive":    {ledger.Filter{Since: t0.Add(4 * time.Hour)}, []string{"3/due", "3/start"}},
		"until, exclusive":    {ledger.Filter{Until: t0.Add(2 * time.Hour)}, []string{"1/due", "1/warn-50"}},
		"all at once": {
			ledger.Filter{
				State: enforcer.Held, Connection: "helpdesk", Contract: "kamal", Obligation: "respond", Issue: "#2",
				Since: t0, Until: t0.Add(9 * time.Hour),
			}, []string{"2/due"},
		},
		"a hostile value": {ledger.Filter{Issue: "' OR 1=1 --"}, []string{}},
	} {
		if got := names(list(t, l, c.filter, ledger.OldestFirst)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		slices.Reverse(c.want)
		if got := names(list(t, l, c.filter, ledger.NewestFirst)); !slices.Equal(got, c.want) {
			t.Errorf("%s, newest first: %v, want %v", name, got, c.want)
		}
	}
}

// A listing longer than a page skips and doubles nothing, though many entries share a moment and the caller
// changes them on the way.
func TestListInPagesWhileChanging(t *testing.T) {
	l, _ := open(t)
	const n = 612
	var es []ledger.Entry
	for i := range n {
		es = append(es, step(fmt.Sprintf("%d/respond/created/due", i), enforcer.Held))
	}
	record(t, l, es...)
	for _, order := range []ledger.Order{ledger.OldestFirst, ledger.NewestFirst} {
		seen := map[string]bool{}
		for e, err := range l.List(t.Context(), ledger.Filter{}, order) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[e.ID] {
				t.Fatalf("%s came twice", e.ID)
			}
			seen[e.ID] = true
			if e.State == enforcer.Held && len(seen)%50 == 0 {
				if _, err := l.Move(t.Context(), t0, enforcer.Needless, e); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(seen) != n {
			t.Errorf("%d entries came, want %d", len(seen), n)
		}
	}
	for range l.List(t.Context(), ledger.Filter{}, ledger.OldestFirst) {
		break // a caller who has seen enough leaves nothing behind
	}
}

func TestPendingIsWhatHasCome(t *testing.T) {
	l, _ := open(t)
	w := world(t, l)
	inFlight := begin(t, l, t0.Add(6*time.Hour), w["3/start"])
	pending := func(now time.Time) []string {
		t.Helper()
		es, err := l.Pending(t.Context(), "helpdesk", now)
		if err != nil {
			t.Fatal(err)
		}
		return names(es)
	}
	if got, want := pending(t0.Add(7*time.Hour)), []string{"3/start", "3/due", "2/due", "1/due"}; !slices.Equal(got,
		want) {
		t.Errorf("pending %v, want %v: oldest moment first, the waiting one not yet", got, want)
	}
	if got, want := pending(t0.Add(24*time.Hour)), []string{
		"3/start", "3/due", "2/start", "2/due",
		"1/due",
	}; !slices.Equal(got, want) {
		t.Errorf("at the opening: pending %v, want %v", got, want)
	}
	if _, err := l.Finish(t.Context(), t0.Add(7*time.Hour), inFlight.ID,
		ledger.Outcome{Class: connectors.TryLater, RetryAt: t0.Add(9 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if got, want := pending(t0.Add(8*time.Hour)), []string{"3/due", "2/due", "1/due"}; !slices.Equal(got, want) {
		t.Errorf("during the back-off: pending %v, want %v", got, want)
	}
	if got, want := pending(t0.Add(9*time.Hour)), []string{"3/start", "3/due", "2/due", "1/due"}; !slices.Equal(got,
		want) {
		t.Errorf("after it: pending %v, want %v", got, want)
	}
	if es, err := l.Pending(t.Context(), "other", t0.Add(99*time.Hour)); err != nil || len(es) != 0 {
		t.Errorf("another connection has %v, %v", es, err)
	}
}

func TestReleaseAndRetryReturnWhatTheyChanged(t *testing.T) {
	l, _ := open(t)
	w := world(t, l)
	now := t0.Add(10 * time.Hour)
	got, err := l.Release(t.Context(), now, ledger.Filter{Contract: "kamal"})
	if err != nil || !slices.Equal(names(got), []string{"2/due"}) {
		t.Fatalf("released %v, %v; want 2/due", names(got), err)
	}
	if e := got[0]; e.State != enforcer.Intended || !e.ReleasedAt.Equal(now) || e.Reason.Code != "released" {
		t.Errorf("released: %s at %v because %q", e.State, e.ReleasedAt, e.Reason.Code)
	}
	if e := get(t, l, w["3/due"].ID); e.State != enforcer.Held {
		t.Errorf("the other contract's entry is %s", e.State)
	}
	if again, err := l.Release(t.Context(), now, ledger.Filter{Contract: "kamal"}); err != nil || len(again) != 0 {
		t.Errorf("released again: %v, %v", names(again), err)
	}
	if none, err := l.Release(t.Context(), now, ledger.Filter{State: enforcer.Intended}); err != nil || len(none) != 0 {
		t.Errorf("released what is not held: %v, %v", names(none), err)
	}

	sent := begin(t, l, now, got[0])
	receipt := &connectors.Receipt{Event: "journal:9", Refused: []connectors.Refusal{{Field: "assignee", Wanted: "7"}}}
	if _, err := l.Finish(t.Context(), now, sent.ID, ledger.Outcome{Receipt: receipt}); err != nil {
		t.Fatal(err)
	}
	retried, err := l.Retry(t.Context(), now, ledger.Filter{}, fiveMinutesLater)
	if err != nil || !slices.Equal(names(retried), []string{"2/due"}) {
		t.Fatalf("retried %v, %v; want 2/due", names(retried), err)
	}
	if r := retried[0].Receipt; r == nil || r.Event != "journal:9" {
		t.Errorf("the receipt of the comment that was written is lost: %+v", r)
	}
	if from := retried[0].NotBefore; !from.Equal(sent.BeganAt.Add(5 * time.Minute)) {
		t.Errorf("it is tried again from %s on", from)
	}
}

// fiveMinutesLater is from when a refused entry may be tried again.
func fiveMinutesLater(e ledger.Entry) time.Time { return e.ChangedAt.Add(5 * time.Minute) }

func TestRecordedLooksUpStates(t *testing.T) {
	l, _ := open(t)
	w := world(t, l)
	state, err := l.Recorded(t.Context(), "helpdesk", "1")
	if err != nil {
		t.Fatal(err)
	}
	if s := state(w["1/warn-50"].Key).State; s != enforcer.Past {
		t.Errorf("1/warn-50 is %q", s)
	}
	waiting, err := l.Recorded(t.Context(), "helpdesk", "2")
	if err != nil {
		t.Fatal(err)
	}
	for _, look := range []func(enforcer.StepKey) enforcer.StepRecord{waiting, recordedAt(t, l, "2")} {
		r, e := look(w["2/start"].Key), w["2/start"]
		if r.State != enforcer.Waiting || !r.Moment.Equal(e.Moment) || !r.NotBefore.Equal(e.NotBefore) {
			t.Errorf("%+v, want the moment %s, and not before %s", r, e.Moment, e.NotBefore)
		}
	}
	unknown := w["1/due"].Key
	unknown.Cycle = "journal:9"
	if s := state(unknown).State; s != "" {
		t.Errorf("a step never recorded is %q", s)
	}
	if es, err := l.ByIssue(t.Context(), "helpdesk", "1"); err != nil ||
		!slices.Equal(names(es), []string{"1/warn-50", "1/due"}) {
		t.Errorf("by issue: %v, %v", names(es), err)
	}
}

// recordedAt is RecordedAt a day after all that world records.
func recordedAt(t *testing.T, l *ledger.Ledger, issue string) func(enforcer.StepKey) enforcer.StepRecord {
	t.Helper()
	look, err := l.RecordedAt(t.Context(), "helpdesk", issue, t0.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	return look
}
