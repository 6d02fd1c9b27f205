//go:build unix

package statefile

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestRootLeavesNothingOfItsOwn: an administrator may run the first command; the service must still open the state.
func TestRootLeavesNothingOfItsOwn(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: ONLY ROOT CAN GIVE A FILE AWAY")
	}
	const service = 65534
	dir := t.TempDir()
	if err := os.Chown(dir, service, service); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	l, err := db.Lock("writer", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 4 { // the state, -wal, -shm and the lock
		t.Fatalf("files: %v, %v", files, err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if s := info.Sys().(*syscall.Stat_t); s.Uid != service || s.Gid != service {
			t.Errorf("%s belongs to %d:%d, want the owner of its folder", filepath.Base(f), s.Uid, s.Gid)
		}
	}
}

func TestLockFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state.db.writer.lock")
	if err := os.Symlink(other, path); err != nil {
		t.Fatal(err)
	}
	if _, err := lock(path, "writer", time.Unix(0, 0)); err == nil {
		t.Error("a link in place of the lock was opened")
	}
	if b, err := os.ReadFile(other); err != nil || string(b) != "theirs" {
		t.Errorf("the file behind the link became %q, %v", b, err)
	}
}
