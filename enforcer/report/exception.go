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

	Issue    string             `json:"-"` // the tracker's immutable id
	Due      time.Time          `json:"-"` // with AgreedDue
	Move     *enforcer.Move     `json:"-"` // with DueMoved
	Lowering *enforcer.Lowering `json:"-"` // with Lowered
}

// add adds an exception of a kind that is about a request.
func (s *Survey) add(kind ExceptionKind, r *enforcer.Request) *Exception {
	s.Exceptions = append(s.Exceptions, Exception{Kind: kind, Issue: r.Issue, IssueKey: r.Key, Subject: r.Subject})
	return &s.Exceptions[len(s.Exceptions)-1]
}

// addExceptions adds what made the request one, when it was received, or agreed on, in the period.
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
	if received && r.AfterHours {
		s.add(AfterHours, r)
	}
	if due := st.Times[enforcer.FieldAgreedDue]; !due.IsZero() && (received || s.period.holds(due)) {
		s.add(AgreedDue, r).Due = due
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

// sortExceptions puts each moved date first, then each lowered severity, then the others by the keys of their requests.
func sortExceptions(list []Exception) {
	rank := map[ExceptionKind]int{DueMoved: -2, Lowered: -1}
	slices.SortStableFunc(list, func(a, b Exception) int {
		if first := rank[a.Kind] - rank[b.Kind]; first != 0 || rank[a.Kind] != 0 {
			return first
		}
		return strings.Compare(a.IssueKey, b.IssueKey)
	})
}
