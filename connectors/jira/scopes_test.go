package jira

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/jira/jiracontract"
	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/rest"
)

// TestScopesAreTheDocuments holds the scope of each operation that the connector uses against Atlassian's documents.
func TestScopesAreTheDocuments(t *testing.T) {
	dir, ok := jiracontract.Dir()
	if !ok {
		t.Skip("ATLASSIAN'S DOCUMENTS WERE NOT ASKED: set SLABRIDGE_JIRA_DOCS")
	}
	documented := map[string][]string{}
	for _, file := range []string{"jira-cloud-v2.json", "jsm-cloud.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Paths map[string]map[string]json.RawMessage `json:"paths"`
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		for path, methods := range doc.Paths {
			for method, raw := range methods {
				var op struct {
					Security []map[string][]string `json:"security"`
				}
				if json.Unmarshal(raw, &op) != nil { // the parameters of them all
					continue
				}
				for _, way := range op.Security {
					if scopes, ok := way["OAuth2"]; ok {
						documented[strings.ToUpper(method)+" "+path] = scopes
					}
				}
			}
		}
	}
	checked := 0
	for _, operation := range jiracontract.Operations("cloud") {
		want, known := documented[operation]
		if !known {
			continue
		}
		checked++
		method, path, _ := strings.Cut(operation, " ")
		got := scopeOf(method, "/ex/jira/1234"+path)
		if len(want) == 0 && got != "" || len(want) > 0 && !slices.Contains(want, got) {
			t.Errorf("%s takes %q, the documents say %q", operation, got, want)
		}
	}
	if checked < 30 {
		t.Errorf("%d operations have documented scopes", checked)
	}
}

// site is a connection to a stand-in.
func connect(t *testing.T, s *jirasim.Server, internal string) *Tracker {
	t.Helper()
	tr, err := New(connectors.Settings{
		ID: "lab", URL: "https://jira.example.org", Internal: internal, Transport: s.Transport(), Now: time.Now,
		Auth: connectors.Auth{Way: withToken, User: s.Email("sla-bot"), Secret: s.Key("sla-bot")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestTokenWithoutScope: what a token is not for is refused, named by its scope, and nothing else fails for it; without
// the scope for its own account nothing works.
func TestTokenWithoutScope(t *testing.T) {
	s := jirasim.NewLab(jirasim.Options{Cloud: true, ServiceDesk: true, Clock: time.Now})
	id, err := s.As("customer1").Create(jirasim.NewIssue{Project: "ACME", Subject: "seen"})
	if err != nil {
		t.Fatal(err)
	}
	issue := strconv.Itoa(id)
	tr := connect(t, s, jsmInternal)
	s.LackScope("GET api/2/user", "GET api/2/group", "GET servicedeskapi")
	d, err := tr.Directory(t.Context())
	if err != nil || len(d.Priorities) != 5 {
		t.Errorf("the names without some scopes: %d priorities, %v", len(d.Priorities), err)
	}
	for _, c := range []struct {
		lacks, scope string
		ask          func() error
		class        connectors.Class
	}{
		{
			"GET api/2/issue", "read:jira-work", func() error { _, err := tr.History(t.Context(), issue); return err },
			connectors.Refused,
		},
		{"PUT api/2/issue", "write:jira-work", func() error {
			return tr.Update(t.Context(), connectors.Write{
				Issue: issue, Comment: &connectors.Comment{Text: "x", Mark: "x", Audience: "role:Developer", Internal: true},
			})
		}, connectors.Refused},
		{
			"GET api/2/myself", "read:jira-user", func() error { _, err := tr.Self(t.Context()); return err },
			connectors.Unauthorized,
		},
	} {
		s.LackScope(c.lacks)
		err := c.ask()
		var e *connectors.Error
		if !errors.As(err, &e) || e.Class != c.class || !strings.Contains(err.Error(), "lacks the scope "+c.scope) ||
			!strings.Contains(err.Error(), "401: Unauthorized; scope does not match") {
			t.Errorf("without %s: %v", c.lacks, err)
		}
	}
}

// TestActiveWithoutTheScope: a token that may not ask about people makes nobody locked, and the check of the site names
// the scope. One wrong "not found" makes nobody locked either.
func TestActiveWithoutTheScope(t *testing.T) {
	s := jirasim.NewLab(jirasim.Options{Cloud: true, ServiceDesk: true, Clock: time.Now})
	tr := connect(t, s, jsmInternal)
	dev := s.UserID("dev1")
	s.LackScope("GET api/2/user")
	if active, err := tr.Active(t.Context(), dev); err != nil || !active {
		t.Errorf("without the scope: active %v, %v", active, err)
	}
	probed, err := (&prober{tr.lists.site}).Probe(t.Context())
	if err != nil || !slices.ContainsFunc(probed, func(p connectors.Probed) bool {
		return strings.Contains(p.Answer.String(), "lacks the scope read:jira-user")
	}) {
		t.Errorf("the scope is not named: %v, %v", probed, err)
	}
	s.LackScope()
	for _, wrong := range []int{0, 1, 2} {
		left := wrong
		s.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/rest/api/2/user") {
					if left--; left >= 0 {
						w.WriteHeader(http.StatusNotFound)
						return
					}
				}
				next.ServeHTTP(w, r)
			})
		})
		if active, err := tr.Active(t.Context(), dev); err != nil || active != (wrong < 2) {
			t.Errorf("%d times not found: active %v, %v", wrong, active, err)
		}
	}
	s.Use(nil)
	s.LackScope("GET servicedeskapi/info")
	_, err = tr.lists.client.Call(t.Context(), message.Of("probe service management"), rest.Elsewhere).
		Do("GET", "/rest/servicedeskapi/info", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "lacks a scope that this request needs") {
		t.Errorf("a scope without a name: %v", err)
	}
}

