package redmine

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
)

// siteOf answers from a table of paths; a path with a query goes before the same without.
func siteOf(t *testing.T, answers map[string]string, seen func(*http.Request)) *Tracker {
	t.Helper()
	return connect(t, "http://example.org", func(c *connectors.Settings) {
		c.Concurrency = 1
		c.Now = func() time.Time { return noon }
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if seen != nil {
				seen(r)
			}
			for _, key := range []string{r.URL.Path + "?" + r.URL.RawQuery, r.URL.Path} {
				if body, ok := answers[key]; ok && body != "" {
					return answered(r, 200, body), nil
				}
			}
			return answered(r, 404, ""), nil
		})
	})
}

// office is a Redmine with one thing of each sort: a priority that is inactive, a closed project under another, a field
// only issues show and one only a project names, an activity that a project changed, a member, a group, and ourselves.
func office() map[string]string {
	const me = `{"project":{"id":1},"roles":[{"id":6,"name":"SLA bot"}]}`
	return map[string]string{
		"/users/current.json": `{"user":{"id":5,"login":"sla-bot","firstname":"SLA","lastname":"Bot","memberships":[` + me +
			`,{"project":{"id":9},"roles":[{"id":6,"name":"SLA bot"}]}]}}`,
		"/roles/6.json":        `{"role":{"id":6,"permissions":["view_issues","add_issue_notes"]}}`,
		"/roles.json":          `{"roles":[{"id":6,"name":"SLA bot"},{"id":10,"name":"Support"}]}`,
		"/issue_statuses.json": `{"issue_statuses":[{"id":1,"name":"New"},{"id":5,"name":"Closed","is_closed":true}]}`,
		"/trackers.json":       `{"trackers":[{"id":1,"name":"Bug"}]}`,
		"/projects.json":       `{"projects":[{"id":1,"identifier":"acme","name":"ACME","status":1},{"id":2,"identifier":"erp","name":"ERP","status":5,"parent":{"id":1}}],"total_count":2}`,
		"/projects/1.json":     `{"project":{"id":1,"issue_custom_fields":[{"id":9,"name":"Modules"},{"id":12,"name":"New one"}],"time_entry_activities":[{"id":8,"name":"Design"},{"id":10,"name":"Call"}]}}`,
		"/projects/2.json":     `{"project":{"id":2}}`,
		"/issues.json":         `{"issues":[{"id":7,"created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T09:00:00Z","custom_fields":[{"id":9,"name":"Modules","multiple":true,"value":[]}]}]}`,
		"/projects/1/memberships.json": `{"memberships":[
			{"user":{"id":5,"name":"SLA Bot"},"roles":[{"id":6,"name":"SLA bot"}]},
			{"user":{"id":20,"name":"Anna"},"roles":[{"id":10,"name":"Support"},{"id":10,"name":"Support","inherited":true}]},
			{"group":{"id":40,"name":"Team"},"roles":[{"id":10,"name":"Support"}]},
			{"roles":[{"id":10,"name":"Support"}]}],"total_count":4}`,
		"/projects/2/memberships.json":             `{"memberships":[{"user":{"id":20,"name":"Anna"},"roles":[{"id":6,"name":"SLA bot"}]}],"total_count":1}`,
		"/enumerations/issue_priorities.json":      `{"issue_priorities":[{"id":3,"name":"Low","active":true},{"id":4,"name":"Old","active":false},{"id":5,"name":"High"}]}`,
		"/enumerations/time_entry_activities.json": `{"time_entry_activities":[{"id":8,"name":"Design"}]}`,
	}
}

