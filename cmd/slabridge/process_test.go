package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"slabridge/config/statefile"
	"slabridge/connectors/redmine/redminesim"
)

// movedClock is the variable by which the test's own build of the program is told what time it began.
const movedClock = "SLABRIDGE_TEST_BEGAN"

// shortGrace is the variable by which it is told how long it may take to end.
const shortGrace = "SLABRIDGE_TEST_GRACE"

// mainThen is the program with a clock that began at another moment and then goes as any clock does.
func mainThen() {
	began, err := time.Parse(time.RFC3339Nano, os.Getenv(movedClock))
	if err != nil {
		panic(err)
	}
	start := time.Now()
	clock := func() time.Time { return began.Add(time.Since(start)) }
	a := newApp(os.Stdin, os.Stdout, os.Stderr, clock)
	if a.grace, err = time.ParseDuration(os.Getenv(shortGrace)); err != nil {
		a.grace = 0 // as long as a busy machine needs
	}
	os.Exit(a.run(os.Args[1:]))
}

// plant is an office whose tracker is on the network, for processes of the program beside it.
type plant struct {
	*office
	program string
	began   time.Time
	start   time.Time
}

// newPlant opens it on the Friday before Nauryz, 16:00 in Almaty; from then on time goes by itself.
func newPlant(t *testing.T, edits ...string) *plant {
	t.Helper()
	p := &plant{office: &office{t: t, folder: t.TempDir()}}
	p.at("2026-03-20 16:00:00")
	p.began, p.start = p.now, time.Now()
	p.sim = redminesim.NewDesk(redminesim.Options{Clock: p.time})
	p.key = p.sim.Key("sla-bot")
	server := httptest.NewServer(p.sim)
	t.Cleanup(server.Close)
	p.configure(append(edits, "http://127.0.0.1", server.URL)...)
	// the test's own binary under the name by which TestMain makes it the program
	self, err := os.Executable()
	p.check(err)
	p.program = filepath.Join(t.TempDir(), "slabridge-then")
	p.check(os.Symlink(self, p.program))
	return p
}

func (p *plant) time() time.Time { return p.began.Add(time.Since(p.start)) }

// command is a process of the program, not started yet.
func (p *plant) command(args ...string) *exec.Cmd {
	c := exec.Command(p.program, append([]string{"--config", p.file("slabridge.yaml"), "--lang", "en"}, args...)...)
	c.Env = append(os.Environ(), movedClock+"="+p.time().Format(time.RFC3339Nano))
	return c
}

// process runs the program to its end.
func (p *plant) process(code int, args ...string) outcome {
	p.t.Helper()
	var out, errs bytes.Buffer
	c := p.command(args...)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	o := outcome{c.ProcessState.ExitCode(), out.String(), errs.String()}
	if o.code != code {
		p.t.Fatalf("slabridge %s: want exit code %d, got %s", strings.Join(args, " "), code, o)
	}
	return o
}

// daemon starts `slabridge run`; end stops it as the system would, and gives its exit code.
func (p *plant) daemon() (log *logbook, pid int, end func() int) {
	p.t.Helper()
	log = newLogbook()
	c := p.command("run")
	c.Stderr = log
	p.check(c.Start())
	stopped := make(chan int, 1)
	go func() {
		_ = c.Wait() // its exit code says it
		stopped <- c.ProcessState.ExitCode()
	}()
	code, ended := 0, false
	end = func() int {
		if !ended {
			_ = c.Process.Signal(syscall.SIGTERM) // it may have ended by itself
			code, ended = <-stopped, true
		}
		return code
	}
	p.t.Cleanup(func() { end() })
	return log, c.Process.Pid, end
}

