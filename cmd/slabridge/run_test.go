package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// logbook is a log that can be waited on.
type logbook struct {
	mu   sync.Mutex
	cond *sync.Cond
	text bytes.Buffer
}

func newLogbook() *logbook {
	j := &logbook{}
	j.cond = sync.NewCond(&j.mu)
	return j
}

func (j *logbook) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.cond.Broadcast()
	return j.text.Write(p)
}

// await returns the log as soon as it has the text so often.
func (j *logbook) await(t *testing.T, times int, text string) string {
	t.Helper()
	late := time.AfterFunc(time.Minute, func() {
		_, _ = j.Write([]byte("\nGIVEN UP\n")) // a buffer
	})
	defer late.Stop()
	j.mu.Lock()
	defer j.mu.Unlock()
	for strings.Count(j.text.String(), text) < times {
		if strings.Contains(j.text.String(), "GIVEN UP") {
			t.Fatalf("waited in vain for %q in\n%s", text, j.text.String())
		}
		j.cond.Wait()
	}
	return j.text.String()
}

func signalSelf(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url) //nolint:gosec // our own daemon's address
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// The daemon's life: it starts, writes what is due, tells its health and figures, keeps the old configuration when the
// new one has faults, takes it when it is well, and ends with SIGTERM.
func TestRun(t *testing.T) {
	edits := []string{`listen: "off"`, "listen: 127.0.0.1:0", "@every 1m", "@every 1h"}
	d := newOffice(t, edits...)
	d.breached()
	log := newLogbook()
	a := newApp(strings.NewReader(""), io.Discard, log, d.clock)
	a.transport = d.sim.Transport()
	ended := make(chan int, 1)
	go func() { ended <- a.run([]string{"--config", d.file("slabridge.yaml"), "--debug", "run"}) }()

	text := log.await(t, 1, "msg=written")
	contains(t, "log", text, "issue=1", "step=respond/due")
	address := regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`).FindStringSubmatch(text)
	if address == nil {
		t.Fatalf("the log does not tell the address:\n%s", text)
	}
	log.await(t, 1, "msg=pass")
	if code, body := get(t, "http://"+address[1]+"/healthz"); code != http.StatusOK || body != "ok\n" {
		t.Errorf("healthz: %d %s", code, body)
	}
	if code, body := get(t, "http://"+address[1]+"/metrics"); code != http.StatusOK {
		t.Errorf("metrics: %d", code)
	} else {
		contains(t, "metrics", body, `slabridge_passes_total{connection="helpdesk",outcome="ok"} 1`,
			`slabridge_steps_total{connection="helpdesk",state="written"} 1`,
			`slabridge_clock_offset_seconds{connection="helpdesk"}`,
			`slabridge_last_good_pass_timestamp_seconds{connection="helpdesk"}`)
	}

	o := d.want(exitFailed, "enforce") // one process writes
	contains(t, "error", o.err, "lock")
	d.want(exitOK, "status") // any may read

	d.configure(append(edits, "use: kamal", "use: kamel")...)
	signalSelf(t, syscall.SIGHUP)
	log.await(t, 1, "the configuration has faults, the old one stays")
	d.configure(append(edits, "state: slabridge.db", "state: other.db")...)
	signalSelf(t, syscall.SIGHUP)
	contains(
		t,
		"log",
		log.await(t, 1, "this cannot change while running, the old configuration stays as a whole; restart"),
		"other.db",
	)
	d.configure(append(edits, "projects: [acme]",
		"projects: [acme]\n    change: [{obligation: respond, severity: critical, within: 15m}]")...)
	signalSelf(t, syscall.SIGHUP)
	contains(t, "log", log.await(t, 1, "reload: configuration read again"), `changed="contract kamal-acme: terms"`)
	log.await(t, 2, "msg=pass") // a new configuration is acted on at once

	signalSelf(t, syscall.SIGTERM)
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
	text = log.await(t, 1, "msg=stopped")
	if strings.Contains(text, d.key) {
		t.Errorf("the log tells the key:\n%s", text)
	}
	if strings.Count(text, "msg=written") != 1 {
		t.Errorf("want one write:\n%s", text)
	}
	d.configure()
	if written := listOf(t, d.lines(exitOK, "enforce")[0]["written"]); len(written) > 0 {
		t.Errorf("after the daemon something was left: %v", written)
	}
}

// What the daemon holds is let go beside it, by another process and without the key.
func TestReleaseBesideTheDaemon(t *testing.T) {
	d := newOffice(t, "@every 1m", "@every 1s", "state: slabridge.db", "state: slabridge.db\nlimits: {writes_per_pass: 1}")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	d.report("one", "critical")
	d.report("two", "critical")
	d.at("2026-03-20 16:00:05")
	log := newLogbook()
	a := newApp(strings.NewReader(""), io.Discard, log, d.clock)
	a.transport = d.sim.Transport()
	ended := make(chan int, 1)
	go func() { ended <- a.run([]string{"--config", d.file("slabridge.yaml"), "run"}) }()
	log.await(t, 2, "msg=held")
	if err := os.Remove(d.file("demo.key")); err != nil {
		t.Fatal(err)
	}
	contains(t, "release", d.want(exitOK, "ledger", "release", "--all").out, "entries released: 2")
	log.await(t, 2, "msg=written")
	signalSelf(t, syscall.SIGTERM)
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if d.notes(1) != 1 || d.notes(2) != 1 {
		t.Errorf("want each written once; notes: %d and %d", d.notes(1), d.notes(2))
	}
}

// A daemon whose tracker is away goes on trying, and says so.
func TestRunOutlivesTheTracker(t *testing.T) {
	d := newOffice(t, "@every 1m", "@every 1s")
	d.breached()
	d.sim.Use(broken(http.StatusInternalServerError))
	log := newLogbook()
	a := newApp(strings.NewReader(""), io.Discard, log, d.clock)
	a.transport = d.sim.Transport()
	ended := make(chan int, 1)
	go func() { ended <- a.run([]string{"--config", d.file("slabridge.yaml"), "run"}) }()
	log.await(t, 1, "tracker_away=true")
	d.sim.Use(nil)
	log.await(t, 1, "msg=written")
	signalSelf(t, syscall.SIGINT)
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// away is a tracker of which only the clock is asked.
type away struct{ connectors.Tracker }

func (away) Offset() (time.Duration, time.Time, bool) { return 3 * time.Second, time.Time{}, true }

func TestHealthGoesByTheSchedule(t *testing.T) {
	now := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
	m := newMonitor([]engine.Connection{
		{ID: "often", Poll: "@every 1m", Tracker: away{}}, {ID: "rarely", Poll: "@every 1h", Tracker: away{}},
	}, func() time.Time { return now })
	address, _, stop, err := m.serve(served{address: "127.0.0.1:0", web: &config.Web{}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	health := func(after time.Duration, want int, named string) {
		t.Helper()
		now = now.Add(after)
		code, body := get(t, "http://"+address+"/healthz")
		if code != want || !strings.Contains(body, named) {
			t.Errorf("at %s: want %d and %q, got %d and %q", now, want, named, code, body)
		}
	}
	pass := func(id string) {
		m.passed([]engine.Report{{Connection: id, Now: now, Report: outbox.Report{Written: make([]ledger.Entry, 2)}}}, nil)
	}
	health(0, http.StatusOK, "ok")
	health(11*time.Minute, http.StatusOK, "ok")
	health(time.Second, http.StatusServiceUnavailable, "connection often: no good pass since 2026-03-20T09:00:00Z")
	pass("often")
	health(0, http.StatusOK, "ok")
	m.follow([]engine.Connection{{ID: "rarely", Poll: "@every 1h", Tracker: away{}}}) // taken out of the configuration
	health(50*time.Minute, http.StatusOK, "ok")
	health(9*time.Minute, http.StatusServiceUnavailable, "connection rarely: no good pass since 2026-03-20T09:00:00Z")
	pass("rarely")
	pass("gone") // a pass that was under way when its connection was taken out
	health(0, http.StatusOK, "ok")
	_, body := get(t, "http://"+address+"/metrics")
	contains(t, "metrics", body, `slabridge_steps_total{connection="rarely",state="written"} 2`,
		`slabridge_clock_offset_seconds{connection="rarely"} 3`)
	if strings.Contains(body, `slabridge_clock_offset_seconds{connection="often"}`) {
		t.Errorf("a connection that is no more still has a clock:\n%s", body)
	}
	m.passed([]engine.Report{ // it failed late, and what it did before counts all the same
		{
			Connection: "rarely", Now: now, StandingRefusals: 3, Failed: errFailed,
			Report: outbox.Report{Written: make([]ledger.Entry, 2)},
		}, {Connection: "often"},
	}, errFailed)
	health(70*time.Minute+time.Second, http.StatusServiceUnavailable, "connection rarely: no good pass since")
	_, body = get(t, "http://"+address+"/metrics")
	contains(t, "metrics", body, `slabridge_passes_total{connection="rarely",outcome="failed"} 1`,
		`slabridge_passes_total{connection="rarely",outcome="ok"} 1`, `slabridge_refused_steps{connection="rarely"} 3`,
		`slabridge_steps_total{connection="rarely",state="written"} 4`)
	if strings.Contains(body, `slabridge_passes_total{connection=""`) {
		t.Errorf("a failed pass is not told of by its connection:\n%s", body)
	}
	if off, _, stop, err := m.serve(served{}, nil); off != "off" || err != nil {
		t.Errorf("serve nothing: %q, %v", off, err)
	} else {
		stop()
	}
}

// A daemon that is told to stop before it has opened its state has not failed; a command that was to do something has.
func TestToldToStopWhileStarting(t *testing.T) {
	d := newOffice(t)
	told, stop := context.WithCancel(t.Context())
	stop()
	for command, wellEnded := range map[string]bool{"run": true, "enforce": false} {
		a := newApp(strings.NewReader(""), io.Discard, io.Discard, d.clock)
		a.transport = d.sim.Transport()
		root := a.root()
		root.SetArgs([]string{"--config", d.file("slabridge.yaml"), command})
		if err := root.ExecuteContext(told); (err == nil) != wellEnded {
			t.Errorf("%s: %v", command, err)
		}
	}
}
