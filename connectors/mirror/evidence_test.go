package mirror

import (
	"context"
	"time"

	"slabridge/connectors"
)

// What only tests ask of the mirror: counts, its age, and what became of an event.

const (
	selectStats = `SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'visible' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'hidden' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state = 'gone' THEN 1 ELSE 0 END), 0)
		FROM mirror_issue WHERE connection = $1 AND updated_at IS NOT NULL`
	selectEventStats = `SELECT COALESCE(SUM(CASE WHEN what = 'seen' THEN events ELSE 0 END), 0),
		COALESCE(SUM(CASE what WHEN 'withdrawn' THEN events WHEN 'restored' THEN -events ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN what = 'edited' THEN events ELSE 0 END), 0)
		FROM mirror_event WHERE connection = $1`
	countWanted = `SELECT COUNT(*) FROM mirror_issue WHERE connection = $1 AND wanted IS NOT NULL`
)

// Age is how old the mirror of the connection is at now, the tracker's time: the time since the start of the
// last pass that came to its end. ok is false when none has.
func (db *DB) Age(ctx context.Context, connection string, now time.Time) (age time.Duration, ok bool, err error) {
	c, err := db.Cursor(ctx, connection)
	if err != nil || c.CompleteAt.IsZero() {
		return 0, false, err
	}
	return now.Sub(c.CompleteAt), true, nil
}

// Stats counts what the mirror holds of a connection.
type Stats struct {
	Issues, Visible, Hidden, Gone int
	Events, Withdrawn, Edited     int // Edited counts edits, not events
	Wanted                        int // issues to be read (again) by the next pass
}

// Stats counts; it walks over every row of the connection.
func (db *DB) Stats(ctx context.Context, connection string) (Stats, error) {
	var s Stats
	err := db.inSnapshot(ctx, func(t *tx) error {
		for _, c := range []struct {
			query string
			dest  []any
		}{
			{selectStats, []any{&s.Issues, &s.Visible, &s.Hidden, &s.Gone}},
			{selectEventStats, []any{&s.Events, &s.Withdrawn, &s.Edited}},
			{countWanted, []any{&s.Wanted}},
		} {
			if _, err := t.one(ctx, c.dest, c.query, connection); err != nil {
				return err
			}
		}
		return nil
	})
	return s, wrap(err, "count the mirror of %s", connection)
}

const selectWorkVersions = `SELECT noticed_at, what, body FROM mirror_work_version WHERE connection = $1 AND id = ` +
	`$2 ORDER BY n`

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
		err := t.issues(connection).eachRevision(ctx, issue, func(n eventRevision) error {
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
