package decide

import (
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// stepOf is a step of a cycle of the evaluation.
type stepOf struct {
	cycle int
	step  string
}

// untold finds the internal steps that are left out because staff was told often enough: a repeating obligation is
// commented in its first broken cycles in a row (TellsAtMost), then at most once a working day, with a breach before a
// warning. Every cycle has its verdict all the same.
func untold(ev *enforcer.Evaluation) map[stepOf]bool {
	var out map[stepOf]bool
	var told calendar.Date // the day on which the obligation was told of last
	for i := range ev.Cycles {
		c := &ev.Cycles[i]
		after := c.Obligation.TellsAtMost()
		if !c.Obligation.Repeat || c.BreachedBefore < after-1 {
			told = calendar.Date{}
			continue
		}
		due := dueDay(c)
		for _, s := range c.Steps {
			day := workingDay(c, s.At)
			switch {
			case day.IsZero() || s.Step.Comment == nil || s.Step.Comment.Audience != enforcer.Internal:
			case c.BreachedBefore < after:
			case day == told || day == due && !s.Step.Trigger.Due:
				if out == nil {
					out = map[stepOf]bool{}
				}
				out[stepOf{i, s.Step.ID}] = true
			}
		}
		if !due.IsZero() {
			told = due
		}
	}
	return out
}

// dueDay is the working day on which staff is told that the cycle's deadline has passed; zero where it is not.
func dueDay(c *enforcer.Cycle) calendar.Date {
	for _, s := range c.Steps {
		if s.Step.Trigger.Due {
			return workingDay(c, s.At)
		}
	}
	return calendar.Date{}
}

// workingDay is the working day on which what falls on a moment is told: of one outside hours, the next. Zero where the
// moment, or the calendar's data for it, is not known.
func workingDay(c *enforcer.Cycle, at time.Time) calendar.Date {
	cal := c.Calendar()
	if at.IsZero() {
		return calendar.Date{}
	}
	at = at.Add(-time.Second) // what falls on a close is of the day that closes
	if in, err := cal.InHours(at); err != nil {
		return calendar.Date{}
	} else if !in {
		if at, err = cal.NextOpening(at); err != nil {
			return calendar.Date{}
		}
	}
	day, err := cal.DayOf(at)
	if err != nil {
		return calendar.Date{}
	}
	return day
}
