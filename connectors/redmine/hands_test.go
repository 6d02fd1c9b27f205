package redmine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/trackertest"
)

// hands act in a Redmine over its REST API, each person with a key of their own, past the connector. What REST
// cannot do is done by lab.
type hands struct {
	base string
	next http.RoundTripper
	keys map[trackertest.Actor]string
	lab  lab
}

// lab does what only the owner of an instance can.
type lab interface {
	crowd(t testing.TB, project string, at []time.Time) []string
	serveStrangers(t testing.TB, yes bool)
}

const admin trackertest.Actor = "admin"

// ask sends one request as somebody and returns the answer's body; any status but a success ends the test.
func (h *hands) ask(t testing.TB, by trackertest.Actor, method, path string, body any) []byte {
	t.Helper()
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, h.base+path, &in)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Redmine-API-Key", h.keys[by])
	res, err := h.next.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode > 299 {
		t.Fatalf("%s as %s: %s %s: %d %s %v", method, by, path, in.String(), res.StatusCode, out, err)
	}
	return out
}

var columns = map[string]string{
	connectors.FieldStatus: "status_id", connectors.FieldAssignee: "assigned_to_id",
	connectors.FieldPriority: "priority_id", connectors.FieldProject: "project_id", "tracker": "tracker_id",
	connectors.FieldText: "description",
}

// attributes are the fields of an issue in Redmine's words.
func attributes(values map[string]string) map[string]any {
	out := map[string]any{}
	var custom []map[string]string
	for name, value := range values {
		if id, ok := connectors.IsCustomField(name); ok {
			custom = append(custom, map[string]string{"id": id, "value": value})
		} else {
			out[columns[name]] = value
		}
	}
	if custom != nil {
		out["custom_fields"] = custom
	}
	return out
}

func (h *hands) Create(t testing.TB, by trackertest.Actor, n trackertest.NewIssue) string {
	t.Helper()
	issue := attributes(n.Fields)
	for name, value := range map[string]string{
		"project_id": n.Project, "subject": n.Subject, "description": n.Description, "priority_id": n.Priority,
		"assigned_to_id": n.Assignee, "parent_issue_id": n.Parent, "tracker_id": "1",
	} {
		if value != "" {
			issue[name] = value
		}
	}
	if n.Priority == "" {
		issue["priority_id"] = "2"
	}
	var made struct {
		Issue struct{ ID int }
	}
	if err := json.Unmarshal(h.ask(t, by, "POST", "/issues.json", map[string]any{"issue": issue}), &made); err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(made.Issue.ID)
}

func (h *hands) Comment(t testing.TB, by trackertest.Actor, issue, text string, internal bool) {
	t.Helper()
	h.put(t, by, issue, map[string]any{"notes": text, "private_notes": internal})
}

func (h *hands) Set(t testing.TB, by trackertest.Actor, issue string, values map[string]string) {
	t.Helper()
	h.put(t, by, issue, attributes(values))
}

func (h *hands) put(t testing.TB, by trackertest.Actor, issue string, attributes map[string]any) {
	t.Helper()
	h.ask(t, by, "PUT", "/issues/"+issue+".json", map[string]any{"issue": attributes})
}

func (h *hands) EditNote(t testing.TB, by trackertest.Actor, event, text string) {
	t.Helper()
	id := strings.TrimPrefix(event, "journal:")
	h.ask(t, by, "PUT", "/journals/"+id+".json", map[string]any{"journal": map[string]any{"notes": text}})
}

func (h *hands) Delete(t testing.TB, issue string) {
	t.Helper()
	h.ask(t, admin, "DELETE", "/issues/"+issue+".json", nil)
}

func (h *hands) Crowd(t testing.TB, project string, at []time.Time) []string {
	t.Helper()
	return h.lab.crowd(t, project, at)
}

func (h *hands) Book(t testing.TB, by trackertest.Actor, issue string, w trackertest.Work) string {
	t.Helper()
	entry := timeEntry(w)
	if entry["issue_id"] = issue; issue == "" {
		delete(entry, "issue_id")
		entry["project_id"] = "2"
	}
	var made struct {
		Entry struct{ ID int } `json:"time_entry"`
	}
	if err := json.Unmarshal(h.ask(t, by, "POST", "/time_entries.json", map[string]any{"time_entry": entry}),
		&made); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("time:%d", made.Entry.ID)
}

