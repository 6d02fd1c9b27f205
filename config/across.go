package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
)

// checkAcross holds mappings and contracts against each other.
func (l *loader) checkAcross() {
	for i := range l.cfg.Mappings {
		l.checkSeverityIDs(i)
		l.checkFieldIDs(i)
		l.checkPlans(i)
	}
	if l.spoilt("contracts") {
		return
	}
	for j := range l.cfg.Contracts {
		for i := range j {
			l.checkOverlap(i, j)
		}
	}
}

// users are the contracts of a mapping; complete is false when one of them could not be read.
func (l *loader) users(mappingID string) (list []*Contract, complete bool) {
	for i := range l.cfg.Contracts {
		if l.cfg.Contracts[i].MappingID == mappingID {
			list = append(list, &l.cfg.Contracts[i])
		}
	}
	return list, len(l.cfg.Contracts) == len(l.doc.Contracts)
}

// checkSeverityIDs refuses a severity that no contract of the mapping knows.
func (l *loader) checkSeverityIDs(i int) {
	m := &l.cfg.Mappings[i]
	contracts, complete := l.users(m.ID)
	if !complete || len(contracts) == 0 {
		return
	}
	var known []string
	for _, c := range contracts {
		known = append(known, severityIDs(c.Contract)...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for j, rule := range m.Severity {
		path := fmt.Sprintf("mappings[%d].severity[%d].is", i, j)
		if rule.Is == "" || l.spoilt(path) {
			continue
		}
		if !slices.Contains(known, rule.Is) {
			l.choose(path, rule.Is, "a severity of the contracts that use this mapping", known)
			continue
		}
		for _, c := range contracts {
			if c.SeverityRank(rule.Is) == len(c.Severities) {
				l.warn(path, rule.Is, "is not a severity of contract %s, which uses this mapping too; its requests of that severity are promised nothing", c.ID)
			}
		}
	}
}

// checkFieldIDs refuses a field that neither the program nor a contract of the mapping knows.
func (l *loader) checkFieldIDs(i int) {
	m := &l.cfg.Mappings[i]
	known := slices.Clone(fieldIDs)
	contracts, complete := l.users(m.ID)
	for _, c := range contracts {
		known = append(known, c.fields...)
	}
	if !complete {
		return
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for j, f := range m.Fields {
		path := fmt.Sprintf("mappings[%d].fields[%d].is", i, j)
		if f.Is != "" && !l.spoilt(path) && !slices.Contains(known, f.Is) {
			l.choose(path, f.Is, "a field that means something here", known)
		}
	}
}

// checkPlans refuses a plan that the contracts of the mapping, where they know plans, do not.
func (l *loader) checkPlans(i int) {
	m := &l.cfg.Mappings[i]
	contracts, complete := l.users(m.ID)
	var known []string
	for _, c := range contracts {
		known = append(known, c.Plans...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for j, f := range m.Fields {
		path := fmt.Sprintf("mappings[%d].fields[%d].plan", i, j)
		if complete && known != nil && f.Plan != "" && !l.spoilt(path) && !slices.Contains(known, f.Plan) {
			l.choose(path, f.Plan, "a plan of the contracts that use this mapping", known)
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
