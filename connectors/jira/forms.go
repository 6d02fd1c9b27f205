package jira

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// wireField is what a form says of one of its fields.
type wireField struct {
	Name       string            `json:"name"`
	Required   bool              `json:"required"`
	HasDefault bool              `json:"hasDefaultValue"`
	Schema     wireSchema        `json:"schema"`
	Allowed    []json.RawMessage `json:"allowedValues"`
}

// formsOf is what the screens of an issue say. The assignee needs none: it has a request of its own.
func formsOf(ctx context.Context, client *rest.Client, issue string) (connectors.Forms, error) {
	c := client.Call(ctx, message.Of("read the edit screen of issue %s", issue), rest.AtIssue)
	if err := c.CheckID(issue); err != nil {
		return connectors.Forms{}, err
	}
	var meta struct {
		Fields map[string]wireField `json:"fields"`
	}
	if _, err := c.Get("/rest/api/2/issue/"+issue+"/editmeta", nil, &meta); err != nil {
		return connectors.Forms{}, err
	}
	out := connectors.Forms{Fields: []string{connectors.FieldAssignee}}
	for _, id := range slices.Sorted(maps.Keys(meta.Fields)) {
		if field := formField(id); !slices.Contains(out.Fields, field) {
			out.Fields = append(out.Fields, field)
		}
	}
	list, err := transitions(client.Call(ctx, message.Of("list the transitions of issue %s", issue), rest.AtIssue), issue)
	if err != nil {
		return connectors.Forms{}, err
	}
	for _, tr := range list {
		form := connectors.TransitionForm{Status: string(tr.To.ID)}
		for _, id := range slices.Sorted(maps.Keys(tr.Fields)) {
			form.Fields = append(form.Fields, tr.Fields[id].form(id))
		}
		out.Transitions = append(out.Transitions, form)
	}
	return out, nil
}

// form is the field as the contract has it.
func (f wireField) form(id string) connectors.FormField {
	out := connectors.FormField{Field: formField(id), Name: f.Name, Required: f.Required && !f.HasDefault}
	for _, raw := range f.Allowed {
		if v, ok := values(raw); ok && len(v) > 0 {
			out.Allowed = append(out.Allowed, v[len(v)-1])
		}
	}
	return out
}

// formField is what the contract calls a field whose id is given.
func formField(id string) string {
	if field, ok := system[id]; ok {
		return field
	}
	return connectors.CustomField(id)
}
