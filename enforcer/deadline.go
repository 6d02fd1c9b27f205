package enforcer

import (
	"cmp"
	"time"

	"slabridge/config/message"
)

// Deadline is one obligation's deadline, as if its cycle started at a given moment.
type Deadline struct {
	Cycle
	// NoDue says why there is no deadline, "" when there is one.
	NoDue Text
}

// Deadlines answers what the contract promises for one notice: every obligation of the severity as if its cycle
// started at received. Obligations that the program cannot act on yet, or that are off, are included: their
// terms are promised all the same.
//
// They are those of the version of the text that was in force at received. A deadline that rests on a year of which the
// calendar has no data is one obligation's matter, and NoDue says so; where no deadline of the notice is known, it
// fails.
func (c *Contract) Deadlines(severity string, received time.Time) ([]Deadline, error) {
	c = c.inForce(received)
	if c.SeverityRank(severity) == len(c.Severities) {
		return nil, message.Errorf("contract %s has no severity %q; it knows %s", c.ID, severity, c.severityList())
	}
	if !c.valid(received) {
		return nil, message.Errorf("contract %s is not valid at %s", c.ID, received.Format(time.RFC3339))
	}
	received = received.Truncate(time.Second)
	ev := Evaluation{Contract: c, Request: &Request{}, Now: received, Cycles: make([]Cycle, 0, len(c.Obligations))}
	for _, deferred := range []bool{false, true} {
		for i := range c.Obligations {
			o := &c.Obligations[i]
			rule := o.Rule(severity)
			if rule == nil || o.borrows() != deferred {
				continue
			}
			ev.Cycles = append(ev.Cycles, Cycle{
				Contract: c, Obligation: o, Rule: rule, ID: "created", Ordinal: 1, Severity: severity, State: Running,
				StartedAt: received, bases: []base{{from: received, rule: rule}},
			})
		}
	}
	ev.order()
	out := make([]Deadline, len(ev.Cycles))
	for i := range ev.Cycles {
		cycle := &ev.Cycles[i]
		ev.finish(cycle)
		out[i] = Deadline{Cycle: *cycle, NoDue: cycle.noDue()}
	}
	if err := nothingKnown(out); err != nil {
		return nil, message.Errorf("contract %s: %w", c.ID, err)
	}
	return out, nil
}

// nothingKnown is why not one deadline that runs from the notice is known, though there are some. Where one is, as of a
// term that runs round the clock, each of the others tells of itself what is missing.
func nothingKnown(deadlines []Deadline) (err error) {
	for i := range deadlines {
		d := &deadlines[i]
		if d.Obligation.Start.Word != WordReceived {
			continue
		}
		if !d.Due.IsZero() {
			return nil
		}
		err = cmp.Or(err, d.Unjudged)
	}
	return err
}

func (c *Contract) severityList() string {
	var s string
	for i, v := range c.Severities {
		if i > 0 {
			s += ", "
		}
		s += v.ID
	}
	return s
}

// UnjudgedText says why the cycle cannot be judged; nil when it can.
func (c *Cycle) UnjudgedText() Text { return WhyNot(c.Unjudged) }

// WhyNot says in words what an error of a calendar or a mapping keeps from being known; nil for none.
func WhyNot(why error) Text {
	if why == nil {
		return nil
	}
	return say("%s", why)
}

// noDue explains a cycle without a deadline; nil when it has one.
func (c *Cycle) noDue() Text {
	switch o := c.Obligation; {
	case !c.Due.IsZero():
		return nil
	case c.Unjudged != nil:
		return c.UnjudgedText()
	case c.Rule.As != "":
		return say("due as %s, which has none for this severity", c.Rule.As)
	case o.Kind == Duty:
		return say("a duty of the contract as a whole, not of one notice")
	case o.Kind == Account:
		return say("an account, not a term")
	case o.Kind == Check:
		return say("checked when it starts: no term is set")
	case c.Rule.On == DueDate:
		return say("due at the close of the date that staff sets")
	case o.NoVerdict:
		return say("a right, or the customer's own duty: no term is set")
	}
	return say("the text names no term")
}
