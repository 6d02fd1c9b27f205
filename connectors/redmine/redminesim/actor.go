package redminesim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"slabridge/connectors/sim"
)

// Person acts in the tracker as one user, at the clock's now or at a fixed moment. The methods go
// through the same rights, workflow and history as a request, but without appearing in the request
// log or meeting Use, and they return an error where REST would have left something undone in silence.
type Person struct {
	s     *Server
	login string
	at    time.Time // zero: the clock's now
}

// As returns the person who acts as a user. It panics when there is no such login.
func (s *Server) As(login string) Person {
	s.do(func() { s.mustUser(login) })
	return Person{s: s, login: login}
}

// At returns the same person acting at another moment, to build histories in the past. It never moves updated_on
// backwards.
func (p Person) At(t time.Time) Person {
	p.at = t.UTC().Truncate(time.Second)
	return p
}

// NewIssue describes an issue to be made. Empty fields take Redmine's defaults: the first tracker,
// priority Normal, nobody.
type NewIssue struct {
	Project     string // identifier
	Subject     string
	Description string
	Tracker     string
	Priority    string
	Assignee    string // login
	Parent      int
	Private     bool
	Due         string            // YYYY-MM-DD
	Fields      map[string]string // custom fields by name
}

// Change describes an update; empty fields stay as they are.
type Change struct {
	Note     string
	Private  bool // of the note
	Status   string
	Priority string
	Assignee string // login, or "-" for nobody
	Project  string // identifier
	Tracker  string
	Subject  string
	// Description replaces the whole text, or takes it away by "-".
	Description string
	Due         string // YYYY-MM-DD, or "-" for none
	Parent      int
	Fields      map[string]string // custom fields by name
}

// Create makes an issue and returns its number.
func (p Person) Create(n NewIssue) (int, error) {
	fields, err := p.attrs(Change{
		Priority: n.Priority, Assignee: n.Assignee, Tracker: n.Tracker, Subject: n.Subject, Description: n.Description,
		Parent:  n.Parent,
		Project: n.Project, Due: n.Due, Fields: n.Fields,
	})
	if err != nil {
		return 0, err
	}
	if n.Private {
		fields["is_private"] = true
	}
	var out struct{ Issue Issue }
	err = p.ask(http.MethodPost, "/issues", map[string]any{"issue": fields}, &out)
	return out.Issue.ID, err
}

// Comment writes a public note and returns the number of its journal.
func (p Person) Comment(issueID int, note string) (int, error) {
	return p.Update(issueID, Change{Note: note})
}

// PrivateNote writes a note for the staff alone.
func (p Person) PrivateNote(issueID int, note string) (int, error) {
	return p.Update(issueID, Change{Note: note, Private: true})
}

// SetStatus gives an issue a status by name.
func (p Person) SetStatus(issueID int, name string) error {
	_, err := p.Update(issueID, Change{Status: name})
	return err
}

// SetPriority gives an issue a priority by name.
func (p Person) SetPriority(issueID int, name string) error {
	_, err := p.Update(issueID, Change{Priority: name})
	return err
}

// SetField sets a custom field by name.
func (p Person) SetField(issueID int, name, value string) error {
	_, err := p.Update(issueID, Change{Fields: map[string]string{name: value}})
	return err
}

// SetDue gives an issue a due date, YYYY-MM-DD, or takes it away by "-".
func (p Person) SetDue(issueID int, date string) error {
	_, err := p.Update(issueID, Change{Due: date})
	return err
}

// Assign gives an issue to a login, or to nobody by "-".
func (p Person) Assign(issueID int, login string) error {
	_, err := p.Update(issueID, Change{Assignee: login})
	return err
}

// Move takes an issue to another project.
func (p Person) Move(issueID int, identifier string) error {
	_, err := p.Update(issueID, Change{Project: identifier})
	return err
}

