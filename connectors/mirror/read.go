package mirror

import (
	"context"
	"database/sql"
	"encoding/json"
	"iter"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"slabridge/config/message"
	"slabridge/connectors"
)

const (
	// entryPage is how many rows a listing takes at a time: no reader holds a snapshot for long, because the
	// write-ahead log cannot be folded back past one.
	entryPage = 1000

	selectEntries = `SELECT id, key, state, state_at, updated_at, read_at FROM mirror_issue
		WHERE connection = $1 AND id > $2 AND updated_at IS NOT NULL ORDER BY id LIMIT $3`
	selectReadSince = `SELECT id FROM mirror_issue WHERE connection = $1 AND updated_at IS NOT NULL
		AND (read_at >= $2 OR state_at >= $2)
		UNION SELECT i.id FROM mirror_work w JOIN mirror_issue i ON i.connection = w.connection AND i.id = w.issue
		WHERE w.connection = $1 AND w.noticed_at >= $2 AND i.updated_at IS NOT NULL
		UNION SELECT i.id FROM mirror_work_version v JOIN mirror_issue i ON i.connection = v.connection AND i.id = v.issue
		WHERE v.connection = $1 AND v.noticed_at >= $2 AND i.updated_at IS NOT NULL`
	selectByKey = `SELECT id FROM mirror_issue WHERE connection = $1 AND key = $2 AND updated_at IS NOT NULL
		ORDER BY CASE state WHEN 'visible' THEN 0 ELSE 1 END, read_at DESC LIMIT 1`
)

// History is the issue as it was last read, with the events that still hold and the time booked on it, in the order
// of connectors.SortEvents. It is there for hidden and deleted issues too. ok is false when the mirror has never
// read the issue.
func (db reads) History(ctx context.Context, connection, issue string) (h connectors.History, ok bool, err error) {
	err = db.inSnapshot(ctx, func(t *tx) error {
		k, err := t.issues(connection).load(ctx, issue)
		if err != nil || !k.read() {
			return err
		}
		work, err := t.work(connection).workOf(ctx, issue)
		h, ok = k.present(), true
		h.Events = connectors.SortEvents(append(h.Events, work...))
		return err
	})
	if err != nil {
		return connectors.History{}, false, message.Errorf("read issue %s of %s from the mirror: %w", issue, connection, err)
	}
	return h, ok, nil
}

// Entry is the issue's line in the listing of Issues; ok is false when the mirror has never read it.
func (db reads) Entry(ctx context.Context, connection, issue string) (e Entry, ok bool, err error) {
	err = db.inSnapshot(ctx, func(t *tx) error {
		k, err := t.issues(connection).loadRow(ctx, issue)
		e, ok = k.entry(), k.read()
		return err
	})
	if err != nil || !ok {
		return Entry{}, false, wrap(err, "look up issue %s of %s", issue, connection)
	}
	return e, true, nil
}

