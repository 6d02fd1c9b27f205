package main

import (
	"net/http"
	"testing"
	"time"
)

// A world is a tracker in which a story can be played: simulated, or a real one whose clock can be moved. Issues are
// named by their immutable ids, people by their logins, and everything else as people call it.
type world interface {
	// way is how the tracker is reached: its address, and what carries the requests there, nil for the network.
	way() (url string, transport http.RoundTripper)
	// detour makes everybody go through another address from now on.
	detour(url string)
	// connection is what the configuration says of the tracker: kind and auth, with our secret in the file "key", and how
	// the tracker keeps a comment internal.
	connection() (kind, auth, key, internal string)
	// ours reports whether a request is slabridge's, changes whether it is one that is to change something.
	ours(r *http.Request) bool
	changes(r *http.Request) bool

	set(t testing.TB, now time.Time) // its clock, which then stands still
	// furnish makes a project with the story's people in it, slabridge among them.
	furnish(t testing.TB, s *contractStory, project string)
	// field makes a field of issues for texts, grant gives a role a right, activity makes a kind of work.
	field(t testing.TB, name, project string)
	grant(t testing.TB, role, right string)
	activity(t testing.TB, name string)
	activities() bool // there are kinds of work at all

	// past leaves a request of earlier days, long closed.
	past(t testing.TB, customer, project string) (issue string)
	// create files a request as a line says. projects are the real names of the story's.
	create(t testing.TB, a storyAct, projects map[string]string) (issue string)
	// act does to a request what a line says. ids are those that the story's requests have in the tracker.
	act(t testing.TB, a storyAct, ids, projects map[string]string)
	// page is an issue as a person reads it; there is false when it was deleted.
	page(t testing.TB, login, issue string) (p storyPage, there bool)
	// issues lists all of a project.
	issues(t testing.TB, project string) []string
	// work numbers an event of booked time through the story, from 1; 0 when it is none.
	work(event string) int
}

// storyPage is an issue as the tracker shows it.
type storyPage struct {
	key                                              string // what people type, without the #
	subject, text, tracker, status, assignee, author string
	due                                              string // YYYY-MM-DD
	watchers                                         []storyWatcher
	notes                                            []storyNote // oldest first
}

type storyWatcher struct{ id, name string }

// storyNote is what was written or changed on a page at once.
type storyNote struct {
	events  []string // as slabridge names them
	at      time.Time
	author  string
	ours    bool
	text    string
	private bool
	changes []string // in the words of acts: status="In Progress"
}

// The account of slabridge, and its role: no administrator's.
const (
	storyBot     = "sla-bot"
	storyBotRole = "SLA bot"
)
