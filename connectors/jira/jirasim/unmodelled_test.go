package jirasim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slabridge/connectors/jira/jirasim"
)

// TestUnmodelled: what nobody has taught the stand-in is refused by name, never guessed at.
func TestUnmodelled(t *testing.T) {
	for _, opt := range []jirasim.Options{cloudDesk, dcDesk} {
		t.Run(fmt.Sprintf("cloud %t", opt.Cloud), func(t *testing.T) {
			l := newLab(t, opt).loose()
			issue := fmt.Sprintf("api/2/issue/%d", l.make(jirasim.NewIssue{}))
			for _, r := range []struct {
				method, path string
				body         any
				names        string
			}{
				{"GET", "api/3/myself", nil, "/rest/api/3/myself"},
				{"GET", "agile/1.0/board", nil, "agile"},
				{"GET", "api/2/myself/", nil, "myself"},
				{"PATCH", issue, fields{}, "PATCH"},
				{"GET", "api/2/myself?expand=groups", nil, "expand"},
				{"GET", issue + "?properties=x", nil, "properties"},
				{"GET", issue + "?expand=renderedFields", nil, "renderedFields"},
				{"PUT", issue + "?notifyUsers=false", fields{"fields": fields{"summary": "x"}}, "notifyUsers"},
				{"PUT", issue, fields{"fields": fields{"components": []any{}}}, "components"},
				{"PUT", issue, fields{"fields": fields{"priority": fields{"name": "High"}}}, "priority"},
				{"PUT", issue, fields{"update": fields{"labels": []any{fields{"add": "x"}}}}, "labels"},
				{"GET", issue + "/comment?orderBy=-created", nil, "orderBy"},
				{"GET", issue + "/comment?expand=properties", nil, "expand"},
				{"POST", issue + "/transitions", fields{
					"transition": fields{"id": "21"},
					"update":     fields{"comment": []any{}},
				}, "comments in a transition"},
				{"GET", "servicedeskapi/request/1/attachment", nil, "attachment"},
			} {
				a := l.ask("sla-bot", r.method, r.path, r.body)
				a.want(t, 501, r.names)
				a.want(t, 501, "jirasim does not model")
			}
			for _, jql := range []string{
				`status = Open`, `created >= 0 OR updated >= 0`, `NOT project = ACME`, `project != ACME`, `updated >= startOfDay()`,
				`creator = "currentUser()"`,
				`text ~ "x"`, `created >= 0 ORDER BY priority ASC`, `created >= 0 ORDER BY created`,
				`creator in (currentUser())`,
			} {
				l.search("sla-bot", fields{"jql": jql}).want(t, 501, "jirasim does not model")
			}
			search := fields{"jql": "created >= 0", "properties": []string{"x"}}
			l.search("sla-bot", search).want(t, 501, "properties")
		})
	}
}

// TestHandsObey: hands do nothing that the page would not offer.
func TestHandsObey(t *testing.T) {
	l := newLab(t, cloudDesk)
	id := l.make(jirasim.NewIssue{})
	l.must(l.As("support1").Update(id, jirasim.Change{Note: "mine"}))
	page, err := l.As("support1").See(id)
	l.must(err)
	note := page.Notes[0].ID
	for name, did := range map[string]error{
		"an outsider comments":               l.As("outsider").Update(id, jirasim.Change{Note: "x"}),
		"a customer comments internally":     l.As("customer1").Update(id, jirasim.Change{Note: "x", Internal: true}),
		"a customer edits":                   l.As("customer1").Update(id, jirasim.Change{Priority: "High"}),
		"one of no role writes to it alone":  l.As("support1").Update(id, jirasim.Change{Note: "x", Role: "Manager"}),
		"an engineer moves an issue":         l.As("support1").Update(id, jirasim.Change{Project: "ERP"}),
		"a customer deletes an issue":        l.As("customer1").Delete(id),
		"one edits another's comment":        l.As("dev1").EditComment(note, "x"),
		"one deletes another's comment":      l.As("dev1").DeleteComment(note),
		"an engineer freezes an issue":       l.As("dev1").Update(id, jirasim.Change{Status: "Frozen"}),
		"nobody's booked time is taken away": l.As("dev1").DeleteWork(1),
		"a field that does not exist is set": l.As("dev1").Update(id,
			jirasim.Change{Fields: map[string]string{"No such": "x"}}),
	} {
		if did == nil {
			t.Error(name)
		}
	}
	after, err := l.As("support1").See(id)
	l.must(err)
	if len(after.Steps) != 0 || len(after.Notes) != 1 || after.Notes[0].Text != "mine" {
		t.Errorf("refused, and yet %+v", after)
	}
}

