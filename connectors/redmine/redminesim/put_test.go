package redminesim_test

import (
	"net/http"
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// A PUT that is answered 204 and leaves something undone. Where a note is sent along, the note is posted.
func TestPutSilentlyIgnored(t *testing.T) {
	tests := []struct {
		name   string
		who    string
		issue  redminesim.NewIssue
		before func(l lab, id int)
		send   string
	}{
		{name: "status not allowed by the workflow", send: `{"status_id":8}`},
		{name: "status unknown", send: `{"status_id":999}`},
		{name: "status as a name", send: `{"status_id":"Closed"}`},
		{name: "closing a parent with an open child", who: "manager1", send: `{"status_id":5}`, before: child},
		{
			name: "closing an issue that another one blocks", who: "manager1", send: `{"status_id":5}`,
			before: func(l lab, id int) {
				_, err := l.As("manager1").AddRelation(l.make(redminesim.NewIssue{}), "blocks", id)
				l.must(err)
			},
		},
		{name: "priority on a parent", send: `{"priority_id":5}`, before: child},
		{name: "priority on a parent by an admin", who: "admin", send: `{"priority_id":5}`, before: child},
		{
			name: "dates and progress of a parent", send: `{"start_date":"2027-01-01","due_date":"2028-01-01","done_ratio":50}`,
			before: child,
		},
		{
			name: "field read-only by workflow", issue: redminesim.NewIssue{Tracker: "Feature"},
			send: `{"due_date":"2027-12-01"}`,
		},
		{
			name: "priority read-only in this status", issue: redminesim.NewIssue{Tracker: "Feature"}, send: `{"priority_id":5}`,
			before: func(l lab, id int) { l.must(l.As("manager1").SetStatus(id, "Resolved")) },
		},
		{
			name: "assignee on a tracker without that field", send: `{"assigned_to_id":8}`,
			before: func(l lab, _ int) { l.SetStandardField("Bug", "assigned_to_id", false) },
		},
		{name: "status by a role without edit_issues", who: "customer1", send: `{"status_id":5}`},
		{name: "priority by a role without edit_issues", who: "customer1", send: `{"priority_id":5}`},
		{name: "assignee by a role without edit_issues", who: "customer1", send: `{"assigned_to_id":6}`},
		{
			name: "custom field by a role without edit_issues", who: "customer1",
			send: `{"custom_fields":[{"id":1,"value":"minor"}]}`,
		},
		{name: "privacy by a role without edit_issues", who: "customer1", send: `{"is_private":true}`},
		{name: "private_notes without notes", send: `{"private_notes":true}`},
		{name: "custom field of an unknown id", send: `{"custom_fields":[{"id":999,"value":"x"}]}`},
		{name: "custom field of a project", send: `{"custom_fields":[{"id":6,"value":"x"}]}`},
		{name: "custom field by name", send: `{"custom_fields":[{"name":"Severity","value":"minor"}]}`},
		{name: "project unknown", send: `{"project_id":999}`},
		{name: "project the user may not move to", send: `{"project_id":5}`},
		{name: "tracker unknown", send: `{"tracker_id":999}`},
		{
			name: "author, creation time, update time, id",
			send: `{"author_id":8,"created_on":"2001-01-01T00:00:00Z","updated_on":"2001-01-01T00:00:00Z","id":12345}`,
		},
		{name: "watchers", send: `{"watcher_user_ids":[8]}`},
		{name: "unknown attribute", send: `{"unknown_attr":1}`},
		{name: "priority as an object", send: `{"priority":{"id":3}}`},
		{name: "empty priority in 6.x", send: `{"priority_id":""}`},
		{name: "assignee null", issue: redminesim.NewIssue{Assignee: "dev1"}, send: `{"assigned_to_id":null}`},
		{name: "notes null", send: `{"notes":null}`},
		{name: "blank note", send: `{"notes":"  "}`},
		{name: "nothing", send: `{}`},
		{name: "null for the issue", send: `null`},
		{name: "the same values again", send: `{"priority_id":2,"subject":"printer on fire"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, redminesim.Options{})
			if tt.who == "" {
				tt.who = "sla-bot"
			}
			id := l.make(tt.issue)
			if tt.before != nil {
				tt.before(l, id)
			}
			before := l.state(id)
			l.put(tt.who, id, tt.send).expect(t, http.StatusNoContent, "")
			if after := l.state(id); after != before {
				t.Errorf("it did something:\n%s\n%s", before, after)
			}
			if strings.Contains(tt.send, "notes") || !strings.HasPrefix(tt.send, `{"`) {
				return
			}
			l.put(tt.who, id, tt.send[:len(tt.send)-1]+`,"notes":"beside it"}`).expect(t, http.StatusNoContent, "")
			j := lastJournal(l.get("admin", id))
			if *j.Notes != "beside it" || len(j.Details) != 0 {
				t.Errorf("the note beside it became %+v", j)
			}
		})
	}
}

