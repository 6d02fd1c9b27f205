package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// TestLiveDaemonEnds: a second daemon at a port in use ends in words; one whose state file is deleted, replaced or cut
// ends with its next pass, and says what to do.
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

	state, kept := filepath.Join(s.folder, "slabridge.db"), filepath.Join(s.folder, "kept.db")
	s.want(t, exitOK, "backup", kept)
	for name, do := range map[string]func() error{
		"deleted": func() error {
			return errors.Join(removed(state), removed(state+"-wal"), removed(state+"-shm"))
		},
		"replaced": func() error { return os.Rename(kept, state) },
		"cut":      func() error { return os.Truncate(state, 0) },
	} {
		if running == nil { // a daemon of its own, on the backup
			s.want(t, exitOK, "enforce")
			running, log = s.start(t, program)
			time.Sleep(3 * time.Second) // some passes
		}
		if err := do(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s.ends(t, running, log, exitFailed, "no longer the file that was opened", "restore the last backup")
		running = nil
		for _, file := range []string{state, state + "-wal", state + "-shm"} {
			if err := removed(file); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestLiveCopyOfTheState: of two copies of one state one is a daemon. It notices the first comment that the other
// writes once it has run for two minutes, and writes nothing more until somebody has looked.
func TestLiveCopyOfTheState(t *testing.T) {
	t.Parallel()
	s := live(t).desk(t).site(t)
	s.issue(t, "critical", "Первое", 0)
	s.want(t, exitOK, "enforce")
	other := s.site(t)
	s.want(t, exitOK, "backup", filepath.Join(other.folder, "slabridge.db"))
	text, err := os.ReadFile(filepath.Join(s.folder, "slabridge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// it polls so seldom that the other is the first to write
	s.write(t, "slabridge.yaml", strings.Replace(string(text), "@every 1s", "@every 20s", 1))
	running, _ := s.start(t, build(t))
	t.Cleanup(func() { _ = running.Process.Kill() })
	time.Sleep(130 * time.Second)
	noticed := func() bool {
		return strings.Contains(s.run("health").out, "a copy of this state writes to the tracker")
	}
	awaits := func(what string, done func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !done(); time.Sleep(time.Second) {
			if time.Now().After(end) {
				t.Fatalf("waited in vain for %s:\n%s", what, s.run("health").out)
			}
		}
	}
	received := func(n int) bool {
		public, _ := s.notes(t, s.admin(), n, s.bot.id)
		return len(public) == 1
	}
	written := false
	for range 5 {
		n := s.issue(t, "critical", "Второе", 0)
		written = !strings.Contains(other.want(t, exitOK, "enforce").out, "steps written: 0")
		if awaits("the receipt", func() bool { return received(n) }); written {
			break
		}
	}
	if !written {
		t.Fatal("the copy never was the first to write")
	}
	awaits("the alarm", noticed)
	filed := time.Now()
	n := s.issue(t, "critical", "Третье", 0)
	awaits("another pass", func() bool {
		h := jsonLines[healthInfo](t, s, "health")[0]
		return h.LastGood != nil && h.LastGood.After(filed.Add(2*time.Second))
	})
	if received(n) {
		t.Error("it writes on beside a copy")
	}
	s.want(t, exitOK, "ledger", "settle", jsonLines[alarmInfo](t, s, "ledger", "alarms")[0].ID, "--by", "olga")
	awaits("the receipt", func() bool { return received(n) })
}

// reach reports whether somebody listens at the address.
func reach(address string) (bool, error) {
	c, err := (&net.Dialer{Timeout: time.Second}).Dial("tcp", address)
	if err != nil {
		return false, err
	}
	return true, c.Close()
}
