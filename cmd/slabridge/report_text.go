package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"slabridge/enforcer/report"
)

// printReport writes the report for people: counts for each obligation, and each breach by itself.
func (a *app) printReport(r reportInfo) {
	a.wrap(a.colour("1", r.Contract)+": ", r.Title)
	a.wrap("", a.tf("contract version %s, calendar data of %s", strings.Join(r.Versions, ", "), strings.Join(r.Calendars, ", ")))
	a.wrap("", a.tf("from %s to %s, both included; made %s", r.From, r.To, a.stamp(r.Made)))
	for i := range r.Obligations {
		a.printKept(&r.Obligations[i])
	}
	a.section("accounts", len(r.Accounts))
	for i := range r.Accounts {
		a.printAccount(&r.Accounts[i])
	}
	a.section("requests", len(r.Requests))
	for _, s := range r.Requests {
		a.wrap("  ", fmt.Sprintf("%s: %d", s.Severity, s.Requests))
	}
	a.section("exceptions", len(r.Exceptions))
	for _, x := range r.Exceptions {
		of := ""
		if x.Obligation != "" {
			of = ", " + x.Obligation
		}
		a.wrap("  "+hash(x.IssueKey)+"  ", a.t(exceptionWords[x.Kind])+of)
		a.detail("    ", x.Subject)
		a.detail("    ", x.What)
	}
}

var unitWords = map[report.Unit]phrase{
	report.HalfHours: "billable half hours: %s", report.Currency: "cost of changes: %s",
	report.WorkingDays: "handled on average in working days: %s", report.DateMoves: "due dates moved: %s",
	report.Lowerings: "severity lowered before a due: %s", report.TimeEntries: "entries of booked time: %s",
}

var exceptionWords = map[report.ExceptionKind]phrase{
	report.AgreedDue: "another due was agreed", report.AfterHours: "work after hours was agreed",
	report.OutOfScope: "out of the contract's scope", report.OutsideValid: "outside the contract's validity",
	report.OutsidePlan: "not covered by the plan", report.DueMoved: "the due date was moved",
	report.Lowered: "the severity was lowered before a due",
}

// sections are the titles of the report's parts.
var sections = map[string]phrase{
	"accounts": "accounts", "requests": "requests created in the period, by severity", "exceptions": "exceptions",
}

func (a *app) section(id string, n int) {
	title := a.t(sections[id])
	if n == 0 {
		title += ": " + a.t("none")
	}
	fmt.Fprintf(a.out, "\n%s\n", title)
}

// detail writes a text, unless there is none.
func (a *app) detail(indent, text string) {
	if text != "" {
		a.wrap(indent, text)
	}
}

func (a *app) printKept(o *report.Obligation) {
	fmt.Fprintln(a.out)
	a.wrap("", a.colour("1", o.ID)+" "+o.Source)
	a.detail("  ", o.Title)
	a.wrap("  ", a.tf("met %d, breached %d (excused %d), cancelled %d, running at the end %d",
		o.Met, o.Breached, o.Excused, o.Cancelled, o.Running))
	if o.CarriedOut > 0 {
		a.wrap("  ", a.tf("carried out by slabridge at the due: %d", o.CarriedOut))
	}
	if o.Kept != nil {
		kept := a.tf("kept %s %%", a.number(*o.Kept))
		if o.Excused > 0 && o.KeptExcused != nil {
			kept += a.tf(", without the excused %s %%", a.number(*o.KeptExcused))
		}
		a.wrap("  ", kept)
	}
	for _, c := range o.Cycles {
		if c.Broken() {
			a.printBreach(&c)
		}
	}
}

const breachIndent = "      "

func (a *app) printBreach(c *report.Cycle) {
	what := c.Severity
	if c.OfContract {
		what = strings.TrimPrefix(a.period(true, c.ID), ", ")
	}
	if c.Due != nil {
		what += ", " + a.tf("due %s", a.stamp(*c.Due))
	}
	a.wrap("  ! "+hash(c.Issue)+"  ", what)
	a.detail(breachIndent, c.Subject)
	a.wrap(breachIndent, a.howLate(c))
	for _, x := range c.Excused {
		a.wrap(breachIndent, a.tf("excused by %s on %s: %s", x.By, a.stamp(x.At), x.Reason))
	}
	if c.EarlierRecords > 0 {
		a.wrap(breachIndent, a.tf("earlier records of this cycle: %d", c.EarlierRecords))
	}
	if c.Provisional {
		a.wrap(breachIndent, a.t("the due rests on provisional calendar data"))
	}
}

// howLate says when a breach ended and by whom.
func (a *app) howLate(c *report.Cycle) string {
	cycle := a.tf("cycle %s: ", c.ID)
	late := a.span(time.Duration(c.LateSeconds) * time.Second)
	switch {
	case c.EndedWhy == "due":
		return cycle + a.t("nothing came; the next cycle began at the due")
	case c.Ended == nil:
		return cycle + a.tf("not ended, late by %s so far", late)
	}
	text := cycle + a.tf("ended %s", a.stamp(*c.Ended))
	switch {
	case c.EndedWhy == "failed":
		text = cycle + a.tf("broken at once, %s", a.stamp(*c.Ended)) // a check
	case c.Due != nil:
		text += a.tf(", late by %s", late)
	}
	switch {
	case c.EndedBy != "" && c.EndedByRole != "":
		text += a.tf(", by %s (%s)", c.EndedBy, c.EndedByRole)
	case c.EndedBy != "":
		text += a.tf(", by %s", c.EndedBy)
	}
	return text
}

func (a *app) printAccount(l *report.Account) {
	text := a.tf(unitWords[l.Unit], strings.TrimSpace(a.number(l.Amount)+" "+l.Currency))
	if l.Of > 0 {
		text += a.tf(", requests: %d", l.Of)
	}
	switch {
	case l.AtLeast != nil && l.Limit != nil:
		text += a.tf("; promised: %s to %s", a.number(*l.AtLeast), a.number(*l.Limit))
	case l.Limit != nil:
		text += a.tf("; at most: %s", a.number(*l.Limit))
	}
	if l.Share != nil {
		text += a.tf("; share: %s %%", a.number(*l.Share))
		if l.ShareLimit != nil {
			text += a.tf(" of at most %s %%", a.number(*l.ShareLimit))
		}
	}
	if l.Over() {
		text += "; " + a.colour("31", a.t("more than promised"))
	}
	head := strings.TrimSpace(l.Obligation + " " + l.Source)
	if l.Period != "" {
		head += ", " + l.Period
	}
	a.wrap("  ", head)
	a.wrap("    ", text)
}

// number writes a number with at most two decimals, as the reader's language does.
func (a *app) number(x float64) string {
	text := strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', 2, 64), "0"), ".")
	if a.lang == "ru" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}
