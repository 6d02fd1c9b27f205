package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// crossCheck checks mappings and contracts against each other. It is complete when every contract could be read.
func crossCheck(src *source, cfg *Config, complete bool) {
	users := map[string][]*Contract{}
	for j := range cfg.Contracts {
		c := &cfg.Contracts[j]
		users[c.MappingID] = append(users[c.MappingID], c)
	}
	for i := range cfg.Mappings {
		if complete {
			checkAgainstContracts(src, cfg, i, users[cfg.Mappings[i].ID])
		} else {
			checkMisspelt(src, cfg, i, users[cfg.Mappings[i].ID])
		}
	}
	if src.hasFault("contracts") {
		return
	}
	var before claims
	for j := range cfg.Contracts {
		b := &cfg.Contracts[j]
		for k, at := range claimsOf(b) {
			if a := before.rival(cfg.Contracts, b, at); a != nil { // one is named, not each of ten thousand
				src.fault(indexed(fmt.Sprintf("contracts[%d].projects", j), k, len(b.Scope.Projects)), b.Scope.Projects[k],
					"is claimed by contract %s as well; give both a `when`, or valid days that do not meet", a.ID)
			}
		}
		before.add(j, b)
	}
}

// claim is what two contracts can both want: the requests of a project.
type claim struct{ connection, project string }

// claims are the contracts of each project, by their places in the configuration: a support organisation may have tens
// of thousands, and each is held against those of its own projects alone.
type claims struct {
	whole map[claim][]int // without a `when`
	part  map[claim][]int // with one: of two such, only the tracker knows whether both can be true of one request
}

func claimsOf(c *Contract) []claim {
	var out []claim
	for _, p := range c.Scope.Projects {
		out = append(out, claim{c.Connection, strings.ToLower(p)})
	}
	return out
}

func (c *claims) add(i int, contract *Contract) {
	if c.whole == nil {
		*c = claims{map[claim][]int{}, map[claim][]int{}}
	}
	to := c.whole
	if len(contract.Scope.When) > 0 {
		to = c.part
	}
	for _, at := range claimsOf(contract) {
		to[at] = append(to[at], i)
	}
}

// rival is the first contract that was added and would claim the same request as another: one issue belongs to at most
// one. It is nil where there is none.
func (c *claims) rival(contracts []Contract, of *Contract, at claim) *Contract {
	lists := [][]int{c.whole[at]}
	if len(of.Scope.When) == 0 {
		lists = append(lists, c.part[at])
	}
	for _, list := range lists {
		for _, i := range list {
			if together(&contracts[i], of) {
				return &contracts[i]
			}
		}
	}
	return nil
}

// checkAgainstContracts refuses severities, fields and plans that none of the users, the contracts with this mapping,
// knows.
func checkAgainstContracts(src *source, cfg *Config, i int, users []*Contract) {
	m := &cfg.Mappings[i]
	var severities, plans []string
	fields := slices.Clone(fieldIDs)
	for _, c := range users {
		severities = append(severities, severityIDs(c.Contract)...)
		fields = append(fields, c.fields...)
		plans = append(plans, c.Plans...)
	}
	severities, fields, plans = distinct(severities), distinct(fields), distinct(plans)
	known := func(path, value string, what message.Format, accepted []string) bool {
		return !src.hasFault(path) && src.oneOf(path, value, message.Of(what), accepted)
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

// checkMisspelt finds, where a contract could not be read and may speak of fields of its own, those that look like one
// that means something anyway.
func checkMisspelt(src *source, cfg *Config, i int, users []*Contract) {
	fields := slices.Clone(fieldIDs)
	for _, c := range users {
		fields = append(fields, c.fields...)
	}
	fields = distinct(fields)
	for j, f := range cfg.Mappings[i].Fields {
		path := fmt.Sprintf("mappings[%d].fields[%d].is", i, j)
		if !src.hasFault(path) && nearest(f.Is, fields) != "" {
			src.oneOf(path, f.Is, message.Of("a field that means something here"), fields)
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

// together reports whether some day is valid in both.
func together(a, b *Contract) bool {
	before := func(end, start time.Time) bool { return !end.IsZero() && !start.IsZero() && !end.After(start) }
	return !before(a.ValidTo, b.ValidFrom) && !before(b.ValidTo, a.ValidFrom)
}

func commas(items []string) string { return strings.Join(items, ", ") }
