package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// ends waits for a daemon that ends by itself, and holds it to exit code and words.
func (s *site) ends(t *testing.T, c *exec.Cmd, log interface{ String() string }, code int, says ...string) {
	t.Helper()
	stuck := time.AfterFunc(2*time.Minute, func() { _ = c.Process.Kill() })
	defer stuck.Stop()
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != code {
		t.Errorf("the daemon ended with %v, want exit code %d", err, code)
	}
	contains(t, "log", log.String(), says...)
}

// TestLiveDaemonEnds: a second daemon at a port in use ends in words; one whose state file is deleted ends with its
// next pass, and says what to do.
func TestLiveDaemonEnds(t *testing.T) {
	t.Parallel()
	s := live(t).desk(t).site(t)
	s.issue(t, "critical", "Первое", 0)
	s.want(t, exitOK, "enforce")
	s.listen = deadAddress(t)
	s.configure(t)
	program := build(t)
	running, log := s.start(t, program)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if there, _ := reach(s.listen); there {
			break
		}
	}
	other := s.site(t)
	other.listen = s.listen
	other.configure(t)
	second, told := other.start(t, program)
	other.ends(t, second, told, exitFailed, "listen on "+s.listen, "another program has this port already")

	for _, name := range []string{"slabridge.db", "slabridge.db-wal", "slabridge.db-shm"} {
		if err := os.Remove(filepath.Join(s.folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	s.ends(t, running, log, exitFailed, "no longer the file that was opened", "restore the last backup")
}

// reach reports whether somebody listens at the address.
func reach(address string) (bool, error) {
	c, err := (&net.Dialer{Timeout: time.Second}).Dial("tcp", address)
	if err != nil {
		return false, err
	}
	return true, c.Close()
}
