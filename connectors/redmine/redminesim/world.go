package redminesim

import (
	"crypto/sha1" //nolint:gosec // makes API keys that look like Redmine's, nothing secret
	"encoding/hex"
	"slices"
)

// labModules are the modules a project of these worlds has.
var labModules = []string{"issue_tracking", "time_tracking", "files", "wiki"}

// defaults puts in what Redmine's own default data loads: statuses, trackers, priorities, activities
// and the roles Manager, Developer and Reporter with their workflow.
func (s *Server) defaults() {
	st := s.st
	for n, t := range []text{
		{"New", "Новая"},
		{"In Progress", "В работе"},
		{"Resolved", "Решена"},
		{"Feedback", "Нужен отклик"},
		{"Closed", "Закрыта"},
		{"Rejected", "Отклонена"},
	} {
		s.newStatus(t, n >= 4)
	}
	for _, t := range []text{{"Bug", "Ошибка"}, {"Feature", "Улучшение"}, {"Support", "Поддержка"}} {
		st.trackers = append(st.trackers, &tracker{
			id: st.next("trackers"), name: s.word(t), defaultStatus: 1, disabled: map[string]bool{},
		})
	}
	for n, t := range []text{
		{"Low", "Низкий"}, {"Normal", "Нормальный"}, {"High", "Высокий"}, {"Urgent", "Срочный"}, {"Immediate", "Немедленный"},
	} {
		st.priorities = append(st.priorities, &priority{id: n + 1, name: s.word(t), isDefault: n == 1, active: true})
	}
	st.activities = []*activity{
		{id: 8, name: s.word(text{"Design", "Проектирование"})}, {id: 9, name: s.word(text{"Development", "Разработка"})},
	}
	st.last["enumerations"] = 9
	st.last["roles"] = 2 // the built-in Non member and Anonymous
	st.nonMember = &role{id: 1, name: s.word(text{"Non member", "Не участник"}), perms: slices.Clone(nonMemberPerms)}
	manager := s.newRole(text{"Manager", "Менеджер"}, "all", managerPerms)
	manager.users = "all"
	s.arrows(manager, []int{1, 2, 3, 4, 5, 6}, []int{1, 2, 3, 4, 5, 6})
	developer := s.newRole(text{"Developer", "Разработчик"}, "default", developerPerms)
	s.arrows(developer, []int{1, 2, 3, 4}, []int{2, 3, 4, 5})
	reporter := s.newRole(text{"Reporter", "Репортёр"}, "default", reporterPerms)
	s.arrows(reporter, []int{1, 2, 3, 4}, []int{5})
	s.arrows(reporter, []int{3}, []int{4})
}

func (s *Server) word(t text) string { return t.in(s.opt.Language) }

func (s *Server) newStatus(t text, closed bool) *status {
	x := &status{id: s.st.next("statuses"), name: s.word(t), closed: closed}
	s.st.statuses = append(s.st.statuses, x)
	return x
}

func (s *Server) newRole(t text, sees string, perms []string) *role {
	r := &role{
		id: s.st.next("roles"), name: s.word(t), assignable: true, sees: sees, times: "all",
		users: "members_of_visible_projects",
		perms: slices.Clone(perms), steps: map[step]bool{}, rules: map[ruleKey]string{},
	}
	s.st.roles = append(s.st.roles, r)
	return r
}

// copyWorkflow gives a role the arrows of another one.
func (r *role) copyWorkflow(from *role) *role {
	for k := range from.steps {
		r.steps[k] = true
	}
	return r
}

// arrows adds workflow from each to each of the statuses, for all trackers.
func (s *Server) arrows(r *role, from, to []int) {
	for _, t := range s.st.trackers {
		for _, a := range from {
			for _, b := range to {
				if a != b {
					r.steps[step{t.id, a, b}] = true
				}
			}
		}
	}
}

func (s *Server) newField(kind string, t text, format string, values ...string) *customField {
	f := &customField{
		id: s.st.next("custom_fields"), name: s.word(t), kind: kind, format: format, values: values,
		filter: kind == "issue", visible: true,
	}
	s.st.fields = append(s.st.fields, f)
	return f
}

func (s *Server) newUser(login, first, last string) *user {
	sum := sha1.Sum([]byte("redminesim " + login)) //nolint:gosec // see above
	u := &user{
		id: s.st.next("users"), login: login, first: first, last: last, key: hex.EncodeToString(sum[:]),
		password: "lab-" + login + "-password", lang: s.opt.Language, created: s.Now(), updated: s.Now(),
		fields: map[int]string{},
	}
	s.st.users = append(s.st.users, u)
	return u
}

// newAdmin makes the user "admin", number 1, and leaves 2 to 4 to the anonymous user and the
// built-in groups, as a fresh Redmine does.
func (s *Server) newAdmin() {
	s.newUser("admin", "Redmine", "Admin").admin = true
	s.st.last["users"] = 4
}

