package mirror

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"slabridge/config/message"
	"slabridge/connectors"
)

// maxBatch is how many steps share a transaction when the disk is slower than the tracker.
const maxBatch = 64

// syncRun is one Sync. One goroutine lists (feed), some read histories (read), one writes (write): listing,
// reading and writing overlap, and the writer takes into a transaction whatever has come in while it was
// committing the one before.
type syncRun struct {
	db         *handle
	connection string
	tracker    connectors.Tracker
	now        func() time.Time
	opts       SyncOptions
	began      time.Time
	lag        time.Duration   // see connectors.Capabilities
	rescoped   bool            // the last pass was under another scope
	lastPass   time.Time       // the tracker's time from which changes are listed, zero before the first pass
	cameIn     bool            // a request older than that is new to the mirror, and so is what was booked on it
	doubted    map[string]bool // not believed when they were last read, before this pass
	waiting    []string        // of these those that were not read

	jobs  chan string // ids to read
	steps chan step

	mu       sync.Mutex
	taken    map[string]bool // ids in jobs or being read, and those that this pass has tried but left wanted
	streak   int             // failures since the last history that could be read
	queued   int             // histories given to the readers
	verified bool
	checks   int

	// The writer's own until all goroutines have ended.
	believed bool // one that was doubted
	report   Report
	progress Progress
}

// step is something to write. apply runs inside a transaction that others share, committed after it, in the
// writer's goroutine.
type step interface {
	apply(ctx context.Context, t *tx) error
	committed()
}

func newSyncRun(db *handle, connection string, t connectors.Tracker, now func() time.Time, opts SyncOptions) *syncRun {
	lag := t.Capabilities().Lag
	opts.Overlap = max(opts.Overlap, lag)
	return &syncRun{
		db: db, connection: connection, tracker: t, now: now, opts: opts, began: now(), lag: lag,
		taken:    map[string]bool{},
		progress: Progress{Listing: true},
	}
}

func (run *syncRun) whole(ctx context.Context) error {
	pl, err := run.plan(ctx)
	if err != nil {
		return err
	}
	if run.opts.Full {
		if err := run.startFull(ctx, &pl); err != nil {
			return err
		}
	}
	err = run.work(ctx, func(ctx context.Context) error { return run.feed(ctx, pl) })
	if err == nil && run.believed {
		waiting := run.waiting
		run.waiting = nil
		err = run.work(ctx, func(ctx context.Context) error { return run.enqueue(ctx, waiting) })
	}
	if err == nil {
		err = run.followWork(ctx)
	}
	run.report.Doubted = run.waiting
	run.report.Checks = run.checks
	if err != nil {
		return err
	}
	return run.finish(ctx)
}

// work reads what feed gives to the readers, and stores it.
func (run *syncRun) work(ctx context.Context, feed func(context.Context) error) error {
	run.jobs, run.steps = make(chan string, 2*run.opts.Concurrency), make(chan step, maxBatch)
	caller := ctx
	g, ctx := errgroup.WithContext(ctx)
	var producers sync.WaitGroup
	produce := func(f func(context.Context) error) {
		producers.Add(1)
		g.Go(func() error {
			defer producers.Done()
			return f(ctx)
		})
	}
	produce(func(ctx context.Context) error {
		defer close(run.jobs)
		return feed(ctx)
	})
	for range run.opts.Concurrency {
		produce(run.read)
	}
	g.Go(func() error { return run.write(caller) }) // what was read when the pass is given up is still stored
	g.Go(func() error {
		producers.Wait()
		close(run.steps)
		return nil
	})
	return g.Wait()
}

// followWork lists the booked time when all histories are stored: of issues that are hidden or gone nothing is
// believed withdrawn. A tracker that does not let us read it, or fails at it, fails nothing else.
func (run *syncRun) followWork(ctx context.Context) error {
	if !run.opts.Work {
		return nil
	}
	l := &workListing{syncRun: run, began: whole(run.trackerNow()), changed: map[string]bool{}}
	err := l.run(ctx)
	run.report.Work = slices.Sorted(maps.Keys(l.changed))
	var e *connectors.Error
	if ctx.Err() == nil && errors.As(err, &e) && e.Class != connectors.Unauthorized {
		run.report.WorkFailed = err
		return nil
	}
	return err
}

