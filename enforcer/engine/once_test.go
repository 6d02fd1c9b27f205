package engine_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"modernc.org/sqlite"

	"slabridge/connectors/redmine/redminesim"
)

// scene is a desk before a pass that has much to write: requests that nobody answered for hours.
func scene(t *testing.T) (w *world, id int) {
	t.Helper()
	w = newWorld(t, "2026-03-16 10:00")
	id = w.issue("critical", "Server down")
	w.set(at("2026-03-16 14:00:01"))
	return w, id
}

// settle makes passes without faults until everything that was in doubt is known, and holds the tracker and the
// ledger against what the one undisturbed pass would have made. What is internal does not wait for a receipt whose
// answer was lost, so the order is each audience's own.
func (w *world) settle(id int) {
	w.t.Helper()
	for _, wait := range []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute, time.Minute} {
		w.set(w.now().Add(wait))
		w.pass()
	}
	said := w.said(id)
	slices.SortStableFunc(said, func(a, b string) int { return strings.Count(b, "+") - strings.Count(a, "+") })
	if want := []string{
		"+acknowledge/start", "respond/due", "involve-developers/due",
		"inform-management/due",
	}; !slices.Equal(said, want) {
		w.t.Errorf("the comments are %v, want %v", said, want)
	}
	w.wantEntries(id,
		"acknowledge/start done accepted", "respond/warn-50 overtaken overtaken", "acknowledge/due needless ended",
		"respond/due done accepted",
		"involve-developers/due done accepted", "inform-management/due done accepted")
	w.wantCalledIn(id)
}

// wantCalledIn holds the fields of the scene's issue against what its steps make of them.
func (w *world) wantCalledIn(id int) {
	w.t.Helper()
	i := w.see("admin", id)
	if i.AssignedTo == nil || i.AssignedTo.Name != "Dora Developer" || i.Priority.Name != "Immediate" {
		w.t.Errorf("the issue is with %v at priority %s", i.AssignedTo, i.Priority.Name)
	}
	if !slices.ContainsFunc(*i.Watchers, func(r redminesim.Ref) bool { return r.Name == "Maria Manager" }) {
		w.t.Errorf("watchers %v: management is not among them", *i.Watchers)
	}
}

// fault is something that happens to one request.
type fault struct {
	name   string
	effect bool // the tracker does what it was asked before the fault
	answer func(http.ResponseWriter, *http.Request)
}

func abort(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func answer(status int, kind, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "50")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // into memory
	}
}

var faults = []fault{
	{"connection lost before the effect", false, abort},
	{"answer lost after the effect", true, abort},
	{"500 before the effect", false, answer(500, "text/html", "<h1>oops</h1>")},
	{"500 after the effect", true, answer(500, "text/html", "<h1>oops</h1>")},
	{"HTML in place of an effect", false, answer(200, "text/html", "<h1>log in</h1>")},
	{"HTML after the effect", true, answer(200, "text/html", "<h1>log in</h1>")},
	{"429", false, answer(429, "text/plain", "slow down")},
	{"503", false, answer(503, "text/plain", "later")},
	{"time out before the effect", false, hang},
	{"time out after the effect", true, hang},
}

// strike lets the fault befall the nth request from now on, and reports afterwards whether there was one.
func (w *world) strike(n int, f fault) (struck func() bool) {
	var count atomic.Int64
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if count.Add(1) != int64(n) {
				next.ServeHTTP(rw, r)
				return
			}
			if f.effect {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			f.answer(rw, r)
		})
	})
	return func() bool { return count.Load() >= int64(n) }
}

// Whatever happens to whichever request of a pass that writes, each step is written exactly once in the end. Time
// outs pass in no time, for each run has its own bubble.
func TestExactlyOnceUnderFaults(t *testing.T) {
	points := 0
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			for n, struck := 1+i%stride, true; struck && !t.Failed(); n += stride {
				synctest.Test(t, func(t *testing.T) { struck = strikeOnce(t, n, f) })
				points++
			}
		})
	}
	t.Logf("%d requests struck", points-len(faults))
}

// strikeOnce makes the writing pass with its nth request struck; it reports whether there was one.
func strikeOnce(t *testing.T, n int, f fault) bool {
	w, id := scene(t)
	defer w.stop()
	hit := w.strike(n, f)
	if _, err := w.engine.Pass(t.Context()); err != nil && !hit() {
		t.Errorf("without a fault: %v", err)
	}
	w.sim.Use(nil)
	w.settle(id)
	if t.Failed() {
		t.Logf("with request %d struck", n)
	}
	return hit()
}

