package jira

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
)

// samples reads recorded answers of real sites, which the project does not carry.
func samples(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	root := os.Getenv("SLABRIDGE_JIRA_DOCS")
	if root == "" {
		t.Skip("SKIPPED: NO RECORDED ANSWERS WERE READ. Set SLABRIDGE_JIRA_DOCS to the directory that holds them in " +
			"jira-samples/")
	}
	files, err := filepath.Glob(filepath.Join(root, "jira-samples", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples %s: %v", pattern, err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		if out[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// someFields are the fields that the tests know: of every type, and two of one name.
func someFields(t testing.TB) fieldList {
	t.Helper()
	var raw []json.RawMessage
	for _, s := range []string{
		`{"id":"labels","name":"Labels","schema":{"type":"array","items":"string"}}`,
		`{"id":"resolution","name":"Resolution","schema":{"type":"resolution"}}`,
		`{"id":"fixVersions","name":"Fix versions","schema":{"type":"array","items":"version"}}`,
		`{"id":"customfield_1","name":"Severity","custom":true,"schema":{"type":"option"}}`,
		`{"id":"customfield_2","name":"Region","custom":true,"schema":{"type":"option-with-child"}}`,
		`{"id":"customfield_3","name":"Systems","custom":true,"schema":{"type":"array","items":"option"}}`,
		`{"id":"customfield_4","name":"Agreed at","custom":true,"schema":{"type":"datetime"}}`,
		`{"id":"customfield_5","name":"Approver","custom":true,"schema":{"type":"user"}}`,
		`{"id":"customfield_6","name":"Twice","custom":true,"schema":{"type":"string"}}`,
		`{"id":"customfield_7","name":"Twice","custom":true,"schema":{"type":"string"}}`,
		`{"id":"customfield_8","name":"Request ` +
			`Type","custom":true,"schema":{"type":"sd-customerrequesttype","custom":"com.atlassian.servicedesk:vp-origin"}}`,
		`{"id":"customfield_9","name":"Wanted by","custom":true,"schema":{"type":"date"}}`,
	} {
		raw = append(raw, json.RawMessage(s))
	}
	f, err := decodeFields(raw)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// histories are the entries of a recorded answer, wherever it has them.
func histories(t *testing.T, name string, body []byte) (entries []json.RawMessage, issues []json.RawMessage) {
	t.Helper()
	var w struct {
		wireIssue
		Values []json.RawMessage `json:"values"`
		Issues []json.RawMessage `json:"issues"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if w.ID != "" {
		issues = append(issues, body)
	}
	for _, i := range append(issues, w.Issues...) {
		var one wireIssue
		if err := json.Unmarshal(i, &one); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if one.Changelog != nil {
			entries = append(entries, one.Changelog.Histories...)
		}
	}
	return append(entries, w.Values...), append(issues, w.Issues...)
}

// Every recorded answer is read: issues, with their comments, and whole changelogs, whose statuses follow one another.
func TestRecordedAnswers(t *testing.T) {
	fields := someFields(t)
	entries, issues, steps := 0, 0, 0
	for _, pattern := range []string{"cloud-v2/issue-*.json", "cloud-v3/changelog-*.json", "jira-dc-synthetic/*.json"} {
		for name, body := range samples(t, pattern) {
			raw, list := histories(t, name, body)
			for _, i := range list {
				issues++
				got, err := decodeIssue(i, fields)
				if err != nil || got.CreatedAt.IsZero() || got.CreatedAt.Location() != time.UTC ||
					got.Values.One(connectors.FieldStatus) == "" {
					t.Errorf("%s: %v at %v, status %q", name, err, got.CreatedAt, got.Values.One(connectors.FieldStatus))
				}
				mutatedIssue(t, name, i, fields)
				var w wireIssue
				if err := json.Unmarshal(i, &w); err != nil {
					t.Fatal(err)
				}
				var p page
				if c := w.Fields["comment"]; c != nil && json.Unmarshal(c, &p) == nil {
					for _, c := range p.Comments {
						if e, _, err := decodeComment(c, nil); err != nil || e.Note.Text == "" {
							t.Errorf("%s: comment %+v: %v", name, e, err)
						}
					}
				}
			}
			var all []connectors.Event
			for _, r := range raw {
				e, _, err := decodeEntry(r, fields, nil)
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				all = append(all, e)
				entries++
			}
			steps += followed(t, name, connectors.SortEvents(all))
			mutated(t, name, raw, fields)
		}
	}
	t.Logf("%d issues, %d entries, %d steps of status that follow one another", issues, entries, steps)
	if entries < 280 || steps < 20 {
		t.Errorf("%d entries and %d steps: where are the others?", entries, steps)
	}
}

// followed holds each status against the one before.
func followed(t *testing.T, name string, events []connectors.Event) (steps int) {
	t.Helper()
	now := ""
	for _, e := range events {
		for _, c := range e.Changes {
			if c.Field != connectors.FieldStatus || len(c.From) != 1 || len(c.To) != 1 {
				continue
			}
			if now != "" && c.From[0] != now {
				t.Logf("%s: %s goes from %s, and %s was set before", name, e.ID, c.From[0], now) // some recordings are cut by hand
			} else {
				steps++
			}
			now = c.To[0]
		}
	}
	return steps
}

// mutatedIssue drops and nulls each field of an issue, and adds one: it is still read, with what is known of it, unless
// that is what no issue is without.
func mutatedIssue(t *testing.T, name string, raw json.RawMessage, fields fieldList) {
	t.Helper()
	var w map[string]json.RawMessage
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(w["fields"], &all); err != nil {
		t.Fatal(err)
	}
	read := func() error {
		w["fields"], _ = json.Marshal(all) // of what was decoded
		body, _ := json.Marshal(w)
		i, err := decodeIssue(body, fields)
		if err == nil && (i.ID == "" || i.Key == "" || i.CreatedAt.IsZero() || i.UpdatedAt.IsZero()) {
			t.Errorf("%s: %+v", name, i)
		}
		return err
	}
	for k, v := range all {
		for _, change := range []json.RawMessage{nil, json.RawMessage("null")} {
			if all[k] = change; change == nil {
				delete(all, k)
			}
			switch err := read(); {
			case k == "created" || k == "updated":
			case slices.Contains(always, k) != (err != nil): // what every issue has is never taken as empty
				t.Errorf("%s without %s: %v", name, k, err)
			}
		}
		all[k] = v
	}
	all["customfield_99999"] = json.RawMessage(`{"of":["tomorrow",1]}`)
	if err := read(); err != nil {
		t.Errorf("%s with a field of tomorrow's: %v", name, err)
	}
}

// mutated drops, nulls and adds keys of each entry: it is still read, or refused with an error.
func mutated(t *testing.T, name string, raw []json.RawMessage, fields fieldList) {
	t.Helper()
	for _, r := range raw {
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(r, &keys); err != nil {
			t.Fatal(err)
		}
		for k, v := range keys {
			for _, change := range []json.RawMessage{nil, json.RawMessage("null")} {
				keys[k] = change
				if change == nil {
					delete(keys, k)
				}
				body, err := json.Marshal(keys)
				if err != nil {
					t.Fatal(err)
				}
				if e, _, err := decodeEntry(body, fields, nil); err == nil && (e.ID == "history:" || e.At.IsZero()) {
					t.Errorf("%s without %s: %+v", name, k, e)
				}
			}
			keys[k] = v
		}
		keys["tomorrow"] = json.RawMessage(`{"a":[1]}`)
		body, _ := json.Marshal(keys) // of what was decoded
		if _, _, err := decodeEntry(body, fields, nil); err != nil {
			t.Errorf("%s with a key of tomorrow's: %v", name, err)
		}
	}
}

// The service desk's own clock, as it was recorded.
func TestRecordedSLA(t *testing.T) {
	for name, body := range samples(t, "jsm-dc/sla-*.json") {
		issue, err := json.Marshal(map[string]any{"id": "1", "fields": map[string]json.RawMessage{"customfield_1": body}})
		if err != nil {
			t.Fatal(err)
		}
		got := slaClocks(issue)
		if len(got) != 1 || !got[0].Ongoing || got[0].Breached || got[0].Goal != 152*time.Hour || got[0].Started.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestValues(t *testing.T) {
	for raw, want := range map[string][]string{
		`null`: nil, `""`: nil, `"text"`: {"text"}, `3`: {"3"}, `12345678901234567`: {"12345678901234567"}, `1.50`: {"1.50"},
		`{"value":"critical","id":"1"}`:                                 {"critical"},
		`{"value":"Europe","child":{"value":"Germany"}}`:                {"Europe", "Europe -> Germany"},
		`[{"value":"A"},{"value":"B"}]`:                                 {"A", "B"},
		`["x","y z"]`:                                                   {"x", "y z"},
		`{"accountId":"5b10","displayName":"A"}`:                        {"5b10"},
		`{"name":"bob","key":"JIRAUSER1","displayName":"Bob"}`:          {"JIRAUSER1"},
		`"2026-01-13T09:20:00.000+0300"`:                                {"2026-01-13T06:20:00Z"},
		`"2026-01-13"`:                                                  {"2026-01-13"},
		`{"name":"v1"}`:                                                 {"v1"},
		`{"requestType":{"id":"25","name":"Fault"},"currentStatus":{}}`: {"Fault"},
		`[{"id":"1","name":"ACME Ltd"}]`:                                {"ACME Ltd"},
		`{"odd": [1, 2]}`:                                               {"\uFFFC" + `{"odd":[1,2]}`},
	} {
		got, ok := values(json.RawMessage(raw))
		if !slices.Equal(got, want) || ok == (raw == "null") {
			t.Errorf("%s: %q (%t), want %q", raw, got, ok, want)
		}
	}
}

func TestChanges(t *testing.T) {
	fields := someFields(t)
	for item, want := range map[string]connectors.Change{
		`{"field":"status","fieldtype":"jira","from":"1","fromString":"Open","to":"3","toString":"In Progress"}`: {
			Field: "status", From: []string{"1"}, To: []string{"3"},
		},
		`{"field":"assignee","fieldtype":"jira","fieldId":"assignee","from":null,"fromString":null,"to":"5b10","toString":"A"}`: {
			Field: "assignee", To: []string{"5b10"},
		},
		`{"field":"labels","fieldtype":"jira","from":"","fromString":"a b","to":"","toString":"a b c"}`: {
			Field: "cf:labels", From: []string{"a", "b"}, To: []string{"a", "b", "c"},
		},
		`{"field":"Severity","fieldtype":"custom","from":"7","fromString":"minor","to":"8","toString":"critical"}`: {
			Field: "cf:customfield_1", From: []string{"minor"}, To: []string{"critical"},
		},
		`{"field":"Region","fieldtype":"custom","from":null,"fromString":null,"to":"1","toString":"Parent values: ` +
			`Europe(10020)Level 1 values: Germany(10021)"}`: {
			Field: "cf:customfield_2",
			To:    []string{"Europe", "Europe -> Germany"},
		},
		`{"field":"Region","fieldtype":"custom","fieldId":"customfield_2","from":null,"fromString":null,"to":"1","toString":"Parent values: Europe(10020)"}`: {
			Field: "cf:customfield_2", To: []string{"Europe"},
		},
		`{"field":"Systems","fieldtype":"custom","from":"[1]","fromString":"Mail","to":"[1, 2]","toString":"Mail,Portal"}`: {
			Field: "cf:customfield_3", From: []string{"Mail"}, To: []string{"Mail", "Portal"},
		},
		`{"field":"Systems","fieldtype":"custom","from":null,"fromString":null,"to":"[1]","toString":"Mail, in and out"}`: {
			Field: "cf:customfield_3", To: []string{"Mail, in and out"},
		},
		`{"field":"Agreed ` +
			`at","fieldtype":"custom","from":null,"fromString":null,"to":"2026-01-13T09:20:00.000+0300","toString":"13/Jan/26 9:20 AM"}`: {
			Field: "cf:customfield_4", To: []string{"2026-01-13T06:20:00Z"},
		},
		`{"field":"Approver","fieldtype":"custom","from":"5b10","fromString":"A","to":null,"toString":null}`: {
			Field: "cf:customfield_5", From: []string{"5b10"},
		},
		`{"field":"Twice","fieldtype":"custom","from":null,"fromString":null,"to":null,"toString":"x"}`: {
			Field: "Twice", To: []string{"x"},
		},
		`{"field":"Request Type","fieldtype":"custom","from":null,"fromString":null,"to":"25","toString":"Fault"}`: {
			Field: "request_type", To: []string{"request:Fault"},
		},
		`{"field":"Wanted by","fieldtype":"custom","from":null,"fromString":null,"to":"2026-03-10","toString":"10/Mar/26"}`: {
			Field: "cf:customfield_9", To: []string{"2026-03-10"},
		},
		`{"field":"duedate","fieldtype":"jira","from":"2026-03-10","fromString":"2026-03-10 ` +
			`00:00:00.0","to":null,"toString":null}`: {Field: "due_date", From: []string{"2026-03-10"}},
		`{"field":"Risk","fieldtype":"custom","from":null,"fromString":{"score": 1},"to":null,"toString":["a"]}`: {
			Field: "Risk", From: []string{"\uFFFC" + `{"score":1}`}, To: []string{"\uFFFC" + `["a"]`},
		},
		`{"field":"Component","fieldtype":"jira","from":null,"fromString":null,"to":"10","toString":"Mail"}`: {
			Field: "category", To: []string{"10"}, Delta: true,
		},
		`{"field":"Rank","fieldtype":"custom","from":"","fromString":"","to":"","toString":"Ranked higher"}`: {
			Field: "Rank",
			To:    []string{"Ranked higher"},
		},
	} {
		var i wireItem
		if err := json.Unmarshal([]byte(item), &i); err != nil {
			t.Fatal(err)
		}
		got, ok := fields.change(i)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s (%t), -want +got:\n%s", item, ok, diff)
		}
	}
}

func TestMoments(t *testing.T) {
	at := time.Date(2026, 1, 13, 6, 20, 0, 0, time.UTC)
	for raw, want := range map[string]time.Time{
		`"2026-01-13T09:20:00.000+0300"`: at, `"2026-01-13T06:20:00Z"`: at, `"2026-01-13T09:20:00+03:00"`: at,
		`"2026-01-12T22:20:00.000-0800"`: at,
		`1768285200000`:                  at, `1768285200`: at, `null`: {}, `""`: {},
	} {
		var m moment
		if err := json.Unmarshal([]byte(raw), &m); err != nil || !m.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", raw, m.Time, err, want)
		}
	}
	for _, raw := range []string{`"tomorrow"`, `"2026-01-13"`, `true`, `1.5`, `{}`} {
		var m moment
		if err := json.Unmarshal([]byte(raw), &m); err == nil {
			t.Errorf("%s is taken for %v", raw, m.Time)
		}
	}
}

func TestErrorsOfJira(t *testing.T) {
	for body, want := range map[string]string{
		`{"errorMessages":["No."],"errors":{"priority":"Bad.","assignee":"Who?"}}`: "No.|assignee: Who?|priority: Bad.",
		`{"errorMessages":[],"errors":{"x":{"a":1}}}`:                              `x: {"a":1}`,
		`{"errorMessage":"The desk says no."}`:                                     "The desk says no.",
		`{"code":401,"message":"Unauthorized; scope does not match"}`:              "401: Unauthorized; scope does not match",
		`{"errors":[]}`: "", `<html>`: "", ``: "", `[]`: "",
	} {
		if got := strings.Join(decodeErrors([]byte(body)), "|"); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
