package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
)

// ExceptionKind is why a request was not an ordinary one of the contract (docs/contracts.md, "Agreed exceptions").
type ExceptionKind string

// The kinds of exceptions.
const (
	AgreedDue    ExceptionKind = "agreed-due"
	AfterHours   ExceptionKind = "after-hours-agreed"
	OutOfScope   ExceptionKind = "out-of-scope"  // of a severity without obligations
	OutsideValid ExceptionKind = "outside-valid" // received while the contract was not valid
	OutsidePlan  ExceptionKind = "outside-plan"  // the plan does not cover the work
	DueMoved     ExceptionKind = "due-moved"
	Lowered      ExceptionKind = "severity-lowered"     // before a deadline
	NoConsent    ExceptionKind = "consent-not-recorded" // the customer's, to a date that binds
	DateSetLate  ExceptionKind = "date-after-close"     // set after that day's close: it binds at the next one
	DateInPast   ExceptionKind = "date-in-past"         // it binds nothing
	// SilentResolution: resolved without a word to the customer, and taken back by staff.
	SilentResolution ExceptionKind = "silent-resolution"
	// MovedByStaff: staff changed a condition of the contract, so that it had the request or had it no more.
	MovedByStaff ExceptionKind = "moved-by-staff"
	// TacitClosing: slabridge closed it because the customer did not answer.
	TacitClosing ExceptionKind = "closed-by-silence"
)

// Group is a list of exceptions of kinds that belong together.
type Group string

// The groups, in the order of a report.
const (
	Evasions Group = "evasions" // what might gain the provider time, but gains none
	Lowering Group = "lowered-severities"
	Dates    Group = "dates"
	Closings Group = "tacit-closings"
	Others   Group = "others"
)

// Groups lists them.
var Groups = []Group{Evasions, Lowering, Dates, Closings, Others}

// Group is the list that the kind is shown in.
func (k ExceptionKind) Group() Group {
	switch k {
	case SilentResolution, MovedByStaff:
		return Evasions
	case Lowered:
		return Lowering
	case DueMoved, NoConsent, DateSetLate, DateInPast:
		return Dates
	case TacitClosing:
		return Closings
	}
	return Others
}

// Trace is an event in the tracker that an exception rests on.
type Trace struct {
	Event string    `json:"event"` // the tracker's id of it
	At    time.Time `json:"at"`
	Step  string    `json:"step,omitempty"` // of slabridge, whose comment it is: "remind-customer/due"
	Link  string    `json:"link,omitempty"` // to it in the tracker; filled in by whoever knows its address
}

// Exception is a request that was not an ordinary one. The caller words what is shown of it beyond its kind.
type Exception struct {
	Kind       ExceptionKind `json:"kind"`
	IssueKey   string        `json:"issue"`
	Subject    string        `json:"subject"`
	Obligation string        `json:"obligation,omitempty"`
	Date       string        `json:"date,omitempty"`   // with NoConsent, DateSetLate and DateInPast
	Events     []Trace       `json:"events,omitempty"` // oldest first

	Issue    string               `json:"-"` // the tracker's immutable id
	Due      time.Time            `json:"-"` // with AgreedDue and DateSetLate
	Move     *enforcer.Move       `json:"-"` // with DueMoved
	Lowering *enforcer.Lowering   `json:"-"` // with Lowered
	Silence  *enforcer.Correction `json:"-"` // with SilentResolution
	Moved    *enforcer.StaffMove  `json:"-"` // with MovedByStaff
}

// add adds an exception of a kind that is about a request.
func (s *Survey) add(kind ExceptionKind, r *enforcer.Request) *Exception {
	s.Exceptions = append(s.Exceptions, Exception{Kind: kind, Issue: r.Issue, IssueKey: r.Key, Subject: r.Subject})
	return &s.Exceptions[len(s.Exceptions)-1]
}

// addExceptions adds the exceptions of a request: those received, or agreed on, in the period.
func (s *Survey) addExceptions(ev *enforcer.Evaluation) {
	r, st := ev.Request, ev.State
	received := s.period.holds(r.ReceivedAt)
	outside := received && slices.ContainsFunc(ev.Cycles, notEntitled)
	switch {
	case outside && st.NeedsPlan != "" && st.NeedsPlan != ev.Contract.Plan:
		s.add(OutsidePlan, r)
	case outside:
		s.add(OutsideValid, r)
	}
	if received && st.Severity != "" && !promised(ev.Contract, st.Severity) {
		s.add(OutOfScope, r)
	}
	if received && len(r.AfterHours()) > 0 {
		s.add(AfterHours, r)
	}
	for i := range ev.Corrections {
		if x := &ev.Corrections[i]; x.Silent && s.period.holds(x.Reopened) {
			out := s.add(SilentResolution, r)
			out.Silence = x
			out.Events = []Trace{{Event: x.ResolvedBy, At: x.Resolved}, {Event: x.Event, At: x.Reopened}}
		}
	}
	for i := range ev.Moves {
		if x := &ev.Moves[i]; s.period.holds(x.At) {
			out := s.add(MovedByStaff, r)
			out.Moved, out.Events = x, []Trace{{Event: x.Event, At: x.At}}
		}
	}
	for i := range ev.Cycles {
		if c := &ev.Cycles[i]; c.EndWhy == "closed-by-silence" && c.AsksCustomer() && s.period.holds(c.EndedAt) {
			s.addClosing(ev, c)
		}
	}
	if due := st.Times[enforcer.FieldAgreedDue]; !due.IsZero() && (received || s.period.holds(due)) {
		s.add(AgreedDue, r).Due = due
	}
}

