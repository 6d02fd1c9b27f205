package enforcer

import (
	"slices"
	"time"

	"slabridge/enforcer/calendar"
)

func (c *Cycle) paused() *Pause {
	if n := len(c.Pauses); n > 0 && c.Pauses[n-1].To.IsZero() {
		return &c.Pauses[n-1]
	}
	return nil
}

func (c *Cycle) resume(at time.Time) {
	if p := c.paused(); p != nil {
		p.To = later(at, p.From)
	}
}

// endPauses ends a cycle's pauses with the cycle. Its end may lie before the change of status, at a moment that a field
// names.
func (c *Cycle) endPauses(at time.Time) {
	c.Pauses = slices.DeleteFunc(c.Pauses, func(p Pause) bool { return p.From.After(at) })
	if n := len(c.Pauses); n > 0 && (c.Pauses[n-1].To.IsZero() || c.Pauses[n-1].To.After(at)) {
		c.Pauses[n-1].To = at
	}
}

// spans gives the pauses for the calendar; one that lasts is taken up to t.
func (c *Cycle) spans(t time.Time) []calendar.Span {
	if len(c.Pauses) == 0 {
		return nil
	}
	out := make([]calendar.Span, 0, len(c.Pauses))
	for _, p := range c.Pauses {
		to := p.To
		if to.IsZero() {
			to = t
		}
		if to.After(p.From) {
			out = append(out, calendar.Span{From: p.From, To: to})
		}
	}
	return out
}
