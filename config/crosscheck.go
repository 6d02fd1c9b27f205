package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
)

// crossCheck holds mappings and contracts against each other. It is complete when every contract could be read.
func crossCheck(src *source, cfg *Config, complete bool) {
	for i := range cfg.Mappings {
		if complete {
			checkAgainstContracts(src, cfg, i)
		}
	}
	if src.hasFault("contracts") {
		return
	}
	for j := range cfg.Contracts {
		for i := range j {
			checkOverlap(src, &cfg.Contracts[i], &cfg.Contracts[j], fmt.Sprintf("contracts[%d].projects", j))
		}
	}
}

// checkAgainstContracts refuses severities, fields and plans that none of the contracts with this mapping knows.
func checkAgainstContracts(src *source, cfg *Config, i int) {
	m := &cfg.Mappings[i]
	var users []*Contract
	var severities, plans []string
	fields := slices.Clone(fieldIDs)
	for j := range cfg.Contracts {
		if c := &cfg.Contracts[j]; c.MappingID == m.ID {
			users = append(users, c)
			severities = append(severities, severityIDs(c.Contract)...)
			fields = append(fields, c.fields...)
			plans = append(plans, c.Plans...)
		}
	}
	severities, fields, plans = distinct(severities), distinct(fields), distinct(plans)
	known := func(path, value, what string, accepted []string) bool {
		return !src.hasFault(path) && src.oneOf(path, value, what, accepted)
	}
	for j, rule := range m.Severity {
		path := fmt.Sprintf("mappings[%d].severity[%d].is", i, j)
		if len(users) == 0 || !known(path, rule.Is, "a severity of the contracts that use this mapping", severities) {
			continue
		}
		for _, c := range users {
			if c.SeverityRank(rule.Is) == len(c.Severities) {
				src.warn(path, rule.Is, "is not a severity of contract %s, which uses this mapping too; "+
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

// distinct gives each of the words once, in order.
func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
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

// checkOverlap refuses two contracts that would claim the same request: one issue belongs to at most one. The path is
// that of b's projects.
func checkOverlap(src *source, a, b *Contract, path string) {
	if a.Connection != b.Connection || !together(a, b) {
		return
	}
	if len(a.Scope.When) > 0 && len(b.Scope.When) > 0 {
		return // whether both can be true of one request, only the tracker knows
	}
	for k, project := range b.Scope.Projects {
		if slices.ContainsFunc(a.Scope.Projects, func(p string) bool { return strings.EqualFold(p, project) }) {
			src.fault(indexed(path, k, len(b.Scope.Projects)), project,
				"is claimed by contract %s as well; give both a `when`, or valid days that do not meet", a.ID)
		}
	}
}

// together reports whether some day is valid in both.
func together(a, b *Contract) bool {
	before := func(end, start time.Time) bool { return !end.IsZero() && !start.IsZero() && !end.After(start) }
	return !before(a.ValidTo, b.ValidFrom) && !before(b.ValidTo, a.ValidFrom)
}

func commas(items []string) string { return strings.Join(items, ", ") }
