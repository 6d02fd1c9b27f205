package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A fault is something that goes wrong between two passes. What the next enforce says and how it exits is held to
// the table; after the repair a pass must end well with everything written once, and so must the one after that.
type fault struct {
	name   string
	before func(t *testing.T, s *site) // what must be there before anything is synchronised
	cause  func(t *testing.T, s *site)
	code   int
	says   []string // by enforce: what, where, and what to do
	check  []string // by check --live, where it has more to say
	repair func(t *testing.T, s *site)
	alone  bool // it changes the whole instance
}

func faults() []fault {
	return []fault{
		{
			name: "bad key", cause: func(t *testing.T, s *site) { s.key = strings.Repeat("0", 40); s.configure(t) },
			code:   exitTracker,
			says:   []string{"helpdesk: ", "unauthorized (HTTP 401)", "check auth.api_key of this connection"},
			repair: func(t *testing.T, s *site) { s.key = s.bot.key; s.configure(t) },
		},
		{
			name: "tracker down", cause: func(t *testing.T, s *site) { s.url = "http://" + deadAddress(t); s.configure(t) },
			code: exitTracker, says: []string{"helpdesk: ", "connection refused", "check that the tracker runs"},
			repair: direct,
		},
		{
			name: "tracker slow", cause: func(t *testing.T, s *site) {
				s.timeout = "1s"
				s.before(t, func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return false })
			},
			code: exitTracker, says: []string{"helpdesk: ", "deadline exceeded", "check that the tracker runs"},
			repair: direct,
		},
		{
			name: "errors 500", cause: func(t *testing.T, s *site) {
				s.before(t, func(w http.ResponseWriter, _ *http.Request) bool {
					http.Error(w, "Internal error", 500)
					return false
				})
			},
			code: exitTracker, says: []string{"helpdesk: ", "try later (HTTP 500)", "overloaded or down"},
			repair: direct,
		},
		{
			name: "HTML instead of JSON", cause: func(t *testing.T, s *site) { s.before(t, loginPage) },
			code: exitTracker,
			says: []string{
				"helpdesk: ", "garbled answer", `"text/html", not JSON`,
				"does not look like Redmine's REST API",
			},
			repair: direct,
		},
		{
			name: "HTML for one history alone", cause: func(t *testing.T, s *site) {
				s.before(t, func(w http.ResponseWriter, r *http.Request) bool {
					return !strings.HasPrefix(r.URL.Path, "/issues/") || loginPage(w, r)
				})
			},
			code: exitTracker, says: []string{"helpdesk: ", "garbled answer", `"text/html", not JSON`},
			repair: direct,
		},
		{
			name: "answers cut short", cause: func(t *testing.T, s *site) { s.before(t, cut) },
			code: exitTracker, says: []string{"helpdesk: ", "try later"},
			repair: direct,
		},
		{
			name: "the bot locked", cause: func(t *testing.T, s *site) { s.lab(t, "act", "lock", s.bot.login) },
			code: exitTracker, says: []string{"unauthorized (HTTP 401)", "its account is not locked"},
			repair: func(t *testing.T, s *site) { s.lab(t, "act", "unlock", s.bot.login) },
		},
		{
			name: "the REST API off", alone: true, cause: func(t *testing.T, s *site) {
				t.Cleanup(func() { s.lab(t, "act", "setting", "rest_api_enabled", "1") })
				s.lab(t, "act", "setting", "rest_api_enabled", "0")
			},
			code: exitTracker,
			says: []string{
				"helpdesk: ", "(HTTP 403)",
				"switch the REST API on in Redmine: Administration, Settings, API",
			},
			repair: func(t *testing.T, s *site) { s.lab(t, "act", "setting", "rest_api_enabled", "1") },
		},
		{
			name: "the project closed", cause: func(t *testing.T, s *site) { s.lab(t, "act", "project", s.project, "close") },
			code: exitHeld,
			says: []string{
				"refused", "the project is closed or the account's role lacks the permission",
				"slabridge ledger retry",
			},
			repair: func(t *testing.T, s *site) {
				s.lab(t, "act", "project", s.project, "open")
				s.want(t, exitOK, "ledger", "retry", "--all", "--at-once")
			},
		},
		{
			name: "the project archived", cause: func(t *testing.T, s *site) {
				s.lab(t, "act", "project", s.project, "archive")
			},
			code: exitHeld, says: []string{"our account cannot see the issue"}, check: []string{"contracts[0].projects"},
			repair: func(t *testing.T, s *site) {
				s.lab(t, "act", "project", s.project, "open")
				s.want(t, exitOK, "sync", "--full") // or the census of the next hour
			},
		},
		{
			name: "a field gone that was kept up to date", before: ownField,
			cause:  func(t *testing.T, s *site) { s.lab(t, "act", "drop-field", s.field) },
			code:   exitOK,
			check:  []string{"warning: mappings[0].fields[1].field", "the tracker shows no custom field of this name; it has"},
			repair: func(t *testing.T, s *site) { s.field = "SLA due"; s.configure(t) },
		},
		{
			name: "a status renamed", alone: true,
			cause: func(t *testing.T, s *site) {
				t.Cleanup(func() { s.renameStatus(t, "Begun", "In Progress") })
				s.renameStatus(t, "In Progress", "Begun")
			},
			code:   exitOK, // it is known by its id
			check:  []string{`"In Progress": the tracker has renamed it: write "Begun"`},
			repair: func(t *testing.T, s *site) { s.renameStatus(t, "Begun", "In Progress") },
		},
		{
			name: "requests in a status that nobody mapped", cause: func(t *testing.T, s *site) { s.setStatus(t, "Frozen") },
			code: exitHeld, says: []string{`the status "Frozen" has no class in the mapping`},
			check: []string{`fault: connections: "the status \"Frozen\" has no class in the mapping"`},
			repair: func(t *testing.T, s *site) {
				contains(t, "health", s.want(t, exitHeld, "health").out, `the status "Frozen" has no class in the mapping`)
				text, err := os.ReadFile(filepath.Join(s.folder, "slabridge.yaml"))
				if err != nil {
					t.Fatal(err)
				}
				s.write(t, "slabridge.yaml", strings.Replace(string(text), "names: [New]", "names: [New, Frozen]", 1))
			},
		},
		{
			name: "the lead locked",
			before: func(t *testing.T, s *site) {
				p := s.person(t, "lead")
				s.leads = []string{p.name, "Sanjay Support"}
				s.join(t, p.id, s.Roles["support"])
			},
			cause: func(t *testing.T, s *site) { s.lab(t, "act", "lock", loginOf(s.leads[0])) },
			code:  exitOK, says: []string{"Sanjay Support"}, // Redmine goes on listing the other; the next is taken
			repair: func(t *testing.T, s *site) { s.lab(t, "act", "unlock", loginOf(s.leads[0])) },
		},
		{
			name: "every lead locked",
			before: func(t *testing.T, s *site) {
				p := s.person(t, "lead")
				s.leads = []string{p.name}
				s.join(t, p.id, s.Roles["support"])
			},
			cause: func(t *testing.T, s *site) { s.lab(t, "act", "lock", loginOf(s.leads[0])) },
			code:  exitHeld, says: []string{"refused", "nobody can be assigned"},
			repair: func(t *testing.T, s *site) {
				contains(t, "health", s.want(t, exitHeld, "health").out, "refused: 1")
				s.leads = append(s.leads, "Sanjay Support")
				s.configure(t)
			},
		},
	}
}

