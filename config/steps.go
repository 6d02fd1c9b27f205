package config

import (
	"fmt"
	"slices"

	"slabridge/enforcer"
	"slabridge/mapping"
)

// readSteps turns steps into values. Their ids are made from their moments, so the same step has the same id in
// every contract.
func readSteps(p *page, path string, docs []stepDoc) []enforcer.Step {
	seen := map[string]bool{}
	steps := make([]enforcer.Step, 0, len(docs))
	for i := range docs {
		doc := &docs[i]
		at := fmt.Sprintf("%s[%d]", path, i)
		s := enforcer.Step{Watch: enforcer.Role(doc.Watch), Priority: doc.Priority, Action: doc.Action, Notice: doc.Notice}
		s.ID, s.Trigger = readTrigger(p, at, doc)
		s.Assign, s.Duty = assignee(doc.Assign)
		if c := doc.Comment; c != nil {
			s.Comment = &enforcer.StepComment{Audience: enforcer.Audience(c.Audience), Text: c.Text, Names: enforcer.Role(c.Names)}
			checkText(p, at+".comment", s.Comment)
		}
		addOurs(p, at, &s, &doc.Ours)
		switch {
		case p.spoilt(at):
		case seen[s.ID]:
			p.fault(at, s.ID, "is a step given twice")
		case idle(&s):
			p.fault(at, "", "does nothing; give it comment, assign, priority, watch or action")
		}
		seen[s.ID] = true
		steps = append(steps, s)
	}
	return steps
}

// checkText holds a comment to a text that there is, and that is meant for its audience: what is written for staff
// tells customers what is not for them.
func checkText(p *page, path string, c *enforcer.StepComment) {
	if !p.spoilt(path) && p.oneOf(path+".text", c.Text, "a text", mapping.TextKeys) && c.Audience == enforcer.Public {
		p.oneOf(path+".text", c.Text, "a text for customers", mapping.PublicTexts)
	}
}

func readTrigger(p *page, path string, doc *stepDoc) (string, enforcer.Trigger) {
	var t enforcer.Trigger
	id, given := "", 0
	if doc.At != nil {
		given++
		t.Due, t.Percent = doc.At.Due, doc.At.Percent
		switch {
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
	if given != 1 && !p.spoilt(path) {
		p.fault(path, "", "must have exactly one of at (start, due, 50%%), after (5bd) and before (1bd)")
	}
	return id, t
}

// addOurs adds what is beyond the contract's text; the same thing cannot be of the text as well.
func addOurs(p *page, path string, s *enforcer.Step, ours *oursDoc) {
	add := func(part string, taken bool) {
		if taken {
			p.fault(path+".ours."+part, "", "is in the step itself already; it is either of the text or ours")
		}
		s.Ours = append(s.Ours, part)
	}
	if ours.Assign != "" {
		add(partAssign, s.Assign != "")
		s.Assign, s.Duty = assignee(ours.Assign)
	}
	if ours.Priority != "" {
		add(partPriority, s.Priority != "")
		s.Priority = ours.Priority
	}
	if ours.Watch != "" {
		add(partWatch, s.Watch != "")
		s.Watch = enforcer.Role(ours.Watch)
	}
}

// assignee reads who is assigned; the person on duty is one of support.
func assignee(word string) (role enforcer.Role, duty bool) {
	if word == dutyWord {
		return enforcer.Support, true
	}
	return enforcer.Role(word), false
}

// strip takes a part out of the steps, and the steps that then do nothing.
func strip(steps []enforcer.Step, parts []string) []enforcer.Step {
	out := make([]enforcer.Step, 0, len(steps))
	for _, s := range steps {
		s.Ours = slices.DeleteFunc(slices.Clone(s.Ours), func(part string) bool { return slices.Contains(parts, part) })
		for _, part := range parts {
			switch part {
			case partAssign:
				s.Assign, s.Duty = "", false
			case partPriority:
				s.Priority = ""
			case partWatch:
				s.Watch = ""
			case partComment:
				s.Comment = nil
			}
		}
		if !idle(&s) {
			out = append(out, s)
		}
	}
	return out
}

func idle(s *enforcer.Step) bool {
	return s.Comment == nil && s.Assign == "" && s.Priority == "" && s.Watch == "" && s.Action == ""
}
