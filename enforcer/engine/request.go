package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// finding is what a pass found out about one request under one contract, or about a contract as a whole.
type finding struct {
	decide.Finding
	contract *contract
	history  connectors.History // of a request, as mirrored or just read
	readAt   time.Time          // when what is mirrored was read
	fields   map[string]string  // to keep up to date, riding in another write where there is one
	records  *ledger.IssueRecords
	pending  []ledger.Entry // decided earlier and not done
	entries  []ledger.Entry // beside Decisions, once they are recorded
	item     *enforcer.AgendaItem
	problems []outbox.Problem

	runs    []run  // of a contract's duties
	watch   string // the tracker's id of the issue that an account's comments go to
	project string // the tracker's id of that issue's project
}

func (f *finding) problem(issue string, text message.Message) {
	f.problems = append(f.problems, outbox.Problem{Issue: issue, Text: text, Grave: true})
}

// find evaluates one request and decides about it, as the mirror or a fresh read has it. The evaluation says whether
// the contract has anything to do with it.
func (p *snapshot) find(ctx context.Context, c *contract, m mirrored, blocks decide.Blocks) (finding, error) {
	f := finding{contract: c, history: m.history, readAt: m.entry.ReadAt, records: m.records}
	f.Contract, f.Blocks = c.rules(), blocks
	var err error
	if f.Evaluation, err = p.evaluate(ctx, c, m); err != nil || !f.Evaluation.Covered {
		return f, err
	}
	for _, why := range f.Unjudged() {
		f.problem(f.Evaluation.Request.Key, message.Of("%s", message.Kept(why)))
	}
	issue := f.Evaluation.Request.Issue
	if f.Recorded, f.Last, err = p.known(ctx, c, issue, m.records); err != nil {
		return f, err
	}
	if fields := f.contract.bound.Upkeep(f.Evaluation, m.history); f.Current() && len(fields) > 0 {
		entries, err := p.ledger.ByIssue(ctx, p.conn.ID, issue)
		if err != nil {
			return f, err
		}
		f.keepFields(fields, entries, p.names.Self.ID)
	}
	f.Finding = decide.Decide(f.Case)
	return f, nil
}

// known is what the ledger has of an issue's steps and, where somebody asks for it, what the agenda had of the issue at
// the last evaluation.
func (p *snapshot) known(
	ctx context.Context, c *contract, issue string, records *ledger.IssueRecords,
) (steps func(enforcer.StepKey) enforcer.StepRecord, last *enforcer.AgendaItem, err error) {
	if records != nil && !p.asOf {
		steps = records.Step
	} else if steps, err = p.recorded(ctx, issue); err != nil {
		return nil, nil, err
	}
	switch {
	case c.stale, c.cutover.PassedAt.IsZero():
	case records != nil:
		last = records.Item(c.ID)
	default:
		last, err = p.item(ctx, issue, c.ID)
	}
	return steps, last, err
}

// recorded looks up what the ledger has of an issue's steps, as of the snapshot.
func (p *snapshot) recorded(ctx context.Context, issue string) (func(enforcer.StepKey) enforcer.StepRecord, error) {
	if p.asOf {
		return p.ledger.RecordedAt(ctx, p.conn.ID, issue, p.now)
	}
	return p.ledger.Recorded(ctx, p.conn.ID, issue)
}

// mirrored is an issue as the mirror has it, or had it as of the snapshot. One that was made later is not there.
func (p *snapshot) mirrored(ctx context.Context, id string) (mirrored, bool, error) {
	m, ok, err := p.source.mirrored(ctx, id)
	if err != nil || !ok {
		return m, ok, err
	}
	m, ok = p.asKnown(m)
	return m, ok, nil
}

// evaluate judges one request by a contract, as of now.
func (p *snapshot) evaluate(ctx context.Context, c *contract, m mirrored) (enforcer.Evaluation, error) {
	r := c.request(p.conn.ID, m)
	r.Elsewhere = p.elsewhere(c, m)
	r.HeldBy = enforcer.HoldAt(m.holds, p.at(&r))
	var err error
	if r.Left, err = p.left(ctx, c, m, &r); err != nil {
		return enforcer.Evaluation{}, err
	}
	ev := enforcer.Evaluate(c.Contract.Contract, &r, p.at(&r))
	if err := p.escalate(ctx, c, &ev, m.records); err != nil {
		return ev, err
	}
	away, err := p.away(ctx, c, m, &r)
	enforcer.CountOnce(&ev, away)
	if h := r.HeldBy; h != nil && (ev.Next.IsZero() || h.Until.Before(ev.Next)) {
		ev.Next = h.Until // what was held is decided again
	}
	return ev, err
}

