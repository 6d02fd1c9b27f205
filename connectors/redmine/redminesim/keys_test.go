package redminesim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

func TestKeys(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	const me = "/users/current.json"
	for _, who := range []string{"", "wrong"} {
		a := l.ask(who, http.MethodGet, "/issues.json", nil)
		a.expect(t, http.StatusUnauthorized, "")
		if got := a.header.Get("WWW-Authenticate"); got != `Basic realm="Redmine API"` {
			t.Errorf("WWW-Authenticate: %s", got)
		}
	}
	login := func(set func(r *http.Request)) answer {
		r, err := http.NewRequest(http.MethodGet, "http://redmine.example.org"+me, nil)
		l.must(err)
		set(r)
		return l.send(r)
	}
	ways := map[string]func(r *http.Request){
		"in the query":   func(r *http.Request) { r.URL.RawQuery = "key=" + l.Key("sla-bot") },
		"basic key":      func(r *http.Request) { r.SetBasicAuth(l.Key("sla-bot"), "x") },
		"basic password": func(r *http.Request) { r.SetBasicAuth("sla-bot", "lab-sla-bot-password") },
		"switched by an admin": func(r *http.Request) {
			r.Header.Set("X-Redmine-API-Key", l.Key("admin"))
			r.Header.Set("X-Redmine-Switch-User", "sla-bot")
		},
		"switch by others is ignored": func(r *http.Request) {
			r.Header.Set("X-Redmine-API-Key", l.Key("sla-bot"))
			r.Header.Set("X-Redmine-Switch-User", "dev1")
		},
	}
	for name, set := range ways {
		if a := login(set); a.status != 200 || !strings.Contains(a.text, `"login":"sla-bot"`) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	login(func(r *http.Request) {
		r.Header.Set("X-Redmine-API-Key", l.Key("admin"))
		r.Header.Set("X-Redmine-Switch-User", "nobody")
	}).expect(t, http.StatusPreconditionFailed, "")

	l.LockUser("outsider")
	l.ask("outsider", http.MethodGet, me, nil).expect(t, http.StatusUnauthorized, "")
	l.SetREST(false)
	l.ask("sla-bot", http.MethodGet, me, nil).expect(t, http.StatusForbidden, "")
}

// With "authentication required" off a wrong key is the anonymous user, whose list is empty.
func TestAnonymous(t *testing.T) {
	l := newLab(t, redminesim.Options{Anonymous: true})
	id := l.make(redminesim.NewIssue{})
	for _, who := range []string{"", "wrong"} {
		l.ask(who, http.MethodGet, "/issues.json?status_id=*", nil).
			expect(t, http.StatusOK, `{"issues":[],"total_count":0,"offset":0,"limit":25}`)
		l.ask(who, http.MethodGet, "/projects.json", nil).
			expect(t, http.StatusOK, `{"projects":[],"total_count":0,"offset":0,"limit":25}`)
		if a := l.ask(who, http.MethodGet, "/issue_statuses.json", nil); a.status != http.StatusOK {
			t.Errorf("statuses: %d", a.status)
		}
		l.ask(who, http.MethodGet, "/users/current.json", nil).expect(t, http.StatusUnauthorized, "")
		l.put(who, id, `{"notes":"x"}`).expect(t, http.StatusUnauthorized, "")
	}
}

// What a path answers to the bot and to an admin: some things only an admin may read.
func TestRights(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	open := l.make(redminesim.NewIssue{})
	private := l.make(redminesim.NewIssue{Private: true})
	hidden := l.make(redminesim.NewIssue{Project: "internal"})
	tests := []struct {
		who, path string
		status    int
	}{
		{"sla-bot", "/custom_fields.json", 403},
		{"admin", "/custom_fields.json", 200},
		{"sla-bot", "/users.json", 403},
		{"admin", "/users.json", 200},
		{"sla-bot", "/groups.json", 403},
		{"admin", "/groups.json", 200},
		{"sla-bot", "/users/8.json", 200},
		{"sla-bot", "/users/13.json", 404},
		{"admin", "/users/13.json", 200},
		{"sla-bot", "/roles/6.json", 200},
		{"sla-bot", "/roles/99.json", 404},
		{"sla-bot", "/roles.json", 200},
		{"sla-bot", "/trackers.json", 200},
		{"sla-bot", "/issue_statuses.json", 200},
		{"sla-bot", "/enumerations/issue_priorities.json", 200},
		{"sla-bot", "/enumerations/time_entry_activities.json", 200},
		{"sla-bot", "/projects/acme/memberships.json", 200},
		{"sla-bot", "/projects/5/memberships.json", 403},
		{"sla-bot", "/projects/internal.json", 403},
		{"sla-bot", "/projects/99.json", 404},
		{"sla-bot", "/my/account.json", 200},
		{"sla-bot", "/info.json", 404},
		{"sla-bot", "/issues/abc.json", 404},
		{"sla-bot", "/time_entries.json", 200},
		{"sla-bot", "/search.json", 501},
		{"sla-bot", "/issues.xml", 501},
		{"sla-bot", fmt.Sprintf("/issues/%d.json", open), 200},
		{"outsider", fmt.Sprintf("/issues/%d.json", open), 403},
		{"customer1", fmt.Sprintf("/issues/%d.json", open), 200},
		{"customer2", fmt.Sprintf("/issues/%d.json", open), 403},
		{"sla-bot", fmt.Sprintf("/issues/%d.json", private), 200},
		{"customer1", fmt.Sprintf("/issues/%d.json", private), 403},
		{"sla-bot", fmt.Sprintf("/issues/%d.json", hidden), 403},
	}
	for _, tt := range tests {
		if a := l.ask(tt.who, http.MethodGet, tt.path, nil); a.status != tt.status {
			t.Errorf("%s for %s: %d %s, want %d", tt.path, tt.who, a.status, a.text, tt.status)
		}
	}
	old := newLab(t, redminesim.Options{Version: redminesim.V50})
	if a := old.ask("sla-bot", http.MethodGet, "/users/13.json", nil); a.status != 200 {
		t.Errorf("5.0 hides a user: %d", a.status)
	}
}

func TestDirectory(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	for path, want := range map[string]string{
		"/issue_statuses.json": `{"issue_statuses":[{"id":1,"name":"New","is_closed":false,"description":null},{"id":2,"name":"In Progress","is_closed":false,"description":null},{"id":3,"name":"Resolved","is_closed":false,"description":null},{"id":4,"name":"Feedback","is_closed":false,"description":null},{"id":5,"name":"Closed","is_closed":true,"description":null},{"id":6,"name":"Rejected","is_closed":true,"description":null},{"id":7,"name":"Waiting for customer","is_closed":false,"description":null},{"id":8,"name":"Frozen","is_closed":false,"description":null}]}`,
		"/roles.json":          `{"roles":[{"id":3,"name":"Manager"},{"id":4,"name":"Developer"},{"id":5,"name":"Reporter"},{"id":6,"name":"SLA bot"},{"id":7,"name":"Support engineer"},{"id":8,"name":"Customer"}]}`,
		"/roles/6.json":        `{"role":{"id":6,"name":"SLA bot","assignable":true,"issues_visibility":"all","time_entries_visibility":"all","users_visibility":"members_of_visible_projects","permissions":["view_issues","save_queries","view_wiki_pages","view_files","add_issues","edit_issues","add_issue_notes","edit_own_issue_notes","view_private_notes","set_notes_private","manage_issue_relations","manage_subtasks","view_issue_watchers","add_issue_watchers","delete_issue_watchers","set_issues_private","log_time","view_time_entries","edit_own_time_entries","log_time_for_other_users"]}}`,
		"/memberships/7.json":  `{"membership":{"id":7,"project":{"id":2,"name":"ACME Ltd"},"user":{"id":5,"name":"SLA Bot"},"roles":[{"id":6,"name":"SLA bot"}]}}`,
	} {
		l.ask("sla-bot", http.MethodGet, path, nil).expect(t, http.StatusOK, want)
	}
}

func TestWatchers(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	l.make(redminesim.NewIssue{})
	const path = "/issues/1/watchers.json"
	for _, id := range []int{dev1, dev1, 13, 99999} {
		l.ask("sla-bot", http.MethodPost, path, map[string]any{"user_id": id}).expect(t, http.StatusNoContent, "")
	}
	l.ask("customer1", http.MethodPost, path, map[string]any{"user_id": 11}).expect(t, http.StatusForbidden, "")
	if got := fmt.Sprint(*l.get("sla-bot", 1).Watchers); got != "[{10 Maria Manager} {8 Dora Developer}]" {
		t.Errorf("watchers %s", got)
	}
	if got := l.get("customer1", 1).Watchers; got != nil {
		t.Errorf("the customer sees %v", *got)
	}
}

func TestUploads(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	up := func(kind string, content string) answer {
		r, err := http.NewRequest(http.MethodPost, "http://redmine.example.org/uploads.json?filename=log.txt",
			strings.NewReader(content))
		l.must(err)
		r.Header.Set("X-Redmine-API-Key", l.Key("sla-bot"))
		r.Header.Set("Content-Type", kind)
		return l.send(r)
	}
	up("text/plain", "hello").expect(t, http.StatusNotAcceptable, "")
	token := "1.2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
	up("application/octet-stream", "hello").expect(t, http.StatusCreated, `{"upload":{"id":1,"token":"`+token+`"}}`)
	if a := up("application/octet-stream", strings.Repeat("0", 6<<20)); a.status != 422 {
		t.Errorf("six megabytes: %d", a.status)
	}
	l.put("sla-bot", id, `{"uploads":[{"token":"`+token+`","filename":"log.txt","content_type":"text/plain"}]}`).expect(t,
		204, "")
	d := lastJournal(l.get("customer1", id)).Details[0]
	if d.Property != "attachment" || d.Name != "1" || d.OldValue != nil || *d.NewValue != "log.txt" {
		t.Errorf("%+v", d)
	}
	l.ask("customer1", http.MethodGet, "/attachments/download/1/log.txt", nil).expect(t, 200, "hello")
	if a := l.ask("wrong", http.MethodGet, "/attachments/download/1/log.txt", nil); a.status != 302 ||
		!strings.Contains(a.header.Get("Location"), "/login?back_url=") {
		t.Errorf("without a key: %d %v", a.status, a.header)
	}
}
