package outbox

import (
	"context"
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Revert takes back what can be taken back of the undos, by orders under contracts. Each is in the ledger first, under
// a key of its own, and is then carried out like any other write: the issue read afresh and looked at again, sent at
// most once, read back. One that cannot be carried out now (the tracker is away, something stops writes) is by the next
// pass.
func (w *Writer) Revert(ctx context.Context, undos []Undo, contracts []Contract) error {
	if err := w.order(ctx, undos); err != nil {
		return err
	}
	return w.CarryOrders(ctx, contracts)
}

// Undos works out, from the tracker as it is now, what can be taken back of steps that were written, issue by issue. It
// writes nothing.
func (w *Writer) Undos(ctx context.Context, steps []ledger.Entry) ([]Undo, error) {
	var out []Undo
	issues, of := []string{}, map[string][]ledger.Entry{}
	for _, e := range steps {
		if _, reverts := e.Reverts(); reverts || e.Write == nil || e.Receipt == nil { // nothing of it is in the tracker
			continue
		}
		issue := e.On()
		if of[issue] == nil {
			issues = append(issues, issue)
		}
		of[issue] = append(of[issue], e)
	}
	for _, issue := range issues {
		undos, _, err := w.undosOn(ctx, issue, of[issue])
		if err != nil {
			return nil, err
		}
		out = append(out, undos...)
	}
	return out, nil
}

// undosOn works out what can be taken back of steps on one issue, which is read afresh; the history is zero when it is
// gone or hidden.
func (w *Writer) undosOn(ctx context.Context, issue string, steps []ledger.Entry) ([]Undo, connectors.History, error) {
	h, err := w.desk.tracker.History(ctx, issue)
	switch connectors.ClassOf(err) {
	case connectors.Gone, connectors.Hidden:
		return allStay(steps, issue, "the issue is deleted or out of sight"), connectors.History{}, nil
	}
	if err != nil {
		return nil, h, err
	}
	x := undoing{
		self: w.desk.names.Self.ID, h: h, entries: map[string]ledger.Entry{}, chosen: map[string]bool{},
		refuses: w.desk.unassignable, leftOut: w.desk.left[issue].words,
	}
	if x.writes, err = w.ledger.Writes(ctx, w.connection, issue); err != nil {
		return nil, h, err
	}
	for _, e := range steps {
		x.chosen[e.ID], x.entries[e.ID] = true, e
	}
	// what was ordered to be taken back before counts as chosen, too: its part of a shared write is no reason to leave
	// the rest
	all, err := w.ledger.ByIssue(ctx, w.connection, steps[0].Key.Issue)
	if err != nil {
		return nil, h, err
	}
	takenBack := map[string]bool{}
	for _, e := range all {
		if step, ok := e.Reverts(); ok && e.State != enforcer.Withdrawn {
			x.chosen[step.ID()], takenBack[step.ID()] = true, e.State == enforcer.Done
		}
	}
	for _, write := range x.writes {
		for _, id := range write.Entries {
			if _, known := x.entries[id]; !known {
				if x.entries[id], err = w.ledger.Get(ctx, id); err != nil {
					return nil, h, err
				}
			}
		}
	}
	undos := x.all(steps)
	for i, u := range undos {
		switch {
		case takenBack[u.Entry.ID]:
			undos[i] = allStay(steps[i:i+1], issue, "it was taken back before")[0]
		case u.Entry.Key.Obligation == enforcer.Upkeep:
			undos[i] = allStay(steps[i:i+1], issue, "the fields are kept up to date by themselves")[0]
		}
	}
	return undos, h, nil
}

// order records the orders. One that was given before and came to nothing is given again.
func (w *Writer) order(ctx context.Context, undos []Undo) error {
	var orders []ledger.Entry
	for _, u := range undos {
		orders = append(orders, w.orderOf(u))
	}
	recorded, err := w.ledger.Record(ctx, w.now, orders...)
	if err != nil {
		return err
	}
	for i, r := range recorded {
		if r.New || r.State == enforcer.Intended || !r.State.Can(enforcer.Intended) {
			continue
		}
		r.Reason, r.Evidence = orders[i].Reason, orders[i].Evidence
		if _, err := w.ledger.Move(ctx, w.now, enforcer.Intended, r.Entry); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) orderOf(u Undo) ledger.Entry {
	was := u.Entry
	o := ledger.Entry{Entry: enforcer.Entry{
		Key: enforcer.RevertKey(was.Key), IssueKey: was.IssueKey, Subject: was.Subject, State: enforcer.Intended,
		Reason:   enforcer.Because("revert", "a human ordered the step to be taken back"),
		Evidence: was.Evidence,
	}}
	// its moment stays that of the step: so orders come in the order of their steps
	o.DecidedAt, o.Breach, o.Changes = w.now, false, enforcer.Changes{}
	if u.Assign != nil {
		o.Changes.Assign = was.Changes.Assign
	}
	if u.Priority != nil {
		o.Changes.Priority = was.Changes.Priority
	}
	if len(u.Correct) > 0 || u.Made {
		o.Changes.Comment = &enforcer.Comment{
			Audience: was.Audience, Text: mapping.TextCorrection, Source: was.Source,
			Moment: w.now,
		}
	}
	return o
}

// orderGroup is what shares its requests: the orders of one contract about one issue.
type orderGroup struct{ contract, issue, on string }

// CarryOrders carries out the orders that wait.
func (w *Writer) CarryOrders(ctx context.Context, contracts []Contract) error {
	if w.alarms.block != nil {
		return nil
	}
	pending, err := w.ledger.Pending(ctx, w.connection, w.now)
	if err != nil {
		return err
	}
	var groups []orderGroup
	of := map[orderGroup][]ledger.Entry{}
	for _, o := range pending {
		key, is := o.Reverts()
		if !is || o.State == enforcer.Sent || o.State == enforcer.Held && !w.mayGoOn(o) {
			continue
		}
		step, err := w.ledger.Get(ctx, key.ID())
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
		if err := w.TolerateIssueFailure(w.takeBackSteps(ctx, g, of[g], contracts)); err != nil {
			return err
		}
	}
	return nil
}

// mayGoOn reports whether the reason for which an order was held may no longer hold.
func (w *Writer) mayGoOn(o ledger.Entry) bool {
	switch o.Reason.Code {
	case enforcer.HeldBlocked:
		return true
	case enforcer.HeldLeak:
		return w.alarms.leak == nil
	case enforcer.HeldRights:
		project, _, _ := strings.Cut(o.Facts.Against, " ")
		return w.desk.notInternal(project) == ""
	}
	return false
}

// takeBackSteps carries out the orders about one issue, again without a former assignee whom the tracker refuses.
func (w *Writer) takeBackSteps(ctx context.Context, g orderGroup, orders []ledger.Entry, contracts []Contract) error {
	i := slices.IndexFunc(contracts, func(c Contract) bool { return c.ID == g.contract })
	if i < 0 {
		w.report.Problem(orders[0].IssueKey, true, "contract %q is not in the configuration: nothing of it is taken back",
			g.contract)
		return nil
	}
	for again := true; again; {
		var err error
		if orders, err = w.ledger.Afresh(ctx, orders); err != nil {
			return err
		}
		orders = slices.DeleteFunc(orders, func(o ledger.Entry) bool {
			return o.State != enforcer.Intended && o.State != enforcer.Held
		})
		if len(orders) == 0 {
			return nil
		}
		if again, err = w.takeBackOnce(ctx, contracts[i], g.on, orders); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) takeBackOnce(
	ctx context.Context, c Contract, issue string, orders []ledger.Entry,
) (again bool, err error) {
	var steps []ledger.Entry
	for _, o := range orders {
		key, _ := o.Reverts()
		step, err := w.ledger.Get(ctx, key.ID())
		if err != nil {
			return false, err
		}
		steps = append(steps, step)
	}
	undos, h, err := w.undosOn(ctx, issue, steps)
	if err != nil {
		return false, err
	}
	if h.Issue.ID == "" { // gone, or out of sight
		return false, w.dropObsolete(ctx, orders)
	}
	if err := w.desk.mirror.Store(ctx, h, w.clock()); err != nil {
		return false, err
	}
	planned, group, obsolete := w.corrections(c, h, undos, orders)
	if err := w.dropObsolete(ctx, obsolete); err != nil {
		return false, err
	}
	ctx = context.WithoutCancel(ctx)
	for i, p := range planned {
		held := func(o ledger.Entry) bool { return o.State == enforcer.Held }
		freed, err := w.ledger.Move(ctx, w.now, enforcer.Intended,
			slices.DeleteFunc(slices.Clone(group[i]), func(o ledger.Entry) bool {
				return !held(o)
			})...)
		if err != nil {
			return false, err
		}
		ready := append(slices.DeleteFunc(group[i], held), freed...)
		if again, err := w.send(ctx, h.Issue.Key, p, h, ready); err != nil || again {
			return again, err
		}
	}
	return false, nil
}

// corrections renders what the orders come to: at most one comment per audience, the customer's first. Each field goes
// with the first write that has an order to give it back. Orders with nothing left to do are obsolete.
func (w *Writer) corrections(
	c Contract, h connectors.History, undos []Undo, orders []ledger.Entry,
) (out []mapping.Planned, groups [][]ledger.Entry, obsolete []ledger.Entry) {
	posted := StepsPosted(h, w.desk.names.Self.ID)
	against := w.desk.refusalContext(h)
	var public, internal, bare []int
	for i, u := range undos {
		_, told := posted[orders[i].ID]
		switch {
		case !u.Any() || told && u.Assign == nil && u.Priority == nil:
			obsolete = append(obsolete, orders[i])
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
		p := mapping.Planned{Audience: g.audience, Write: connectors.Write{Issue: h.Issue.ID}}
		x := mapping.Correction{Internal: g.audience != enforcer.Public}
		var entries []ledger.Entry
		for _, i := range g.of {
			o := orders[i]
			o.Facts.Against = against
			entries, p.Keys = append(entries, o), append(p.Keys, o.Key)
			if b := undos[i].Assign; b != nil && !done["assign"] {
				p.Write.Assign, x.Assigned, done["assign"] = &b.To, &b.To, true
			}
			if b := undos[i].Priority; b != nil && !done["priority"] {
				p.Write.Priority, x.Priority, done["priority"] = &b.To, &b.To, true
			}
			for _, comment := range undos[i].Correct {
				if !slices.Contains(x.Of, comment.At) {
					x.Of = append(x.Of, comment.At)
				}
			}
		}
		if len(bare) == 0 || g.of[0] != bare[0] {
			x.Keys = p.Keys
			c.Options.Wordings = w.desk.silent()
			p.Write.Comment, p.Notes = c.Mapping.Correct(x, c.Options)
		}
		out, groups = append(out, p), append(groups, entries)
	}
	return out, groups, obsolete
}

// dropObsolete withdraws orders that have nothing left to do, because people or an earlier write did it already.
func (w *Writer) dropObsolete(ctx context.Context, orders []ledger.Entry) error {
	for i := range orders {
		orders[i].Reason = enforcer.Because("nothing-left", "there is nothing left to take back")
	}
	_, err := w.ledger.Move(ctx, w.now, enforcer.Withdrawn, orders...)
	return err
}
