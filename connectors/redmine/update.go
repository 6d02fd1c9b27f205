package redmine

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// staleTries bounds how often a write that changes nothing when it is done twice is sent while it is refused as stale.
// Of 24 writes at once to one issue of a Redmine on PostgreSQL, a third gets through in each round.
const staleTries = 6

// writer writes to issues, one at a time to each.
type writer struct {
	*site
	turns rest.Turns
}

// Update implements connectors.Tracker with one PUT of only what is set. Redmine answers 204 whether it did
// everything, a part or nothing.
func (wr *writer) Update(ctx context.Context, w connectors.Write) error {
	if !w.HasUpdate() {
		return nil
	}
	c := wr.client.Call(ctx, message.Of("update issue %s", w.Issue), rest.AtIssue)
	if err := c.CheckID(w.Issue); err != nil {
		return err
	}
	body, err := encodeUpdate(w)
	if err != nil {
		return c.Fail(connectors.Refused, err)
	}
	tries := staleTries
	if w.Comment != nil { // a comment that is sent twice stands twice
		tries = 1
	}
	err = wr.write(c, http.MethodPut, w.Issue, "/issues/"+w.Issue+".json", body, tries)
	switch {
	case w.Comment == nil:
		return err
	case err != nil:
		return connectors.Doubt(err)
	}
	wr.client.Accepted(c, w.Issue, w.Comment.Mark)
	return nil
}

// Forms implements connectors.Tracker: Redmine tells an ordinary account of no form.
func (wr *writer) Forms(context.Context, string) (connectors.Forms, error) {
	return connectors.Forms{}, nil
}

// AddWatcher implements connectors.Tracker. Redmine answers 204 for a person who may not see the issue, too.
func (wr *writer) AddWatcher(ctx context.Context, issue, person string) error {
	c := wr.client.Call(ctx, message.Of("add a watcher to issue %s", issue), rest.AtIssue)
	if err := c.CheckID(issue); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"user_id": person})
	if err != nil {
		return c.Fail(connectors.Refused, err)
	}
	return wr.write(c, http.MethodPost, issue, "/issues/"+issue+"/watchers.json", body, staleTries)
}

// encodeUpdate is the body of the PUT.
func encodeUpdate(w connectors.Write) ([]byte, error) {
	issue := map[string]any{}
	if w.Comment != nil {
		if err := rest.CheckText("comment", w.Comment.Text); err != nil {
			return nil, err
		}
		issue["notes"] = w.Comment.Text
		issue["private_notes"] = w.Comment.Internal
	}
	for name, value := range map[string]*string{
		"assigned_to_id": w.Assign, "priority_id": w.Priority,
		"status_id": w.Status,
	} {
		if value != nil {
			issue[name] = *value
		}
	}
	var fields []map[string]string
	for _, values := range []map[string]string{w.StatusFields, w.Fields} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			n, ok := connectors.IsCustomField(name)
			if !ok {
				return nil, message.Errorf("field %q is no custom field", name)
			}
			fields = append(fields, map[string]string{"id": n, "value": values[name]})
		}
	}
	if fields != nil {
		issue["custom_fields"] = fields
	}
	return json.Marshal(map[string]any{"issue": issue})
}

// write sends one write to an issue and decides what a refusal means.
func (wr *writer) write(c *rest.Call, method, issue, path string, body []byte, tries int) error {
	done, err := wr.turns.Take(c.Context(), issue)
	if err != nil {
		return c.Fail(connectors.TryLater, err)
	}
	defer done()
	if _, err = insist(c, method, path, body, tries); err != nil && !errors.Is(err, errStale) {
		return wr.settle(c, issue, err)
	}
	return err
}

// insist sends one write at most so many times while it is refused as stale, and in the end gives that back as Unknown:
// the answer is empty, and proxies have been seen to give it for a write that was done.
func insist(c *rest.Call, method, path string, body []byte, tries int) ([]byte, error) {
	for try := 1; ; try++ {
		answer, err := c.Do(method, path, nil, body)
		if !errors.Is(err, errStale) {
			return answer, err
		}
		if try == tries {
			e := c.Fail(connectors.Unknown, errStale)
			e.Status = http.StatusUnprocessableEntity
			return nil, e
		}
		if err := rest.Sleep(c.Context(), time.Duration(try)*50*time.Millisecond); err != nil {
			return nil, c.Fail(connectors.TryLater, err)
		}
	}
}

// settle classifies the refusals of a write. 403 is Redmine's answer to a write on a hidden issue, in a closed project
// and by a role without the right: whether we can still read the issue decides.
func (wr *writer) settle(c *rest.Call, issue string, err error) error {
	var e *connectors.Error
	if !errors.As(err, &e) || e.Class != connectors.Hidden {
		return wr.confirm(c.Context(), err)
	}
	if _, readErr := (&reader{wr.site}).History(c.Context(), issue); readErr != nil {
		return readErr
	}
	e.Class, e.Hint = connectors.Refused, message.Of(hintRights)
	return e
}
