package mapping_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/mapping"
)

// A condition may be made of others: one of several, none, a text. Every part that is given must be true.
func TestConditionsOfConditions(t *testing.T) {
	field := func(name string, in ...string) mapping.When { return mapping.When{Field: name, In: in} }
	not := func(w mapping.When) mapping.When { return mapping.When{Not: &w} }
	bug := mapping.When{Tracker: []string{"Bug"}}
	text := func(pattern string) mapping.When {
		return mapping.When{Field: "Criticality", Matches: regexp.MustCompile(pattern)}
	}
	issue := func(kind string, criticality, version []string) connectors.Values {
		return connectors.Values{"type": {kind}, "cf:1": criticality, "cf:7": version}
	}
	for _, c := range []struct {
		name    string
		when    mapping.When
		is      connectors.Values
		applies bool
	}{
		{"not one of the values", not(field("Criticality", "high")), issue("1", []string{"low"}, nil), true},
		{"it is one of the values", not(field("Criticality", "high")), issue("1", []string{"high"}, nil), false},
		{"not filled", not(field("Version")), issue("1", nil, nil), true},
		{"filled", not(field("Version")), issue("1", nil, []string{"2.1"}), false},
		{
			"the first of two",
			mapping.When{Any: []mapping.When{field("Criticality", "high"), field("Version")}},
			issue("1", []string{"high"}, nil), true,
		},
		{
			"the second of two",
			mapping.When{Any: []mapping.When{field("Criticality", "high"), field("Version")}},
			issue("1", nil, []string{"2.1"}), true,
		},
		{
			"none of two",
			mapping.When{Any: []mapping.When{field("Criticality", "high"), field("Version")}},
			issue("1", []string{"low"}, nil), false,
		},
		{
			"any, and what stands beside it",
			mapping.When{Tracker: []string{"Bug"}, Any: []mapping.When{field("Version")}},
			issue("2", nil, []string{"2.1"}), false,
		},
		{"not, and what stands beside it", mapping.When{Field: "Version", Not: &bug}, issue("2", nil, []string{"2.1"}), true},
		{"not, and not what stands beside it", mapping.When{Field: "Version", Not: &bug}, issue("2", nil, nil), false},
		{"not not", not(not(bug)), issue("1", nil, nil), true},
		{"the text fits somewhere", text("(?i)vip"), issue("1", []string{"a VIP client"}, nil), true},
		{"the text of the second value fits", text("^vip$"), issue("1", []string{"other", "vip"}, nil), true},
		{"the text does not fit", text("^vip$"), issue("1", []string{"a vip"}, nil), false},
		{"no text", text(""), issue("1", nil, nil), false},
		{"a text that does not fit, not", not(text("vip")), issue("1", nil, nil), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := words()
			m.Severity = []mapping.SeverityRule{{Is: "critical", When: c.when}, {Is: "noncritical"}}
			b := bind(t, m, directory())
			s := scope(t, b, mapping.Scope{Projects: []string{"acme"}, When: []mapping.When{c.when}})
			c.is[connectors.FieldProject], c.is[connectors.FieldStatus] = []string{"1"}, []string{"1"}
			at := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
			h := connectors.History{Issue: connectors.Issue{
				ID: "1", Author: "14", CreatedAt: at, UpdatedAt: at, Values: c.is,
			}}
			req := b.Request(h, s, almaty(t))
			if got := req.State().Severity == "critical"; got != c.applies {
				t.Errorf("critical: %t, want %t", got, c.applies)
			}
			if got := req.State().Covered; got != c.applies {
				t.Errorf("in the scope: %t, want %t", got, c.applies)
			}
		})
	}
}

// A part that names what the tracker does not have makes the whole rule unreadable, `not` too: it must not come out
// true.
func TestConditionsOfNamesThatAreNot(t *testing.T) {
	unknown := mapping.When{Tracker: []string{"Wish"}}
	for path, when := range map[string]mapping.When{
		"m.severity[0].when.not.tracker[0]":        {Not: &unknown},
		"m.severity[0].when.any[1].tracker[0]":     {Any: []mapping.When{{Tracker: []string{"Bug"}}, unknown}},
		"m.severity[0].when.any[0].not.tracker[0]": {Any: []mapping.When{{Not: &unknown}}},
	} {
		m := words()
		m.Severity = []mapping.SeverityRule{{Is: "critical", When: when}, {Is: "noncritical"}}
		_, problems := mapping.Bind(m, directory(), mapping.Memory{}, "m")
		if !slices.ContainsFunc(problems, func(p mapping.Problem) bool { return p.Fatal && p.Path == path }) {
			t.Errorf("%s is no fault: %v", path, problems)
		}
	}
}

// What a part rests on an issue must have, where others of its project and type had it, as what the rule itself does;
// and its values are among those that check --live looks for.
func TestConditionsRestOnTheirParts(t *testing.T) {
	m := words()
	m.Severity = []mapping.SeverityRule{
		{Is: "critical", When: mapping.When{
			Tracker: []string{"Bug"}, Not: &mapping.When{Any: []mapping.When{{Field: "Version", In: []string{"3"}}}},
		}},
		{Is: "noncritical"},
	}
	m.Fields = nil // another rests on it, too
	known := []mapping.FormerName{
		{Kind: "carrier", ID: "cf:7", Name: "1/1"}, {Kind: "carrier", ID: "cf:7", Name: "1/2"},
	}
	b, _ := mapping.Bind(m, directory(), mapping.Memory{Names: known}, "m")
	s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	for kind, lacks := range map[string]bool{"1": true, "2": false} { // of a Feature it is not asked
		i := connectors.Issue{ID: "1", Values: connectors.Values{"project": {"1"}, "type": {kind}, "priority": {"2"}}}
		if err := b.Lacking(i, s); (err != nil) != lacks {
			t.Errorf("type %s: %v", kind, err)
		}
	}
	asked := b.Asked(mapping.Scope{Projects: []string{"acme"}}, s, "m", "c")
	if !slices.ContainsFunc(asked, func(a mapping.AskedValues) bool {
		return a.Path == "m.severity[0].when.not.any[0].in" && a.Key == "cf:7" && a.Severity
	}) {
		t.Errorf("asked: %+v", asked)
	}
	if keys := b.SeverityKeys(); !slices.Contains(keys, "cf:7") {
		t.Errorf("severities rest on %v", keys)
	}
}
