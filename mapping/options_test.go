package mapping_test

import (
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// A history that tells another name of an option is read by it; the mapping stays as it is for every other, so that the
// order in which requests are read makes no difference.
func TestOneHistoryTeachesNoOther(t *testing.T) {
	const field = "cf:1"
	tracker := connectors.Directory{
		Statuses: []connectors.Status{{ID: "1", Name: "New"}}, Projects: []connectors.Project{{ID: "1", Key: "acme"}},
		Fields: []connectors.Field{{ID: field, Name: "Criticality"}},
	}
	m := mapping.Mapping{
		ID: "helpdesk", Connection: "helpdesk",
		Severity: []mapping.SeverityRule{
			{Is: "critical", When: mapping.When{Field: "Criticality", In: []string{"Critical"}}}, {Is: "minor"},
		},
		Status: []mapping.StatusRule{{Is: enforcer.New, Names: []string{"New"}}},
	}
	issue := func(raw string) connectors.History {
		return connectors.History{Issue: connectors.Issue{
			ID: "1", Key: "1", Raw: []byte(raw),
			Values: connectors.Values{
				connectors.FieldProject: {"1"}, connectors.FieldStatus: {"1"}, field: {"Showstopper"},
			},
		}}
	}
	known := mapping.Memory{Options: func(h connectors.History) []connectors.Option {
		if string(h.Issue.Raw) != "tells" {
			return nil
		}
		return []connectors.Option{{Field: field, ID: "7", Name: "Critical"}, {Field: field, ID: "7", Name: "Showstopper"}}
	}}
	b, problems := mapping.Bind(m, tracker, known, "mappings[0]")
	if b == nil {
		t.Fatal(problems)
	}
	scope, problems := b.Scope(mapping.Scope{Projects: []string{"acme"}}, "contracts[0]")
	if scope == nil {
		t.Fatal(problems)
	}
	for _, c := range []struct{ raw, want string }{{"", "minor"}, {"tells", "critical"}, {"", "minor"}} {
		r := b.Request(issue(c.raw), scope, time.UTC)
		if got := r.State().Severity; got != c.want {
			t.Errorf("an issue that %q tells: severity %s, want %s", c.raw, got, c.want)
		}
	}
}
