package redmine

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
)

func TestValueForms(t *testing.T) {
	for in, want := range map[string]texts{
		`null`: nil, `""`: nil, `"critical"`: {"critical"}, `" a "`: {" a "}, `[]`: nil, `[""]`: nil,
		`["a","b"]`: {"a", "b"}, `["a",null]`: {"a"}, `3.50`: {"3.50"}, `true`: {"true"}, `"1"`: {"1"},
	} {
		var got texts
		if err := json.Unmarshal([]byte(in), &got); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %q, %v, want %q", in, got, err, want)
		}
	}
	var got texts
	if err := json.Unmarshal([]byte(`[{"id": 1}, "a"]`), &got); err != nil || len(got) != 2 || got[1] != "a" {
		t.Fatalf("a list with an object: %q, %v", got, err)
	}
	if raw, odd := connectors.IsObject(got[0]); !odd || raw != `{"id":1}` {
		t.Errorf("an object became %q", got[0])
	}
}

func TestMomentForms(t *testing.T) {
	at := time.Date(2026, 11, 22, 7, 38, 11, 0, time.UTC)
	for in, want := range map[string]time.Time{
		`"2026-11-22T07:38:11Z"`: at, `"2026-11-22T07:38:11+00:00"`: at, `"2026-11-22T12:38:11+05:00"`: at,
		`"2026-11-22T07:38:11.250Z"`: at.Add(250 * time.Millisecond), `null`: {},
	} {
		var got moment
		if err := json.Unmarshal([]byte(in), &got); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{
		`"2026-11-22 07:38:11"`, `"2026-11-22"`, `""`,
		`1763797091`,
	} {
		var got moment
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("%s became %v", in, got)
		}
	}
}

