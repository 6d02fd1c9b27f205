package rest

import (
	"io"
	"net/http"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func client(t testing.TB, carry roundTrip) *Client {
	t.Helper()
	c, err := New(Config{
		Settings: connectors.Settings{
			ID: "helpdesk", URL: "https://tracker.example.org/at/", Auth: connectors.Auth{Secret: "hush"}, Transport: carry,
			Now: func() time.Time { return noon },
		},
		Authenticate: func(r *http.Request) { r.Header.Set("Authorization", "Bearer hush") },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStatusClasses(t *testing.T) {
	const read, write = http.MethodGet, http.MethodPut
	for _, c := range []struct {
		method string
		at     Place
		status int
		header http.Header
		want   connectors.Class
	}{
		{read, AtIssue, 401, nil, connectors.Unauthorized},
		{write, AtIssue, 401, nil, connectors.Unauthorized},
		{read, AtAccount, 403, nil, connectors.Unauthorized},
		{read, AtIssue, 403, nil, connectors.Hidden},
		{read, Elsewhere, 403, nil, connectors.Refused},
		{read, AtIssue, 404, nil, connectors.Gone},
		{read, Elsewhere, 404, nil, connectors.Garbled},
		{read, Elsewhere, 301, nil, connectors.Garbled},
		{write, AtIssue, 422, nil, connectors.Refused},
		{write, AtIssue, 413, nil, connectors.Refused},
		{read, Elsewhere, 429, nil, connectors.TryLater},
		{write, AtIssue, 429, nil, connectors.TryLater},
		{read, Elsewhere, 500, nil, connectors.TryLater},
		{write, AtIssue, 500, nil, connectors.Unknown},
		{write, AtIssue, 502, nil, connectors.Unknown},
		{write, AtIssue, 503, nil, connectors.Unknown},
		{write, AtIssue, 503, http.Header{"Retry-After": {"5"}}, connectors.TryLater},
		{write, AtIssue, 504, nil, connectors.Unknown},
		{write, AtIssue, 408, nil, connectors.Unknown},
		{read, AtIssue, 408, nil, connectors.TryLater},
	} {
		call := client(t, nil).Call(t.Context(), message.Of("ask"), c.at)
		err := call.refusal(c.method, &http.Response{StatusCode: c.status, Header: c.header}, nil)
		if err.Class != c.want || err.Status != c.status {
			t.Errorf("%s %d at %d: %v, want %v", c.method, c.status, c.at, err, c.want)
		}
	}
}

// A POST that only asks fails as a GET does: nothing was changed by it.
func TestPostThatReads(t *testing.T) {
	lost := func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
	for reads, want := range map[bool]connectors.Class{true: connectors.TryLater, false: connectors.Unknown} {
		call := client(t, lost).Call(t.Context(), message.Of("search"), Elsewhere)
		call.Reads = reads
		if _, err := call.Do(http.MethodPost, "/search", nil, []byte("{}")); connectors.ClassOf(err) != want {
			t.Errorf("reads %v: %v, want %v", reads, err, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		header, date string
		want         time.Duration
	}{
		{"", "", 0},
		{"7", "", 7 * time.Second},
		{" 007 ", "", 7 * time.Second},
		{"0", "", 0},
		{"-5", "", 0},
		{"86401", "", 24 * time.Hour},
		{"99999999999999999999999", "", 24 * time.Hour},
		{"-99999999999999999999999", "", 0},
		{"soon", "", 0},
		{"1.5", "", 0},
		{"Mon, 02 Mar 2026 12:01:00 GMT", "", time.Minute},
		{"Mon, 02 Mar 2026 11:00:00 GMT", "", 0},
		{"Mon, 02 Mar 2026 13:01:00 GMT", "Mon, 02 Mar 2026 13:00:00 GMT", time.Minute},
		{"Tue, 02 Mar 2027 12:00:00 GMT", "", 24 * time.Hour},
	} {
		h := http.Header{"Retry-After": {c.header}, "Date": {c.date}}
		if got := retryAfter(h, noon); got != c.want {
			t.Errorf("%q at %q: %v, want %v", c.header, c.date, got, c.want)
		}
	}
}

// One answer with a wrong Date does not make it another time; a clock that was set is believed with the second.
func TestOffsetOfOneWrongDate(t *testing.T) {
	var c clock
	for i, step := range []struct{ date, want time.Duration }{
		{3 * time.Second, 3 * time.Second},
		{20 * time.Minute, 3 * time.Second},
		{4 * time.Second, 4 * time.Second},
		{5 * time.Second, 5 * time.Second},
		{-time.Hour, 4 * time.Second},
		{10 * time.Minute, 5 * time.Second},
		{10 * time.Minute, 10 * time.Minute},
	} {
		c.answered(http.Header{"Date": {noon.Add(step.date).Format(http.TimeFormat)}}, noon, noon)
		if got, _, ok := c.offset(); !ok || got != step.want+time.Second/2 {
			t.Errorf("after answer %d: %v (%t), want %v", i+1, got, ok, step.want)
		}
	}
}
