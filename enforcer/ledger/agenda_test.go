package ledger_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// A first pass that dies half-way and is begun again must not move the line.
func TestTheLineStaysWhereItWasDrawn(t *testing.T) {
	l, _ := open(t)
	if _, err := l.Cutover(t.Context(), "helpdesk", "acme"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("before the first pass: %v, want ErrNotFound", err)
	}
	if err := l.SetPass(t.Context(), t0, "helpdesk", ledger.Passed{Contract: "acme", Fingerprint: "f1"}); !errors.Is(err,
		ledger.ErrNotFound) {
		t.Errorf("a pass without a line: %v, want ErrNotFound", err)
	}
	want := ledger.Cutover{Connection: "helpdesk", Contract: "acme", FirstPassAt: t0}
	for i := range 2 {
		if err := l.StartCutover(t.Context(), t0.Add(time.Duration(i)*time.Hour), "helpdesk", "kamal", "acme"); err != nil {
			t.Fatal(err)
		}
		if got, err := l.Cutover(t.Context(), "helpdesk", "acme"); err != nil || got != want {
			t.Errorf("started %d times: %+v, %v; want %+v", i+1, got, err, want)
		}
	}
	passed := []ledger.Passed{{Contract: "kamal", Fingerprint: "f0"}, {Contract: "acme", Fingerprint: "f1"}}
	if err := l.SetPass(t.Context(), t0.Add(2*time.Hour), "helpdesk", passed...); err != nil {
		t.Fatal(err)
	}
	want.PassedAt, want.Fingerprint = t0.Add(2*time.Hour), "f1"
	if got, err := l.Cutover(t.Context(), "helpdesk", "acme"); err != nil || got != want {
		t.Errorf("after a pass: %+v, %v; want %+v", got, err, want)
	}
	lines, err := l.Contracts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, line := range lines {
		known = append(known, line.Contract)
	}
	if !slices.Equal(known, []string{"acme", "endocs", "kamal"}) {
		t.Errorf("known contracts: %v", known)
	}
}

