// Package redmine is the connection to one Redmine (5.0 to 6.1) through its REST API, as a connectors.Tracker.
//
// Redmine's words for history, journals and their details, end here: each journal becomes one connectors.Event with the
// id "journal:ID". What Redmine answers wrongly or not at all is dealt with here too, so that callers may trust the
// contract: a wrong key served as a stranger, a list that moves while it is read, a PUT that failed only because
// somebody else was saving, a page of a proxy in place of an answer.
//
// What travels where, and how much of it, is promised by connectors/rest. A request is sent once. The one exception is
// a write that does no harm when it is done twice (no comment, no new issue) and that Redmine refused whole because
// another save came between (422 with an empty list of errors): it is sent again a few times.
//
// Issue.Values also holds the names of the attachments (connectors.FieldAttachment) and the relations
// (connectors.FieldRelation).
//
// It never deletes anything but, when told to, the text of a comment of its own account; it never reads the time from
// the machine, and never uses a writing method of go-redmine: those send every field, so that a comment would wipe the
// description.
package redmine

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Kind is Redmine for whoever registers it.
var Kind = connectors.Kind{
	Name: kind, Title: "Redmine",
	Auth: []connectors.AuthWay{{
		Secret: "api_key",
		Place:  message.Of("signed in as that account: My account, API access key, Show"),
	}},
	AuthAccepted: `{api_key: "${NAME}"}, {file: PATH}`,
	Internal:     []string{"private-note"}, Duplicates: []string{"duplicates"},
	ClosedComments: true, // no setting of a status or a workflow takes the notes away
	Webhook:        connectors.Webhook{Signature: "X-Redmine-Signature-256", Issues: hintedIssues},
	IssuePage: func(root, key string) string {
		return strings.TrimSuffix(root, "/") + "/issues/" + url.PathEscape(key)
	},
	EventPlace: func(event string) string {
		if journal, ok := strings.CutPrefix(event, "journal:"); ok {
			return "#change-" + url.PathEscape(journal)
		}
		return ""
	},
	New:       func(s connectors.Settings) (connectors.Tracker, error) { return New(s) },
	Recognise: recognise,
	Names:     names,
	Recent: func(ctx context.Context, s connectors.Settings, projects []string, most int) ([]connectors.Issue, error) {
		t, err := New(s)
		if err != nil {
			return nil, err
		}
		return sampler{t.lists.site}.recent(ctx, projects, most)
	},
}

const kind = "redmine"

// Tracker is one Redmine under one account, put together of what lists, reads and writes there. Make it with New; it is
// safe for concurrent use.
type Tracker struct {
	lists
	reader
	directory
	writer
}

var _ connectors.Tracker = (*Tracker)(nil)

// New checks the settings and makes the connection; it sends nothing.
func New(s connectors.Settings) (*Tracker, error) {
	client, err := rest.New(rest.Config{
		Settings: s, Kind: kind, Authenticate: withKey(s.Auth.Secret), Hints: hints, Refused: refused,
	})
	if err != nil {
		return nil, err
	}
	at := &site{client: client}
	if s.Scope.Knows(s.Listed.Projects) {
		at.followed.Store(&followed{s.Scope.Of(s.Listed.Projects), s.Listed.At})
	}
	return &Tracker{lists{site: at}, reader{at}, directory{at}, writer{site: at}}, nil
}

// withKey puts the key into a header.
func withKey(key string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Del("key") // go-redmine puts one into every address
		r.URL.RawQuery = q.Encode()
		r.Header.Set("X-Redmine-API-Key", key)
	}
}

// Offset implements connectors.Tracker.
func (t *Tracker) Offset() (time.Duration, time.Time, bool) { return t.lists.client.Offset() }

// Requests implements connectors.Tracker.
func (t *Tracker) Requests() int64 { return t.lists.client.Requests() }

// Limits implements connectors.Tracker.
func (t *Tracker) Limits() (int64, time.Time) { return t.lists.client.Limits() }

// Capabilities implements connectors.Tracker. EditedNotesSeen is false because 5.0 shows no edit; from 6.0 on
// Note.EditedAt is filled all the same.
func (t *Tracker) Capabilities() connectors.Capabilities {
	return connectors.Capabilities{
		InternalNotes: true, AtomicUpdate: true, SilentRefusals: true, Retract: true, BookedInScope: true,
		Permissions: permissions, Titles: titles,
	}
}
