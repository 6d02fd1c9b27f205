package enforcer_test

import (
	"fmt"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
)

// TestEscalationsToTheSecond: a critical request of 10:00 promises the developers at 12:00. Carried out by slabridge
// within ten minutes, its own second included, that is escalated; by a person as soon, met; what was due before
// anybody watched is not judged; and until the ten minutes are over nothing is broken.
func TestEscalationsToTheSecond(t *testing.T) {
	contract, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	at := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		moment, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-03-16 "+clock, contract.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for _, c := range []struct {
		name         string
		assigned, by string // when the developers got it, and from whom
		resolved     string
		act          string // when slabridge had carried all of it out
		watched, now string
		want, ended  string
	}{
		{
			name: "by slabridge in time", assigned: "12:10:00", by: "bot",
			now: "13:00:00", want: "escalated stopped", ended: "12:10:00",
		},
		{
			name: "by slabridge too late", assigned: "12:10:01", by: "bot",
			now: "13:00:00", want: "breached stopped", ended: "12:10:01",
		},
		{
			name: "by a person before the deadline", assigned: "12:00:00", by: "support",
			now: "13:00:00", want: "met stopped", ended: "12:00:00",
		},
		{
			name: "by a person as soon", assigned: "12:10:00", by: "support",
			now: "13:00:00", want: "met stopped", ended: "12:10:00",
		},
		{
			name: "by a person too late", assigned: "12:10:01", by: "support",
			now: "13:00:00", want: "breached stopped", ended: "12:10:01",
		},
		{
			name: "carried out in time, which nothing on the request shows", act: "12:10:00",
			now: "13:00:00", want: "escalated escalated", ended: "12:10:00",
		},
		{name: "carried out too late", act: "12:10:01", now: "13:00:00", want: "breached"},
		{
			name: "carried out a moment before", act: "11:59:59",
			now: "13:00:00", want: "escalated escalated", ended: "12:00:00",
		},
		{
			name: "carried out, then solved", act: "12:05:00", resolved: "12:05:00",
			now: "13:00:00", want: "escalated escalated", ended: "12:05:00",
		},
		{
			name: "solved, then carried out", act: "12:05:00", resolved: "12:04:59",
			now: "13:00:00", want: "breached stopped", ended: "12:04:59",
		},
		{name: "due before anybody watched", watched: "12:00:01", now: "13:00:00", want: "not-judged"},
		{name: "watched in that second", watched: "12:00:00", now: "13:00:00", want: "breached"},
		{name: "there is still time", now: "12:10:00", want: "running"},
		{name: "there is none", now: "12:10:01", want: "breached"},
	} {
		r := enforcer.Request{Connection: "c", Issue: "1", Key: "#1", CreatedAt: at("10:00:00"), ReceivedAt: at("10:00:00")}
		state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
		r.Moments = []enforcer.Moment{{Event: "created", At: r.CreatedAt, StatusSet: true, State: state}}
		if c.assigned != "" {
			state.Assignee = person("developers")
			r.Moments = append(r.Moments, enforcer.Moment{
				Event: "journal:1", At: at(c.assigned), By: person(c.by), State: state,
			})
		}
		if c.resolved != "" {
			state.Status = enforcer.Resolved
			r.Moments = append(r.Moments, enforcer.Moment{
				Event: "journal:2", At: at(c.resolved), By: person("support"), StatusSet: true, State: state, Note: enforcer.Public,
			})
		}
		ev := enforcer.Evaluate(contract, &r, at(c.now))
		known := enforcer.Escalations{Watched: at(c.watched)}
		if c.act != "" {
			known.Acts = map[enforcer.StepKey]enforcer.Act{{
				Connection: "c", Issue: "1", Contract: contract.ID, Obligation: "involve-developers", Cycle: "created", Step: "due",
			}: {At: at(c.act), Event: "journal:9", By: person("bot")}}
		}
		ev.Escalate(known)
		for _, cycle := range ev.Cycles {
			if cycle.Obligation.ID != "involve-developers" {
				continue
			}
			got := string(cycle.State)
			if !cycle.EndedAt.IsZero() {
				got += " " + cycle.EndWhy
			}
			if got != c.want || !cycle.EndedAt.Equal(at(c.ended)) {
				t.Errorf("%s: %s, ended %s; want %s, %s", c.name, got, cycle.EndedAt, c.want, c.ended)
			}
			if c.want == "running" && !ev.Next.Equal(at("12:10:01")) {
				t.Errorf("%s: looked at again at %s", c.name, ev.Next)
			}
		}
	}
}

