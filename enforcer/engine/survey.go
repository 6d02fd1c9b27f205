package engine

import (
	"context"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

// Survey goes through the mirrored requests of a contract, as of at, or of now when that is zero. It reads only.
func (e *Engine) Survey(ctx context.Context, contract string, from, to, at time.Time) (report.Survey, error) {
	var s report.Survey
	_, err := e.each(func(c Connection) (Report, error) {
		p, err := e.look(ctx, c, at)
		if err != nil {
			return Report{}, err
		}
		for _, v := range p.views {
			if v.ID != contract {
				continue
			}
			made := report.NewSurvey(v.Contract.Contract, from, to)
			if err := p.survey(ctx, v, made); err != nil {
				return Report{}, err
			}
			s = *made
		}
		return Report{}, nil
	})
	return s, err
}

// survey adds every mirrored request of a contract to a survey, then what was spent.
func (p *pass) survey(ctx context.Context, v *view, s *report.Survey) error {
	for entry, err := range p.e.mirror.Issues(ctx, p.conn.ID) {
		if err != nil {
			return err
		}
		m, ok, err := p.e.mirrored(ctx, p.conn.ID, entry.ID)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		r := v.request(p.conn.ID, m.history, m.entry)
		r.Elsewhere = p.elsewhere(v, m)
		ev := enforcer.Evaluate(v.Contract.Contract, &r, p.at(&r))
		if err := s.Add(&ev); err != nil {
			return err
		}
	}
	return s.Sum(func(o *enforcer.Obligation) (*report.Spent, error) {
		if v.Account == nil {
			return nil, nil
		}
		spent, requests, err := p.e.ledger.Tally(ctx, p.conn.ID, v.ID, o.ID, v.term())
		if err != nil {
			return nil, err
		}
		return &report.Spent{
			Spending: enforcer.Spending{Obligation: o, Period: v.term(), Spent: spent, Sum: v.Account.Sum, Requests: requests},
			Currency: v.Account.Currency,
		}, nil
	})
}
