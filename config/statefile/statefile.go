// Package statefile opens the one SQLite file in which slabridge keeps its state.
//
// It owns the driver, the pragmas, the numbered migrations and the lock that keeps a second writing process
// away; it knows no tables. The stores (connectors/mirror, enforcer/ledger) hand in their migrations as lists
// of SQL and work on the open handle.
//
// The package promises that an open file is ours (a file of another program or of a newer slabridge is
// refused, untouched), that every connection of the handle runs with the pragmas of this package (they are read
// back), that a transaction takes the write lock at once unless it is begun read only, so that a
// read-then-write transaction never fails half-way because another one was quicker, and that what was committed
// survives the loss of power. It never asks for the time and never deletes or repairs anything.
package statefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// applicationID stands in the header of every file of ours: "slab" in ASCII. PRAGMA application_id exists for this.
const applicationID = 0x736c6162

// Driver names the database/sql driver that Open uses. It is here for one test alone, which puts a driver of its own
// before SQLite's to kill the process at every statement; the program never sets it.
var Driver = "sqlite"

// connections is the size of the pool: one writes, the others read beside it (WAL).
const connections = 4

// busyTimeout is how long a transaction waits for the one that is writing before it gives up.
const busyTimeout = 10 * time.Second

var busyTimeoutMillis = strconv.FormatInt(busyTimeout.Milliseconds(), 10)

// pragmas are set on every connection by the DSN and read back, because SQLite ignores a misspelt one silently.
// synchronous is FULL: the ledger is evidence of what was sent, and with NORMAL a power cut may take back the
// last commits.
var pragmas = []struct{ name, set, read string }{
	{"busy_timeout", busyTimeoutMillis, busyTimeoutMillis},
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"foreign_keys", "ON", "1"},
	{"cache_size", "-32768", "-32768"}, // KiB for each connection
}

// DB is an open state file. The embedded handle is what the stores take; Close closes it.
type DB struct {
	*sql.DB
	path     string
	warnings []message.Message
	guarded  guarded
}

// Path is the file's path as it was given to Open.
func (db *DB) Path() string { return db.path }

// Warnings are what the operator should mend though the file could be opened, such as a file that others can read.
func (db *DB) Warnings() []message.Message { return db.warnings }

// Open opens the state file, making it (readable by us alone) when there is none, and brings each store's
// tables up to date. Every failure is an *Error with the path and, where we know one, a hint.
func Open(ctx context.Context, path string, sets ...Migrations) (*DB, error) {
	db := &DB{path: path}
	if err := db.open(ctx, sets); err != nil {
		if db.DB != nil {
			err = errors.Join(err, db.Close())
		}
		return nil, explain("open state file", path, err)
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, sets []Migrations) error {
	if err := db.prepareFile(ctx); err != nil {
		return err
	}
	handle, err := sql.Open(Driver, dsn(db.path))
	if err != nil {
		return err
	}
	db.DB = handle
	handle.SetMaxOpenConns(connections + 1) // and the one that guarded keeps
	handle.SetMaxIdleConns(connections + 1)
	if err := db.markAsOurs(ctx); err != nil {
		return err
	}
	if err := db.verify(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, handle, sets, func(versions string) error { return db.keepOlder(ctx, versions) }); err != nil {
		return err
	}
	return db.guarded.begin(ctx, handle, db.path)
}

// Check reads every page and reports a file that is damaged, as ErrCorrupt. It takes a second for some hundred MB, so
// it is for whoever is about to write for long.
func (db *DB) Check(ctx context.Context) error {
	if err := checkIntegrity(ctx, db, "quick_check"); err != nil {
		return explain("check state file", db.path, err)
	}
	return nil
}

// Damaged reports whether an error of this package, or one that Explain made, says that the file is not what it was:
// whoever goes on writing to it may make it worse.
func Damaged(err error) bool {
	return errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotOurs) || errors.Is(err, ErrReplaced)
}

// Close gives the file back. What another handle has open stays.
func (db *DB) Close() error { return errors.Join(db.guarded.end(), db.DB.Close()) }

// Present reports whether the file is still the one that was opened: an open handle goes on working on a file that was
// deleted, or replaced by another, and all that it writes there is lost. An error of it is Damaged. It is for one
// goroutine.
func (db *DB) Present() error {
	err := db.guarded.sameFile(db.path)
	if err == nil {
		err = db.guarded.sameLog(db.path)
	}
	if err != nil {
		return explain("use state file", db.path, err)
	}
	return nil
}

// least is the room that a pass may need: less is a full disk.
const least = 1 << 20

