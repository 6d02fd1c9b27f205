package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var everyKillPoint = flag.Bool("every-kill-point", false,
	"TestKillSweep: kill at every point, not at a sample of them (make faults)")

// A killPoint is a moment of the busy pass at which the process is killed: after its nth statement, or around its nth
// request.
type killPoint struct {
	kind killKind
	n    int
}

func (k killPoint) String() string { return fmt.Sprintf("%s %d", k.kind, k.n) }

type killKind string

// The kinds of points. Around a request that only reads, dying before it and in its answer say everything.
const (
	afterStatement killKind = "after statement"
	beforeRequest  killKind = "before request"            // not a byte has left
	receivedNever  killKind = "received and never done"   // all of it arrived, and the tracker died, too
	receivedLate   killKind = "received and done late"    // done when the process has been restarted already
	doneUnanswered killKind = "done and not yet answered" // before the first byte of the answer
	midAnswer      killKind = "in the middle of the answer"
)

var requestKinds = []killKind{beforeRequest, receivedNever, receivedLate, doneUnanswered, midAnswer}

// restarts are how long after the kill the program is run again: at once, when the mark of what was on the way may be
// looked for, when it is sent again if it was not found, and once more; and when a list that trails must show what was
// made.
var restarts = []time.Duration{
	10 * time.Second, 3 * time.Minute, 7 * time.Minute, 12 * time.Minute, 18 * time.Minute,
	25 * time.Minute,
}

// lateBy is when a request that a killed process left behind is done, after the first restart.
const lateBy = 100 * time.Second

// TestKillSweep runs the whole program, as a process of its own, against a tracker that keeps a journal of every
// request, and kills it: after every statement that it sends to SQLite, and around every request. Then it is started
// again, time passes, and in the end the tracker has all that it has without a kill, and nothing twice.
func TestKillSweep(t *testing.T) { newStage(t, openBusyRedmine).sweep(t) }

// TestKillSweepOfFirstRun does the same to the first run of all, which makes the state file and reads the whole
// tracker.
func TestKillSweepOfFirstRun(t *testing.T) { firstStage(t, openBusyRedmine).sweep(t) }

// TestKillSweepOnJira does it to both Jiras: there an update takes several requests, with a death between any two.
func TestKillSweepOnJira(t *testing.T) {
	for name, open := range map[string]func(clock func() time.Time) busyTracker{"cloud": openBusyCloud, "data center": openBusyDataCenter} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, open)
			s.thin = 3 // there are two of them
			s.sweep(t)
		})
	}
}

func (s *stage) sweep(t *testing.T) {
	points := s.points(t)
	chosen := points
	if !*everyKillPoint {
		chosen = sampled(points, max(s.thin, 1))
	}
	var mu sync.Mutex
	tally := map[killKind]int{}
	lost, doubled := 0, 0
	t.Run("point", func(t *testing.T) {
		for worker := range 2 {
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				for i := worker; i < len(chosen); i += 2 {
					missing, twice, died := s.kill(t, chosen[i])
					mu.Lock()
					lost, doubled = lost+len(missing), doubled+len(twice)
					if died {
						tally[chosen[i].kind]++
					}
					mu.Unlock()
				}
			})
		}
	})
	for _, k := range append([]killKind{afterStatement}, requestKinds...) {
		t.Logf("%5d killed %s", tally[k], k)
	}
	sum := 0
	for _, n := range tally {
		sum += n
	}
	t.Logf("%5d kill points of %d: %d lost, %d doubled", sum, len(points), lost, doubled)
	if sum < len(chosen)*9/10 {
		t.Errorf("only %d of %d runs were killed", sum, len(chosen))
	}
}

// killSample is how many statements lie between two kills of the sampled sweep.
const killSample = 40

