package jira

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// writer writes to issues, one at a time to each, within what a site bears.
type writer struct {
	*site
	internal string // the way of keeping comments from customers; "" for none
	turns    rest.Turns
	budget   budget
}

// Update implements connectors.Tracker in up to three requests: the transition, unless the issue is there already; the
// fields, with the comment where that may go with them; the comment where it may not. The one with the comment is the
// last.
func (wr *writer) Update(ctx context.Context, w connectors.Write) error {
	if !w.HasUpdate() {
		return nil
	}
	c := wr.client.Call(ctx, message.Of("update issue %s", w.Issue), rest.AtIssue)
	if err := c.CheckID(w.Issue); err != nil {
		return err
	}
	edit, comment, err := wr.requests(ctx, c, w)
	if err != nil {
		return err
	}
	done, err := wr.turns.Take(ctx, w.Issue)
	if err != nil {
		return c.Fail(connectors.TryLater, err)
	}
	defer done()
	if w.Status != nil {
		if err := wr.transit(ctx, w.Issue, *w.Status, w.StatusFields); err != nil {
			return err
		}
	}
	if edit != nil {
		if err := wr.edit(c, w.Issue, edit); err != nil {
			if edit["update"] != nil { // the comment is in it
				err = connectors.Doubt(err)
			}
			return afterwards(err, w.Status != nil)
		}
	}
	if comment != nil {
		if err := wr.write(c, http.MethodPost, w.Issue, "/rest/api/2/issue/"+w.Issue+"/comment", comment); err != nil {
			return afterwards(connectors.Doubt(err), w.Status != nil || edit != nil)
		}
	}
	if w.Comment != nil {
		wr.client.Accepted(c, w.Issue, w.Comment.Mark)
	}
	return nil
}

// afterwards makes a failure that came after something was done one of unknown outcome: what is left must still be
// done.
func afterwards(err error, done bool) error {
	var e *connectors.Error
	if done && errors.As(err, &e) && e.Class != connectors.Unknown {
		e.Class, e.Hint = connectors.Unknown, message.Of("a part of the update was done")
	}
	return err
}

// requests are the bodies of the edit and of the comment; nil for what is not asked for. Nothing is sent for them but
// what the fields' types and people's names take.
func (wr *writer) requests(ctx context.Context, c *rest.Call,
	w connectors.Write,
) (edit, comment map[string]any, err error) {
	fields := map[string]any{}
	if w.Assign != nil {
		if fields["assignee"], err = wr.assignee(ctx, *w.Assign); err != nil {
			return nil, nil, err
		}
	}
	if w.Priority != nil {
		fields["priority"] = map[string]any{"id": *w.Priority}
	}
	if err := wr.customInto(ctx, c, fields, w.Fields); err != nil {
		return nil, nil, err
	}
	update := map[string]any{}
	if w.Comment != nil {
		body, alone, err := encodeComment(*w.Comment, wr.internal)
		if err != nil {
			return nil, nil, c.Fail(connectors.Refused, err)
		}
		if alone {
			comment = body
		} else {
			update["comment"] = []any{map[string]any{"add": body}}
		}
	}
	if len(fields)+len(update) > 0 {
		edit = map[string]any{}
		if len(fields) > 0 {
			edit["fields"] = fields
		}
		if len(update) > 0 {
			edit["update"] = update
		}
	}
	return edit, comment, nil
}

// assignee is what the field takes: null is nobody.
func (wr *writer) assignee(ctx context.Context, person string) (any, error) {
	if person == "" {
		return nil, nil
	}
	return wr.user(ctx, person)
}

// customInto puts new values into the body of an edit, each in the shape that its field takes.
func (wr *writer) customInto(ctx context.Context, c *rest.Call, body map[string]any, values map[string]string) error {
	names := make([]string, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		id, ok := connectors.IsCustomField(name)
		if !ok {
			return c.Fail(connectors.Refused, message.Errorf("field %q is no custom field", name))
		}
		names = append(names, id)
	}
	if len(names) == 0 {
		return nil
	}
	info, err := wr.fieldInfo(ctx, names...)
	if err != nil {
		return err
	}
	for _, id := range names {
		v, err := wr.shape(ctx, info.byID[id], values[connectors.CustomField(id)])
		if err != nil {
			if connectors.ClassOf(err) == 0 {
				err = c.Fail(connectors.Refused, message.Errorf("field %s: %w", id, err))
			}
			return err
		}
		body[id] = v
	}
	return nil
}

// shape is a value as a field of the type takes it; "" empties.
func (wr *writer) shape(ctx context.Context, f wireFieldInfo, v string) (any, error) {
	kind, many := f.Schema.Type, f.Schema.Type == "array"
	if many {
		kind = f.Schema.Items
	}
	switch {
	case v == "" && many:
		return []any{}, nil
	case v == "":
		return nil, nil
	}
	var out any = v
	var err error
	switch kind {
	case "option":
		out = map[string]any{"value": v}
	case "option-with-child":
		parent, child, two := strings.Cut(v, cascade)
		o := map[string]any{"value": parent}
		if two {
			o["child"] = map[string]any{"value": child}
		}
		out = o
	case "number":
		n := json.Number(v)
		if _, err := n.Float64(); err != nil {
			return nil, message.Errorf("%q is no number", v)
		}
		out = n
	case "user":
		out, err = wr.user(ctx, v)
	case "datetime":
		at, bad := time.Parse(time.RFC3339, v)
		if bad != nil {
			return nil, message.Errorf("%q is no moment", v)
		}
		out = at.UTC().Format(wireTime)
	case "date":
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return nil, message.Errorf("%q is no date", v)
		}
	case "version", "component", "priority", "resolution":
		out = map[string]any{"name": v}
	}
	if many && f.Schema.Items == "string" {
		return strings.Fields(v), err
	}
	if many {
		out = []any{out}
	}
	return out, err
}

