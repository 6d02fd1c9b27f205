package jirasim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
)

type fields = map[string]any

var writeTraps = []trap{
	{"cloud: a comment with keys that only an answer has is refused", cloud, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/comment", l.make(jirasim.NewIssue{}))
		for _, key := range []string{"author", "updateAuthor", "jsdPublic", "nonsense"} {
			l.loose().ask("sla-bot", "POST", path, fields{"body": "x", key: fields{}}).want(t, 400, key)
		}
		l.loose().ask("sla-bot", "POST", path, `{"body":"x"} {"body":"y"}`).want(t, 400, "follows")
		l.ask("sla-bot", "POST", path, fields{"body": "x"}).want(t, 201, `"jsdPublic":true`)
	}},
	{
		"a field that is not on the screen is refused, as is one that does not exist, and each is named", dc,
		func(t *testing.T, l lab) {
			path := fmt.Sprintf("api/2/issue/%d", l.make(jirasim.NewIssue{}))
			a := l.ask("sla-bot", "PUT", path, fields{"fields": fields{
				l.fieldID("Off screen"): "x", "customfield_1": 1,
				"summary": "y",
			}})
			a.want(t, 400, l.fieldID("Off screen"))
			a.want(t, 400, "customfield_1")
			if got := l.get("sla-bot", path).at(t, "fields.summary"); got != "printer on fire" {
				t.Errorf("refused in part: the summary is %v", got)
			}
		},
	},
	{
		"a priority that the project's scheme lacks is refused, and editmeta tells which it has", cloud,
		func(t *testing.T, l lab) {
			id, err := l.As("manager1").Create(jirasim.NewIssue{Project: "GLOBEX", Subject: "x"})
			l.must(err)
			path := fmt.Sprintf("api/2/issue/%d", id)
			l.ask("sla-bot", "PUT", path, fields{"fields": fields{"priority": fields{"id": "1"}}}).want(t, 400,
				"priority selected is invalid")
			l.ask("sla-bot", "PUT", path, fields{"fields": fields{"priority": fields{"id": "2"}}}).want(t, 204, "")
			if a := l.get("sla-bot", path+"/editmeta"); a.at(t, "fields.priority.allowedValues.0.id") != "2" ||
				a.at(t, "fields.priority.allowedValues.3") != missing {
				t.Error(a.text)
			}
		},
	},
	{"cloud: people are named by accountId", cloud, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d", l.make(jirasim.NewIssue{}))
		l.ask("sla-bot", "PUT", path, fields{"fields": fields{"assignee": fields{"name": "support1"}}}).want(t, 400,
			"assignee")
		l.ask("sla-bot", "PUT", path+"/assignee", fields{"accountId": l.UserID("support1")}).want(t, 204, "")
		l.ask("sla-bot", "PUT", path+"/assignee", fields{"accountId": l.UserID("outsider")}).want(t, 400,
			"cannot be assigned")
		l.wantAssignee(path, "support1")
		l.ask("sla-bot", "PUT", path+"/assignee", fields{"accountId": nil}).want(t, 204, "")
		l.wantAssignee(path, "")
	}},
	{"data center: people are named by name, and known by key", dc, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d", l.make(jirasim.NewIssue{}))
		l.loose().ask("sla-bot", "PUT", path+"/assignee", fields{"accountId": "x"}).want(t, 400, "assignee")
		l.ask("sla-bot", "PUT", path, fields{"fields": fields{"assignee": fields{"name": l.UserID("support1")}}}).want(t, 400,
			"cannot be assigned")
		l.ask("sla-bot", "PUT", path, fields{"fields": fields{"assignee": fields{"name": "support1"}}}).want(t, 204, "")
		a := l.get("sla-bot", path+"?expand=changelog")
		if a.at(t, "fields.assignee.accountId") != missing ||
			a.at(t, "changelog.histories.0.items.0.to") != l.UserID("support1") ||
			!strings.HasPrefix(l.UserID("support1"), "JIRAUSER") {
			t.Error(a.text)
		}
		l.get("sla-bot", "api/2/user?key="+l.UserID("support1")).want(t, 200, `"name":"support1"`)
	}},
	{"a transition that asks for a field is refused without it", cloud, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/transitions", l.make(jirasim.NewIssue{}))
		rejected, fixed := l.transition(path, "Rejected"), l.transition(path, "Resolved")
		l.get("sla-bot", path+"?expand=transitions.fields").want(t, 200, `"required":true`)
		l.ask("sla-bot", "POST", path, fields{"transition": fields{"id": rejected}}).want(t, 400, "resolution")
		l.ask("sla-bot", "POST", path, fields{"transition": fields{"id": fixed}}).want(t, 204, "")
		if got := l.transition(path, "Resolved"); got != "" {
			t.Error("a way to where the issue is")
		}
		l.ask("sla-bot", "POST", path, fields{"transition": fields{"id": fixed}}).want(t, 400,
			"not valid for the current state")
	}},
	{"a role that the author is not in may not be the only one to read", dc, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/comment", l.make(jirasim.NewIssue{}))
		restricted := func(kind, name string) fields {
			return fields{"body": "x", "visibility": fields{"type": kind, "value": name}}
		}
		l.ask("sla-bot", "POST", path, restricted("role", "Manager")).want(t, 400, "not a member of the project role")
		l.ask("outsider", "POST", path, restricted("group", "jira-users")).want(t, 404, "")
		l.ask("sla-bot", "POST", path, restricted("group", "nobodies")).want(t, 400, "not a member of the group")
		l.ask("support1", "POST", path, restricted("role", "Support engineer")).want(t, 201, "Support engineer")
		l.ask("support1", "POST", path, restricted("group", "jira-users")).want(t, 201, "jira-users")
		for who, n := range map[string]float64{"support2": 2, "dev1": 1, "customer1": 1, "admin": 2} {
			if got := l.get(who, path).at(t, "total"); got != n {
				t.Errorf("%s reads %v comments, want %v", who, got, n)
			}
		}
	}},
	{"cloud: an issue takes twenty writes in two seconds and a hundred in thirty", cloud, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/comment", l.make(jirasim.NewIssue{}))
		done := 0
		for range 6 {
			for range 20 {
				a := l.ask("sla-bot", "POST", path, fields{"body": "x"})
				if a.status == 201 {
					done++
					continue
				}
				a.want(t, 429, "")
				if a.header.Get("RateLimit-Reason") != "jira-per-issue-on-write" || a.header.Get("Retry-After") != "30" ||
					done != 100 {
					t.Fatalf("after %d writes: %v", done, a.header)
				}
				return
			}
			l.clock.move(2*time.Second + time.Millisecond)
		}
		t.Errorf("%d writes were taken", done)
	}},
	{"property: whether it is new is told, on issues and comments", cloud, func(t *testing.T, l lab) {
		issue := fmt.Sprintf("api/2/issue/%d", l.make(jirasim.NewIssue{}))
		comment := fmt.Sprintf("api/2/comment/%v", l.ask("sla-bot", "POST", issue+"/comment", fields{"body": "x"}).at(t,
			"id"))
		for _, path := range []string{issue, comment} {
			path += "/properties/slabridge"
			l.get("sla-bot", path).want(t, 404, "does not exist")
			l.ask("sla-bot", "PUT", path, fields{"mark": 1}).want(t, 201, "")
			l.ask("sla-bot", "PUT", path, fields{"mark": 2}).want(t, 200, "")
			l.get("sla-bot", path).want(t, 200, `"value":{"mark":2}`)
		}
	}},
	{"other people's comments are not ours to change", dc, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/comment", l.make(jirasim.NewIssue{}))
		path = fmt.Sprintf("%s/%v", path, l.ask("support1", "POST", path, fields{"body": "x"}).at(t, "id"))
		l.ask("sla-bot", "PUT", path, fields{"body": "y"}).want(t, 400, "permission to edit")
		l.ask("sla-bot", "DELETE", path, nil).want(t, 400, "permission to delete")
		l.ask("manager1", "PUT", path, fields{"body": "y"}).want(t, 200, "y")
		l.ask("support1", "DELETE", path, nil).want(t, 204, "")
	}},
	{"what is edited in a zone is one moment in all", cloud, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d", l.make(jirasim.NewIssue{}))
		due := l.fieldID("SLA due at")
		l.ask("sla-bot", "PUT", path, fields{"fields": fields{due: "2026-01-13T06:20:00Z"}}).want(t, 400, due)
		l.ask("sla-bot", "PUT", path, fields{"fields": fields{due: "2026-01-13T06:20:00.000+0000"}}).want(t, 204, "")
		got, _ := l.get("sla-bot", path).at(t, "fields."+due).(string)
		at, err := time.Parse("2006-01-02T15:04:05.000-0700", got)
		if err != nil || !at.Equal(time.Date(2026, 1, 13, 6, 20, 0, 0, time.UTC)) {
			t.Errorf("it reads %s", got)
		}
	}},
}

