package mapping_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// People of the site, by their account ids.
const (
	anna  = "5b10a2844c20165700ede21g"
	boris = "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077"
	kira  = "qm:a713c8ea-1075-4e30-9d96-891a7d181739:5ad6d69abfa3980ce712caae"
	bot   = "712020:0b1c2d3e"
)

// jiraDirectory is the same support organisation on a service desk of Jira Cloud's. Team-managed projects have statuses
// and issue types of their own under the names that others have, too.
func jiraDirectory() connectors.Directory {
	in := func(project string, roles ...string) map[string][]string { return map[string][]string{project: roles} }
	return connectors.Directory{
		Statuses: []connectors.Status{
			{ID: "1", Name: "Open", Category: "new"},
			{ID: "3", Name: "In Progress", Category: "indeterminate"},
			{ID: "10010", Name: "Waiting for customer", Category: "indeterminate"},
			{ID: "10011", Name: "Pending", Category: "indeterminate"},
			{ID: "5", Name: "Resolved", Category: "done", Closed: true},
			{ID: "6", Name: "Closed", Category: "done", Closed: true},
			{ID: "10077", Name: "In Progress", Category: "indeterminate"},
		},
		Priorities: []connectors.Priority{
			{ID: "4", Name: "Low", Rank: 0},
			{ID: "3", Name: "Medium", Rank: 1},
			{ID: "1", Name: "Highest", Rank: 2},
		},
		Types: []connectors.Named{
			{ID: "10002", Name: "Task"},
			{ID: "10005", Name: "Incident"},
			{ID: "10090", Name: "Task"},
			{ID: "request:Report a fault", Name: "Report a fault"},
			{ID: "request:Incident", Name: "Incident"},
		},
		Projects: []connectors.Project{{ID: "10000", Key: "ACME", Name: "Acme"}},
		Fields: []connectors.Field{
			{ID: "cf:customfield_10050", Name: "Severity", Type: "option"},
			{ID: "cf:customfield_10051", Name: "Region", Type: "option-with-child"},
			{ID: "cf:customfield_10052", Name: "Received at", Type: connectors.FieldDateTime},
			{ID: "cf:customfield_10053", Name: "SLA due", Type: connectors.FieldDateTime},
			{ID: "cf:customfield_10054", Name: "SLA day", Type: connectors.FieldDate},
			{ID: "cf:customfield_10055", Name: "SLA state", Type: "string"},
			{ID: "cf:customfield_10056", Name: "Agreed due", Type: connectors.FieldDateTime},
			{ID: "cf:customfield_10057", Name: "Affected", Type: "array", Multiple: true},
			{ID: "cf:labels", Name: "Метки", Type: "array", Multiple: true},
			{ID: "cf:fixVersions", Name: "Fix versions", Type: "array", Multiple: true},
		},
		Roles: []connectors.Named{
			{ID: "assignable", Name: "assignable"},
			{ID: "Service Desk Team", Name: "Service Desk Team"},
		},
		People: []connectors.Person{
			{ID: anna, Name: "Anna Ivanova", Roles: in("10000", "assignable", "Service Desk Team")},
			{ID: boris, Name: "Boris Petrov", Roles: in("10000", "assignable")},
			{ID: kira, Name: "Kira Client", Roles: map[string][]string{}},
			{ID: "group:developers", Name: "developers", Group: true, Roles: in("10000", "Service Desk Team")},
		},
		Self:   connectors.Account{ID: bot, Name: "SLA Bot"},
		ReadAt: readAt,
	}
}