func TestDirectoryInFull(t *testing.T) {
	type named = connectors.Named
	want := connectors.Directory{
		Statuses: []connectors.Status{{ID: "1", Name: "New"}, {ID: "5", Name: "Closed", Closed: true}},
		Priorities: []connectors.Priority{
			{ID: "3", Name: "Low"}, {ID: "4", Name: "Old", Rank: 1, Inactive: true}, {ID: "5", Name: "High", Rank: 2},
		},
		Types: []named{{ID: "1", Name: "Bug"}},
		Projects: []connectors.Project{
			{ID: "1", Key: "acme", Name: "ACME"},
			{ID: "2", Key: "erp", Name: "ERP", Closed: true, Parent: "1"},
		},
		Fields:     []connectors.Field{{ID: "cf:9", Name: "Modules", Multiple: true}, {ID: "cf:12", Name: "New one"}},
		Activities: []named{{ID: "8", Name: "Design"}, {ID: "10", Name: "Call"}},
		Roles:      []named{{ID: "6", Name: "SLA bot"}, {ID: "10", Name: "Support"}},
		People: []connectors.Person{
			{ID: "5", Login: "sla-bot", Name: "SLA Bot", Roles: map[string][]string{"1": {"SLA bot"}}},
			{ID: "20", Name: "Anna", Roles: map[string][]string{"1": {"Support"}}},
			{ID: "40", Name: "Team", Group: true, Roles: map[string][]string{"1": {"Support"}}},
		},
		Self: connectors.Account{ID: "5", Login: "sla-bot", Name: "SLA Bot", Rights: []connectors.ProjectRights{
			{Project: "1", Roles: []string{"SLA bot"}, Permissions: []string{"add_issue_notes", "view_issues"}},
			{Project: "9", Roles: []string{"SLA bot"}, Permissions: []string{"add_issue_notes", "view_issues"}},
		}},
		ReadAt: noon,
	}
	got, err := siteOf(t, office(), nil).Directory(t.Context())
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}

	// An administrator reads every project, a member of it or not.
	admin := office()
	admin["/users/current.json"] = `{"user":{"id":5,"login":"sla-bot","admin":true}}`
	got, err = siteOf(t, admin, nil).Directory(t.Context())
	if err != nil || len(got.People) != 3 || len(got.People[1].Roles) != 2 || !got.Self.Admin {
		t.Errorf("as an administrator: %+v, %v", got.People, err)
	}
	for _, gone := range []string{"/projects/2.json", "/projects/2/memberships.json"} {
		broken := office()
		broken["/users/current.json"], broken[gone] = admin["/users/current.json"], "<html>"
		if _, err := siteOf(t, broken, nil).Directory(t.Context()); err == nil {
			t.Errorf("an administrator without %s: no error", gone)
		}
	}
}

// TestFieldsBehindAnEmptyList: custom fields are looked for on the newest issues, asked for in two ways before it is
// believed that there are none.
func TestFieldsBehindAnEmptyList(t *testing.T) {
	answers := office()
	issues := answers["/issues.json"]
	var orders []string
	note := func(r *http.Request) {
		if r.URL.Path == "/issues.json" {
			orders = append(orders, r.Method+" "+r.URL.Query().Get("sort")+" "+r.URL.Query().Get("status_id")+" "+
				r.URL.Query().Get("limit"))
		}
	}
	const byChange, byNumber = "GET updated_on:desc,id:desc * 100", "GET id:desc * 100"
	for _, c := range []struct {
		first  string
		fields int
		orders []string
	}{
		{issues, 2, []string{byChange}},
		{`{"issues":[]}`, 2, []string{byChange, byNumber}},
	} {
		orders = nil
		answers["/issues.json?limit=100&sort=updated_on%3Adesc%2Cid%3Adesc&status_id=%2A"] = c.first
		d, err := siteOf(t, answers, note).Directory(t.Context())
		if err != nil || len(d.Fields) != c.fields || !d.Fields[0].Multiple || !cmp.Equal(orders, c.orders) {
			t.Errorf("%v, %v after %q", d.Fields, err, orders)
		}
	}
	answers["/issues.json?limit=100&sort=updated_on%3Adesc%2Cid%3Adesc&status_id=%2A"] = `{"issues":[{"subject":"x"}]}`
	if _, err := siteOf(t, answers, nil).Directory(t.Context()); connectors.ClassOf(err) != connectors.Garbled {
		t.Errorf("an issue without id among them: %v", err)
	}
}

