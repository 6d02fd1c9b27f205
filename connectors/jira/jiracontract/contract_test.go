package jiracontract

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// documents are those of both dialects, each with the service desk's last.
type documents struct{ cloud, dc []*Doc }

var loaded = sync.OnceValues(func() (documents, error) {
	dir, _ := Dir()
	cloud, err := Cloud(dir)
	if err != nil {
		return documents{}, err
	}
	dc, err := DataCenter(dir)
	return documents{cloud, dc}, err
})

// theDocuments skips the test where they are not at hand.
func theDocuments(t *testing.T) (d documents, dir string) {
	t.Helper()
	dir, ok := Dir()
	if !ok {
		t.Skip("SKIPPED: THERE ARE NO DOCUMENTS OF ATLASSIAN'S: set SLABRIDGE_JIRA_DOCS to the directory that holds " +
			"jira-openapi/")
	}
	d, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return d, dir
}

func brief(err error) string {
	text, _, _ := strings.Cut(err.Error(), "Schema:")
	return text
}

// TestRecordedResponses: what real sites answered passes. If one does not, the overlay is wrong, not the recording.
func TestRecordedResponses(t *testing.T) {
	d, dir := theDocuments(t)
	for _, c := range []struct {
		doc          *Doc
		glob, schema string
		fewest       int
	}{
		{d.cloud[0], "cloud-v3/changelog-*.json", "PageBeanChangelog", 3},
		{d.cloud[0], "cloud-v2/issue-*.json", "IssueBean", 10},
		{d.cloud[0], "cloud-v2/devlake-statuses.json", "StatusDetails", 1},
		{d.dc[1], "jsm-dc/sla-*.json", "SlaInformationDTO", 1},
		{d.dc[0], "jira-dc-synthetic/*.json", "SearchResultsBean", 1},
	} {
		files, err := filepath.Glob(filepath.Join(dir, "..", "jira-samples", c.glob))
		if err != nil || len(files) < c.fewest {
			t.Errorf("%d files are %s, want %d (%v)", len(files), c.glob, c.fewest, err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(raw, &v); err != nil {
				t.Fatal(f, err)
			}
			list, many := v.([]any)
			if !many {
				list = []any{v}
			}
			for _, v := range list {
				if err := c.doc.T.Components.Schemas[c.schema].Value.VisitJSON(v); err != nil {
					t.Errorf("%s against %s: %s", filepath.Base(f), c.schema, brief(err))
				}
			}
		}
	}
}

// answers is a server that says what it is told to.
type answers struct {
	status int
	body   string
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: r,
	}, nil
}

const change = `{"id":"1","created":"2026-01-02T03:04:05.678+0000","items":[{"field":"assignee","fieldtype":"jira","from":null,"fromString":null,"to":"x","toString":"X","tmpFromAccountId":null}]}`

