package redmine

import (
	"encoding/json"
	"net/http"
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