// Read gives what the mirror has of issues, by their ids, all of it in one snapshot; those that it has never read are
// left out. It takes three queries for however many issues, and uses all cores: whoever wants a whole mirror asks for
// some hundred issues at a time.
func (db reads) Read(ctx context.Context, connection string, ids ...string) (map[string]Reading, error) {
	rows, err := db.storedRows(ctx, connection, ids)
	if err != nil {
		return nil, message.Errorf("read issues of %s from the mirror: %w", connection, err)
	}
	readings := make([]Reading, len(rows))
	decode := func(i int) (err error) {
		if readings[i], err = rows[i].reading(); err != nil {
			return message.Errorf("read issue %s of %s from the mirror: %w", rows[i].id, connection, err)
		}
		return nil
	}
	share := 1 + len(rows)/runtime.GOMAXPROCS(0)
	if len(rows) < decodeAlone {
		share = len(rows)
	}
	var group errgroup.Group
	for from := 0; from < len(rows); from += share {
		group.Go(func() error {
			for i := from; i < min(from+share, len(rows)); i++ {
				if err := decode(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := make(map[string]Reading, len(rows))
	for i := range rows {
		out[rows[i].id] = readings[i]
	}
	return out, nil
}

// Prints gives the Print of each issue, by their ids; those that the mirror has never read are left out.
func (db reads) Prints(ctx context.Context, connection string, ids ...string) (map[string]Print, error) {
	rows, err := db.storedRows(ctx, connection, ids)
	if err != nil {
		return nil, message.Errorf("read issues of %s from the mirror: %w", connection, err)
	}
	out := make(map[string]Print, len(rows))
	for _, r := range rows {
		out[r.id] = r.print()
	}
	return out, nil
}

func (db reads) storedRows(ctx context.Context, connection string, ids []string) ([]*storedIssue, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	var rows []*storedIssue
	byID := make(map[string]*storedIssue, len(ids))
	err = db.inSnapshot(ctx, func(t *tx) error {
		if err := t.each(ctx, func(scan func(...any) error) error {
			s := &storedIssue{}
			rows = append(rows, s)
			err := scan(append([]any{&s.id}, s.row.into()...)...)
			byID[s.id] = s
			return err
		}, selectIssues, connection, string(list)); err != nil {
			return err
		}
		if err := t.each(ctx, func(scan func(...any) error) error {
			var id string
			var n revisionRow
			err := scan(append([]any{&id}, n.into()...)...)
			if s := byID[id]; s != nil {
				s.events = append(s.events, n)
			}
			return err
		}, selectEventsOf, connection, string(list)); err != nil {
			return err
		}
		return t.each(ctx, func(scan func(...any) error) error {
			var id string
			var body []byte
			err := scan(&id, &body)
			if s := byID[id]; s != nil {
				s.work = append(s.work, body)
			}
			return err
		}, selectWorkOn, connection, string(list))
	})
	return rows, err
}

// Issues lists every issue of the connection in the order of its id as text, the hidden and deleted ones too.
// It reads a page at a time: what is stored meanwhile may or may not be in the list. An error ends it.
func (db reads) Issues(ctx context.Context, connection string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for after := ""; ; {
			page, err := db.entries(ctx, connection, after)
			if err != nil {
				yield(Entry{}, message.Errorf("list issues of %s: %w", connection, err))
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < entryPage {
				return
			}
			after = page[len(page)-1].ID
		}
	}
}

func (db reads) entries(ctx context.Context, connection, after string) ([]Entry, error) {
	var page []Entry
	err := db.inSnapshot(ctx, func(t *tx) error {
		return t.each(ctx, func(scan func(...any) error) error {
			var e Entry
			var state string
			var stateAt, updated, readAt int64
			err := scan(&e.ID, &e.Key, &state, &stateAt, &updated, &readAt)
			e.State, e.StateAt, e.UpdatedAt, e.ReadAt = State(state), moment(stateAt), moment(updated), moment(readAt)
			page = append(page, e)
			return err
		}, selectEntries, connection, after, entryPage)
	})
	return page, err
}

// ReadSince lists the ids of issues that were read, or found hidden or gone, or whose booked time was found changed, at
// or after t, the tracker's time: whatever changed since then is among them.
func (db reads) ReadSince(ctx context.Context, connection string, t time.Time) (ids []string, err error) {
	err = db.inSnapshot(ctx, func(x *tx) error {
		return x.each(ctx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			ids = append(ids, id)
			return err
		}, selectReadSince, connection, millis(t))
	})
	return ids, wrap(err, "list issues of %s read since %s", connection, t.Format(time.RFC3339))
}

// IDByKey finds the issue that people call by the key; one that is visible before one that was.
func (db reads) IDByKey(ctx context.Context, connection, key string) (id string, ok bool, err error) {
	err = db.inSnapshot(ctx, func(t *tx) error {
		ok, err = t.one(ctx, []any{&id}, selectByKey, connection, key)
		return err
	})
	return id, ok, wrap(err, "look up issue %s of %s", key, connection)
}

// Cursor tells how far the mirror of a connection has come. Zero times mean never.
type Cursor struct {
	Watermark  time.Time // tracker's time: what it showed before this is stored or wanted
	CompleteAt time.Time // tracker's time at the start of the last pass that came to its end
	CensusAt   time.Time // the same of the last census
	// Offset is the tracker's time less ours, as measured in the last pass that came to its end: commands that ask no
	// tracker tell its time by it.
	Offset time.Duration
}

const selectCursor = `SELECT watermark, complete_at, census_at, full_at, offset_ms, scope
	FROM mirror_cursor WHERE connection = $1`

// Cursor gives how far the connection has been followed.
func (db reads) Cursor(ctx context.Context, connection string) (Cursor, error) {
	var c cursor
	err := db.inSnapshot(ctx, func(t *tx) (err error) {
		c, err = t.cursor(ctx, connection)
		return err
	})
	return c.Cursor, wrap(err, "read the cursor of %s", connection)
}

// cursor is a Cursor with what only passes need.
type cursor struct {
	Cursor
	fullAt time.Time // start of a full pass that has not come to its end
	scope  string    // of the lists, in the last pass that came to its end
}

func (t *tx) cursor(ctx context.Context, connection string) (cursor, error) {
	var watermark, complete, census, full, offset sql.NullInt64
	var c cursor
	_, err := t.one(ctx, []any{&watermark, &complete, &census, &full, &offset, &c.scope}, selectCursor, connection)
	c.Offset = time.Duration(offset.Int64) * time.Millisecond
	for dest, ms := range map[*time.Time]sql.NullInt64{
		&c.Watermark: watermark, &c.CompleteAt: complete, &c.CensusAt: census, &c.fullAt: full,
	} {
		if ms.Valid {
			*dest = moment(ms.Int64)
		}
	}
	return c, err
}

// wrap puts the operation before an error and leaves nil alone.
func wrap(err error, format message.Format, args ...any) error {
	if err == nil {
		return nil
	}
	return message.Errorf("%s: %w", message.Of(format, args...), err)
}
