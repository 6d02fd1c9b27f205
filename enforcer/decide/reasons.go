package decide

import (
	"fmt"
	"time"

	"slabridge/enforcer"
)

// stamp writes a moment in the contract's zone as people there write it.
func stamp(t time.Time, loc *time.Location, lang string) string {
	if lang == "ru" {
		return t.In(loc).Format("02.01.2006 15:04:05")
	}
	return t.In(loc).Format("2006-01-02 15:04:05")
}

func reason(code, ru, en string) enforcer.Reason {
	return enforcer.Reason{Code: code, Text: enforcer.Text{"ru": ru, "en": en}}
}

// stepReason says which rule calls for the step and what it is measured against.
func stepReason(ev *enforcer.Evaluation, c *enforcer.Cycle, s enforcer.CycleStep) enforcer.Reason {
	loc := c.Contract.Calendar.Location()
	ru := fmt.Sprintf("%s, %s: отсчёт с %s", c.Obligation.Source, c.Obligation.ID, stamp(c.StartedAt, loc, "ru"))
	en := fmt.Sprintf("%s, %s: counting from %s", c.Obligation.Source, c.Obligation.ID, stamp(c.StartedAt, loc, "en"))
	if !c.Due.IsZero() {
		ru += ", срок " + stamp(c.Due, loc, "ru")
		en += ", due " + stamp(c.Due, loc, "en")
	}
	if sp := c.Spending; sp != nil {
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

func (d *decider) pastReason(s enforcer.CycleStep) enforcer.Reason {
	loc := d.ev.Contract.Calendar.Location()
	if s.FiresAt().Before(d.cutover.EnforceFrom) {
		return reason("before-enforcement",
			"момент шага раньше начала контроля "+stamp(d.cutover.EnforceFrom, loc, "ru"),
			"the step's moment lies before enforcement began, "+stamp(d.cutover.EnforceFrom, loc, "en"))
	}
	return reason("moved-into-past",
		"в прошлый проход "+stamp(d.cutover.PassedAt, loc, "ru")+" этот момент ещё не наступал: его сдвинуло не время, а изменение настроек, календаря или полей",
		"at the last pass, "+stamp(d.cutover.PassedAt, loc, "en")+", this moment had not come: not time but a change of configuration, calendar or fields moved it here")
}

func holdReason(why string) enforcer.Reason {
	return reason("hold", "запись приостановлена: "+why, "writes are on hold: "+why)
}

func needlessReason(c *enforcer.Cycle) enforcer.Reason {
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

func waitReason(until time.Time, loc *time.Location) enforcer.Reason {
	return reason("outside-hours",
		"внутренний шаг ждёт рабочего времени: "+stamp(until, loc, "ru"),
		"an internal step waits for working hours: "+stamp(until, loc, "en"))
}

func overtakenReason(by *enforcer.Decision) enforcer.Reason {
	step := by.Key.Obligation + "/" + by.Key.Step
	return reason("overtaken", "перекрыт более поздним шагом "+step, "overtaken by the later step "+step)
}
