package connectors

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
)

// Kind is a kind of tracker as a plain value: all that the program must know of one beyond what its Tracker does. Each
// tracker's package exports one; to add a tracker, pass its Kind to the configuration and to the commands.
type Kind struct {
	Name  string // what the configuration calls it, and messages
	Title string // what people call it

	Auth         []AuthWay // the ways of proving who we are; the first that fits is taken
	AuthAccepted string    // the same as one writes them, for whoever wrote none of them

	Internal   []string // the ways of keeping a comment from customers, see KeepsInternal; nil where there is none
	Categories []string // the classes into which the tracker itself sorts its statuses; nil for none
	Duplicates []string // the types of relation that make a closed issue a duplicate, unless a mapping names others
	// ClosedComments: whoever can comment on an issue can while it is closed, unless a mapping says otherwise.
	ClosedComments bool

	// Query is what the tracker's language of conditions is called, as Scope.Query has them; "" where there is none.
	Query string

	Webhook Webhook

	// IssuePage returns the address at which people look at an issue, from the tracker's root and what they type for the
	// issue; "" where that cannot be told. nil where there is no such page.
	IssuePage func(root, key string) string
	// EventPlace is the suffix that makes the address of an issue's page point to one of its events, "" for an event
	// without one. nil for a tracker whose pages cannot be pointed into.
	EventPlace func(event string) string

	// New makes a connection; it sends nothing.
	New func(Settings) (Tracker, error)
	// Probe asks a tracker how it behaves where no document tells. It only reads, and its answers hold no texts of issues,
	// no names of people and no secrets. nil where documents tell all.
	Probe func(context.Context, Settings) ([]Probed, error)
	// Recognise reports whether a tracker of this kind answers at Settings.URL. It sends no credentials and writes
	// nothing; an error is one of the way there, where nothing answered. nil where that cannot be told.
	Recognise func(context.Context, Settings) (bool, error)
	// Recent lists the issues of projects, by their ids, that changed last, the last first and at most so many, with what
	// they hold but without what happened to them. nil where there is no such list.
	Recent func(ctx context.Context, s Settings, projects []string, most int) ([]Issue, error)
	// SecondOpinion reads the clocks that the tracker itself keeps on an issue out of Issue.Raw. nil where there are none.
	SecondOpinion func(issue json.RawMessage) []Clock
	// Options reads out of an issue and its history what the options of its list fields are and were called, where values
	// are names and the tracker has ids for them: by these a renamed option is known again. nil where it has none, or
	// where the ids are the values.
	Options func(fields []Field, h History) []Option
	// Names reads out of Issue.Raw what the issue itself calls the ids that it has: by these it is noticed at once that
	// the tracker has renamed something. nil where issues have ids alone.
	Names func(issue json.RawMessage) []Naming
}

// Naming is what an issue calls one of its ids.
type Naming struct {
	Field    string // FieldStatus, FieldPriority, FieldType or FieldProject, or a custom field: then ID is ""
	ID, Name string
	Category string // of a status, as Status has it; "" where the issue does not tell
}

// Option is a name that an option of a list field has, or had.
type Option struct {
	Field    string // as in Values
	ID, Name string
}

// MarshalText gives the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.Name), nil }

// AuthWay is one way of proving who we are, by the keys of the configuration's `auth`. The secret may lie in a file
// instead, under the key `file`.
type AuthWay struct {
	Secret string // the key of the secret: api_key, token or pat
	User   bool   // beside the key `user`
	// Place is where people find the secret, in the words of the tracker's screens.
	Place message.Message
}

// Webhook is how a tracker tells of changes.
type Webhook struct {
	// Signature is the header of the tracker's own, beside the usual ones, in which it signs: "sha256=" and the hex digits
	// of the body's HMAC-SHA256 under the secret. "" for none.
	Signature string
	// Delivery is the header that is the same in every try of one delivery; "" for none.
	Delivery string
	// Issues tells which issues the body is about, by their ids, each once and in no order; none where it names none.
	// ok is false when the body is not the tracker's. Nothing else in the body is trusted: it only says that these
	// issues are worth reading.
	Issues func(body []byte) (issues []string, ok bool)
}

// Settings are what a connection is made from. URL, Auth and Now are required.
type Settings struct {
	ID       string // the connection's id in the configuration; named in errors and logs
	URL      string // the tracker's root, with the path it is installed under, without credentials
	Auth     Auth   // an account of slabridge's own
	Internal string // the way of keeping a comment from customers; "" for the tracker's only one, or for none
	Scope    Scope
	Listed   Listed   // what an earlier run was told: believed for as long as what is listed now
	People   []string // whom the configuration names: those that no list has are asked for by their ids

	Transport http.RoundTripper // carries the requests; nil for Go's own, proxies from the environment included
	Unspoken  []string          // further secrets that no text may hold: passwords for a proxy
	Now       func() time.Time  // our clock, against which the tracker's is measured
	Log       *slog.Logger      // one debug line a request; nil for none

	RatePerSecond float64       // requests begun a second; 0 for no limit
	Concurrency   int           // requests under way; 0 for 4, what a small tracker bears
	Timeout       time.Duration // of one request, its answer included; 0 for a minute
	MaxAnswer     int64         // bytes of one answer; 0 for 64 MiB
}

// Auth is an account: Way is the AuthWay's Secret.
type Auth struct{ Way, User, Secret string }

// Probed is what a tracker answered to one question about how it behaves.
type Probed struct {
	Question message.Message `json:"question"`
	Answer   message.Message `json:"answer"`
}

// Clock is one cycle of a clock that the tracker itself keeps on an issue. Its lengths are on the tracker's own
// calendar, its moments are UTC. It is a second opinion and never the source of a deadline.
type Clock struct {
	Name                     string
	Ongoing                  bool
	Started, Stopped, Breach time.Time // zero where the tracker does not say
	Breached, Paused         bool
	Goal, Elapsed, Remaining time.Duration // Remaining is negative once it is broken
}

// anyName stands for a name in a way of keeping a comment internal: "role:NAME".
const anyName = "NAME"

// KeepsInternal reports whether a comment can be kept from customers in the way: one of k.Internal, with a name in the
// place of NAME.
func (k Kind) KeepsInternal(way string) bool {
	return slices.ContainsFunc(k.Internal, func(known string) bool {
		prefix, named := strings.CutSuffix(known, anyName)
		return known == way || named && len(way) > len(prefix) && strings.HasPrefix(way, prefix)
	})
}

// UsualInternal is the way of keeping a comment internal when nothing is said: the only one, where there is only one.
func (k Kind) UsualInternal() string {
	if len(k.Internal) == 1 && !strings.HasSuffix(k.Internal[0], anyName) {
		return k.Internal[0]
	}
	return ""
}

// Way finds the way of proving who we are in which exactly these keys of `auth` are written; ok is false for none.
func (k Kind) Way(keys []string) (way AuthWay, ok bool) {
	has := func(key string) bool { return slices.Contains(keys, key) }
	for _, w := range k.Auth {
		want := 1
		if w.User {
			want = 2
		}
		if len(keys) == want && has("user") == w.User && (has(w.Secret) || has("file")) {
			return w, true
		}
	}
	return AuthWay{}, false
}
