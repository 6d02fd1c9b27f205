package jira

import (
	"encoding/json"

	"slabridge/connectors"
)

// names reads what an issue, as Jira gave it (connectors.Issue.Raw), calls the ids that it has. It does not name its
// custom fields.
func names(issue json.RawMessage) []connectors.Naming {
	var w wireIssue
	if json.Unmarshal(issue, &w) != nil {
		return nil
	}
	var out []connectors.Naming
	for field, to := range system {
		switch to {
		case connectors.FieldStatus, connectors.FieldPriority, connectors.FieldType, connectors.FieldProject:
		default:
			continue
		}
		var is struct {
			named
			Category struct {
				Key string `json:"key"`
			} `json:"statusCategory"`
		}
		if json.Unmarshal(w.Fields[field], &is) == nil {
			out = append(out, connectors.Naming{
				Field: to, ID: string(is.ID), Name: is.Name, Category: is.Category.Key,
			})
		}
	}
	return out
}
