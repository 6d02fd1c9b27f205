package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// writeInfo is one write, as `plan` and `ledger list` give it with -o json.
type writeInfo struct {
	ID         string      `json:"id"`
	Connection string      `json:"connection"`
	Issue      string      `json:"issue"` // the key people type; "" for a contract as a whole while no issue is made
	Contract   string      `json:"contract"`
	Obligation string      `json:"obligation"`
	Cycle      string      `json:"cycle"`
	Step       string      `json:"step"`
	State      string      `json:"state"`
	Severity   string      `json:"severity,omitempty"`
	Source     string      `json:"source,omitempty"`
	Moment     time.Time   `json:"moment"`
	Due        *time.Time  `json:"due"`
	Decided    time.Time   `json:"decided"`
	NotBefore  *time.Time  `json:"not_before,omitempty"`
	Changes    changesInfo `json:"changes"`
	Reason     string      `json:"reason"`
	Refused    []string    `json:"refused,omitempty"`
	Error      string      `json:"error,omitempty"`
	Event      string      `json:"event,omitempty"`      // of the tracker, that carries our comment
	Created    string      `json:"created,omitempty"`    // id of the issue that was made
	Public     bool        `json:"public,omitempty"`     // that comment was for staff and came out public
	TakenBack  string      `json:"taken_back,omitempty"` // how it was taken back from the customer
	Hint       string      `json:"hint,omitempty"`
	whole      bool        // of a contract as a whole: its cycle is a period
}

