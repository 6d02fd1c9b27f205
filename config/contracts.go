package config

import (
	"fmt"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
)

// contractReader reads the entries of `contracts`.
type contractReader struct {
	*source
	cfg    *Config // with its mappings and connections
	days   daySource
	folder string          // in which contract files are looked for
	texts  map[string]text // that have been read, by what `use` says

	mappingIDs []string
	mappings   map[string]*mapping.Mapping // by id
	prints     map[unchanged]string        // fingerprints that are known
}

// unchanged is all that the fingerprint of a contract rests on that takes its text as it stands. Thousands of customers
// may have the same, and to work it out anew for each takes longer than everything else.
type unchanged struct {
	use, plan, reopen, mapping string
	from, to                   time.Time
}

func (r *contractReader) contracts(docs []useDoc) []Contract {
	r.mappings, r.prints = map[string]*mapping.Mapping{}, map[unchanged]string{}
	for i := range r.cfg.Mappings {
		m := &r.cfg.Mappings[i]
		r.mappingIDs = append(r.mappingIDs, m.ID)
		r.mappings[m.ID] = m
	}
	var out []Contract
	seen := newIDs(r.source)
	for i := range docs {
		doc := &docs[i]
		path := fmt.Sprintf("contracts[%d]", i)
		seen.add(path+".id", doc.ID)
		scope := mapping.Scope{Projects: doc.Projects, Subtasks: doc.Subtasks}
		for j := range doc.When {
			scope.When = append(scope.When, readWhen(r.source, fmt.Sprintf("%s.when[%d]", path, j), &doc.When[j]))
		}
		m := r.mapping(path+".mapping", doc.Mapping)
		b := useBuilder{contractReader: r, path: path, doc: doc}
		c := b.contract()
		if c == nil {
			continue
		}
		c.MappingID, c.Scope = doc.Mapping, scope
		b.duties(c)
		b.account(c)
		if m != nil {
			c.Connection = m.Connection
			for _, v := range append(slices.Clone(c.Earlier), c.Contract) {
				b.againstMapping(v, m, c)
			}
		}
		c.Fingerprint = r.fingerprint(doc, c)
		out = append(out, *c)
	}
	return out
}

// fingerprint is the contract's, which was made of doc.
func (r *contractReader) fingerprint(doc *useDoc, c *Contract) string {
	own := doc.Versions != nil || doc.Calendar != nil || doc.Change != nil || doc.Duties != nil || doc.Account != nil
	if own {
		return c.fingerprint()
	}
	key := unchanged{doc.Use, doc.Plan, doc.Reopen, doc.Mapping, c.ValidFrom, c.ValidTo}
	if r.prints[key] == "" {
		r.prints[key] = c.fingerprint()
	}
	return r.prints[key]
}

// mapping finds a mapping by its id, nil when there is none.
func (r *contractReader) mapping(path, id string) *mapping.Mapping {
	if !r.oneOf(path, id, message.Of("a mapping of this file"), r.mappingIDs) {
		return nil
	}
	return r.mappings[id]
}

// text reads what `use` names; a file's faults are reported once, however many contracts use it.
func (r *contractReader) text(path, use string) (text, bool) {
	if use == "" {
		return text{}, false
	}
	if t, done := r.texts[use]; done {
		return t, t.contract != nil
	}
	var t text
	var faults Faults
	switch {
	case isFile(use):
		data, err := readFile(beside(r.folder, use))
		if err != nil {
			r.fault(path, use, "cannot be read: %v", err)
			break
		}
		t, faults = contractText(beside(r.folder, use), data, r.days)
	case r.oneOf(path, use, message.Of("a preset, or a contract file as own.yaml"), PresetIDs()):
		t, faults = preset(use, r.days)
	}
	if faults.At(Error) == nil {
		var more Faults
		t, more = r.instead.in(t, r.days)
		faults = append(faults, more...)
	}
	r.include(faults)
	if faults.At(Error) != nil {
		t = text{}
	}
	r.texts[use] = t
	return t, t.contract != nil
}

// useBuilder makes one configured contract of its texts.
type useBuilder struct {
	*contractReader
	path string
	doc  *useDoc
}

// contract is the last version with the earlier ones behind it; nil when one of them cannot be read.
func (b *useBuilder) contract() *Contract {
	c := &Contract{}
	var made []*enforcer.Contract
	for _, v := range b.versions() {
		t, ok := b.text(v.path+".use", v.Use)
		if !ok {
			return nil
		}
		v.text = t
		made = append(made, v.contract(c))
		c.Sources = append(c.Sources, t.source)
		c.fields = append(c.fields, fieldsIn(t.contract)...)
	}
	if len(made) == 0 {
		return nil
	}
	last := len(made) - 1
	c.Contract = made[last]
	c.Earlier = made[:last]
	b.dates(c)
	return c
}