var deskTraps = []trap{
	{"cloud: a property makes a comment internal, and the answer says so", cloudDesk, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/comment", l.make(jirasim.NewIssue{}))
		a := l.ask("sla-bot", "POST", path, fields{"body": "x", "properties": readClosed})
		a.want(t, 201, `"jsdPublic":false`)
		if got := l.get("customer1", path).at(t, "total"); got != 0.0 {
			t.Errorf("the customer reads %v comments", got)
		}
		// A rewrite with properties drops those that there were.
		one := fmt.Sprintf("%s/%v", path, a.at(t, "id"))
		l.ask("sla-bot", "PUT", one, fields{"body": "y"}).want(t, 200, `"jsdPublic":false`)
		l.ask("sla-bot", "PUT", one, fields{"body": "y", "properties": []any{fields{"key": "other", "value": 1}}}).want(t,
			200, `"jsdPublic":true`)
	}},
	{"data center: a comment does not say whether it is internal, the request does", dcDesk, func(t *testing.T, l lab) {
		id := l.make(jirasim.NewIssue{})
		path := fmt.Sprintf("api/2/issue/%d/comment", id)
		a := l.ask("sla-bot", "POST", path, fields{"body": "x", "properties": readClosed})
		if strings.Contains(a.text, "jsdPublic") {
			t.Error(a.text)
		}
		if got := l.get("sla-bot", fmt.Sprintf("servicedeskapi/request/%d/comment", id)).at(t,
			"values.0.public"); got != false {
			t.Errorf("public is %v", got)
		}
	}},
	{"without a service desk the property makes nothing internal", cloud, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/comment", l.make(jirasim.NewIssue{}))
		l.ask("sla-bot", "POST", path, fields{"body": "x", "properties": readClosed}).want(t, 201, `"jsdPublic":true`)
		l.get("sla-bot", "servicedeskapi/info").want(t, 404, "")
	}},
	{
		"a desk may forget that a comment is internal, and answers as if nothing were",
		jirasim.Options{Cloud: true, ServiceDesk: true, DropInternal: true},
		func(t *testing.T, l lab) {
			path := fmt.Sprintf("api/2/issue/%d/comment", l.make(jirasim.NewIssue{}))
			l.ask("sla-bot", "POST", path, fields{"body": "x", "properties": readClosed}).want(t, 201, `"jsdPublic":true`)
		},
	},
	{
		"portal: a customer's comment is public or refused, an agent's is what was asked for", cloudDesk,
		func(t *testing.T, l lab) {
			path := fmt.Sprintf("servicedeskapi/request/%d/comment", l.make(jirasim.NewIssue{}))
			l.ask("customer1", "POST", path, fields{"body": "x", "public": false}).want(t, 403, "only add public")
			l.ask("customer1", "POST", path, fields{"body": "x", "public": true}).want(t, 201, `"public":true`)
			l.ask("sla-bot", "POST", path, fields{"body": "y", "public": false}).want(t, 201, `"public":false`)
			l.loose().ask("sla-bot", "POST", path, fields{"body": "y", "properties": readClosed}).want(t, 400, "properties")
			if a := l.get("sla-bot", path+"?limit=1&start=1"); a.at(t, "values.0.body") != "y" || a.at(t, "isLastPage") != true {
				t.Error(a.text)
			}
		},
	},
	{"the desk's own clock shows a breach in the cycle that has it", cloudDesk, func(t *testing.T, l lab) {
		id := l.make(jirasim.NewIssue{RequestType: "Report a fault"})
		path := fmt.Sprintf("servicedeskapi/request/%d/sla", id)
		l.get("customer1", path).want(t, 403, "")
		l.clock.move(9 * time.Hour)
		if a := l.get("sla-bot", path); a.at(t, "values.0.ongoingCycle.breached") != true ||
			a.at(t, "values.0.ongoingCycle.remainingTime.millis") != -3600000.0 {
			t.Error(a.text)
		}
		l.must(l.As("support1").Update(id, jirasim.Change{Status: "Resolved"}))
		l.clock.move(time.Hour)
		if a := l.get("sla-bot", path); a.at(t, "values.0.ongoingCycle") != missing ||
			a.at(t, "values.0.completedCycles.0.elapsedTime.millis") != 9*3600000.0 {
			t.Error(a.text)
		}
	}},
	{"desks, request types, organisations and requests are agents' to list", cloudDesk, func(t *testing.T, l lab) {
		id := l.make(jirasim.NewIssue{RequestType: "Report a fault", Fields: map[string]string{"Organizations": "ACME Ltd"}})
		desk := l.get("sla-bot", "servicedeskapi/servicedesk").at(t, "values.0.id")
		l.get("sla-bot", fmt.Sprintf("servicedeskapi/servicedesk/%v/requesttype", desk)).want(t, 200, "Report a fault")
		l.get("sla-bot", "servicedeskapi/organization").want(t, 200, "Globex LLC")
		l.get("sla-bot", fmt.Sprintf("servicedeskapi/request/%d", id)).want(t, 200, `"requestTypeId":"25"`)
		a := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d", id))
		if a.at(t, "fields."+l.fieldID("Request Type")+".requestType.name") != "Report a fault" ||
			a.at(t, "fields."+l.fieldID("Organizations")+".0.name") != "ACME Ltd" {
			t.Error(a.text)
		}
		if got := l.get("customer1", "servicedeskapi/servicedesk").at(t, "size"); got != 0.0 {
			t.Errorf("the customer sees %v desks", got)
		}
	}},
}

