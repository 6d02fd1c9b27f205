package jira

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Create implements connectors.Tracker with one POST of only what is set. The mark is in the description, and a
// property of the issue besides.
func (wr *writer) Create(ctx context.Context, n connectors.NewIssue) (string, error) {
	c := wr.client.Call(ctx, message.Of("create an issue in project %s", n.Project), rest.Elsewhere)
	for what, text := range map[string]string{"subject": n.Subject, "description": n.Description} {
		if err := rest.CheckText(what, text); err != nil {
			return "", c.Fail(connectors.Refused, err)
		}
	}
	fields := map[string]any{
		"project": map[string]any{"id": n.Project}, "issuetype": map[string]any{"id": n.Type}, "summary": n.Subject,
		"description": n.Description,
	}
	if n.DueDate != "" {
		fields["duedate"] = n.DueDate
	}
	if n.Assign != "" {
		who, err := wr.user(ctx, n.Assign)
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
		return "", connectors.Doubt(wr.classify(ctx, err))
	}
	made, err := decodeCreated(answer)
	if err != nil {
		return "", c.Strange(http.MethodPost, http.StatusCreated, err)
	}
	wr.touched.add(made, wr.client.Now())
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
		return "", message.New("an issue without an id")
	}
	return string(w.ID), nil
}
