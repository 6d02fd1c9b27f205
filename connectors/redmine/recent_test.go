package redmine_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine"
	"slabridge/connectors/redmine/redminesim"
)

// A Redmine is known by how it refuses strangers, and nothing else is taken for one.
func TestRecognise(t *testing.T) {
	sim := redminesim.NewDesk(redminesim.Options{Clock: time.Now})
	at := connectors.Settings{URL: "https://redmine.example.org", Transport: sim.Transport(), Now: time.Now}
	ask := func(want bool) {
		t.Helper()
		if got, err := redmine.Kind.Recognise(context.Background(), at); got != want || err != nil {
			t.Errorf("recognised %t, %v; want %t", got, err, want)
		}
	}
	ask(true)
	sim.SetAnonymous(true)
	ask(true)
	for _, status := range []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusOK, http.StatusFound} {
		sim.Use(func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("WWW-Authenticate", `Basic realm="A proxy"`)
				w.WriteHeader(status)
			})
		})
		ask(false)
	}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("it sent %s %s", r.Method, r.Path)
		}
	}
}

// Recent lists the last changed first, of the projects that were asked for without what lies below them, and no more
// than were asked for.
func TestRecent(t *testing.T) {
	now := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
	sim := redminesim.NewLab(redminesim.Options{Clock: func() time.Time { return now }})
	for n := range 130 {
		project := []string{"acme", "acme-erp"}[n%2]
		_, err := sim.As("customer1").At(now.Add(time.Duration(-n) * time.Hour)).Create(redminesim.NewIssue{
			Project: project, Subject: "It fails", Fields: map[string]string{"Severity": "critical"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s := connectors.Settings{
		URL: "https://redmine.example.org", Transport: sim.Transport(), Now: time.Now,
		Auth: connectors.Auth{Way: "api_key", Secret: sim.Key("sla-bot")},
	}
	for _, c := range []struct {
		projects   []string
		most, want int
	}{{[]string{"2"}, 500, 65}, {[]string{"2", "4"}, 500, 130}, {[]string{"2", "4"}, 100, 100}, {nil, 500, 0}} {
		issues, err := redmine.Kind.Recent(context.Background(), s, c.projects, c.most)
		if err != nil || len(issues) != c.want {
			t.Fatalf("%v, at most %d: %d, %v; want %d", c.projects, c.most, len(issues), err, c.want)
		}
		if !slices.IsSortedFunc(issues, func(a, b connectors.Issue) int { return b.UpdatedAt.Compare(a.UpdatedAt) }) {
			t.Errorf("%v: not the last first", c.projects)
		}
		for _, i := range issues {
			if !slices.Contains(c.projects, i.Values.One(connectors.FieldProject)) || i.Values.One("cf:1") != "critical" {
				t.Fatalf("%v: %+v", c.projects, i.Values)
			}
		}
	}
}
