package decide_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/decide"
)

// monthly is a contract with a report to write by the end of each month, for which an issue is made.
func monthly(t *testing.T) *enforcer.Contract {
	contract := kamal(t)
	contract.Language = "en"
	contract.Obligations = []enforcer.Obligation{{
		ID: "report", Kind: enforcer.Duty, Source: "п. 12", Title: enforcer.Text{"en": "monthly report"},
		Rules: []enforcer.Rule{{On: enforcer.PeriodEnd, Steps: []enforcer.Step{
			{ID: "start", Actions: enforcer.Actions{Action: enforcer.ActionCreate}},
			{ID: "due", Trigger: enforcer.Trigger{Due: true}, Comment: &enforcer.StepComment{Audience: enforcer.Internal}},
		}}},
	}}
	return contract
}

// TestIssuesOfPeriods: the issue of a duty's period is owed while the period runs and is not over its deadline, however
// long ago it began; a period that was over when the duty was first known is past, and nobody is held to it.
func TestIssuesOfPeriods(t *testing.T) {
	march := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, almaty()) }
	for _, c := range []struct {
		name    string
		now     time.Time
		cutover enforcer.Cutover
		edit    func(*enforcer.Run)
		want    string
	}{
		{
			"it began before enforcement did", march(16, 10),
			enforcer.Cutover{EnforceFrom: march(10, 0)},
			nil,
			"start intended start; judged running",
		},
		{
			"the last pass had its beginning behind it", march(16, 10),
			enforcer.Cutover{PassedAt: march(16, 9)},
			nil,
			"start intended start; judged running",
		},
		{
			"a second before its deadline", march(31, 18).Add(-time.Second),
			enforcer.Cutover{EnforceFrom: march(10, 0)},
			nil,
			"start intended start; judged running",
		},
		{
			"at its deadline", march(31, 18),
			enforcer.Cutover{EnforceFrom: march(10, 0)},
			nil,
			"start past before-enforcement",
		},
		{"after it", march(31, 19), enforcer.Cutover{PassedAt: march(31, 18)}, nil, "start past moved-into-past"},
		{
			"the period is over, its deadline is not", march(31, 10),
			enforcer.Cutover{EnforceFrom: march(10, 0)},
			func(r *enforcer.Run) {
				r.To, r.Within = march(31, 10), &calendar.Term{N: 40, Unit: calendar.BusinessDays}
			},
			"start past before-enforcement",
		},
		{
			"a second before that", march(31, 10).Add(-time.Second),
			enforcer.Cutover{EnforceFrom: march(10, 0)},
			func(r *enforcer.Run) {
				r.To, r.Within = march(31, 10), &calendar.Term{N: 40, Unit: calendar.BusinessDays}
			},
			"start intended start; judged running",
		},
		{
			"a period without an end", march(16, 10),
			enforcer.Cutover{EnforceFrom: march(10, 0)},
			func(r *enforcer.Run) {
				r.To, r.Within = time.Time{}, &calendar.Term{N: 40, Unit: calendar.BusinessDays}
			},
			"start intended start; judged running",
		},
		{
			"made before enforcement began", march(31, 19),
			enforcer.Cutover{EnforceFrom: march(10, 0)},
			func(r *enforcer.Run) { r.Issue, r.Key, r.MadeAt = "40", "#40", march(2, 9) },
			"start past before-enforcement; due intended due; judged breached",
		},
	} {
		run := enforcer.Run{Obligation: "report", Period: "2026-03", From: march(1, 0), To: march(32, 0)}
		if c.edit != nil {
			c.edit(&run)
		}
		contract := monthly(t)
		ev := enforcer.EvaluateDuties(contract, "helpdesk", []enforcer.Run{run}, c.now)
		f := decide.Decide(decide.Case{
			Contract: decide.Contract{Contract: contract, Cutover: c.cutover}, Evaluation: ev, Recorded: unrecorded,
			Last: &enforcer.AgendaItem{EvaluatedAt: march(1, 0)},
		})
		var got []string
		for _, d := range f.Decisions {
			got = append(got, fmt.Sprintf("%s %s %s", d.Key.Step, d.State, d.Reason.Code))
		}
		for _, v := range f.Verdicts() {
			got = append(got, "judged "+string(v.State))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

// TestOldBreachesAreHistory: what was broken before enforcement began, and is owed for ever, is judged no more once the
// request was solved by then and stayed so; the agenda does not keep it either.
func TestOldBreachesAreHistory(t *testing.T) {
	reopened := resolved(t, "10:40")
	reopened.State.Status = enforcer.Working
	closed := resolved(t, "10:35")
	closed.State.Status = enforcer.Closed
	for _, c := range []struct {
		name    string
		moments []enforcer.Moment
		from    string
		state   enforcer.CycleState
		due     string
		want    int
	}{
		{"broken and solved before", []enforcer.Moment{resolved(t, "10:30")}, "10:31", enforcer.Breached, "10:20", 0},
		{"solved, then closed", []enforcer.Moment{resolved(t, "10:30"), closed}, "10:31", enforcer.Breached, "10:20", 0},
		{"received as solved", nil, "10:31", enforcer.Breached, "10:20", 0},
		{"solved in that second", []enforcer.Moment{resolved(t, "10:30")}, "10:30", enforcer.Breached, "10:20", 1},
		{"solved since", []enforcer.Moment{resolved(t, "10:30")}, "10:25", enforcer.Breached, "10:20", 1},
		{"open", nil, "10:31", enforcer.Breached, "10:20", 1},
		{"opened again", []enforcer.Moment{resolved(t, "10:30"), reopened}, "10:31", enforcer.Breached, "10:20", 1},
		{"due in that second", []enforcer.Moment{resolved(t, "10:10")}, "10:20", enforcer.Breached, "10:20", 1},
		{"not judged, and due before", []enforcer.Moment{resolved(t, "10:30")}, "10:31", enforcer.NotJudged, "10:20", 0},
		{"not judged, without a deadline", []enforcer.Moment{resolved(t, "10:30")}, "10:31", enforcer.NotJudged, "", 1},
		{"it runs on", []enforcer.Moment{resolved(t, "10:30")}, "10:31", enforcer.Running, "10:20", 1},
	} {
		r := request(t, c.moments...)
		if c.name == "received as solved" {
			r.Moments[0].State.Status = enforcer.Resolved
		}
		w := newWorld(t, request(t), "10:50")
		w.c.Evaluation.Request = r
		w.c.Contract.Cutover.EnforceFrom = at(t, c.from)
		cycle := w.c.Evaluation.Cycles[1]
		cycle.State, cycle.Due, cycle.EndedAt = c.state, at(t, c.due), time.Time{}
		w.c.Evaluation.Cycles = []enforcer.Cycle{cycle}
		f := decide.Finding{Case: w.c}
		if got := len(f.Verdicts()); got != c.want {
			t.Errorf("%s: %d verdicts, want %d", c.name, got, c.want)
		}
		if got := len(f.Item().Cycles); got != c.want {
			t.Errorf("%s: %d cycles on the agenda, want %d", c.name, got, c.want)
		}
		if got, want := len(f.Judgements(everyCycle)) == 1, c.due != ""; got != want { // what had no deadline is no verdict
			t.Errorf("%s: a report over that time has it: %v, want %v", c.name, got, want)
		}
	}
}

// TestJudgementsOfAPeriod: a report over a period counts what a pass keeps nothing of, calls what cannot be judged by
// that name, and what is paused running.
func TestJudgementsOfAPeriod(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*decide.Finding)
		want string
	}{
		"broken":       {func(*decide.Finding) {}, "respond breached"},
		"out of sight": {func(f *decide.Finding) { f.Evaluation.Request.Hidden = true }, ""},
		"a right": {func(f *decide.Finding) {
			o := *f.Evaluation.Cycles[0].Obligation
			o.NoVerdict = true
			f.Evaluation.Cycles[0].Obligation = &o
		}, ""},
		"over before enforcement": {
			func(f *decide.Finding) { f.Contract.Cutover.EnforceFrom = at(t, "17 10:00") }, "respond breached",
		},
		"paused": {func(f *decide.Finding) {
			f.Evaluation.Cycles[0].State, f.Evaluation.Cycles[0].EndedAt = enforcer.Paused, time.Time{}
		}, "respond running"},
		"by a mapping with faults": {func(f *decide.Finding) { f.Blocks.Mapping = true }, "respond not-judged"},
		"running, by a mapping with faults": {func(f *decide.Finding) {
			f.Blocks.Mapping = true
			f.Evaluation.Cycles[0].State, f.Evaluation.Cycles[0].EndedAt = enforcer.Running, time.Time{}
		}, "respond running"},
		"a state that is none": {func(f *decide.Finding) { f.Evaluation.Cycles[0].State = "lost" }, ""},
	} {
		w := newWorld(t, request(t, resolved(t, "10:30")), "10:40")
		w.c.Evaluation.Cycles = w.c.Evaluation.Cycles[1:2]
		f := decide.Finding{Case: w.c}
		c.edit(&f)
		var got []string
		for _, v := range f.Judgements(everyCycle) {
			got = append(got, v.Obligation+" "+string(v.State))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %q, want %q", name, s, c.want)
		}
	}
}

