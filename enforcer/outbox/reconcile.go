package outbox

import (
	"context"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// DifferenceKind is how tracker and ledger differ about a step.
type DifferenceKind string

// The kinds. Only the first is repaired: what stands is done.
const (
	NotRecorded DifferenceKind = "not-recorded" // its comment stands, and the ledger has it otherwise or not at all
	NotStanding DifferenceKind = "not-standing" // recorded as written, and its comment is not there
	UnknownStep DifferenceKind = "unknown"      // a mark names it, and neither the ledger nor a contract knows it
)

// Difference is a step of which the tracker's marks and the ledger tell differently.
type Difference struct {
	Kind     DifferenceKind
	Issue    string // the tracker's id
	IssueKey string
	Step     mapping.MarkedStep
	State    enforcer.EntryState // in the ledger; "" for a step that it does not have
	Event    string              // that carries the comment; "" for an issue that was made
	At       time.Time
	Repaired bool
}

// compare reads an issue and holds the marks on it against the ledger. there is false when the issue is gone or hidden:
// nothing is known of it then.
func (w posted) compare(
	ctx context.Context, issue string,
) (out []Difference, h connectors.History, there bool, err error) {
	h, there, err = w.desk.read(ctx, issue, w.clock())
	if err != nil || !there {
		return nil, h, false, err
	}
	told := map[string]bool{}
	for _, p := range posts(h, w.desk.names.Self.ID) {
		known, err := w.ledger.Known(ctx, p.ids()...)
		if err != nil {
			return nil, h, true, err
		}
		for _, s := range p.steps {
			e, recorded := known[s.ID]
			if told[s.ID] || recorded && (!e.Adoptable() || !belongs(e, issue)) {
				continue
			}
			told[s.ID] = true
			d := Difference{
				Kind: NotRecorded, Issue: issue, IssueKey: h.Issue.Key, Step: s, State: e.State, Event: p.event.ID, At: p.event.At,
			}
			if !recorded {
				d.Kind = UnknownStep
			}
			out = append(out, d)
		}
	}
	writes, err := w.ledger.Writes(ctx, w.connection, issue)
	if err != nil {
		return nil, h, true, err
	}
	lost, err := w.notStanding(ctx, h, writes)
	return append(out, lost...), h, true, err
}

// notStanding finds the steps whose comments were read back and are not there any more.
func (w posted) notStanding(ctx context.Context, h connectors.History, writes []ledger.Write) ([]Difference, error) {
	var out []Difference
	var seen []string
	for _, x := range writes {
		for _, id := range x.Entries {
			if slices.Contains(seen, id) {
				continue
			}
			seen = append(seen, id)
			e, err := w.ledger.Get(ctx, id)
			if err != nil {
				return nil, err
			}
			if e.Receipt == nil || e.Receipt.Event == "" || slices.ContainsFunc(h.Events, func(ev connectors.Event) bool {
				return ev.ID == e.Receipt.Event && ev.Note != nil && ev.Note.Text != ""
			}) {
				continue
			}
			out = append(out, Difference{
				Kind: NotStanding, Issue: h.Issue.ID, IssueKey: h.Issue.Key, State: e.State, Event: e.Receipt.Event, At: x.BeganAt,
				Step: mapping.MarkedStep{Step: e.Key.Obligation + "/" + e.Key.Step, ID: id},
			})
		}
	}
	return out, nil
}

// Marked reports whether a comment of the account on an issue, or the issue itself, bears a mark.
func Marked(h connectors.History, self string) bool { return len(posts(h, self)) > 0 }
