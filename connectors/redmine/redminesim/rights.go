package redminesim

import (
	"slices"
	"strconv"
)

// readOnly are the permissions that still count in a closed project: those Redmine declares "read".
var readOnly = []string{
	"view_project", "view_issues", "view_private_notes", "view_issue_watchers", "view_time_entries",
	"view_members", "close_project", "delete_project",
}

// moduleOf says which module of a project a permission needs; empty for none.
func moduleOf(perm string) string {
	switch perm {
	case "log_time", "view_time_entries", "edit_time_entries", "edit_own_time_entries", "log_time_for_other_users":
		return "time_tracking"
	case "view_project", "view_members", "manage_members", "close_project", "delete_project":
		return ""
	}
	return "issue_tracking"
}

// rolesIn are the roles of a user in a project; nil user is the anonymous one, who has none here,
// since every project of this tracker is private.
func (st *store) rolesIn(u *user, project int) []*role {
	if u == nil {
		return nil
	}
	var out []*role
	for _, m := range st.members {
		if m.user != u.id || m.project != project {
			continue
		}
		for _, id := range m.roles {
			if r := st.role(id); r != nil {
				out = append(out, r)
			}
		}
	}
	return out
}

// open reports whether a permission can be used at all in a project: its state and modules.
func (p *project) open(perm string) bool {
	switch {
	case p.status == projectArchived:
		return false
	case p.status == projectClosed && !slices.Contains(readOnly, perm):
		return false
	}
	need := moduleOf(perm)
	return need == "" || slices.ContainsFunc(p.modules, func(m module) bool { return m.name == need })
}

// can reports whether a user has a permission in a project.
func (st *store) can(u *user, p *project, perm string) bool {
	if u == nil || p == nil || !p.open(perm) {
		return false
	}
	return u.admin || slices.ContainsFunc(st.rolesIn(u, p.id), func(r *role) bool { return r.has(perm) })
}

// canAnywhere reports whether Redmine takes a user to have a permission somewhere: in a project, or as a non-member,
// public projects or not.
func (st *store) canAnywhere(u *user, perm string) bool {
	return u != nil && st.nonMember.has(perm) || slices.ContainsFunc(st.projects,
		func(p *project) bool { return st.can(u, p, perm) })
}

// seesProject reports whether a project is visible: members see it unless it is archived.
func (st *store) seesProject(u *user, p *project) bool {
	return u != nil && p.status != projectArchived && (u.admin || len(st.rolesIn(u, p.id)) > 0)
}

// sees reports whether a user may see an issue: by role, and by who wrote or has it when it is private.
func (st *store) sees(u *user, i *issue) bool {
	p := st.project(i.project)
	if u == nil || p == nil || !p.open("view_issues") {
		return false
	}
	if u.admin {
		return true
	}
	own := i.author == u.id || i.assignee == u.id
	return slices.ContainsFunc(st.rolesIn(u, p.id), func(r *role) bool {
		return r.has("view_issues") && (r.sees == "all" || own || (r.sees == "default" && !i.private))
	})
}

// seesField reports whether a custom field is shown to a user in a project.
func (st *store) seesField(u *user, project int, f *customField) bool {
	if f.visible || (u != nil && u.admin) {
		return true
	}
	return slices.ContainsFunc(st.rolesIn(u, project), func(r *role) bool { return slices.Contains(f.roles, r.id) })
}

// seesUser follows users_visibility: 5.0 shows everyone, 6.x only people of common projects.
func (st *store) seesUser(u, other *user, common bool) bool {
	switch {
	case u.admin || u == other:
		return true
	case other.locked:
		return false
	case !common || slices.ContainsFunc(st.allRoles(u), func(r *role) bool { return r.users == "all" }):
		return true
	}
	return slices.ContainsFunc(st.members, func(m *member) bool {
		p := st.project(m.project)
		return m.user == other.id && p != nil && st.seesProject(u, p)
	})
}

func (st *store) allRoles(u *user) []*role {
	var out []*role
	for _, m := range st.members {
		if m.user == u.id {
			out = append(out, st.rolesIn(u, m.project)...)
		}
	}
	return out
}

// mayEdit reports whether a user may change the fields of an issue.
func (st *store) mayEdit(u *user, i *issue) bool {
	p := st.project(i.project)
	return st.can(u, p, "edit_issues") || (u != nil && i.author == u.id && st.can(u, p, "edit_own_issues"))
}

// workflowRoles are the roles whose workflow applies: all of them for an administrator.
func (st *store) workflowRoles(u *user, project int) []*role {
	if u != nil && u.admin {
		return st.roles
	}
	return st.rolesIn(u, project)
}

// allowedStatuses are the statuses a user may give an issue, its own among them. Empty when the
// roles have no arrow from there at all. Closing needs all children and blockers closed, and a
// child of a closed parent cannot be reopened.
func (st *store) allowedStatuses(u *user, i *issue) []*status {
	reach := map[int]bool{}
	for _, r := range st.workflowRoles(u, i.project) {
		for _, s := range st.statuses {
			if r.steps[step{i.tracker, i.status, s.id}] {
				reach[s.id] = true
			}
		}
	}
	if len(reach) == 0 {
		return nil
	}
	reach[i.status] = true
	closable, reopenable := st.closable(i), st.reopenable(i)
	var out []*status
	for _, s := range st.statuses {
		if reach[s.id] && (closable || !s.closed) && (reopenable || s.closed) {
			out = append(out, s)
		}
	}
	return out
}

func (st *store) closable(i *issue) bool {
	for _, c := range st.under(i) {
		if !st.isClosed(c) {
			return false
		}
	}
	return !slices.ContainsFunc(i.relations, func(r *relation) bool {
		b := st.issues[r.from]
		return r.kind == "blocks" && r.to == i.id && b != nil && !st.isClosed(b)
	})
}

func (st *store) reopenable(i *issue) bool {
	for p := st.issues[i.parent]; p != nil; p = st.issues[p.parent] {
		if st.isClosed(p) {
			return false
		}
	}
	return true
}

// rule returns what the workflow says of a field: "readonly", "required" or "". With several roles a rule applies only
// if every role has one; if they differ it is "required". A custom field hidden from a role counts as read-only for
// that role.
func (st *store) rule(u *user, i *issue, field string) string {
	roles := st.workflowRoles(u, i.project)
	found := map[string]bool{}
	for _, r := range roles {
		word := r.rules[ruleKey{i.tracker, i.status, field}]
		if id, err := strconv.Atoi(field); err == nil && word == "" {
			if f := st.field(id); f != nil && !f.visible && !slices.Contains(f.roles, r.id) {
				word = "readonly"
			}
		}
		if word == "" {
			return ""
		}
		found[word] = true
	}
	switch {
	case found["required"]:
		return "required"
	case found["readonly"]:
		return "readonly"
	}
	return ""
}

// assignable reports whether an issue may be given to a user: an active member with an assignable
// role, the author, or whoever had it before.
func (st *store) assignable(i, before *issue, id int) bool {
	u := st.user(id)
	if u == nil {
		return false
	}
	if before != nil && before.assignee == id {
		return true
	}
	if u.locked {
		return false
	}
	return i.author == id || slices.ContainsFunc(st.rolesIn(u, i.project), func(r *role) bool { return r.assignable })
}
