package mirror

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

const (
	selectIssue = `SELECT key, state, state_at, updated_at, read_at, wanted, body
		FROM mirror_issue WHERE connection = $1 AND id = $2`
	selectEvents = `SELECT n, noticed_at, what, body FROM mirror_event WHERE connection = $1 AND issue = $2 ORDER BY n`

	upsertIssue = `INSERT INTO mirror_issue (connection, id, key, state, state_at, updated_at, read_at, wanted, body)
		VALUES ($1, $2, $3, 'visible', $4, $5, $6, $7, $8)
		ON CONFLICT (connection, id) DO UPDATE SET key = excluded.key, state = excluded.state, state_at = excluded.state_at,
			updated_at = excluded.updated_at, read_at = excluded.read_at, wanted = excluded.wanted, body = excluded.body,
			doubted_at = NULL`
	touchIssue = `UPDATE mirror_issue SET state = 'visible', state_at = $3, read_at = $4, wanted = $5, doubted_at = NULL
		WHERE connection = $1 AND id = $2`
	vanishIssue = `UPDATE mirror_issue SET state = $3, state_at = $4, read_at = $5, doubted_at = NULL,
		wanted = CASE WHEN $6 THEN updated_at END WHERE connection = $1 AND id = $2`
	vanishUnread = `UPDATE mirror_issue SET state = $3, state_at = $4, read_at = $5, doubted_at = NULL
		WHERE connection = $1 AND id = $2`
	forgetIssue  = `DELETE FROM mirror_issue WHERE connection = $1 AND id = $2`
	forgetUnread = `DELETE FROM mirror_issue WHERE connection = $1 AND id = $2 AND updated_at IS NULL`

	insertEvents = `INSERT INTO mirror_event (connection, issue, n, noticed_at, what, events, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// Store keeps a history that was read outside a pass, such as the fresh read before a write or the one after
// it. readAt is the tracker's time at which the read began. A read older than what the mirror has is ignored.
// changed reports whether anything but the time of the read is new.
func (db keeps) Store(ctx context.Context, connection string, h connectors.History,
	readAt time.Time,
) (changed bool, err error) {
	err = db.inTx(ctx, func(t *tx) error {
		o, err := t.issues(connection).storeHistory(ctx, h, readAt)
		changed = o.changed
		return err
	})
	if err != nil {
		return false, message.Errorf("store issue %s of %s: %w", h.Issue.ID, connection, err)
	}
	return changed, nil
}

// StoreVanished keeps that a read begun at readAt of the tracker's clock answered Hidden or Gone.
func (db keeps) StoreVanished(ctx context.Context, connection, issue string, state State,
	readAt time.Time,
) (changed bool, err error) {
	err = db.inTx(ctx, func(t *tx) error {
		changed, _, err = t.issues(connection).storeVanished(ctx, issue, state, readAt)
		return err
	})
	if err != nil {
		return false, message.Errorf("store issue %s of %s as %s: %w", issue, connection, state, err)
	}
	return changed, nil
}

// issueRows are the rows of a connection's issues and of what was noticed of their events, in a transaction.
type issueRows struct {
	*tx
	connection string
}

// outcome is the result of storing a history.
type outcome struct{ changed, fresh, back, uncertain bool }

func (t issueRows) storeHistory(ctx context.Context, h connectors.History, readAt time.Time) (outcome, error) {
	k, err := t.load(ctx, h.Issue.ID)
	if err != nil {
		return outcome{}, err
	}
	if stale(k, h.Issue.UpdatedAt, readAt) {
		return outcome{uncertain: k.wants}, nil
	}
	if !k.misdated(readAt) {
		readAt = later(readAt, k.readAt)
	}
	h.Events = connectors.SortEvents(h.Events)
	d := compare(k, h, readAt)
	o := outcome{changed: d.history(), fresh: !k.read(), back: k.read() && k.state != Visible, uncertain: !d.certain}
	if err := t.putIssue(ctx, k, h, d, readAt); err != nil {
		return outcome{}, err
	}
	return o, t.putEvents(ctx, h.Issue.ID, k.rows, d, readAt)
}

func (t issueRows) putIssue(ctx context.Context, k kept, h connectors.History, d delta, readAt time.Time) error {
	var wanted sql.NullInt64
	if !d.certain {
		wanted = sql.NullInt64{Int64: max(millis(h.Issue.UpdatedAt), k.wanted), Valid: true}
	}
	since := readAt
	if k.read() && k.state == Visible {
		since = k.stateAt
	}
	if !d.issue {
		_, err := t.exec(ctx, touchIssue, t.connection, h.Issue.ID, millis(since), millis(readAt), wanted)
		return err
	}
	body, err := encodeIssue(h)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, upsertIssue, t.connection, h.Issue.ID, h.Issue.Key, millis(since),
		millis(h.Issue.UpdatedAt), millis(readAt), wanted, body)
	return err
}

// putEvents adds to the rows that the issue has.
func (t issueRows) putEvents(ctx context.Context, issue string, rows int64, d delta, readAt time.Time) error {
	for _, n := range []struct {
		what   string
		events int
		body   func() ([]byte, error)
	}{
		{seen, len(d.add), func() ([]byte, error) { return encodeEvents(d.add) }},
		{Edited, len(d.edit), func() ([]byte, error) { return encodeEvents(d.edit) }},
		{Withdrawn, len(d.withdraw), func() ([]byte, error) { return encodeIDs(d.withdraw) }},
		{Restored, len(d.restore), func() ([]byte, error) { return encodeIDs(d.restore) }},
	} {
		if n.events == 0 {
			continue
		}
		body, err := n.body()
		if err != nil {
			return err
		}
		rows++
		if _, err := t.exec(ctx, insertEvents, t.connection, issue, rows, millis(readAt), n.what, n.events,
			body); err != nil {
			return err
		}
	}
	return nil
}

// forgetForeign forgets an issue that was never read, and that nobody follows.
func (t issueRows) forgetForeign(ctx context.Context, issue string) (bool, error) {
	n, err := t.exec(ctx, forgetUnread, t.connection, issue)
	return n > 0, err
}

// storeVanished forgets an issue that was listed but never read, once it has been in doubt long enough: there is
// nothing to keep of it. left tells that one is out of sight since this read, unread that one was never read.
func (t issueRows) storeVanished(ctx context.Context, issue string, state State, readAt time.Time,
) (left, unread bool, err error) {
	k, err := t.loadRow(ctx, issue)
	switch {
	case err != nil || !k.known || k.read() && readAt.Before(k.readAt) && !k.misdated(readAt):
		return false, false, err
	case !k.read() && k.wanted == 0: // no list showed it, somebody hinted at it
		_, err = t.exec(ctx, forgetIssue, t.connection, issue)
		return false, true, err
	case !k.read() && k.state != Visible && readAt.Sub(k.stateAt) >= doubtVanished:
		_, err = t.exec(ctx, forgetIssue, t.connection, issue)
		return false, false, err
	case !k.read():
		since := k.stateAt
		if k.state == Visible {
			since = readAt
		}
		_, err = t.exec(ctx, vanishUnread, t.connection, issue, string(state), millis(since), millis(readAt))
		return false, true, err
	}
	since := k.stateAt
	if k.state != state {
		since = readAt
	}
	_, err = t.exec(ctx, vanishIssue, t.connection, issue, string(state), millis(since), millis(readAt),
		readAt.Sub(since) < doubtVanished)
	return k.state != state, false, err
}

// load gives everything the mirror has of an issue.
func (t issueRows) load(ctx context.Context, issue string) (kept, error) {
	k, err := t.loadRow(ctx, issue)
	if err != nil || !k.read() {
		return k, err
	}
	r := replayed{gone: map[string]bool{}, at: map[string]int{}}
	err = t.eachRevision(ctx, issue, func(n eventRevision) error {
		k.rows = n.n
		return r.take(n)
	})
	k.gone, k.history.Events = r.gone, connectors.SortEvents(r.events)
	return k, err
}

// loadRow gives what the mirror has of an issue but its events.
func (t issueRows) loadRow(ctx context.Context, issue string) (kept, error) {
	var row issueRow
	known, err := t.one(ctx, row.into(), selectIssue, t.connection, issue)
	if err != nil || !known {
		return kept{}, err
	}
	return row.kept(issue)
}

// issueRow is a row of mirror_issue as it is stored.
type issueRow struct {
	key, state              string
	stateAt                 int64
	updated, readAt, wanted sql.NullInt64
	body                    []byte
}

// into is where the columns go that selectIssue names.
func (r *issueRow) into() []any {
	return []any{&r.key, &r.state, &r.stateAt, &r.updated, &r.readAt, &r.wanted, &r.body}
}

// kept decodes the row.
func (r *issueRow) kept(issue string) (k kept, err error) {
	k.known = true
	k.state, k.stateAt, k.wants, k.wanted = State(r.state), moment(r.stateAt), r.wanted.Valid, r.wanted.Int64
	if !r.updated.Valid {
		return k, nil
	}
	if k.history, err = decodeIssue(r.body); err != nil {
		return k, err
	}
	k.readAt = moment(r.readAt.Int64)
	k.history.Issue.ID, k.history.Issue.Key, k.history.Issue.UpdatedAt = issue, r.key, moment(r.updated.Int64)
	return k, nil
}

// entry is the issue's line in a listing.
func (k kept) entry() Entry {
	i := k.history.Issue
	return Entry{ID: i.ID, Key: i.Key, State: k.state, StateAt: k.stateAt, UpdatedAt: i.UpdatedAt, ReadAt: k.readAt}
}

// present is the history that holds: without what was withdrawn, with what we observed.
func (k kept) present() connectors.History {
	h := k.history
	h.Events = slices.DeleteFunc(slices.Clone(h.Events), func(e connectors.Event) bool { return k.gone[e.ID] })
	return h
}
