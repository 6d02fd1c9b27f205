package engine

import (
	"context"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// escalate judges the escalations of an evaluated request by what the ledger shows to have been carried out. records
// are what it has of the issue; nil: it is asked.
func (p *snapshot) escalate(
	ctx context.Context, c *contract, ev *enforcer.Evaluation, records *ledger.IssueRecords,
) (err error) {
	if !ev.Escalating() {
		return nil
	}
	var entries []ledger.Entry
	if records != nil {
		entries = records.Requested // the others have neither a write nor a receipt
	} else if entries, err = p.ledger.ByIssue(ctx, p.conn.ID, ev.Request.Issue); err != nil {
		return err
	}
	known := enforcer.Escalations{Watched: c.watched, Acts: markedActs(c, ev)}
	for i := range entries {
		e := &entries[i]
		over := e.State == enforcer.Done || e.State == enforcer.Refused || e.Receipt != nil
		if e.Key.Contract == c.ID && over && e.Write != nil && !e.Write.Empty() {
			delete(known.Acts, e.Key) // what is known of its write decides, also while what was refused is tried again
		}
		if act, whole := actOf(e, ev.Request); e.Key.Contract == c.ID && whole && !act.At.After(ev.Now) {
			known.Acts[e.Key] = act
		}
	}
	ev.Escalate(known)
	return nil
}

// markedActs are what our comments on the request show: a ledger restored from a backup does not know of them.
// Everything else of the step went in the same update.
func markedActs(c *contract, ev *enforcer.Evaluation) map[enforcer.StepKey]enforcer.Act {
	out := map[enforcer.StepKey]enforcer.Act{}
	for _, x := range ev.Cycles {
		for _, s := range x.Steps {
			if !x.Obligation.Escalation || !s.Step.Trigger.Due {
				continue
			}
			i := slices.IndexFunc(ev.Request.Moments, func(m enforcer.Moment) bool {
				return m.By.Role == enforcer.Bot && !m.At.Before(x.Due) &&
					slices.Contains(m.Steps, x.Obligation.ID+"/"+s.Step.ID) &&
					(s.Step.Assign == "" || m.State.Assignee.Role == s.Step.Assign)
			})
			if i < 0 {
				continue
			}
			m := &ev.Request.Moments[i]
			key := c.StepKey(ev.Request.Connection, ev.Request.Issue, x.Obligation.ID, x.ID, s.Step.ID)
			out[key] = enforcer.Act{At: m.At, Event: m.Event, By: m.By}
		}
	}
	return out
}

// actOf is what slabridge carried out for an entry, and whether that is all that a contract can promise of it. It is
// not where the tracker refused a part, or nobody could be assigned; but no contract promises a priority, and of
// several watchers one is enough.
func actOf(e *ledger.Entry, r *enforcer.Request) (enforcer.Act, bool) {
	if e.State != enforcer.Done && e.State != enforcer.Refused || e.Receipt == nil || e.Write == nil {
		return enforcer.Act{}, false
	}
	watchers := len(e.Write.Watchers)
	if e.Write.Watching || e.Write.Comment == nil { // the comment was there before, and so was what belongs to it
		watchers++
	}
	for _, x := range e.Receipt.Refused {
		_, upkeep := connectors.IsCustomField(x.Field)
		switch {
		case upkeep, x.Field == connectors.FieldPriority:
		case x.Field == "watcher":
			watchers--
		default:
			return enforcer.Act{}, false
		}
	}
	if e.Changes.Watch != "" && watchers <= 0 {
		return enforcer.Act{}, false
	}
	return enforcer.Act{At: carriedOutAt(e, r), Event: e.Receipt.Event, By: botOf(e, r)}, true
}

// carriedOutAt is when the act was there: the moment of our comment, for everything went with it, or, of what was
// tried again since, when that was read back.
func carriedOutAt(e *ledger.Entry, r *enforcer.Request) time.Time {
	if m := eventOf(e, r); m != nil && (e.Tries == 1 || m.State.Assignee.Role == e.Changes.Assign) {
		return m.At
	}
	return e.ChangedAt
}

func botOf(e *ledger.Entry, r *enforcer.Request) enforcer.Person {
	if m := eventOf(e, r); m != nil {
		return m.By
	}
	return enforcer.Person{Role: enforcer.Bot}
}

// eventOf finds the moment of an entry's comment, nil where the request shows none.
func eventOf(e *ledger.Entry, r *enforcer.Request) *enforcer.Moment {
	i := slices.IndexFunc(r.Moments, func(m enforcer.Moment) bool { return m.Event == e.Receipt.Event })
	if i < 0 {
		return nil
	}
	return &r.Moments[i]
}
