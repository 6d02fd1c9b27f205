package engine_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/config/statefile"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/connectors/redmine"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/connectors/sim"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// clock is the one clock of a world; tests set it.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// world is a support desk on a simulated Redmine with slabridge beside it: the real connector without a network,
// a real state file, and the kamal contract on the project acme.
type world struct {
	t    testing.TB
	now  func() time.Time
	set  func(time.Time) // nil where time goes by itself
	sim  *redminesim.Server
	yaml string
	cfg  *config.Config

	path    string
	file    *statefile.DB
	mirror  *mirror.DB
	ledger  *ledger.Ledger
	tracker connectors.Tracker
	engine  *engine.Engine
	through func(http.RoundTripper) http.RoundTripper   // wraps the way to the tracker; nil for none
	as      func(connectors.Tracker) connectors.Tracker // makes another tracker of it; nil for none
}

// almaty is the contract's zone.
var almaty = func() *time.Location {
	loc, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err)
	}
	return loc
}()

// at reads a moment in Almaty: "2026-03-16 10:00" or with seconds.
func at(s string) time.Time {
	layout := "2006-01-02 15:04:05"[:len(s)]
	t, err := time.ParseInLocation(layout, s, almaty)
	if err != nil {
		panic(err)
	}
	return t
}

// option changes the YAML of a world before it is loaded.
type option func(yaml string) string

// replace changes the one place where old stands.
func replace(old, to string) option {
	return func(yaml string) string {
		if strings.Count(yaml, old) != 1 {
			panic(fmt.Sprintf("%q stands %d times in the configuration", old, strings.Count(yaml, old)))
		}
		return strings.Replace(yaml, old, to, 1)
	}
}

func appended(text string) option { return func(yaml string) string { return yaml + text } }

// newWorld opens a desk at the moment, a quarter of an hour after slabridge's first pass.
func newWorld(t testing.TB, start string, opts ...option) *world {
	t.Helper()
	w := freshWorld(t, at(start).Add(-15*time.Minute), opts...)
	w.passBy()
	w.pass()
	w.set(at(start))
	return w
}

// passBy lets the calendar's periods of duties that run now be none of slabridge's: what tests tell of begins later.
func (w *world) passBy() {
	w.t.Helper()
	for _, c := range w.cfg.Contracts {
		for _, d := range c.Duties {
			periods := enforcer.Periods(d.Period, w.now().AddDate(-1, 0, 0), w.now(), almaty)
			if len(periods) < 2 {
				continue
			}
			w.do(w.ledger.StartCutover(context.Background(), w.now(), c.Connection, c.ID))
			run := enforcer.Run{Duty: d.ID, Period: periods[len(periods)-2].ID}
			_, err := w.ledger.Record(context.Background(), w.now(), ledger.Entry{Entry: enforcer.Entry{
				Key: enforcer.StepKey{
					Connection: c.Connection, Contract: c.ID, Obligation: d.Obligation, Cycle: run.CycleID(), Step: "start",
				},
				Evidence: enforcer.Evidence{Source: "10", Moment: periods[len(periods)-2].From, DecidedAt: w.now()},
				State:    enforcer.Past,
				Reason:   enforcer.Reason{Code: "passed-by", Text: enforcer.Untranslated("before the test")},
			}})
			w.do(err)
		}
	}
}

// freshWorld is a desk that slabridge has not looked at yet.
func freshWorld(t testing.TB, start time.Time, opts ...option) *world {
	t.Helper()
	c := &clock{t: start}
	w := &world{t: t, now: c.now, set: c.set}
	w.open(opts...)
	return w
}

