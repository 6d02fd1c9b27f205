package enforcer

import (
	"slices"
	"time"

	"slabridge/enforcer/calendar"
)

// Contract is one version of one contract as it applies to the requests of one mapping.
type Contract struct {
	ID          string // the admin's id; unique in a configuration
	Origin      string // the id that its steps were first recorded under, where the admin has changed it since
	Preset      string // which text it was made from
	Version     string // of the text; kept with every decision
	Title       Text
	Calendar    *calendar.Calendar
	Severities  []Severity // gravest first
	Plans       []string   // plans the contract knows; nil when it knows none
	Plan        string     // the one that holds; "" where the contract knows none
	Assumptions []Text     // readings that belong to no single obligation
	Obligations []Obligation
	Unmeasured  []Clause // what the text says and nothing on an issue can measure

	// Received within [ValidFrom, ValidTo) stays under the contract to the end. Zero means unbounded.
	ValidFrom, ValidTo time.Time
	// Reopen says what a reopened request is, whoever reopens it: "" is the contract's default (a customer
	// starts anew, staff within one working hour corrects), "continue" and "restart" are the admin's choice.
	Reopen string
	// Language of the comments, one of message.Languages.
	Language string

	// Earlier are the versions of the text that were in force before this one, oldest first, under the same ID.
	// The validity of all of them together has no overlap: each request is judged by the one in force when it was
	// received.
	Earlier []*Contract
}

// KnownAs is the contract, all of its versions, under whose first id its steps are recorded.
func (c *Contract) KnownAs(origin string) *Contract {
	if origin == c.Origin {
		return c
	}
	out := *c
	out.Origin, out.Earlier = origin, make([]*Contract, len(c.Earlier))
	for i, v := range c.Earlier {
		out.Earlier[i] = v.KnownAs(origin)
	}
	return &out
}

// Zone is where the contract's days and times of day are.
func (c *Contract) Zone() *time.Location { return c.Calendar.Location() }

// Assigns reports whether a step that is acted on assigns somebody of the role.
func (c *Contract) Assigns(role Role) bool {
	return c.anyStep(func(s Step) bool { return s.Assign == role })
}

// Watches reports whether a step that is acted on makes people of the role watchers.
func (c *Contract) Watches(role Role) bool {
	return c.anyStep(func(s Step) bool { return s.Watch == role })
}

// anyStep reports whether a step that is acted on, of any version, is such a one.
func (c *Contract) anyStep(is func(Step) bool) bool {
	for _, version := range append(slices.Clone(c.Earlier), c) {
		for i := range version.Obligations {
			o := &version.Obligations[i]
			for _, rule := range o.Rules {
				if o.Active() && slices.ContainsFunc(rule.Steps, is) {
					return true
				}
			}
		}
	}
	return false
}

// assigns reports whether one of the rule's steps assigns somebody of the role.
func (r *Rule) assigns(role Role) bool {
	return slices.ContainsFunc(r.Steps, func(s Step) bool { return s.Assign == role })
}

// Severity is one class of the contract.
type Severity struct {
	ID    string
	Title Text
}

// Clause is a part of the contract that promises nothing measurable, with the reason.
type Clause struct {
	Source string
	Why    Text
}

// Role is what a person is to the contract. A person with the zero Role has none: that person's acts start and stop
// nothing.
type Role string

// The roles. Support, Developers and Management are staff: they act for the provider.
const (
	Support    Role = "support"
	Developers Role = "developers"
	Management Role = "management"
	Customer   Role = "customer"
	Bot        Role = "bot"
)

// Roles lists every role a person can have.
var Roles = []Role{Support, Developers, Management, Customer, Bot}

// Staff reports whether the role acts for the provider.
func (r Role) Staff() bool { return r.Rank() > 0 }

// Rank orders the provider's roles: an assignment never goes down. 0 for everyone else.
func (r Role) Rank() int {
	return 1 + slices.Index([]Role{Support, Developers, Management}, r)
}

// StatusClass is what a tracker's status means to a contract. The zero class is a status that nobody mapped.
type StatusClass string

// The status classes.
const (
	New               StatusClass = "new"
	Working           StatusClass = "working"
	WaitingCustomer   StatusClass = "waiting-customer"
	WaitingThirdParty StatusClass = "waiting-third-party"
	Resolved          StatusClass = "resolved"
	Closed            StatusClass = "closed"
)

// StatusClasses lists every class.
var StatusClasses = []StatusClass{New, Working, WaitingCustomer, WaitingThirdParty, Resolved, Closed}