// away finds the stretches in which the request was away from other contracts that it came back to, as they have it.
func (p *snapshot) away(
	ctx context.Context, c *contract, m mirrored, r *enforcer.Request,
) (out []enforcer.Away, err error) {
	if now := r.At(p.at(r)); !enforcer.LeftWithinProject(&now) {
		return nil, nil
	}
	for _, other := range p.concerned(&m.history) {
		if other.ID == c.ID {
			continue
		}
		theirs := other.request(p.conn.ID, m)
		now := theirs.At(p.at(r))
		stretches := enforcer.AwayOf(&now)
		if len(stretches) == 0 {
			continue
		}
		if theirs.Left, err = p.left(ctx, other, m, &theirs); err != nil {
			return nil, err
		}
		ev := enforcer.Evaluate(other.Contract.Contract, &theirs, p.at(r))
		if err := p.escalate(ctx, other, &ev, m.records); err != nil {
			return nil, err
		}
		for _, a := range stretches {
			a.Cycles = ev.Cycles
			out = append(out, a)
		}
	}
	return out, nil
}

// left finds how other contracts had the request whenever staff moved it from them to this one.
func (p *snapshot) left(ctx context.Context, c *contract, m mirrored, r *enforcer.Request) ([]enforcer.Left, error) {
	var out []enforcer.Left
	for _, i := range enforcer.EnteredByStaff(r) {
		move := r.Moments[i]
		if move.At.After(p.at(r)) {
			continue
		}
		var had *enforcer.Left
		at := -1 // the last place at which another contract had it
		for _, other := range p.concerned(&m.history) {
			before := other.request(p.conn.ID, m)
			k := slices.IndexFunc(before.Moments, func(m enforcer.Moment) bool { return m.Event == move.Event })
			j := enforcer.LastCovered(&before, k)
			if other.ID == c.ID || j <= at {
				continue
			}
			gone := before.Moments[j+1].At
			before.Moments = before.Moments[:j+1]
			var err error
			if before.Left, err = p.left(ctx, other, m, &before); err != nil {
				return nil, err
			}
			ev := enforcer.Evaluate(other.Contract.Contract, &before, gone)
			if err := p.escalate(ctx, other, &ev, m.records); err != nil {
				return nil, err
			}
			at, had = j, &enforcer.Left{Event: move.Event, Cycles: ev.Cycles}
		}
		if had != nil {
			out = append(out, *had)
		}
	}
	return out, nil
}

// elsewhere reports whether another contract has a request that this one is not valid for. Only a contract that
// checks its own validity asks.
func (p *snapshot) elsewhere(c *contract, m mirrored) bool {
	if !c.checksEntitlement() {
		return false
	}
	for _, other := range p.concerned(&m.history) {
		if other.ID == c.ID {
			continue
		}
		r := other.request(p.conn.ID, m)
		r.Elsewhere = true // a request outside the other's validity is not the other's
		if ev := enforcer.Evaluate(other.Contract.Contract, &r, p.now); ev.Covered {
			return true
		}
	}
	return false
}

// at is the moment as of which a request is evaluated: now, or the request's last event when that is later. What the
// tracker tells has happened, though our idea of its clock may be behind, or someone answered since the pass began.
// With asOf set, later events stay invisible.
func (p *snapshot) at(r *enforcer.Request) time.Time {
	if n := len(r.Moments); n > 0 && !p.asOf && r.Moments[n-1].At.After(p.now) {
		return r.Moments[n-1].At
	}
	return p.now
}

// candidates are the issues that a pass looks at.
type candidates struct {
	of        map[string][]string     // by contract, sorted
	unclaimed []string                // that changed, and no contract has anything to do with
	read      map[string][]string     // all that changed, by contract
	spared    map[string]mirror.Print // that were read lately, and are as the last pass looked at them
}

// forWhole are those that a contract as a whole is looked at for: the issues made for its duties, and the one that is
// told of its cost, may stand in any project.
func (x candidates) forWhole(c *contract) []string {
	if len(c.Duties) == 0 && c.capped() == nil {
		return x.of[c.ID]
	}
	return slices.Concat(x.of[c.ID], x.read[c.ID])
}

