package engine

import (
	"context"
	"slices"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// verdicts finds which verdicts hold of what was found.
type verdicts struct{ *snapshot }

// shown is a finding whose cycles carry the verdicts that hold for them, as in the report.
func (p verdicts) shown(ctx context.Context, f *finding) (*finding, error) {
	if f.contract.unwatched || f.contract.cutover.PassedAt.IsZero() && !p.asOf { // nothing has been judged yet
		return f, nil
	}
	judged, err := p.judged(ctx, f)
	if err != nil {
		return nil, err
	}
	out := *f
	out.Evaluation.Cycles = slices.Clone(f.Evaluation.Cycles)
	for i := range judged {
		v := &judged[i]
		if c := out.Cycle(v.SameCycleKey()); c != nil {
			enforcer.ShowVerdict(&out.Evaluation, c, v)
		}
	}
	return &out, nil
}

// agendaItem is what the agenda keeps of a finding.
func (p verdicts) agendaItem(ctx context.Context, f *finding) (enforcer.AgendaItem, error) {
	shown, err := p.shown(ctx, f)
	if err != nil {
		return enforcer.AgendaItem{}, err
	}
	return shown.Item(), nil
}

// putOnAgenda replaces what the agenda keeps of a finding's request.
func (p verdicts) putOnAgenda(ctx context.Context, f *finding) error {
	it, err := p.agendaItem(ctx, f)
	if err != nil {
		return err
	}
	return p.ledger.SetAgenda(ctx, it)
}

// judged gives the verdicts on a request's cycles as a pass made now would leave them: what the ledger has, and what
// it would add. The history from before anybody watched, of which it keeps nothing, is judged anew each time.
func (p verdicts) judged(ctx context.Context, f *finding) ([]enforcer.Verdict, error) {
	last, err := p.lastVerdicts(ctx, f)
	if err != nil {
		return nil, err
	}
	var out []enforcer.Verdict
	for _, v := range f.Judgements() {
		v.JudgedAt, v.Number = p.now, 1
		was := last[v.SameCycleKey()]
		if was != nil && v.State == enforcer.NotJudged && was.State != enforcer.NotJudged { // no fault undoes a verdict
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
func (p verdicts) lastVerdicts(ctx context.Context, f *finding) (map[enforcer.StepKey]*enforcer.Verdict, error) {
	out := map[enforcer.StepKey]*enforcer.Verdict{}
	filter := ledger.VerdictFilter{Connection: p.conn.ID, Contract: f.contract.ID, Issue: f.Evaluation.Request.Issue}
	read := func(filter ledger.VerdictFilter) error {
		for v, err := range p.ledger.Verdicts(ctx, filter) {
			if err != nil {
				return err
			}
			if !p.asOf || !v.JudgedAt.After(p.now) {
				out[v.SameCycleKey()] = &v
			}
		}
		return nil
	}
	if filter.Issue != contractScope {
		return out, read(filter)
	}
	for i := range f.contract.Obligations { // an empty issue would choose those of all requests
		if o := &f.contract.Obligations[i]; o.Kind == enforcer.Duty {
			filter.Obligation = o.ID
			if err := read(filter); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
