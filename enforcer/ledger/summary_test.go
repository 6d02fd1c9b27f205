package ledger_test

import (
	"errors"
	"fmt"
	"iter"
	"math/rand"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// sequence gives entries one by one, and then perhaps an error.
func sequence(es []ledger.Entry, err error) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for _, e := range es {
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			yield(ledger.Entry{}, err)
		}
	}
}

// 500 issues touched by one wrong mapping and two by another reason are two groups, in whatever order they come.
func TestSummarize(t *testing.T) {
	var es []ledger.Entry
	for i := range 500 {
		e := step(fmt.Sprintf("%d/respond/created/due", i), enforcer.Held)
		e.ID, e.Reason.Code, e.Moment = e.Key.ID(), "storm", t0.Add(time.Duration(i)*time.Minute)
		es = append(es, e)
	}
	for i := range 2 { // two cycles of one issue
		e := step(fmt.Sprintf("7/progress-update/journal:%d/due", i), enforcer.Held)
		e.ID, e.Reason.Code, e.Moment = e.Key.ID(), "rights", t0.Add(time.Duration(i)*time.Hour)
		es = append(es, e)
	}
	rand.Shuffle(len(es), func(i, j int) { es[i], es[j] = es[j], es[i] })
	groups, err := ledger.Summarize(sequence(es, nil))
	if err != nil || len(groups) != 2 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	storm, rights := groups[0], groups[1]
	if storm.Entries != 500 || storm.Issues != 500 || storm.Reason != "storm" || storm.Obligation != "respond" ||
		storm.Step != "due" ||
		!storm.Oldest.Equal(t0) || !storm.Newest.Equal(t0.Add(499*time.Minute)) {
		t.Errorf("the storm is %+v", storm)
	}
	if x := storm.Examples; len(x) != 3 || x[0].Key.Issue != "0" || x[2].Key.Issue != "499" || x[1].Key.Issue == "0" ||
		x[1].Key.Issue == "499" {
		t.Errorf("examples of the storm: %d", len(x))
	}
	if rights.Entries != 2 || rights.Issues != 1 || len(rights.Examples) != 2 ||
		rights.Examples[0].Moment.After(rights.Examples[1].Moment) {
		t.Errorf("the other is %+v", rights)
	}
	broken := errors.New("broken")
	if _, err := ledger.Summarize(sequence(es[:1], broken)); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if groups, err := ledger.Summarize(sequence(nil, nil)); len(groups) != 0 || err != nil {
		t.Errorf("of nothing: %v, %v", groups, err)
	}
}

// Step, reason and the time of recording choose entries, alone and together with the others.
func TestFurtherFilters(t *testing.T) {
	l, _ := open(t)
	world(t, l)
	for _, c := range []struct {
		filter ledger.Filter
		want   int
	}{
		{ledger.Filter{Step: "due"}, 3},
		{ledger.Filter{Step: "due", State: enforcer.Held}, 2},
		{ledger.Filter{Reason: "nothing"}, 0},
		{ledger.Filter{Since: t0.Add(2 * time.Hour), Until: t0.Add(4 * time.Hour)}, 2},
	} {
		if got := list(t, l, c.filter, ledger.OldestFirst); len(got) != c.want {
			t.Errorf("%+v: want %d, got %v", c.filter, c.want, names(got))
		}
	}
	held := list(t, l, ledger.Filter{State: enforcer.Held}, ledger.OldestFirst)
	if got := list(t, l, ledger.Filter{Reason: held[0].Reason.Code}, ledger.OldestFirst); len(got) < 2 {
		t.Errorf("reason %q: %v", held[0].Reason.Code, names(got))
	}
}
