package engine

import (
	"context"
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Revert takes back what can be taken back of the undos. Each is an order in the ledger first, under a key of its own, and
// is then carried out like any other write: the issue read afresh and looked at again, sent at most once, read back. An
// order that cannot be carried out now (the tracker is away, something stops writes) is by the next pass.
func (e *Engine) Revert(ctx context.Context, undos []Undo) ([]Report, error) {
	return e.each(func(c Connection) (Report, error) {
		p := &pass{e: e, conn: c, report: Report{Connection: c.ID}, unassignable: map[string]bool{}}
		mine := slices.DeleteFunc(slices.Clone(undos), func(u Undo) bool { return u.Entry.Key.Connection != c.ID || !u.Any() })
		if len(mine) == 0 {
			return p.report, nil
		}
		if err := p.prepare(ctx); err != nil {
			return p.report, err
		}
		if err := p.order(ctx, mine); err != nil {
			return p.report, err
		}
		if err := p.revert(ctx); err != nil {
			return p.report, err
		}
		return p.report, p.failed
	})
}

// isOrder reports whether the entry is an order to take a step back, which no evaluation calls for.
func isOrder(e ledger.Entry) bool {
	_, is := e.Reverts()
	return is
}

// order records the orders. One that was given before and came to nothing is given again.
func (p *pass) order(ctx context.Context, undos []Undo) error {
	var orders []ledger.Entry
	for _, u := range undos {
		orders = append(orders, p.orderOf(u))
	}
	recorded, err := p.e.ledger.Record(ctx, p.now, orders...)
	if err != nil {
		return err
	}
	for i, r := range recorded {
		if r.New || r.State == ledger.Intended || !r.State.Can(ledger.Intended) {
			continue
		}
		r.Reason, r.Evidence = orders[i].Reason, orders[i].Evidence
		if _, err := p.e.ledger.Move(ctx, p.now, ledger.Intended, r.Entry); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) orderOf(u Undo) ledger.Entry {
	was := u.Entry
	o := ledger.Entry{Entry: enforcer.Entry{
		Key: ledger.RevertKey(was.Key), IssueKey: was.IssueKey, Subject: was.Subject, State: ledger.Intended,
		Reason: enforcer.Reason{Code: "revert", Text: enforcer.Text{
			"ru": "человек распорядился отменить шаг", "en": "a human ordered the step to be taken back",
		}},
		Evidence: was.Evidence,
	}}
	o.DecidedAt, o.Breach, o.Changes = p.now, false, enforcer.Changes{} // its moment stays that of the step: so orders come in the order of their steps
	if u.Assign != nil {
		o.Changes.Assign = was.Changes.Assign
	}
	if u.Priority != nil {
		o.Changes.Priority = was.Changes.Priority
	}
	if len(u.Correct) > 0 || u.Made {
		o.Changes.Comment = &enforcer.Comment{Audience: was.Audience, Text: mapping.TextCorrection, Source: was.Source, Moment: p.now}
	}
	return o
}

// orderGroup is what shares its requests: the orders of one contract about one issue.
type orderGroup struct{ contract, issue, on string }

// revert carries out the orders that wait.
func (p *pass) revert(ctx context.Context) error {
	if p.block != "" {
		return nil
	}
	pending, err := p.e.ledger.Pending(ctx, p.conn.ID, p.now)
	if err != nil {
		return err
	}
	var groups []orderGroup
	of := map[orderGroup][]ledger.Entry{}
	for _, o := range pending {
		key, is := o.Reverts()
		if !is || o.State == ledger.Sent || o.State == ledger.Held && !p.calledAgain(o) {
			continue
		}
		step, err := p.e.ledger.Get(ctx, key.ID())
		if err != nil {
			return err
		}
		g := orderGroup{o.Key.Contract, o.Key.Issue, step.On()}
		if of[g] == nil {
			groups = append(groups, g)
		}
		of[g] = append(of[g], o)
	}
	for _, g := range groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.endure(p.takeBackSteps(ctx, g, of[g])); err != nil {
			return err
		}
	}
	return nil
}

// calledAgain reports whether what an order was held for may be over.
func (p *pass) calledAgain(o ledger.Entry) bool {
	switch o.Reason.Code {
	case heldBlocked:
		return true
	case heldLeak:
		return p.leak == nil
	case heldRights:
		project, _, _ := strings.Cut(o.Facts.Against, " ")
		return p.mayNotBeInternal(p.names.Self, project) == ""
	}
	return false
}

// takeBackSteps carries out the orders about one issue, again without a former assignee whom the tracker refuses.
func (p *pass) takeBackSteps(ctx context.Context, g orderGroup, orders []ledger.Entry) error {
	i := slices.IndexFunc(p.views, func(v *view) bool { return v.ID == g.contract })
	if i < 0 {
		p.report.problem(orders[0].IssueKey, true, "contract %q is not in the configuration: nothing of it is taken back", g.contract)
		return nil
	}
	for {
		var err error
		if orders, err = p.afresh(ctx, orders); err != nil {
			return err
		}
		orders = slices.DeleteFunc(orders, func(o ledger.Entry) bool { return o.State != ledger.Intended && o.State != ledger.Held })
		if len(orders) == 0 {
			return nil
		}
		p.again = false
		if err := p.takeBackOnce(ctx, p.views[i], g, orders); err != nil || !p.again {
			return err
		}
	}
}

func (p *pass) takeBackOnce(ctx context.Context, v *view, g orderGroup, orders []ledger.Entry) error {
	var steps []ledger.Entry
	for _, o := range orders {
		key, _ := o.Reverts()
		step, err := p.e.ledger.Get(ctx, key.ID())
		if err != nil {
			return err
		}
		steps = append(steps, step)
	}
	undos, h, err := p.undosOn(ctx, g.on, steps)
	if err != nil {
		return err
	}
	if h.Issue.ID == "" { // gone, or out of sight
		return p.moot(ctx, orders)
	}
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.e.now(p.conn.Tracker)); err != nil {
		return err
	}
	f := finding{view: v, history: h, request: enforcer.Request{Connection: p.conn.ID, Issue: g.on, Key: h.Issue.Key}, project: h.Issue.Values.One(connectors.FieldProject)}
	planned, group, moot := p.corrections(f, h, undos, orders)
	if err := p.moot(ctx, moot); err != nil {
		return err
	}
	for i, w := range planned {
		held := slices.DeleteFunc(slices.Clone(group[i]), func(o ledger.Entry) bool { return o.State != ledger.Held })
		freed, err := p.e.ledger.Move(ctx, p.now, ledger.Intended, held...)
		if err != nil {
			return err
		}
		ready := append(slices.DeleteFunc(group[i], func(o ledger.Entry) bool { return o.State == ledger.Held }), freed...)
		if err := p.send(context.WithoutCancel(ctx), f, w, h, ready); err != nil || p.again {
			return err
		}
	}
	return nil
}

