package jira_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jirasim"
)

// large is a site with a hundred projects and three hundred users besides the lab's.
func large(t *testing.T, o jirasim.Options) (*jirasim.Server, func(connectors.Scope, ...string) connectors.Tracker) {
	t.Helper()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	o.Clock = func() time.Time { return now }
	s := jirasim.NewLab(o)
	for n := range 300 {
		s.AddUser(fmt.Sprintf("worker%d", n), fmt.Sprintf("Worker %d", n))
	}
	for n := range 95 {
		key := fmt.Sprintf("P%d", n)
		s.AddProject(key, fmt.Sprintf("Project %d", n))
		s.Join(key, "sla-bot", "SLA bot")
		for m := range 10 {
			s.Join(key, fmt.Sprintf("worker%d", (n*7+m)%300), "Support engineer")
		}
	}
	return s, func(scope connectors.Scope, people ...string) connectors.Tracker {
		c := connectors.Settings{
			ID: "lab", URL: "https://jira.example.org", Transport: s.Transport(), Scope: scope, People: people,
			Now: func() time.Time { return now }, Auth: connectors.Auth{Way: "pat", Secret: s.Key("sla-bot")},
		}
		if o.Cloud {
			c.Auth = connectors.Auth{Way: "token", User: s.Email("sla-bot"), Secret: s.Key("sla-bot")}
		}
		tr, err := jira.New(c)
		check(t, err)
		return tr
	}
}

// What names cost goes by the projects that are followed, not by those of the site: of one of a hundred less than 60
// requests, counted as they are sent.
func TestNamesOfALargeSite(t *testing.T) {
	for _, o := range []jirasim.Options{{Cloud: true, ServiceDesk: true}, {ServiceDesk: true}} {
		s, connect := large(t, o)
		for projects, most := range map[int]int{1: 60, 5: 120} {
			names := []string{"ACME", "acme-erp", "globex", "P1", "Project 2"}[:projects]
			tr := connect(connectors.Scope{Projects: names})
			s.ResetRequests()
			d, err := tr.Directory(t.Context())
			check(t, err)
			sent := len(s.Requests())
			t.Logf("%s: %d requests for %d of %d projects", flavour(o), sent, projects, len(d.Projects))
			if sent > most || int64(sent) != tr.Requests() {
				t.Errorf("%s: %d requests for %d projects, counted %d, want at most %d", flavour(o), sent, projects,
					tr.Requests(), most)
			}
			if len(d.Projects) < 99 || len(d.Self.Rights) != projects {
				t.Errorf("%s: %d projects, rights in %d of them, want all, and %d", flavour(o), len(d.Projects),
					len(d.Self.Rights), projects)
			}
			for _, p := range d.People {
				for project := range p.Roles {
					if i := slices.IndexFunc(d.Projects, func(x connectors.Project) bool { return x.ID == project }); i < 0 ||
						!slices.Contains(names, d.Projects[i].Key) && !slices.Contains(names, d.Projects[i].Name) {
						t.Errorf("%s: %s has a role in project %s", flavour(o), p.Name, project)
					}
				}
			}
		}
	}
}

// Lists show the projects of the scope, and of these what the query finds; a project that is gone is left out.
func TestListsOfAScope(t *testing.T) {
	for _, o := range []jirasim.Options{{Cloud: true}, {}} {
		s, connect := large(t, o)
		for _, project := range []string{"ACME", "GLOBEX", "P1", "P2"} {
			_, err := s.As("admin").Crowd(project, []time.Time{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)})
			check(t, err)
		}
		listed := func(tr connectors.Tracker, list func(func([]connectors.Stub) error) error) int {
			n := 0
			check(t, list(func(page []connectors.Stub) error { n += len(page); return nil }))
			return n
		}
		for want, scope := range map[int]connectors.Scope{
			4: {}, 1: {Projects: []string{"ACME"}}, 2: {Projects: []string{"ACME", "Project 1", "nowhere"}},
			0: {Projects: []string{"nowhere"}},
		} {
			tr := connect(scope)
			census := listed(tr, func(p func([]connectors.Stub) error) error { return tr.Census(t.Context(), p) })
			changed := listed(tr, func(p func([]connectors.Stub) error) error {
				return tr.Changed(t.Context(), time.Time{}, p)
			})
			if census != want || changed != want {
				t.Errorf("%s, %v: %d and %d issues, want %d", flavour(o), scope, census, changed, want)
			}
		}
		tr := connect(connectors.Scope{Projects: []string{"ACME", "GLOBEX"}, Query: "project = GLOBEX"})
		if n := listed(tr, func(p func([]connectors.Stub) error) error { return tr.Census(t.Context(), p) }); n != 1 {
			t.Errorf("%s: the query finds %d", flavour(o), n)
		}
	}
}

// People beyond the thousandth are read where the configuration names them by id, with the projects in which they can
// be assigned; the list of a project is asked for once, or by hundreds.
func TestPeopleBeyondTheThousandth(t *testing.T) {
	for _, o := range []jirasim.Options{{Cloud: true}, {}} {
		s, connect := large(t, o)
		for n := range 1100 {
			s.AddUser(fmt.Sprintf("crowd%d", n), fmt.Sprintf("One %d of many", n))
			s.Join("ACME", fmt.Sprintf("crowd%d", n), "Customer")
		}
		for _, login := range []string{"far1", "far2"} {
			s.AddUser(login, "Far Away "+login)
		}
		s.Join("ACME", "far1", "Support engineer")
		tr := connect(connectors.Scope{Projects: []string{"ACME"}}, s.UserID("far1"), s.UserID("far2"), "nobody",
			"Far Away")
		s.ResetRequests()
		d, err := tr.Directory(t.Context())
		check(t, err)
		lists := 0
		for _, r := range s.Requests() {
			if strings.HasSuffix(r.Path, "/assignable/search") && r.Method == http.MethodGet {
				lists++
			}
		}
		if most := map[bool]int{true: 3, false: 12}[o.Cloud]; lists > most {
			t.Errorf("%s: who can be assigned was asked %d times", flavour(o), lists)
		}
		for login, roles := range map[string]bool{"far1": true, "far2": false} {
			i := slices.IndexFunc(d.People, func(p connectors.Person) bool { return p.ID == s.UserID(login) })
			if i < 0 || slices.Contains(d.People[i].Roles["10002"], jira.Assignable) != roles {
				t.Errorf("%s: %s is known %v, want assignable %v", flavour(o), login, i >= 0, roles)
			}
		}
	}
}
