package enforcer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
)

// moving is a request from "support in A; customer out A; ...": who moved it into or out of the contract, and into
// which project it came by that, an hour apart.
func moving(t *testing.T, story string) enforcer.Request {
	t.Helper()
	r := enforcer.Request{Connection: "c", Issue: "1", Key: "#1"}
	for i, line := range strings.Split(story, "; ") {
		w := strings.Fields(line)
		at := monday(t, "10:00:00").Add(time.Duration(i) * time.Hour)
		m := enforcer.Moment{
			Event: fmt.Sprint(i), At: at, By: person(w[0]), StatusSet: i == 0,
			State: enforcer.State{Covered: w[1] == "in", Project: w[2], Status: enforcer.New, Severity: "critical"},
		}
		r.Moments = append(r.Moments, m)
	}
	r.CreatedAt, r.ReceivedAt = r.Moments[0].At, r.Moments[0].At
	return r
}

// TestMovesWithinAProject: what staff moves within one project counts; a move of the customer's, or from one project to
// another, is none of theirs, and one that was undone counts as never made.
func TestMovesWithinAProject(t *testing.T) {
	for _, c := range []struct {
		story   string
		entered []int
		left    bool
		last    int    // place from which it came to the last moment
		moves   string // in the evaluation: in or out, back
	}{
		{"customer in A", nil, false, -1, ""},
		{"customer out A; support in A", []int{1}, false, -1, "in"},
		{"customer out A; support in A; support in A", []int{1}, false, 1, "in"},
		{"customer out A; customer in A", nil, false, -1, ""},
		{"customer out A; support in B", nil, false, -1, ""},
		{"customer in A; support out A", nil, true, 0, "out"},
		{"customer in A; support out B", nil, false, 0, ""},
		{"customer in A; customer out A; customer out A", nil, true, 0, ""},
		{"customer in A; support out A; support in A", nil, true, 0, "out back, in"},
		{"customer in A; support out A; customer in A", nil, true, 0, "out back"},
		{"customer in A; customer out A; support in A", nil, true, 0, "in"},
		{"customer in A; customer out A; customer in A", nil, true, 0, ""},
		{"customer in A; support out A; support out B; support in B", []int{3}, true, -1, "out, in"},
		{"customer in A; support out A; support in A; support out A", nil, true, 2, "out back, in, out"},
	} {
		r := moving(t, c.story)
		if got := enforcer.EnteredByStaff(&r); !slices.Equal(got, c.entered) {
			t.Errorf("%s: entered at %v, want %v", c.story, got, c.entered)
		}
		if got := enforcer.LeftWithinProject(&r); got != c.left {
			t.Errorf("%s: left within its project %t", c.story, got)
		}
		if got := enforcer.LastCovered(&r, len(r.Moments)-1); got != c.last {
			t.Errorf("%s: last covered at %d, want %d", c.story, got, c.last)
		}
		ev := enforcer.Evaluate(kamal(false), &r, r.Moments[len(r.Moments)-1].At.Add(time.Minute))
		var moves []string
		for _, m := range ev.Moves {
			s := map[bool]string{true: "in", false: "out"}[m.In]
			if m.Back {
				s += " back"
			}
			moves = append(moves, s)
		}
		if got := strings.Join(moves, ", "); got != c.moves {
			t.Errorf("%s: moves %s, want %s", c.story, got, c.moves)
		}
	}
}

// TestAnHourBetweenWordsAndStatus: what staff said within one working hour before the request began to wait for the
// customer, the last second of that hour included, is the question; before that it is none.
func TestAnHourBetweenWordsAndStatus(t *testing.T) {
	contract, err := config.Preset("endocs")
	if err != nil {
		t.Fatal(err)
	}
	contract.Obligation("await-answer").Off = false
	at := func(clock string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-03-16 "+clock, contract.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for waits, asked := range map[string]bool{"11:00:00": true, "12:00:00": true, "12:00:01": false, "14:00:00": false} {
		state := enforcer.State{Covered: true, Status: enforcer.Working, Severity: "normal", Assignee: person("support")}
		r := enforcer.Request{Key: "#1", CreatedAt: at("10:00:00"), ReceivedAt: at("10:00:00")}
		r.Moments = []enforcer.Moment{
			{Event: "created", At: r.CreatedAt, By: person("customer"), StatusSet: true, State: state},
			{Event: "told", At: at("11:00:00"), By: person("support"), Note: enforcer.Public, State: state},
		}
		state.Status = enforcer.WaitingCustomer
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: "waits", At: at(waits), By: person("support"), StatusSet: true, State: state,
		})
		var got []string
		for _, c := range enforcer.Evaluate(contract, &r, at("15:00:00")).Cycles {
			if c.Obligation.Start.Word == enforcer.WordAsked || c.Obligation.Start.Word == enforcer.WordUnasked {
				got = append(got, string(c.Obligation.Start.Word))
			}
		}
		want := enforcer.WordUnasked
		if asked {
			want = enforcer.WordAsked
		}
		if len(got) == 0 || slices.ContainsFunc(got, func(w string) bool { return w != string(want) }) {
			t.Errorf("told at 11:00:00, waiting at %s: %v, want %s", waits, got, want)
		}
	}
}

