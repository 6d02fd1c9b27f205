package jirasim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// NewLab builds the world of the lab: the projects ACME, ERP (acme-erp), GLOBEX, SUPPORT and INTERNAL; the logins
// sla-bot, support1, support2, dev1, dev2, manager1, customer1 (in ACME and ERP), customer2 (in GLOBEX), outsider (in
// none) and admin, in the roles SLA bot, Support engineer, Developer, Manager and Customer; the statuses, priorities
// and issue types of Redmine's lab, and its fields beside some of kinds that only Jira has. There are no issues.
func NewLab(opt Options) *Server {
	s := newServer(opt)
	s.defaults()
	for _, p := range [][2]string{
		{"SUPPORT", "Support desk"},
		{"ACME", "acme"},
		{"GLOBEX", "globex"},
		{"ERP", "acme-erp"},
		{"INTERNAL", "internal"},
	} {
		s.newProject(p[0], p[1])
	}
	s.newUser("admin", "Jira Admin").admin = true
	team := [][3]string{
		{"sla-bot", "SLA Bot", "SLA bot"},
		{"support1", "Sanjay Support", "Support engineer"},
		{"support2", "Svetlana Support", "Support engineer"},
		{"dev1", "Dora Developer", "Developer"},
		{"dev2", "Denis Developer", "Developer"},
		{"manager1", "Maria Manager", "Manager"},
	}
	for _, m := range team {
		s.newUser(m[0], m[1])
		for _, key := range []string{"SUPPORT", "ACME", "GLOBEX", "ERP"} {
			s.join(key, m[0], m[2])
		}
	}
	s.join("INTERNAL", "manager1", "Manager")
	for _, m := range [][]string{
		{"customer1", "Clara Customer", "ACME", "ERP"},
		{"customer2", "Carl Customer", "GLOBEX"},
	} {
		s.newUser(m[0], m[1])
		for _, key := range m[2:] {
			s.join(key, m[0], "Customer")
		}
	}
	s.newUser("outsider", "Otto Outsider")
	return s
}

// NewDesk builds one support desk for demonstrations: the project ACME; the engineers ivanov and petrov, their lead
// sidorov, the developer kuznetsov, the director orlova, the customer romashkin and the account sla-bot, beside admin.
// The lead and the director are Managers.
func NewDesk(opt Options) *Server {
	s := newServer(opt)
	s.defaults()
	s.newProject("ACME", "ACME Ltd")
	s.newUser("admin", "Jira Admin").admin = true
	for _, m := range [][3]string{
		{"sla-bot", "SLA Bot", "SLA bot"},
		{"ivanov", "Ivan Ivanov", "Support engineer"},
		{"petrov", "Petr Petrov", "Support engineer"},
		{"sidorov", "Semyon Sidorov", "Manager"},
		{"kuznetsov", "Kirill Kuznetsov", "Developer"},
		{"orlova", "Olga Orlova", "Manager"},
		{"romashkin", "Roman Romashkin", "Customer"},
	} {
		s.newUser(m[0], m[1])
		s.join("ACME", m[0], m[2])
	}
	return s
}

func (s *Server) defaults() {
	st := s.st
	st.statuses = []status{
		{"10000", "New", "new"},
		{"3", "In Progress", "indeterminate"},
		{"5", "Resolved", "done"},
		{"10001", "Feedback", "indeterminate"},
		{"6", "Closed", "done"},
		{"10002", "Rejected", "done"},
		{"10003", "Waiting for customer", "indeterminate"},
		{"10004", "Frozen", "indeterminate"},
	}
	st.priorities = []named{{"1", "Immediate"}, {"2", "Urgent"}, {"3", "High"}, {"4", "Normal"}, {"5", "Low"}}
	st.schemes = [][]string{{"1", "2", "3", "4", "5"}, {"2", "3", "4"}}
	st.types = []named{{"10100", "Bug"}, {"10101", "Feature"}, {"10102", "Support"}}
	st.roles = []named{
		{"10200", "SLA bot"},
		{"10201", "Support engineer"},
		{"10202", "Developer"},
		{"10203", "Manager"},
		{"10204", "Customer"},
	}
	const plug = "com.atlassian.jira.plugin.system.customfieldtypes:"
	s.newField("Severity", "option", plug+"select", "critical", "non-critical", "minor")
	for _, name := range []string{
		"SLA response due", "SLA status", "Client ID", "Phone notified at", "On-site agreed at", "Arrived at", "SLA due",
		"SLA state",
	} {
		s.newField(name, "string", plug+"textfield")
	}
	s.newField("SLA due at", "datetime", plug+"datetime")
	s.newField("Wanted by", "date", plug+"datepicker")
	s.newField("Cost", "number", plug+"float")
	s.newField("Region", "option-with-child", plug+"cascadingselect", "Europe", "Europe -> Germany", "Asia",
		"Asia -> Kazakhstan")
	s.newField("Systems", "*option", plug+"multiselect", "Portal", "Mail", "Archive")
	s.newField("Approver", "user", plug+"userpicker")
	s.newField("Off screen", "string", plug+"textfield").screen = false
	if s.opt.ServiceDesk {
		st.requests = []named{{"25", "Report a fault"}, {"26", "Ask a question"}}
		s.newField("Request Type", "sd-customerrequesttype", "com.atlassian.servicedesk:vp-origin").screen = false
		s.newField("Organizations", "*sd-customerorganization", "com.atlassian.servicedesk:sd-customer-organizations",
			"ACME Ltd", "Globex LLC")
		s.newField("Time to resolution", "sd-servicelevelagreement", "com.atlassian.servicedesk:sd-sla-field").screen = false
	}
}