// Update does all of a change in one PUT and returns the number of the last journal, 0 when there
// is none. An error means that it was refused, or that a part was silently left undone.
func (p Person) Update(issueID int, ch Change) (int, error) {
	fields, err := p.attrs(ch)
	if err != nil {
		return 0, err
	}
	path := "/issues/" + strconv.Itoa(issueID)
	if err := p.ask(http.MethodPut, path, map[string]any{"issue": fields}, nil); err != nil {
		return 0, err
	}
	return p.check(issueID, fields)
}

// check compares an issue with what was asked for.
func (p Person) check(issueID int, fields map[string]any) (int, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	i := p.s.st.issues[issueID]
	if i == nil {
		return 0, fmt.Errorf("redminesim: issue %d was deleted meanwhile", issueID)
	}
	is := map[string]string{
		"status_id": strconv.Itoa(i.status), "priority_id": strconv.Itoa(i.priority), "tracker_id": strconv.Itoa(i.tracker),
		"assigned_to_id": strings.TrimPrefix(strconv.Itoa(i.assignee), "0"), "project_id": strconv.Itoa(i.project),
		"subject": i.subject, "due_date": i.due,
		"parent_issue_id": strconv.Itoa(i.parent),
	}
	for name, want := range fields {
		if got, checked := is[name]; checked && got != fmt.Sprint(want) {
			return 0, fmt.Errorf("redminesim: %s on issue %d: %s was left at %q, not set to %q", p.login, issueID, name, got,
				want)
		}
	}
	if values, sent := fields["custom_field_values"].(map[string]any); sent {
		for id, want := range values {
			n, _ := strconv.Atoi(id)
			if i.fields[n] != want {
				return 0, fmt.Errorf("redminesim: %s on issue %d: field %s was left at %q", p.login, issueID, id, i.fields[n])
			}
		}
	}
	if len(i.journals) == 0 {
		return 0, nil
	}
	last := i.journals[len(i.journals)-1]
	if note, sent := fields["notes"]; sent {
		private, _ := fields["private_notes"].(bool)
		if last.notes == nil || *last.notes != note || last.private != private {
			return 0, fmt.Errorf("redminesim: %s on issue %d: the note was dropped, or is not private", p.login, issueID)
		}
	}
	return last.id, nil
}

// attrs writes a change the way the API wants it: numbers for names.
// An unknown name is an error.
func (p Person) attrs(ch Change) (out map[string]any, err error) {
	err = p.s.named(func() { out = p.translate(ch) })
	return out, err
}

// named does something under the lock; a name that does not exist is an error.
func (s *Server) named(f func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Named(func() error { f(); return nil })
}

func (p Person) translate(ch Change) map[string]any {
	st, out := p.s.st, map[string]any{}
	put := func(name, given string, value func() int) {
		switch given {
		case "":
		case "-":
			out[name] = ""
		default:
			out[name] = strconv.Itoa(value())
		}
	}
	put("status_id", ch.Status, func() int { return p.s.mustStatus(ch.Status).id })
	put("priority_id", ch.Priority, func() int { return p.s.mustPriority(ch.Priority).id })
	put("assigned_to_id", ch.Assignee, func() int { return p.s.mustUser(ch.Assignee).id })
	put("project_id", ch.Project, func() int { return p.s.mustProject(ch.Project).id })
	put("tracker_id", ch.Tracker, func() int {
		t := find(st.trackers, func(t *tracker) bool { return t.name == ch.Tracker })
		must(t != nil, "tracker", ch.Tracker)
		return t.id
	})
	if ch.Note != "" {
		out["notes"], out["private_notes"] = ch.Note, ch.Private
	}
	if ch.Subject != "" {
		out["subject"] = ch.Subject
	}
	if ch.Description != "" {
		out["description"] = ch.Description
		if ch.Description == "-" {
			out["description"] = ""
		}
	}
	if ch.Due != "" {
		out["due_date"] = strings.TrimPrefix(ch.Due, "-")
	}
	if ch.Parent != 0 {
		out["parent_issue_id"] = strconv.Itoa(ch.Parent)
	}
	if len(ch.Fields) > 0 {
		values := map[string]any{}
		for name, v := range ch.Fields {
			values[strconv.Itoa(p.s.mustField(name).id)] = v
		}
		out["custom_field_values"] = values
	}
	return out
}

