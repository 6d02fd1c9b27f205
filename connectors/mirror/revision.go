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
		var n eventRevision
		var at int64
		var body []byte
		err := scan(&n.n, &at, &n.what, &body)
		if err != nil {
			return err
		}
		n.at = moment(at)
		switch n.what {
		case seen, Edited:
			n.events, err = decodeEvents(body)
		default:
			n.ids, err = decodeIDs(body)
		}
		if err != nil {
			return message.Errorf("row %d of its events: %w", n.n, err)
		}
		return f(n)
	}, selectEvents, t.connection, issue)
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
