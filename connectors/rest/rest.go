// Package rest is one connection's way over HTTP to one tracker's REST API: what every connector needs of it, and what
// must be the same for all of them.
//
// It promises:
//   - our credentials travel to the configured host and nowhere else: not in an address, an error, a log line or a
//     redirect; no redirect is ever followed and no cookie kept;
//   - at most Settings.Concurrency requests are under way, Settings.RatePerSecond are begun, and Settings.MaxAnswer
//     bytes of an answer are read;
//   - a request is sent once, and every failure is a *connectors.Error that says what it means for whoever asked: a
//     write without a whole answer is Unknown, unless no connection came about;
//   - a tracker that says how long it wants to be left alone is sent nothing until then, whoever asks;
//   - an answer is the tracker's: JSON in UTF-8, whole, or else it is Garbled;
//   - the tracker's clock is measured on every answer.
//
// It knows no tracker: their words come in by Config. It never repeats a request and never asks a clock of its own.
package rest

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"slabridge/config/message"
	"slabridge/connectors"
)

// Config is what a client is made from.
type Config struct {
	connectors.Settings
	Kind         string                // of tracker; named in errors
	Authenticate func(r *http.Request) // puts our credentials into a request
	Secrets      []string              // what no text may hold, beside Auth.Secret: other forms in which it travels

	Hints Hints
	// Refused reads what the tracker itself says in an answer that is no success, after the status has been judged: it may
	// add messages, a hint and an underlying error, and judge otherwise. nil for a tracker that says nothing.
	Refused func(e *connectors.Error, method string, res *http.Response, body []byte)
}

// Hints are what an operator can do, in the words of a tracker.
type Hints struct {
	Credentials message.Format // the credentials are refused
	Address     message.Format // this does not look like the tracker
	Account     message.Format // the account may not use the API at all
	Lists       message.Format // a list is refused
	Rights      message.Format // a write is refused
	Overload    message.Format // the tracker is overloaded or down
}

const (
	hintUnknown message.Format = "the write may have been done; look for it before sending it again"
	hintPlain   message.Format = "the address says https, and something without TLS answers at its port: give the " +
		"port of https, or write http:// if there is none"
	hintSecure    message.Format = "the address says http, and its port speaks https: write https://"
	hintAuthority message.Format = "the certificate is from an authority that this machine does not trust: give a " +
		"file with the " +
		"authority's certificate as `ca` of this connection, or put it into the system's store, or into a file that the " +
		"environment variable SSL_CERT_FILE names"
	hintProxy message.Format = "check that the proxy runs and lets slabridge through: `proxy` of this connection " +
		"or, where it says nothing, the environment variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	hintClient message.Format = "the server does not take our certificate, or asks for one: see " +
		"`client_certificate` of this connection"
	hintReach message.Format = "check that the tracker runs and that its address and certificate are right"
)

// Client is one connection's way to one tracker under one account. It is safe for concurrent use.
type Client struct {
	Config
	Base   *url.URL // the tracker's root
	limit  *rate.Limiter
	slots  chan struct{}
	clock  clock
	sent   atomic.Int64
	limits atomic.Int64              // answers by which the tracker is asked too much
	rest   atomic.Pointer[time.Time] // until when the tracker wants to be left alone; nil: it never asked for that
}

// New checks the settings and makes a client; it sends nothing.
func New(c Config) (*Client, error) {
	base, err := parseBase(c.URL)
	if err != nil {
		return nil, message.Errorf("%s %s: url: %w", c.Kind, c.ID, err)
	}
	if err := checkSecret(c.Auth.Secret); err != nil {
		return nil, message.Errorf("%s %s: %s: %w", c.Kind, c.ID, strings.ReplaceAll(c.Auth.Way, "_", " "), err)
	}
	if c.Now == nil {
		return nil, message.Errorf("%s %s: no clock", c.Kind, c.ID)
	}
	c.Secrets = slices.Concat([]string{c.Auth.Secret}, c.Unspoken, c.Secrets)
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.MaxAnswer = cmp.Or(c.MaxAnswer, 64<<20)
	c.Concurrency = cmp.Or(c.Concurrency, 4)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	limit := rate.Inf
	if c.RatePerSecond > 0 {
		limit = rate.Limit(c.RatePerSecond)
	}
	return &Client{Config: c, Base: base, limit: rate.NewLimiter(limit, 1), slots: make(chan struct{}, c.Concurrency)}, nil
}

// parseBase reads a tracker's address: its root, with the path it is installed under, without credentials.
func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, message.New("not an address") // the parser's own text repeats the address with any password in it
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, message.New("want http:// or https:// and a host")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, message.New("want an address without credentials, query or fragment")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// checkSecret refuses what cannot travel in a header.
func checkSecret(s string) error {
	if s == "" {
		return message.New("empty")
	}
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return message.New("holds blanks or characters that no key has")
		}
	}
	return nil
}

// Offset is the tracker's clock minus ours, see connectors.Tracker. The tracker itself does not say what time it is;
// the Date of the web server before it does. Without one, the time that the tracker puts on our own writes is taken: it
// is known once a write has been read back (Accepted, ReadBack).
func (c *Client) Offset() (time.Duration, time.Time, bool) { return c.clock.offset() }

// Requests is how many requests were sent.
func (c *Client) Requests() int64 { return c.sent.Load() }

// Limits is how often the tracker said that it is asked too much, and until when it wants to be left alone.
func (c *Client) Limits() (times int64, until time.Time) {
	if at := c.rest.Load(); at != nil {
		until = *at
	}
	return c.limits.Load(), until
}

// Accepted notes that the tracker took a comment with the mark on the issue in the last request of call.
func (c *Client) Accepted(call *Call, issue, mark string) {
	c.clock.accepted(wrote{issue: issue, mark: mark, sent: call.sent, received: call.received})
}

// ReadBack measures the tracker's clock on the last comment of ours, if it is in h.
func (c *Client) ReadBack(h connectors.History) { c.clock.readBack(h) }