func (s *Server) newProject(identifier, name string, parent int, modules ...string) *project {
	p := &project{
		id: s.st.next("projects"), identifier: identifier, name: name, parent: parent, status: projectActive,
		fields: map[int]string{}, created: s.Now(), updated: s.Now(),
	}
	for _, t := range s.st.trackers {
		p.trackers = append(p.trackers, t.id)
	}
	for _, m := range modules {
		p.modules = append(p.modules, module{s.st.next("modules"), m})
	}
	s.st.projects = append(s.st.projects, p)
	return p
}

func (s *Server) newMember(project, user int, roles ...int) *member {
	m := &member{id: s.st.next("members"), project: project, user: user, roles: roles}
	s.st.members = append(s.st.members, m)
	return m
}

// The permissions of Redmine's default roles, in the order the API shows them.
var (
	managerPerms = []string{
		"add_project", "edit_project", "close_project", "delete_project", "select_project_modules", "manage_members",
		"manage_versions", "add_subprojects", "manage_public_queries", "save_queries", "view_issues", "add_issues",
		"edit_issues", "edit_own_issues", "copy_issues", "manage_issue_relations", "manage_subtasks", "set_issues_private",
		"set_own_issues_private", "add_issue_notes", "edit_issue_notes", "edit_own_issue_notes", "view_private_notes",
		"set_notes_private", "delete_issues", "view_issue_watchers", "add_issue_watchers", "delete_issue_watchers",
		"import_issues", "manage_categories", "view_time_entries", "log_time", "edit_time_entries", "edit_own_time_entries",
		"manage_project_activities", "log_time_for_other_users", "import_time_entries", "view_news", "manage_news",
		"comment_news", "view_documents", "add_documents", "edit_documents", "delete_documents", "view_files", "manage_files",
		"view_wiki_pages", "view_wiki_edits", "export_wiki_pages", "edit_wiki_pages", "rename_wiki_pages",
		"delete_wiki_pages", "delete_wiki_pages_attachments", "view_wiki_page_watchers", "add_wiki_page_watchers",
		"delete_wiki_page_watchers", "protect_wiki_pages", "manage_wiki", "view_changesets", "browse_repository",
		"commit_access", "manage_related_issues", "manage_repository", "view_messages", "add_messages", "edit_messages",
		"edit_own_messages", "delete_messages", "delete_own_messages", "view_message_watchers", "add_message_watchers",
		"delete_message_watchers", "manage_boards", "view_calendar", "view_gantt",
	}
	developerPerms = []string{
		"manage_versions", "manage_categories", "view_issues", "add_issues", "edit_issues", "view_private_notes",
		"set_notes_private", "manage_issue_relations", "manage_subtasks", "add_issue_notes", "save_queries", "view_gantt",
		"view_calendar", "log_time", "view_time_entries", "view_news", "comment_news", "view_documents", "view_wiki_pages",
		"view_wiki_edits", "edit_wiki_pages", "delete_wiki_pages", "view_messages", "add_messages", "edit_own_messages",
		"view_files", "manage_files", "browse_repository", "view_changesets", "commit_access", "manage_related_issues",
	}
	reporterPerms = []string{
		"view_issues", "add_issues", "add_issue_notes", "save_queries", "view_gantt", "view_calendar", "log_time",
		"view_time_entries", "view_news", "comment_news", "view_documents", "view_wiki_pages", "view_wiki_edits",
		"view_messages", "add_messages", "edit_own_messages", "view_files", "browse_repository", "view_changesets",
	}
	nonMemberPerms = []string{
		"view_issues", "add_issues", "add_issue_notes", "save_queries", "view_gantt", "view_calendar", "view_time_entries",
		"view_news", "comment_news", "view_documents", "view_wiki_pages", "view_wiki_edits", "view_messages", "add_messages",
		"view_files", "browse_repository", "view_changesets",
	}
	seePerms = []string{"view_issues", "save_queries", "view_wiki_pages", "view_files"}
	botPerms = slices.Concat(seePerms, []string{
		"add_issues", "edit_issues", "add_issue_notes", "edit_own_issue_notes", "view_private_notes", "set_notes_private",
		"manage_issue_relations", "manage_subtasks", "view_issue_watchers", "add_issue_watchers", "delete_issue_watchers",
		"set_issues_private", "log_time", "view_time_entries", "edit_own_time_entries", "log_time_for_other_users",
	})
	supportPerms = slices.Concat(seePerms, []string{
		"add_issues", "edit_issues", "add_issue_notes", "edit_own_issue_notes", "view_private_notes", "set_notes_private",
		"manage_issue_relations", "view_issue_watchers", "add_issue_watchers", "log_time", "view_time_entries",
	})
	customerPerms = slices.Concat(seePerms, []string{"add_issues", "add_issue_notes"})
)
