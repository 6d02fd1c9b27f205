package jira

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

const (
	hintURL message.Format = "check url of this connection: this does not look like Jira's REST API; a scoped token " +
		"of Cloud goes to https://api.atlassian.com/ex/jira/CLOUDID alone"
	hintRights message.Format = "the account lacks a permission in the project, or the issue's security level keeps " +
		"it out"
	hintSomeScope message.Format = "the token lacks a scope that this request needs: docs/jira.md lists them; make a " +
		"token that has them all"
	hintScreen message.Format = "the field is not on the project's edit screen, or the account lacks the " +
		"permission: an administrator of Jira can tell by 'Where is my field?'"
	hintScope message.Format = "the token lacks the scope %s: make one that has it, docs/jira.md lists what each " +
		"is for"
	hintTakeBack message.Format = "give the account \"Delete own comments\" and \"Edit own comments\" in the " +
		"project; until then take the comment back by hand"
)

var hints = rest.Hints{
	Credentials: "check auth of this connection: a token of Cloud lives a year at most, and goes with the account's " +
		"e-mail; Data Center takes a personal access token",
	Address:  hintURL,
	Account:  "the account may not use this site: give it a licence, or let it solve a captcha by logging in once",
	Lists:    hintRights,
	Rights:   hintRights,
	Overload: "Jira or the server before it is overloaded or down",
}

// refused reads Jira's own messages of a refusal, and decides the class where the status alone does not.
func refused(e *connectors.Error, method string, res *http.Response, body []byte) {
	e.Messages = decodeErrors(body)
	if e.Status == http.StatusBadRequest && method != http.MethodGet {
		e.Fields = refusedFields(body)
	}
	switch {
	// the token is valid but may not make this request: treated as 403, so that no issue counts as gone because of it
	case lacksScope(e.Status, e.Messages):
		e.Hint = message.Of(hintSomeScope)
		if scope := scopeOf(method, res.Request.URL.Path); scope != "" {
			e.Hint = message.Of(hintScope, scope)
		}
		if !strings.HasSuffix(res.Request.URL.Path, "/myself") {
			e.Class = connectors.Refused
		}
	case res.Header.Get("X-Authentication-Denied-Reason") != "": // Data Center, after too many wrong passwords
		e.Class, e.Hint = connectors.Unauthorized, message.Of(hints.Account)
	// Jira says why it does not take something; an empty refusal comes from something in between, which does not know
	// what was done
	case e.Status == http.StatusUnprocessableEntity && len(e.Messages) == 0 && method != http.MethodGet:
		e.Class, e.Hint = connectors.Unknown, message.Of(hints.Overload)
	case e.Status == http.StatusUnprocessableEntity && len(e.Messages) == 0:
		e.Class, e.Hint = connectors.TryLater, message.Of(hints.Overload)
	case e.Status == http.StatusTooManyRequests:
		reason := res.Header.Get("RateLimit-Reason")
		if reason != "" {
			e.Err = message.Errorf("limited by %s", reason)
		}
		if e.RetryAfter == 0 {
			e.RetryAfter = max(untilReset(res.Header), refill(res.Header))
		}
		if reason == "jira-per-issue-on-write" { // a limit on one issue for some seconds: the other issues go on
			e.RetryAfter, e.OneIssue = 0, true
		}
	case e.Status == http.StatusBadRequest && slices.ContainsFunc(e.Messages, onNoScreen):
		e.Hint = message.Of(hintScreen)
	}
}

// refusedFields are the fields that Jira names in "errors", as the contract calls them.
func refusedFields(body []byte) []connectors.RefusedField {
	var r struct {
		Errors map[string]json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &r) != nil {
		return nil
	}
	var out []connectors.RefusedField
	for _, id := range slices.Sorted(maps.Keys(r.Errors)) {
		words := text(r.Errors[id])
		out = append(out, connectors.RefusedField{Field: formField(id), Words: words, Unsettable: onNoScreen(words)})
	}
	return out
}

// onNoScreen reports whether a message is Jira's for a field that a form lacks.
func onNoScreen(m string) bool {
	return strings.Contains(m, "not on the appropriate screen") || strings.Contains(m, "cannot be set")
}

// refill is how long Data Center takes to allow requests again, when it says no more than that: it counts tokens, and
// adds some in each interval.
func refill(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("X-RateLimit-Interval-Seconds"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Hour)
}

// untilReset is how long a limit lasts that tells when it ends instead of how long to wait.
func untilReset(h http.Header) time.Duration {
	reset, err := time.Parse(time.RFC3339, h.Get("X-RateLimit-Reset"))
	if err != nil { // Cloud leaves out the seconds
		if reset, err = time.Parse("2006-01-02T15:04Z07:00", h.Get("X-RateLimit-Reset")); err != nil {
			return 0
		}
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(reset.Sub(now), 0), 24*time.Hour)
}

// decodeErrors reads {"errorMessages":[...],"errors":{"field":"..."}}, the service desk's {"errorMessage":"..."} and
// the {"code":...,"message":"..."} of what stands before Cloud; of any other body it gives nothing.
// The texts are in the language of the account: they are for people.
func decodeErrors(body []byte) []string {
	var r struct {
		Messages []json.RawMessage          `json:"errorMessages"`
		Errors   map[string]json.RawMessage `json:"errors"`
		Message  string                     `json:"errorMessage"`
		Code     json.RawMessage            `json:"code"`
		Gate     string                     `json:"message"`
	}
	if json.Unmarshal(body, &r) != nil {
		return nil
	}
	var out []string
	for _, m := range r.Messages {
		out = append(out, text(m))
	}
	for _, field := range slices.Sorted(maps.Keys(r.Errors)) {
		out = append(out, field+": "+text(r.Errors[field]))
	}
	if r.Message != "" {
		out = append(out, r.Message)
	}
	if r.Gate != "" && len(r.Code) > 0 {
		out = append(out, text(r.Code)+": "+r.Gate)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// text is a JSON string as it is, and anything else as it is written.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
