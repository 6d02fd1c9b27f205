package jira_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jirasim"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answered(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(strings.NewReader(body)), Request: r,
	}
}

// A site that keeps priority schemes to its administrators still has the plain list.
func TestPrioritiesWithoutSchemes(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	s := jirasim.NewLab(jirasim.Options{Cloud: true, Clock: now})
	way := roundTrip(func(r *http.Request) (*http.Response, error) {
		switch r.URL.Path {
		case "/rest/api/2/priorityscheme":
			return answered(r, http.StatusForbidden, `{"errorMessages":["You are not an administrator."],"errors":{}}`), nil
		case "/rest/api/2/priority":
			return answered(r, http.StatusOK, `[{"id":"1","name":"Highest"},{"id":"3","name":"Low"}]`), nil
		}
		return s.Transport().RoundTrip(r)
	})
	tr, err := jira.New(connectors.Settings{
		URL: "https://jira.example.org", Transport: way, Now: now,
		Auth: connectors.Auth{Way: "token", User: s.Email("sla-bot"), Secret: s.Key("sla-bot")},
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := tr.Directory(t.Context())
	if err != nil || len(d.Priorities) != 2 || d.Priorities[0].Name != "Low" || d.Priorities[1].Rank != 1 {
		t.Errorf("%+v, %v", d.Priorities, err)
	}
}
