package main

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slabridge/config/statefile"
	"slabridge/connectors/redmine/redminesim"
)

var scale = flag.Int("scale", 0, "TestScale: how many requests the tracker has; 0 leaves it out")

// The bounds of `make scale`, in processor time of the whole command over reading every row of the mirror with SQL
// alone: what is measured lies at about a half of them.
const (
	mostOfAChange  = 60
	mostOfIdleness = 8
)

// TestScale measures the program, each command a process of its own, beside a stand-in with many requests: `make scale
// N=20000`. It holds ratios and no times.
func TestScale(t *testing.T) {
	if *scale == 0 {
		t.Skip("make scale N=20000 runs it")
	}
	p := newPlant(t)
	p.sim.Seed(redminesim.SeedOptions{Issues: *scale, Journals: 4, Seed: 4, Days: 365})
	s := scaled{plant: p}
	p.sim.ResetRequests()
	first := s.measured("the first sync", "sync")
	bare := s.bareClient()
	s.measured("the first pass", "enforce")
	s.later()
	s.measured("a pass after it", "enforce")
	floor := s.rows()
	s.changeContract()
	change := s.measured("a change of configuration", "enforce")
	idle := s.measured("an idle pass", "enforce")
	s.measured("status", "status")
	s.measured("report of a month", "report", "--contract", "kamal-acme", "--from", "2026-02-01", "--to", "2026-02-28")
	state, err := os.Stat(p.file("slabridge.db"))
	p.check(err)
	t.Logf("state file: %.1f KB a request", float64(state.Size())/1e3/float64(*scale))
	t.Logf("first sync over a bare client of four connections: %.1f of its time", float64(first.took)/float64(bare))
	for what, x := range map[string]struct {
		ran  ran
		most float64
	}{
		"a change of configuration": {change, mostOfAChange}, "an idle pass": {idle, mostOfIdleness},
	} {
		ratio := float64(x.ran.used) / float64(floor)
		t.Logf("%s over all rows read with SQL alone: %.1f", what, ratio)
		if ratio > x.most {
			t.Errorf("%s costs %.1f of reading all rows, at most %.0f are allowed", what, ratio, x.most)
		}
	}
}

// later lets five minutes go by: what was read in the last two before a pass is looked at again by the next process.
func (s *scaled) later() { s.start = s.start.Add(-5 * time.Minute) }

// changeContract gives another time to a promise; the contract stands last in the configuration.
func (s *scaled) changeContract() {
	s.t.Helper()
	text, err := os.ReadFile(s.file("slabridge.yaml"))
	s.check(err)
	text = append(text, "    change:\n      - {obligation: respond, severity: critical, within: 25m}\n"...)
	s.check(os.WriteFile(s.file("slabridge.yaml"), text, 0o600))
}

// scaled measures commands beside a tracker with many requests.
type scaled struct{ *plant }

// ran is what a command took and used.
type ran struct{ took, used time.Duration }

// measured runs a command and tells what it used.
func (s *scaled) measured(what string, args ...string) ran {
	s.t.Helper()
	c := s.command(args...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = io.Discard, &said
	began := time.Now()
	// that steps came due meanwhile, and are more than may be written in one pass, is no failure
	if err := c.Run(); err != nil && c.ProcessState.ExitCode() != exitHeld {
		s.t.Fatalf("slabridge %s: %v\n%s", strings.Join(args, " "), err, &said)
	}
	r := ran{time.Since(began), c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	memory := c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss / 1024
	s.t.Logf("%-26s %9s, processor time %9s, %7.1f µs a request, memory %d MB", what, r.took.Round(time.Millisecond),
		r.used.Round(time.Millisecond), perRequest(r.used), memory)
	return r
}

func perRequest(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(*scale) }

// bareClient asks for everything that the synchronisation asked for, on four connections, and drops the answers.
func (s *scaled) bareClient() time.Duration {
	s.t.Helper()
	asked := s.sim.Requests()
	server := httptest.NewServer(s.sim)
	defer server.Close()
	began := time.Now()
	var group errgroup.Group
	group.SetLimit(4)
	for _, r := range asked {
		group.Go(func() error {
			q, err := http.NewRequest(r.Method, server.URL+r.Path, nil)
			if err != nil {
				return err
			}
			q.Header.Set("X-Redmine-API-Key", s.key)
			a, err := http.DefaultClient.Do(q)
			if err != nil {
				return err
			}
			defer a.Body.Close()
			_, err = io.Copy(io.Discard, a.Body)
			return err
		})
	}
	s.check(group.Wait())
	took := time.Since(began)
	s.t.Logf("%-26s %9s for %d requests, our side of the stand-in with it", "a bare client", took.Round(time.Millisecond),
		len(asked))
	return took
}

// rows is the processor time of reading every row of the mirror's issues and events with SQL, and dropping it.
func (s *scaled) rows() time.Duration {
	s.t.Helper()
	db, err := sql.Open(statefile.Driver, "file:"+s.file("slabridge.db")+"?mode=ro")
	s.check(err)
	defer db.Close()
	began := usedSoFar(s.t)
	for _, query := range []string{
		"SELECT id, key, state, state_at, updated_at, read_at, body FROM mirror_issue ORDER BY connection, id",
		"SELECT issue, n, noticed_at, what, events, 0, body FROM mirror_event ORDER BY connection, issue, n",
	} {
		rows, err := db.QueryContext(context.Background(), query)
		s.check(err)
		for rows.Next() {
			var a, b, c, d, e, f any
			var body []byte
			s.check(rows.Scan(&a, &b, &c, &d, &e, &f, &body))
		}
		s.check(rows.Err())
		s.check(rows.Close())
	}
	used := usedSoFar(s.t) - began
	s.t.Logf("%-26s processor time %9s, %7.1f µs a request", "all rows read with SQL", used.Round(time.Millisecond),
		perRequest(used))
	return used
}

func usedSoFar(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
