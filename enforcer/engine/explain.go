package engine

import (
	"context"
	"slices"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
)

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

// explain tells the story of one issue.
func (p *reader) explain(ctx context.Context, id string) ([]Explanation, error) {
	m, ok, err := p.mirrored(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	x := Explanation{Connection: p.conn.ID, History: m.history, State: m.entry.State, Directory: p.names}
	if x.Entries, err = p.ledger.ByIssue(ctx, p.conn.ID, id); err != nil {
		return nil, err
	}
	var out []Explanation
	for _, c := range p.contracts {
		ev := p.evaluate(c, m)
		if !ev.Covered {
			continue
		}
		this := x
		this.Contract, this.Evaluation = c.Contract.Contract, ev
		this.Entries = slices.DeleteFunc(slices.Clone(x.Entries), func(e ledger.Entry) bool { return e.Key.Contract != c.ID })
		out = append(out, this)
	}
	whole, err := p.explainContractLevel(ctx, x, m)
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

// explainContractLevel tells of an issue what it is to the contracts as a whole: one that was made for a period of a
// duty, or the one that is told of the cost of changes.
func (p *reader) explainContractLevel(ctx context.Context, x Explanation, m mirrored) ([]Explanation, error) {
	entries, err := p.ledger.ByIssue(ctx, p.conn.ID, contractScope)
	if err != nil {
		return nil, err
	}
	var out []Explanation
	for _, c := range p.contracts {
		request := c.request(p.conn.ID, m).At(p.now)
		request.Issue = contractScope // under which its steps stand in the ledger
		request.Moments = slices.Clone(request.Moments)
		for i := range request.Moments {
			request.Moments[i].State.Severity = "" // which only requests have
		}
		this := x
		this.Contract, this.Entries = c.Contract.Contract, nil
		this.Evaluation = enforcer.Evaluation{
			Contract: c.Contract.Contract, Request: &request, Now: p.now,
			State: request.State(), Covered: true,
		}
		duties, err := newContractLevel(p.snapshot, c, decide.Blocks{}, nil, nil, nil).duties(ctx)
		if err != nil {
			return nil, err
		}
		made := func(k enforcer.StepKey) bool { // whether the issue was made for the period of a step
			if duties == nil {
				return false
			}
			r := duties.run(k)
			return r != nil && r.made == m.history.Issue.ID
		}
		tells := func(k enforcer.StepKey) bool { // whether a step is about this issue
			if k.Contract != c.ID {
				return false
			}
			if o := c.capped(); o != nil && o.ID == k.Obligation {
				return c.Account.WatchIssue == m.history.Issue.Key
			}
			return made(k)
		}
		if duties != nil {
			for _, x := range duties.Evaluation.Cycles {
				if made(enforcer.StepKey{Obligation: x.Obligation.ID, Cycle: x.ID}) {
					this.Evaluation.Cycles = append(this.Evaluation.Cycles, x)
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
