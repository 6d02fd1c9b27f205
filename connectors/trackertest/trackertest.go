// Package trackertest is the conformance suite: what connectors.Tracker demands, asked of a living tracker.
//
// A connector's test calls Run with a setup that gives a World: the tracker under three accounts, the hands of
// the people who work in it, and the ids that the laws need. The same laws are asked of a simulator and of the
// real product, which keeps the simulator honest.
//
// The package promises:
//   - A skip is not taken for a pass: a law is skipped only for a capability that the tracker or its World declares not
//     to have, or for a deviation that is written down with its reason.
//   - The laws look at nothing but issues that the suite made itself, so a tracker that others work in may be used.
//
// It never asks which tracker it has, and never cleans up: the issues it made stay behind, but for those whose deletion
// a law is about.
package trackertest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"slabridge/connectors"
)

// World is a tracker ready for one law. Laws run one after another; they may share one tracker.
type World struct {
	Hands

	// Through makes a connection with the account slabridge would have, every request of which goes through
	// wrap first. Wrap gets the transport that leads to the tracker.
	Through  func(wrap func(http.RoundTripper) http.RoundTripper) connectors.Tracker
	Customer connectors.Tracker // the same tracker as the customer sees it
	Stranger connectors.Tracker // the same tracker with credentials that are nobody's

	Now  func() time.Time // the clock given to the connections
	Skew time.Duration    // how much the tracker's clock is ahead of Now

	Project    string            // where our account and the customer both work
	StaffOnly  string            // a project we work in and the customer does not see
	OutOfSight string            // a project that our account does not see
	People     map[Actor]string  // ids; all but Outsider are members of Project
	Working    string            // a status our account may set on a new issue
	Priorities map[string]string // "low", "high"
	Forbidden  string            // a status our account may not set on a new issue
	Field      string            // a text field in Project that our account may write (contract name)
	Type       string            // a type of issue in Project that is not its first
	Activities map[string]string // "one", "other": kinds of work in Project; nil where work has no kinds

	Audience  string // how an internal comment of ours is kept from customers; see connectors.Comment
	ListsWork int    // requests that a list of little booked time takes; 0 is one

	Declares    []Declaration                 // of every field of connectors.Capabilities
	Permissions map[connectors.Right][]string // the tracker's own names, of every right

	// Refuse has the tracker refuse every change of the priority with an open no, or not any more; nil where the world
	// cannot bring that about.
	Refuse     func(t testing.TB, yes bool)
	Refusals   []Refusal         // writes that this tracker accepts without doing them
	Deviations map[string]string // law to the reason why this tracker cannot keep it
	Secrets    []string          // what no error may contain
}

// Actor is somebody who works in the tracker.
type Actor string

// The people every World has.
const (
	Customer Actor = "customer" // of Project; creates and comments
	Support  Actor = "support"  // staff, may change everything in Project
	Engineer Actor = "engineer" // staff, somebody to assign to
	Manager  Actor = "manager"  // may do anything in every project
	Outsider Actor = "outsider" // a user of the tracker without any project
)

// NewIssue is what somebody types into the form for a new issue. Empty fields are left to the tracker.
type NewIssue struct {
	Project, Subject, Description string
	Priority, Assignee, Parent    string
	Fields                        map[string]string // contract names of custom fields
}

// Hands act in the tracker as people do, past the connector. A failure ends the test.
type Hands interface {
	Create(t testing.TB, by Actor, n NewIssue) (issue string)
	Comment(t testing.TB, by Actor, issue, text string, internal bool)
	// Set changes fields by contract name: status, assignee, priority, project, custom fields.
	Set(t testing.TB, by Actor, issue string, values map[string]string)
	EditNote(t testing.TB, by Actor, event, text string)
	Delete(t testing.TB, issue string)
	// Crowd makes an issue of the customer's in project for each moment, last changed at that moment of the
	// tracker's clock, as an import or a bulk edit would. Moments have whole seconds.
	Crowd(t testing.TB, project string, at []time.Time) (issues []string)
	// Book logs time on an issue, or on the whole project where the issue is "": a tracker that has no such thing does
	// nothing and gives "".
	Book(t testing.TB, by Actor, issue string, w Work) (entry string)
	EditWork(t testing.TB, by Actor, entry string, w Work)
	DeleteWork(t testing.TB, by Actor, entry string)
	// ServeStrangers lets the tracker answer requests without good credentials until the test ends.
	ServeStrangers(t testing.TB)
}

