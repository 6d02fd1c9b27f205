package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// settled is how long after a killed write it is sent again when its mark was not found, and some more (resendAfter of
// the engine).
const settled = 5*time.Minute + 20*time.Second

// TestLiveOnce kills the daemon again and again in the middle of its work. Afterwards, whatever else is run, each
// step has its comment and none has two.
func TestLiveOnce(t *testing.T) {
	t.Parallel()
	d := live(t).desk(t)
	s := d.site(t)
	var issues []int
	for i := range 20 {
		issues = append(issues, d.issue(t, "critical", fmt.Sprintf("Сбой %d", i), 25*time.Minute))
	}
	program := build(t)
	s.want(t, exitOK, "sync")

	var lastKill time.Time
	kills, torn := 0, 0
	for within := 3 * time.Second; kills < 30; kills++ {
		before := s.comments(t, issues)
		s.killed(t, program, 200*time.Millisecond+rand.N(within)) //nolint:gosec // a random moment, not a secret
		lastKill = time.Now()
		after := s.comments(t, issues)
		if after > before {
			torn++
		} else { // a machine with much else to do takes longer to begin
			within += within / 4
		}
		if len(s.pending(t)) > 0 || kills < 6 {
			continue
		}
		if torn >= 2 {
			break
		}
		for range 5 { // all was written while hardly a kill came in the middle of it: more to write
			issues = append(issues, d.issue(t, "critical", fmt.Sprintf("Сбой %d", len(issues)), 25*time.Minute))
		}
	}
	t.Logf("killed %d times, %d of them after it had begun to write", kills, torn)
	if torn < 2 {
		t.Errorf("only %d kills came in the middle of the work", torn)
	}

	s.runs(t, program, func() bool { return true }) // what was in flight is still too young to be looked for
	time.Sleep(time.Until(lastKill.Add(settled)))
	want := 2 * len(issues)
	s.runs(t, program, func() bool { return s.comments(t, issues) >= want })
	for _, issue := range issues {
		chapter{
			issue: issue, public: []string{"acknowledge/start"}, private: []string{phone, "respond/due"},
			assignee: "Sanjay Support", priority: "Immediate",
		}.check(t, d)
	}
	s.want(t, exitOK, "enforce")
	s.want(t, exitOK, "enforce")
	s.want(t, exitOK, "sync", "--full")
	s.want(t, exitOK, "sync", "--rebuild")
	s.want(t, exitOK, "enforce")
	s.runs(t, program, func() bool { return true })
	if got := s.comments(t, issues); got != want {
		t.Errorf("%d comments after everything was run again, want %d", got, want)
	}
}

// TestLiveLostAnswers puts a proxy before the tracker that answers writes with an error page: before they are done for
// one request, after they are done for another. Either way nothing is lost and nothing is written twice.
func TestLiveLostAnswers(t *testing.T) {
	t.Parallel()
	d := live(t).desk(t)
	s := d.site(t)
	undone := d.issue(t, "critical", "Ответ до записи", 25*time.Minute)
	done := d.issue(t, "critical", "Ответ после записи", 25*time.Minute)
	s.before(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			return true
		}
		if r.URL.Path == fmt.Sprintf("/issues/%d.json", done) {
			s.forward(t, r)
		}
		http.Error(w, "Bad gateway", http.StatusBadGateway)
		return false
	})
	o := s.want(t, exitTracker, "enforce")
	contains(t, "enforce", o.out+o.err, "outcome unknown (HTTP 502)", "look for it before sending it again")
	for range 2 { // what is in flight is left alone
		for _, pass := range jsonLines[passInfo](t, s, "enforce") {
			if len(pass.Written) > 0 {
				t.Errorf("written although it may be written already: %+v", pass.Written)
			}
		}
	}
	if got := s.comments(t, []int{undone, done}); got > 2 {
		t.Errorf("%d comments while every answer was lost, want at most one an audience", got)
	}
	direct(t, s)
	time.Sleep(settled)
	s.want(t, exitOK, "enforce")
	s.want(t, exitOK, "enforce")
	for _, issue := range []int{undone, done} {
		chapter{
			issue: issue, public: []string{"acknowledge/start"}, private: []string{phone, "respond/due"},
			assignee: "Sanjay Support", priority: "Immediate",
		}.check(t, d)
	}
}

// forward does a request at the tracker, whatever its sender will be told.
func (s *site) forward(t *testing.T, r *http.Request) {
	req, err := http.NewRequestWithContext(t.Context(), r.Method, s.URL+r.URL.Path, r.Body)
	if err != nil {
		t.Error(err)
		return
	}
	req.Header = r.Header.Clone()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Error(err)
		return
	}
	_ = res.Body.Close() // an empty one
	if res.StatusCode != http.StatusNoContent {
		t.Errorf("the write itself: %s", res.Status)
	}
}

// build makes the binary.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "slabridge")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil { //nolint:gosec // our own program
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

func (s *site) start(t testing.TB, program string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	c := exec.Command(program, "run", "--config", filepath.Join(s.folder, "slabridge.yaml")) //nolint:gosec // our own program
	var log bytes.Buffer
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, &log
}

// killed starts the daemon and kills it after so long.
func (s *site) killed(t testing.TB, program string, after time.Duration) {
	t.Helper()
	c, log := s.start(t, program)
	time.Sleep(after)
	if err := c.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatalf("the daemon ended by itself: %v\n%s", err, log)
	}
	_ = c.Wait() // it was killed
}

// runs starts the daemon, ends it politely when its work is done (two minutes at most), and holds it to exit code 0.
func (s *site) runs(t testing.TB, program string, done func() bool) {
	t.Helper()
	c, log := s.start(t, program)
	time.Sleep(time.Second)
	for end := time.Now().Add(2 * time.Minute); !done() && time.Now().Before(end); {
		time.Sleep(time.Second)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("the daemon ended by itself: %v\n%s", err, log)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("the daemon did not end well: %v\n%s", err, log)
	}
}

// comments counts what our account wrote on the issues.
func (s *site) comments(t testing.TB, issues []int) int {
	t.Helper()
	n := 0
	for _, issue := range issues {
		public, private := s.notes(t, s.admin(), issue, s.bot.id)
		n += len(public) + len(private)
	}
	return n
}

// pending are the steps that are neither written nor in flight.
func (s *site) pending(t testing.TB) []writeInfo {
	t.Helper()
	return jsonLines[writeInfo](t, s, "plan")
}
