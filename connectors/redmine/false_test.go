package redmine

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"
)

// false_test.go: answers that are whole, and not true.

// lie lets the simulated tracker's answers pass through a change.
func lie(t *testing.T, change func(r *http.Request, body string) string) (*redminesim.Server, *Tracker) {
	t.Helper()
	sim := redminesim.NewLab(redminesim.Options{Clock: func() time.Time { return noon }})
	tr := connect(t, "http://example.org", func(c *connectors.Settings) {
		c.Auth.Secret = sim.Key("sla-bot")
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			res, err := sim.Transport().RoundTrip(r)
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(res.Body)
			text := change(r, string(body))
			res.Body, res.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
			return res, err
		})
	})
	return sim, tr
}

// An answer in another encoding is no answer: read as it comes, each letter would become a mark of nonsense for good.
func TestAnswersAreUTF8(t *testing.T) {
	tr := connect(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asJSON(w, "{\"issues\":[],\"note\":\"\xcf\xf0\xe8\xe2\xe5\xf2\"}")
	}), nil)
	err := tr.Changed(t.Context(), noon, nil)
	if connectors.ClassOf(err) != connectors.Garbled || !strings.Contains(err.Error(), "not in UTF-8") {
		t.Errorf("%v", err)
	}
}

// Names are not read from lists that cannot be true: what is not known is left out of writes without a word.
func TestEmptyListsOfNames(t *testing.T) {
	for path, key := range map[string]string{
		"/roles.json": "roles", "/trackers.json": "trackers", "/issue_statuses.json": "issue_statuses",
		"/projects.json":                      "projects",
		"/enumerations/issue_priorities.json": "issue_priorities", "/projects/2/memberships.json": "memberships",
	} {
		_, tr := lie(t, func(r *http.Request, body string) string {
			if r.URL.Path == path {
				return `{"` + key + `":[],"total_count":0}`
			}
			return body
		})
		if _, err := tr.Directory(t.Context()); connectors.ClassOf(err) != connectors.Garbled {
			t.Errorf("with %s empty: %v", path, err)
		}
	}
}

// Where all our projects are archived a list of none is true.
func TestNoProjects(t *testing.T) {
	sim, tr := lie(t, func(_ *http.Request, body string) string { return body })
	for _, p := range []string{"support", "acme", "acme-erp", "globex"} {
		sim.ArchiveProject(p)
	}
	d, err := tr.Directory(t.Context())
	if err != nil || len(d.Projects) != 0 {
		t.Errorf("%v, %v", d.Projects, err)
	}
}

// An issue that was made is found though the list of what we made is empty for no reason.
func TestFindCreatedBehindAnEmptyList(t *testing.T) {
	_, tr := lie(t, func(r *http.Request, body string) string {
		if r.URL.Query().Get("author_id") != "" {
			return `{"issues":[],"total_count":0,"offset":0,"limit":100}`
		}
		return body
	})
	made, err := tr.Create(t.Context(), connectors.NewIssue{Project: "2", Subject: "Delivery", Description: "[mark]"})
	if err != nil {
		t.Fatal(err)
	}
	for mark, want := range map[string]string{"[mark]": made, "[other]": ""} {
		id, found, err := tr.FindCreated(t.Context(), "2", mark, noon.Add(-time.Hour))
		if err != nil || id != want || found != (want != "") {
			t.Errorf("%s: found %q (%t, %v), want %q", mark, id, found, err, want)
		}
	}
}

// An empty refusal of a making does not say what happened: it is not sent again before it was looked for.
func TestCreateIsNotSentAgainWhenStale(t *testing.T) {
	sent := 0
	tr := connect(t, "http://example.org", func(c *connectors.Settings) {
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			sent++
			return answered(r, 422, `{"errors":[]}`), nil
		})
	})
	_, err := tr.Create(t.Context(), connectors.NewIssue{Project: "2", Subject: "Delivery"})
	if !errors.Is(err, errStale) || connectors.ClassOf(err) != connectors.Unknown || sent != 1 {
		t.Errorf("%v, sent %d times", err, sent)
	}
}