// renameStatus renames a status of the whole instance.
func (s *site) renameStatus(t *testing.T, from, to string) {
	t.Helper()
	s.lab(t, "sql", fmt.Sprintf("update issue_statuses set name = '%s' where name = '%s';", to, from))
}

// setStatus has the administrator set the status of all requests of the site.
func (s *site) setStatus(t *testing.T, name string) {
	t.Helper()
	var all struct {
		Statuses []named `json:"issue_statuses"`
		Issues   []struct{ ID int }
	}
	s.ask(t, s.admin(), "GET", "/issue_statuses.json", nil, &all)
	s.ask(t, s.admin(), "GET", "/issues.json?status_id=*&project_id="+s.project, nil, &all)
	i := slices.IndexFunc(all.Statuses, func(x named) bool { return x.Name == name })
	for _, issue := range all.Issues {
		s.put(t, s.admin(), issue.ID, object{"status_id": all.Statuses[i].ID})
	}
}

func ownField(t *testing.T, s *site) {
	s.field = fresh("Due")
	s.lab(t, "act", "field", s.field, s.project)
}

func loginOf(name string) string { return strings.TrimPrefix(name, "Live ") }

// TestLiveFaults lets each fault happen between two passes.
func TestLiveFaults(t *testing.T) {
	l := live(t)
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			if !f.alone {
				t.Parallel()
			}
			f.play(t, l.desk(t).site(t))
		})
	}
}

func (f fault) play(t *testing.T, s *site) {
	if f.before != nil {
		f.before(t, s)
		s.configure(t)
	}
	issue := s.issue(t, "critical", "Сбой при «"+f.name+"»", 25*time.Minute)
	s.want(t, exitOK, "sync")
	late := s.issue(t, "critical", "После сбоя", 0)
	f.cause(t, s)
	o := s.want(t, f.code, "enforce")
	contains(t, "enforce", o.out+o.err, f.says...)
	if f.check != nil {
		contains(t, "check --live", s.run("check", "--live").out, f.check...)
	}
	f.repair(t, s)
	s.want(t, exitOK, "enforce")
	for range 2 {
		chapter{
			issue: issue, public: []string{"acknowledge/start"}, private: []string{phone, "respond/due"},
			assignee: "Sanjay Support", priority: "Immediate",
		}.check(t, s.desk)
		chapter{issue: late, public: []string{"acknowledge/start"}, private: []string{phone}, priority: "Normal"}.check(t,
			s.desk)
		s.want(t, exitOK, "enforce")
	}
}

func direct(t *testing.T, s *site) {
	s.url, s.timeout = s.URL, "20s"
	s.configure(t)
}

// before puts a proxy between slabridge and the tracker. It hands on what pass lets through.
func (s *site) before(t *testing.T, pass func(http.ResponseWriter, *http.Request) bool) {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pass(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	s.configure(t)
}

func loginPage(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<html><title>Sign in</title></html>") // to a client that may have gone
	return false
}

// cut promises more than it sends.
func cut(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"issues":[`)
	return false
}

// deadAddress is a loopback address where nobody listens.
func deadAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
