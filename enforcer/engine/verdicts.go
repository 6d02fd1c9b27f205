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
	if p.nothingJudged(f) {
		return f, nil
	}
	last, err := p.lastVerdicts(ctx, f)
	if err != nil {
		return nil, err
	}
	return p.shownBy(f, last)
}

// nothingJudged reports whether no pass has judged anything of the finding's contract yet.
func (p verdicts) nothingJudged(f *finding) bool {
	return f.contract.unwatched || f.contract.cutover.PassedAt.IsZero() && !p.asOf
}

// shownBy is shown with the last records of the cycles. The verdicts that cycles show have no Facts unless the snapshot
// only reads: a pass shows them to nobody.
func (p verdicts) shownBy(f *finding, last lastRecords) (*finding, error) {
	if !p.reads && !f.Blocks.Mapping && len(last) == 0 {
		return f, nil // what would be recorded now is what the cycles show
	}
	judged, err := p.judgedBy(f, last)
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
	return p.judgedBy(f, last)
}

// judgedBy is judged with the last records of the cycles. For a pass it leaves out the cycles without one, which show
// what would be recorded of them, and the Facts of those that stand. What would be added has no reasons.
func (p verdicts) judgedBy(f *finding, last lastRecords) (out []enforcer.Verdict, err error) {
	asked := func(k enforcer.StepKey) bool { return p.reads || f.Blocks.Mapping || last[k] != nil }
	for _, v := range f.Judgements(asked) {
		v.JudgedAt, v.Number = p.now, 1
		stored := last[v.SameCycleKey()]
		if stored == nil {
			if made, news := v.Supersedes(nil); news {
				out = append(out, made)
			}
			continue
		}
		was := stored.Verdict
		if p.reads || !v.AddsNothing(&was) {
			if was, err = stored.Whole(); err != nil {
				return nil, err
			}
		}
		if v.State == enforcer.NotJudged && was.State != enforcer.NotJudged { // no fault undoes a verdict
			out = append(out, was)
			continue
		}
		made, news := v.Supersedes(&was)
		if !news {
			made = was
		} else {
			made.Number = was.Number + 1
		}
		out = append(out, made)
	}
	return out, nil
}

// lastRecords are the last records of a request's cycles, by their SameCycleKey.
type lastRecords map[enforcer.StepKey]*ledger.StoredVerdict

// verdict is the last record of a cycle without its Facts, nil where there is none.
func (l lastRecords) verdict(k enforcer.StepKey) *enforcer.Verdict {
	if v := l[k]; v != nil {
		return &v.Verdict
	}
	return nil
}

// lastVerdicts are the last records of a request's cycles, as known at the snapshot's moment.
func (p verdicts) lastVerdicts(ctx context.Context, f *finding) (lastRecords, error) {
	out := lastRecords{}
	add := func(v ledger.StoredVerdict) {
		if !p.asOf || !v.JudgedAt.After(p.now) {
			out[v.SameCycleKey()] = &v
		}
	}
	if f.records != nil {
		for _, v := range f.records.Verdicts(f.contract.ID) {
			add(v)
		}
		return out, nil
	}
	filter := ledger.VerdictFilter{Connection: p.conn.ID, Contract: f.contract.ID, Issue: f.Evaluation.Request.Issue}
	read := func(filter ledger.VerdictFilter) error {
		for v, err := range p.ledger.Verdicts(ctx, filter) {
			if err != nil {
				return err
			}
			add(ledger.StoredVerdict{Verdict: v})
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
