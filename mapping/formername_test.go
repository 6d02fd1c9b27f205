package mapping_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// What the tracker called something before, and what it has no more, means what it meant: nothing stops, nothing is
// judged otherwise, and the admin is told what to write. Where a name has come to mean something else, nothing is
// judged by it.
func TestFormerNames(t *testing.T) {
	seen := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	was := func(kind, id, name string) mapping.FormerName {
		return mapping.FormerName{Kind: kind, ID: id, Name: name, SeenAt: seen}
	}
	person := func(d *connectors.Directory, id string) *connectors.Person {
		for i := range d.People {
			if d.People[i].ID == id {
				return &d.People[i]
			}
		}
		return nil
	}
	for _, c := range []struct {
		name   string
		known  []mapping.FormerName
		change func(*mapping.Mapping, *connectors.Directory)
		fatal  bool
		want   string // in what is told of the name
	}{
		{
			"a person was renamed",
			[]mapping.FormerName{was("person", "13", "Olga Orlova")},
			func(_ *mapping.Mapping, d *connectors.Directory) { person(d, "13").Name = "Olga Petrova" }, false,
			`roles[2].users[0] | Olga Orlova | the tracker has renamed it: write "Olga Petrova" (id 13)`,
		},
		{
			"a person has left without ever having had a role in a project",
			[]mapping.FormerName{was("person", "77", "Nina Nikitina")},
			func(m *mapping.Mapping, _ *connectors.Directory) {
				m.Roles[2].Users = append(m.Roles[2].Users, "Nina Nikitina")
			}, false, "roles[2] | Nina Nikitina | the tracker does not show this person any more",
		},
		{
			"a namesake of the lead came",
			[]mapping.FormerName{was("person", "10", "Ivan Ivanov")},
			func(_ *mapping.Mapping, d *connectors.Directory) {
				d.People = append(d.People, connectors.Person{ID: "80", Login: "ivanov2", Name: "Ivan Ivanov"})
			}, false, `roles[0].lead[0] | Ivan Ivanov | 2 of the tracker's entries are called so; it means the one that was ` +
				`called so first, "Ivan Ivanov" (id 10)`,
		},
		{
			"two namesakes that were always there",
			[]mapping.FormerName{was("person", "10", "Ivan Ivanov"), was("person", "80", "Ivan Ivanov")},
			func(_ *mapping.Mapping, d *connectors.Directory) {
				d.People = append(d.People, connectors.Person{ID: "80", Login: "ivanov2", Name: "Ivan Ivanov"})
			}, true, "roles[0].lead[0] | Ivan Ivanov | 2 of the tracker's entries are called so; give the id",
		},
		{
			"a project role was renamed",
			[]mapping.FormerName{was("role", "3", "Support engineer")},
			func(_ *mapping.Mapping, d *connectors.Directory) { d.Roles[0].Name = "Support agent" }, false,
			"roles[0].project_roles[0] | Support engineer | the tracker has renamed it",
		},
		{
			"a project role is gone",
			[]mapping.FormerName{was("role", "8", "Duty engineer")},
			func(m *mapping.Mapping, _ *connectors.Directory) {
				m.Roles[0].ProjectRoles = append(m.Roles[0].ProjectRoles, "Duty engineer")
			}, false, "",
		},
		{
			"a group was deleted",
			[]mapping.FormerName{was("group", "g1", "Second line")},
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Roles[0].Groups = []string{"Second line"} }, false, "",
		},
		{
			"a tracker is gone",
			[]mapping.FormerName{was("type", "5", "Wish")},
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Severity[1].When.Tracker = []string{"Wish"} }, false, "",
		},
		{
			"a priority is gone",
			[]mapping.FormerName{was("priority", "8", "Panic")},
			func(m *mapping.Mapping, _ *connectors.Directory) {
				m.Severity[1].When = mapping.When{Priority: []string{"Panic"}}
			}, false, "",
		},
		{
			"a field is gone: what it held is gone as well",
			[]mapping.FormerName{was("field", "cf:40", "Gravity")},
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Severity[0].When.Field = "Gravity" }, true,
			"severity[0].when.field | Gravity | the tracker shows no custom field of this name",
		},
		{
			"the names of priorities were moved on",
			[]mapping.FormerName{was("priority", "3", "High"), was("priority", "4", "Urgent")},
			func(m *mapping.Mapping, d *connectors.Directory) {
				m.Priorities, m.Severity[1].When = nil, mapping.When{Priority: []string{"Urgent"}}
				d.Priorities[2].Name, d.Priorities[3].Name = "Urgent", "Blocker"
			}, true, `severity[1].when.priority[0] | Urgent | the tracker calls "Urgent" (id 3) so now, and called "Blocker" ` +
				`(id 4) so before; give the id of the one that is meant`,
		},
		{
			"a field took the name of another",
			[]mapping.FormerName{was("field", "cf:1", "Criticality")},
			func(_ *mapping.Mapping, d *connectors.Directory) {
				d.Fields[0].Name, d.Fields[6].Name = "Criticality (old)", "Criticality"
			}, true, `severity[0].when.field | Criticality | the tracker calls "Criticality" (id 7) so now`,
		},
		{
			"the names of trackers were swapped",
			[]mapping.FormerName{was("type", "1", "Bug"), was("type", "2", "Feature")},
			func(_ *mapping.Mapping, d *connectors.Directory) {
				d.Types[0].Name, d.Types[1].Name = "Feature", "Bug"
			}, true, `severity[1].when.tracker[0] | Feature | the tracker calls "Feature" (id 1) so now`,
		},
		{
			"the names of statuses were swapped",
			[]mapping.FormerName{was("status", "2", "In Progress"), was("status", "4", "Feedback")},
			func(_ *mapping.Mapping, d *connectors.Directory) {
				d.Statuses[1].Name, d.Statuses[3].Name = "Feedback", "In Progress"
			}, true, `status[1].names[0] | In Progress | the tracker calls "In Progress" (id 4) so now, and called "Feedback" ` +
				`(id 2) so before; give the id of the one that is meant`,
		},
		{
			"a status was renamed, and a new one has its name",
			[]mapping.FormerName{was("status", "4", "Feedback")},
			func(_ *mapping.Mapping, d *connectors.Directory) {
				d.Statuses[3].Name = "Asked"
				d.Statuses = append(d.Statuses, connectors.Status{ID: "12", Name: "Feedback"})
			}, true, `| Feedback | the tracker calls "Feedback" (id 12) so now, and called "Asked" (id 4) so before`,
		},
		{
			"a status has the name of another that is gone",
			[]mapping.FormerName{was("status", "2", "In Progress"), was("status", "4", "Feedback")},
			func(_ *mapping.Mapping, d *connectors.Directory) {
				d.Statuses[1].Name = "Feedback"
				d.Statuses = slices.Delete(d.Statuses, 3, 4)
			}, false, `status | Feedback | the tracker called this status "In Progress" before, which is working, and ` +
				`calls it "Feedback" now, which is waiting-customer; write its id (2) into the names of the one that is right`,
		},
		{
			"statuses swapped names, and the mapping has ids",
			[]mapping.FormerName{was("status", "2", "In Progress"), was("status", "4", "Feedback")},
			func(m *mapping.Mapping, d *connectors.Directory) {
				d.Statuses[1].Name, d.Statuses[3].Name = "Feedback", "In Progress"
				m.Status[1].Names[0], m.Status[2].Names[0] = "2", "4"
			}, false, "",
		},
		{
			"swapped and swapped back", []mapping.FormerName{
				was("type", "1", "Bug"), was("type", "2", "Feature"),
				{Kind: "type", ID: "1", Name: "Feature", SeenAt: seen.AddDate(0, 1, 0)},
				{Kind: "type", ID: "2", Name: "Bug", SeenAt: seen.AddDate(0, 1, 0)},
			}, func(*mapping.Mapping, *connectors.Directory) {}, false, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := words(), directory()
			c.change(&m, &d)
			_, problems := mapping.Bind(m, d, mapping.Memory{Names: c.known}, "m")
			var told []string
			fatal := false
			for _, p := range problems {
				told = append(told, strings.TrimPrefix(p.Path, "m.")+" | "+p.Value+" | "+p.Reason.String())
				fatal = fatal || p.Fatal
			}
			if fatal != c.fatal || !strings.Contains(strings.Join(told, "\n"), c.want) {
				t.Errorf("fatal %t, told\n%s", fatal, strings.Join(told, "\n"))
			}
		})
	}
}

