package engine

import (
	"context"

	"slabridge/connectors/mirror"
)

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
