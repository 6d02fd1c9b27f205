package channels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"slabridge/connectors"
)

// poster posts JSON to one address and says by class what came of it.
type poster struct {
	client *http.Client
	clock  func() time.Time
}

// maxAnswer bounds what is read of an answer: of a failure, only its first words are told.
const maxAnswer = 4 << 10

// maxTold is how much of an answer is told.
const maxTold = 200

// post sends body. A nil error is an answer of the 200s.
func (p poster) post(ctx context.Context, address string, header http.Header, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return &connectors.Error{Class: connectors.Refused, Err: err}
	}
	req.Header = header.Clone()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "slabridge")
	res, err := p.client.Do(req)
	if err != nil {
		return &connectors.Error{Class: classOfLost(err), Err: err}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil && res.StatusCode < http.StatusBadRequest {
		answer = nil // it was taken; what else was to be said does not matter
	}
	if res.StatusCode/100 == 2 {
		return nil
	}
	out := &connectors.Error{Class: classOf(res.StatusCode), Status: res.StatusCode, RetryAfter: p.retryAfter(res)}
	if said := firstWords(answer); said != "" {
		out.Messages = []string{said}
	}
	return out
}

func (p poster) postJSON(ctx context.Context, address string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return &connectors.Error{Class: connectors.Refused, Err: err}
	}
	return p.post(ctx, address, http.Header{}, body)
}

// classOf is what a status means for one message. What is wrong with the address or the key can be mended while the
// message waits; what is wrong with the message cannot. A redirect is not followed. After a 5xx the message may be
// there.
func classOf(status int) connectors.Class {
	switch {
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge,
		status == http.StatusUnprocessableEntity:
		return connectors.Refused
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return connectors.Unauthorized
	case status == http.StatusServiceUnavailable, status == http.StatusTooManyRequests, status < 500:
		return connectors.TryLater
	}
	return connectors.Unknown
}

// classOfLost is what a request without an answer means: nothing was sent when there was no connection.
func classOfLost(err error) connectors.Class {
	var dial *net.OpError
	var name *net.DNSError
	if errors.As(err, &name) || errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect") {
		return connectors.TryLater
	}
	return connectors.Unknown
}

// retryAfter is how long the other side wants to be left alone, in seconds or until a date.
func (p poster) retryAfter(res *http.Response) time.Duration {
	said := res.Header.Get("Retry-After")
	if n, err := strconv.Atoi(said); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(said); err == nil {
		return max(0, at.Sub(p.clock()))
	}
	return 0
}

// firstWords is the beginning of an answer on one line.
func firstWords(answer []byte) string { return clip(plainLine(string(answer)), maxTold) }