// A project role that was renamed keeps those who had it under its former name: who has left since is still staff.
func TestRenamedRoleKeepsWhoLeft(t *testing.T) {
	when := time.Date(2026, 6, 9, 12, 0, 0, 0, time.UTC)
	m, d := words(), directory()
	d.Roles[0].Name, m.Roles[0].ProjectRoles = "Support agent", []string{"Support agent"}
	b, _ := mapping.Bind(m, d, mapping.Memory{
		People: []mapping.Remembered{{
			Person: "40", Name: "Lena Leaver", Project: "1", Roles: []string{"Support engineer"}, LastSeen: when,
		}},
		Names: []mapping.FormerName{{Kind: "role", ID: "3", Name: "Support engineer"}},
	}, "m")
	s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	h := connectors.History{Issue: connectors.Issue{
		ID: "1", Author: "40", CreatedAt: when, Values: connectors.Values{"project": {"1"}},
	}}
	if got := b.Request(h, s, time.UTC).Author.Role; got != enforcer.Support {
		t.Errorf("who left counts as %q", got)
	}
}

// A project that was renamed stays the contract's.
func TestRenamedProject(t *testing.T) {
	d := directory()
	d.Projects[1].Name = "Kitchen"
	b, _ := mapping.Bind(words(), d, mapping.Memory{Names: []mapping.FormerName{
		{Kind: "project", ID: "2", Name: "inner"}, {Kind: "project", ID: "2", Name: "Inner"},
	}}, "m")
	s, problems := b.Scope(mapping.Scope{Projects: []string{"acme", "Inner"}}, "c")
	if got := s.Projects(); len(got) != 2 || len(problems) != 1 || problems[0].Fatal {
		t.Errorf("projects %v, problems %+v", got, problems)
	}
}

