package decide

import (
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

func (d *decider) stamp(t time.Time) enforcer.Stamp {
	return enforcer.Stamp{At: t, Zone: d.ev.Contract.Zone()}
}

// stepReason says which rule calls for the step and what it is measured against.
func stepReason(c *enforcer.Cycle, s enforcer.CycleStep) enforcer.Reason {
	o, zone := c.Obligation, c.Contract.Zone()
	stamp := func(t time.Time) enforcer.Stamp { return enforcer.Stamp{At: t, Zone: zone} }
	if sp := c.Spending; sp != nil {
		return enforcer.Because("share", "%s, %s: %s of at most %s are spent, %d %%",
			o.Source, o.ID, decimal(sp.Spent), decimal(sp.Cap()), sp.Share())
	}
	counted := enforcer.Say("%s, %s: counting from %s", o.Source, o.ID, stamp(c.StartedAt))
	if !c.Due.IsZero() {
		counted = enforcer.Say("%s, due %s", counted, stamp(c.Due))
	}
	switch t := s.Step.Trigger; {
	case t.Due:
		return enforcer.Because("due", "%s: the due has passed", counted)
	case t.Answered:
		return enforcer.Because("answered", "%s: the customer answered after the closing", counted)
	case t.Past:
		return enforcer.Because("past-date", "%s, %s: the date set, %s, lies in the past", o.Source, o.ID, c.Date)
	case t.Start():
		return enforcer.Reason{Code: "start", Text: counted}
	case t.Percent > 0:
		return enforcer.Because("warn", "%s: %d %% of the time has passed", counted, t.Percent)
	}
	return enforcer.Because("warn", "%s: warning at %s", counted, stamp(s.At))
}

func (d *decider) pastReason(s enforcer.CycleStep) enforcer.Reason {
	if s.FiresAt().Before(d.cutover.EnforceFrom) {
		return enforcer.Because("before-enforcement",
			"the step's moment lies before enforcement began, %s", d.stamp(d.cutover.EnforceFrom))
	}
	return enforcer.Because("moved-into-past", "at the last pass, %s, this moment had not come: "+
		"not time but a change of configuration, calendar or fields moved it here", d.stamp(d.cutover.PassedAt))
}

func faultReason(why error) enforcer.Reason {
	return enforcer.Because(enforcer.HeldMapping, "the mapping cannot read the request: %s", why)
}

func holdReason(r *enforcer.Request, zone *time.Location) enforcer.Reason {
	code := enforcer.HeldByPeople
	if r.Hold == "" {
		code = enforcer.HeldUntil
	}
	return enforcer.Because(code, "writes are on hold: %s", r.WhyHeld(zone))
}

// endings are why a cycle is over, by Cycle.EndWhy.
var endings = map[string]message.Format{
	"stopped":            "done before it was written",
	"resolved":           "the request is resolved",
	"closed-by-customer": "the customer closed the request",
	"closed-by-nobody":   "the request was closed by someone without a role",
	"closed-by-silence":  "the request was closed for want of an answer",
	"duplicate":          "the request was closed as a duplicate",
	"left-contract":      "the request left the contract",
	"left-status":        "the status class was left",
	"severity":           "the severity changed",
	"gone":               "the request was deleted",
	"again":              "the stopwatch was started anew",
	"reopened":           "the request was reopened",
	"due":                "the due passed",

	enforcer.MovedBack:    "the request was moved back, and the contract it came from has this broken",
	enforcer.EscalatedWhy: "what was promised was carried out",
	enforcer.PastDate:     "the date that lay in the past was changed",
}

func needlessReason(c *enforcer.Cycle, s enforcer.CycleStep) enforcer.Reason {
	if s.Step.Trigger.Answered {
		return enforcer.Because("ended", endings["stopped"])
	}
	return enforcer.Because("ended", endings[c.EndWhy])
}

func backedOffReason(told int) enforcer.Reason {
	return enforcer.Because("backed-off",
		"broken again and again, and told of %d times: from then on staff is told once a working day", told)
}

func (d *decider) waitReason(until time.Time) enforcer.Reason {
	return enforcer.Because("outside-hours", "an internal step waits for working hours: %s", d.stamp(until))
}

func overtakenReason(by *enforcer.Decision) enforcer.Reason {
	return enforcer.Because("overtaken", "overtaken by the later step %s/%s", by.Key.Obligation, by.Key.Step)
}
