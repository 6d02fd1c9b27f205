package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer/report"
)

// survey is that of a contract over March 2026.
func (w *world) survey(contract string) report.Survey {
	w.t.Helper()
	s, err := w.engine.Survey(w.t.Context(), contract, at("2026-03-01 00:00"), at("2026-04-01 00:00"), time.Time{})
	w.do(err)
	return s
}

// Moved dates, lowered severities and the cost of changes of the period, and of no other.
func TestSurveyOfVendor(t *testing.T) {
	w := newWorld(t, "2026-02-26 10:00", vendor, capped)
	support := w.sim.As("support1")
	old := w.issue("critical", "of February")
	w.do(support.Assign(old, "support1"))
	w.do(support.SetDue(old, "2026-03-03"))
	w.passAt("2026-02-27 10:00")
	w.do(support.SetDue(old, "2026-03-05")) // not yet March
	w.passAt("2026-03-02 10:00")
	w.do(support.SetDue(old, "2026-03-04"))
	fresh := w.issue("critical", "lowered in time")
	w.passAt("2026-03-02 11:00")
	w.do(w.sim.As("support1").SetField(fresh, "Severity", "minor"))
	w.change("Feature", "1500.50")
	w.passAt("2026-03-02 12:00")
	s := w.survey("vendor")
	var moves, lowered []string
	for _, x := range s.Exceptions {
		switch m, l := x.Move, x.Lowering; {
		case m != nil:
			moves = append(moves, fmt.Sprintf("#%s %s -> %s binding %t", x.IssueKey, m.From, m.To, !m.Binding.IsZero()))
		case l != nil:
			due := l.Due.In(almaty).Format("15:04")
			lowered = append(lowered, fmt.Sprintf("#%s %s -> %s before %s of %s", x.IssueKey, l.From, l.To, l.Obligation, due))
		}
	}
	if want := []string{"#1 2026-03-05 -> 2026-03-04 binding false"}; !slices.Equal(moves, want) {
		t.Errorf("moves %v, want %v", moves, want)
	}
	if want := []string{"#2 fault -> request before agree-due-date of 12:00"}; !slices.Equal(lowered, want) {
		t.Errorf("lowerings %v, want %v", lowered, want)
	}
	if s.Requests["request"] != 2 || s.Requests["fault"] != 0 {
		t.Errorf("requests %v", s.Requests)
	}
	if s.Spending == nil || s.Spending.Spent != 150050 || s.Spending.Requests != 1 || s.Spending.Cap() != 150000_00 ||
		s.Spending.Currency != "KZT" {
		t.Errorf("spending %+v", s.Spending)
	}
}

// Billed time and the requests that are none of the ordinary ones.
func TestSurveyOfEndocs(t *testing.T) {
	w := newWorld(t, "2026-03-30 10:00", endocs, replace("plan: free", "plan: paid"),
		replace("plan: paid}", "plan: free}"))
	n := redminesim.NewIssue{Project: "acme", Subject: "Teach us", Fields: map[string]string{"Organisation": "Training"}}
	trained, err := w.sim.As("customer1").Create(n)
	w.do(err)
	plain := w.issue("critical", "plain")
	w.book(plain, 0.1, "Design")
	w.book(plain, 0.6, "Development")
	w.run("2026-03-30 18:00")
	w.set(at("2026-04-01 12:00"))
	late := w.issue("", "after the end")
	w.book(plain, 2, "Design")
	w.passAt("2026-04-01 12:05")
	s := w.survey("endocs-acme")
	if len(s.Billed) != 1 || s.Billed[0].Month != "2026-03" || s.Billed[0].Entries != 2 ||
		s.Billed[0].Billed != time.Hour { // 42 minutes of one person on one request on one day
		t.Errorf("billed %+v", s.Billed)
	}
	var got []string
	for _, x := range s.Exceptions {
		got = append(got, "#"+x.IssueKey+" "+string(x.Kind))
	}
	if want := []string{fmt.Sprintf("#%d outside-plan", trained)}; !slices.Equal(got, want) {
		t.Errorf("exceptions of March %v, want %v", got, want)
	}
	april, err := w.engine.Survey(t.Context(), "endocs-acme", at("2026-04-01 00:00"), at("2026-05-01 00:00"), time.Time{})
	w.do(err)
	if x := april.Exceptions; len(x) != 1 || x[0].Kind != report.OutsideValid || x[0].IssueKey != fmt.Sprint(late) {
		t.Errorf("exceptions of April %+v", x)
	}
	if r := s.Requests; r["high"] != 1 || r["normal"] != 1 {
		t.Errorf("requests %v", r)
	}
	if asOf, err := w.engine.Survey(t.Context(), "endocs-acme", at("2026-03-01 00:00"), at("2026-04-01 00:00"),
		at("2026-03-29 10:00")); err != nil || len(asOf.Requests)+len(asOf.Billed) > 0 {
		t.Errorf("before anything happened there are %v, %v, %v", asOf.Requests, asOf.Billed, err)
	}
	if strings.Contains(fmt.Sprint(april.Requests), "high") {
		t.Errorf("requests of April %v", april.Requests)
	}
}
