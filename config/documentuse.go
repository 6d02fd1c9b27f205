package config

import (
	"slices"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"

	"go.yaml.in/yaml/v4"
)

// useDoc is one `contracts` entry.
type useDoc struct {
	// ID is your name for the contract; the ledger keeps it.
	ID string `yaml:"id" check:"required"`
	// Use is a preset (kamal, rusbitech, vendor-kz, endocs) or a contract file beside this one, own.yaml.
	Use string `yaml:"use"`
	// Versions of the text under this id, oldest first, in place of use, plan, reopen, calendar and change: a request is
	// judged by the one in force when it was received.
	Versions []versionDoc `yaml:"versions"`
	// Mapping that gives the tracker's words a meaning here.
	Mapping string `yaml:"mapping" check:"required"`
	// Projects it covers; subprojects only when named.
	Projects names `yaml:"projects" check:"required"`
	// When holds further conditions; any of them lets a request in.
	When []whenDoc `yaml:"when"`
	// Subtasks are requests of their own too; otherwise only issues without a parent are.
	Subtasks bool `yaml:"subtasks"`
	// Plan, where the contract knows plans.
	Plan string `yaml:"plan"`
	// Valid: received on these days, both included, stays under the contract to the end.
	Valid validDoc `yaml:"valid"`
	// EnforceFrom is the cutover: nothing is written about what lies before it. Default: the first pass.
	EnforceFrom *moment `yaml:"enforce_from"`
	// Language of this contract's comments.
	Language string `yaml:"language" check:"of=languages"`
	// Reopen says what a reopened request is, whoever reopens it: continue or restart.
	Reopen string `yaml:"reopen" check:"of=reopen"`
	// Calendar replaces parts of the contract's own.
	Calendar *calendarDoc `yaml:"calendar"`
	// Change any obligation, one line each.
	Change []changeDoc `yaml:"change"`
	// Duties of the contract as a whole for which an issue is created in each period.
	Duties []dutyDoc `yaml:"duties"`
	// Account is what the contract's cap on the cost of changes is measured by.
	Account *accountDoc `yaml:"account"`
}

// versionDoc is one text of a contract.
type versionDoc struct {
	// ValidFrom is the first day on which requests are received under it.
	ValidFrom calendar.Date `yaml:"valid_from" check:"required"`
	// Use is a preset, or a contract file beside this one.
	Use string `yaml:"use" check:"required"`
	// Plan, where the contract knows plans.
	Plan string `yaml:"plan"`
	// Reopen says what a reopened request is, whoever reopens it: continue or restart.
	Reopen string `yaml:"reopen" check:"of=reopen"`
	// Calendar replaces parts of the contract's own.
	Calendar *calendarDoc `yaml:"calendar"`
	// Change any obligation, one line each.
	Change []changeDoc `yaml:"change"`
}

// dutyDoc is one thing to be done in each period, as an issue that slabridge creates.
type dutyDoc struct {
	// Obligation of the contract: quarterly-delivery, standing-duty.
	Obligation string `yaml:"obligation" check:"required"`
	// ID is your name for it, where the obligation has more than one; the ledger keeps it.
	ID string `yaml:"id"`
	// Period is quarter, month, year, or a cron line in the contract's zone that says when each begins. Default quarter.
	Period string `yaml:"period"`
	// Within is the term from the start of the period; left out, the close of its last working day.
	Within *calendar.Term `yaml:"within"`
	// Project in which the issue is made.
	Project string `yaml:"project" check:"required"`
	// Tracker: Redmine's tracker, Jira's issue type.
	Tracker string `yaml:"tracker" check:"required"`
	// Subject of the issue; {{.Period}} is the period in words.
	Subject string `yaml:"subject" check:"required"`
	// Description that follows what slabridge writes itself.
	Description string `yaml:"description"`
	// Assign to the lead of support, developers or management, or to who is on duty.
	Assign string `yaml:"assign" check:"of=assignees"`
}

// accountDoc measures the cost of changes.
type accountDoc struct {
	// Sum of the contract: 10000000, or 1500000.50.
	Sum money `yaml:"sum" check:"required"`
	// Currency, as people write it.
	Currency string `yaml:"currency" check:"required"`
	// Rate of an hour, where costs are booked as time; left out, the mapped field cost of each request is its cost.
	Rate *money `yaml:"rate"`
	// Changes: which requests are changes; any of them.
	Changes []whenDoc `yaml:"changes" check:"required"`
	// WatchIssue is the number of the issue that is told at 80 % and 100 %.
	WatchIssue string `yaml:"watch_issue" check:"required"`
}

type validDoc struct {
	// From is the first day.
	From *calendar.Date `yaml:"from"`
	// To is the last day.
	To *calendar.Date `yaml:"to"`
}