// Work is what somebody types into the form for booked time.
type Work struct {
	Activity string
	Hours    string // "0.51"
	On       string // YYYY-MM-DD
}

// Refusal is a write that the tracker answers with success and leaves undone, wholly or in part.
type Refusal struct {
	Name   string
	As     connectors.Tracker // nil for our own account
	Field  string             // what Verify must name
	Public bool               // an internal comment comes out public
	Write  func(t testing.TB, w *World) connectors.Write
}

// Setup gives the World for one law.
type Setup func(t *testing.T) *World

type law struct {
	name  string
	needs func(connectors.Capabilities) string // "" or what is missing
	check func(t *testing.T, w *World)
}

// Run asks every law, each in a World of its own.
func Run(t *testing.T, setup Setup) {
	t.Helper()
	var laws []law
	for _, group := range [][]law{
		declareLaws, readLaws, listLaws, bookedLaws, writeLaws, retractLaws, createLaws,
		failureLaws,
	} {
		laws = append(laws, group...)
	}
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			w := setup(t)
			if reason, known := w.Deviations[l.name]; known {
				t.Skipf("known deviation: %s", reason)
			}
			if l.needs != nil {
				if missing := l.needs(w.tracker().Capabilities()); missing != "" {
					t.Skipf("the tracker declares: %s", missing)
				}
			}
			l.check(t, w)
		})
	}
}

// tracker is a plain connection of our account.
func (w *World) tracker() connectors.Tracker {
	return w.Through(func(next http.RoundTripper) http.RoundTripper { return next })
}

func (w *World) history(t *testing.T, tr connectors.Tracker, issue string) connectors.History {
	t.Helper()
	h, err := tr.History(t.Context(), issue)
	if err != nil {
		t.Fatalf("History: %v", err)
	}
	return h
}

func (w *World) self(t *testing.T, tr connectors.Tracker) connectors.Account {
	t.Helper()
	a, err := tr.Self(t.Context())
	if err != nil {
		t.Fatalf("Self: %v", err)
	}
	return a
}

// apply writes as the engine does: read, write, read back, verify.
func (w *World) apply(t *testing.T, tr connectors.Tracker,
	write connectors.Write,
) (connectors.Receipt, connectors.History) {
	t.Helper()
	account := w.self(t, tr).ID
	before := w.history(t, tr, write.Issue)
	for _, p := range write.Watchers {
		if err := tr.AddWatcher(t.Context(), write.Issue, p); err != nil {
			t.Fatalf("AddWatcher: %v", err)
		}
	}
	if err := tr.Update(t.Context(), write); err != nil {
		t.Fatalf("Update: %v", err)
	}
	after := w.history(t, tr, write.Issue)
	return connectors.Verify(write, account, before, after), after
}

// wantClass fails unless err is an *Error of the class.
func wantClass(t *testing.T, what string, err error, want connectors.Class) {
	t.Helper()
	if got := connectors.ClassOf(err); got != want {
		t.Errorf("%s: class %v (%v), want %v", what, got, err, want)
	}
}

func ptr(s string) *string { return &s }

// roundTrip is a function as a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// counted makes a connection that runs before ahead of every request, with the request's number from 1. What a
// connection asks once, which names its tracker has, is asked before.
func (w *World) counted(before func(n int, r *http.Request)) connectors.Tracker {
	n, warm := 0, false
	tr := w.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			if warm {
				n++
				before(n, r)
			}
			return next.RoundTrip(r)
		})
	})
	_, _ = tr.Directory(context.Background()) // its error is that of the call to come
	warm = true
	return tr
}

// hidden is the class of what exists and is out of our sight.
func (w *World) hidden() connectors.Class {
	if w.tracker().Capabilities().HiddenIsGone {
		return connectors.Gone
	}
	return connectors.Hidden
}

// changed collects what Changed lists.
func changed(ctx context.Context, tr connectors.Tracker, since time.Time) ([]connectors.Stub, error) {
	var all []connectors.Stub
	err := tr.Changed(ctx, since, func(page []connectors.Stub) error {
		all = append(all, page...)
		return nil
	})
	return all, err
}
