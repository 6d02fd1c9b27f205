package enforcer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
)

// TestTheHoldThatCounts is the last one given until then, unless it is over.
func TestTheHoldThatCounts(t *testing.T) {
	at := func(clock string) time.Time { return monday(t, clock+":00") }
	hold := func(given, until string) enforcer.Hold {
		return enforcer.Hold{At: at(given), Until: at(until), By: given}
	}
	for _, c := range []struct {
		name  string
		holds []enforcer.Hold
		now   string
		want  string // when the one that counts was given
	}{
		{"none", nil, "10:00", ""},
		{"given just now", []enforcer.Hold{hold("10:00", "12:00")}, "10:00", "10:00"},
		{"given later", []enforcer.Hold{hold("10:01", "12:00")}, "10:00", ""},
		{"a minute before its end", []enforcer.Hold{hold("10:00", "12:00")}, "11:59", "10:00"},
		{"over", []enforcer.Hold{hold("10:00", "12:00")}, "12:00", ""},
		{"the later one", []enforcer.Hold{hold("10:00", "12:00"), hold("10:30", "15:00")}, "11:00", "10:30"},
		{"the later one, listed first", []enforcer.Hold{hold("10:30", "15:00"), hold("10:00", "12:00")}, "11:00", "10:30"},
		{"let go by the later one", []enforcer.Hold{hold("10:00", "12:00"), hold("10:30", "10:30")}, "11:00", ""},
		{"of two at once the last one", []enforcer.Hold{hold("10:00", "10:00"), hold("10:00", "12:00")}, "11:00", "10:00"},
	} {
		got := ""
		if h := enforcer.HoldAt(c.holds, at(c.now)); h != nil {
			got = h.By
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestLoweredAtTheDeadline: a severity that is lowered in the deadline's own second moves it; a second later the breach
// stays.
func TestLoweredAtTheDeadline(t *testing.T) {
	contract, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	for clock, want := range map[string]string{
		"10:19:59": "running 12:00 noncritical", "10:20:00": "running 12:00 noncritical",
		"10:20:01": "breached 10:20 noncritical",
	} {
		state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
		r := enforcer.Request{Key: "#1", CreatedAt: monday(t, "10:00:00"), ReceivedAt: monday(t, "10:00:00")}
		r.Moments = []enforcer.Moment{{Event: "created", At: r.CreatedAt, StatusSet: true, State: state}}
		state.Severity = "noncritical"
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: "journal:1", At: monday(t, clock), By: person("support"), State: state,
		})
		for _, c := range enforcer.Evaluate(contract, &r, monday(t, "10:30:00")).Cycles {
			got := fmt.Sprintf("%s %s %s", c.State, c.Due.Format("15:04"), c.Severity)
			if c.Obligation.ID == "respond" && got != want {
				t.Errorf("lowered at %s: %s, want %s", clock, got, want)
			}
		}
	}
}

// TestChecksKeepWhatTheyAreOf: a check of booked time says which entry it is of and whose that is.
func TestChecksKeepWhatTheyAreOf(t *testing.T) {
	c := kamal(false)
	c.Obligations = []enforcer.Obligation{{
		ID: "visit", Kind: enforcer.Check, Start: enforcer.Condition{Word: enforcer.WordTimeEntry},
		Rules: []enforcer.Rule{{Always: true, AtMost: time.Hour}},
	}}
	state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
	r := enforcer.Request{Key: "#1", CreatedAt: monday(t, "10:00:00"), ReceivedAt: monday(t, "10:00:00")}
	r.Moments = []enforcer.Moment{{Event: "created", At: r.CreatedAt, StatusSet: true, State: state}}
	for i, spent := range []time.Duration{time.Hour, time.Hour + time.Minute} {
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: fmt.Sprintf("time:%d", i), At: monday(t, "11:00:00").Add(time.Duration(i) * time.Minute),
			By: person("support"), State: state, Work: &enforcer.Work{Spent: spent, On: "2026-03-16"},
		})
	}
	var got []string
	for _, x := range enforcer.Evaluate(c, &r, monday(t, "12:00:00")).Cycles {
		if x.Work == nil {
			t.Fatalf("%s is of nothing", x.ID)
		}
		got = append(got, fmt.Sprintf("%s %s of %s by %s: %s", x.ID, x.State, x.Work.Spent, x.WorkBy.Name, x.EndWhy))
	}
	want := "time:0 met of 1h0m0s by support: stopped; time:1 breached of 1h1m0s by support: failed"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}

// TestDutiesAreJudgedToTheSecond: a fraction of a second is cut off, and no whole one.
func TestDutiesAreJudgedToTheSecond(t *testing.T) {
	for _, clock := range []string{"10:00:00", "10:00:01"} {
		ev := enforcer.EvaluateDuties(kamal(false), "helpdesk", nil, monday(t, clock).Add(900*time.Millisecond))
		if !ev.Now.Equal(monday(t, clock)) {
			t.Errorf("at %s it is %s", clock, ev.Now)
		}
	}
	if line := (&enforcer.Evaluation{Contract: kamal(false), Request: &enforcer.Request{}}).Timeline(); line != nil {
		t.Errorf("of no request: %v", line)
	}
}

// TestStatesThatWait: what is intended, waiting or sent may have a moment before which nothing is done about it.
func TestStatesThatWait(t *testing.T) {
	for _, s := range enforcer.EntryStates {
		want := s == enforcer.Intended || s == enforcer.Waiting || s == enforcer.Sent
		if s.HasNotBefore() != want {
			t.Errorf("%s: %v", s, s.HasNotBefore())
		}
	}
}
