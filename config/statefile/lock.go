package statefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"slabridge/config/message"
)

// ErrHeld says that another process holds the lock; a *HeldError in the chain tells which.
var ErrHeld = message.New("held by another process")

// HeldError tells who holds a lock. The values are zero when the holder's note could not be read.
type HeldError struct {
	Name  string
	PID   int
	Since time.Time // as the holder's clock had it
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s: %v", e.Name, ErrHeld)
	}
	return message.Text("%s: held by process %d since %s", e.Name, e.PID, e.Since.Format(time.RFC3339))
}

// Is makes errors.Is(err, ErrHeld) true.
func (e *HeldError) Is(target error) bool { return target == ErrHeld }

// Lock is a held lock. The kernel releases it when the process ends, however it ends.
type Lock struct{ file *os.File }

// note is what the holder leaves in the lock file for whoever is refused. The lock itself is the kernel's: a
// note left over by a crash means nothing.
type note struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// Lock takes the named lock of this state file for this process, or fails at once with an *Error around a
// *HeldError. The lock lies in a file of its own beside the state file, because SQLite must be the only one to
// open and close the state file itself (closing any descriptor of it drops SQLite's locks).
func (db *DB) Lock(name string, now time.Time) (*Lock, error) {
	path := db.path + "." + name + ".lock"
	l, err := lock(path, name, now)
	if err != nil {
		return nil, explain("lock state file", db.path, err)
	}
	return l, nil
}

func lock(path, name string, now time.Time) (*Lock, error) {
	f, err := openLockFile(path)
	if err != nil {
		return nil, err
	}
	held, err := tryLock(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if held {
		return nil, errors.Join(readHolder(f, name), f.Close())
	}
	if err := writeHolder(f, now); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Lock{file: f}, nil
}

// openLockFile opens the file, making it when there is none. A link in its place is refused: root may be the one who
// opens it, in a folder that is another's.
func openLockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.OpenFile(path, os.O_RDWR|noFollow, 0o600)
	}
	if err != nil {
		return nil, err
	}
	if err := giveToFolderOwner(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Release gives the lock back. The file stays: removing it would let a third process lock a file that a second
// one is still waiting to see.
func (l *Lock) Release() error { return l.file.Close() }

func readHolder(f *os.File, name string) *HeldError {
	e := &HeldError{Name: name}
	var n note
	if b, err := io.ReadAll(io.LimitReader(f, 1024)); err == nil && json.Unmarshal(b, &n) == nil {
		e.PID, e.Since = n.PID, n.Since
	}
	return e
}

func writeHolder(f *os.File, now time.Time) error {
	b, err := json.Marshal(note{PID: os.Getpid(), Since: now.UTC()})
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(b, 0)
	return err
}
