package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// pass is one turn of the crank on one connection.
type pass struct {
	e      *Engine
	conn   Connection
	now    time.Time
	views  []*view
	self   *connectors.Account // read once, when something internal is to be written
	report Report
	// block is why nothing may be written in this pass; "" when it may.
	block string
}

func (e *Engine) pass(ctx context.Context, conn Connection) (Report, error) {
	p := &pass{e: e, conn: conn, report: Report{Connection: conn.ID}}
	synced, err := e.sync(ctx, conn, SyncOptions{})
	if err != nil {
		return p.report, err
	}
	p.report.Changed = len(synced.Changed)
	if err := p.prepare(ctx); err != nil {
		return p.report, err
	}
	if err := p.recover(ctx); err != nil {
		return p.report, err
	}
	findings, err := p.calculate(ctx)
	if err != nil {
		return p.report, err
	}
	if err := p.apply(ctx, findings); err != nil {
		return p.report, err
	}
	return p.report, p.close(ctx)
}

// prepare binds the contracts, draws their lines and finds out whether anything may be written.
func (p *pass) prepare(ctx context.Context) error {
	d, ok, err := p.e.mirror.Directory(ctx, p.conn.ID)
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("the tracker's names have not been read yet")
	}
	views, problems, err := p.e.bind(ctx, p.conn.ID, d)
	if err != nil {
		return err
	}
	p.views = views
	p.now = p.e.now(p.conn.Tracker).Truncate(time.Second) // as trackers tell time
	p.report.Now = p.now
	for _, f := range problems {
		if f.Fatal { // the others are for Check: they stop nothing, and would be said in every pass
			p.report.problem("", true, "%s: %q: %s", f.Path, f.Value, f.Reason)
		}
	}
	if err := p.e.remember(ctx, p.conn.ID, views, p.now); err != nil {
		return err
	}
	for _, v := range views {
		line, err := p.e.ledger.StartLine(ctx, p.now, p.conn.ID, v.ID)
		if err != nil {
			return err
		}
		v.line = enforcer.Line{EnforceFrom: line.FirstPassAt, PassedAt: line.PassedAt}
		if !v.EnforceFrom.IsZero() {
			v.line.EnforceFrom = v.EnforceFrom
		}
		v.stale = line.Fingerprint != v.Fingerprint
	}
	return p.forbid(ctx)
}

// forbid finds what stops every write of the pass: a clock that is off, or a contract that vanished from the
// configuration, whose steps would be written again under a new name.
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
		if line.Connection == p.conn.ID && !slices.ContainsFunc(p.views, func(v *view) bool { return v.ID == line.Contract }) {
			p.block = fmt.Sprintf("contract %q is in the ledger but not in the configuration", line.Contract)
		}
	}
	if p.block != "" {
		p.report.problem("", true, "nothing is written: %s", p.block)
	}
	return nil
}

// calculate evaluates every request that may have something new to say.
func (p *pass) calculate(ctx context.Context) ([]finding, error) {
	var out []finding
	for _, v := range p.views {
		ids, err := p.candidates(ctx, v)
		if err != nil {
			return nil, err
		}
		var agenda []ledger.Item
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			f, covered, err := p.look(ctx, v, id)
			if err != nil {
				return nil, err
			}
			if !covered {
				continue
			}
			p.report.Evaluated++
			agenda = append(agenda, f.item())
			if len(f.decisions) > 0 {
				out = append(out, f)
			}
		}
		if err := p.e.ledger.SetAgenda(ctx, agenda...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// candidates are the issues that changed since the last complete pass, whose next moment has come, or that have
// something pending; all of them after a change of configuration.
func (p *pass) candidates(ctx context.Context, v *view) ([]string, error) {
	since := v.line.PassedAt
	if v.stale {
		since = time.Time{}
	}
	ids := map[string]bool{}
	read, err := p.e.mirror.ReadSince(ctx, p.conn.ID, since)
	if err != nil {
		return nil, err
	}
	for _, id := range read {
		ids[id] = true
	}
	due, err := p.e.ledger.Due(ctx, p.conn.ID, v.ID, p.now)
	if err != nil {
		return nil, err
	}
	for _, id := range due {
		ids[id] = true
	}
	pending, err := p.e.ledger.Pending(ctx, p.conn.ID, p.now)
	if err != nil {
		return nil, err
	}
	for _, entry := range pending {
		if entry.Key.Contract == v.ID {
			ids[entry.Key.Issue] = true
		}
	}
	return slices.Sorted(maps.Keys(ids)), nil
}

// look evaluates one mirrored issue under a contract. An issue that cannot be judged (a year without calendar
// data) is a grave problem and comes up again in the next pass; the others go on.
func (p *pass) look(ctx context.Context, v *view, id string) (finding, bool, error) {
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, id)
	if err != nil || !ok {
		return finding{}, false, err
	}
	f, covered, err := p.find(ctx, v, m)
	if err != nil && ctx.Err() == nil {
		p.report.problem(m.entry.Key, true, "%v", err)
		f.decisions, f.ev.Cycles, f.ev.Next = nil, nil, p.now
		return f, true, nil
	}
	return f, covered, err
}

// close notes that everything was evaluated as of now. What could not be written stays pending in the ledger.
func (p *pass) close(ctx context.Context) error {
	for _, v := range p.views {
		if err := p.e.ledger.SetPass(ctx, p.now, p.conn.ID, v.ID, v.Fingerprint); err != nil {
			return err
		}
	}
	return nil
}

// sync brings the mirror of one connection up to date, names included.
func (e *Engine) sync(ctx context.Context, c Connection, o SyncOptions) (mirror.Report, error) {
	opts := mirror.SyncOptions{Full: o.Full, Census: o.Census, Progress: e.Progress}
	cursor, err := e.mirror.Cursor(ctx, c.ID)
	if err != nil {
		return mirror.Report{}, err
	}
	if e.now(c.Tracker).Sub(cursor.CensusAt) >= censusEvery {
		opts.Census = true
		if opts.Reread, err = e.running(ctx, c.ID); err != nil {
			return mirror.Report{}, err
		}
	}
	r, err := e.mirror.Sync(ctx, c.ID, c.Tracker, e.clock, opts)
	if err != nil {
		return r, err
	}
	return r, e.names(ctx, c, r.Changed)
}

// running are the issues with running cycles: what a tracker changes without a trace is looked for in them.
func (e *Engine) running(ctx context.Context, conn string) ([]string, error) {
	items, err := e.ledger.Running(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, it := range items {
		if it.Connection == conn {
			ids = append(ids, it.Issue)
		}
	}
	return ids, nil
}

// names reads the directory again when it is old, or when a changed issue speaks of something it lacks.
func (e *Engine) names(ctx context.Context, c Connection, changed []string) error {
	d, ok, err := e.mirror.Directory(ctx, c.ID)
	if err != nil {
		return err
	}
	fresh := ok && e.now(c.Tracker).Sub(d.ReadAt) < directoryAge
	for _, id := range changed {
		if !fresh {
			break
		}
		h, found, err := e.mirror.History(ctx, c.ID, id)
		if err != nil {
			return err
		}
		fresh = !found || !d.Lacks(h)
	}
	if fresh {
		return nil
	}
	if d, err = c.Tracker.Directory(ctx); err != nil {
		return err
	}
	_, err = e.mirror.StoreDirectory(ctx, c.ID, d)
	return err
}
