// Package tiny is a third tracker: one project in memory, with statuses and comments. It is part of no program. A test
// drives the whole program with it, to hold that a tracker takes its own package and one line in cmd, and nothing else.
package tiny

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// Token is what opens a Tracker, and Bot the account that it belongs to.
const (
	Token = "open-sesame"
	Bot   = "bot"
)

const (
	project = "1"
	open    = "open"
	closed  = "closed"
)

// Tracker is one tracker under the account of slabridge. It has no dates of its own: its clock is ours.
type Tracker struct {
	now func() time.Time

	mu     sync.Mutex
	issues map[string]*connectors.History // by id
	events int
}

var _ connectors.Tracker = (*Tracker)(nil)

// New makes a tracker without issues.
func New(now func() time.Time) *Tracker {
	return &Tracker{now: now, issues: map[string]*connectors.History{}}
}

// Kind is what a program must register to know t: all its connections lead to it.
func (t *Tracker) Kind() connectors.Kind {
	return connectors.Kind{
		Name: "tiny", Title: "Tiny",
		Auth: []connectors.AuthWay{{Secret: "token"}}, AuthAccepted: "{token}, {file}",
		Internal: []string{"staff-only"},
		New: func(s connectors.Settings) (connectors.Tracker, error) {
			if s.Auth.Secret != Token {
				return nil, errors.New("tiny: not the token")
			}
			return t, nil
		},
		Probe: func(context.Context, connectors.Settings) ([]connectors.Probed, error) {
			return []connectors.Probed{{
				Question: message.Verbatim("how large is it"), Answer: message.Verbatim("tiny"),
			}}, nil
		},
	}
}

// File makes an issue as one of the people.
func (t *Tracker) File(by, subject string) (issue string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	issue = strconv.Itoa(len(t.issues) + 1)
	at := t.second()
	t.issues[issue] = &connectors.History{Issue: connectors.Issue{
		ID: issue, Key: "T-" + issue, Subject: subject, Author: by, CreatedAt: at, UpdatedAt: at,
		Values: connectors.Values{
			connectors.FieldProject: {project}, connectors.FieldStatus: {open}, connectors.FieldPriority: {"normal"},
			connectors.FieldAssignee: nil,
		},
	}}
	return issue
}

// Comments are the texts of what was said on an issue, oldest first.
func (t *Tracker) Comments(issue string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for _, e := range t.issues[issue].Events {
		if e.Note != nil {
			out = append(out, e.Note.Text)
		}
	}
	return out
}

// second is now; the lock is held.
func (t *Tracker) second() time.Time { return t.now().UTC().Truncate(time.Second) }

// Capabilities implements connectors.Tracker.
func (t *Tracker) Capabilities() connectors.Capabilities {
	return connectors.Capabilities{InternalNotes: true, AtomicUpdate: true, HiddenIsGone: true}
}

// Offset implements connectors.Tracker: there is one clock.
func (t *Tracker) Offset() (time.Duration, time.Time, bool) { return 0, t.now(), true }

// Requests implements connectors.Tracker: it is asked by calls alone.
func (t *Tracker) Requests() int64 { return 0 }

// Limits implements connectors.Tracker.
func (t *Tracker) Limits() (int64, time.Time) { return 0, time.Time{} }

// Self implements connectors.Tracker.
func (t *Tracker) Self(context.Context) (connectors.Account, error) {
	return connectors.Account{ID: Bot, Login: Bot, Name: "Bot", Admin: true}, nil
}

