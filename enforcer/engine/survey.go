package engine

import (
	"context"

	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/report"
)

// survey adds every mirrored request of a contract to a survey, then what was spent.
func (p *reader) survey(ctx context.Context, c *contract, s *report.Survey) error {
	if !c.unwatched {
		s.Watched = c.watched
	}
	for m, err := range p.all(ctx) {
		if err != nil {
			return err
		}
		if issue := &m.history.Issue; !issue.Private {
			s.Shown[issue.Key] = true
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
		judged, err := verdicts{p.snapshot}.judged(ctx, &f)
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
