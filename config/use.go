package config

import (
	"fmt"
	"slices"

	"slabridge/enforcer"
	"slabridge/mapping"
)

func (l *loader) contracts() {
	seen := l.ids()
	files := map[string]text{}
	for i := range l.doc.Contracts {
		doc := &l.doc.Contracts[i]
		path := fmt.Sprintf("contracts[%d]", i)
		seen.add(path+".id", doc.ID)
		scope := l.scope(path, doc)
		conn, known := l.connectionOf(path+".mapping", doc.Mapping)
		t, ok := l.text(path+".use", doc.Use, files)
		if !ok {
			continue
		}
		u := user{loader: l, path: path, doc: doc, text: t}
		c := u.contract()
		c.MappingID, c.Connection, c.Scope = doc.Mapping, conn, scope
		if known {
			u.againstMapping(c, l.cfg.Mapping(doc.Mapping))
		}
		c.Fingerprint = c.fingerprint()
		l.cfg.Contracts = append(l.cfg.Contracts, *c)
	}
}

func (l *loader) scope(path string, doc *useDoc) mapping.Scope {
	s := mapping.Scope{Projects: doc.Projects, Subtasks: doc.Subtasks}
	for i := range doc.When {
		s.When = append(s.When, l.when(fmt.Sprintf("%s.when[%d]", path, i), &doc.When[i]))
	}
	return s
}

func (l *loader) connectionOf(path, id string) (string, bool) {
	var known []string
	for _, m := range l.cfg.Mappings {
		if m.ID == id && id != "" {
			return m.Connection, true
		}
		known = append(known, m.ID)
	}
	if id != "" {
		l.choose(path, id, "a mapping of this file", known)
	}
	return "", false
}

// text reads what `use` names; a file's faults are reported once, however many contracts use it.
func (l *loader) text(path, use string, files map[string]text) (text, bool) {
	if use == "" {
		return text{}, false
	}
	if t, done := files[use]; done {
		return t, t.contract != nil
	}
	var t text
	var faults Faults
	switch {
	case isFile(use):
		data, err := readFile(beside(l.folder, use))
		if err != nil {
			l.fault(path, use, "cannot be read: %v", err)
			break
		}
		t, faults = contractText(beside(l.folder, use), data, l.days)
	case !slices.Contains(PresetIDs(), use):
		l.choose(path, use, "a preset, or a contract file as own.yaml", PresetIDs())
	default:
		t, faults = preset(use, l.days)
	}
	l.elsewhere = append(l.elsewhere, faults...)
	if faults.At(Error) != nil {
		t = text{}
	}
	files[use] = t
	return t, t.contract != nil
}

// user makes one configured contract of a text.
type user struct {
	*loader
	path string
	doc  *useDoc
	text text
}

func (u *user) contract() *Contract {
	c := &Contract{Contract: u.text.contract, Spec: u.text.spec, Plan: u.doc.Plan}
	base := *u.text.contract
	if u.doc.Calendar != nil {
		c.Spec.ID = u.doc.ID
		overlay(u.page, u.path+".calendar", &c.Spec, u.doc.Calendar, u.days)
		base.Calendar = compile(u.page, u.path+".calendar", c.Spec)
	}
	c.Contract = derive(u.page, u.path+".change", &base, u.doc.Change, c.Spec.Week)
	c.ID = u.doc.ID
	c.Language = u.doc.Language
	if c.Language == "" {
		c.Language = u.cfg.Language
	}
	c.Reopen = u.doc.Reopen
	u.plan(c)
	u.dates(c)
	if u.doc.Calendar != nil {
		u.cutoffs(c)
	}
	if len(u.doc.Change) > 0 || u.doc.Calendar != nil || u.doc.Reopen != "" || u.doc.Plan != "" {
		c.Version += "+" + c.rules()[:8]
	}
	return c
}

// cutoffs warns of cut-offs that the admin's hours have pushed out of the day.
func (u *user) cutoffs(c *Contract) {
	for i := range c.Obligations {
		o := &c.Obligations[i]
		for j := range o.Rules {
			part, value, reason := cutoffFault(o.Rules[j].Within, c.Spec.Week)
			if part != "" && !u.spoilt(u.path) {
				u.warn(u.path+".calendar.hours", u.doc.Calendar.Hours, "push a cut-off of %s out of the day: %s %s %s; change it as well",
					o.ID, part, value, reason)
			}
		}
	}
}

