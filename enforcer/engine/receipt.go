package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// said finds the steps that comments of our own account tell of already, by the ids in their marks, with the event
// of each. The installation in a mark does not matter: a step keeps its id when the ledger is restored from an older
// backup or begun anew, and what the customer was told once is not told again.
func (p *pass) said(h connectors.History) map[string]connectors.Event {
	out := map[string]connectors.Event{}
	for _, e := range h.Events {
		if e.Author != p.names.Self.ID || e.Note == nil {
			continue
		}
		_, steps, _ := mapping.ParseMark(e.Note.Text)
		for _, s := range steps {
			out[s.ID] = e
		}
	}
	return out
}

// twice reports steps that two comments of ours tell of: a request that came through later than resendAfter, or another
// installation under the same account. It cannot be taken back from here, and must not go unseen.
func (p *pass) twice(h connectors.History) {
	first := map[string]connectors.Event{}
	for _, e := range h.Events {
		if e.Author != p.names.Self.ID || e.Note == nil {
			continue
		}
		_, steps, _ := mapping.ParseMark(e.Note.Text)
		for _, s := range steps {
			if old, told := first[s.ID]; told && old.ID != e.ID {
				p.report.problem(h.Issue.Key, true, "%s was written twice, as %s and as %s: a request came through after more than %s; delete one of them in the tracker",
					s.Step, old.ID, e.ID, resendAfter)
			}
			first[s.ID] = e
		}
	}
}

// left is what is still to be done of a decision. Of a write that was read back only what the tracker had refused is
// asked for once more; a comment with the step's mark shows that the rest of its write was made too, for they went
// in one update.
func left(d enforcer.Decision, e ledger.Entry, said map[string]connectors.Event) enforcer.Changes {
	ch := d.Changes
	_, told := said[e.ID]
	if e.Receipt == nil {
		if told {
			return enforcer.Changes{}
		}
		return ch
	}
	if told || !refused(*e.Receipt, "comment", "comment internal") {
		ch.Comment = nil
	}
	if !refused(*e.Receipt, connectors.FieldAssignee) {
		ch.Assign = ""
	}
	if !refused(*e.Receipt, connectors.FieldPriority) {
		ch.Priority = ""
	}
	if !refused(*e.Receipt, "watcher") {
		ch.Watch = ""
	}
	return ch
}

func refused(r connectors.Receipt, fields ...string) bool {
	return slices.ContainsFunc(r.Refused, func(x connectors.Refusal) bool { return slices.Contains(fields, x.Field) })
}

// complete adds to what reading back showed: what was refused on the way, and, for a write that left out a comment
// because it is there already, that comment.
func (p *pass) complete(r connectors.Receipt, left []connectors.Refusal, before connectors.History, group []ledger.Entry) connectors.Receipt {
	for _, x := range left {
		if !slices.ContainsFunc(r.Refused, func(y connectors.Refusal) bool { return y.Field == x.Field && y.Wanted == x.Wanted }) {
			r.Refused = append(r.Refused, x)
		}
	}
	if r.Event != "" {
		return r
	}
	said := p.said(before)
	for _, e := range group {
		event, told := said[e.ID]
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

// keepIn holds a write whose comment would not stay internal, and reports whether it did.
func (p *pass) keepIn(ctx context.Context, f finding, w connectors.Write, group []ledger.Entry) (bool, error) {
	if w.Comment == nil || !w.Comment.Internal {
		return false, nil
	}
	if p.leak != nil {
		return true, p.holdFor(ctx, group, enforcer.Reason{Code: heldLeak, Text: p.leak})
	}
	why, err := p.refusal(ctx, w, f.project)
	if err != nil || why == "" {
		return false, err
	}
	p.report.problem(f.request.Key, true, "held: %s", why)
	if err := p.learnRights(ctx); err != nil {
		return true, err
	}
	return true, p.hold(ctx, group, heldRights, why)
}

// refusal is why a write must not even be tried: an internal comment by an account that cannot keep it internal
// becomes public (Redmine posts it and says 204). Our rights are read afresh for it, once a pass.
func (p *pass) refusal(ctx context.Context, w connectors.Write, project string) (string, error) {
	if w.Comment == nil || !w.Comment.Internal {
		return "", nil
	}
	if p.self == nil {
		a, err := p.conn.Tracker.Self(ctx)
		if err != nil {
			return "", err
		}
		p.self = &a
	}
	return p.mayNotBeInternal(*p.self, project), nil
}

// learnRights keeps the rights that were read afresh among the tracker's names, by which later passes see whether
// a missing one is there again.
func (p *pass) learnRights(ctx context.Context) error {
	p.names.Self, p.digests = *p.self, nil
	_, err := p.e.mirror.StoreDirectory(ctx, p.conn.ID, p.names)
	return err
}

// mayNotBeInternal is why a comment by the account in the project would not stay internal, "" when it would.
func (p *pass) mayNotBeInternal(self connectors.Account, project string) string {
	caps := p.conn.Tracker.Capabilities()
	if !caps.InternalNotes {
		return "the tracker keeps no comment from customers"
	}
	for _, permission := range caps.Permissions[connectors.WriteInternal] {
		if !self.Has(project, permission) {
			return fmt.Sprintf("our account lacks the right %q in this project: the comment would be public, or could not be read back", permission)
		}
	}
	return ""
}

// readBack reads the issue after a write.
func (p *pass) readBack(ctx context.Context, issue string) (connectors.History, error) {
	after, err := p.conn.Tracker.History(ctx, issue)
	if err != nil {
		return connectors.History{}, err
	}
	_, err = p.e.mirror.Store(ctx, p.conn.ID, after, p.e.now(p.conn.Tracker))
	return after, err
}

// overrun reports what people set between the reading before a write and the write itself.
func (p *pass) overrun(w connectors.Write, before, after connectors.History) {
	for _, c := range connectors.Overrun(w, p.names.Self.ID, before, after) {
		p.report.problem(after.Issue.Key, true, "somebody set %s to %q a moment before our write changed it to %q: set it back, or let 'slabridge ledger revert --issue %s' do it",
			c.Field, one(c.From), one(c.To), after.Issue.Key)
	}
}

// unseen is what the ledger says of a write that was accepted and of which reading back showed nothing.
const unseen = "the tracker accepted it, and nothing of it is to be seen yet"

// unmoved reports whether an issue reads after a write as it did before, as far as we are concerned.
func (p *pass) unmoved(before, after connectors.History) bool {
	known := map[string]bool{}
	for _, e := range before.Events {
		known[e.ID] = true
	}
	return !after.Issue.UpdatedAt.After(before.Issue.UpdatedAt) && !slices.ContainsFunc(after.Events, func(e connectors.Event) bool {
		return e.Author == p.names.Self.ID && !known[e.ID]
	})
}