// TestWhyNotJudged: each reason is given once, with the obligation it is about, or without where the whole request
// cannot be read; a request whose names may be mended in the tracker is looked at again in the next pass.
func TestWhyNotJudged(t *testing.T) {
	fault := &enforcer.Fault{Why: "severity 9 is none"}
	for _, c := range []struct {
		name string
		edit func(*decide.Case)
		want []string
		soon bool // looked at in the next pass
	}{
		{"all is judged", func(*decide.Case) {}, nil, false},
		{"no data", func(c *decide.Case) {
			c.Evaluation.Cycles[1].Unjudged = errors.New("no days off for 2028")
			c.Evaluation.Cycles[2].Unjudged = errors.New("no days off for 2028")
		}, []string{"respond: no days off for 2028", "involve-developers: no days off for 2028"}, false},
		{"it cannot be read", func(c *decide.Case) {
			c.Evaluation.Request.Faults = []enforcer.Fault{*fault}
			for i := range c.Evaluation.Cycles {
				c.Evaluation.Cycles[i].Unjudged = fault
			}
		}, []string{"severity 9 is none"}, true},
		{"a fault that touches nothing", func(c *decide.Case) {
			c.Evaluation.Request.Faults = []enforcer.Fault{*fault}
		}, nil, false},
		{"of a right there is no verdict", func(c *decide.Case) {
			o := *c.Evaluation.Cycles[1].Obligation
			o.NoVerdict = true
			c.Evaluation.Cycles[1].Obligation, c.Evaluation.Cycles[1].Unjudged = &o, errors.New("no data")
		}, nil, false},
		{"over before enforcement", func(c *decide.Case) {
			c.Contract.Cutover.EnforceFrom = at(t, "10:31")
			c.Evaluation.Cycles[1].Unjudged = errors.New("no data")
			c.Evaluation.Cycles[1].EndedAt = at(t, "10:30")
		}, nil, false},
	} {
		w := newWorld(t, request(t), "10:05")
		c.edit(&w.c)
		f := decide.Finding{Case: w.c}
		if d := cmp.Diff(c.want, f.Unjudged()); d != "" {
			t.Errorf("%s:\n%s", c.name, d)
		}
		item := f.Item()
		if item.Unjudged != strings.Join(c.want, "; ") || item.Next.Equal(at(t, "10:05")) != c.soon {
			t.Errorf("%s: the agenda says %q, to be looked at %s", c.name, item.Unjudged, item.Next)
		}
		judged := 5
		for i := range w.c.Evaluation.Cycles {
			if x := &w.c.Evaluation.Cycles[i]; x.Unjudged != nil || x.Obligation.NoVerdict {
				judged--
			}
		}
		if got := len(f.Verdicts()); got != judged {
			t.Errorf("%s: %d verdicts, want %d", c.name, got, judged)
		}
	}
}

