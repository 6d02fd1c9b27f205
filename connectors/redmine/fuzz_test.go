package redmine

import (
	"strconv"
	"testing"
	"unicode/utf8"
)

// FuzzDecodeCreated: what answers the making of an issue is an error or a number that can be one.
func FuzzDecodeCreated(f *testing.F) {
	f.Add([]byte(`{"issue":{"id":17,"subject":"x"}}`))
	f.Add([]byte(`{"issue":{"id":-1}}`))
	f.Add([]byte(`{"issue":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		made, err := decodeCreated(in)
		if n, bad := strconv.ParseInt(made, 10, 64); err == nil && (bad != nil || n <= 0) {
			t.Errorf("taken for an issue: %q", made)
		}
	})
}

// FuzzDecodeErrors: the messages of a refusal are texts, whatever the body is.
func FuzzDecodeErrors(f *testing.F) {
	f.Add([]byte(`{"errors":["Subject cannot be blank","Не найдено"]}`))
	f.Add([]byte(`{"errors":[]}`))
	f.Add([]byte(`{"errors":null}`))
	f.Add([]byte("<h1>oops</h1>"))
	f.Fuzz(func(t *testing.T, in []byte) {
		messages, ok := decodeErrors(in)
		if !ok && messages != nil {
			t.Errorf("messages %q of nothing", messages)
		}
		for _, m := range messages {
			if !utf8.ValidString(m) {
				t.Errorf("%q is no text", m)
			}
		}
	})
}

// FuzzDecodeNames: the lists of statuses, priorities, projects and activities, and the fields that issues show.
func FuzzDecodeNames(f *testing.F) {
	f.Add([]byte(`{"issue_statuses":[{"id":1,"name":"New","is_closed":false}],"total_count":1}`), "issue_statuses")
	f.Add([]byte(`{"projects":[{"id":1,"identifier":"acme","name":"ACME","parent":{"id":2}}],"total_count":"x"}`),
		"projects")
	f.Add([]byte(`{"issues":[{"id":1,"custom_fields":[{"id":3,"name":"Severity","value":["a",null]}]}]}`), "issues")
	f.Fuzz(func(t *testing.T, in []byte, key string) {
		list, _, err := decodePage[named](in, key)
		for _, n := range list {
			if _, bad := strconv.ParseInt(string(n.ID), 10, 64); err == nil && n.ID != "" && bad != nil {
				t.Errorf("id %q is no number", n.ID)
			}
		}
		seen := map[id]customField{}
		if collectFields(in, seen) == nil {
			for key, field := range seen {
				if field.ID != key {
					t.Errorf("field %q stands under %q", field.ID, key)
				}
			}
		}
	})
}
