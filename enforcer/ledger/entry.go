package ledger

import (
	"errors"
	"fmt"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// Entry is one step of one cycle of one request, as the ledger has it. All times are UTC with milliseconds.
type Entry struct {
	// ID is made from the key alone (enforcer.StepKey.ID), so a ledger restored from an older backup gives a step the same
	// id again, and a comment that carries it is recognised.
	ID       string
	Key      enforcer.StepKey
	IssueKey string // what people type, when recorded
	Subject  string // when recorded

	State  State
	Reason enforcer.Reason // why it is in this state
	// NotBefore: with Waiting the next opening, with Intended the end of a back-off, with Sent when to look for
	// the mark. Zero: at once; always zero in every other state.
	NotBefore time.Time
	Evidence

	Write   *connectors.Write   // as last sent, or as it would be sent; nil before it was rendered
	Receipt *connectors.Receipt // as last read back; of the whole write, which other entries may share
	Error   string              // the last failure, for people; "" after a success
	Tries   int                 // requests that left with it

	RecordedAt time.Time
	ChangedAt  time.Time // when it entered its state
	ReleasedAt time.Time // when a human let it go last; zero: never held, or not yet released
	// Version counts the changes of the entry. A change is refused when the ledger has another one.
	Version int64
}

// Evidence is what a decision rests on. It can be replaced while nothing has been sent (the due moved, the
// severity changed); the history keeps what was replaced.
type Evidence struct {
	Severity  string            `json:"severity,omitempty"`
	Source    string            `json:"source"` // the clause: "п. 8"
	Audience  enforcer.Audience `json:"audience,omitempty"`
	Breach    bool              `json:"breach,omitempty"`
	Moment    time.Time         `json:"moment"`         // when the step's moment came
	Due       time.Time         `json:"due,omitzero"`   // of the cycle; zero when it has none
	DecidedAt time.Time         `json:"decided"`        // the now of the decision
	Changes   enforcer.Changes  `json:"changes"`        // what is wanted of the tracker, in the contract's words
	Facts     Facts             `json:"facts,omitzero"` // how the due and the moment came about
}

// Facts are what the evaluation used, in a form that stays readable when contract, calendar and mirror are gone.
type Facts struct {
	Rule        string        `json:"rule,omitempty"`        // the obligation's text, as it stood
	Assumption  string        `json:"assumption,omitempty"`  // the reading taken where the text is silent
	Version     string        `json:"version,omitempty"`     // of the contract text
	Fingerprint string        `json:"fingerprint,omitempty"` // of the contract as configured
	Calendar    string        `json:"calendar,omitempty"`    // version of the calendar data
	Provisional bool          `json:"provisional,omitempty"` // the due rests on provisional calendar data
	StartedAt   time.Time     `json:"started,omitzero"`      // of the cycle
	Elapsed     time.Duration `json:"elapsed_ns,omitzero"`   // counting time from start to the decision
	Events      []string      `json:"events,omitempty"`      // the tracker's ids of the events used
	Why         []string      `json:"why,omitempty"`         // the reasons of the due, as sentences
	Against     string        `json:"against,omitempty"`     // digests of what a refusal rests on: it is tried again when they differ
}

// Decided makes the entry of a decision taken at now, ready for Record once the caller has added what only it
// knows: issue key, subject, severity and facts.
func Decided(d enforcer.Decision, now time.Time) Entry {
	return Entry{
		ID: d.Key.ID(), Key: d.Key, State: StateOf(d.Verb), Reason: d.Reason, NotBefore: d.NotBefore,
		Evidence: Evidence{
			Source: d.Source, Audience: d.Audience, Breach: d.Breach,
			Moment: d.Moment, Due: d.Due, DecidedAt: now, Changes: d.Changes,
		},
	}
}

// describe names the entry in errors.
func (e *Entry) describe() string {
	return fmt.Sprintf("entry %s (%s %s/%s/%s of issue %s)",
		e.ID, e.Key.Contract, e.Key.Obligation, e.Key.Cycle, e.Key.Step, e.Key.Issue)
}

// valid reports what is missing of an entry that is to be recorded.
func (e *Entry) valid() error {
	k := e.Key
	switch {
	case k.Connection == "" || k.Contract == "" || k.Obligation == "" || k.Cycle == "" || k.Step == "":
		return fmt.Errorf("the key %+v is incomplete", k)
	case !State("").Can(e.State):
		return fmt.Errorf("%w: a new entry cannot be %q", ErrMove, e.State)
	case e.Moment.IsZero() || e.DecidedAt.IsZero():
		return errors.New("without the moment of the step or of the decision")
	}
	return nil
}
