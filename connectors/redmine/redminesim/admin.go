package redminesim

import (
	"fmt"
	"slices"
	"strings"
)

// What follows is the administrator's: settings and changes that have no REST call, or whose REST
// call needs an administrator. Unknown names are a mistake in the test that uses them and panic.

// Key is a user's API key.
func (s *Server) Key(login string) string {
	return with(s, func() string { return s.mustUser(login).key })
}

// UserID is a user's number.
func (s *Server) UserID(login string) int { return with(s, func() int { return s.mustUser(login).id }) }

// RotateKey gives a user a new API key and returns it.
func (s *Server) RotateKey(login string) string {
	return with(s, func() string {
		u := s.mustUser(login)
		u.key = u.key[1:] + u.key[:1]
		return u.key
	})
}

// LockUser locks an account: its key is refused, nothing can be assigned to it.
func (s *Server) LockUser(login string) { s.do(func() { s.mustUser(login).locked = true }) }

// UnlockUser makes an account active again.
func (s *Server) UnlockUser(login string) { s.do(func() { s.mustUser(login).locked = false }) }

// RenameUser gives a person another name.
func (s *Server) RenameUser(login, first, last string) {
	s.do(func() { u := s.mustUser(login); u.first, u.last = first, last })
}

// SetLanguage sets the language of a user's error texts, "en" or "ru".
func (s *Server) SetLanguage(login, lang string) { s.do(func() { s.mustUser(login).lang = lang }) }

// GrantPermission gives a role a permission, by Redmine's name for it: "add_issue_notes".
func (s *Server) GrantPermission(roleName, perm string) {
	s.do(func() {
		if r := s.mustRole(roleName); !r.has(perm) {
			r.perms = append(r.perms, perm)
		}
	})
}

// RevokePermission takes a permission from a role.
func (s *Server) RevokePermission(roleName, perm string) {
	s.do(func() {
		r := s.mustRole(roleName)
		r.perms = slices.DeleteFunc(r.perms, func(p string) bool { return p == perm })
	})
}

// SetTimeVisibility says whether a role sees "all" booked time or its "own".
func (s *Server) SetTimeVisibility(roleName, visibility string) {
	s.do(func() { s.mustRole(roleName).times = visibility })
}

// OwnActivity gives a project an activity of its own in place of a shared one, under the same name, and returns its
// number, as switching one off for a project and on again does.
func (s *Server) OwnActivity(identifier, name string) int {
	return with(s, func() int {
		p := s.mustProject(identifier)
		a := s.mustActivity(p.id, name)
		own := &activity{id: s.st.next("enumerations"), name: name, project: p.id, parent: a.id}
		s.st.activities = append(s.st.activities, own)
		return own.id
	})
}

// SetFieldRule makes a field "readonly" or "required" by the workflow of a role, or free again by "".
// tracker and status are names; an empty one stands for all. field is a column ("due_date",
// "priority_id") or the name of a custom field.
func (s *Server) SetFieldRule(roleName, trackerName, statusName, field, rule string) {
	s.do(func() {
		r := s.mustRole(roleName)
		if f := s.issueField(field); f != nil {
			field = fmt.Sprint(f.id)
		}
		for _, t := range s.st.trackers {
			for _, x := range s.st.statuses {
				if (trackerName != "" && t.name != trackerName) || (statusName != "" && x.name != statusName) {
					continue
				}
				r.rules[ruleKey{t.id, x.id, field}] = rule
			}
		}
	})
}

// AddStatus makes an open status that every role may go to and come from, in all trackers.
func (s *Server) AddStatus(name string) {
	s.do(func() {
		x := s.newStatus(text{name, name}, false)
		for _, r := range s.st.roles {
			for _, t := range s.st.trackers {
				for _, other := range s.st.statuses {
					r.steps[step{t.id, x.id, other.id}], r.steps[step{t.id, other.id, x.id}] = true, true
				}
			}
		}
	})
}

// RenameStatus gives a status another name; its number stays.
func (s *Server) RenameStatus(old, name string) {
	s.do(func() { s.mustStatus(old).name = name })
}

// RemoveStatus takes a status away that no issue is in; journals go on naming its number.
func (s *Server) RemoveStatus(name string) {
	s.do(func() {
		x := s.mustStatus(name)
		s.st.statuses = slices.DeleteFunc(s.st.statuses, func(y *status) bool { return y == x })
	})
}

// SetWorkflowStep allows or forbids a role to go from one status to another, in all trackers.
func (s *Server) SetWorkflowStep(roleName, from, to string, allowed bool) {
	s.do(func() {
		for _, t := range s.st.trackers {
			s.mustRole(roleName).steps[step{t.id, s.mustStatus(from).id, s.mustStatus(to).id}] = allowed
		}
	})
}

// SetFieldRequired makes a custom field of issues required, or not, for everyone.
func (s *Server) SetFieldRequired(name string, required bool) {
	s.do(func() { s.mustField(name).required = required })
}

// SetFieldValues changes the choices of a list field; issues keep what they have.
func (s *Server) SetFieldValues(name string, values ...string) {
	s.do(func() { s.mustField(name).values = values })
}

// AddField adds a custom field to all issues, a list when values are given, else a text.
func (s *Server) AddField(name string, values ...string) {
	s.do(func() {
		format := "string"
		if len(values) > 0 {
			format = "list"
		}
		s.newField("issue", text{name, name}, format, values...)
	})
}

