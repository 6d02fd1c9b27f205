package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// ground is a desk with an installation beside it, on a real Redmine or on the simulated one, that an administrator can
// spoil in the same words. What is spoilt is mended before the next ground is laid.
type ground struct {
	*site
	sim   *redminesim.Server // nil on a real one
	shift *atomic.Int64      // of the simulated clock

	lastChild int // that was given to an issue
}

// simGround is a simulated Redmine of its own, served over loopback, in real time.
func simGround(t *testing.T, version string) *ground {
	t.Helper()
	g := &ground{shift: &atomic.Int64{}}
	g.sim = redminesim.NewLab(redminesim.Options{Version: version, Clock: func() time.Time {
		return time.Now().Add(time.Duration(g.shift.Load()))
	}})
	server := httptest.NewServer(g.sim)
	t.Cleanup(server.Close)
	users := map[string]object{}
	for _, login := range []string{"admin", "sla-bot", "support1", "dev1", "manager1", "customer1"} {
		users[login] = object{"id": g.sim.UserID(login), "key": g.sim.Key(login)}
	}
	text, err := json.Marshal(object{"users": users})
	if err != nil {
		t.Fatal(err)
	}
	l := &instance{URL: server.URL, Version: version}
	if err := json.Unmarshal(text, l); err != nil {
		t.Fatal(err)
	}
	numbers := func(path, list string) map[string]int {
		var answer map[string][]named
		l.ask(t, l.admin(), "GET", path+".json", nil, &answer)
		out := map[string]int{}
		for _, x := range answer[list] {
			key, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(x.Name, " ", "_")), "_for_")
			out[key] = x.ID
		}
		return out
	}
	l.Statuses, l.Trackers = numbers("/issue_statuses", "issue_statuses"), numbers("/trackers", "trackers")
	l.Priorities = numbers("/enumerations/issue_priorities", "issue_priorities")
	l.CustomFields = map[string]int{"severity": 1}
	d := &desk{instance: l, project: "acme", projectID: 2, role: "SLA bot"}
	d.bot = person{login: "sla-bot", key: g.sim.Key("sla-bot"), name: "SLA Bot", id: g.sim.UserID("sla-bot")}
	g.site = d.site(t)
	return g
}

// ago does something at a moment of the past, for the issue whose last journal is dated back.
func (g *ground) ago(t *testing.T, ago time.Duration, issue int, f func()) {
	t.Helper()
	if g.sim == nil {
		f()
		g.backdateLast(t, issue, ago)
		return
	}
	g.shift.Store(-int64(ago))
	f()
	g.shift.Store(0)
}

// filed is a request of the customer's, received so long ago.
func (g *ground) filed(t *testing.T, severity string, ago time.Duration) int {
	t.Helper()
	if g.sim == nil {
		return g.issue(t, severity, "Отказ в записи", ago)
	}
	g.shift.Store(-int64(ago))
	defer g.shift.Store(0)
	return g.issue(t, severity, "Отказ в записи", 0)
}

// right gives the bot's role a permission or takes it away.
func (g *ground) right(t *testing.T, permission string, held bool) {
	t.Helper()
	switch {
	case g.sim != nil && held:
		g.sim.GrantPermission(g.role, permission)
	case g.sim != nil:
		g.sim.RevokePermission(g.role, permission)
	default:
		g.lab(t, "act", map[bool]string{true: "grant", false: "revoke"}[held], g.role, permission)
	}
}

// rule makes a field "readonly" or "required" by the workflow of the bot's role for bugs, or free again by "".
func (g *ground) rule(t *testing.T, column, name, rule string) {
	t.Helper()
	if g.sim != nil {
		if name != "" {
			column = name
		}
		g.sim.SetFieldRule(g.role, "Bug", "", column, rule)
		return
	}
	g.lab(t, "sql",
		fmt.Sprintf("delete from workflows where type = 'WorkflowPermission' and role_id = %d and field_name = '%s';",
			g.roleID, column))
	if rule != "" {
		g.lab(t, "sql",
			fmt.Sprintf("insert into workflows (tracker_id, old_status_id, new_status_id, role_id, assignee, author, type, "+
				"field_name, rule)"+
				" select %d, id, 0, %d, false, false, 'WorkflowPermission', '%s', '%s' from issue_statuses;", g.Trackers["bug"],
				g.roleID, column, rule))
	}
}

