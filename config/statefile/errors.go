package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"slabridge/config/message"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What is wrong with a state file; errors.Is finds them in the *Error of Open, Lock and Explain.
var (
	ErrNotOurs  = message.New("not a slabridge state file")
	ErrNewer    = message.New("made by another, probably newer, slabridge")
	ErrPragma   = message.New("SQLite did not take a setting")
	ErrReadOnly = message.New("read only")
	ErrFull     = message.New("disk full")
	ErrCorrupt  = message.New("damaged")
	ErrReplaced = message.New("no longer the file that was opened")
	ErrBusy     = message.New("another process is writing")
	ErrDisk     = message.New("disk I/O error")
	ErrNoAccess = message.New("cannot be opened for reading and writing")
)

// Error is every failure of this package.
type Error struct {
	Op   message.Format // what was being done: "open state file"
	Path string
	Err  error
	Hint message.Format // what the operator can do, when we know
}

func (e *Error) Error() string { return e.In(message.English) }

// In is Error in a language.
func (e *Error) In(lang string) string {
	s := fmt.Sprintf("%s %s: %s", message.Say(lang, e.Op), e.Path, message.Error(lang, e.Err))
	if e.Hint != "" {
		s += "; " + message.Say(lang, e.Hint)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Explain turns an error that a store brought back from this file into an *Error when SQLite says that the
// file or its disk is at fault, and gives any other error (and nil) back as it is. Pages that make no sense are told as
// what was done to the file, where that can be seen: a file cut to nothing is not damaged but gone. It is for
// the goroutine that asks Present.
func (db *DB) Explain(err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) || cause(err) == nil {
		return err
	}
	if Damaged(cause(err)) && db.guarded.opened != nil {
		if gone := db.guarded.sameFile(db.path); errors.Is(gone, ErrReplaced) {
			err = gone
		}
	}
	return explain("use state file", db.path, err)
}

func explain(op message.Format, path string, err error) error {
	if c := cause(err); c != nil && !errors.Is(err, c) {
		err = message.Errorf("%w: %w", c, err)
	}
	return &Error{Op: op, Path: path, Err: err, Hint: hint(err)}
}

// causes are the faults behind SQLite's primary result codes.
var causes = map[int]error{
	sqlite3.SQLITE_FULL:     ErrFull,
	sqlite3.SQLITE_READONLY: ErrReadOnly,
	sqlite3.SQLITE_PERM:     ErrReadOnly,
	sqlite3.SQLITE_CORRUPT:  ErrCorrupt,
	sqlite3.SQLITE_NOTADB:   ErrNotOurs,
	sqlite3.SQLITE_BUSY:     ErrBusy,
	sqlite3.SQLITE_LOCKED:   ErrBusy,
	sqlite3.SQLITE_IOERR:    ErrDisk,
	sqlite3.SQLITE_CANTOPEN: ErrNoAccess, // of a disk that is read only, for want of its -wal and -shm
}

// cause names the fault behind what SQLite or the system said, or nil.
func cause(err error) error {
	var e *sqlite.Error
	switch {
	case errors.As(err, &e):
		return causes[e.Code()&0xff] // the low byte is the primary result code
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	case errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	}
	return nil
}

const makeWritable message.Format = "the file and its directory must be writable for slabridge, on a disk that is"

// hints say what the operator can do. The first that fits is given: an error may have several causes.
var hints = []struct {
	err  error
	hint message.Format
}{
	{ErrExists, "name another file, or move that one away"},
	{ErrHeld, "stop that process first, or wait for it"},
	{ErrNotOurs, "name another file as state in the configuration"},
	{
		ErrNewer,
		"run the version that last used this file, or a newer one; to go back for good, put its copy from before the " +
			"upgrade (the same name with .before- behind it) in its place, as after any restore",
	},
	{ErrReadOnly, makeWritable},
	{ErrNoAccess, makeWritable},
	{ErrFull, "free some space; nothing that was committed is lost"},
	{ErrReplaced, "stop every slabridge that uses it; put the file back with its -wal, or restore the last backup"},
	{ErrCorrupt, "let nothing write to it: keep a copy of the file and its -wal, then restore the last backup"},
	{ErrDisk, "see the system's log about the disk; nothing that was committed is lost as long as the file can be read"},
	{ErrBusy, "see which other slabridge uses this file"},
	{fs.ErrPermission, "the file and its directory must be readable and writable for slabridge"},
	{fs.ErrNotExist, "make its directory first"},
}

func hint(err error) message.Format {
	for _, h := range hints {
		if errors.Is(err, h.err) {
			return h.hint
		}
	}
	return ""
}
