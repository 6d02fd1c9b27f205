package connectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// issueNumber is an issue's id where trackers number their issues.
var issueNumber = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// HintedIssues decodes the body of a webhook into hook, a pointer to a struct of what is looked at in it, and gives the
// issues that found then names there, as numbers or as texts of numbers. It is what Webhook.Issues promises for
// trackers whose webhooks are JSON objects: an empty body, and one about something else, name none; ok is false for
// what is no JSON object. A part of another shape than expected is skipped, and the rest is read all the same.
func HintedIssues(body []byte, hook any, found func() []string) (issues []string, ok bool) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil, true
	}
	if body[0] != '{' {
		return nil, false
	}
	if err := json.Unmarshal(body, hook); err != nil && !errors.As(err, new(*json.UnmarshalTypeError)) {
		return nil, false
	}
	for _, id := range found() {
		if id = strings.Trim(id, `"`); issueNumber.MatchString(id) {
			issues = append(issues, id)
		}
	}
	slices.Sort(issues)
	return slices.Compact(issues), true
}
