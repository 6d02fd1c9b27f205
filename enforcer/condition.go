package enforcer

import (
	"slices"
	"time"

	"slabridge/config/message"
)

// Condition is one word of the small vocabulary that starts and stops cycles, with its qualifiers. What a word means
// is said in its row of the Vocabulary.
type Condition struct {
	Word     Word
	Audience Audience      // of a note: "" is either; of WordResolved: with a note of this audience
	By       []Role        // who must have done it; nil: anyone of staff
	Classes  []StatusClass // of WordStatus
	Role     Role          // of WordAssignee
	Field    string        // the mapped field: of WordField, WordDueDate and WordAttachment
	Silent   bool          // of WordResponse: without a public note
	Assigned bool          // of WordResponse: and someone has the request then
	Step     string        // of WordNote by the bot: only the note of this step, "confirm-work/start"
	Activity string        // of WordTimeEntry: only this mapped kind of work; "" any
	Told     bool          // of WordDueDate: told to the customer, who agreed; Field holds his consent, where mapped
}

// Word is what a condition is about.
type Word string

// The words. What each of them means is said in its row of the Vocabulary.
const (
	WordReceived   Word = "received"
	WordResponse   Word = "response"
	WordNote       Word = "note"
	WordResolved   Word = "resolved"
	WordStatus     Word = "status"
	WordAssignee   Word = "assignee"
	WordUnassigned Word = "unassigned"
	WordField      Word = "field"
	WordPriority   Word = "priority"
	WordDueDate    Word = "due-date"
	WordAttachment Word = "attachment"
	WordTimeEntry  Word = "time-entry"
	WordComplete   Word = "complete"
	WordEntitled   Word = "entitled"
	WordPeriod     Word = "period"
	WordDone       Word = "issue-closed"
	WordAsked      Word = "asked"
	WordUnasked    Word = "unasked"
)

// WordSpec is everything that the program knows of a word: how it is written, when it is true, what it needs and how
// people are told of it. A new word is a new row of the Vocabulary.
type WordSpec struct {
	Word Word
	Bare bool  // it may stand alone: `stop: resolved`
	Form *Form // what may stand behind it: `stop: {resolved: public}`; nil for nothing

	// holds reports whether the condition is true at a moment: an act in it, or the state after it. nil: the stopwatch or
	// the duties know of it by themselves. It is called with every moment of a request, and must not allocate.
	holds func(s *stopwatch, c *Condition, m *Moment) bool
	// begins reports whether a condition that holds at m starts a cycle there. nil: it is a state, which starts one when
	// it comes about.
	begins func(s *stopwatch, c *Condition, before, m *Moment) bool
	// closed: it may start a cycle on a request that is resolved or closed.
	closed bool

	needs need
	text  func(c *Condition) Text
}

// Form is what stands behind a word in a contract file, as in `{status: [new, working]}`.
type Form struct {
	Accepts []string                              // the values that may stand there; nil: the id of something mapped
	List    bool                                  // several of them may
	Set     func(c *Condition, accepted []string) // puts what stands there into the condition
}

// need is what a condition needs to be judged beside the request's own history.
type need int

const (
	needsField    need = 1 << iota // the mapped field that it names; without this a named field may be left unmapped
	needsInternal                  // sight of internal comments, unless only public ones count
	needsWork                      // sight of booked time
)

// AnyValue stands behind a word for whichever: `{note: any}`.
const AnyValue = "any"

