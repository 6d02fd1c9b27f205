package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// writeInfo is one write, as `plan` and `ledger list` give it with -o json.
type writeInfo struct {
	ID         string      `json:"id"`
	Connection string      `json:"connection"`
	Issue      string      `json:"issue"` // the key people type
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
	Event      string      `json:"event,omitempty"` // of the tracker, that carries our comment
	Hint       string      `json:"hint,omitempty"`
}

type changesInfo struct {
	Comment    *commentInfo      `json:"comment,omitempty"`
	Assign     string            `json:"assign,omitempty"`
	Priority   string            `json:"priority,omitempty"`
	Watchers   []string          `json:"watchers,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
	Transition string            `json:"transition,omitempty"`
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

// info puts an entry of the ledger into the words of the JSON contract; moments in UTC, as the ledger has them.
func (a *app) info(e ledger.Entry, n names, loc *time.Location) writeInfo {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.In(loc)
		return &t
	}
	i := writeInfo{
		ID: e.ID, Connection: e.Key.Connection, Issue: e.IssueKey, Contract: e.Key.Contract, Obligation: e.Key.Obligation,
		Cycle: e.Key.Cycle, Step: e.Key.Step, State: string(e.State), Severity: e.Severity, Source: e.Source,
		Moment: e.Moment.In(loc), Due: at(e.Due), Decided: e.DecidedAt.In(loc), NotBefore: at(e.NotBefore),
		Reason: reasonText(e.Reason.Text.In(a.lang), e.Reason.Code), Error: e.Error, Hint: hints[e.State],
	}
	if w := e.Write; w != nil {
		i.Changes = changesOf(w, n)
	}
	if r := e.Receipt; r != nil {
		i.Event = r.Event
		for _, x := range r.Refused {
			i.Refused = append(i.Refused, x.String())
		}
	}
	return i
}

func reasonText(text, code string) string {
	if text != "" {
		return strings.TrimSpace(text)
	}
	return code
}

// hints say what to do about an entry that a human must look at.
var hints = map[ledger.State]string{
	ledger.Held:    "look at it, then 'slabridge ledger release --id ID'",
	ledger.Refused: "mend what the tracker refuses (right, workflow, member), then 'slabridge ledger retry --id ID'",
	ledger.Sent:    "its answer never came; the next pass looks for its mark in the tracker",
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
	for f, v := range w.Fields {
		if c.Fields == nil {
			c.Fields = map[string]string{}
		}
		c.Fields[n.of("", f)] = v
	}
	return c
}

// printEntry shows an entry to a person.
func (a *app) printEntry(i writeInfo, verbose bool) {
	fmt.Fprintf(a.out, "%s  %-9s %s  %s/%s\n", i.ID, a.state(i.State), i.Issue, i.Obligation, i.Step)
	a.wrap("    ", "moment "+a.stamp(i.Moment)+"  "+i.Source+" of "+i.Contract)
	if i.Reason != "" {
		a.wrap("    ", i.Reason)
	}
	for _, line := range i.Changes.lines(verbose) {
		a.wrap("    ", line)
	}
	for _, r := range i.Refused {
		a.wrap("    refused: ", r)
	}
	if i.Error != "" {
		a.wrap("    error: ", i.Error)
	}
	if i.Hint != "" {
		a.wrap("    ", strings.ReplaceAll(i.Hint, "ID", i.ID))
	}
}

func (c changesInfo) lines(verbose bool) []string {
	var out []string
	if c.Comment != nil {
		audience := "public comment"
		if c.Comment.Internal {
			audience = "internal comment"
		}
		text, _, more := strings.Cut(c.Comment.Text, "\n")
		if verbose {
			text, more = c.Comment.Text, false
		}
		if more {
			text += " ..."
		}
		out = append(out, audience+": "+text)
	}
	if c.Assign != "" {
		out = append(out, "assign "+c.Assign)
	}
	if c.Priority != "" {
		out = append(out, "priority "+c.Priority)
	}
	if len(c.Watchers) > 0 {
		out = append(out, "watchers "+strings.Join(c.Watchers, ", "))
	}
	for _, f := range slices.Sorted(maps.Keys(c.Fields)) {
		out = append(out, f+" = "+c.Fields[f])
	}
	return out
}

// state colours a state by how much a person should care.
func (a *app) state(s string) string {
	padded := fmt.Sprintf("%-9s", s)
	switch s {
	case "breached", "refused", "held":
		return a.colour("31", padded)
	case "met", "done":
		return a.colour("32", padded)
	case "running", "intended", "waiting":
		return a.colour("33", padded)
	}
	return padded
}
