// Package engine turns the crank: one Pass pulls what changed into the mirror, works out what the contracts
// promise, records what is decided, writes what must be written, and reads it back.
//
// A pass gathers (mirror, directory), calculates (mapping, enforcer) and applies (ledger, tracker), in that
// order and in separate files. Its now is the tracker's time: our clock plus the measured offset, taken once.
//
// The package promises:
//   - An intent is in the ledger before its request leaves; a step is written at most once; a write without an
//     answer is looked for by its mark before anything is sent again.
//   - Before a write the issue is read afresh and the decision made again; afterwards it is read back, and what
//     the tracker silently left alone is a refusal, reported.
//   - An internal comment is sent only under an account that may keep it internal, checked in the same pass.
//   - More writes in one pass than the bound are held, all of them, until a human releases them.
//   - Nothing that does not change costs anything: an idle pass is one request and a few queries.
//
// It never decides by itself what a contract means, never reads a clock (it is handed one), never opens a file
// and never names a tracker.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Connection is one tracker to watch.
type Connection struct {
	ID      string
	Tracker connectors.Tracker // nil where nothing is to be asked: Plan, Explain and Running only read
	Markup  connectors.Markup  // of its comments
	Poll    string             // cron text, for Run
	// WatchIssue is the key of the issue that is told when slabridge itself is late; "" for none.
	WatchIssue string
}

// Contract is a contract on a connection, with the mapping of its words. Path and ScopePath name the places in
// the admin's file for problems.
type Contract struct {
	*enforcer.Contract
	Connection  string
	Mapping     mapping.Mapping
	Path        string
	Scope       mapping.Scope
	ScopePath   string
	EnforceFrom time.Time // zero: the contract's first pass
	Duties      []Duty    // for which an issue is made in each period
	Account     *Account  // by which a cap on the cost of changes is measured
	Fingerprint string    // of everything that can move its deadlines, mapping and scope included
}

// Settings is what an engine works by; a reload makes a new one.
type Settings struct {
	Connections   []Connection
	Contracts     []Contract
	Texts         *mapping.Texts
	WritesPerPass int           // more are held; 0 means none are written
	ClockSkew     time.Duration // a greater difference between our clock and the tracker's holds writes
	LateAfter     time.Duration // what is due and not done for longer makes slabridge itself late; 0: it never is
}

// Engine works on one state file. Its methods are not to be called at the same time as each other, but for the
// reading ones and Hint.
type Engine struct {
	mirror   *mirror.DB
	ledger   *ledger.Ledger
	clock    func() time.Time
	log      *slog.Logger
	settings Settings
	looked   map[string]lastPass // by connection
	hints    *hints
	// uncounted are the costs that could not be read and were told of, by connection, contract and issue
	uncounted map[[3]string]string
	// Progress, when set, is told how a long synchronisation goes on.
	Progress func(mirror.Progress)
}

// New makes an engine over an open mirror and ledger.
func New(m *mirror.DB, l *ledger.Ledger, s Settings, clock func() time.Time, log *slog.Logger) *Engine {
	return &Engine{mirror: m, ledger: l, settings: s, clock: clock, log: log, looked: map[string]lastPass{}, hints: newHints(), uncounted: map[[3]string]string{}}
}

// Connections are those it works on.
func (e *Engine) Connections() []Connection { return e.settings.Connections }

// Configure replaces the settings between two passes.
func (e *Engine) Configure(s Settings) { e.settings = s }

// Report is what a pass did on one connection.
type Report struct {
	Connection string
	Now        time.Time // the tracker's time by which the pass decided
	Changed    int       // issues whose history changed
	Evaluated  int
	Written    []ledger.Entry
	Refused    []ledger.Entry
	Held       []ledger.Entry
	Exposed    int // internal comments found to be public, by the tracker's doing or somebody's
	Problems   []Problem
	// Late tells whether slabridge itself is late, of a pass that failed, too.
	Late Lateness
}

// Problem is something a human should know of, that did not stop the pass.
type Problem struct {
	Issue string // "" when it is not about one
	Text  string
	Grave bool // it stops writes, or a promise cannot be watched
}

func (r *Report) problem(issue string, grave bool, format string, args ...any) {
	r.Problems = append(r.Problems, Problem{Issue: issue, Text: fmt.Sprintf(format, args...), Grave: grave})
}

// Pass makes one full pass over every connection: sync, decide, write back. A connection that fails does not
// keep the others from being served; the errors are joined.
func (e *Engine) Pass(ctx context.Context) ([]Report, error) {
	return e.each(func(c Connection) (Report, error) { return e.pass(ctx, c) })
}

// now is the tracker's time as far as it has been measured.
func (e *Engine) now(t connectors.Tracker) time.Time {
	var offset time.Duration
	if t != nil {
		offset, _, _ = t.Offset()
	}
	return e.clock().Add(offset).UTC()
}
