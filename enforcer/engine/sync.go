package engine

import (
	"context"
	"fmt"
	"slices"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
)

// sync brings the mirror of one connection up to date, names included. The hinted issues are read again in any case.
func (e *Engine) sync(ctx context.Context, c Connection, o SyncOptions, hinted ...string) (mirror.Report, error) {
	opts := mirror.SyncOptions{Full: o.Full, Census: o.Census, Progress: e.Progress, Work: e.countsWork(c.ID), Reread: hinted}
	cursor, err := e.mirror.Cursor(ctx, c.ID)
	if err != nil {
		return mirror.Report{}, err
	}
	if e.now(c.Tracker).Sub(cursor.CensusAt) >= censusEvery {
		opts.Census = true
		running, err := e.running(ctx, c.ID)
		if err != nil {
			return mirror.Report{}, err
		}
		opts.Reread = slices.Concat(hinted, running)
	}
	r, err := e.mirror.Sync(ctx, c.ID, c.Tracker, e.clock, opts)
	if err != nil {
		return r, err
	}
	return r, e.names(ctx, c, slices.Concat(r.Changed, r.Work))
}

// countsWork reports whether a contract of the connection counts booked time: only then is it listed, which costs a
// request a pass.
func (e *Engine) countsWork(conn string) bool {
	return slices.ContainsFunc(e.settings.Contracts, func(c Contract) bool {
		return c.Connection == conn && c.countsWork()
	})
}

// countsWork reports whether some version of the contract counts booked time, or its cap is measured by it.
func (c *Contract) countsWork() bool {
	return c.capped() != nil && c.Account.Rate > 0 || slices.ContainsFunc(append(slices.Clone(c.Earlier), c.Contract), countsWork)
}

func countsWork(c *enforcer.Contract) bool {
	return slices.ContainsFunc(c.Obligations, func(o enforcer.Obligation) bool {
		billed := func(r enforcer.Rule) bool { return r.Sum != nil && r.Sum.Billed != nil }
		return o.Active() && (o.Start.ReadsWork() ||
			slices.ContainsFunc(o.Stop, enforcer.Condition.ReadsWork) || slices.ContainsFunc(o.Rules, billed))
	})
}

// unseenWork names the projects whose booked time our account may not read though a contract counts it: a tracker that
// serves the time of others leaves theirs out without a word.
func (p *pass) unseenWork(views []*view, d connectors.Directory) []string {
	var unseen []string
	for _, v := range views {
		if !v.countsWork() {
			continue
		}
		for _, project := range v.scope.Projects() {
			for _, permission := range p.conn.Tracker.Capabilities().Permissions[connectors.ReadWork] {
				if !d.Self.Has(project, permission) {
					unseen = append(unseen, fmt.Sprintf("project %s of contract %s: our account lacks the right %q, and sees no booked time there",
						projectName(d, project), v.ID, permission))
				}
			}
		}
	}
	return unseen
}

// withWork adds the booked time, which the tracker keeps apart, to a history that was read from it just now. It is as
// the pass's synchronisation found it.
func (e *Engine) withWork(ctx context.Context, conn string, h connectors.History) (connectors.History, error) {
	work, err := e.mirror.WorkOf(ctx, conn, h.Issue.ID)
	h.Events = connectors.SortEvents(slices.Concat(h.Events, work))
	return h, err
}

// running are the issues with running cycles: what a tracker changes without a trace is looked for in them.
func (e *Engine) running(ctx context.Context, conn string) ([]string, error) {
	items, err := e.ledger.Running(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, it := range items {
		if it.Connection == conn && it.Issue != wholeContract {
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
