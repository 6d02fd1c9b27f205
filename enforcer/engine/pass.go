package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// pass is one turn of the crank on one connection. It owns what it has found and not yet kept, and the outbox.
type pass struct {
	*snapshot
	out       *outbox.Writer
	report    *Report
	costs     unreadableCosts
	unread    map[string]bool         // issues that could not be read: what is known of them is out of date
	adopted   map[string]bool         // entries found to stand in the tracker: what was read of them before is out of date
	prints    map[string]mirror.Print // of the issues that were looked at, see noteLooked
	spared    map[string]mirror.Print // of those that the last pass looked at
	agenda    []enforcer.AgendaItem
	verdicts  []enforcer.Verdict
	overLimit enforcer.Reason // why the new writes of this pass are held; its code is "" when they are not
}

// batch is how many requests share a transaction where nothing is sent between them: a first pass over an old
// tracker has a hundred thousand.
const batch = 500

// calculate evaluates every request that may have something new to say, records what is decided, and gives those
// with something to be written.
func (p *pass) calculate(ctx context.Context) ([]finding, error) {
	known, err := p.loadPending(ctx)
	if err != nil {
		return nil, err
	}
	worthALook := map[string][]string{}
	for _, c := range p.contracts {
		worthALook[c.ID] = known.worthALook(p, c)
	}
	candidates, err := p.candidates(ctx, worthALook)
	if err != nil {
		return nil, err
	}
	p.spared = candidates.spared
	if err := p.adoptUnclaimed(ctx, candidates.unclaimed); err != nil {
		return nil, err
	}
	if err := p.deferUnread(ctx); err != nil {
		return nil, err
	}
	var todo, found []finding
	for _, c := range p.contracts {
		var tallies []ledger.Tally
		for read, err := range p.several(ctx, p.toLookAt(candidates.of[c.ID])) {
			if err != nil {
				return nil, err
			}
			for _, id := range read.ids {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				f, tally, err := p.lookAt(ctx, c, id, read.of, known)
				if err != nil {
					return nil, err
				}
				tallies = append(tallies, tally...)
				if f != nil && len(f.Decisions)+len(f.pending) > 0 {
					found = append(found, *f)
				}
				if len(found) == batch {
					if todo, err = p.enter(ctx, todo, found); err != nil {
						return nil, err
					}
					found = nil
				}
				if len(p.verdicts) >= batch {
					if err := p.keepVerdicts(ctx); err != nil {
						return nil, err
					}
				}
			}
		}
		whole, err := p.lookAtContract(ctx, c, candidates.forWhole(c), known, tallies)
		if err != nil {
			return nil, err
		}
		found = append(found, whole...)
	}
	return p.enter(ctx, todo, found)
}

// toLookAt leaves out of the candidates what is no request, or could not be read.
func (p *pass) toLookAt(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return p.unread[id] || id == contractScope })
}

// loadPending finds out what was decided earlier and is still to be done.
func (p *pass) loadPending(ctx context.Context) (u undone, err error) {
	pending, err := p.ledger.Pending(ctx, p.conn.ID, p.now)
	if err != nil {
		return u, err
	}
	refused, err := p.ledger.Refused(ctx, p.conn.ID, outbox.MaxTries)
	return undone{group(pending), group(refused)}, err
}

// lookAt evaluates one issue of those just read from the mirror under a contract, nil where that is nothing to it. If
// it cannot be evaluated, that is a grave problem and is tried again in the next pass; the other issues go on.
func (p *pass) lookAt(
	ctx context.Context, c *contract, id string, read map[string]mirrored, known undone,
) (*finding, []ledger.Tally, error) {
	m, ok := read[id]
	if ok {
		p.noteLooked(id, m)
		adopted, err := p.adopt(ctx, m.history)
		if err != nil {
			return nil, nil, err
		}
		if adopted {
			m.records, p.prints[id] = nil, 0 // as read before that
		}
	}
	again, err := p.retryRefused(ctx, c, id, p.open(known.refused[c.ID][id]))
	if err != nil || !ok {
		return nil, nil, err
	}
	if len(again) > 0 {
		m.records = nil
	}
	f, err := p.find(ctx, c, m, p.blocks(c, &m.history))
	covered := f.Evaluation.Covered
	switch {
	// with its project out of sight nothing is known of it
	case err == nil && !covered && (c.fatal || f.Evaluation.Request.Hidden):
		return nil, nil, nil
	case err != nil && ctx.Err() != nil:
		return nil, nil, err
	case err != nil:
		p.report.Problem(m.entry.Key, true, "%v", err)
		f.Decisions, f.Evaluation.Cycles, f.Evaluation.Next, f.Evaluation.Covered = nil, nil, p.now, true
		p.report.Evaluated++
		return &f, nil, p.keep(ctx, &f)
	}
	p.report.Problems = append(p.report.Problems, f.problems...)
	f.pending = slices.Concat(p.open(known.pending[c.ID][id]), again)
	var tallies []ledger.Tally
	if t, unread, ok := c.tally(&f); ok {
		tallies = append(tallies, t)
		p.costs.report(&f, unread, p.report)
	}
	if covered {
		p.report.Evaluated++
	}
	return &f, tallies, p.keep(ctx, &f)
}

// adopt records as done what stands on an issue, and reports whether there was anything.
func (p *pass) adopt(ctx context.Context, h connectors.History) (bool, error) {
	found, err := p.out.Adopt(ctx, h)
	for id := range found {
		if p.adopted == nil {
			p.adopted = map[string]bool{}
		}
		p.adopted[id] = true
	}
	return len(found) > 0, err
}

