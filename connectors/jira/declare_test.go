package jira_test

import (
	"maps"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/trackertest"
)

// declared is what a Jira must declare that has a way of keeping comments internal: Cloud and Data Center alike.
var declared = []trackertest.Declaration{
	{Field: "InternalNotes", Is: true, Why: "a service desk has internal comments, and roles and groups may have " +
		"comments to themselves"},
	{Field: "AtomicUpdate", Is: false, Why: "a transition is a request of its own, and so is a comment of a service " +
		"desk's agents"},
	{Field: "SilentRefusals", Is: true, Why: "what keeps a comment internal may be dropped without a word"},
	{Field: "EditedNotesSeen", Is: true, Why: "a comment has the moment of its last change"},
	{Field: "HiddenIsGone", Is: true, Why: "404 is the answer for what is deleted and for what is out of sight"},
	{Field: "Retract", Is: true, Why: "a comment of our own can be restricted, and deleted"},
	{Field: "BookedInScope", Is: false, Why: "worklog/updated lists the whole site, without the projects of its entries"},
	{Field: "Forms", Is: true, Why: "editmeta and the transitions of an issue tell what their screens take"},
	{
		Field: "Lag", Is: 10 * time.Minute,
		Why: "Cloud's search trails by minutes, says Atlassian, without a bound; Data Center's index by seconds, or " +
			"until it is mended",
	},
}

// permissions are as /mypermissions names them; a service desk's internal comments are its agents' alone.
func permissions(desk bool) map[connectors.Right][]string {
	out := map[connectors.Right][]string{
		connectors.ReadIssues:        {"BROWSE_PROJECTS"},
		connectors.ReadInternal:      {"BROWSE_PROJECTS"},
		connectors.WriteComment:      {"ADD_COMMENTS"},
		connectors.WriteInternal:     {"ADD_COMMENTS"},
		connectors.TakeBack:          {"EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS"},
		connectors.SetAssignee:       {"ASSIGN_ISSUES", "EDIT_ISSUES"},
		connectors.SetPriority:       {"EDIT_ISSUES"},
		connectors.AddWatchers:       {"MANAGE_WATCHERS", "VIEW_VOTERS_AND_WATCHERS"},
		connectors.WriteCustomFields: {"EDIT_ISSUES"},
		connectors.SetStatus:         {"TRANSITION_ISSUES"},
		connectors.CreateIssues:      {"CREATE_ISSUES"},
		connectors.ReadWork:          {"BROWSE_PROJECTS"},
	}
	if desk {
		maps.Copy(out, map[connectors.Right][]string{
			connectors.ReadInternal:  {"BROWSE_PROJECTS", "SERVICEDESK_AGENT"},
			connectors.WriteInternal: {"ADD_COMMENTS", "SERVICEDESK_AGENT"},
		})
	}
	return out
}

// TestNoInternalWay: a connection that was told no way of keeping a comment internal declares that it has none.
func TestNoInternalWay(t *testing.T) {
	s := jirasim.NewLab(jirasim.Options{Clock: time.Now})
	tr, err := jira.New(connectors.Settings{
		URL: "https://jira.example.org", Auth: connectors.Auth{Way: "pat", Secret: s.Key("sla-bot")},
		Transport: s.Transport(), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if tr.Capabilities().InternalNotes {
		t.Error("it declares internal comments")
	}
}