// edit sends the edit. An assignee that it does not take may be on no screen, and has a request of its own, which then
// goes first.
func (wr *writer) edit(c *rest.Call, issue string, edit map[string]any) error {
	path := "/rest/api/2/issue/" + issue
	err := wr.write(c, http.MethodPut, issue, path, edit)
	var e *connectors.Error
	fields, _ := edit["fields"].(map[string]any)
	who, assigns := fields["assignee"]
	if !assigns || !errors.As(err, &e) || !slices.ContainsFunc(e.Fields, ofAssignee) {
		return err
	}
	if len(e.Fields) > 1 { // without the others it may still be assigned
		e.Fields = slices.DeleteFunc(e.Fields, ofAssignee)
		return err
	}
	if who == nil {
		if who, err = wr.user(c.Context(), ""); err != nil {
			return err
		}
	}
	if err := wr.write(c, http.MethodPut, issue, path+"/assignee", who); err != nil {
		if errors.As(err, &e) && e.Class == connectors.Refused && len(e.Fields) == 0 {
			e.Fields = []connectors.RefusedField{{Field: connectors.FieldAssignee, Words: strings.Join(e.Messages, ": ")}}
		}
		return err
	}
	delete(fields, "assignee")
	if len(fields) == 0 {
		delete(edit, "fields")
	}
	if len(edit) == 0 {
		return nil
	}
	return afterwards(wr.write(c, http.MethodPut, issue, path, edit), true)
}

func ofAssignee(f connectors.RefusedField) bool { return f.Field == connectors.FieldAssignee }

// transit brings the issue into a status, unless it is there. What the form on the way has of the values goes along; a
// way whose form asks for more is left.
func (wr *writer) transit(ctx context.Context, issue, status string, values map[string]string) error {
	c := wr.client.Call(ctx, message.Of("move issue %s", issue), rest.AtIssue)
	var now struct {
		Fields struct {
			Status named `json:"status"`
		} `json:"fields"`
	}
	if _, err := c.Get("/rest/api/2/issue/"+issue, url.Values{"fields": {"status"}}, &now); err != nil {
		return wr.classify(ctx, err)
	}
	if string(now.Fields.Status.ID) == status {
		return nil
	}
	list, err := transitions(c, issue)
	if err == nil && len(list) == 0 {
		list, err = transitions(c, issue)
	}
	if err != nil {
		return wr.classify(ctx, err)
	}
	var lacking []string
	for _, tr := range list {
		if string(tr.To.ID) != status {
			continue
		}
		if lacking = required(tr, values); len(lacking) > 0 {
			continue
		}
		body := map[string]any{"transition": map[string]any{"id": tr.ID}}
		fields := map[string]any{}
		if err := wr.customInto(ctx, c, fields, tr.takes(values)); err != nil {
			return err
		}
		if len(fields) > 0 {
			body["fields"] = fields
		}
		err := wr.write(c, http.MethodPost, issue, "/rest/api/2/issue/"+issue+"/transitions", body)
		var e *connectors.Error
		if errors.As(err, &e) {
			e.Fields = nil // the transition's form needs them, so the update cannot do without them
		}
		return err
	}
	if len(lacking) > 0 {
		e := c.Fail(connectors.Refused, message.Errorf("the transition to status %s asks for %s", status,
			strings.Join(lacking, ", ")))
		e.Hint = message.Of("give values for them under transitions of the mapping")
		return e
	}
	e := c.Fail(connectors.Refused, message.Errorf("no transition leads from status %s (%q) to %s", now.Fields.Status.ID,
		now.Fields.Status.Name, status))
	e.Hint = message.Of("add one to the project's workflow, or let the account through its conditions")
	return e
}

// Forms implements connectors.Tracker.
func (wr *writer) Forms(ctx context.Context, issue string) (connectors.Forms, error) {
	return formsOf(ctx, wr.client, issue)
}

// AddWatcher implements connectors.Tracker.
func (wr *writer) AddWatcher(ctx context.Context, issue, person string) error {
	c := wr.client.Call(ctx, message.Of("add a watcher to issue %s", issue), rest.AtIssue)
	if err := c.CheckID(issue); err != nil {
		return err
	}
	who, err := wr.user(ctx, person)
	if err != nil {
		return err
	}
	done, err := wr.turns.Take(ctx, issue)
	if err != nil {
		return c.Fail(connectors.TryLater, err)
	}
	defer done()
	name := who["accountId"]
	if name == nil {
		name = who["name"]
	}
	return wr.write(c, http.MethodPost, issue, "/rest/api/2/issue/"+issue+"/watchers", name)
}

// write sends one write to an issue, within its budget.
func (wr *writer) write(c *rest.Call, method, issue, path string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return c.Fail(connectors.Refused, err)
	}
	if err := wr.budget.spend(c.Context(), issue); err != nil {
		return c.Fail(connectors.TryLater, err)
	}
	if method == http.MethodDelete {
		raw = nil
	}
	_, err = c.Do(method, path, nil, raw)
	if err == nil || connectors.ClassOf(err) == connectors.Unknown {
		wr.touched.add(issue, wr.client.Now())
	}
	return wr.classify(c.Context(), err)
}

// classify tells apart a write's refusals: Jira answers 404 for what is deleted or out of sight, and 403 for a missing
// right on an issue that we see.
func (wr *writer) classify(ctx context.Context, err error) error {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Class {
	case connectors.Gone:
		if known := wr.known(ctx); known != nil {
			return known
		}
	case connectors.Hidden:
		e.Class, e.Hint = connectors.Refused, message.Of(hintRights)
	}
	return err
}
