package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
)

// Fail makes the error of this call. Our secrets are taken out of every text that is not our own.
func (c *Call) Fail(class connectors.Class, err error) *connectors.Error {
	return &connectors.Error{Op: c.name(), Class: class, Err: c.redact(err)}
}

func (c *Call) name() message.Message {
	if c.client.ID == "" {
		return c.op
	}
	return message.Of("%s: %s", c.client.ID, c.op)
}

func (c *Call) redact(err error) error {
	if err == nil {
		return nil
	}
	if text := c.Redact(err.Error()); text != err.Error() {
		return errors.New(text) // of whoever said it
	}
	return err
}

// Redact takes our secrets out of a text.
func (c *Call) Redact(s string) string {
	for _, secret := range c.client.Secrets {
		s = strings.ReplaceAll(s, secret, "[key]")
	}
	return s
}

// lost is a request without a whole answer. A write is only known to be undone when no connection came about.
func (c *Call) lost(method string, err error) *connectors.Error {
	if c.reads(method) || beforeSending(err) {
		e := c.Fail(connectors.TryLater, err)
		if !errors.Is(err, context.Canceled) {
			e.Hint = message.Of(hintUnreached(err))
		}
		return e
	}
	e := c.Fail(connectors.Unknown, err)
	e.Hint = message.Of(hintUnknown)
	return e
}

func beforeSending(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == opProxy) || err.Error() == refusedByProxy ||
		errors.As(err, &dns) || errors.As(err, &cert) || errors.As(err, new(tls.RecordHeaderError))
}

// What Go's transport says of a proxy: that it could not be reached, and, as an error without a type, that it wants to
// know who we are; and of a server that ends the handshake, a wrong client certificate being the usual cause.
const (
	opAlert        = "remote error"
	opProxy        = "proxyconnect"
	refusedByProxy = "Proxy Authentication Required"
)

// hintUnreached is what to do about a connection that did not come about.
func hintUnreached(err error) message.Format {
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == opProxy, err.Error() == refusedByProxy:
		return hintProxy
	case errors.As(err, &op) && op.Op == opAlert:
		return hintClient
	case errors.As(err, new(tls.RecordHeaderError)):
		return hintPlain
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return hintAuthority
	}
	return hintReach
}

// Strange is a successful status with something that the tracker never sends. For a write it proves nothing.
func (c *Call) Strange(method string, status int, err error) *connectors.Error {
	if c.reads(method) {
		return c.Garbled(status, err)
	}
	e := c.Fail(connectors.Unknown, err)
	e.Status, e.Hint = status, message.Of("%s; %s", hintUnknown, c.client.Hints.Address)
	return e
}

// Garbled is an answer that is not the tracker's.
func (c *Call) Garbled(status int, err error) *connectors.Error {
	e := c.Fail(connectors.Garbled, err)
	e.Status, e.Hint = status, message.Of(c.client.Hints.Address)
	return e
}

// refusal turns an answer that is not a success into its error.
func (c *Call) refusal(method string, res *http.Response, body []byte) *connectors.Error {
	e := c.Fail(0, nil)
	e.Status = res.StatusCode
	e.RetryAfter = retryAfter(res.Header, c.client.Now())
	c.classify(e, method)
	if e.Status == http.StatusBadRequest && c.client.Base.Scheme == "http" && asksForTLS(body) {
		e.Class, e.Hint = connectors.TryLater, message.Of(hintSecure)
	}
	if e.Status >= 300 && e.Status < 400 {
		e.Err = message.Errorf("redirected to %s", destination(res))
	}
	if c.client.Refused != nil {
		c.client.Refused(e, method, res, body)
	}
	for i, m := range e.Messages {
		e.Messages[i] = c.Redact(m)
	}
	if e.Limited() {
		c.client.limits.Add(1)
	}
	if e.RetryAfter > 0 {
		until := c.received.Add(e.Rest())
		c.client.rest.Store(&until)
	}
	return e
}

func (c *Call) classify(e *connectors.Error, method string) {
	write, hints := !c.reads(method), c.client.Hints
	switch s := e.Status; {
	case s < 400:
		e.Class, e.Hint = connectors.Garbled, message.Of(hints.Address)
	case s == http.StatusUnauthorized:
		e.Class, e.Hint = connectors.Unauthorized, message.Of(hints.Credentials)
	case s == http.StatusProxyAuthRequired:
		e.Class, e.Hint = connectors.TryLater, message.Of(hintProxy)
	case s == http.StatusForbidden && c.at == AtAccount:
		e.Class, e.Hint = connectors.Unauthorized, message.Of(hints.Account)
	case s == http.StatusForbidden && c.at == AtIssue:
		e.Class = connectors.Hidden
	case s == http.StatusForbidden && !write:
		e.Class, e.Hint = connectors.Refused, message.Of(hints.Lists)
	case s == http.StatusForbidden:
		e.Class, e.Hint = connectors.Refused, message.Of(hints.Rights)
	case s == http.StatusNotFound && c.at == AtIssue:
		e.Class = connectors.Gone
	case s == http.StatusNotFound:
		e.Class, e.Hint = connectors.Garbled, message.Of(hints.Address)
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable && e.RetryAfter > 0:
		e.Class, e.Hint = connectors.TryLater, message.Of(hints.Overload)
	case s >= 500 && write, passing(s) && write, s == http.StatusConflict && write:
		e.Class, e.Hint = connectors.Unknown, message.Of(hintUnknown) // an error page may come after the effect
	case s >= 500, passing(s):
		e.Class, e.Hint = connectors.TryLater, message.Of(hints.Overload)
	default:
		e.Class = connectors.Refused
	}
}

// clientGone is nginx's word for a request that it takes to be given up.
const clientGone = 499

// passing reports whether a status comes from something on the way to the tracker and a later try may help: trackers
// never send it.
func passing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusLocked, http.StatusTooEarly, clientGone:
		return true
	}
	return false
}

// asksForTLS reports whether a web server says that what it was sent is no https: the words of Go's, nginx's and
// Apache's.
func asksForTLS(body []byte) bool {
	text := strings.ToLower(string(body))
	for _, words := range []string{
		"http request to an https server", "plain http request was sent to https port",
		"speaking plain http to an ssl-enabled server port",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// destination is where a redirect points, without path and query, which may hold a token.
func destination(res *http.Response) string {
	u, err := url.Parse(res.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return message.Text("another page of the same host")
	}
	return u.Scheme + "://" + u.Host
}

// AsError finds the typed error that went through http.Client and a library, and types the ones that did not
// come from us: the library's own complaints about an answer.
func (c *Call) AsError(err error) error {
	var e *connectors.Error
	if err == nil {
		return nil
	}
	if errors.As(err, &e) {
		return e
	}
	return c.Garbled(0, err)
}
