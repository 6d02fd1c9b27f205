package enforcer

import (
	"fmt"
	"slices"
	"time"
)

// stamp writes a moment in the contract's zone as people there write it.
func stamp(t time.Time, loc *time.Location, lang string) string {
	if lang == "ru" {
		return t.In(loc).Format("02.01.2006 15:04:05")
	}
	return t.In(loc).Format("2006-01-02 15:04:05")
}

func reason(code, ru, en string) Reason {
	return Reason{Code: code, Text: Text{"ru": ru, "en": en}}
}

// stepReason says which rule calls for the step and what it is measured against.
func stepReason(ev *Evaluation, c *Cycle, s CycleStep) Reason {
	loc := c.Contract.Calendar.Location()
	ru := fmt.Sprintf("%s, %s: отсчёт с %s", c.Obligation.Source, c.Obligation.ID, stamp(c.StartedAt, loc, "ru"))
	en := fmt.Sprintf("%s, %s: counting from %s", c.Obligation.Source, c.Obligation.ID, stamp(c.StartedAt, loc, "en"))
	if !c.Due.IsZero() {
		ru += ", срок " + stamp(c.Due, loc, "ru")
		en += ", due " + stamp(c.Due, loc, "en")
	}
	if sp := c.spending; sp != nil {
		return reason("share",
			fmt.Sprintf("%s, %s: израсходовано %s из %s, это %d %%", c.Obligation.Source, c.Obligation.ID, decimal(sp.Spent), decimal(sp.Cap()), sp.Share()),
			fmt.Sprintf("%s, %s: %s of at most %s are spent, %d %%", c.Obligation.Source, c.Obligation.ID, decimal(sp.Spent), decimal(sp.Cap()), sp.Share()))
	}
	switch t := s.Step.Trigger; {
	case t.Due:
		return reason("due", ru+": срок прошёл", en+": the due has passed")
	case t.Start():
		return reason("start", ru, en)
	case t.Percent > 0:
		return reason("warn", ru+fmt.Sprintf(": прошло %d %% времени", t.Percent), en+fmt.Sprintf(": %d %% of the time has passed", t.Percent))
	}
	return reason("warn", ru+": предупреждение "+stamp(s.At, loc, "ru"), en+": warning at "+stamp(s.At, loc, "en"))
}

func (d *decider) pastReason(s CycleStep) Reason {
	loc := d.ev.Contract.Calendar.Location()
	if s.FiresAt().Before(d.line.EnforceFrom) {
		return reason("before-enforcement",
			"момент шага раньше начала контроля "+stamp(d.line.EnforceFrom, loc, "ru"),
			"the step's moment lies before enforcement began, "+stamp(d.line.EnforceFrom, loc, "en"))
	}
	return reason("moved-into-past",
		"в прошлый проход "+stamp(d.line.PassedAt, loc, "ru")+" этот момент ещё не наступал: его сдвинуло не время, а изменение настроек, календаря или полей",
		"at the last pass, "+stamp(d.line.PassedAt, loc, "en")+", this moment had not come: not time but a change of configuration, calendar or fields moved it here")
}

func holdReason(why string) Reason {
	return reason("hold", "запись приостановлена: "+why, "writes are on hold: "+why)
}

func needlessReason(c *Cycle) Reason {
	why := map[string][2]string{
		"stopped":            {"выполнено до записи", "done before it was written"},
		"resolved":           {"запрос решён", "the request is resolved"},
		"closed-by-customer": {"запрос закрыл заказчик", "the customer closed the request"},
		"closed-by-nobody":   {"запрос закрыт человеком без роли в договоре", "the request was closed by someone without a role"},
		"duplicate":          {"запрос закрыт как дубликат", "the request was closed as a duplicate"},
		"left-contract":      {"запрос больше не относится к договору", "the request left the contract"},
		"left-status":        {"статус больше не тот", "the status class was left"},
		"severity":           {"критичность изменилась", "the severity changed"},
		"gone":               {"запрос удалён", "the request was deleted"},
		"again":              {"отсчёт начат заново", "the stopwatch was started anew"},
		"reopened":           {"запрос переоткрыт", "the request was reopened"},
		"due":                {"срок прошёл", "the due passed"},
	}[c.EndWhy]
	return reason("ended", why[0], why[1])
}

