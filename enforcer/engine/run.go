package engine

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/robfig/cron/v3"

	"slabridge/config/message"
	"slabridge/enforcer/outbox"
)

// lastPass is how the last pass over a connection ended.
type lastPass struct {
	now      time.Time // by which the last pass that came so far decided
	failedAt time.Time // when the last pass failed, tracker's time; zero: it did not
	// restUntil is until when the tracker wants to be left alone, its time; limited is how often in a row it said so
	// without a time.
	restUntil time.Time
	limited   int
}

// restUntil is until when, by the tracker's time, it wants to be left alone after a pass; zero: it does not. limits is
// how often it had said before the pass that it is asked too much: it says so in whatever request, and few of them fail
// a pass.
func (e *Engine) restUntil(s source, limits int64) (until time.Time, unsaid bool) {
	times, at := s.conn.Tracker.Limits()
	if times <= limits {
		return time.Time{}, false
	}
	wish := at.Sub(e.clock())
	if unsaid = wish <= 0; unsaid {
		wish = pause(s.conn.ID, e.looked[s.conn.ID].limited+1)
	}
	return s.trackerTime().Add(wish), unsaid
}

// note keeps how a pass that decided by now ended, for the wake-up after it. limits as for restUntil.
func (e *Engine) note(s source, now time.Time, limits int64, err error) {
	l := e.looked[s.conn.ID]
	if !now.IsZero() {
		l.now = now
	}
	l.failedAt = time.Time{}
	if err != nil {
		l.failedAt = s.trackerTime()
	}
	var unsaid bool
	switch l.restUntil, unsaid = e.restUntil(s, limits); {
	case unsaid:
		l.limited++
	case err == nil && l.restUntil.IsZero():
		l.limited = 0
	}
	e.looked[s.conn.ID] = l
}

// pause is the nth in a row. It is the same for the same connection: nothing here is left to chance.
func pause(connection string, n int) time.Duration {
	d := longestPause
	if n < 6 {
		d = firstPause << (n - 1)
	}
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %d", connection, n)
	return d + d/4*time.Duration(h.Sum32()%1000)/1000
}

// resting reports whether the connection's tracker wants to be left alone.
func (e *Engine) resting(s source) bool {
	return s.trackerTime().Before(e.looked[s.conn.ID].restUntil)
}

// Run passes over each connection by its schedule, over those that Hint tells of, and over all of them whenever the
// next moment comes at which time alone gives something to do. It returns when ctx ends, after the write under way.
// Each pass is told to report, errors included: they are for the next pass to overcome. Settings that arrive on reload
// are taken between two passes.
func (e *Engine) Run(ctx context.Context, reload <-chan Settings, report func([]Report, error)) error {
	ticks := make(chan string, 64)
	schedule, err := e.schedule(ticks)
	if err != nil {
		return err
	}
	defer func() { <-schedule.Stop().Done() }()
	e.doubtNames()
	report(e.Pass(ctx))
	passedAt := e.clock()       // when the last pass over all of them ended
	var window <-chan time.Time // open while hints gather
	var hintedAt time.Time      // when the last pass that they brought about began
	for {
		wake, stop, err := e.wake(ctx, passedAt)
		if err != nil && ctx.Err() == nil {
			report(nil, err)
		}
		select {
		case <-ctx.Done():
			stop()
			return nil
		case s := <-reload:
			stop()
			old := e.settings
			e.Configure(s)
			next, err := e.schedule(ticks)
			if err != nil {
				e.Configure(old)
				report(nil, message.Errorf("reload: %w", err))
				continue
			}
			schedule.Stop()
			schedule = next
			e.doubtNames()
			report(e.Pass(ctx))
			passedAt = e.clock()
		case id := <-ticks:
			stop()
			report(e.passOver(ctx, due(id, ticks)))
		case <-e.hints.came:
			stop()
			if window == nil {
				window = time.NewTimer(hintWait(e.clock(), hintedAt)).C
			}
		case <-window:
			stop()
			window = nil
			if ids := e.hints.ready(e.settings.Connections, e.looked); len(ids) > 0 {
				hintedAt = e.clock()
				report(e.passOver(ctx, ids))
			}
		case <-wake:
			report(e.Pass(ctx))
			passedAt = e.clock()
		}
	}
}

