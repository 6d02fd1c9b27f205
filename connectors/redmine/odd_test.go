package redmine

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"
)

// An issue that the list shows without its times costs none of the others, and a total that is larger than what comes
// does not keep a list from ending.
func TestOddListOfIssues(t *testing.T) {
	sim, tr := lie(t, func(r *http.Request, body string) string {
		if r.URL.Path != "/issues.json" {
			return body
		}
		var all map[string]any
		if json.Unmarshal([]byte(body), &all) != nil {
			t.Errorf("not a list: %s", body)
		}
		all["total_count"] = 14000
		for _, i := range all["issues"].([]any) {
			if i := i.(map[string]any); i["id"] == 2.0 {
				i["updated_on"], i["created_on"] = "soon", nil
			}
		}
		b, _ := json.Marshal(all)
		return string(b)
	})
	for range 3 {
		if _, err := sim.As("customer1").Create(redminesim.NewIssue{Project: "acme", Subject: "to be listed"}); err != nil {
			t.Fatal(err)
		}
	}
	for name, list := range map[string]func(page func([]connectors.Stub) error) error{
		"changed": func(page func([]connectors.Stub) error) error {
			return tr.Changed(t.Context(), noon.Add(-time.Hour), page)
		},
		"census": func(page func([]connectors.Stub) error) error { return tr.Census(t.Context(), page) },
	} {
		got := map[string]bool{} // by id: whether it has a time
		err := list(func(page []connectors.Stub) error {
			for _, s := range page {
				got[s.ID] = !s.UpdatedAt.IsZero()
			}
			return nil
		})
		if err != nil || len(got) != 3 || !got["1"] || got["2"] || !got["3"] {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// What nobody mapped may hold anything: a project's description and fields, a detail of a plug-in's. A field that must
// be readable is the fault of its issue alone, and told by name with what it holds.
func TestOddProjectsAndDetails(t *testing.T) {
	odd := ""
	sim, tr := lie(t, func(r *http.Request, body string) string {
		var all map[string]any
		if json.Unmarshal([]byte(body), &all) != nil {
			return body
		}
		if list, ok := all["projects"].([]any); ok {
			for _, p := range list {
				p := p.(map[string]any)
				p["description"], p["homepage"] = map[string]any{"text": "x"}, []int{1}
				p["custom_fields"] = []any{map[string]any{"id": "plug-in", "name": 5, "value": map[string]any{}}}
			}
		}
		if i, ok := all["issue"].(map[string]any); ok {
			i["journals"] = append(i["journals"].([]any), map[string]any{
				"id": 9000, "user": map[string]any{"id": 5, "name": "x"}, "created_on": i["updated_on"],
				"details": []any{map[string]any{"property": map[string]any{"plug": "in"}, "name": 5, "old_value": []any{1}}},
			})
			if odd != "" {
				i[odd] = map[string]any{"id": map[string]any{"x": 1}}
			}
		}
		b, _ := json.Marshal(all)
		return string(b)
	})
	if _, err := sim.As("customer1").Create(redminesim.NewIssue{Project: "acme", Subject: "to be read"}); err != nil {
		t.Fatal(err)
	}
	if d, err := tr.Directory(t.Context()); err != nil || len(d.Projects) < 3 || d.Projects[1].Key == "" {
		t.Errorf("the projects: %+v, %v", d.Projects, err)
	}
	if h, err := tr.History(t.Context(), "1"); err != nil || len(h.Events) == 0 {
		t.Errorf("the issue: %+v, %v", h, err)
	}
	for _, odd = range []string{"status", "tracker", "priority", "author", "assigned_to", "project"} {
		_, err := tr.History(t.Context(), "1")
		if err == nil || !strings.Contains(err.Error(), `the field "`+odd+`" holds {"id":{"x":1}}, which cannot be read`) {
			t.Errorf("%s: %v", odd, err)
		}
	}
}
