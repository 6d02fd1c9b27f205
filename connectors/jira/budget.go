package jira

import (
	"context"
	"slices"
	"sync"
	"time"

	"slabridge/connectors/rest"
)

// budget keeps the writes to one issue within what Cloud bears: 20 in two seconds and 100 in thirty, for all of the
// account's together. We stay a little below.
type budget struct {
	now  func() time.Time
	mu   sync.Mutex
	sent map[string][]time.Time // by issue, oldest first
}

var limits = []struct {
	writes int
	within time.Duration
}{{18, 2 * time.Second}, {90, 30 * time.Second}}

// spend waits until one more write to the issue is within the limits.
func (b *budget) spend(ctx context.Context, issue string) error {
	for {
		wait := b.take(issue)
		if wait <= 0 {
			return nil
		}
		if err := rest.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// take counts a write and gives 0, or tells how long to wait.
func (b *budget) take(issue string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.sent == nil {
		b.sent = map[string][]time.Time{}
	}
	old := func(at time.Time) bool { return now.Sub(at) >= limits[len(limits)-1].within }
	for i, sent := range b.sent { // of issues written to long ago nothing is kept
		if sent = slices.DeleteFunc(sent, old); len(sent) == 0 {
			delete(b.sent, i)
		} else {
			b.sent[i] = sent
		}
	}
	sent := b.sent[issue]
	for _, l := range limits {
		if n := len(sent); n >= l.writes {
			if wait := l.within - now.Sub(sent[n-l.writes]); wait > 0 {
				return wait
			}
		}
	}
	b.sent[issue] = append(sent, now)
	return 0
}