var errDead = errors.New("the process is dead")

// mortal makes the world's process die: no commit comes through any more, and no request leaves.
type mortal struct {
	dead    atomic.Bool
	commits atomic.Int64
	dieAt   int64 // the commit that does not come about; 0 for none
}

// commit is SQLite's commit hook: anything but 0 turns the commit into a rollback.
func (m *mortal) commit() int32 {
	if n := m.commits.Add(1); n == m.dieAt {
		m.dead.Store(true)
	}
	if m.dead.Load() {
		return 1
	}
	return 0
}

func (m *mortal) RoundTrip(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if m.dead.Load() {
			return nil, errDead
		}
		return next.RoundTrip(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// doom starts the world's process anew with a mortal life.
func (w *world) doom(m *mortal) {
	w.t.Helper()
	w.through = m.RoundTrip
	w.restart()
	w.eachConn(func(c *sql.Conn) error {
		return c.Raw(func(driver any) error {
			hooks, ok := driver.(sqlite.HookRegisterer)
			if !ok {
				return fmt.Errorf("%T takes no hooks", driver)
			}
			hooks.RegisterCommitHook(m.commit)
			return nil
		})
	})
}

// revive is the next process, in good health.
func (w *world) revive() {
	w.through = nil
	w.restart()
}

// Killed before any commit of a pass that writes, or with any of its requests on the way, slabridge goes on in the
// next process as if nothing had been.
func TestExactlyOnceWhenKilled(t *testing.T) {
	points := 0
	t.Run("at each commit", func(t *testing.T) {
		for n, died := int64(1), true; died; n += stride {
			w, id := scene(t)
			m := &mortal{dieAt: n}
			w.doom(m)
			_, err := w.engine.Pass(t.Context())
			if died = m.dead.Load(); died {
				points++
			}
			if died != (err != nil) {
				t.Errorf("killed: %t; the pass gave %v", died, err)
			}
			w.revive()
			w.settle(id)
			w.stop()
			if t.Failed() {
				t.Fatalf("killed at commit %d", n)
			}
		}
	})
	t.Run("with each request on the way", func(t *testing.T) {
		for n, died := 1, true; died; n += stride {
			w, id := scene(t)
			m := &mortal{}
			w.doom(m)
			hit := w.strike(n, fault{effect: true, answer: func(http.ResponseWriter, *http.Request) {
				m.dead.Store(true)
				panic(http.ErrAbortHandler)
			}})
			_, err := w.engine.Pass(t.Context())
			if died = hit(); died {
				points++
			}
			if died != (err != nil) {
				t.Errorf("killed: %t; the pass gave %v", died, err)
			}
			w.sim.Use(nil)
			w.revive()
			w.settle(id)
			w.stop()
			if t.Failed() {
				t.Fatalf("killed with request %d on the way", n)
			}
		}
	})
	t.Logf("killed at %d points", points)
}

// A mirror thrown away is built again, and not one comment is written for it.
func TestRebuiltMirrorWritesNothing(t *testing.T) {
	w, id := scene(t)
	w.pass()
	for _, moment := range []string{"2026-03-16 14:05", "2026-03-16 14:30"} {
		w.do(w.mirror.Wipe(t.Context(), "helpdesk"))
		r := w.passAt(moment)
		if len(r.Written)+len(r.Held)+len(r.Refused) > 0 {
			t.Errorf("the pass over a new mirror acted: %+v", r)
		}
	}
	w.settle(id)
}

// A ledger restored from a backup made before the writes finds its marks in the tracker and writes nothing twice.
func TestRestoredLedgerFindsItsMarks(t *testing.T) {
	w, id := scene(t)
	backup := w.path + ".backup"
	if _, err := w.file.ExecContext(t.Context(), "VACUUM INTO ?", backup); err != nil {
		t.Fatal(err)
	}
	w.pass()
	w.pass()
	before := w.said(id)
	w.stop()
	w.path = backup
	w.start()
	w.set(at("2026-03-16 14:10"))
	for _, r := range w.requests(func() { w.pass() }) {
		if r.Method != http.MethodGet {
			t.Errorf("asked for %s %s", r.Method, r.Path)
		}
	}
	w.wantSaid(id, before...)
	w.wantCalledIn(id)
}
