// Package rest is one connection's way over HTTP to one tracker's REST API: what every connector needs of it, and what
// must be the same for all of them.
//
// It promises:
//   - our credentials travel to the configured host and nowhere else: not in an address, an error, a log line or a
//     redirect; no redirect is ever followed and no cookie kept;
//   - at most Config.Concurrency requests are under way, Config.RatePerSecond are begun, and Config.MaxAnswer bytes of an
//     answer are read;
//   - a request is sent once, and every failure is a *connectors.Error that says what it means for whoever asked: a write
//     without a whole answer is Unknown, unless no connection came about;
//   - an answer is the tracker's: JSON in UTF-8, whole, or else it is Garbled;
//   - the tracker's clock is measured on every answer.
//
// It knows no tracker: their words come in by Config. It never repeats a request and never asks a clock of its own.
package rest

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"slabridge/connectors"
)

// Config is what a line is made from. Base, Dress and Now are required.
type Config struct {
	ID        string                // the connection's id in the configuration; named in errors and logs
	Base      *url.URL              // see ParseBase
	Dress     func(r *http.Request) // puts our credentials into a request
	Secrets   []string              // what no text may hold: the credentials in each form in which they travel
	Transport http.RoundTripper     // carries the requests; nil for Go's own, proxies from the environment included
	Now       func() time.Time      // our clock, against which the tracker's is measured
	Log       *slog.Logger          // one debug line a request; nil for none

	RatePerSecond float64       // requests begun a second; 0 for no limit
	Concurrency   int           // requests under way; 0 for 4, what a small tracker bears
	Timeout       time.Duration // of one request, its answer included; 0 for a minute
	MaxAnswer     int64         // bytes of one answer; 0 for 64 MiB

	Hints Hints
	// Refused reads what the tracker itself says in an answer that is no success, after the status has been judged: it may
	// add messages, a hint and an underlying error, and judge otherwise. nil for a tracker that says nothing.
	Refused func(e *connectors.Error, method string, res *http.Response, body []byte)
}

// Hints are what an operator can do, in the words of a tracker.
type Hints struct {
	Credentials string // the credentials are refused
	Address     string // this does not look like the tracker
	Account     string // the account may not use the API at all
	Lists       string // a list is refused
	Rights      string // a write is refused
	Overload    string // the tracker is overloaded or down
}

const (
	hintUnknown = "the write may have been done; look for it before sending it again"
	hintReach   = "check that the tracker runs and that its address and certificate are right"
)

// Line is one connection's way to one tracker under one account. It is safe for concurrent use.
type Line struct {
	Config
	limit *rate.Limiter
	slots chan struct{}
	clock clock
}

// New makes a line; it sends nothing.
func New(c Config) *Line {
	l := &Line{Config: c, limit: rate.NewLimiter(rate.Inf, 1)}
	if l.Log == nil {
		l.Log = slog.New(slog.DiscardHandler)
	}
	if l.Transport == nil {
		l.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	if l.RatePerSecond > 0 {
		l.limit = rate.NewLimiter(rate.Limit(l.RatePerSecond), 1)
	}
	if l.Timeout <= 0 {
		l.Timeout = time.Minute
	}
	if l.MaxAnswer <= 0 {
		l.MaxAnswer = 64 << 20
	}
	if l.Concurrency <= 0 {
		l.Concurrency = 4
	}
	l.slots = make(chan struct{}, l.Concurrency)
	return l
}

// ParseBase reads a tracker's address: its root, with the path it is installed under, without credentials.
func ParseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("not an address") // the parser's own text repeats the address with any password in it
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, errors.New("want http:// or https:// and a host")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("want an address without credentials, query or fragment")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// CheckSecret refuses what cannot travel in a header.
func CheckSecret(s string) error {
	if s == "" {
		return errors.New("empty")
	}
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return errors.New("holds blanks or characters that no key has")
		}
	}
	return nil
}

// Offset is the tracker's clock minus ours, see connectors.Tracker. The tracker itself does not say what time it is; the
// Date of the web server before it does. Without one, the time that the tracker puts on our own writes is taken: it is
// known once a write has been read back (Accepted, ReadBack).
func (l *Line) Offset() (time.Duration, time.Time, bool) { return l.clock.offset() }

// Accepted notes that the tracker took a comment with the mark on the issue in the last request of c.
func (l *Line) Accepted(c *Call, issue, mark string) {
	l.clock.accepted(wrote{issue: issue, mark: mark, sent: c.sent, received: c.received})
}

// ReadBack measures the tracker's clock on the last comment of ours, if it is in h.
func (l *Line) ReadBack(h connectors.History) { l.clock.readBack(h) }
