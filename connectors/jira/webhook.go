package jira

import (
	"encoding/json"
	"regexp"

	"slabridge/connectors"
)

// hook is what is read of the body of a webhook: where the id of an issue stands. The rest of it is neither decoded nor
// believed; Jira is asked instead. Only the bodies of issue events are documented (Atlassian's "Webhooks" pages, Cloud
// and Data Center); the others are as recordings show them: comment events of Server and Data Center have no issue, but
// its id in the comment's own address; of worklogs and links jira.js 6.2.0, tested against Cloud, has the names.
type hook struct {
	Issue   struct{ ID json.RawMessage } // a text, and of some apps a number
	Comment struct{ Self string }
	Worklog struct{ IssueID json.RawMessage }
	Link    struct {
		Source      json.RawMessage `json:"sourceIssueId"`
		Destination json.RawMessage `json:"destinationIssueId"`
	} `json:"issueLink"`
}

// commentOf finds the issue in a comment's address, as http://host/rest/api/2/issue/10013/comment/10084.
var commentOf = regexp.MustCompile(`/rest/api/[0-9a-z]+/issue/([0-9]+)/comment/`)

// hintedIssues reads the bodies of Jira's webhooks; it sends empty ones when told to leave the body out.
func hintedIssues(body []byte) (issues []string, ok bool) {
	var h hook
	return connectors.HintedIssues(body, &h, func() []string {
		found := []string{string(h.Issue.ID), string(h.Worklog.IssueID), string(h.Link.Source), string(h.Link.Destination)}
		if in := commentOf.FindStringSubmatch(h.Comment.Self); in != nil {
			found = append(found, in[1])
		}
		return found
	})
}
