package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// redmineWorld is a Redmine: the simulated one, or a real one whose clock can be moved. What people and administrators
// do over REST is done the same way in both; the rest is what REST has no call for.
type redmineWorld struct {
	url       string
	transport http.RoundTripper // nil for the network
	user      func(login string) (id int, key string)
	back      backstage
	keep      bool                      // others come after us: leave nothing behind
	lists     map[string]map[string]int // by kind: the numbers of names
	booked    []string                  // entries of time, in the story's order
}

// backstage does what REST has no call for.
type backstage interface {
	set(t testing.TB, now time.Time)
	grant(t testing.TB, role, permission string) // until the end of the test
	field(t testing.TB, name, project string)    // a text on every tracker, until the end of the test
	activity(t testing.TB, name string)          // for good
}

// simWorld is a Redmine 5.0 in virtual time.
func simWorld(testing.TB) world {
	b := &simBackstage{}
	b.sim = redminesim.NewLab(redminesim.Options{Version: redminesim.V50, Clock: func() time.Time { return b.now }})
	return &redmineWorld{
		url: "http://127.0.0.1", transport: b.sim.Transport(), back: b, lists: map[string]map[string]int{},
		user: func(login string) (int, string) { return b.sim.UserID(login), b.sim.Key(login) },
	}
}

type simBackstage struct {
	sim *redminesim.Server
	now time.Time
}

func (b *simBackstage) set(_ testing.TB, now time.Time) { b.now = now }
func (b *simBackstage) grant(_ testing.TB, role, permission string) {
	b.sim.GrantPermission(role, permission)
}
func (b *simBackstage) field(_ testing.TB, name, _ string) { b.sim.AddField(name) }
func (b *simBackstage) activity(_ testing.TB, name string) { b.sim.AddActivity(name) }

// liveWorld is the instance that SLABRIDGE_LIVE_CLOCK names (redmine up DIR --clock).
func liveWorld(t testing.TB) world {
	t.Helper()
	dir := os.Getenv("SLABRIDGE_LIVE_CLOCK")
	if dir == "" {
		t.Skip("SKIPPED: NO REAL REDMINE WITH A CLOCK OF ITS OWN. Run make live, or set SLABRIDGE_LIVE_CLOCK to the " +
			"directory of an instance made with --clock")
	}
	l := openInstance(t, dir)
	for _, project := range []string{"support", "acme", "acme-erp", "globex"} {
		l.lab(t, "act", "project", project, "archive") // or slabridge would read their members, too, again and again
	}
	w := &redmineWorld{url: l.URL, keep: true, lists: map[string]map[string]int{}}
	w.user = func(login string) (int, string) { return l.Users[login].ID, l.Users[login].Key }
	w.back = liveBackstage{l, w}
	return w
}

type liveBackstage struct {
	*instance
	w *redmineWorld
}

func (b liveBackstage) set(t testing.TB, now time.Time) { b.lab(t, "clock", now.Format(time.RFC3339)) }

func (b liveBackstage) grant(t testing.TB, role, permission string) {
	b.lab(t, "act", "grant", role, permission)
	t.Cleanup(func() { b.lab(t, "act", "revoke", role, permission) })
}

func (b liveBackstage) field(t testing.TB, name, project string) {
	b.lab(t, "act", "field", name, project)
	t.Cleanup(func() { b.lab(t, "act", "drop-field", name) })
}

func (b liveBackstage) activity(t testing.TB, name string) {
	if b.w.list(t, "activity")[name] == 0 {
		b.lab(t, "act", "activity", name)
		delete(b.w.lists, "activity")
	}
}

func (w *redmineWorld) way() (string, http.RoundTripper) { return w.url, w.transport }
func (w *redmineWorld) detour(url string)                { w.url, w.transport = url, nil }

func (w *redmineWorld) connection() (kind, auth, key, internal string) {
	_, key = w.user(storyBot)
	return "redmine", "{api_key: {file: key}}", key, "private-note"
}

func (w *redmineWorld) ours(r *http.Request) bool {
	_, key := w.user(storyBot)
	return r.Header.Get("X-Redmine-API-Key") == key
}

func (w *redmineWorld) changes(r *http.Request) bool { return r.Method != http.MethodGet }
func (w *redmineWorld) activities() bool             { return true }

