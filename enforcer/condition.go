package enforcer

import (
	"slices"
	"time"
)

// Condition is one word of the small vocabulary that starts and stops cycles, with its qualifiers. What a word
// means is said at its constant.
type Condition struct {
	Word     Word
	Audience Audience      // of a note: "" is either; of WordResolved: with a note of this audience
	By       []Role        // who must have done it; nil: anyone of staff
	Classes  []StatusClass // of WordStatus
	Role     Role          // of WordAssignee
	Field    string        // of WordField; of WordDueDate: filled as well, where it is mapped; of WordAttachment: that names the file
	Silent   bool          // of WordResponse: without a public note
	Assigned bool          // of WordResponse: and someone has the request then
	Step     string        // of WordNote by the bot: only the note of this step, "confirm-work/start"
	Activity string        // of WordTimeEntry: only this mapped kind of work; "" any
}

// Word is what a condition is about.
type Word string

// The vocabulary. Acts happen at a moment and count only when people of a known role did them; states count
// whoever brought them about.
const (
	WordReceived   Word = "received"     // the request came in, or was reopened
	WordResponse   Word = "response"     // act: a public staff note, or status class working set by staff; with Assigned a state: that has happened, and someone has the request
	WordNote       Word = "note"         // act: a note
	WordResolved   Word = "resolved"     // state: class resolved or closed; with an audience: and a staff note told of it, with the resolution, after it or within the hour before
	WordStatus     Word = "status"       // state: one of the classes
	WordAssignee   Word = "assignee"     // state: someone has it; with Role: someone of that role
	WordUnassigned Word = "unassigned"   // state: nobody has it
	WordField      Word = "field"        // state: the mapped field is filled
	WordPriority   Word = "priority"     // state: the priority is the top one
	WordDueDate    Word = "due-date"     // state: staff has set a due date, and the field is filled where one is named
	WordTimeEntry  Word = "time-entry"   // act: work was booked
	WordAttachment Word = "attachment"   // with Field a state: the mapped file is there; without, an act: a file was attached
	WordComplete   Word = "complete"     // state: every mapped item of the obligation is present
	WordEntitled   Word = "entitled"     // state: the contract is valid for the request and its plan covers the work
	WordPeriod     Word = "period"       // of a duty: a period of the contract began
	WordDone       Word = "issue-closed" // of a duty: the issue created for the period was closed
)

// tellingTime is how long before a resolution its result may have been told: people write the comment first and set
// the status after it.
const tellingTime = time.Hour

// holds reports whether the condition is true at moment m, as an act of m or as the state after it.
func (s *stopwatch) holds(c Condition, m *Moment) bool {
	st := &m.State
	switch c.Word {
	case WordReceived, WordPeriod, WordDone: // the stopwatch and the duties know these by themselves
		return false
	case WordResponse:
		if c.Assigned {
			return (s.answered || m.response()) && st.Assignee.ID != ""
		}
		return m.response() && !(c.Silent && m.Note == Public)
	case WordNote:
		return c.note(m)
	case WordResolved:
		return st.Status != "" && !st.Status.Open() && (c.Audience == "" || s.resultTold(m))
	case WordStatus:
		return slices.Contains(c.Classes, st.Status)
	case WordAssignee:
		return st.Assignee.ID != "" && (c.Role == "" || st.Assignee.Role == c.Role)
	case WordUnassigned:
		return st.Assignee.ID == ""
	case WordField:
		return s.filled(c, m)
	case WordPriority:
		return st.PriorityTop
	case WordDueDate:
		return s.dated(c, st)
	case WordTimeEntry:
		return m.Work != nil && (c.Activity == "" || m.Work.Activity == c.Activity)
	case WordAttachment:
		if c.Field != "" {
			return slices.Contains(st.Attached, c.Field)
		}
		return m.Attached && c.by(m.By.Role)
	case WordComplete:
		return len(s.o.Missing(st)) == 0
	case WordEntitled:
		plan := s.ev.Contract.Plan
		return !s.tenure.outside && (st.NeedsPlan == "" || plan == "" || st.NeedsPlan == plan)
	}
	return false
}

// stops reports whether something that the obligation waits for is true at m.
func (s *stopwatch) stops(m *Moment) bool {
	return slices.ContainsFunc(s.o.Stop, func(c Condition) bool { return s.holds(c, m) })
}

// dated reports whether staff has set a due date, and what goes with it. One that lay in the past when the cycle began
// is from an earlier agreement.
func (s *stopwatch) dated(c Condition, st *State) bool {
	if st.DueDate == "" || !st.DueDateBy.Role.Staff() || c.Field != "" && st.Fields[c.Field] == "" {
		return false
	}
	zone := s.ev.Contract.Calendar.Location()
	return s.cur == nil || st.DueDate >= s.cur.StartedAt.In(zone).Format(time.DateOnly)
}

// resultTold reports whether staff told the customer of the resolution that stands at m.
func (s *stopwatch) resultTold(m *Moment) bool {
	if m.Note == Public && m.noteRole().Staff() {
		return true
	}
	return m.StatusSet && !s.told.IsZero() && m.At.Sub(s.told) <= tellingTime
}

// filled reports whether the field is filled; one that names a moment before the cycle began is from an earlier
// cycle.
func (s *stopwatch) filled(c Condition, m *Moment) bool {
	if m.State.Fields[c.Field] == "" {
		return false
	}
	at, timed := m.State.Times[c.Field]
	return !timed || s.cur == nil || !at.Before(s.cur.StartedAt)
}

// renewed reports whether a field that was filled names another moment now: a second visit asked for.
func (c Condition) renewed(before, m *Moment) bool {
	if c.Word != WordField {
		return false
	}
	was, now := before.State.Times[c.Field], m.State.Times[c.Field]
	return !was.IsZero() && now.After(was)
}

func (c Condition) note(m *Moment) bool {
	if m.Note == "" || (c.Audience != "" && c.Audience != m.Note) {
		return false
	}
	role := m.noteRole()
	if role == Bot {
		return slices.Contains(c.By, Bot) && (c.Step == "" || slices.Contains(m.Steps, c.Step))
	}
	return c.by(role)
}

// by reports whether the role is one of those that must have done it.
func (c Condition) by(role Role) bool {
	if c.By == nil {
		return role.Staff()
	}
	return slices.Contains(c.By, role)
}

// Missing are the items of a complete request that it lacks in the state, and has a place for.
func (o *Obligation) Missing(st *State) []Item {
	var out []Item
	for _, item := range o.Items {
		asked := item.Where == "" || st.Fields[item.Where] != ""
		if asked && st.Fields[item.ID] == "" && !slices.Contains(st.Absent, item.ID) {
			out = append(out, item)
		}
	}
	return out
}
