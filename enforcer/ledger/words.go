package ledger

import "slabridge/enforcer"

// Words of the rules under which callers still know them here.
type (
	State    = enforcer.EntryState
	Verdict  = enforcer.Verdict
	Facts    = enforcer.Facts
	Evidence = enforcer.Evidence
	Item     = enforcer.AgendaItem
	Cycle    = enforcer.AgendaCycle
)

// Likewise.
const (
	Intended  = enforcer.Intended
	Waiting   = enforcer.Waiting
	Held      = enforcer.Held
	Sent      = enforcer.Sent
	Done      = enforcer.Done
	Refused   = enforcer.Refused
	Past      = enforcer.Past
	Overtaken = enforcer.Overtaken
	Needless  = enforcer.Needless
	Withdrawn = enforcer.Withdrawn
	WhyEnded  = enforcer.WhyEnded
	WhyFacts  = enforcer.WhyFacts
)

// Likewise.
var (
	States    = enforcer.EntryStates
	Latest    = enforcer.Latest
	RevertKey = enforcer.RevertKey
)
