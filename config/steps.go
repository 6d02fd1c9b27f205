package config

import (
	"fmt"
	"slices"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
)

// readSteps turns steps into values. Their ids are made from their moments, so the same step has the same id in
// every contract.
func readSteps(src *source, path string, docs []stepDoc) []enforcer.Step {
	seen := map[string]bool{}
	steps := make([]enforcer.Step, 0, len(docs))
	for i := range docs {
		doc := &docs[i]
		at := fmt.Sprintf("%s[%d]", path, i)
		s := enforcer.Step{Actions: doc.Actions.actions(), Notice: doc.Notice}
		s.ID, s.Trigger = readTrigger(src, at, doc)
		if c := doc.Comment; c != nil {
			s.Comment = &enforcer.StepComment{
				Audience: enforcer.Audience(c.Audience), Text: c.Text, Names: enforcer.Role(c.Names),
			}
			checkText(src, at+".comment", s.Comment)
		}
		addOurs(src, at, &s, &doc.Ours)
		switch {
		case src.hasFault(at):
		case seen[s.ID]:
			src.fault(at, s.ID, "is a step given twice")
		case s.Idle():
			src.fault(at, "", "does nothing; give it comment, %s", anyOf(enforcer.ActionKeys(false)))
		}
		seen[s.ID] = true
		steps = append(steps, s)
	}
	return steps
}

// checkText holds a comment to a text that there is, and that is meant for its audience: what is written for staff
// tells customers what is not for them.
func checkText(src *source, path string, c *enforcer.StepComment) {
	if src.hasFault(path) || !src.oneOf(path+".text", c.Text, message.Of("a text"), mapping.TextKeys) {
		return
	}
	if c.Audience == enforcer.Public {
		src.oneOf(path+".text", c.Text, message.Of("a text for customers"), mapping.PublicTexts)
	}
}

func readTrigger(src *source, path string, doc *stepDoc) (string, enforcer.Trigger) {
	var t enforcer.Trigger
	id, given := "", 0
	if doc.At != nil {
		given++
		t.Due, t.Percent, t.Answered, t.Past = doc.At.Due, doc.At.Percent, doc.At.Answered, doc.At.Past
		t.Exceeded = doc.At.Exceeded
		switch {
		case t.Answered:
			id = "answered"
		case t.Past:
			id = enforcer.PastDate
		case t.Exceeded:
			id = exceeded
		case t.Due:
			id = "due"
		case t.Percent > 0:
			id = fmt.Sprintf("warn-%d", t.Percent)
		default:
			id = "start"
		}
	}
	if doc.After != nil {
		given++
		t.After = doc.After
		id = "warn-" + doc.After.String()
	}
	if doc.Before != nil {
		given++
		t.Before = doc.Before
		id = "warn-" + doc.Before.String()
	}
	if given != 1 && !src.hasFault(path) {
		src.fault(path, "",
			"must have exactly one of at (start, due, 50%%, past-date, exceeded), after (5bd) and before (1bd)")
	}
	return id, t
}

// countAlike makes steps that come some business days after the start count them as the rule's term does.
func countAlike(r *enforcer.Rule) {
	if r.Within == nil || r.Within.Unit != calendar.BusinessDays && r.Within.Unit != calendar.CivilBusinessDays {
		return
	}
	for i := range r.Steps {
		after := r.Steps[i].Trigger.After
		if after == nil || after.Unit == r.Within.Unit ||
			after.Unit != calendar.BusinessDays && after.Unit != calendar.CivilBusinessDays {
			continue
		}
		r.Steps = slices.Clone(r.Steps)
		alike := *after
		alike.Unit = r.Within.Unit
		r.Steps[i].Trigger.After = &alike
	}
}

// addOurs adds what is beyond the contract's text; the same thing cannot be of the text as well.
func addOurs(src *source, path string, s *enforcer.Step, ours *oursDoc) {
	added := ours.Actions.actions()
	for _, action := range added.Each() {
		if action.Get(&s.Actions) != "" {
			src.fault(path+".ours."+action.Key, "", "is in the step itself already; it is either of the text or ours")
		}
		s.Ours = append(s.Ours, action.Key)
		action.Set(&s.Actions, action.Get(&added))
	}
}

// strip takes a part out of the steps, and the steps that then do nothing.
func strip(steps []enforcer.Step, parts []string) []enforcer.Step {
	out := make([]enforcer.Step, 0, len(steps))
	for _, s := range steps {
		s.Ours = slices.DeleteFunc(slices.Clone(s.Ours), func(part string) bool { return slices.Contains(parts, part) })
		for _, part := range parts {
			if part == partComment {
				s.Comment = nil
			}
			for _, action := range enforcer.ActionsOf(part) {
				action.Set(&s.Actions, "")
			}
		}
		if !s.Idle() {
			out = append(out, s)
		}
	}
	return out
}

// anyOf lists things of which any one will do.
func anyOf(list []string) string {
	last := len(list) - 1
	return commas(list[:last]) + " or " + list[last]
}