// mayClose allows or forbids the bot to close what waits for the customer.
func (g *ground) mayClose(t *testing.T, allowed bool) {
	t.Helper()
	if g.sim != nil {
		for _, to := range []string{"Closed", "Rejected"} {
			g.sim.SetWorkflowStep(g.role, "Waiting for customer", to, allowed && to == "Closed")
		}
		return
	}
	g.lab(t, "sql",
		fmt.Sprintf("delete from workflows where type = 'WorkflowTransition' and role_id = %d and old_status_id = %d and "+
			"new_status_id in (%d, %d);",
			g.roleID, g.Statuses["waiting"], g.Statuses["closed"], g.Statuses["rejected"]))
	if allowed {
		g.lab(t, "sql",
			fmt.Sprintf("insert into workflows (tracker_id, old_status_id, new_status_id, role_id, assignee, author, type)"+
				" values (%d, %d, %d, %d, false, false, 'WorkflowTransition');", g.Trackers["bug"], g.Statuses["waiting"],
				g.Statuses["closed"], g.roleID))
	}
}

// assignees switches the field of the assignee on or off for bugs, in the whole instance.
func (g *ground) assignees(t *testing.T, on bool) {
	t.Helper()
	switch {
	case g.sim != nil:
		g.sim.SetStandardField("Bug", "assigned_to_id", on)
	case on:
		g.lab(t, "sql",
			fmt.Sprintf("update trackers set fields_bits = coalesce(fields_bits, 0) & ~1 where id = %d;", g.Trackers["bug"]))
	default:
		g.lab(t, "sql",
			fmt.Sprintf("update trackers set fields_bits = coalesce(fields_bits, 0) | 1 where id = %d;", g.Trackers["bug"]))
	}
}

// ownField gives the desk's tracker another text field, or takes it away with its values.
func (g *ground) ownField(t *testing.T, name string, there bool) {
	t.Helper()
	switch {
	case g.sim != nil && there:
		g.sim.AddField(name)
	case g.sim != nil:
		g.sim.DropField(name)
	case there:
		g.lab(t, "act", "field", name, g.project)
	default:
		g.lab(t, "act", "drop-field", name)
	}
}

// active switches a priority on or off, in the whole instance.
func (g *ground) active(t *testing.T, priority string, on bool) {
	t.Helper()
	if g.sim != nil {
		g.sim.SetPriorityActive(priority, on)
		return
	}
	g.lab(t, "sql",
		fmt.Sprintf("update enumerations set active = %t where type = 'IssuePriority' and name = '%s';", on, priority))
}

// state opens, closes or archives the desk's project.
func (g *ground) state(t *testing.T, to string) {
	t.Helper()
	if g.sim == nil {
		g.lab(t, "act", "project", g.project, to)
		return
	}
	map[string]func(string){"open": g.sim.ReopenProject, "close": g.sim.CloseProject, "archive": g.sim.ArchiveProject}[to](g.project)
}

// locked locks an account or makes it active again.
func (g *ground) locked(t *testing.T, login string, yes bool) {
	t.Helper()
	switch {
	case g.sim == nil:
		g.lab(t, "act", map[bool]string{true: "lock", false: "unlock"}[yes], login)
	case yes:
		g.sim.LockUser(login)
	default:
		g.sim.UnlockUser(login)
	}
}

// member makes the manager a member of the desk's project, or none.
func (g *ground) member(t *testing.T, yes bool) {
	t.Helper()
	switch {
	case g.sim != nil && yes:
		g.sim.AddMember(g.project, "manager1", "Manager")
	case g.sim != nil:
		g.sim.RemoveMember(g.project, "manager1")
	case yes:
		g.join(t, g.Users["manager1"].ID, g.Roles["manager"])
	default:
		var answer struct {
			Memberships []struct {
				ID   int
				User named
			}
		}
		g.ask(t, g.admin(), "GET", "/projects/"+g.project+"/memberships.json?limit=100", nil, &answer)
		for _, m := range answer.Memberships {
			if m.User.ID == g.Users["manager1"].ID {
				g.ask(t, g.admin(), "DELETE", "/memberships/"+strconv.Itoa(m.ID)+".json", nil, nil)
			}
		}
	}
}

// child gives an issue an open subtask.
func (g *ground) child(t *testing.T, issue int) {
	t.Helper()
	var made struct{ Issue struct{ ID int } }
	g.ask(t, g.admin(), "POST", "/issues.json", object{"issue": object{
		"project_id": g.project, "tracker_id": g.Trackers["bug"], "subject": "часть", "priority_id": g.Priorities["normal"],
		"parent_issue_id": issue,
	}}, &made)
	g.lastChild = made.Issue.ID
}
