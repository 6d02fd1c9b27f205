package mapping_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/mapping"
)

// TestWhatTheTrackerHasNoMore: histories speak of what the tracker has deleted or calls something else now; named in
// the mapping as it was called then, it means what it meant. What the mapping does not name means nothing.
func TestWhatTheTrackerHasNoMore(t *testing.T) {
	seen := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	was := func(kind, id, name string) []mapping.FormerName {
		return []mapping.FormerName{{Kind: kind, ID: id, Name: name, SeenAt: seen}}
	}
	for _, c := range []struct {
		name   string
		known  []mapping.FormerName
		change func(*mapping.Mapping, *connectors.Directory)
		values connectors.Values
		want   string // status class and severity
	}{
		{
			"all is there", nil, func(*mapping.Mapping, *connectors.Directory) {},
			connectors.Values{"status": {"4"}, "type": {"2"}},
			"waiting-customer minor",
		},
		{
			"a status is gone", was("status", "9", "Waiting"),
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Status[2].Names = []string{"Feedback", "Waiting"} },
			connectors.Values{"status": {"9"}},
			"waiting-customer noncritical",
		},
		{
			"a status is gone that nobody named", was("status", "9", "Waiting"),
			func(*mapping.Mapping, *connectors.Directory) {},
			connectors.Values{"status": {"9"}},
			" noncritical",
		},
		{
			"a status was renamed", was("status", "4", "Feedback"),
			func(_ *mapping.Mapping, d *connectors.Directory) { d.Statuses[3].Name = "Pending" },
			connectors.Values{"status": {"4"}},
			"waiting-customer noncritical",
		},
		{
			"a tracker is gone", was("type", "5", "Wish"),
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Severity[1].When.Tracker = []string{"Wish"} },
			connectors.Values{"status": {"1"}, "type": {"5"}},
			"new minor",
		},
		{
			"a tracker was renamed", was("type", "2", "Feature"),
			func(_ *mapping.Mapping, d *connectors.Directory) { d.Types[1].Name = "Wish" },
			connectors.Values{"status": {"1"}, "type": {"2"}},
			"new minor",
		},
		{
			"a priority is gone", was("priority", "8", "Panic"),
			func(m *mapping.Mapping, _ *connectors.Directory) {
				m.Severity[1].When = mapping.When{Priority: []string{"Panic"}}
			},
			connectors.Values{"status": {"1"}, "priority": {"8"}},
			"new minor",
		},
		{
			"another kind of the same id", was("status", "5", "Wish"),
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Severity[1].When.Tracker = []string{"Feature"} },
			connectors.Values{"status": {"1"}, "type": {"5"}},
			"new noncritical",
		},
	} {
		m, d := words(), directory()
		c.change(&m, &d)
		b, problems := mapping.Bind(m, d, mapping.Memory{Names: c.known}, "m")
		for _, p := range problems {
			if p.Fatal {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		c.values["project"] = []string{"1"}
		h := connectors.History{Issue: connectors.Issue{
			ID: "1", Author: "10", CreatedAt: seen.AddDate(0, 5, 0), Values: c.values,
		}}
		r := b.Request(h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
		state := r.State()
		if got := string(state.Status) + " " + state.Severity; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestWhatSeveritiesRestOn: each key of a request once, in the order in which the rules ask for it.
func TestWhatSeveritiesRestOn(t *testing.T) {
	m := words()
	m.Severity = []mapping.SeverityRule{
		{Is: "critical", When: mapping.When{Field: "Criticality", In: []string{"high"}}},
		{Is: "minor", When: mapping.When{Tracker: []string{"Feature"}}},
		{Is: "minor", When: mapping.When{Priority: []string{"Low"}}},
		{Is: "minor", When: mapping.When{Field: "Criticality", In: []string{"low"}}},
		{Is: "noncritical"},
	}
	want := []string{"cf:1", connectors.FieldType, connectors.FieldRequestType, connectors.FieldPriority}
	if got := bind(t, m, directory()).SeverityKeys(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLockedPeopleAreToldOfOnce: somebody who is named several times in a role is one person.
func TestLockedPeopleAreToldOfOnce(t *testing.T) {
	m, d := words(), directory()
	m.Roles[2].Lead, m.Roles[2].Duty = []string{"13"}, []string{"13"}
	for i := range d.People {
		d.People[i].Locked = d.People[i].Locked || d.People[i].ID == "13"
	}
	_, problems := mapping.Bind(m, d, mapping.Memory{}, "m")
	told := 0
	for _, p := range problems {
		if p.Value == "Olga Orlova" && strings.Contains(p.Reason.String(), "this account is locked") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times: %+v", told, problems)
	}
}