// Vocabulary lists the words. Acts happen at a moment and count only when people of a known role did them; states count
// whoever brought them about.
var Vocabulary = []WordSpec{
	{ // the request came in, or was reopened
		Word: WordReceived, Bare: true,
		begins: (*stopwatch).receives,
		text:   always("the receipt"),
	},
	// an act: a public staff note, or class working set by staff; assigned: that has happened, and someone has the request
	{
		Word: WordResponse, Bare: true,
		Form: &Form{Accepts: []string{"silent", "assigned"}, Set: func(c *Condition, v []string) {
			c.Silent, c.Assigned = v[0] == "silent", v[0] == "assigned"
		}},
		holds:  responded,
		begins: func(s *stopwatch, _ *Condition, _, _ *Moment) bool { return !s.answered }, // not every later note
		text:   responseText,
	},
	{ // an act: a note
		Word: WordNote, Bare: true,
		Form: &Form{Accepts: []string{string(Public), string(Internal), AnyValue}, Set: func(c *Condition, v []string) {
			if v[0] != AnyValue {
				c.Audience = Audience(v[0])
			}
		}},
		holds: noted, begins: wheneverItHolds,
		needs: needsInternal,
		text:  noteText,
	},
	{ // a state: class resolved or closed; with an audience: and staff told of it, see resultTold
		Word: WordResolved, Bare: true,
		Form:   &Form{Accepts: words(Audiences), Set: func(c *Condition, v []string) { c.Audience = Audience(v[0]) }},
		holds:  resolved,
		begins: resolvesAnew, closed: true,
		text: func(c *Condition) Text {
			if c.Audience != "" {
				return say("the resolution, told to the customer")
			}
			return say("the resolution")
		},
	},
	{ // a state: one of the classes
		Word: WordStatus,
		Form: &Form{Accepts: words(StatusClasses), List: true, Set: func(c *Condition, v []string) {
			for _, class := range v {
				c.Classes = append(c.Classes, StatusClass(class))
			}
		}},
		holds: func(_ *stopwatch, c *Condition, m *Moment) bool { return slices.Contains(c.Classes, m.State.Status) },
		text:  func(c *Condition) Text { return say("status class: %s", classTitles(c.Classes)) },
	},
	{ // a state: someone has it, or someone of a role
		Word: WordAssignee, Bare: true,
		Form: &Form{Accepts: words(Roles), Set: func(c *Condition, v []string) { c.Role = Role(v[0]) }},
		holds: func(_ *stopwatch, c *Condition, m *Moment) bool {
			return m.State.Assignee.ID != "" && (c.Role == "" || m.State.Assignee.Role == c.Role)
		},
		text: func(c *Condition) Text {
			if c.Role != "" {
				return say("an assignee of role %s", named([]Role{c.Role}))
			}
			return say("an assignee")
		},
	},
	{ // a state: nobody has it
		Word: WordUnassigned, Bare: true,
		holds: func(_ *stopwatch, _ *Condition, m *Moment) bool { return m.State.Assignee.ID == "" },
		text:  always("nobody has it"),
	},
	{ // a state: the mapped field is filled
		Word: WordField, Form: fieldForm,
		holds: filled,
		needs: needsField,
		text:  func(c *Condition) Text { return say("field %s is filled", c.Field) },
	},
	{ // a state: the priority is the top one
		Word: WordPriority, Bare: true,
		holds: func(_ *stopwatch, _ *Condition, m *Moment) bool { return m.State.PriorityTop },
		text:  always("the priority is the top one"),
	},
	{ // a state: staff has set a due date; with a field: and told the customer, who agreed to it, see standingDate
		Word: WordDueDate, Bare: true,
		Form:  &Form{Set: func(c *Condition, v []string) { c.Field, c.Told = v[0], true }},
		holds: dated, begins: datedAnew,
		text: func(c *Condition) Text {
			switch {
			case c.Field != "":
				return say("staff set a due date and told the customer, who agreed (field %s, filled since)", c.Field)
			case c.Told:
				return say("staff set a due date and told the customer")
			}
			return say("staff set a due date")
		},
	},
	{ // a state: the file is there that a mapped field finds; of any file an act: it was attached
		Word: WordAttachment,
		Form: &Form{Set: func(c *Condition, v []string) {
			if v[0] != AnyValue {
				c.Field = v[0]
			}
		}},
		holds: func(_ *stopwatch, c *Condition, m *Moment) bool {
			if c.Field != "" {
				return slices.Contains(m.State.Attached, c.Field)
			}
			return m.Attached && c.by(m.By.Role)
		},
		needs: needsField,
		text: func(c *Condition) Text {
			if c.Field != "" {
				return say("a file is attached that field %s finds", c.Field)
			}
			return say("a file attached by %s", people(c.By))
		},
	},
	{ // an act: work was booked
		Word: WordTimeEntry, Bare: true,
		Form: &Form{Set: func(c *Condition, v []string) { c.Activity = v[0] }},
		holds: func(_ *stopwatch, c *Condition, m *Moment) bool {
			return m.Work != nil && (c.Activity == "" || m.Work.Activity == c.Activity)
		},
		begins: wheneverItHolds, closed: true,
		needs: needsWork,
		text: func(c *Condition) Text {
			if c.Activity != "" {
				return say("booked time of kind %s", c.Activity)
			}
			return say("booked time")
		},
	},
	{ // a state: every mapped item of the obligation is present
		Word: WordComplete, Bare: true,
		holds: complete,
		text:  always("every mapped item is there"),
	},
	{ // a state: the contract is valid for the request and its plan covers the work
		Word: WordEntitled, Bare: true,
		holds: func(s *stopwatch, _ *Condition, m *Moment) bool {
			plan, needed := s.ev.Contract.Plan, m.State.NeedsPlan
			return !s.period.outside && (needed == "" || plan == "" || needed == plan)
		},
		text: always("the contract is valid and its plan covers the work"),
	},
	{ // a state: it waits for the customer, and the customer was asked: see questions
		Word: WordAsked, Bare: true,
		holds:  func(s *stopwatch, _ *Condition, _ *Moment) bool { return !s.question().at.IsZero() },
		begins: func(s *stopwatch, _ *Condition, _, m *Moment) bool { return s.question().begins },
		text:   always("it waits for the customer, who was asked"),
	},
	{ // a state: it waits for the customer, and nobody asked the customer anything
		Word: WordUnasked, Bare: true,
		holds:  func(s *stopwatch, _ *Condition, _ *Moment) bool { return s.question().unasked },
		begins: func(s *stopwatch, _ *Condition, _, m *Moment) bool { return s.question().begins },
		text:   always("it waits for the customer, whom nobody asked"),
	},
	{ // of a duty: a period of the contract began
		Word: WordPeriod, Bare: true,
		text: always("a period begins"),
	},
	{ // of a duty: the issue created for the period was closed
		Word: WordDone, Bare: true,
		text: always("the issue made for it is closed"),
	},
}

