package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
)

// The members of a fingerprint, a function for each type: see fingerprint.go before anything is changed here.

func encodeObligation(o *enforcer.Obligation) any {
	var inert any // that it is not acted on, and not the words for it
	if o.Inert != nil {
		inert = object{}
	}
	return object{
		{"ID", o.ID},
		{"Source", ""},
		{"Title", nil},
		{"Kind", o.Kind},
		{"Assumption", nil},
		{"Plans", o.Plans},
		{"Start", encodeCondition(&o.Start)},
		{"Again", pointer(o.Again, encodeCondition)},
		{"Stop", list(o.Stop, encodeCondition)},
		{"Accept", list(o.Accept, encodeCondition)},
		{"Pause", o.Pause},
		{"Unless", o.Unless},
		{"Agreed", o.Agreed},
		{"Repeat", o.Repeat},
		{"RepeatTold", unlessUnset(o.RepeatTold, o.RepeatTold > 0)},
		{"Once", o.Once},
		{"NoVerdict", o.NoVerdict},
		{"Escalation", o.Escalation},
		{"Off", o.Off},
		{"Rules", list(o.Rules, encodeRule)},
		{"Items", nil},
		{"Inert", inert},
		{"Beside", unlessUnset(o.Beside, o.Beside != "")},
	}
}

func encodeCondition(c *enforcer.Condition) any {
	return object{
		{"Word", c.Word},
		{"Audience", c.Audience},
		{"By", c.By},
		{"Classes", c.Classes},
		{"Role", c.Role},
		{"Field", c.Field},
		{"Silent", c.Silent},
		{"Assigned", c.Assigned},
		{"Step", c.Step},
		{"Activity", c.Activity},
		{"Told", unlessUnset(c.Told, c.Told && c.Field == "")}, // with a field, it is told by that
	}
}

func encodeRule(r *enforcer.Rule) any {
	return object{
		{"Severities", r.Severities},
		{"Within", pointer(r.Within, encodeTerm)},
		{"As", r.As},
		{"NotBefore", unlessUnset(r.NotBefore, r.NotBefore > 0)},
		{"On", r.On},
		{"DayOff", unlessUnset(r.DayOff, r.DayOff != "")},
		{"AtMost", r.AtMost},
		{"Sum", pointer(r.Sum, encodeSum)},
		{"Always", r.Always},
		{"Limit", r.Limit},
		{"While", r.While},
		{"Steps", list(r.Steps, encodeStep)},
	}
}

func encodeTerm(t *calendar.Term) any {
	return object{
		{"N", t.N}, {"Unit", t.Unit}, {"Always", t.Always}, {"Cutoff", pointer(t.Cutoff, encodeCutoff)},
	}
}

func encodeCutoff(c *calendar.Cutoff) any { return object{{"After", c.After}, {"Due", c.Due}} }

func encodeSum(s *enforcer.Sum) any {
	return object{
		{"Billed", pointer(s.Billed, encodeBilled)}, {"Percent", s.Percent}, {"Mean", pointer(s.Mean, encodeMean)},
	}
}

func encodeBilled(b *enforcer.Billed) any {
	return object{{"Step", b.Step}, {"AtLeast", b.AtLeast}, {"PerEntry", unlessUnset(b.PerEntry, b.PerEntry)}}
}

func encodeMean(m *enforcer.Mean) any { return object{{"Of", m.Of}, {"From", m.From}, {"To", m.To}} }

func encodeStep(s *enforcer.Step) any {
	return object{
		{"ID", s.ID},
		{"Trigger", encodeTrigger(&s.Trigger)},
		{"Comment", pointer(s.Comment, encodeComment)},
		{"Assign", s.Assign},
		{"Duty", s.Duty},
		{"Watch", s.Watch},
		{"Priority", s.Priority},
		{"Action", s.Action},
		{"Notice", s.Notice},
		{"Ours", s.Ours},
	}
}

func encodeTrigger(t *enforcer.Trigger) any {
	return object{
		{"Due", t.Due},
		{"Past", unlessUnset(t.Past, t.Past)},
		{"Exceeded", unlessUnset(t.Exceeded, t.Exceeded)},
		{"Percent", t.Percent},
		{"After", pointer(t.After, encodeTerm)},
		{"Before", pointer(t.Before, encodeTerm)},
		{"Answered", unlessUnset(t.Answered, t.Answered)},
	}
}

func encodeComment(c *enforcer.StepComment) any {
	return object{{"Audience", c.Audience}, {"Text", c.Text}, {"Names", c.Names}}
}

func encodeInterval(i *calendar.Interval) any { return object{{"From", i.From}, {"To", i.To}} }

func encodeDays(d *calendar.Days) any {
	var years any
	if d.Years != nil {
		byNumber := object{}
		for _, number := range slices.Sorted(maps.Keys(d.Years)) {
			year := d.Years[number]
			byNumber = append(byNumber, member{strconv.Itoa(number), encodeYear(&year)})
		}
		years = byNumber
	}
	return object{{"Country", d.Country}, {"Source", d.Source}, {"Version", d.Version}, {"Years", years}}
}

