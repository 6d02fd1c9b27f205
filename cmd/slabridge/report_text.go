package main

import (
	"cmp"
	"fmt"
	"strings"

	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

// text writes the report for people: counts for each obligation, and each breach by itself.
func (r reportInfo) text(p *page) {
	p.line("", colour(bold, r.Title)+" ("+r.Contract+")")
	p.linef("", "contract version %s, calendar data of %s",
		strings.Join(r.Versions, ", "), p.dataOf(r.Calendars...))
	p.linef("", "from %s to %s, both included; made %s", p.date(r.From), p.date(r.To), p.moment(r.Made))
	if r.Watched != nil {
		p.linef("", "slabridge has watched since %s; what was before is judged by the tracker's history",
			p.moment(*r.Watched))
	} else {
		p.linef("", "slabridge has not watched yet: all is judged by the tracker's history")
	}
	for i := range r.Obligations {
		tellKept(p, &r.Obligations[i], r.contract)
	}
	p.heading(p.t("how this is counted"))
	p.line("  ", r.Rule)
	tellPart(p, phrase("accounts"), len(r.Accounts))
	for i := range r.Accounts {
		tellAccount(p, &r.Accounts[i], r.contract)
	}
	tellPart(p, phrase("requests created in the period, by severity"), len(r.Requests))
	for _, s := range r.Requests {
		p.line("  ", fmt.Sprintf("%s: %d", p.severity(r.contract, s.Severity), s.Requests))
	}
	if len(r.Exceptions) == 0 {
		tellPart(p, phrase("exceptions"), 0)
	}
	for _, group := range report.Groups {
		r.tellExceptions(p, group)
	}
	fmt.Fprintln(p.out)
	p.line("", headText(p, r.Ledger))
}

// headText names the end of the ledger's chain.
func headText(p *page, h report.Head) string {
	return p.tf("ledger: records: %d, head of the chain %s", h.Records, cmp.Or(h.Head, "-"))
}

// tellExceptions lists the exceptions of a group, each with the events that it rests on.
func (r reportInfo) tellExceptions(p *page, group report.Group) {
	first := true
	for _, x := range r.Exceptions {
		if x.Kind.Group() != group {
			continue
		}
		if first {
			p.heading(p.t(groupWords[group]))
			first = false
		}
		what := p.t(exceptionWords[x.Kind])
		if x.Obligation != "" {
			what += ", " + p.promise(r.contract, x.Obligation)
		}
		p.line("  "+typed(x.IssueKey)+"  ", what)
		p.detail("    ", x.Subject)
		p.detail("    ", x.What)
		for _, e := range x.Events {
			what := strings.TrimSpace(p.steps(r.contract, e.Step) + " " + p.event(e.Event))
			p.line("    ", strings.TrimRight(p.stamp(e.At)+" "+what, " "))
			p.detail("      ", e.Link)
		}
	}
}

var groupWords = map[report.Group]phrase{
	report.Evasions: "time not gained: resolved in silence, or moved by staff",
	report.Lowering: "severities lowered before a deadline",
	report.Dates:    "dates moved, and what each rests on",
	report.Closings: "closed for want of an answer, with each reminder",
	report.Others:   "other exceptions",
}

var unitWords = map[report.Unit]phrase{
	report.HalfHours: "billable half hours: %s", report.Currency: "cost of changes: %s",
	report.WorkingDays: "handled on average in working days: %s", report.DateMoves: "due dates moved: %s",
	report.Lowerings: "severity lowered before a deadline: %s", report.TimeEntries: "entries of booked time: %s",
}

var exceptionWords = map[report.ExceptionKind]phrase{
	report.AgreedDue: "another deadline was agreed", report.AfterHours: "work after hours was agreed",
	report.OutOfScope: "out of the contract's scope", report.OutsideValid: "outside the contract's validity",
	report.OutsidePlan: "not covered by the plan", report.DueMoved: "the due date was moved",
	report.Lowered: "the severity was lowered before a deadline", report.NoConsent: "consent not recorded",
	report.DateSetLate:      "the date was set after that day's close",
	report.DateInPast:       "the date that was set lies in the past",
	report.SilentResolution: "resolved without a word to the customer and taken back",
	report.MovedByStaff:     "moved by staff within the project",
	report.TacitClosing:     "closed because the customer did not answer",
}

// tellPart begins a part of n lines.
func tellPart(p *page, title phrase, n int) {
	if n == 0 {
		p.heading(p.t(title) + ": " + p.t("none"))
		return
	}
	p.heading(p.t(title))
}

func tellKept(p *page, o *report.Obligation, contract *enforcer.Contract) {
	p.heading(colour(bold, cmp.Or(o.Title, o.ID)) + " (" + p.cited(o.Source) + ")")
	p.linef("  ", "kept %d, escalated %d, breached %d (excused %d), not judged %d, cancelled %d, running %d",
		o.Met, o.Escalated, o.Breached, o.Excused, o.NotJudged, o.Cancelled, o.Running)
	if o.Kept != nil {
		kept := p.tf("kept %s %%", p.number(*o.Kept))
		if o.Excused > 0 && o.KeptExcused != nil {
			kept += p.tf(", without the excused %s %%", p.number(*o.KeptExcused))
		}
		p.line("  ", kept)
	}
	for i := range o.Cycles {
		if o.Cycles[i].Broken() {
			tellBreach(p, &o.Cycles[i], contract)
		}
	}
}

const breachIndent = "      "

func tellBreach(p *page, c *report.Cycle, contract *enforcer.Contract) {
	what := p.severity(contract, c.Severity)
	if c.OfContract {
		what = strings.TrimPrefix(p.period(true, c.ID), ", ")
	}
	if c.Due != nil {
		what += ", " + p.due(c.Due)
	}
	p.line("  ! "+typed(c.Issue)+"  ", what)
	p.detail(breachIndent, c.Subject)
	late := howLate(p, c)
	if c.Started != nil && !c.OfContract && c.EndedWhy != "failed" { // a period says when it begins, a check is at once
		late = p.tf("counted from %s: ", p.moment(*c.Started)) + late
	}
	p.line(breachIndent, late)
	for _, x := range c.Excused {
		p.line(breachIndent, strings.TrimSuffix(p.tf("excused by %s on %s: %s", x.By, p.moment(x.At), x.Reason), ": "))
	}
	if c.EarlierRecords > 0 {
		p.linef(breachIndent, "earlier verdicts: %d", c.EarlierRecords)
	}
	if c.Provisional {
		p.linef(breachIndent, "the deadline rests on provisional calendar data")
	}
}

// howLate says when a breach ended and by whom.
func howLate(p *page, c *report.Cycle) string {
	late := p.seconds(c.LateSeconds)
	switch {
	case c.EndedWhy == "due":
		return p.t("nothing came by the deadline")
	case c.Ended == nil:
		return p.tf("not ended, late by %s by the clock so far", late)
	}
	text := p.tf("ended %s", p.moment(*c.Ended))
	switch {
	case c.EndedWhy == "failed": // a check
		text = p.tf("broken at once, %s", p.moment(*c.Ended))
	case c.Due != nil:
		text += p.tf(", late by %s by the clock", late)
	}
	switch {
	case c.EndedBy != "" && c.EndedByRole != "":
		text += p.tf(", by %s (%s)", c.EndedBy, p.role(c.EndedByRole))
	case c.EndedBy != "":
		text += p.tf(", by %s", c.EndedBy)
	}
	return text
}

func tellAccount(p *page, a *report.Account, contract *enforcer.Contract) {
	head, text := accountText(p, a, contract)
	p.line("  ", head)
	if a.Over() {
		text += "; " + colour(red, p.t("more than promised"))
	}
	p.line("    ", text)
}

// accountText says what an account is and where it stands; that it is more than promised is the caller's to say.
func accountText(p *page, a *report.Account, contract *enforcer.Contract) (head, text string) {
	text = p.tf(unitWords[a.Unit], strings.TrimSpace(p.number(a.Amount)+" "+a.Currency))
	if a.Of > 0 {
		text += p.tf(", requests: %d", a.Of)
	}
	switch {
	case a.AtLeast != nil && a.Limit != nil:
		text += p.tf("; promised: %s to %s", p.number(*a.AtLeast), p.number(*a.Limit))
	case a.Limit != nil:
		text += p.tf("; at most: %s", p.number(*a.Limit))
	}
	if a.Share != nil {
		text += p.tf("; share: %s %%", p.number(*a.Share))
		if a.ShareLimit != nil {
			text += p.tf(" of at most %s %%", p.number(*a.ShareLimit))
		}
	}
	head = p.promise(contract, a.Obligation)
	if a.Source != "" {
		head += " (" + p.cited(a.Source) + ")"
	}
	if a.Period != "" {
		head += ", " + a.Period
	}
	return head, text
}
