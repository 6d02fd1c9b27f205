package outbox

import (
	"strings"
	"testing"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// TestAnIssueMadeWithoutItsAssigneeIsAmended: once the tracker takes the assignee, the issue gets them; nothing else of
// it is touched, for by then it is people's.
func TestAnIssueMadeWithoutItsAssigneeIsAmended(t *testing.T) {
	for _, c := range []struct {
		name     string
		assignee string
		reading  error
		arrived  string
		state    enforcer.EntryState
		ends     bool
	}{
		{"nobody has it", "", nil, "assign=7", enforcer.Done, false},
		{"it was assigned meanwhile", "7", nil, "", enforcer.Done, false},
		{"it is gone", "", failure(connectors.Gone, 0), "", enforcer.Intended, false},
		{"it cannot be read", "", failure(connectors.TryLater, 0), "", enforcer.Intended, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSupportDesk(t)
			e := entry(t, w.ledger, "delivery", func(e *ledger.Entry) {
				e.Key.Issue, e.Changes = "", enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionCreate}}
			})
			w.history.Issue.ID, w.history.Issue.Key = "900", "#900"
			w.history.Issue.Author, w.history.Issue.Subject = "", "Delivery"
			delete(w.history.Issue.Values, connectors.FieldAssignee)
			plan := func(map[string]bool) connectors.NewIssue {
				return connectors.NewIssue{Project: "2", Subject: "Delivery", Assign: "7", Mark: "m"}
			}
			if id, err := w.pass().Make(t.Context(), e, w.now, plan); err != nil || id != "900" {
				t.Fatal(id, err)
			}
			made := w.entryOf(e.Key)
			if made.State != enforcer.Refused {
				t.Fatalf("made without its assignee it is %s", made.State)
			}
			again, err := w.ledger.Move(t.Context(), w.now, enforcer.Intended, made)
			if err != nil {
				t.Fatal(err)
			}
			if c.assignee != "" {
				w.history.Issue.Values[connectors.FieldAssignee] = []string{c.assignee}
			}
			if c.reading != nil {
				w.fails["history"] = []error{c.reading}
			}
			w.done = nil
			if _, err := w.pass().Make(t.Context(), again[0], w.now, plan); (err != nil) != c.ends {
				t.Error(err)
			}
			if got := w.arrived(); got != c.arrived || w.entryOf(e.Key).State != c.state {
				t.Errorf("arrived %q, the entry is %s", got, w.entryOf(e.Key).State)
			}
			if calls := strings.Join(w.done, ", "); strings.Contains(calls, "create") || strings.Contains(calls, "find") {
				t.Errorf("it did %s: the issue is known", calls)
			}
		})
	}
}
