package enforcer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// promising is kamal's calendar (Mon-Fri 09:00-18:00) with one promise, which runs from the receipt to the resolution.
func promising(o enforcer.Obligation) *enforcer.Contract {
	c := kamal(false)
	if o.ID, o.Kind = "promise", enforcer.Timer; o.Start.Word == "" {
		o.Start = enforcer.Condition{Word: enforcer.WordReceived}
	}
	o.Stop = []enforcer.Condition{{Word: enforcer.WordResolved}}
	c.Obligations = []enforcer.Obligation{o}
	return c
}

// received is a request that came in then; both sides have agreed on a deadline where one is given.
func received(at, agreed time.Time) enforcer.Request {
	state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "noncritical"}
	if !agreed.IsZero() {
		state.Times = map[string]time.Time{enforcer.FieldAgreedDue: agreed}
	}
	return enforcer.Request{
		Connection: "helpdesk", Issue: "1", Key: "#1", CreatedAt: at, ReceivedAt: at,
		Moments: []enforcer.Moment{{Event: "created", At: at, StatusSet: true, State: state}},
	}
}

func hours(n int) *calendar.Term { return &calendar.Term{N: n, Unit: calendar.Hours} }

// TestWhenStepsCome: every step of a promise of Monday 10:00 has its moment, or none where what it is counted from does
// not leave room for it.
func TestWhenStepsCome(t *testing.T) {
	steps := []enforcer.Step{
		{ID: "start"},
		{ID: "after", Trigger: enforcer.Trigger{After: hours(2)}},
		{ID: "half", Trigger: enforcer.Trigger{Percent: 50}},
		{ID: "before", Trigger: enforcer.Trigger{Before: hours(1)}},
		{ID: "due", Trigger: enforcer.Trigger{Due: true}},
		{ID: "answered", Trigger: enforcer.Trigger{Answered: true}},
		{ID: "past", Trigger: enforcer.Trigger{Past: true}},
	}
	for _, c := range []struct {
		name   string
		within *calendar.Term
		agreed string
		want   string
	}{
		{"as the text has it", hours(4), "", "start 10:00, after 12:00, half 12:00, before 13:00, due 14:00"},
		{"the text has no term", nil, "", "start 10:00, after 12:00"},
		{"agreed on less", hours(4), "13:00:00", "start 10:00, after 12:00, half 11:30, before 12:00, due 13:00"},
		{"due a minute after it", hours(4), "12:01:00", "start 10:00, after 12:00, half 11:00, before 11:01, due 12:01"},
		{"due just then", hours(4), "12:00:00", "start 10:00, half 11:00, before 11:00, due 12:00"},
		{"warned as it begins", hours(4), "11:00:00", "start 10:00, half 10:30, before 10:00, due 11:00"},
		{"too near for a warning", hours(4), "10:59:00", "start 10:00, half 10:29, due 10:59"},
		{"due at once", hours(4), "10:00:00", "start 10:00, due 10:00"},
		{
			"agreed on where the text has no term", nil, "14:00:00",
			"start 10:00, after 12:00, half 12:00, before 13:00, due 14:00",
		},
	} {
		contract := promising(enforcer.Obligation{Agreed: true, Rules: []enforcer.Rule{{Within: c.within, Steps: steps}}})
		r := received(monday(t, "10:00:00"), monday(t, c.agreed))
		ev := enforcer.Evaluate(contract, &r, monday(t, "10:00:00"))
		var got []string
		var next time.Time
		for _, s := range ev.Cycles[0].Steps {
			if !s.At.IsZero() {
				got = append(got, s.Step.ID+" "+s.At.Format("15:04"))
			}
			if at := s.FiresAt(); at.After(ev.Now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
		if !ev.Next.Equal(next) {
			t.Errorf("%s: looked at again at %s, the next step comes %s", c.name, ev.Next, next)
		}
	}
}

// TestStepsBeyondTheData: where the calendar has no data for a step's moment, the promise cannot be judged, though it
// has no deadline that could be missed; before the data begins a warning is none, and all else is known.
func TestStepsBeyondTheData(t *testing.T) {
	for _, c := range []struct {
		name    string
		trigger enforcer.Trigger
		at      string
		known   bool
	}{
		{"within the data", enforcer.Trigger{After: hours(1)}, "2027-12-30 10:00", true},
		{"after its end", enforcer.Trigger{After: hours(40)}, "2027-12-30 10:00", false},
		{"before its beginning", enforcer.Trigger{Before: hours(4000)}, "2026-03-16 10:00", true},
	} {
		rule := enforcer.Rule{Steps: []enforcer.Step{{ID: "step", Trigger: c.trigger}}}
		if c.trigger.Before != nil {
			rule.Within = hours(1)
		}
		r := received(almaty(t, c.at), time.Time{})
		contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{rule}})
		cycle := &enforcer.Evaluate(contract, &r, r.CreatedAt).Cycles[0]
		if known := cycle.Unjudged == nil; known != c.known || cycle.State != enforcer.Running {
			t.Errorf("%s: %s, %v", c.name, cycle.State, cycle.Unjudged)
		}
		if at := cycle.Steps[0].At; at.IsZero() == (c.name == "within the data") {
			t.Errorf("%s: the step comes at %s", c.name, at)
		}
	}
}

