package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"slabridge/config/message"
	"slabridge/connectors"
)

// Call is one thing that is being done, in one or several requests. It is a round tripper, for libraries that take one,
// and holds what http.Client cannot carry. Every failure it returns is a *connectors.Error. A call is used by one
// goroutine.
type Call struct {
	client *Client
	ctx    context.Context
	op     message.Message
	at     Place

	// Reads says that no request of the call changes anything, whatever its method is.
	Reads bool

	sent, received time.Time // of the last request, by our clock
}

// Place says what a 403 or a 404 means at an address.
type Place int

// The places.
const (
	Elsewhere Place = iota
	AtIssue         // 404: gone, 403: hidden
	AtAccount       // 403: no API access
)

// Call begins to do op, which errors name: "read issue 17".
func (c *Client) Call(ctx context.Context, op message.Message, at Place) *Call {
	return &Call{client: c, ctx: ctx, op: op, at: at}
}

// Context is the one that the call was begun with.
func (c *Call) Context() context.Context { return c.ctx }

// reads reports whether a request with the method changes nothing.
func (c *Call) reads(method string) bool { return c.Reads || method == http.MethodGet }

// Get reads the JSON at path into v and returns the raw answer.
func (c *Call) Get(path string, query url.Values, v any) ([]byte, error) {
	body, err := c.Do(http.MethodGet, path, query, nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return nil, c.Garbled(http.StatusOK, err)
	}
	return body, nil
}

// Do sends one request and returns the answer's body, which is JSON or empty.
func (c *Call) Do(method, path string, query url.Values, body []byte) ([]byte, error) {
	u := *c.client.Base
	u.Path += path
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(c.ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, c.Fail(connectors.Refused, err)
	}
	if body == nil {
		req.Body, req.GetBody, req.ContentLength = nil, nil, 0
	} else {
		// Redmine takes a body of any other type for no body at all and answers 204, Jira refuses it.
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.RoundTrip(req) //nolint:bodyclose // in memory already, see carry
	if err != nil {
		return nil, err
	}
	return io.ReadAll(res.Body) // in memory already, see carry
}

// RoundTrip implements http.RoundTripper for libraries and for Do. The answer's body is complete and checked.
func (c *Call) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != c.client.Base.Scheme || req.URL.Host != c.client.Base.Host {
		return nil, c.Fail(connectors.Garbled, message.New("the request would leave the configured host"))
	}
	release, err := c.client.admit(c.ctx)
	if err != nil {
		return nil, c.Fail(connectors.TryLater, err)
	}
	defer release()
	if wait := c.client.resting(); wait > 0 {
		e := c.Fail(connectors.TryLater, message.Errorf("the tracker wants to be left alone for %s", wait.Round(time.Second)))
		e.RetryAfter, e.Hint = wait, message.Of(c.client.Hints.Overload)
		return nil, e
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.client.Timeout)
	defer cancel()
	return c.carry(c.prepare(ctx, req))
}

// resting returns how much longer the tracker wants no requests.
func (c *Client) resting() time.Duration {
	if until := c.rest.Load(); until != nil {
		return max(0, until.Sub(c.Now()))
	}
	return 0
}

// admit waits for a free slot and for the rate limit.
func (c *Client) admit(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := c.limit.Wait(ctx); err != nil {
		<-c.slots
		return nil, message.Errorf("wait for the rate limit: %w", err)
	}
	return func() { <-c.slots }, nil
}

func (c *Call) prepare(ctx context.Context, req *http.Request) *http.Request {
	req = req.Clone(ctx)
	c.client.Authenticate(req)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "slabridge")
	return req
}

// carry sends the request and reads the whole answer, so that the slot is held until the body is here.
func (c *Call) carry(req *http.Request) (*http.Response, error) {
	c.sent = c.client.Now()
	c.client.sent.Add(1)
	res, err := c.client.Transport.RoundTrip(req)
	if err != nil {
		return nil, c.lost(req.Method, err)
	}
	defer res.Body.Close()
	c.received = c.client.Now()
	c.client.clock.answered(res.Header, c.sent, c.received)
	body, err := io.ReadAll(io.LimitReader(res.Body, c.client.MaxAnswer+1))
	c.client.Log.DebugContext(c.ctx, "tracker request", slog.String("connection", c.client.ID),
		slog.String("method", req.Method),
		slog.String("path", req.URL.Path), slog.Int("status", res.StatusCode), slog.Int("bytes", len(body)),
		slog.Duration("took", c.received.Sub(c.sent)))
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		return nil, c.refusal(req.Method, res, body)
	case err != nil:
		return nil, c.lost(req.Method, message.Errorf("read the answer: %w", err))
	case int64(len(body)) > c.client.MaxAnswer:
		return nil, c.Strange(req.Method, res.StatusCode,
			message.Errorf("the answer is larger than %d bytes", c.client.MaxAnswer))
	}
	if err := checkJSON(res.Header, body); err != nil {
		return nil, c.Strange(req.Method, res.StatusCode, err)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.ContentLength = int64(len(body))
	return res, nil
}

// checkJSON rejects a successful answer that is neither JSON in UTF-8 nor, as answers to writes are, empty.
func checkJSON(h http.Header, body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !strings.HasSuffix(kind, "json") {
		return message.Errorf("the answer is %q, not JSON", kind)
	}
	if !json.Valid(body) {
		return message.New("the answer is cut or not JSON")
	}
	if !utf8.Valid(body) { // the decoder would put a mark in place of each letter that it does not know
		return message.New("the answer is not in UTF-8")
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

// CheckID refuses an id that is no number, because it is put into a path: such an issue is Gone.
func (c *Call) CheckID(id string) error {
	if n, err := strconv.ParseUint(id, 10, 63); err != nil || n == 0 || strconv.FormatUint(n, 10) != id {
		return c.Fail(connectors.Gone, message.Errorf("%q is no issue number", id))
	}
	return nil
}

// CheckComment is CheckID for the event of a comment, whose id is the prefix and a number; it gives the number.
func (c *Call) CheckComment(event, prefix string) (id string, err error) {
	id, ok := strings.CutPrefix(event, prefix)
	if err := c.CheckID(id); !ok || err != nil {
		return "", c.Fail(connectors.Gone, message.Errorf("%q is no event of a comment", event))
	}
	return id, nil
}

// CheckText refuses text that cannot be written: JSON has no place for bytes that are not UTF-8, and databases and XML,
// in which trackers keep it, none for NUL. They drop it, or fail in a way that looks like an unknown outcome for ever.
func CheckText(what, text string) error {
	if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return message.Errorf("the %s is not clean text: it holds NUL or bytes that are not UTF-8", what)
	}
	return nil
}