// What is recorded for a contract without a cutover would be listed nowhere: it is refused, and nothing is kept of it.
func TestNothingIsKeptWithoutACutover(t *testing.T) {
	l, _ := open(t)
	with, without := verdict("1725/respond/created", enforcer.Met), verdict("1725/respond/created", enforcer.Met)
	without.Contract = "acme"
	on, off := item("1725", t0, t0, enforcer.Running), item("1725", t0, t0, enforcer.Running)
	off.Contract = "acme"
	for what, err := range map[string]error{
		"a verdict": func() error { _, err := l.Judge(t.Context(), t0, with, without); return err }(),
		"an agenda": l.SetAgenda(t.Context(), on, off),
		"a tally": l.SetTallies(t.Context(),
			ledger.Tally{Connection: "helpdesk", Contract: "kamal", Obligation: "hours", Issue: "1725", Amount: 1},
			ledger.Tally{Connection: "helpdesk", Contract: "acme", Obligation: "hours", Issue: "1725", Amount: 1}),
	} {
		if !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	for range l.Verdicts(t.Context(), ledger.VerdictFilter{}) {
		t.Error("a verdict is there")
	}
	if items, err := l.Running(t.Context()); err != nil || len(items) > 0 {
		t.Errorf("agenda: %v, %v", items, err)
	}
	if sum, _, err := l.Tally(t.Context(), "helpdesk", "kamal", "hours", ""); err != nil || sum != 0 {
		t.Errorf("account: %d, %v", sum, err)
	}
}

func item(issue string, next, due time.Time, state enforcer.CycleState) enforcer.AgendaItem {
	return enforcer.AgendaItem{
		Connection: "helpdesk", Issue: issue, Contract: "kamal", IssueKey: "#" + issue, Subject: "Printer on fire",
		Severity:    "critical",
		EvaluatedAt: t0, Next: next, Fingerprint: "f1",
		Cycles: []enforcer.AgendaCycle{
			{
				Obligation: "acknowledge", ID: "created", Ordinal: 1, State: enforcer.Met, StartedAt: t0, Due: t0.Add(time.Minute),
				EndedAt: t0,
			},
			{Obligation: "respond", ID: "created", Ordinal: 1, State: state, StartedAt: t0, Due: due},
		},
	}
}

func TestAgenda(t *testing.T) {
	l, _ := open(t)
	at := func(m int) time.Time { return t0.Add(time.Duration(m) * time.Minute) }
	items := []enforcer.AgendaItem{
		item("1", at(10), at(60), enforcer.Running),
		item("2", at(5), at(20), enforcer.Paused),
		item("3", time.Time{}, at(1), enforcer.Met),
		item("4", at(30), time.Time{}, enforcer.Running),
	}
	if err := l.SetAgenda(t.Context(), items...); err != nil {
		t.Fatal(err)
	}
	due := func(now time.Time, want ...string) {
		t.Helper()
		if due, err := l.Due(t.Context(), "helpdesk", now); err != nil || !slices.Equal(due["kamal"], want) {
			t.Errorf("due at %v: %v, %v; want %v", now, due, err, want)
		}
	}
	due(at(4))
	due(at(5), "2")
	due(at(10).Add(-time.Millisecond), "2")
	due(at(99), "2", "1", "4")
	running, err := l.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]enforcer.AgendaItem{items[1], items[0], items[3]}, running); diff != "" {
		t.Errorf("running, soonest due first, those without a due last (-want +got):\n%s", diff)
	}

	if err := l.SetAgenda(t.Context(), item("2", time.Time{}, at(20), enforcer.Met)); err != nil {
		t.Fatal(err)
	}
	due(at(99), "1", "4")
	if running, err := l.Running(t.Context()); err != nil || len(running) != 2 {
		t.Errorf("running after one was met: %v, %v", running, err)
	}

	if got, ok, err := l.Item(t.Context(), "helpdesk", "1", "kamal"); err != nil || !ok || !cmp.Equal(got, items[0]) {
		t.Errorf("item 1: %+v, %t, %v", got, ok, err)
	}
	off := items[0]
	off.Cycles, off.Next = nil, time.Time{}
	if err := l.SetAgenda(t.Context(), off); err != nil {
		t.Fatal(err)
	}
	due(at(99), "4")
	if _, ok, err := l.Item(t.Context(), "helpdesk", "1", "kamal"); err != nil || ok {
		t.Errorf("an item that was taken off is there: %t, %v", ok, err)
	}
}

func TestNextMomentIsOverEverything(t *testing.T) {
	l, _ := open(t)
	next := func(want time.Time) {
		t.Helper()
		if got, err := l.NextMoment(t.Context(), "helpdesk", t0.Add(-time.Second)); err != nil || !got.Equal(want) {
			t.Errorf("next moment %v, %v; want %v", got, err, want)
		}
	}
	next(time.Time{})
	if err := l.SetAgenda(t.Context(), item("1", t0.Add(time.Hour), t0, enforcer.Running),
		item("2", t0.Add(2*time.Hour), t0, enforcer.Running)); err != nil {
		t.Fatal(err)
	}
	next(t0.Add(time.Hour))
	wait := step("1/respond/created/due", enforcer.Waiting)
	wait.NotBefore = t0.Add(30 * time.Minute)
	e := record(t, l, wait)[0]
	next(t0.Add(30 * time.Minute))
	w := begin(t, l, t0.Add(30*time.Minute), e)
	next(t0.Add(time.Hour))
	if _, err := l.Finish(t.Context(), t0.Add(31*time.Minute), w.ID,
		ledger.Outcome{Class: connectors.Unknown, RetryAt: t0.Add(40 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	next(t0.Add(40 * time.Minute))
	for _, c := range []struct {
		connection  string
		after, want time.Duration
	}{{"helpdesk", 40 * time.Minute, time.Hour}, {"helpdesk", 2 * time.Hour, -1}, {"other", 0, -1}} {
		want := t0.Add(c.want)
		if c.want < 0 {
			want = time.Time{}
		}
		if got, err := l.NextMoment(t.Context(), c.connection, t0.Add(c.after)); err != nil || !got.Equal(want) {
			t.Errorf("next moment of %s after %v: %v, %v; want %v", c.connection, c.after, got, err, want)
		}
	}
}