var fieldForm = &Form{Set: func(c *Condition, v []string) { c.Field = v[0] }}

var specs = func() map[Word]*WordSpec {
	out := make(map[Word]*WordSpec, len(Vocabulary))
	for i := range Vocabulary {
		out[Vocabulary[i].Word] = &Vocabulary[i]
	}
	return out
}()

// noWord is the row of an unknown word.
var noWord = &WordSpec{text: func(c *Condition) Text { return Text{"en": string(c.Word)} }}

// Spec returns the word's row of the Vocabulary; that of no word, which never holds, for one that it does not have.
func (w Word) Spec() *WordSpec {
	if spec := specs[w]; spec != nil {
		return spec
	}
	return noWord
}

// Text says in words what the condition waits for.
func (c Condition) Text() Text { return c.Word.Spec().text(&c) }

// StartsClosed reports whether the condition may start a cycle on a request that is resolved or closed.
func (c Condition) StartsClosed() bool { return c.Word.Spec().closed }

// ReadsInternal reports whether internal comments decide the condition.
func (c Condition) ReadsInternal() bool {
	return c.Word.Spec().needs&needsInternal != 0 && c.Audience != Public
}

// ReadsWork reports whether booked time decides the condition.
func (c Condition) ReadsWork() bool { return c.Word.Spec().needs&needsWork != 0 }

// unmapped returns the field or the kind of work without which the condition can never be true, and that a mapping with
// only these fields and activities does not have.
func (c Condition) unmapped(fields, activities []string) (field, activity string) {
	if c.Field != "" && c.Word.Spec().needs&needsField != 0 && !slices.Contains(fields, c.Field) {
		return c.Field, ""
	}
	if c.Activity != "" && !slices.Contains(activities, c.Activity) {
		return "", c.Activity
	}
	return "", ""
}

func always(sentence message.Format) func(*Condition) Text {
	return func(*Condition) Text { return say(sentence) }
}

func responseText(c *Condition) Text {
	switch {
	case c.Silent:
		return say("work begun by a status alone")
	case c.Assigned:
		return say("a response, and someone has the request")
	}
	return say("a response: a public comment of staff, or work begun")
}

func noteText(c *Condition) Text {
	who := say("staff")
	switch {
	case c.Step != "":
		who = say("slabridge (%s)", c.Step)
	case c.By != nil:
		who = people(c.By)
	}
	switch c.Audience {
	case Public:
		return say("a public comment by %s", who)
	case Internal:
		return say("an internal comment by %s", who)
	}
	return say("any comment by %s", who)
}

// classTitles lists status classes as people read them.
func classTitles(classes []StatusClass) Text {
	out := make([]Text, len(classes))
	for i, c := range classes {
		out[i] = c.Title()
	}
	return joined(out, Text{"en": ", "})
}

// named gives ids, each as the language calls it.
func named[S ~string](ids []S) Text {
	var out []Text
	for _, id := range ids {
		out = append(out, Text{"en": string(id)})
	}
	return joined(out, Text{"en": ", "})
}

// people names roles; the three of the provider are staff.
func people(roles []Role) Text {
	var out []Text
	staff := false
	for _, r := range roles {
		switch {
		case r.Staff() && !staff:
			out, staff = append(out, say("staff")), true
		case r.Staff():
		case r == Bot:
			out = append(out, Text{"en": "slabridge"})
		default:
			out = append(out, Text{"en": string(r)})
		}
	}
	return joined(out, Text{"en": ", "})
}

// timeOf is the moment that the field of a condition names, when that is not later than the event that filled it;
// zero for any other condition.
func (c *Condition) timeOf(m *Moment) time.Time {
	if t := m.State.Times[c.Field]; c.Word == WordField && !t.After(m.At) {
		return t
	}
	return time.Time{}
}