func TestJournals(t *testing.T) {
	const head = `"id":1725,"user":{"id":5,"name":"SLA Bot"},"created_on":"2026-11-22T07:38:11Z"`
	type change = connectors.Change
	for _, c := range []struct {
		name, rest string
		changes    []change
		note       *connectors.Note
	}{
		{
			name: "a comment", rest: `"notes":"hello","private_notes":false,"details":[]`,
			note: &connectors.Note{Text: "hello"},
		},
		{
			name: "an internal comment", rest: `"notes":"hush","private_notes":true`,
			note: &connectors.Note{Text: "hush", Internal: true},
		},
		{name: "blanks are text", rest: `"notes":" \r\n ","private_notes":false`, note: &connectors.Note{Text: " \r\n "}},
		{name: "no comment, null", rest: `"notes":null,"private_notes":false`},
		{name: "no comment, empty", rest: `"notes":""`},
		{
			name: "an edited comment (6.0)",
			rest: `"notes":"new","updated_on":"2026-11-22T08:00:00Z","updated_by":{"id":6,"name":"Sanjay"},` +
				`"private_notes":false`,
			note: &connectors.Note{Text: "new", EditedAt: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)},
		},
		{
			name: "an unedited comment (6.0)", rest: `"notes":"old","private_notes":false,"updated_on":"2026-11-22T07:38:11Z"`,
			note: &connectors.Note{Text: "old"},
		},
		{
			name: "columns get the contract's names",
			rest: `"details":[{"property":"attr","name":"status_id","old_value":"1","new_value":"2"},
				{"property":"attr","name":"assigned_to_id","old_value":null,"new_value":"6"},
				{"property":"attr","name":"parent_id","old_value":"7","new_value":null},
				{"property":"attr","name":"done_ratio","old_value":"0","new_value":"50"}]`,
			changes: []change{
				{Field: "status", From: []string{"1"}, To: []string{"2"}},
				{Field: "assignee", To: []string{"6"}},
				{Field: "parent", From: []string{"7"}},
				{Field: "done_ratio", From: []string{"0"}, To: []string{"50"}},
			},
		},
		{
			name:    "a custom field is emptied",
			rest:    `"details":[{"property":"cf","name":"1","old_value":"critical","new_value":""}]`,
			changes: []change{{Field: "cf:1", From: []string{"critical"}}},
		},
		{
			name: "a field of several values has a detail for each",
			rest: `"details":[{"property":"cf","name":"9","old_value":"a","new_value":null},
				{"property":"cf","name":"9","old_value":null,"new_value":"b"},{"property":"cf","name":"9","old_value":null,"new_value":"c"}]`,
			changes: []change{{Field: "cf:9", From: []string{"a"}, To: []string{"b", "c"}, Delta: true}},
		},
		{
			name:    "one value more in a field of several",
			rest:    `"details":[{"property":"cf","name":"9","old_value":null,"new_value":"b"}]`,
			changes: []change{{Field: "cf:9", To: []string{"b"}, Delta: true}},
		},
		{
			name: "two files added",
			rest: `"details":[{"property":"attachment","name":"31","old_value":null,"new_value":"лог.txt"},
				{"property":"attachment","name":"32","old_value":null,"new_value":"b.png"}]`,
			changes: []change{{Field: "attachment", To: []string{"лог.txt", "b.png"}, Delta: true}},
		},
		{
			name: "a relation, a child",
			rest: `"details":[{"property":"relation","name":"blocks","old_value":null,"new_value":"12"},
				{"property":"attr","name":"child_id","old_value":null,"new_value":"13"}]`,
			changes: []change{
				{Field: "relation:blocks", To: []string{"12"}, Delta: true},
				{Field: "child_id", To: []string{"13"}, Delta: true},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := decodeJournal(json.RawMessage("{"+head+","+c.rest+"}"), map[string]bool{"cf:9": true})
			if err != nil {
				t.Fatal(err)
			}
			got.Raw = nil
			want := connectors.Event{
				ID: "journal:1725", At: time.Date(2026, 11, 22, 7, 38, 11, 0, time.UTC), Author: "5", Changes: c.changes,
				Note: c.note,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const fullIssue = `{"id":17,"project":{"id":2,"name":"ACME"},"tracker":{"id":1,"name":"Bug"},"status":{"id":2,"name":"In Progress"},
	"priority":{"id":3,"name":"High"},"author":{"id":11,"name":"Clara"},"subject":"Не печатает","description":null,"due_date":"2026-03-04",
	"parent":{"id":9},"is_private":true,"custom_fields":[{"id":1,"name":"Severity","value":"critical"},{"id":2,"name":"SLA due","value":null},
	{"id":9,"name":"Modules","multiple":true,"value":["b","c"]}],"created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T10:00:00Z",
	"attachments":[{"id":31,"filename":"log.txt"}],"relations":[{"id":1,"issue_id":17,"issue_to_id":18,"relation_type":"blocks"},
	{"id":2,"issue_id":16,"issue_to_id":17,"relation_type":"precedes"}],"watchers":[],
	"journals":[{"id":4,"user":{"id":5},"created_on":"2026-03-02T10:00:00Z","notes":"later","private_notes":false},
	{"id":3,"user":{"id":6},"created_on":"2026-03-02T09:30:00Z","details":[{"property":"cf","name":"9","old_value":"a","new_value":null},
	{"property":"cf","name":"9","old_value":null,"new_value":"b"}]}]}`

func TestHistoryOfAFullIssue(t *testing.T) {
	h, err := decodeHistory(json.RawMessage(fullIssue))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"status": {"2"}, "assignee": nil, "priority": {"3"}, "project": {"2"}, "type": {"1"}, "category": nil,
		"parent":   {"9"},
		"due_date": {"2026-03-04"}, "cf:1": {"critical"}, "cf:2": nil, "cf:9": {"b", "c"},
		"attachment": {"log.txt"}, "relation:blocks": {"18"}, "relation:follows": {"16"},
	}
	for field, values := range want {
		got, on := h.Issue.Values[field]
		if !on || strings.Join(got, ",") != strings.Join(values, ",") {
			t.Errorf("%s: %q (on the issue: %v), want %q", field, got, on, values)
		}
	}
	if len(h.Issue.Values) != len(want) {
		t.Errorf("values %v", h.Issue.Values)
	}
	if !h.Issue.Private || h.Issue.Author != "11" || h.Issue.ID != "17" {
		t.Errorf("issue %+v", h.Issue)
	}
	if !h.WatchersSet || len(h.Watchers) != 0 {
		t.Errorf("watchers %v, seen %v; want none, and seen", h.Watchers, h.WatchersSet)
	}
	if len(h.Events) != 2 || h.Events[0].ID != "journal:3" || h.Events[1].ID != "journal:4" {
		t.Errorf("events %+v, want journal 3 before 4", h.Events)
	}
	if got := strings.Join(h.Initial()["cf:9"], ","); got != "c,a" {
		t.Errorf("first modules %s, want c,a", got)
	}
	if strings.Contains(string(h.Issue.Raw), "journals") || !strings.Contains(string(h.Issue.Raw), "Не печатает") {
		t.Errorf("raw issue: %s", h.Issue.Raw)
	}
	if !strings.Contains(string(h.Events[1].Raw), "later") {
		t.Errorf("raw journal: %s", h.Events[1].Raw)
	}
}

func TestWatchersOutOfSight(t *testing.T) {
	h, err := decodeHistory(json.RawMessage(strings.Replace(fullIssue, `"watchers":[],`, "", 1)))
	if err != nil || h.WatchersSet {
		t.Errorf("watchers seen: %v, %v", h.WatchersSet, err)
	}
}

func TestNotIssues(t *testing.T) {
	for _, in := range []string{
		``, `null`, `[]`, `{}`, `{"id":"17"}`, `{"id":17}`, `{"id":17,"created_on":"2026-03-02T09:00:00Z"}`,
		strings.Replace(fullIssue, `"2026-03-02T10:00:00Z"`, `"yesterday"`, 1),
		strings.Replace(fullIssue, `"id":4,`, ``, 1),
		strings.Replace(fullIssue, `"project":{"id":2,"name":"ACME"},`, ``, 1),
		strings.Replace(fullIssue, `"status":{"id":2,"name":"In Progress"}`, `"status":null`, 1),
		strings.Replace(fullIssue, `"parent":{"id":9}`, `"parent":"#9"`, 1), // whether it is a request rests on it
	} {
		if h, err := decodeHistory(json.RawMessage(in)); err == nil {
			t.Errorf("%.60s became %+v", in, h.Issue)
		}
	}
}

// TestOddValues: what plug-ins and proxies write into fields that nobody may have mapped leaves the issue readable, and
// the list, and the names of the fields.
func TestOddValues(t *testing.T) {
	whole, err := decodeHistory(json.RawMessage(fullIssue))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from, to, field, want string
	}{
		{"an object", `"value":"critical"`, `"value":{"a": 1}`, "cf:1", "\uFFFC{\"a\":1}"},
		{"a list of objects", `["b","c"]`, `[{"id":"b"}]`, "cf:9", "\uFFFC{\"id\":\"b\"}"},
		{
			"a text for the id", `{"id":2,"name":"SLA due","value":null}`, `{"id":"due","name":"SLA due","value":"x"}`, "cf:due",
			"x",
		},
		{"no field at all", `{"id":2,"name":"SLA due","value":null}`, `"SLA due"`, "", ""},
		{"a moment with its zone", `"created_on":"2026-03-02T09:00:00Z"`, `"created_on":"2026-03-02T09:00:00+00:00"`, "", ""},
		{"an object in a journal", `"old_value":"a"`, `"old_value":{"was":"a"}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			odd := strings.Replace(fullIssue, c.from, c.to, 1)
			if odd == fullIssue {
				t.Fatal("nothing was changed")
			}
			h, err := decodeHistory(json.RawMessage(odd))
			if err != nil {
				t.Fatal(err)
			}
			if got := h.Issue.Values.One(c.field); got != c.want {
				t.Errorf("%s holds %q, want %q", c.field, got, c.want)
			}
			if h.Issue.Subject != whole.Issue.Subject || !h.Issue.CreatedAt.Equal(whole.Issue.CreatedAt) ||
				len(h.Events) != len(whole.Events) || h.Issue.Values.One("status") != whole.Issue.Values.One("status") {
				t.Errorf("the rest was lost: %+v", h)
			}
			page := []byte(`{"issues":[` + odd + `],"total_count":1}`)
			if l, err := decodeList(page); err != nil || len(l.Issues) != 1 || l.Issues[0].ID != "17" {
				t.Errorf("the list: %+v, %v", l, err)
			}
			seen := map[id]customField{}
			if err := collectFields(page, seen); err != nil || seen["1"].Name != "Severity" || seen[""].Name != "" {
				t.Errorf("the fields: %+v, %v", seen, err)
			}
		})
	}
}

// TestOddJournals: a note of which nobody knows whether it is private is not taken for public, and a journal that
// cannot be read is named with the field and what stands there.
func TestOddJournals(t *testing.T) {
	for to, want := range map[string]string{
		`"notes":"later"`:                           `journal 4: the field "private_notes" is missing`,
		`"notes":"later","private_notes":null`:      `journal 4: the field "private_notes" is missing`,
		`"notes":"later","private_notes":"false"`:   `journal 4: the field "private_notes" holds "false", which cannot`,
		`"notes":{"text":"x"},"private_notes":true`: `journal 4: the field "notes" holds {"text":"x"}, which cannot`,
		`"notes":null`:                              "",
	} {
		odd := strings.Replace(fullIssue, `"notes":"later","private_notes":false`, to, 1)
		_, err := decodeHistory(json.RawMessage(odd))
		if odd == fullIssue || (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// TestCreatedInTheFuture: an issue that will be made in two days is none yet; an hour ahead is a clock's fault.
func TestCreatedInTheFuture(t *testing.T) {
	for ahead, class := range map[time.Duration]connectors.Class{time.Hour: 0, 48 * time.Hour: connectors.Garbled} {
		tr := connect(t, "http://example.org", func(s *connectors.Settings) {
			s.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				at := noon.Add(ahead).Format(time.RFC3339)
				return answered(r, 200, `{"issue":`+strings.Replace(fullIssue, `"created_on":"2026-03-02T09:00:00Z","updated`,
					`"created_on":"`+at+`","updated`, 1)+`}`), nil
			})
		})
		_, err := tr.History(t.Context(), "17")
		if connectors.ClassOf(err) != class ||
			class != 0 && !strings.Contains(err.Error(), `the field "created_on" holds 20`) {
			t.Errorf("%v ahead: %v", ahead, err)
		}
	}
}

