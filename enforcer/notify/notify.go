// Package notify works out what staff is told beside the tracker: which events a rule is about, when they are told, and
// in which words.
//
// Vocabulary. An Event is something that the ledger has: a step that was taken, held or refused, an alarm, slabridge
// being late or failing. A Rule says which events go through which channel, and when. A message tells the events of one
// rule that came together: a flood makes one. A digest is a message by schedule.
//
// The package promises:
//   - What is told comes from the ledger alone, which is read on from where the rule stopped (ledger.Changes). A crash
//     loses no event and tells none in two messages; that the message itself may come twice is the outbox's matter.
//   - A rule begins with what comes after its first look, and has at most one message under way: what comes meanwhile,
//     outside its hours or within Gap of the last message waits and comes in one.
//   - Into a channel that is not internal goes nothing but what the customer may know: numbers, clauses, severities and
//     moments. No subject, no name, no reason, no words of the tracker.
//
// It never sends anything, never reads a clock, and never writes to a tracker.
package notify

import (
	"slices"
	"text/template"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// Kind is a kind of event.
type Kind string

// The kinds.
const (
	Warn    Kind = "warn"    // a deadline is near
	Due     Kind = "due"     // a deadline has passed, or did so a while ago
	Held    Kind = "held"    // a write waits for a human
	Refused Kind = "refused" // the tracker did not do a write, or a channel did not take a message
	Alarm   Kind = "alarm"   // ledger.Alarm
	Late    Kind = "late"    // slabridge itself is late, or no longer
	Health  Kind = "health"  // passes fail or faults keep promises from being judged, or no longer
)

// Kinds lists every kind.
var Kinds = []Kind{Warn, Due, Held, Refused, Alarm, Late, Health}

// ForStaffAlone reports whether events of the kind may only go to internal channels.
func (k Kind) ForStaffAlone() bool { return k != Warn && k != Due }

// Rule is what goes through one channel.
type Rule struct {
	ID         string
	Channel    string
	Internal   bool // the channel is for staff alone
	Lang       string
	Kinds      []Kind
	Contracts  []string // nil: all
	Severities []string // nil: all
	Hours      *calendar.Calendar
	Template   *template.Template // of one event; nil: the usual words
	// Digest gives the first moment of the digest's schedule after one; nil: the rule tells events.
	Digest func(after time.Time) time.Time
	Zone   *time.Location // of the digest's days
	Anchor bool           // the digest has the heads of the ledger's chains
}

// takes reports whether the rule is about an event. What is of no request has neither contract nor severity.
func (r *Rule) takes(e *Event) bool {
	return slices.Contains(r.Kinds, e.Kind) && r.covers(e.Contract, e.Severity)
}

func (r *Rule) covers(contract, severity string) bool {
	return (contract == "" || r.Contracts == nil || slices.Contains(r.Contracts, contract)) &&
		(severity == "" || r.Severities == nil || slices.Contains(r.Severities, severity))
}

// open reports whether the rule may tell at a moment, and when else: a year without calendar data has no hours to keep.
func (r *Rule) open(now time.Time) (open bool, at time.Time) {
	if r.Hours == nil {
		return true, time.Time{}
	}
	in, err := r.Hours.InHours(now)
	if err != nil || in {
		return true, time.Time{}
	}
	at, err = r.Hours.NextOpening(now)
	return err != nil, at
}

// Event is something to be told.
type Event struct {
	ID         string              `json:"id"` // of the entry, or what it is about
	Kind       Kind                `json:"kind"`
	Connection string              `json:"connection"`
	Issue      string              `json:"issue,omitempty"` // what people type
	Subject    string              `json:"subject,omitempty"`
	Contract   string              `json:"contract,omitempty"`
	Severity   string              `json:"severity,omitempty"`
	Obligation string              `json:"obligation,omitempty"`
	Source     string              `json:"source,omitempty"` // the clause
	Step       string              `json:"step,omitempty"`
	State      enforcer.EntryState `json:"state,omitempty"` // of the write
	At         time.Time           `json:"at,omitzero"`
	Due        time.Time           `json:"due,omitzero"`
	Link       string              `json:"link,omitempty"`
	Reason     string              `json:"reason,omitempty"` // why, in the reader's language
	Over       bool                `json:"over,omitempty"`   // of late and health: it is over
	why        enforcer.Text
}

// public is what of the event may go into a channel that is not for staff alone.
func (e Event) public() Event {
	e.Subject, e.Reason, e.why, e.State = "", "", nil, ""
	return e
}
