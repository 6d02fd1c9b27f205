package mapping_test

import (
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// A status that was deleted keeps its class in histories when another gets its name, be it made anew or renamed. Where
// several projects have statuses of one name, that one of them is renamed moves no name; a name given on in several
// steps has moved.
func TestStatusesOfOneName(t *testing.T) {
	seen := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	was := func(id, name string, day int) mapping.FormerName {
		return mapping.FormerName{Kind: "status", ID: id, Name: name, SeenAt: seen.AddDate(0, 0, day)}
	}
	rename := func(d *connectors.Directory, id, name string) {
		for i := range d.Statuses {
			if d.Statuses[i].ID == id {
				d.Statuses[i].Name = name
			}
		}
	}
	type names = []mapping.FormerName
	for _, c := range []struct {
		name   string
		known  names
		change func(*mapping.Mapping, *connectors.Directory)
		want   map[string]enforcer.StatusClass
		fatal  bool
	}{
		{
			"deleted and made anew",
			names{was("4", "Feedback", 0), was("12", "Feedback", 5)},
			func(_ *mapping.Mapping, d *connectors.Directory) { d.Statuses[3].ID = "12" },
			map[string]enforcer.StatusClass{"4": enforcer.WaitingCustomer, "12": enforcer.WaitingCustomer},
			false,
		},
		{
			"deleted, and its name given to another",
			names{was("4", "Feedback", 0), was("12", "Review", 0), was("12", "Feedback", 5)},
			func(_ *mapping.Mapping, d *connectors.Directory) { d.Statuses[3].ID = "12" },
			map[string]enforcer.StatusClass{"4": enforcer.WaitingCustomer, "12": enforcer.WaitingCustomer},
			false,
		},
		{
			"renamed, then deleted, and its first name given to another",
			names{was("9", "Feedback", 0), was("9", "Waiting", 1), was("4", "Feedback", 2)},
			func(*mapping.Mapping, *connectors.Directory) {},
			map[string]enforcer.StatusClass{"4": enforcer.WaitingCustomer, "9": enforcer.WaitingCustomer},
			false,
		},
		{
			"two projects have it, and the first renames its own",
			names{was("4", "Feedback", 0), was("12", "Feedback", 5), was("4", "Pending", 9)},
			func(m *mapping.Mapping, d *connectors.Directory) {
				rename(d, "4", "Pending")
				d.Statuses = append(d.Statuses, connectors.Status{ID: "12", Name: "Feedback"})
				m.Status[2].Names = append(m.Status[2].Names, "Pending")
			},
			map[string]enforcer.StatusClass{"4": enforcer.WaitingCustomer, "12": enforcer.WaitingCustomer},
			false,
		},
		{
			"the name given on in several steps",
			names{was("4", "Feedback", 0), was("4", "x", 5), was("12", "Review", 0), was("12", "Feedback", 6), was("4", "Y", 9)},
			func(m *mapping.Mapping, d *connectors.Directory) {
				rename(d, "4", "Y")
				d.Statuses = append(d.Statuses, connectors.Status{ID: "12", Name: "Feedback"})
			},
			map[string]enforcer.StatusClass{"12": ""},
			true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := words(), directory()
			c.change(&m, &d)
			b, problems := mapping.Bind(m, d, mapping.Memory{Names: c.known}, "m")
			fatal := false
			for _, p := range problems {
				fatal = fatal || p.Fatal
			}
			if fatal != c.fatal {
				t.Errorf("problems: %+v", problems)
			}
			for id, want := range c.want {
				h := connectors.History{Issue: connectors.Issue{
					ID: "1", Author: "10", CreatedAt: seen.AddDate(0, 5, 0),
					Values: connectors.Values{"status": {id}, "project": {"1"}, "type": {"1"}, "cf:1": nil},
				}}
				r := b.Request(h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
				if got := r.State().Status; got != want {
					t.Errorf("status %s is %q, want %q: %+v", id, got, want, r.Faults)
				}
			}
		})
	}
}