func jiraWords() mapping.Mapping {
	return mapping.Mapping{
		ID: "desk", Connection: "desk",
		Severity: []mapping.SeverityRule{
			{Is: "critical", When: mapping.When{Field: "Severity", In: []string{"Critical"}}},
			{Is: "noncritical"},
		},
		Status: []mapping.StatusRule{
			{Is: enforcer.New, Categories: []string{"new"}},
			{Is: enforcer.WaitingCustomer, Names: []string{"Waiting for customer", "Pending"}},
			{Is: enforcer.Resolved, Names: []string{"Resolved"}},
			{Is: enforcer.Working, Categories: []string{"indeterminate"}},
			{Is: enforcer.Closed, Categories: []string{"done"}},
		},
		Roles: []mapping.RoleRule{
			{Is: enforcer.Support, ProjectRoles: []string{"Service Desk Team"}, Lead: []string{anna}},
			{Is: enforcer.Developers, Users: []string{boris}, Lead: []string{"Boris Petrov"}},
			{Is: enforcer.Management, Users: []string{"Boris Petrov"}, Lead: []string{boris}},
			{Is: enforcer.Customer, EveryoneElse: true},
		},
		Fields: []mapping.FieldRule{
			{Is: mapping.FieldReceived, Field: "Received at"},
			{Is: mapping.FieldHold, Field: "labels", In: []string{"sla-hold"}},
			{Is: mapping.FieldSLADue, Field: "10053", Write: true},
			{Is: mapping.FieldSLAState, Field: "customfield_10055", Write: true},
			{Is: mapping.FieldAgreedDue, Field: "customfield_10056"},
			{Is: "region", Field: "Region", In: []string{"Europe"}},
			{Is: "affected", Field: "10057"},
		},
		Internal: mapping.InternalNotes{Kind: "jsm-internal"},
	}
}

// jiraIssue is a request of Kira's, created at 10:00 in Almaty; the values come on top.
func jiraIssue(t testing.TB, more connectors.Values) connectors.History {
	t.Helper()
	at := time.Date(2026, 11, 27, 10, 0, 0, 0, almaty(t)).UTC()
	v := connectors.Values{
		"status": {"1"}, "priority": {"3"}, "project": {"10000"}, "type": {"10002"},
		"cf:customfield_10052": nil, "cf:customfield_10053": nil, "cf:customfield_10054": nil, "cf:customfield_10055": nil,
		"cf:customfield_10056": nil, "cf:labels": nil,
	}
	for k, x := range more {
		v[k] = x
	}
	return connectors.History{Issue: connectors.Issue{
		ID: "10100", Key: "ACME-12", Subject: "Portal does not open (x) :) [~admin] {panel}", Author: kira, CreatedAt: at,
		UpdatedAt: at, Values: v,
	}}
}

func jiraRequest(t testing.TB, b *mapping.Bound, h connectors.History) enforcer.Request {
	t.Helper()
	return b.Request(h, scope(t, b, mapping.Scope{Projects: []string{"ACME"}}), almaty(t))
}

