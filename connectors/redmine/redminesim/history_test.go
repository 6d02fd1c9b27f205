package redminesim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors/redmine/redminesim"
)

// Which events move updated_on of an issue, and how many journals they leave.
func TestUpdatedOn(t *testing.T) {
	put := func(fields string) func(l lab, id int) {
		return func(l lab, id int) { l.put("sla-bot", id, fields).expect(l.t, http.StatusNoContent, "") }
	}
	tests := []struct {
		name     string
		before   func(l lab, id int)
		do       func(l lab, id int)
		moves    bool
		journals int
	}{
		{"note", nil, put(`{"notes":"n"}`), true, 1},
		{"private note", nil, put(`{"notes":"n","private_notes":true}`), true, 1},
		{"field", nil, put(`{"done_ratio":10}`), true, 1},
		{"custom field", nil, put(`{"custom_fields":[{"id":2,"value":"x"}]}`), true, 1},
		{"attachment", nil, func(l lab, id int) { l.must(l.As("sla-bot").Attach(id, "a.txt", []byte("x"))) }, true, 1},
		{"move to a project", nil, func(l lab, id int) { l.must(l.As("manager1").Move(id, "globex")) }, true, 1},
		{"child added", nil, child, true, 1},
		{"child removed", child, func(l lab, id int) { l.must(l.As("manager1").Delete(id + 1)) }, true, 1},
		{"child's priority", child, func(l lab, id int) { l.must(l.As("manager1").SetPriority(id+1, "Immediate")) }, true, 0},
		{"child closed", child, func(l lab, id int) { l.must(l.As("manager1").SetStatus(id+1, "Closed")) }, true, 0},
		{"child's note", child, func(l lab, id int) { _, err := l.As("sla-bot").Comment(id+1, "x"); l.must(err) }, false, 0},
		{"PUT without a change", nil, put(`{"subject":"printer on fire"}`), false, 0},
		{"relation added", other, relate, false, 1},
		{
			"relation removed", func(l lab, id int) {
				other(l, id)
				relate(l, id)
			}, func(l lab, _ int) { l.must(l.As("manager1").RemoveRelation(1)) }, false, 1,
		},
		{
			"attachment deleted", func(l lab, id int) { l.must(l.As("sla-bot").Attach(id, "a.txt", []byte("x"))) },
			func(l lab, _ int) {
				l.ask("manager1", http.MethodDelete, "/attachments/1.json", nil).expect(l.t, http.StatusNoContent, "")
			}, false, 1,
		},
		{"time entry added", nil, logTime, false, 0},
		{"time entry deleted", logTime, func(l lab, _ int) { l.must(l.As("sla-bot").RemoveTimeEntry(1)) }, false, 0},
		{"watcher added", nil, func(l lab, id int) { l.must(l.As("sla-bot").Watch(id, "dev1")) }, false, 0},
		{"journal edited", note, func(l lab, _ int) { l.must(l.As("sla-bot").EditNote(1, "edited")) }, false, 0},
		{"journal made private", note, func(l lab, _ int) { l.must(l.As("sla-bot").HideNote(1, true)) }, false, 0},
		{"journal deleted", note, func(l lab, _ int) { l.must(l.As("sla-bot").EditNote(1, "")) }, false, -1},
		{
			"original of a duplicate closed", func(l lab, id int) {
				other(l, id)
				_, err := l.As("manager1").AddRelation(id, "duplicates", id+1)
				l.must(err)
			},
			func(l lab, id int) { l.must(l.As("manager1").SetStatus(id+1, "Closed")) }, true, 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, redminesim.Options{})
			id := l.make(redminesim.NewIssue{})
			if tt.before != nil {
				tt.before(l, id)
			}
			a := l.get("admin", id)
			l.clock.move(time.Minute)
			tt.do(l, id)
			b := l.get("admin", id)
			if moved := a.UpdatedOn != b.UpdatedOn; moved != tt.moves {
				t.Errorf("updated_on %s, then %s", a.UpdatedOn, b.UpdatedOn)
			}
			if n := len(*b.Journals) - len(*a.Journals); n != tt.journals {
				t.Errorf("%+d journals, want %+d", n, tt.journals)
			}
		})
	}
	t.Run("PUT without a change in 5.0 and 6.0", func(t *testing.T) {
		for _, v := range []string{redminesim.V50, redminesim.V60} {
			l := newLab(t, redminesim.Options{Version: v})
			id := l.make(redminesim.NewIssue{})
			a := l.get("admin", id)
			l.clock.move(time.Minute)
			put(`{}`)(l, id)
			if b := l.get("admin", id); a.UpdatedOn == b.UpdatedOn || len(*b.Journals) != 0 {
				t.Errorf("%s: updated_on %s, then %s, %d journals", v, a.UpdatedOn, b.UpdatedOn, len(*b.Journals))
			}
		}
	})
}

func other(l lab, _ int) { l.make(redminesim.NewIssue{}) }

func relate(l lab, id int) {
	_, err := l.As("manager1").AddRelation(id, "relates", id+1)
	l.must(err)
}

func logTime(l lab, id int) {
	_, err := l.As("sla-bot").AddTimeEntry(id, 0.5, "Design", "c")
	l.must(err)
}

func note(l lab, id int) {
	_, err := l.As("sla-bot").Comment(id, "n")
	l.must(err)
}

