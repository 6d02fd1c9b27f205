package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/mapping"
)

// TestObjectsInFields: a field that holds what is no text is no matter while nobody has mapped it; where it decides the
// severity, nothing is judged as long as it stands there, and the fault names field and value.
func TestObjectsInFields(t *testing.T) {
	odd := connectors.Object(json.RawMessage(`{"score": 1}`))
	created := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	mended := created.Add(2 * time.Hour)
	b := bind(t, words(), directory())
	s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	history := func(field, now string, events ...connectors.Event) connectors.History {
		return connectors.History{Events: events, Issue: connectors.Issue{
			ID: "1725", Key: "1725", Author: "11", CreatedAt: created, UpdatedAt: mended,
			Values: connectors.Values{"status": {"1"}, "priority": {"2"}, "project": {"1"}, "type": {"1"}, field: {now}},
		}}
	}
	if req := b.Request(history("cf:99", odd), s, time.UTC); len(req.Faults) > 0 {
		t.Errorf("a field that nobody mapped: %+v", req.Faults)
	}
	req := b.Request(history("cf:1", odd), s, time.UTC)
	if len(req.Faults) != 1 || !req.Faults[0].From.Equal(created) || !req.Faults[0].To.IsZero() {
		t.Fatalf("faults %+v, want one from the creation on", req.Faults)
	}
	for _, want := range []string{`"Criticality"`, `{"score":1}`} {
		if !strings.Contains(req.Faults[0].Why, want) {
			t.Errorf("%q does not name %s", req.Faults[0].Why, want)
		}
	}
	req = b.Request(history("cf:1", "high", connectors.Event{
		ID: "journal:1", At: mended, Author: "12",
		Changes: []connectors.Change{{Field: "cf:1", From: []string{odd}, To: []string{"high"}}},
	}), s, time.UTC)
	if len(req.Faults) != 1 || !req.Faults[0].To.Equal(mended) {
		t.Errorf("faults %+v, want one that ends when it was mended", req.Faults)
	}
}
