package enforcer_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
)

// drawRequest makes a request of any history: people and the bot note, set statuses, assign, reclassify and move
// it, seconds to days apart, over a month with days off.
func drawRequest(t *rapid.T) enforcer.Request {
	at := time.Date(2026, 3, 2, 0, 0, 0, 0,
		time.UTC).Add(time.Duration(rapid.IntRange(0, 20*86400).Draw(t, "start")) * time.Second)
	roles := rapid.SampledFrom([]enforcer.Role{
		enforcer.Support, enforcer.Developers, enforcer.Management,
		enforcer.Customer, enforcer.Bot, "",
	})
	state := enforcer.State{
		Covered: true, Status: enforcer.New,
		Severity: rapid.SampledFrom([]string{"critical", "noncritical", "minor"}).Draw(t, "severity"),
	}
	r := enforcer.Request{Connection: "test", Issue: "1", Key: "1", CreatedAt: at, ReceivedAt: at}
	r.Moments = []enforcer.Moment{{
		Event: "created", At: at, By: enforcer.Person{ID: "c", Role: enforcer.Customer},
		StatusSet: true, State: state,
	}}
	for i := range rapid.IntRange(0, 25).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 59, 600, 1200, 3600, 7200, 40000, 90000, 300000}).Draw(t,
			"gap")) * time.Second)
		role := roles.Draw(t, "by")
		m := enforcer.Moment{Event: fmt.Sprintf("journal:%d", i+1), At: at, By: enforcer.Person{ID: string(role), Role: role}}
		if rapid.Bool().Draw(t, "noted") {
			m.Note = rapid.SampledFrom([]enforcer.Audience{enforcer.Public, enforcer.Internal}).Draw(t, "note")
		}
		if rapid.Bool().Draw(t, "set") {
			next := rapid.SampledFrom(enforcer.StatusClasses).Draw(t, "status")
			m.StatusSet = next != state.Status
			state.Status = next
		}
		switch rapid.IntRange(0, 9).Draw(t, "else") {
		case 0:
			state.Severity = rapid.SampledFrom([]string{"critical", "noncritical", "minor"}).Draw(t, "severity")
		case 1:
			who := roles.Draw(t, "assignee")
			state.Assignee = enforcer.Person{ID: string(who), Role: who}
		case 2:
			state.Covered = !state.Covered
		}
		m.State = state
		r.Moments = append(r.Moments, m)
	}
	return r
}

// kamals are the preset, plain and with every obligation pausing while the customer owes an answer.
var kamals = sync.OnceValue(func() [2]enforcer.Contract {
	plain, err := config.Preset("kamal")
	if err != nil {
		panic(err)
	}
	pausing := *plain
	pausing.Obligations = slices.Clone(plain.Obligations)
	for i := range pausing.Obligations {
		pausing.Obligations[i].Pause = []enforcer.StatusClass{enforcer.WaitingCustomer}
	}
	return [2]enforcer.Contract{*plain, pausing}
})

func kamal(pause bool) *enforcer.Contract {
	c := kamals()[0]
	if pause {
		c = kamals()[1]
	}
	return &c
}

func evaluate(t *rapid.T, c *enforcer.Contract, r enforcer.Request, now time.Time) enforcer.Evaluation {
	return enforcer.Evaluate(c, &r, now)
}

// TestCyclesOfAnyHistory holds laws that no history may break: one cycle of a name, no cycle ends before it
// starts, verdicts agree with dues, a cycle that ended in time is met and not breached, and none but the last of
// an obligation is open.
func TestCyclesOfAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := kamal(rapid.Bool().Draw(t, "pause"))
		r := drawRequest(t)
		ev := evaluate(t, c, r, r.CreatedAt.Add(time.Duration(rapid.IntRange(0, 40*86400).Draw(t, "now"))*time.Second))
		names := map[string]bool{}
		open := map[string]int{}
		for _, cycle := range ev.Cycles {
			name := cycle.Obligation.ID + " " + cycle.ID
			if names[name] {
				t.Fatalf("two cycles are called %s", name)
			}
			names[name] = true
			ended := !cycle.EndedAt.IsZero()
			switch {
			case ended && cycle.EndedAt.Before(cycle.StartedAt):
				t.Fatalf("%s ended before it started", name)
			case ended && cycle.State == enforcer.Met && !cycle.Due.IsZero() && cycle.EndedAt.After(cycle.Due):
				t.Fatalf("%s is met after its due", name)
			case cycle.State == enforcer.Breached && !cycle.Due.Before(ev.Now) && !cycle.Due.Before(cycle.EndedAt) &&
				cycle.EndWhy != "due":
				t.Fatalf("%s is breached before its due", name)
			case cycle.Elapsed < 0:
				t.Fatalf("%s has run for %s", name, cycle.Elapsed)
			}
			if !ended {
				if open[cycle.Obligation.ID]++; open[cycle.Obligation.ID] > 1 {
					t.Fatalf("two cycles of %s are open", cycle.Obligation.ID)
				}
			}
		}
	})
}

