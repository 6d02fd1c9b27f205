package outbox

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"modernc.org/sqlite"

	"slabridge/config/statefile"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// errDisk is what a statement of the ledger fails with when its number comes.
var errDisk = errors.New("the disk is full")

// statements counts the statements of a ledger, and has the one of a number fail; 0 for none.
type statements struct{ n, fail int }

func (s *statements) next() error {
	if s.n++; s.n == s.fail {
		return errDisk
	}
	return nil
}

// countedFile opens connections to a SQLite file whose statements are counted.
type countedFile struct {
	path string
	*statements
}

func (f countedFile) Driver() driver.Driver { return &sqlite.Driver{} }

func (f countedFile) Connect(context.Context) (driver.Conn, error) {
	c, err := f.Driver().Open("file:" + f.path + "?_txlock=immediate")
	return countedConn{c, f.statements}, err
}

type countedConn struct {
	driver.Conn
	*statements
}

func (c countedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.next(); err != nil {
		return nil, err
	}
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, q, args)
}

func (c countedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.next(); err != nil {
		return nil, err
	}
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, q, args)
}

func (c countedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.next(); err != nil {
		return nil, err
	}
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

// counted makes the ledger of the desk one whose statements are counted from now on.
func (w *supportDesk) counted() *statements {
	w.Helper()
	path := filepath.Join(w.TempDir(), "counted.db")
	made, err := statefile.Open(w.Context(), path, statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	if err != nil {
		w.Fatal(err)
	}
	made.Close()
	s := &statements{}
	db := sql.OpenDB(countedFile{path, s})
	w.Cleanup(func() { db.Close() })
	if w.ledger, err = ledger.Open(w.Context(), db, noon.Add(-24*time.Hour)); err != nil {
		w.Fatal(err)
	}
	if err := w.ledger.StartCutover(w.Context(), noon, "helpdesk", "kamal"); err != nil {
		w.Fatal(err)
	}
	w.bind()
	return s
}

// TestNoFailureOfTheLedgerIsPassedOver: a step is written and taken back, and each statement of the ledger fails once.
// Whatever it is, the pass ends with the error: what the ledger does not know of must not seem to be well.
func TestNoFailureOfTheLedgerIsPassedOver(t *testing.T) {
	// play gives the error that a pass ended with, nil for none, and how many statements there were.
	play := func(fail int) (int, error) {
		w := newSupportDesk(t)
		s := w.counted()
		steps := []Step{w.step("start", enforcer.Public), w.step("due", enforcer.Internal, assigns(enforcer.Support))}
		w.step("warn-50", enforcer.Internal)
		unknown := mapping.Mark("", w.ledger.Installation(), []enforcer.StepKey{key("warn-50")})
		job, keys := w.job(steps...), []enforcer.StepKey{key("start"), key("due")}
		entries := func(h connectors.History) (Todo, error) {
			todo := Todo{Request: enforcer.Request{Issue: "7", Key: "#7"}, History: h, Steps: steps}
			return todo, nil
		}
		job.Recheck = func(_ context.Context, h connectors.History) (Todo, error) { return entries(h) }
		s.n, s.fail = 0, fail
		err := func() error {
			writer := w.pass()
			if err := writer.CheckAlarms(t.Context()); err != nil {
				return err
			}
			if err := writer.Recover(t.Context(), inTime); err != nil {
				return err
			}
			if err := writer.Carry(t.Context(), job); err != nil {
				return err
			}
			w.now = w.now.Add(10 * time.Minute)
			writer = w.pass()
			var written []ledger.Entry
			for _, k := range keys {
				e, err := w.ledger.Get(t.Context(), k.ID())
				if err != nil {
					return err
				}
				written = append(written, e)
			}
			undos, err := writer.Undos(t.Context(), written)
			if err != nil {
				return err
			}
			if err := writer.Revert(t.Context(), undos, []Contract{w.contract}); err != nil {
				return err
			}
			// somebody makes an internal comment public
			for i := range w.history.Events {
				if n := w.history.Events[i].Note; n != nil && n.Internal {
					w.history.Events[i].Note = &connectors.Note{Text: n.Text}
				}
			}
			// one stands of which the ledger knows nothing, and one stands twice
			var start connectors.Event
			for _, e := range w.history.Events {
				if e.Note != nil && start.ID == "" {
					start = e
				}
			}
			start.ID = "journal:91"
			w.history.Events = append(w.history.Events, start, wrote("journal:90", true, unknown))
			if _, err := writer.Adopt(t.Context(), w.history); err != nil {
				return err
			}
			return writer.LookAt(t.Context(), w.history)
		}()
		return s.n, err
	}
	all, err := play(0)
	if err != nil || all < 40 {
		t.Fatalf("undisturbed: %d statements, %v", all, err)
	}
	for n := 1; n <= all; n++ {
		if _, err := play(n); !errors.Is(err, errDisk) {
			t.Errorf("statement %d of %d failed, and the pass ended with %v", n, all, err)
		}
	}
}
