package ledger

import (
	"slices"

	"slabridge/enforcer"
)

// State is where an entry stands.
type State string

// The states.
const (
	Intended  State = "intended"  // to be written
	Waiting   State = "waiting"   // an internal step that waits for the next opening, Entry.NotBefore
	Held      State = "held"      // a human must look, or a hold must end: Entry.Reason says which
	Sent      State = "sent"      // its request has left, or was about to; the tracker knows more than we do
	Done      State = "done"      // written and read back
	Refused   State = "refused"   // the tracker did not do all of it: Entry.Receipt and Entry.Error
	Past      State = "past"      // its moment lies before the line
	Overtaken State = "overtaken" // a later step of its cycle says it all
	Needless  State = "needless"  // the cycle ended before it was written
	Withdrawn State = "withdrawn" // no longer true when looked at again just before sending
)

// States lists every state, in the order of an entry's life.
var States = []State{Intended, Waiting, Held, Sent, Done, Refused, Past, Overtaken, Needless, Withdrawn}

// moves is the whole life of an entry: what each state may become. The key "" is an entry not yet recorded.
//
// Nothing but an answer leads out of Sent, and nothing leads back from Done: this is what "written at most once"
// rests on. Needless and Withdrawn may come alive again, for they were never sent: a cycle that staff stopped by
// mistake and set going again within the hour goes on as if never stopped. Held never becomes Sent directly:
// whoever releases it makes it Intended first, so that the release is in the history. Sent may stay Sent: an
// answer that never came is an event of its own.
var moves = map[State][]State{
	"":        {Intended, Waiting, Held, Past, Overtaken, Needless},
	Intended:  {Waiting, Held, Sent, Past, Overtaken, Needless, Withdrawn},
	Waiting:   {Waiting, Intended, Held, Sent, Past, Overtaken, Needless, Withdrawn},
	Held:      {Intended, Waiting, Past, Overtaken, Needless, Withdrawn},
	Sent:      {Sent, Done, Refused, Intended},
	Refused:   {Intended},
	Needless:  {Intended, Waiting, Held},
	Withdrawn: {Intended, Waiting, Held},
	Done:      {},
	Past:      {},
	Overtaken: {},
}

// Can reports whether an entry in state s may become to.
func (s State) Can(to State) bool { return slices.Contains(moves[s], to) }

// Open reports whether something is still to be done about an entry in this state.
func (s State) Open() bool { return s == Intended || s == Waiting || s == Held || s == Sent }

// waits reports whether an entry in this state can have a moment before which nothing is done about it.
func (s State) waits() bool { return s == Intended || s == Waiting || s == Sent }

// StateOf is the state in which a decision with this verb is recorded; "" for a verb that is none.
func StateOf(v enforcer.Verb) State {
	switch v {
	case enforcer.Act:
		return Intended
	case enforcer.Wait:
		return Waiting
	case enforcer.Hold:
		return Held
	case enforcer.Past:
		return Past
	case enforcer.Overtaken:
		return Overtaken
	case enforcer.Needless:
		return Needless
	}
	return ""
}
