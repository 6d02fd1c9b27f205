package jira

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// hook is what is read of the body of a webhook: where the id of an issue stands. The rest of it is neither decoded nor
// believed; Jira is asked instead. Only the bodies of issue events are documented (Atlassian's "Webhooks" pages, Cloud
// and Data Center); the others are as recordings show them: comment events of Server and Data Center have no issue, but
// its id in the comment's own address; of worklogs and links jira.js 6.2.0, tested against Cloud, has the names.
type hook struct {
	Issue   struct{ ID json.RawMessage }
	Comment struct{ Self string }
	Worklog struct{ IssueID json.RawMessage }
	Link    struct {
		Source      json.RawMessage `json:"sourceIssueId"`
		Destination json.RawMessage `json:"destinationIssueId"`
	} `json:"issueLink"`
}

// issueNumber is an issue's id, which Jira writes as a text and some of its apps as a number.
var issueNumber = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// commentOf finds the issue in a comment's address, as http://host/rest/api/2/issue/10013/comment/10084.
var commentOf = regexp.MustCompile(`/rest/api/[0-9a-z]+/issue/([0-9]+)/comment/`)

// Hint tells which issues the body of a webhook is about, by their ids, each once and in no order. An empty body, which
// Jira sends when told to leave it out, and one about something else name none. ok is false when the body is not
// Jira's: no JSON object. Nothing in it is taken for true but that these issues are worth reading.
func Hint(body []byte) (issues []string, ok bool) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil, true
	}
	if body[0] != '{' {
		return nil, false
	}
	var h hook
	// a part of another shape than expected is skipped, and the rest is read all the same
	if err := json.Unmarshal(body, &h); err != nil && !errors.As(err, new(*json.UnmarshalTypeError)) {
		return nil, false
	}
	for _, raw := range []json.RawMessage{h.Issue.ID, h.Worklog.IssueID, h.Link.Source, h.Link.Destination} {
		issues = append(issues, strings.Trim(string(raw), `"`))
	}
	if found := commentOf.FindStringSubmatch(h.Comment.Self); found != nil {
		issues = append(issues, found[1])
	}
	issues = slices.DeleteFunc(issues, func(id string) bool { return !issueNumber.MatchString(id) })
	slices.Sort(issues)
	return slices.Compact(issues), true
}
