package enforcer

import (
	"strings"
	"time"
)

// Entry is one step of one cycle of one request, as the ledger keeps it. All times are UTC with milliseconds.
type Entry struct {
	// ID is made from the key alone (StepKey.ID), so a ledger restored from an older backup gives a step the same id
	// again, and a comment that carries it is recognised.
	ID       string
	Key      StepKey
	IssueKey string // what people type, when recorded
	Subject  string // when recorded

	State  EntryState
	Reason Reason // why it is in this state
	// NotBefore: with Waiting the next opening, with Intended the end of a back-off, with Sent when to look for
	// the mark. Zero: at once; always zero in every other state.
	NotBefore time.Time
	Evidence

	Error string // the last failure, for people; "" after a success
	Tries int    // requests that left with it

	RecordedAt time.Time
	ChangedAt  time.Time // when it entered its state
	ReleasedAt time.Time // when a human let it go last; zero: never held, or not yet released
	// Version counts the changes of the entry. The ledger refuses a change when it has another one.
	Version int64
}

// Evidence is what a decision rests on. It can be replaced while nothing has been sent (the deadline moved, the
// severity changed); the history keeps what was replaced.
type Evidence struct {
	Severity  string    `json:"severity,omitempty"`
	Source    string    `json:"source"` // the clause: "п. 8"
	Audience  Audience  `json:"audience,omitempty"`
	Breach    bool      `json:"breach,omitempty"`
	Moment    time.Time `json:"moment"`         // when the step's moment came
	Due       time.Time `json:"due,omitzero"`   // of the cycle; zero when it has none
	DecidedAt time.Time `json:"decided"`        // the now of the decision
	Changes   Changes   `json:"changes"`        // what is wanted of the tracker, in the contract's words
	Facts     Facts     `json:"facts,omitzero"` // how the due and the moment came about
}

// Facts are what the evaluation used, in a form that stays readable when contract, calendar and mirror are gone.
type Facts struct {
	Rule        string        `json:"rule,omitempty"`        // the obligation's text, as it stood
	Assumption  string        `json:"assumption,omitempty"`  // the reading taken where the text is silent
	Version     string        `json:"version,omitempty"`     // of the contract text
	Fingerprint string        `json:"fingerprint,omitempty"` // of the contract as configured
	Calendar    string        `json:"calendar,omitempty"`    // version of the calendar data
	Zones       string        `json:"zones,omitempty"`       // release of the zone database
	Provisional bool          `json:"provisional,omitempty"` // the due rests on provisional calendar data
	StartedAt   time.Time     `json:"started,omitzero"`      // of the cycle
	Elapsed     time.Duration `json:"elapsed_ns,omitzero"`   // counting time from start to the decision
	Events      []string      `json:"events,omitempty"`      // the tracker's ids of the events used
	Why         []string      `json:"why,omitempty"`         // the reasons of the due, as sentences
	// digests of what a refusal rests on: it is tried again when they differ
	Against string `json:"against,omitempty"`
}

// Entry is the entry of a decision taken at now, ready to be recorded once the caller has added what only it knows:
// issue key, subject and facts.
func (d Decision) Entry(now time.Time) Entry {
	return Entry{
		ID: d.Key.ID(), Key: d.Key, State: d.State, Reason: d.Reason, NotBefore: d.NotBefore,
		Evidence: Evidence{
			Severity: d.Severity, Source: d.Source, Audience: d.Audience, Breach: d.Breach,
			Moment: d.Moment, Due: d.Due, DecidedAt: now, Changes: d.Changes,
		},
	}
}

// revertPrefix begins the step of an order.
const revertPrefix = "revert-"

// RevertKey is the key of a human's order to take back a step: there is one per step, ever.
func RevertKey(k StepKey) StepKey {
	k.Step = revertPrefix + k.Step
	return k
}

// Reverts gives the key of the step that the entry takes back; ok is false for an entry that takes nothing back.
func (e *Entry) Reverts() (step StepKey, ok bool) {
	step = e.Key
	step.Step, ok = strings.CutPrefix(e.Key.Step, revertPrefix)
	return step, ok
}
