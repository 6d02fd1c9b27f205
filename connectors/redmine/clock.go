package redmine

import (
	"net/http"
	"sync"
	"time"
)

// clock is what we know of the tracker's clock against ours.
type clock struct {
	mu     sync.Mutex
	ahead  time.Duration
	at     time.Time
	known  bool
	header bool // measured on a Date header, which is better than any write
	wrote  map[string]time.Time
}

// answered measures the offset on the Date of an answer. The header has whole seconds, cut, hence the half.
// An answer out of a cache carries the Date of its making and says nothing.
func (c *clock) answered(h http.Header, sent, received time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || h.Get("Age") != "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(date.Add(time.Second/2), sent, received)
	c.header = true
}

func (c *clock) set(theirs, sent, received time.Time) {
	ours := sent.Add(received.Sub(sent) / 2)
	c.ahead, c.at, c.known = theirs.Sub(ours), received, true
}

// writing remembers when a write to the issue was sent, until it is read back or refused.
func (c *clock) writing(issue string, sent time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.header {
		return
	}
	c.wrote = map[string]time.Time{issue: sent} // one is enough: the last one is the best measurement
}

// forget drops a write that was not accepted: what is read of the issue then is somebody else's.
func (c *clock) forget(issue string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.wrote, issue)
}

// readBack measures the offset on the newest time in an issue we have just written: Redmine put it there
// between our sending and our reading.
func (c *clock) readBack(issue string, newest, received time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent, ok := c.wrote[issue]
	if c.header || !ok {
		return
	}
	delete(c.wrote, issue)
	c.set(newest.Add(time.Second/2), sent, received)
}

func (c *clock) offset() (time.Duration, time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, c.at, c.known
}