// sampled is some of the statements, every point around every writing request, and some around the reading ones.
func sampled(points []killPoint, thin int) []killPoint {
	writes := map[int]bool{}
	for _, p := range points {
		writes[p.n] = writes[p.n] || p.kind == doneUnanswered
	}
	var out []killPoint
	for i, p := range points {
		step := killThin * killSample * thin
		switch {
		case p.kind != afterStatement && writes[p.n]:
			step = killThin * thin
		case p.kind != afterStatement:
			step = killThin * killSample * thin / 4
		}
		if i%step == step/2 {
			out = append(out, p)
		}
	}
	return out
}

// stage is the desk just before the busy pass, to be set up again for each kill.
type stage struct {
	thin   int // of the sampled sweep: by how much fewer points; 0 is as many
	open   func(clock func() time.Time) busyTracker
	acts   []done
	state  map[string][]byte // the state file and what lies beside it
	now    time.Time
	wanted map[string]int // the effects when nobody is killed
}

// newStage plays the story up to the busy hour, with slabridge inside the test.
func newStage(t *testing.T, open func(clock func() time.Time) busyTracker) *stage {
	t.Helper()
	b := newBusy(t, open, "http://127.0.0.1")
	b.play(t, func() { b.run(t, b.recorder(), "enforce") })
	s := &stage{open: open, acts: b.acts, state: map[string][]byte{}, now: inAlmaty(t, busyHour)}
	files, err := filepath.Glob(filepath.Join(b.folder, "slabridge.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no state file: %v", err)
	}
	for _, f := range files {
		if s.state[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// firstStage is the desk a little after the busy hour when slabridge has never been run: everything is of the past, and
// nothing falls due until it has settled.
func firstStage(t *testing.T, open func(clock func() time.Time) busyTracker) *stage {
	t.Helper()
	b := newBusy(t, open, "http://127.0.0.1")
	b.play(t, func() {})
	return &stage{open: open, acts: b.acts, now: inAlmaty(t, busyHour).Add(5 * time.Minute)}
}

// run runs the program inside the test. A pass that says a human must look is as good as one that does not.
func (b *busy) run(t testing.TB, transport http.RoundTripper, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &out, b.clock)
	a.transport = transport
	if code := a.run(append(args, "--lang", "en", "--config", b.config())); code != exitOK {
		t.Fatalf("slabridge %s: exit code %d:\n%s", strings.Join(args, " "), code, out.String())
	}
	return out.String()
}

// scaffold is a stage set up: a tracker of its own on a port of its own, with the program beside it.
type scaffold struct {
	*busy
	stage  *stage
	server *httptest.Server

	mu       sync.Mutex
	requests []bool // of the run under way: whether they only read
	strike   killPoint
	process  *os.Process
	dead     chan struct{}     // closed when the process has ended
	late     func(busyTracker) // what the tracker has still to do
}

func (s *stage) set(t testing.TB) *scaffold {
	t.Helper()
	x := &scaffold{stage: s}
	x.server = httptest.NewServer(http.HandlerFunc(x.serve))
	t.Cleanup(x.server.Close)
	x.busy = newBusy(t, s.open, x.server.URL)
	for _, a := range s.acts {
		x.set(a.at)
		if err := a.do(x.sim); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range s.state {
		if err := os.WriteFile(filepath.Join(x.folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x.set(s.now)
	return x
}

// serve is the tracker; it kills whoever asks when the point has come.
func (x *scaffold) serve(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	x.requests = append(x.requests, x.sim.reads(r))
	struck, strike := len(x.requests) == x.strike.n, x.strike.kind
	x.mu.Unlock()
	if !struck || strike == afterStatement || strike == beforeRequest {
		x.sim.ServeHTTP(w, r)
		return
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(r.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = readCloser{&body}
	switch strike {
	case receivedNever:
		x.die()
	case receivedLate:
		x.die()
		x.mu.Lock()
		x.late = func(sim busyTracker) { sim.ServeHTTP(httptest.NewRecorder(), r) }
		x.mu.Unlock()
	case doneUnanswered:
		x.sim.ServeHTTP(httptest.NewRecorder(), r)
		x.die()
	case midAnswer:
		x.answerHalf(w, r)
	}
	panic(http.ErrAbortHandler)
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

// answerHalf writes half the bytes of the answer, status line and all, and kills.
func (x *scaffold) answerHalf(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	x.sim.ServeHTTP(answer, r)
	raw, err := httputil.DumpResponse(answer.Result(), true)
	if err != nil {
		panic(err)
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = conn.Write(raw[:len(raw)/2]) // to a process that dies next
	x.die()
}

// die kills the process and waits until it has ended.
func (x *scaffold) die() {
	x.mu.Lock()
	p, dead := x.process, x.dead
	x.mu.Unlock()
	if p.Kill() == nil {
		<-dead
	}
}

// launch runs enforce as a process, to be killed at a point, and tells whether it was. One that is not must end well.
func (x *scaffold) launch(t testing.TB, point killPoint, tally string) (died bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := exec.Command(self, "enforce", "--lang", "en", "--config", x.config())
	c.Args[0] = "slabridge-doomed" // see TestMain
	c.Stdout, c.Stderr = &out, &out
	c.Env = append(os.Environ(), doomText(doomNow, x.clock()), doomText(doomTally, tally))
	switch point.kind {
	case afterStatement:
		c.Env = append(c.Env, doomText(doomStatement, point.n))
	case beforeRequest:
		c.Env = append(c.Env, doomText(doomRequest, point.n))
	}
	x.mu.Lock()
	x.requests, x.strike, x.dead = nil, point, make(chan struct{})
	err = c.Start()
	x.process = c.Process
	x.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	close(x.dead)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && !exit.Exited():
		return true
	}
	t.Fatalf("%s: %v\n%s", point, err, out.String())
	return false
}

// points are all places at which the busy pass can be killed, and notes what it comes to when it is not.
func (s *stage) points(t *testing.T) []killPoint {
	t.Helper()
	x := s.set(t)
	tally := filepath.Join(t.TempDir(), "statements")
	x.launch(t, killPoint{}, tally)
	requests := slices.Clone(x.requests)
	text, err := os.ReadFile(tally)
	if err != nil {
		t.Fatal(err)
	}
	statements, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	x.settle(t)
	s.wanted = x.sim.effects()
	for _, k := range slices.Sorted(maps.Keys(s.wanted)) {
		t.Logf("wanted: %s", k)
	}
	var out []killPoint
	for n := range statements {
		out = append(out, killPoint{afterStatement, n + 1})
	}
	for n, reads := range requests {
		for _, k := range requestKinds {
			if !reads || k == beforeRequest || k == midAnswer {
				out = append(out, killPoint{k, n + 1})
			}
		}
	}
	return out
}

// settle starts the program again and again while time passes.
func (x *scaffold) settle(t testing.TB) {
	t.Helper()
	for _, after := range restarts {
		now := x.stage.now.Add(after)
		x.mu.Lock()
		late := x.late
		if after > lateBy {
			x.late = nil
		}
		x.mu.Unlock()
		if late != nil && after > lateBy {
			x.set(x.stage.now.Add(lateBy))
			late(x.sim)
		}
		x.set(now)
		if x.launch(t, killPoint{}, "") {
			t.Fatalf("killed %s after the kill", after)
		}
	}
}

// kill plays the busy pass with a kill and tells what is missing in the end, and what is there too often.
func (s *stage) kill(t testing.TB, point killPoint) (lost, doubled []string, died bool) {
	t.Helper()
	x := s.set(t)
	defer x.server.Close()
	if died = x.launch(t, point, ""); !died {
		return nil, nil, false
	}
	x.settle(t)
	lost, doubled = compareEffects(x.sim.effects(), s.wanted)
	if len(lost)+len(doubled) > 0 {
		t.Errorf("killed %s:\nlost %q\ndoubled %q", point, lost, doubled)
	}
	return lost, doubled, true
}
