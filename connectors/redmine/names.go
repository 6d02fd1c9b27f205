package redmine

import (
	"encoding/json"

	"slabridge/connectors"
)

// names reads what an issue, as Redmine gave it (connectors.Issue.Raw), calls the ids that it has.
func names(issue json.RawMessage) []connectors.Naming {
	var w struct {
		Project  loose         `json:"project"`
		Type     loose         `json:"tracker"`
		Status   loose         `json:"status"`
		Priority loose         `json:"priority"`
		Fields   []customField `json:"custom_fields"`
	}
	if json.Unmarshal(issue, &w) != nil {
		return nil
	}
	out := []connectors.Naming{
		{Field: connectors.FieldProject, ID: string(w.Project.ID), Name: w.Project.Name},
		{Field: connectors.FieldType, ID: string(w.Type.ID), Name: w.Type.Name},
		{Field: connectors.FieldStatus, ID: string(w.Status.ID), Name: w.Status.Name},
		{Field: connectors.FieldPriority, ID: string(w.Priority.ID), Name: w.Priority.Name},
	}
	for _, f := range w.Fields {
		out = append(out, connectors.Naming{Field: connectors.CustomField(string(f.ID)), Name: f.Name})
	}
	return out
}
