package ledger_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// t0 is the moment at which the tests' world begins.
var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// file is a real SQLite file under a driver that shows every statement to a hook.
type file struct {
	*sql.DB
	path string
	hook *hook
}

// hook sees each statement before it runs and again afterwards; an error from before is what the statement fails with.
type hook struct {
	mu     sync.Mutex
	before func(query string, args []driver.NamedValue) error
	after  func(query string)
	next   func() error
}

func (h *hook) set(before func(string, []driver.NamedValue) error, after func(string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.before, h.after = before, after
}

// reading sees each row before it is read; an error is what reading it fails with.
func (h *hook) reading(next func() error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next = next
}

func (h *hook) run(query string, args []driver.NamedValue, do func() error) error {
	h.mu.Lock()
	before, after := h.before, h.after
	h.mu.Unlock()
	if before != nil {
		if err := before(query, args); err != nil {
			return err
		}
	}
	err := do()
	if after != nil && err == nil {
		after(query)
	}
	return err
}

type connector struct {
	dsn  string
	hook *hook
}

func (c connector) Driver() driver.Driver { return &sqlite.Driver{} }
func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &conn{inner, c.hook}, nil
}

type conn struct {
	driver.Conn
	hook *hook
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (res driver.Result, err error) {
	err = c.hook.run(query, args, func() error {
		res, err = c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
		return err
	})
	return res, err
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.hook.run(query, args, func() error {
		rows, err = c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
		return err
	})
	return &hookedRows{rows, c.hook}, err
}

type hookedRows struct {
	driver.Rows
	hook *hook
}

func (r *hookedRows) Next(row []driver.Value) error {
	r.hook.mu.Lock()
	next := r.hook.next
	r.hook.mu.Unlock()
	if next != nil {
		if err := next(); err != nil {
			return err
		}
	}
	return r.Rows.Next(row)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	var inner driver.Stmt
	err := c.hook.run("PREPARE", nil, func() (err error) {
		inner, err = c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
		return err
	})
	return &prepared{inner, query, c.hook}, err
}

type prepared struct {
	driver.Stmt
	query string
	hook  *hook
}

func (p *prepared) ExecContext(ctx context.Context, args []driver.NamedValue) (res driver.Result, err error) {
	err = p.hook.run(p.query, args, func() error {
		res, err = p.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
		return err
	})
	return res, err
}

func (p *prepared) QueryContext(ctx context.Context, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = p.hook.run(p.query, args, func() error {
		rows, err = p.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
		return err
	})
	return &hookedRows{rows, p.hook}, err
}

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (tx driver.Tx, err error) {
	err = c.hook.run("BEGIN", nil, func() error {
		tx, err = c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
		return err
	})
	return transaction{tx, c.hook}, err
}

type transaction struct {
	driver.Tx
	hook *hook
}

func (t transaction) Commit() error {
	err := t.hook.run("COMMIT", nil, t.Tx.Commit)
	if err != nil {
		_ = t.Tx.Rollback() // database/sql takes the transaction for ended
	}
	return err
}

func (t transaction) Rollback() error {
	err := t.hook.run("ROLLBACK", nil, t.Tx.Rollback)
	if err != nil {
		_ = t.Tx.Rollback() // the file does not stay locked
	}
	return err
}

// openFile opens the file as the program does, but on the fast side of synchronous: no test cuts the power.
func openFile(t testing.TB, path string) *file {
	t.Helper()
	h := &hook{}
	db := sql.OpenDB(connector{"file:" + path +
		"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)", h})
	db.SetMaxOpenConns(4)
	t.Cleanup(func() { db.Close() })
	var tables int
	if err := db.QueryRow(`SELECT COUNT(*) FROM sqlite_schema WHERE name = 'ledger_entries'`).Scan(&tables); err != nil {
		t.Fatal(err)
	}
	if tables == 0 {
		for _, m := range ledger.Migrations() {
			if _, err := db.Exec(m); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &file{db, path, h}
}

// open gives a ledger on the file in which the contracts "kamal" and "endocs" have their lines.
func (f *file) open(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), f.DB, t0)
	if err != nil {
		t.Fatal(err)
	}
	for _, contract := range []string{"kamal", "endocs"} {
		if err := l.StartCutover(t.Context(), t0, "helpdesk", contract); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func open(t testing.TB) (*ledger.Ledger, *file) {
	t.Helper()
	f := openFile(t, filepath.Join(t.TempDir(), "state.db"))
	return f.open(t), f
}

// step makes a decision's entry from "issue/obligation/cycle/step".
func step(path string, verb enforcer.EntryState) ledger.Entry {
	p := strings.Split(path, "/")
	e := ledger.Entry{Entry: enforcer.Decision{
		Key: enforcer.StepKey{
			Connection: "helpdesk", Issue: p[0], Contract: "kamal", Obligation: p[1], Cycle: p[2],
			Step: p[3],
		},
		State: verb, Moment: t0.Add(20 * time.Minute), Due: t0.Add(20 * time.Minute), Audience: enforcer.Internal,
		Source: "п. 8", Reason: enforcer.Reason{Code: "due"},
		Changes: enforcer.Changes{
			Comment: &enforcer.Comment{
				Audience: enforcer.Internal, Text: "breach", Source: "п. 8", StartedAt: t0, Moment: t0.Add(20 * time.Minute),
			},
			Actions: enforcer.Actions{Assign: enforcer.Support},
		},
	}.Entry(t0.Add(21 * time.Minute))}
	e.IssueKey, e.Subject, e.Severity = "#"+p[0], "Printer on fire", "critical"
	e.Facts = enforcer.Facts{
		Rule: "respond within 20m", Version: "2026-01", Calendar: "kz 2026.1", StartedAt: t0,
		Events: []string{"created"},
	}
	return e
}

func record(t testing.TB, l *ledger.Ledger, entries ...ledger.Entry) []ledger.Entry {
	t.Helper()
	recorded, err := l.Record(t.Context(), t0.Add(21*time.Minute), entries...)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]ledger.Entry, len(recorded))
	for i, r := range recorded {
		out[i] = r.Entry
	}
	return out
}

func begin(t testing.TB, l *ledger.Ledger, now time.Time, entries ...ledger.Entry) ledger.Write {
	t.Helper()
	assignee := "7"
	w, err := l.Begin(t.Context(), now, connectors.Write{
		Issue: entries[0].Key.Issue, Assign: &assignee,
		Comment: &connectors.Comment{Text: "п. 8\n" + entries[0].ID, Internal: true, Mark: entries[0].ID},
	}, entries...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func get(t testing.TB, l *ledger.Ledger, id string) ledger.Entry {
	t.Helper()
	e, err := l.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// tables lists the ledger's tables.
func tables(t testing.TB, f *file) []string {
	t.Helper()
	rows, err := f.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// rowsOf gives every row of every table as text, in a fixed order.
func rowsOf(t testing.TB, f *file) string {
	t.Helper()
	var b strings.Builder
	for _, table := range tables(t, f) {
		rows, err := f.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2, 3`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			b.WriteString(table)
			for _, v := range values {
				fmt.Fprintf(&b, " | %v", *v.(*any))
			}
			b.WriteByte('\n')
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