// TestTimeLeft: what has passed and what is left of four working hours from Monday 10:00. Where the calendar cannot
// tell one of both, neither is told.
func TestTimeLeft(t *testing.T) {
	for _, c := range []struct {
		name, now, agreed string
		elapsed, left     time.Duration
		unknown           bool
	}{
		{"at the beginning", "2026-03-16 10:00", "", 0, 4 * time.Hour, false},
		{"on the way", "2026-03-16 11:30", "", 90 * time.Minute, 150 * time.Minute, false},
		{"at the deadline", "2026-03-16 14:00", "", 4 * time.Hour, 0, false},
		{"after it", "2026-03-16 15:00", "", 5 * time.Hour, -time.Hour, false},
		{"by night", "2026-03-16 23:00", "", 8 * time.Hour, -4 * time.Hour, false},
		{"agreed on a day beyond the data", "2026-03-16 11:00", "2035-03-16 10:00", 0, 0, true},
		{"beyond the data itself", "2028-03-16 11:00", "", 0, 0, true},
	} {
		contract := promising(enforcer.Obligation{Agreed: true, Rules: []enforcer.Rule{{Within: hours(4)}}})
		r := received(almaty(t, "2026-03-16 10:00"), almaty(t, c.agreed))
		cycle := &enforcer.Evaluate(contract, &r, almaty(t, c.now)).Cycles[0]
		if cycle.Elapsed != c.elapsed || cycle.Remaining != c.left || (cycle.Unmeasured != nil) != c.unknown {
			t.Errorf("%s: %s passed, %s left, %v", c.name, cycle.Elapsed, cycle.Remaining, cycle.Unmeasured)
		}
	}
}

