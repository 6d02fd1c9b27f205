package connectors_test

import (
	"testing"
	"time"

	"slabridge/connectors"
)

// What went along with a status is read back in the tracker's way of writing it. It is asked after only where the
// status was ours to set, and what somebody made of it since is theirs.
func TestVerifyReadsBackWhatWentWithAStatus(t *testing.T) {
	const us, them = "1", "2"
	status := "5"
	moved := func(by string, more ...connectors.Change) []connectors.Event {
		to := connectors.Change{Field: connectors.FieldStatus, From: []string{"1"}, To: []string{status}}
		return []connectors.Event{{
			ID: "journal:7", At: time.Unix(100, 0), Author: by, Changes: append([]connectors.Change{to}, more...),
		}}
	}
	set := func(to ...string) connectors.Change { return connectors.Change{Field: "cf:9", To: to} }
	for name, c := range map[string]struct {
		wanted string
		has    []string
		events []connectors.Event
		got    string // what the refusal says the tracker has; "-" for no refusal
	}{
		"as asked for":             {"Done", []string{"Done"}, moved(us), "-"},
		"in the tracker's case":    {"done", []string{"Done"}, moved(us), "-"},
		"a number":                 {"3", []string{"3.0"}, moved(us), "-"},
		"another number":           {"3", []string{"3.5"}, moved(us), "3.5"},
		"a moment of another zone": {"2026-03-01T10:00:00+05:00", []string{"2026-03-01T05:00:00Z"}, moved(us), "-"},
		"labels in another order":  {"a b", []string{"b", "c", "a"}, moved(us), "-"},
		"one label of two":         {"a b", []string{"b"}, moved(us), "b"},
		"a value with a space":     {"Won't Do", []string{"Won't Do"}, moved(us), "-"},
		"emptied":                  {"", nil, moved(us), "-"},
		"not emptied":              {"", []string{"x"}, moved(us), "x"},
		"left alone":               {"Done", nil, moved(us), ""},
		"replaced by the workflow": {"Done", []string{"Fixed"}, moved(us, set("Fixed")), "Fixed"},
		"changed by somebody since": {"Done", []string{"Fixed"}, append(moved(us, set("Done")), connectors.Event{
			ID: "journal:8", Author: them, Changes: []connectors.Change{set("Fixed")},
		}), "-"},
		"somebody set the status before us": {"Done", nil, moved(them), "-"},
	} {
		w := connectors.Write{Issue: "17", Status: &status, StatusFields: map[string]string{"cf:9": c.wanted}}
		after := connectors.History{Events: c.events}
		after.Issue.Values = connectors.Values{connectors.FieldStatus: {status}, "cf:9": c.has}
		got := "-"
		for _, x := range connectors.Verify(w, us, connectors.History{}, after).Refused {
			if got = x.Got; x.Field != "cf:9" || x.Wanted != c.wanted {
				t.Errorf("%s: refused is %+v", name, x)
			}
		}
		if got != c.got {
			t.Errorf("%s: the refusal says %q, want %q", name, got, c.got)
		}
	}
}
