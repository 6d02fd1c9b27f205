package redminesim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

func TestTimeEntries(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	l.make(redminesim.NewIssue{})
	inside := l.make(redminesim.NewIssue{Project: "globex"})
	kitchen, err := l.As("manager1").Create(redminesim.NewIssue{Project: "internal", Subject: "out of sight"})
	l.must(err)
	post := func(who, fields string) answer {
		return l.ask(who, http.MethodPost, "/time_entries.json", `{"time_entry":`+fields+`}`)
	}
	put := func(who string, id int, fields string) answer {
		return l.ask(who, http.MethodPut, fmt.Sprintf("/time_entries/%d.json", id), `{"time_entry":`+fields+`}`)
	}
	refused := func(a answer, messages string) {
		t.Helper()
		a.expect(t, 422, `{"errors":[`+messages+`]}`)
	}
	refused(post("sla-bot", `{"issue_id":1,"hours":1}`), `"Activity cannot be blank"`)
	refused(post("sla-bot", `{"issue_id":1,"activity_id":8}`), `"Hours cannot be blank"`)
	refused(post("sla-bot", `{"hours":1,"activity_id":8}`), `"Project cannot be blank","Project is invalid"`)
	refused(post("sla-bot", `{"issue_id":999,"hours":1,"activity_id":8}`),
		`"Project cannot be blank","Project is invalid","Issue is invalid"`)
	refused(post("sla-bot", fmt.Sprintf(`{"issue_id":%d,"hours":1,"activity_id":8}`, kitchen)), `"Issue is invalid"`)
	refused(post("sla-bot", fmt.Sprintf(`{"issue_id":%d,"project_id":2,"hours":1,"activity_id":8}`, inside)),
		`"Issue is invalid"`)
	refused(post("sla-bot", `{"project_id":"acme","hours":1,"activity_id":8}`), `"Project is invalid"`)
	post("sla-bot", `{"project_id":5,"hours":1,"activity_id":8}`).expect(t, 403, "")
	post("customer1", `{"issue_id":1,"hours":1,"activity_id":8}`).expect(t, 403, "")
	for _, hours := range []string{"1.25", "0"} {
		if a := post("sla-bot", `{"issue_id":1,"activity_id":8,"hours":`+hours+`}`); a.status != 201 {
			t.Errorf("%s hours: %d %s", hours, a.status, a.text)
		}
	}
	refused(post("sla-bot", `{"issue_id":1,"activity_id":8,"hours":2500}`),
		`"Cannot log more than 999:00 hours on the same day (1:15 hours have already been logged)"`)
	if a := l.ask("sla-bot", http.MethodGet, "/time_entries.json?from=2026-11-20&issue_id=1",
		nil); !strings.Contains(a.text, `"total_count":2`) {
		t.Error(a.text)
	}

	put("support1", 1, `{"hours":1}`).expect(t, 403, "") // may log, not edit
	put("manager1", 999, `{"hours":1}`).expect(t, 404, "")
	refused(put("manager1", 1, `{"hours":"x"}`), `"Hours is invalid"`)
	refused(put("manager1", 1, `{"hours":""}`), `"Hours cannot be blank"`)
	refused(put("manager1", 1, `{"activity_id":""}`), `"Activity cannot be blank","Activity is not included in the list"`)
	refused(put("manager1", 1, `{"spent_on":""}`), `"Date cannot be blank"`)
	refused(put("manager1", 1, `{"issue_id":999}`), `"Issue is invalid"`)
	l.clock.move(time.Minute)
	put("manager1", 1, `{"hours":1.25}`).expect(t, 204, "") // no change
	entry := func() answer { return l.ask("sla-bot", http.MethodGet, "/time_entries/1.json", nil) }
	want := `{"time_entry":{"id":1,"project":{"id":%d,"name":%q},%s"user":{"id":5,"name":"SLA Bot"},"activity":{"id":9,"name":"Development"},` +
		`"hours":%s,"comments":null,"spent_on":"2026-11-20","created_on":"2026-11-20T09:00:00Z","updated_on":"2026-11-20T09:0%d:00Z"}}`
	if a := entry(); !strings.Contains(a.text, `"updated_on":"2026-11-20T09:00:00Z"`) {
		t.Errorf("a change of nothing: %s", a.text)
	}
	put("manager1", 1, fmt.Sprintf(`{"issue_id":%d,"hours":0.333333,"activity_id":"9"}`, inside)).expect(t, 204, "")
	entry().expect(t, 200, fmt.Sprintf(want, 3, "Globex LLC", fmt.Sprintf(`"issue":{"id":%d},`, inside), "0.33", 1))
	put("manager1", 1, `{"issue_id":"","project_id":2}`).expect(t, 204, "")
	entry().expect(t, 200, fmt.Sprintf(want, 2, "ACME Ltd", "", "0.33", 1))
}