// DropField removes a custom field of issues with all its values.
func (s *Server) DropField(name string) {
	s.do(func() {
		f := s.mustField(name)
		s.st.fields = slices.DeleteFunc(s.st.fields, func(x *customField) bool { return x == f })
		for _, i := range s.st.issues {
			delete(i.fields, f.id)
		}
	})
}

// HideField keeps a custom field of issues from a role, or shows it to all where that is "".
func (s *Server) HideField(name, roleName string) {
	s.do(func() {
		f := s.mustField(name)
		f.visible, f.roles = roleName == "", nil
		for _, r := range s.st.roles {
			if r.name != roleName {
				f.roles = append(f.roles, r.id)
			}
		}
	})
}

// AddActivity adds a kind of work for every project.
func (s *Server) AddActivity(name string) {
	s.do(func() {
		s.st.activities = append(s.st.activities, &activity{id: s.st.next("enumerations"), name: name})
	})
}

// SetStandardField switches a standard field ("assigned_to_id") of a tracker on or off.
func (s *Server) SetStandardField(trackerName, column string, on bool) {
	s.do(func() {
		t := find(s.st.trackers, func(t *tracker) bool { return t.name == trackerName })
		must(t != nil, "tracker", trackerName)
		t.disabled[column] = !on
	})
}

// RefuseAttribute has every change of the priority ("priority_id") or the assignee ("assigned_to_id") refused with 422,
// as a plugin's validation does, or not any more.
func (s *Server) RefuseAttribute(column string, yes bool) {
	s.do(func() { s.st.refuses[column] = yes })
}

// SetPriorityActive makes a priority active or not; inactive ones are accepted all the same.
func (s *Server) SetPriorityActive(name string, active bool) {
	s.do(func() { s.mustPriority(name).active = active })
}

// AddProject makes a private project with all trackers, below parent unless that is empty.
func (s *Server) AddProject(identifier, name, parent string) {
	s.do(func() {
		up := 0
		if parent != "" {
			up = s.mustProject(parent).id
		}
		s.newProject(identifier, name, up, labModules...)
	})
}

// AddMember gives a user a role in a project.
func (s *Server) AddMember(identifier, login, roleName string) {
	s.do(func() { s.newMember(s.mustProject(identifier).id, s.mustUser(login).id, s.mustRole(roleName).id) })
}

// RemoveMember ends a user's membership of a project: its issues just leave that user's lists.
func (s *Server) RemoveMember(identifier, login string) {
	s.do(func() {
		p, u := s.mustProject(identifier).id, s.mustUser(login).id
		s.st.members = slices.DeleteFunc(s.st.members, func(m *member) bool { return m.project == p && m.user == u })
	})
}

// CloseProject makes a project readable only.
func (s *Server) CloseProject(identifier string) { s.setProject(identifier, projectClosed) }

// ArchiveProject takes a project and its issues out of everyone's sight.
func (s *Server) ArchiveProject(identifier string) { s.setProject(identifier, projectArchived) }

// ReopenProject undoes CloseProject and ArchiveProject.
func (s *Server) ReopenProject(identifier string) { s.setProject(identifier, projectActive) }

func (s *Server) setProject(identifier string, to int) {
	s.do(func() { s.mustProject(identifier).status = to })
}

// SetAnonymous switches "authentication required" off (true) or on.
func (s *Server) SetAnonymous(allowed bool) { s.do(func() { s.anon = allowed }) }

// SetREST switches the REST API on or off; off, everything is 403.
func (s *Server) SetREST(on bool) { s.do(func() { s.restOff = !on }) }

// StaleNext makes the next n PUTs to an issue lose a race: 422 with an empty list of errors, nothing
// saved. On a real server that comes from overlapping updates (16 of 24 at once on PostgreSQL); here
// requests take effect one at a time, so it comes only when asked for.
func (s *Server) StaleNext(issueID, n int) { s.do(func() { s.stale[issueID] = n }) }

func (s *Server) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func with[T any](s *Server, f func() T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f()
}

func must(found bool, what, name string) {
	if !found {
		panic(fmt.Sprintf("redminesim: there is no %s %q", what, name))
	}
}

func (s *Server) mustUser(login string) *user {
	u := s.st.login(login)
	must(u != nil, "user", login)
	return u
}

func (s *Server) mustRole(name string) *role {
	if name == s.st.nonMember.name {
		return s.st.nonMember
	}
	r := find(s.st.roles, func(r *role) bool { return r.name == name })
	must(r != nil, "role", name)
	return r
}

func (s *Server) mustActivity(project int, name string) *activity {
	a := find(s.st.activitiesOf(project), func(a *activity) bool { return a.name == name })
	must(a != nil, "activity", name)
	return a
}

func (s *Server) mustStatus(name string) *status {
	x := find(s.st.statuses, func(x *status) bool { return x.name == name })
	must(x != nil, "status", name)
	return x
}

func (s *Server) mustPriority(name string) *priority {
	p := find(s.st.priorities, func(p *priority) bool { return p.name == name })
	must(p != nil, "priority", name)
	return p
}

func (s *Server) mustProject(identifier string) *project {
	p := s.st.projectRef(identifier)
	must(p != nil, "project", identifier)
	return p
}

func (s *Server) issueField(name string) *customField {
	return find(s.st.issueFields(), func(f *customField) bool { return strings.EqualFold(f.name, name) })
}

func (s *Server) mustField(name string) *customField {
	f := s.issueField(name)
	must(f != nil, "issue field", name)
	return f
}
