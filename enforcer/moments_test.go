package enforcer_test

import (
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// TestANoticeBeyondTheData: whether a notice was late cannot be told where the calendar has no data, and then the
// deadline that needs it is not known either.
func TestANoticeBeyondTheData(t *testing.T) {
	bd := func(n int) *calendar.Term { return &calendar.Term{N: n, Unit: calendar.BusinessDays} }
	contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: bd(5), Steps: []enforcer.Step{
		{
			ID: "told", Trigger: enforcer.Trigger{After: bd(4)},
			Comment: &enforcer.StepComment{Audience: enforcer.Public, Text: "closing-reminder"},
		},
		{ID: "due", Trigger: enforcer.Trigger{Due: true}, Notice: "told"},
	}}}})
	for now, known := range map[string]bool{"2027-12-20 12:00": true, "2028-01-20 12:00": false} {
		r := received(almaty(t, "2027-12-13 10:00"), time.Time{})
		c := enforcer.Evaluate(contract, &r, almaty(t, now)).Cycles[0]
		if (c.Unjudged == nil) != known || c.Due.IsZero() == known {
			t.Errorf("as of %s: due %s, %v", now, c.Due, c.Unjudged)
		}
	}
}

// TestACorrectionSetsGoingAgain: a cycle that goes on because staff took a resolution back says since when, wherever in
// the request's history that was; none of its steps could be taken before.
func TestACorrectionSetsGoingAgain(t *testing.T) {
	contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: hours(4)}}})
	for _, moved := range []bool{false, true} {
		r := received(monday(t, "10:00:00"), time.Time{})
		state := r.Moments[0].State
		act := func(clock string, class enforcer.StatusClass, covered bool) {
			state.Status, state.Covered = class, covered
			r.Moments = append(r.Moments, enforcer.Moment{
				Event: clock, At: monday(t, clock), By: person("support"), StatusSet: true, State: state,
			})
		}
		if moved {
			r.Moments[0].State.Covered, r.Moments[0].State.Project = false, "elsewhere"
			act("10:05:00", enforcer.New, true)
		}
		act("10:30:00", enforcer.Resolved, true)
		act("11:00:00", enforcer.Working, true)
		for now, want := range map[string]string{"10:45:00": "", "12:00:00": "11:00:00"} {
			cycles := enforcer.Evaluate(contract, &r, monday(t, now)).Cycles
			if len(cycles) != 1 || !cycles[0].RevivedAt.Equal(monday(t, want)) {
				t.Errorf("moved %t, as of %s: %+v, want it set going at %q", moved, now, cycles, want)
			}
		}
	}
}

// TestRequestsOutsideTheValidity: received while no version of the text was valid a request has no promises, and is the
// contract's only by what checks just that.
func TestRequestsOutsideTheValidity(t *testing.T) {
	for _, c := range []struct {
		name, received string
		checked        bool
		covered        bool
		outside        bool
		cycles         int
	}{
		{"within it", "10:00:00", false, true, false, 1},
		{"outside", "08:00:00", false, false, true, 0},
		{"outside, which is checked", "08:00:00", true, true, true, 1},
		{"within it, which is checked", "10:00:00", true, true, false, 2},
	} {
		contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: hours(4)}}})
		contract.ValidFrom = monday(t, "09:00:00")
		if c.checked {
			contract.Obligations = append(contract.Obligations, enforcer.Obligation{
				ID: "entitled", Kind: enforcer.Check, Start: enforcer.Condition{Word: enforcer.WordReceived},
				Stop: []enforcer.Condition{{Word: enforcer.WordEntitled}}, Rules: []enforcer.Rule{{}},
			})
		} else {
			contract.Obligations = append(contract.Obligations, enforcer.Obligation{
				ID: "entitled", Kind: enforcer.Check, Start: enforcer.Condition{Word: enforcer.WordReceived},
				Stop:  []enforcer.Condition{{Word: enforcer.WordEntitled}},
				Rules: []enforcer.Rule{{Severities: []string{"critical"}}}, // not of this request
			})
		}
		r := received(monday(t, c.received), time.Time{})
		ev := enforcer.Evaluate(contract, &r, monday(t, "10:30:00"))
		if ev.Covered != c.covered || ev.Outside != c.outside || len(ev.Cycles) != c.cycles {
			t.Errorf("%s: covered %t, outside %t, %d cycles", c.name, ev.Covered, ev.Outside, len(ev.Cycles))
		}
	}
}