func (w *redmineWorld) set(t testing.TB, now time.Time)          { w.back.set(t, now) }
func (w *redmineWorld) grant(t testing.TB, role, right string)   { w.back.grant(t, role, right) }
func (w *redmineWorld) field(t testing.TB, name, project string) { w.back.field(t, name, project) }
func (w *redmineWorld) activity(t testing.TB, name string)       { w.back.activity(t, name) }

// send makes one request as a person and gives the answer, whatever its status.
func (w *redmineWorld) send(t testing.TB, login, method, path string, body any) (int, []byte) {
	t.Helper()
	kind, in := "application/json", []byte(nil)
	switch b := body.(type) {
	case nil:
	case []byte:
		kind, in = "application/octet-stream", b
	default:
		var err error
		if in, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, w.url+path, bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	_, key := w.user(login)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("X-Redmine-API-Key", key)
	res, err := (&http.Client{Transport: w.transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, out
}

// ask is send for what must succeed; the answer goes into v unless it is nil.
func (w *redmineWorld) ask(t testing.TB, login, method, path string, body, v any) {
	t.Helper()
	status, out := w.send(t, login, method, path, body)
	if status > 299 {
		t.Fatalf("%s %s %v by %s: %d %s", method, path, body, login, status, out)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal(out, v); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, out)
	}
}

// kinds are the paths under which Redmine lists what has a name and a number.
var kinds = map[string]string{
	"status": "issue_statuses", "tracker": "trackers", "role": "roles", "field": "custom_fields",
	"priority": "enumerations/issue_priorities", "activity": "enumerations/time_entry_activities",
}

// id is the number of what people call by a name.
func (w *redmineWorld) id(t testing.TB, kind, name string) int {
	t.Helper()
	n, known := w.list(t, kind)[name]
	if !known {
		t.Fatalf("the tracker has no %s %q", kind, name)
	}
	return n
}

// called is what people call a number.
func (w *redmineWorld) called(t testing.TB, kind, id string) string {
	t.Helper()
	for name, n := range w.list(t, kind) {
		if strconv.Itoa(n) == id {
			return name
		}
	}
	return id
}

// list gives all of a kind, people by their logins. Of two fields of one name it has the issue's.
func (w *redmineWorld) list(t testing.TB, kind string) map[string]int {
	t.Helper()
	if found, read := w.lists[kind]; read {
		return found
	}
	found := map[string]int{}
	w.lists[kind] = found
	if kind == "assignee" {
		for _, login := range []string{"support1", "support2", "dev1", "dev2", "manager1"} {
			found[login], _ = w.user(login)
		}
		return found
	}
	var answer map[string]json.RawMessage
	w.ask(t, "admin", "GET", "/"+kinds[kind]+".json", nil, &answer)
	var list []struct {
		named
		Kind string `json:"customized_type"`
	}
	if err := json.Unmarshal(answer[kinds[kind][strings.LastIndexByte(kinds[kind], '/')+1:]], &list); err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if x.Kind == "" || x.Kind == "issue" {
			found[x.Name] = x.ID
		}
	}
	return found
}

func (w *redmineWorld) furnish(t testing.TB, s *contractStory, project string) {
	t.Helper()
	w.ask(t, "admin", "POST", "/projects.json", object{"project": object{
		"name": project, "identifier": project, "is_public": false,
		"enabled_module_names": []string{"issue_tracking", "time_tracking"},
	}}, nil)
	if w.keep {
		t.Cleanup(func() { w.ask(t, "admin", "PUT", "/projects/"+project+"/archive.json", nil, nil) })
	}
	for _, p := range append([]storyPerson{{storyBot, storyBotRole}}, s.people...) {
		id, _ := w.user(p.login)
		w.ask(t, "admin", "POST", "/projects/"+project+"/memberships.json",
			object{"membership": object{"user_id": id, "role_ids": []int{w.id(t, "role", p.role)}}}, nil)
	}
}

// An account that may not administer Redmine learns what fields there are from requests of the past.
func (w *redmineWorld) past(t testing.TB, customer, project string) string {
	t.Helper()
	var made struct{ Issue named }
	w.ask(t, customer, "POST", "/issues.json", object{"issue": object{
		"project_id": project, "tracker_id": w.id(t, "tracker", "Bug"), "subject": "From before the contract",
	}}, &made)
	w.ask(t, "admin", "PUT", fmt.Sprintf("/issues/%d.json", made.Issue.ID),
		object{"issue": object{"status_id": w.id(t, "status", "Closed")}}, nil)
	return strconv.Itoa(made.Issue.ID)
}

// columns are the attributes of an issue that are no fields of the tracker's owner, by what a story calls them.
var columns = map[string]string{
	"status": "status_id", "assignee": "assigned_to_id", "priority": "priority_id", "tracker": "tracker_id",
	"project": "project_id", "due": "due_date", "subject": "subject", "text": "description",
}

// attributes are what an act sets, in Redmine's words. projects are the real names of the story's.
func (w *redmineWorld) attributes(t testing.TB, sets [][2]string, projects map[string]string) object {
	t.Helper()
	out := object{}
	var fields []object
	for _, s := range sets {
		name, value := s[0], s[1]
		column, known := columns[name]
		if value == "none" {
			value = ""
		}
		switch {
		case !known:
			fields = append(fields, object{"id": w.id(t, "field", name), "value": value})
		case value == "":
			out[column] = ""
		case name == "project":
			out[column] = projects[value]
		case name == "assignee" || kinds[name] != "":
			out[column] = w.id(t, name, value)
		default:
			out[column] = value
		}
	}
	if fields != nil {
		out["custom_fields"] = fields
	}
	return out
}

// redminePage is an issue as REST gives it.
type redminePage struct {
	shown
	Author      named
	Description string
	DueDate     string `json:"due_date"`
	Tracker     named
}

// read reads an issue; there is false when it was deleted.
func (w *redmineWorld) read(t testing.TB, login, issue string) (p redminePage, there bool) {
	t.Helper()
	var answer struct{ Issue redminePage }
	path := "/issues/" + issue + ".json?include=journals,watchers"
	switch status, out := w.send(t, login, "GET", path, nil); {
	case status == http.StatusNotFound:
		return redminePage{}, false
	case status != http.StatusOK:
		t.Fatalf("GET %s by %s: %d %s", path, login, status, out)
	default:
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatal(err)
		}
	}
	return answer.Issue, true
}

