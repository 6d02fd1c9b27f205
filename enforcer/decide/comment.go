package decide

import (
	"cmp"
	"fmt"
	"slices"

	"slabridge/enforcer"
)

// comment gathers what the step's text may say.
func (d *decider) comment(c *enforcer.Cycle, s enforcer.CycleStep) *enforcer.Comment {
	sc := s.Step.Comment
	out := &enforcer.Comment{
		Audience: sc.Audience, Text: sc.Text, Names: sc.Names,
		Obligation: c.Obligation.Title, Source: c.Obligation.Source,
		Severity:  c.Contract.SeverityTitle(c.Severity),
		Solved:    !d.ev.State.Status.Open(),
		StartedAt: c.StartedAt, Due: c.Due, Asked: c.Asked, Moment: s.At, Remaining: d.ev.RemainingAt(c, s.At),
		Plain: c.AlwaysOn(), Next: d.next(c, sc.Audience),
	}
	if c.CountsFrom.After(c.StartedAt) && !c.CountsFrom.Equal(c.MovedAt) && c.Obligation.Beside == "" && !c.Due.IsZero() {
		out.Raised = c.CountsFrom
	}
	if c.Work != nil {
		out.Spent, out.AtMost, out.By, out.Date = c.Work.Spent, c.Rule.AtMost, c.WorkBy.ID, c.Work.On
	}
	if c.Rule.On == enforcer.DueDate {
		out.Date, out.Moves = c.Date, len(c.Moves)
	}
	if plan := d.ev.State.NeedsPlan; plan != "" && plan != c.Contract.Plan {
		out.Plan = plan
	}
	if c.Run != nil {
		out.Period = c.Run.Period
	}
	if s := c.Spending; s != nil {
		out.Period, out.Share, out.Sum, out.Limit = s.Period, s.Share(), decimal(s.Spent), decimal(s.Cap())
		out.Over = s.Exceeded()
	}
	// a late receipt never promises a moment that has passed, nor work that has already begun
	if c.Rule.As != "" && c.Due.After(d.ev.Now) && running(&d.ev, c.Rule.As) {
		out.BeginBy = c.Due
		if o := c.Contract.Obligation(c.Rule.As); o != nil && o.Source != c.Obligation.Source {
			out.BeginSource = o.Source
		}
	}
	return out
}

// ours reports whether a comment by slabridge itself fulfils the obligation: then nothing happens next.
func ours(o *enforcer.Obligation) bool {
	return slices.ContainsFunc(o.Stop, func(c enforcer.Condition) bool { return slices.Contains(c.By, enforcer.Bot) })
}

// decimal writes hundredths as a decimal number.
func decimal(hundredths int64) string {
	return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
}

func running(ev *enforcer.Evaluation, obligation string) bool {
	return slices.ContainsFunc(ev.Cycles, func(c enforcer.Cycle) bool {
		return c.Obligation.ID == obligation && c.EndedAt.IsZero()
	})
}

// nextShown bounds the list of what happens next in a comment.
const nextShown = 3

// next lists what happens if nobody acts. A customer is told only what is owed to the customer: the next
// public word. The issue of one period of a duty is not told of the others.
func (d *decider) next(of *enforcer.Cycle, audience enforcer.Audience) []enforcer.NextStep {
	var out []enforcer.NextStep
	for i := range d.ev.Cycles {
		c := &d.ev.Cycles[i]
		if !c.EndedAt.IsZero() || c.State == enforcer.Paused || of.Obligation.Kind == enforcer.Duty && c.ID != of.ID {
			continue
		}
		for _, s := range c.Steps {
			if !s.FiresAt().After(d.ev.Now) || !s.Step.Trigger.Due {
				continue
			}
			if audience == enforcer.Public && !c.Obligation.Repeat || c.Obligation.Items != nil || ours(c.Obligation) {
				continue
			}
			next := enforcer.NextStep{
				Obligation: c.Obligation.Title, ID: c.Obligation.ID, Source: c.Obligation.Source, Step: s.Step.ID, At: s.At,
			}
			if !c.Obligation.Escalation { // else its title says who comes in
				next.Role = cmp.Or(s.Step.Assign, s.Step.Watch)
			}
			out = append(out, next)
		}
	}
	slices.SortStableFunc(out, func(a, b enforcer.NextStep) int { return a.At.Compare(b.At) })
	return out[:min(len(out), nextShown)]
}