// TestTimeLeftAt: from any moment to a deadline that is a term's; nothing from the deadline on, and nothing where there
// is no term or no deadline.
func TestTimeLeftAt(t *testing.T) {
	for _, c := range []struct {
		name       string
		within     *calendar.Term
		agreed, at string
		want       time.Duration
	}{
		{"from the beginning", hours(4), "", "10:00:00", 4 * time.Hour},
		{"a second before", hours(4), "", "13:59:59", time.Second},
		{"at the deadline", hours(4), "", "14:00:00", 0},
		{"after it", hours(4), "", "14:30:00", 0},
		{"without a deadline", nil, "", "10:00:00", 0},
		{"agreed on in place of a term", nil, "14:00:00", "10:00:00", 0},
	} {
		contract := promising(enforcer.Obligation{Agreed: true, Rules: []enforcer.Rule{{Within: c.within}}})
		r := received(monday(t, "10:00:00"), monday(t, c.agreed))
		ev := enforcer.Evaluate(contract, &r, monday(t, "10:00:00"))
		if got := ev.RemainingAt(&ev.Cycles[0], monday(t, c.at)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestEscalationsWaitForTheOpening: slabridge has ten minutes from the deadline on; where the act is internal and the
// deadline passes outside working hours, from the next opening on. Until they are over nothing is broken.
func TestEscalationsWaitForTheOpening(t *testing.T) {
	internal := &enforcer.StepComment{Audience: enforcer.Internal}
	public := &enforcer.StepComment{Audience: enforcer.Public}
	for _, c := range []struct {
		name    string
		due     string // Monday 16 March and later
		says    *enforcer.StepComment
		always  bool
		no      bool // step at the deadline
		expects string
	}{
		{name: "within hours", due: "2026-03-16 10:00", says: internal, expects: "2026-03-16 10:10"},
		{name: "just at the close", due: "2026-03-16 18:00", says: internal, expects: "2026-03-16 18:10"},
		{name: "just at the opening", due: "2026-03-17 09:00", says: internal, expects: "2026-03-17 09:10"},
		{name: "in the evening", due: "2026-03-16 20:00", says: internal, expects: "2026-03-17 09:10"},
		{name: "before the opening", due: "2026-03-16 08:00", says: internal, expects: "2026-03-16 09:10"},
		{name: "without a word", due: "2026-03-16 20:00", expects: "2026-03-17 09:10"},
		{name: "over the weekend", due: "2026-03-14 12:00", says: internal, expects: "2026-03-16 09:10"},
		{name: "to the customer", due: "2026-03-16 20:00", says: public, expects: "2026-03-16 20:10"},
		{name: "round the clock", due: "2026-03-16 20:00", says: internal, always: true, expects: "2026-03-16 20:10"},
		{name: "of nothing", due: "2026-03-16 20:00", no: true, expects: "2026-03-16 20:10"},
		{name: "beyond the data", due: "2035-03-16 20:00", says: internal, expects: "2035-03-16 20:10"},
	} {
		steps := []enforcer.Step{{ID: "start", Comment: public}, {ID: "warn", Comment: internal}}
		if !c.no {
			steps = append(steps, enforcer.Step{ID: "due", Trigger: enforcer.Trigger{Due: true}, Comment: c.says})
		}
		contract := promising(enforcer.Obligation{Escalation: true})
		judged := func(now time.Time) (enforcer.CycleState, time.Time) {
			ev := enforcer.Evaluation{
				Contract: contract, Request: &enforcer.Request{}, Now: now, Cycles: []enforcer.Cycle{{
					Contract: contract, Obligation: &contract.Obligations[0],
					Rule:  &enforcer.Rule{Always: c.always, Steps: steps},
					State: enforcer.Breached, Due: almaty(t, c.due),
				}},
			}
			ev.Escalate(enforcer.Escalations{})
			return ev.Cycles[0].State, ev.Next
		}
		last := almaty(t, c.expects)
		if state, next := judged(last); state != enforcer.Running || !next.Equal(last.Add(time.Second)) {
			t.Errorf("%s: %s at the last moment, looked at again %s", c.name, state, next)
		}
		if state, next := judged(last.Add(time.Second)); state != enforcer.Breached || !next.IsZero() {
			t.Errorf("%s: %s a second later, looked at again %s", c.name, state, next)
		}
	}
}

// TestResolvedInSilence: a promise that begins when the request is resolved without a word ends at once where no
// deadline could end it; one that has a term runs on.
func TestResolvedInSilence(t *testing.T) {
	for _, c := range []struct {
		name   string
		within *calendar.Term
		now    string
		want   string
	}{
		{"without a term", nil, "12:00:00", "cancelled resolved 11:00"},
		{"with a term", hours(4), "12:00:00", "running"},
		{"until its end", hours(4), "15:00:01", "breached due 15:00"},
	} {
		contract := promising(enforcer.Obligation{
			Start: enforcer.Condition{Word: enforcer.WordResponse, Silent: true}, Rules: []enforcer.Rule{{Within: c.within}},
		})
		contract.Obligations[0].Stop = []enforcer.Condition{{Word: enforcer.WordNote, Audience: enforcer.Public}}
		r := received(monday(t, "10:00:00"), time.Time{})
		state := r.Moments[0].State
		state.Status = enforcer.Resolved
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: "journal:1", At: monday(t, "11:00:00"), By: person("support"), StatusSet: true, State: state,
		})
		ev := enforcer.Evaluate(contract, &r, monday(t, c.now))
		var got []string
		for _, x := range ev.Cycles {
			s := string(x.State)
			if !x.EndedAt.IsZero() {
				s = fmt.Sprintf("%s %s %s", x.State, x.EndWhy, x.EndedAt.Format("15:04"))
			}
			got = append(got, s)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

// TestUnknownDeadlinesBreakNothing: a cycle that ended while its deadline is not known is not judged, and counts as no
// broken one to the cycle after it.
func TestUnknownDeadlinesBreakNothing(t *testing.T) {
	contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: hours(40)}}})
	contract.Obligations[0].Again = &enforcer.Condition{Word: enforcer.WordNote, By: []enforcer.Role{enforcer.Customer}}
	r := received(almaty(t, "2027-12-01 10:00"), time.Time{})
	for i, at := range []string{"2027-12-20 10:00", "2027-12-31 10:00", "2027-12-31 11:00"} {
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: fmt.Sprintf("journal:%d", i+1), At: almaty(t, at), By: person("customer"), Note: enforcer.Public,
			State: r.Moments[0].State,
		})
	}
	var got []string
	for _, c := range enforcer.Evaluate(contract, &r, almaty(t, "2027-12-31 12:00")).Cycles {
		got = append(got, fmt.Sprintf("%d %s after %d", c.Ordinal, c.State, c.BreachedBefore))
	}
	want := "1 breached after 0; 2 breached after 1; 3 not-judged after 2; 4 running after 0"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("%s; want %s", s, want)
	}
}