// Title is what people read for the class.
func (s StatusClass) Title() Text {
	switch s {
	case New:
		return say("new")
	case Working:
		return say("working")
	case WaitingCustomer:
		return say("waits for the customer")
	case WaitingThirdParty:
		return say("waits for a third party")
	case Resolved:
		return say("resolved")
	case Closed:
		return say("closed")
	}
	return Untranslated(string(s))
}

// Open reports whether a request in this class is still to be worked on.
func (s StatusClass) Open() bool { return s != Resolved && s != Closed }

// Kind is what sort of promise an obligation is.
type Kind string

// The kinds.
const (
	Timer   Kind = "timer"   // a stopwatch on a request
	Check   Kind = "check"   // judged at the moment it starts, by what is true then: kept, or broken at once
	Duty    Kind = "duty"    // of the contract as a whole: once in each of its periods
	Account Kind = "account" // a sum over requests and booked time: a line of the report
)

// Obligation is one promise of a contract.
type Obligation struct {
	ID         string
	Source     string // the clause: "п. 8"
	Title      Text
	Kind       Kind
	Assumption Text // the reading taken where the text is silent
	Plans      []string
	Start      Condition
	Again      *Condition  // starts the stopwatch anew while it runs; nil for none
	Stop       []Condition // any of them stops the cycle
	Accept     []Condition // of a due date that was moved later: any of them, after the move, makes it the deadline
	Pause      []StatusClass
	Unless     string // while that other obligation is on, it takes this one's place
	// Beside is the obligation whose notice, while it is on, counts as this one's: the term runs on from that notice, and
	// no due step of this one is taken at or after the other's due.
	Beside     string
	Agreed     bool // the text lets both sides agree on another deadline: the field FieldAgreedDue takes the term's place
	Repeat     bool // the next cycle starts where one ends, while the request is open
	RepeatTold int  // of so many broken cycles in a row staff is told, then once a working day; 0: tellsAtMost
	Once       bool // not started again when a customer reopens the request
	NoVerdict  bool // a right or the customer's own duty: never met or breached
	Escalation bool // the due step is the promise itself: what it does at the deadline keeps the promise in the report
	Off        bool // in the text, but not acted on until the admin turns it on
	Rules      []Rule
	Items      []Item // of WordComplete: what a complete request holds
	// Unmapped are the fields that would tell more of it, were they mapped: the obligation is acted on without them.
	Unmapped []string
	// Inert says why the obligation is not acted on; nil when it is.
	Inert Text
}

// Item is one thing that a complete request holds; the id is that of the mapped field.
type Item struct {
	ID    string
	Title Text
	// Where is the mapped field without which the item is not asked for: "by-mail". "" asks always.
	Where string
}

// Rule is an obligation's term and steps for some severities.
type Rule struct {
	Severities []string // nil: all
	Within     *calendar.Term
	// As takes the deadline of another obligation of the same request instead of a term, but never one before the
	// cycle's own start.
	As string
	// NotBefore is the shortest time from the cycle's own start to a deadline that is taken from another; plain time.
	NotBefore time.Duration
	// On takes the deadline from elsewhere than a term: DueDate or PeriodEnd.
	On DueSource
	// DayOff says when a due date on a day off ends: "" at the close of the next working day, or DayOffBefore.
	DayOff string
	// AtMost is the longest that an entry of booked time may be; of checks that start with one.
	AtMost time.Duration
	// Sum says what an account adds up, and against what; nil for every other kind.
	Sum *Sum
	// Always: the clock of a rule without a term runs round the clock, so that its internal steps wait for no opening.
	Always bool
	// Limit says the promise in words, for people. It is shown, and never computed.
	Limit Text
	// While restricts the cycle to these status classes: it starts on entering and is cancelled on leaving them.
	While []StatusClass
	Steps []Step
}

// DueSource is where a deadline comes from when it is no term.
type DueSource string

// The sources.
const (
	// DueDate is the close of the due date; see Rule.DayOff for one on a day off.
	DueDate DueSource = "due-date"
	// PeriodEnd is the close of the last working day of the duty's period.
	PeriodEnd DueSource = "period-end"
)

// DayOffBefore is what a rule says when a due date on a day off ends at the close of the last working day before it.
const DayOffBefore = "before"

// Sum is what an account adds up. Exactly one part is set.
type Sum struct {
	Billed  *Billed // time, rounded entry by entry
	Percent int     // cost of changes, at most so many hundredths of the contract's sum
	Mean    *Mean   // of the handling times
}

// Billed is how a service is charged for: the booked time of one person on one request on one day.
type Billed struct {
	Step     time.Duration // rounded up to whole steps
	AtLeast  time.Duration // of one service
	PerEntry bool          // each entry of booked time is a service of its own
}

