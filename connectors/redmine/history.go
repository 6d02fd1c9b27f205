package redmine

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// reader reads issues whole.
type reader struct{ *site }

// History implements connectors.Tracker with one request: Redmine gives all journals of an issue at once. Transitions
// are what the workflow of our roles allows, less what an open child or blocker forbids; whether the account may edit
// the issue at all is for its rights to say.
func (rd *reader) History(ctx context.Context, issue string) (connectors.History, error) {
	c := rd.client.Call(ctx, message.Of("read issue %s", issue), rest.AtIssue)
	if err := c.CheckID(issue); err != nil {
		return connectors.History{}, err
	}
	var answer struct {
		Issue json.RawMessage `json:"issue"`
	}
	include := url.Values{"include": {"journals,watchers,attachments,relations,allowed_statuses"}}
	_, err := c.Get("/issues/"+issue+".json", include, &answer)
	if err != nil {
		return connectors.History{}, rd.confirm(ctx, err)
	}
	h, err := decodeHistory(answer.Issue)
	if err == nil {
		err = rd.created(h.Issue)
	}
	switch {
	case err != nil && answer.Issue != nil: // the answer is a Redmine's, so the address is right
		return connectors.History{}, c.Fail(connectors.Garbled, err)
	case err != nil:
		return connectors.History{}, c.Garbled(0, err)
	}
	if h.Issue.ID != issue {
		return connectors.History{}, c.Garbled(0, message.Errorf("asked for issue %s, got %s", issue, h.Issue.ID))
	}
	rd.client.ReadBack(h)
	return h, nil
}

// created refuses an issue that was made more than a day from now by the tracker's clock: no deadline of it would ever
// come, and once the tracker is well again nothing would tell that the issue is to be read anew.
func (rd *reader) created(i connectors.Issue) error {
	ahead, _, _ := rd.client.Offset()
	if i.CreatedAt.After(rd.client.Now().Add(ahead).Add(24 * time.Hour)) {
		return message.Errorf("the field %q holds %s, which is in the future", "created_on", i.CreatedAt.Format(time.RFC3339))
	}
	return nil
}

func decodeHistory(raw json.RawMessage) (connectors.History, error) {
	var w wireIssue
	if err := json.Unmarshal(raw, &w); err != nil {
		return connectors.History{}, nameFault[wireIssue](raw, err)
	}
	if err := w.whole(); err != nil {
		return connectors.History{}, err
	}
	said, err := evidence(raw)
	if err != nil {
		return connectors.History{}, err
	}
	h := connectors.History{Issue: w.issue(said), WatchersSet: w.Watchers != nil}
	w.addLinks(h.Issue.Values)
	if w.Watchers != nil {
		for _, p := range *w.Watchers {
			h.Watchers = append(h.Watchers, string(p.ID))
		}
	}
	if w.Allowed != nil {
		h.Transitions, h.TransitionsSet = w.transitions(), true
	}
	multiple := map[string]bool{}
	for _, f := range w.CustomFields {
		multiple[connectors.CustomField(string(f.ID))] = f.Multiple
	}
	for _, j := range w.Journals {
		e, err := decodeJournal(j, multiple)
		if err != nil {
			return connectors.History{}, err
		}
		h.Events = append(h.Events, e)
	}
	h.Events = connectors.SortEvents(h.Events)
	return h, nil
}

// nameFault says in which field of an issue or a journal that cannot be read the fault is, and what stands there.
func nameFault[T any](raw json.RawMessage, err error) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		alone, fault := json.Marshal(map[string]json.RawMessage{name: fields[name]})
		if fault == nil && json.Unmarshal(alone, new(T)) != nil {
			return message.Errorf("the field %q holds %.80s, which cannot be read", name, fields[name])
		}
	}
	return err
}

// issue is what the issue holds now; said is the payload it is kept with.
func (w wireIssue) issue(said json.RawMessage) connectors.Issue {
	return connectors.Issue{
		ID: string(w.ID), Key: string(w.ID), Subject: w.Subject, Description: w.Description,
		Author: string(w.Author.ID), Private: w.Private,
		CreatedAt: w.CreatedOn.Time, UpdatedAt: w.UpdatedOn.Time,
		Values: w.values(), Raw: said,
	}
}

// transitions are the statuses that may be set. From a status without any way out Redmine lists none, not even that.
func (w wireIssue) transitions() []string {
	var out []string
	for _, s := range *w.Allowed {
		out = append(out, string(s.ID))
	}
	if present := string(w.Status.ID); !slices.Contains(out, present) {
		out = append(out, present)
	}
	return out
}