// TestTheFirstIDOfAContract: by it all versions of the text are known, and the contract at hand stays as it is.
func TestTheFirstIDOfAContract(t *testing.T) {
	c := &enforcer.Contract{ID: "new", Version: "3", Earlier: []*enforcer.Contract{
		{ID: "new", Version: "1"}, {ID: "new", Version: "2"},
	}}
	known := c.KnownAs("old")
	for _, v := range append(slices.Clone(known.Earlier), known) {
		if v.ID != "new" || v.Origin != "old" {
			t.Errorf("version %s is %s, known as %q", v.Version, v.ID, v.Origin)
		}
	}
	if len(known.Earlier) != 2 || known.Earlier[0].Version != "1" || known.Version != "3" {
		t.Errorf("the versions are %+v and before %+v", known, known.Earlier)
	}
	if c.Origin != "" || c.Earlier[0].Origin != "" {
		t.Error("the contract at hand was changed")
	}
	if known.KnownAs("old") != known {
		t.Error("known so already, it is another")
	}
}

// TestNothingToLower: where nothing was due any more, nobody gained anything by a lower severity.
func TestNothingToLower(t *testing.T) {
	contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: hours(1)}}})
	for clock, want := range map[string]int{"10:59:59": 1, "11:00:00": 0, "11:30:00": 0} {
		r := received(monday(t, "10:00:00"), time.Time{})
		state := r.Moments[0].State
		state.Severity = "minor"
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: "journal:1", At: monday(t, clock), By: person("support"), State: state,
		})
		if got := enforcer.Lowerings(contract, &r, monday(t, "00:00:00"), monday(t, "23:00:00")); len(got) != want {
			t.Errorf("lowered at %s: %+v", clock, got)
		}
	}
}

