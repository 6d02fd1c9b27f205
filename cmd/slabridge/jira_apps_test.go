package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
)

// reconfigure changes the configuration of the desk.
func (d *jiraDesk) reconfigure(t *testing.T, pairs ...string) {
	t.Helper()
	path := filepath.Join(d.folder, "slabridge.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(text), pairs[i]) {
			t.Fatalf("the configuration has no %q", pairs[i])
		}
	}
	if err := os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The comment of an app ends no wait for the customer, though everyone else is the customer; nor does it after a
// restart, when no list of the tracker's tells of the app. Somebody of the portal's ends it.
func TestAppsEndNoWait(t *testing.T) {
	for _, c := range []struct {
		who    string
		closed bool
	}{{"automation", true}, {"portal", false}} {
		d := newJiraDesk(t)
		d.AddApp("automation", "Automation for Jira")
		d.AddPortalCustomer("portal", "Petra Portal")
		d.Join("ACME", "automation", "SLA bot") // which the mapping gives to nobody
		d.Join("ACME", "portal", "Customer")
		d.Grant("SLA bot", "TRANSITION_ISSUES")
		if err := os.WriteFile(filepath.Join(d.folder, "closing.yaml"), []byte(closing), 0o600); err != nil {
			t.Fatal(err)
		}
		d.reconfigure(t, "use: kamal\n", "use: ./closing.yaml\n", "project_roles: [Customer]", "everyone_else: true")
		d.asked(t)
		d.now = d.now.Add(30 * time.Minute)
		if err := d.As(c.who).Update(d.id(1), jirasim.Change{Note: "Noted."}); err != nil {
			t.Fatal(err)
		}
		d.want(t, exitOK, "enforce")
		d.now = d.now.Add(3 * time.Hour) // the names are read anew, by a process that has seen nobody
		d.want(t, exitOK, "enforce")
		if page := d.page(t); (page.Status == "Closed") != c.closed {
			t.Errorf("after a comment of %s the request is %s", c.who, page.Status)
		}
	}
}
