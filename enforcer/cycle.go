package enforcer

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"

	"slabridge/enforcer/calendar"
)

// CycleState is where a cycle stands at a given now.
type CycleState string

// The states. Met, Breached, Escalated and Cancelled are verdicts, and so is NotJudged of an escalation.
const (
	Running   CycleState = "running"
	Paused    CycleState = "paused"
	Met       CycleState = "met"
	Breached  CycleState = "breached"
	Cancelled CycleState = "cancelled"
	// Escalated: the text promises exactly what slabridge did at the deadline, whole and in time (Evaluation.Escalate).
	Escalated CycleState = "escalated"
	// Ended is what a cycle without a verdict comes to once its deadline has passed: a right, or the customer's own
	// duty, is neither kept nor broken. Its EndedAt stays zero until something stops it.
	Ended CycleState = "ended"
	// NotJudged is what a cycle that ended, or whose deadline has passed, comes to while it cannot be judged: see
	// Cycle.Unjudged, or an escalation that was due before anybody watched.
	NotJudged CycleState = "not-judged"
)

// Cycle is one run of an obligation's stopwatch on one request, as Evaluate saw it at some now.
type Cycle struct {
	Contract   *Contract // the version it is judged by
	Obligation *Obligation
	Rule       *Rule
	// ID names the cycle for ever: the tracker's own id of the event that started it ("created", "journal:1725"); a
	// cycle of a repeating obligation that started at a deadline adds ~N, the Nth since that event. Ordinal counts the
	// obligation's cycles from 1 and is for people only.
	ID        string
	Ordinal   int
	Severity  string
	State     CycleState
	StartedAt time.Time
	// CountsFrom is StartedAt, or the moment of the severity change that gave the deadline.
	CountsFrom  time.Time
	Due         time.Time // zero: the obligation has no deadline here
	DueNote     string    // why there is no deadline, or why it is not the term's ("agreed", "as respond")
	Provisional bool      // the deadline rests on provisional calendar data
	// Unjudged is why the cycle cannot be judged: its calendar has no data for a year that is needed, so that its
	// deadline and the steps that rest on it are not known; or the mapping cannot read a stretch of the request in
	// which it ran (a *Fault). Everything else of the request goes on. Nil: it can be judged.
	Unjudged error
	// Unmeasured is why Elapsed and Remaining are not known: the calendar has no data for a year in which the cycle ran.
	Unmeasured error

	// EndedAt is when the cycle stopped, breached cycles too; zero while it goes on. EndEvent names what ended it.
	EndedAt  time.Time
	EndEvent string
	EndBy    Person
	// a code: "stopped", "resolved", "due", "closed-by-customer", "closed-by-nobody", "closed-by-silence", "duplicate",
	// "left-contract", "left-status", "severity", "gone", "again" (its stopwatch was started anew), "reopened", "failed"
	// (a check), PastDate, MovedBack
	EndWhy string

	Elapsed   time.Duration // counting time from start to end or now, pauses left out
	Remaining time.Duration // counting time to the deadline; negative after it; 0 without a deadline
	Pauses    []Pause
	Steps     []CycleStep
	// BreachedBefore counts the cycles directly before this one that were breached: assignments and bumps act
	// only in the first of consecutive breached cycles.
	BreachedBefore int
	// Moves are the changes of the due date on which the cycle's deadline rests.
	Moves []Move
	// Work is the entry of booked time that a check was of, and WorkBy whose it is.
	Work   *Work
	WorkBy Person
	// RevivedAt is when a correction by staff set the cycle going again, or when the issue of a duty's was made: before
	// that none of its steps could be taken.
	RevivedAt time.Time
	// MovedAt is when staff moved the request to the contract, of a cycle whose start lies before that; else zero.
	MovedAt time.Time
	Date    string  // with DueDate: the date that binds; of a cycle that a date ended: that date
	Rests   Consent // on which Date rests
	// AnsweredAt is when the customer spoke in the request that a step of this cycle had closed, and AnswerTaken when
	// staff then went on with it, or with what ended at its deadline on a resolved request; zero while neither has
	// happened.
	AnsweredAt, AnswerTaken time.Time
	// Judged is the verdict of another day that the cycle tells of, though the text of today would say otherwise; nil for
	// most. See ShowVerdict.
	Judged      *Verdict
	Run         *Run      // of a duty's cycle
	Spending    *Spending // of the cycle of a cap
	bases       []base
	clock       *calendar.Term  // of the deadline; nil where there is none
	reckoned    bool            // the deadline is the clock's, from CountsFrom on
	duePauses   []calendar.Span // those that moved it
	agreedHours []calendar.Span // in which the clock runs round the clock all the same
	agreed      time.Time       // the deadline that both sides agreed on
	Asked       time.Time       // of a cycle that waits for an answer: when the customer was asked
	noticedAt   time.Time       // when the notice was given without which the deadline does not come
	lastDate    string          // the date as it was set last, binding or not
	dateSetAt   time.Time       // when Date was set, or began to bind
	ceiling     time.Time       // the deadline that a move by staff left behind: it is never later
	repeated    bool            // a cycle of the same obligation ran where staff moved the request from
}

