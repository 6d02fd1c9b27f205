package config

import (
	"fmt"
	"slices"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// derive copies a text's contract and applies the admin's changes, so that neither the text nor another contract
// made of it is touched.
func derive(
	src *source, path string, base *enforcer.Contract, changes []changeDoc, week calendar.Week,
) *enforcer.Contract {
	c := *base
	c.Obligations = slices.Clone(base.Obligations)
	for i := range c.Obligations {
		c.Obligations[i].Rules = slices.Clone(c.Obligations[i].Rules)
	}
	for i := range changes {
		at := fmt.Sprintf("%s[%d]", path, i)
		d := &changes[i]
		o := c.Obligation(d.Obligation)
		if o == nil {
			src.oneOf(at+".obligation", d.Obligation, message.Of("an obligation of this contract"), obligationIDs(&c))
			continue
		}
		if !src.hasFault(at) {
			ch := changer{source: src, path: at, doc: d, c: &c, o: o, week: week}
			ch.apply()
		}
	}
	// Another obligation's deadline may depend on a changed one.
	for i := range c.Obligations {
		o := &c.Obligations[i]
		for j := range o.Rules {
			if o.Rules[j].As != "" && !src.hasFault(path) {
				checkAs(src, path, &c, o, &o.Rules[j])
			}
		}
	}
	c.Replace()
	return &c
}

// changer applies one line of `change` to one obligation of a copy.
type changer struct {
	*source
	path string
	doc  *changeDoc
	c    *enforcer.Contract
	o    *enforcer.Obligation
	week calendar.Week
}

func (ch *changer) apply() {
	d := ch.doc
	if ch.idle() {
		ch.fault(ch.path, d.Obligation,
			"is changed in nothing; write within, cutoff, clock, pause, agreed, off, on, on_answer, accept, day_off or "+
				"steps")
		return
	}
	ch.whole()
	for _, r := range ch.rules() {
		ch.term(r)
		if d.DayOff != "" {
			r.DayOff = dayOff(d.DayOff)
		}
		if d.Steps != nil {
			r.Steps = readSteps(ch.source, ch.path+".steps", d.Steps)
		}
		if d.Off != nil && d.Off.Parts != nil {
			r.Steps = strip(r.Steps, d.Off.Parts)
		}
		if d.OnAnswer != "" {
			ch.reopen(r)
		}
		countAlike(r)
		checkRule(ch.source, ch.path, ch.path+".steps", ch.c, ch.o, r)
		part, value, reason := cutoffFault(r.Within, ch.week)
		if part != "" && d.Cutoff != nil {
			ch.fault(ch.path+".cutoff."+part, value, "%s", reason)
		}
	}
}

func (ch *changer) idle() bool {
	d := ch.doc
	return d.Within == nil && d.Count == "" && d.Clock == "" && d.Cutoff == nil && d.Pause == nil && d.Off == nil &&
		!d.On && d.Steps == nil && d.Agreed == nil && d.OnAnswer == "" && d.Accept == nil && d.DayOff == ""
}

// whole changes what has no severity.
func (ch *changer) whole() {
	d, o := ch.doc, ch.o
	whole := d.Pause != nil || d.Agreed != nil || d.Accept != nil || d.On || (d.Off != nil && d.Off.All)
	if d.Severity != nil && whole {
		ch.fault(ch.path+".severity", "",
			"does not go with pause, agreed, accept, on and off: true, which hold for the whole obligation")
	}
	if d.Agreed != nil {
		o.Agreed = *d.Agreed
	}
	if d.Accept != nil {
		o.Accept = nil
		for i := range d.Accept {
			o.Accept = append(o.Accept, d.Accept[i].condition())
		}
	}
	if d.On && d.Off != nil && d.Off.All {
		ch.fault(ch.path+".off", "true", "contradicts on: true")
	}
	if d.Pause != nil {
		o.Pause = d.Pause
	}
	if d.On {
		o.Off = false
	}
	if d.Off != nil && d.Off.All {
		o.Off = true
	}
}

// rules gives the rules to change. A rule that covers more severities than are named is split, the named ones
// going first, where they are found first.
func (ch *changer) rules() []*enforcer.Rule {
	if ch.doc.Severity == nil {
		return pointers(ch.o.Rules)
	}
	named := ch.named()
	var rules []enforcer.Rule
	var mine []int
	for _, r := range ch.o.Rules {
		covers := r.Severities
		if covers == nil {
			covers = severityIDs(ch.c)
		}
		var in, out []string
		for _, s := range covers {
			if slices.Contains(named, s) {
				in = append(in, s)
			} else {
				out = append(out, s)
			}
		}
		if in != nil {
			r.Severities = in
			mine = append(mine, len(rules))
			rules = append(rules, r)
		}
		if out != nil {
			r.Severities = out
			rules = append(rules, r)
		}
	}
	ch.o.Rules = rules
	var list []*enforcer.Rule
	for _, i := range mine {
		list = append(list, &ch.o.Rules[i])
	}
	return list
}

// named are the severities of the line that the obligation has a rule for.
func (ch *changer) named() []string {
	var accepted, out []string
	for _, s := range severityIDs(ch.c) {
		if ch.o.Rule(s) != nil {
			accepted = append(accepted, s)
		}
	}
	for i, s := range ch.doc.Severity {
		path := indexed(ch.path+".severity", i, len(ch.doc.Severity))
		if ch.oneOf(path, s, message.Of("a severity that %s covers", ch.o.ID), accepted) {
			out = append(out, s)
		}
	}
	return out
}

// term changes the rule's term; what the line does not say stays as it was.
func (ch *changer) term(r *enforcer.Rule) {
	d := ch.doc
	if d.Within == nil && d.Count == "" && d.Clock == "" && d.Cutoff == nil {
		return
	}
	var t calendar.Term
	switch {
	case r.Within != nil:
		t = *r.Within
	case d.Within == nil:
		ch.fault(ch.path+".within", "", "is missing; %s has no term of its own to change", ch.o.ID)
		return
	}
	if d.Within != nil {
		t.N, t.Unit = d.Within.N, d.Within.Unit
	}
	if changed := qualified(ch.source, ch.path, t, d.Count, d.Clock, d.Cutoff); changed != nil {
		r.Within, r.As, r.On, r.Limit = changed, "", "", nil
	}
}

// reopen makes the steps that follow the customer's late answer give the request a status of class working.
func (ch *changer) reopen(r *enforcer.Rule) {
	r.Steps = slices.Clone(r.Steps)
	found := false
	for i := range r.Steps {
		if s := &r.Steps[i]; s.Trigger.Answered {
			found, s.Action = true, enforcer.ActionReopen
			s.Ours = append(slices.Clone(s.Ours), "action")
		}
	}
	if !found {
		ch.fault(ch.path+".on_answer", ch.doc.OnAnswer, "has no meaning for %s, which closes nothing for want of an answer",
			ch.o.ID)
	}
}

func pointers(rules []enforcer.Rule) []*enforcer.Rule {
	out := make([]*enforcer.Rule, len(rules))
	for i := range rules {
		out[i] = &rules[i]
	}
	return out
}

func obligationIDs(c *enforcer.Contract) []string {
	var out []string
	for i := range c.Obligations {
		out = append(out, c.Obligations[i].ID)
	}
	return out
}
