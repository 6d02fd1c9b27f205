package main

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// taken are the instances that this process works on, by their directories, each with the file that says so.
var taken sync.Map

// ours takes the instance for this process until it ends. Some tests change the whole instance: those of another
// process would fail of it, here and there.
func ours(t testing.TB, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "tests"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatalf("no instance runs in %s: %v", dir, err)
	}
	if _, known := taken.LoadOrStore(dir, f); known {
		_ = f.Close() // nothing was written
		return
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Fatalf("tests of another process run against %s: %v", dir, err)
	}
}