// TestIdentityOutlivesTime says that what has been told of a cycle stays its name: every cycle known at one
// moment is known at each later one, unless staff took a resolution back.
func TestIdentityOutlivesTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := kamal(rapid.Bool().Draw(t, "pause"))
		c.Reopen = "restart" // nothing is taken back
		r := drawRequest(t)
		first := r.CreatedAt.Add(time.Duration(rapid.IntRange(0, 20*86400).Draw(t, "first")) * time.Second)
		second := first.Add(time.Duration(rapid.IntRange(0, 20*86400).Draw(t, "later")) * time.Second)
		known := map[string]time.Time{}
		for _, cycle := range evaluate(t, c, r, second).Cycles {
			known[cycle.Obligation.ID+" "+cycle.ID] = cycle.StartedAt
		}
		for _, cycle := range evaluate(t, c, r, first).Cycles {
			at, ok := known[cycle.Obligation.ID+" "+cycle.ID]
			if !ok || !at.Equal(cycle.StartedAt) {
				t.Fatalf("%s %s of %s is %s later", cycle.Obligation.ID, cycle.ID, cycle.StartedAt, at)
			}
		}
	})
}

// TestEveryStepIsDecidedOnce wakes at random moments, settles what is decided, and never sees it again; nothing
// is ever decided before its moment.
func TestEveryStepIsDecidedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := kamal(rapid.Bool().Draw(t, "pause"))
		r := drawRequest(t)
		now := r.CreatedAt
		settled := map[enforcer.StepKey]bool{}
		pending := map[enforcer.StepKey]bool{}
		line := enforcer.Cutover{EnforceFrom: now}
		for range rapid.IntRange(1, 30).Draw(t, "passes") {
			now = now.Add(time.Duration(rapid.IntRange(1, 2*86400).Draw(t, "sleep")) * time.Second)
			ds := decide.Steps(evaluate(t, c, r, now), func(k enforcer.StepKey) enforcer.StepRecord {
				switch {
				case settled[k]:
					return enforcer.StepRecord{State: enforcer.Done}
				case pending[k]:
					return enforcer.StepRecord{State: enforcer.Intended}
				}
				return enforcer.StepRecord{}
			}, line)
			for _, d := range ds {
				switch {
				case settled[d.Key]:
					t.Fatalf("%v is decided again", d.Key)
				case d.Moment.After(now):
					t.Fatalf("%v is decided at %s, before its moment %s", d.Key, now, d.Moment)
				case d.State == enforcer.Waiting && !d.NotBefore.After(now):
					t.Fatalf("%v waits for the past", d.Key)
				case d.State == enforcer.Waiting || d.State == enforcer.Needless:
					pending[d.Key] = true
				default:
					settled[d.Key] = true
				}
				if len(d.Reason.Text) < 2 {
					t.Fatalf("%v: no reason in both languages", d.Key)
				}
			}
			line.PassedAt = now
		}
	})
}

// TestPauseNeverShortens compares the dues with and without pauses turned on, of requests that keep their severity
// (a later due may let a lowered severity through that an earlier breach would have kept out).
func TestPauseNeverShortens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRequest(t)
		for i := range r.Moments {
			r.Moments[i].State.Severity = r.Moments[0].State.Severity
		}
		now := r.CreatedAt.Add(30 * 24 * time.Hour)
		plain := map[string]time.Time{}
		for _, cycle := range evaluate(t, kamal(false), r, now).Cycles {
			plain[cycle.Obligation.ID+" "+cycle.ID+" "+cycle.Severity] = cycle.Due
		}
		for _, cycle := range evaluate(t, kamal(true), r, now).Cycles {
			if due, ok := plain[cycle.Obligation.ID+" "+cycle.ID+" "+cycle.Severity]; ok && !cycle.Obligation.Repeat &&
				cycle.Due.Before(due) {
				t.Fatalf("%s %s is due at %s with pauses, %s without", cycle.Obligation.ID, cycle.ID, cycle.Due, due)
			}
		}
	})
}

// TestAfterHoursBreaksNothingInThePast agrees on work after hours at some moment: what had ended, or was broken, before
// it stays what it was, and everything else is due after the agreement and no later than without it.
func TestAfterHoursBreaksNothingInThePast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := kamal(rapid.Bool().Draw(t, "pause"))
		r := drawRequest(t)
		last := &r.Moments[len(r.Moments)-1]
		agreed := *last
		agreed.Event, agreed.StatusSet, agreed.Note = "agreed", false, ""
		agreed.At = last.At.Add(time.Duration(rapid.IntRange(1, 3*86400).Draw(t, "later")) * time.Second)
		agreed.State.Fields = map[string]string{enforcer.FieldAfterHours: "1"}
		night := r
		night.Moments = append(slices.Clone(r.Moments), agreed)
		now := agreed.At.Add(time.Duration(rapid.IntRange(0, 3*86400).Draw(t, "sleep")) * time.Second)
		key := func(c *enforcer.Cycle) string { return c.Obligation.ID + " " + c.ID }
		before := map[string]enforcer.Cycle{}
		for _, c := range evaluate(t, c, r, agreed.At).Cycles {
			before[key(&c)] = c
		}
		for _, c := range evaluate(t, c, night, now).Cycles {
			was, ok := before[key(&c)]
			settled := ok && (!was.EndedAt.IsZero() || !was.Due.IsZero() && agreed.At.Truncate(time.Second).After(was.Due))
			switch {
			case settled && (c.State != was.State || !c.Due.Equal(was.Due)):
				t.Fatalf("%s was %s, due %s, and is %s, due %s", key(&c), was.State, was.Due, c.State, c.Due)
			case ok && !settled && !was.Due.IsZero() && (c.Due.Before(agreed.At.Truncate(time.Second)) ||
				c.Due.After(was.Due) && len(c.Pauses) == 0):
				t.Fatalf("%s was due %s, and by the agreement of %s is due %s", key(&c), was.Due, agreed.At, c.Due)
			}
		}
	})
}