// TestEventsThatAVerdictRestsOn: the consent to a date is among them, once; and the last event is told though it is the
// only one.
func TestEventsThatAVerdictRestsOn(t *testing.T) {
	for _, c := range []struct{ consent, want string }{
		{"", "created journal:4"},
		{"journal:5", "created journal:4 journal:5"},
		{"journal:4", "created journal:4"},
		{"created", "created journal:4"},
	} {
		w := newWorld(t, request(t), "10:40")
		cycle := &w.c.Evaluation.Cycles[1]
		cycle.Moves, cycle.Rests.Event = []enforcer.Move{{Event: "journal:4"}}, c.consent
		v := (&decide.Finding{Case: w.c}).Verdicts()[1]
		if got := strings.Join(v.Facts.Events, " "); got != c.want || v.LastEvent != "created" {
			t.Errorf("consent by %q: rests on %s, last %s; want %s", c.consent, got, v.LastEvent, c.want)
		}
	}
}

// TestNobodyIsAssignedInDoubt: a step that assigns a role of which it is not clear who is meant is held; others of the
// same request are written.
func TestNobodyIsAssignedInDoubt(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults []enforcer.Fault
		want   string
	}{
		{"support is not known", []enforcer.Fault{{Assign: enforcer.Support, Why: "two leads"}}, "respond/due held mapping"},
		{
			"the second of two",
			[]enforcer.Fault{{Field: "plan"}, {Assign: enforcer.Support, Why: "two leads"}},
			"respond/due held mapping",
		},
		{"developers are not known", []enforcer.Fault{{Assign: enforcer.Developers}}, "respond/due intended due"},
		{"a field is not known", []enforcer.Fault{{Field: "plan"}}, "respond/due intended due"},
	} {
		w := newWorld(t, request(t), "10:20:01")
		w.c.Evaluation.Request.Faults = c.faults
		for _, step := range []string{"acknowledge/start", "acknowledge/due", "respond/warn-50"} {
			w.recorded[step] = enforcer.StepRecord{State: enforcer.Done}
		}
		f := decide.Decide(w.c)
		if got := tell(f.Decisions); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if d := f.Decisions[0]; d.State == enforcer.Held && d.Reason.Text["en"] != "the mapping cannot read the "+
			"request: two leads" {
			t.Errorf("%s: %v", c.name, d.Reason.Text)
		}
	}
}

func everyCycle(enforcer.StepKey) bool { return true }
