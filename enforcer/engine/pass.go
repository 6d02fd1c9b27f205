package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// pass is one turn of the crank on one connection.
type pass struct {
	e       *Engine
	conn    Connection
	now     time.Time
	asOf    bool // now was asked for, and what happened later is not to be known
	reads   bool // nothing is written, to the ledger neither
	views   []*view
	pending map[string]map[string][]ledger.Entry // by contract and issue: what was decided earlier and is not done
	refused map[string]map[string][]ledger.Entry // likewise, what the tracker refused
	digests map[string]string                    // of names and rights, by project
	unread  map[string]bool                      // issues that this pass could not read: what is known of them is out of date
	agenda  []ledger.Item
	// verdicts are what cycles came to, to be kept with the agenda
	verdicts []ledger.Verdict
	tallies  []ledger.Tally // what requests add to the cost of changes
	report   Report
	// block is why nothing may be written in this pass; "" when it may.
	block string
	storm enforcer.Text // why the new writes of this pass are held
	// blockRU is the same in Russian, where it is told so.
	blockRU string
	// leak is why no internal comment may be written: one came out public, and nobody has looked; nil when they may.
	leak enforcer.Text
	// vanished is the part of it that a renamed or removed contract or connection makes.
	vanished string

	names connectors.Directory // as mirrored
	self  *connectors.Account  // read once, when something internal is to be written

	unassignable map[string]bool // people whom the tracker refused as assignees in this pass
	again        bool            // the write under way was refused for its assignee: plan it anew

	failed error // the first failure that kept one issue from being read or written
	streak int   // such failures since the last success
}

// patience is how many issues in a row may fail before the tracker and not the issues are to blame.
const patience = 3

func (e *Engine) pass(ctx context.Context, conn Connection) (Report, error) {
	p := &pass{e: e, conn: conn, report: Report{Connection: conn.ID}, unassignable: map[string]bool{}}
	late, err := e.lateness(ctx, conn, e.now(conn.Tracker))
	if err == nil {
		err = p.turn(ctx)
		if werr := p.keepHealth(ctx, late, err); err == nil { // of two failures the pass's own is the cause
			err = werr
		}
	}
	e.note(p, err)
	return p.report, err
}

func (p *pass) turn(ctx context.Context) error {
	synced, err := p.e.sync(ctx, p.conn, SyncOptions{}, p.e.hints.take(p.conn.ID)...)
	if err != nil {
		return err
	}
	p.report.Changed = len(synced.Changed)
	p.unread = map[string]bool{}
	for _, f := range synced.Failed {
		p.unread[f.Issue] = true
		p.report.problem("", false, "%v", f.Err)
	}
	if err := synced.WorkFailed; err != nil { // what counts it goes on with what was known
		p.report.problem("", connectors.ClassOf(err) == connectors.Refused, "%v", err)
	}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	if err := p.recover(ctx); err != nil {
		return err
	}
	if err := p.revert(ctx); err != nil {
		return err
	}
	findings, err := p.calculate(ctx)
	if err != nil {
		return err
	}
	storm, err := p.bound(ctx, findings)
	if err != nil {
		return err
	}
	if err := p.close(ctx); err != nil {
		return err
	}
	if err := p.apply(ctx, findings, storm); err != nil {
		return err
	}
	return p.failed
}

// endure takes a failure of one issue. It is passed on when it is no matter of that issue alone; otherwise the
// others go on, and the pass fails with it in the end.
func (p *pass) endure(err error) error {
	if err == nil {
		p.streak = 0
		return nil
	}
	var e *connectors.Error
	if !errors.As(err, &e) || e.RetryAfter > 0 {
		return err
	}
	switch e.Class {
	case connectors.TryLater, connectors.Unknown, connectors.Garbled:
	default:
		return err
	}
	if p.failed == nil {
		p.failed = err
	}
	if p.streak++; p.streak >= patience {
		return p.failed
	}
	return nil
}