func TestBindJira(t *testing.T) {
	got, _ := problemsOf(jiraWords(), jiraDirectory())
	if len(got) > 0 {
		t.Errorf("a sound mapping of Jira's words: %v", got)
	}
	for _, c := range []struct {
		name   string
		change func(*mapping.Mapping, *connectors.Directory)
		want   string
	}{
		{"categories where there are none", func(_ *mapping.Mapping, d *connectors.Directory) {
			for i := range d.Statuses {
				d.Statuses[i].Category = ""
			}
		}, `! m.status[0].categories[0] | new | the statuses of this tracker have no categories; give their names
! m.status[3].categories[0] | indeterminate | the statuses of this tracker have no categories; give their names
! m.status[4].categories[0] | done | the statuses of this tracker have no categories; give their names
m.status | Open | no class is given for this status: requests that reach it are held; add it to one of [new ` +
			`working waiting-customer waiting-third-party resolved closed]
m.status | In Progress | no class is given for this status: requests that reach it are held; add it to one of ` +
			`[new working waiting-customer waiting-third-party resolved closed]
m.status | Closed | no class is given for this status: requests that reach it are held; add it to one of [new ` +
			`working waiting-customer waiting-third-party resolved closed]
m.status | In Progress | no class is given for this status: requests that reach it are held; add it to one of ` +
			`[new working waiting-customer waiting-third-party resolved closed]`},
		{"a category in two classes", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Status[1].Categories = []string{"indeterminate"}
		}, `! m.status[3].categories[0] | indeterminate | the category is mapped to waiting-customer already; a ` +
			`status has one class`},
		{"a category without statuses", func(_ *mapping.Mapping, d *connectors.Directory) {
			d.Statuses = d.Statuses[1:]
		}, `m.status[0].categories[0] | new | the tracker shows no status of this category; its statuses are in ` +
			`"indeterminate", "done"`},
		{"a name in two classes, of several statuses", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Status[0].Names, m.Status[1].Names = []string{"In Progress"}, []string{"Waiting for customer", "Pending", "10077"}
		}, `! m.status[1].names[2] | 10077 | the status is mapped to new already; a status has one class`},
		{"a field by a number that is none", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Fields[2].Field = "10059"
		}, `m.fields[2].field | 10059 | the tracker shows no custom field of this name; did you mean "Severity" (id ` +
			`customfield_10050), "Region" (id customfield_10051), "Received at" (id customfield_10052)?`},
		{"a type that is neither", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Severity[0].When = mapping.When{Tracker: []string{"Report fault"}}
		}, `! m.severity[0].when.tracker[0] | Report fault | the tracker shows no tracker, issue type or request type ` +
			`of this name; did you mean "Report a fault" (id request:Report a fault)?`},
		{"a person by an id that is none", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Roles[1].Users = []string{"5b10a2844c20165700ede21h"}
		}, `! m.roles[1].users[0] | 5b10a2844c20165700ede21h | the tracker shows no person of this name; it has ` +
			`"Anna Ivanova" (id 5b10a2844c20165700ede21g), ` +
			`"Boris Petrov" (id 557058:f58131cb-b67d-43c7-b30d-6b58d40bd077), ` +
			`"Kira Client" (id qm:a713c8ea-1075-4e30-9d96-891a7d181739:5ad6d69abfa3980ce712caae), ` +
			`"SLA Bot" (id 712020:0b1c2d3e)
m.roles[1].lead | Boris Petrov | this lead has no role that counts as developers: a request assigned to them is ` +
			`not with developers`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := jiraWords(), jiraDirectory()
			c.change(&m, &d)
			got, _ := problemsOf(m, d)
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestStatusCategories: a name goes before a category, wherever it stands, and one name may be several statuses'.
func TestStatusCategories(t *testing.T) {
	b := bind(t, jiraWords(), jiraDirectory())
	for status, want := range map[string]enforcer.StatusClass{
		"1": enforcer.New, "3": enforcer.Working, "10077": enforcer.Working, "10010": enforcer.WaitingCustomer,
		"10011": enforcer.WaitingCustomer,
		"5":     enforcer.Resolved, "6": enforcer.Closed, "999": "",
	} {
		req := jiraRequest(t, b, jiraIssue(t, connectors.Values{"status": {status}}))
		if got := req.State().Status; got != want || (len(req.Faults) == 0) != (want != "") {
			t.Errorf("status %s is %q, faults %v; want %q", status, got, req.Faults, want)
		}
	}
	m := jiraWords()
	m.Status = []mapping.StatusRule{
		{Is: enforcer.Working, Names: []string{"In Progress"}},
		{Is: enforcer.Closed, Categories: []string{"done"}, Names: []string{"Closed"}},
	}
	b = bind(t, m, jiraDirectory())
	// the named one is what a closing step sets, though the tracker lists another of the category first
	h := jiraIssue(t, nil)
	d := decision("auto-close", "due", enforcer.Public,
		enforcer.Changes{
			Comment: &enforcer.Comment{Audience: enforcer.Public, Text: mapping.TextNoAnswer},
			Actions: enforcer.Actions{Action: enforcer.ActionClose},
		})
	p := b.Writes(jiraRequest(t, b, h), h, []enforcer.Decision{d},
		mapping.WriteOptions{
			Contract: kamalLike(t, "en"), Install: "7c1f",
			Texts: texts(t),
		})[0]
	if p.Write.Status == nil || *p.Write.Status != "6" {
		t.Errorf("closing sets %v", p.Write.Status)
	}
	if c := p.Write.Comment; c.Internal || c.Audience != "" {
		t.Errorf("a public comment has the audience %q", c.Audience)
	}
	for status, want := range map[string]enforcer.StatusClass{
		"3": enforcer.Working, "10077": enforcer.Working,
		"5": enforcer.Closed,
	} {
		req := jiraRequest(t, b, jiraIssue(t, connectors.Values{"status": {status}}))
		if got := req.State().Status; got != want {
			t.Errorf("status %s is %q, want %q", status, got, want)
		}
	}
}

