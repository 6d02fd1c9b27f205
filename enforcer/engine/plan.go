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
	OnHold     []OnHold  // requests about which nothing is written for now
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
	if plan.OnHold, err = onHold(ctx, &p.source, p.now); err != nil {
		return plan, err
	}
	pending := map[string][]string{}
	for _, c := range p.contracts {
		if pending[c.ID], err = p.ledger.PendingIssues(ctx, p.conn.ID, c.ID); err != nil {
			return plan, err
		}
	}
	candidates, err := p.candidates(ctx, pending)
	if err != nil {
		return plan, err
	}
	for _, c := range p.contracts {
		var tallies []ledger.Tally
		for read, err := range p.several(ctx, candidates.of[c.ID]) {
			if err != nil {
				return plan, err
			}
			for _, id := range read.ids {
				m, ok := read.of[id]
				if !ok {
					continue
				}
				entries, tally, err := p.planned(ctx, c, m)
				if err != nil {
					return plan, err
				}
				plan.Entries, tallies = append(plan.Entries, entries...), append(tallies, tally...)
			}
		}
		entries, err := p.plannedContractLevel(ctx, c, candidates.forWhole(c), tallies)
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
func (p *reader) planned(ctx context.Context, c *contract, m mirrored) ([]ledger.Entry, []ledger.Tally, error) {
	f, err := p.find(ctx, c, m, decide.Blocks{Mapping: c.fatal})
	if err != nil {
		return nil, nil, err
	}
	var tallies []ledger.Tally
	if t, _, ok := c.tally(&f); ok {
		tallies = append(tallies, t)
	}
	out, err := p.inWords(ctx, c, &f)
	return out, tallies, err
}

// inWords is what would be written of a finding, a step at a time.
func (p *reader) inWords(ctx context.Context, c *contract, f *finding) ([]ledger.Entry, error) {
	expected, err := p.expectedEntries(ctx, f)
	if err != nil {
		return nil, err
	}
	var out []ledger.Entry
	for _, d := range f.Decisions {
		e := expected[d.Key]
		if !slices.Contains(open, e.State) {
			continue
		}
		for _, w := range c.words().Render(*f.Evaluation.Request, f.history, []enforcer.Decision{asWritten(d)}, f.fields) {
			e.Write = &w.Write
		}
		out = append(out, e)
	}
	return out, nil
}

// asWritten is a decision as it is rendered: what waits for an opening or is held has the words that it would be
// written with now.
func asWritten(d enforcer.Decision) enforcer.Decision {
	if d.State == enforcer.Waiting || d.State == enforcer.Held {
		d.State = enforcer.Intended
	}
	return d
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
		expected, err := p.expectedEntries(ctx, &f)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decisions {
			e := expected[d.Key]
			if !slices.Contains(open, e.State) {
				continue
			}
			if e.Write, err = p.plannedWrite(ctx, &f, asWritten(d)); err != nil {
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
		c := p.byID[x.Key.Contract]
		if x.Write != nil || x.Key.Issue == contractScope || x.Key.Connection != p.conn.ID || c == nil {
			continue
		}
		m, ok, err := p.mirrored(ctx, x.Key.Issue)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		planned, _, err := p.planned(ctx, c, m)
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

// running lists the requests with running cycles. What the last pass knew of a request holds until something changes
// it or its next moment comes: only those are evaluated. An account runs as long as its contract and is left out.
func (p *reader) running(ctx context.Context) ([]enforcer.AgendaItem, error) {
	type request struct{ contract, issue string }
	seen := map[request]bool{}
	var out []enforcer.AgendaItem
	add := func(it enforcer.AgendaItem) {
		if !soonest(it).IsZero() {
			out = append(out, it)
		}
	}
	candidates, err := p.candidates(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, c := range p.contracts {
		seen[request{c.ID, contractScope}] = true
		for read, err := range p.several(ctx, candidates.of[c.ID]) {
			if err != nil {
				return nil, err
			}
			for _, id := range read.ids {
				seen[request{c.ID, id}] = true
				m, ok := read.of[id]
				if !ok {
					continue
				}
				f, err := p.find(ctx, c, m, decide.Blocks{})
				if err != nil {
					return nil, err
				}
				if !f.Evaluation.Covered {
					continue
				}
				it, err := verdicts{p.snapshot}.agendaItem(ctx, &f)
				if err != nil {
					return nil, err
				}
				add(it)
			}
		}
		whole, err := newContractLevel(p.snapshot, c, decide.Blocks{}, candidates.forWhole(c), nil, nil).find(ctx)
		if err != nil {
			return nil, err
		}
		for i := range whole {
			if whole[i].runs == nil {
				continue
			}
			it, err := verdicts{p.snapshot}.agendaItem(ctx, &whole[i])
			if err != nil {
				return nil, err
			}
			add(it)
		}
	}
	if p.asOf {
		return out, nil
	}
	known, err := p.ledger.Running(ctx)
	for _, it := range known {
		if it.Connection == p.conn.ID && !seen[request{it.Contract, it.Issue}] {
			add(it)
		}
	}
	return out, err
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

// expectedEntries gives the entries that the next pass would have of what is decided, as it would leave them: decided
// now, or decided before and still held, waiting out a back-off, or asked about. What plan lists and what explain says
// of a step come from here alone.
func (p *reader) expectedEntries(ctx context.Context, f *finding) (map[enforcer.StepKey]ledger.Entry, error) {
	pending, err := p.pendingEntries(ctx, f)
	if err != nil {
		return nil, err
	}
	out := make(map[enforcer.StepKey]ledger.Entry, len(f.Decisions))
	for _, d := range f.Decisions {
		now := ledger.Entry{Entry: f.Entry(d)}
		if was, ok := pending[d.Key]; ok {
			now.Entry = revised(f, was.Entry, now.Entry)
			now.Tries, now.RecordedAt, now.ReleasedAt = was.Tries, was.RecordedAt, was.ReleasedAt
		}
		out[d.Key] = now
	}
	return out, nil
}

// revised is what a pass would make of a pending entry that is decided again: it rests on what was found now, but a
// pass does not always follow (decide.Blocks.Revise).
func revised(f *finding, was, now enforcer.Entry) enforcer.Entry {
	if _, to := f.Blocks.Revise(was, now); to != "" {
		return now
	}
	if was.State != now.State {
		now.State, now.Reason = was.State, was.Reason
	}
	now.NotBefore = was.NotBefore
	return now
}

// pendingEntries are those of a finding's contract that are not done, by their steps. As of an earlier moment nothing
// is known of how they were held then.
func (p *reader) pendingEntries(ctx context.Context, f *finding) (map[enforcer.StepKey]ledger.Entry, error) {
	if p.asOf {
		return nil, nil
	}
	entries, err := p.ledger.ByIssue(ctx, p.conn.ID, f.Evaluation.Request.Issue)
	if err != nil {
		return nil, err
	}
	out := map[enforcer.StepKey]ledger.Entry{}
	for _, e := range entries {
		if e.Key.Contract == f.contract.ID && e.State.Open() {
			out[e.Key] = e
		}
	}
	return out, nil
}

// stepStates say what became, or would become with the next pass, of each step of a finding's cycles that is decided
// or was recorded. What is pending and no longer called for is not there.
func (p *reader) stepStates(ctx context.Context, f *finding) (map[enforcer.StepKey]enforcer.EntryState, error) {
	decided, err := p.expectedEntries(ctx, f)
	if err != nil {
		return nil, err
	}
	out := map[enforcer.StepKey]enforcer.EntryState{}
	r := f.Evaluation.Request
	for _, c := range f.Evaluation.Cycles {
		for _, s := range c.Steps {
			k := f.Evaluation.Contract.StepKey(r.Connection, r.Issue, c.Obligation.ID, c.ID, s.Step.ID)
			was := enforcer.EntryState("")
			if f.Recorded != nil {
				was = f.Recorded(k).State
			}
			switch e, ok := decided[k]; {
			case ok:
				out[k] = e.State
			case was != "" && (!was.Open() || was == enforcer.Sent):
				out[k] = was
			}
		}
	}
	return out, nil
}