// adoptUnclaimed records as done what stands on issues that no contract covers: the ones that are told of something.
func (p *pass) adoptUnclaimed(ctx context.Context, ids []string) error {
	for _, id := range ids {
		m, ok, err := p.mirrored(ctx, id)
		if err != nil {
			return err
		}
		if !ok || p.unread[id] {
			continue
		}
		if _, err := p.adopt(ctx, m.history); err != nil {
			return err
		}
	}
	return nil
}

// open leaves out the entries whose comment was found in the tracker since they were read.
func (p *pass) open(entries []ledger.Entry) []ledger.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e ledger.Entry) bool { return p.adopted[e.ID] })
}

// keep notes what a finding says of a request: verdicts, agenda, alarms.
func (p *pass) keep(ctx context.Context, f *finding) error {
	judge := verdicts{p.snapshot}
	last, err := judge.lastVerdicts(ctx, f)
	if err != nil {
		return err
	}
	shown := f
	if !judge.nothingJudged(f) {
		if shown, err = judge.shownBy(f, last); err != nil {
			return err
		}
	}
	p.agenda = append(p.agenda, shown.Item())
	if !f.Evaluation.Covered {
		return nil
	}
	p.verdicts = append(p.verdicts, f.NewVerdicts(last.verdict)...)
	if f.readAt.Before(f.contract.cutover.PassedAt.Add(-lookBack)) { // not read since the last pass, which looked at it
		return nil
	}
	return p.out.LookAt(ctx, f.history)
}

// lookAtContract evaluates a contract as a whole.
func (p *pass) lookAtContract(
	ctx context.Context, c *contract, changed []string, known undone, tallies []ledger.Tally,
) ([]finding, error) {
	again, err := p.retryRefused(ctx, c, contractScope, p.open(known.refused[c.ID][contractScope]))
	if err != nil {
		return nil, err
	}
	pending := slices.Concat(p.open(known.pending[c.ID][contractScope]), again)
	found, err := newContractLevel(p.snapshot, c, p.blocks(c, nil), changed, pending, tallies).find(ctx)
	for i := range found {
		f := &found[i]
		p.report.Problems = append(p.report.Problems, f.problems...)
		p.verdicts = append(p.verdicts, f.Verdicts()...)
		if f.item != nil {
			p.agenda = append(p.agenda, *f.item)
		}
	}
	return found, err
}

// blocks are what keeps things from being written on an issue of a contract, nil for those of the contract as a whole.
func (p *pass) blocks(c *contract, h *connectors.History) decide.Blocks {
	b := decide.Blocks{All: p.out.Block(), Mapping: c.fatal, Leak: p.out.Leak() != nil}
	if h != nil {
		b.Rights = p.out.NotInternal(h.Issue.Values.One(connectors.FieldProject)) != ""
	}
	return b
}

// deferUnread leaves the issues that could not be read for a later pass, and notes as of when they were known: what
// came due since is then late and not past.
func (p *pass) deferUnread(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(p.unread)) {
		contracts, err := p.ledger.ContractsOf(ctx, p.conn.ID, id)
		if err != nil {
			return err
		}
		for _, name := range contracts {
			c := p.byID[name]
			if c == nil {
				continue
			}
			it, err := p.item(ctx, id, c.ID)
			if err != nil {
				return err
			}
			if it != nil && it.Fingerprint != "" {
				it.EvaluatedAt, it.Next, it.Fingerprint = c.cutover.PassedAt, c.cutover.PassedAt, ""
				p.agenda = append(p.agenda, *it)
			}
		}
	}
	return nil
}

// close notes when each issue's next moment comes, and that everything was evaluated as of now. A contract whose
// mapping has faults was not. It comes after every decision was recorded: a decision that is neither recorded nor on
// the agenda would be lost with this process. What is not written yet stays pending in the ledger.
func (p *pass) close(ctx context.Context) error {
	if err := p.keepVerdicts(ctx); err != nil {
		return err
	}
	for items := range slices.Chunk(p.agenda, batch) {
		if err := p.ledger.SetAgenda(ctx, items...); err != nil {
			return err
		}
	}
	p.agenda = nil
	var passed []ledger.Passed
	for _, c := range p.contracts {
		if c.fatal { // what came since the last pass without faults is then late, and not past
			continue
		}
		passed = append(passed, ledger.Passed{Contract: c.ID, Fingerprint: c.Fingerprint})
	}
	return p.ledger.SetPass(ctx, p.now, p.conn.ID, passed...)
}

// keepVerdicts puts what cycles came to into the ledger.
func (p *pass) keepVerdicts(ctx context.Context) error {
	_, err := p.ledger.Judge(ctx, p.now, p.verdicts...)
	p.verdicts = nil
	return err
}

// noteLooked keeps that an issue was looked at as it was read. One that changes within the pass counts as never looked
// at.
func (p *pass) noteLooked(id string, m mirrored) {
	if m.entry.ReadAt.Before(p.now.Add(-lookBack)) && m.entry.StateAt.Before(p.now.Add(-lookBack)) {
		return // the next pass does not ask after it; booked time that was noticed lately may make it
	}
	if was, ok := p.prints[id]; ok && was != m.print {
		p.prints[id] = 0
		return
	}
	p.prints[id] = m.print
}

// lookedAt is what a pass that is complete leaves to the next one. A contract whose mapping has faults was not passed.
func (p *pass) lookedAt() *lookedAt {
	out := &lookedAt{names: p.names.ReadAt, passed: map[string]time.Time{}, prints: p.prints}
	for id, is := range p.spared {
		if _, ok := p.prints[id]; !ok {
			p.prints[id] = is
		}
	}
	for _, c := range p.contracts {
		if !c.fatal {
			out.passed[c.ID] = p.now
		}
	}
	return out
}