// Directory implements connectors.Tracker.
func (t *Tracker) Directory(ctx context.Context) (connectors.Directory, error) {
	self, err := t.Self(ctx)
	d := connectors.Directory{
		Statuses:   []connectors.Status{{ID: open, Name: "Open"}, {ID: closed, Name: "Closed", Closed: true}},
		Priorities: []connectors.Priority{{ID: "normal", Name: "Normal"}, {ID: "high", Name: "High", Rank: 1}},
		Types:      []connectors.Named{{ID: "request", Name: "Request"}},
		Projects:   []connectors.Project{{ID: project, Key: "acme", Name: "ACME"}},
		Self:       self, ReadAt: t.now().UTC(),
	}
	for name, role := range map[string]string{"ann": "Support", "dan": "Developer", "meg": "Manager", "carl": "Customer"} {
		d.Roles = append(d.Roles, connectors.Named{ID: role, Name: role})
		d.People = append(d.People, connectors.Person{ID: name, Name: name, Roles: map[string][]string{project: {role}}})
	}
	slices.SortFunc(d.People, func(a, b connectors.Person) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(d.Roles, func(a, b connectors.Named) int { return strings.Compare(a.ID, b.ID) })
	return d, err
}

// Changed implements connectors.Tracker.
func (t *Tracker) Changed(_ context.Context, since time.Time, page func([]connectors.Stub) error) error {
	return page(t.stubs(since))
}

// Census implements connectors.Tracker.
func (t *Tracker) Census(_ context.Context, page func([]connectors.Stub) error) error {
	return page(t.stubs(time.Time{}))
}

func (t *Tracker) stubs(since time.Time) []connectors.Stub {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []connectors.Stub
	for id, h := range t.issues {
		if !h.Issue.UpdatedAt.Before(since) {
			out = append(out, connectors.Stub{ID: id, UpdatedAt: h.Issue.UpdatedAt})
		}
	}
	slices.SortFunc(out, func(a, b connectors.Stub) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	return out
}

// History implements connectors.Tracker.
func (t *Tracker) History(_ context.Context, issue string) (connectors.History, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h, ok := t.issues[strings.TrimPrefix(issue, "T-")]
	if !ok {
		return connectors.History{}, &connectors.Error{Op: message.Of("read issue %s", issue), Class: connectors.Gone}
	}
	out := *h
	out.Issue.Values, out.Events = h.Issue.Values.Clone(), slices.Clone(h.Events)
	return out, nil
}

// Update implements connectors.Tracker with one event of everything.
func (t *Tracker) Update(_ context.Context, w connectors.Write) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	h, ok := t.issues[w.Issue]
	if !ok {
		return &connectors.Error{Op: message.Of("update issue %s", w.Issue), Class: connectors.Gone}
	}
	t.events++
	e := connectors.Event{ID: "event:" + strconv.Itoa(t.events), At: t.second(), Author: Bot}
	fields := map[string]*string{
		connectors.FieldAssignee: w.Assign, connectors.FieldPriority: w.Priority, connectors.FieldStatus: w.Status,
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if to := fields[field]; to != nil {
			c := connectors.Change{Field: field, From: h.Issue.Values[field], To: []string{*to}}
			h.Issue.Values.Apply(c)
			e.Changes = append(e.Changes, c)
		}
	}
	if c := w.Comment; c != nil {
		e.Note = &connectors.Note{Text: c.Text, Internal: c.Internal}
	}
	h.Events, h.Issue.UpdatedAt = append(h.Events, e), e.At
	return nil
}

// refused is the answer to what a tiny tracker has not.
func refused(op string) error {
	return &connectors.Error{
		Op:    message.Verbatim(op),
		Class: connectors.Refused,
		Err:   errors.New("a tiny tracker has no such thing"),
	}
}

// AddWatcher implements connectors.Tracker.
func (t *Tracker) AddWatcher(context.Context, string, string) error { return refused("add a watcher") }

// Forms implements connectors.Tracker: there are none.
func (t *Tracker) Forms(context.Context, string) (connectors.Forms, error) {
	return connectors.Forms{}, nil
}

// Active implements connectors.Tracker.
func (t *Tracker) Active(ctx context.Context, person string) (bool, error) {
	d, err := t.Directory(ctx)
	return slices.ContainsFunc(d.People, func(p connectors.Person) bool { return p.ID == person }), err
}

// Retract implements connectors.Tracker.
func (t *Tracker) Retract(context.Context, string, string, connectors.Retraction) error {
	return refused("take back a comment")
}

// Booked implements connectors.Tracker.
func (t *Tracker) Booked(context.Context, time.Time, func([]connectors.Booking) error) error {
	return refused("list booked time")
}

// Create implements connectors.Tracker.
func (t *Tracker) Create(context.Context, connectors.NewIssue) (string, error) {
	return "", refused("create an issue")
}

// FindCreated implements connectors.Tracker.
func (t *Tracker) FindCreated(context.Context, string, string, time.Time) (string, bool, error) {
	return "", false, refused("look for an issue")
}
