package main

import (
	"fmt"
	"time"

	"slabridge/connectors/jira/jirasim"
)

// demoJira is the demo's desk on a stand-in of Jira Cloud with a service desk.
type demoJira struct{ *jirasim.Server }

func newDemoJira(clock func() time.Time) demoTracker {
	return demoJira{jirasim.NewDesk(jirasim.Options{Cloud: true, ServiceDesk: true, Clock: clock})}
}

func (d demoJira) words() []string {
	auth := fmt.Sprintf("{user: %s, token: {file: demo.key}}", d.Email("sla-bot"))
	return []string{"KIND", "jira", "AUTH", auth, "INTERNAL", "jsm-internal", "PROJECT", "ACME"}
}

func (d demoJira) key() string            { return d.Key("sla-bot") }
func (d demoJira) typed(issue int) string { return fmt.Sprintf("ACME-%d", issue) }

func (d demoJira) file(who, subject, severity string) error {
	_, err := d.As(who).Create(jirasim.NewIssue{
		Project: "ACME", Subject: subject, RequestType: "Report a fault", Fields: map[string]string{"Severity": severity},
	})
	return err
}

// id is Jira's own of an issue of the desk, which has one project.
func (d demoJira) id(issue int) int { return d.As("admin").Issues()[issue-1] }

func (d demoJira) change(who string, issue int, c demoChange) error {
	return d.As(who).Update(d.id(issue), jirasim.Change{Status: c.status, Assignee: c.assignee, Note: c.note})
}

func (d demoJira) notes(who string, issue int) ([]demoNote, error) {
	page, err := d.As(who).See(d.id(issue))
	var out []demoNote
	for _, n := range page.Notes {
		out = append(out, demoNote{d.NameOf(d.UserID(n.Login)), n.Text})
	}
	return out, err
}
