package enforcer

import (
	"slices"
	"time"
)

// Lowering is a severity that was lowered before a deadline, so that the deadline no longer applied.
type Lowering struct {
	Event      string
	At         time.Time
	By         Person
	From, To   string    // severities
	Obligation string    // whose deadline came first
	Due        time.Time // as it was until then
}

// Lowerings finds the severities that were lowered before a deadline, in [from, to).
func Lowerings(c *Contract, r *Request, from, to time.Time) []Lowering {
	var out []Lowering
	for i := 1; i < len(r.Moments); i++ {
		m, was := &r.Moments[i], r.Moments[i-1].State.Severity
		version := c.inForce(r.ReceivedAt)
		if m.At.Before(from) || !m.At.Before(to) || version.SeverityRank(m.State.Severity) <= version.SeverityRank(was) ||
			was == "" {
			continue
		}
		before := *r
		before.Moments = r.Moments[:i]
		ev := Evaluate(c, &before, m.At)
		pending := slices.DeleteFunc(ev.Cycles, func(c Cycle) bool {
			return !c.EndedAt.IsZero() || c.Due.IsZero() || !c.Due.After(m.At)
		})
		if len(pending) == 0 {
			continue
		}
		first := slices.MinFunc(pending, func(a, b Cycle) int { return a.Due.Compare(b.Due) })
		out = append(out, Lowering{
			Event: m.Event, At: m.At, By: m.By, From: was, To: m.State.Severity, Obligation: first.Obligation.ID, Due: first.Due,
		})
	}
	return out
}
