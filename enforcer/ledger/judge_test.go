package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// verdict makes one from "issue/obligation/cycle": due 20 minutes after t0, and ended after 10 unless it is a breach.
func verdict(path string, state enforcer.CycleState) enforcer.Verdict {
	p := strings.Split(path, "/")
	v := enforcer.Verdict{
		Connection: "helpdesk", Issue: p[0], IssueKey: "#" + p[0], Subject: "Printer on fire", Contract: "kamal",
		Obligation: p[1],
		Cycle:      p[2], Ordinal: 1, State: state, Severity: "critical", Source: "п. 8", StartedAt: t0,
		Due:     t0.Add(20 * time.Minute),
		Elapsed: 10 * time.Minute, LastEvent: "journal:1", Moves: 2,
		Facts: enforcer.Facts{
			Version: "2026-01", Fingerprint: "f1", Calendar: "kz 2026.1", Provisional: true, StartedAt: t0,
			Events: []string{"created", "journal:1"}, Why: []string{"20m"}, Assumption: "kinder",
		},
	}
	if state == enforcer.Met || state == enforcer.Cancelled {
		v.EndedAt, v.EndEvent, v.EndBy, v.EndByRole, v.EndWhy = t0.Add(10*time.Minute), "journal:1", "Ivan Ivanov",
			enforcer.Support, "stopped"
	}
	return v
}