// TestStatusMovedToAnotherCategory: a status that no rule names counts by the tracker's category for it. When the
// site's administrator sorts it elsewhere nobody has changed the contract's reading: nothing is judged until it is
// named.
func TestStatusMovedToAnotherCategory(t *testing.T) {
	was := func(id, category string) mapping.FormerName {
		return mapping.FormerName{Kind: "category", ID: id, Name: category}
	}
	for _, c := range []struct {
		name  string
		known []mapping.FormerName
		named bool // the status is written into the mapping
		fault bool
	}{
		{"seen for the first time", nil, false, false},
		{"as it was", []mapping.FormerName{was("3", "indeterminate")}, false, false},
		{"was another", []mapping.FormerName{was("3", "done")}, false, true},
		{
			"was another, and is remembered as it is too",
			[]mapping.FormerName{was("3", "done"), was("3", "indeterminate")},
			false, true,
		},
		{"was away and came back", []mapping.FormerName{was("3", "indeterminate"), was("3", "done")}, false, false},
		{"was another, and is named now", []mapping.FormerName{was("3", "done")}, true, false},
		{"was in a category that counts as nothing", []mapping.FormerName{was("3", "undefined")}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := jiraWords()
			if c.named {
				m.Status = append(m.Status, mapping.StatusRule{Is: enforcer.Working, Names: []string{"In Progress"}})
			}
			b, problems := mapping.Bind(m, jiraDirectory(), mapping.Memory{Names: c.known}, "mappings[0]")
			fault := slices.ContainsFunc(problems, func(p mapping.Problem) bool {
				return p.Fatal && p.Value == "In Progress" && strings.Contains(p.Reason.String(), "category done to indeterminate")
			})
			if fault != c.fault {
				t.Errorf("a fault: %t, want %t: %v", fault, c.fault, problems)
			}
			req := jiraRequest(t, b, jiraIssue(t, connectors.Values{"status": {"3"}}))
			if got := req.State().Status; got != enforcer.Working {
				t.Errorf("the status is %q", got)
			}
		})
	}
	gone := []mapping.FormerName{{Kind: "status", ID: "77", Name: "Shipped"}, was("77", "done")}
	b, _ := mapping.Bind(jiraWords(), jiraDirectory(), mapping.Memory{Names: gone}, "mappings[0]")
	req := jiraRequest(t, b, jiraIssue(t, connectors.Values{"status": {"77"}}))
	if got := req.State().Status; got != enforcer.Closed {
		t.Errorf("a status that the site has no more is %q, want closed, as it was", got)
	}
}