func child(l lab, id int) { l.make(redminesim.NewIssue{Parent: id}) }

// What is answered 204 and done differently from what was asked.
func TestPutDoneDifferently(t *testing.T) {
	t.Run("note by a role without add_issue_notes is dropped", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		l.RevokePermission("SLA bot", "add_issue_notes")
		id := l.make(redminesim.NewIssue{})
		l.put("sla-bot", id, `{"notes":"lost?","done_ratio":40}`).expect(t, http.StatusNoContent, "")
		i := l.get("admin", id)
		if j := lastJournal(i); i.DoneRatio != 40 || *j.Notes != "" {
			t.Errorf("done %d%%, note %q", i.DoneRatio, *j.Notes)
		}
	})
	t.Run("private note by a role without set_notes_private becomes public", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		l.RevokePermission("SLA bot", "set_notes_private")
		id := l.make(redminesim.NewIssue{})
		l.put("sla-bot", id, `{"notes":"secret","private_notes":true}`).expect(t, http.StatusNoContent, "")
		if j := lastJournal(l.get("customer1", id)); *j.Notes != "secret" || j.PrivateNotes {
			t.Errorf("the customer reads %+v", j)
		}
	})
	t.Run("inactive priority is set", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		l.SetPriorityActive("Urgent", false)
		id := l.make(redminesim.NewIssue{})
		l.put("sla-bot", id, `{"priority_id":4}`).expect(t, http.StatusNoContent, "")
		if got := l.get("admin", id).Priority.ID; got != urgent {
			t.Errorf("priority %d", got)
		}
	})
	t.Run("the same note twice is two journals", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		for range 2 {
			l.put("sla-bot", id, `{"notes":"twice"}`).expect(t, http.StatusNoContent, "")
		}
		if n := len(*l.get("admin", id).Journals); n != 2 {
			t.Errorf("%d journals", n)
		}
	})
	t.Run("body under text/plain does nothing", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		r, err := http.NewRequest(http.MethodPut, "http://redmine.example.org/issues/1.json",
			strings.NewReader(`{"issue":{"notes":"x"}}`))
		l.must(err)
		r.Header.Set("Content-Type", "text/plain")
		r.Header.Set("X-Redmine-API-Key", l.Key("sla-bot"))
		l.send(r).expect(t, http.StatusNoContent, "")
		if n := len(*l.get("admin", id).Journals); n != 0 {
			t.Errorf("%d journals", n)
		}
	})
	t.Run("me is the user", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		l.put("sla-bot", id, `{"assigned_to_id":"me"}`).expect(t, http.StatusNoContent, "")
		if got := l.get("admin", id).AssignedTo; got == nil || got.ID != bot {
			t.Errorf("assigned to %v", got)
		}
	})
	t.Run("hours in words", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		l.put("sla-bot", id, `{"estimated_hours":"1h30m"}`).expect(t, http.StatusNoContent, "")
		i := l.get("admin", id)
		if *i.EstimatedHours != 1.5 || *lastJournal(i).Details[0].NewValue != "1.5" {
			t.Errorf("%+v", lastJournal(i))
		}
	})
	t.Run("an empty assignee takes it away", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{Assignee: "dev1"})
		l.put("sla-bot", id, `{"assigned_to_id":""}`).expect(t, http.StatusNoContent, "")
		if got := l.get("admin", id).AssignedTo; got != nil {
			t.Errorf("assigned to %v", got)
		}
	})
}