// prepare binds the contracts, finds out whether anything may be written, and draws the contracts' lines.
func (p *pass) prepare(ctx context.Context) error {
	problems, err := p.bind(ctx)
	if err != nil {
		return err
	}
	p.now = p.e.now(p.conn.Tracker).Truncate(time.Second) // as trackers tell time
	p.report.Now = p.now
	for _, unseen := range p.unseenWork(p.views, p.names) {
		p.report.problem("", true, "%s", unseen)
	}
	for _, f := range problems {
		if f.Fatal { // the others are for Check: they stop nothing, and would be said in every pass
			p.report.problem("", true, "%s: %q: %s", f.Path, f.Value, f.Reason)
		}
	}
	if err := p.e.remember(ctx, p.conn.ID, p.views, p.now); err != nil {
		return err
	}
	if err := p.forbid(ctx); err != nil {
		return err
	}
	if err := p.heed(ctx); err != nil {
		return err
	}
	return p.draw(ctx)
}

// bind resolves the mappings against the mirrored names. Names by which something must not be written, or by which
// booked time is out of sight, are read again first: what an admin has mended in the tracker is not to be held until the names are read in their turn.
func (p *pass) bind(ctx context.Context) ([]mapping.Problem, error) {
	d, ok, err := p.e.mirror.Directory(ctx, p.conn.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("the tracker's names have not been read yet")
	}
	views, problems, err := p.e.bind(ctx, p.conn.ID, d)
	if err != nil {
		return nil, err
	}
	doubted := anyFatal(problems) || len(p.unseenWork(views, d)) > 0
	if !doubted {
		if doubted, err = p.lackedRights(ctx); err != nil {
			return nil, err
		}
	}
	if doubted {
		if d, err = p.conn.Tracker.Directory(ctx); err != nil {
			return nil, err
		}
		if _, err = p.e.mirror.StoreDirectory(ctx, p.conn.ID, d); err != nil {
			return nil, err
		}
		if views, problems, err = p.e.bind(ctx, p.conn.ID, d); err != nil {
			return nil, err
		}
	}
	p.views, p.names = views, d
	return problems, nil
}

// lackedRights reports whether something is held for want of a right, or of a name that a duty's issue needs.
func (p *pass) lackedRights(ctx context.Context) (bool, error) {
	pending, err := p.e.ledger.Pending(ctx, p.conn.ID, p.e.now(p.conn.Tracker))
	return slices.ContainsFunc(pending, func(e ledger.Entry) bool {
		return e.State == ledger.Held && (e.Reason.Code == heldRights || e.Reason.Code == heldDuty)
	}), err
}

// draw draws the contracts' lines. One that is new beside one that vanished may be its new name: it gets no line,
// and is left alone, until that is settled.
func (p *pass) draw(ctx context.Context) error {
	drawn := p.views[:0]
	for _, v := range p.views {
		line, err := p.e.ledger.Line(ctx, p.conn.ID, v.ID)
		switch {
		case errors.Is(err, ledger.ErrNotFound) && p.vanished != "":
			continue
		case errors.Is(err, ledger.ErrNotFound):
			line, err = p.e.ledger.StartLine(ctx, p.now, p.conn.ID, v.ID)
		}
		if err != nil {
			return err
		}
		v.line = enforcer.Cutover{EnforceFrom: line.FirstPassAt, PassedAt: line.PassedAt}
		if !v.EnforceFrom.IsZero() {
			v.line.EnforceFrom = v.EnforceFrom
		}
		v.stale = line.Fingerprint != v.Fingerprint
		drawn = append(drawn, v)
	}
	p.views = drawn
	return nil
}

// forbid finds what stops every write of the pass: a clock that is off, or a contract or connection that vanished
// from the configuration, whose steps would be written again under a new name.
func (p *pass) forbid(ctx context.Context) error {
	limit := p.e.settings.ClockSkew
	if offset, _, ok := p.conn.Tracker.Offset(); ok && limit > 0 && offset.Abs() > limit {
		p.block = fmt.Sprintf("the tracker's clock and ours differ by %s, more than %s", offset.Round(time.Second), limit)
	}
	known, err := p.e.ledger.Contracts(ctx)
	if err != nil {
		return err
	}
	for _, line := range known {
		switch {
		case !slices.ContainsFunc(p.e.settings.Connections, func(c Connection) bool { return c.ID == line.Connection }):
			p.vanished = fmt.Sprintf("connection %q is in the ledger but not in the configuration", line.Connection)
		case line.Connection == p.conn.ID && !slices.ContainsFunc(p.views, func(v *view) bool { return v.ID == line.Contract }):
			p.vanished = fmt.Sprintf("contract %q is in the ledger but not in the configuration", line.Contract)
		}
	}
	if p.vanished != "" {
		p.block = p.vanished
	}
	if p.block != "" {
		p.report.problem("", true, "nothing is written: %s", p.block)
	}
	return nil
}

