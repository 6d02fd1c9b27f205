package redmine_test

import (
	"time"

	"slabridge/connectors"
	"slabridge/connectors/trackertest"
)

// declared is what a Redmine of any version must declare.
var declared = []trackertest.Declaration{
	{Field: "InternalNotes", Is: true, Why: "notes may be private"},
	{Field: "AtomicUpdate", Is: true, Why: "one PUT carries the note and every field"},
	{Field: "SilentRefusals", Is: true, Why: "204 is the answer whether all of a PUT was done, or a part, or nothing"},
	{Field: "EditedNotesSeen", Is: false, Why: "5.0 does not tell that a note was edited"},
	{Field: "HiddenIsGone", Is: false, Why: "403 is an issue that is not for us, 404 one that is deleted"},
	{Field: "Retract", Is: true, Why: "a note of our own can be made private, and emptied"},
	{Field: "BookedInScope", Is: true, Why: "the long form of a filter of time entries names projects"},
	{Field: "Forms", Is: false, Why: "what a workflow makes read-only or required is told to administrators alone"},
	{Field: "Lag", Is: time.Duration(0), Why: "lists are read from the tables themselves"},
}

// permissions are as Redmine's source names them (lib/redmine/preparation.rb). What we may not see we cannot read back:
// a private note, a watcher.
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
