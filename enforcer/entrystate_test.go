package enforcer

import (
	"slices"
	"testing"
)

// The table itself: every state has its row, and what "written at most once" rests on holds for all of them.
func TestMovesKeepThePromise(t *testing.T) {
	if len(moves) != len(EntryStates)+1 {
		t.Errorf("%d rows for %d states and the beginning", len(moves), len(EntryStates))
	}
	for from, targets := range moves {
		for _, to := range targets {
			if !slices.Contains(EntryStates, to) {
				t.Errorf("%q may become %q, which is no state", from, to)
			}
			if to == Sent && from != Intended && from != Waiting && from != Sent {
				t.Errorf("%q may be sent", from)
			}
			if (to == Done || to == Refused) && from != Sent {
				t.Errorf("%q may become %q without having been sent", from, to)
			}
		}
	}
	for _, final := range []EntryState{Done, Past, Overtaken} {
		if n := len(moves[final]); n != 0 {
			t.Errorf("%q may become something else", final)
		}
	}
}

func TestOpenStates(t *testing.T) {
	for s, want := range map[EntryState]bool{
		Intended: true, Waiting: true, Held: true, Sent: true,
		Done: false, Refused: false, Past: false, Overtaken: false, Needless: false, Withdrawn: false,
	} {
		if s.Open() != want {
			t.Errorf("%s open: %t", s, s.Open())
		}
	}
}

// Held is for a human, but for what people put on hold themselves.
func TestWaitsForHuman(t *testing.T) {
	for _, c := range []struct {
		state EntryState
		code  string
		want  bool
	}{
		{Held, HeldOverLimit, true},
		{Held, "rights", true},
		{Held, HeldByPeople, false},
		{Held, HeldUntil, false},
		{Refused, "rights", false},
		{Intended, "due", false},
	} {
		if c.state.WaitsForHuman(c.code) != c.want {
			t.Errorf("%s for %q: want %t", c.state, c.code, c.want)
		}
	}
}
