package mirror

import (
	"context"

	"slabridge/connectors"
)

const (
	insertCensus = `INSERT INTO mirror_census (connection, id, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (connection, id) DO UPDATE SET updated_at = excluded.updated_at`

	// Issues we never heard of.
	censusUnknown = `INSERT INTO mirror_issue (connection, id, key, state, state_at, wanted)
		SELECT c.connection, c.id, '', 'visible', $2, c.updated_at FROM mirror_census c WHERE c.connection = $1
		AND NOT EXISTS (SELECT 1 FROM mirror_issue i WHERE i.connection = c.connection AND i.id = c.id)`

	// Issues that changed without our noticing (any other UpdatedAt: a tracker may have been set back to a
	// backup), or that are visible again.
	censusChanged = `UPDATE mirror_issue SET wanted = (SELECT c.updated_at FROM mirror_census c
			WHERE c.connection = mirror_issue.connection AND c.id = mirror_issue.id)
		WHERE connection = $1 AND wanted IS NULL AND EXISTS (SELECT 1 FROM mirror_census c
			WHERE c.connection = mirror_issue.connection AND c.id = mirror_issue.id
			AND (c.updated_at <> mirror_issue.updated_at OR mirror_issue.state <> 'visible'))`

	// Issues that we believe visible and have not read since the census began, the longest unread first, so that
	// a bounded number in each census gets round to all.
	absent = ` FROM mirror_issue i WHERE i.connection = $1 AND i.state = 'visible' AND i.outside = 0 AND i.read_at < $2
		AND NOT EXISTS (SELECT 1 FROM mirror_census c WHERE c.connection = i.connection AND c.id = i.id)`
	countAbsent   = `SELECT COUNT(*)` + absent
	censusSuspect = `UPDATE mirror_issue SET wanted = COALESCE(wanted, updated_at) WHERE connection = $1 AND id IN
		(SELECT i.id` + absent + ` ORDER BY i.read_at, i.id LIMIT $3)`

	unlisted = ` NOT EXISTS (SELECT 1 FROM mirror_census c
		WHERE c.connection = mirror_issue.connection AND c.id = mirror_issue.id)`

	// Issues that lists show again, and those that were read in this pass and that no list shows. Under a new scope all
	// that no list shows are outside: whatever has running cycles is read again by its id.
	censusInside  = `UPDATE mirror_issue SET outside = 0 WHERE connection = $1 AND outside = 1 AND NOT` + unlisted
	censusOutside = `UPDATE mirror_issue SET outside = 1
		WHERE connection = $1 AND state = 'visible' AND outside = 0 AND wanted IS NULL AND read_at >= $2 AND` + unlisted
	censusRescoped = `UPDATE mirror_issue SET outside = 1 WHERE connection = $1 AND outside = 0 AND` + unlisted
	// What an earlier scope listed and nobody has read yet.
	censusForeign = `DELETE FROM mirror_issue WHERE connection = $1 AND updated_at IS NULL AND` + unlisted
)

// census is one listing of all ids in a pass.
type census struct{ *syncRun }

// run lists all ids and makes wanted: the unknown, the changed, and, up to a bound, the absent. An absent issue is only
// suspected: History tells what became of it. Nothing is suspected if the tracker does not recognise our account.
func (c census) run(ctx context.Context) error {
	began := millis(c.trackerNow())
	empty := func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, wipeCensus, c.connection)
		return err
	}
	if err := c.do(ctx, empty, func() {}); err != nil {
		return err
	}
	err := c.tracker.Census(ctx, func(stubs []connectors.Stub) error { return c.takeStubs(ctx, stubs) })
	if err != nil {
		return err
	}
	if err := c.askSelf(ctx); err != nil {
		return err
	}
	var missing int
	return c.do(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, censusUnknown, c.connection, began); err != nil {
			return err
		}
		for _, q := range append([]string{censusChanged, censusInside}, c.rescope()...) {
			if _, err := t.exec(ctx, q, c.connection); err != nil {
				return err
			}
		}
		if _, err := t.one(ctx, []any{&missing}, countAbsent, c.connection, began); err != nil {
			return err
		}
		_, err := t.exec(ctx, censusSuspect, c.connection, began, c.opts.Suspects)
		return err
	}, func() { c.report.Unconfirmed = max(0, missing-c.opts.Suspects) })
}

// rescope are the further statements that a new scope needs.
func (c census) rescope() []string {
	if !c.rescoped {
		return nil
	}
	return []string{censusForeign, censusRescoped}
}

// finish ends the census once its suspects were read: what can be read and is in no list is outside of the scope. Where
// the lists have no scope nothing is marked so.
func (c census) finish(ctx context.Context, t *tx) error {
	if c.opts.Scope != "" {
		if _, err := t.exec(ctx, censusOutside, c.connection, millis(c.began.Add(c.offset()))); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, wipeCensus, c.connection)
	return err
}

func (c census) takeStubs(ctx context.Context, stubs []connectors.Stub) error {
	return c.do(ctx, func(ctx context.Context, t *tx) error {
		for _, s := range stubs {
			if _, err := t.exec(ctx, insertCensus, c.connection, s.ID, millis(s.UpdatedAt)); err != nil {
				return err
			}
		}
		return nil
	}, func() {
		c.report.Lists++
		c.progress.Listed += len(stubs)
	})
}