// A private note with changes is two journals, and the customer sees the changes but the hidden field.
func TestJournalSplit(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	l.put("sla-bot", id, `{"notes":"both","private_notes":true,"priority_id":3,
		"custom_fields":[{"id":1,"value":"critical"},{"id":3,"value":"breached"}]}`).expect(t, http.StatusNoContent, "")
	s := func(v string) *string { return &v }
	who, at := redminesim.Ref{ID: bot, Name: "SLA Bot"}, "2026-11-20T09:00:00Z"
	changes := redminesim.Journal{
		ID: 1, User: who, CreatedOn: at, UpdatedOn: at, Details: []redminesim.Detail{
			{Property: "attr", Name: "priority_id", OldValue: s("2"), NewValue: s("3")},
			{Property: "cf", Name: "1", NewValue: s("critical")},
			{Property: "cf", Name: "3", NewValue: s("breached")},
		},
	}
	secret := redminesim.Journal{
		ID: 2, User: who, Notes: s("both"), CreatedOn: at, UpdatedOn: at, PrivateNotes: true, Details: []redminesim.Detail{},
	}
	if diff := cmp.Diff([]redminesim.Journal{changes, secret}, *l.get("dev1", id).Journals); diff != "" {
		t.Errorf("staff (-want +got):\n%s", diff)
	}
	changes.Details = changes.Details[:2]
	if diff := cmp.Diff([]redminesim.Journal{changes}, *l.get("customer1", id).Journals); diff != "" {
		t.Errorf("customer (-want +got):\n%s", diff)
	}
}

func TestJournals(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{Assignee: "support1", Fields: map[string]string{"Severity": "critical"}})
	t.Run("a new issue has none", func(t *testing.T) {
		a := l.ask("sla-bot", http.MethodGet, "/issues/1.json?include=journals", nil)
		if !strings.Contains(a.text, `"journals":[]`) {
			t.Error(a.text)
		}
	})
	t.Run("cleared values", func(t *testing.T) {
		l.put("sla-bot", id,
			`{"description":"new\ntext","custom_fields":[{"id":1,"value":""}],"assigned_to_id":""}`).expect(t,
			http.StatusNoContent, "")
		a := l.ask("sla-bot", http.MethodGet, "/issues/1.json?include=journals", nil)
		want := `"details":[{"property":"attr","name":"description","old_value":null,"new_value":"new\r\ntext"},` +
			`{"property":"attr","name":"assigned_to_id","old_value":"6","new_value":null},` +
			`{"property":"cf","name":"1","old_value":"critical","new_value":""}]`
		if !strings.Contains(a.text, want) {
			t.Error(a.text)
		}
	})
	t.Run("an edit shows since 6.x", func(t *testing.T) {
		j, err := l.As("sla-bot").Comment(id, " lead\r\nтекст 🚨  ")
		l.must(err)
		if got := *lastJournal(l.get("sla-bot", id)).Notes; got != " lead\r\nтекст 🚨  " {
			t.Errorf("%q", got)
		}
		l.must(l.As("sla-bot").EditNote(j, "edited"))
		if got := lastJournal(l.get("sla-bot", id)); got.UpdatedBy == nil || *got.Notes != "edited" {
			t.Errorf("%+v", got)
		}
		if err := l.As("support1").EditNote(j, "hijack"); err == nil {
			t.Error("somebody else's note was edited")
		}
		l.ask("sla-bot", http.MethodDelete, fmt.Sprintf("/journals/%d.json", j), nil).
			expect(t, http.StatusNotFound, `{"status":404,"error":"Not Found"}`)
	})
	t.Run("5.0 shows neither updated_on nor updated_by", func(t *testing.T) {
		old := newLab(t, redminesim.Options{Version: redminesim.V50})
		id := old.make(redminesim.NewIssue{})
		note(old, id)
		old.must(old.As("sla-bot").EditNote(1, "edited"))
		if j := lastJournal(old.get("sla-bot", id)); j.UpdatedOn != "" || j.UpdatedBy != nil {
			t.Errorf("%+v", j)
		}
	})
	t.Run("updated_on moves for the customer on a private note", func(t *testing.T) {
		a := l.get("customer1", id)
		l.clock.move(time.Minute)
		_, err := l.As("sla-bot").PrivateNote(id, "secret")
		l.must(err)
		if b := l.get("customer1", id); a.UpdatedOn == b.UpdatedOn || len(*a.Journals) != len(*b.Journals) {
			t.Errorf("%s, then %s, %d journals", a.UpdatedOn, b.UpdatedOn, len(*b.Journals))
		}
	})
}

func TestPost(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	post := func(who, fields string) answer {
		return l.ask(who, http.MethodPost, "/issues.json", `{"issue":`+fields+`}`)
	}
	post("sla-bot", `{"subject":"s"}`).expect(t, http.StatusUnprocessableEntity,
		`{"errors":["Project cannot be blank","Tracker cannot be blank","Status cannot be blank"]}`)
	post("sla-bot", `{"subject":"s","project_id":5}`).expect(t, http.StatusUnprocessableEntity,
		`{"errors":["Project cannot be blank","Tracker cannot be blank","Status cannot be blank"]}`)
	post("sla-bot", `{"subject":"","project_id":2}`).expect(t, http.StatusUnprocessableEntity,
		`{"errors":["Subject cannot be blank"]}`)
	a := post("customer1", `{"project_id":2,"subject":"s","priority_id":5,"assigned_to_id":8,"status_id":8}`)
	if a.status != http.StatusCreated || a.header.Get("Location") == "" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	i := l.get("admin", 1)
	if i.Priority.ID != immediate || i.AssignedTo.ID != dev1 || i.Status.ID != newStatus || *i.StartDate != "2026-11-20" {
		t.Errorf("%+v", i)
	}
}
