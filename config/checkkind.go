package config

import (
	"reflect"
	"slices"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// checkKind refuses what an obligation of its kind cannot have, and a deadline that can never come.
func checkKind(src *source, path string, c *enforcer.Contract, o *enforcer.Obligation, r *enforcer.Rule) {
	term := r.Within != nil || r.As != "" || r.On != ""
	switch o.Kind {
	case enforcer.Check:
		checkCheck(src, path, o, r, term)
	case enforcer.Duty:
		if o.Start.Word != enforcer.WordPeriod || !o.StopsWith(enforcer.WordDone) {
			src.fault(path, o.ID, "is a duty of the contract: it starts with period and stops with issue-closed")
		}
	case enforcer.Account:
		if r.Sum == nil {
			src.fault(path, o.ID, "is an account and adds nothing up; give it billed, percent or mean")
			break
		}
		if m := r.Sum.Mean; m != nil {
			checkOther(src, path+".mean.of", m.Of, c, o)
		}
	default:
		checkTimer(src, path, o, r)
	}
	if r.Sum != nil && o.Kind != enforcer.Account {
		src.fault(path, o.ID, "adds up what only an obligation of kind account can; write kind: account")
	}
	if r.AtMost > 0 && o.Start.Word != enforcer.WordTimeEntry {
		src.fault(path+".at_most", r.AtMost.String(),
			"is the length of an entry of booked time; the obligation must start with time-entry")
	}
	checkOther(src, path+".unless", o.Unless, c, o)
	checkOther(src, path+".beside", o.Beside, c, o)
	checkNotice(src, path, r)
}

func checkCheck(src *source, path string, o *enforcer.Obligation, r *enforcer.Rule, term bool) {
	switch {
	case term:
		src.fault(path, o.ID, "has a deadline that can never come: a check is judged when it starts; write kind: timer")
	case o.Start.Word != enforcer.WordReceived && o.Start.Word != enforcer.WordTimeEntry:
		src.fault(path, o.ID, "is a check; it starts with received or time-entry")
	case len(o.Stop) == 0 && r.AtMost == 0:
		src.fault(path, o.ID, "checks nothing; give it stop or at_most")
	}
}

// checkTimer finds deadlines that can never come.
func checkTimer(src *source, path string, o *enforcer.Obligation, r *enforcer.Rule) {
	switch start := o.Start; {
	case start.Word == enforcer.WordPeriod || o.StopsWith(enforcer.WordDone):
		src.fault(path, o.ID, "speaks of periods, which only a duty has; write kind: duty")
	case o.StopsWith(enforcer.WordEntitled):
		src.fault(path, o.ID, "stops with entitled, which is known when a request comes in; write kind: check")
	case slices.ContainsFunc(o.Stop, func(stop enforcer.Condition) bool { return reflect.DeepEqual(stop, start) }):
		src.fault(path, o.ID, "has a deadline that can never come: what starts it stops it as well")
	case r.On == enforcer.PeriodEnd:
		src.fault(path+".on", string(r.On), "can never come: only a duty has periods")
	case r.On == enforcer.DueDate && start.Word != enforcer.WordDueDate:
		src.fault(path+".on", string(r.On),
			"can never come: without a due date there is none; the obligation must start with due-date")
	case o.Accept != nil && r.On != enforcer.DueDate:
		src.fault(path, o.ID, "accepts moved due dates and has no due from them; write on: due-date")
	case r.DayOff != "" && r.On != enforcer.DueDate:
		src.fault(path+".day_off", r.DayOff, "is for a due from a due date; write on: due-date")
	case r.On != enforcer.DueDate && slices.ContainsFunc(r.Steps, func(s enforcer.Step) bool { return s.Trigger.Past }):
		src.fault(path, enforcer.PastDate, "is a step of a due from a due date; write on: due-date")
	case slices.ContainsFunc(r.Steps, func(s enforcer.Step) bool { return s.Trigger.Exceeded }):
		src.fault(path, exceeded, "is a step of a cap on spending; write kind: account")
	case start.Word == enforcer.WordStatus && r.While != nil && !overlap(start.Classes, r.While):
		src.fault(path+".while", string(r.While[0]), "can never be: it starts in %s", commas(words(start.Classes)))
	case !start.StartsClosed() && r.While != nil && !slices.ContainsFunc(r.While, enforcer.StatusClass.Open):
		src.fault(path+".while", string(r.While[0]), "can never be: it starts on an open request")
	}
}

// checkNotice holds a step that needs another one's comment against that step.
func checkNotice(src *source, path string, r *enforcer.Rule) {
	for i := range r.Steps {
		s := &r.Steps[i]
		if s.Notice == "" {
			continue
		}
		ok := s.Trigger.Due && slices.ContainsFunc(r.Steps, func(n enforcer.Step) bool {
			return n.ID == s.Notice && n.Trigger.After != nil && n.Comment != nil && n.Comment.Audience == enforcer.Public &&
				r.Within != nil && n.Trigger.After.Unit == r.Within.Unit && n.Trigger.After.N < r.Within.N
		})
		if !ok {
			src.fault(path, s.Notice, "is no notice of step %s: it must be a step `after` the start, in the unit of the term "+
				"and before its end, with a public comment", s.ID)
		}
	}
}

func overlap[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

// checkOther refuses what is the id of no other obligation of the contract.
func checkOther(src *source, path, id string, c *enforcer.Contract, o *enforcer.Obligation) bool {
	others := slices.DeleteFunc(obligationIDs(c), func(id string) bool { return id == o.ID })
	return src.oneOf(path, id, message.Of("another obligation of this contract"), others)
}
