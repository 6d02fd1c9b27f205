package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jirasim"
	"slabridge/mapping"
)

// busyJira is the busy desk on the stand-in of a Jira with a service desk.
type busyJira struct {
	*jirasim.Server
	cloud bool
}

func openBusyCloud(clock func() time.Time) busyTracker {
	return busyJira{jirasim.NewLab(jirasim.Options{Cloud: true, ServiceDesk: true, Clock: clock}), true}
}

func openBusyDataCenter(clock func() time.Time) busyTracker {
	return busyJira{jirasim.NewLab(jirasim.Options{ServiceDesk: true, Clock: clock}), false}
}

func (b busyJira) words() []string {
	auth := "{pat: {file: key}}"
	if b.cloud {
		auth = "{user: " + b.Email("sla-bot") + ", token: {file: key}}"
	}
	return []string{
		"KIND", "jira", "AUTH", auth, "INTERNAL", "jsm-internal", "TYPE", "Support", "ACME", "ACME", "GLOBEX", "GLOBEX",
		"ERP", "ERP",
	}
}

func (b busyJira) key() string { return b.Key("sla-bot") }

func (busyJira) reads(r *http.Request) bool {
	return r.Method == http.MethodGet || strings.HasPrefix(r.URL.Path, "/rest/api/2/search") ||
		r.URL.Path == "/rest/api/2/worklog/list"
}

func (b busyJira) file(who string, r busyRequest) error {
	n := jirasim.NewIssue{Project: r.project, Subject: r.subject, Description: r.text}
	if r.severity != "" {
		n.Fields = map[string]string{"Severity": r.severity}
	}
	_, err := b.As(who).Create(n)
	return err
}

func (b busyJira) change(who string, issue int, c busyChange) error {
	return b.As(who).Update(10000+issue, jirasim.Change{Note: c.note, Assignee: c.assignee, Status: c.status})
}

func (b busyJira) ids() []string {
	var out []string
	for _, id := range b.As("admin").Issues() {
		out = append(out, strconv.Itoa(id))
	}
	return out
}

func (b busyJira) connect(now func() time.Time) (connectors.Tracker, error) {
	c := connectors.Settings{URL: "http://127.0.0.1", Internal: "jsm-internal", Transport: b.Transport(), Now: now}
	if c.Auth = (connectors.Auth{Way: "pat", Secret: b.key()}); b.cloud {
		c.Auth = connectors.Auth{Way: "token", User: b.Email("sla-bot"), Secret: b.key()}
	}
	return jira.New(c)
}

func (b busyJira) effects() map[string]int {
	out := map[string]int{}
	for _, id := range b.As("admin").Issues() {
		p, err := b.As("admin").See(id)
		if err != nil {
			panic(err) // of a list that was just given
		}
		if p.Creator == "sla-bot" {
			out[p.Subject+": made"]++
		}
		for _, n := range p.Notes {
			if n.Login != "sla-bot" {
				continue
			}
			audience := "public"
			if n.Internal {
				audience = "internal"
			}
			_, steps, ok := mapping.ParseMark(n.Text)
			if !ok {
				out[p.Subject+": a comment without a mark"]++
			}
			for _, s := range steps {
				out[fmt.Sprintf("%s: %s %s", p.Subject, audience, s.Step)]++
			}
		}
		assigned := p.Assignee
		if assigned == "" {
			assigned = "nobody"
		}
		line := fmt.Sprintf("%s: %s at %s with %s", p.Subject, p.Status, p.Priority, assigned)
		for _, name := range []string{"Severity", "SLA due", "SLA state"} {
			if v := p.Fields[name]; v != "" {
				line += fmt.Sprintf(", %s=%s", name, v)
			}
		}
		slices.Sort(p.Watchers)
		out[line+", watched by "+strings.Join(p.Watchers, ", ")] = 1
	}
	return out
}
