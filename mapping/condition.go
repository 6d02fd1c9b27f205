package mapping

import (
	"fmt"
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
}

func (b *Bound) bindWhen(r *resolver, w When, path string) condition {
	before := len(r.problems)
	c := condition{values: w.In, authors: w.AuthorRole}
	if w.Field != "" {
		c.field, _ = r.field(b.names.fields, w.Field, path+".field", true)
	}
	for i, name := range w.Tracker {
		c.types = append(c.types,
			r.findNamed("tracker, issue type or request type", b.names.types, name, fmt.Sprintf("%s.tracker[%d]", path, i),
				true)...)
	}
	c.priorities = r.findAll("priority", b.names.priorities, w.Priority, path+".priority", true)
	c.categories = bindCategories(r, w.Category, path+".category")
	c.broken = slices.ContainsFunc(r.problems[before:], func(p Problem) bool { return p.Fatal })
	return c
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

// holds reports whether the values satisfy every part of the condition that is given.
func (c condition) holds(v connectors.Values, author enforcer.Role) bool {
	if c.broken {
		return false
	}
	if c.field != "" && !counts(v[c.field], c.values) {
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
func counts(values, accepted []string) bool {
	return slices.ContainsFunc(values, func(x string) bool {
		return x != "" && (accepted == nil || slices.Contains(accepted, x))
	})
}

// BoundScope is a contract's scope with its names resolved: which requests are the contract's.
type BoundScope struct {
	projects []string
	when     []condition
	subtasks bool
}

// Projects are the ids of the projects it covers.
func (s *BoundScope) Projects() []string { return s.projects }

// Scope resolves the scope of a contract, written at path ("contracts[0]"), and holds the mapping's leads
// against its projects. A scope in which no project is found covers nothing, and that problem is Fatal.
func (b *Bound) Scope(s Scope, path string) (*BoundScope, []Problem) {
	var r resolver
	out := &BoundScope{subtasks: s.Subtasks}
	seen := slices.DeleteFunc(slices.Clone(s.Projects), b.hasLeft)
	out.projects = r.findAll("project", b.names.projects, seen, path+".projects", false)
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
		out.when = append(out.when, b.bindWhen(&r, w, fmt.Sprintf("%s.when[%d]", path, i)))
	}
	for _, p := range out.projects {
		if b.names.closed[p] {
			r.report(false, path+".projects", p, "the project is closed: the tracker refuses every write in it")
		}
		for _, role := range b.directory.roles {
			if role.rule.Is.Staff() && len(role.lead) > 0 && b.directory.leadOf(role.rule.Is, p, nil) == "" {
				r.report(false, path+".projects", p,
					"no lead of %s can be assigned in this project: each is locked, gone or not a member of it", role.rule.Is)
			}
			if role.rule.Is.Staff() && len(role.duty) > 0 && b.directory.dutyOf(role.rule.Is, p, nil) == "" {
				r.report(false, path+".projects", p,
					"nobody on duty for %s can be assigned in this project, so the lead will be: each is locked, gone or not a "+
						"member of it", role.rule.Is)
			}
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