func encodeYear(y *calendar.Year) any {
	return object{{"Status", y.Status}, {"Whole", y.Whole}, {"Days", list(y.Days, encodeDay)}}
}

func encodeDay(d *calendar.Day) any {
	return object{
		{"Date", encodeDate(&d.Date)},
		{"Kind", int(d.Kind)},
		{"Name", encodeName(&d.Name)},
		{"ShortBy", int(d.ShortBy)},
		{"Instead", encodeDate(&d.Instead)},
	}
}

func encodeDate(d *calendar.Date) any {
	return object{{"Year", d.Year}, {"Month", int(d.Month)}, {"Day", d.Day}}
}

func encodeName(n *calendar.Name) any { return object{{"RU", n.RU}, {"EN", n.EN}} }

func encodeDuty(d *Duty) any {
	return object{
		{"ID", d.ID},
		{"Obligation", d.Obligation},
		{"Period", d.Period},
		{"Within", pointer(d.Within, encodeTerm)},
		{"Issue", encodeDutyIssue(&d.Issue)},
	}
}

func encodeDutyIssue(d *mapping.Duty) any {
	return object{
		{"Path", d.Path},
		{"ID", d.ID},
		{"Obligation", d.Obligation},
		{"Project", d.Project},
		{"Type", d.Type},
		{"Subject", d.Subject},
		{"Description", d.Description},
		{"Assign", d.Assign},
		{"OnDuty", d.OnDuty},
	}
}

func encodeAccount(a *Account) any {
	return object{
		{"Sum", a.Sum},
		{"Currency", a.Currency},
		{"Rate", a.Rate},
		{"Changes", list(a.Changes, encodeWhen)},
		{"WatchIssue", a.WatchIssue},
	}
}

func encodeScope(s *mapping.Scope) any {
	return object{{"Projects", s.Projects}, {"When", list(s.When, encodeWhen)}, {"Subtasks", s.Subtasks}}
}

func encodeWhen(w *mapping.When) any {
	return object{
		{"Field", w.Field},
		{"In", w.In},
		{"Tracker", w.Tracker},
		{"Category", w.Category},
		{"Priority", w.Priority},
		{"AuthorRole", w.AuthorRole},
		{"Matches", unlessUnset(fmt.Sprint(w.Matches), w.Matches != nil)},
		{"Any", unlessUnset(list(w.Any, encodeWhen), w.Any != nil)},
		{"Not", encodeNot(w.Not)},
	}
}

func encodeNot(w *mapping.When) any {
	if w == nil {
		return unlessUnset(nil, false)
	}
	return encodeWhen(w)
}

// encodeMapping leaves out how a comment is kept internal, and what goes with a change of status: neither moves a
// deadline.
func encodeMapping(m *mapping.Mapping) any {
	return object{
		{"ID", m.ID},
		{"Connection", m.Connection},
		{"Severity", list(m.Severity, encodeSeverityRule)},
		{"Status", list(m.Status, encodeStatusRule)},
		{"Roles", list(m.Roles, encodeRoleRule)},
		{"Priorities", m.Priorities},
		{"Fields", list(m.Fields, encodeFieldRule)},
		{"Activities", list(m.Activities, encodeActivityRule)},
		{"Internal", object{{"Kind", ""}}},
		{"AutoReply", nil}, // its texts stand beside the mapping
		{"OnBehalf", m.OnBehalf},
		{"DuplicateRelations", m.DuplicateRelations},
	}
}

func encodeSeverityRule(r *mapping.SeverityRule) any {
	return object{{"Is", r.Is}, {"When", encodeWhen(&r.When)}}
}

func encodeStatusRule(r *mapping.StatusRule) any {
	return object{
		{"Is", r.Is}, {"Names", r.Names}, {"Categories", unlessUnset(r.Categories, len(r.Categories) > 0)},
	}
}

// encodeRoleRule leaves out who is called in, which moves no deadline.
func encodeRoleRule(r *mapping.RoleRule) any {
	return object{
		{"Is", r.Is},
		{"ProjectRoles", r.ProjectRoles},
		{"Users", r.Users},
		{"Groups", r.Groups},
		{"Lead", nil},
		{"Duty", nil},
		{"EveryoneElse", r.EveryoneElse},
	}
}

func encodeFieldRule(r *mapping.FieldRule) any {
	return object{
		{"Is", r.Is},
		{"Field", r.Field},
		{"Attachment", r.Attachment},
		{"Attribute", r.Attribute},
		{"In", r.In},
		{"AtLeast", r.AtLeast},
		{"Plan", r.Plan},
		{"Write", r.Write},
		{"Tracker", unlessUnset(r.Tracker, r.Tracker != nil)},
	}
}

func encodeActivityRule(r *mapping.ActivityRule) any {
	return object{{"Is", r.Is}, {"Names", r.Names}}
}
