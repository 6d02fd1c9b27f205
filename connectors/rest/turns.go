package rest

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Each calls do for every number below n, as many at a time as there may be requests; the first error ends it.
func (c *Client) Each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.Concurrency)
	for i := range n {
		g.Go(func() error { return do(ctx, i) })
	}
	return g.Wait()
}

// Sleep waits, or gives the error of the context that ended before.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Turns let one write to an issue through at a time: overlapping ones make trackers refuse all but one. The zero value
// is ready.
type Turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // closed when the turn is over
}

// Take waits for the issue's turn; done ends it.
func (t *Turns) Take(ctx context.Context, issue string) (done func(), err error) {
	for {
		t.mu.Lock()
		busy, ok := t.taken[issue]
		if !ok {
			if t.taken == nil {
				t.taken = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.taken[issue] = mine
			t.mu.Unlock()
			return func() { t.end(issue, mine) }, nil
		}
		t.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (t *Turns) end(issue string, mine chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.taken, issue)
	close(mine)
}
