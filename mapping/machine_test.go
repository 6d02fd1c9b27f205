package mapping_test

import (
	"testing"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// TestMachinesAreNobody: an app and a mapped bot have no role, neither as everyone else nor by a role in the project,
// and not that of our own account; a role that names them itself makes somebody of them.
func TestMachinesAreNobody(t *testing.T) {
	const automation = "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077"
	everyone := mapping.RoleRule{Is: enforcer.Customer, EveryoneElse: true}
	for _, c := range []struct {
		name  string
		app   bool
		roles []string
		rules []mapping.RoleRule
		want  enforcer.Role
	}{
		{"a person", false, nil, []mapping.RoleRule{everyone}, enforcer.Customer},
		{"an app", true, nil, []mapping.RoleRule{everyone}, ""},
		{
			"an app with a role in the project", true,
			[]string{"Service Desk Team"},
			[]mapping.RoleRule{everyone, {Is: enforcer.Support, ProjectRoles: []string{"Service Desk Team"}}},
			"",
		},
		{
			"an app that is named", true, nil,
			[]mapping.RoleRule{everyone, {Is: enforcer.Support, Users: []string{automation}}},
			enforcer.Support,
		},
		{
			"a mapped bot", false, nil, []mapping.RoleRule{everyone, {Is: enforcer.Bot, Users: []string{automation}}}, "",
		},
		{
			"a mapped bot that another role names", false, nil,
			[]mapping.RoleRule{
				everyone,
				{Is: enforcer.Bot, Users: []string{automation}},
				{Is: enforcer.Support, Users: []string{automation}},
			},
			enforcer.Support,
		},
	} {
		m, d := jiraWords(), jiraDirectory()
		m.Roles = c.rules
		d.People = append(d.People, connectors.Person{
			ID: automation, Name: "Automation for Jira", App: c.app, Roles: map[string][]string{"10000": c.roles},
		})
		h := jiraIssue(t, nil)
		h.Issue.Author = automation
		if got := jiraRequest(t, bind(t, m, d), h).Author.Role; got != c.want {
			t.Errorf("%s is %q, want %q", c.name, got, c.want)
		}
	}
}
