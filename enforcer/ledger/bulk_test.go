package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// What is read of many issues together is what each question about one of them gives.
func TestOfIssuesIsWhatIsAskedOneByOne(t *testing.T) {
	l, _ := open(t)
	ctx, now := t.Context(), t0.Add(time.Hour)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	steps := world(t, l)
	w := begin(t, l, now, steps["1/due"])
	_, err := l.Finish(ctx, now, w.ID, ledger.Outcome{Receipt: &connectors.Receipt{Event: "journal:7"}})
	check(err)
	check(l.SetAgenda(ctx, item("1", now, now, enforcer.Running), item("2", now, now, enforcer.Breached)))
	late := verdict("2/respond/created", enforcer.Breached)
	judge(t, l, t0, verdict("1/respond/created", enforcer.Met), late)
	late.EndedAt, late.EndEvent = t0.Add(time.Hour), "journal:9"
	judge(t, l, now, late)
	_, err = l.Agree(ctx, "helpdesk", "2", enforcer.Agreement{
		Date: "2026-04-01", By: "ivanov", Reason: "by mail", At: now,
	})
	check(err)
	for i := range 2 {
		check(l.HoldRequest(ctx, "helpdesk", "3", enforcer.Hold{
			Until: now.Add(time.Duration(i) * time.Hour), At: now, By: "ivanov", Reason: "moved",
		}))
	}

	ids := []string{"1", "2", "3", "never heard of"}
	together, err := l.OfIssues(ctx, "helpdesk", ids...)
	check(err)
	contracts, err := l.ContractsOfEach(ctx, "helpdesk", ids...)
	check(err)
	for _, id := range ids {
		got := together[id]
		of, err := l.ContractsOf(ctx, "helpdesk", id)
		check(err)
		if !slices.Equal(of, contracts[id]) {
			t.Errorf("issue %s is %v's, and with others %v's", id, of, contracts[id])
		}
		agreements, err := l.Agreements(ctx, "helpdesk", id)
		check(err)
		holds, err := l.Holds(ctx, "helpdesk", id)
		check(err)
		entries, err := l.ByIssue(ctx, "helpdesk", id)
		check(err)
		var requested []ledger.Entry
		state, err := l.Recorded(ctx, "helpdesk", id)
		check(err)
		for _, e := range entries {
			if e.Write != nil {
				requested = append(requested, e)
			}
			if s := state(e.Key); s != got.Step(e.Key) || s.State == "" {
				t.Errorf("issue %s: %s is %v, and %v with others", id, e.ID, s, got.Step(e.Key))
			}
		}
		for _, c := range []string{"kamal", "endocs"} {
			it, ok, err := l.Item(ctx, "helpdesk", id, c)
			check(err)
			if ok != (got.Item(c) != nil) || ok && !cmp.Equal(it, *got.Item(c)) {
				t.Errorf("issue %s: on the agenda of %s as %v, and with others as %v", id, c, it, got.Item(c))
			}
			var whole []enforcer.Verdict
			for _, v := range got.Verdicts(c) {
				x, err := v.Whole()
				check(err)
				whole = append(whole, x)
			}
			want := verdicts(t, l, ledger.VerdictFilter{Connection: "helpdesk", Contract: c, Issue: id})
			if diff := cmp.Diff(want, whole); diff != "" {
				t.Errorf("issue %s: verdicts of %s, and with others:\n%s", id, c, diff)
			}
		}
		for what, diff := range map[string]string{
			"agreements": cmp.Diff(agreements, got.Agreements), "holds": cmp.Diff(holds, got.Holds),
			"requested": cmp.Diff(requested, got.Requested),
		} {
			if diff != "" {
				t.Errorf("issue %s: %s, and with others:\n%s", id, what, diff)
			}
		}
	}
	if n := len(together["1"].Requested) + len(together["2"].Verdicts("kamal")) + len(together["3"].Holds); n != 5 {
		t.Errorf("%d things were compared, want 5", n)
	}
}