// FuzzRequests: whatever comes is answered, in JSON or in silence, and nothing is broken by it.
func FuzzRequests(f *testing.F) {
	for _, s := range [][3]string{
		{"GET", "api/2/issue/10001?fields=*all,-comment&expand=changelog,transitions", ""},
		{"GET", "api/2/issue/ACME-1/comment?startAt=-1&maxResults=x", ""},
		{
			"PUT", "api/2/issue/10001",
			`{"fields":{"assignee":{"accountId":null},"labels":["a"],"customfield_10050":{"value":"minor"},"customfield_10062":{"value":"Europe","child":{"value":"Germany"}}},"update":{"comment":[{"add":{"body":"x","visibility":{"type":"role","value":"SLA bot"}}}]}}`,
		},
		{
			"POST", "api/2/issue",
			`{"fields":{"project":{"id":"10002"},"summary":"x","issuetype":{"id":"10100"},"priority":{"id":"2"}},"properties":[{"key":"a","value":1}]}`,
		},
		{"POST", "api/2/issue/10001/transitions", `{"transition":{"id":"31"}}`},
		{"POST", "api/2/search/jql", `{"jql":"created >= ` +
			`0","nextPageToken":"e30","fields":["*all"],"reconcileIssues":[10001]}`},
		{"POST", "api/2/search", `{"jql":"updated >= ` +
			`-1w","startAt":-5,"maxResults":2,"fields":["*navigable"],"expand":["changelog"]}`},
		{
			"POST", "api/2/issue/10001/comment",
			`{"body":"x","properties":[{"key":"sd.public.comment","value":{"internal":"yes"}}]}`,
		},
		{"PUT", "api/2/issue/10001/properties/a%2Fb", `null`},
		{"GET", "servicedeskapi/request/10001/sla?start=9", ""},
		{"POST", "servicedeskapi/request/10001/comment", `{"body":"x"}`},
		{"GET", "api/2/worklog/updated?since=1", ""},
		{"POST", "api/2/worklog/list", `{"ids":[1]}`},
		{"GET", "api/2/project/10002/role/10203", ""},
		{"PUT", "api/2/issue/10001/assignee", `{"name":null}`},
	} {
		for who := range byte(4) {
			f.Add(s[0], s[1], s[2], who)
		}
	}
	f.Fuzz(func(t *testing.T, method, path, body string, who byte) {
		l := newLab(t, jirasim.Options{Cloud: who&1 == 0, ServiceDesk: who&2 == 0}).loose()
		l.SetAnonymous(true)
		id := l.make(jirasim.NewIssue{Labels: []string{"a"}, Assignee: "support1"})
		l.must(l.As("support1").Update(id, jirasim.Change{Note: "x", Priority: "High"}))
		r, err := http.NewRequest(method, "https://jira.example.org/rest/"+path, strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", "application/json")
		if who&12 != 0 {
			l.authorize(r, []string{"sla-bot", "customer1", "admin"}[who>>2&3-1])
		}
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		if w.Code < 200 || w.Code > 501 || w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: %d %q", method, path, w.Code, w.Body)
		}
		if page, err := l.As("admin").See(id); err != nil || page.ID != id {
			t.Errorf("%s %s: the issue is %+v (%v)", method, path, page, err)
		}
	})
}
