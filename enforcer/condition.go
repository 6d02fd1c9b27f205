package enforcer

import "slices"

// Condition is one word of the small vocabulary that starts and stops cycles, with its qualifiers. What a word
// means is said at its constant; which qualifiers it takes, in Words.
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
	WordResponse   Word = "response"     // act: a public staff note, or status class working set by staff
	WordNote       Word = "note"         // act: a note
	WordResolved   Word = "resolved"     // state: class resolved or closed
	WordStatus     Word = "status"       // state: one of the classes
	WordAssignee   Word = "assignee"     // state: someone has it; with Role: someone of that role
	WordUnassigned Word = "unassigned"   // state: nobody has it
	WordField      Word = "field"        // state: the mapped field is filled
	WordPriority   Word = "priority"     // state: the priority is the top one
	WordDueDate    Word = "due-date"     // act: a due date was set
	WordTimeEntry  Word = "time-entry"   // act: work was booked
	WordAttachment Word = "attachment"   // act: a file was attached
	WordComplete   Word = "complete"     // state: every mapped request item is present
	WordAgreed     Word = "agreed"       // state: the due date is agreed with the customer
	WordEntitled   Word = "entitled"     // state: the contract is valid for the request and its plan covers the work
	WordPeriod     Word = "period"       // a period of the contract began
	WordDone       Word = "issue-closed" // the issue created for the period was closed
)

// Acts is the part of the vocabulary that Evaluate can replay today.
var Acts = []Word{WordReceived, WordResponse, WordNote, WordResolved, WordStatus, WordAssignee, WordUnassigned, WordField, WordPriority}

// holds reports whether the condition is true at moment m, as an act of m or as the state after it.
func (c Condition) holds(m *Moment) bool {
	switch c.Word {
	case WordResponse:
		return m.response() && !(c.Silent && m.Note == Public) && !(c.Assigned && m.State.Assignee.ID == "")
	case WordNote:
		return c.note(m)
	case WordResolved:
		return m.State.Status != "" && !m.State.Status.Open()
	case WordStatus:
		return slices.Contains(c.Classes, m.State.Status)
	case WordAssignee:
		return m.State.Assignee.ID != "" && (c.Role == "" || m.State.Assignee.Role == c.Role)
	case WordUnassigned:
		return m.State.Assignee.ID == ""
	case WordField:
		return m.State.Fields[c.Field] != ""
	case WordPriority:
		return m.State.PriorityTop
	}
	return false
}

func (c Condition) note(m *Moment) bool {
	if m.Note == "" || (c.Audience != "" && c.Audience != m.Note) {
		return false
	}
	role := m.noteRole()
	if role == Bot {
		return slices.Contains(c.By, Bot) && (c.Step == "" || slices.Contains(m.Steps, c.Step))
	}
	if c.By == nil {
		return role.Staff()
	}
	return slices.Contains(c.By, role)
}