func (s *Server) newField(name, kind, custom string, options ...string) *field {
	f := &field{
		id: fmt.Sprintf("customfield_%d", 10050+len(s.st.fields)), name: name, kind: kind, custom: custom,
		options: options, screen: true,
	}
	s.st.fields = append(s.st.fields, f)
	return f
}

// AddField makes a field for texts.
func (s *Server) AddField(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newField(name, "string", "com.atlassian.jira.plugin.system.customfieldtypes:textfield")
}

// RenameOption gives an option of a list field another name: the issues have it at once, their changelogs keep the old
// one, and no issue counts as updated.
func (s *Server) RenameOption(field, old, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.st.fields {
		if i := slices.Index(f.options, old); f.name == field && i >= 0 {
			f.options[i] = name
			for _, is := range s.st.issues {
				for n, v := range is.fields[f.id] {
					if v == old {
						is.fields[f.id][n] = name
					}
				}
			}
		}
	}
}

func (s *Server) newProject(key, name string) *project {
	p := &project{
		id: s.st.next("projects"), key: key, name: name, desk: s.opt.ServiceDesk && key != "INTERNAL",
		members: map[string][]string{}, teams: map[string][]string{}, scheme: 0,
	}
	if key == "GLOBEX" {
		p.scheme = 1
	}
	s.st.projects = append(s.st.projects, p)
	return p
}

// AddProject makes a project like the others.
func (s *Server) AddProject(key, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newProject(key, name)
}

// ProjectName is the name of a project whose key is given.
func (s *Server) ProjectName(key string) string {
	return with(s, func() string { return s.st.projectRef(key).name })
}

// AddUser makes a person without any role.
func (s *Server) AddUser(login, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newUser(login, name)
}

// AddApp makes the account of an app, which Cloud tells from a person's (accountType "app"), and AddPortalCustomer that
// of somebody who knows the site by its portal alone ("customer").
func (s *Server) AddApp(login, name string) { s.addAccount(login, name, "app") }

// AddPortalCustomer see AddApp.
func (s *Server) AddPortalCustomer(login, name string) { s.addAccount(login, name, "customer") }

func (s *Server) addAccount(login, name, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newUser(login, name).kind = kind
}

// Join gives a person a role in a project.
func (s *Server) Join(project, login, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.join(project, login, role)
}

func (s *Server) join(ref, login, role string) {
	p := s.st.projectRef(ref)
	must(p != nil, "project", ref)
	s.st.user(login)
	_, known := byRef(s.st.roles, role)
	must(known, "role", role)
	p.members[role] = append(p.members[role], login)
}

// JoinTeam gives a group a role in a project.
func (s *Server) JoinTeam(project, group, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.st.projectRef(project)
	must(p != nil, "project", project)
	p.teams[role] = append(p.teams[role], group)
}

// Team puts people into a group, which it makes where there is none.
func (s *Server) Team(group string, logins ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, login := range logins {
		u := s.st.user(login)
		u.groups = append(u.groups, group)
	}
}

// BrowseGroups allows or forbids a person to read the members of groups. By default Cloud allows it, and Data Center
// allows it to administrators only.
func (s *Server) BrowseGroups(login string, yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.user(login).browses = yes
}

// Grant gives a role a further permission in all projects.
func (s *Server) Grant(role, permission string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.granted[role] = append(s.st.granted[role], permission)
}

func (s *Server) newUser(login, name string) *user {
	sum := sha256.Sum256([]byte("jirasim " + login))
	n := s.st.next("users")
	u := &user{
		login: login, name: name, account: "557058:" + hex.EncodeToString(sum[:8]), key: fmt.Sprintf("JIRAUSER%d", n),
		token: "tok" + hex.EncodeToString(sum[8:24]), email: login + "@example.org",
		browses: s.opt.Cloud,
		zone:    zoneOf(n%5 - 1), // what a time looks like depends on who asks
	}
	if login != "outsider" {
		u.groups = []string{"jira-users"}
	}
	s.st.users = append(s.st.users, u)
	return u
}

// zoneOf returns the time zone so many hours east of UTC. Its name is Jira's, in which the sign is reversed: Etc/GMT-5
// is UTC+5.
func zoneOf(hours int) *time.Location {
	if hours == 0 {
		return time.FixedZone("Etc/GMT", 0)
	}
	return time.FixedZone(fmt.Sprintf("Etc/GMT%+d", -hours), hours*3600)
}
