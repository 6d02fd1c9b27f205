package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/connectors/sim"
)

// refusing is the demo's desk on either tracker, with the proxy before it, and what slabridge asked for.
type refusing struct {
	demoTracker
	*sim.Proxy
	folder string
	now    time.Time

	mu    sync.Mutex
	asked []string // "read" and "write", as they came
}

func newRefusing(t *testing.T, tracker string) *refusing {
	t.Helper()
	d := &refusing{folder: t.TempDir(), now: time.Date(2026, 3, 20, 10, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	d.demoTracker = demoTrackers[tracker](clock)
	d.Proxy = &sim.Proxy{Now: clock, Writes: func(r *http.Request) bool {
		reads := r.Method == http.MethodGet || strings.Contains(r.URL.Path, "/search") ||
			strings.HasSuffix(r.URL.Path, "/bulkfetch") || strings.HasSuffix(r.URL.Path, "/permissions/check")
		what := "write"
		if reads {
			what = "read"
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.asked = append(d.asked, what)
		return !reads
	}}
	d.demoTracker.(interface {
		Use(func(http.Handler) http.Handler)
	}).Use(d.Before)
	for name, text := range map[string]string{"slabridge.yaml": demoYAML("en", d), "demo.key": d.key() + "\n"} {
		if err := os.WriteFile(filepath.Join(d.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out := d.run("enforce"); code != exitOK {
		t.Fatalf("the first pass: %d %s", code, out)
	}
	return d
}

func (d *refusing) run(args ...string) (code int, out string) {
	var text bytes.Buffer
	a := newApp(strings.NewReader(""), &text, &text, func() time.Time { return d.now })
	a.transport = d.Transport()
	d.asked = nil
	code = a.run(append([]string{"--config", filepath.Join(d.folder, "slabridge.yaml"), "--lang", "en"}, args...))
	return code, text.String()
}

func (d *refusing) writes() (n int) {
	for _, what := range d.asked {
		if what == "write" {
			n++
		}
	}
	return n
}

// receipts counts the receipts on each of the issues, as the customer reads them.
func (d *refusing) receipts(t *testing.T, issues int) string {
	t.Helper()
	var out []string
	for i := range issues {
		notes, err := d.notes("romashkin", i+1)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, note := range notes {
			n += strings.Count(note.text, "acknowledge/start")
		}
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, " ")
}

// A plain 503 for one write is that issue's matter: whether it took effect is asked at once, the other issues get
// theirs in the same pass, and what was not done is done once, as soon as it can no longer come late. A tracker that
// takes no write at all is left alone after the third in a row.
func TestWritesTurnedAway(t *testing.T) {
	for tracker := range demoTrackers {
		t.Run(tracker, func(t *testing.T) {
			for _, c := range []struct {
				name      string
				n         int // answers 503
				done      bool
				code      int
				atOnce    string
				afterward string
			}{
				{"one, not done", 1, false, exitTracker, "0 1 1 1 1", "1 1 1 1 1"},
				{"one, done all the same", 1, true, exitOK, "1 1 1 1 1", "1 1 1 1 1"},
				{"two, done all the same", 2, true, exitOK, "1 1 1 1 1", "1 1 1 1 1"},
				{"all", 100, false, exitTracker, "0 0 0 0 0", "1 1 1 1 1"},
			} {
				t.Run(c.name, func(t *testing.T) {
					d := newRefusing(t, tracker)
					for i := range 5 {
						if err := d.file("romashkin", fmt.Sprintf("Fault %d", i+1), "minor"); err != nil {
							t.Fatal(err)
						}
					}
					d.now = d.now.Add(time.Minute)
					d.Answer(c.n, http.StatusServiceUnavailable, "", c.done)
					code, out := d.run("enforce")
					if code != c.code {
						t.Errorf("exit code %d, want %d: %s", code, c.code, out)
					}
					if got := d.receipts(t, 5); got != c.atOnce {
						t.Errorf("receipts after that pass %s, want %s", got, c.atOnce)
					}
					if n := d.writes(); c.n > 5 && n != 3 {
						t.Errorf("%d writes were asked for in vain, want 3", n)
					}
					for i, what := range d.asked {
						if what == "write" && (i+1 == len(d.asked) || d.asked[i+1] != "read") {
							t.Errorf("nothing is asked after write %d: %v", i, d.asked)
						}
					}
					d.Forget()
					for range 14 { // those that were not tried are written in the first of them
						d.now = d.now.Add(time.Minute)
						d.run("enforce")
					}
					if got := d.receipts(t, 5); got != c.afterward {
						t.Errorf("receipts in the end %s, want %s", got, c.afterward)
					}
					if _, out := d.run("ledger", "reconcile"); !strings.Contains(out, "differences: 0") {
						t.Errorf("reconcile: %s", out)
					}
				})
			}
		})
	}
}
