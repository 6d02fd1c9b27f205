package redmine

import (
	"slabridge/config/message"
	"slabridge/connectors"
)

// permissions are Redmine's names, as a role shows them. A private note that we may not see cannot be read back,
// nor can a watcher.
var permissions = map[connectors.Right][]string{
	connectors.ReadIssues:        {"view_issues"},
	connectors.ReadInternal:      {"view_private_notes"},
	connectors.WriteComment:      {"add_issue_notes"},
	connectors.WriteInternal:     {"set_notes_private", "view_private_notes"},
	connectors.TakeBack:          {"edit_own_issue_notes"},
	connectors.SetAssignee:       {"edit_issues"},
	connectors.SetPriority:       {"edit_issues"},
	connectors.AddWatchers:       {"add_issue_watchers", "view_issue_watchers"},
	connectors.WriteCustomFields: {"edit_issues"},
	connectors.SetStatus:         {"edit_issues"},
	connectors.CreateIssues:      {"add_issues"},
	connectors.ReadWork:          {"view_time_entries"},
}

// titles are what the screen of a role calls them, by config/locales of Redmine 5.0 to 6.1.
var titles = map[string]message.Message{
	"view_issues":          message.Of("View Issues"),
	"view_private_notes":   message.Of("View private notes"),
	"add_issue_notes":      message.Of("Add notes"),
	"set_notes_private":    message.Of("Set notes as private"),
	"edit_own_issue_notes": message.Of("Edit own notes"),
	"edit_issues":          message.Of("Edit issues"),
	"add_issue_watchers":   message.Of("Add watchers"),
	"view_issue_watchers":  message.Of("View watchers list"),
	"add_issues":           message.Of("Add issues"),
	"view_time_entries":    message.Of("View spent time"),
}