// TestBrokenOnceWhereItBelongs: staff moved a request here at 10:00 and back at 12:00. What was broken here counts only
// where the other contract has not broken the same promise by the same neglect, each end of a stretch included.
func TestBrokenOnceWhereItBelongs(t *testing.T) {
	at := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		return almaty(t, "2026-03-16 "+clock)
	}
	const counted = "cancelled moved-back 12:00"
	respond, other := &enforcer.Obligation{ID: "respond"}, &enforcer.Obligation{ID: "progress-update"}
	for _, c := range []struct {
		name       string
		due        string // of the cycle here
		state      enforcer.CycleState
		there      *enforcer.Obligation
		from, to   string // of the cycle there
		thereState enforcer.CycleState
		want       string
	}{
		{"the same promise", "11:00", enforcer.Breached, respond, "09:00", "", enforcer.Breached, counted},
		{"due as it came", "10:00", enforcer.Breached, respond, "09:00", "", enforcer.Breached, counted},
		{"due before it came", "09:59", enforcer.Breached, respond, "09:00", "", enforcer.Breached, "breached"},
		{"due as it went", "12:00", enforcer.Breached, respond, "09:00", "", enforcer.Breached, counted},
		{"due after it went", "12:01", enforcer.Breached, respond, "09:00", "", enforcer.Breached, "breached"},
		{"begun there just then", "11:00", enforcer.Breached, respond, "11:00", "", enforcer.Breached, counted},
		{"begun there later", "11:00", enforcer.Breached, respond, "11:01", "", enforcer.Breached, "breached"},
		{"ended there just then", "11:00", enforcer.Breached, respond, "09:00", "11:00", enforcer.Breached, counted},
		{"ended there before", "11:00", enforcer.Breached, respond, "09:00", "10:59", enforcer.Breached, "breached"},
		{"kept there", "11:00", enforcer.Breached, respond, "09:00", "", enforcer.Running, "breached"},
		{"another promise", "11:00", enforcer.Breached, other, "09:00", "", enforcer.Breached, "breached"},
		{"kept here", "11:00", enforcer.Met, respond, "09:00", "", enforcer.Breached, "met"},
		{"broken at no time", "", enforcer.Breached, respond, "09:00", "", enforcer.Breached, "breached"},
	} {
		ev := enforcer.Evaluation{Cycles: []enforcer.Cycle{{Obligation: respond, State: c.state, Due: at(c.due)}}}
		enforcer.CountOnce(&ev, []enforcer.Away{{From: at("10:00"), To: at("12:00"), Cycles: []enforcer.Cycle{{
			Obligation: c.there, State: c.thereState, StartedAt: at(c.from), EndedAt: at(c.to),
		}}}})
		cycle := &ev.Cycles[0]
		got := string(cycle.State)
		if !cycle.EndedAt.IsZero() {
			got = fmt.Sprintf("%s %s %s", got, cycle.EndWhy, cycle.EndedAt.Format("15:04"))
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	ended := enforcer.Evaluation{Cycles: []enforcer.Cycle{{
		Obligation: respond, State: enforcer.Breached, Due: at("11:00"), EndedAt: at("11:30"), EndWhy: "stopped",
	}}}
	enforcer.CountOnce(&ended, []enforcer.Away{{From: at("10:00"), To: at("12:00"), Cycles: []enforcer.Cycle{
		{Obligation: respond, State: enforcer.Breached, StartedAt: at("09:00")},
	}}})
	c := &ended.Cycles[0]
	if c.State != enforcer.Cancelled || c.EndWhy != enforcer.MovedBack || !c.EndedAt.Equal(at("11:30")) {
		t.Errorf("what had ended ends again: %s, %s at %s", c.State, c.EndWhy, c.EndedAt)
	}
}