type changesInfo struct {
	Comment    *commentInfo      `json:"comment,omitempty"`
	Assign     string            `json:"assign,omitempty"`
	Priority   string            `json:"priority,omitempty"`
	Watchers   []string          `json:"watchers,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
	Transition string            `json:"transition,omitempty"`
	Create     *createInfo       `json:"create,omitempty"`
}

// createInfo is the issue that is made for a period of a contract's duty.
type createInfo struct {
	Project     string `json:"project"`
	Tracker     string `json:"tracker"`
	Subject     string `json:"subject"`
	Description string `json:"description"`
	Assign      string `json:"assign,omitempty"`
	Due         string `json:"due,omitempty"`
}

type commentInfo struct {
	Text     string `json:"text"`
	Internal bool   `json:"internal"`
}

// names turns ids into what people know, as far as a directory tells.
type names map[string]string

func namesOf(d connectors.Directory) names {
	n := names{}
	for _, p := range d.People {
		n[connectors.FieldAssignee+p.ID] = p.Name
	}
	for _, p := range d.Priorities {
		n[connectors.FieldPriority+p.ID] = p.Name
	}
	for _, s := range d.Statuses {
		n[connectors.FieldStatus+s.ID] = s.Name
	}
	for _, t := range d.Types {
		n[connectors.FieldType+t.ID] = t.Name
	}
	for _, p := range d.Projects {
		n[connectors.FieldProject+p.ID] = p.Key
	}
	for _, f := range d.Fields {
		n[f.ID] = f.Name
	}
	return n
}

func (n names) of(field, id string) string {
	if name := n[field+id]; name != "" {
		return name
	}
	return id
}

// info puts an entry of the ledger into the words of the JSON contract, its moments in the zone given.
func (a *app) info(e ledger.Entry, n names, loc *time.Location) writeInfo {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.In(loc)
		return &t
	}
	i := writeInfo{
		ID: e.ID, Connection: e.Key.Connection, Issue: cmp.Or(e.IssueKey, e.Made()), Created: e.Made(), Contract: e.Key.Contract, Obligation: e.Key.Obligation,
		Cycle: e.Key.Cycle, Step: e.Key.Step, State: string(e.State), Severity: e.Severity, Source: e.Source,
		Moment: e.Moment.In(loc), Due: at(e.Due), Decided: e.DecidedAt.In(loc), NotBefore: at(e.NotBefore),
		Reason: reasonText(e.Reason.Text.In(a.lang), e.Reason.Code), Error: e.Error,
		whole: e.Key.Issue == "",
	}
	if hint, ok := hints[e.State]; ok {
		i.Hint = strings.ReplaceAll(a.t(hint), "ID", e.ID)
	}
	if e.State == ledger.Refused {
		i.Hint = strings.TrimSpace(a.mending(e) + " " + i.Hint)
	}
	if w := e.Write; w != nil {
		i.Changes = changesOf(w, n)
	}
	if r := e.Receipt; r != nil {
		i.Event, i.Public, i.TakenBack = r.Event, r.Public, string(r.TakenBack)
		for _, x := range r.Refused {
			x.Field = n.of("", x.Field)
			i.Refused = append(i.Refused, x.String())
		}
	}
	return i
}

// decided gives entries whose request has left the reason they were decided for, too: the ledger's own then says
// only how it was answered ("accepted"), or what of it was not needed.
func (w *workspace) decided(ctx context.Context, entries []ledger.Entry) error {
	for i := range entries {
		e := &entries[i]
		if e.Tries == 0 {
			continue
		}
		history, err := w.ledger.History(ctx, e.ID)
		if err != nil {
			return err
		}
		for _, t := range slices.Backward(history) {
			if (t.State == ledger.Intended || t.State == ledger.Waiting) && len(t.Reason.Text) > 0 {
				e.Reason = joined(t.Reason, e.Reason)
				break
			}
		}
	}
	return nil
}

// joined is a reason followed by what the other has to say beyond it.
func joined(why, then enforcer.Reason) enforcer.Reason {
	text := enforcer.Text{}
	for _, lang := range []string{"ru", "en"} {
		text[lang] = why.Text.In(lang)
		if more := then.Text.In(lang); more != "" && more != text[lang] {
			text[lang] += "; " + more
		}
	}
	return enforcer.Reason{Code: why.Code, Text: text}
}

func reasonText(text, code string) string {
	if text != "" {
		return strings.TrimSpace(text)
	}
	return code
}

// hints say what to do about an entry that a human must look at.
var hints = map[ledger.State]phrase{
	ledger.Held:    "look at it, then 'slabridge ledger release --id ID'",
	ledger.Refused: "It is tried again by itself when the issue, our rights, the project's members or the configuration change; otherwise 'slabridge ledger retry --id ID'",
	ledger.Sent:    "its answer never came; the next pass looks for its mark in the tracker",
}

// refusedHints say what to mend, by what the tracker refused. "" is for a write that it refused as a whole.
var refusedHints = map[string]phrase{
	"":                       "The tracker took nothing of it and says why above: mostly a field that the workflow requires and the issue lacks, or a closed project.",
	"comment":                "Give the account's role the right to add notes.",
	"comment internal":       "Give the account's role the right to set notes as private, and find out what made the comment public.",
	"watcher":                "Make the watcher a member who may see the issue.",
	"field":                  "Make the field editable for the account's role in the workflow and in this project, and see that it still exists.",
	connectors.FieldAssignee: "Give the account's role the right to edit issues; the assignee field must be on for the issue's type and not read-only in the workflow.",
	connectors.FieldPriority: "Give the account's role the right to edit issues; the priority must not be read-only in the workflow, and that of an issue with subtasks may be theirs.",
	connectors.FieldStatus:   "Allow the account's role this change of status in the workflow; an issue with open subtasks or blocked by another cannot be closed.",
}

// mending says what to mend of a refusal, each thing once.
func (a *app) mending(e ledger.Entry) string {
	if e.Receipt == nil || len(e.Receipt.Refused) == 0 {
		return a.t(refusedHints[""])
	}
	var out []string
	for _, x := range e.Receipt.Refused {
		kind := x.Field
		if _, custom := connectors.IsCustomField(kind); custom {
			kind = "field"
		}
		if hint, ok := refusedHints[kind]; ok && !slices.Contains(out, a.t(hint)) {
			out = append(out, a.t(hint))
		}
	}
	return strings.Join(out, " ")
}

func changesOf(w *connectors.Write, n names) changesInfo {
	var c changesInfo
	if w.Comment != nil {
		c.Comment = &commentInfo{w.Comment.Text, w.Comment.Internal}
	}
	if w.Assign != nil {
		c.Assign = n.of(connectors.FieldAssignee, *w.Assign)
	}
	if w.Priority != nil {
		c.Priority = n.of(connectors.FieldPriority, *w.Priority)
	}
	if w.Status != nil {
		c.Transition = n.of(connectors.FieldStatus, *w.Status)
	}
	for _, p := range w.Watchers {
		c.Watchers = append(c.Watchers, n.of(connectors.FieldAssignee, p))
	}
	if x := w.Create; x != nil {
		c.Create = &createInfo{
			Project: n.of(connectors.FieldProject, x.Project), Tracker: n.of(connectors.FieldType, x.Type), Subject: x.Subject,
			Description: x.Description, Assign: n.of(connectors.FieldAssignee, x.Assign), Due: x.DueDate,
		}
	}
	for f, v := range w.Fields {
		if c.Fields == nil {
			c.Fields = map[string]string{}
		}
		c.Fields[n.of("", f)] = v
	}
	return c
}

// printEntry shows an entry to a person; verbose with the whole text of its comment.
func (a *app) printEntry(i writeInfo, verbose bool) {
	a.wrap(i.ID+"  "+a.state(i.State)+" ", fmt.Sprintf("%s  %s/%s", hash(i.Issue), i.Obligation, i.Step))
	a.wrap(entryIndent, a.tf("moment %s, %s of %s", a.stamp(i.Moment), i.Source, i.Contract)+a.period(i.whole, i.Cycle))
	if i.Reason != "" {
		a.wrap(entryIndent, i.Reason)
	}
	if i.NotBefore != nil {
		a.wrap(entryIndent, a.tf("not before %s", a.stamp(*i.NotBefore)))
	}
	a.printChanges(i.Changes, verbose)
	switch {
	case i.TakenBack == string(connectors.MadeInternal):
		a.wrap(entryIndent, a.t("its comment came out public and was made internal; mail about it may have gone out"))
	case i.TakenBack != "":
		a.wrap(entryIndent, a.t("its comment came out public and was erased; mail about it may have gone out"))
	case i.Public:
		a.wrap(entryIndent, a.t("its comment came out public: hide it in the tracker; mail about it may have gone out"))
	}
	for _, r := range i.Refused {
		a.wrap(entryIndent+a.t("refused: "), r)
	}
	if i.Error != "" {
		a.wrap(entryIndent+a.t("error: "), i.Error)
	}
	if i.Hint != "" {
		a.wrap(entryIndent, i.Hint)
	}
}

// period says for which period something of a contract as a whole is, in words; "" for a request's.
func (a *app) period(whole bool, cycle string) string {
	if !whole {
		return ""
	}
	if duty, id, found := strings.Cut(cycle, "@"); found {
		return ", " + duty + ": " + mapping.PeriodName(id, a.lang)
	}
	if _, err := time.Parse(time.DateOnly, cycle); err == nil { // of a cap, which counts from the contract's first day
		return a.tf(", since %s", mapping.PeriodName(cycle, a.lang))
	}
	return ", " + mapping.PeriodName(cycle, a.lang)
}

const entryIndent = "    "

// printChanges shows what a write changes; of a comment only the first line that says something, unless verbose.
func (a *app) printChanges(c changesInfo, verbose bool) {
	if c.Comment != nil {
		audience := a.t("public comment")
		if c.Comment.Internal {
			audience = a.t("internal comment")
		}
		if verbose {
			a.wrap(entryIndent, audience+":")
			a.paragraphs(entryIndent+"  ", c.Comment.Text)
		} else {
			a.wrap(entryIndent, audience+": "+gist(c.Comment.Text))
		}
	}
	if x := c.Create; x != nil {
		a.wrap(entryIndent, a.tf("new issue in %s, %s: %s", x.Project, x.Tracker, x.Subject))
		if verbose {
			a.paragraphs(entryIndent+"  ", x.Description)
		}
		if x.Assign != "" {
			a.wrap(entryIndent, a.tf("assign %s", x.Assign))
		}
		if x.Due != "" {
			a.wrap(entryIndent, a.tf("due date %s", x.Due))
		}
	}
	if c.Assign != "" {
		a.wrap(entryIndent, a.tf("assign %s", c.Assign))
	}
	if c.Priority != "" {
		a.wrap(entryIndent, a.tf("priority %s", c.Priority))
	}
	if len(c.Watchers) > 0 {
		a.wrap(entryIndent, a.tf("add watchers: %s", strings.Join(c.Watchers, ", ")))
	}
	if c.Transition != "" {
		a.wrap(entryIndent, a.tf("status %s", c.Transition))
	}
	for _, f := range slices.Sorted(maps.Keys(c.Fields)) {
		a.wrap(entryIndent, f+" = "+c.Fields[f])
	}
}

// gist is the first line of a comment that says something: a greeting alone does not.
func gist(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	switch {
	case len(lines) == 0:
		return ""
	case len(lines) > 1 && len(strings.Fields(lines[0])) == 1:
		lines = lines[1:]
	}
	if len(lines) > 1 {
		return lines[0] + " ..."
	}
	return lines[0]
}

// state is a state in a column of its own.
func (a *app) state(s string) string { return a.tint(s, fmt.Sprintf("%-9s", s)) }

// tint colours a text by how much a person should care about the state.
func (a *app) tint(state, text string) string {
	switch state {
	case "breached", "refused", "held":
		return a.colour("31", text)
	case "met", "done":
		return a.colour("32", text)
	case "running", "intended", "waiting":
		return a.colour("33", text)
	}
	return text
}
