package engine

import (
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// unmarked takes out of a step that has no comment, and so leaves no mark, what the tracker's history shows our account
// to have done since the step's moment. A ledger restored from an older backup does not know of it, and what a person
// made of it since is theirs. Watchers leave no history: one whom a person took off is added once more.
func (p *pass) unmarked(r *enforcer.Request, d enforcer.Decision, e ledger.Entry, ch enforcer.Changes) enforcer.Changes {
	if d.Changes.Comment != nil || e.Receipt != nil {
		return ch
	}
	for i := 1; i < len(r.Moments); i++ {
		m, was, is := &r.Moments[i], &r.Moments[i-1].State, &r.Moments[i].State
		if m.By.ID != p.names.Self.ID || m.At.Before(d.Moment.Truncate(time.Second)) {
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
