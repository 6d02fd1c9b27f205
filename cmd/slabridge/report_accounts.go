package main

import (
	"slices"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/engine"
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
	Currency   string  `json:"currency,omitempty"`
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
	agreedDue                  = exceptionKind(engine.AgreedDue)
	afterHours                 = exceptionKind(engine.AfterHours)
	outOfScope                 = exceptionKind(engine.OutOfScope)
	outsideValid               = exceptionKind(engine.OutsideValid)
	outsidePlan                = exceptionKind(engine.OutsidePlan)
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

// accounts puts a survey into the lines of the report.
func (a *app) accounts(c *enforcer.Contract, s engine.Survey, loc *time.Location) ([]accountLine, []exceptionInfo) {
	lines := a.sums(c, s)
	lines, exceptions := a.movedDates(lines, s, loc)
	for _, l := range s.Lowerings {
		i := slices.IndexFunc(lines, func(x accountLine) bool { return x.Unit == lowerings })
		if i < 0 {
			i, lines = len(lines), append(lines, accountLine{Unit: lowerings})
		}
		lines[i].Amount++
		exceptions = append(exceptions, exceptionInfo{
			Kind: lowered, Issue: l.Key, Subject: l.Subject, Obligation: l.Obligation,
			What: a.tf("%s -> %s by %s on %s; was due %s", l.From, l.To, l.By.Name, a.stamp(l.At.In(loc)), a.stamp(l.Due.In(loc))),
		})
	}
	for _, x := range s.Exceptions {
		info := exceptionInfo{Kind: exceptionKind(x.Kind), Issue: x.Key, Subject: x.Subject}
		if !x.Due.IsZero() {
			info.What = a.tf("due %s", a.stamp(x.Due.In(loc)))
		}
		exceptions = append(exceptions, info)
	}
	return lines, exceptions
}

// sums are the contract's own accounts.
func (a *app) sums(c *enforcer.Contract, s engine.Survey) []accountLine {
	lines := []accountLine{}
	source := func(id string) string {
		if o := c.Obligation(id); o != nil {
			return o.Source
		}
		return ""
	}
	for _, b := range s.Billed {
		for i := range c.Obligations {
			if o := &c.Obligations[i]; o.Rules[0].Sum != nil && o.Rules[0].Sum.Billed != nil {
				lines = append(lines, accountLine{
					Obligation: o.ID, Source: o.Source, Period: b.Month, Unit: halfHours, Amount: b.Billed.Hours() * 2,
				}, accountLine{Obligation: o.ID, Source: o.Source, Period: b.Month, Unit: entries, Amount: float64(b.Entries)})
			}
		}
	}
	for _, h := range s.Handled {
		m := h.Obligation.Rules[0].Sum.Mean
		least, most := float64(m.From), float64(m.To)
		lines = append(lines, accountLine{
			Obligation: h.Obligation.ID, Source: source(h.Obligation.ID), Unit: meanDays, Amount: h.Days, Of: h.Requests, AtLeast: &least, Limit: &most,
		})
	}
	if spent := s.Spending; spent != nil {
		limit, share := float64(spent.Cap())/100, 100*float64(spent.Spent)/float64(spent.Sum)
		most := float64(spent.Obligation.Rules[0].Sum.Percent)
		lines = append(lines, accountLine{
			Obligation: spent.Obligation.ID, Source: spent.Obligation.Source, Period: spent.Period, Unit: currency, Currency: spent.Currency,
			Amount: float64(spent.Spent) / 100, Of: spent.Requests, Limit: &limit, Share: &share, ShareLimit: &most,
		})
	}
	return lines
}

// movedDates adds the due dates that were moved, each move by itself among the exceptions.
func (a *app) movedDates(lines []accountLine, s engine.Survey, loc *time.Location) ([]accountLine, []exceptionInfo) {
	exceptions := []exceptionInfo{}
	requests := map[string]bool{}
	for _, m := range s.Moves {
		what := a.tf("due date %s -> %s, %s", m.Move.From, m.Move.To, m.Move.By.Name) + ", " + a.stamp(m.Move.At.In(loc))
		if m.Move.Binding.IsZero() {
			what += " (" + a.t("not agreed") + ")"
		}
		exceptions = append(exceptions, exceptionInfo{Kind: movedDue, Issue: m.Key, Subject: m.Subject, Obligation: m.Obligation.ID, What: what})
		i := slices.IndexFunc(lines, func(l accountLine) bool { return l.Unit == moves && l.Obligation == m.Obligation.ID })
		if i < 0 {
			i, lines = len(lines), append(lines, accountLine{Obligation: m.Obligation.ID, Source: m.Obligation.Source, Unit: moves})
		}
		lines[i].Amount++
		if of := m.Obligation.ID + "/" + m.Issue; !requests[of] {
			requests[of] = true
			lines[i].Of++
		}
	}
	return lines, exceptions
}
