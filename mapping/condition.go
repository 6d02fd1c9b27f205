package mapping

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// condition is a When whose names are ids.
type condition struct {
	broken                        bool // a name could not be resolved: never true
	field                         string
	values                        []string
	types, categories, priorities []string
	authors                       []enforcer.Role
	options                       *optionNames
	matches                       *regexp.Regexp
	any                           []condition // nil, or one of them holds
	not                           *condition
}

func (b *Bound) bindWhen(r *resolver, w When, path string, rests *[]needed) condition {
	return b.bindWithin(nil, r, w, path, rests)
}

// bindWithin binds a condition that is asked only of the types given, nil for all.
func (b *Bound) bindWithin(types []string, r *resolver, w When, path string, rests *[]needed) condition {
	before := len(r.problems)
	c := condition{values: w.In, authors: w.AuthorRole, options: b.options, matches: w.Matches}
	if w.Field != "" {
		c.field, _ = r.field(b.names.fields, w.Field, path+".field", true)
	}
	c.types = b.typesOf(r, w.Tracker, path)
	c.priorities = r.findAll("priority", b.names.priorities, w.Priority, path+".priority", true)
	c.categories = bindCategories(r, w.Category, path+".category")
	if c.types != nil {
		types = c.types
	}
	for i, one := range w.Any {
		c.any = append(c.any, b.bindWithin(types, r, one, fmt.Sprintf("%s.any[%d]", path, i), rests))
	}
	if w.Not != nil {
		not := b.bindWithin(types, r, *w.Not, path+".not", rests)
		c.not = &not
	}
	c.broken = slices.ContainsFunc(r.problems[before:], func(p Problem) bool { return p.Fatal })
	if key := cmp.Or(c.field, b.names.lostField(w.Field)); w.Field != "" && key != "" {
		*rests = append(*rests, needed{key, w.Field, path + ".field", types})
	}
	if len(w.Priority) > 0 {
		*rests = append(*rests, needed{connectors.FieldPriority, connectors.FieldPriority, path + ".priority", types})
	}
	return c
}

// typesOf finds the types of issues and of requests by the names that the entry at path has for them.
func (b *Bound) typesOf(r *resolver, names []string, path string) (out []string) {
	for i, name := range names {
		place := fmt.Sprintf("%s.tracker[%d]", path, i)
		out = append(out, r.findNamed("tracker, issue type or request type", b.names.types, name, place, true)...)
	}
	return out
}

// bindCategories takes categories by id alone: each project has its own of the same names, and the directory
// lists none of them.
func bindCategories(r *resolver, ids []string, path string) []string {
	for i, id := range ids {
		for _, c := range id {
			if c < '0' || c > '9' {
				r.report(true, fmt.Sprintf("%s[%d]", path, i), id,
					"categories are given by id, because each project has its own; the id is in the address of the category's "+
						"page in the project's settings")
				break
			}
		}
	}
	return ids
}

// parts are the condition and all that it is made of, with the place of each in the admin's file.
func (c condition) parts(w When, path string, visit func(c condition, w When, path string)) {
	visit(c, w, path)
	for i, one := range c.any {
		one.parts(w.Any[i], fmt.Sprintf("%s.any[%d]", path, i), visit)
	}
	if c.not != nil {
		c.not.parts(*w.Not, path+".not", visit)
	}
}

// flat are the condition and all that it is made of.
func (c condition) flat() []condition {
	out := []condition{c}
	for _, one := range c.any {
		out = append(out, one.flat()...)
	}
	if c.not != nil {
		out = append(out, c.not.flat()...)
	}
	return out
}

// with is the condition read by these names of options.
func (c condition) with(options *optionNames) condition {
	c.options, c.any = options, slices.Clone(c.any)
	for i := range c.any {
		c.any[i] = c.any[i].with(options)
	}
	if c.not != nil {
		not := c.not.with(options)
		c.not = &not
	}
	return c
}

// holds reports whether the values satisfy every part of the condition that is given.
func (c condition) holds(v connectors.Values, author enforcer.Role) bool {
	if c.broken {
		return false
	}
	if c.any != nil && !slices.ContainsFunc(c.any, func(x condition) bool { return x.holds(v, author) }) {
		return false
	}
	if c.not != nil && c.not.holds(v, author) {
		return false
	}
	if c.matches != nil && !slices.ContainsFunc(v[c.field], c.matches.MatchString) {
		return false
	}
	if c.field != "" && !c.options.counts(c.field, v[c.field], c.values) {
		return false
	}
	for _, part := range []struct {
		accept []string
		held   []string
	}{
		{c.types, slices.Concat(v[connectors.FieldType], v[connectors.FieldRequestType])},
		{c.categories, v[connectors.FieldCategory]}, // Jira's issues may have several components
		{c.priorities, v[connectors.FieldPriority]},
	} {
		if part.accept != nil && !overlap(part.accept, part.held) {
			return false
		}
	}
	return c.authors == nil || slices.Contains(c.authors, author)
}

