package jira_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jirasim"
)

// A Jira tells anybody what it is; what answers otherwise is none.
func TestRecognise(t *testing.T) {
	for _, cloud := range []bool{true, false} {
		sim := jirasim.NewDesk(jirasim.Options{Cloud: cloud, Clock: time.Now})
		at := connectors.Settings{URL: "https://jira.example.org", Transport: sim.Transport(), Now: time.Now}
		if got, err := jira.Kind.Recognise(context.Background(), at); !got || err != nil {
			t.Errorf("cloud %t: recognised %t, %v", cloud, got, err)
		}
		for _, status := range []int{http.StatusOK, http.StatusNotFound, http.StatusUnauthorized} {
			sim.Use(func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(status)
					_, _ = w.Write([]byte(`{}`))
				})
			})
			if got, err := jira.Kind.Recognise(context.Background(), at); got || err != nil {
				t.Errorf("status %d: recognised %t, %v", status, got, err)
			}
		}
	}
}

// Recent lists the last changed first, of the projects that were asked for and no more than were asked for.
func TestRecent(t *testing.T) {
	now := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
	for _, o := range []jirasim.Options{{Cloud: true, ServiceDesk: true}, {}} {
		o.Clock = func() time.Time { return now }
		sim := jirasim.NewLab(o)
		for n := range 130 {
			_, err := sim.As("customer1").At(now.Add(time.Duration(-n) * time.Hour)).Create(jirasim.NewIssue{
				Project: []string{"ACME", "ERP"}[n%2], Subject: "It fails", Fields: map[string]string{"Severity": "critical"},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		s := connectors.Settings{
			URL: "https://jira.example.org", Transport: newContract(t, dialectOf(o)).around(t, sim.Transport()), Now: o.Clock,
			Auth: connectors.Auth{Way: "pat", Secret: sim.Key("sla-bot")},
		}
		if o.Cloud {
			s.Auth = connectors.Auth{Way: "token", User: sim.Email("sla-bot"), Secret: sim.Key("sla-bot")}
		}
		tracker, err := jira.New(s)
		if err != nil {
			t.Fatal(err)
		}
		names, err := tracker.Directory(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		id := map[string]string{}
		for _, p := range names.Projects {
			id[p.Key] = p.ID
		}
		for _, c := range []struct {
			projects   []string
			most, want int
		}{
			{[]string{id["ACME"]}, 500, 65},
			{[]string{id["ACME"], id["ERP"]}, 500, 130},
			{[]string{id["ACME"], id["ERP"]}, 100, 100},
			{nil, 500, 0},
		} {
			issues, err := jira.Kind.Recent(context.Background(), s, c.projects, c.most)
			if err != nil || len(issues) != c.want {
				t.Fatalf("%s, %v, at most %d: %d, %v; want %d", flavour(o), c.projects, c.most, len(issues), err, c.want)
			}
			if !slices.IsSortedFunc(issues, func(a, b connectors.Issue) int { return b.UpdatedAt.Compare(a.UpdatedAt) }) {
				t.Errorf("%v: not the last first", c.projects)
			}
		}
	}
}
