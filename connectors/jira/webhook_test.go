package jira

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var hookBodies = map[string]struct {
	body string
	want []string
	ok   bool
}{
	"issue of Cloud": {
		`{"timestamp":1550286601840,"webhookEvent":"jira:issue_updated","user":{"accountId":"5cf9"},"issue":{"id":"10040","key":"TES-41","fields":{"project":{"id":"10000"}}},"changelog":{"id":"10227"}}`, []string{"10040"}, true,
	},
	"issue of an old one": {`{"webhookEvent":"jira:issue_updated","issue":{"id":10040}}`, []string{"10040"}, true},
	"comment of Cloud": {
		`{"webhookEvent":"comment_created","comment":{"self":"https://x.atlassian.net/rest/api/2/issue/10040/comment/10019","id":"10019"},"issue":{"id":"10040"}}`, []string{"10040"}, true,
	},
	"comment of Server": {
		`{"webhookEvent":"comment_deleted","comment":{"self":"http://jira.example.org:8080/jira/rest/api/2/issue/10013/comment/10084","id":"10084"}}`, []string{"10013"}, true,
	},
	"comment without issue": {
		`{"webhookEvent":"comment_deleted","comment":{"self":"http://jira.example.org/rest/api/2/comment/10084","id":"10084"}}`, nil, true,
	},
	"worklog": {
		`{"webhookEvent":"worklog_updated","worklog":{"id":"7","issueId":"10002"}}`,
		[]string{"10002"},
		true,
	},
	"link": {
		`{"webhookEvent":"issuelink_created","issueLink":{"id":5,"sourceIssueId":10002,"destinationIssueId":10001}}`,
		[]string{"10001", "10002"},
		true,
	},
	"about a sprint": {`{"webhookEvent":"sprint_started","sprint":{"id":1}}`, nil, true},
	"key alone":      {`{"issue":{"key":"TES-41"}}`, nil, true},
	"empty":          {"", nil, true},
	"blanks":         {" \r\n", nil, true},
	"nulls":          {`{"issue":null,"comment":null,"worklog":null,"issueLink":null}`, nil, true},
	"other shapes": {
		`{"issue":["x"],"comment":7,"worklog":{"issueId":{"id":"1"}},"issueLink":{"sourceIssueId":"10001"}}`,
		[]string{"10001"},
		true,
	},
	"not an id":   {`{"issue":{"id":"TES-41"}}`, nil, true},
	"a path":      {`{"issue":{"id":"10040/../../admin"}}`, nil, true},
	"negative":    {`{"issue":{"id":-7}}`, nil, true},
	"zero":        {`{"issue":{"id":"0"}}`, nil, true},
	"fraction":    {`{"issue":{"id":1.5}}`, nil, true},
	"too long":    {`{"issue":{"id":"1234567890123456789"}}`, nil, true},
	"two objects": {`{"issue":{"id":"1"}}{"issue":{"id":"2"}}`, nil, false},
	"list":        {`[{"issue":{"id":"10040"}}]`, nil, false},
	"text":        {`issue=10040`, nil, false},
	"cut short":   {`{"issue":{"id":"10040","fields":{`, nil, false},
}

func TestHint(t *testing.T) {
	for name, c := range hookBodies {
		if got, ok := hintedIssues([]byte(c.body)); ok != c.ok || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, %t", name, got, ok)
		}
	}
}

// Every recorded body names its one issue. The expected id is searched for as text: in the bodies that have an issue it
// is what stands behind the issue's "id".
func TestHintOfRecordedBodies(t *testing.T) {
	docs := os.Getenv("SLABRIDGE_JIRA_DOCS")
	if docs == "" {
		t.Skip("RECORDED WEBHOOKS WERE SKIPPED: SLABRIDGE_JIRA_DOCS is not set")
	}
	files, err := filepath.Glob(filepath.Join(docs, "jira-samples", "webhooks", "*.json"))
	if err != nil || len(files) < 38 {
		t.Fatalf("%d recorded bodies in %s, %v", len(files), docs, err)
	}
	address := regexp.MustCompile(`/rest/api/2/issue/([0-9]+)`)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := address.FindSubmatch(body) // the first address of an issue is that of the one it is about
		if want == nil {
			t.Errorf("%s: has no address of an issue", filepath.Base(file))
			continue
		}
		if got, ok := hintedIssues(body); !ok || !slices.Equal(got, []string{string(want[1])}) {
			t.Errorf("%s: got %q, %t, want %s", filepath.Base(file), got, ok, want[1])
		}
		if _, ok := hintedIssues(body[:len(body)/2]); ok {
			t.Errorf("%s: half of it was taken", filepath.Base(file))
		}
	}
}

// FuzzHint: whatever comes in, ids are numbers that can stand in an address, each once, and never of what is not JSON.
func FuzzHint(f *testing.F) {
	for _, c := range hookBodies {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		issues, ok := hintedIssues(body)
		if len(issues) > 0 && (!ok || !json.Valid(body)) {
			t.Errorf("ids %q of what is not a body", issues)
		}
		if len(issues) > 5 || !slices.IsSorted(issues) || len(slices.Compact(slices.Clone(issues))) != len(issues) {
			t.Errorf("ids %q", issues)
		}
		for _, id := range issues {
			if id == "" || len(id) > 18 || strings.Trim(id, "0123456789") != "" {
				t.Errorf("id %q", id)
			}
		}
	})
}
