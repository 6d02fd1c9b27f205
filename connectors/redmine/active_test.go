package redmine

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
)

// TestWhoIsActive: who is shown and not locked; nobody where an id is none or Redmine knows nobody of it. Behind a
// wrong key or an answer about somebody else nothing is said.
func TestWhoIsActive(t *testing.T) {
	const account = `{"user":{"id":5,"login":"sla-bot"}}`
	for _, c := range []struct {
		name, who, answer, account string
		active                     bool
		class                      connectors.Class
	}{
		{"shown to an ordinary account", "7", `{"user":{"id":7}}`, account, true, 0},
		{"shown to an administrator", "7", `{"user":{"id":7,"status":1}}`, account, true, 0},
		{"registered", "7", `{"user":{"id":7,"status":2}}`, account, false, 0},
		{"locked", "7", `{"user":{"id":7,"status":3}}`, account, false, 0},
		{"not shown", "7", "", account, false, 0},
		{"not shown, and we are strangers", "7", "", "", false, connectors.Unauthorized},
		{"somebody else", "7", `{"user":{"id":8}}`, account, false, connectors.Garbled},
		{"no id", "../7", `{"user":{"id":7}}`, account, false, 0},
	} {
		tr := connect(t, "http://example.org", func(s *connectors.Settings) {
			s.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				body, status := c.answer, 404
				if r.URL.Path == "/users/current.json" {
					body, status = c.account, 401
				}
				if body == "" {
					return answered(r, status, ""), nil
				}
				return answered(r, 200, body), nil
			})
		})
		active, err := tr.Active(t.Context(), c.who)
		if active != c.active || connectors.ClassOf(err) != c.class || c.class == connectors.Garbled && !garbled(err) {
			t.Errorf("%s: %v, %v", c.name, active, err)
		}
	}
}

// TestOneWrongNoIsNotBelieved: one 403 or 404 to the look at a person, from whatever stands before the tracker, locks
// nobody.
func TestOneWrongNoIsNotBelieved(t *testing.T) {
	for _, status := range []int{403, 404} {
		for wrong := 0; wrong <= 2; wrong++ {
			left := wrong
			tr := connect(t, "http://example.org", func(s *connectors.Settings) {
				s.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.URL.Path == "/users/current.json" {
						return answered(r, 200, `{"user":{"id":5,"login":"sla-bot"}}`), nil
					}
					if left--; left >= 0 {
						return answered(r, status, ""), nil
					}
					return answered(r, 200, `{"user":{"id":7}}`), nil
				})
			})
			active, err := tr.Active(t.Context(), "7")
			if err != nil || active != (wrong < 2) {
				t.Errorf("%d times %d: active %v, %v", wrong, status, active, err)
			}
		}
	}
}

// TestBookedTimeOfAScopeThatCannotBeListed is an error and no empty list; of a scope of nothing it is empty.
func TestBookedTimeOfAScopeThatCannotBeListed(t *testing.T) {
	for projects, class := range map[string]connectors.Class{
		"": connectors.TryLater, `{"projects":[{"id":9,"identifier":"other","name":"Other","status":1}]}`: 0,
	} {
		tr := connect(t, "http://example.org", func(s *connectors.Settings) {
			s.Scope = connectors.Scope{Projects: []string{"acme"}}
			s.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == "/projects.json" && projects != "" {
					return answered(r, 200, projects), nil
				}
				return answered(r, 500, ""), nil
			})
		})
		entries, err := booked(t, tr)
		if len(entries) != 0 || connectors.ClassOf(err) != class {
			t.Errorf("with projects %q: %v, %v", projects, entries, err)
		}
	}
}

// TestPagesAreAskedForInFull: lists are read by pages of a hundred, each from where the last one ended.
func TestPagesAreAskedForInFull(t *testing.T) {
	var asked []string
	tr := connect(t, "http://example.org", func(s *connectors.Settings) {
		s.Concurrency = 1
		s.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			q := r.URL.Query()
			if r.URL.Path == "/projects.json" {
				asked = append(asked, q.Get("limit")+"+"+q.Get("offset"))
			}
			page := `{"id":1,"identifier":"acme","name":"ACME","status":1}`
			if q.Get("offset") == "1" {
				page = `{"id":2,"identifier":"erp","name":"ERP","status":1}`
			}
			return answered(r, 200, `{"projects":[`+page+`],"total_count":2}`), nil
		})
	})
	projects, err := tr.lists.projects(t.Context())
	if err != nil || len(projects) != 2 || strings.Join(asked, " ") != "100+0 100+1" {
		t.Errorf("%v, %v, asked %v", projects, err, asked)
	}
}

// TestOrderThatIsNot: an issue that is not where the order puts it is told as an answer that is none, with its number.
func TestOrderThatIsNot(t *testing.T) {
	const stub = `{"id":2,"created_on":"2026-01-01T00:00:00Z","updated_on":"2026-01-01T00:00:00Z"}`
	tr := siteOf(t, map[string]string{"/issues.json": `{"issues":[` + stub + `]}`}, nil)
	err := tr.Changed(t.Context(), noon.Add(time.Hour), func([]connectors.Stub) error { return nil })
	if !garbled(err) || !strings.Contains(err.Error(), "issue 2 is not where the filter and the order put it") {
		t.Errorf("%v", err)
	}
}
