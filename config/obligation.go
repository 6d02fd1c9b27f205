package config

import (
	"fmt"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// check compares an obligation with the rest of its contract: what a term, a step or a reference may be.
func (b *contractBuilder) check(i int, week calendar.Week) {
	path := fmt.Sprintf("obligations[%d]", i)
	o := &b.c.Obligations[i]
	checkSeverities(b.source, path, b.c, o)
	for j := range o.Rules {
		at := fmt.Sprintf("%s.rules[%d]", path, j)
		steps := at
		if b.doc.Obligations[i].Rules[j].Steps == nil {
			steps = path
		}
		checkRule(b.source, at, steps+".steps", b.c, o, &o.Rules[j])
		if part, value, reason := cutoffFault(o.Rules[j].Within, week); part != "" {
			b.fault(at+".cutoff."+part, value, "%s", reason)
		}
	}
}

// checkSeverities finds a severity that two rules of the obligation claim: only the first would ever count.
func checkSeverities(src *source, path string, c *enforcer.Contract, o *enforcer.Obligation) {
	if src.hasFault("severities") {
		return
	}
	taken := map[string]int{}
	for i, r := range o.Rules {
		list := r.Severities
		if list == nil {
			list = severityIDs(c)
		}
		for _, s := range list {
			if first, twice := taken[s]; twice {
				src.fault(fmt.Sprintf("%s.rules[%d].severities", path, i), s, "has a rule already, rules[%d]", first)
				continue
			}
			taken[s] = i
		}
	}
}

func checkRule(src *source, path, stepsPath string, c *enforcer.Contract, o *enforcer.Obligation, r *enforcer.Rule) {
	if src.hasFault(path) {
		return
	}
	if r.As != "" {
		checkAs(src, path, c, o, r)
	}
	checkKind(src, path, c, o, r)
	hasDue := r.Within != nil || r.As != "" || r.On != "" || o.Kind != enforcer.Timer
	if o.Repeat && r.Within == nil {
		src.fault(path+".within", "", "is missing; what repeats needs a term")
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		at := fmt.Sprintf("%s[%d]", stepsPath, i)
		switch {
		case src.hasFault(at):
		case !s.Trigger.Start() && s.Trigger.After == nil && !hasDue:
			src.fault(at, s.ID, "is a step of a due moment, and the rule has no due; give it within, or as")
		default:
			checkWarning(src, at, c.Calendar, r.Within, s)
		}
	}
}

// checkAs refuses an `as` whose obligation has no deadline of its own to take.
func checkAs(src *source, path string, c *enforcer.Contract, o *enforcer.Obligation, r *enforcer.Rule) {
	if !checkOther(src, path+".as", r.As, c, o) {
		return
	}
	of := c.Obligation(r.As)
	list := r.Severities
	if list == nil {
		list = severityIDs(c)
	}
	for _, s := range list {
		if target := of.Rule(s); target == nil || target.Within == nil {
			src.fault(path+".as", r.As, "has no term of its own for severity %q, so there is no due to take", s)
		}
	}
}

// checkWarning refuses a warning that cannot lie before the deadline, or not after the start.
func checkWarning(src *source, path string, cal *calendar.Calendar, within *calendar.Term, s *enforcer.Step) {
	if within == nil || cal == nil || (s.Trigger.After == nil && s.Trigger.Before == nil) {
		return
	}
	for _, start := range sampleStarts(cal) {
		due, err := cal.DueAt(start, *within, nil)
		if err != nil {
			continue
		}
		var at time.Time
		if s.Trigger.After != nil {
			at, err = cal.DueAt(start, *s.Trigger.After, nil)
		} else {
			at, err = cal.Before(due, *s.Trigger.Before)
		}
		if err == nil && at.Before(due) && at.After(start) {
			return
		}
	}
	if s.Trigger.After != nil {
		src.fault(path+".after", s.Trigger.After.String(),
			"can never lie before the deadline; the term is %s", within.Text())
		return
	}
	src.fault(path+".before", s.Trigger.Before.String(),
		"can never lie after the start; the term is %s", within.Text())
}

// sampleStarts are moments of two common weeks, inside hours and outside, of a year that the calendar knows.
func sampleStarts(cal *calendar.Calendar) []time.Time {
	for year := 2024; year <= 2030; year++ {
		first := time.Date(year, time.June, 1, 0, 0, 0, 0, cal.Location())
		if _, err := cal.Elapsed(first, first.AddDate(0, 2, 0)); err != nil {
			continue
		}
		var out []time.Time
		for h := range 14 * 4 {
			out = append(out, first.Add(time.Duration(h*6)*time.Hour))
		}
		return out
	}
	return nil
}

// cutoffFault says which part of a cut-off lies outside the hours of every worked weekday, and how; "" when each lies
// within those of some. A weekday that closes before the cut-off is no fault: what comes after it is outside hours.
func cutoffFault(t *calendar.Term, week calendar.Week) (part, value string, reason message.Message) {
	if t == nil || t.Cutoff == nil {
		return "", "", none
	}
	for _, p := range []struct {
		name string
		at   calendar.TimeOfDay
	}{{"after", t.Cutoff.After}, {"due", t.Cutoff.Due}} {
		if reason := outsideEveryDay(p.at, week); !reason.IsZero() {
			return p.name, p.at.String(), reason
		}
	}
	return "", "", none
}

// outsideEveryDay names the first worked weekday where the time lies within the hours of none, breaks included.
func outsideEveryDay(at calendar.TimeOfDay, week calendar.Week) message.Message {
	reason := none
	for i := range week {
		day := (i + 1) % 7 // Monday first
		hours := week[day]
		if len(hours) == 0 {
			continue
		}
		whole := calendar.Interval{From: hours[0].From, To: hours[len(hours)-1].To}
		if at >= whole.From && at <= whole.To || at+calendar.Midnight <= whole.To {
			return none
		}
		if reason.IsZero() {
			reason = message.Of("lies outside the hours of %s, %v", message.Kept(time.Weekday(day).String()), whole)
		}
	}
	return reason
}