func (w *redmineWorld) page(t testing.TB, login, issue string) (storyPage, bool) {
	t.Helper()
	r, there := w.read(t, login, issue)
	bot, _ := w.user(storyBot)
	p := storyPage{
		key: issue, subject: r.Subject, text: r.Description, tracker: r.Tracker.Name, status: r.Status.Name,
		assignee: w.called(t, "assignee", strconv.Itoa(r.Assignee.ID)), due: r.DueDate,
	}
	if r.Author.ID == bot {
		p.author = storyBot
	}
	for _, x := range r.Watchers {
		p.watchers = append(p.watchers, storyWatcher{strconv.Itoa(x.ID), x.Name})
	}
	for _, j := range r.Journals {
		n := storyNote{
			events: []string{fmt.Sprintf("journal:%d", j.ID)}, at: j.CreatedOn, author: j.User.Name, ours: j.User.ID == bot,
			text: j.Notes, private: j.Private,
		}
		for _, d := range j.Details {
			n.changes = append(n.changes, w.change(t, d))
		}
		p.notes = append(p.notes, n)
	}
	return p, there
}

// change says what a journal changed, in the words of acts.
func (w *redmineWorld) change(t testing.TB, d detail) string {
	name := func(kind, id string) string {
		switch {
		case id == "":
			return "none"
		case kind != "assignee" && kinds[kind] == "":
			return id
		}
		return w.called(t, kind, id)
	}
	if d.Property == "cf" {
		return fmt.Sprintf("%s=%q", name("field", d.Name), d.New)
	}
	for kind, column := range columns {
		if column == d.Name {
			return kind + "=" + name(kind, d.New)
		}
	}
	return d.Name + "=" + d.New
}

func (w *redmineWorld) issues(t testing.TB, project string) []string {
	t.Helper()
	var list struct{ Issues []named }
	w.ask(t, "admin", "GET", "/issues.json?status_id=*&limit=100&project_id="+project, nil, &list)
	var out []string
	for _, i := range list.Issues {
		out = append(out, strconv.Itoa(i.ID))
	}
	return out
}