// Calendar is the working time that the cycle's clock runs in.
func (c *Cycle) Calendar() *calendar.Calendar { return c.Contract.Calendar }

// Move is a change of a due date.
type Move struct {
	Event    string
	At       time.Time
	By       Person
	From, To string // YYYY-MM-DD; To is "" when the date was taken away
	// Binding says since when To decides the deadline; zero while it does not (a later date that nobody agreed to).
	Binding time.Time
	Rests   Consent // on which that rests
	Past    bool    // To lay in the past: it binds nothing
}

// Pause is a stretch in which the cycle's clock stood still. To is zero while it lasts.
type Pause struct {
	From, To time.Time
	Class    StatusClass
	Event    string // what began it
}

// CycleStep is a step with its moment in this cycle. At is zero when it has none (a warning of a deadline that does not
// exist).
type CycleStep struct {
	Step  *Step
	At    time.Time
	fires time.Time
}

// Evaluation is everything Evaluate found out about one request.
type Evaluation struct {
	Request  *Request
	Contract *Contract
	Now      time.Time
	State    State // at Now
	Covered  bool  // some cycle of this contract runs or ran on the request
	Outside  bool  // it came in while no version of the contract was valid, and no other contract has it
	Cycles   []Cycle
	// Next is the next moment at which time alone changes something: a step's. Zero when nothing is to come.
	Next time.Time

	// Corrections are the resolutions of the request that were taken back.
	Corrections []Correction
	Moves       []StaffMove // of the request, into the contract and out of it

	questions []question // by moment, as corrected
}

// Upkeep takes the place of the obligation in the StepKey of the fields that slabridge keeps up to date.
const Upkeep = "upkeep"

// Watch takes the place of the obligation in the StepKey of the comments in which slabridge reports that it is late
// itself.
const Watch = "watch"

// StepKey names one step of one cycle of one request: at most one write is ever made for it.
type StepKey struct {
	Connection string `json:"connection"`
	Issue      string `json:"issue"` // the tracker's immutable id
	Contract   string `json:"contract"`
	Origin     string `json:"origin,omitempty"` // Contract.Origin; the same in every key of a contract
	Obligation string `json:"obligation"`
	Cycle      string `json:"cycle"`
	Step       string `json:"step"`
}

// StepKey is the key of a step of the contract on an issue, "" for a duty of the contract as a whole.
func (c *Contract) StepKey(connection, issue, obligation, cycle, step string) StepKey {
	return StepKey{
		Connection: connection, Issue: issue, Contract: c.ID, Origin: c.Origin,
		Obligation: obligation, Cycle: cycle, Step: step,
	}
}

// place is where the contract lists one of its obligations.
func (c *Contract) place(o *Obligation) int {
	for i := range c.Obligations {
		if &c.Obligations[i] == o {
			return i
		}
	}
	return 0
}

var stepIDs = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// ID is the public name of the step: 12 characters (60 bits of a hash of the key), short enough for the visible
// mark of a comment, and the same again when the ledger is restored from an older backup, or the contract's id changed.
func (k StepKey) ID() string {
	h := sha256.New()
	for _, part := range []string{k.Connection, k.Issue, cmp.Or(k.Origin, k.Contract), k.Obligation, k.Cycle, k.Step} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return stepIDs.EncodeToString(h.Sum(nil))[:12]
}

// Decision is what to do about one step, with its reason. It is a value: recording and writing are others' work.
type Decision struct {
	Key       StepKey
	State     EntryState // of the entry that it becomes
	Moment    time.Time  // when the step's moment came
	Due       time.Time  // of the cycle; zero when it has none
	NotBefore time.Time  // with Waiting: the next opening
	Audience  Audience
	Changes   Changes
	Reason    Reason
	Source    string
	Severity  string
	Breach    bool // the step tells of a broken promise
}

// Cutover is the moment at which enforcement began: what lies before it is never written about.
type Cutover struct {
	// EnforceFrom is the contract's first pass on the connection, or the admin's date.
	EnforceFrom time.Time
	// PassedAt is the last complete pass. A step that had not come then and lies before it now was not brought
	// about by time, but by a change of configuration, calendar data or a back-dated field. Zero on a first pass.
	PassedAt time.Time
	// Changed: the configuration, or the calendar data, is another than at PassedAt.
	Changed bool
}

// Changes are what a step wants of the tracker, in the contract's words.
type Changes struct {
	Comment *Comment `json:"comment,omitempty"`
	Actions
}

