// Package connectors is the contract between slabridge and an issue tracker, in the tracker's own words.
//
// A connector (connectors/redmine, connectors/jira) turns one tracker's wire format into the values of this
// package: an Issue is what the tracker says now, an Event is something that happened to it, a History is both
// together, a Directory holds the names behind the ids. Journals, details, changelogs and transitions stay
// inside their connector; here all of them are Events. Values keep the tracker's ids, never its display names,
// so renaming a status changes no history.
//
// The package promises that everything in it is a plain value or a pure function over values: no clock, no
// network, no storage, and no word of contracts, severities or deadlines. The conformance suite in
// connectors/trackertest holds every connector to the obligations written at Tracker.
package connectors

import (
	"cmp"
	"context"
	"time"

	"slabridge/config/message"
)

// Tracker is one connection to one tracker under one account. It is the only interface of slabridge, because
// only trackers come in several implementations. All methods are safe for concurrent use, return promptly when
// ctx is cancelled, give every time in UTC with whole seconds or finer as the tracker has it, and report
// failures as *Error (see Class), never as a bare string.
type Tracker interface {
	// Capabilities tells what this tracker can do at all; it needs no request.
	Capabilities() Capabilities

	// Self asks the tracker who we are. It fails with Unauthorized when the credentials are not those of a
	// real account, even on a tracker that serves strangers an empty list instead of refusing them.
	Self(ctx context.Context) (Account, error)

	// Directory reads the names behind the ids: statuses, priorities, types, projects, fields, people and
	// their roles, with nothing but the rights of an ordinary account.
	Directory(ctx context.Context) (Directory, error)

	// Active reports whether a person, by their id, has an account that can work and be assigned. A tracker may go on
	// listing among a project's members somebody whom an administrator has locked. Nobody is active behind an id that the
	// tracker does not know or does not show to us.
	Active(ctx context.Context, person string) (bool, error)

	// Forms tells what the tracker's forms let our account set on an issue as it stands, where they tell
	// (Capabilities.Forms); zero elsewhere.
	Forms(ctx context.Context, issue string) (Forms, error)

	// Changed lists issues whose UpdatedAt is at or after since, each at least once, ordered by (UpdatedAt, ID)
	// as far as the tracker can, while people go on editing: History tells what changed. It calls page for every
	// page as it arrives; an error from page stops the listing and is returned as it is. Nothing that was there
	// when the call began and is still visible is skipped, whatever moves between two pages; duplicates are
	// allowed. A zero since lists everything. One request when there is at most one page. An issue of which the list does
	// not say when it changed comes with a zero UpdatedAt, whatever since is.
	Changed(ctx context.Context, since time.Time, page func([]Stub) error) error

	// Census lists the id and UpdatedAt of every visible issue, in any order and possibly with gaps where issues vanish
	// during the listing: an absent id is only a suspicion; History says what became of the issue.
	Census(ctx context.Context, page func([]Stub) error) error

	// History reads one issue whole: its state now and every event the account may see, oldest first, with stable event
	// ids. issue is its id, or what people type for it. Gone means deleted (or never there), Hidden that it exists but not
	// for us.
	History(ctx context.Context, issue string) (History, error)

	// Update sends all changes of w but its watchers in one request where the tracker can, exactly as given. A nil error
	// says only that the tracker accepted the request: trackers drop fields silently, so read the issue back and ask
	// Verify. Update never repeats a request whose outcome is unknown: that error has class Unknown. Where it takes
	// several requests (see Capabilities.AtomicUpdate) the comment goes with the last, and a failure after something was
	// done has class Unknown, too: Write.Rest is what is left.
	Update(ctx context.Context, w Write) error

	// AddWatcher makes one person a watcher. Like Update, success is only known by reading back.
	AddWatcher(ctx context.Context, issue, person string) error

	// Retract takes a comment of our own back from those who must not read it: it asks for the comment of the event to
	// be made internal, or for its text to be taken away, with which the tracker may delete the event. Doing it twice
	// does no harm. Like Update, success is only known by reading back. It is Refused to an account without the right.
	Retract(ctx context.Context, issue, event string, how Retraction) error

	// Booked lists the time booked on visible issues whose entry was made or changed at or after since, each at least
	// once, in any order, as far as the tracker can tell; a zero since lists every entry. It calls page as pages arrive;
	// an error from page stops the listing and is returned as it is. Entries that stand on no issue are left out. One
	// request when there is at most one page and the list holds the entries themselves. Entries that were deleted leave no
	// trace: whoever must know lists all of them. A tracker that can leaves out what is outside of the scope's projects
	// (Capabilities.BookedInScope). It is Refused if the account may read only its own time entries, even
	// where the tracker answers with an empty list.
	Booked(ctx context.Context, since time.Time, page func([]Booking) error) error

	// Create makes one issue, in one request, and gives its id. It never repeats a request whose outcome is unknown:
	// that error has class Unknown, and FindCreated tells whether the issue was made.
	Create(ctx context.Context, n NewIssue) (id string, err error)

	// FindCreated looks for an issue that our own account made in the project at or after since, with the mark, or the
	// part of it that is given, in its description.
	FindCreated(ctx context.Context, project, mark string, since time.Time) (id string, found bool, err error)

	// Requests is how many requests were sent to the tracker so far.
	Requests() int64

	// Limits is how often the tracker said so far that it is asked too much (Error.Limited), and until when, by our clock,
	// it wants to be left alone; zero where it never said for how long.
	Limits() (times int64, until time.Time)

	// Offset is the tracker's clock minus ours as last measured on an answer, and when; ok is false before the
	// first answer.
	Offset() (offset time.Duration, at time.Time, ok bool)
}

