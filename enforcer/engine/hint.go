package engine

import (
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// hints are issues that webhooks reported as changed and that no pass has read yet. They only make slabridge faster: a
// change without a hint is found by the schedule. It is safe for concurrent use.
type hints struct {
	came chan struct{} // has something when a connection without hints got one

	mu      sync.Mutex
	waiting map[string]map[string]bool // issues by connection; none: it is only to be looked at
	budgets map[string]*rate.Limiter   // of issues read again, by connection
}

func newHints() *hints {
	return &hints{came: make(chan struct{}, 1), waiting: map[string]map[string]bool{}, budgets: map[string]*rate.Limiter{}}
}

// add keeps that issues of a connection may have changed; it reports whether all of them will be read again.
func (h *hints) add(now time.Time, connection string, issues ...string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting, asked := h.waiting[connection]
	if !asked {
		waiting = map[string]bool{}
		h.waiting[connection] = waiting
		select {
		case h.came <- struct{}{}:
		default: // it was said already, of another connection
		}
	}
	budget := h.budgets[connection]
	if budget == nil {
		budget = rate.NewLimiter(rate.Every(time.Minute/hintsPerMinute), hintsPerMinute)
		h.budgets[connection] = budget
	}
	all := true
	for _, id := range issues {
		switch {
		case waiting[id]:
		case budget.AllowN(now, 1):
			waiting[id] = true
		default:
			all = false
		}
	}
	return all
}

// take gives the issues that a pass over the connection is to read again, and forgets them: the mirror keeps them as
// soon as the pass has stored its first page.
func (h *hints) take(connection string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	issues := slices.Sorted(maps.Keys(h.waiting[connection]))
	delete(h.waiting, connection)
	return issues
}

// ready are the connections for which hints are to bring a pass about. A tracker in trouble is left alone: the next try
// takes what waits. What was said of a connection that is no longer there is forgotten.
func (h *hints) ready(connections []Connection, looked map[string]lastPass) map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := map[string]bool{}
	waiting := map[string]map[string]bool{}
	for _, c := range connections {
		issues, ok := h.waiting[c.ID]
		if !ok {
			continue
		}
		waiting[c.ID] = issues
		if looked[c.ID].failedAt.IsZero() {
			ids[c.ID] = true
		}
	}
	h.waiting = waiting
	return ids
}

// hintWait is how long after a first hint the pass is made, when the last one that hints brought about began at last.
func hintWait(now, last time.Time) time.Duration {
	return min(max(last.Add(hintGap).Sub(now), hintWindow), hintGap)
}