// Beside a daemon on one state file: whoever would write to the tracker or to the mirror is refused and told by whom
// the file is held; whoever reads, moves entries of the ledger, excuses or backs up is served; and the daemon goes on.
func TestTwoProcessesOnOneStateFile(t *testing.T) {
	p := newPlant(t, "state: slabridge.db", "state: slabridge.db\nlimits: {writes_per_pass: 1}", `"@every 1m"`,
		`"@every 1s"`)
	p.process(exitOK, "enforce") // enforcement begins with the first pass: what was reported before it is past
	p.report("one", "critical")
	p.report("two", "critical")
	log, pid, end := p.daemon() // its first pass sees both
	log.await(t, 1, "held")
	for _, args := range [][]string{{"enforce"}, {"sync"}, {"sync", "--full"}, {"sync", "--rebuild"}, {"run"}} {
		o := p.process(exitFailed, args...)
		contains(t, strings.Join(args, " "), o.err, fmt.Sprintf("writer: held by process %d since ", pid),
			"stop that process first")
	}
	for _, args := range [][]string{
		{"status"},
		{"plan"},
		{"explain", "1"},
		{"check"},
		{"ledger", "list"},
		{"ledger", "list", "--state", "held"},
		{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"},
	} {
		p.process(exitOK, args...)
	}
	contains(t, "backup", p.process(exitOK, "backup", p.file("backup.db")).out, "backed up and checked: ")
	contains(t, "second backup", p.process(exitFailed, "backup", p.file("backup.db")).err, "is there already",
		"name another file")
	if notes := p.notes(1) + p.notes(2); notes != 0 {
		t.Fatalf("%d notes were written in spite of the bound", notes)
	}
	contains(t, "release", p.process(exitOK, "ledger", "release", "--issue", "1").out, "entries released: 1")
	log.await(t, 1, "msg=written")
	contains(t, "retry", p.process(exitOK, "ledger", "retry", "--all").out,
		"entries to be tried again in the next pass: 0")
	contains(t, "release", p.process(exitOK, "ledger", "release", "--all").out, "entries released: 1")
	log.await(t, 2, "msg=written")
	p.process(exitFailed, "ledger", "waive", "1", "respond", "--reason", "a drill", "--by", "Olga Orlova") // no breach yet
	if code := end(); code != exitOK {
		t.Errorf("the daemon ended with %d", code)
	}
	if p.notes(1) != 1 || p.notes(2) != 1 {
		t.Errorf("want each written once; notes: %d and %d", p.notes(1), p.notes(2))
	}
	p.process(exitOK, "enforce") // now nobody holds it

	// the backup was made before anything was written, and takes over what is there
	p.configure("http://127.0.0.1", p.url(), "state: slabridge.db", "state: backup.db")
	p.process(exitOK, "ledger", "release", "--all")
	p.process(exitOK, "enforce")
	if p.notes(1) != 1 || p.notes(2) != 1 {
		t.Errorf("the backup repeated something; notes: %d and %d", p.notes(1), p.notes(2))
	}
}

// url is the tracker's address, as configured.
func (p *plant) url() string {
	text, err := os.ReadFile(p.file("slabridge.yaml"))
	p.check(err)
	_, rest, _ := strings.Cut(string(text), "url: ")
	url, _, _ := strings.Cut(rest, "\n")
	return url
}

// damage zeroes every page of the state file's ledger and mirror but the first ones, as a bad disk might.
func damage(t *testing.T, path string, from, to int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(make([]byte, (to-from)*4096), int64(from)*4096); err != nil {
		t.Fatal(err)
	}
}

// A state file with damaged pages: no command goes on writing, each says what to do, and a daemon does not start.
func TestDamagedState(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "sync")
	d.want(exitOK, "backup", d.file("good.db"))
	info, err := os.Stat(d.file("slabridge.db"))
	d.check(err)
	damage(t, d.file("slabridge.db"), 3, int(info.Size()/4096))
	d.sim.ResetRequests()
	for _, args := range [][]string{{"enforce"}, {"run"}, {"status"}, {"ledger", "list"}, {"backup", d.file("bad.db")}} {
		o := d.want(exitFailed, args...)
		contains(t, strings.Join(args, " "), o.err, "damaged", "slabridge.db",
			"keep a copy of the file and its -wal, then restore the last backup")
	}
	for _, r := range d.sim.Requests() {
		if r.Method != "GET" {
			t.Errorf("something was written: %s %s", r.Method, r.Path)
		}
	}
	d.check(os.Rename(d.file("good.db"), d.file("slabridge.db")))
	d.check(errors.Join(removed(d.file("slabridge.db-wal")), removed(d.file("slabridge.db-shm"))))
	if got := steps(listOf(t, d.lines(exitOK, "enforce")[0]["written"])); len(got) != 1 || got[0] != "respond/due" {
		t.Errorf("restored, it wrote %v", got)
	}
}

func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// A file that is damaged under a running daemon ends it: another pass would write to it.
func TestDaemonEndsOnDamage(t *testing.T) {
	d := newOffice(t, "@every 1m", "@every 1s")
	d.breached()
	log := newLogbook()
	a := newApp(strings.NewReader(""), &bytes.Buffer{}, log, d.clock)
	a.transport = d.sim.Transport()
	ended := make(chan int, 1)
	go func() { ended <- a.run([]string{"--config", d.file("slabridge.yaml"), "run"}) }()
	log.await(t, 1, "msg=written")
	w, err := a.beside(context.Background())
	d.check(err)
	_, err = w.file.Exec("PRAGMA wal_checkpoint(TRUNCATE)") // what lies in the log is not damaged
	d.check(err)
	var pages int
	d.check(w.file.QueryRow("PRAGMA page_count").Scan(&pages))
	w.close()
	damage(t, d.file("slabridge.db"), 3, pages)
	// a new request needs pages that no connection has in its cache
	d.report("Another", "critical")
	if code := <-ended; code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	contains(t, "log", log.await(t, 1, "msg=stopped"), "damaged", "restore the last backup")
}

