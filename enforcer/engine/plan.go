package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
)

// Plan is what would be written now, or as of another moment.
type Plan struct {
	Connection string
	Now        time.Time
	MirroredAt time.Time // when the mirror was last complete, tracker's time
	Entries    []ledger.Entry
}

// reader answers questions about one connection from what is mirrored and kept. It writes nothing and asks no tracker.
type reader struct{ *snapshot }

// plan works out what the next pass would write, what waits and what is held.
func (p *reader) plan(ctx context.Context) (Plan, error) {
	plan := Plan{Connection: p.conn.ID, Now: p.now}
	cursor, err := p.mirror.Cursor(ctx, p.conn.ID)
	if err != nil {
		return plan, err
	}
	plan.MirroredAt = cursor.CompleteAt
	for _, c := range p.contracts {
		ids, err := p.candidates(ctx, c, nil)
		if err != nil {
			return plan, err
		}
		var tallies []ledger.Tally
		for _, id := range ids {
			entries, tally, err := p.planned(ctx, c, id)
			if err != nil {
				return plan, err
			}
			plan.Entries, tallies = append(plan.Entries, entries...), append(tallies, tally...)
		}
		entries, err := p.plannedContractLevel(ctx, c, ids, tallies)
		if err != nil {
			return plan, err
		}
		plan.Entries = append(plan.Entries, entries...)
	}
	slices.SortStableFunc(plan.Entries, func(a, b ledger.Entry) int { return a.Moment.Compare(b.Moment) })
	return plan, nil
}

// open are the states of what is still to be written.
var open = []enforcer.EntryState{enforcer.Intended, enforcer.Waiting, enforcer.Held}

// planned is what would be written about one issue, a step at a time, in words, and what it adds to the cost of
// changes.
func (p *reader) planned(ctx context.Context, c *contract, id string) ([]ledger.Entry, []ledger.Tally, error) {
	m, ok, err := p.mirrored(ctx, id)
	if err != nil || !ok {
		return nil, nil, err
	}
	f, err := p.find(ctx, c, m, decide.Blocks{Mapping: c.fatal})
	if err != nil {
		return nil, nil, err
	}
	var tallies []ledger.Tally
	if t, _, ok := c.tally(&f); ok {
		tallies = append(tallies, t)
	}
	var out []ledger.Entry
	for _, d := range f.In(open...) {
		e := ledger.Entry{Entry: f.Entry(d)}
		for _, w := range c.words().Render(*f.Evaluation.Request, f.history, []enforcer.Decision{d}, f.fields) {
			e.Write = &w.Write
		}
		out = append(out, e)
	}
	return out, tallies, nil
}

// plannedContractLevel is what would be written about the contract as a whole.
func (p *reader) plannedContractLevel(
	ctx context.Context, c *contract, ids []string, tallies []ledger.Tally,
) ([]ledger.Entry, error) {
	found, err := newContractLevel(p.snapshot, c, decide.Blocks{Mapping: c.fatal}, ids, nil, tallies).find(ctx)
	if err != nil {
		return nil, err
	}
	var out []ledger.Entry
	for _, f := range found {
		for _, d := range f.In(open...) {
			e := ledger.Entry{Entry: f.Entry(d)}
			if e.Write, err = p.plannedWrite(ctx, &f, d); err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	return out, nil
}

// plannedWrite renders one decision about the contract as a whole; nil where that cannot be done.
func (p *reader) plannedWrite(ctx context.Context, f *finding, d enforcer.Decision) (*connectors.Write, error) {
	r, on := f.run(d.Key), f.watch
	if d.Changes.Action == enforcer.ActionCreate {
		issue, problems := f.newIssue(r, &d, nil)
		if anyFatal(problems) {
			return nil, nil
		}
		return &connectors.Write{Create: &issue}, nil
	}
	if r != nil {
		on = cmp.Or(r.made, on)
	}
	m, ok, err := p.mirrored(ctx, on)
	if err != nil || !ok {
		return nil, err
	}
	for _, w := range f.contract.words().Render(f.contract.request(p.conn.ID, m), m.history, []enforcer.Decision{d}, nil) {
		return &w.Write, nil
	}
	return nil, nil
}

// addWrites renders what would be written for the entries of the connection that are not written yet, as it stands now.
func (p *reader) addWrites(ctx context.Context, entries []ledger.Entry) error {
	for i, x := range entries {
		at := slices.IndexFunc(p.contracts, func(c *contract) bool { return c.ID == x.Key.Contract })
		if x.Write != nil || x.Key.Issue == contractScope || x.Key.Connection != p.conn.ID || at < 0 {
			continue
		}
		planned, _, err := p.planned(ctx, p.contracts[at], x.Key.Issue)
		if err != nil {
			return err
		}
		for _, n := range planned {
			if n.Key == x.Key {
				entries[i].Write = n.Write
			}
		}
	}
	return nil
}

// runningAsOf lists the requests with running cycles. An account runs as long as its contract and is left out.
func (p *reader) runningAsOf(ctx context.Context) ([]enforcer.AgendaItem, error) {
	var out []enforcer.AgendaItem
	add := func(it enforcer.AgendaItem) {
		if !soonest(it).IsZero() {
			out = append(out, it)
		}
	}
	for _, c := range p.contracts {
		ids, err := p.candidates(ctx, c, nil)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			m, ok, err := p.mirrored(ctx, id)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			f, err := p.find(ctx, c, m, decide.Blocks{})
			if err == nil && f.Evaluation.Covered { // one that cannot be judged runs nowhere
				add(f.Item())
			}
		}
		whole, err := newContractLevel(p.snapshot, c, decide.Blocks{}, ids, nil, nil).find(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range whole {
			if f.runs != nil {
				add(f.Item())
			}
		}
	}
	return out, nil
}

// never sorts after every deadline.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// soonest is the soonest deadline of an item's running cycles: never when none has one, zero when none runs.
func soonest(it enforcer.AgendaItem) time.Time {
	switch at, running := it.Soonest(); {
	case running == 0:
		return time.Time{}
	case at.IsZero():
		return never
	default:
		return at
	}
}