func waitReason(until time.Time, loc *time.Location) Reason {
	return reason("outside-hours",
		"внутренний шаг ждёт рабочего времени: "+stamp(until, loc, "ru"),
		"an internal step waits for working hours: "+stamp(until, loc, "en"))
}

func overtakenReason(by *Decision) Reason {
	step := by.Key.Obligation + "/" + by.Key.Step
	return reason("overtaken", "перекрыт более поздним шагом "+step, "overtaken by the later step "+step)
}

// comment gathers what the step's text may say.
func (d *decider) comment(c *Cycle, s CycleStep) *Comment {
	sc := s.Step.Comment
	out := &Comment{
		Audience: sc.Audience, Text: sc.Text, Names: sc.Names,
		Obligation: c.Obligation.Title, Source: c.Obligation.Source,
		Severity:  c.Contract.severityTitle(c.Severity),
		StartedAt: c.StartedAt, Due: c.Due, Moment: s.At, Remaining: d.ev.remainingAt(c, s.At),
		Next: d.next(c, sc.Audience),
	}
	if c.Work != nil {
		out.Spent, out.AtMost, out.By, out.Date = c.Work.Spent, c.Rule.AtMost, c.WorkBy.ID, c.Work.On
	}
	if c.Rule.On == DueDate {
		out.Date, out.Moves = c.date, len(c.Moves)
	}
	if plan := d.ev.State.NeedsPlan; plan != "" && plan != c.Contract.Plan {
		out.Plan = plan
	}
	if c.period != nil {
		out.Period = c.period.Period
	}
	if s := c.spending; s != nil {
		out.Period, out.Share, out.Sum, out.Limit = s.Period, s.Share(), decimal(s.Spent), decimal(s.Cap())
	}
	// a late receipt never promises a moment that has passed, nor work that has already begun
	if c.Rule.As != "" && c.Due.After(d.ev.Now) && d.ev.running(c.Rule.As) {
		out.BeginBy = c.Due
	}
	return out
}

// decimal writes hundredths as a decimal number.
func decimal(hundredths int64) string {
	return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
}

func (c *Contract) severityTitle(id string) Text {
	for _, s := range c.Severities {
		if s.ID == id {
			return s.Title
		}
	}
	return Text{"en": id}
}

func (ev *Evaluation) remainingAt(c *Cycle, at time.Time) time.Duration {
	term := ev.term(c, c.Rule)
	if c.Due.IsZero() || term == nil || !at.Before(c.Due) {
		return 0
	}
	d, err := c.Contract.Calendar.Counted(*term, at, c.Due, nil)
	if err != nil {
		return 0 // the due itself was computed over the same days, so this cannot happen
	}
	return d
}

func (ev *Evaluation) running(obligation string) bool {
	return slices.ContainsFunc(ev.Cycles, func(c Cycle) bool {
		return c.Obligation.ID == obligation && c.EndedAt.IsZero()
	})
}

// nextShown bounds the list of what happens next in a comment.
const nextShown = 3

// next lists what happens if nobody acts. A customer is told only what is owed to the customer: the next
// public word. The issue of one period of a duty is not told of the others.
func (d *decider) next(of *Cycle, audience Audience) []NextStep {
	var out []NextStep
	for i := range d.ev.Cycles {
		c := &d.ev.Cycles[i]
		if !c.EndedAt.IsZero() || c.State == Paused || of.Obligation.Kind == Duty && c.ID != of.ID {
			continue
		}
		for _, s := range c.Steps {
			if !s.FiresAt().After(d.ev.Now) || !s.Step.Trigger.Due {
				continue
			}
			if audience == Public && !c.Obligation.Repeat {
				continue
			}
			out = append(out, NextStep{
				Obligation: c.Obligation.Title, ID: c.Obligation.ID, Step: s.Step.ID, At: s.At,
				Role: Role(firstOf(string(s.Step.Assign), string(s.Step.Watch))),
			})
		}
	}
	slices.SortStableFunc(out, func(a, b NextStep) int { return a.At.Compare(b.At) })
	return out[:min(len(out), nextShown)]
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