// TestJiraConditions: what is asked of an issue's types and fields holds in Jira's words.
func TestJiraConditions(t *testing.T) {
	type values = connectors.Values
	for _, c := range []struct {
		name   string
		when   mapping.When
		values values
		want   bool
	}{
		{"an issue type", mapping.When{Tracker: []string{"10005"}}, values{"type": {"10005"}}, true},
		{"another issue type", mapping.When{Tracker: []string{"10005"}}, values{"type": {"10002"}}, false},
		{"a type that projects have each", mapping.When{Tracker: []string{"Task"}}, values{"type": {"10090"}}, true},
		{
			"a request type",
			mapping.When{Tracker: []string{"Report a fault"}},
			values{"request_type": {"request:Report a fault"}},
			true,
		},
		{"no request type", mapping.When{Tracker: []string{"Report a fault"}}, values{}, false},
		{
			"another request type",
			mapping.When{Tracker: []string{"Report a fault"}},
			values{"request_type": {"request:Get help"}},
			false,
		},
		{"one name for both, as type", mapping.When{Tracker: []string{"Incident"}}, values{"type": {"10005"}}, true},
		{
			"one name for both, as request type",
			mapping.When{Tracker: []string{"Incident"}},
			values{"request_type": {"request:Incident"}},
			true,
		},
		{
			"the request type alone, by id",
			mapping.When{Tracker: []string{"request:Incident"}},
			values{"type": {"10005"}},
			false,
		},
		{
			"an option",
			mapping.When{Field: "Severity", In: []string{"Critical"}},
			values{"cf:customfield_10050": {"Critical"}},
			true,
		},
		{
			"a cascade by its parent",
			mapping.When{Field: "Region", In: []string{"Europe"}},
			values{"cf:customfield_10051": {"Europe", "Europe -> Germany"}},
			true,
		},
		{
			"a cascade by both",
			mapping.When{Field: "Region", In: []string{"Europe -> Germany"}},
			values{"cf:customfield_10051": {"Europe", "Europe -> Germany"}},
			true,
		},
		{
			"a cascade by another child",
			mapping.When{Field: "Region", In: []string{"Europe -> France"}},
			values{"cf:customfield_10051": {"Europe", "Europe -> Germany"}},
			false,
		},
		{
			"one of many",
			mapping.When{Field: "10057", In: []string{"Billing"}},
			values{"cf:customfield_10057": {"Portal", "Billing"}},
			true,
		},
		{"many, filled at all", mapping.When{Field: "customfield_10057"}, values{"cf:customfield_10057": {"Portal"}}, true},
		{"many, empty", mapping.When{Field: "customfield_10057"}, values{"cf:customfield_10057": nil}, false},
		{
			"a label, by what the site calls the field",
			mapping.When{Field: "Метки", In: []string{"vip"}},
			values{"cf:labels": {"a", "vip"}},
			true,
		},
		{
			"a version", mapping.When{Field: "fixVersions", In: []string{"2.0"}}, values{"cf:fixVersions": {"1.9", "2.0"}}, true,
		},
		{
			"the second of its components by id",
			mapping.When{Category: []string{"10301"}},
			values{"category": {"10300", "10301"}},
			true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := jiraWords()
			m.Severity[0].When = c.when
			b := bind(t, m, jiraDirectory())
			req := jiraRequest(t, b, jiraIssue(t, c.values))
			if got := req.State().Severity == "critical"; got != c.want {
				t.Errorf("%v on %v: %v, want %v", c.when, c.values, got, c.want)
			}
		})
	}
}