// candidates finds, for each contract, the issues that changed since its last complete pass, all of them after a change
// of configuration, as far as it may have to do with them; and those whose next moment has come, or that are worth
// another look. Of many contracts an issue is looked at under few: the work is one for each issue, not for each pair.
func (p *snapshot) candidates(ctx context.Context, worthALook map[string][]string) (candidates, error) {
	sets := make(map[string]map[string]bool, len(p.contracts))
	add := func(contract string, ids ...string) {
		if sets[contract] == nil {
			sets[contract] = map[string]bool{}
		}
		for _, id := range ids {
			sets[contract][id] = true
		}
	}
	due, err := p.ledger.Due(ctx, p.conn.ID, p.now)
	if err != nil {
		return candidates{}, err
	}
	for _, c := range p.contracts {
		add(c.ID, due[c.ID]...)
		add(c.ID, worthALook[c.ID]...)
	}
	out := candidates{
		of: make(map[string][]string, len(sets)), read: map[string][]string{}, spared: map[string]mirror.Print{},
	}
	err = p.addChanged(ctx, &out, func(c *contract, id string) { add(c.ID, id) })
	if err != nil {
		return out, err
	}
	for contract, ids := range sets {
		out.of[contract] = slices.Sorted(maps.Keys(ids))
	}
	return out, nil
}

// addChanged adds to each contract the issues that were read since its last complete pass, and notes in out those that
// are no contract's.
func (p *snapshot) addChanged(ctx context.Context, out *candidates, add func(*contract, string)) error {
	bySince := map[time.Time]map[*contract]bool{}
	for _, c := range p.contracts {
		since := c.cutover.PassedAt.Add(-lookBack)
		if c.stale {
			since = time.Time{}
		}
		if bySince[since] == nil {
			bySince[since] = map[*contract]bool{}
		}
		bySince[since][c] = true
	}
	whose := map[string][]*contract{}
	for since, contracts := range bySince {
		read, err := p.mirror.ReadSince(ctx, p.conn.ID, since)
		if err != nil {
			return err
		}
		spared := true
		for c := range contracts {
			out.read[c.ID] = read
			spared = spared && p.last.spares(c, p.names.ReadAt)
		}
		if spared {
			unchanged, err := p.unchanged(ctx, read)
			if err != nil {
				return err
			}
			maps.Copy(out.spared, unchanged)
			read = slices.DeleteFunc(slices.Clone(read), func(id string) bool { _, ok := unchanged[id]; return ok })
		}
		fresh := slices.DeleteFunc(slices.Clone(read), func(id string) bool { _, known := whose[id]; return known })
		for some := range slices.Chunk(fresh, atATime) {
			if err := p.addWhose(ctx, whose, some); err != nil {
				return err
			}
		}
		for _, id := range read {
			for _, c := range whose[id] {
				if contracts[c] {
					add(c, id)
				}
			}
		}
	}
	for id, contracts := range whose {
		if len(contracts) == 0 {
			out.unclaimed = append(out.unclaimed, id)
		}
	}
	slices.Sort(out.unclaimed)
	return nil
}

// addWhose adds the contracts that issues may be something to: those that have projects in which an issue is or was,
// and those that have it in the ledger.
func (p *snapshot) addWhose(ctx context.Context, whose map[string][]*contract, ids []string) error {
	if len(p.contracts) == 1 {
		for _, id := range ids {
			whose[id] = p.contracts
		}
		return nil
	}
	read, err := p.mirror.Read(ctx, p.conn.ID, ids...)
	if err != nil {
		return err
	}
	known, err := p.ledger.ContractsOfEach(ctx, p.conn.ID, ids...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		r := read[id]
		out := p.concerned(&r.History)
		for _, name := range known[id] {
			if c := p.byID[name]; c != nil && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
		whose[id] = out
	}
	return nil
}

// indexContracts makes it cheap to find the few of many contracts that a request concerns.
func (p *snapshot) indexContracts() {
	p.byID, p.byProject = make(map[string]*contract, len(p.contracts)), map[string][]int{}
	for i, c := range p.contracts {
		p.byID[c.ID] = c
		for _, project := range c.scope.Projects() {
			p.byProject[project] = append(p.byProject[project], i)
		}
	}
}

// concerned are the contracts that have projects in which an issue is or was, in their order.
func (p *snapshot) concerned(h *connectors.History) []*contract {
	projects := slices.Clone(h.Issue.Values[connectors.FieldProject])
	for _, e := range h.Events {
		for _, c := range e.Changes {
			if c.Field == connectors.FieldProject {
				projects = slices.Concat(projects, c.From, c.To)
			}
		}
	}
	slices.Sort(projects)
	var at []int
	for _, project := range slices.Compact(projects) {
		at = append(at, p.byProject[project]...)
	}
	slices.Sort(at)
	at = slices.Compact(at)
	out := make([]*contract, len(at))
	for i, k := range at {
		out[i] = p.contracts[k]
	}
	return out
}