// trackerNow is the present by the tracker's clock.
func (run *syncRun) trackerNow() time.Time { return run.now().Add(run.offset()).UTC() }

// offset is the tracker's time minus ours, zero until the tracker has answered for the first time.
func (run *syncRun) offset() time.Duration {
	offset, _, _ := run.tracker.Offset()
	return offset
}

// verify makes sure, once in a pass, that the tracker knows our account: given a wrong key, some treat us as an
// anonymous visitor and silently show less.
func (run *syncRun) verify(ctx context.Context) error {
	run.mu.Lock()
	done := run.verified
	run.mu.Unlock()
	if done {
		return nil
	}
	return run.askSelf(ctx)
}

func (run *syncRun) askSelf(ctx context.Context) error {
	_, err := run.tracker.Self(ctx)
	run.mu.Lock()
	defer run.mu.Unlock()
	run.checks++
	run.verified = err == nil
	return wrap(err, "make sure of our account")
}

// do hands a step to the writer and waits until it is committed.
func (run *syncRun) do(ctx context.Context, apply func(context.Context, *tx) error, report func()) error {
	s := &waited{run: apply, report: report, done: make(chan struct{})}
	if err := run.send(ctx, s); err != nil {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (run *syncRun) send(ctx context.Context, s step) error {
	select {
	case run.steps <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type waited struct {
	run    func(context.Context, *tx) error
	report func()
	done   chan struct{}
}

func (w *waited) apply(ctx context.Context, t *tx) error { return w.run(ctx, t) }

func (w *waited) committed() {
	w.report()
	close(w.done)
}

// enqueue gives ids to the readers, except those that they already have or had.
func (run *syncRun) enqueue(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := run.verify(ctx); err != nil {
		return err
	}
	for _, id := range ids {
		run.mu.Lock()
		had := run.taken[id]
		if !had {
			run.taken[id] = true
			run.queued++
		}
		run.mu.Unlock()
		if had {
			continue
		}
		select {
		case run.jobs <- id:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// read reads histories until there are no more jobs.
func (run *syncRun) read(ctx context.Context) error {
	for {
		var id string
		var more bool
		select {
		case id, more = <-run.jobs:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !more {
			return nil
		}
		s, err := run.readOne(ctx, id)
		if err != nil {
			return err
		}
		if err := run.send(ctx, s); err != nil {
			return err
		}
	}
}

func (run *syncRun) readOne(ctx context.Context, id string) (step, error) {
	r := &reading{run: run, id: id, at: run.trackerNow()}
	h, err := run.tracker.History(ctx, id)
	if err == nil && h.Issue.ID != id {
		err = &connectors.Error{
			Op: message.Of("read issue %s", id), Class: connectors.Garbled,
			Err: message.Errorf("got issue %q", h.Issue.ID),
		}
	}
	switch connectors.ClassOf(err) {
	case connectors.Gone:
		r.vanished = Gone
	case connectors.Hidden:
		r.vanished, r.refused = Hidden, err
	case connectors.Unauthorized:
		return nil, err
	default:
		r.history, r.failed = h, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil && run.opts.Doubt != nil {
		if r.failed = run.opts.Doubt(h); r.failed != nil { // the tracker itself can be read
			r.doubted = true
			return r, run.lose(nil)
		}
	}
	var e *connectors.Error
	if errors.As(r.failed, &e) && e.Limited() { // not caused by this issue, and reading others would make it worse
		return nil, r.failed
	}
	return r, run.lose(r.failed)
}

// lose counts the histories in a row that could not be read, and gives up after maxConsecutiveFailures of them.
func (run *syncRun) lose(err error) error {
	run.mu.Lock()
	defer run.mu.Unlock()
	if err == nil {
		run.streak = 0
		return nil
	}
	if run.streak++; run.streak >= maxConsecutiveFailures {
		return message.Errorf("%d histories in a row could not be read: %w", run.streak, err)
	}
	return nil
}

// reading is the step that keeps one read.
type reading struct {
	run      *syncRun
	id       string
	at       time.Time // tracker's time when it began
	history  connectors.History
	vanished State
	failed   error
	doubted  bool  // failed is that it is not believed
	refused  error // the tracker's, for what vanished

	outcome outcome
	left    bool // the state changed to vanished
	unread  bool // it vanished, and was never read
}

func (r *reading) apply(ctx context.Context, t *tx) (err error) {
	switch {
	case r.doubted, r.failed != nil && r.run.doubted[r.id]: // whatever it fails for, the others have their turn before it
		_, err = t.exec(ctx, setDoubted, r.run.connection, r.id, millis(r.at))
	case r.failed != nil:
	case r.vanished != "":
		r.left, r.unread, err = t.issues(r.run.connection).storeVanished(ctx, r.id, r.vanished, r.at)
	default:
		issues := t.issues(r.run.connection)
		if within := r.run.opts.Within; within != nil && !within(r.history.Issue) {
			var foreign bool
			if foreign, err = issues.forgetForeign(ctx, r.id); err != nil || foreign {
				break
			}
		}
		r.outcome, err = issues.storeHistory(ctx, r.history, r.at)
	}
	return wrap(err, "store issue %s", r.id)
}

func (r *reading) committed() {
	rep := &r.run.report
	rep.Histories++
	switch {
	case r.failed != nil:
		rep.Failed = append(rep.Failed, Failure{Issue: r.id, Err: r.failed})
	case r.unread && r.refused != nil: // a list shows it, and we may not read it: nothing of it would be told else
		rep.Failed = append(rep.Failed, Failure{Issue: r.id, Err: r.refused})
	case r.left && r.vanished == Gone:
		rep.Gone = append(rep.Gone, r.id)
	case r.left:
		rep.Hidden = append(rep.Hidden, r.id)
	}
	if missing := r.history.Missing; len(missing) > 0 {
		rep.Short = append(rep.Short, Short{Issue: r.id, Key: r.history.Issue.Key, Missing: missing})
	}
	for _, l := range []struct {
		is   bool
		list *[]string
	}{{r.outcome.changed, &rep.Changed}, {r.outcome.fresh, &rep.New}, {r.outcome.back, &rep.Back}} {
		if l.is {
			*l.list = append(*l.list, r.id)
		}
	}
	r.run.cameIn = r.run.cameIn || r.outcome.fresh && r.history.Issue.CreatedAt.Before(r.run.lastPass) &&
		r.run.opts.Scope != "" && r.run.tracker.Capabilities().BookedInScope
	r.run.progress.Read++
	r.run.believed = r.run.believed || r.failed == nil && r.run.doubted[r.id]
	if r.failed == nil && r.vanished == "" && !r.outcome.uncertain {
		r.run.mu.Lock()
		delete(r.run.taken, r.id)
		r.run.mu.Unlock()
	}
}

// write commits steps until there are no more.
func (run *syncRun) write(ctx context.Context) error {
	for s := range run.steps {
		batch := run.gather(s)
		err := run.db.inTx(ctx, func(t *tx) error {
			for _, s := range batch {
				if err := s.apply(ctx, t); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, s := range batch {
			s.committed()
		}
		run.mu.Lock()
		run.progress.ToRead = run.queued
		run.mu.Unlock()
		run.opts.Progress(run.progress)
	}
	return nil
}

func (run *syncRun) gather(first step) []step {
	batch := []step{first}
	for len(batch) < maxBatch {
		select {
		case s, more := <-run.steps:
			if !more {
				return batch
			}
			batch = append(batch, s)
		default:
			return batch
		}
	}
	return batch
}