func (u *user) plan(c *Contract) {
	path := u.path + ".plan"
	switch {
	case len(c.Plans) == 0 && c.Plan != "":
		u.fault(path, c.Plan, "is given, and contract %s knows no plans", c.Preset)
	case len(c.Plans) > 0 && c.Plan == "" && !u.spoilt(path):
		u.fault(path, "", "is missing; contract %s has the plans %s", c.Preset, commas(c.Plans))
	case c.Plan != "" && !slices.Contains(c.Plans, c.Plan):
		u.choose(path, c.Plan, "a plan of contract "+c.Preset, c.Plans)
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if c.Plan != "" && o.Plans != nil && !slices.Contains(o.Plans, c.Plan) {
			o.Inert = fmt.Sprintf("it is not part of plan %q", c.Plan)
		}
	}
}

func (u *user) dates(c *Contract) {
	if c.Calendar == nil {
		return
	}
	zone := c.Calendar.Location()
	from, to := u.doc.Valid.From, u.doc.Valid.To
	if from != nil && !from.IsZero() {
		c.ValidFrom = from.in(zone, 0)
	}
	if to != nil && !to.IsZero() {
		c.ValidTo = to.in(zone, 1)
	}
	if !c.ValidFrom.IsZero() && !c.ValidTo.IsZero() && !c.ValidFrom.Before(c.ValidTo) {
		u.fault(u.path+".valid.to", to.String(), "lies before from, %v", from.Date)
	}
	if !c.ValidFrom.IsZero() && !c.ValidTo.IsZero() {
		if _, err := c.Calendar.Elapsed(c.ValidFrom, c.ValidTo); err != nil {
			u.warn(u.path+".valid", "", "reaches beyond the days off: %v", err)
		}
	}
	if m := u.doc.EnforceFrom; m != nil && !u.spoilt(u.path+".enforce_from") {
		c.EnforceFrom = m.in(zone)
		if !c.ValidTo.IsZero() && !c.EnforceFrom.Before(c.ValidTo) {
			u.warn(u.path+".enforce_from", "", "lies after the last day of valid; nothing received under the contract will be written about in time")
		}
	}
}

// againstMapping holds what the contract's steps need against what the mapping has.
func (u *user) againstMapping(c *Contract, m *mapping.Mapping) {
	var fields []string
	for _, f := range m.Fields {
		fields = append(fields, f.Is)
	}
	roles := map[enforcer.Role]*mapping.RoleRule{}
	for i := range m.Roles {
		roles[m.Roles[i].Is] = &m.Roles[i]
	}
	at := u.path + ".mapping"
	if roles[enforcer.Support] == nil && !u.spoilt("mappings") {
		u.fault(at, m.ID, "has no role support; then nobody's answers would count and every promise would be called broken")
		return
	}
	warned := map[string]bool{}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if o.Inert == "" {
			o.Inert = unmapped(o, fields)
		}
		if o.Inert != "" || o.Off {
			continue
		}
		missing := lacking(o, roles)
		if conn := u.cfg.Connection(m.Connection); conn != nil && conn.Kind == "jira" {
			missing = append(missing, internalLacking(o, m)...)
		}
		for _, w := range missing {
			if !warned[w] && !u.spoilt("mappings") {
				u.warn(at, m.ID, "%s", w)
			}
			warned[w] = true
		}
	}
}

// lacking tells of roles that steps call in and the mapping cannot give.
func lacking(o *enforcer.Obligation, roles map[enforcer.Role]*mapping.RoleRule) []string {
	var out []string
	for _, r := range o.Rules {
		for _, s := range r.Steps {
			if rule := roles[s.Assign]; s.Assign != "" && (rule == nil || len(rule.Lead) == 0) {
				out = append(out, fmt.Sprintf("has no lead of role %s; step %s/%s will assign nobody", s.Assign, o.ID, s.ID))
			}
			if s.Watch != "" && roles[s.Watch] == nil {
				out = append(out, fmt.Sprintf("has no role %s; step %s/%s will add no watchers", s.Watch, o.ID, s.ID))
			}
		}
	}
	return out
}

func internalLacking(o *enforcer.Obligation, m *mapping.Mapping) []string {
	if m.Internal.Kind != "" {
		return nil
	}
	for _, r := range o.Rules {
		for _, s := range r.Steps {
			if s.Comment != nil && s.Comment.Audience == enforcer.Internal {
				return []string{"has no `internal`; internal comments will not be written"}
			}
		}
	}
	return nil
}