// TestNoServiceManagement: a site without it is not asked for its desks, and for an agent's permission only where
// comments are to be kept internal so; that it does not know the permission keeps nothing from working.
func TestNoServiceManagement(t *testing.T) {
	for internal, agent := range map[string]bool{"role:Developer": false, jsmInternal: true} {
		s := jirasim.NewLab(jirasim.Options{Cloud: true, Clock: time.Now})
		tr := connect(t, s, internal)
		d, err := tr.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !d.Self.Has("10002", "ADD_COMMENTS") || d.Self.Has("10002", agentPermission) {
			t.Errorf("%s: rights %+v", internal, d.Self.Rights)
		}
		asked := false
		for _, r := range s.Requests() {
			asked = asked || strings.Contains(r.Path, agentPermission)
			if strings.Contains(r.Path, "servicedeskapi") {
				t.Errorf("%s: asked for %s", internal, r.Path)
			}
		}
		if asked != agent {
			t.Errorf("%s: the permission was asked for: %v", internal, asked)
		}
	}
}

// TestNamedWithoutBrowsingUsers: somebody who has no role and whom we may not ask about is known by the account id that
// the configuration names.
func TestNamedWithoutBrowsingUsers(t *testing.T) {
	s := jirasim.NewLab(jirasim.Options{Cloud: true, ServiceDesk: true, Clock: time.Now})
	s.AddPortalCustomer("portal", "Petra Portal")
	s.BrowseGroups("sla-bot", false)
	tr, err := New(connectors.Settings{
		ID: "lab", URL: "https://jira.example.org", Internal: jsmInternal, Transport: s.Transport(), Now: time.Now,
		Auth:   connectors.Auth{Way: withToken, User: s.Email("sla-bot"), Secret: s.Key("sla-bot")},
		People: []string{s.UserID("portal"), "nobody"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := tr.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	named := func(id string) bool {
		return slices.ContainsFunc(d.People, func(p connectors.Person) bool { return p.ID == id })
	}
	if !named(s.UserID("portal")) || named("nobody") {
		t.Errorf("the customer of the portal is known: %v, a word: %v", named(s.UserID("portal")), named("nobody"))
	}
}
