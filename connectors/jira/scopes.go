package jira

import (
	"net/http"
	"slices"
	"strings"
)

// scopeOf is the scope that a token of Cloud must have for a request, by Atlassian's documents; "" for what takes none.
func scopeOf(method, path string) string {
	at := strings.Index(path, "/rest/")
	if at < 0 {
		return ""
	}
	parts := strings.Split(path[at+len("/rest/"):], "/")
	switch {
	case len(parts) > 1 && parts[0] == "servicedeskapi" && parts[1] == "info":
		return ""
	case parts[0] == "servicedeskapi":
		return "read:servicedesk-request"
	case len(parts) < 3:
		return ""
	}
	switch what := strings.Join(parts[2:], "/"); {
	case what == "serverInfo":
		return ""
	case parts[2] == "myself", parts[2] == "user", parts[2] == "group":
		return "read:jira-user"
	case parts[2] == "priorityscheme":
		return "manage:jira-configuration"
	case method == http.MethodGet, slices.Contains(readingPosts, what):
		return "read:jira-work"
	}
	return "write:jira-work"
}

// readingPosts only read.
var readingPosts = []string{"search", "search/jql", "worklog/list", "changelog/bulkfetch"}

// lacksScope reports whether an answer is that of the gate before Cloud for a token without the scope of a request.
func lacksScope(status int, messages []string) bool {
	return status == http.StatusUnauthorized && slices.ContainsFunc(messages, func(m string) bool {
		return strings.Contains(strings.ToLower(m), "scope does not match")
	})
}
