package jira

import (
	"encoding/json"
	"testing"
	"time"
)

const fuzzIssue = `{"id":"10001","key":"ACME-1","fields":{"summary":"s","created":"2026-01-02T03:04:05.678+0000","updated":"2026-01-02T03:04:05.678+0500",` +
	`"reporter":{"accountId":"5b10"},"status":{"id":"3"},"customfield_1":{"value":"x"},"issuelinks":[{"type":{"name":"Duplicate","outward":"duplicates"},"outwardIssue":{"id":"2","key":"ACME-2"}}]}}`

func FuzzDecodeIssue(f *testing.F) {
	f.Add([]byte(fuzzIssue))
	f.Add([]byte(`{"id":1,"key":"A-1","fields":{"created":1,"updated":1768285200000}}`))
	fields := someFields(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		i, err := decodeIssue(body, fields)
		if err == nil && (i.ID == "" || i.Key == "" || i.CreatedAt.IsZero() || i.UpdatedAt.Location() != time.UTC) {
			t.Errorf("%+v", i)
		}
	})
}

func FuzzDecodeEntry(f *testing.F) {
	f.Add([]byte(`{"id":"1","author":null,"created":"2026-01-02T03:04:05.678+0000","items":[{"field":"Region","fieldtype":"custom","to":"1","toString":"Parent values: A(1)Level 1 values: B(2)"}]}`))
	fields := someFields(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		e, _, err := decodeEntry(body, fields, []link{{"Duplicate", "duplicates", "2", "ACME-2"}})
		if err == nil && (e.ID == "history:" || e.At.IsZero() || e.At.Location() != time.UTC) {
			t.Errorf("%+v", e)
		}
	})
}

func FuzzDecodeComment(f *testing.F) {
	f.Add([]byte(`{"id":"1","author":{"name":"bob"},"body":"x","created":"2026-01-02T03:04:05.678+0000","updated":null,"jsdPublic":false,"visibility":{"type":"role","value":"x"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, _, err := decodeComment(body, map[string]bool{"1": true})
		if err == nil && (e.ID == "comment:" || e.At.IsZero() || e.Note == nil) {
			t.Errorf("%+v", e)
		}
	})
}

func FuzzDecodeWorklog(f *testing.F) {
	f.Add([]byte(`{"id":"1","issueId":"2","created":"2026-01-02T03:04:05.678+0000","started":"2026-01-02T23:30:00.000+0500","timeSpentSeconds":5400}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		b, _, changed, err := decodeWorklog(body)
		if err == nil && (b.Issue == "" || b.Event.Work == nil || changed.IsZero()) {
			t.Errorf("%+v", b)
		}
	})
}

func FuzzDecodeErrors(f *testing.F) {
	f.Add([]byte(`{"errorMessages":["No."],"errors":{"priority":"Bad."}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, m := range decodeErrors(body) {
			if m == "" {
				t.Error("a message without words")
			}
		}
	})
}

func FuzzDecodePermissions(f *testing.F) {
	f.Add([]byte(`{"permissions":{"ADD_COMMENTS":{"havePermission":true}}}`))
	f.Fuzz(func(_ *testing.T, body []byte) { _, _ = decodePermissions(body) })
}

func FuzzValues(f *testing.F) {
	f.Add([]byte(`[{"value":"A","child":{"value":"B"}},null,3,"2026-01-13T09:20:00.000+0300"]`))
	f.Fuzz(func(_ *testing.T, body []byte) { _, _ = values(body) })
}

func FuzzSLAs(f *testing.F) {
	f.Add([]byte(`{"id":"1","fields":{"x":{"name":"n","completedCycles":[],"ongoingCycle":{"startTime":{"epochMillis":1}}}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range slaClocks(json.RawMessage(body)) {
			if s.Started.Location() != time.UTC {
				t.Errorf("%+v", s)
			}
		}
	})
}