// version is one text of the contract, where it stands in the file.
type version struct {
	*useBuilder
	versionDoc
	path string
	text text
}

// versions are those of the list, or the one that stands in the contract itself.
func (b *useBuilder) versions() []*version {
	d := b.doc
	if d.Versions == nil {
		if d.Use == "" && !b.hasFault(b.path+".use") {
			b.fault(b.path+".use", "", "is missing; name a preset or a contract file, or list versions")
		}
		only := versionDoc{Use: d.Use, Plan: d.Plan, Reopen: d.Reopen, Calendar: d.Calendar, Change: d.Change}
		return []*version{{useBuilder: b, path: b.path, versionDoc: only}}
	}
	if d.Use != "" || d.Plan != "" || d.Reopen != "" || d.Calendar != nil || d.Change != nil {
		b.fault(b.path+".versions", "", "stands beside use, plan, reopen, calendar or change; these belong into each version")
	}
	var out []*version
	for i, v := range d.Versions {
		path := fmt.Sprintf("%s.versions[%d]", b.path, i)
		if i > 0 && !d.Versions[i-1].ValidFrom.Before(v.ValidFrom) && !b.hasFault(path) {
			b.fault(path+".valid_from", v.ValidFrom.String(),
				"is not after that of the version before it; the oldest stands first")
		}
		out = append(out, &version{useBuilder: b, path: path, versionDoc: v})
	}
	return out
}

// contract makes the version's contract; what only one can have goes into c.
func (v *version) contract(c *Contract) *enforcer.Contract {
	c.Spec = v.text.spec
	base := *v.text.contract
	if v.Calendar != nil {
		c.Spec.ID = v.doc.ID
		overlay(v.source, v.path+".calendar", &c.Spec, v.Calendar, v.days)
		base.Calendar = compile(v.source, v.path+".calendar", c.Spec)
	}
	e := derive(v.source, v.path+".change", &base, v.Change, c.Spec.Week)
	e.ID = v.doc.ID
	e.Language = v.doc.Language
	if e.Language == "" {
		e.Language = v.cfg.Language
	}
	e.Reopen = v.Reopen
	v.plan(e)
	if v.Calendar != nil {
		v.cutoffs(e, c.Spec.Week)
	}
	if len(v.Change) > 0 || v.Calendar != nil || v.Reopen != "" || v.Plan != "" {
		e.Version += "+" + rulesFingerprint(e, c.Spec)[:8]
	}
	return e
}

// cutoffs warns of cut-offs that lie outside the working hours that the admin set.
func (v *version) cutoffs(c *enforcer.Contract, week calendar.Week) {
	for i := range c.Obligations {
		o := &c.Obligations[i]
		for j := range o.Rules {
			part, value, reason := cutoffFault(o.Rules[j].Within, week)
			if part != "" && !v.hasFault(v.path) {
				v.warn(v.path+".calendar.hours", v.Calendar.Hours,
					"push a cut-off of %s out of the day: %s %s %s; change it as well", o.ID, part, value, reason)
			}
		}
	}
}

func (v *version) plan(c *enforcer.Contract) {
	path, plan := v.path+".plan", v.Plan
	switch {
	case len(c.Plans) == 0 && plan != "":
		v.fault(path, plan, "is given, and contract %s knows no plans", c.Preset)
	case len(c.Plans) > 0 && plan == "" && !v.hasFault(path):
		v.fault(path, "", "is missing; contract %s has the plans %s", c.Preset, commas(c.Plans))
	default:
		v.oneOf(path, plan, message.Of("a plan of contract %s", c.Preset), c.Plans)
	}
	c.TakePlan(plan)
}