// TestListedWithoutProject: an issue that the list shows without its project is read, and told to be odd, though only
// some projects are followed.
func TestListedWithoutProject(t *testing.T) {
	page, err := decodeList([]byte(`{"issues":[{"id":1},{"id":2,"project":{"id":3}},{"id":4,"project":{"id":9}},
		{"id":5,"project":"x"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range (scope{projects: map[string]bool{"3": true}}).keep(page.Issues) {
		got = append(got, string(i.ID))
	}
	if strings.Join(got, " ") != "1 2 5" {
		t.Errorf("kept %v", got)
	}
}

func TestDecodeErrors(t *testing.T) {
	for in, want := range map[string]struct {
		messages string
		ok       bool
	}{
		`{"errors":[]}`:                          {"", true},
		`{"errors":["Assignee is invalid","b"]}`: {"Assignee is invalid|b", true},
		`{}`:                                     {"", false},
		`{"errors":"x"}`:                         {"", false},
		`<html>`:                                 {"", false},
		``:                                       {"", false},
	} {
		messages, ok := decodeErrors([]byte(in))
		if strings.Join(messages, "|") != want.messages || ok != want.ok {
			t.Errorf("%s: %q, %v", in, messages, ok)
		}
	}
}

func FuzzDecodeHistory(f *testing.F) {
	f.Add([]byte(fullIssue))
	f.Add([]byte(`{"id":1,"created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T09:00:00Z","custom_fields":[{"id":1,"value":[["a"]]}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		h, err := decodeHistory(in)
		if err != nil {
			return
		}
		if h.Issue.ID == "" || h.Issue.UpdatedAt.IsZero() || !json.Valid(h.Issue.Raw) {
			t.Errorf("taken for an issue: %+v", h.Issue)
		}
		ids := map[string]bool{}
		for _, e := range h.Events {
			if !strings.HasPrefix(e.ID, "journal:") || ids[e.ID] || e.At.IsZero() {
				t.Errorf("event %+v", e)
			}
			ids[e.ID] = true
		}
		h.Initial()
	})
}

func FuzzDecodeJournal(f *testing.F) {
	f.Add([]byte(`{"id":1,"created_on":"2026-03-02T09:00:00Z","details":[{"property":"cf","name":"9","old_value":["a"],"new_value":null}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		e, err := decodeJournal(in, map[string]bool{"cf:9": true})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, c := range e.Changes {
			if seen[c.Field] {
				t.Errorf("field %q changes twice in one event", c.Field)
			}
			seen[c.Field] = true
		}
	})
}

func FuzzDecodeList(f *testing.F) {
	f.Add([]byte(`{"issues":[` + fullIssue + `],"total_count":1,"offset":0,"limit":100}`))
	f.Add([]byte(`{"issues":[]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		w, err := decodeList(in)
		if err != nil {
			return
		}
		for _, i := range stubsOf(w.Issues) {
			if number(i.ID) == 0 && i.ID != "0" {
				t.Errorf("id %q is no number", i.ID)
			}
		}
	})
}

func FuzzDecodeMemberships(f *testing.F) {
	f.Add([]byte(`{"memberships":[{"id":1,"project":{"id":2,"name":"ACME"},"group":{"id":40,"name":"Team"},"roles":[{"id":6,"name":"Support"},
		{"id":6,"name":"Support","inherited":true}]}],"total_count":1}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		list, _, err := decodePage[membership](in, "memberships")
		if err != nil {
			return
		}
		people := map[string]*connectors.Person{}
		for _, m := range list {
			addMember(people, "2", m)
		}
		for id, p := range people {
			if id == "0" || p.ID != id {
				t.Errorf("person %q: %+v", id, p)
			}
		}
	})
}

func FuzzDecodeAccount(f *testing.F) {
	f.Add([]byte(`{"user":{"id":5,"login":"sla-bot","admin":false,"memberships":[{"project":{"id":1},"roles":[{"id":6,"name":"SLA bot"}]}]}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		if a, err := decodeAccount(in); err == nil && (a.ID <= 0 || a.Login == "") {
			t.Errorf("taken for an account: %+v", a)
		}
	})
}