// counts reports whether a field is filled: with any value, or with one of those that count.
func (o *optionNames) counts(field string, values, accepted []string) bool {
	return slices.ContainsFunc(values, func(x string) bool {
		return x != "" && (accepted == nil || slices.Contains(accepted, x) || o.mean(field, x, accepted))
	})
}

// BoundScope is a contract's scope with its names resolved: which requests are the contract's.
type BoundScope struct {
	projects []string
	when     []condition
	subtasks bool
	needed   []needed
}

// Projects are the ids of the projects it covers.
func (s *BoundScope) Projects() []string { return s.projects }

// Scope resolves the scope of a contract, written at path ("contracts[0]"). A scope in which no project is found
// covers nothing, and that problem is Fatal.
func (b *Bound) Scope(s Scope, path string) (*BoundScope, []Problem) {
	var r resolver
	out := &BoundScope{subtasks: s.Subtasks}
	seen := slices.DeleteFunc(slices.Clone(s.Projects), b.hasLeft)
	for i, name := range seen {
		place := fmt.Sprintf("%s.projects[%d]", path, i)
		if id, ok := r.find("project", b.names.projectsCalled(name), name, place, false); ok {
			out.projects = append(out.projects, id)
		}
	}
	for _, name := range s.Projects {
		if b.hasLeft(name) {
			r.report(len(out.projects) == 0, path+".projects", name, "our account was a member of this project and does not "+
				"see it any more: it was taken out of the members, or the project was archived or deleted; make it a member "+
				"again, or take the project out of the contract")
		}
	}
	if len(out.projects) == 0 && len(seen) == len(s.Projects) {
		r.report(true, path+".projects", "",
			"the contract covers nothing without a project that the account can see; it has %s", labels(b.names.projects))
	}
	for i, w := range s.When {
		out.when = append(out.when, b.bindWhen(&r, w, fmt.Sprintf("%s.when[%d]", path, i), &out.needed))
	}
	for _, p := range out.projects {
		if b.names.closed[p] {
			r.report(false, path+".projects", p, "the project is closed: the tracker refuses every write in it")
		}
	}
	return out, r.problems
}

// hasLeft reports whether a name means a project that our account was a member of and does not see any more.
func (b *Bound) hasLeft(name string) bool {
	name = squeeze(name)
	return slices.ContainsFunc(b.names.left, func(n FormerName) bool {
		return n.ID == name || squeeze(n.Name) == name
	}) &&
		!slices.ContainsFunc(b.names.projects, func(e entry) bool { return e.id == name || e.calls(name, false) })
}

func (s *BoundScope) covers(people connectors.Values, project string, subtask bool, author enforcer.Role) bool {
	if !slices.Contains(s.projects, project) || (subtask && !s.subtasks) {
		return false
	}
	return len(s.when) == 0 || slices.ContainsFunc(s.when, func(c condition) bool { return c.holds(people, author) })
}

// AskedValues are values of a field that the configuration waits for at one place. A value that no request ever holds
// does not show as a fault: its rule is simply never true.
type AskedValues struct {
	Path     string // of the list in the admin's file: "mappings[0].severity[0].when.in"
	Key      string // of the field, in connectors.Values
	Field    string // as the tracker calls it
	Severity bool   // a severity rests on them
	Values   []string
}

// Asked lists the values that the mapping, written at path ("mappings[0]"), and the scope of a contract, written at
// scopePath ("contracts[0]"), wait for.
func (b *Bound) Asked(s Scope, bound *BoundScope, path, scopePath string) (out []AskedValues) {
	add := func(place, key string, severity bool, values []string) {
		if key != "" && len(values) > 0 {
			out = append(out, AskedValues{place, key, b.fieldName(key), severity, values})
		}
	}
	for i, rule := range b.mapping.Severity {
		b.severity[i].when.parts(rule.When, fmt.Sprintf("%s.severity[%d].when", path, i),
			func(c condition, w When, place string) { add(place+".in", c.field, true, w.In) })
	}
	for i, rule := range b.mapping.Fields {
		for _, f := range b.fields {
			if f.Is == rule.Is && f.Field == rule.Field && f.Field != "" {
				add(fmt.Sprintf("%s.fields[%d].in", path, i), f.key, false, rule.In)
				break
			}
		}
	}
	for i, when := range s.When {
		bound.when[i].parts(when, fmt.Sprintf("%s.when[%d]", scopePath, i),
			func(c condition, w When, place string) { add(place+".in", c.field, false, w.In) })
	}
	return out
}

// SeverityKeys lists what of a request the severities rest on, by its keys in connectors.Values.
func (b *Bound) SeverityKeys() (keys []string) {
	for _, s := range b.severity {
		for _, key := range s.when.keys() {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// keys lists what of a request the condition reads, by its keys in connectors.Values.
func (c condition) keys() (keys []string) {
	add := func(asked bool, key ...string) {
		if asked {
			keys = append(keys, key...)
		}
	}
	for _, c := range c.flat() {
		add(c.field != "", c.field)
		add(c.types != nil, connectors.FieldType, connectors.FieldRequestType)
		add(c.priorities != nil, connectors.FieldPriority)
		add(c.categories != nil, connectors.FieldCategory)
	}
	return keys
}
