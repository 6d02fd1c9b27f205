package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
)

// crossCheck holds mappings and contracts against each other.
func (l *loader) crossCheck() {
	for i := range l.cfg.Mappings {
		l.checkAgainstContracts(i)
	}
	if l.hasFault("contracts") {
		return
	}
	for j := range l.cfg.Contracts {
		for i := range j {
			l.checkOverlap(i, j)
		}
	}
}

// checkAgainstContracts refuses severities, fields and plans that none of the contracts with this mapping knows. It
// says nothing while one of the contracts could not be read.
func (l *loader) checkAgainstContracts(i int) {
	m := &l.cfg.Mappings[i]
	var users []*Contract
	var severities, plans []string
	fields := slices.Clone(fieldIDs)
	for j := range l.cfg.Contracts {
		if c := &l.cfg.Contracts[j]; c.MappingID == m.ID {
			users = append(users, c)
			severities = append(severities, severityIDs(c.Contract)...)
			fields = append(fields, c.fields...)
			plans = append(plans, c.Plans...)
		}
	}
	if len(l.cfg.Contracts) < len(l.doc.Contracts) {
		return
	}
	known := func(path, value, what string, accepted []string) bool {
		slices.Sort(accepted)
		return !l.hasFault(path) && l.oneOf(path, value, what, slices.Compact(accepted))
	}
	for j, rule := range m.Severity {
		path := fmt.Sprintf("mappings[%d].severity[%d].is", i, j)
		if len(users) == 0 || !known(path, rule.Is, "a severity of the contracts that use this mapping", severities) {
			continue
		}
		for _, c := range users {
			if c.SeverityRank(rule.Is) == len(c.Severities) {
				l.warn(path, rule.Is, "is not a severity of contract %s, which uses this mapping too; "+
					"its requests of that severity are promised nothing", c.ID)
			}
		}
	}
	for j, f := range m.Fields {
		path := fmt.Sprintf("mappings[%d].fields[%d]", i, j)
		known(path+".is", f.Is, "a field that means something here", fields)
		if plans != nil {
			known(path+".plan", f.Plan, "a plan of the contracts that use this mapping", plans)
		}
	}
}

// fieldsIn lists the mapped fields that a text speaks of.
func fieldsIn(c *enforcer.Contract) []string {
	var out []string
	for i := range c.Obligations {
		o := &c.Obligations[i]
		for _, item := range o.Items {
			out = append(out, item.ID, item.Where)
		}
		for _, cond := range slices.Concat(o.Stop, o.Accept, []enforcer.Condition{o.Start}) {
			out = append(out, cond.Field)
		}
		if o.Again != nil {
			out = append(out, o.Again.Field)
		}
	}
	return slices.DeleteFunc(out, func(id string) bool { return id == "" })
}

// checkOverlap refuses two contracts that would claim the same request: one issue belongs to at most one.
func (l *loader) checkOverlap(i, j int) {
	a, b := &l.cfg.Contracts[i], &l.cfg.Contracts[j]
	if a.Connection != b.Connection || !together(a, b) {
		return
	}
	if len(a.Scope.When) > 0 && len(b.Scope.When) > 0 {
		return // whether both can be true of one request, only the tracker knows
	}
	for k, project := range b.Scope.Projects {
		if slices.ContainsFunc(a.Scope.Projects, func(p string) bool { return strings.EqualFold(p, project) }) {
			path := indexed(fmt.Sprintf("contracts[%d].projects", j), k, len(b.Scope.Projects))
			l.fault(path, project, "is claimed by contract %s as well; give both a `when`, or valid days that do not meet", a.ID)
		}
	}
}

// together reports whether some day is valid in both.
func together(a, b *Contract) bool {
	before := func(end, start time.Time) bool { return !end.IsZero() && !start.IsZero() && !end.After(start) }
	return !before(a.ValidTo, b.ValidFrom) && !before(b.ValidTo, a.ValidFrom)
}

func commas(items []string) string { return strings.Join(items, ", ") }
