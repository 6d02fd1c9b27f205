// Package mirror keeps what the trackers said: issues with their events, the names behind the ids, and up to which
// moment each connection has been read.
//
// Everything is kept in the tracker's own words with the payload as received, so that another mapping derives other
// deadlines without asking the tracker again. A pass (Sync) asks the tracker what changed and reads the histories of
// what is new, changed or uncertain. An issue is certain when it was read after the second of its last change, by the
// tracker's clock: only then can no further change have the same UpdatedAt.
//
// The package promises:
//   - Nothing is lost and nothing doubled, while people edit during the pass and across a crash at any point:
//     what the tracker listed is durably wanted until its history is stored, and only then forgotten.
//   - Events are append-only. One that a later read lacks is marked withdrawn, one that reads differently keeps
//     what it said before; History gives the present reading.
//   - Nothing is believed of a wrong key: before a history is stored or an absence believed, the tracker has
//     told in this pass who we are.
//   - An idle pass costs one request and a handful of queries, whatever the size of the mirror.
//
// What is not promised: of two edits of one issue within one second, the second of which takes its transaction
// more than two seconds to commit, the second is found only when the issue is read again for another reason.
// Edits that leave UpdatedAt alone (of notes, relations) are found by SyncOptions.Reread.
//
// Booked time is followed where SyncOptions.Work asks for it, by lists of its own. What is edited or deleted in it is
// noticed by the next census, as far as the tracker's list does not tell sooner.
//
// A change that no event of the tracker tells of (a parent's derived priority) becomes an event of the mirror's
// own, see Observed. These, the moments of withdrawal and vanishing, and former texts of edited notes are the only
// things that a rebuilt mirror does not have; nothing that decides a deadline may rest on their being there.
//
// The package never asks a clock, nor SQL for the time, never writes to a tracker, never deletes but in Wipe,
// and knows nothing of contracts.
package mirror

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"slabridge/config/message"
)

// DB is the mirror of all connections in one database: Sync follows the trackers, what it promotes reads and keeps. It
// is safe for concurrent use; passes over one connection must not overlap.
type DB struct {
	*handle
	reads
	keeps
}

// reads is what the mirror answers, keeps what it is given beside Sync.
type (
	reads struct{ *handle }
	keeps struct{ *handle }
)

// handle is an open database with the queries that it has prepared.
type handle struct {
	sql *sql.DB

	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

// State says whether the tracker still shows an issue.
type State string

// The states of an issue. Hidden and Gone are believed only when the tracker said so of this very issue.
const (
	Visible State = "visible"
	Hidden  State = "hidden" // it exists, but not for our account
	Gone    State = "gone"   // deleted
)

// Entry is an issue as the mirror lists it.
type Entry struct {
	ID, Key   string
	State     State
	StateAt   time.Time // when the state was noticed, tracker's time
	UpdatedAt time.Time // as the tracker had it at the last read
	ReadAt    time.Time // when that read began, tracker's time
}

// Open takes an open database that has the tables of Migrations.
func Open(db *sql.DB) (*DB, error) {
	h := &handle{sql: db, stmts: map[string]*sql.Stmt{}}
	if _, err := h.stmt(context.Background(), selectCursor); err != nil {
		return nil, message.Errorf("open mirror: %w", err)
	}
	return &DB{h, reads{h}, keeps{h}}, nil
}

// Close releases the prepared statements; the database stays open.
func (db *handle) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var errs []error
	for q, s := range db.stmts {
		errs = append(errs, s.Close())
		delete(db.stmts, q)
	}
	return errors.Join(errs...)
}

// stmt prepares a query once for the life of the handle.
func (db *handle) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if s, ok := db.stmts[query]; ok {
		return s, nil
	}
	s, err := db.sql.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	db.stmts[query] = s
	return s, nil
}

// tx is a transaction with its prepared statements.
type tx struct {
	*sql.Tx
	db    *handle
	stmts map[string]*sql.Stmt
}

// inTx runs f in a transaction that holds the write lock from its first moment.
func (db *handle) inTx(ctx context.Context, f func(*tx) error) error {
	return db.within(ctx, &sql.TxOptions{}, f)
}

// inSnapshot runs f in a transaction that sees one state of the database and keeps no writer waiting.
func (db *handle) inSnapshot(ctx context.Context, f func(*tx) error) error {
	return db.within(ctx, &sql.TxOptions{ReadOnly: true}, f)
}

func (db *handle) within(ctx context.Context, opts *sql.TxOptions, f func(*tx) error) error {
	t, err := db.sql.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := f(&tx{Tx: t, db: db, stmts: map[string]*sql.Stmt{}}); err != nil {
		return err
	}
	return t.Commit()
}

func (t *tx) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	parent, err := t.db.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	s := t.StmtContext(ctx, parent)
	t.stmts[query] = s
	return s, nil
}

func (t *tx) exec(ctx context.Context, query string, args ...any) (rows int64, err error) {
	s, err := t.stmt(ctx, query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// each runs a query and calls f for every row, with the row's Scan.
func (t *tx) each(ctx context.Context, f func(scan func(...any) error) error, query string, args ...any) error {
	s, err := t.stmt(ctx, query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one scans the only row of a query; found is false when there is none.
func (t *tx) one(ctx context.Context, dest []any, query string, args ...any) (found bool, err error) {
	err = t.each(ctx, func(scan func(...any) error) error {
		found = true
		return scan(dest...)
	}, query, args...)
	return found, err
}

func (t *tx) ids(ctx context.Context, query string, args ...any) ([]string, error) {
	var ids []string
	err := t.each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, query, args...)
	return ids, err
}

// The rows of one connection.
func (t *tx) issues(connection string) issueRows { return issueRows{t, connection} }
func (t *tx) work(connection string) workRows    { return workRows{t, connection} }

// millis and moment carry times into and out of SQL: unix milliseconds, UTC.
func millis(t time.Time) int64 { return t.UnixMilli() }

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
