package outbox

import (
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// StepsPosted finds the steps that comments of our account tell of already, by the ids in their marks, with the event
// of each. The installation in a mark does not matter: a step keeps its id when the ledger is restored from an older
// backup or begun anew, and what the customer was told once is not told again.
func StepsPosted(h connectors.History, self string) map[string]connectors.Event {
	out := map[string]connectors.Event{}
	for _, p := range posts(h, self) {
		for _, s := range p.steps {
			out[s.ID] = p.event
		}
	}
	return out
}

// Duplicate is a step that two comments of ours tell of.
type Duplicate struct {
	Step          string
	First, Second connectors.Event
}

// Duplicates finds the steps that stand twice on an issue: a request arrived later than resendAfter, a load balancer
// delivered it twice, or another installation writes under our account. Both marks must name the step and both comments
// must have the text: marks of earlier versions may name a step that their comment does not mention.
func Duplicates(h connectors.History, self string) []Duplicate {
	var out []Duplicate
	last := map[string]connectors.Event{}
	for _, p := range posts(h, self) {
		if p.event.ID == "" {
			continue
		}
		for _, s := range p.steps {
			if old, told := last[s.ID]; told && old.ID != p.event.ID && saySame(old.Note.Text, p.event.Note.Text) {
				out = append(out, Duplicate{s.Step, old, p.event})
			}
			last[s.ID] = p.event
		}
	}
	return out
}

// saySame reports whether at least half of the lines of the shorter text are in the other, too. Marks are left out.
func saySame(a, b string) bool {
	of := func(text string) map[string]bool {
		lines := map[string]bool{}
		for line := range strings.Lines(strings.Replace(text, mapping.MarkIn(text), "", 1)) {
			if line = strings.TrimSpace(line); line != "" {
				lines[line] = true
			}
		}
		return lines
	}
	x, y := of(a), of(b)
	if len(y) < len(x) {
		x, y = y, x
	}
	same := 0
	for line := range x {
		if y[line] {
			same++
		}
	}
	return 2*same >= len(x)
}

// leftToDo is what is still to be done of a step. Of a write that was read back only what the tracker had refused is
// asked for once more.
func leftToDo(s Step) enforcer.Changes {
	ch, r := s.Changes, s.Entry.Receipt
	if r == nil {
		return ch
	}
	refused := func(fields ...string) bool {
		return slices.ContainsFunc(r.Refused, func(x connectors.Refusal) bool { return slices.Contains(fields, x.Field) })
	}
	if !refused("comment", "comment internal") {
		ch.Comment = nil
	}
	if !refused(connectors.FieldAssignee) {
		ch.Assign = ""
	}
	if !refused(connectors.FieldPriority) {
		ch.Priority = ""
	}
	if !refused("watcher") {
		ch.Watch = ""
	}
	return ch
}

// beforeCutShort is the issue with the assignee and the priority that it had before a request of these steps that was
// cut short and answered with a no, where what that one set still stands. When the steps are planned from these values,
// they ask for the same again: a priority is raised once, not twice.
func beforeCutShort(
	h connectors.History, self string, sent []ledger.Write, entries map[enforcer.StepKey]ledger.Entry,
) connectors.History {
	for _, x := range slices.Backward(sent) {
		mine := slices.ContainsFunc(x.Entries, func(id string) bool {
			for _, e := range entries {
				if e.ID == id && e.Receipt == nil {
					return true
				}
			}
			return false
		})
		before := withoutOurs(h, self, x)
		if _, half := x.Request.Rest(self, before, h); !mine || !half {
			continue
		}
		values := h.Issue.Values.Clone()
		for _, field := range undoable {
			if set := asked(x.Request, field); set != nil && values.One(field) == *set {
				if c := lastChange(h, field); c != nil && lastChange(before, field) != c && one(c.To) == *set {
					values[field] = c.From
				}
			}
		}
		h.Issue.Values = values
		break
	}
	return h
}

// lastChange is the last one of a field, nil for none.
func lastChange(h connectors.History, field string) *connectors.Change {
	for _, e := range slices.Backward(h.Events) {
		if c := changeOf(e, field); c != nil {
			return c
		}
	}
	return nil
}

// dropAlreadyApplied takes out of a step that has no comment, and so leaves no mark, what the tracker's history shows
// our account to have done since the step's moment. A ledger restored from an older backup does not know of it, and
// what a person made of it since is theirs. Watchers leave no history: one whom a person took off is added once more.
func dropAlreadyApplied(s Step, ch enforcer.Changes, r *enforcer.Request, self string) enforcer.Changes {
	if s.Changes.Comment != nil || s.Entry.Receipt != nil {
		return ch
	}
	for i := 1; i < len(r.Moments); i++ {
		m, was, is := &r.Moments[i], &r.Moments[i-1].State, &r.Moments[i].State
		if m.By.ID != self || m.At.Before(s.Moment.Truncate(time.Second)) {
			continue
		}
		if is.Assignee.ID != was.Assignee.ID && is.Assignee.Role == ch.Assign {
			ch.Assign, ch.Duty = "", false
		}
		if is.Priority > was.Priority && (is.PriorityTop || ch.Priority == enforcer.PriorityUp) {
			ch.Priority = ""
		}
		if m.StatusSet && is.Status.Open() != was.Status.Open() && is.Status.Open() == (ch.Action == enforcer.ActionReopen) {
			ch.Action = ""
		}
	}
	return ch
}
