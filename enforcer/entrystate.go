package enforcer

import (
	"slices"
	"time"
)

// EntryState is where an entry of the ledger stands. A Decision names the state that its entry gets.
type EntryState string

// The states. A decision is Intended, Waiting, Held, Past, Overtaken or Needless.
const (
	Intended  EntryState = "intended"  // to be written
	Waiting   EntryState = "waiting"   // an internal step that waits for the next opening, Entry.NotBefore
	Held      EntryState = "held"      // a human must look, or a hold must end: Entry.Reason says which
	Sent      EntryState = "sent"      // its request has left, or was about to; the tracker knows more than we do
	Done      EntryState = "done"      // written and read back
	Refused   EntryState = "refused"   // the tracker did not do all of it: its receipt and Entry.Error
	Past      EntryState = "past"      // its moment lies before the cutover: recorded, never written
	Overtaken EntryState = "overtaken" // a later step of its cycle says it all
	Needless  EntryState = "needless"  // the cycle ended before it was written
	Withdrawn EntryState = "withdrawn" // no longer true when looked at again just before sending
)

// EntryStates lists every state, in the order of an entry's life.
var EntryStates = []EntryState{Intended, Waiting, Held, Sent, Done, Refused, Past, Overtaken, Needless, Withdrawn}

// moves is the whole life of an entry: what each state may become. The key "" is an entry not yet recorded.
//
// Nothing but an answer leads out of Sent, and nothing leads back from Done: this is what "written at most once" rests
// on. Needless and Withdrawn entries may become pending again, because they were never sent: a cycle that staff stopped
// by mistake and started again within the hour goes on as if never stopped. Held never becomes Sent directly: whoever
// releases it makes it Intended first, so that the release is in the history. Sent may stay Sent: an answer that never
// came is an event of its own.
var moves = map[EntryState][]EntryState{
	"":        {Intended, Waiting, Held, Past, Overtaken, Needless},
	Intended:  {Waiting, Held, Sent, Past, Overtaken, Needless, Withdrawn},
	Waiting:   {Waiting, Intended, Held, Sent, Past, Overtaken, Needless, Withdrawn},
	Held:      {Intended, Waiting, Past, Overtaken, Needless, Withdrawn},
	Sent:      {Sent, Done, Refused, Intended},
	Refused:   {Intended},
	Needless:  {Intended, Waiting, Held, Past},
	Withdrawn: {Intended, Waiting, Held, Past},
	Done:      {},
	Past:      {},
	Overtaken: {},
}

// StepRecord is what the ledger has of a step; the zero value is a step that was never recorded.
type StepRecord struct {
	State     EntryState
	Moment    time.Time // as it was decided last
	NotBefore time.Time // see Entry
}

// Can reports whether an entry in state s may become to.
func (s EntryState) Can(to EntryState) bool { return slices.Contains(moves[s], to) }

// Open reports whether something is still to be done about an entry in this state.
func (s EntryState) Open() bool { return s == Intended || s == Waiting || s == Held || s == Sent }

// HasNotBefore reports whether an entry in this state can have a moment before which nothing is done about it.
func (s EntryState) HasNotBefore() bool { return s == Intended || s == Waiting || s == Sent }

// WaitsForHuman reports whether somebody must look at an entry in this state for the reason with the code: it is held,
// but not by what people did on purpose.
func (s EntryState) WaitsForHuman(code string) bool {
	return s == Held && code != HeldByPeople && code != HeldUntil
}

// The codes of reasons for which entries are held, beside the request's own.
const (
	HeldByPeople   = "hold"       // people put the request on hold themselves
	HeldOverLimit  = "storm"      // more writes in one pass than the limit: only a human ends it
	HeldRights     = "rights"     // our account lacks a right: looked at as often as the tracker's names are
	HeldBlocked    = "blocked"    // nothing may be written
	HeldMapping    = "mapping"    // the mapping has faults
	HeldLeak       = "leak"       // an internal comment came out public: until a human has looked, none is written
	HeldImpossible = "impossible" // the tracker would refuse it; looked at again when the issue changes
	HeldDuty       = "duty"       // what the admin says of the issue to be made does not fit the tracker
	HeldUntil      = "until"      // somebody said that nothing is written about the request before a moment
	HeldWatch      = "watch"      // the issue that is told of the cost of changes is not there
)
