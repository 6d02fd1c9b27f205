package redmine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"slabridge/connectors"
)

// call is the round tripper of one call: it holds what http.Client and go-redmine cannot carry. Every failure
// it returns is a *connectors.Error. A call is used by one goroutine.
type call struct {
	t   *Tracker
	ctx context.Context
	op  string
	at  place

	sent, received time.Time // of the last request, by our clock
}

// place says what a 403 or a 404 means at this address.
type place int

const (
	elsewhere place = iota
	atIssue         // 404: gone, 403: hidden
	atAccount       // 403: no API access
)

func (t *Tracker) call(ctx context.Context, op string, at place) *call {
	return &call{t: t, ctx: ctx, op: op, at: at}
}

// get reads the JSON at path into v and returns the raw answer.
func (c *call) get(path string, query url.Values, v any) ([]byte, error) {
	body, err := c.do(http.MethodGet, path, query, nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return nil, c.garbled(http.StatusOK, err)
	}
	return body, nil
}

// do sends one request and returns the answer's body, which is JSON or empty.
func (c *call) do(method, path string, query url.Values, body []byte) ([]byte, error) {
	u := *c.t.base
	u.Path += path
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(c.ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, c.fail(connectors.Refused, err)
	}
	if body == nil {
		req.Body, req.GetBody, req.ContentLength = nil, nil, 0
	} else {
		// Redmine takes a body of any other type for no body at all and answers 204.
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(res.Body) // in memory already, see carry
}

// RoundTrip implements http.RoundTripper for go-redmine and for do. The answer's body is complete and checked.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != c.t.base.Scheme || req.URL.Host != c.t.base.Host {
		return nil, c.fail(connectors.Garbled, errors.New("the request would leave the configured host"))
	}
	release, err := c.t.admit(c.ctx)
	if err != nil {
		return nil, c.fail(connectors.TryLater, err)
	}
	defer release()
	ctx, cancel := context.WithTimeout(c.ctx, c.t.wait)
	defer cancel()
	return c.carry(c.dress(ctx, req))
}

// admit waits for a free slot and for the rate limit.
func (t *Tracker) admit(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case t.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := t.limit.Wait(ctx); err != nil {
		<-t.slots
		return nil, fmt.Errorf("wait for the rate limit: %w", err)
	}
	return func() { <-t.slots }, nil
}

func (c *call) dress(ctx context.Context, req *http.Request) *http.Request {
	req = req.Clone(ctx)
	q := req.URL.Query()
	q.Del("key") // go-redmine puts one into every address
	req.URL.RawQuery = q.Encode()
	req.Header.Set("X-Redmine-API-Key", c.t.key)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "slabridge")
	return req
}

// carry sends the request and reads the whole answer, so that the slot is held until the body is here.
func (c *call) carry(req *http.Request) (*http.Response, error) {
	c.sent = c.t.now()
	res, err := c.t.next.RoundTrip(req)
	if err != nil {
		return nil, c.lost(req.Method, err)
	}
	defer res.Body.Close()
	c.received = c.t.now()
	c.t.clock.answered(res.Header, c.sent, c.received)
	body, err := io.ReadAll(io.LimitReader(res.Body, c.t.answer+1))
	c.t.log.DebugContext(c.ctx, "redmine request", slog.String("connection", c.t.id), slog.String("method", req.Method),
		slog.String("path", req.URL.Path), slog.Int("status", res.StatusCode), slog.Int("bytes", len(body)),
		slog.Duration("took", c.received.Sub(c.sent)))
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		return nil, c.refusal(req.Method, res, body)
	case err != nil:
		return nil, c.lost(req.Method, fmt.Errorf("read the answer: %w", err))
	case int64(len(body)) > c.t.answer:
		return nil, c.strange(req.Method, res.StatusCode, fmt.Errorf("the answer is larger than %d bytes", c.t.answer))
	}
	if err := checkJSON(res.Header, body); err != nil {
		return nil, c.strange(req.Method, res.StatusCode, err)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.ContentLength = int64(len(body))
	return res, nil
}

// checkJSON holds a successful answer to being JSON in UTF-8, or empty as the answers to writes are.
func checkJSON(h http.Header, body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !strings.HasSuffix(kind, "json") {
		return fmt.Errorf("the answer is %q, not JSON", kind)
	}
	if !json.Valid(body) {
		return errors.New("the answer is cut or not JSON")
	}
	if !utf8.Valid(body) { // the decoder would put a mark in place of each letter that it does not know
		return errors.New("the answer is not in UTF-8")
	}
	return nil
}

// retryAfter reads the header in both of its forms: seconds, or a date, which is held against the answer's own
// Date where there is one. More than a day is a mistake of somebody's and is cut to a day.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const most = 24 * time.Hour
	s := strings.TrimSpace(h.Get("Retry-After"))
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) && n > 0, n > int64(most/time.Second):
		return most
	case err == nil:
		return time.Duration(max(n, 0)) * time.Second
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), most)
}
