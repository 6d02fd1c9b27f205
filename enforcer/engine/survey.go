package engine

import (
	"context"

	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// survey adds every mirrored request of a contract to a survey, then what was spent.
func (p *reader) survey(ctx context.Context, c *contract, s *report.Survey) error {
	if !c.unwatched {
		s.Watched = c.watched
	}
	for entry, err := range p.mirror.Issues(ctx, p.conn.ID) {
		if err != nil {
			return err
		}
		m, ok, err := p.mirrored(ctx, entry.ID)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		f, err := p.find(ctx, c, m, decide.Blocks{Mapping: c.fatal})
		if err != nil {
			return err
		}
		if err := s.Add(&f.Evaluation); err != nil {
			return err
		}
		if !f.Evaluation.Covered {
			continue
		}
		judged, err := p.judged(ctx, &f)
		if err != nil {
			return err
		}
		s.AddVerdicts(judged...)
	}
	return s.Sum(func(o *enforcer.Obligation) (*report.Spent, error) {
		if c.Account == nil {
			return nil, nil
		}
		spent, requests, err := p.ledger.Tally(ctx, p.conn.ID, c.ID, o.ID, c.term())
		if err != nil {
			return nil, err
		}
		return &report.Spent{
			Spending: enforcer.Spending{Obligation: o, Period: c.term(), Spent: spent, Sum: c.Account.Sum, Requests: requests},
			Currency: c.Account.Currency,
		}, nil
	})
}

// judged gives the verdicts on a request's cycles as a pass made now would leave them: what the ledger has, and what
// it would add. The history from before anybody watched, of which it keeps nothing, is judged anew each time.
func (p *reader) judged(ctx context.Context, f *finding) ([]enforcer.Verdict, error) {
	last, err := p.lastVerdicts(ctx, f)
	if err != nil {
		return nil, err
	}
	var out []enforcer.Verdict
	for _, v := range f.Judgements() {
		v.JudgedAt, v.Number = p.now, 1
		was := last[v.SameCycleKey()]
		if was != nil && v.State == enforcer.NotJudged && was.State != enforcer.NotJudged { // a fault takes no verdict back
			out = append(out, *was)
			continue
		}
		made, news := v.Supersedes(was)
		switch {
		case news && was != nil:
			made.Number = was.Number + 1
			out = append(out, made)
		case news:
			out = append(out, made)
		case was != nil:
			out = append(out, *was)
		}
	}
	return out, nil
}

// lastVerdicts are the last records of a request's cycles, as known at the snapshot's moment.
func (p *reader) lastVerdicts(ctx context.Context, f *finding) (map[enforcer.StepKey]*enforcer.Verdict, error) {
	out := map[enforcer.StepKey]*enforcer.Verdict{}
	filter := ledger.VerdictFilter{Connection: p.conn.ID, Contract: f.contract.ID, Issue: f.Evaluation.Request.Issue}
	for v, err := range p.ledger.Verdicts(ctx, filter) {
		if err != nil {
			return nil, err
		}
		if !p.asOf || !v.JudgedAt.After(p.now) {
			out[v.SameCycleKey()] = &v
		}
	}
	return out, nil
}
