package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// Plan is what would be written now, or as of another moment.
type Plan struct {
	Connection string
	Now        time.Time
	MirroredAt time.Time // when the mirror was last complete, tracker's time
	Entries    []ledger.Entry
}

// Plan works out, from the mirror alone, what the next pass would write, what waits and what is held. It sends
// nothing and records nothing. With a non-zero at it answers as of that moment, ignoring what happened later.
func (e *Engine) Plan(ctx context.Context, at time.Time) ([]Plan, error) {
	var plans []Plan
	_, err := e.each(func(c Connection) (Report, error) {
		p, err := e.look(ctx, c, at)
		if err != nil {
			return Report{}, err
		}
		plan := Plan{Connection: c.ID, Now: p.now}
		cursor, err := e.mirror.Cursor(ctx, c.ID)
		if err != nil {
			return Report{}, err
		}
		plan.MirroredAt = cursor.CompleteAt
		for _, v := range p.views {
			ids, err := p.candidates(ctx, v)
			if err != nil {
				return Report{}, err
			}
			for _, id := range ids {
				entries, err := p.planned(ctx, v, id)
				if err != nil {
					return Report{}, err
				}
				plan.Entries = append(plan.Entries, entries...)
			}
			entries, err := p.plannedWhole(ctx, v, ids)
			if err != nil {
				return Report{}, err
			}
			plan.Entries = append(plan.Entries, entries...)
		}
		slices.SortStableFunc(plan.Entries, func(a, b ledger.Entry) int { return a.Moment.Compare(b.Moment) })
		plans = append(plans, plan)
		return p.report, nil
	})
	return plans, err
}

// look prepares a pass that only reads: bound contracts, lines as they are, no request.
func (e *Engine) look(ctx context.Context, c Connection, at time.Time) (*pass, error) {
	p := &pass{e: e, conn: c, now: at.UTC(), asOf: !at.IsZero(), reads: true, report: Report{Connection: c.ID}}
	if at.IsZero() {
		p.now = e.now(c.Tracker)
	}
	d, ok, err := e.mirror.Directory(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("nothing is mirrored yet; run 'slabridge sync' first")
	}
	if p.views, _, err = e.bind(ctx, c.ID, d); err != nil {
		return nil, err
	}
	p.names = d
	for _, v := range p.views {
		line, err := e.ledger.Line(ctx, c.ID, v.ID)
		switch {
		case errors.Is(err, ledger.ErrNotFound):
			line.FirstPassAt = p.now
		case err != nil:
			return nil, err
		}
		v.line = enforcer.Cutover{EnforceFrom: line.FirstPassAt, PassedAt: line.PassedAt}
		if !v.EnforceFrom.IsZero() {
			v.line.EnforceFrom = v.EnforceFrom
		}
		v.stale = !at.IsZero() || line.Fingerprint != v.Fingerprint
		if line.PassedAt.After(p.now) {
			v.line.PassedAt = time.Time{}
		}
	}
	return p, nil
}

// planned is what would be written about one issue, a step at a time, in words.
func (p *pass) planned(ctx context.Context, v *view, id string) ([]ledger.Entry, error) {
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, id)
	if err != nil || !ok {
		return nil, err
	}
	f, _, err := p.find(ctx, v, m)
	if err != nil {
		return nil, err
	}
	p.tally(v, &f, m)
	var out []ledger.Entry
	for _, d := range f.with(enforcer.Intended, enforcer.Waiting, enforcer.Held) {
		e := f.entry(d)
		for _, w := range f.writes(m.history, []enforcer.Decision{d}, p.e.writeOptions(v)) {
			e.Write = &w.Write
		}
		out = append(out, e)
	}
	return out, nil
}