// TestAListOfNoProjects is believed only where none of those that we are a member of can be read.
func TestAListOfNoProjects(t *testing.T) {
	for _, c := range []struct {
		name, project string
		class         connectors.Class
	}{
		{"archived or gone", "", 0},
		{"it is there", `{"project":{"id":1}}`, connectors.Garbled},
		{"who can tell", "<html>", connectors.Garbled},
	} {
		answers := office()
		answers["/projects.json"] = `{"projects":[],"total_count":0}`
		answers["/projects/1.json"] = c.project
		if _, err := siteOf(t, answers, nil).Directory(t.Context()); connectors.ClassOf(err) != c.class {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestWritesThatAreNotSent: a write that would be meaningless, or that nobody waits for any more, leaves no request.
func TestWritesThatAreNotSent(t *testing.T) {
	var sent []string
	tr := siteOf(t, office(), func(r *http.Request) { sent = append(sent, r.Method+" "+r.URL.Path) })
	stopped, stop := context.WithCancel(t.Context())
	stop()
	seven := "7"
	for name, do := range map[string]func() error{
		"update of no number": func() error {
			return tr.Update(t.Context(),
				connectors.Write{Issue: "7/../8", Assign: &seven})
		},
		"watcher of no number": func() error { return tr.AddWatcher(t.Context(), "../7", "5") },
		"history of no number": func() error { _, err := tr.History(t.Context(), "x"); return err },
		"a comment with a NUL": func() error {
			return tr.Update(t.Context(), connectors.Write{Issue: "7", Comment: &connectors.Comment{Text: "a\x00"}})
		},
		"a subject with a NUL": func() error {
			_, err := tr.Create(t.Context(), connectors.NewIssue{Project: "1", Subject: "a\x00"})
			return err
		},
		"a description with a NUL": func() error {
			_, err := tr.Create(t.Context(), connectors.NewIssue{Project: "1", Description: "a\x00"})
			return err
		},
		"after we were stopped": func() error { return tr.Update(stopped, connectors.Write{Issue: "7", Assign: &seven}) },
	} {
		if err := do(); err == nil || len(sent) > 0 {
			t.Errorf("%s: %v, sent %q", name, err, sent)
		}
	}
	if err := tr.Update(t.Context(), connectors.Write{Issue: "7"}); err != nil || len(sent) > 0 {
		t.Errorf("nothing to change: %v, sent %q", err, sent)
	}
}

// TestStaleUntilStopped: a write that is refused as stale while we are told to stop ends, and nothing was done.
func TestStaleUntilStopped(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	tr := connect(t, "http://example.org", func(c *connectors.Settings) {
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			stop()
			return answered(r, 422, `{"errors":[]}`), nil
		})
	})
	seven := "7"
	if err := tr.Update(stopped, connectors.Write{
		Issue:  "7",
		Assign: &seven,
	}); connectors.ClassOf(err) != connectors.TryLater {
		t.Errorf("%v", err)
	}
	if id, err := tr.Create(stopped, connectors.NewIssue{
		Project: "1",
		Subject: "x",
	}); connectors.ClassOf(err) != connectors.TryLater || id != "" {
		t.Errorf("%q, %v", id, err)
	}
}

// TestFindCreatedAsksForOurs: first by author, from the moment on at which it was sent.
func TestFindCreatedAsksForOurs(t *testing.T) {
	var asked []string
	answers := office()
	answers["/issues.json"] = `{"issues":[
		{"id":7,"author":{"id":6},"project":{"id":1},"description":"[mark]","created_on":"2026-03-02T12:00:00Z","updated_on":"2026-03-02T12:00:00Z"},
		{"id":8,"author":{"id":5},"project":{"id":2},"description":"[mark]","created_on":"2026-03-02T12:00:00Z","updated_on":"2026-03-02T12:00:00Z"},
		{"id":9,"author":{"id":5},"project":{"id":1},"description":"[mark]","created_on":"2026-03-02T11:59:58Z","updated_on":"2026-03-02T12:00:00Z"},
		{"id":10,"author":{"id":5},"project":{"id":1},"description":"none","created_on":"2026-03-02T12:00:00Z","updated_on":"2026-03-02T12:00:00Z"},
		{"id":11,"author":{"id":5},"project":{"id":1},"description":"a [mark]","created_on":"2026-03-02T11:59:59Z","updated_on":"2026-03-02T12:00:00Z"},
		{"id":12,"author":{"id":5},"project":{"id":1},"description":"[mark]","created_on":"2026-03-02T12:00:00Z","updated_on":"2026-03-02T12:00:00Z"}]}`
	tr := siteOf(t, answers, func(r *http.Request) {
		if r.URL.Path == "/issues.json" {
			q := r.URL.Query()
			asked = append(asked, strings.Join([]string{q.Get("author_id"), q.Get("project_id"), q.Get("created_on")}, " "))
		}
	})
	id, found, err := tr.FindCreated(t.Context(), "1", "[mark]", noon.Add(-time.Second+300*time.Millisecond))
	if want := []string{"5  >=2026-03-02T11:59:59Z"}; id != "11" || !found || err != nil || !cmp.Equal(asked, want) {
		t.Errorf("found %q %v, %v; asked %q", id, found, err, asked)
	}
	asked = nil
	if _, _, err := tr.FindCreated(t.Context(), "1", "[mark]", time.Time{}); err != nil ||
		!cmp.Equal(asked, []string{"5  "}) {
		t.Errorf("without a moment: %v, asked %q", err, asked)
	}
}