// evidence spares the payload from holding every journal twice, which are in the events, and the statuses, which are
// no part of the issue.
func evidence(raw json.RawMessage) (json.RawMessage, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	delete(m, "journals")
	delete(m, "allowed_statuses")
	return json.Marshal(m)
}

// reverse is the name a relation has in the journals of the issue it points to (IssueRelation::TYPES).
var reverse = map[string]string{
	"duplicates": "duplicated", "blocks": "blocked", "precedes": "follows", "copied_to": "copied_from",
}

// addLinks adds the names of attachments and the relations, seen from this issue.
func (w wireIssue) addLinks(v connectors.Values) {
	if w.Attachments != nil {
		names := []string{}
		for _, a := range *w.Attachments {
			names = append(names, a.Filename)
		}
		v[connectors.FieldAttachment] = names
	}
	for _, r := range w.Relations {
		kind, other := r.Type, r.To
		if r.To == w.ID {
			other = r.From
			if back, ok := reverse[kind]; ok {
				kind = back
			}
		}
		v[connectors.FieldRelation+kind] = append(v[connectors.FieldRelation+kind], string(other))
	}
}

// decodeJournal makes the Event of one journal. multiple tells the custom fields that hold several values.
func decodeJournal(raw json.RawMessage, multiple map[string]bool) (connectors.Event, error) {
	var j journal
	if err := json.Unmarshal(raw, &j); err != nil {
		return connectors.Event{}, message.Errorf("journal %s: %w", journalID(raw), nameFault[journal](raw, err))
	}
	if j.ID == "" || j.CreatedOn.IsZero() {
		return connectors.Event{}, message.New("a journal without id or time")
	}
	e := connectors.Event{
		ID: "journal:" + string(j.ID), At: j.CreatedOn.Time, Author: string(j.User.ID),
		Changes: changes(j.Details, multiple), Raw: raw,
	}
	if j.Notes != "" {
		if j.Private == nil { // to count it as public would take a word among colleagues for an answer to the customer
			return connectors.Event{}, message.Errorf("journal %s: the field %q is missing, without which nobody knows whether "+
				"its note is private", string(j.ID), "private_notes")
		}
		e.Note = &connectors.Note{Text: j.Notes, Internal: *j.Private}
		if j.UpdatedBy != nil {
			e.Note.EditedAt = j.UpdatedOn.Time
		}
	}
	return e, nil
}

// journalID is the id of a journal as it is written, for people to find it.
func journalID(raw json.RawMessage) string {
	var j struct {
		ID json.RawMessage `json:"id"`
	}
	_ = json.Unmarshal(raw, &j) // what is no journal has no id
	return string(j.ID)
}

// changes merges the details of one journal: a field of several values has a detail for each one that came or
// went, all of them under one name, and so have attachments, relations and children.
func changes(details []detail, multiple map[string]bool) []connectors.Change {
	var out []connectors.Change
	at := map[string]int{}
	for _, d := range details {
		c := d.change()
		c.Delta = c.Delta || multiple[c.Field]
		i, seen := at[c.Field]
		if !seen {
			at[c.Field] = len(out)
			out = append(out, c)
			continue
		}
		out[i].From = append(out[i].From, c.From...)
		out[i].To = append(out[i].To, c.To...)
		out[i].Delta = true
	}
	return out
}

// native are the columns that the contract has names for; the others keep Redmine's.
var native = map[string]string{
	"status_id": connectors.FieldStatus, "assigned_to_id": connectors.FieldAssignee,
	"priority_id": connectors.FieldPriority,
	"project_id":  connectors.FieldProject, "tracker_id": connectors.FieldType, "category_id": connectors.FieldCategory,
	"due_date": connectors.FieldDueDate, "parent_id": connectors.FieldParent, "description": connectors.FieldText,
}

func (d detail) change() connectors.Change {
	c := connectors.Change{Field: string(d.Name), From: d.Old, To: d.New}
	switch d.Property {
	case "cf":
		c.Field = connectors.CustomField(string(d.Name))
	case "attachment": // the name is the attachment's id, the values are file names
		c.Field, c.Delta = connectors.FieldAttachment, true
	case "relation":
		c.Field, c.Delta = connectors.FieldRelation+string(d.Name), true
	case "attr":
		if name, ok := native[string(d.Name)]; ok {
			c.Field = name
		}
		c.Delta = d.Name == "child_id"
	}
	return c
}
