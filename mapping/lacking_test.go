package mapping_test

import (
	"slices"
	"testing"

	"slabridge/connectors"
	"slabridge/mapping"
)

// An issue that lacks a field on which the mapping rests is not believed where others of its project and type had one,
// be it deleted, which leaves the mapping its name alone, or hidden. An empty field is there; a field that was never
// seen on issues of the kind is on no form of theirs; what is not asked of a type is not asked.
func TestLackingAField(t *testing.T) {
	seen := func(key, project, kind string) mapping.FormerName {
		return mapping.FormerName{Kind: "carrier", ID: key, Name: project + "/" + kind}
	}
	issue := func(project, kind string, v connectors.Values) connectors.Issue {
		v[connectors.FieldProject], v[connectors.FieldType] = []string{project}, []string{kind}
		v[connectors.FieldPriority] = []string{"2"}
		return connectors.Issue{ID: "1", Values: v}
	}
	for _, c := range []struct {
		name   string
		known  []mapping.FormerName
		change func(*mapping.Mapping, *connectors.Directory)
		issue  connectors.Issue
		lacks  bool
	}{
		{
			"it has it",
			[]mapping.FormerName{seen("cf:1", "1", "1")},
			nil,
			issue("1", "1", connectors.Values{"cf:1": {"high"}}), false,
		},
		{
			"it is empty",
			[]mapping.FormerName{seen("cf:1", "1", "1")},
			nil,
			issue("1", "1", connectors.Values{"cf:1": nil}), false,
		},
		{"it is gone", []mapping.FormerName{seen("cf:1", "1", "1")}, nil, issue("1", "1", connectors.Values{}), true},
		{
			"never seen on this type",
			[]mapping.FormerName{seen("cf:1", "1", "1")},
			nil,
			issue("1", "2", connectors.Values{}), false,
		},
		{
			"of another project",
			[]mapping.FormerName{seen("cf:1", "2", "1")},
			nil,
			issue("1", "1", connectors.Values{}), false,
		},
		{
			"of a project without contract",
			[]mapping.FormerName{seen("cf:1", "2", "1")},
			nil,
			issue("2", "1", connectors.Values{}), false,
		},
		{"deleted, and the names say so", []mapping.FormerName{
			seen("cf:1", "1", "1"), {Kind: "field", ID: "cf:1", Name: "Criticality"},
		}, func(_ *mapping.Mapping, d *connectors.Directory) {
			d.Fields = slices.DeleteFunc(d.Fields, func(f connectors.Field) bool { return f.ID == "cf:1" })
		}, issue("1", "1", connectors.Values{}), true},
		{
			"asked of another type alone",
			[]mapping.FormerName{seen("cf:1", "1", "1")},
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Severity[0].When.Tracker = []string{"Feature"} },
			issue("1", "1", connectors.Values{}), false,
		},
		{
			"a field that holds requests",
			[]mapping.FormerName{seen("cf:3", "1", "1")},
			nil,
			issue("1", "1", connectors.Values{"cf:1": nil}), true,
		},
		{
			"a field that another type alone has",
			[]mapping.FormerName{seen("cf:3", "1", "1")},
			func(m *mapping.Mapping, _ *connectors.Directory) {
				for i := range m.Fields {
					m.Fields[i].Tracker = []string{"Feature"}
				}
			},
			issue("1", "1", connectors.Values{"cf:1": nil}), false,
		},
		{
			"the priority",
			[]mapping.FormerName{seen("priority", "1", "1")},
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Severity[1].When.Priority = []string{"High"} },
			connectors.Issue{ID: "1", Values: connectors.Values{"project": {"1"}, "type": {"1"}, "cf:1": nil}},
			false,
		},
		{
			"the priority, which its type asks for",
			[]mapping.FormerName{seen("priority", "1", "2")},
			func(m *mapping.Mapping, _ *connectors.Directory) { m.Severity[1].When.Priority = []string{"High"} },
			connectors.Issue{ID: "1", Values: connectors.Values{"project": {"1"}, "type": {"2"}, "cf:1": nil}},
			true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := words(), directory()
			if c.change != nil {
				c.change(&m, &d)
			}
			b, _ := mapping.Bind(m, d, mapping.Memory{Names: c.known}, "m")
			s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
			if err := b.Lacking(c.issue, s); (err != nil) != c.lacks {
				t.Errorf("lacking: %v", err)
			}
		})
	}
}

// What an issue carries is remembered for its project and type, whether it is filled or not.
func TestCarries(t *testing.T) {
	b, _ := mapping.Bind(words(), directory(), mapping.Memory{}, "m")
	s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	got := b.Carries(connectors.Issue{Values: connectors.Values{
		"project": {"1"}, "type": {"2"}, "cf:1": nil, "cf:99": {"x"},
	}}, s)
	want := []mapping.FormerName{{Kind: "carrier", ID: "cf:1", Name: "1/2"}}
	if !slices.Equal(got, want) {
		t.Errorf("carries %v, want %v", got, want)
	}
}