// TestEvaluatingChangesNoHistory: an answer that came after our own step had closed the request counts as a reopening,
// and the history that the next contract reads stays as it is.
func TestEvaluatingChangesNoHistory(t *testing.T) {
	contract, err := config.Preset("endocs")
	if err != nil {
		t.Fatal(err)
	}
	contract.Obligation("await-answer").Off = false
	state := enforcer.State{Covered: true, Status: enforcer.WaitingCustomer, Severity: "normal"}
	r := enforcer.Request{Key: "#1", CreatedAt: monday(t, "10:00:00"), ReceivedAt: monday(t, "10:00:00")}
	add := func(clock, by string, note enforcer.Audience, steps ...string) {
		r.Moments = append(r.Moments, enforcer.Moment{
			Event: clock, At: monday(t, clock), By: person(by), Note: note, State: state, Steps: steps,
			StatusSet: len(r.Moments) == 0 || r.Moments[len(r.Moments)-1].State.Status != state.Status,
		})
	}
	add("10:00:00", "customer", "")
	state.Status = enforcer.Closed
	add("11:00:00", "bot", enforcer.Public, "await-answer/due")
	add("12:00:00", "customer", enforcer.Public)
	before := slices.Clone(r.Moments)
	ev := enforcer.Evaluate(contract, &r, monday(t, "15:00:00"))
	if ev.State.Status != enforcer.Working {
		t.Errorf("it is judged as %s", ev.State.Status)
	}
	for i, m := range r.Moments {
		if m.State.Status != before[i].State.Status || m.Silence != before[i].Silence {
			t.Errorf("moment %d was %s and silent %t, and is %s and %t", i, before[i].State.Status, before[i].Silence,
				m.State.Status, m.Silence)
		}
	}
}

// TestOnlyOurClosingIsReopenedByAWord: a request that people closed stays closed when the customer thanks for it, also
// where a comment of ours came after it; and of one that we closed the first who took the answer took it.
func TestOnlyOurClosingIsReopenedByAWord(t *testing.T) {
	contract, err := config.Preset("endocs")
	if err != nil {
		t.Fatal(err)
	}
	contract.Obligation("await-answer").Off = false
	for _, ours := range []bool{false, true} {
		state := enforcer.State{Covered: true, Status: enforcer.WaitingCustomer, Severity: "normal"}
		r := enforcer.Request{Key: "#1", CreatedAt: monday(t, "10:00:00"), ReceivedAt: monday(t, "10:00:00")}
		add := func(clock, by string, note enforcer.Audience, steps ...string) {
			r.Moments = append(r.Moments, enforcer.Moment{
				Event: clock, At: monday(t, clock), By: person(by), Note: note, State: state, Steps: steps,
				StatusSet: len(r.Moments) == 0 || r.Moments[len(r.Moments)-1].State.Status != state.Status,
			})
		}
		add("10:00:00", "customer", "")
		add("10:10:00", "support", enforcer.Public)
		if state.Status = enforcer.Closed; ours {
			add("11:00:00", "bot", enforcer.Public, "await-answer/due")
		} else {
			add("10:50:00", "support", "")
			add("11:00:00", "bot", enforcer.Public, "acknowledge/start")
		}
		add("12:00:00", "customer", enforcer.Public)
		add("13:00:00", "support", enforcer.Public)
		add("14:00:00", "customer", enforcer.Public)
		add("15:00:00", "support", enforcer.Public)
		ev := enforcer.Evaluate(contract, &r, monday(t, "16:00:00"))
		if !ours && ev.State.Status != enforcer.Closed {
			t.Errorf("closed by people, it is judged as %s", ev.State.Status)
		}
		for _, c := range ev.Cycles {
			if ours && c.EndWhy == "closed-by-silence" && c.Obligation.ID == "await-answer" &&
				(!c.AnsweredAt.Equal(monday(t, "12:00:00")) || !c.AnswerTaken.Equal(monday(t, "13:00:00"))) {
				t.Errorf("answered %s, taken %s", c.AnsweredAt, c.AnswerTaken)
			}
			if !ours && c.EndWhy == "closed-by-silence" {
				t.Errorf("%s was closed by people, and ended %s", c.Obligation.ID, c.EndWhy)
			}
		}
	}
}

// TestNothingAfterItIsGone: what people did on a request that is gone ends nothing; its promises end with it.
func TestNothingAfterItIsGone(t *testing.T) {
	r := solved(t).Request
	gone := *r
	gone.GoneAt = monday(t, "10:20:00")
	for _, c := range enforcer.Evaluate(kamal(false), &gone, monday(t, "11:00:00")).Cycles {
		if c.EndWhy != "gone" && c.EndedAt.IsZero() || c.EndedAt.After(gone.GoneAt) {
			t.Errorf("%s ended %s at %s", c.Obligation.ID, c.EndWhy, c.EndedAt)
		}
	}
}

// TestWhoEndedACycleByItsVerdict: the recorded verdict says who ended it; where that is the same person nothing is
// forgotten of them.
func TestWhoEndedACycleByItsVerdict(t *testing.T) {
	ivan := enforcer.Person{ID: "7", Name: "Ivan", Role: enforcer.Support}
	at := monday(t, "10:30:00")
	for _, c := range []struct {
		name string
		role enforcer.Role
		want enforcer.Person
	}{
		{"Ivan", enforcer.Support, ivan},
		{"Ivan", enforcer.Developers, enforcer.Person{Name: "Ivan", Role: enforcer.Developers}},
		{"Petr", enforcer.Support, enforcer.Person{Name: "Petr", Role: enforcer.Support}},
	} {
		ev := solved(t)
		cycle := &ev.Cycles[0]
		cycle.EndBy = ivan
		v := enforcer.Verdict{
			State: enforcer.Breached, Due: cycle.Due.Add(-time.Minute), EndedAt: at, EndEvent: "journal:1", EndBy: c.name,
			EndByRole: c.role,
		}
		enforcer.ShowVerdict(&ev, cycle, &v)
		if cycle.EndBy != c.want || cycle.Judged != &v || !cycle.Due.Equal(v.Due) || cycle.State != enforcer.Breached {
			t.Errorf("by %s of %s: %+v", c.name, c.role, cycle.EndBy)
		}
	}
}
