package jira

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Create implements connectors.Tracker with one POST of only what is set. The mark is in the description, and a property
// of the issue besides.
func (t *Tracker) Create(ctx context.Context, n connectors.NewIssue) (string, error) {
	c := t.client.Call(ctx, "create an issue in project "+n.Project, rest.Elsewhere)
	for what, text := range map[string]string{"subject": n.Subject, "description": n.Description} {
		if err := clean(what, text); err != nil {
			return "", c.Fail(connectors.Refused, err)
		}
	}
	fields := map[string]any{
		"project": map[string]any{"id": n.Project}, "issuetype": map[string]any{"id": n.Type}, "summary": n.Subject, "description": n.Description,
	}
	if n.DueDate != "" {
		fields["duedate"] = n.DueDate
	}
	if n.Assign != "" {
		who, err := t.user(ctx, n.Assign)
		if err != nil {
			return "", err
		}
		fields["assignee"] = who
	}
	body, err := json.Marshal(map[string]any{
		"fields": fields, "properties": []any{map[string]any{"key": markProperty, "value": map[string]any{"mark": n.Mark}}},
	})
	if err != nil {
		return "", c.Fail(connectors.Refused, err)
	}
	answer, err := c.Do(http.MethodPost, "/rest/api/2/issue", nil, body)
	if err != nil {
		return "", t.settled(ctx, err)
	}
	made, err := decodeCreated(answer)
	if err != nil {
		return "", c.Strange(http.MethodPost, http.StatusCreated, err)
	}
	t.touch(made)
	return made, nil
}

// decodeCreated is the id of the issue that was made.
func decodeCreated(body []byte) (string, error) {
	var w struct {
		ID id `json:"id"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return "", err
	}
	if n, err := strconv.ParseInt(string(w.ID), 10, 64); err != nil || n <= 0 {
		return "", errors.New("an issue without an id")
	}
	return string(w.ID), nil
}

// FindCreated implements connectors.Tracker. An issue that was moved to another project since, or whose description lost
// the mark, is not found; nor is one that the index does not have yet, see Capabilities.
func (t *Tracker) FindCreated(ctx context.Context, project, mark string, since time.Time) (string, bool, error) {
	me, err := t.myself(ctx) // as a stranger we would find nothing, and it would be made again
	if err != nil {
		return "", false, err
	}
	c := t.client.Call(ctx, "look for an issue that we made in project "+project, rest.Elsewhere)
	if n, err := strconv.ParseUint(project, 10, 63); err != nil || n == 0 {
		return "", false, c.Fail(connectors.Refused, errors.New("a project's id is a number"))
	}
	from := int64(0)
	if !since.IsZero() {
		from = max(0, since.UnixMilli())
	}
	found := ""
	s := search{
		t: t, op: "look for an issue that we made in project " + project, fields: []string{"description", "creator", "project", "created"},
		jql: "project = " + project + " AND creator = currentUser() AND created >= " + strconv.FormatInt(from, 10),
	}
	err = s.pages(ctx, func(c *rest.Call, raw []json.RawMessage) error {
		for _, r := range raw {
			var w struct {
				ID     id `json:"id"`
				Fields struct {
					Description *string `json:"description"`
					Creator     *person `json:"creator"`
					Project     named   `json:"project"`
					Created     moment  `json:"created"`
				} `json:"fields"`
			}
			if err := json.Unmarshal(r, &w); err != nil {
				return c.Garbled(0, err)
			}
			ours := w.Fields.Creator.id() == me.id() && string(w.Fields.Project.ID) == project && !w.Fields.Created.Before(since)
			if found == "" && ours && strings.Contains(orEmpty(w.Fields.Description), mark) {
				found = string(w.ID)
			}
		}
		return nil
	})
	return found, found != "" && err == nil, err
}