// Delete removes an issue for good, with its subtasks.
func (p Person) Delete(issueID int) error {
	return p.ask(http.MethodDelete, "/issues/"+strconv.Itoa(issueID), nil, nil)
}

// EditNote rewrites the note of a journal; an empty text deletes a journal without changes.
func (p Person) EditNote(journalID int, note string) error {
	return p.ask(http.MethodPut, "/journals/"+strconv.Itoa(journalID),
		map[string]any{"journal": map[string]any{"notes": note}}, nil)
}

// HideNote makes the note of a journal private, or public again.
func (p Person) HideNote(journalID int, private bool) error {
	body := map[string]any{"journal": map[string]any{"private_notes": private}}
	return p.ask(http.MethodPut, "/journals/"+strconv.Itoa(journalID), body, nil)
}

// AddRelation joins two issues: relates, duplicates, blocks, copied_to or one of their mirror
// images. It returns the relation's number.
func (p Person) AddRelation(from int, kind string, to int) (int, error) {
	var out struct{ Relation Relation }
	err := p.ask(http.MethodPost, fmt.Sprintf("/issues/%d/relations", from), map[string]any{
		"relation": map[string]any{"issue_to_id": strconv.Itoa(to), "relation_type": kind},
	}, &out)
	return out.Relation.ID, err
}

// RemoveRelation takes a relation away.
func (p Person) RemoveRelation(relationID int) error {
	return p.ask(http.MethodDelete, "/relations/"+strconv.Itoa(relationID), nil, nil)
}

// Watch makes a login watch an issue.
func (p Person) Watch(issueID int, login string) error {
	id := p.s.UserID(login)
	return p.ask(http.MethodPost, fmt.Sprintf("/issues/%d/watchers", issueID), map[string]any{"user_id": strconv.Itoa(id)},
		nil)
}

// Unwatch removes a watcher from an issue.
func (p Person) Unwatch(issueID int, login string) error {
	return p.ask(http.MethodDelete, fmt.Sprintf("/issues/%d/watchers/%d", issueID, p.s.UserID(login)), nil, nil)
}

// Attach adds a file to an issue.
func (p Person) Attach(issueID int, filename string, content []byte) error {
	token := with(p.s, func() string { return p.call().newFile(filename, content).token })
	return p.ask(http.MethodPut, "/issues/"+strconv.Itoa(issueID), map[string]any{"issue": map[string]any{
		"uploads": []any{map[string]any{"token": token, "filename": filename}},
	}}, nil)
}

// See returns an issue as this person gets it over REST, with everything that can be included.
func (p Person) See(issueID int) (*Issue, error) {
	var out struct{ Issue *Issue }
	err := p.ask(http.MethodGet, "/issues/"+strconv.Itoa(issueID), nil, &out)
	return out.Issue, err
}

// call is a request of this person's making.
func (p Person) call() *call {
	now := p.s.Now()
	if !p.at.IsZero() {
		now = p.at
	}
	r := &http.Request{Method: http.MethodGet, Host: "redmine.example.org", Header: http.Header{}}
	all := "journals,watchers,relations,attachments,children,allowed_statuses"
	return &call{
		s: p.s, st: p.s.st, r: r, user: p.s.mustUser(p.login), now: now, query: map[string][]string{"include": {all}},
	}
}

// ask runs the handler of a route and decodes its answer.
func (p Person) ask(method, path string, body map[string]any, out any) error {
	h, args, _ := route(method, path)
	rep := with(p.s, func() reply {
		c := p.call()
		c.body = body
		return h(c, args)
	})
	raw, err := json.Marshal(rep.body)
	if err == nil && rep.status >= http.StatusBadRequest {
		err = fmt.Errorf("answered %d %s", rep.status, raw)
	}
	if err == nil && out != nil {
		err = json.Unmarshal(raw, out)
	}
	if err != nil {
		return fmt.Errorf("redminesim: %s %s as %s: %w", method, path, p.login, err)
	}
	return nil
}
