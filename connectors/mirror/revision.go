package mirror

import (
	"context"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// What is noticed about events: that they are there, and what became of them.
const (
	seen      = "seen"
	Edited    = "edited"
	Withdrawn = "withdrawn" // the tracker no longer shows it: a deleted journal, a lost right
	Restored  = "restored"  // it shows it again
)

// eventRevision is a row of mirror_event.
type eventRevision struct {
	n      int64
	at     time.Time
	what   string
	events []connectors.Event // of seen and Edited
	ids    []string           // of Withdrawn and Restored
}

// eachRevision calls f for everything noticed about the events of an issue, in order.
func (t issueRows) eachRevision(ctx context.Context, issue string, f func(eventRevision) error) error {
	return t.each(ctx, func(scan func(...any) error) error {
		var row revisionRow
		if err := scan(row.into()...); err != nil {
			return err
		}
		n, err := row.revision()
		if err != nil {
			return err
		}
		return f(n)
	}, selectEvents, t.connection, issue)
}

// revisionRow is a row of mirror_event as it is stored.
type revisionRow struct {
	n, at int64
	what  string
	body  []byte
}

// into is where the columns go that selectEvents names.
func (r *revisionRow) into() []any { return []any{&r.n, &r.at, &r.what, &r.body} }

// revision decodes the row.
func (r *revisionRow) revision() (n eventRevision, err error) {
	n.n, n.at, n.what = r.n, moment(r.at), r.what
	switch r.what {
	case seen, Edited:
		n.events, err = decodeEvents(r.body)
	default:
		n.ids, err = decodeIDs(r.body)
	}
	if err != nil {
		return n, message.Errorf("row %d of its events: %w", r.n, err)
	}
	return n, nil
}

// replayed is what notices come to: every event as it reads now, and which of them are withdrawn.
type replayed struct {
	events []connectors.Event
	at     map[string]int // index by id
	gone   map[string]bool
}

func (r *replayed) take(n eventRevision) error {
	for _, e := range n.events {
		i, have := r.at[e.ID]
		switch {
		case have == (n.what == seen):
			return message.Errorf("%w: event %s is %s out of turn", errBody, e.ID, n.what)
		case have:
			r.events[i] = e
		default:
			r.at[e.ID] = len(r.events)
			r.events = append(r.events, e)
		}
	}
	for _, id := range n.ids {
		r.gone[id] = n.what == Withdrawn
	}
	return nil
}
