package redmine

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

var hookBodies = map[string]struct {
	body string
	want []string
	ok   bool
}{
	"7.0, issue": {
		`{"type":"issue.updated","timestamp":"2026-07-01T08:00:00Z","data":{"issue":{"id":17,"project":{"id":1},"subject":"x"},"journal":{"id":195,"user":{"id":3}}}}`, []string{"17"}, true,
	},
	"7.0, time entry": {
		`{"type":"time_entry.created","data":{"time_entry":{"id":9,"project":{"id":1},"issue":{"id":18},"hours":1.5}}}`,
		[]string{"18"},
		true,
	},
	"7.0, wiki page": {`{"type":"wiki_page.updated","data":{"wiki_page":{"title":"Start"}}}`, nil, true},
	"plug-in, opened": {
		`{"payload":{"action":"opened","issue":{"id":191,"project":{"id":4},"status":{"id":1}},"url":"https://example.com"}}`,
		[]string{"191"},
		true,
	},
	"plug-in, note": {
		`{"payload":{"action":"updated","journal":{"id":195,"notes":"Fixed"},"issue":{"id":196}}}`, []string{"196"}, true,
	},
	"issue on top": {`{"event_type":"issue","action":"created","issue":{"id":"123"}}`, []string{"123"}, true},
	"several": {
		`{"issue":{"id":2},"payload":{"issue":{"id":1}},"data":{"issue":{"id":2}}}`, []string{"1", "2"}, true,
	},
	"empty":        {"", nil, true},
	"nulls":        {`{"issue":null,"payload":{"issue":null},"data":null}`, nil, true},
	"other shapes": {`{"issue":7,"payload":[1],"data":{"issue":{"id":17},"time_entry":"x"}}`, []string{"17"}, true},
	"a path":       {`{"issue":{"id":"17/../users"}}`, nil, true},
	"negative":     {`{"issue":{"id":-7}}`, nil, true},
	"zero":         {`{"issue":{"id":0}}`, nil, true},
	"fraction":     {`{"issue":{"id":1e3}}`, nil, true},
	"list":         {`[{"issue":{"id":17}}]`, nil, false},
	"form":         {`issue[id]=17`, nil, false},
	"cut short":    {`{"data":{"issue":{"id":17,`, nil, false},
}

func TestHint(t *testing.T) {
	for name, c := range hookBodies {
		if got, ok := hintedIssues([]byte(c.body)); ok != c.ok || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, %t", name, got, ok)
		}
	}
}

// FuzzHint: whatever comes in, ids are numbers that can stand in an address, each once, and never of what is not JSON.
func FuzzHint(f *testing.F) {
	for _, c := range hookBodies {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		issues, ok := hintedIssues(body)
		if len(issues) > 0 && (!ok || !json.Valid(body)) {
			t.Errorf("ids %q of what is not a body", issues)
		}
		if len(issues) > 4 || !slices.IsSorted(issues) || len(slices.Compact(slices.Clone(issues))) != len(issues) {
			t.Errorf("ids %q", issues)
		}
		for _, id := range issues {
			if id == "" || len(id) > 18 || strings.Trim(id, "0123456789") != "" {
				t.Errorf("id %q", id)
			}
		}
	})
}
