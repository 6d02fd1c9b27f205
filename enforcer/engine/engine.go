// Package engine makes passes: one Pass pulls what changed into the mirror, works out what the contracts promise,
// records what is decided, writes what must be written, and reads it back.
//
// A pass synchronises the mirror, loads a snapshot that nothing changes afterwards, decides (enforcer/decide), records
// what is decided, and hands to the outbox what is to be written, with a function that decides it again by the issue as
// just read. Its now is the tracker's time: our clock plus the measured offset, taken once. The questions that only
// read (plan, explain, survey, check) work on such a snapshot, too, and never come to the outbox.
//
// The package promises:
//   - A decision is in the ledger, or its request on the agenda, before the pass counts as complete.
//   - More writes in one pass than the limit are held, all of them, until a human releases them.
//   - Nothing that does not change costs anything: an idle pass is one request and a few queries.
//
// It never decides by itself what a contract means, never reads a clock (it is handed one), never opens a file
// and never names a tracker.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"

	"slabridge/config/message"
	"slabridge/connectors/mirror"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// Engine works on one state file. Its methods are not to be called at the same time as each other, but for the
// reading ones and Hint.
type Engine struct {
	mirror    *mirror.DB
	ledger    *ledger.Ledger
	clock     func() time.Time
	log       *slog.Logger
	settings  Settings
	started   time.Time           // by our clock
	looked    map[string]lastPass // by connection
	lookedAt  map[string]*lookedAt
	stale     map[string]bool   // connections whose names are read again in the next pass, however young they are
	contrary  map[contrary]bool // names that issues and the tracker's lists have differently
	hints     *hints
	uncounted unreadableCosts
	// Guard, when set, is asked before each pass; what it says is wrong keeps the pass from being made.
	Guard func() error
	// Progress, when set, is told how a long synchronisation goes on.
	Progress func(mirror.Progress)
}

// New makes an engine over an open mirror and ledger.
func New(m *mirror.DB, l *ledger.Ledger, s Settings, clock func() time.Time, log *slog.Logger) *Engine {
	return &Engine{
		mirror: m, ledger: l, settings: s, clock: clock, started: clock(), log: log,
		looked: map[string]lastPass{}, lookedAt: map[string]*lookedAt{}, hints: newHints(),
		stale: map[string]bool{}, contrary: map[contrary]bool{}, uncounted: unreadableCosts{},
	}
}

// Connections are those it works on.
func (e *Engine) Connections() []Connection { return e.settings.Connections }

// Configure replaces the settings between two passes.
func (e *Engine) Configure(s Settings) { e.settings, e.lookedAt = s, map[string]*lookedAt{} }

// Hint says that issues of a connection, by their ids, may have changed; without any, that something did. Run makes a
// pass over the connection at once and reads them again in it, known or not. It reports whether all of them will be: at
// most sixty new ones are taken at a time and in a minute, and for the others the pass looks at nothing but the
// tracker's list of what changed. Unlike the other methods it may be called at any time, and does not wait.
func (e *Engine) Hint(connection string, issues ...string) bool {
	return e.hints.add(e.clock(), connection, issues...)
}

// source is where everything about a connection is read from.
func (e *Engine) source(c Connection) source {
	return source{
		mirror: e.mirror, ledger: e.ledger.Pinned(), clock: e.clock, settings: e.settings, conn: c, stale: e.stale,
		contrary: e.contrary, started: e.started,
	}
}

// Report is what a pass did on one connection.
type Report struct {
	outbox.Report
	Connection string
	Now        time.Time // the tracker's time by which the pass decided
	Changed    int       // issues whose history changed
	Evaluated  int
	// Late tells whether slabridge itself is late, of a pass that failed, too.
	Late     Lateness
	Faults   []string // of mappings: by these nothing is judged or written
	Unjudged int      // requests on which some promise cannot be judged, whenever that was found
	Failed   error    // why the pass failed; nil when it did not
	// RestUntil is until when nothing is asked of the tracker, because it wants to be left alone; zero: it does not.
	RestUntil time.Time
	// StandingRefusals counts steps that stand refused after the pass, whenever that was, on requests on which something
	// is still owed.
	StandingRefusals int
}

// lacking adds a fault of the mapping where that is why an issue was not believed, once, and returns it; "" for others.
func (r *Report) lacking(err error) string {
	var why lackingField
	if !errors.As(err, &why) {
		return ""
	}
	if !slices.Contains(r.Faults, why.Error()) {
		r.Faults = append(r.Faults, why.Error())
	}
	return why.Error()
}

// Pass makes one full pass over every connection: sync, decide, write back. A connection that fails does not
// keep the others from being served; the errors are joined.
func (e *Engine) Pass(ctx context.Context) ([]Report, error) {
	return each(e.settings.Connections, func(c Connection) (Report, error) { return e.pass(ctx, c) })
}

// Synced is what a synchronisation did on one connection.
type Synced struct {
	mirror.Report
	Requests int64 // all that were sent, for the names too
}

// Sync brings the mirror of every connection up to date and writes nothing to any tracker.
func (e *Engine) Sync(ctx context.Context, o SyncOptions) (map[string]Synced, error) {
	reports, err := each(e.settings.Connections, func(c Connection) (Synced, error) {
		s := e.source(c)
		before := c.Tracker.Requests()
		r, err := s.sync(ctx, o, e.Progress)
		return Synced{r, c.Tracker.Requests() - before}, err
	})
	out := map[string]Synced{}
	for i, c := range e.settings.Connections {
		out[c.ID] = reports[i]
	}
	return out, err
}