func judge(t testing.TB, l *ledger.Ledger, now time.Time, vs ...enforcer.Verdict) []enforcer.Verdict {
	t.Helper()
	out, err := l.Judge(t.Context(), now, vs...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func verdicts(t testing.TB, l *ledger.Ledger, f ledger.VerdictFilter) []enforcer.Verdict {
	t.Helper()
	var out []enforcer.Verdict
	for v, err := range l.Verdicts(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// A promise is broken, answered late, and the contract is edited: each thing that happened has its record, the edit has
// none, and what was recorded first reads as it did.
func TestVerdictsStandBesideEachOther(t *testing.T) {
	l, _ := open(t)
	at := func(m int) time.Time { return t0.Add(time.Duration(m) * time.Minute) }
	v := verdict("17/respond/created", enforcer.Breached)
	first := judge(t, l, at(21), v)
	if got := judge(t, l, at(22), v); len(got) != 0 {
		t.Errorf("judged again: %+v", got)
	}
	eased := verdict("17/respond/created", enforcer.Paused)
	eased.Facts.Fingerprint, eased.Due = "f2", at(90)
	if got := judge(t, l, at(23), eased); len(got) != 0 {
		t.Errorf("after an edit of the contract: %+v", got)
	}
	late := v
	late.EndedAt, late.EndEvent, late.EndBy, late.EndWhy, late.LastEvent, late.Elapsed = at(40), "journal:2",
		"Ivan Ivanov", "stopped", "journal:2", 40*time.Minute
	second := judge(t, l, at(41), late)
	if len(first) != 1 || len(second) != 1 {
		t.Fatalf("recorded %d and then %d, want one each", len(first), len(second))
	}
	v.Number, v.JudgedAt = 1, at(21)
	late.Number, late.JudgedAt, late.Why = 2, at(41), enforcer.WhyEnded
	want := []enforcer.Verdict{v, late}
	if diff := cmp.Diff(want, append(first, second...)); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, verdicts(t, l, ledger.VerdictFilter{})); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	var latest []enforcer.Verdict
	for v, err := range enforcer.Latest(l.Verdicts(t.Context(), ledger.VerdictFilter{})) {
		if err != nil {
			t.Fatal(err)
		}
		latest = append(latest, v)
	}
	if diff := cmp.Diff(want[1:], latest); diff != "" {
		t.Errorf("latest (-want +got):\n%s", diff)
	}
}

func TestJudgeRefusesWhatIsNoVerdict(t *testing.T) {
	l, f := open(t)
	was := rowsOf(t, f)
	for want, edit := range map[string]func(*enforcer.Verdict){
		"incomplete":           func(v *enforcer.Verdict) { v.Cycle = "" },
		`"sung" is no verdict`: func(v *enforcer.Verdict) { v.State = "sung" },
		"met without an end":   func(v *enforcer.Verdict) { v.EndedAt = time.Time{} },
		"without a due and with": func(v *enforcer.Verdict) {
			v.State, v.Due, v.EndedAt = enforcer.Breached, time.Time{}, time.Time{}
		},
	} {
		v := verdict("17/respond/created", enforcer.Met)
		edit(&v)
		if _, err := l.Judge(t.Context(), t0, verdict("16/respond/created", enforcer.Met), v); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if is := rowsOf(t, f); is != was {
		t.Errorf("a refused call left something behind:\n%s", is)
	}
}

// More cycles than a page holds, of two contracts, one of them with three records: each filter gives whole cycles,
// every record once, in order.
func TestVerdictsFilterAndPage(t *testing.T) {
	l, _ := open(t)
	var all []enforcer.Verdict
	for i := range 700 {
		v := verdict(fmt.Sprintf("%d/respond/created", i), enforcer.Met)
		v.EndedAt = t0.Add(time.Duration(i/2) * time.Second) // pairs are reached together
		if i%7 == 0 {
			v.Contract = "endocs"
		}
		if i%5 == 0 {
			v.Obligation = "involve-developers"
		}
		all = append(all, v)
	}
	judge(t, l, t0, all...)
	three := all[3] // taken back, and then broken a quarter of an hour later
	three.State, three.LastEvent, three.EndedAt = enforcer.Running, "journal:2", time.Time{}
	judge(t, l, t0.Add(time.Hour), three)
	three.State, three.Due = enforcer.Breached, t0.Add(15*time.Minute)
	judge(t, l, t0.Add(2*time.Hour), three)

	for name, c := range map[string]struct {
		filter ledger.VerdictFilter
		want   func(v enforcer.Verdict) bool // chooses by the cycle's last record
	}{
		"all": {ledger.VerdictFilter{}, func(enforcer.Verdict) bool { return true }},
		"contract": {
			ledger.VerdictFilter{Contract: "endocs"}, func(v enforcer.Verdict) bool { return v.Contract == "endocs" },
		},
		"obligation": {
			ledger.VerdictFilter{Contract: "kamal", Obligation: "respond"}, func(v enforcer.Verdict) bool {
				return v.Contract == "kamal" && v.Obligation == "respond"
			},
		},
		"issue by id":      {ledger.VerdictFilter{Issue: "3"}, func(v enforcer.Verdict) bool { return v.Issue == "3" }},
		"issue by key":     {ledger.VerdictFilter{Issue: "#3"}, func(v enforcer.Verdict) bool { return v.Issue == "3" }},
		"other connection": {ledger.VerdictFilter{Connection: "other"}, func(enforcer.Verdict) bool { return false }},
		"from inclusive": {
			ledger.VerdictFilter{From: t0.Add(300 * time.Second)}, func(v enforcer.Verdict) bool {
				return !v.Reached().Before(t0.Add(300 * time.Second))
			},
		},
		"to exclusive": {
			ledger.VerdictFilter{To: t0.Add(10 * time.Second)}, func(v enforcer.Verdict) bool {
				return v.Reached().Before(t0.Add(10 * time.Second))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := map[string]int{}
			for _, v := range append(slices.Delete(slices.Clone(all), 3, 4), three) {
				if c.want(v) {
					want[v.Issue] = 1
					if v.Issue == "3" {
						want["3"] = 3
					}
				}
			}
			got := verdicts(t, l, c.filter)
			records := map[string]int{}
			for _, v := range got {
				records[v.Issue]++
				if v.Number != records[v.Issue] {
					t.Errorf("issue %s: record %d comes as the %d.", v.Issue, v.Number, records[v.Issue])
				}
			}
			var last *enforcer.Verdict
			for v := range enforcer.Latest(l.Verdicts(t.Context(), c.filter)) {
				if last != nil && last.Contract == v.Contract && v.Reached().Before(last.Reached()) {
					t.Errorf("%s of %v after %s of %v", v.Issue, v.Reached(), last.Issue, last.Reached())
				}
				last = &v
			}
			if diff := cmp.Diff(want, records); diff != "" {
				t.Errorf("records by issue (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWaive(t *testing.T) {
	l, _ := open(t)
	judge(t, l, t0, verdict("1/respond/created", enforcer.Breached), verdict("1/respond/journal:7", enforcer.Breached),
		verdict("2/respond/created", enforcer.Met))
	of := func(issue, cycle string) ledger.Waiver {
		return ledger.Waiver{
			Connection: "helpdesk", Issue: issue, Contract: "kamal", Obligation: "respond", Cycle: cycle,
			By: "ivanov", Reason: "agreed by phone",
		}
	}
	if err := l.Waive(t.Context(), t0, of("1", "created"), of("3", "created")); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("without a verdict: %v, want ErrNotFound", err)
	}
	if err := l.Waive(t.Context(), t0, of("2", "created")); err == nil || !strings.Contains(err.Error(), "only a breach") {
		t.Errorf("a kept promise excused: %v", err)
	}
	nameless := of("1", "created")
	nameless.By = ""
	if err := l.Waive(t.Context(), t0, nameless); err == nil {
		t.Error("excused by nobody")
	}
	if got, err := l.Waivers(t.Context(), "helpdesk", "kamal"); err != nil || len(got) != 0 {
		t.Fatalf("refused waivers were kept: %v, %v", got, err)
	}
	again := of("1", "created")
	again.Reason = "in writing"
	want := []ledger.Waiver{of("1", "created"), of("1", "journal:7"), again}
	for i := range want {
		want[i].At = t0.Add(time.Duration(i) * time.Minute)
		if err := l.Waive(t.Context(), want[i].At, want[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Waivers(t.Context(), "helpdesk", "kamal")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waivers (-want +got):\n%s", diff)
	}
	if v := verdict("1/respond/created", enforcer.Breached); !got[0].Of(&v) || got[1].Of(&v) {
		t.Error("a waiver does not know its verdict")
	}
	if vs := verdicts(t, l, ledger.VerdictFilter{Issue: "1"}); len(vs) != 2 || vs[0].State != enforcer.Breached {
		t.Errorf("the excused verdicts are %+v", vs)
	}
}

func tally(issue, period string, amount int64) ledger.Tally {
	return ledger.Tally{
		Connection: "helpdesk", Contract: "kamal", Obligation: "billing", Issue: issue, Period: period,
		Amount: amount,
	}
}

func TestTallies(t *testing.T) {
	l, _ := open(t)
	set := func(tallies ...ledger.Tally) {
		t.Helper()
		if err := l.SetTallies(t.Context(), tallies...); err != nil {
			t.Fatal(err)
		}
	}
	want := func(period string, sum int64, requests int) {
		t.Helper()
		if s, n, err := l.Tally(t.Context(), "helpdesk", "kamal", "billing", period); err != nil || s != sum ||
			n != requests {
			t.Errorf("%s: %d of %d requests, %v; want %d of %d", period, s, n, err, sum, requests)
		}
		each, err := l.Tallies(t.Context(), "helpdesk", "kamal", "billing", period)
		var total int64
		for _, amount := range each {
			total += amount
		}
		if err != nil || total != sum || len(each) != requests {
			t.Errorf("%s: one by one %v, %v", period, each, err)
		}
	}
	want("2026-03", 0, 0)
	other := tally("1", "2026-03", 100)
	other.Obligation = "change-cap"
	set(tally("1", "2026-03", 2), tally("2", "2026-03", 3), tally("2", "2026-04", 1), other)
	want("2026-03", 5, 2)
	want("2026-04", 1, 1)
	set(tally("2", "2026-04", 7)) // its time of March was booked again as April's
	want("2026-03", 2, 1)
	want("2026-04", 7, 1)
	set(tally("2", "2026-04", 0))
	want("2026-04", 0, 0)
	if err := l.ClearTallies(t.Context(), "helpdesk", "kamal"); err != nil {
		t.Fatal(err)
	}
	want("2026-03", 0, 0)
	if s, _, err := l.Tally(t.Context(), "helpdesk", "kamal", "change-cap", "2026-03"); err != nil || s != 0 {
		t.Errorf("cleared, and there is still %d: %v", s, err)
	}
}

// Of each cycle the last verdict counts, once, and apart where its breach is excused.
func TestCountJudged(t *testing.T) {
	l, _ := open(t)
	late := verdict("1/respond/created", enforcer.Breached)
	judge(t, l, t0, late, verdict("2/respond/created", enforcer.Breached), verdict("3/respond/created", enforcer.Met),
		verdict("3/repair/created", enforcer.Met))
	late.EndedAt, late.EndEvent = t0.Add(time.Hour), "journal:9" // answered: a second record of the same cycle
	judge(t, l, t0.Add(time.Hour), late)
	if err := l.Waive(t.Context(), t0, ledger.Waiver{
		Connection: "helpdesk", Issue: "2", Contract: "kamal", Obligation: "respond", Cycle: "created", By: "olga",
		Reason: "x",
	}); err != nil {
		t.Fatal(err)
	}
	counted := func(contract string, state enforcer.CycleState, obligation string, excused bool) ledger.JudgedCount {
		return ledger.JudgedCount{
			Connection: "helpdesk", Contract: contract, Obligation: obligation, State: state, Excused: excused, Cycles: 1,
		}
	}
	if err := l.Rename(t.Context(), t0, "kamal", "main", "olga"); err != nil {
		t.Fatal(err)
	}
	want := []ledger.JudgedCount{
		counted("main", enforcer.Met, "repair", false), counted("main", enforcer.Breached, "respond", false),
		counted("main", enforcer.Breached, "respond", true), counted("main", enforcer.Met, "respond", false),
	}
	got, err := l.CountJudged(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	kept := step("4/respond/created/due", enforcer.Held) // people keep it back themselves
	kept.Reason.Code = enforcer.HeldByPeople
	record(t, l, step("1/respond/created/due", enforcer.Held), step("2/respond/created/due", enforcer.Held),
		step("3/respond/created/due", enforcer.Past), kept)
	if n, err := l.CountWaiting(t.Context()); err != nil || len(n) != 1 || n["helpdesk"] != 2 {
		t.Errorf("held: %v, %v", n, err)
	}
}

// What an earlier version wrote with another offset reads in UTC like everything else.
func TestFactsAreReadInUTC(t *testing.T) {
	l, f := open(t)
	judge(t, l, t0, verdict("1/respond/created", enforcer.Breached))
	if _, err := f.Exec(`UPDATE ledger_verdicts SET facts = '{"started":"2026-03-02T14:00:00.0001+05:00"}'`); err != nil {
		t.Fatal(err)
	}
	if got := verdicts(t, l, ledger.VerdictFilter{})[0].Facts.StartedAt; got != t0 {
		t.Errorf("started %s", got)
	}
}
