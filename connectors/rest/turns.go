package rest

import (
	"context"
	"sync"
)

// Turns let one write to an issue through at a time: overlapping ones make trackers refuse all but one. The zero value is
// ready.
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
