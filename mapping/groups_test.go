package mapping_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// TestGroupsOfPeople: a group that the tracker keeps apart from people gives its members the role, and they keep for
// their old answers what they had when they were last seen in it.
func TestGroupsOfPeople(t *testing.T) {
	m, d := jiraWords(), jiraDirectory()
	d.Groups = []connectors.Group{{
		ID: "group:second line", Name: "second line",
		Roles: map[string][]string{"10000": {"Developers"}},
	}}
	d.People[2].Groups = []string{"group:second line"}
	d.People[2].Roles = map[string][]string{"10000": {"Developers"}}
	m.Roles[1] = mapping.RoleRule{Is: enforcer.Developers, Groups: []string{"Second  Line"}}
	if problems, _ := problemsOf(m, d); len(problems) == 0 ||
		!strings.Contains(strings.Join(problems, "\n"), `did you mean "second line"`) {
		t.Errorf("a group by a name like it: %q", problems)
	}
	m.Roles[1].Groups = []string{"second line"}
	b := bind(t, m, d)
	role := func(b *mapping.Bound, at time.Time) enforcer.Role {
		h := jiraIssue(t, nil)
		h.Issue.Author, h.Issue.CreatedAt = kira, at
		return jiraRequest(t, b, h).Author.Role
	}
	if got := role(b, readAt); got != enforcer.Developers {
		t.Errorf("a member of the group is %q", got)
	}
	remembered := b.People()
	d.People[2].Groups, d.People[2].Roles = nil, map[string][]string{"10000": {"assignable"}}
	b = bind(t, m, d, remembered...)
	if then, now := role(b, readAt.Add(-time.Hour)), role(b, readAt.Add(time.Hour)); then != enforcer.Developers ||
		now == enforcer.Developers {
		t.Errorf("who has left the group was %q then and is %q now", then, now)
	}
}

// TestRoleOfInternalComments: a role that the tracker does not have is told of.
func TestRoleOfInternalComments(t *testing.T) {
	for kind, want := range map[string]string{
		"role:Service Desk Team": "",
		"role:Service Desk Tean": `m.internal.kind | Service Desk Tean | the tracker shows no project role of this name; did you mean "Service Desk Team"?`,
		"group:whoever":          "",
	} {
		m := jiraWords()
		m.Internal.Kind = kind
		var got []string
		for _, p := range first(problemsOf(m, jiraDirectory())) {
			if strings.HasPrefix(p, "m.internal") {
				got = append(got, p)
			}
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

func first(problems []string, _ *mapping.Bound) []string { return problems }

// TestUnseen: what keeps us from knowing who has a role is told for the contract's projects, and for no others.
func TestUnseen(t *testing.T) {
	d := jiraDirectory()
	d.Projects = append(d.Projects, connectors.Project{ID: "10001", Key: "ERP", Name: "Erp", RolesUnseen: "no right"})
	d.Groups = []connectors.Group{{
		ID: "group:desk", Name: "desk",
		Roles: map[string][]string{"10000": {"Service Desk Team"}}, Unseen: "no sight",
	}}
	b := bind(t, jiraWords(), d)
	for _, c := range []struct {
		name     string
		projects []string
		want     string
	}{
		{
			"a group",
			[]string{"10000"},
			"mappings[0].roles[0] | desk | who is in this group is not known: no sight; its members count as support only " +
				"where users names them",
		},
		{
			"a project's roles",
			[]string{"10001"},
			"mappings[0].roles[0].project_roles | Erp | who has which role in this project is not known: no right; people " +
				"count as support there only where users names them",
		},
		{"neither", nil, ""},
	} {
		var got []string
		for _, p := range b.Unseen(c.projects, d) {
			if p.Fatal {
				t.Errorf("%s: fatal", c.name)
			}
			got = append(got, p.Path+" | "+p.Value+" | "+p.Reason.String())
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
