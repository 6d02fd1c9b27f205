package main

import (
	"strconv"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// demoRedmine is the demo's desk on a stand-in of Redmine.
type demoRedmine struct{ *redminesim.Server }

func newDemoRedmine(clock func() time.Time) demoTracker {
	sim := redminesim.NewDesk(redminesim.Options{Clock: clock})
	sim.GrantPermission("Customer", "edit_issues") // this desk lets customers reopen
	sim.SetWorkflowStep("Customer", "Resolved", "Feedback", true)
	return demoRedmine{sim}
}

func (demoRedmine) words() []string {
	return []string{
		"KIND", "redmine", "AUTH", "{api_key: {file: demo.key}}", "INTERNAL", "private-note", "PROJECT", "acme",
	}
}

func (d demoRedmine) key() string            { return d.Key("sla-bot") }
func (d demoRedmine) typed(issue int) string { return strconv.Itoa(issue) }

func (d demoRedmine) file(who, subject, severity string) error {
	_, err := d.As(who).Create(redminesim.NewIssue{
		Project: "acme", Tracker: "Bug", Subject: subject, Fields: map[string]string{"Severity": severity},
	})
	return err
}

func (d demoRedmine) change(who string, issue int, c demoChange) error {
	_, err := d.As(who).Update(issue, redminesim.Change{Status: c.status, Assignee: c.assignee, Note: c.note})
	return err
}

func (d demoRedmine) notes(who string, issue int) ([]demoNote, error) {
	page, err := d.As(who).See(issue)
	if err != nil {
		return nil, err
	}
	var out []demoNote
	for _, j := range *page.Journals {
		if j.Notes != nil {
			out = append(out, demoNote{j.User.Name, *j.Notes})
		}
	}
	return out, nil
}
