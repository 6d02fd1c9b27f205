package mirror

import (
	"context"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

const (
	selectWork = `SELECT issue, withdrawn, versions, body FROM mirror_work WHERE connection = $1 AND id = $2`
	saveWork   = `INSERT INTO mirror_work (connection, id, issue, noticed_at, withdrawn, versions, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (connection, id) DO UPDATE SET issue = excluded.issue, noticed_at = excluded.noticed_at,
			withdrawn = excluded.withdrawn, versions = excluded.versions, body = excluded.body`
	insertWorkVersion = `INSERT INTO mirror_work_version (connection, id, n, noticed_at, what, issue, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
	selectWorkOf     = `SELECT body FROM mirror_work WHERE connection = $1 AND issue = $2 AND withdrawn = 0`
	selectWorkCursor = `SELECT listed_at FROM mirror_work_cursor WHERE connection = $1`
	saveWorkCursor   = `INSERT INTO mirror_work_cursor (connection, listed_at) VALUES ($1, $2)
		ON CONFLICT (connection) DO UPDATE SET listed_at = excluded.listed_at`
	insertListed = `INSERT INTO mirror_work_listed (connection, id) VALUES ($1, $2) ON CONFLICT (connection, id) DO ` +
		`NOTHING`
	wipeListed = `DELETE FROM mirror_work_listed WHERE connection = $1`

	// Entries missing from a complete listing, on issues that the census has just shown. Entries on an issue that is
	// hidden, gone or outside of the lists' scope stay as last seen, like the issue's events.
	selectUnlisted = `SELECT w.id FROM mirror_work w WHERE w.connection = $1 AND w.withdrawn = 0
		AND NOT EXISTS (SELECT 1 FROM mirror_work_listed l WHERE l.connection = w.connection AND l.id = w.id)
		AND EXISTS (SELECT 1 FROM mirror_issue i JOIN mirror_census c ON c.connection = i.connection AND c.id = i.id
			WHERE i.connection = w.connection AND i.id = w.issue AND i.state = 'visible')
		ORDER BY w.id LIMIT $2`

	withdrawBatch = 500
)

// WorkOf is the time booked on an issue that still holds, in the order of connectors.SortEvents: what to add to a
// history read from the tracker itself. The events of History have it already.
func (db reads) WorkOf(ctx context.Context, connection, issue string) (events []connectors.Event, err error) {
	err = db.inSnapshot(ctx, func(t *tx) error {
		events, err = t.work(connection).workOf(ctx, issue)
		return err
	})
	return events, wrap(err, "read the time booked on issue %s of %s", issue, connection)
}

func (t workRows) workOf(ctx context.Context, issue string) ([]connectors.Event, error) {
	var events []connectors.Event
	err := t.each(ctx, func(scan func(...any) error) error {
		var body []byte
		if err := scan(&body); err != nil {
			return err
		}
		e, err := decodeWork(body)
		events = append(events, e)
		return err
	}, selectWorkOf, t.connection, issue)
	return connectors.SortEvents(events), err
}

// workRows are the rows of the time booked on a connection, in a transaction.
type workRows struct {
	*tx
	connection string
}

// entry is what the mirror has of an entry of booked time.
type entry struct {
	issue     string
	withdrawn bool
	versions  int64
	body      []byte
}

func (t workRows) entry(ctx context.Context, id string) (e entry, known bool, err error) {
	known, err = t.one(ctx, []any{&e.issue, &e.withdrawn, &e.versions, &e.body}, selectWork, t.connection, id)
	return e, known, err
}

// become stores an entry's new state and archives the previous one as a version, once for each thing that became of it.
// A new entry has no previous version.
func (t workRows) become(ctx context.Context, id string, was, is entry, at time.Time, what ...string) error {
	is.versions = was.versions
	for _, w := range what {
		is.versions++
		if _, err := t.exec(ctx, insertWorkVersion, t.connection, id, is.versions, millis(at), w, was.issue,
			was.body); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, saveWork, t.connection, id, is.issue, millis(at), is.withdrawn, is.versions, is.body)
	return err
}

// storeWork keeps an entry as a listing showed it, and tells the issues whose booked time changed by it.
func (t workRows) storeWork(ctx context.Context, b connectors.Booking, at time.Time) ([]string, error) {
	was, known, err := t.entry(ctx, b.Event.ID)
	if err != nil {
		return nil, err
	}
	is := entry{issue: b.Issue}
	if is.body, err = encodeEvents([]connectors.Event{b.Event}); err != nil {
		return nil, err
	}
	if !known {
		return []string{b.Issue}, t.become(ctx, b.Event.ID, was, is, at)
	}
	old, err := decodeWork(was.body)
	if err != nil {
		return nil, message.Errorf("entry %s: %w", b.Event.ID, err)
	}
	var what []string
	if was.issue != b.Issue || !sameEvent(old, b.Event) {
		what = append(what, Edited)
	} else {
		is.body = was.body // with the payload that came first
	}
	if was.withdrawn {
		what = append(what, Restored)
	}
	if len(what) == 0 {
		return nil, nil
	}
	return []string{was.issue, b.Issue}, t.become(ctx, b.Event.ID, was, is, at, what...)
}

func decodeWork(body []byte) (connectors.Event, error) {
	events, err := decodeEvents(body)
	if err != nil {
		return connectors.Event{}, err
	}
	if len(events) != 1 || events[0].Work == nil {
		return connectors.Event{}, message.Errorf("%w: no single entry of booked time", errBody)
	}
	return events[0], nil
}

// workListing is one listing of booked time.
type workListing struct {
	*syncRun
	began   time.Time // tracker's time
	whole   bool      // of every entry
	changed map[string]bool
}

// run asks for what was booked or changed since the last listing; with a census it asks for everything, because a
// deleted entry is only noticed by its absence.
func (l *workListing) run(ctx context.Context) error {
	since, err := l.since(ctx)
	if err != nil {
		return err
	}
	pages := 0
	err = l.tracker.Booked(ctx, since, func(page []connectors.Booking) error {
		pages++
		return l.take(ctx, page)
	})
	l.report.Lists += max(pages, 1)
	if err != nil {
		return err
	}
	if l.opts.Census {
		if err := l.withdraw(ctx); err != nil {
			return err
		}
	}
	return l.db.inTx(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, wipeListed, l.connection); err != nil {
			return err
		}
		_, err := t.exec(ctx, saveWorkCursor, l.connection, millis(l.began))
		return err
	})
}

// since is where the listing begins. It is zero for a complete listing, for which the leftovers of the last one are
// deleted first. One is made at first, with a census or a full pass, and when a request came into the scope: what was
// booked on it before has not been listed.
func (l *workListing) since(ctx context.Context) (since time.Time, err error) {
	err = l.db.inTx(ctx, func(t *tx) error {
		var listed int64
		known, err := t.one(ctx, []any{&listed}, selectWorkCursor, l.connection)
		if err != nil {
			return err
		}
		if l.whole = !known || l.opts.Census || l.opts.Full || l.cameIn; l.whole {
			_, err = t.exec(ctx, wipeListed, l.connection)
			return err
		}
		since = moment(listed).Add(-l.opts.Overlap).Truncate(time.Second)
		return nil
	})
	return since, err
}

func (l *workListing) take(ctx context.Context, page []connectors.Booking) error {
	var changed []string
	err := l.db.inTx(ctx, func(t *tx) error {
		for _, b := range page {
			issues, err := t.work(l.connection).storeWork(ctx, b, l.began)
			if err != nil {
				return err
			}
			changed = append(changed, issues...)
			if !l.whole {
				continue
			}
			if _, err := t.exec(ctx, insertListed, l.connection, b.Event.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return message.Errorf("store booked time: %w", err)
	}
	l.note(changed)
	return nil
}

func (l *workListing) note(issues []string) {
	for _, id := range issues {
		l.changed[id] = true
	}
}

// withdraw marks the entries that a complete listing lacked, after it made sure that the tracker knows our account:
// otherwise some trackers silently list less.
func (l *workListing) withdraw(ctx context.Context) error {
	if err := l.askSelf(ctx); err != nil {
		return err
	}
	for {
		var changed []string
		err := l.db.inTx(ctx, func(t *tx) error {
			ids, err := t.ids(ctx, selectUnlisted, l.connection, withdrawBatch)
			if err != nil {
				return err
			}
			for _, id := range ids {
				was, _, err := t.work(l.connection).entry(ctx, id)
				if err != nil {
					return err
				}
				is := was
				is.withdrawn = true
				changed = append(changed, was.issue)
				if err := t.work(l.connection).become(ctx, id, was, is, l.began, Withdrawn); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return message.Errorf("withdraw booked time: %w", err)
		}
		l.note(changed)
		if len(changed) < withdrawBatch {
			return nil
		}
	}
}