// Room reports, as ErrFull, a disk that has no room for another pass.
func (db *DB) Room() error {
	free, known := room(filepath.Dir(db.path))
	if !known || free >= least {
		return nil
	}
	return explain("use state file", db.path, message.Errorf("%w: %d bytes are free", ErrFull, free))
}

// Unusable reports whether an error of this package, or one that Explain made, says that nothing can be written to the
// file now: its disk is full, gone or read only.
func Unusable(err error) bool {
	for _, cause := range []error{ErrFull, ErrDisk, ErrReadOnly, ErrNoAccess} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return Damaged(err)
}

// makeFile makes the file with our mark in it and then gives it its name: a file of that name is ours, or was never
// made by us, whenever the process ends.
func (db *DB) makeFile(ctx context.Context) (err error) {
	f, err := os.CreateTemp(filepath.Dir(db.path), filepath.Base(db.path)+".new-*") // readable by us alone
	if err != nil {
		return err
	}
	defer func() {
		if e := os.Remove(f.Name()); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}()
	if err := errors.Join(giveToFolderOwner(f), f.Close()); err != nil {
		return err
	}
	handle, err := sql.Open(Driver, "file:"+escape(f.Name()))
	if err != nil {
		return err
	}
	_, err = handle.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	if err = errors.Join(err, handle.Close()); err != nil {
		return err
	}
	switch err := os.Link(f.Name(), db.path); {
	case err == nil, errors.Is(err, fs.ErrExist): // another process was quicker: then it is there
		return nil
	default: // a disk without links
		return os.Rename(f.Name(), db.path)
	}
}

// prepareFile makes the file when there is none, before SQLite would make it readable by everyone; SQLite gives
// the -wal and -shm files the same permissions.
func (db *DB) prepareFile(ctx context.Context) error {
	if _, err := os.Lstat(db.path); !errors.Is(err, fs.ErrNotExist) {
		return db.inspectFile(ctx)
	}
	if err := db.makeFile(ctx); err != nil {
		return err
	}
	return db.inspectFile(ctx)
}

// inspectFile looks at a file that was there, without the pragmas, which could change a stranger's database.
// It asks SQLite and does not read the file itself: closing any descriptor of the file would drop the locks
// that another handle of this process holds on it.
func (db *DB) inspectFile(ctx context.Context) error {
	info, err := os.Stat(db.path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return message.Errorf("%w: it is no regular file", ErrNotOurs)
	}
	if info.Size() == 0 {
		return message.Errorf("%w: it is empty, and the program never leaves it so", ErrCorrupt)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		db.warnings = append(db.warnings,
			message.Of("state file %s can be read by other users (mode %04o): chmod 600 it", db.path, perm))
	}
	// opening waits for the lock: the last process that closes the file holds it exclusively while it cleans up
	probe, err := sql.Open(Driver, "file:"+escape(db.path)+"?mode=rw&_pragma=busy_timeout("+busyTimeoutMillis+")")
	if err != nil {
		return err
	}
	defer probe.Close()
	_, err = hasOurMark(ctx, probe)
	return err
}

// hasOurMark reports whether the database bears our mark; an empty one does not yet. Any other is refused.
func hasOurMark(ctx context.Context, q queryRower) (bool, error) {
	var id, objects int
	if err := q.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return false, err
	}
	if id == applicationID {
		return true, nil
	}
	if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&objects); err != nil {
		return false, err
	}
	if id != 0 || objects != 0 {
		return false, message.Errorf("%w: it is another program's SQLite database", ErrNotOurs)
	}
	return false, nil
}

type queryRower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// escape keeps a relative path relative, and a '?' or '#' in it a part of the name.
func escape(path string) string { return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() }

func dsn(path string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range pragmas {
		q.Add("_pragma", p.name+"("+p.set+")")
	}
	return "file:" + escape(path) + "?" + q.Encode()
}

// markAsOurs marks a new file as ours. One that is marked is only read: whoever opens it waits for nobody who writes.
func (db *DB) markAsOurs(ctx context.Context) error {
	if marked, err := hasOurMark(ctx, db); err != nil || marked {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	marked, err := hasOurMark(ctx, tx)
	if err != nil || marked {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	return tx.Commit()
}

func (db *DB) verify(ctx context.Context) error {
	for _, p := range pragmas {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return message.Errorf("read pragma %s: %w", p.name, err)
		}
		if !strings.EqualFold(got, p.read) {
			return message.Errorf("%w: %s is %q, wanted %q", ErrPragma, p.name, got, p.read)
		}
	}
	return nil
}