// Revert takes back what can be taken back of the undos (outbox.Writer.Revert).
func (e *Engine) Revert(ctx context.Context, undos []outbox.Undo) ([]Report, error) {
	return each(e.settings.Connections, func(c Connection) (Report, error) {
		report := Report{Connection: c.ID}
		mine := slices.DeleteFunc(slices.Clone(undos), func(u outbox.Undo) bool {
			return u.Entry.Key.Connection != c.ID || !u.Any()
		})
		if len(mine) == 0 {
			return report, nil
		}
		p, err := e.prepare(ctx, e.source(c), &report)
		if err == nil {
			err = p.out.Revert(ctx, mine, p.words())
		}
		if err == nil {
			err = p.out.Failed()
		}
		return report, err
	})
}

// each does something with every connection and gives what came of each; the errors are joined.
func each[T any](connections []Connection, f func(Connection) (T, error)) ([]T, error) {
	out := make([]T, len(connections))
	var errs []error
	for i, c := range connections {
		var err error
		if out[i], err = f(c); err != nil {
			if !strings.HasPrefix(err.Error(), c.ID+": ") { // as what the tracker said begins already
				err = message.Errorf("connection %s: %w", c.ID, err)
			}
			errs = append(errs, err)
		}
	}
	return out, errors.Join(errs...)
}

// pass makes one full pass over a connection, unless its tracker wants to be left alone.
func (e *Engine) pass(ctx context.Context, conn Connection) (Report, error) {
	s, report := e.source(conn), Report{Connection: conn.ID}
	if e.resting(s) {
		var err error
		report.RestUntil = e.looked[conn.ID].restUntil
		report.Late, err = s.lateness(ctx, s.trackerTime())
		return report, err
	}
	if e.Guard != nil {
		if err := e.Guard(); err != nil {
			report.Failed = err
			return report, err
		}
	}
	limits, _ := conn.Tracker.Limits()
	before, err := s.lateness(ctx, s.trackerTime())
	if err == nil {
		var p *pass
		if p, err = e.turn(ctx, s, &report); p == nil { // nothing can be written
			p = &pass{snapshot: &snapshot{source: s}, report: &report}
		}
		rest, _ := e.restUntil(s, limits)
		herr := healthKeeper{p}.keep(ctx, before, rest, err)
		if err == nil { // of two failures the pass's own is the cause
			err = herr
		}
	}
	e.note(s, report.Now, limits, err)
	report.Failed, report.RestUntil = err, e.looked[conn.ID].restUntil
	return report, err
}

// turn synchronises, decides, records and writes. It gives the pass as far as it came.
func (e *Engine) turn(ctx context.Context, s source, report *Report) (*pass, error) {
	synced, err := s.sync(ctx, SyncOptions{}, e.Progress, e.hints.take(s.conn.ID)...)
	if err != nil {
		return nil, err
	}
	report.Changed = len(synced.Changed)
	unread := map[string]bool{}
	alike := map[string]int{} // a field that is missing is missing from issues by the thousand: they are told of once
	for _, f := range synced.Failed {
		unread[f.Issue] = true
		alike[report.lacking(f.Err)]++
	}
	for _, f := range synced.Failed {
		why := report.lacking(f.Err)
		switch n := alike[why]; {
		case why == "" || n == 1:
			report.Problem("", true, "issue %s could not be read: %v", f.Issue, f.Err)
		case n > 1:
			report.Problem("", true, "issue %s and %d more could not be read: %v", f.Issue, n-1, f.Err)
			alike[why] = 0
		}
	}
	for _, id := range synced.Doubted {
		unread[id] = true
	}
	if n := len(synced.Doubted); n > 0 {
		report.Problem("", true,
			"%d more issues lacked a mapped field when they were last read: nothing is written to them, "+
				"and they are read again as soon as one of those above has it", n)
	}
	for _, x := range synced.Short {
		report.Problem(x.Key, true, "the tracker keeps back a part of it: %s", strings.Join(x.Missing, "; "))
	}
	if err := synced.WorkFailed; err != nil { // what counts it goes on with what was known
		report.Problem("", connectors.ClassOf(err) == connectors.Refused, "%v", err)
	}
	p, err := e.prepare(ctx, s, report)
	if err != nil {
		return p, err
	}
	p.unread = unread
	if err := p.out.Recover(ctx, p.tooLate); err != nil {
		return p, err
	}
	if err := p.out.CarryOrders(ctx, p.words()); err != nil {
		return p, err
	}
	findings, err := p.calculate(ctx)
	if err != nil {
		return p, err
	}
	if err := p.holdOverLimit(ctx, findings); err != nil {
		return p, err
	}
	if err := p.close(ctx); err != nil {
		return p, err
	}
	e.lookedAt[s.conn.ID] = p.lookedAt()
	if err := p.write(ctx, findings); err != nil {
		return p, err
	}
	return p, p.out.Failed()
}

// prepare loads what a pass rests on and finds out whether anything may be written.
func (e *Engine) prepare(ctx context.Context, s source, report *Report) (*pass, error) {
	loaded, err := load(ctx, s, report)
	if err != nil {
		return nil, err
	}
	block := loaded.blockReason()
	if block != nil {
		report.Problem("", true, "nothing is written: %s", block)
	}
	loaded.last = e.lookedAt[s.conn.ID]
	p := &pass{
		snapshot: loaded, report: report, costs: e.uncounted, prints: map[string]mirror.Print{},
		out: s.outbox(loaded.now, loaded.contracts, loaded.names, block, report),
	}
	return p, p.out.CheckAlarms(ctx)
}