// Refused loudly: nothing is saved, the note beside it neither.
func TestPutRefused(t *testing.T) {
	long := strings.Repeat("x", 256)
	tests := []struct{ name, send, en, ru string }{
		{"unknown priority", `{"priority_id":999}`, "Priority cannot be blank", "Приоритет не может быть пустым"},
		{"priority as a name", `{"priority_id":"High"}`, "Priority cannot be blank", "Приоритет не может быть пустым"},
		{"assignee not a member", `{"assigned_to_id":13}`, "Assignee is invalid", "Назначена имеет неверное значение"},
		{"assignee locked", `{"assigned_to_id":9}`, "Assignee is invalid", "Назначена имеет неверное значение"},
		{"assignee unknown", `{"assigned_to_id":99999}`, "Assignee is invalid", "Назначена имеет неверное значение"},
		{
			"assignee of a role that is not assignable", `{"assigned_to_id":11}`, "Assignee is invalid",
			"Назначена имеет неверное значение",
		},
		{"assignee as a login", `{"assigned_to_id":"dev1"}`, "Assignee is invalid", "Назначена имеет неверное значение"},
		{
			"list value not in the list", `{"custom_fields":[{"id":1,"value":"nonsense"}]}`,
			"Severity is not included in the list", "Критичность имеет непредусмотренное значение",
		},
		{"empty subject", `{"subject":""}`, "Subject cannot be blank", "Тема не может быть пустым"},
		{
			"long subject", `{"subject":"` + long + `"}`, "Subject is too long (maximum is 255 characters)",
			"Тема слишком большой длины (не может быть больше чем 255 символа)",
		},
		{"bad date", `{"due_date":"soon"}`, "Due date is not a valid date", "Срок завершения is not a valid date"},
		{
			"due before start", `{"due_date":"2001-01-01"}`, "Due date must be greater than start date",
			"Срок завершения должна быть позднее даты начала",
		},
		{
			"progress over 100", `{"done_ratio":150}`, "% Done is not included in the list",
			"Готовность имеет непредусмотренное значение",
		},
		{
			"negative estimate", `{"estimated_hours":-1}`, "Estimated time is invalid",
			"Оценка временных затрат имеет неверное значение",
		},
		{
			"estimate in letters", `{"estimated_hours":"abc"}`, "Estimated time is invalid",
			"Оценка временных затрат имеет неверное значение",
		},
		{
			"unknown parent", `{"parent_issue_id":999999}`, "Parent task is invalid",
			"Родительская задача имеет неверное значение",
		},
		{
			"itself as its parent", `{"parent_issue_id":1}`, "Parent task is invalid",
			"Родительская задача имеет неверное значение",
		},
		{
			"unknown category", `{"category_id":999}`, "Category is not included in the list",
			"Категория имеет непредусмотренное значение",
		},
		{
			"unknown version", `{"fixed_version_id":999}`, "Target version is not included in the list",
			"Версия имеет непредусмотренное значение",
		},
		{
			"bad upload token", `{"uploads":[{"token":"99.deadbeef","filename":"x.txt"}]}`, "1 file(s) could not be saved.",
			"1 файл(ов) невозможно сохранить.",
		},
	}
	for _, lang := range []string{"en", "ru"} {
		for _, tt := range tests {
			t.Run(lang+"/"+tt.name, func(t *testing.T) {
				l := newLab(t, redminesim.Options{Language: lang})
				id := l.make(redminesim.NewIssue{})
				l.LockUser("dev2")
				before := l.state(id)
				text := tt.en
				if lang == "ru" {
					text = tt.ru
				}
				body := tt.send[:len(tt.send)-1] + `,"notes":"x"}`
				l.put("sla-bot", id, body).expect(t, http.StatusUnprocessableEntity, `{"errors":["`+text+`"]}`)
				if after := l.state(id); after != before {
					t.Errorf("it did something:\n%s\n%s", before, after)
				}
			})
		}
	}
	t.Run("array for a single field", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		l.put("sla-bot", id, `{"custom_fields":[{"id":1,"value":["critical","minor"]}]}`).
			expect(t, http.StatusUnprocessableEntity, `{"errors":["Severity is invalid"]}`)
	})
	t.Run("empty priority in 5.0", func(t *testing.T) {
		l := newLab(t, redminesim.Options{Version: redminesim.V50})
		id := l.make(redminesim.NewIssue{})
		l.put("sla-bot", id, `{"priority_id":""}`).expect(t, http.StatusUnprocessableEntity,
			`{"errors":["Priority cannot be blank"]}`)
	})
}