// Where projects have statuses of one name each, one that takes another's name has no class until a rule has its id:
// what waited for the customer does not begin to run against us. One that had its name from the first has its class.
func TestStatusTakesTheNameOfAnotherClass(t *testing.T) {
	seen := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	was := func(id, name string) mapping.FormerName {
		return mapping.FormerName{Kind: "status", ID: id, Name: name, SeenAt: seen}
	}
	m, d := words(), directory()
	d.Statuses[1].Name, d.Statuses[3].Name = "Feedback", "In Progress" // of one project, and another has its own
	d.Statuses = append(d.Statuses, connectors.Status{ID: "12", Name: "In Progress"},
		connectors.Status{ID: "14", Name: "Feedback"})
	known := mapping.Memory{Names: []mapping.FormerName{
		was("2", "In Progress"), was("4", "Feedback"), was("12", "In Progress"), was("14", "Feedback"),
	}}
	read := func(m mapping.Mapping, status string) enforcer.Request {
		b, problems := mapping.Bind(m, d, known, "m")
		for _, p := range problems {
			if p.Fatal {
				t.Errorf("all is stopped: %+v", p)
			}
		}
		return b.Request(connectors.History{Issue: connectors.Issue{
			ID: "1", CreatedAt: seen, Values: connectors.Values{"project": {"1"}, "status": {status}},
		}}, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
	}
	for status, want := range map[string]enforcer.StatusClass{
		"2": "", "4": "", "12": enforcer.Working, "14": enforcer.WaitingCustomer,
	} {
		r := read(m, status)
		if got := r.State().Status; got != want || (len(r.Faults) > 0) != (want == "") {
			t.Errorf("status %s is %q, want %q; faults %+v", status, got, want, r.Faults)
		}
	}
	m.Status[1].Names = append(slices.Clone(m.Status[1].Names), "2")
	if r := read(m, "2"); r.State().Status != enforcer.Working || len(r.Faults) > 0 {
		t.Errorf("by its id it is %q, faults %+v", r.State().Status, r.Faults)
	}
}
