package redmine

import (
	"encoding/json"

	"slabridge/connectors"
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

// hintedIssues knows the webhooks that Redmine has from 7.0 on, and those of the plug-in suer/redmine_webhook and
// others like it.
func hintedIssues(body []byte) (issues []string, ok bool) {
	var h hook
	return connectors.HintedIssues(body, &h, func() []string {
		return []string{
			string(h.Issue.ID), string(h.Payload.Issue.ID), string(h.Data.Issue.ID),
			string(h.Data.TimeEntry.Issue.ID),
		}
	})
}