// doubtNames has the names of every connection read again in its next pass: whoever starts or reloads the daemon may
// just have mended something in the tracker, and looks at what it says of it.
func (e *Engine) doubtNames() {
	for _, c := range e.settings.Connections {
		e.stale[c.ID] = true
	}
}

// due gathers the connections whose tick has come, each once.
func due(first string, ticks <-chan string) map[string]bool {
	ids := map[string]bool{first: true}
	for len(ticks) > 0 {
		ids[<-ticks] = true
	}
	return ids
}

// schedule starts a ticker for each connection. Its jobs only say that it is time: they cannot panic, overlap or
// pile up.
func (e *Engine) schedule(ticks chan<- string) (*cron.Cron, error) {
	c := cron.New(cron.WithLocation(time.UTC))
	for _, conn := range e.settings.Connections {
		if _, err := ParseSchedule(conn.Poll, e.clock()); err != nil {
			return nil, message.Errorf("connection %s: poll: %w", conn.ID, err)
		}
		polls, err := parseCron(conn.Poll)
		if err != nil {
			return nil, message.Errorf("connection %s: poll: %w", conn.ID, err)
		}
		c.Schedule(polls, cron.FuncJob(func() {
			select {
			case ticks <- conn.ID:
			default:
			}
		}))
	}
	c.Start()
	return c, nil
}

func (e *Engine) passOver(ctx context.Context, ids map[string]bool) ([]Report, error) {
	return each(e.settings.Connections, func(c Connection) (Report, error) {
		if !ids[c.ID] {
			return Report{Connection: c.ID}, nil
		}
		return e.pass(ctx, c)
	})
}

// wake gives a channel that fires at the next moment at which time alone gives something to do, of any connection;
// never, when nothing is to come. It counts minWake from passedAt and not from now: ticks and hints of one connection,
// however many, put off nothing that is due on another.
func (e *Engine) wake(ctx context.Context, passedAt time.Time) (<-chan time.Time, func(), error) {
	var first time.Duration
	found := false
	for _, c := range e.settings.Connections {
		s := e.source(c)
		at, err := nextLook(ctx, &s, e.looked[c.ID])
		if err != nil {
			return nil, func() {}, err
		}
		if in := at.Sub(s.trackerTime()); !at.IsZero() && (!found || in < first) {
			first, found = in, true
		}
	}
	if !found {
		return nil, func() {}, nil
	}
	t := time.NewTimer(max(first, min(passedAt.Add(minWake).Sub(e.clock()), minWake)))
	return t.C, func() { t.Stop() }, nil
}

// nextLook is the moment, tracker's time, at which a connection is to be looked at again: what came since the last
// pass decided, too, but not what that pass could not do, for then the schedule brings the next try. A failed pass
// is tried again soon, however rare the polls are.
func nextLook(ctx context.Context, s *source, l lastPass) (time.Time, error) {
	if !l.failedAt.IsZero() {
		return later(l.failedAt.Add(outbox.RetryAfter), l.restUntil), nil
	}
	if !l.restUntil.IsZero() { // what the limit kept from being done is made up for then
		return l.restUntil, nil
	}
	next, err := s.ledger.NextMoment(ctx, s.conn.ID, l.now)
	if err != nil {
		return time.Time{}, err
	}
	open, err := s.ledger.Unfinished(ctx, s.conn.ID)
	if err != nil {
		return time.Time{}, err
	}
	var lag time.Duration
	if s.conn.Tracker != nil {
		lag = s.conn.Tracker.Capabilities().Lag
	}
	for _, w := range open {
		first, last := outbox.LooksAt(w, lag)
		for _, at := range []time.Time{first, last} {
			if at.After(l.now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next, nil
}
