package redmine

import (
	"encoding/json"
	"net/http"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

const (
	hintURL    message.Format = "check url of this connection: this does not look like Redmine's REST API"
	hintREST   message.Format = "switch the REST API on in Redmine: Administration, Settings, API"
	hintRights message.Format = "the project is closed or the account's role lacks the permission"
	hintWork   message.Format = `give the account's role "View spent time" (view_time_entries), with "All time ` +
		`entries" as its visibility`
	hintCreate message.Format = `when project, tracker and status are all called blank, the account's role lacks ` +
		`"Add issues" (add_issues) there, or the project is closed or does not exist`
	hintTakeBack message.Format = `give the account's role "Edit own notes" (edit_own_issue_notes); until then take ` +
		`the comment back by hand`
)

var hints = rest.Hints{
	Credentials: "check auth.api_key of this connection and that its account is not locked",
	Address:     hintURL,
	Account:     hintREST,
	Lists: "either the REST API is off (switch the REST API on in Redmine: Administration, Settings, API) or " +
		"the account's role lacks the permission",
	Rights:   hintRights,
	Overload: "Redmine or the server before it is overloaded or down",
}

// refused reads Redmine's own words, which it has for what it does not take.
func refused(e *connectors.Error, _ string, _ *http.Response, body []byte) {
	if e.Status != http.StatusUnprocessableEntity {
		return
	}
	var ok bool
	if e.Messages, ok = decodeErrors(body); ok && len(e.Messages) == 0 {
		e.Err = errStale
	}
	e.Fields = refusedFields(e.Messages)
}

// errStale marks the refusal that Redmine gives when somebody saved the issue between its reading and its
// writing: 422 with an empty list. Nothing was saved.
var errStale = message.New("the issue was being saved by somebody else")

// decodeErrors reads {"errors":[...]}; ok is false when the body is anything else. The texts are in the language
// of the account and carry no codes: they are for people.
func decodeErrors(body []byte) (messages []string, ok bool) {
	var r struct {
		Errors *[]string `json:"errors"`
	}
	if json.Unmarshal(body, &r) != nil || r.Errors == nil {
		return nil, false
	}
	return *r.Errors, true
}
