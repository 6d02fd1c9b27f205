package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
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

// info puts an entry of the ledger into the words of the JSON contract.
func (w *workspace) info(ctx context.Context, e ledger.Entry) (writeInfo, error) {
	n, err := w.names(ctx, e.Key.Connection)
	if err != nil {
		return writeInfo{}, err
	}
	zone, key := w.zone(e.Key.Contract), cmp.Or(e.IssueKey, e.Made())
	if e.IssueKey == "" && key != "" { // the ledger has the id alone of what it made
		made, known, err := w.mirror.Entry(ctx, e.Key.Connection, key)
		if err != nil {
			return writeInfo{}, err
		}
		if known {
			key = made.Key
		}
	}
	i := writeInfo{
		ID: e.ID, Connection: e.Key.Connection, Issue: key, Created: e.Made(),
		Contract: e.Key.Contract, Obligation: e.Key.Obligation, Cycle: e.Key.Cycle, Step: e.Key.Step,
		State: string(e.State), Severity: e.Severity, Source: e.Source,
		Moment: e.Moment.In(zone), Due: report.In(e.Due, zone), Decided: e.DecidedAt.In(zone),
		NotBefore: report.In(e.NotBefore, zone), Reason: w.reason(e.Reason), Error: e.Error,
		Hint: w.hint(&e), whole: e.Key.Issue == "",
	}
	if e.Write != nil {
		i.Changes = changesOf(e.Write, n)
	}
	if r := e.Receipt; r != nil {
		i.Event, i.Public, i.TakenBack = r.Event, r.Public, string(r.TakenBack)
		for _, x := range r.Refused {
			if e.State == enforcer.Sent { // it may still turn up
				break
			}
			i.Refused = append(i.Refused, x.Told(n.of).String())
		}
	}
	return i, nil
}

// infos is info for several.
func (w *workspace) infos(ctx context.Context, entries []ledger.Entry) ([]writeInfo, error) {
	out := make([]writeInfo, len(entries))
	for i, e := range entries {
		var err error
		if out[i], err = w.info(ctx, e); err != nil {
			return nil, err
		}
	}
	return out, nil
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
			if (t.State == enforcer.Intended || t.State == enforcer.Waiting) && len(t.Reason.Text) > 0 {
				e.Reason = joined(t.Reason, e.Reason)
				break
			}
		}
	}
	return nil
}

// joined is a reason followed by what the other has to say beyond it.
func joined(why, then enforcer.Reason) enforcer.Reason {
	text := maps.Clone(why.Text)
	for lang := range text {
		if more := then.Text.In(lang); more != "" && more != text[lang] {
			text[lang] += "; " + more
		}
	}
	return enforcer.Reason{Code: why.Code, Text: text}
}

const entryIndent = "    "

// step names the entry's step.
func (i *writeInfo) step(p *page) string { return p.stepOf(i.Contract, i.Obligation, i.Step) }

// why is the entry's reason for a person.
func (i *writeInfo) why(p *page) string { return p.why(i.Contract, i.Obligation, i.Reason) }

func (i writeInfo) text(p *page) { i.tell(p, false) }

// tell shows an entry to a person; verbose with the whole text of its comment.
func (i *writeInfo) tell(p *page, verbose bool) {
	p.line(i.ID+"  "+stateColumn(p, i.State)+" ", strings.TrimSpace(typed(i.Issue)+" "+i.step(p)))
	moment := p.tf("moment %s", p.stamp(i.Moment))
	if of := strings.TrimPrefix(p.ofContract(p.cited(i.Source), i.Contract), ", "); of != "" { // upkeep has no clause
		moment += ", " + of
	}
	p.line(entryIndent, moment+p.period(i.whole, i.Cycle))
	p.detail(entryIndent, i.why(p))
	if i.NotBefore != nil {
		p.linef(entryIndent, "not before %s", p.stamp(*i.NotBefore))
	}
	i.Changes.tell(p, verbose)
	switch {
	case i.TakenBack == string(connectors.MadeInternal):
		p.linef(entryIndent, "its comment came out public and was made internal; mail about it may have gone out")
	case i.TakenBack != "":
		p.linef(entryIndent, "its comment came out public and was erased; mail about it may have gone out")
	case i.Public:
		p.linef(entryIndent, "its comment came out public: hide it in the tracker; mail about it may have gone out")
	}
	for _, r := range i.Refused {
		p.labelled(entryIndent, "refused: ", p.kept(r))
	}
	p.labelled(entryIndent, "error: ", p.keptError(i.Error))
	p.detail(entryIndent, i.Hint)
}

