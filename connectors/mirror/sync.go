package mirror

import (
	"cmp"
	"context"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// SyncOptions shape one pass. The zero value is an ordinary incremental pass.
type SyncOptions struct {
	Full   bool // read every history again, certain or not; cut short, the next full pass goes on where it was
	Census bool // hold the tracker's list of all ids against ours: deletions, lost permission, missed changes
	Work   bool // list the booked time too: what is new, and with a census all of it
	// ids to read again whatever their UpdatedAt says: edited notes, relations, time entries; unknown ids too
	Reread []string
	// Scope names what the tracker's lists show, "" for everything (connectors.Scope). A pass under another scope than
	// the last makes a census.
	Scope string
	// Within reports whether an issue that was never read before is to be kept, whoever told of it; nil: any is.
	Within func(connectors.Issue) bool
	// Doubt says why a history that was read is not to be believed; the issue then counts as one that could not be read.
	// It is called from several goroutines; nil: all are believed. Of the issues that were doubted before a pass reads
	// some again, and the rest once one of them is believed.
	Doubt func(connectors.History) error

	// how late a change may become visible behind its UpdatedAt; 0 means a minute, and never less than the tracker's Lag
	Overlap     time.Duration
	Concurrency int // histories read at a time; 0 means 4
	Suspects    int // most absent issues one pass asks the tracker about; 0 means 1000

	Progress func(Progress) // called from one goroutine, after each transaction; nil means nobody looks
}

// Progress is how far a pass has come. ToRead is final once Listing is over.
type Progress struct {
	Listing bool
	Listed  int // issues the tracker has listed
	Read    int // histories stored, or found gone or hidden
	ToRead  int // histories that the pass has found necessary so far, those read included
}

// Failure is an issue that could not be read. It stays wanted: the next pass tries again.
type Failure struct {
	Issue string
	Err   error
}

// Short is an issue of which something is missing, see connectors.History.
type Short struct {
	Issue, Key string
	Missing    []string
}

// Report is what a pass found. The lists hold issue ids.
type Report struct {
	Changed []string // anything new in the history, New and Back included where that is so
	New     []string // read for the first time
	Gone    []string
	Hidden  []string
	Back    []string // visible again
	Failed  []Failure
	Doubted []string // were not believed when they were last read, and were not read in this pass
	// Short are issues that were read though the tracker counts more of their events than it gives.
	Short []Short
	Work  []string // whose booked time changed; it may be of issues never read

	// WorkFailed is why the booked time could not be listed. It fails no pass: what is known of it stays as it was, and
	// the next listing begins where the last one that succeeded did.
	WorkFailed error

	Lists, Histories, Checks int // requests: pages of lists, histories, questions who we are
	Listed                   int // issues listed, repetitions included
	Unconfirmed              int // absent from the census and left for the next one by the bound Suspects

	Complete  bool      // the pass came to its end; what it could not read is in Failed
	Watermark time.Time // tracker's time: everything it showed before is stored or wanted
}

// Requests is the number of requests the pass made, as far as the mirror can see.
func (r Report) Requests() int { return r.Lists + r.Histories + r.Checks }

func (o SyncOptions) withDefaults() SyncOptions {
	o.Overlap = cmp.Or(o.Overlap, defaultOverlap)
	o.Concurrency = cmp.Or(o.Concurrency, defaultConcurrency)
	o.Suspects = cmp.Or(o.Suspects, defaultSuspects)
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// Sync makes one pass over a connection: it lists what changed, and reads the history of whatever is new,
// changed or uncertain. now is our clock; the tracker's is now plus its Offset.
//
// The error is what cut the pass short; the report then tells what was done until then, all of which is stored.
// Issues that cannot be read while others can are in Report.Failed and are no error of the pass.
func (db *DB) Sync(ctx context.Context, connection string, t connectors.Tracker, now func() time.Time,
	opts SyncOptions,
) (Report, error) {
	run := newSyncRun(db.handle, connection, t, now, opts.withDefaults())
	return run.report, run.whole(ctx)
}

const (
	selectNewest = `SELECT MAX(updated_at) FROM mirror_issue
		WHERE connection = $1 AND state = 'visible' AND outside = 0`
	selectAtLeast = `SELECT id FROM mirror_issue
		WHERE connection = $1 AND state = 'visible' AND outside = 0 AND updated_at >= $2 LIMIT $3`
	saveWatermark = `INSERT INTO mirror_cursor (connection, watermark) VALUES ($1, $2)
		ON CONFLICT (connection) DO UPDATE SET watermark = excluded.watermark`
	saveComplete = `UPDATE mirror_cursor SET complete_at = $2 WHERE connection = $1`
	saveCensus   = `UPDATE mirror_cursor SET census_at = $2 WHERE connection = $1`
	saveFull     = `INSERT INTO mirror_cursor (connection, watermark, full_at) VALUES ($1, $2, $3)
		ON CONFLICT (connection) DO UPDATE SET full_at = excluded.full_at`
	saveScope  = `UPDATE mirror_cursor SET scope = $2 WHERE connection = $1`
	saveOffset = `UPDATE mirror_cursor SET offset_ms = $2 WHERE connection = $1`
	clearFull  = `UPDATE mirror_cursor SET full_at = NULL WHERE connection = $1`
)

// plan is where a pass begins to list.
type plan struct {
	since    time.Time
	expected []string  // visible issues that the list must show, if only to prove that we see the true one
	fullAt   time.Time // histories read before this are read again; zero in an incremental pass
	saved    cursor
}

// plan reads the cursor. An incremental pass lists from the watermark less the overlap, or from the newest
// UpdatedAt that we know when that is earlier: a list that must show at least one known issue proves by it
// that the key still works, and costs no second request.
func (run *syncRun) plan(ctx context.Context) (plan, error) {
	var pl plan
	err := run.db.inSnapshot(ctx, func(t *tx) (err error) {
		if pl.saved, err = t.cursor(ctx, run.connection); err != nil || pl.saved.Watermark.IsZero() {
			return err
		}
		doubted, err := t.ids(ctx, selectDoubted, run.connection)
		if err != nil {
			return err
		}
		run.doubted = make(map[string]bool, len(doubted))
		for _, id := range doubted {
			run.doubted[id] = true
		}
		run.rescoped = pl.saved.scope != run.opts.Scope
		run.lastPass = pl.saved.Watermark.Add(-run.opts.Overlap)
		run.opts.Census = run.opts.Census || run.rescoped
		if run.opts.Full {
			return nil
		}
		pl.since = pl.saved.Watermark.Add(-run.opts.Overlap)
		if run.rescoped { // what the old scope had proves nothing of the new one
			pl.since = pl.since.Truncate(time.Second)
			return nil
		}
		var newest *int64
		if _, err = t.one(ctx, []any{&newest}, selectNewest, run.connection); err != nil || newest == nil {
			return err
		}
		if n := moment(*newest); n.Before(pl.since) {
			if pl.expected, err = t.atLeast(ctx, run.connection, n.Truncate(time.Second), maxNewest+1); err != nil {
				return err
			}
			if len(pl.expected) <= maxNewest {
				pl.since = n
			}
		}
		pl.since = pl.since.Truncate(time.Second)
		pl.expected, err = t.atLeast(ctx, run.connection, pl.since, run.opts.Suspects)
		return err
	})
	return pl, err
}

func (t *tx) atLeast(ctx context.Context, connection string, since time.Time, limit int) ([]string, error) {
	return t.ids(ctx, selectAtLeast, connection, millis(since), limit)
}

// startFull notes when a full pass began, or finds when the interrupted one began. It first asks the tracker who we
// are, which also measures the tracker's clock.
func (run *syncRun) startFull(ctx context.Context, pl *plan) error {
	if err := run.verify(ctx); err != nil {
		return err
	}
	if pl.fullAt = pl.saved.fullAt; !pl.fullAt.IsZero() {
		return nil
	}
	pl.fullAt = run.trackerNow()
	return run.db.inTx(ctx, func(t *tx) error {
		_, err := t.exec(ctx, saveFull, run.connection, millis(pl.saved.Watermark), millis(pl.fullAt))
		return err
	})
}

// finish moves the watermark: everything that was listed is now stored, or wanted for the next pass.
func (run *syncRun) finish(ctx context.Context) error {
	start := whole(run.began.Add(run.offset()))
	err := run.db.inTx(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, saveWatermark, run.connection, millis(start)); err != nil {
			return err
		}
		if _, err := t.exec(ctx, saveOffset, run.connection, run.offset().Milliseconds()); err != nil {
			return err
		}
		if _, err := t.exec(ctx, saveScope, run.connection, run.opts.Scope); err != nil {
			return err
		}
		queries := []string{saveComplete}
		if run.opts.Census {
			queries = append(queries, saveCensus)
			if err := (census{run}).finish(ctx, t); err != nil {
				return err
			}
		}
		for _, q := range queries {
			if _, err := t.exec(ctx, q, run.connection, millis(start)); err != nil {
				return err
			}
		}
		if !run.opts.Full {
			return nil
		}
		_, err := t.exec(ctx, clearFull, run.connection)
		return err
	})
	if err != nil {
		return message.Errorf("save the cursor: %w", err)
	}
	run.report.Complete, run.report.Watermark = true, start
	return nil
}