// TestTimeEntryLists are the orders and filters of 5.0.4: what it does not know changes nothing but the order.
func TestTimeEntryLists(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	one, two := l.make(redminesim.NewIssue{}), l.make(redminesim.NewIssue{Project: "globex"})
	for _, b := range []redminesim.Booking{
		{Issue: one, Hours: 0.51, On: "2026-01-05", For: "sla-bot"},
		{Issue: one, Hours: 0.33, On: "2026-11-19"},
		{Issue: two, Hours: 1.25, On: "2026-01-09"},
		{Project: "acme", Hours: 2, On: "2026-01-01"},
		{Issue: one, Hours: 3, On: "2026-01-01"},
		{Issue: one, Hours: 0, On: "2026-01-01"},
	} {
		b.Activity = "Design"
		_, err := l.As("manager1").Book(b)
		l.must(err)
		l.clock.move(time.Second)
	}
	tests := []struct{ query, want string }{
		{"", "2 3 1 6 5 4"},
		{"sort=created_on", "1 2 3 4 5 6"},
		{"sort=created_on:desc", "6 5 4 3 2 1"},
		{"sort=updated_on:desc", "1 2 3 4 5 6"}, // no such order, and then by number
		{"sort=id:desc", "1 2 3 4 5 6"},
		{"sort=hours:desc", "5 4 3 1 2 6"},
		{"sort=spent_on", "4 5 6 1 3 2"},
		{"sort=issue", "4 1 2 5 6 3"},
		{"updated_on=%3E%3D2030-01-01", "2 3 1 6 5 4"}, // no such filter
		{"created_on=%3E%3D2030-01-01", "2 3 1 6 5 4"},
		{"id=%3E%3D3", "2 3 1 6 5 4"},
		{"from=2026-01-06", "2 3"},
		{"issue_id=*", "2 3 1 6 5"},
		{"issue_id=!*", "4"},
		{"issue_id=1", "2 1 6 5"},
		{"user_id=5", "1"},
		{"f[]=issue_id&op[issue_id]=*&f[]=project_id&op[project_id]=%3D&v[project_id][]=2&v[project_id][]=3", "2 3 1 6 5"},
		{"f[]=project_id&op[project_id]=%3D&v[project_id][]=999", ""},
	}
	list := func(who, query string) string {
		a := l.ask(who, http.MethodGet, "/time_entries.json?"+query, nil)
		var got struct {
			Entries []struct{ ID int } `json:"time_entries"`
		}
		l.must(json.Unmarshal([]byte(a.text), &got))
		var ids []string
		for _, e := range got.Entries {
			ids = append(ids, fmt.Sprint(e.ID))
		}
		return strings.Join(ids, " ")
	}
	for _, tt := range tests {
		if got := list("sla-bot", tt.query); got != tt.want {
			t.Errorf("?%s: %s, want %s", tt.query, got, tt.want)
		}
	}
	l.SetTimeVisibility("SLA bot", "own")
	if got := list("sla-bot", ""); got != "1" {
		t.Errorf("a role that sees its own time lists %s", got)
	}
	l.ask("customer1", http.MethodGet, "/time_entries.json", nil).expect(t, 200,
		`{"time_entries":[],"total_count":0,"offset":0,"limit":25}`)
	l.RevokePermission("Non member", "view_time_entries")
	l.ask("customer1", http.MethodGet, "/time_entries.json", nil).expect(t, 403, "")
	own := l.OwnActivity("acme", "Design")
	id, err := l.As("manager1").Book(redminesim.Booking{Issue: one, Hours: 1, Activity: "Design"})
	l.must(err)
	if a := l.ask("manager1", http.MethodGet, fmt.Sprintf("/time_entries/%d.json", id), nil); !strings.Contains(a.text,
		fmt.Sprintf(`"activity":{"id":%d,"name":"Design"}`, own)) {
		t.Errorf("booked on the project's own activity: %s", a.text)
	}
	l.ask("manager1", http.MethodPost, "/time_entries.json", `{"time_entry":{"issue_id":1,"hours":1,"activity_id":8}}`).
		expect(t, 422, `{"errors":["Activity is not included in the list"]}`)
}

// TestCreateWithoutTheRight is 5.0.4's: whoever may add issues as a non-member is told that three fields are blank.
func TestCreateWithoutTheRight(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	post := func(project int) answer {
		return l.ask("sla-bot", http.MethodPost, "/issues.json",
			fmt.Sprintf(`{"issue":{"project_id":%d,"subject":"Q"}}`, project))
	}
	blank := `{"errors":["Project cannot be blank","Tracker cannot be blank","Status cannot be blank"]}`
	post(5).expect(t, 422, blank)
	l.RevokePermission("SLA bot", "add_issues")
	post(2).expect(t, 422, blank)
	l.RevokePermission("Non member", "add_issues")
	post(2).expect(t, 403, "")
}

// TestHandsOfAStory are the acts of people that stories need beside those that other tests show.
func TestHandsOfAStory(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	born := l.clock.now().Add(-48 * time.Hour)
	id, err := l.As("customer1").At(born).Create(redminesim.NewIssue{
		Project: "acme", Subject: "printer", Description: "first\nwords", Tracker: "Support", Priority: "High",
		Fields: map[string]string{"Organisation": "ACME", "Phone notified at": "2026-11-20 10:00"},
	})
	l.must(err)
	support := l.As("support1")
	l.must(support.SetDue(id, "2026-12-31"))
	_, err = support.Update(id, redminesim.Change{Description: "other words"})
	l.must(err)
	l.must(support.SetField(id, "Arrived at", "11:00"))
	l.must(support.Attach(id, "отчёт.pdf", []byte("x")))
	i := l.get("admin", id)
	if i.CreatedOn != "2026-11-18T09:00:00Z" || *i.DueDate != "2026-12-31" || *i.Description != "other words" ||
		(*i.Attachments)[0].Filename != "отчёт.pdf" {
		t.Errorf("%+v", i)
	}
	var changes []string
	for _, j := range *i.Journals {
		for _, d := range j.Details {
			changes = append(changes, d.Property+" "+d.Name)
		}
	}
	if want := "attr due_date, attr description, cf 10, attachment 1"; strings.Join(changes, ", ") != want {
		t.Errorf("journals tell of %q, want %s", changes, want)
	}
	l.must(support.SetDue(id, "-"))
	_, err = support.Update(id, redminesim.Change{Description: "-"})
	l.must(err)
	if i = l.get("admin", id); i.DueDate != nil || *i.Description != "" {
		t.Errorf("due %v, description %q", i.DueDate, *i.Description)
	}
}