// Of is what a service of so much time is charged as.
func (b Billed) Of(spent time.Duration) time.Duration {
	return max((spent+b.Step-1)/b.Step*b.Step, b.AtLeast)
}

// Mean is a mean of the time from start to stop of another obligation's cycles, in working days.
type Mean struct {
	Of       string // the obligation
	From, To int    // working days
}

// tellsAtMost is of how many broken cycles in a row staff is told, unless the contract says otherwise.
const tellsAtMost = 3

// TellsAtMost is of how many broken cycles in a row staff is told before that backs off to once a working day.
func (o *Obligation) TellsAtMost() int {
	if o.RepeatTold > 0 {
		return o.RepeatTold
	}
	return tellsAtMost
}

// StopsWith reports whether the word is one of those that stop the obligation.
func (o *Obligation) StopsWith(w Word) bool {
	return slices.ContainsFunc(o.Stop, func(c Condition) bool { return c.Word == w })
}

// DueStep is the id of the step at the due for a severity; "" where there is none.
func (o *Obligation) DueStep(severity string) string {
	r := o.Rule(severity)
	if r == nil {
		return ""
	}
	return r.dueStep()
}

func (r *Rule) dueStep() string {
	for i := range r.Steps {
		if r.Steps[i].Trigger.Due {
			return r.Steps[i].ID
		}
	}
	return ""
}

// Rule finds the rule for a severity, nil when the obligation does not cover it.
func (o *Obligation) Rule(severity string) *Rule {
	for i := range o.Rules {
		if r := &o.Rules[i]; r.Severities == nil || slices.Contains(r.Severities, severity) {
			return r
		}
	}
	return nil
}

// Obligation finds an obligation by id, nil when there is none.
func (c *Contract) Obligation(id string) *Obligation {
	for i := range c.Obligations {
		if c.Obligations[i].ID == id {
			return &c.Obligations[i]
		}
	}
	return nil
}

// SeverityRank is the place of the severity, 0 the gravest; len(c.Severities) when the contract does not know it.
func (c *Contract) SeverityRank(id string) int {
	for i, s := range c.Severities {
		if s.ID == id {
			return i
		}
	}
	return len(c.Severities)
}

// SeverityTitle names the severity, by its id where the contract does not know it.
func (c *Contract) SeverityTitle(id string) Text {
	for _, s := range c.Severities {
		if s.ID == id {
			return s.Title
		}
	}
	return Text{"en": id}
}

// Step is a moment of a cycle at which something is done.
type Step struct {
	ID      string // "start", "warn-50", "warn-5bd", "due"
	Trigger Trigger
	Comment *StepComment
	Actions
	// Notice is the step, of the same rule, whose public comment must have been given first, in time: without it the
	// deadline moves later by as much as the notice was late.
	Notice string
	// Ours lists the keys of the actions that are beyond the contract's text.
	Ours []string
}

// Idle reports whether the step does nothing.
func (s *Step) Idle() bool { return s.Comment == nil && s.Actions == Actions{} }

// StepComment is what a step says, to whom.
type StepComment struct {
	Audience Audience
	Text     string // key of the text: "receipt", "warn", "breach"
	Names    Role   // people of this role are named in the text
}

// Audience is who reads a comment.
type Audience string

// The audiences.
const (
	Public   Audience = "public"
	Internal Audience = "internal"
)

// Audiences lists both.
var Audiences = []Audience{Public, Internal}

// Trigger says when in its cycle a step is taken. Exactly one field is set, or none for the start.
type Trigger struct {
	Due      bool
	Past     bool           // at the start of a cycle whose date lies in the past
	Exceeded bool           // when more is spent than a cap allows
	Percent  int            // of the counting time between start and due
	After    *calendar.Term // counted from the start
	Before   *calendar.Term // counted back from the deadline
	// Answered: when the customer spoke in a request that the cycle's own step had closed.
	Answered bool
}

// Start reports whether the step is taken when the cycle starts.
func (t Trigger) Start() bool {
	return !t.Due && t.Percent == 0 && t.After == nil && t.Before == nil && !t.Answered && !t.Past && !t.Exceeded
}

// outlivesResolution reports whether a resolution alone, without the comment that the text asks for, does not end
// the obligation.
func (o *Obligation) outlivesResolution() bool {
	return slices.ContainsFunc(o.Stop, func(c Condition) bool { return c.Word == WordResolved && c.Audience != "" })
}

func (o *Obligation) covers(severity string) bool { return o.Rule(severity) != nil }

// broken is what a cycle becomes whose deadline has passed: of a right, or a duty of the customer's, nothing is broken.
func (o *Obligation) broken() CycleState {
	if o.NoVerdict {
		return Ended
	}
	return Breached
}
