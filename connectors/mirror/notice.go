package mirror

import (
	"context"
	"fmt"
	"time"

	"slabridge/connectors"
)

// What is noticed about events: that they are there, and what became of them.
const (
	seen      = "seen"
	Edited    = "edited"
	Withdrawn = "withdrawn" // the tracker no longer shows it: a deleted journal, a lost right
	Restored  = "restored"  // it shows it again
)

// notice is a row of mirror_event.
type notice struct {
	n      int64
	at     time.Time
	what   string
	events []connectors.Event // of seen and Edited
	ids    []string           // of Withdrawn and Restored
}

// eachNotice calls f for everything noticed about the events of an issue, in order.
func (t *tx) eachNotice(ctx context.Context, connection, issue string, f func(notice) error) error {
	return t.each(ctx, func(scan func(...any) error) error {
		var n notice
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
			return fmt.Errorf("row %d of its events: %w", n.n, err)
		}
		return f(n)
	}, selectEvents, connection, issue)
}

// replayed is what notices come to: every event as it reads now, and which of them are withdrawn.
type replayed struct {
	events []connectors.Event
	at     map[string]int // index by id
	gone   map[string]bool
}

func (r *replayed) take(n notice) error {
	for _, e := range n.events {
		i, have := r.at[e.ID]
		switch {
		case have == (n.what == seen):
			return fmt.Errorf("%w: event %s is %s out of turn", errBody, e.ID, n.what)
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

const selectWorkVersions = `SELECT noticed_at, what, body FROM mirror_work_version WHERE connection = $1 AND id = $2 ORDER BY n`

// Version is something that became of an event after it was first seen.
type Version struct {
	NoticedAt time.Time         // tracker's time
	What      string            // Edited, Withdrawn or Restored
	Before    *connectors.Event // of an edit: the event as it read until then
}

// Versions tells what became of an event, booked time included, oldest first; nothing of one that was never touched.
func (db *DB) Versions(ctx context.Context, connection, issue, event string) ([]Version, error) {
	var out []Version
	err := db.inSnapshot(ctx, func(t *tx) error {
		var last connectors.Event
		err := t.eachNotice(ctx, connection, issue, func(n notice) error {
			for _, e := range n.events {
				if e.ID != event {
					continue
				}
				if n.what == Edited {
					before := last
					out = append(out, Version{NoticedAt: n.at, What: n.what, Before: &before})
				}
				last = e
			}
			for _, id := range n.ids {
				if id == event {
					out = append(out, Version{NoticedAt: n.at, What: n.what})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		work, err := t.workVersions(ctx, connection, event)
		out = append(out, work...)
		return err
	})
	return out, wrap(err, "read the versions of %s of issue %s of %s", event, issue, connection)
}

func (t *tx) workVersions(ctx context.Context, connection, id string) ([]Version, error) {
	var out []Version
	err := t.each(ctx, func(scan func(...any) error) error {
		var v Version
		var at int64
		var body []byte
		if err := scan(&at, &v.What, &body); err != nil {
			return err
		}
		v.NoticedAt = moment(at)
		if v.What == Edited {
			before, err := decodeWork(body)
			if err != nil {
				return err
			}
			v.Before = &before
		}
		out = append(out, v)
		return nil
	}, selectWorkVersions, connection, id)
	return out, err
}
