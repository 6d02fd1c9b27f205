package engine_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"slabridge/config/statefile"
	"slabridge/connectors/mirror"
	"slabridge/connectors/sim"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

// limit lets the state file of the running process grow to so many pages and no further, as on a full disk.
func (w *world) limit(pages int) {
	w.t.Helper()
	w.eachConn(func(c *sql.Conn) error {
		_, err := c.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		return err
	})
}

func (w *world) pages() (n int) {
	w.t.Helper()
	w.do(w.file.QueryRow("PRAGMA page_count").Scan(&n))
	return n
}

// wantIntents holds what the tracker was asked to do against the ledger: each such request has its intent there, begun
// before it came.
func (w *world) wantIntents(sent int) {
	w.t.Helper()
	var begun int
	w.do(w.file.QueryRow("SELECT COUNT(*) FROM ledger_writes").Scan(&begun))
	if begun < sent {
		w.t.Errorf("the tracker was asked to change something %d times; the ledger knows of %d", sent, begun)
	}
}

// updates counts the requests that change an issue. A watcher rides with the write it belongs to, and so do fields that
// go ahead of the comment that tells of them.
func (w *world) updates(f func()) int {
	var n atomic.Int64
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, err := sim.ReadBody(r)
			w.do(err)
			r.Body = io.NopCloser(bytes.NewReader(body))
			ahead := r.Method == http.MethodPut && !bytes.Contains(body, []byte(`"notes"`))
			if !ahead && (r.Method == http.MethodPut || r.Method == http.MethodPost && r.URL.Path == "/issues.json") {
				n.Add(1)
			}
			next.ServeHTTP(rw, r)
		})
	})
	defer w.sim.Use(nil)
	f()
	return int(n.Load())
}

// The disk is full at one page after the other of a pass that writes: the pass fails and says so, nothing is sent whose
// intent could not be recorded, and with some space everything is written once.
func TestExactlyOnceOnAFullDisk(t *testing.T) {
	failed, sentBefore := 0, 0
	for room, full := 0, true; full; room++ {
		w, id := scene(t)
		w.limit(w.pages() + room)
		var err error
		sent := w.updates(func() { _, err = w.engine.Pass(t.Context()) })
		if full = err != nil; full {
			failed++
			sentBefore += sent
			if err = w.file.Explain(err); !errors.Is(err, statefile.ErrFull) ||
				!strings.Contains(err.Error(), "free some space") {
				t.Errorf("with room for %d pages: %v", room, err)
			}
			// without space, time does not help, and costs nothing
			w.set(at("2026-03-16 14:02:30"))
			sent += w.updates(func() { _, _ = w.engine.Pass(t.Context()) })
		}
		w.limit(1 << 30)
		w.wantIntents(sent)
		w.settle(id)
		w.stop()
		if t.Failed() {
			t.Fatalf("with room for %d pages", room)
		}
	}
	if failed == 0 {
		t.Error("no pass failed: the test shows nothing")
	}
	t.Logf("%d passes found the disk full, after %d writes in all", failed, sentBefore)
}

// A state file that cannot be written any more: nothing is sent.
func TestReadOnlyStateSendsNothing(t *testing.T) {
	w, id := scene(t)
	w.eachConn(func(c *sql.Conn) error {
		_, err := c.ExecContext(context.Background(), "PRAGMA query_only = ON")
		return err
	})
	var err error
	if n := w.updates(func() { _, err = w.engine.Pass(t.Context()) }); n > 0 {
		t.Errorf("%d writes left", n)
	}
	if err = w.file.Explain(err); !errors.Is(err, statefile.ErrReadOnly) {
		t.Errorf("the pass gave %v", err)
	}
	w.restart()
	w.settle(id)
}

// One page after the other of a state file is damaged, as a bad disk would. Whatever slabridge finds then, it does not
// crash, and it says nothing twice that the tracker shows it has said.
func TestDamagedPagesRepeatNothing(t *testing.T) {
	w, id := scene(t)
	w.pass()
	said := w.said(id)
	w.stop()
	whole, err := os.ReadFile(w.path)
	w.do(err)
	const page = 4096
	refused, unnoticed, written := 0, 0, 0
	for n := 0; n < len(whole)/page; n += stride {
		for what, spoil := range map[string]func([]byte){
			"zeroed":  func(p []byte) { clear(p) },
			"flipped": func(p []byte) { p[(n*7919)%page] ^= 0x10; p[page-1-(n*31)%600] ^= 0x01 },
		} {
			bad := bytes.Clone(whole)
			spoil(bad[n*page : (n+1)*page])
			w.path = filepath.Join(t.TempDir(), "state.db")
			w.do(os.WriteFile(w.path, bad, 0o600))
			if err := w.tryStart(); err != nil {
				refused++
				continue
			}
			w.set(at("2026-03-16 14:05"))
			if _, err := w.engine.Pass(t.Context()); err != nil {
				refused++
			} else {
				unnoticed++
			}
			if now := w.said(id); len(now) > len(said) {
				written++
				t.Errorf("page %d %s: it has said %v", n+1, what, now[len(said):])
			}
			w.stop()
		}
	}
	t.Logf("%d damaged files: %d refused, %d went on with what they did not need; %d repeated something",
		refused+unnoticed, refused, unnoticed, written)
}

// tryStart opens the state file as a new process would, and gives the error of one that refuses to.
func (w *world) tryStart() error {
	ctx := context.Background()
	db, err := statefile.Open(ctx, w.path,
		statefile.Migrations{Store: "mirror", Steps: mirror.Migrations()},
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	if err != nil {
		return err
	}
	defer db.Close()
	m, err := mirror.Open(db.DB)
	if err != nil {
		return err
	}
	defer m.Close()
	if _, err := ledger.Open(ctx, db.DB, w.now()); err != nil {
		return err
	}
	w.start()
	return nil
}

// One commit of a writing pass does not come about, whichever it is, as when a disk is full for a moment; the process
// goes on. Each step is written exactly once all the same.
func TestExactlyOnceWhenACommitFails(t *testing.T) {
	points := 0
	for n, hit := int64(1), true; hit; n += stride {
		w, id := scene(t)
		var commits, fails atomic.Int64
		fails.Store(n)
		w.eachConn(func(c *sql.Conn) error {
			return c.Raw(func(driver any) error {
				hooks, ok := driver.(sqlite.HookRegisterer)
				if !ok {
					return fmt.Errorf("%T takes no hooks", driver)
				}
				hooks.RegisterCommitHook(func() int32 {
					if commits.Add(1) == fails.Load() {
						return 1
					}
					return 0
				})
				return nil
			})
		})
		var reports []engine.Report
		var err error
		sent := w.updates(func() { reports, err = w.engine.Pass(t.Context()) })
		fails.Store(0)
		if hit = commits.Load() >= n; hit {
			points++
		}
		// one between writing and reading back is a problem
		if told := err != nil || len(reports[0].Problems) > 0; hit != told {
			t.Errorf("commit %d failed: %t; the pass gave %v", n, hit, err)
		}
		w.wantIntents(sent)
		w.settle(id)
		w.stop()
		if t.Failed() {
			t.Fatalf("commit %d failed", n)
		}
	}
	t.Logf("%d commits failed", points)
}
