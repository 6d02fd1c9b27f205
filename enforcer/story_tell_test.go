package enforcer_test

import (
	"fmt"
	"strings"
	"time"

	"slabridge/enforcer"
)

// What a story tells with the word `tell`: why each step was taken, what its comment knows, and for every cycle the
// arithmetic, the steps and each stretch of its time. A reader checks with it what people will see.

func (s *story) tellLine(format string, args ...any) {
	s.out.WriteString("    " + strings.TrimRight(fmt.Sprintf(format, args...), " ,") + "\n")
}

func both(text enforcer.Text) string { return text.In("en") + " | " + text.In("ru") }

func (s *story) tellDecision(d enforcer.Decision) {
	s.tellLine("%s: %s", d.Reason.Code, both(d.Reason.Text))
	s.tellLine("moment %s %s", s.stamp(d.Moment), strings.Join(s.given(
		"due", d.Due, "not before", d.NotBefore, "breach", d.Breach, "severity", d.Severity, "source", d.Source), ", "))
	c := d.Changes.Comment
	if c == nil {
		return
	}
	s.tellLine("says %q of %s: %s", c.Text, c.Obligation.In("en"), strings.Join(s.given(
		"to", string(c.Audience), "names", string(c.Names), "severity", c.Severity.In("en"), "started", c.StartedAt, "due",
		c.Due,
		"moment", c.Moment, "remaining", c.Remaining, "spent", c.Spent, "at most", c.AtMost, "by", c.By, "date", c.Date,
		"moves", c.Moves, "plan", c.Plan, "period", c.Period, "share", c.Share, "sum", c.Sum, "limit", c.Limit), ", "))
	for _, n := range c.Next {
		s.tellLine("next %s/%s (%s) at %s %s", n.ID, n.Step, n.Obligation.In("en"), s.stamp(n.At), n.Role)
	}
}

// given lists names and values in turn, without those that are zero.
func (s *story) given(pairs ...any) []string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		switch v := pairs[i+1].(type) {
		case time.Time:
			if !v.IsZero() {
				out = append(out, fmt.Sprint(pairs[i], " ", s.stamp(v)))
			}
		default:
			if text := fmt.Sprint(v); text != "" && text != "0" && text != "0s" && text != "false" {
				out = append(out, fmt.Sprint(pairs[i], " ", text))
			}
		}
	}
	return out
}

func (s *story) tellCycle(ev *enforcer.Evaluation, c *enforcer.Cycle) {
	s.tellLine("no %d, severity %s, %s", c.Ordinal, c.Severity, strings.Join(s.given(
		"from", c.StartedAt, "counts from", c.CountsFrom, "elapsed", c.Elapsed, "remaining", c.Remaining, "note", c.DueNote,
		"breached before", c.BreachedBefore, "provisional", c.Provisional, "ended by", string(c.EndBy.Role)), ", "))
	for _, why := range c.DueWhy() {
		s.tellLine("due: %s", why.Text("en"))
	}
	for _, step := range c.Steps {
		at := "never"
		if !step.At.IsZero() {
			at = s.stamp(step.At) + ", taken " + s.stamp(step.FiresAt())
		}
		s.tellLine("step %s: %s", step.Step.ID, at)
	}
	s.tellSegments(ev.Segments(c))
}

func (s *story) tellSegments(list []enforcer.Segment) {
	for _, seg := range list {
		s.tellLine("%s..%s %s, %s", s.stamp(seg.From), s.stamp(seg.To), both(seg.Name), strings.Join(s.given(
			"kind", seg.Kind, "cause", seg.Cause, "holder", seg.Holder), ", "))
	}
}

func (s *story) tellRequest(ev *enforcer.Evaluation) {
	s.out.WriteString("the request\n")
	s.tellLine("%s",
		strings.Join(s.given("covered", ev.Covered, "next", ev.Next, "status", string(ev.State.Status)), ", "))
	s.tellSegments(ev.Timeline())
}
