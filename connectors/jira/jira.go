// Package jira is the connection to one Jira through its REST API, as a connectors.Tracker: Jira Cloud and Jira Data
// Center, with or without Service Management.
//
// Which of the two it is the site itself says (serverInfo), asked once. Version 2 of the API serves both: its texts are
// wiki markup, where version 3 wants documents. Jira's words for history end here: an entry of the changelog becomes
// one connectors.Event with the id "history:ID", a comment "comment:ID", an entry of the worklog "worklog:ID".
//
// What travels where, and how much of it, is promised by connectors/rest. Beyond the contract the package promises:
//   - histories are complete: what an answer cut (Cloud cuts changelogs within others at forty) is read to its end;
//   - nothing that a listing shows is skipped, whatever people do between two pages, and a listing is never narrowed by
//     a date in somebody's zone: moments are sent as numbers;
//   - a comment that is to be internal goes out with what keeps it so, or not at all; what came back is for the caller
//     to check, see connectors.Verify;
//   - the last request of an update is the one that carries the comment with our mark: one that was cut short shows no
//     mark, and all that came before it may be done again without harm;
//   - a site is never sent more writes to one issue than it bears (20 in two seconds, 100 in thirty).
//
// What Jira does not tell: an issue that was deleted and one that is out of our sight look the same, see Capabilities.
//
// It never deletes anything but, when told to, a comment of its own account; it never reads the time from the machine.
// Of go-jira it takes the client and the reading of small lists: its comments and assignments are refused by Cloud, its
// search is gone there, and its histories lack what was cut.
package jira

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Kind is Jira, Cloud and Data Center, for whoever registers it.
var Kind = connectors.Kind{
	Name: kind, Title: "Jira",
	Auth: []connectors.AuthWay{{
		Secret: withToken, User: true,
		Place: message.Of("an API token; signed in as that account: id.atlassian.com, Security, Create API token"),
	}, {
		Secret: withPAT,
		Place: message.Of("a personal access token; signed in as that account: Profile, Personal Access Tokens, " +
			"Create token"),
	}},
	AuthAccepted: "{user, token}, {user, file}, {pat}, {file}",
	Internal:     []string{jsmInternal, "role:NAME", "group:NAME"},
	Categories:   []string{"new", "indeterminate", "done"}, Duplicates: []string{"Duplicate"},
	Webhook: connectors.Webhook{
		Signature: "X-Hub-Signature", Delivery: "X-Atlassian-Webhook-Identifier", Issues: hintedIssues,
	},
	IssuePage: issuePage,
	EventPlace: func(event string) string { // an entry of the history has none
		if comment, ok := strings.CutPrefix(event, "comment:"); ok {
			return "?focusedCommentId=" + url.QueryEscape(comment)
		}
		return ""
	},
	New: func(s connectors.Settings) (connectors.Tracker, error) { return New(s) },
	Probe: func(ctx context.Context, s connectors.Settings) ([]connectors.Probed, error) {
		t, err := New(s)
		if err != nil {
			return nil, err
		}
		return (&prober{t.lists.site}).Probe(ctx)
	},
	Recognise: recognise,
	Recent: func(ctx context.Context, s connectors.Settings, projects []string, most int) ([]connectors.Issue, error) {
		t, err := New(s)
		if err != nil {
			return nil, err
		}
		return t.recent(ctx, projects, most)
	},
	SecondOpinion: slaClocks, Options: options, Names: names, Query: "JQL",
}

// What a connection goes by: kind in the configuration, and the two ways of proving who we are, an API token beside the
// e-mail of a Cloud account and a personal access token of Data Center.
const (
	kind      = "jira"
	withToken = "token"
	withPAT   = "pat"
)

// Tracker is one Jira under one account, put together of what lists, reads and writes on one site. Make it with New; it
// is safe for concurrent use.
type Tracker struct {
	lists
	reader
	directory
	writer
}

var _ connectors.Tracker = (*Tracker)(nil)

