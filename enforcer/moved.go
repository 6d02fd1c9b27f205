package enforcer

import (
	"slices"
	"time"
)

// StaffMove is a move of a request into or out of a contract that staff made by changing nothing but a condition of it
// (tracker, category, field) within one project. Nobody gains time by one (docs/contracts.md, "What holds for every
// contract").
type StaffMove struct {
	Event string // the tracker's
	At    time.Time
	By    Person
	In    bool // into the contract; else out of it
	Back  bool // it came back later, and is judged as if it had never left
}

// Left is how another contract had a request when staff moved it from there to this one.
type Left struct {
	Event  string  // the tracker's, of the move
	Cycles []Cycle // as they stood just before
}

// samePlace reports whether the request is in the same project as before moment i.
func samePlace(moments []Moment, i int) bool {
	return i > 0 && moments[i].State.Project == moments[i-1].State.Project
}

// rejoin removes moves that do not count: a request that was moved away within its project and back again, at least
// once of both by staff, counts as never moved. It returns the moments to judge by, for each when its return revived
// it, and all moves by staff.
func rejoin(moments []Moment) (out []Moment, revived map[int]time.Time, moves []StaffMove) {
	out = moments
	left := -1 // where it left the contract, while it is away within its project
	for i := 1; i < len(moments); i++ {
		m, was := &moments[i], &moments[i-1]
		if !samePlace(moments, i) {
			left = -1
			continue
		}
		if m.State.Covered == was.State.Covered {
			continue
		}
		if m.By.Role.Staff() {
			moves = append(moves, StaffMove{Event: m.Event, At: m.At, By: m.By, In: m.State.Covered})
		}
		switch {
		case !m.State.Covered:
			left = i
		case left > 0 && (m.By.Role.Staff() || moments[left].By.Role.Staff() && m.By.Role == Customer):
			if revived == nil {
				out, revived = slices.Clone(moments), make(map[int]time.Time)
			}
			for k := left; k < i; k++ {
				out[k].State.Covered = true
				revived[k] = m.At
			}
			for k := range moves {
				moves[k].Back = moves[k].Back || !moves[k].In && moves[k].Event == moments[left].Event
			}
			left = -1
		}
	}
	return out, revived, moves
}

// EnteredByStaff lists the moments by which staff moved the request, within one project, under a contract that did not
// have it before: what other contracts had of it then decides what it is owed now (Request.Left).
func EnteredByStaff(r *Request) []int {
	moments, _, _ := rejoin(r.Moments)
	var out []int
	for i := 1; i < len(moments); i++ {
		if moments[i].State.Covered && !moments[i-1].State.Covered && samePlace(moments, i) && moments[i].By.Role.Staff() {
			out = append(out, i)
		}
	}
	return out
}

// LastCovered is the last place before the moment at i at which the contract had the request, and from which it was
// moved within one project only; -1 where there is none.
func LastCovered(r *Request, i int) int {
	for j := i - 1; j >= 0; j-- {
		if r.Moments[j].State.Covered {
			return j
		}
		if !samePlace(r.Moments, j) {
			break
		}
	}
	return -1
}

// NoteMoved is the Cycle.DueNote of a deadline that staff's move of the request left behind.
const NoteMoved = "moved-by-staff"

// asEntered gives the moments of a stay that staff began by a move at the place entry: the notice before it counts as
// the contract's, of the severity that the request had when it came.
func asEntered(moments []Moment, entry int) []Moment {
	out := slices.Clone(moments)
	for i := range entry {
		out[i].State.Covered, out[i].State.Severity = true, moments[entry].State.Severity
	}
	return out
}

// enter begins what is owed from a move by staff on. What was over before belongs to the other contract. No deadline is
// later than the one left behind; one that would lie before the move is counted from the move on; and one that was
// broken there is not broken again.
func enter(s *stopwatch, m *Moment) {
	s.ev.Cycles = s.ev.Cycles[:s.first]
	s.silenced, s.lapsed, s.breached, s.chain = 0, 0, 0, 0
	c := s.cur
	if c == nil {
		return
	}
	left := leftBehind(s, m)
	if left != nil && (left.State == Breached || left.State == Escalated) {
		s.cur = nil
		return
	}
	c.MovedAt, c.BreachedBefore = m.At, 0
	c.repeated = left != nil
	if left != nil && left.EndedAt.IsZero() && !left.Due.Before(c.StartedAt) { // under no contract it may have passed
		c.ceiling = left.Due
	}
	switch due, err := s.due(m.At); {
	case err != nil || due.IsZero() || !due.Before(m.At):
	case c.Rule.On == DueDate: // a date in the past binds nothing
		s.cur = nil
	default:
		c.bases, c.agreed = []base{{from: m.At, rule: c.Rule}}, time.Time{}
	}
}

// leftBehind is the last cycle of the obligation under the contract that the request was moved from, nil for none.
func leftBehind(s *stopwatch, m *Moment) *Cycle {
	var out *Cycle
	for i := range s.ev.Request.Left {
		if l := &s.ev.Request.Left[i]; l.Event == m.Event {
			for j := range l.Cycles {
				if c := &l.Cycles[j]; c.Obligation.ID == s.o.ID && (out == nil || !c.StartedAt.Before(out.StartedAt)) {
					out = c
				}
			}
		}
	}
	return out
}

// Away is a stretch in which staff had moved a request away from another contract, from which it was moved back: that
// contract judges it as if it had never left.
type Away struct {
	From, To time.Time
	Cycles   []Cycle // of that contract, as they stand now
}

// AwayOf lists the stretches in which the request was away from the contract and to which it then came back, without
// their cycles.
func AwayOf(r *Request) []Away {
	_, revived, _ := rejoin(r.Moments)
	var out []Away
	for i := range r.Moments {
		back, ok := revived[i]
		if _, goesOn := revived[i-1]; ok && !goesOn {
			out = append(out, Away{From: r.Moments[i].At, To: back})
		}
	}
	return out
}

// LeftWithinProject reports whether the request was moved out of the contract within its project.
func LeftWithinProject(r *Request) bool {
	for i := 1; i < len(r.Moments); i++ {
		if r.Moments[i-1].State.Covered && !r.Moments[i].State.Covered && samePlace(r.Moments, i) {
			return true
		}
	}
	return false
}

// MovedBack is the Cycle.EndWhy of a cycle that was broken while staff had moved the request here from another
// contract, which it was moved back to and which has the same promise broken by the same neglect: that counts once,
// where the request belongs.
const MovedBack = "moved-back"

// CountOnce cancels what was broken on a request that was only here until staff moved it back to the contract that it
// came from, where that contract has the same promise broken.
func CountOnce(ev *Evaluation, away []Away) {
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		for j := range away {
			if c.State == Breached && !c.Due.IsZero() && away[j].counts(c) {
				c.State, c.EndWhy = Cancelled, MovedBack
				if c.EndedAt.IsZero() {
					c.EndedAt = away[j].To
				}
			}
		}
	}
}

// counts reports whether the contract that the request came back to has broken what the cycle promised, when it did.
func (a *Away) counts(c *Cycle) bool {
	if c.Due.Before(a.From) || c.Due.After(a.To) {
		return false
	}
	return slices.ContainsFunc(a.Cycles, func(x Cycle) bool {
		return x.State == Breached && x.Obligation.ID == c.Obligation.ID && !x.StartedAt.After(c.Due) &&
			(x.EndedAt.IsZero() || !x.EndedAt.Before(c.Due))
	})
}