// Comment is what is to be said; the words are found by mapping in the contract's language.
type Comment struct {
	Audience   Audience      `json:"audience"`
	Text       string        `json:"text"` // key of the text
	Names      Role          `json:"names,omitempty"`
	Obligation Text          `json:"-"`
	Source     string        `json:"source"`
	Severity   Text          `json:"-"`
	StartedAt  time.Time     `json:"started_at"`
	Due        time.Time     `json:"due,omitzero"`
	Moment     time.Time     `json:"moment"`
	Remaining  time.Duration `json:"remaining,omitzero"` // counting time from the step's moment to the due
	Plain      bool          `json:"plain,omitzero"`     // the promise counts round the clock, not in working time
	// BeginBy is the moment by which work will begin, for receipts; zero when it has passed or is not promised.
	BeginBy time.Time `json:"begin_by,omitzero"`
	// Solved: the request is resolved or closed.
	Solved bool `json:"solved,omitzero"`
	// Asked is when the customer was asked what is waited for; zero where that is not known.
	Asked time.Time `json:"asked,omitzero"`
	// Raised is when a raised severity moved the deadline to what it is; zero where none did.
	Raised time.Time `json:"raised,omitzero"`
	// BeginSource is the clause that BeginBy rests on.
	BeginSource string `json:"begin_source,omitempty"`
	// Next is what happens next if nobody acts.
	Next []NextStep `json:"next,omitempty"`

	// What only some steps have to tell; zero for all others.
	Spent  time.Duration `json:"spent,omitzero"`   // of the entry of booked time
	AtMost time.Duration `json:"at_most,omitzero"` // the longest that such an entry may be
	By     string        `json:"by,omitempty"`     // id of the person whose time it is
	Date   string        `json:"date,omitempty"`   // YYYY-MM-DD: the agreed date, or the day of the entry
	Moves  int           `json:"moves,omitempty"`  // how often the agreed date was moved
	// Plan is the plan that the work needs and the contract has not; "" when the contract was not valid.
	Plan   string `json:"plan,omitempty"`
	Period string `json:"period,omitempty"` // of the contract: "2026-Q3"
	Share  int    `json:"share,omitempty"`  // of Limit, in hundredths; may be more than 100
	Sum    string `json:"sum,omitempty"`    // so far, as a decimal number: "1250000.50"
	Limit  string `json:"limit,omitempty"`  // of the sum, likewise
	Over   bool   `json:"over,omitzero"`    // Sum is more than Limit
	// Done tells the reader what this very write also does.
	Assigned string `json:"-"`
}

// NextStep is a later step of the request.
type NextStep struct {
	Obligation Text      `json:"-"`
	ID         string    `json:"obligation"`
	Source     string    `json:"source,omitempty"`
	Step       string    `json:"step"`
	At         time.Time `json:"at"`
	Role       Role      `json:"role,omitempty"` // who comes in
}

// Reason is why a decision is what it is: a code for programs, and the sentence for people in each language.
type Reason struct {
	Code string `json:"code"`
	Text Text   `json:"text"`
}

// AlwaysOn reports whether the cycle's own clock runs round the clock: the one that its deadline is counted on, which a
// raised severity may have left as it was, or what both sides agreed on.
func (c *Cycle) AlwaysOn() bool {
	n := len(c.agreedHours)
	return c.always() || n > 0 && c.agreedHours[n-1].To.IsZero()
}

// always is AlwaysOn but for what both sides agreed on.
func (c *Cycle) always() bool {
	if t := c.clock; t != nil {
		return t.Always || t.Unit >= calendar.PlainDays
	}
	return c.Rule.Always
}

// DueWhy tells how the deadline came about, nil where it is no term that the calendar counts. It is worked out for
// whoever asks.
func (c *Cycle) DueWhy() []calendar.Reason {
	if !c.reckoned {
		return nil
	}
	r, _ := c.Calendar().Due(c.CountsFrom, *c.clock, c.duePauses) // the deadline itself was computed over the same days
	return r.Why
}

// doneBefore reports whether the step was a matter of the contract that staff moved the request from: its moment lies
// before the move, or it is what was said there when the cycle began. A public word ends what it was owed for: while
// that goes on, it was not given. Of a deadline that passed under no contract nobody has told.
func (c *Cycle) doneBefore(step *Step, at time.Time) bool {
	if step.Trigger.Due && !c.ceiling.IsZero() && c.ceiling.Before(c.MovedAt) {
		return false
	}
	return at.Before(c.MovedAt) ||
		step.Trigger.Start() && c.repeated && (step.Comment == nil || step.Comment.Audience != Public)
}

// AsksCustomer reports whether the cycle waits for the customer's answer to a question.
func (c *Cycle) AsksCustomer() bool { return c.Obligation.Start.Word == WordAsked }
