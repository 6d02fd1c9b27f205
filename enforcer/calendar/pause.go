package calendar

import (
	"cmp"
	"slices"
	"time"

	"slabridge/config/message"
)

// Span is a stretch of time, [From, To).
type Span struct {
	From, To time.Time
}

// clock is what a term counts by: the calendar's working time, or plain time.
type clock struct {
	cal   *Calendar
	plain bool
}

func (k clock) between(from, to int64) (int64, error) {
	if k.plain {
		return max(0, to-from), nil
	}
	return k.cal.worked(from, to)
}

func (k clock) add(from, seconds int64) (int64, error) {
	if k.plain {
		return from + seconds, nil
	}
	return k.cal.add(from, seconds)
}

type span struct{ from, to int64 }

// merge sorts pauses, joins those that touch or overlap, and drops what lies
// before start.
func merge(pauses []Span, start int64) ([]span, error) {
	list := make([]span, 0, len(pauses))
	for _, p := range pauses {
		if p.To.Before(p.From) {
			return nil, message.Errorf("pause from %s ends before it begins, at %s; one that is still going on ends now",
				p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
		}
		s := span{max(start, p.From.Unix()), p.To.Unix()}
		if s.to > s.from {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := list[:0]
	for _, s := range list {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	return merged, nil
}

// delay moves due later by the counting time of the pauses that begin before
// it. Each move may bring the next pause into reach.
func (c *Calendar) delay(k clock, start, due int64, pauses []Span) (int64, error) {
	merged, err := merge(pauses, start)
	if err != nil {
		return 0, err
	}
	for _, p := range merged {
		if p.from >= due {
			break
		}
		covered, err := k.between(p.from, p.to)
		if err != nil {
			return 0, err
		}
		if due, err = k.add(due, covered); err != nil {
			return 0, err
		}
	}
	return due, nil
}

// Reclock moves a deadline to where it comes when the clock of another term takes over at a moment before it: what the
// first counts between the two, pauses left out, is counted by the other from there on, and put off by its pauses.
func (c *Calendar) Reclock(at, due time.Time, from, to Term, pauses []Span) (time.Time, error) {
	start := at.Unix()
	left, err := counted(clock{c, from.plain()}, start, due.Unix(), pauses)
	if err != nil {
		return time.Time{}, err
	}
	k := clock{c, to.plain()}
	moved, err := k.add(start, left)
	if err != nil {
		return time.Time{}, err
	}
	if moved, err = c.delay(k, start, moved, pauses); err != nil {
		return time.Time{}, err
	}
	return c.time(moved), nil
}

// Counted returns how much the term's own clock counts in [from, to), pauses
// left out: working time, or plain time for days and round the clock.
func (c *Calendar) Counted(term Term, from, to time.Time, pauses []Span) (time.Duration, error) {
	s, err := counted(clock{c, term.plain()}, from.Unix(), to.Unix(), pauses)
	return time.Duration(s) * time.Second, err
}

func counted(k clock, from, to int64, pauses []Span) (int64, error) {
	total, err := k.between(from, to)
	if err != nil || len(pauses) == 0 {
		return total, err
	}
	merged, err := merge(pauses, from)
	if err != nil {
		return 0, err
	}
	for _, p := range merged {
		paused, err := k.between(p.from, min(p.to, to))
		if err != nil {
			return 0, err
		}
		total -= paused
	}
	return total, nil
}

// Percent returns the moment at which so many percent of the counting time between start and due have passed on the
// term's own clock, with the pauses that deadline was worked out with. Fractions of a second are cut off, so the moment
// lies before due whenever any time counts between the two. A percentage outside 1 to 99 and a deadline that is not
// after start are errors.
func (c *Calendar) Percent(term Term, start, due time.Time, percent int, pauses []Span) (time.Time, error) {
	if percent < 1 || percent > 99 {
		return time.Time{}, message.Errorf("%d percent of a term; it must be 1 to 99", percent)
	}
	from, to := start.Unix(), due.Unix()
	if to <= from {
		return time.Time{}, message.Errorf("%d percent of a term that is due at its start, %s", percent,
			c.time(from).Format(time.RFC3339))
	}
	k := clock{c, term.plain()}
	total, err := counted(k, from, to, pauses)
	if err != nil {
		return time.Time{}, err
	}
	at, err := k.add(from, total*int64(percent)/100)
	if err != nil {
		return time.Time{}, err
	}
	at, err = c.delay(k, from, at, pauses)
	if err != nil {
		return time.Time{}, err
	}
	return c.time(at), nil
}
