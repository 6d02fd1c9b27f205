//go:build linux || darwin || freebsd

package statefile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file that was deleted, replaced by another or cut to nothing under an open handle is noticed.
func TestPresent(t *testing.T) {
	for name, c := range map[string]struct {
		do    func(path string) error
		cause error
		says  string
	}{
		"nothing":  {func(string) error { return nil }, nil, ""},
		"deleted":  {os.Remove, ErrReplaced, "it was deleted"},
		"moved":    {func(p string) error { return os.Rename(p, p+".away") }, ErrReplaced, "it was deleted or moved away"},
		"replaced": {replace, ErrReplaced, "another file has its name"},
		"cut":      {func(p string) error { return os.Truncate(p, 0) }, ErrReplaced, "it was cut to nothing"},
		"cut off":  {func(p string) error { return os.Truncate(p, 4096) }, ErrReplaced, "a part of it was cut off"},
		"written over": {
			func(p string) error { return os.WriteFile(p, make([]byte, 1<<20), 0o600) }, ErrReplaced,
			"something else was written into it",
		},
		"log deleted": {func(p string) error { return os.Remove(p + "-wal") }, ErrReplaced, "its -wal was deleted"},
		"log replaced": {
			func(p string) error { return replace(p + "-wal") }, ErrReplaced, "its -wal was deleted or replaced",
		},
		"log cut": {func(p string) error { return os.Truncate(p+"-wal", 0) }, ErrReplaced, "its -wal was cut"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			db, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("CREATE TABLE filled AS SELECT randomblob(100000) AS x"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
				t.Fatal(err)
			}
			for range 2 { // a file that looks cut may be so in the middle of a checkpoint
				if err := db.Present(); err != nil {
					t.Fatalf("just opened: %v", err)
				}
			}
			if err := c.do(path); err != nil {
				t.Fatal(err)
			}
			if err = db.Present(); err == nil {
				err = db.Present()
			}
			if !errors.Is(err, c.cause) || err != nil && (!Damaged(err) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Whoever reads pages that make no sense before Present was asked tells of the file that is gone, not of damage.
func TestExplainOfACutFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{
		"CREATE TABLE filled AS SELECT randomblob(100000) AS x", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA shrink_memory",
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	var size int
	err = db.QueryRow("SELECT LENGTH(x) FROM filled").Scan(&size)
	if !Damaged(cause(err)) {
		t.Fatalf("the cut file was read: %v", err)
	}
	if err := db.Explain(err); !errors.Is(err, ErrReplaced) || !strings.Contains(err.Error(), "it was cut to nothing") {
		t.Errorf("%v", err)
	}
}

// replace puts a copy in the file's place.
func replace(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(path+".new", text, 0o600), os.Rename(path+".new", path))
}

// An empty file is a damaged one: taking it for a new one would begin the ledger anew. A file that we make is never
// empty.
func TestAnEmptyFileIsDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "it is empty") {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("it was touched: %v, %v", info, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	left, err := filepath.Glob(path + ".new-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("made as %v, %v", info, err)
	}
}

// A disk without room for another pass is told before anything fails.
func TestRoom(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Room(); err != nil {
		t.Fatal(err)
	}
	was := statfs
	defer func() { statfs = was }()
	statfs = func(_ string, s *syscall.Statfs_t) error { s.Bavail, s.Bsize = 3, 4096; return nil }
	if err := db.Room(); !errors.Is(err, ErrFull) || !Unusable(err) || Damaged(err) {
		t.Errorf("%v", err)
	}
}
