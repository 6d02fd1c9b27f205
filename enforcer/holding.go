package enforcer

import (
	"slices"
	"time"
)

// The functions below say when the words of the Vocabulary hold, where that takes more than a line.

func wheneverItHolds(*stopwatch, *Condition, *Moment, *Moment) bool { return true }

func responded(s *stopwatch, c *Condition, m *Moment) bool {
	if c.Assigned {
		return (s.answered || m.response()) && m.State.Assignee.ID != ""
	}
	if c.Silent {
		return !s.confirmed && (m.Note != Public && m.response() || s.wasOpen() && m.resolvesSilently())
	}
	return m.response()
}

func noted(_ *stopwatch, c *Condition, m *Moment) bool {
	if m.Note == "" || (c.Audience != "" && c.Audience != m.Note) {
		return false
	}
	role := m.noteRole()
	if role == Bot {
		return slices.Contains(c.By, Bot) && (c.Step == "" || slices.Contains(m.Steps, c.Step))
	}
	return c.by(role)
}

func resolved(s *stopwatch, c *Condition, m *Moment) bool {
	return m.State.Status != "" && !m.State.Status.Open() && (c.Audience == "" || resultTold(s, m))
}

// resultTold reports whether staff told the customer of the resolution that stands at m: with it, after it, or within
// the hour before.
func resultTold(s *stopwatch, m *Moment) bool {
	if m.Note == Public && m.noteRole().Staff() {
		return true
	}
	return m.StatusSet && !s.told.IsZero() && m.At.Sub(s.told) <= tellingTime
}

func resolvesAnew(s *stopwatch, c *Condition, before, m *Moment) bool {
	return !m.Duplicate && (before == nil || !resolved(s, c, before))
}

// filled reports whether the field is filled; one that names a moment before the cycle began is from an earlier cycle.
func filled(s *stopwatch, c *Condition, m *Moment) bool {
	if m.State.Fields[c.Field] == "" {
		return false
	}
	at, timed := m.State.Times[c.Field]
	return !timed || s.cur == nil || !at.Before(s.cur.StartedAt)
}

// renewed reports whether a field that was filled names another moment now: a second visit asked for.
func (c *Condition) renewed(before, m *Moment) bool {
	if c.Word != WordField {
		return false
	}
	was, now := before.State.Times[c.Field], m.State.Times[c.Field]
	return !was.IsZero() && now.After(was)
}

// dated reports whether staff has set a due date; if the condition asks for consent (Told), one that both sides agreed
// on. One that lay in the past when the cycle began is from an earlier agreement.
func dated(s *stopwatch, c *Condition, m *Moment) bool {
	d := &s.standing
	if c.Told && !d.agreedOn(c, m) || !c.Told && !(d.date != "" && d.byStaff) {
		return false
	}
	return s.cur == nil || d.date >= s.cur.StartedAt.In(s.ev.Contract.Zone()).Format(time.DateOnly)
}

// datedAnew reports whether the date that stands is a new one, so that it starts a cycle: it was set at m, or the
// request was reopened before its promise was kept.
func datedAnew(s *stopwatch, _ *Condition, before, m *Moment) bool {
	return before == nil || s.rule(before) == nil || before.State.DueDate != m.State.DueDate || m.Agreed != nil ||
		!before.State.Status.Open() && !s.stopped
}

// SpeaksOfDate reports whether a due date decides something of the obligation.
func (o *Obligation) SpeaksOfDate() bool {
	return o.Start.Word == WordDueDate || o.StopsWith(WordDueDate)
}

// by reports whether the role is one of those that must have done it.
func (c *Condition) by(role Role) bool {
	if c.By == nil {
		return role.Staff()
	}
	return slices.Contains(c.By, role)
}

// complete reports whether the request lacks no item in the state.
func complete(s *stopwatch, _ *Condition, m *Moment) bool {
	for i := range s.o.Items {
		if s.o.Items[i].missing(&m.State) {
			return false
		}
	}
	return true
}

// Missing returns the items of a complete request that it lacks in the state, and has a place for.
func (o *Obligation) Missing(st *State) []Item {
	return slices.DeleteFunc(slices.Clone(o.Items), func(i Item) bool { return !i.missing(st) })
}

func (i *Item) missing(st *State) bool {
	asked := i.Where == "" || st.Fields[i.Where] != ""
	return asked && st.Fields[i.ID] == "" && !slices.Contains(st.Absent, i.ID)
}
