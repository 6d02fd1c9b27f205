package mapping_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"

	"github.com/google/go-cmp/cmp"
)

// TestBindProblems breaks one thing at a time and holds the whole problem, as the admin reads it.
func TestBindProblems(t *testing.T) {
	// what the sound mapping is told of anyway
	always, _ := problemsOf(words(), directory())
	for _, c := range []struct {
		name   string
		change func(*mapping.Mapping, *connectors.Directory)
		want   string // "path | value | reason", fatal ones with ! before
	}{
		{"unknown status", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Status[1].Names = []string{"In Progress", "in progres"}
		}, `m.status[1].names[1] | in progres | the tracker shows no status of this name; did you mean "In Progress" (id 2)?`},
		{"two classes for a status", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Status[4].Names = append(m.Status[4].Names, "Resolved")
		}, `! m.status[4].names[1] | Resolved | the status is mapped to resolved already; a status has one class`},
		{"unknown project role, nothing near", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Roles[3].ProjectRoles = []string{"Заказчик"}
		}, `! m.roles[3].project_roles[0] | Заказчик | the tracker shows no project role of this name; it has "Support engineer", "Developer", "Customer", "Manager"`},
		{"two people of one name", func(m *mapping.Mapping, d *connectors.Directory) {
			d.People = append(d.People, connectors.Person{ID: "77", Login: "orlova2", Name: "Olga Orlova"})
		}, `! m.roles[2].users[0] | Olga Orlova | 2 of the tracker's entries are called so; give the id of one of "Olga Orlova" (id 13), "Olga Orlova" (id 77)
m.roles[2].lead | Olga Orlova | this lead has no role that counts as management: a request assigned to them is not with management`},
		{"unknown lead", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Roles[0].Lead = []string{"Ivan Ivanof"}
		}, `m.roles[0].lead[0] | Ivan Ivanof | the tracker shows no person or group of this name; did you mean "Ivan Ivanov" (id 10)?`},
		{"a lead without the role", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Roles[0].Lead = []string{"petrov"}
		}, `m.roles[0].lead | Petr Petrov | this lead has no role that counts as support: a request assigned to them is not with support`},
		{"a group's members cannot be seen", func(m *mapping.Mapping, d *connectors.Directory) {
			d.People = append(d.People, connectors.Person{ID: "90", Name: "Second line", Group: true})
			m.Roles[1].Groups = []string{"Second line"}
		}, `m.roles[1].groups[0] | Second line | the account cannot see who is in a group: it can be assigned and made a watcher, but its members count as developers only by project_roles or users`},
		{"unknown priority", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Priorities = []string{"Low", "Normal", "High", "Urgent", "Immediate", "Panic"}
		}, `m.priorities[5] | Panic | the tracker shows no priority of this name; it has "Low" (id 1), "Normal" (id 2), "High" (id 3), "Urgent" (id 4), "Immediate" (id 5), "Old" (id 9)`},
		{"priorities upside down", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Priorities = []string{"Low", "High", "Normal", "Urgent", "Immediate"}
		}, `! m.priorities[2] | Normal | priorities go from the lowest to the highest, but the tracker ranks this one not above "High"
m.priorities | Normal | the priority is not listed: one that people set so is left alone`},
		{"a priority switched off", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Priorities = append(m.Priorities, "Old")
		}, `m.priorities[5] | Old | the priority is switched off in the tracker and is never set`},
		{"a field that is read is gone", func(_ *mapping.Mapping, d *connectors.Directory) {
			d.Fields = slices.DeleteFunc(d.Fields, func(f connectors.Field) bool { return f.Name == "Hold" })
		}, `! m.fields[1].field | Hold | the tracker shows no custom field of this name; it has "Criticality" (id 1), "Received at" (id 2), "SLA due" (id 4), "SLA state" (id 5), "Agreed due" (id 6), "Version" (id 7), "On behalf" (id 8), "After hours" (id 9)`},
		{"a field that is only written is gone", func(_ *mapping.Mapping, d *connectors.Directory) {
			d.Fields = slices.DeleteFunc(d.Fields, func(f connectors.Field) bool { return f.Name == "SLA due" })
		}, `m.fields[2].field | SLA due | the tracker shows no custom field of this name; it has "Criticality" (id 1), "Received at" (id 2), "Hold" (id 3), "SLA state" (id 5), "Agreed due" (id 6), "Version" (id 7), "On behalf" (id 8), "After hours" (id 9)`},
		{"a field by its number, not seen yet", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Fields[0].Field = "44"
		}, `m.fields[0].field | 44 | no issue with a custom field of this id has been seen yet`},
		{"a field mapped twice", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Fields = append(m.Fields, mapping.FieldRule{Is: mapping.FieldReceived, Field: "Version"})
		}, `! m.fields[8].is | received | the field is mapped twice`},
		{"severity by priority", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Severity[1].When = mapping.When{Priority: []string{"Low"}}
		}, `m.severity[1].when.priority | minor | the severity depends on the priority, which steps may raise: only priorities set by people count for it`},
		{"severity by a field that we write", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Severity[1].When = mapping.When{Field: "SLA state"}
		}, `m.severity[1].when.field | SLA state | the severity depends on a field that slabridge writes as sla-state: only values set by people count for it`},
		{"category by name", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Severity[1].When = mapping.When{Category: []string{"Network"}}
		}, `! m.severity[1].when.category[0] | Network | categories are given by id, because each project has its own; the id is in the address of the category's page in the project's settings`},
		{"tracker", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Severity[1].When.Tracker = []string{"Featur"}
		}, `! m.severity[1].when.tracker[0] | Featur | the tracker shows no tracker, issue type or request type of this name; did you mean "Feature" (id 2)?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := words(), directory()
			c.change(&m, &d)
			got, _ := problemsOf(m, d)
			got = slices.DeleteFunc(got, func(s string) bool { return slices.Contains(always, s) })
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFurtherBindProblems does the same for who is on duty, kinds of work and what holds fields.
func TestFurtherBindProblems(t *testing.T) {
	always, _ := problemsOf(furtherWords(), furtherDirectory())
	for _, c := range []struct {
		name   string
		change func(*mapping.Mapping, *connectors.Directory)
		want   string
	}{
		{"unknown activity", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Activities[0].Names = []string{"Phone", "Fone"}
		}, `m.activities[0].names[1] | Fone | the tracker shows no kind of work (time entry activity) of this name; did you mean "Phone" (id 9), "Phone" (id 31)?`},
		{"activities that the account may not list", func(_ *mapping.Mapping, d *connectors.Directory) {
			d.Activities = nil
		}, `m.activities[0].names[0] | Phone | the tracker shows no kind of work (time entry activity) of this name; it shows none at all to this account`},
		{"unknown duty", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Roles[0].Duty = []string{"sidorof"}
		}, `m.roles[0].duty[0] | sidorof | the tracker shows no person or group of this name; did you mean "Semyon Sidorov" (id 12)?`},
		{"duty without the role", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Roles[0].Duty = []string{"stranger"}
		}, `m.roles[0].duty | Sam Stranger | who is on duty has no role that counts as support: a request assigned to them is not with support`},
		{"files twice", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Fields = append(m.Fields, mapping.FieldRule{Is: "logs", Attachment: []string{"*.txt"}})
		}, `! m.fields[18].is | logs | the field is mapped twice`},
		{"field and description", func(m *mapping.Mapping, _ *connectors.Directory) {
			m.Fields = append(m.Fields, mapping.FieldRule{Is: "description", Field: "Version"})
		}, `! m.fields[18].is | description | the field is mapped twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := furtherWords(), furtherDirectory()
			c.change(&m, &d)
			got, _ := problemsOf(m, d)
			got = slices.DeleteFunc(got, func(s string) bool { return slices.Contains(always, s) })
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func problemsOf(m mapping.Mapping, d connectors.Directory, past ...mapping.Remembered) ([]string, *mapping.Bound) {
	b, problems := mapping.Bind(m, d, mapping.Memory{People: past}, "m")
	var out []string
	for _, p := range problems {
		s := p.Path + " | " + p.Value + " | " + p.Reason.String()
		if p.Fatal {
			s = "! " + s
		}
		out = append(out, s)
	}
	return out, b
}