// addClosing adds a closing for want of an answer, once, with every reminder that came before it since the question.
func (s *Survey) addClosing(ev *enforcer.Evaluation, c *enforcer.Cycle) {
	r := ev.Request
	known := func(x Exception) bool {
		return x.Kind == TacitClosing && x.Issue == r.Issue && x.Events[len(x.Events)-1].At.Equal(c.EndedAt)
	}
	if slices.ContainsFunc(s.Exceptions, known) {
		return
	}
	x := s.add(TacitClosing, r)
	x.Obligation = c.Obligation.ID
	for i := range r.Moments {
		m := &r.Moments[i]
		if m.By.Role == enforcer.Bot && m.Note == enforcer.Public && len(m.Steps) > 0 &&
			!m.At.Before(c.Asked) && !m.At.After(c.EndedAt) {
			x.Events = append(x.Events, Trace{Event: m.Event, At: m.At, Step: strings.Join(m.Steps, ", ")})
		}
	}
	if n := len(x.Events); n == 0 || x.Events[n-1].Event != c.EndEvent { // in a moment of its own
		x.Events = append(x.Events, Trace{Event: c.EndEvent, At: c.EndedAt})
	}
}

// addDates adds what is to be known of the date of a cycle: that the customer's consent to it is not recorded, that it
// was set late on its own day, or lay in the past.
func (s *Survey) addDates(r *enforcer.Request, c *enforcer.Cycle) {
	add := func(kind ExceptionKind) *Exception {
		x := s.add(kind, r)
		x.Obligation, x.Date = c.Obligation.ID, c.Date
		return x
	}
	if c.Date == "" || !s.period.holds(c.StartedAt) {
		return
	}
	switch {
	case c.EndWhy == enforcer.PastDate:
		add(DateInPast)
		return
	case c.SetLate():
		add(DateSetLate).Due = c.Due
	}
	told := func(x Exception) bool { return x.Kind == NoConsent && x.Issue == r.Issue && x.Date == c.Date }
	if c.Rests.Kind == "" && !slices.ContainsFunc(s.Exceptions, told) {
		add(NoConsent)
	}
}

// notEntitled reports whether the cycle is a check of entitlement that failed.
func notEntitled(c enforcer.Cycle) bool {
	return c.EndWhy == "failed" && slices.ContainsFunc(c.Obligation.Stop, func(s enforcer.Condition) bool {
		return s.Word == enforcer.WordEntitled
	})
}

// promised reports whether the contract has any obligation for a severity.
func promised(c *enforcer.Contract, severity string) bool {
	return slices.ContainsFunc(c.Obligations, func(o enforcer.Obligation) bool { return o.Rule(severity) != nil })
}

// sortExceptions puts them in the order of their groups; in a group each moved date and each lowered severity first, as
// they came, then the others by the keys of their requests.
func sortExceptions(list []Exception) {
	slices.SortStableFunc(list, func(a, b Exception) int {
		if a.Kind.Group() != b.Kind.Group() {
			return slices.Index(Groups, a.Kind.Group()) - slices.Index(Groups, b.Kind.Group())
		}
		if a.Move != nil || b.Move != nil {
			return sooner(a.Move != nil, b.Move != nil, func() int { return a.Move.At.Compare(b.Move.At) })
		}
		if a.Lowering != nil || b.Lowering != nil {
			return sooner(a.Lowering != nil, b.Lowering != nil, func() int { return a.Lowering.At.Compare(b.Lowering.At) })
		}
		return byKey(a.IssueKey, b.IssueKey)
	})
}

// byKey compares what people type for issues, 9 and 10, HELP-9 and HELP-10, as they count them.
func byKey(a, b string) int {
	project := func(key string) string { return strings.TrimRight(key, "0123456789") }
	if project(a) != project(b) {
		return strings.Compare(a, b)
	}
	return cmp.Or(len(a)-len(b), strings.Compare(a, b))
}

// sooner puts what is of a kind before what is not, and what both are in the order of compare.
func sooner(a, b bool, compare func() int) int {
	switch {
	case a && b:
		return compare()
	case a:
		return -1
	}
	return 1
}