// TestTransport: requests and answers that are good pass unchanged, and what is wrong with the others is named.
func TestTransport(t *testing.T) {
	d, _ := theDocuments(t)
	for _, c := range []struct {
		name         string
		docs         []*Doc
		method, path string
		body         string
		status       int
		answer       string
		wrong        string // a part of the report; "" is none
	}{
		{
			"internal comment with intent", d.cloud, "POST", "/rest/api/2/issue/A-1/comment",
			`{"body":"x","properties":[{"key":"sd.public.comment","value":{"internal":true}},{"key":"slabridge","value":{"id":"42"}}]}`,
			201, `{"id":"1","body":"x","jsdPublic":false,"created":"2026-01-02T03:04:05.678+0000"}`, "",
		},
		{
			"go-jira v1.17 comment", d.cloud, "POST", "/rest/api/2/issue/A-1/comment",
			`{"author":{"avatarUrls":{}},"body":"x","updateAuthor":{"avatarUrls":{}},"visibility":{}}`,
			201, `{}`, "readOnly",
		},
		{
			"jsm comment", d.cloud, "POST", "/rest/servicedeskapi/request/A-1/comment", `{"body":"x","public":false}`,
			201, `{"id":"1","body":"x","public":false}`, "",
		},
		{
			"assign", d.cloud, "PUT", "/rest/api/2/issue/A-1/assignee", `{"accountId":"5b10a2844c20165700ede21g"}`,
			204, "", "",
		},
		{
			"unassign", d.cloud, "PUT", "/rest/api/2/issue/A-1/assignee", `{"accountId":null}`,
			204, "", "",
		},
		{
			"go-jira v1.17 assign", d.cloud, "PUT", "/rest/api/2/issue/A-1/assignee", `{"accountId":"5b10","avatarUrls":{}}`,
			204, "", "readOnly",
		},
		{
			"priority quiet", d.cloud, "PUT", "/rest/api/2/issue/A-1?notifyUsers=false", `{"fields":{"priority":{"id":"2"}}}`,
			204, "", "",
		},
		{
			"old search on cloud", d.cloud, "GET", "/rest/api/2/search?jql=x", "",
			410, `{"errorMessages":["removed"],"errors":{}}`, "deprecated",
		},
		{
			"search/jql POST", d.cloud, "POST", "/rest/api/2/search/jql", `{"jql":"updated >= ` +
				`1767225600000","fields":["*all"],"maxResults":100,"reconcileIssues":[10001]}`,
			200, `{"isLast":true,"issues":[{"id":"1","key":"A-1","self":"https://x/rest/api/2/issue/1","fields":{"summary":"s","customfield_1":null}}]}`, "",
		},
		{
			"search/jql page without isLast", d.cloud, "POST", "/rest/api/2/search/jql", `{"jql":"x"}`,
			200, `{"issues":[]}`, `property "isLast" is missing`,
		},
		{
			"empty issue", d.cloud, "GET", "/rest/api/2/issue/A-1", "",
			200, `{}`, "is missing",
		},
		{
			"changelog page", d.cloud, "GET", "/rest/api/2/issue/A-1/changelog?startAt=0&maxResults=100", "",
			200, `{"startAt":0,"maxResults":100,"total":1,"isLast":true,"values":[` + change + `]}`, "",
		},
		{
			"changelog as epoch", d.cloud, "GET", "/rest/api/2/issue/A-1/changelog", "",
			200, `{"startAt":0,"maxResults":100,"total":1,"isLast":true,"values":[{"id":"1","created":1492070429,"items":[]}]}`,
			"must be a string",
		},
		{
			"bulk changelog", d.cloud, "POST", "/rest/api/2/changelog/bulkfetch",
			`{"issueIdsOrKeys":["1","2"],"fieldIds":["status","priority","assignee"],"maxResults":1000}`,
			200, `{"issueChangeLogs":[{"issueId":"1","changeHistories":[` + change + `]}]}`, "",
		},
		{
			"bulk changelog too many fields", d.cloud, "POST", "/rest/api/2/changelog/bulkfetch",
			`{"issueIdsOrKeys":["1"],"fieldIds":["1","2","3","4","5","6","7","8","9","10","11"]}`,
			200, `{}`, "maximum number of items",
		},
		{
			"dc search", d.dc, "POST", "/rest/api/2/search", `{"jql":"updated >= ` +
				`1767225600000","startAt":0,"maxResults":1000,"fields":["*all"],"expand":["changelog"]}`,
			200, `{"startAt":0,"maxResults":1000,"total":1,"issues":[{"id":"1","key":"A-1","self":"https://x/rest/api/2/issue/1","fields":{"summary":"s","n":1.5,"l":["a"],"z":null},"changelog":{"startAt":0,"maxResults":1,"total":1,"histories":[` + strings.Replace(change, `,"tmpFromAccountId":null`, ``, 1) + `]}}]}`, "",
		},
		{
			"dc has no search/jql", d.dc, "POST", "/rest/api/2/search/jql", `{"jql":"x"}`,
			404, `{}`, "no document knows",
		},
		{
			"dc has no issue changelog", d.dc, "GET", "/rest/api/2/issue/A-1/changelog", "",
			404, `{}`, "no document knows",
		},
		{
			"dc assign by name", d.dc, "PUT", "/rest/api/2/issue/A-1/assignee", `{"name":"bob"}`,
			204, "", "",
		},
		{
			"dc assign by accountId", d.dc, "PUT", "/rest/api/2/issue/A-1/assignee", `{"accountId":"5b10"}`,
			204, "", "unsupported",
		},
		{
			"dc internal comment", d.dc, "POST", "/rest/api/2/issue/A-1/comment",
			`{"body":"x","properties":[{"key":"sd.public.comment","value":{"internal":true}}],"visibility":{"type":"role","value":"Service Desk Team"}}`,
			201, `{"id":"1","body":"x"}`, "",
		},
		{
			"dc statuses are an array", d.dc, "GET", "/rest/api/2/status", "",
			200, `[{"id":"1","name":"Open","self":"https://x/1"}]`, "",
		},
		{
			"issue property test-and-set", d.cloud, "PUT", "/rest/api/2/issue/A-1/properties/slabridge.42", `{"at":1}`,
			201, `{}`, "",
		},
		{
			"429 is not the document's business", d.cloud, "GET", "/rest/api/2/issue/A-1", "",
			429, `{"errorMessages":["Rate limit exceeded."]}`, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var wrong []string
			tr := &Transport{
				Docs: c.docs, Base: answers{c.status, c.answer},
				Report: func(err error) { wrong = append(wrong, brief(err)) },
			}
			r, err := http.NewRequest(c.method, "https://jira.example.org"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if c.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			resp, err := tr.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(resp.Body); err != nil || string(got) != c.answer {
				t.Errorf("the body became %q (%v)", got, err)
			}
			all := strings.Join(wrong, " | ")
			if c.wrong == "" && all != "" || !strings.Contains(all, c.wrong) {
				t.Errorf("reported %q, want %q", all, c.wrong)
			}
		})
	}
}

