package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// check holds an obligation against the rest of its contract: what a term, a step or a reference may be.
func (b *contractBuilder) check(i int, week calendar.Week) {
	path := fmt.Sprintf("obligations[%d]", i)
	o := &b.c.Obligations[i]
	checkSeverities(b.page, path, b.c, o)
	for j := range o.Rules {
		at := fmt.Sprintf("%s.rules[%d]", path, j)
		steps := at
		if b.doc.Obligations[i].Rules[j].Steps == nil {
			steps = path
		}
		checkRule(b.page, at, steps+".steps", b.c, o, &o.Rules[j])
		if part, value, reason := cutoffFault(o.Rules[j].Within, week); part != "" {
			b.fault(at+".cutoff."+part, value, "%s", reason)
		}
	}
}

// checkSeverities finds a severity that two rules of the obligation claim: only the first would ever count.
func checkSeverities(p *page, path string, c *enforcer.Contract, o *enforcer.Obligation) {
	if p.spoilt("severities") {
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
				p.fault(fmt.Sprintf("%s.rules[%d].severities", path, i), s, "has a rule already, rules[%d]", first)
				continue
			}
			taken[s] = i
		}
	}
}

func checkRule(p *page, path, stepsPath string, c *enforcer.Contract, o *enforcer.Obligation, r *enforcer.Rule) {
	if p.spoilt(path) {
		return
	}
	if r.As != "" {
		checkAs(p, path, c, o, r)
	}
	hasDue := r.Within != nil || r.As != "" || r.Limit != nil
	if o.Repeat && r.Within == nil {
		p.fault(path+".within", "", "is missing; what repeats needs a term")
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		at := fmt.Sprintf("%s[%d]", stepsPath, i)
		switch {
		case p.spoilt(at):
		case !s.Trigger.Start() && s.Trigger.After == nil && !hasDue:
			p.fault(at, s.ID, "is a step of a due moment, and the rule has no due; give it within, or as")
		default:
			checkWarning(p, at, c.Calendar, r.Within, s)
		}
	}
}

// checkAs refuses a due that is taken from nowhere.
func checkAs(p *page, path string, c *enforcer.Contract, o *enforcer.Obligation, r *enforcer.Rule) {
	var others []string
	for _, x := range c.Obligations {
		if x.ID != o.ID {
			others = append(others, x.ID)
		}
	}
	of := c.Obligation(r.As)
	if of == nil || of.ID == o.ID {
		p.choose(path+".as", r.As, "another obligation of this contract", others)
		return
	}
	list := r.Severities
	if list == nil {
		list = severityIDs(c)
	}
	for _, s := range list {
		if target := of.Rule(s); target == nil || target.Within == nil {
			p.fault(path+".as", r.As, "has no term of its own for severity %q, so there is no due to take", s)
		}
	}
}

// checkWarning refuses a warning that cannot lie before the due, or not after the start.
func checkWarning(p *page, path string, cal *calendar.Calendar, within *calendar.Term, s *enforcer.Step) {
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
		p.fault(path+".after", s.Trigger.After.String(), "can never lie before the due, which comes %s after the start", within)
		return
	}
	p.fault(path+".before", s.Trigger.Before.String(), "can never lie after the start; the due comes %s after it", within)
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

// cutoffFault says which part of a cut-off lies outside the hours of some worked weekday, and how; "" when both
// lie within them.
func cutoffFault(t *calendar.Term, week calendar.Week) (part, value, reason string) {
	if t == nil || t.Cutoff == nil {
		return "", "", ""
	}
	for d, hours := range week {
		if len(hours) == 0 {
			continue
		}
		opens, closes := hours[0].From, hours[len(hours)-1].To
		outside := func(at calendar.TimeOfDay) bool { return at < opens || at > closes }
		reason := fmt.Sprintf("lies outside the hours of %s, %v-%v", time.Weekday(d), opens, closes)
		if outside(t.Cutoff.After) {
			return "after", t.Cutoff.After.String(), reason
		}
		if outside(t.Cutoff.Due) {
			return "due", t.Cutoff.Due.String(), reason
		}
	}
	return "", "", ""
}

// markInert says of each obligation why the program cannot act on it yet. It is worked out from what the
// obligation uses, never written in a contract file.
func markInert(c *enforcer.Contract) {
	for i := range c.Obligations {
		c.Obligations[i].Inert = inert(&c.Obligations[i])
	}
}

func inert(o *enforcer.Obligation) string {
	if o.Kind != enforcer.Timer {
		return fmt.Sprintf("obligations of kind %s are not acted on yet", o.Kind)
	}
	conditions := append([]enforcer.Condition{o.Start}, o.Stop...)
	for _, c := range conditions {
		if !slices.Contains(enforcer.Acts, c.Word) {
			return fmt.Sprintf("the condition %q cannot be followed yet", c.Word)
		}
		if c.Word == enforcer.WordResolved && c.Audience != "" {
			return fmt.Sprintf("the condition %q with a note cannot be followed yet", c.Word)
		}
	}
	if o.Again != nil {
		return "a stopwatch that starts anew while it runs cannot be followed yet"
	}
	for _, r := range o.Rules {
		if r.Limit != nil {
			return "its term is said in words only"
		}
		for _, s := range r.Steps {
			if s.Action != "" {
				return fmt.Sprintf("step %s: the action %q cannot be done yet", s.ID, s.Action)
			}
			if s.Duty {
				return fmt.Sprintf("step %s: who is on duty cannot be assigned yet", s.ID)
			}
		}
	}
	return ""
}

// unmapped is why an obligation cannot be acted on with a mapping that has only these fields: a stopwatch that
// nothing could stop would call every request breached.
func unmapped(o *enforcer.Obligation, fields []string) string {
	missing := func(c enforcer.Condition) bool {
		return c.Word == enforcer.WordField && !slices.Contains(fields, c.Field)
	}
	if missing(o.Start) {
		return fmt.Sprintf("it starts with field %q, which the mapping does not have", o.Start.Field)
	}
	var lacking []string
	for _, c := range o.Stop {
		if !missing(c) {
			return ""
		}
		lacking = append(lacking, fmt.Sprintf("%q", c.Field))
	}
	if lacking == nil {
		return ""
	}
	return fmt.Sprintf("it stops with field %s, which the mapping does not have", strings.Join(lacking, " or "))
}
