package report_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

// accounts are the accounts of a preset's report over March 2026, each as "obligation period amount unit of requests".
func accounts(t testing.TB, preset string, s report.Survey) []string {
	t.Helper()
	f := march(t)
	c, err := config.Preset(preset)
	if err != nil {
		t.Fatal(err)
	}
	f.Contract, f.Survey = c, s
	var out []string
	for _, a := range report.Make(f, "en").Accounts {
		text := fmt.Sprintf("%s %s %g %s of %d", a.Obligation, a.Period, a.Amount, a.Unit, a.Of)
		if a.AtLeast != nil {
			text += fmt.Sprintf(", at least %g", *a.AtLeast)
		}
		if a.Limit != nil {
			text += fmt.Sprintf(", at most %g", *a.Limit)
		}
		if a.Share != nil {
			text += fmt.Sprintf(", %g %% of at most %g %%", *a.Share, *a.ShareLimit)
		}
		if a.Over() {
			text += ", more than promised"
		}
		out = append(out, text)
	}
	return out
}

func obligation(t testing.TB, preset, id string) *enforcer.Obligation {
	t.Helper()
	c, err := config.Preset(preset)
	if err != nil {
		t.Fatal(err)
	}
	return c.Obligation(id)
}

// Endocs, Порядок 3.11: each entry is rounded up to half an hour; the report has the half hours of each month.
func TestBilledHalfHours(t *testing.T) {
	rule := *obligation(t, "endocs", "billing").Rules[0].Sum.Billed
	work := []enforcer.Work{
		{On: "2026-03-30", Spent: 6 * time.Minute},
		{On: "2026-03-31", Spent: 31 * time.Minute},
		{On: "2026-04-01", Spent: time.Hour},
	}
	got := accounts(t, "endocs", report.Survey{Billed: enforcer.Bill(rule, work)})
	want := []string{
		"billing 2026-03 3 half-hours of 0", "billing 2026-03 2 entries of 0",
		"billing 2026-04 2 half-hours of 0", "billing 2026-04 1 entries of 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Rusbitech п. 1: two to three working days on average; more than three is more than promised, less than two is not.
func TestMeanHandlingTime(t *testing.T) {
	average := obligation(t, "rusbitech", "handling-average")
	for days, want := range map[float64]string{
		1.5: "handling-average  1.5 working-days of 4, at least 2, at most 3",
		3:   "handling-average  3 working-days of 4, at least 2, at most 3",
		3.1: "handling-average  3.1 working-days of 4, at least 2, at most 3, more than promised",
	} {
		s := report.Survey{Handled: []report.Handled{{Obligation: average, Requests: 4, Days: days}}}
		got := accounts(t, "rusbitech", s)
		if !slices.Equal(got, []string{want}) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Vendor-kz п. 11: changes cost at most 15 % of the contract's sum, and may use all of it.
func TestSpendingUnderTheCap(t *testing.T) {
	limit := obligation(t, "vendor-kz", "change-cap")
	for spent, want := range map[int64]string{
		120000_00: "change-cap 2026 120000 currency of 2, at most 150000, 12 % of at most 15 %",
		150000_00: "change-cap 2026 150000 currency of 2, at most 150000, 15 % of at most 15 %",
		150000_01: "change-cap 2026 150000.01 currency of 2, at most 150000, 15.000001 % of at most 15 %, more than promised",
	} {
		s := enforcer.Spending{Obligation: limit, Period: "2026", Spent: spent, Sum: 1_000_000_00, Requests: 2}
		got := accounts(t, "vendor-kz", report.Survey{Spending: &report.Spent{Spending: s, Currency: "KZT"}})
		if !slices.Equal(got, []string{want}) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Each move of a due date and each lowered severity is counted. Two moves on one request are of one request.
func TestMovesAndLoweredSeverities(t *testing.T) {
	moved := report.Exception{Kind: report.DueMoved, Issue: "1", IssueKey: "ACME-1", Obligation: "keep-agreed-date"}
	other := report.Exception{Kind: report.DueMoved, Issue: "2", IssueKey: "ACME-2", Obligation: "keep-agreed-date"}
	s := report.Survey{Exceptions: []report.Exception{
		moved, moved, other,
		{Kind: report.Lowered, Issue: "2", IssueKey: "ACME-2", Obligation: "agree-due-date"},
		{Kind: report.AfterHours, IssueKey: "ACME-3"},
	}}
	got := accounts(t, "vendor-kz", s)
	if want := []string{"keep-agreed-date  3 moves of 2", "  1 lowerings of 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
