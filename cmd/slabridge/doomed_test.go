package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"modernc.org/sqlite"

	"slabridge/config/statefile"
)

// What the doomed program is told by its environment. The shipped one knows none of it.
const (
	doomNow       = "SLABRIDGE_DOOM_NOW"       // the clock, which stands still
	doomStatement = "SLABRIDGE_DOOM_STATEMENT" // kill itself after this statement of the run; 0 for none
	doomRequest   = "SLABRIDGE_DOOM_REQUEST"   // kill itself before this request of the run leaves; 0 for none
	// a file into which a run that ends by itself writes its statements, a line each.
	doomTally = "SLABRIDGE_DOOM_TALLY"
)

// doomed is the whole program as main starts it, but for its clock, and that it dies where its environment says: at
// once and without a word, by SIGKILL.
func doomed() {
	now, err := time.Parse(time.RFC3339Nano, os.Getenv(doomNow))
	if err != nil {
		panic(err)
	}
	statements := &fatal{at: doomAt(doomStatement)}
	sql.Register("doomed", doomedDriver{&sqlite.Driver{}, statements})
	statefile.Driver = "doomed"
	requests := &fatal{at: doomAt(doomRequest)}
	a := newApp(os.Stdin, os.Stdout, os.Stderr, func() time.Time { return now })
	a.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		requests.pass()
		return http.DefaultTransport.RoundTrip(r)
	})
	code := a.run(os.Args[1:])
	if path := os.Getenv(doomTally); path != "" {
		if err := os.WriteFile(path, []byte(strconv.FormatInt(statements.passed.Load(), 10)), 0o600); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

func doomAt(name string) int64 {
	n, _ := strconv.ParseInt(os.Getenv(name), 10, 64) // "" is none
	return n
}

// fatal counts, and kills the process when it has counted so far.
type fatal struct {
	at     int64
	passed atomic.Int64
}

func (f *fatal) pass() {
	if f.passed.Add(1) == f.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it arrives
	}
}

// doomedDriver is SQLite's driver, but that every statement on every connection passes a fatal when it is done. COMMIT
// and BEGIN are statements, too.
type doomedDriver struct {
	*sqlite.Driver
	after *fatal
}

func (d doomedDriver) Open(dsn string) (driver.Conn, error) {
	inner, err := d.Driver.Open(dsn)
	if err != nil {
		return nil, err
	}
	return &doomedConn{inner, d.after}, nil
}

type doomedConn struct {
	driver.Conn
	after *fatal
}

// ResetSession and IsValid hand on what database/sql asks before it uses a connection again.
func (c *doomedConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *doomedConn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *doomedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer c.after.pass()
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c *doomedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	defer c.after.pass()
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c *doomedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	inner, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &doomedStmt{inner, c.after}, nil
}

func (c *doomedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	defer c.after.pass()
	inner, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return doomedTx{inner, c.after}, nil
}

type doomedStmt struct {
	driver.Stmt
	after *fatal
}

func (s *doomedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	defer s.after.pass()
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *doomedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	defer s.after.pass()
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

type doomedTx struct {
	driver.Tx
	after *fatal
}

func (t doomedTx) Commit() error {
	defer t.after.pass()
	return t.Tx.Commit()
}

// doomText is one variable of the doomed program's environment.
func doomText(name string, value any) string {
	if at, ok := value.(time.Time); ok {
		value = at.Format(time.RFC3339Nano)
	}
	return name + "=" + strings.TrimSpace(fmt.Sprint(value))
}
