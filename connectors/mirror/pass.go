package mirror

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"slabridge/connectors"
)

// maxBatch is how many steps share a transaction when the disk is slower than the tracker.
const maxBatch = 64

// pass is one Sync. One goroutine lists (feed), some read histories (read), one writes (write): listing,
// reading and writing overlap, and the writer takes into a transaction whatever has come in while it was
// committing the one before.
type pass struct {
	db         *DB
	connection string
	tracker    connectors.Tracker
	now        func() time.Time
	opts       SyncOptions
	began      time.Time
	lag        time.Duration // see connectors.Capabilities

	jobs  chan string // ids to read
	steps chan step

	mu       sync.Mutex
	taken    map[string]bool // ids in jobs or being read, and those that this pass has tried but left wanted
	streak   int             // failures since the last history that could be read
	queued   int             // histories given to the readers
	verified bool
	checks   int

	// The writer's own until all goroutines have ended.
	report   Report
	progress Progress
}

// step is something to write. apply runs inside a transaction that others share, committed after it, in the
// writer's goroutine.
type step interface {
	apply(ctx context.Context, t *tx) error
	committed()
}

func newPass(db *DB, connection string, t connectors.Tracker, now func() time.Time, opts SyncOptions) *pass {
	lag := t.Capabilities().Lag
	opts.Overlap = max(opts.Overlap, lag)
	return &pass{
		db: db, connection: connection, tracker: t, now: now, opts: opts, began: now(), lag: lag,
		jobs: make(chan string, 2*opts.Concurrency), steps: make(chan step, maxBatch), taken: map[string]bool{},
		progress: Progress{Listing: true},
	}
}

func (p *pass) run(ctx context.Context) error {
	pl, err := p.plan(ctx)
	if err != nil {
		return err
	}
	if p.opts.Full {
		if err := p.startFull(ctx, &pl); err != nil {
			return err
		}
	}
	if err = p.work(ctx, pl); err == nil {
		err = p.followWork(ctx)
	}
	p.report.Checks = p.checks
	if err != nil {
		return err
	}
	return p.finish(ctx)
}

func (p *pass) work(ctx context.Context, pl plan) error {
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
		defer close(p.jobs)
		return p.feed(ctx, pl)
	})
	for range p.opts.Concurrency {
		produce(p.read)
	}
	g.Go(func() error { return p.write(caller) }) // what was read when the pass is given up is still stored
	g.Go(func() error {
		producers.Wait()
		close(p.steps)
		return nil
	})
	return g.Wait()
}

// trackerNow is the present by the tracker's clock.
func (p *pass) trackerNow() time.Time { return p.now().Add(p.offset()).UTC() }

// offset takes the clocks to agree until the tracker has answered for the first time.
func (p *pass) offset() time.Duration {
	offset, _, _ := p.tracker.Offset()
	return offset
}

// verify makes sure, once in a pass, that the tracker knows us: one that takes a wrong key for a stranger
// shows less of everything, without a word.
func (p *pass) verify(ctx context.Context) error {
	p.mu.Lock()
	done := p.verified
	p.mu.Unlock()
	if done {
		return nil
	}
	return p.askSelf(ctx)
}

func (p *pass) askSelf(ctx context.Context) error {
	_, err := p.tracker.Self(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checks++
	p.verified = err == nil
	return wrap(err, "make sure of our account")
}

// do hands a step to the writer and waits until it is committed.
func (p *pass) do(ctx context.Context, apply func(context.Context, *tx) error, report func()) error {
	s := &waited{run: apply, report: report, done: make(chan struct{})}
	if err := p.send(ctx, s); err != nil {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pass) send(ctx context.Context, s step) error {
	select {
	case p.steps <- s:
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

// enqueue gives ids to the readers, but for those they have or had.
func (p *pass) enqueue(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := p.verify(ctx); err != nil {
		return err
	}
	for _, id := range ids {
		p.mu.Lock()
		had := p.taken[id]
		if !had {
			p.taken[id] = true
			p.queued++
		}
		p.mu.Unlock()
		if had {
			continue
		}
		select {
		case p.jobs <- id:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// read reads histories until there are no more jobs.
func (p *pass) read(ctx context.Context) error {
	for {
		var id string
		var more bool
		select {
		case id, more = <-p.jobs:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !more {
			return nil
		}
		s, err := p.readOne(ctx, id)
		if err != nil {
			return err
		}
		if err := p.send(ctx, s); err != nil {
			return err
		}
	}
}

func (p *pass) readOne(ctx context.Context, id string) (step, error) {
	r := &reading{pass: p, id: id, at: p.trackerNow()}
	h, err := p.tracker.History(ctx, id)
	if err == nil && h.Issue.ID != id {
		err = &connectors.Error{Op: "read issue " + id, Class: connectors.Garbled, Err: fmt.Errorf("got issue %q", h.Issue.ID)}
	}
	switch connectors.ClassOf(err) {
	case connectors.Gone:
		r.vanished = Gone
	case connectors.Hidden:
		r.vanished = Hidden
	case connectors.Unauthorized:
		return nil, err
	default:
		r.history, r.failed = h, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return r, p.lose(r.failed)
}

// lose counts failures, and gives up when the tracker answers nobody any more.
func (p *pass) lose(err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.streak = 0
		return nil
	}
	if p.streak++; p.streak >= patience {
		return fmt.Errorf("%d histories in a row could not be read: %w", p.streak, err)
	}
	return nil
}

// reading is the step that keeps one read.
type reading struct {
	pass     *pass
	id       string
	at       time.Time // tracker's time when it began
	history  connectors.History
	vanished State
	failed   error

	outcome outcome
	left    bool // the state changed to vanished
}

func (r *reading) apply(ctx context.Context, t *tx) (err error) {
	switch {
	case r.failed != nil:
	case r.vanished != "":
		r.left, err = t.storeVanished(ctx, r.pass.connection, r.id, r.vanished, r.at)
	default:
		r.outcome, err = t.storeHistory(ctx, r.pass.connection, r.history, r.at)
	}
	return wrap(err, "store issue %s", r.id)
}

func (r *reading) committed() {
	rep := &r.pass.report
	rep.Histories++
	switch {
	case r.failed != nil:
		rep.Failed = append(rep.Failed, Failure{Issue: r.id, Err: r.failed})
	case r.left && r.vanished == Gone:
		rep.Gone = append(rep.Gone, r.id)
	case r.left:
		rep.Hidden = append(rep.Hidden, r.id)
	}
	for _, l := range []struct {
		is   bool
		list *[]string
	}{{r.outcome.changed, &rep.Changed}, {r.outcome.fresh, &rep.New}, {r.outcome.back, &rep.Back}} {
		if l.is {
			*l.list = append(*l.list, r.id)
		}
	}
	r.pass.progress.Read++
	if r.failed == nil && !r.outcome.unsettled {
		r.pass.mu.Lock()
		delete(r.pass.taken, r.id)
		r.pass.mu.Unlock()
	}
}

// write commits steps until there are no more.
func (p *pass) write(ctx context.Context) error {
	for s := range p.steps {
		batch := p.gather(s)
		err := p.db.inTx(ctx, func(t *tx) error {
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
		p.mu.Lock()
		p.progress.ToRead = p.queued
		p.mu.Unlock()
		p.opts.Progress(p.progress)
	}
	return nil
}

func (p *pass) gather(first step) []step {
	batch := []step{first}
	for len(batch) < maxBatch {
		select {
		case s, more := <-p.steps:
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
