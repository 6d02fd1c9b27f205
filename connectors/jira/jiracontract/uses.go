package jiracontract

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dir is the directory of the documents: SLABRIDGE_JIRA_DOCS names the one that holds it. ok is false when the variable
// is not set.
func Dir() (dir string, ok bool) {
	root := os.Getenv("SLABRIDGE_JIRA_DOCS")
	return filepath.Join(root, "jira-openapi"), root != ""
}

// Cloud loads the documents of Jira Cloud, DataCenter those of Data Center; both with the service desk's.
func Cloud(dir string) ([]*Doc, error) { return docs(dir, "jira-cloud-v2.json", "cloud") }

// DataCenter see Cloud.
func DataCenter(dir string) ([]*Doc, error) { return docs(dir, "jira-dc-10.3.json", "dc") }

func docs(dir, file, kind string) ([]*Doc, error) {
	platform, err := load(dir, file, kind)
	if err != nil {
		return nil, err
	}
	desk, err := load(dir, "jsm-cloud.json", "jsm")
	return []*Doc{platform, desk}, err
}

// uses are the operations that the connector rests on, with the dialects in which it does.
var uses = []struct{ operation, dialects string }{
	{"GET /rest/api/2/serverInfo", "cloud dc"},
	{"GET /rest/api/2/myself", "cloud dc"},
	{"GET /rest/api/2/mypermissions", "cloud dc"},
	{"GET /rest/api/2/field", "cloud dc"},
	{"GET /rest/api/2/status", "cloud dc"},
	{"GET /rest/api/2/priority", "dc"},
	{"GET /rest/api/2/priorityscheme", "cloud"},
	{"GET /rest/api/2/priorityscheme/{schemeId}/priorities", "cloud"},
	{"GET /rest/api/2/project", "dc"},
	{"GET /rest/api/2/project/search", "cloud"},
	{"GET /rest/api/2/project/{projectIdOrKey}/statuses", "cloud dc"},
	{"GET /rest/api/2/project/{projectIdOrKey}/role", "cloud dc"},
	{"GET /rest/api/2/project/{projectIdOrKey}/role/{id}", "cloud dc"},
	{"GET /rest/api/2/user", "cloud dc"},
	{"GET /rest/api/2/user/assignable/search", "cloud dc"},
	{"GET /rest/api/2/group/member", "cloud dc"},
	{"POST /rest/api/2/search/jql", "cloud"},
	{"POST /rest/api/2/search", "dc"},
	{"POST /rest/api/2/issue", "cloud dc"},
	{"GET /rest/api/2/issue/{issueIdOrKey}", "cloud dc"},
	{"PUT /rest/api/2/issue/{issueIdOrKey}", "cloud dc"},
	{"GET /rest/api/2/issue/{issueIdOrKey}/editmeta", "cloud dc"},
	{"PUT /rest/api/2/issue/{issueIdOrKey}/assignee", "cloud dc"},
	{"GET /rest/api/2/issue/{issueIdOrKey}/changelog", "cloud"},
	{"GET /rest/api/2/issue/{issueIdOrKey}/transitions", "cloud dc"},
	{"POST /rest/api/2/issue/{issueIdOrKey}/transitions", "cloud dc"},
	{"GET /rest/api/2/issue/{issueIdOrKey}/watchers", "cloud dc"},
	{"POST /rest/api/2/issue/{issueIdOrKey}/watchers", "cloud dc"},
	{"POST /rest/api/2/issue/{issueIdOrKey}/comment", "cloud dc"},
	{"GET /rest/api/2/issue/{issueIdOrKey}/comment/{id}", "cloud dc"},
	{"PUT /rest/api/2/issue/{issueIdOrKey}/comment/{id}", "cloud dc"},
	{"DELETE /rest/api/2/issue/{issueIdOrKey}/comment/{id}", "cloud dc"},
	{"PUT /rest/api/2/comment/{commentId}/properties/{propertyKey}", "cloud dc"},
	{"GET /rest/api/2/worklog/updated", "cloud dc"},
	{"POST /rest/api/2/worklog/list", "cloud dc"},
	{"GET /rest/servicedeskapi/servicedesk", "cloud dc"},
	{"GET /rest/servicedeskapi/servicedesk/{serviceDeskId}/requesttype", "cloud dc"},
	{"GET /rest/servicedeskapi/request/{issueIdOrKey}/comment", "dc"},
}

// Operations lists the operations that the connector rests on in a dialect: "GET /rest/api/2/myself".
func Operations(dialect string) []string {
	var out []string
	for _, u := range uses {
		if slices.Contains(strings.Fields(u.dialects), dialect) {
			out = append(out, u.operation)
		}
	}
	return out
}

// Uncovered lists the operations that the connector rests on in a dialect ("cloud" or "dc") and that a run did not use
// successfully, and those that it used and that are in no list. seen is Transport.Seen.
func Uncovered(dialect string, seen map[string]int) []string {
	var out []string
	covered := map[string]bool{}
	for what := range seen {
		operation, status, _ := cutLast(what)
		covered[operation] = covered[operation] || strings.HasPrefix(status, "2")
	}
	for _, u := range uses {
		if slices.Contains(strings.Fields(u.dialects), dialect) && !covered[u.operation] {
			out = append(out, fmt.Sprintf("%s was never covered", u.operation))
		}
	}
	for operation := range covered {
		if !slices.ContainsFunc(uses, func(u struct{ operation, dialects string }) bool {
			return u.operation == operation && slices.Contains(strings.Fields(u.dialects), dialect)
		}) {
			out = append(out, fmt.Sprintf("%s is in no list of what the connector uses", operation))
		}
	}
	slices.Sort(out)
	return out
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
