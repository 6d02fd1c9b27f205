package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"sync/atomic"
	"time"

	"slabridge/config/message"
)

// Ledger is the ledger inside an open database. It is safe for concurrent use.
type Ledger struct {
	db           *sql.DB
	installation string
	begun        time.Time
	contracts    atomic.Pointer[names] // as last read
}

// The errors that callers tell apart.
var (
	ErrNotFound = message.New("not in the ledger")
	// ErrMove: the entry's state cannot become the one asked for.
	ErrMove = message.New("no such change of state")
	// ErrStale: someone else has changed the entry since the caller read it; read it again and decide anew.
	ErrStale = message.New("changed in the meantime")
	// ErrFinished: the write has had its final answer.
	ErrFinished = message.New("already finished")
	// ErrMade: the entry has made its issue; another must not be made for it.
	ErrMade = message.New("made before")
	// ErrTaken: the id is another contract's, or was.
	ErrTaken = message.New("taken by another contract")
)

// Open takes a database to which Migrations have been applied. The first call ever, which is made at now, names
// the installation. The database's transactions must lock for writing when they begin (SQLite:
// _txlock=immediate), and a commit must be on the disk when it returns (synchronous=FULL): a sent mark that a
// power cut takes back would let a comment be written twice.
func Open(ctx context.Context, db *sql.DB, now time.Time) (*Ledger, error) {
	l := &Ledger{db: db}
	err := l.install(ctx, now)
	if err == nil {
		err = l.ReadNames(ctx)
	}
	if err != nil {
		return nil, message.Errorf("open ledger: %w", err)
	}
	return l, nil
}

// install reads the installation's name and makes it only when there is none: a command that merely reads does not
// wait for one that writes.
func (l *Ledger) install(ctx context.Context, now time.Time) error {
	const read = `SELECT id, created_at FROM ledger_installation WHERE one = 1`
	var begun sql.NullInt64
	defer func() { l.begun = fromMillis(begun) }()
	err := l.db.QueryRowContext(ctx, read).Scan(&l.installation, &begun)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var fresh [4]byte
	rand.Read(fresh[:])
	return l.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_installation (one, id, created_at) VALUES (1, $1, $2)
			ON CONFLICT (one) DO NOTHING`, hex.EncodeToString(fresh[:]), millis(now)); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, read).Scan(&l.installation, &begun)
	})
}

// Installation names this ledger among others that may write to the same tracker: eight hex digits, made once
// and kept, for the marks of our comments.
func (l *Ledger) Installation() string { return l.installation }

// Begun is when this ledger was made, by our clock.
func (l *Ledger) Begun() time.Time { return l.begun }

// Pinned is the same ledger with contracts' ids of its own, as they are now: ReadNames of another leaves them alone, so
// that whoever works with several answers of the ledger sees one id in all of them.
func (l *Ledger) Pinned() *Ledger {
	p := &Ledger{db: l.db, installation: l.installation, begun: l.begun}
	p.contracts.Store(l.names())
	return p
}

// ReadNames reads the contracts' ids anew: what the ledger gives from now on bears those.
func (l *Ledger) ReadNames(ctx context.Context) error {
	n, err := readNames(ctx, l.db)
	if err == nil {
		l.contracts.Store(n)
	}
	return err
}

// Origins gives the first id of every contract whose id was changed, by its id now, as last read.
func (l *Ledger) Origins() map[string]string { return l.names().origin }

// Former is what a contract is called now whose former id this is; "" for an id that is nobody's former one.
func (l *Ledger) Former(contract string) string {
	if n := l.names(); n.origin[contract] == "" {
		return n.now[contract]
	}
	return ""
}

// names are the contracts' ids as last read.
func (l *Ledger) names() *names { return l.contracts.Load() }

// stored is the id under which a contract is recorded: the first that it had.
func (l *Ledger) stored(contract string) string { return l.names().stored(contract) }

// Rename makes everything that is recorded of a contract that of its new id, in one transaction: nothing recorded is
// changed, a record says what it is called from now on. ErrNotFound when nothing is recorded under the old id, ErrTaken
// when something is under the new one.
func (l *Ledger) Rename(ctx context.Context, now time.Time, from, to, by string) error {
	var n *names
	err := l.tx(ctx, func(tx *sql.Tx) (err error) {
		if err = rename(ctx, tx, now, from, to, by); err == nil {
			n, err = readNames(ctx, tx)
		}
		return err
	})
	if err != nil {
		return message.Errorf("rename contract %s to %s: %w", from, to, err)
	}
	l.contracts.Store(n)
	return nil
}

// OfIssues gives what the ledger has of each of the issues, all of it in one snapshot. It takes six queries for however
// many issues: whoever wants all of them asks for some hundred at a time.
func (l *Ledger) OfIssues(ctx context.Context, connection string, issues ...string) (map[string]*IssueRecords, error) {
	out, err := ofIssues(ctx, l, connection, issues)
	if err != nil {
		return nil, message.Errorf("read what is recorded of issues of %s: %w", connection, err)
	}
	return out, nil
}

// tx runs f in one transaction: all of it happened when tx returns nil, nothing of it otherwise.
func (l *Ledger) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) { // a cancelled ctx has undone it
			err = errors.Join(err, undo)
		}
		return err
	}
	return tx.Commit()
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// collect reads all rows of a query through scan.
func collect[T any](
	ctx context.Context, q querier, scan func(func(...any) error) (T, error), query string, args ...any,
) (out []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
