// Package mapping is where the tracker's words and the contract's words meet, and the only place where they do.
//
// A Mapping is what the admin wrote: which status means `working`, whose project role is `support`, which field
// holds the criticality. Bind resolves its names against a connection's Directory into ids. A Bound mapping
// turns a tracker's History into an enforcer.Request (facts), and enforcer.Decisions back into tracker Writes,
// with the comments' words in the contract's language, safe in the tracker's markup.
//
// The package promises to be pure: it reads no file, no clock and no network, and to hide nothing it could not
// map: unmapped statuses hold the request, unknown authors count as nobody, unresolved and ambiguous names are
// Problems with the candidates. It never guesses a role and never takes tracker text for markup or a template.
package mapping

import (
	"regexp"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// Mapping is one `mappings` entry of the configuration, validated in itself but not yet held against a tracker.
type Mapping struct {
	ID         string
	Connection string
	Severity   []SeverityRule // first match wins
	Status     []StatusRule
	Roles      []RoleRule
	Priorities []string // names, lowest first; empty: the tracker's own order
	Fields     []FieldRule
	Activities []ActivityRule
	// Transitions are what goes with a change of status that a step makes.
	Transitions []TransitionRule
	Internal    InternalNotes
	AutoReply   []*regexp.Regexp // a note that matches was written by a machine
	// OnBehalf is the prefix of a staff note that gives the customer's words; "" when there is none.
	OnBehalf string
	// DuplicateRelations are the tracker's relation types that make a closed issue a duplicate.
	DuplicateRelations []string
	// ClosedComments: customers can comment on a closed request, so that a closing comment may say so.
	ClosedComments bool
}

// SeverityRule says that requests for which When is true have the severity.
type SeverityRule struct {
	Is   string
	When When // zero: always
}

// When is a condition in the tracker's words; every part given must be true, each part by any of its names. Conditions
// in Any and Not are made alike.
type When struct {
	Field      string   // custom field by name or id
	In         []string // with Field: the values; nil: filled at all
	Tracker    []string // Redmine's trackers, Jira's issue types and request types
	Category   []string
	Priority   []string
	AuthorRole []enforcer.Role
	Matches    *regexp.Regexp // with Field: fits somewhere in one of its values; nil: any
	Any        []When         // nil, or at least one of them
	Not        *When          // it is not true
}

// TransitionRule says which values of fields go with a change to a status: forms of the tracker may ask for them.
type TransitionRule struct {
	To     string // name of the status
	Fields []FieldValue
}

// FieldValue is a value for a field by its name or id.
type FieldValue struct{ Field, Value string }

// StatusRule says which statuses are of a class: by name, or else by what the tracker sorts them into. A status that
// some rule names is of that rule's class, whatever its category.
type StatusRule struct {
	Is         enforcer.StatusClass
	Names      []string
	Categories []string // the tracker's own
}

// RoleRule says who has a role, and who of them is named when the role is called in. Lead and Duty are ordered:
// the first who is active and assignable is taken.
type RoleRule struct {
	Is           enforcer.Role
	ProjectRoles []string
	Users        []string // id, login or full name
	Groups       []string
	Lead         []string
	Duty         []string
	// EveryoneElse gives the role to whoever has no other; the last resort, meant for customers.
	EveryoneElse bool
}

// FieldRule says what of an issue holds one of the contract's fields: a custom field (or another that the tracker
// offers like one, as Jira's labels), files, or an attribute that every issue has; exactly one of the three. Write
// lets slabridge keep a custom field.
type FieldRule struct {
	Is         string
	Field      string   // name or id of the custom field
	Attachment []string // names of files, * for any run of characters and ? for one; case and ё do not matter
	Attribute  string   // AttributeDescription
	In         []string // with Field: the values that count; nil: any
	Tracker    []string // with Field: the types of issues, or of requests, that have it; nil: all
	AtLeast    int      // with Attribute: how many characters it must have, blanks around not counted
	Plan       string   // of FieldNeedsPlan: the plan that covers such work
	Write      bool
}

// AttributeDescription is the description, as it is now.
const AttributeDescription = "description"

// ActivityRule says which kinds of work, by name or id, are one that a contract speaks of.
type ActivityRule struct {
	Is    string
	Names []string
}

// ActivityPhone is the one kind of work that contracts speak of.
const ActivityPhone = "phone-consultation"

// The mapped field ids that have a meaning to the program (docs/configuration.md, "mappings").
const (
	FieldReceived     = "received"
	FieldAgreed       = "agreed"
	FieldAgreedDue    = enforcer.FieldAgreedDue
	FieldAfterHours   = enforcer.FieldAfterHours
	FieldOnBehalf     = "on-behalf"
	FieldHold         = "hold"
	FieldSLADue       = "sla-due"
	FieldSLAState     = "sla-state"
	FieldPhoneNotice  = "notified-by-phone"
	FieldOnSiteAsked  = "on-site-requested"
	FieldOnSiteAgreed = "on-site-agreed"
	FieldArrived      = "arrived"
	FieldCauseReport  = "cause-report"
	FieldCost         = "cost"
	FieldByMail       = "by-mail"
	FieldNeedsPlan    = "needs-plan"
)

// InternalNotes says how the tracker keeps a comment from customers.
type InternalNotes struct {
	Kind string // PrivateNote, or of Jira's "jsm-internal", "role:NAME", "group:NAME"
}

// PrivateNote is Redmine's only way.
const PrivateNote = "private-note"

// audience is the kind where a comment must name it: where there is one way, none is named.
func (n InternalNotes) audience() string {
	if n.Kind == PrivateNote {
		return ""
	}
	return n.Kind
}

// Scope is which issues of a connection a contract covers.
type Scope struct {
	Projects []string // identifiers or names; subprojects only when named
	When     []When   // any of them; empty: all
	Subtasks bool     // issues made under another one are requests too
}

// Problem is one thing of a mapping that the tracker does not bear out.
type Problem struct {
	Path   string          `json:"path"` // in the admin's own file: "mappings[0].roles[1].lead"
	Value  string          `json:"value"`
	Reason message.Message `json:"reason"` // what is wrong and what is accepted, candidates included
	Fatal  bool            `json:"fatal"`  // nothing can be enforced while it stands
	// Part: of Fatal, only what rests on it can be neither judged nor written about; everything else is.
	Part bool `json:"part,omitempty"`
}

// Same reports whether two problems are one.
func (p Problem) Same(x Problem) bool {
	return p.Path == x.Path && p.Value == x.Value && p.Fatal == x.Fatal && p.Reason.String() == x.Reason.String()
}