func (h *hands) EditWork(t testing.TB, by trackertest.Actor, entry string, w trackertest.Work) {
	t.Helper()
	h.ask(t, by, "PUT", timePath(entry), map[string]any{"time_entry": timeEntry(w)})
}

func (h *hands) DeleteWork(t testing.TB, by trackertest.Actor, entry string) {
	t.Helper()
	h.ask(t, by, "DELETE", timePath(entry), nil)
}

func timePath(entry string) string {
	return "/time_entries/" + strings.TrimPrefix(entry, "time:") + ".json"
}

func timeEntry(w trackertest.Work) map[string]string {
	return map[string]string{"activity_id": w.Activity, "hours": w.Hours, "spent_on": w.On}
}

func (h *hands) ServeStrangers(t testing.TB) {
	t.Helper()
	h.lab.serveStrangers(t, true)
	t.Cleanup(func() { h.lab.serveStrangers(t, false) })
}

// refusals are the writes that Redmine answers with 204 and leaves undone.
func (h *hands) refusals(customer connectors.Tracker) []trackertest.Refusal {
	newIssue := func(t testing.TB, w *trackertest.World) string {
		return h.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "silently refused"})
	}
	comment := func(internal bool) *connectors.Comment {
		mark := fmt.Sprintf("[refusal %d]", time.Now().UnixNano())
		return &connectors.Comment{Text: mark, Mark: mark, Internal: internal}
	}
	text := func(s string) *string { return &s }
	return []trackertest.Refusal{
		{
			Name: "a status that the workflow does not allow", Field: connectors.FieldStatus,
			Write: func(t testing.TB, w *trackertest.World) connectors.Write {
				return connectors.Write{Issue: newIssue(t, w), Status: text("8"), Comment: comment(true)}
			},
		},
		{
			Name: "a status that does not exist", Field: connectors.FieldStatus,
			Write: func(t testing.TB, w *trackertest.World) connectors.Write {
				return connectors.Write{Issue: newIssue(t, w), Status: text("999"), Comment: comment(false)}
			},
		},
		{
			Name: "the priority of a parent, which its children decide", Field: connectors.FieldPriority,
			Write: func(t testing.TB, w *trackertest.World) connectors.Write {
				parent := newIssue(t, w)
				h.Create(t, trackertest.Manager, trackertest.NewIssue{Project: w.Project, Subject: "child", Parent: parent})
				return connectors.Write{Issue: parent, Priority: text(w.Priorities["high"]), Comment: comment(true)}
			},
		},
		{
			Name: "a priority that the workflow makes read-only", Field: connectors.FieldPriority,
			Write: func(t testing.TB, w *trackertest.World) connectors.Write {
				issue := newIssue(t, w)
				h.Set(t, trackertest.Manager, issue, map[string]string{"tracker": "2", connectors.FieldStatus: "3"})
				return connectors.Write{Issue: issue, Priority: text(w.Priorities["high"]), Comment: comment(true)}
			},
		},
		{
			Name: "a custom field that does not exist", Field: connectors.CustomField("999"),
			Write: func(t testing.TB, w *trackertest.World) connectors.Write {
				return connectors.Write{
					Issue: newIssue(t, w), Fields: map[string]string{connectors.CustomField("999"): "x"}, Comment: comment(false),
				}
			},
		},
		{
			Name: "a watcher who does not exist", Field: "watcher",
			Write: func(t testing.TB, w *trackertest.World) connectors.Write {
				return connectors.Write{Issue: newIssue(t, w), Watchers: []string{"9999"}, Comment: comment(false)}
			},
		},
		{
			Name: "an internal comment by a role that may not keep it so", As: customer, Field: "comment internal", Public: true,
			Write: func(t testing.TB, w *trackertest.World) connectors.Write {
				return connectors.Write{Issue: newIssue(t, w), Comment: comment(true)}
			},
		},
	}
}
