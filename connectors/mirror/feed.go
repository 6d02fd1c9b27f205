package mirror

import (
	"context"
	"time"

	"slabridge/connectors"
)

const (
	selectMark = `SELECT state, updated_at, read_at, wanted, outside, doubted_at IS NOT NULL FROM mirror_issue
		WHERE connection = $1 AND id = $2`
	setInside   = `UPDATE mirror_issue SET outside = 0 WHERE connection = $1 AND id = $2`
	insertWants = `INSERT INTO mirror_issue (connection, id, key, state, state_at, wanted) VALUES ($1, $2, '', ` +
		`'visible', $3, $4)`
	setWants  = `UPDATE mirror_issue SET wanted = $3 WHERE connection = $1 AND id = $2`
	keepWants = `UPDATE mirror_issue SET wanted = COALESCE(wanted, updated_at) WHERE connection = $1 AND id = $2`
	// What is in doubt (doubtVanished) waits as long again as it has been; what a census or somebody wants after that is
	// read at once.
	selectWants = `SELECT id FROM mirror_issue WHERE connection = $1 AND wanted IS NOT NULL AND id > $2
		AND doubted_at IS NULL
		AND (state = 'visible' OR read_at - state_at >= $5 OR $4 - state_at >= 2 * (read_at - state_at))
		ORDER BY id LIMIT $3`

	selectDoubted = `SELECT id FROM mirror_issue WHERE connection = $1 AND doubted_at IS NOT NULL
		ORDER BY doubted_at, id`
	setDoubted = `UPDATE mirror_issue SET doubted_at = $3 WHERE connection = $1 AND id = $2`

	drainPage = 500
)

// feed lists what changed, notes durably what is to be read, and gives it to the readers. It ends when nothing
// is wanted that this pass has not tried.
func (run *syncRun) feed(ctx context.Context, pl plan) error {
	if err := run.want(ctx, run.opts.Reread); err != nil {
		return err
	}
	if err := run.list(ctx, pl); err != nil {
		return err
	}
	if run.opts.Census {
		if err := (census{run}).run(ctx); err != nil {
			return err
		}
	}
	if err := run.drain(ctx); err != nil {
		return err
	}
	return run.probe(ctx)
}

// probe reads some of the issues again whose last reading was not believed, those first that have waited longest.
func (run *syncRun) probe(ctx context.Context) error {
	var doubted, probed []string
	err := run.db.inSnapshot(ctx, func(t *tx) (err error) {
		doubted, err = t.ids(ctx, selectDoubted, run.connection)
		return err
	})
	if err != nil {
		return err
	}
	run.mu.Lock()
	for _, id := range doubted {
		switch {
		case run.taken[id]: // it was read in this pass already
		case len(probed) < maxDoubted:
			probed = append(probed, id)
		default:
			run.waiting = append(run.waiting, id)
		}
	}
	run.mu.Unlock()
	return run.enqueue(ctx, probed)
}

// list follows Tracker.Changed. Each page is stored before the next is asked for.
func (run *syncRun) list(ctx context.Context, pl plan) error {
	l := listing{plan: pl}
	err := run.tracker.Changed(ctx, pl.since, func(stubs []connectors.Stub) error {
		l.pages++
		wanted, err := run.takePage(ctx, &l, stubs)
		if err != nil {
			return err
		}
		return run.enqueue(ctx, wanted)
	})
	if err != nil {
		return err
	}
	if l.issues == 0 {
		if err := run.verify(ctx); err != nil {
			return err
		}
		if err := run.want(ctx, pl.expected); err != nil { // they were to be in the list: gone, or hidden
			return err
		}
	}
	return run.do(ctx, func(context.Context, *tx) error { return nil }, func() {
		run.progress.Listing = false
		run.report.Lists += max(l.pages, 1)
	})
}

// listing is what one run of Changed has shown so far.
type listing struct {
	plan
	pages, issues int
	reached       time.Time // newest UpdatedAt
	jumbled       bool      // some page went back behind the one before
}