// TestDocumentedExamples: Atlassian's own examples pass, but for those that are known to be wrong.
func TestDocumentedExamples(t *testing.T) {
	d, dir := theDocuments(t)
	for name, doc := range map[string]*Doc{"jira-cloud-v2": d.cloud[0], "jsm-cloud": d.cloud[1]} {
		raw, err := os.ReadFile(filepath.Join(dir, name+".examples.json"))
		if err != nil {
			t.Fatal(err)
		}
		var list []struct {
			Path, Method, Kind, Status string
			Body                       any
			Unparsed                   bool
		}
		if err := json.Unmarshal(raw, &list); err != nil {
			t.Fatal(err)
		}
		good := 0
		for _, e := range list {
			schema := exampleSchema(doc, e.Path, e.Method, e.Kind, e.Status)
			if schema == nil || e.Unparsed {
				continue
			}
			id := e.Kind + " " + e.Method + " " + strings.TrimPrefix(e.Path, "/rest/api/2")
			switch err := schema.VisitJSON(e.Body); {
			case err == nil:
				good++
			case !slices.Contains(badExamples, id):
				t.Errorf("%s: %s: %s", name, id, brief(err))
			}
		}
		if good == 0 {
			t.Errorf("%s: no example was looked at", name)
		}
	}
}

func exampleSchema(d *Doc, path, method, kind, status string) *openapi3.Schema {
	op := d.T.Paths.Value(path).GetOperation(method)
	var c openapi3.Content
	if kind == "request" && op.RequestBody != nil {
		c = op.RequestBody.Value.Content
	} else if r := op.Responses.Value(status); kind != "request" && r != nil {
		c = r.Value.Content
	}
	if mt := c.Get("application/json"); mt != nil && mt.Schema != nil {
		return mt.Schema.Value
	}
	return nil
}

// badExamples are defects of the documents.
var badExamples = []string{
	"response POST /field", "request POST /priority", "request PUT /priority/{id}", "response GET /priorityscheme",
	"response POST /priorityscheme",
	"response GET /project", "response GET /user/assignable/search", "response POST /jql/parse",
	"response POST /changelog/bulkfetch", // created is a number of seconds there and a text in schema and prose
	"response GET /webhook", "response PUT /webhook/refresh",
	// The overlay asks for what these leave out.
	"response GET /serverInfo", "response GET /project/{projectIdOrKey}/statuses",
	"response GET /rest/servicedeskapi/request/{issueIdOrKey}/sla",
	"response GET /rest/servicedeskapi/request/{issueIdOrKey}/sla/{slaMetricId}",
}

// TestUses: the documents know every operation that the connector rests on, and call none of them deprecated. There is
// no document of Data Center's service desk: Cloud's is asked instead.
func TestUses(t *testing.T) {
	d, _ := theDocuments(t)
	for _, u := range uses {
		method, path, _ := strings.Cut(u.operation, " ")
		for dialect := range strings.FieldsSeq(u.dialects) {
			docs := map[string][]*Doc{"cloud": d.cloud, "dc": d.dc}[dialect]
			n := slices.IndexFunc(docs, func(d *Doc) bool {
				item := d.T.Paths.Value(path)
				return item != nil && item.GetOperation(method) != nil
			})
			if n < 0 {
				t.Errorf("%s: no document knows %s", dialect, u.operation)
			} else if docs[n].T.Paths.Value(path).GetOperation(method).Deprecated {
				t.Errorf("%s: %s is deprecated", dialect, u.operation)
			}
		}
	}
}

// TestUncovered: what was never used with success is named, and so is what is in no list.
func TestUncovered(t *testing.T) {
	seen := map[string]int{}
	for _, u := range uses {
		if strings.Contains(u.dialects, "dc") {
			seen[u.operation+" 200"] = 1
		}
	}
	if got := Uncovered("dc", seen); len(got) != 0 {
		t.Errorf("all is covered, and yet %v", got)
	}
	delete(seen, "GET /rest/api/2/myself 200")
	seen["GET /rest/api/2/myself 401"] = 3
	seen["GET /rest/api/2/priorityscheme 200"] = 1
	want := []string{"GET /rest/api/2/myself was never covered", "GET /rest/api/2/priorityscheme is in no list of " +
		"what the connector uses"}
	if got := Uncovered("dc", seen); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
