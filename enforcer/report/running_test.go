package report_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// The soonest deadline comes first, overdue ones among them; what has no deadline comes last, in its own order. What
// has ended is not listed; a broken cycle that nothing has ended is.
func TestOpenCyclesSoonestFirst(t *testing.T) {
	cycle := func(id, due, ended string, state enforcer.CycleState) enforcer.AgendaCycle {
		return enforcer.AgendaCycle{ID: id, State: state, Due: almaty(t, due), EndedAt: almaty(t, ended)}
	}
	items := []enforcer.AgendaItem{
		{Issue: "10", IssueKey: "10", Cycles: []enforcer.AgendaCycle{
			cycle("no deadline", "-", "-", enforcer.Running), cycle("tomorrow", "03-11 10:00", "-", enforcer.Running),
			cycle("met", "03-10 09:00", "03-10 08:00", enforcer.Met),
		}},
		{Issue: "", Cycles: []enforcer.AgendaCycle{
			cycle("2026-Q1", "03-31 18:00", "-", enforcer.Running), cycle("nor this", "-", "-", enforcer.Paused),
		}},
		{Issue: "11", IssueKey: "11", Cycles: []enforcer.AgendaCycle{cycle("broken", "03-09 10:00", "-", enforcer.Breached)}},
	}
	var got []string
	for _, c := range report.OpenCycles(items) {
		got = append(got, fmt.Sprintf("%q %s %t", c.Key(), c.ID, c.OfContract()))
	}
	want := []string{
		`"11" broken false`, `"10" tomorrow false`, `"" 2026-Q1 true`, `"10" no deadline false`, `"" nor this true`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestStepState(t *testing.T) {
	for _, c := range []struct {
		what      string
		end, step string
		recorded  enforcer.EntryState
		want      string
	}{
		{"what the ledger has decides", "03-10 10:00", "03-10 09:00", enforcer.Done, "done"},
		{"a step to come", "-", "03-10 12:00", "", "to come"},
		{"nothing is to come at a moment gone by", "-", "03-10 09:00", "", "past"},
		{"a warning of a deadline that does not exist", "-", "-", "", "none"},
		{"a step after the end", "03-10 10:00", "03-10 10:01", "", "not needed"},
		{"a step without a moment in a cycle that ended", "03-10 10:00", "-", "", "not needed"},
		{"a step at the end itself: the cycle was over before enforcement", "03-10 10:00", "03-10 10:00", "", "past"},
	} {
		cycle := enforcer.Cycle{EndedAt: almaty(t, c.end)}
		step := enforcer.CycleStep{At: almaty(t, c.step)}
		if got := report.StepState(&cycle, step, c.recorded, almaty(t, "03-10 11:00")); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// Who had the request, in working hours and in plain time; whoever has it again is counted once.
func TestHoldings(t *testing.T) {
	from := almaty(t, "03-10 09:00")
	var timeline []enforcer.Segment
	for _, s := range []struct {
		holder, kind string
		hours        int
	}{
		{enforcer.HeldByUs, enforcer.SegmentCounting, 3},
		{enforcer.HeldByCustomer, "paused", 2},
		{enforcer.HeldByUs, "day-off", 24},
		{enforcer.HeldByUs, enforcer.SegmentCounting, 1},
		{enforcer.HeldByThirdParty, enforcer.SegmentNoData, 5},
	} {
		to := from.Add(time.Duration(s.hours) * time.Hour)
		timeline = append(timeline, enforcer.Segment{From: from, To: to, Kind: s.kind, Holder: s.holder})
		from = to
	}
	want := []report.Holding{
		{Holder: enforcer.HeldByUs, Worked: 4 * time.Hour, Plain: 28 * time.Hour},
		{Holder: enforcer.HeldByCustomer, Plain: 2 * time.Hour},
		{Holder: enforcer.HeldByThirdParty, Plain: 5 * time.Hour, Unsure: true},
	}
	if got := report.Holdings(timeline); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// An excuse without a cycle means each breach that has none yet; one with a cycle means that cycle, excused or not.
func TestExcusable(t *testing.T) {
	f := march(t,
		"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00", // excused already
		"1  respond  journal:2  breached  03-11 10:00  03-11 10:20  -",
		"1  respond  journal:5  met  03-12 10:00  03-12 10:20  03-12 10:10")
	waivers := []ledger.Waiver{waiver("1", "Olga", almaty(t, "03-12 09:00"))}
	for cycle, want := range map[string][]string{
		"": {"journal:2"}, "created": {"created"}, "journal:5": {"journal:5"}, "journal:9": nil,
	} {
		var got []string
		for _, v := range report.Excusable(f.Verdicts, waivers, cycle) {
			got = append(got, v.Cycle)
		}
		if !slices.Equal(got, want) {
			t.Errorf("cycle %q: excused %q, want %q", cycle, got, want)
		}
	}
}

// What is late is graver than a pass that failed, that than one that was not made, that than faults
// that keep promises from being judged, these than what waits for a human, and that than what was refused.
func TestHealthIsTheGravest(t *testing.T) {
	for _, c := range []struct {
		late    bool
		failure string
		overdue bool
		faults  int
		held    int
		refused int
		want    report.Health
	}{
		{true, "no answer", true, 1, 3, 2, report.Late},
		{false, "no answer", true, 1, 3, 2, report.Failed},
		{false, "", true, 1, 3, 2, report.Stale},
		{false, "", false, 1, 3, 2, report.Blocked},
		{false, "", false, 0, 3, 2, report.Held},
		{false, "", false, 0, 0, 2, report.Refused},
		{false, "", false, 0, 0, 0, report.Well},
	} {
		if got := report.HealthOf(c.late, c.failure, c.overdue, c.faults, c.held, c.refused); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	scheduled := almaty(t, "03-10 10:00")
	late := 10*time.Minute + time.Second
	for after, want := range map[time.Duration]bool{0: false, 10 * time.Minute: false, late: true} {
		if report.PassOverdue(scheduled, scheduled.Add(after)) != want {
			t.Errorf("%s after its time a pass is overdue: want %t", after, want)
		}
	}
}
