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

// finding is what a pass found out about one request under one contract.
type finding struct {
	view      *view
	request   enforcer.Request
	history   connectors.History // of a request, as mirrored or just read
	readAt    time.Time          // when what is mirrored was read
	ev        enforcer.Evaluation
	decisions []enforcer.Decision
	fields    map[string]string // to keep up to date, riding in another write where there is one
	project   string            // the tracker's id of the project that the request is in
	pending   []ledger.Entry    // decided earlier and not done
	entries   []ledger.Entry    // beside decisions, once they are recorded
	runs      map[string]run    // of a contract's duties, by cycle; nil for a request
	watch     string            // the tracker's id of the issue that an account's comments go to
}

// find evaluates one request, as the mirror or a fresh read has it. It reports whether the contract has anything to
// do with it.
func (p *pass) find(ctx context.Context, v *view, m mirrored) (finding, bool, error) {
	f := finding{
		view: v, request: v.request(p.conn.ID, m.history, m.entry), history: m.history, readAt: m.entry.ReadAt, project: m.history.Issue.Values.One(connectors.FieldProject),
	}
	f.request.Elsewhere = p.elsewhere(v, m)
	f.ev = enforcer.Evaluate(v.Contract.Contract, &f.request, p.at(&f.request))
	if !f.ev.Covered {
		return f, false, nil
	}
	states, err := p.e.ledger.Recorded(ctx, p.conn.ID, f.request.Issue)
	if err != nil {
		return f, true, err
	}
	line, err := p.line(ctx, &f)
	if err != nil {
		return f, true, err
	}
	f.decisions = decide.Steps(f.ev, states, line)
	if err := p.upkeep(ctx, &f, m.history); err != nil {
		return f, true, err
	}
	p.restrain(&f)
	return f, true, nil
}

// elsewhere reports whether another contract has a request that this one is not valid for. Only a contract that
// checks its own validity asks.
func (p *pass) elsewhere(v *view, m mirrored) bool {
	if !v.checksEntitlement() {
		return false
	}
	for _, other := range p.views {
		if other.ID == v.ID {
			continue
		}
		r := other.request(p.conn.ID, m.history, m.entry)
		r.Elsewhere = true // what the other says of its own validity is no claim
		if ev := enforcer.Evaluate(other.Contract.Contract, &r, p.now); ev.Covered {
			return true
		}
	}
	return false
}

// checksEntitlement reports whether the contract says something of requests outside its validity.
func (v *view) checksEntitlement() bool {
	return slices.ContainsFunc(v.Obligations, func(o enforcer.Obligation) bool {
		return o.Active() && o.StopsWith(enforcer.WordEntitled)
	})
}

// line is the contract's line as it is for one request. A step that had not come at the last pass and lies before it
// now was moved there, but only where that pass knew the request as it was: one that could not be read then, or was
// not there to be seen, is merely late.
func (p *pass) line(ctx context.Context, f *finding) (enforcer.Cutover, error) {
	line := f.view.line
	if f.view.stale || line.PassedAt.IsZero() {
		return line, nil
	}
	it, ok, err := p.e.ledger.Item(ctx, p.conn.ID, f.request.Issue, f.view.ID)
	known := line.PassedAt
	switch {
	case !ok:
		known = f.request.ReceivedAt // earlier than its creation for what was taken by phone: a receipt is owed all the same
	case it.Fingerprint == "":
		known = it.EvaluatedAt
	}
	if known.Before(line.PassedAt) {
		line.PassedAt = known
	}
	return line, err
}

// at is the moment as of which a request is evaluated: the pass's now, or the request's last event when that is
// later. What the tracker tells has happened, though our idea of its clock may be behind, or someone answered since
// the pass began. Only whoever asks about a moment of the past does not want to know.
func (p *pass) at(r *enforcer.Request) time.Time {
	if n := len(r.Moments); n > 0 && !p.asOf && r.Moments[n-1].At.After(p.now) {
		return r.Moments[n-1].At
	}
	return p.now
}

// restrain holds what would be written where nothing may be.
func (p *pass) restrain(f *finding) {
	r := p.blocked()
	switch {
	case p.block != "":
	case f.view.fatal:
		r = enforcer.Reason{Code: heldMapping, Text: enforcer.Text{
			"en": "the mapping has faults that the tracker shows: run 'slabridge check --live'",
			"ru": "в сопоставлении есть ошибки, которые видны по трекеру: запустите 'slabridge check --live'",
		}}
	default:
		return
	}
	for i := range f.decisions {
		if d := &f.decisions[i]; d.State == enforcer.Intended {
			d.State, d.Reason = enforcer.Held, r
		}
	}
}

// blocked is the reason of what is held because nothing may be written.
func (p *pass) blocked() enforcer.Reason {
	return enforcer.Reason{Code: heldBlocked, Text: enforcer.Text{"en": p.block, "ru": cmp.Or(p.blockRU, p.block)}}
}

// with gives the decisions with one of the verbs.
func (f *finding) with(verbs ...enforcer.EntryState) []enforcer.Decision {
	var out []enforcer.Decision
	for _, d := range f.decisions {
		if slices.Contains(verbs, d.State) {
			out = append(out, d)
		}
	}
	return out
}

// entry is the ledger's row for a decision, standing alone: everything the decision rests on is in it.
func (f *finding) entry(d enforcer.Decision) ledger.Entry {
	c := f.view.Contract.Contract
	e := ledger.Entry{Entry: d.Entry(f.ev.Now)}
	e.IssueKey, e.Subject, e.Severity = f.request.Key, f.request.Subject, d.Severity
	e.Facts = ledger.Facts{
		Version: c.Version, Fingerprint: f.view.Fingerprint, Calendar: c.Calendar.Version(),
	}
	if cycle := f.cycle(d.Key); cycle != nil {
		e.Facts = f.facts(cycle)
		if f.request.Issue == wholeContract {
			e.IssueKey, e.Subject = f.about(cycle), cycle.Obligation.Title.In(c.Language)
		}
	}
	return e
}

// about is the key of the issue on which a cycle of the contract as a whole is told of, "" while there is none.
func (f *finding) about(c *enforcer.Cycle) string {
	if f.runs == nil {
		return f.view.Account.WatchIssue
	}
	return f.runs[c.ID].key
}

func (f *finding) cycle(k enforcer.StepKey) *enforcer.Cycle {
	for i := range f.ev.Cycles {
		if c := &f.ev.Cycles[i]; c.Obligation.ID == k.Obligation && c.ID == k.Cycle {
			return c
		}
	}
	return nil
}

// item is what the agenda keeps of the finding.
func (f *finding) item() ledger.Item {
	it := ledger.Item{
		Connection: f.request.Connection, Issue: f.request.Issue, Contract: f.view.ID,
		IssueKey: f.request.Key, Subject: f.request.Subject, Severity: f.ev.State.Severity,
		EvaluatedAt: f.ev.Now, Next: f.ev.Next, Fingerprint: f.view.Fingerprint,
	}
	for _, c := range f.ev.Cycles {
		if !c.EndedAt.IsZero() {
			continue // an old request has hundreds
		}
		it.Cycles = append(it.Cycles, ledger.Cycle{
			Obligation: c.Obligation.ID, ID: c.ID, Ordinal: c.Ordinal, State: c.State,
			StartedAt: c.StartedAt, Due: c.Due, EndedAt: c.EndedAt, IssueKey: f.runs[c.ID].key,
		})
	}
	return it
}