func (w *world) open(opts ...option) {
	w.t.Helper()
	w.t.Setenv("SLABRIDGE_TEST_KEY", "0123456789abcdef0123456789abcdef01234567")
	w.sim = redminesim.NewLab(redminesim.Options{Clock: w.now})
	text, err := os.ReadFile("testdata/slabridge.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	w.yaml = string(text)
	w.path = filepath.Join(w.t.TempDir(), "state.db")
	w.load(opts...)
	w.start()
	w.t.Cleanup(w.stop)
}

// load reads the configuration again with more changes.
func (w *world) load(opts ...option) {
	w.t.Helper()
	for _, o := range opts {
		w.yaml = o(w.yaml)
	}
	path := filepath.Join(w.t.TempDir(), "slabridge.yaml")
	if err := os.WriteFile(path, []byte(w.yaml), 0o600); err != nil {
		w.t.Fatal(err)
	}
	cfg, faults := config.Load(path, []connectors.Kind{redmine.Kind})
	if err := faults.Err(config.Error); err != nil {
		w.t.Fatal(err)
	}
	w.cfg = cfg
}

// start opens the state file as a new process would.
func (w *world) start() {
	w.t.Helper()
	ctx := context.Background()
	var err error
	check := func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	w.file, err = statefile.Open(ctx, w.path,
		statefile.Migrations{Store: "mirror", Steps: mirror.Migrations()},
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	check(err)
	w.eachConn(func(c *sql.Conn) error { // no test cuts the power
		_, err := c.ExecContext(ctx, "PRAGMA synchronous = OFF")
		return err
	})
	w.mirror, err = mirror.Open(w.file.DB)
	check(err)
	w.ledger, err = ledger.Open(ctx, w.file.DB, w.now())
	check(err)
	next := w.sim.Transport()
	if w.through != nil {
		next = w.through(next)
	}
	w.tracker, err = redmine.New(connectors.Settings{
		ID: "helpdesk", URL: "http://redmine.example.org",
		Auth:      connectors.Auth{Way: "api_key", Secret: w.sim.Key("sla-bot")},
		Transport: next, Now: w.now,
	})
	check(err)
	if w.as != nil {
		w.tracker = w.as(w.tracker)
	}
	w.engine = engine.New(w.mirror, w.ledger, w.settings(), w.now, slog.New(slog.DiscardHandler))
}

// eachConn does something with every connection of the state file's pool.
func (w *world) eachConn(f func(*sql.Conn) error) {
	w.t.Helper()
	var all []*sql.Conn
	pool := w.file.Stats()
	for range pool.MaxOpenConnections - pool.InUse { // one is kept and never used
		c, err := w.file.Conn(context.Background())
		w.do(err)
		w.do(f(c))
		all = append(all, c)
	}
	for _, c := range all {
		w.do(c.Close())
	}
}

func (w *world) stop() {
	if w.file == nil {
		return
	}
	_ = w.mirror.Close() // of a handle that is closed next
	if err := w.file.Close(); err != nil {
		w.t.Error(err)
	}
	w.file = nil
}

// restart is what a new process finds.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

// settings are what the program makes of its configuration.
func (w *world) settings() engine.Settings {
	texts, problems := mapping.NewTexts(nil)
	if len(problems) > 0 {
		w.t.Fatal(problems)
	}
	s := engine.Settings{
		Texts: texts, WritesPerPass: w.cfg.Limits.WritesPerPass, ClockSkew: w.cfg.Limits.ClockSkew,
		LateAfter: w.cfg.Limits.LateAfter,
	}
	for _, c := range w.cfg.Connections {
		s.Connections = append(s.Connections,
			engine.Connection{
				ID: c.ID, Tracker: w.tracker, Poll: c.Poll, WatchIssue: c.WatchIssue, Names: redmine.Kind.Names,
			})
	}
	for i, c := range w.cfg.Contracts {
		x := engine.Contract{
			Contract: c.Contract, Connection: c.Connection, Mapping: *w.cfg.Mapping(c.MappingID), Path: "mappings[0]",
			Scope: c.Scope, ScopePath: fmt.Sprintf("contracts[%d]", i), EnforceFrom: c.EnforceFrom,
			Fingerprint: w.cfg.Fingerprint,
			Account:     (*engine.Account)(c.Account),
		}
		for _, d := range c.Duties {
			x.Duties = append(x.Duties, engine.Duty(d))
		}
		s.Contracts = append(s.Contracts, x)
	}
	return s
}

// configure is a reload of the configuration with changes.
func (w *world) configure(opts ...option) {
	w.t.Helper()
	w.load(opts...)
	w.engine.Configure(w.settings())
}

// pass makes one pass that must not fail.
func (w *world) pass() engine.Report {
	w.t.Helper()
	reports, err := w.engine.Pass(context.Background())
	if err != nil {
		w.t.Fatalf("pass at %s: %v", w.now().In(almaty).Format(time.DateTime), err)
	}
	return reports[0]
}

// passAt makes a pass at a moment.
func (w *world) passAt(s string) engine.Report {
	w.t.Helper()
	w.set(at(s))
	return w.pass()
}

// run makes a pass and lets time go by until the moment, with a pass whenever something is to come, as the daemon
// would make it.
func (w *world) run(until string) (passes int) {
	w.t.Helper()
	end := at(until)
	w.pass()
	for passes = 2; ; passes++ {
		next, err := w.ledger.NextMoment(context.Background(), "helpdesk", w.now().Add(time.Second))
		if err != nil {
			w.t.Fatal(err)
		}
		if next.IsZero() || next.After(end) {
			break
		}
		w.set(next)
		w.pass()
	}
	w.set(end)
	w.pass()
	return passes
}

// do fails the test when the hands of a person could not do something.
func (w *world) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// issue is made by the customer with a severity, "" for the default.
func (w *world) issue(severity, subject string) int {
	w.t.Helper()
	n := redminesim.NewIssue{Project: "acme", Subject: subject}
	if severity != "" {
		n.Fields = map[string]string{"Severity": severity}
	}
	id, err := w.sim.As("customer1").Create(n)
	w.do(err)
	return id
}

func (w *world) see(login string, issue int) *redminesim.Issue {
	w.t.Helper()
	i, err := w.sim.As(login).See(issue)
	w.do(err)
	return i
}

// botNote is a comment of slabridge's as someone sees it.
type botNote struct {
	id      int
	text    string
	private bool
	steps   []string
}

// notes are slabridge's comments on an issue that the person can read.
func (w *world) notes(login string, issue int) []botNote {
	w.t.Helper()
	var out []botNote
	for _, j := range *w.see(login, issue).Journals {
		if j.User.Name != "SLA Bot" || j.Notes == nil || *j.Notes == "" {
			continue
		}
		n := botNote{id: j.ID, text: *j.Notes, private: j.PrivateNotes}
		_, marked, ok := mapping.ParseMark(n.text)
		if !ok {
			w.t.Errorf("issue %d: a comment of ours without a mark: %q", issue, n.text)
		}
		for _, m := range marked {
			n.steps = append(n.steps, m.Step)
		}
		out = append(out, n)
	}
	return out
}

// said lists the steps that slabridge's comments on an issue tell of, in their order, "+" before public ones.
func (w *world) said(issue int) []string {
	w.t.Helper()
	out := []string{}
	for _, n := range w.notes("admin", issue) {
		for _, s := range n.steps {
			if !n.private {
				s = "+" + s
			}
			out = append(out, s)
		}
	}
	return out
}

// wantSaid holds what was said on an issue against what should be, in order.
func (w *world) wantSaid(issue int, want ...string) {
	w.t.Helper()
	if got := w.said(issue); !slices.Equal(got, want) {
		w.t.Errorf("at %s issue %d has the comments\n  %s\nwant\n  %s",
			w.now().In(almaty).Format(time.DateTime), issue, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// entries tells the ledger's entries of an issue, "obligation/step state reason", by their moments.
func (w *world) entries(issue int) []string {
	w.t.Helper()
	out := []string{}
	for _, e := range w.rows(issue) {
		out = append(out, fmt.Sprintf("%s/%s %s %s", e.Key.Obligation, e.Key.Step, e.State, e.Reason.Code))
	}
	return out
}

func (w *world) rows(issue int) []ledger.Entry {
	w.t.Helper()
	all, err := w.ledger.ByIssue(context.Background(), "helpdesk", fmt.Sprint(issue))
	w.do(err)
	slices.SortStableFunc(all, func(a, b ledger.Entry) int {
		return cmp.Or(a.Moment.Compare(b.Moment), strings.Compare(a.Key.Obligation, b.Key.Obligation),
			strings.Compare(a.Key.Step, b.Key.Step))
	})
	return all
}

// wantEntries holds the ledger's entries of an issue against what they should be.
func (w *world) wantEntries(issue int, want ...string) {
	w.t.Helper()
	if got := w.entries(issue); !slices.Equal(got, want) {
		w.t.Errorf("at %s the ledger has of issue %d\n  %s\nwant\n  %s",
			w.now().In(almaty).Format(time.DateTime), issue, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// row is one entry of an issue, by "obligation/step".
func (w *world) row(issue int, step string) ledger.Entry {
	w.t.Helper()
	for _, e := range w.rows(issue) {
		if e.Key.Obligation+"/"+e.Key.Step == step {
			return e
		}
	}
	w.t.Fatalf("issue %d has no entry %s: %v", issue, step, w.entries(issue))
	return ledger.Entry{}
}

// requests counts what the tracker was asked while f ran.
func (w *world) requests(f func()) []sim.Request {
	w.sim.ResetRequests()
	f()
	return w.sim.Requests()
}

// intercept calls f before each request of the method whose path has the prefix.
func (w *world) intercept(method, prefix string, f func(r *http.Request)) {
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == method && strings.HasPrefix(r.URL.Path, prefix) {
				f(r)
			}
			next.ServeHTTP(rw, r)
		})
	})
}

func problems(r engine.Report) string {
	var out []string
	for _, p := range r.Problems {
		out = append(out, fmt.Sprintf("%s grave=%t %s", p.Issue, p.Grave, p.Text))
	}
	return strings.Join(out, "\n")
}

// newIssue describes a request with a severity and a mapped moment of receipt.
func newIssue(severity, received string) redminesim.NewIssue {
	return redminesim.NewIssue{
		Project: "acme", Subject: "By phone", Fields: map[string]string{"Severity": severity, "Organisation": received},
	}
}