// TestRemindedUntilTheClosing: of what runs beside another promise nobody is reminded at or after the other's deadline.
func TestRemindedUntilTheClosing(t *testing.T) {
	due := []enforcer.Step{{ID: "due", Trigger: enforcer.Trigger{Due: true}}}
	for n, want := range map[int]string{3: "13:00", 4: "", 5: ""} {
		contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: hours(4), Steps: due}}})
		reminder := contract.Obligations[0]
		reminder.ID, reminder.Beside = "reminder", "promise"
		reminder.Rules = []enforcer.Rule{{Within: hours(n), Steps: due}}
		contract.Obligations = append([]enforcer.Obligation{reminder}, contract.Obligations...)
		r := received(monday(t, "10:00:00"), time.Time{})
		got := ""
		for _, c := range enforcer.Evaluate(contract, &r, monday(t, "10:00:00")).Cycles {
			if at := c.Steps[0].At; c.Obligation.ID == "reminder" && !at.IsZero() {
				got = at.Format("15:04")
			}
		}
		if got != want {
			t.Errorf("due after %d hours, the other after 4: reminded at %q, want %q", n, got, want)
		}
	}
}

// TestEvaluatedToTheSecond: a fraction of a second is cut off, so that an evaluation is that of its second.
func TestEvaluatedToTheSecond(t *testing.T) {
	contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: hours(1)}}})
	r := received(monday(t, "10:00:00"), time.Time{})
	ev := enforcer.Evaluate(contract, &r, monday(t, "11:00:00").Add(900*time.Millisecond))
	if c := ev.Cycles[0]; !ev.Now.Equal(monday(t, "11:00:00")) || c.State != enforcer.Running || c.Remaining != 0 {
		t.Errorf("it is %s; %s, %s left", ev.Now, c.State, c.Remaining)
	}
}

// TestTimeAfterHoursBeyondTheData: what was agreed on where the calendar has no data leaves the time unknown, and the
// deadline as it was.
func TestTimeAfterHoursBeyondTheData(t *testing.T) {
	contract := promising(enforcer.Obligation{Rules: []enforcer.Rule{{Within: hours(4)}}})
	r := received(almaty(t, "2027-12-30 10:00"), time.Time{})
	r.Moments[0].State.Severity = "critical"
	state := r.Moments[0].State
	state.Fields = map[string]string{enforcer.FieldAfterHours: "yes"}
	r.Moments = append(r.Moments, enforcer.Moment{
		Event: "journal:1", At: almaty(t, "2028-02-01 10:00"), By: person("support"), State: state,
	})
	c := enforcer.Evaluate(contract, &r, almaty(t, "2028-02-02 10:00")).Cycles[0]
	if c.Unmeasured == nil || c.Elapsed != 0 || c.Remaining != 0 || !c.Due.Equal(almaty(t, "2027-12-30 14:00")) {
		t.Errorf("%s passed, %s left, due %s, %v", c.Elapsed, c.Remaining, c.Due, c.Unmeasured)
	}
}

// TestToldLate: what was owed of a request that was resolved in silence, and lapsed, is over with the first word to the
// customer; a later one changes nothing.
func TestToldLate(t *testing.T) {
	contract := promising(enforcer.Obligation{
		Start: enforcer.Condition{Word: enforcer.WordResponse, Silent: true}, Rules: []enforcer.Rule{{Within: hours(1)}},
	})
	contract.Obligations[0].Stop = []enforcer.Condition{{Word: enforcer.WordNote, Audience: enforcer.Public}}
	r := received(monday(t, "10:00:00"), time.Time{})
	state := r.Moments[0].State
	state.Status = enforcer.Resolved
	r.Moments = append(r.Moments, enforcer.Moment{
		Event: "journal:1", At: monday(t, "11:00:00"), By: person("support"), StatusSet: true, State: state,
	})
	for _, clock := range []string{"13:00:00", "14:00:00"} {
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: "note " + clock, At: monday(t, clock), By: person("support"), Note: enforcer.Public, State: state,
		})
	}
	for now, want := range map[string]string{"12:59:59": "", "13:30:00": "13:00:00", "15:00:00": "13:00:00"} {
		cycles := enforcer.Evaluate(contract, &r, monday(t, now)).Cycles
		if len(cycles) != 1 || cycles[0].State != enforcer.Breached || !cycles[0].AnswerTaken.Equal(monday(t, want)) {
			t.Errorf("as of %s: %+v, want it told at %q", now, cycles, want)
		}
	}
}
