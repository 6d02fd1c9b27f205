package outbox

import (
	"cmp"
	"fmt"
	"slices"
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
	eachPost(h, self, func(s mapping.MarkedStep, e connectors.Event) { out[s.ID] = e })
	return out
}

// DuplicatePosts tells of steps that two comments of ours tell of: a request that came through later than resendAfter,
// or another installation under the same account. It cannot be taken back from here, and must not go unseen.
func DuplicatePosts(h connectors.History, self string) []string {
	var out []string
	last := map[string]connectors.Event{}
	eachPost(h, self, func(s mapping.MarkedStep, e connectors.Event) {
		if old, told := last[s.ID]; told && old.ID != e.ID {
			out = append(out,
				fmt.Sprintf("%s was written twice, as %s and as %s: a request came through after more than %s; delete one of "+
					"them in the tracker",
					s.Step, old.ID, e.ID, resendAfter))
		}
		last[s.ID] = e
	})
	return out
}

// eachPost goes through the steps in the marks of our comments, oldest first.
func eachPost(h connectors.History, self string, see func(mapping.MarkedStep, connectors.Event)) {
	for _, e := range h.Events {
		if e.Author != self || e.Note == nil {
			continue
		}
		_, steps, _ := mapping.ParseMark(e.Note.Text)
		for _, s := range steps {
			see(s, e)
		}
	}
}

// leftToDo is what is still to be done of a step. Of a write that was read back only what the tracker had refused is
// asked for once more; a comment with the step's mark shows that the rest of its write was made too, for they went in
// one update.
func leftToDo(s Step, posted map[string]connectors.Event) enforcer.Changes {
	ch, r := s.Changes, s.Entry.Receipt
	_, told := posted[s.Entry.ID]
	if r == nil {
		if told {
			return enforcer.Changes{}
		}
		return ch
	}
	refused := func(fields ...string) bool {
		return slices.ContainsFunc(r.Refused, func(x connectors.Refusal) bool { return slices.Contains(fields, x.Field) })
	}
	if told || !refused("comment", "comment internal") {
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

// addPosted adds to the receipt of a write that left out a comment, because it is there already, that comment.
func addPosted(r connectors.Receipt, posted map[string]connectors.Event, group []ledger.Entry) connectors.Receipt {
	if r.Event != "" {
		return r
	}
	for _, e := range group {
		event, told := posted[e.ID]
		if !told {
			continue
		}
		r.Event = cmp.Or(r.Event, event.ID)
		if e.Audience != enforcer.Public && !event.Note.Internal && !r.Public {
			r.Event, r.Public = event.ID, true
			r.Refused = append(r.Refused, connectors.Refusal{Field: "comment internal", Wanted: "internal", Got: "public"})
		}
	}
	return r
}
