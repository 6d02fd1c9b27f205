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
	// Steps are the states of the steps that are decided or recorded: as the next pass would leave them.
	Steps     map[enforcer.StepKey]enforcer.EntryState
	Directory connectors.Directory
	Stays     []Stay // of every contract that has or had the issue, also of those that have no story of it
}

// explain tells the story of one issue.
func (p *reader) explain(ctx context.Context, id string) ([]Explanation, error) {
	m, ok, err := p.mirrored(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	x := Explanation{Connection: p.conn.ID, History: m.history, State: m.entry.State, Directory: p.names}
	if x.Entries, err = p.entriesOf(ctx, id); err != nil {
		return nil, err
	}
	var out []Explanation
	for _, c := range p.concerned(&m.history) {
		f, err := p.find(ctx, c, m, decide.Blocks{Mapping: c.fatal})
		if err != nil {
			return nil, err
		}
		if !f.Evaluation.Covered {
			continue
		}
		shown, err := verdicts{p.snapshot}.shown(ctx, &f)
		if err != nil {
			return nil, err
		}
		this := x
		this.Contract, this.Evaluation = c.Contract.Contract, shown.Evaluation
		if this.Steps, err = p.stepStates(ctx, &f); err != nil {
			return nil, err
		}
		this.Entries = slices.DeleteFunc(slices.Clone(x.Entries), func(e ledger.Entry) bool { return e.Key.Contract != c.ID })
		out = append(out, this)
	}
	whole, err := p.explainContractLevel(ctx, x, m)
	if err != nil {
		return nil, err
	}
	var ofWhole []*enforcer.Contract
	for _, w := range whole {
		ofWhole = append(ofWhole, w.Contract)
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
	stays := p.stays(m, ofWhole)
	for i := range out {
		out[i].Stays = stays
	}
	return out, nil
}

// explainContractLevel tells of an issue what it is to the contracts as a whole: one that was made for a period of a
// duty, or the one that is told of the cost of changes.
func (p *reader) explainContractLevel(ctx context.Context, x Explanation, m mirrored) ([]Explanation, error) {
	entries, err := p.entriesOf(ctx, contractScope)
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
		duties, err := p.dutiesOf(ctx, c)
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
			if this.Steps, err = p.stepStates(ctx, duties); err != nil {
				return nil, err
			}
			shown, err := verdicts{p.snapshot}.shown(ctx, duties)
			if err != nil {
				return nil, err
			}
			for _, x := range shown.Evaluation.Cycles {
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

// entriesOf lists the entries of an issue, as of the snapshot: what was recorded later is not there, and of what was
// written later only that it was to be.
func (p *reader) entriesOf(ctx context.Context, issue string) ([]ledger.Entry, error) {
	entries, err := p.ledger.ByIssue(ctx, p.conn.ID, issue)
	if err != nil || !p.asOf {
		return entries, err
	}
	state, err := p.recorded(ctx, issue)
	if err != nil {
		return nil, err
	}
	out := entries[:0]
	for _, e := range entries {
		was := state(e.Key).State
		if was == "" {
			continue
		}
		if was != e.State {
			e.State, e.Receipt, e.Error = was, nil, ""
		}
		out = append(out, e)
	}
	return out, nil
}

// dutiesOf finds out what a contract's duties call for, nil where it has none.
func (p *reader) dutiesOf(ctx context.Context, c *contract) (*finding, error) {
	found, err := newContractLevel(p.snapshot, c, decide.Blocks{Mapping: c.fatal}, nil, nil, nil).find(ctx)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i].runs != nil {
			return &found[i], nil
		}
	}
	return nil, nil
}

// Stay is what a contract has to do with an issue, now or at any time: whoever may see some contracts only sees an
// issue by it. Whether the contract was valid does not matter.
type Stay struct {
	Contract string
	Projects []string // the tracker's ids of those in which the contract had the issue
	Now      bool     // it has it where it lies now
}

// stays finds which contracts have or had an issue. whole are those that it is an issue of as a whole, which no request
// is: such a contract has it wherever its projects are.
func (p *reader) stays(m mirrored, whole []*enforcer.Contract) []Stay {
	var out []Stay
	for _, c := range p.concerned(&m.history) {
		at := slices.Index(p.contracts, c)
		r := c.request(p.conn.ID, m)
		has := func(st *enforcer.State) bool {
			return st.Covered || slices.Contains(whole, c.Contract.Contract) && slices.Contains(p.byProject[st.Project], at)
		}
		s := Stay{Contract: c.ID}
		for i := range r.Moments {
			if st := &r.Moments[i].State; has(st) && !slices.Contains(s.Projects, st.Project) {
				s.Projects = append(s.Projects, st.Project)
			}
		}
		if n := len(r.Moments); n > 0 {
			s.Now = has(&r.Moments[n-1].State) &&
				r.Moments[n-1].State.Project == m.history.Issue.Values.One(connectors.FieldProject)
		}
		if len(s.Projects) > 0 {
			out = append(out, s)
		}
	}
	return out
}
