package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What is wrong with a state file; errors.Is finds them in the *Error of Open, Lock and Explain.
var (
	ErrNotOurs  = errors.New("not a slabridge state file")
	ErrNewer    = errors.New("made by another, probably newer, slabridge")
	ErrPragma   = errors.New("SQLite did not take a setting")
	ErrReadOnly = errors.New("read only")
	ErrFull     = errors.New("disk full")
	ErrCorrupt  = errors.New("damaged")
	ErrBusy     = errors.New("another process is writing")
	ErrDisk     = errors.New("the disk does not read or write")
	ErrNoAccess = errors.New("cannot be opened for reading and writing")
)

// Error is every failure of this package.
type Error struct {
	Op   string // what was being done: "open state file"
	Path string
	Err  error
	Hint string // what the operator can do, when we know
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Explain turns an error that a store brought back from this file into an *Error when SQLite says that the
// file or its disk is at fault, and gives any other error (and nil) back as it is.
func (db *DB) Explain(err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) || cause(err) == nil {
		return err
	}
	return explain("use state file", db.path, err)
}

func explain(op, path string, err error) error {
	if c := cause(err); c != nil && !errors.Is(err, c) {
		err = fmt.Errorf("%w: %w", c, err)
	}
	return &Error{Op: op, Path: path, Err: err, Hint: hint(err)}
}

// cause names the fault behind what SQLite or the system said, or nil.
func cause(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff { // the low byte is the primary result code
		case sqlite3.SQLITE_FULL:
			return ErrFull
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
			return ErrReadOnly
		case sqlite3.SQLITE_CORRUPT:
			return ErrCorrupt
		case sqlite3.SQLITE_NOTADB:
			return ErrNotOurs
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return ErrBusy
		case sqlite3.SQLITE_IOERR:
			return ErrDisk
		case sqlite3.SQLITE_CANTOPEN: // of a disk that is read only, for want of its -wal and -shm
			return ErrNoAccess
		}
		return nil
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	case errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	}
	return nil
}

func hint(err error) string {
	switch {
	case errors.Is(err, ErrNotOurs):
		return "name another file as state in the configuration"
	case errors.Is(err, ErrNewer):
		return "run the version that last used this file, or a newer one"
	case errors.Is(err, ErrReadOnly), errors.Is(err, ErrNoAccess):
		return "the file and its directory must be writable for slabridge, on a disk that is"
	case errors.Is(err, ErrFull):
		return "free some space; nothing that was committed is lost"
	case errors.Is(err, ErrCorrupt):
		return "let nothing write to it: keep a copy of the file and its -wal, then restore the last backup"
	case errors.Is(err, ErrDisk):
		return "see the system's log about the disk; nothing that was committed is lost as long as the file can be read"
	case errors.Is(err, ErrBusy):
		return "see which other slabridge uses this file"
	case errors.Is(err, fs.ErrPermission):
		return "the file and its directory must be readable and writable for slabridge"
	case errors.Is(err, fs.ErrNotExist):
		return "make its directory first"
	}
	return ""
}
