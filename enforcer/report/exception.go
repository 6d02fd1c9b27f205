package report

import (
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
)

// ExceptionKind is what made a request another than the contract's ordinary one (docs/contracts.md, "Agreed
// exceptions").
type ExceptionKind string

// The kinds of exceptions.
const (
	AgreedDue    ExceptionKind = "agreed-due"
	AfterHours   ExceptionKind = "after-hours-agreed"
	OutOfScope   ExceptionKind = "out-of-scope"  // of a severity without obligations
	OutsideValid ExceptionKind = "outside-valid" // received while the contract was not valid
	OutsidePlan  ExceptionKind = "outside-plan"  // the plan does not cover the work
	DueMoved     ExceptionKind = "due-moved"
	Lowered      ExceptionKind = "severity-lowered" // before a deadline
)

// Exception is a request that was one. What is told of it beyond its kind is worded by whoever shows it.
type Exception struct {
	Kind       ExceptionKind `json:"kind"`
	IssueKey   string        `json:"issue"`
	Subject    string        `json:"subject"`
	Obligation string        `json:"obligation,omitempty"`

	Due      time.Time          `json:"-"` // with AgreedDue
	Move     *enforcer.Move     `json:"-"` // with DueMoved
	Lowering *enforcer.Lowering `json:"-"` // with Lowered
}

// exceptions lists each moved date and each lowered severity, then the requests that were received or agreed on as
// exceptions.
func (s *Survey) exceptions() []Exception {
	out := []Exception{}
	for _, m := range s.Moves {
		out = append(out, Exception{
			Kind: DueMoved, IssueKey: m.Key, Subject: m.Subject, Obligation: m.Obligation.ID, Move: &m.Move,
		})
	}
	for _, l := range s.Lowered {
		out = append(out, Exception{
			Kind: Lowered, IssueKey: l.Key, Subject: l.Subject, Obligation: l.Obligation, Lowering: &l.Lowering,
		})
	}
	return append(out, s.Exceptions...)
}

// addExceptions adds what made a request one, when it was received, or agreed on, in the period.
func (s *Survey) addExceptions(about About, ev *enforcer.Evaluation) {
	add := func(kind ExceptionKind, due time.Time) {
		s.Exceptions = append(s.Exceptions, Exception{Kind: kind, IssueKey: about.Key, Subject: about.Subject, Due: due})
	}
	st, received := ev.State, s.period.holds(ev.Request.ReceivedAt)
	outside := received && slices.ContainsFunc(ev.Cycles, notEntitled)
	switch {
	case outside && st.NeedsPlan != "" && st.NeedsPlan != ev.Contract.Plan:
		add(OutsidePlan, time.Time{})
	case outside:
		add(OutsideValid, time.Time{})
	}
	if received && st.Severity != "" && !promised(ev.Contract, st.Severity) {
		add(OutOfScope, time.Time{})
	}
	if received && ev.Request.AfterHours {
		add(AfterHours, time.Time{})
	}
	if due := st.Times[enforcer.FieldAgreedDue]; !due.IsZero() && (received || s.period.holds(due)) {
		add(AgreedDue, due)
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

func sortByKey(exceptions []Exception) {
	slices.SortStableFunc(exceptions, func(a, b Exception) int { return strings.Compare(a.IssueKey, b.IssueKey) })
}
