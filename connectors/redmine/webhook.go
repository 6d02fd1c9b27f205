package redmine

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// hook is what is read of the body of a webhook: where the number of an issue stands. The rest of it is neither decoded
// nor believed; Redmine is asked instead.
type hook struct {
	Issue   hooked // several plug-ins
	Payload struct {
		Issue hooked
	} // suer/redmine_webhook and its forks
	Data struct {
		Issue     hooked
		TimeEntry struct{ Issue hooked } `json:"time_entry"`
	} // Redmine 7.0 itself: app/models/webhook_payload.rb
}

// hooked is an issue in the body of a webhook.
type hooked struct{ ID json.RawMessage }

var issueNumber = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// Hint tells which issues the body of a webhook is about, by their ids, each once and in no order: of the webhooks that
// Redmine has from 7.0 on, and of the plug-in suer/redmine_webhook and those like it. An empty body and one about
// something else name none. ok is false when the body is not Redmine's: no JSON object. Nothing in it is taken for true
// but that these issues are worth reading.
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
	for _, issue := range []hooked{h.Issue, h.Payload.Issue, h.Data.Issue, h.Data.TimeEntry.Issue} {
		issues = append(issues, strings.Trim(string(issue.ID), `"`))
	}
	issues = slices.DeleteFunc(issues, func(id string) bool { return !issueNumber.MatchString(id) })
	slices.Sort(issues)
	return slices.Compact(issues), true
}