// A file that is deleted, replaced or cut to nothing under a running daemon ends it with the next pass: what an open
// handle goes on writing there is lost.
func TestDaemonEndsWhenItsFileIsGone(t *testing.T) {
	for name, do := range map[string]func(path string) error{
		"deleted": os.Remove,
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+".other", []byte("x"), 0o600), os.Rename(path+".other", path))
		},
		"cut": func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newOffice(t, "@every 1m", "@every 1s")
			d.breached()
			log := newLogbook()
			a := newApp(strings.NewReader(""), &bytes.Buffer{}, log, d.clock)
			a.transport = d.sim.Transport()
			ended := make(chan int, 1)
			go func() { ended <- a.run([]string{"--config", d.file("slabridge.yaml"), "run"}) }()
			log.await(t, 1, "msg=written")
			var once sync.Once
			d.sim.Use(func(next http.Handler) http.Handler { // what comes after the list of a pass is for the next one
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, r)
					if r.URL.Path == "/issues.json" {
						once.Do(func() {
							d.check(do(d.file("slabridge.db")))
							d.sim.ResetRequests()
							d.report("Another", "critical")
						})
					}
				})
			})
			if code := <-ended; code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			contains(t, "log", log.await(t, 1, "msg=stopped"), "no longer the file that was opened", "restore the last backup")
			for _, r := range d.sim.Requests() {
				if r.Method != "GET" {
					t.Errorf("something was written: %s %s", r.Method, r.Path)
				}
			}
		})
	}
}

// A full disk is unwell at once, not only once a pass is overdue.
func TestAFullDiskIsUnwell(t *testing.T) {
	d := newOffice(t)
	m := newMonitor(nil, d.clock)
	ask := func() (int, string) {
		rec := httptest.NewRecorder()
		m.health(rec, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		return rec.Code, rec.Body.String()
	}
	m.passed(nil, &statefile.Error{Op: "use state file", Path: "slabridge.db", Err: statefile.ErrFull})
	if code, text := ask(); code != http.StatusServiceUnavailable || !strings.Contains(text, "disk full") {
		t.Errorf("with a full disk: %d %s", code, text)
	}
	m.passed(nil, nil)
	if code, text := ask(); code != http.StatusOK {
		t.Errorf("with room again: %d %s", code, text)
	}
}

// beside opens the state file of the office as another process would.
func (a *app) beside(ctx context.Context) (*workspace, error) {
	b := newApp(strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}, a.clock)
	b.config = a.config
	return b.open(ctx, reads)
}

// A newer program's state, a stranger's database and a file that is read only are refused with what to do, and left as
// they are.
func TestStateThatIsNotForUs(t *testing.T) {
	for name, c := range map[string]struct {
		make func(d *office, path string)
		says []string
	}{
		"a newer program's": {func(d *office, _ string) {
			w, err := d.app(&bytes.Buffer{}, &bytes.Buffer{}).opened(d.file("slabridge.yaml"))
			d.check(err)
			defer w.close()
			_, err = w.file.Exec("INSERT INTO statefile_migration (store, version, digest) VALUES ('ledger', 99, 'x')")
			d.check(err)
		}, []string{
			"made by another, probably newer, slabridge", "ledger has version 99",
			"run the version that last used this file",
		}},
		"text": {func(d *office, path string) {
			d.check(os.WriteFile(path, bytes.Repeat([]byte("remember the milk\n"), 500), 0o600))
		}, []string{"not a slabridge state file", "name another file as state"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newOffice(t)
			d.want(exitOK, "enforce")
			path := d.file("slabridge.db")
			c.make(d, path)
			before, err := os.ReadFile(path)
			d.check(err)
			for _, args := range [][]string{
				{"enforce"},
				{"run"},
				{"status"},
				{"backup", d.file("b.db")},
				{"ledger", "release", "--all"},
			} {
				contains(t, strings.Join(args, " "), d.want(exitFailed, args...).err, c.says...)
			}
			after, err := os.ReadFile(path)
			d.check(err)
			if !bytes.Equal(before, after) {
				t.Error("the refused file was changed")
			}
		})
	}
}

// opened opens a workspace by its configuration.
func (a *app) opened(path string) (*workspace, error) {
	a.config = path
	return a.open(context.Background(), reads)
}