// takePage notes which issues of a page are to be read and gives their ids. As long as the pages come in order, the
// watermark follows them, so that a first pass over a large tracker resumes in the middle of the list. It does not
// follow a list from a search index that may be stale, which may still show an older change on a later page.
func (run *syncRun) takePage(ctx context.Context, l *listing, stubs []connectors.Stub) ([]string, error) {
	var newest time.Time
	for _, s := range stubs {
		l.jumbled = l.jumbled || s.UpdatedAt.Before(l.reached)
		newest = later(newest, s.UpdatedAt)
	}
	l.reached = later(l.reached, newest)
	l.issues += len(stubs)
	s := &pageStep{run: run, stubs: stubs, fullAt: l.fullAt}
	if run.lag == 0 && !l.jumbled && newest.After(l.saved.Watermark) && !newest.After(run.trackerNow()) {
		s.reached = newest
	}
	if err := run.do(ctx, s.store, s.report); err != nil {
		return nil, err // the writer may still be at the step
	}
	return s.wanted, nil
}

// pageStep stores one page of a list.
type pageStep struct {
	run             *syncRun
	stubs           []connectors.Stub
	fullAt, reached time.Time
	wanted          []string
}

func (s *pageStep) store(ctx context.Context, t *tx) error {
	for _, i := range s.stubs {
		wanted, back, err := t.issues(s.run.connection).mark(ctx, i.ID, i.UpdatedAt, s.fullAt, s.run.trackerNow())
		if err != nil {
			return err
		}
		s.run.cameIn = s.run.cameIn || back && s.run.tracker.Capabilities().BookedInScope
		if wanted {
			s.wanted = append(s.wanted, i.ID)
		}
	}
	if s.reached.IsZero() {
		return nil
	}
	_, err := t.exec(ctx, saveWatermark, s.run.connection, millis(s.reached))
	return err
}

func (s *pageStep) report() {
	s.run.progress.Listed += len(s.stubs)
	s.run.report.Listed += len(s.stubs)
}

// mark notes that the tracker showed an issue with this UpdatedAt and tells whether it is to be read, and whether it is
// back in the scope.
func (t issueRows) mark(
	ctx context.Context, id string, updated, fullAt, now time.Time,
) (wanted, back bool, err error) {
	var state string
	var have, readAt, wants *int64
	var doubted bool
	known, err := t.one(ctx, []any{&state, &have, &readAt, &wants, &back, &doubted}, selectMark, t.connection, id)
	promised := millis(updated)
	probed := doubted && fullAt.IsZero() // not believed as it is: probe reads it in its turn
	if err == nil && back {
		_, err = t.exec(ctx, setInside, t.connection, id)
	}
	switch {
	case err != nil:
		return false, back, err
	case !known:
		_, err = t.exec(ctx, insertWants, t.connection, id, millis(now), promised)
		return true, back, err
	case have != nil && *have == promised && State(state) == Visible && *readAt >= millis(fullAt):
		return wants != nil && !probed, back, nil
	case wants != nil && *wants >= promised:
		return !probed, back, nil
	}
	_, err = t.exec(ctx, setWants, t.connection, id, promised)
	return true, back, err
}

// want notes durably that the issues are to be read, whatever the lists say.
func (run *syncRun) want(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return run.do(ctx, func(ctx context.Context, t *tx) error {
		for _, id := range ids {
			n, err := t.exec(ctx, keepWants, run.connection, id)
			if err != nil {
				return err
			}
			if n > 0 {
				continue
			}
			if _, err := t.exec(ctx, insertWants, run.connection, id, millis(run.trackerNow()), 0); err != nil {
				return err
			}
		}
		return nil
	}, func() {})
}

// drain gives the readers whatever is wanted and has not been tried: the rest of a pass that was cut short,
// reads that were not certain, suspects of the census.
func (run *syncRun) drain(ctx context.Context) error {
	for after := ""; ; {
		var ids []string
		err := run.db.inSnapshot(ctx, func(t *tx) (err error) {
			ids, err = t.ids(ctx, selectWants, run.connection, after, drainPage, millis(run.trackerNow()),
				doubtVanished.Milliseconds())
			return err
		})
		if err != nil {
			return err
		}
		if err := run.enqueue(ctx, ids); err != nil {
			return err
		}
		if len(ids) < drainPage {
			return nil
		}
		after = ids[len(ids)-1]
	}
}
