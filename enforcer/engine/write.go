package engine

import (
	"context"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// write hands to the outbox what is to be written. An issue that cannot be read or written does not keep the others
// waiting.
func (p *pass) write(ctx context.Context, findings []finding) error {
	for _, f := range findings {
		if !slices.ContainsFunc(f.entries, p.ready) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p.prints[f.Evaluation.Request.Issue] = 0 // whatever comes of it, the next pass looks at it again
		if err := p.out.TolerateIssueFailure(p.carryOut(ctx, f)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) carryOut(ctx context.Context, f finding) error {
	r := f.Evaluation.Request
	if r.Issue == contractScope {
		return p.writeContractLevel(context.WithoutCancel(ctx), f)
	}
	began := p.snapshot
	defer func() { p.snapshot = began }()
	err := p.out.Carry(ctx, outbox.Job{
		Contract: f.contract.words(), Issue: r.Issue, Key: r.Key,
		Recheck: func(ctx context.Context, h connectors.History) (outbox.Todo, error) { return p.recheck(ctx, &f, h) },
	})
	if err != nil {
		return err
	}
	return p.judgeAgain(context.WithoutCancel(ctx), f.contract, r.Issue)
}

// judgeAgain keeps the verdicts that follow from what was just written, so that a report made next agrees with explain.
func (p *pass) judgeAgain(ctx context.Context, c *contract, issue string) error {
	m, ok, err := p.mirrored(ctx, issue)
	if err != nil || !ok {
		return err
	}
	f, err := p.find(ctx, c, m, p.blocks(c, &m.history))
	if err != nil || !f.Evaluation.Covered {
		return err
	}
	p.verdicts = append(p.verdicts, f.Verdicts()...)
	if err := p.keepVerdicts(ctx); err != nil {
		return err
	}
	return verdicts{p.snapshot}.putOnAgenda(ctx, &f)
}

// tooLate reports whether an entry warns, by the present time, of a deadline that has passed.
func (p *pass) tooLate(ctx context.Context, e ledger.Entry) (bool, error) {
	i := slices.IndexFunc(p.contracts, func(c *contract) bool { return c.ID == e.Key.Contract })
	m, ok, err := p.mirrored(ctx, e.Key.Issue)
	if err != nil || !ok || i < 0 {
		return false, err
	}
	began := p.snapshot
	defer func() { p.snapshot = began }()
	p.comeToPresent()
	ev, err := p.evaluate(ctx, p.contracts[i], m)
	return err == nil && decide.TooLate(ev, e.ID), err
}

// comeToPresent moves now forward for the request that is about to be written. A pass with much to write takes minutes:
// a deadline may have passed since it began, and then no warning of it may be written.
func (p *pass) comeToPresent() {
	present := *p.snapshot
	if now := p.trackerTime().Truncate(time.Second); now.After(present.now) {
		present.now = now
	}
	p.snapshot = &present
}

// recheck decides a request again, as just read and by the present time, and gives what is still to be written of it.
func (p *pass) recheck(ctx context.Context, f *finding, h connectors.History) (todo outbox.Todo, err error) {
	if err := lacking(p.contracts, h); err != nil {
		p.report.lacking(err)
		p.report.Problem(f.Evaluation.Request.Key, true, "%v", err)
		return todo, nil // it stays to be written
	}
	p.comeToPresent()
	pending, err := p.ledger.Afresh(ctx, f.entries)
	if err != nil {
		return todo, err
	}
	if h, err = p.withWork(ctx, h); err != nil {
		return todo, err
	}
	m, err := p.seen(ctx, h)
	if err != nil {
		return todo, err
	}
	found, err := p.find(ctx, f.contract, m, p.blocks(f.contract, &h))
	if err != nil {
		return todo, err
	}
	found.pending = pending
	p.verdicts = append(p.verdicts, found.Verdicts()...)
	if err := p.keepVerdicts(ctx); err != nil {
		return todo, err
	}
	again := []finding{found}
	if err := p.record(ctx, again); err != nil {
		return todo, err
	}
	*f = again[0]
	err = verdicts{p.snapshot}.putOnAgenda(ctx, f) // what was just read may have moved the next moment
	if err != nil {
		return todo, err
	}
	if p.overLimit.Code != "" {
		if err := p.holdLimited(ctx, again, p.limited(f.entries)); err != nil {
			return todo, err
		}
	}
	return outbox.Todo{Request: *f.Evaluation.Request, History: h, Steps: p.steps(f), Fields: f.fields}, nil
}

// steps are the decisions of a finding that are to be written now. What is written rests on what was just found.
func (p *pass) steps(f *finding) []outbox.Step {
	var out []outbox.Step
	for i, d := range f.Decisions {
		if e := f.entries[i]; d.State == enforcer.Intended && p.ready(e) {
			e.Evidence = f.Entry(d).Evidence
			out = append(out, outbox.Step{Decision: d, Entry: e})
		}
	}
	return out
}

// writeContractLevel writes what a contract as a whole calls for.
func (p *pass) writeContractLevel(ctx context.Context, f finding) error {
	for _, s := range p.steps(&f) {
		var err error
		switch r := f.run(s.Key); {
		case s.Changes.Action == enforcer.ActionCreate:
			err = p.makeIssue(ctx, &f, r, s)
		case r != nil && r.made != "":
			err = p.comment(ctx, f.contract, r.made, r, s)
		case f.watch != "":
			err = p.comment(ctx, f.contract, f.watch, nil, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// makeIssue makes the issue of a duty's period, and puts the steps that it brings on the agenda.
func (p *pass) makeIssue(ctx context.Context, f *finding, r *run, s outbox.Step) error {
	id, err := p.out.Make(ctx, s.Entry, r.From.Add(-lookBack), func(unassignable map[string]bool) connectors.NewIssue {
		issue, problems := f.newIssue(r, &s.Decision, unassignable)
		for _, x := range problems {
			p.report.Problem("", x.Fatal, "%s: %q: %s", x.Path, x.Value, x.Reason)
		}
		return issue
	})
	if err != nil || id == "" {
		return err
	}
	r.made = id
	if err := r.follow(ctx, p.snapshot, f.contract); err != nil {
		return err
	}
	again := *f
	again.evaluateRuns(p.snapshot)
	return verdicts{p.snapshot}.putOnAgenda(ctx, &again)
}

// comment writes a step about the contract as a whole on an issue that was made or named for it.
func (p *pass) comment(ctx context.Context, c *contract, issue string, r *run, s outbox.Step) error {
	return p.out.Carry(ctx, outbox.Job{
		Contract: c.words(), Issue: issue, Key: s.Entry.IssueKey,
		Recheck: func(ctx context.Context, h connectors.History) (todo outbox.Todo, err error) {
			if r != nil { // someone may have closed it meanwhile
				now := *r
				if err := now.follow(ctx, p.snapshot, c); err != nil {
					return todo, err
				}
				if !now.DoneAt.IsZero() {
					return todo, p.takeBack(ctx, "the issue was closed before it was written", s.Entry)
				}
			}
			e, err := p.ledger.Get(ctx, s.Entry.ID)
			if err != nil || !p.ready(e) {
				return todo, err
			}
			e.Evidence = s.Entry.Evidence
			m, err := p.seen(ctx, h)
			if err != nil {
				return todo, err
			}
			request := c.request(p.conn.ID, m)
			return outbox.Todo{Request: request, History: h, Steps: []outbox.Step{{Decision: s.Decision, Entry: e}}}, nil
		},
	})
}