var accountTraps = []trap{
	{"a wrong token is refused, and the header says why", cloud, func(t *testing.T, l lab) {
		a := l.get("wrong", "api/2/myself")
		a.want(t, 401, "")
		if got := a.header.Get("X-Seraph-LoginReason"); got != "AUTHENTICATED_FAILED" {
			t.Errorf("the reason is %q", got)
		}
		l.get("wrong", "api/2/serverInfo").want(t, 200, "Cloud")
	}},
	{"where strangers are served, a wrong token finds nothing and is told nothing", dc, func(t *testing.T, l lab) {
		l.make(jirasim.NewIssue{})
		l.SetAnonymous(true)
		if a := l.search("wrong", allOfThem); a.at(t, "total") != 0.0 {
			t.Error(a.text)
		}
		l.get("wrong", "api/2/myself").want(t, 401, "")
		l.get("wrong", "api/2/user?username=support1").want(t, 401, "")
	}},
	{"permissions are per project, and a project out of sight is not there", dc, func(t *testing.T, l lab) {
		acme := l.get("sla-bot", "api/2/mypermissions?projectId=10002")
		if acme.at(t, "permissions.TRANSITION_ISSUES.havePermission") != true ||
			acme.at(t, "permissions.MOVE_ISSUES.havePermission") != false {
			t.Error(acme.text)
		}
		l.get("sla-bot", "api/2/mypermissions?projectId=10005").want(t, 404, "")
		l.get("outsider", "api/2/mypermissions?projectId=10002").want(t, 404, "")
	}},
	{"cloud: permissions are told of those alone that are asked for", cloud, func(t *testing.T, l lab) {
		l.get("sla-bot", "api/2/mypermissions?projectId=10002").want(t, 400, "required")
		a := l.get("sla-bot", "api/2/mypermissions?projectId=10002&permissions=ADD_COMMENTS")
		if a.at(t, "permissions.ADD_COMMENTS.havePermission") != true || a.at(t, "permissions.EDIT_ISSUES") != missing {
			t.Error(a.text)
		}
	}},
	{
		"who has a role is kept from those who do not administer the project",
		jirasim.Options{Cloud: true, RolesHidden: true},
		func(t *testing.T, l lab) {
			l.get("sla-bot", "api/2/project/10002/role").want(t, 200, "/role/10203")
			l.get("sla-bot", "api/2/project/10002/role/10203").want(t, 403, "")
			l.get("manager1", "api/2/project/10002/role/10203").want(t, 200, "Maria Manager")
		},
	},
	{"who may be given an issue is told by project, and for several by all of them", cloud, func(t *testing.T, l lab) {
		l.get("sla-bot", "api/2/user/assignable/search?project=ACME&query=").want(t, 200, "Sanjay Support")
		if a := l.get("sla-bot", "api/2/user/assignable/search?project=ACME&query="); strings.Contains(a.text,
			"Clara Customer") {
			t.Error("a customer is assignable")
		}
		l.get("manager1", "api/2/user/assignable/multiProjectSearch?projectKeys=ACME,INTERNAL&query=").want(t, 200,
			"Maria Manager")
		if a := l.get("manager1",
			"api/2/user/assignable/multiProjectSearch?projectKeys=ACME,INTERNAL&query="); strings.Contains(a.text, "Sanjay") {
			t.Error("one is assignable who is in one of the projects")
		}
		l.get("sla-bot", "api/2/user/search?query=svetlana").want(t, 200, l.UserID("support2"))
	}},
	{"cloud: who asks too much is told why and for how long", cloud, func(t *testing.T, l lab) {
		for _, reason := range []string{jirasim.QuotaOfAll, jirasim.QuotaOfTenant, jirasim.Burst, jirasim.WritesOfIssue, ""} {
			l.Throttle(2, reason, "17")
			for range 2 {
				a := l.get("sla-bot", "api/2/myself")
				a.want(t, 429, "Rate limit")
				if a.header.Get("RateLimit-Reason") != reason || a.header.Get("Retry-After") != "17" {
					t.Errorf("%q: %v", reason, a.header)
				}
			}
			l.get("sla-bot", "api/2/myself").want(t, 200, "")
		}
	}},
	{"watchers are listed to those who may see them", dc, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d/watchers", l.make(jirasim.NewIssue{}))
		l.ask("sla-bot", "POST", path, `"support1"`).want(t, 204, "")
		l.ask("sla-bot", "POST", path, `"outsider"`).want(t, 400, "does not have permission to view")
		l.ask("customer1", "POST", path, `"support2"`).want(t, 401, "manage the watcher list")
		l.get("sla-bot", path).want(t, 200, `"name":"support1"`)
		if got := l.get("customer1", path).at(t, "watchers.1"); got != missing {
			t.Errorf("the customer sees %v", got)
		}
	}},
}

// fieldID is the id of a custom field.
func (l lab) fieldID(name string) string {
	l.t.Helper()
	var list []struct{ ID, Name string }
	l.get("admin", "api/2/field").into(l.t, &list)
	for _, f := range list {
		if f.Name == name {
			return f.ID
		}
	}
	l.t.Fatalf("no field %q", name)
	return ""
}

// transition is the id of the way to a status, "" when there is none.
func (l lab) transition(path, to string) string {
	l.t.Helper()
	var list struct {
		Transitions []struct {
			ID string
			To struct{ Name string }
		}
	}
	l.get("sla-bot", path).into(l.t, &list)
	for _, tr := range list.Transitions {
		if tr.To.Name == to {
			return tr.ID
		}
	}
	return ""
}

func (l lab) wantAssignee(path, login string) {
	l.t.Helper()
	var want any
	if login != "" {
		want = l.UserID(login)
	}
	got := l.get("sla-bot", path).at(l.t, "fields.assignee")
	if o, ok := got.(map[string]any); ok {
		got = o["accountId"]
	}
	if got != want {
		l.t.Errorf("the assignee is %v, want %v", got, want)
	}
}