func (w *redmineWorld) work(event string) int { return 1 + slices.Index(w.booked, event) }

// did fails the test when the tracker left something undone in silence, as Redmine does where a right is lacking.
func (w *redmineWorld) did(t testing.TB, a storyAct, issue string) {
	t.Helper()
	p, _ := w.read(t, "admin", issue)
	is := map[string]string{
		"status": p.Status.Name, "priority": p.Priority.Name, "tracker": p.Tracker.Name, "due": p.DueDate,
		"subject":  p.Subject,
		"assignee": w.called(t, "assignee", strconv.Itoa(p.Assignee.ID)), "text": p.Description,
	}
	for _, f := range p.Fields {
		is[f.Name] = fmt.Sprint(f.Value)
	}
	for _, s := range a.does.sets {
		if got, checked := is[s[0]]; checked && got != s[1] && s[1] != "none" {
			t.Fatalf("%q: %s was left at %q", a.line, s[0], got)
		}
	}
	if a.does.note != "" && !slices.ContainsFunc(p.Journals, func(j journal) bool {
		return j.Notes == a.does.note && j.Private == a.does.private
	}) {
		t.Fatalf("%q: the note was dropped, or is not as private as it should be", a.line)
	}
}

func (w *redmineWorld) create(t testing.TB, a storyAct, projects map[string]string) string {
	t.Helper()
	attributes := w.attributes(t, a.does.sets, projects)
	for name, value := range (object{
		"project_id": projects["desk"], "tracker_id": w.id(t, "tracker", "Bug"), "subject": a.does.subject,
		"description": a.does.subject + ".",
	}) {
		if attributes[name] == nil {
			attributes[name] = value
		}
	}
	var made struct{ Issue named }
	w.ask(t, a.who, "POST", "/issues.json", object{"issue": attributes}, &made)
	issue := strconv.Itoa(made.Issue.ID)
	w.did(t, a, issue)
	return issue
}

func (w *redmineWorld) act(t testing.TB, a storyAct, ids, projects map[string]string) {
	t.Helper()
	issue, there := ids[a.issue]
	if !there {
		t.Fatalf("%q: there is no %s yet", a.line, a.issue)
	}
	d, path := a.does, "/issues/"+issue
	w.beside(t, a, issue, ids)
	attributes := w.attributes(t, d.sets, projects)
	if d.attaches != "" {
		var made struct{ Upload struct{ Token string } }
		w.ask(t, a.who, "POST", "/uploads.json?filename="+url.QueryEscape(d.attaches), []byte(a.line), &made)
		attributes["uploads"] = []object{{"token": made.Upload.Token, "filename": d.attaches}}
	}
	if d.note != "" {
		attributes["notes"], attributes["private_notes"] = d.note, d.private
	}
	if len(attributes) > 0 {
		w.ask(t, a.who, "PUT", path+".json", object{"issue": attributes}, nil)
		w.did(t, a, issue)
	}
	if d.deletes {
		w.ask(t, a.who, "DELETE", path+".json", nil, nil)
	}
}

// beside does what Redmine has other calls for than that of an issue.
func (w *redmineWorld) beside(t testing.TB, a storyAct, issue string, ids map[string]string) {
	t.Helper()
	if a.does.duplicates != "" {
		w.ask(t, a.who, "POST", "/issues/"+issue+"/relations.json",
			object{"relation": object{"issue_to_id": ids[a.does.duplicates], "relation_type": "duplicates"}}, nil)
	}
	if a.does.books > 0 {
		var made struct {
			Entry named `json:"time_entry"`
		}
		w.ask(t, a.who, "POST", "/time_entries.json", object{"time_entry": object{
			"issue_id": issue, "hours": a.does.books.Hours(), "activity_id": w.id(t, "activity", a.does.activity),
			"spent_on": a.at.Format(time.DateOnly),
		}}, &made)
		w.booked = append(w.booked, fmt.Sprintf("time:%d", made.Entry.ID))
	}
	if a.does.edits > 0 {
		p, _ := w.read(t, "admin", issue)
		w.ask(t, a.who, "PUT", fmt.Sprintf("/journals/%d.json", p.Journals[a.does.edits-1].ID),
			object{"journal": object{"notes": a.does.edited}}, nil)
	}
}