// TestJiraFields: moments as Jira's fields hold them, holds by label, values that are several.
func TestJiraFields(t *testing.T) {
	b := bind(t, jiraWords(), jiraDirectory())
	req := jiraRequest(t, b, jiraIssue(t, connectors.Values{
		"cf:customfield_10052": {"2026-11-27T04:30:00Z"}, "cf:customfield_10056": {"2026-12-01T12:00:00Z"},
		"cf:customfield_10051": {"Europe", "Europe -> Germany"}, "cf:customfield_10057": {"Portal", "Billing"},
		"cf:labels": {"vip"},
	}))
	st := req.State()
	if want := time.Date(2026, 11, 27, 9, 30, 0, 0, almaty(t)); !req.ReceivedAt.Equal(want) {
		t.Errorf("received %s, want %s", req.ReceivedAt, want)
	}
	if want := time.Date(2026, 12, 1, 17, 0, 0, 0, almaty(t)); !st.Times[mapping.FieldAgreedDue].Equal(want) {
		t.Errorf("agreed due %s, want %s", st.Times[mapping.FieldAgreedDue], want)
	}
	if st.Fields["region"] != "Europe" || st.Fields["affected"] != "Portal, Billing" || req.Hold != "" ||
		len(req.Notes) > 0 {
		t.Errorf("fields %v, held %q, notes %q", st.Fields, req.Hold, req.Notes)
	}
	held := jiraRequest(t, b, jiraIssue(t, connectors.Values{"cf:labels": {"vip", "sla-hold"}}))
	if want := `the field "Метки" is "sla-hold"`; held.Hold != want {
		t.Errorf("held %q, want %q", held.Hold, want)
	}
	// Jira's dates have no time of day: an agreed day lasts to its end
	m, d := jiraWords(), jiraDirectory()
	m.Fields[4].Field = "SLA day"
	req = jiraRequest(t, bind(t, m, d), jiraIssue(t, connectors.Values{"cf:customfield_10054": {"2026-12-01"}}))
	if got, want := req.State().Times[mapping.FieldAgreedDue], time.Date(2026, 12, 1, 23, 59, 59, 0,
		almaty(t)); !got.Equal(want) {
		t.Errorf("agreed day %s, want %s", got, want)
	}
}

func TestJiraUpkeep(t *testing.T) {
	running := func(due time.Time) []enforcer.Cycle {
		return []enforcer.Cycle{{Obligation: &enforcer.Obligation{ID: "x"}, State: enforcer.Running, Due: due}}
	}
	late := time.Date(2026, 11, 27, 22, 30, 5, 0, time.UTC) // the 28th in Almaty
	for _, c := range []struct {
		name, field string
		values      connectors.Values
		cycles      []enforcer.Cycle
		want        string
	}{
		{
			"a moment", "SLA due", nil, running(due),
			"map[cf:customfield_10053:2026-11-27T07:40:00Z cf:customfield_10055:running]",
		},
		{
			"with seconds", "SLA due", nil, running(late),
			"map[cf:customfield_10053:2026-11-27T22:30:05Z cf:customfield_10055:running]",
		},
		{
			"already so", "SLA due",
			connectors.Values{"cf:customfield_10053": {"2026-11-27T07:40:00Z"}, "cf:customfield_10055": {"running"}},
			running(due), "map[]",
		},
		{
			"already so, in another zone", "SLA due",
			connectors.Values{"cf:customfield_10053": {"2026-11-27T12:40:00+05:00"}, "cf:customfield_10055": {"running"}},
			running(due), "map[]",
		},
		{
			"a minute off", "SLA due",
			connectors.Values{"cf:customfield_10053": {"2026-11-27T07:41:00Z"}, "cf:customfield_10055": {"running"}},
			running(due), "map[cf:customfield_10053:2026-11-27T07:40:00Z]",
		},
		{
			"nothing due any more", "SLA due",
			connectors.Values{"cf:customfield_10053": {"2026-11-27T07:40:00Z"}, "cf:customfield_10055": {"running"}},
			nil,
			"map[cf:customfield_10053: cf:customfield_10055:]",
		},
		{"nothing to say", "SLA due", nil, nil, "map[]"},
		{"a date", "SLA day", nil, running(late), "map[cf:customfield_10054:2026-11-28 cf:customfield_10055:running]"},
		{
			"the date already", "SLA day",
			connectors.Values{"cf:customfield_10054": {"2026-11-28"}, "cf:customfield_10055": {"running"}},
			running(late),
			"map[]",
		},
		{
			"a text", "Received at text", nil, running(due),
			"map[cf:customfield_10055:running cf:customfield_10060:2026-11-27 12:40]",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := jiraWords(), jiraDirectory()
			d.Fields = append(d.Fields, connectors.Field{ID: "cf:customfield_10060", Name: "Received at text", Type: "string"})
			m.Fields[2].Field = c.field
			b := bind(t, m, d)
			h := jiraIssue(t, c.values)
			h.Issue.Values["cf:customfield_10060"] = nil
			ev := enforcer.Evaluation{Contract: kamalLike(t, "ru"), Now: due, Cycles: c.cycles}
			got := b.Upkeep(ev, h)
			if fmt.Sprint(got) != c.want {
				t.Errorf("fields %v, want %s", got, c.want)
			}
			for field, v := range got { // what is written is found in order when it is read back
				h.Issue.Values[field] = nil
				if v != "" {
					h.Issue.Values[field] = []string{v}
				}
			}
			if again := b.Upkeep(ev, h); len(again) > 0 {
				t.Errorf("written again: %v", again)
			}
		})
	}
}