// hints say what to do about an entry that a human must look at.
var hints = map[enforcer.EntryState]phrase{
	enforcer.Held: "look at it, then 'slabridge ledger release --id ID'",
	enforcer.Refused: "It is tried again by itself when the issue, our rights, the project's members or the " +
		"configuration change; otherwise 'slabridge ledger retry --id ID'",
	enforcer.Sent: "whether it was done is not known yet; the next passes look for its mark in the tracker",
}

// refusedHints say what to mend, by what the tracker refused. "" is for a write that it refused as a whole.
var refusedHints = map[string]phrase{
	"": "The tracker took nothing of it and says why above: mostly a field that the workflow requires and the issue " +
		"lacks, or a closed project.",
	"watched": "Only the watchers were added; why the rest was not taken stands above: mostly a field that the workflow " +
		"requires and the issue lacks, or a closed project.",
	"comment": "Give the account's role the right to add notes. Where it has it, something between us and the tracker " +
		"may have answered in its place.",
	"comment internal": "Give the account's role the right to set notes as private, and find out what made the comment " +
		"public.",
	"watcher": "Make the watcher a member who may see the issue.",
	"nobody": "Name somebody who is active and may be assigned in the project, under lead or duty of the role in the " +
		"mapping.",
	"field": "Make the field editable for the account's role in the workflow and in this project, and see that it still " +
		"exists.",
	"with a status": "The status was set. Look at what the workflow itself puts into the field on the way, and at " +
		"the value under transitions of the mapping.",
	connectors.FieldAssignee: "Give the account's role the right to edit issues; the assignee field must be on for the " +
		"issue's type and not read-only in the workflow.",
	connectors.FieldPriority: "Give the account's role the right to edit issues; the priority must not be read-only in " +
		"the workflow (and on the edit screen, where there is one), and that of an issue with subtasks may be theirs.",
	connectors.FieldStatus: "Allow the account's role this change of status in the workflow; an issue with open " +
		"subtasks or blocked by another cannot be closed.",
}

// hint says what to do about an entry: of a refusal what to mend, each thing once.
func (w *workspace) hint(e *ledger.Entry) string {
	general := strings.ReplaceAll(w.t(hints[e.State]), "ID", e.ID)
	switch {
	case e.State == enforcer.Held && e.Reason.Code == enforcer.HeldUntil:
		return w.t("it goes on by itself when the hold is over")
	case e.State != enforcer.Refused:
		return general
	}
	var out []string
	if e.Receipt != nil {
		for _, x := range e.Receipt.Refused {
			kind := x.Field
			if _, custom := connectors.IsCustomField(kind); custom {
				kind = "field"
				if e.Changes.Class() != "" && e.Key.Obligation != enforcer.Upkeep {
					kind = "with a status"
				}
			}
			if kind == connectors.FieldAssignee && x.Got == mapping.NobodyToAssign {
				kind = "nobody"
			}
			if kind == "comment" && x.Words != "" { // the write was refused, and not its comment
				return w.t(refusedHints["watched"]) + " " + general
			}
			if hint := refusedHints[kind]; hint != "" && !slices.Contains(out, w.t(hint)) {
				out = append(out, w.t(hint))
			}
		}
		if len(e.Receipt.Refused) > 0 {
			return strings.TrimSpace(strings.Join(append(out, general), " "))
		}
	}
	return w.t(refusedHints[""]) + " " + general
}
