package redmine

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"slabridge/connectors"
)

const (
	hintKey      = "check auth.api_key of this connection and that its account is not locked"
	hintURL      = "check url of this connection: this does not look like Redmine's REST API"
	hintREST     = "switch the REST API on in Redmine: Administration, Settings, API"
	hintLists    = "either the REST API is off (switch the REST API on in Redmine: Administration, Settings, API) or the account's role lacks the permission"
	hintRights   = "the project is closed or the account's role lacks the permission"
	hintUnknown  = "the write may have been done; look for it before sending it again"
	hintOverload = "Redmine or the server before it is overloaded or down"
	hintWork     = `give the account's role "View spent time" (view_time_entries), with "All time entries" as its visibility`
	hintCreate   = `when project, tracker and status are all called blank, the account's role lacks "Add issues" (add_issues) there, or the project is closed or does not exist`
	hintTakeBack = `give the account's role "Edit own notes" (edit_own_issue_notes); until then take the comment back by hand`
	hintReach    = "check that the tracker runs and that its address and certificate are right"
)

// fail makes the error of this call. The key is taken out of every text that is not our own.
func (c *call) fail(class connectors.Class, err error) *connectors.Error {
	return &connectors.Error{Op: c.name(), Class: class, Err: c.redact(err)}
}

func (c *call) name() string {
	if c.t.id == "" {
		return c.op
	}
	return c.t.id + ": " + c.op
}

func (c *call) redact(err error) error {
	if err == nil || !strings.Contains(err.Error(), c.t.key) {
		return err
	}
	return errors.New(c.redactText(err.Error()))
}

func (c *call) redactText(s string) string { return strings.ReplaceAll(s, c.t.key, "[key]") }

// lost is a request without a whole answer. A write is only known to be undone when no connection came about.
func (c *call) lost(method string, err error) *connectors.Error {
	if method == http.MethodGet || beforeSending(err) {
		e := c.fail(connectors.TryLater, err)
		if !errors.Is(err, context.Canceled) {
			e.Hint = hintReach
		}
		return e
	}
	e := c.fail(connectors.Unknown, err)
	e.Hint = hintUnknown
	return e
}

func beforeSending(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns) || errors.As(err, &cert)
}

// strange is a successful status with something that Redmine never sends. For a write it proves nothing.
func (c *call) strange(method string, status int, err error) *connectors.Error {
	if method == http.MethodGet {
		return c.garbled(status, err)
	}
	e := c.fail(connectors.Unknown, err)
	e.Status, e.Hint = status, hintUnknown+"; "+hintURL
	return e
}

func (c *call) garbled(status int, err error) *connectors.Error {
	e := c.fail(connectors.Garbled, err)
	e.Status, e.Hint = status, hintURL
	return e
}

// refusal turns an answer that is not a success into its error.
func (c *call) refusal(method string, res *http.Response, body []byte) *connectors.Error {
	e := c.fail(0, nil)
	e.Status = res.StatusCode
	e.RetryAfter = retryAfter(res.Header, c.t.now())
	c.classify(e, method)
	switch {
	case e.Status >= 300 && e.Status < 400:
		e.Err = fmt.Errorf("redirected to %s", destination(res))
	case e.Status == http.StatusUnprocessableEntity:
		messages, ok := decodeErrors(body)
		if ok && len(messages) == 0 {
			e.Err = errStale
		}
		for _, m := range messages {
			e.Messages = append(e.Messages, c.redactText(m))
		}
	}
	return e
}

func (c *call) classify(e *connectors.Error, method string) {
	write := method != http.MethodGet
	switch s := e.Status; {
	case s < 400:
		e.Class, e.Hint = connectors.Garbled, hintURL
	case s == http.StatusUnauthorized:
		e.Class, e.Hint = connectors.Unauthorized, hintKey
	case s == http.StatusProxyAuthRequired:
		e.Class, e.Hint = connectors.TryLater, hintReach
	case s == http.StatusForbidden && c.at == atAccount:
		e.Class, e.Hint = connectors.Unauthorized, hintREST
	case s == http.StatusForbidden && c.at == atIssue:
		e.Class = connectors.Hidden
	case s == http.StatusForbidden && !write:
		e.Class, e.Hint = connectors.Refused, hintLists
	case s == http.StatusForbidden:
		e.Class, e.Hint = connectors.Refused, hintRights
	case s == http.StatusNotFound && c.at == atIssue:
		e.Class = connectors.Gone
	case s == http.StatusNotFound:
		e.Class, e.Hint = connectors.Garbled, hintURL
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable && e.RetryAfter > 0:
		e.Class, e.Hint = connectors.TryLater, hintOverload
	case s >= 500 && write, s == http.StatusRequestTimeout && write:
		e.Class, e.Hint = connectors.Unknown, hintUnknown // an error page may come after the effect
	case s >= 500, s == http.StatusRequestTimeout:
		e.Class, e.Hint = connectors.TryLater, hintOverload
	default:
		e.Class = connectors.Refused
	}
}

// errStale marks the refusal that Redmine gives when somebody saved the issue between its reading and its
// writing: 422 with an empty list. Nothing was saved.
var errStale = errors.New("the issue was being saved by somebody else")

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

// destination is where a redirect points, without path and query, which may hold a token.
func destination(res *http.Response) string {
	u, err := url.Parse(res.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return "another page of the same host"
	}
	return u.Scheme + "://" + u.Host
}

// asError finds the typed error that went through http.Client and go-redmine, and types the ones that did not
// come from us: the library's own complaints about an answer.
func (c *call) asError(err error) error {
	var e *connectors.Error
	if err == nil {
		return nil
	}
	if errors.As(err, &e) {
		return e
	}
	return c.garbled(0, err)
}