// TestPeopleByID: people and groups of Jira's are named by id or by name, and groups by the one as by the other.
func TestPeopleByID(t *testing.T) {
	m := jiraWords()
	m.Roles[1].Groups = []string{"group:developers", "developers"}
	b := bind(t, m, jiraDirectory())
	for who, want := range map[string]enforcer.Role{
		anna: enforcer.Support, boris: enforcer.Management,
		kira: enforcer.Customer, bot: enforcer.Bot,
	} {
		h := jiraIssue(t, connectors.Values{"assignee": {who}})
		req := jiraRequest(t, b, h)
		if got := req.State().Assignee; got.Role != want || got.Name == "" {
			t.Errorf("%s is %+v, want %s", who, got, want)
		}
	}
	h := jiraIssue(t, nil)
	ds := []enforcer.Decision{decision("respond", "due", enforcer.Internal,
		enforcer.Changes{
			Comment: internally(mapping.TextBreach),
			Actions: enforcer.Actions{Assign: enforcer.Support, Priority: enforcer.PriorityUp},
		})}
	p := b.Writes(jiraRequest(t, b, h), h, ds,
		mapping.WriteOptions{
			Contract: kamalLike(t, "en"), Install: "7c1f",
			Texts: texts(t),
		})[0]
	if p.Write.Assign == nil || *p.Write.Assign != anna || p.Write.Priority == nil || *p.Write.Priority != "1" {
		t.Errorf("it writes %+v", p.Write)
	}
}

// TestAudience: every internal comment says how it is kept from customers, where there is more than one way.
func TestAudience(t *testing.T) {
	for kind, want := range map[string]string{
		"jsm-internal": "jsm-internal", "role:Service Desk Team": "role:Service Desk Team",
		"group:jira-staff":  "group:jira-staff",
		mapping.PrivateNote: "", "": "",
	} {
		m := jiraWords()
		m.Internal.Kind = kind
		b := bind(t, m, jiraDirectory())
		h := jiraIssue(t, nil)
		o := mapping.WriteOptions{
			Contract: kamalLike(t, "en"), Install: "7c1f",
			Texts: texts(t),
		}
		ds := []enforcer.Decision{
			occasions()[mapping.TextReceipt],
			decision("respond", "due", enforcer.Internal, enforcer.Changes{Comment: internally(mapping.TextBreach)}),
		}
		ps := b.Writes(jiraRequest(t, b, h), h, ds, o)
		internal, _ := b.Correct(mapping.Correction{
			Keys: []enforcer.StepKey{ds[1].Key}, Internal: true,
			Of: []time.Time{due},
		}, o)
		public, _ := b.Correct(mapping.Correction{Keys: []enforcer.StepKey{ds[0].Key}, Of: []time.Time{due}}, o)
		for _, c := range []*connectors.Comment{ps[0].Write.Comment, ps[1].Write.Comment, internal, public} {
			expected := ""
			if c.Internal {
				expected = want
			}
			if c.Audience != expected {
				t.Errorf("kind %q: internal %v: audience %q, want %q", kind, c.Internal, c.Audience, expected)
			}
			if !strings.HasPrefix(c.Mark, "Ref. 7c1f/") || !strings.HasSuffix(c.Text, "\n\n"+c.Mark) {
				t.Errorf("mark %q of %q", c.Mark, c.Text)
			}
		}
		if !ps[1].Write.Comment.Internal || ps[0].Write.Comment.Internal {
			t.Errorf("the audiences got mixed up: %+v", ps)
		}
	}
}