// TestBindSound shows what a sound mapping is still told of.
func TestBindSound(t *testing.T) {
	got, _ := problemsOf(words(), directory())
	want := []string{
		"m.status | Parked | no class is given for this status: requests that reach it are held; add it to one of [new " +
			"working waiting-customer waiting-third-party resolved closed]",
		"m.roles[1] | Lev Locked | this account is locked: what it did counts, but it is neither assigned nor told",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestScopeProblems(t *testing.T) {
	b := bind(t, words(), directory())
	for _, c := range []struct {
		name  string
		scope mapping.Scope
		want  []string
		fatal bool
	}{
		{"sound", mapping.Scope{Projects: []string{"acme"}}, nil, false},
		{"by name", mapping.Scope{Projects: []string{"Acme"}}, nil, false},
		{
			"unknown beside a known one",
			mapping.Scope{Projects: []string{"acme", "acmee"}},
			[]string{`did you mean "acme" (id 1)?`},
			false,
		},
		{
			"none found",
			mapping.Scope{Projects: []string{"nowhere"}},
			[]string{"the tracker shows no project", "covers nothing"},
			true,
		},
		{
			"closed",
			mapping.Scope{Projects: []string{"past"}},
			[]string{"refuses every write"},
			false,
		},
		{
			"condition",
			mapping.Scope{Projects: []string{"acme"}, When: []mapping.When{{Tracker: []string{"Bugg"}}}},
			[]string{`did you mean "Bug"`},
			true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := b.Scope(c.scope, "contracts[0]")
			if len(got) != len(c.want) {
				t.Fatalf("problems %+v, want %d", got, len(c.want))
			}
			fatal := false
			for i, p := range got {
				fatal = fatal || p.Fatal
				if !strings.Contains(p.Reason.String(), c.want[i]) {
					t.Errorf("problem %+v, want %q", p, c.want[i])
				}
			}
			if fatal != c.fatal {
				t.Errorf("fatal %v, want %v", fatal, c.fatal)
			}
		})
	}
}

// assigning is a contract whose steps assign people of the roles.
func assigning(roles ...enforcer.Role) *enforcer.Contract {
	var steps []enforcer.Step
	for _, r := range roles {
		steps = append(steps, enforcer.Step{Actions: enforcer.Actions{Assign: r}})
	}
	return &enforcer.Contract{Obligations: []enforcer.Obligation{{Rules: []enforcer.Rule{{Steps: steps}}}}}
}

// TestUnassignable tells of a project where nobody who is called in can be assigned, and of no role that no step
// assigns.
func TestUnassignable(t *testing.T) {
	staff := []enforcer.Role{enforcer.Support, enforcer.Developers, enforcer.Management}
	for name, c := range map[string]struct {
		bound   *mapping.Bound
		project string
		roles   []enforcer.Role
		want    []string
	}{
		"everybody there":     {bind(t, words(), directory()), "acme", staff, nil},
		"nobody there":        {bind(t, words(), directory()), "past", staff, []string{"support", "developers", "management"}},
		"management unneeded": {bind(t, words(), directory()), "past", staff[:2], []string{"support", "developers"}},
	} {
		t.Run(name, func(t *testing.T) {
			scope, _ := c.bound.Scope(mapping.Scope{Projects: []string{c.project}}, "contracts[0]")
			var want, got []string
			for _, role := range c.want {
				want = append(want, "contracts[0].projects | no lead of "+role+" can be assigned in this project: each is locked, "+
					"gone or not a member of it")
			}
			for _, p := range c.bound.Unassignable(assigning(c.roles...), scope, "contracts[0]") {
				got = append(got, p.Path+" | "+p.Reason.String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNobodyOnDutyInTheProject is told beside the leads that it lacks.
func TestNobodyOnDutyInTheProject(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	scope, _ := b.Scope(mapping.Scope{Projects: []string{"inner"}}, "contracts[0]")
	got := b.Unassignable(assigning(enforcer.Support), scope, "contracts[0]")
	if !slices.ContainsFunc(got, func(p mapping.Problem) bool {
		return p.Path == "contracts[0].projects" &&
			strings.HasPrefix(
				p.Reason.String(),
				"nobody on duty for support can be assigned in this project, so the lead will be",
			)
	}) {
		t.Errorf("problems %+v", got)
	}
}

// TestSomeoneWhoLeftIsStillNamed: a user in the configuration whom the tracker shows no more is resolved from
// memory, keeps the role and is not assigned.
func TestSomeoneWhoLeftIsStillNamed(t *testing.T) {
	m := words()
	m.Roles[2].Users = append(m.Roles[2].Users, "Lena Leaver")
	got, b := problemsOf(m, directory(),
		mapping.Remembered{
			Person: "40", Name: "Lena Leaver", Project: "1", Roles: []string{"Manager"},
			LastSeen: readAt.Add(-time.Hour),
		})
	if want := "m.roles[2] | Lena Leaver | the tracker does not show this person any more: what they did counts, but " +
		"they are neither assigned nor told"; !slices.Contains(got, want) {
		t.Errorf("problems %q lack %q", got, want)
	}
	x := newHand(t)
	x.do("10:00 40 creates")
	if r := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}),
		time.UTC).Author.Role; r != enforcer.Management {
		t.Errorf("role %q", r)
	}
}

// TestPeopleAreRememberedAsSeen binds with what was remembered of itself: nothing changes.
func TestPeopleAreRememberedAsSeen(t *testing.T) {
	people := bind(t, words(), directory()).People()
	if len(people) != 6 || people[0].Name != "Ivan Ivanov" || !people[0].LastSeen.Equal(readAt) {
		t.Errorf("people %+v", people)
	}
	again := bind(t, words(), directory(), people...).People()
	if diff := cmp.Diff(people, again); diff != "" {
		t.Error(diff)
	}
}

func TestRights(t *testing.T) {
	c := &enforcer.Contract{Obligations: []enforcer.Obligation{
		{
			ID: "acknowledge",
			Rules: []enforcer.Rule{{Steps: []enforcer.Step{{
				ID:      "start",
				Comment: &enforcer.StepComment{Audience: enforcer.Public},
			}}}},
		},
		{ID: "respond", Rules: []enforcer.Rule{{Steps: []enforcer.Step{
			{
				ID: "due", Comment: &enforcer.StepComment{Audience: enforcer.Internal},
				Actions: enforcer.Actions{Assign: enforcer.Support, Priority: enforcer.PriorityUp},
			},
		}}}, Stop: []enforcer.Condition{{Word: enforcer.WordNote, Audience: enforcer.Public}}},
		{
			ID: "later", Inert: enforcer.Text{"en": "not yet"},
			Rules: []enforcer.Rule{{Steps: []enforcer.Step{{ID: "due", Actions: enforcer.Actions{Watch: enforcer.Management}}}}},
		},
	}}
	m := words()
	m.Fields = m.Fields[:2]
	got := bind(t, m, directory()).Rights(c)
	want := []mapping.Need{
		{Right: connectors.ReadIssues},
		{Right: connectors.WriteComment, For: []string{"acknowledge/start", "respond/due"}},
		{Right: connectors.WriteInternal, For: []string{"respond/due"}},
		{Right: connectors.TakeBack, For: []string{"respond/due"}},
		{Right: connectors.SetAssignee, For: []string{"respond/due"}},
		{Right: connectors.SetPriority, For: []string{"respond/due"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c.Obligations[2].Inert = nil
	c.Obligations[1].Stop[0].Audience = ""
	got = bind(t, words(), directory()).Rights(c)
	for _, r := range []connectors.Right{connectors.ReadInternal, connectors.AddWatchers, connectors.WriteCustomFields} {
		if !slices.ContainsFunc(got, func(n mapping.Need) bool { return n.Right == r }) {
			t.Errorf("needs %v lack %q", got, r)
		}
	}
}

// TestRightsOfTheRemainingClauses: closing, creating and reading booked time, each where a step or a sum asks for it,
// also in a text that is in force for earlier requests only.
func TestRightsOfTheRemainingClauses(t *testing.T) {
	act := func(action string) []enforcer.Rule {
		return []enforcer.Rule{{Steps: []enforcer.Step{{ID: "due", Actions: enforcer.Actions{Action: action}}}}}
	}
	c := &enforcer.Contract{
		Obligations: []enforcer.Obligation{
			{ID: "await-answer", Rules: act(enforcer.ActionClose)},
			{ID: "phone-consultation", Start: enforcer.Condition{Word: enforcer.WordTimeEntry}},
			{ID: "billing", Rules: []enforcer.Rule{{Sum: &enforcer.Sum{Billed: &enforcer.Billed{}}}}},
			{ID: "off", Off: true, Rules: act(enforcer.ActionCreate)},
		},
		Earlier: []*enforcer.Contract{{Obligations: []enforcer.Obligation{
			{ID: "cause-report", Rules: act(enforcer.ActionReopen)}, {ID: "standing-duty", Rules: act(enforcer.ActionCreate)},
		}}},
	}
	m := words()
	m.Fields = nil
	want := []mapping.Need{
		{Right: connectors.ReadIssues},
		{Right: connectors.SetStatus, For: []string{"cause-report/due", "await-answer/due"}},
		{Right: connectors.CreateIssues, For: []string{"standing-duty/due"}},
		{Right: connectors.ReadWork, For: []string{"phone-consultation", "billing"}},
	}
	if diff := cmp.Diff(want, bind(t, m, directory()).Rights(c)); diff != "" {
		t.Error(diff)
	}
}