// Capabilities are the things trackers differ in. A suite skips by capability, never by a tracker's name.
type Capabilities struct {
	InternalNotes   bool // comments that the customer cannot read exist
	AtomicUpdate    bool // comment, assignee, priority and fields fit into one request
	SilentRefusals  bool // a successful answer may have changed nothing
	EditedNotesSeen bool // an edited comment shows that it was edited
	HiddenIsGone    bool // an issue out of our sight cannot be told from one that was deleted
	Retract         bool // a comment of our own can be taken back
	Forms           bool // it tells which fields our account can set on an issue
	BookedInScope   bool // Booked lists what is booked in the projects of the scope alone
	// Lag is how long after a change the lists (Changed, Census, FindCreated) may go on missing it: they are answered from
	// a search index that may be stale; the delay differs per issue. History is never stale. Zero where lists are not.
	Lag time.Duration
	// Permissions are the tracker's own names of the permissions that a right takes, all of them.
	Permissions map[Right][]string
	// Titles are what the tracker's own screens call each permission.
	Titles map[string]message.Message
}

// Title is what the tracker's screens call a permission; its key where they do not.
func (c Capabilities) Title(key string) message.Message {
	if title, ok := c.Titles[key]; ok {
		return title
	}
	return message.Verbatim(key)
}

// Permission is a permission in the words of the tracker's screens, with its key.
func (c Capabilities) Permission(key string) message.Message {
	if _, ok := c.Titles[key]; !ok {
		return message.Verbatim(key)
	}
	return message.Of("\"%s\" (%s)", c.Title(key), key)
}

// Forms are what a tracker's forms take of one issue. Fields are those that our account can set to something, as a
// Write has them.
type Forms struct {
	Fields      []string
	Transitions []TransitionForm
}

// TransitionForm is the form of one way to a status. Several may lead there.
type TransitionForm struct {
	Status string // id
	Fields []FormField
}

// FormField is a field of a form. Required ones have no value of their own; Allowed are the values that it takes, nil
// where it does not say.
type FormField struct {
	Field    string // CustomField, or one of the contract's names
	Name     string
	Required bool
	Allowed  []string
}

// Account is who the credentials belong to.
type Account struct {
	ID     string
	Login  string
	Name   string
	Admin  bool
	Rights []ProjectRights // of every project the account is a member of
}

// ProjectRights are the permissions of our account in one project, in the tracker's own permission names.
type ProjectRights struct {
	Project     string
	Roles       []string
	Permissions []string
}

// Has reports whether the account holds the permission in the project.
func (a Account) Has(project, permission string) bool {
	if a.Admin {
		return true
	}
	for _, r := range a.Rights {
		if r.Project != project {
			continue
		}
		for _, p := range r.Permissions {
			if p == permission {
				return true
			}
		}
	}
	return false
}

// Stub is an issue as a list shows it: History has the rest.
type Stub struct {
	ID        string
	UpdatedAt time.Time
}

// Compare orders stubs as Tracker.Changed gives them: by the moment of change, then by id, as the number that it is.
func (s Stub) Compare(other Stub) int {
	return cmp.Or(s.UpdatedAt.Compare(other.UpdatedAt), cmp.Compare(len(s.ID), len(other.ID)), cmp.Compare(s.ID, other.ID))
}
