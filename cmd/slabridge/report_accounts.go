package main

import (
	"slices"

	"slabridge/enforcer"
)

// unit is what an account counts in.
type unit string

// The units.
const (
	halfHours unit = "half-hours"   // billable, each entry rounded up
	currency  unit = "currency"     // the contract's own
	meanDays  unit = "working-days" // a mean
	moves     unit = "moves"        // of due dates
	lowerings unit = "lowerings"    // of severity, before a due
	entries   unit = "entries"      // of booked time
)

var unitWords = map[unit]phrase{
	halfHours: "billable half hours: %s", currency: "cost of changes: %s", meanDays: "handled on average in working days: %s",
	moves: "due dates moved: %s", lowerings: "severity lowered before a due: %s", entries: "entries of booked time: %s",
}

// accountLine is one sum of the report.
type accountLine struct {
	Obligation string  `json:"obligation"`
	Source     string  `json:"source"`
	Period     string  `json:"period,omitempty"` // "2026-03"; "" for the report's whole period
	Unit       unit    `json:"unit"`
	Amount     float64 `json:"amount"`
	Of         int     `json:"of,omitempty"` // how many requests it is made of; 0 where that says nothing
	// AtLeast and Limit are what the amount is held against, nil where nothing is promised. Share is the amount in
	// percent of what it may be a share of (the contract's sum), and ShareLimit the most that may be.
	AtLeast    *float64 `json:"at_least,omitempty"`
	Limit      *float64 `json:"limit,omitempty"`
	Share      *float64 `json:"share_percent,omitempty"`
	ShareLimit *float64 `json:"share_limit_percent,omitempty"`
}

// over reports whether more was used than promised.
func (l *accountLine) over() bool {
	return (l.Limit != nil && l.Amount > *l.Limit) || (l.Share != nil && l.ShareLimit != nil && *l.Share > *l.ShareLimit)
}

// exceptionKind is what made a request another than the contract's ordinary one.
type exceptionKind string

// The kinds.
const (
	agreedDue    exceptionKind = "agreed-due"
	afterHours   exceptionKind = "after-hours-agreed"
	outOfScope   exceptionKind = "out-of-scope"
	outsideValid exceptionKind = "outside-valid"
	outsidePlan  exceptionKind = "outside-plan"
	movedDue     exceptionKind = "due-moved"
	lowered      exceptionKind = "severity-lowered"
)

var exceptionWords = map[exceptionKind]phrase{
	agreedDue: "another due was agreed", afterHours: "work after hours was agreed", outOfScope: "out of the contract's scope",
	outsideValid: "outside the contract's validity", outsidePlan: "not covered by the plan", movedDue: "the due date was moved",
	lowered: "the severity was lowered before a due",
}

// exceptionInfo is one request that was an exception.
type exceptionInfo struct {
	Kind       exceptionKind `json:"kind"`
	Issue      string        `json:"issue"`
	Subject    string        `json:"subject"`
	Obligation string        `json:"obligation,omitempty"`
	What       string        `json:"what,omitempty"` // for people: from what to what, by whom, when
}

// accounts adds up what the verdicts of the period say beside being kept or not: due dates that were moved.
func (a *app) accounts(f reportFacts) ([]accountLine, []exceptionInfo) {
	lines, exceptions := []accountLine{}, []exceptionInfo{}
	for i := range f.verdicts {
		v := &f.verdicts[i]
		if reached := v.Reached(); v.Moves == 0 || v.State == enforcer.Running || reached.Before(f.period.start) || !reached.Before(f.period.end) {
			continue
		}
		exceptions = append(exceptions, exceptionInfo{
			Kind: movedDue, Issue: v.IssueKey, Subject: v.Subject, Obligation: v.Obligation, What: a.tf("times: %d", v.Moves),
		})
		at := slices.IndexFunc(lines, func(l accountLine) bool { return l.Obligation == v.Obligation })
		if at < 0 {
			at, lines = len(lines), append(lines, accountLine{Obligation: v.Obligation, Source: v.Source, Unit: moves})
		}
		lines[at].Amount += float64(v.Moves)
		lines[at].Of++
	}
	return lines, exceptions
}
