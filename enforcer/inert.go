package enforcer

import (
	"fmt"
	"slices"
)

// Means is what a configuration provides for a contract's obligations: mapped fields, kinds of work, duties and sums.
type Means struct {
	Fields     []string // ids of the mapped fields
	Activities []string // of the mapped kinds of work
	Issued     []string // the duties for which it says which issue to create
	Sum        bool     // it says what the contract's sum is
	Cost       bool     // and what a change costs
}

// Active reports whether the program acts on the obligation.
func (o *Obligation) Active() bool { return !o.Off && o.Inert == nil }

// Equip marks each obligation that the configuration does not give enough for as not acted on, with the reason, and
// limits the others to what can be seen with it: a timer that nothing can stop would make every request a breach.
func (c *Contract) Equip(m Means) {
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if o.Inert == nil {
			o.Inert = o.unmapped(m)
		}
		if o.Inert == nil {
			o.Inert = o.unfounded(m)
		}
		o.fit(m.Fields)
	}
}

// TakePlan makes the plan the contract's: what other plans promise is not acted on.
func (c *Contract) TakePlan(plan string) {
	c.Plan = plan
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if plan != "" && o.Plans != nil && !slices.Contains(o.Plans, plan) {
			o.Inert = say("it is not part of plan %q", plan)
		}
	}
}

// Replace puts obligations that are on in the place of those that hold only unless they are.
func (c *Contract) Replace() {
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if other := c.Obligation(o.Unless); other != nil && !other.Off {
			o.Inert = say("%s is on and takes its place", other.ID)
		}
	}
}

// unmapped is why the obligation has nothing in the mapping that could start or stop it; nil when it has.
func (o *Obligation) unmapped(m Means) Text {
	switch field, activity := o.Start.unmapped(m.Fields, m.Activities); {
	case activity != "":
		return say("it starts with booked time of %q, which the mapping's activities do not have", activity)
	case field != "":
		return say("it starts with field %q, which the mapping does not have", field)
	case o.Items != nil && !slices.ContainsFunc(o.Items, func(i Item) bool { return slices.Contains(m.Fields, i.ID) }):
		return say("the mapping has none of its items as a field")
	}
	var lacking []Text
	var named []string
	for _, c := range o.Stop {
		field, activity := c.unmapped(m.Fields, m.Activities)
		if field == "" && activity == "" {
			return nil
		}
		if !slices.Contains(named, field) {
			named = append(named, field)
			lacking = append(lacking, Text{"en": fmt.Sprintf("%q", field)})
		}
	}
	if lacking == nil {
		return nil
	}
	return say("it stops with field %s, which the mapping does not have", joined(lacking, say(" or ")))
}

// unfounded is why an obligation of the contract as a whole cannot be acted on with the configuration; nil when it can.
func (o *Obligation) unfounded(m Means) Text {
	capped := slices.ContainsFunc(o.Rules, func(r Rule) bool { return r.Sum != nil && r.Sum.Percent > 0 })
	switch {
	case o.Kind == Duty && !slices.Contains(m.Issued, o.ID):
		return say("no entry under `duties` says which issue to create for it")
	case o.Kind != Account || !capped:
		return nil
	case !m.Sum:
		return say("no `account` says what the contract's sum is")
	case !m.Cost:
		return say("nothing tells what a change costs: give `account` a rate, or map the field cost")
	}
	return nil
}

// fit removes from the obligation what the mapping cannot provide: items without a field, and the field of a condition
// that can do without it.
func (o *Obligation) fit(fields []string) {
	if o.Items != nil {
		o.Items = slices.DeleteFunc(slices.Clone(o.Items), func(i Item) bool {
			return !slices.Contains(fields, i.ID) || i.Where != "" && !slices.Contains(fields, i.Where)
		})
	}
	o.Stop, o.Unmapped = slices.Clone(o.Stop), nil
	for i := range o.Stop {
		if c := &o.Stop[i]; c.Word.Spec().needs&needsField == 0 && !slices.Contains(fields, c.Field) {
			if c.Field != "" {
				o.Unmapped = append(o.Unmapped, c.Field)
			}
			c.Field = ""
		}
	}
}

// rests reports whether a mapped field starts or ends the obligation, agrees to its date, or is one of its items.
func (o *Obligation) rests(field string) bool {
	of := func(c Condition) bool { return c.Field == field }
	return of(o.Start) || o.Again != nil && of(*o.Again) || slices.ContainsFunc(o.Stop, of) ||
		slices.ContainsFunc(o.Accept, of) || slices.Contains(o.Unmapped, field) ||
		slices.ContainsFunc(o.Items, func(i Item) bool { return i.ID == field || i.Where == field })
}