func TestPutRequiredFields(t *testing.T) {
	t.Run("required by workflow and empty: every PUT is refused", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		l.SetFieldRule("SLA bot", "Bug", "New", "due_date", "required")
		for _, send := range []string{`{"notes":"x"}`, `{"priority_id":3}`} {
			l.put("sla-bot", id, send).expect(t, http.StatusUnprocessableEntity, `{"errors":["Due date cannot be blank"]}`)
		}
		l.put("sla-bot", id, `{"due_date":"2026-12-01","notes":"x"}`).expect(t, http.StatusNoContent, "")
	})
	t.Run("custom field made required later: only a PUT with custom fields is refused", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{})
		l.SetFieldRequired("Client ID", true)
		l.put("sla-bot", id, `{"notes":"x"}`).expect(t, http.StatusNoContent, "")
		l.put("sla-bot", id, `{"priority_id":3}`).expect(t, http.StatusNoContent, "")
		l.put("sla-bot", id, `{"custom_fields":[{"id":2,"value":"x"}]}`).
			expect(t, http.StatusUnprocessableEntity, `{"errors":["Client id cannot be blank"]}`)
		l.put("sla-bot", id, `{"custom_fields":[{"id":2,"value":"x"},{"id":4,"value":"C-1"}]}`).expect(t,
			http.StatusNoContent, "")
	})
	t.Run("list value removed from the field later disturbs nothing", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{Fields: map[string]string{"Severity": "minor"}})
		l.SetFieldValues("Severity", "critical")
		l.put("sla-bot", id, `{"notes":"x","custom_fields":[{"id":2,"value":"x"}]}`).expect(t, http.StatusNoContent, "")
	})
	t.Run("locked assignee disturbs nothing", func(t *testing.T) {
		l := newLab(t, redminesim.Options{})
		id := l.make(redminesim.NewIssue{Assignee: "dev2"})
		l.LockUser("dev2")
		l.put("sla-bot", id, `{"notes":"x","priority_id":4}`).expect(t, http.StatusNoContent, "")
	})
}

func TestPutBadRequests(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	const path = "/issues/1.json"
	bad := `{"status":400,"error":"Bad Request"}`
	l.ask("sla-bot", http.MethodPut, path, `{"issue": {`).expect(t, http.StatusBadRequest, bad)
	l.ask("sla-bot", http.MethodPut, path, "{\"issue\":{\"notes\":\"\xff\xfe\"}}").expect(t, http.StatusBadRequest, bad)
	l.ask("sla-bot", http.MethodPut, path, `{"issue":"x"}`).expect(t, http.StatusInternalServerError,
		`{"status":500,"error":"Internal Server Error"}`)
	l.put("sla-bot", id, `{"notes":"a\u0000b"}`).expect(t, http.StatusNoContent, "")

	pg := newLab(t, redminesim.Options{Postgres: true})
	pg.make(redminesim.NewIssue{})
	pg.put("sla-bot", 1, `{"notes":"a\u0000b"}`).expect(t, http.StatusInternalServerError,
		`{"status":500,"error":"Internal Server Error"}`)
	if a := l.put("sla-bot", id, `{"status_id":[1]}`); a.status != http.StatusNotImplemented {
		t.Errorf("a type nobody has tried: %d %s", a.status, a.text)
	}
}

func TestPutWithoutRights(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	l.put("outsider", id, `{"notes":"x"}`).expect(t, http.StatusForbidden, "")
	l.put("customer2", id, `{"notes":"x"}`).expect(t, http.StatusForbidden, "")
	l.put("sla-bot", 999, `{"notes":"x"}`).expect(t, http.StatusNotFound, "")
	l.RevokePermission("SLA bot", "add_issue_notes")
	l.RevokePermission("SLA bot", "edit_issues")
	l.put("sla-bot", id, `{"notes":"x"}`).expect(t, http.StatusForbidden, "")
	l.CloseProject("acme")
	l.put("support1", id, `{"notes":"x"}`).expect(t, http.StatusForbidden, "")
	l.get("support1", id)
	l.ArchiveProject("acme")
	l.put("support1", id, `{"notes":"x"}`).expect(t, http.StatusForbidden, "")
	l.ask("support1", http.MethodGet, "/issues/1.json", nil).expect(t, http.StatusForbidden, "")
	if got := l.list("support1", "status_id=*"); len(got) != 0 {
		t.Errorf("an archived project's issues are listed: %v", got)
	}
}

// 422 with an empty list of errors is a lost race, and nothing else looks like it.
func TestStaleObject(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	id := l.make(redminesim.NewIssue{})
	l.put("sla-bot", id, `{"done_ratio":10}`).expect(t, http.StatusNoContent, "")
	stale := `{"errors":[]}`
	l.put("sla-bot", id, `{"lock_version":0,"notes":"stale","done_ratio":30}`).expect(t, http.StatusUnprocessableEntity,
		stale)
	l.put("sla-bot", id, `{"lock_version":1,"done_ratio":20}`).expect(t, http.StatusNoContent, "")
	l.StaleNext(id, 2)
	for range 2 {
		l.put("sla-bot", id, `{"notes":"x"}`).expect(t, http.StatusUnprocessableEntity, stale)
	}
	l.put("sla-bot", id, `{"notes":"x"}`).expect(t, http.StatusNoContent, "")
	if i := l.get("admin", id); i.DoneRatio != 20 || len(*i.Journals) != 3 {
		t.Errorf("%d%%, %d journals", i.DoneRatio, len(*i.Journals))
	}
}