// corrections renders what the orders come to: at most one comment per audience, the customer's first. Each field goes
// with the first write that has an order to give it back. Orders with nothing left to do are moot.
func (p *pass) corrections(f finding, h connectors.History, undos []Undo, orders []ledger.Entry) (out []mapping.Planned, groups [][]ledger.Entry, moot []ledger.Entry) {
	said := p.said(h)
	against := p.against(h)
	var public, internal, bare []int
	for i, u := range undos {
		_, told := said[orders[i].ID]
		switch {
		case !u.Any() || told && u.Assign == nil && u.Priority == nil:
			moot = append(moot, orders[i])
		case told || len(u.Correct) == 0 && !u.Made:
			bare = append(bare, i)
		case u.Made || slices.ContainsFunc(u.Correct, func(c Corrected) bool { return c.Internal }):
			internal = append(internal, i)
		default:
			public = append(public, i)
		}
	}
	done := map[string]bool{}
	for _, g := range []struct {
		of       []int
		audience enforcer.Audience
	}{{public, enforcer.Public}, {internal, enforcer.Internal}, {bare, enforcer.Internal}} {
		if len(g.of) == 0 {
			continue
		}
		w := mapping.Planned{Audience: g.audience, Write: connectors.Write{Issue: h.Issue.ID}}
		c := mapping.Correction{Internal: g.audience != enforcer.Public}
		var entries []ledger.Entry
		for _, i := range g.of {
			o := orders[i]
			o.Facts.Against = against
			entries, w.Keys = append(entries, o), append(w.Keys, o.Key)
			if b := undos[i].Assign; b != nil && !done["assign"] {
				w.Write.Assign, c.Assigned, done["assign"] = &b.To, &b.To, true
			}
			if b := undos[i].Priority; b != nil && !done["priority"] {
				w.Write.Priority, c.Priority, done["priority"] = &b.To, &b.To, true
			}
			for _, x := range undos[i].Correct {
				if !slices.Contains(c.Of, x.At) {
					c.Of = append(c.Of, x.At)
				}
			}
		}
		if len(bare) == 0 || g.of[0] != bare[0] {
			c.Keys = w.Keys
			w.Write.Comment, w.Notes = f.view.bound.Correct(c, p.e.writeOptions(f.view))
		}
		out, groups = append(out, w), append(groups, entries)
	}
	return out, groups, moot
}

// moot takes orders off that have nothing left to do: people were there first, or it was done before.
func (p *pass) moot(ctx context.Context, orders []ledger.Entry) error {
	for i := range orders {
		orders[i].Reason = enforcer.Reason{Code: "nothing-left", Text: enforcer.Text{
			"ru": "отменять больше нечего", "en": "there is nothing left to take back",
		}}
	}
	_, err := p.e.ledger.Move(ctx, p.now, ledger.Withdrawn, orders...)
	return err
}