func (b *useBuilder) dates(c *Contract) {
	if c.Calendar == nil {
		return
	}
	zone := c.Calendar.Location()
	from, to := b.doc.Valid.From, b.doc.Valid.To
	if from != nil && !from.IsZero() {
		c.ValidFrom = midnight(*from, zone, 0)
	}
	if to != nil && !to.IsZero() {
		c.ValidTo = midnight(*to, zone, 1)
	}
	if !c.ValidFrom.IsZero() && !c.ValidTo.IsZero() && !c.ValidFrom.Before(c.ValidTo) {
		b.fault(b.path+".valid.to", to.String(), "lies before from, %v", *from)
	}
	b.windows(c)
	if !c.ValidFrom.IsZero() && !c.ValidTo.IsZero() {
		if _, err := c.Calendar.Elapsed(c.ValidFrom, c.ValidTo); err != nil {
			b.warn(b.path+".valid", "", "reaches beyond the days off: %v", err)
		}
	}
	if m := b.doc.EnforceFrom; m != nil && !b.hasFault(b.path+".enforce_from") {
		c.EnforceFrom = m.in(zone)
		if !c.ValidTo.IsZero() && !c.EnforceFrom.Before(c.ValidTo) {
			b.warn(b.path+".enforce_from", "",
				"lies after the last day of valid; nothing received under the contract will be written about in time")
		}
	}
}

// windows parts the contract's validity among its versions: each holds from its own day until the next one's.
func (b *useBuilder) windows(c *Contract) {
	all := append(slices.Clone(c.Earlier), c.Contract)
	first, to := c.ValidFrom, c.ValidTo
	for i, v := range all {
		if b.doc.Versions == nil || v.Calendar == nil {
			return
		}
		v.ValidFrom, v.ValidTo = midnight(b.doc.Versions[i].ValidFrom, v.Calendar.Location(), 0), to
		if v.ValidFrom.Before(first) {
			v.ValidFrom = first
		}
		if i > 0 {
			all[i-1].ValidTo = v.ValidFrom
		}
	}
}

// againstMapping compares what the contract's steps need with what the mapping has.
func (b *useBuilder) againstMapping(c *enforcer.Contract, m *mapping.Mapping, used *Contract) {
	roles := map[enforcer.Role]*mapping.RoleRule{}
	for i := range m.Roles {
		roles[m.Roles[i].Is] = &m.Roles[i]
	}
	at := b.path + ".mapping"
	if roles[enforcer.Support] == nil && !b.hasFault("mappings") {
		b.fault(at, m.ID,
			"has no role support; then nobody's answers would count and every promise would be called broken")
		return
	}
	c.Equip(used.means(m))
	warned := map[string]bool{}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if !o.Active() {
			continue
		}
		missing := append(lacking(o, roles), used.lackingForDuties(o, roles)...)
		if conn := b.cfg.Connection(m.Connection); conn != nil && conn.Kind.Internal != nil && internalLacking(o, m) {
			missing = append(missing, message.Of(
				"has no `internal`; internal comments will not be written; accepted in %s: %s",
				conn.Kind.Name, commas(conn.Kind.Internal)))
		}
		for _, w := range missing {
			if !warned[w.String()] && !b.hasFault("mappings") {
				b.warn(at, m.ID, "%s", w)
			}
			warned[w.String()] = true
		}
	}
}

// lacking reports the roles that steps assign or add and for which the mapping names nobody.
func lacking(o *enforcer.Obligation, roles map[enforcer.Role]*mapping.RoleRule) []message.Message {
	var out []message.Message
	for _, r := range o.Rules {
		for _, s := range r.Steps {
			if rule := roles[s.Assign]; s.Assign != "" && (rule == nil || len(rule.Lead) == 0) {
				out = append(out, message.Of("has no lead of role %s; step %s/%s will assign nobody", s.Assign, o.ID, s.ID))
			}
			if s.Watch != "" && roles[s.Watch] == nil {
				out = append(out, message.Of("has no role %s; step %s/%s will add no watchers", s.Watch, o.ID, s.ID))
			}
		}
	}
	return out
}

// lackingForDuties reports the duties whose issue would be assigned to a role for which the mapping names nobody.
func (c *Contract) lackingForDuties(
	o *enforcer.Obligation,
	roles map[enforcer.Role]*mapping.RoleRule,
) []message.Message {
	var out []message.Message
	for _, d := range c.Duties {
		role := d.Issue.Assign
		if rule := roles[role]; d.Obligation == o.ID && role != "" && (rule == nil || len(rule.Lead) == 0) {
			out = append(out,
				message.Of("has no lead of role %s; the issue of %s will be assigned to nobody", role, d.Issue.Path))
		}
	}
	return out
}

// internalLacking reports whether o has internal comments, and the mapping no way to keep them so.
func internalLacking(o *enforcer.Obligation, m *mapping.Mapping) bool {
	return m.Internal.Kind == "" && slices.ContainsFunc(o.Rules, func(r enforcer.Rule) bool {
		return slices.ContainsFunc(r.Steps, func(s enforcer.Step) bool {
			return s.Comment != nil && s.Comment.Audience == enforcer.Internal
		})
	})
}