// wiki is what Jira's wiki acts on in a whole text, by the rules that Atlassian documents.
var wiki = []*regexp.Regexp{
	// links, mentions, macros, tables, breaks, effects
	regexp.MustCompile(`[\[\]{}|\\^~*#@<>]`),
	regexp.MustCompile(`![^\s!][^!\n]*!`),        // images
	regexp.MustCompile(`(?m)^\s*(-{1,2}|\++)\s`), // lists
	regexp.MustCompile(`--`),                     // rules and dashes
	// headings and quotations
	regexp.MustCompile(`(?mi)^\s*(h[1-6]|bq)\.`),
	// effects at the edges of words
	regexp.MustCompile(`(^|[^\pL\pNd])([_+-])[^\s_+-]([^\n]*[^\s])?[_+-]($|[^\pL\pNd])`),
	regexp.MustCompile(`\?\?`),                                                  // citations
	regexp.MustCompile(`[:;]-?\)|:-?\(|:-?[PpD]($|[^\pL])`),                     // faces
	regexp.MustCompile(`(?i)\(([yni/x!+?*-]|\*[rgby]|on|off|flag|flagoff)\)`),   // emoticons
	regexp.MustCompile(`(?i)(https?|ftps?|file|mailto|news|nntp|irc):\S|www\.`), // addresses
	// control and direction
	regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]`),
}

// TestTextsOnJirasWiki: no built-in text, with whatever the tracker puts into it, holds markup of Jira's.
func TestTextsOnJirasWiki(t *testing.T) {
	d := furtherDirectory()
	for i := range d.People {
		d.People[i].Name = "x"
	}
	b := bind(t, unnamed(furtherWords()), d)
	x := worked(t)
	x.do("10:52 ivanov says :) (y) [~admin] {panel}h1. x{panel} ||a|| !b.png! ----? ??c?? http://evil.example (on)")
	x.h.Issue.Subject = "(x) :) [~admin] {panel} ||a|| !b.png!"
	x.h.Issue.Key = "ACME-12"
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
	all := occasions()
	for name, d := range furtherOccasions() {
		all[name] = d
	}
	for _, lang := range message.Languages {
		o := mapping.WriteOptions{
			Contract: kamalLike(t, lang), Install: "7c1f",
			Texts: texts(t),
		}
		var said []string
		for _, d := range all {
			for _, p := range b.Writes(req, x.h, []enforcer.Decision{d}, o) {
				said = append(said, p.Write.Comment.Text)
			}
		}
		for _, c := range []mapping.Correction{
			{Of: []time.Time{due}},
			{Of: []time.Time{due, due.Add(time.Hour)}, Internal: true},
			{},
		} {
			c.Keys = []enforcer.StepKey{delivery.Key}
			text, _ := b.Correct(c, o)
			said = append(said, text.Text)
		}
		issue, _ := b.NewIssue(mapping.Duty{Path: "d", Project: "acme", Type: "Bug"}, delivery, o)
		said = append(said, issue.Description)
		for _, text := range slices.Compact(slices.Sorted(slices.Values(said))) {
			for _, re := range wiki {
				if hit := re.FindString(text); hit != "" {
					t.Errorf("%s: %q is taken for markup (%s) in\n%s", lang, hit, re, text)
				}
			}
		}
		if len(said) < len(mapping.TextKeys) {
			t.Errorf("only %d texts", len(said))
		}
	}
}

// unnamed names people by id alone.
func unnamed(m mapping.Mapping) mapping.Mapping {
	m.Roles[0].Lead, m.Roles[2].Users = []string{"10"}, []string{"13"}
	return m
}