// calculate evaluates every request that may have something new to say, records what is decided, and gives those
// with something to be written.
func (p *pass) calculate(ctx context.Context) ([]finding, error) {
	if err := p.recall(ctx); err != nil {
		return nil, err
	}
	var todo, found []finding
	for _, v := range p.views {
		ids, err := p.candidates(ctx, v)
		if err != nil {
			return nil, err
		}
		if err := p.putOff(ctx, v); err != nil {
			return nil, err
		}
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if p.unread[id] || id == wholeContract {
				continue
			}
			if err := p.reconsider(ctx, v, id); err != nil {
				return nil, err
			}
			f, covered, err := p.look(ctx, v, id)
			if err != nil {
				return nil, err
			}
			if f.view == nil { // not mirrored
				continue
			}
			if covered {
				p.report.Evaluated++
				p.judge(&f)
				if !f.readAt.Before(v.line.PassedAt.Add(-lookBack)) { // another configuration alone brings nothing to see
					if err := p.lookOut(ctx, f.history); err != nil {
						return nil, err
					}
				}
			}
			p.agenda = append(p.agenda, f.item())
			if len(f.decisions)+len(f.pending) > 0 {
				found = append(found, f)
			}
			if len(found) == batch {
				if todo, err = p.enter(ctx, todo, found); err != nil {
					return nil, err
				}
				found = nil
			}
			if len(p.verdicts) >= batch {
				if err := p.keepVerdicts(ctx); err != nil {
					return nil, err
				}
			}
		}
		whole, err := p.whole(ctx, v, ids)
		if err != nil {
			return nil, err
		}
		found = append(found, whole...)
	}
	return p.enter(ctx, todo, found)
}

// putOff leaves the issues that could not be read for a later pass, and notes as of when they were known: what came
// due since is then late and not past.
func (p *pass) putOff(ctx context.Context, v *view) error {
	for _, id := range slices.Sorted(maps.Keys(p.unread)) {
		it, ok, err := p.e.ledger.Item(ctx, p.conn.ID, id, v.ID)
		if err != nil {
			return err
		}
		if ok && it.Fingerprint != "" {
			it.EvaluatedAt, it.Next, it.Fingerprint = v.line.PassedAt, v.line.PassedAt, ""
			p.agenda = append(p.agenda, it)
		}
	}
	return nil
}

// look evaluates one mirrored issue under a contract. What cannot be found out about it is a grave problem and comes up
// again in the next pass; the others go on.
func (p *pass) look(ctx context.Context, v *view, id string) (finding, bool, error) {
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, id)
	if err != nil || !ok {
		return finding{}, false, err
	}
	f, covered, err := p.find(ctx, v, m)
	if err == nil && !covered && (v.fatal || f.request.Hidden) { // with its project out of sight nothing is known of it
		return finding{}, false, nil
	}
	if err != nil && ctx.Err() == nil {
		p.report.problem(m.entry.Key, true, "%v", err)
		f.decisions, f.ev.Cycles, f.ev.Next = nil, nil, p.now
		return f, true, nil
	}
	p.reportUnjudged(&f)
	f.pending = p.pending[v.ID][id]
	p.twice(m.history)
	p.tally(v, &f, m)
	return f, covered, err
}

// close notes when each issue's next moment comes, and that everything was evaluated as of now. It comes after
// every decision was recorded: a decision that is neither recorded nor on the agenda would be lost with this
// process. What is not written yet stays pending in the ledger.
func (p *pass) close(ctx context.Context) error {
	if err := p.keepVerdicts(ctx); err != nil {
		return err
	}
	for items := range slices.Chunk(p.agenda, batch) {
		if err := p.e.ledger.SetAgenda(ctx, items...); err != nil {
			return err
		}
	}
	p.agenda = nil
	for _, v := range p.views {
		if err := p.e.ledger.SetPass(ctx, p.now, p.conn.ID, v.ID, v.Fingerprint); err != nil {
			return err
		}
	}
	return nil
}