// changeDoc changes one obligation, for the severities named or for all.
type changeDoc struct {
	// Obligation to change.
	Obligation string `yaml:"obligation" check:"required"`
	// Severity or severities for which; left out, all.
	Severity names `yaml:"severity"`
	// Within is the new term: 15m, 2h, 1bd, 10d.
	Within *calendar.Term `yaml:"within"`
	// Count of a term in bd or d: plain, or civil (from the day after the event).
	Count string `yaml:"count" check:"of=counts"`
	// Clock is calendar or always; always takes the cut-off away.
	Clock string `yaml:"clock" check:"of=clocks"`
	// Cutoff is {after: "17:30", due: "09:20"}, or none.
	Cutoff *cutoffDoc `yaml:"cutoff"`
	// Pause lists the status classes in which the stopwatch stands still; it holds for every severity.
	Pause listOf[enforcer.StatusClass] `yaml:"pause" check:"of=classes"`
	// Off is true for the whole obligation, or lists what its steps shall not do: assign, priority, watch, comment.
	Off *offDoc `yaml:"off"`
	// On turns on an obligation that is off in the text.
	On bool `yaml:"on"`
	// OnAnswer: working gives a request that was closed for want of an answer a status of that class when the customer
	// answers after all; left out, only staff is told.
	OnAnswer string `yaml:"on_answer" check:"of=answers"`
	// Agreed: whether both sides may agree on another deadline, the mapped field agreed-due.
	Agreed *bool `yaml:"agreed"`
	// Accept replaces what makes a due date that was moved later binding: [{note: public, by: [customer]}].
	Accept []conditionDoc `yaml:"accept"`
	// DayOff says when a due date on a day off ends: after or before it.
	DayOff string `yaml:"day_off" check:"of=daysoff"`
	// Steps replace those of the text.
	Steps []stepDoc `yaml:"steps"`
}

// offDoc is true, or a list of parts.
type offDoc struct {
	All   bool
	Parts names
}

func (o *offDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind == yaml.ScalarNode && n.Value == "true" {
		o.All = true
		return
	}
	if n.Kind == yaml.ScalarNode && !slices.Contains(vocabulary["parts"], n.Value) {
		d.fault(path, n.Value, "is neither true nor a list of %s", commas(vocabulary["parts"]))
		return
	}
	o.Parts.readNode(d, n, path, "of=parts")
}

type channelDoc struct {
	// ID is your name for the channel; the ledger keeps it.
	ID string `yaml:"id" check:"required"`
	// URL of the channel, a secret as a whole: ${NAME} of the environment, or {file: PATH}. It is https:// for a webhook
	// of your own, telegram://, slack://, mattermost://, teams+https://, smtp://, or one of the other services.
	URL *secretDoc `yaml:"url" check:"required;secret"`
	// Secret that a webhook is signed with by Standard Webhooks, whsec_ and base64 behind it: ${NAME} of the environment,
	// or {file: PATH}.
	Secret *secretDoc `yaml:"secret" check:"secret"`
	// Internal: only staff can read there. Without it nothing goes through the channel that customers may not know.
	Internal bool `yaml:"internal"`
	// Language of the messages, ru or en. Default: that of the comments.
	Language string `yaml:"language" check:"of=languages"`
	// Proxy through which the channel is reached. Default: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment
	// say.
	Proxy *proxyDoc `yaml:"proxy" check:"secret"`
	// CA is a file with the certificates (PEM) of authorities that are trusted here beside the system's.
	CA string `yaml:"ca" check:"secret"`
}

// notifyDoc has exactly one of events and digest.
type notifyDoc struct {
	// ID is your name for the rule; the ledger keeps it.
	ID string `yaml:"id" check:"required"`
	// Channels that it goes through, by their ids.
	Channels names `yaml:"channels" check:"required"`
	// Events that are told: warn (a deadline is near), due (it has passed), held and refused (a write of slabridge's),
	// alarm, late and health (of slabridge itself).
	Events names `yaml:"events" check:"of=events"`
	// Digest in place of events: when to tell what is due today, what was broken the day before and what is held; cron
	// with an optional zone, "CRON_TZ=Asia/Almaty 0 9 * * 1-5".
	Digest string `yaml:"digest"`
	// Anchor puts the head of the ledger's chain of hashes into the digest: whoever keeps it can tell later whether
	// anything before it was changed.
	Anchor bool `yaml:"anchor"`
	// Contracts by id. Default: all.
	Contracts names `yaml:"contracts"`
	// Severities by id. Default: all.
	Severities names `yaml:"severities"`
	// Hours in which events are told; what happens outside them is told in one message when they begin. Default: always.
	Hours *calendarDoc `yaml:"hours"`
	// Text is the template of one event, in place of the usual words.
	Text string `yaml:"text"`
}

type textDoc struct {
	// ID of the text: receipt, warn, breach and so on.
	ID string `yaml:"id" check:"required"`
	// Lang is ru or en.
	Lang string `yaml:"lang" check:"required;of=languages"`
	// Text is the template.
	Text string `yaml:"text" check:"required"`
}
