package redmine

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"slabridge/connectors"
)

// clock is what we know of the tracker's clock against ours.
type clock struct {
	mu     sync.Mutex
	ahead  time.Duration
	at     time.Time
	known  bool
	header bool   // the tracker sends dates, which are better than any write
	wrote  *wrote // the last comment of ours that was accepted and not yet read back
}

// wrote is a comment that Redmine took between two moments of ours.
type wrote struct {
	issue, mark    string
	sent, received time.Time
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
	c.set(date, sent, received)
	c.header = true
}

func (c *clock) set(theirs, sent, received time.Time) {
	ours := sent.Add(received.Sub(sent) / 2)
	c.ahead, c.at, c.known = theirs.Add(time.Second/2).Sub(ours), received, true
}

// accepted remembers a write with a comment. One is enough: the last is the best measurement.
func (c *clock) accepted(w wrote) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.header && w.mark != "" {
		c.wrote = &w
	}
}

// readBack measures the offset on the time that Redmine gave to a comment of ours. The issue's own time would not
// do: a write that was silently ignored does not move it.
func (c *clock) readBack(h connectors.History) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.wrote
	if c.header || w == nil || w.issue != h.Issue.ID {
		return
	}
	c.wrote = nil
	for _, e := range h.Events {
		if e.Note != nil && strings.Contains(e.Note.Text, w.mark) {
			c.set(e.At, w.sent, w.received)
		}
	}
}

func (c *clock) offset() (time.Duration, time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, c.at, c.known
}
