package engine

import (
	"context"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// judge puts what a finding's cycles came to into what the pass will keep as verdicts. What was over before
// enforcement began is history: an old tracker has no end of it.
func (p *pass) judge(f *finding) {
	if f.request.Hidden {
		return // frozen: nothing is judged of what we cannot see
	}
	for i := range f.ev.Cycles {
		c := &f.ev.Cycles[i]
		switch {
		case f.runs[c.ID].unseen:
		case c.Unjudged != nil: // judged once the calendar has the data
		case c.Obligation.NoVerdict || c.Obligation.Kind == enforcer.Account:
		case !c.EndedAt.IsZero() && c.EndedAt.Before(f.view.line.EnforceFrom):
		default:
			p.verdicts = append(p.verdicts, f.verdict(c))
		}
	}
}

// reportUnjudged reports the promises of a finding that cannot be judged for want of calendar data. The others go on.
func (p *pass) reportUnjudged(f *finding) {
	for _, why := range f.ev.Unjudged() {
		p.report.problem(f.request.Key, true, "%s", why)
	}
}

// keepVerdicts puts them into the ledger.
func (p *pass) keepVerdicts(ctx context.Context) error {
	if len(p.verdicts) == 0 {
		return nil
	}
	_, err := p.e.ledger.Judge(ctx, p.now, p.verdicts...)
	p.verdicts = nil
	return err
}

// verdict is what is found about a cycle, standing alone.
func (f *finding) verdict(c *enforcer.Cycle) ledger.Verdict {
	v := ledger.Verdict{
		Connection: f.request.Connection, Issue: f.request.Issue, IssueKey: f.request.Key, Subject: f.request.Subject,
		Contract: f.view.ID, Obligation: c.Obligation.ID, Cycle: c.ID, Ordinal: c.Ordinal, State: c.State, Severity: c.Severity,
		Source: c.Obligation.Source, StartedAt: c.StartedAt, Due: c.Due, EndedAt: c.EndedAt, EndEvent: c.EndEvent,
		EndBy: c.EndBy.Name, EndByRole: c.EndBy.Role, EndWhy: c.EndWhy, Elapsed: c.Elapsed, Moves: len(c.Moves), Facts: f.facts(c),
	}
	if run, ok := f.runs[c.ID]; ok {
		v.IssueKey, v.Subject = run.key, c.Obligation.Title.In(c.Contract.Language)
		v.LastEvent = run.DoneEvent
	}
	if n := len(f.request.Moments); n > 0 {
		v.LastEvent = f.request.Moments[n-1].Event
	}
	return v
}

// facts is what a cycle rests on.
func (f *finding) facts(c *enforcer.Cycle) ledger.Facts {
	out := ledger.Facts{
		Rule: c.Obligation.Title.In(c.Contract.Language), Assumption: c.Obligation.Assumption.In(c.Contract.Language), Version: c.Contract.Version,
		Fingerprint: f.view.Fingerprint, Calendar: c.Calendar().Version(), Provisional: c.Provisional,
		StartedAt: c.StartedAt, Elapsed: c.Elapsed, Events: []string{c.ID},
	}
	for _, p := range c.Pauses {
		out.Events = append(out.Events, p.Event)
	}
	for _, m := range c.Moves {
		out.Events = append(out.Events, m.Event)
	}
	for _, why := range c.DueWhy {
		out.Why = append(out.Why, why.Text(c.Contract.Language))
	}
	return out
}