// New checks the settings and makes the connection; it sends nothing.
func New(s connectors.Settings) (*Tracker, error) {
	header := "Bearer " + s.Auth.Secret
	var travels []string
	switch {
	case s.Auth.Way == withToken && s.Auth.User == "":
		return nil, message.Errorf("jira %s: a token without the user it belongs to", s.ID)
	case s.Auth.Way == withToken:
		both := base64.StdEncoding.EncodeToString([]byte(s.Auth.User + ":" + s.Auth.Secret))
		header, travels = "Basic "+both, []string{both}
	case s.Auth.Way != withPAT:
		return nil, message.Errorf("jira %s: auth: %q is neither token nor pat", s.ID, s.Auth.Way)
	}
	if _, err := restriction(s.Internal); s.Internal != "" && s.Internal != jsmInternal && err != nil {
		return nil, message.Errorf("jira %s: internal: %w", s.ID, err)
	}
	client, err := rest.New(rest.Config{
		Settings: s, Kind: kind, Secrets: travels, Hints: hints, Refused: refused,
		Authenticate: func(r *http.Request) {
			r.Header.Set("Authorization", header)
			if r.Method != http.MethodGet { // else Data Center takes what comes from no page of its own for a forgery
				r.Header.Set("X-Atlassian-Token", "no-check")
			}
		},
	})
	if err != nil {
		return nil, err
	}
	at := &site{client: client, agent: s.Internal == jsmInternal}
	if s.Scope.Knows(s.Listed.Projects) {
		at.follow(s.Listed.Projects, s.Listed.At)
	}
	return &Tracker{
		lists{at},
		reader{at},
		directory{roster: &roster{site: at}},
		writer{site: at, internal: s.Internal, budget: budget{now: s.Now}},
	}, nil
}

// Capabilities implements connectors.Tracker. AtomicUpdate is false: a transition is a request of its own, and so is a
// comment that a service desk keeps from its customers, which only a request for comments is known to take. What Jira
// accepts it does, but for what keeps a comment internal.
func (t *Tracker) Capabilities() connectors.Capabilities {
	p := map[connectors.Right][]string{}
	for right, names := range permissions {
		p[right] = slices.Clone(names)
	}
	if t.internal == jsmInternal {
		p[connectors.ReadInternal] = append(p[connectors.ReadInternal], agentPermission)
		p[connectors.WriteInternal] = append(p[connectors.WriteInternal], agentPermission)
	}
	return connectors.Capabilities{
		InternalNotes: t.internal != "", SilentRefusals: true, EditedNotesSeen: true, Retract: true, HiddenIsGone: true,
		Forms: true, Lag: lag, Permissions: p, Titles: titles,
	}
}

// permissions are Jira's keys, as /mypermissions takes them. A watcher that we may not see cannot be read back.
var permissions = map[connectors.Right][]string{
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

// titles are what a permission scheme calls them; in Russian, as the language pack of Data Center has them.
var titles = map[string]message.Message{
	"BROWSE_PROJECTS":          message.Of("Browse Projects"),
	"ADD_COMMENTS":             message.Of("Add Comments"),
	"EDIT_OWN_COMMENTS":        message.Of("Edit Own Comments"),
	"DELETE_OWN_COMMENTS":      message.Of("Delete Own Comments"),
	"ASSIGN_ISSUES":            message.Of("Assign Issues"),
	"EDIT_ISSUES":              message.Of("Edit Issues"),
	"MANAGE_WATCHERS":          message.Of("Manage Watchers"),
	"VIEW_VOTERS_AND_WATCHERS": message.Of("View Voters and Watchers"),
	"TRANSITION_ISSUES":        message.Of("Transition Issues"),
	"CREATE_ISSUES":            message.Of("Create Issues"),
	agentPermission:            message.Of("Service Desk Agent"),
}

// agentPermission is that of a service desk's agents. A site without service management does not know it.
const agentPermission = "SERVICEDESK_AGENT"

// asked is every permission of the table, sorted.
var asked = func() []string {
	var out []string
	for _, names := range permissions {
		out = append(out, names...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}()

// Requests implements connectors.Tracker.
func (t *Tracker) Requests() int64 { return t.lists.client.Requests() }

// Limits implements connectors.Tracker.
func (t *Tracker) Limits() (int64, time.Time) { return t.lists.client.Limits() }

// Offset implements connectors.Tracker.
func (t *Tracker) Offset() (time.Duration, time.Time, bool) { return t.lists.client.Offset() }

// gateway is where scoped tokens of Cloud are sent: programs are answered there, people are not.
const gateway = "https://api.atlassian.com/"

// issuePage is where people look at an issue, "" behind the gateway.
func issuePage(root, key string) string {
	if strings.HasPrefix(root, gateway) {
		return ""
	}
	return strings.TrimSuffix(root, "/") + "/browse/" + url.PathEscape(key)
}
