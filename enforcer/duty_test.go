package enforcer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// almaty reads a local time of the kamal contract, "2026-03-16 10:00".
func almaty(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, kamal(false).Calendar.Location())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestPeriodsOfTheYear(t *testing.T) {
	zone := kamal(false).Calendar.Location()
	for _, c := range []struct{ kind, since, until, want string }{
		{"month", "2026-01-01 00:00", "2026-02-15 00:00", "2026-01 2026-02 2026-03"},
		{"month", "2026-01-01 00:01", "2026-02-01 00:00", "2026-02 2026-03"},
		{"month", "2026-11-15 00:00", "2026-12-31 00:00", "2026-12 2027-01"},
		{"quarter", "2026-01-01 00:00", "2026-09-30 23:59", "2026-Q1 2026-Q2 2026-Q3 2026-Q4"},
		{"quarter", "2026-02-01 00:00", "2026-04-01 00:00", "2026-Q2 2026-Q3"},
		{"quarter", "2026-12-01 00:00", "2026-12-02 00:00", "2027-Q1"},
		{"year", "2025-06-01 00:00", "2026-01-01 00:00", "2026 2027"},
		{"year", "2026-01-01 00:00", "2025-06-01 00:00", "2026"},
		{"fortnight", "2026-01-01 00:00", "2026-12-31 00:00", ""},
	} {
		var got []string
		for i, p := range enforcer.Periods(c.kind, almaty(t, c.since), almaty(t, c.until), zone) {
			got = append(got, p.ID)
			if h, m, s := p.From.Clock(); p.From.Day() != 1 || h+m+s+p.From.Nanosecond() != 0 || !p.To.After(p.From) ||
				p.To.Day() != 1 {
				t.Errorf("%s %s is from %s to %s", c.kind, p.ID, p.From, p.To)
			}
			if months := map[string]int{"month": 1, "quarter": 3, "year": 12}[c.kind]; !p.From.AddDate(0, months,
				0).Equal(p.To) {
				t.Errorf("%d: %s lasts from %s to %s", i, p.ID, p.From, p.To)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s from %s until %s: %q, want %q", c.kind, c.since, c.until, s, c.want)
		}
	}
}

// quarterly is kamal with a report to write in the last days of each quarter, which an earlier text did not ask for.
func quarterly(t *testing.T) *enforcer.Contract {
	c := kamal(false)
	report := enforcer.Obligation{ID: "report", Kind: enforcer.Duty, Source: "п. 12", Rules: []enforcer.Rule{{
		On: enforcer.PeriodEnd,
		Steps: []enforcer.Step{
			{ID: "start", Actions: enforcer.Actions{Action: enforcer.ActionCreate}},
			{ID: "warn-5bd", Trigger: enforcer.Trigger{Before: &calendar.Term{N: 5, Unit: calendar.BusinessDays}}},
			{ID: "due", Trigger: enforcer.Trigger{Due: true}},
		},
	}}}
	before := *c
	before.Obligations, before.ValidTo, before.Version = nil, almaty(t, "2025-01-01 00:00"), "0"
	c.ValidFrom, c.Earlier = before.ValidTo, []*enforcer.Contract{&before}
	off, inert, bare := report, report, report
	off.ID, off.Off, inert.ID, inert.Inert, bare.ID, bare.Rules = "off", true, "inert", enforcer.Text{"en": "why"}, "bare",
		nil
	c.Obligations = []enforcer.Obligation{report, off, inert, bare}
	return c
}

// TestDuties judges the periods of a duty as of some moment: when each is due, how far it is and what is to be done.
func TestDuties(t *testing.T) {
	person := enforcer.Person{ID: "7", Name: "Anna"}
	for _, c := range []struct {
		name, now string
		run       enforcer.Run
		made      string // when the issue was made; "" while there is none
		done      string
		gone      string
		want      string // state, due, when and why ended; and the steps that have a moment
	}{
		{
			"it has begun: the issue is to be made, nothing else can be", "2026-04-01 09:00",
			enforcer.Run{},
			"", "", "",
			"running due 2026-06-30 18:00; start 2026-04-01 00:00",
		},
		{
			"made: the warning and the due", "2026-04-01 09:00",
			enforcer.Run{},
			"2026-04-01 09:00", "", "",
			"running due 2026-06-30 18:00; start 2026-04-01 00:00, warn-5bd 2026-06-23 18:00, due 2026-06-30 18:00",
		},
		{
			"its last second", "2026-06-30 18:00",
			enforcer.Run{},
			"2026-04-01 09:00", "", "",
			"running due 2026-06-30 18:00; start 2026-04-01 00:00, warn-5bd 2026-06-23 18:00, due 2026-06-30 18:00",
		},
		{
			"late", "2026-06-30 18:01",
			enforcer.Run{},
			"2026-04-01 09:00", "", "",
			"breached due 2026-06-30 18:00; start 2026-04-01 00:00, warn-5bd 2026-06-23 18:00, due 2026-06-30 18:00",
		},
		{
			"done in time", "2026-07-05 12:00",
			enforcer.Run{},
			"2026-04-01 09:00", "2026-06-30 18:00", "",
			"met due 2026-06-30 18:00 ended 2026-06-30 18:00 stopped by Anna journal:9; start 2026-04-01 00:00, warn-5bd " +
				"2026-06-23 18:00, due 2026-06-30 18:00",
		},
		{
			"done late", "2026-07-05 12:00",
			enforcer.Run{},
			"2026-04-01 09:00", "2026-06-30 18:01", "",
			"breached due 2026-06-30 18:00 ended 2026-06-30 18:01 stopped by Anna journal:9; start 2026-04-01 00:00, " +
				"warn-5bd 2026-06-23 18:00, due 2026-06-30 18:00",
		},
		{
			"done later than asked", "2026-05-05 12:00",
			enforcer.Run{},
			"2026-04-01 09:00", "2026-06-01 12:00", "",
			"running due 2026-06-30 18:00; start 2026-04-01 00:00, warn-5bd 2026-06-23 18:00, due 2026-06-30 18:00",
		},
		{
			"its issue is gone", "2026-05-05 12:00",
			enforcer.Run{},
			"2026-04-01 09:00", "", "2026-05-05 12:00",
			"cancelled due 2026-06-30 18:00 ended 2026-05-05 12:00 gone; start 2026-04-01 00:00, warn-5bd 2026-06-23 18:00, " +
				"due 2026-06-30 18:00",
		},
		{
			"gone later than asked", "2026-05-05 12:00",
			enforcer.Run{},
			"2026-04-01 09:00", "", "2026-05-05 12:01",
			"running due 2026-06-30 18:00; start 2026-04-01 00:00, warn-5bd 2026-06-23 18:00, due 2026-06-30 18:00",
		},
		{
			"with a term of its own", "2026-04-01 12:00",
			enforcer.Run{Within: &calendar.Term{N: 2, Unit: calendar.BusinessDays}},
			"2026-04-01 09:00", "", "",
			"running due 2026-04-02 18:00; start 2026-04-01 00:00, due 2026-04-02 18:00",
		},
	} {
		run := c.run
		run.Obligation, run.Period, run.From, run.To = "report", "2026-Q2", almaty(t, "2026-04-01 00:00"),
			almaty(t, "2026-07-01 00:00")
		if c.made != "" {
			run.Issue, run.MadeAt = "17", almaty(t, c.made)
		}
		if c.done != "" {
			run.DoneAt, run.DoneBy, run.DoneEvent = almaty(t, c.done), person, "journal:9"
		}
		run.GoneAt = almaty(t, c.gone)
		ev := enforcer.EvaluateDuties(quarterly(t), "test", []enforcer.Run{run}, almaty(t, c.now))
		if len(ev.Cycles) != 1 || !ev.Covered || ev.Request.Connection != "test" {
			t.Fatalf("%s: %d cycles", c.name, len(ev.Cycles))
		}
		if got := duty(ev.Cycles[0]); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func duty(c enforcer.Cycle) string {
	const layout = "2006-01-02 15:04"
	got := fmt.Sprintf("%s due %s", c.State, c.Due.Format(layout))
	if !c.EndedAt.IsZero() {
		got += " ended " + c.EndedAt.Format(layout) + " " + c.EndWhy
	}
	if c.EndBy.Name != "" {
		got += " by " + c.EndBy.Name + " " + c.EndEvent
	}
	var steps []string
	for _, s := range c.Steps {
		if !s.At.IsZero() {
			steps = append(steps, s.Step.ID+" "+s.At.Format(layout))
		}
	}
	return got + "; " + strings.Join(steps, ", ")
}

// TestDutiesInsideTheContract: nothing is due after the contract. A period that its end cuts short is due at the close
// of the last working day inside, a term from the period's start too; one without a working day inside is not owed.
// Where another version of the text goes on, nothing is cut.
func TestDutiesInsideTheContract(t *testing.T) {
	days := func(n int) *calendar.Term { return &calendar.Term{N: n, Unit: calendar.BusinessDays} }
	for _, c := range []struct {
		name       string
		until      string // the last day of the contract; "" for no end
		then       string // the last day of the version that follows it
		start, end string // of the period
		within     *calendar.Term
		want       string // due; "" where nothing is owed
	}{
		{"the contract ends with the quarter", "2026-06-30", "", "2026-04-01", "2026-07-01", nil, "2026-06-30 18:00"},
		{"it ends in the quarter", "2026-05-20", "", "2026-04-01", "2026-07-01", nil, "2026-05-20 18:00"},
		{"it ends on a Sunday", "2026-05-24", "", "2026-04-01", "2026-07-01", nil, "2026-05-22 18:00"},
		{"it ends on days off in May", "2026-05-10", "", "2026-04-01", "2026-07-01", nil, "2026-05-08 18:00"},
		{"another version goes on", "2026-05-20", "2026-12-31", "2026-04-01", "2026-07-01", nil, "2026-06-30 18:00"},
		{"and ends", "2026-05-20", "2026-06-19", "2026-04-01", "2026-07-01", nil, "2026-06-19 18:00"},
		{"a term that ends inside", "2026-05-20", "", "2026-05-18", "2026-05-25", days(2), "2026-05-19 18:00"},
		{"a term that would end after it", "2026-05-20", "", "2026-05-18", "2026-05-25", days(5), "2026-05-20 18:00"},
		{"a period of days off is all that is left", "2026-05-24", "", "2026-05-23", "2026-06-23", days(3), ""},
		{"no end", "", "", "2026-04-01", "2026-07-01", nil, "2026-06-30 18:00"},
	} {
		contract := quarterly(t)
		contract.Earlier = nil
		after := func(day string) time.Time { return almaty(t, day+" 00:00").AddDate(0, 0, 1) }
		if c.until != "" {
			contract.ValidTo = after(c.until)
		}
		if c.then != "" {
			next := *contract
			next.ValidFrom, next.ValidTo, next.Earlier = contract.ValidTo, after(c.then), []*enforcer.Contract{contract}
			contract = &next
		}
		run := enforcer.Run{
			Obligation: "report", Period: "p", From: almaty(t, c.start+" 00:00"), To: almaty(t, c.end+" 00:00"),
			Within: c.within,
		}
		got := ""
		for _, x := range enforcer.EvaluateDuties(contract, "test", []enforcer.Run{run}, run.From).Cycles {
			got = x.Due.Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s: due %q, want %q", c.name, got, c.want)
		}
	}
}

// TestDutiesOfOneContract evaluates several runs at once: each is counted by its duty, those that no text in force asks
// for are left out, one that lies beyond the calendar's data is not judged and spoils no other, and the next is
// announced.
func TestDutiesOfOneContract(t *testing.T) {
	run := func(obligation, duty, period, from, to string) enforcer.Run {
		return enforcer.Run{Obligation: obligation, Duty: duty, Period: period, From: almaty(t, from), To: almaty(t, to)}
	}
	ev := enforcer.EvaluateDuties(quarterly(t), "test", []enforcer.Run{
		run("report", "", "2024-Q4", "2024-10-01 00:00", "2025-01-01 00:00"), // the text of then has no such duty
		run("report", "", "2025-Q1", "2025-01-01 00:00", "2025-04-01 00:00"),
		run("report", "", "2025-Q2", "2025-04-01 00:00", "2025-07-01 00:00"),
		run("report", "branch", "2025-Q2", "2025-04-01 00:00", "2025-07-01 00:00"),
		run("report", "", "2027-30", "2025-04-01 00:00", "2035-01-01 00:00"), // no days off are known for its end
		run("off", "", "2025-Q2", "2025-04-01 00:00", "2025-07-01 00:00"),
		run("inert", "", "2025-Q2", "2025-04-01 00:00", "2025-07-01 00:00"),
		run("bare", "", "2025-Q2", "2025-04-01 00:00", "2025-07-01 00:00"),
		run("unknown", "", "2025-Q2", "2025-04-01 00:00", "2025-07-01 00:00"),
		run("report", "", "2025-Q4", "2025-10-01 00:00", "2026-01-01 00:00"),
		run("report", "", "2025-Q3", "2025-07-01 00:00", "2025-10-01 00:00"),
	}, almaty(t, "2025-05-01 12:00"))
	var got []string
	for _, c := range ev.Cycles {
		var missing *calendar.MissingYearError
		if beyond := c.ID == "2027-30"; errors.As(c.Unjudged, &missing) != beyond {
			t.Errorf("%s is not judged because %v", c.ID, c.Unjudged)
		} else if !beyond {
			got = append(got, fmt.Sprint(c.Obligation.ID, " ", c.ID, " no ", c.Ordinal, " of text ", c.Contract.Version))
		}
	}
	want := []string{
		"report 2025-Q1 no 1 of text 1", "report 2025-Q2 no 2 of text 1",
		"report branch@2025-Q2 no 1 of text 1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if next := almaty(t, "2025-06-30 18:00").Add(time.Second); !ev.Next.Equal(next) {
		t.Errorf("next at %s", ev.Next)
	}
}
