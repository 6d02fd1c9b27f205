package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"slabridge/connectors"
)

// clock is what we know of the tracker's clock against ours.
type clock struct {
	mu     sync.Mutex
	last   []measured // the newest last, at most three
	header bool       // the tracker sends dates, which are better than any write
	wrote  *wrote     // the last comment of ours that was accepted and not yet read back
}

// measured is one measurement of the offset.
type measured struct {
	ahead time.Duration
	at    time.Time
}

// wrote is a comment that the tracker took between two moments of ours.
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
	if len(c.last) == 3 {
		c.last = c.last[1:]
	}
	c.last = append(c.last, measured{theirs.Add(time.Second / 2).Sub(ours), received})
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

// offset returns the median of the last three measurements, or the smaller of two. One answer with a wrong Date, from
// another machine or from a cache, does not change it; a clock that was really set counts from its second answer on.
func (c *clock) offset() (time.Duration, time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.last)
	if n == 0 {
		return 0, time.Time{}, false
	}
	sorted := slices.SortedFunc(slices.Values(c.last), func(a, b measured) int { return cmp.Compare(a.ahead, b.ahead) })
	middle := sorted[n/2]
	if n == 2 && sorted[0].ahead.Abs() < middle.ahead.Abs() {
		middle = sorted[0]
	}
	return middle.ahead, c.last[n-1].at, true
}