// plannedWhole is what would be written about the contract as a whole.
func (p *pass) plannedWhole(ctx context.Context, v *view, ids []string) ([]ledger.Entry, error) {
	found, err := p.whole(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	var out []ledger.Entry
	for _, f := range found {
		for _, d := range f.with(enforcer.Intended, enforcer.Waiting, enforcer.Held) {
			e := f.entry(d)
			if e.Write, err = p.wholeWrite(ctx, &f, d); err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	return out, nil
}

// wholeWrite renders one decision about the contract as a whole; nil where that cannot be done.
func (p *pass) wholeWrite(ctx context.Context, f *finding, d enforcer.Decision) (*connectors.Write, error) {
	r := f.runs[d.Key.Cycle]
	if d.Changes.Action == enforcer.ActionCreate {
		issue, problems := p.newIssue(f, &r, &d)
		if anyFatal(problems) {
			return nil, nil
		}
		return &connectors.Write{Create: &issue}, nil
	}
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, cmp.Or(r.made, f.watch))
	if err != nil || !ok {
		return nil, err
	}
	about := *f
	about.request = f.view.request(p.conn.ID, m.history, m.entry)
	for _, w := range about.writes(m.history, []enforcer.Decision{d}, p.e.writeOptions(f.view)) {
		return &w.Write, nil
	}
	return nil, nil
}

// Explanation is everything there is to say of one issue.
type Explanation struct {
	Connection string
	Contract   *enforcer.Contract
	History    connectors.History
	State      mirror.State
	Evaluation enforcer.Evaluation
	Entries    []ledger.Entry
	Directory  connectors.Directory
}

// Explain tells the story of an issue, by its key, under each contract that covers or covered it, as of at (now
// when zero). When no contract covers it, one Explanation without a contract is given.
func (e *Engine) Explain(ctx context.Context, key string, at time.Time) ([]Explanation, error) {
	var out []Explanation
	found := false
	_, err := e.each(func(c Connection) (Report, error) {
		p, err := e.look(ctx, c, at)
		if err != nil {
			return Report{}, err
		}
		id, ok, err := e.mirror.IDByKey(ctx, c.ID, key)
		if err != nil || !ok {
			return Report{}, err
		}
		found = true
		more, err := p.explain(ctx, id)
		out = append(out, more...)
		return Report{}, err
	})
	if err == nil && !found {
		err = fmt.Errorf("issue %q is not in the mirror", key)
	}
	return out, err
}

func (p *pass) explain(ctx context.Context, id string) ([]Explanation, error) {
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, id)
	if err != nil || !ok {
		return nil, err
	}
	d, _, err := p.e.mirror.Directory(ctx, p.conn.ID)
	if err != nil {
		return nil, err
	}
	x := Explanation{Connection: p.conn.ID, History: m.history, State: m.entry.State, Directory: d}
	if x.Entries, err = p.e.ledger.ByIssue(ctx, p.conn.ID, id); err != nil {
		return nil, err
	}
	var out []Explanation
	for _, v := range p.views {
		f, covered, err := p.find(ctx, v, m)
		if err != nil {
			return nil, err
		}
		if !covered {
			continue
		}
		this := x
		this.Contract, this.Evaluation = v.Contract.Contract, f.ev
		this.Entries = slices.DeleteFunc(slices.Clone(x.Entries), func(e ledger.Entry) bool { return e.Key.Contract != v.ID })
		out = append(out, this)
	}
	whole, err := p.explainWhole(ctx, x, m)
	if err != nil {
		return nil, err
	}
	for _, w := range whole {
		i := slices.IndexFunc(out, func(x Explanation) bool { return x.Contract == w.Contract })
		if i < 0 {
			out = append(out, w)
			continue
		}
		out[i].Entries = append(out[i].Entries, w.Entries...) // a request that is told of the cost of changes besides
	}
	if len(out) == 0 {
		out = append(out, x)
	}
	return out, nil
}

// explainWhole tells of an issue what it is to the contracts as a whole: one that was made for a period of a duty, or the
// one that is told of the cost of changes.
func (p *pass) explainWhole(ctx context.Context, x Explanation, m mirrored) ([]Explanation, error) {
	entries, err := p.e.ledger.ByIssue(ctx, p.conn.ID, wholeContract)
	if err != nil {
		return nil, err
	}
	var out []Explanation
	for _, v := range p.views {
		request := v.request(p.conn.ID, m.history, m.entry).At(p.now)
		request.Issue = wholeContract // under which its steps stand in the ledger
		request.Moments = slices.Clone(request.Moments)
		for i := range request.Moments {
			request.Moments[i].State.Severity = "" // which only requests have
		}
		this := x
		this.Contract, this.Entries = v.Contract.Contract, nil
		this.Evaluation = enforcer.Evaluation{Contract: v.Contract.Contract, Request: &request, Now: p.now, State: request.State(), Covered: true}
		duties, err := p.duties(ctx, v, nil, true)
		if err != nil {
			return nil, err
		}
		tells := func(k enforcer.StepKey) bool { // whether a step is about this issue
			if k.Contract != v.ID {
				return false
			}
			if o := v.capped(); o != nil && o.ID == k.Obligation {
				return v.Account.WatchIssue == m.history.Issue.Key
			}
			return duties != nil && duties.runs[k.Cycle].made == m.history.Issue.ID
		}
		if duties != nil {
			for _, c := range duties.ev.Cycles {
				if duties.runs[c.ID].made == m.history.Issue.ID {
					this.Evaluation.Cycles = append(this.Evaluation.Cycles, c)
				}
			}
		}
		for _, e := range entries {
			if tells(e.Key) {
				this.Entries = append(this.Entries, e)
			}
		}
		if len(this.Entries)+len(this.Evaluation.Cycles) > 0 {
			out = append(out, this)
		}
	}
	return out, nil
}

// Running lists the requests with running cycles, as of at, or as of the last pass when at is zero.
func (e *Engine) Running(ctx context.Context, at time.Time) ([]ledger.Item, error) {
	if at.IsZero() {
		return e.ledger.Running(ctx)
	}
	var out []ledger.Item
	_, err := e.each(func(c Connection) (Report, error) {
		p, err := e.look(ctx, c, at)
		if err != nil {
			return Report{}, err
		}
		for _, v := range p.views {
			ids, err := p.candidates(ctx, v)
			if err != nil {
				return Report{}, err
			}
			for _, id := range ids {
				f, covered, err := p.look(ctx, v, id)
				if err != nil {
					return Report{}, err
				}
				if covered && !soonest(f.item()).IsZero() {
					out = append(out, f.item())
				}
			}
			whole, err := p.whole(ctx, v, ids)
			if err != nil {
				return Report{}, err
			}
			for _, f := range whole { // an account runs as long as its contract
				if f.runs != nil && !soonest(f.item()).IsZero() {
					out = append(out, f.item())
				}
			}
		}
		return p.report, nil
	})
	slices.SortStableFunc(out, func(a, b ledger.Item) int { return soonest(a).Compare(soonest(b)) })
	return out, err
}

// never sorts after every due.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// soonest is the soonest due of an item's running cycles: never when none has a due, zero when none runs.
func soonest(it ledger.Item) time.Time {
	var at time.Time
	for _, c := range it.Cycles {
		if c.State != enforcer.Running && c.State != enforcer.Paused {
			continue
		}
		due := c.Due
		if due.IsZero() {
			due = never
		}
		if at.IsZero() || due.Before(at) {
			at = due
		}
	}
	return at
}
