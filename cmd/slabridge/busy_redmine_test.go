package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/mapping"
)

// busyRedmine is the busy desk on a simulated Redmine.
type busyRedmine struct{ *redminesim.Server }

func openBusyRedmine(clock func() time.Time) busyTracker {
	return busyRedmine{redminesim.NewLab(redminesim.Options{Clock: clock})}
}

func (busyRedmine) words() []string {
	return []string{
		"KIND", "redmine", "AUTH", "{api_key: {file: key}}", "INTERNAL", "private-note", "TYPE", "Support",
		"ACME", "acme", "GLOBEX", "globex", "ERP", "acme-erp",
	}
}

func (b busyRedmine) key() string { return b.Key("sla-bot") }

func (busyRedmine) reads(r *http.Request) bool { return r.Method == http.MethodGet }

func (b busyRedmine) file(who string, r busyRequest) error {
	n := redminesim.NewIssue{Project: r.project, Subject: r.subject, Description: r.text}
	if r.severity != "" {
		n.Fields = map[string]string{"Severity": r.severity}
	}
	_, err := b.As(who).Create(n)
	return err
}

func (b busyRedmine) change(who string, issue int, c busyChange) error {
	_, err := b.As(who).Update(issue, redminesim.Change{Note: c.note, Assignee: c.assignee, Status: c.status})
	return err
}

func (b busyRedmine) ids() []string {
	var out []string
	for id := 1; ; id++ {
		if _, err := b.As("admin").See(id); err != nil {
			return out // the numbers have no gaps
		}
		out = append(out, strconv.Itoa(id))
	}
}

func (b busyRedmine) connect(now func() time.Time) (connectors.Tracker, error) {
	auth := connectors.Auth{Way: "api_key", Secret: b.key()}
	return redmine.New(connectors.Settings{URL: "http://127.0.0.1", Auth: auth, Transport: b.Transport(), Now: now})
}

func (b busyRedmine) effects() map[string]int {
	out := map[string]int{}
	for id := range b.ids() {
		i, err := b.As("admin").See(id + 1)
		if err != nil {
			panic(err) // the numbers have no gaps
		}
		name := i.Subject
		if i.Author.Name == "SLA Bot" {
			out[name+": made"]++
		}
		for _, j := range *i.Journals {
			if j.User.Name != "SLA Bot" || j.Notes == nil || *j.Notes == "" {
				continue
			}
			audience := "public"
			if j.PrivateNotes {
				audience = "internal"
			}
			_, steps, ok := mapping.ParseMark(*j.Notes)
			if !ok {
				out[name+": a comment without a mark"]++
			}
			for _, s := range steps {
				out[fmt.Sprintf("%s: %s %s", name, audience, s.Step)]++
			}
		}
		out[fmt.Sprintf("%s: %s", name, busyFields(i))] = 1
	}
	return out
}

// busyFields tells an issue's fields and watchers.
func busyFields(i *redminesim.Issue) string {
	assigned := "nobody"
	if i.AssignedTo != nil {
		assigned = i.AssignedTo.Name
	}
	line := fmt.Sprintf("%s at %s with %s", i.Status.Name, i.Priority.Name, assigned)
	for _, f := range i.CustomFields {
		if f.Value != nil && *f.Value != "" {
			line += fmt.Sprintf(", %s=%s", f.Name, *f.Value)
		}
	}
	var watchers []string
	for _, w := range *i.Watchers {
		watchers = append(watchers, w.Name)
	}
	slices.Sort(watchers)
	return line + ", watched by " + strings.Join(watchers, ", ")
}
