package engine

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"slabridge/enforcer/outbox"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// snapshot is what is known of a connection before anything is decided. Nothing changes it afterwards.
type snapshot struct {
	source
	now       time.Time
	asOf      bool // now was asked for, and what happened later is not to be known
	reads     bool // nothing is written, to the ledger neither
	contracts []*contract
	names     connectors.Directory
	byID      map[string]*contract
	byProject map[string][]int // positions among contracts
	last      *lookedAt        // nil: nothing is spared
	vanished  string           // the contract or connection of the ledger that the configuration lacks; "" for none
}

// load takes the snapshot of a pass, with bound contracts and their cutovers. It reports what a human should know.
func load(ctx context.Context, s source, report *Report) (*snapshot, error) {
	p := &snapshot{source: s}
	problems, err := p.bindNames(ctx)
	if err != nil {
		return nil, err
	}
	p.now = s.trackerTime().Truncate(time.Second) // as trackers tell time
	report.Now = p.now
	for _, unseen := range s.unseenWork(p.contracts, p.names) {
		report.Problem("", true, "%s", unseen)
	}
	for _, f := range problems {
		if f.Fatal { // the others are for Check: they stop nothing, and would be said in every pass
			report.Problem("", true, "%s: %q: %s", f.Path, f.Value, f.Reason)
			report.Faults = append(report.Faults, fmt.Sprintf("%s: %q: %s", f.Path, f.Value, f.Reason))
		}
	}
	if err := s.rememberPeople(ctx, p.contracts, p.now); err != nil {
		return nil, err
	}
	known, err := s.ledger.Contracts(ctx)
	if err != nil {
		return nil, err
	}
	vanished, err := s.vanished(ctx, known)
	if err != nil {
		return nil, err
	}
	if len(vanished) > 0 {
		p.vanished = vanished[0].Why().String()
	}
	return p, p.resolveCutovers(ctx, cutoversOn(s.conn.ID, known))
}

// bindNames resolves the mappings against the mirrored names. If by these names something must not be written, or
// booked time cannot be seen, they are read again first, so that what an admin has repaired in the tracker takes effect
// at once.
func (p *snapshot) bindNames(ctx context.Context) (problems []mapping.Problem, err error) {
	names, ok, err := p.mirror.Directory(ctx, p.conn.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, message.New("the tracker's names have not been read yet")
	}
	p.names = names
	if err := p.rememberNames(ctx, names); err != nil {
		return nil, err
	}
	if p.contracts, problems, err = p.bind(ctx, names); err != nil {
		return nil, err
	}
	doubted := anyFatal(problems) || len(p.unseenWork(p.contracts, names)) > 0
	if !doubted {
		if doubted, err = p.lacksRights(ctx); err != nil || !doubted {
			return problems, err
		}
	}
	if p.names, err = p.readNames(ctx); err != nil {
		return nil, err
	}
	p.contracts, problems, err = p.bind(ctx, p.names)
	return problems, err
}

// lacksRights reports whether something is held for want of a right, or of a name that a duty's issue needs.
func (p *snapshot) lacksRights(ctx context.Context) (bool, error) {
	pending, err := p.ledger.Pending(ctx, p.conn.ID, p.trackerTime())
	return slices.ContainsFunc(pending, func(e ledger.Entry) bool {
		return e.State == enforcer.Held && (e.Reason.Code == enforcer.HeldRights || e.Reason.Code == enforcer.HeldDuty)
	}), err
}

// cutoversOn are the cutovers of a connection by their contracts.
func cutoversOn(connection string, known []ledger.Cutover) map[string]ledger.Cutover {
	out := map[string]ledger.Cutover{}
	for _, l := range known {
		if l.Connection == connection {
			out[l.Contract] = l
		}
	}
	return out
}

// blockReason is why nothing may be written, as far as the snapshot shows: something vanished, or the tracker's clock
// is off; nil when it may.
func (p *snapshot) blockReason() enforcer.Text {
	why, limit := p.vanished, p.settings.ClockSkew
	if offset, _, ok := p.conn.Tracker.Offset(); why == "" && ok && limit > 0 && offset.Abs() > limit {
		why = message.Text("the tracker's clock and ours differ by %s, more than %s", offset.Round(time.Second), limit)
	}
	if why == "" {
		return nil
	}
	return enforcer.Recalled(why)
}

// resolveCutovers gives each contract its cutover, and begins one for each that has none. If another contract has
// vanished from the configuration, a new one may be its new name: it is left out until an operator decides.
func (p *snapshot) resolveCutovers(ctx context.Context, cutovers map[string]ledger.Cutover) error {
	kept := p.contracts[:0]
	var begun []string
	for _, c := range p.contracts {
		l, ok := cutovers[c.ID]
		switch {
		case !ok && p.vanished != "":
			continue
		case !ok:
			l.FirstPassAt = p.now
			begun = append(begun, c.ID)
		}
		c.enforceBy(l)
		kept = append(kept, c)
	}
	p.contracts = kept
	p.indexContracts()
	if len(begun) == 0 {
		return nil
	}
	return p.ledger.StartCutover(ctx, p.now, p.conn.ID, begun...)
}

var errNotMirrored = message.New("nothing is mirrored yet; run 'slabridge sync' first")

// look takes a snapshot that only reads, as of at or, when that is zero, of now: no request is made, and the cutovers
// are as they are.
func look(ctx context.Context, s source, at time.Time) (*reader, error) {
	p := &snapshot{source: s, now: at.UTC(), asOf: !at.IsZero(), reads: true}
	var ok bool
	var err error
	if at.IsZero() {
		if p.now, err = s.presentTime(ctx); err != nil {
			return nil, err
		}
	}
	if p.names, ok, err = s.mirror.Directory(ctx, s.conn.ID); err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNotMirrored
	}
	if p.contracts, _, err = s.bind(ctx, p.names); err != nil {
		return nil, err
	}
	known, err := s.ledger.Contracts(ctx)
	if err != nil {
		return nil, err
	}
	cutovers := cutoversOn(s.conn.ID, known)
	for _, c := range p.contracts {
		if now := s.ledger.Former(c.ID); now != "" { // what is recorded of it would be missing from the answer
			return nil, message.Errorf("%s", Vanished{Connection: s.conn.ID, Contract: now, Former: c.ID}.Why())
		}
		l, passed := cutovers[c.ID]
		if !passed {
			l.FirstPassAt, c.unwatched = p.now, true
		}
		c.enforceBy(l)
		c.stale = c.stale || p.asOf
		if l.PassedAt.After(p.now) {
			c.cutover.PassedAt = time.Time{}
		}
	}
	p.indexContracts()
	return &reader{p}, nil
}

// chunk are some issues as they were read together, those that the mirror has.
type chunk struct {
	ids []string
	of  map[string]mirrored
}

// several gives issues as mirrored does, some hundred at a time: memory is bounded, and the state file is asked little
// for each.
func (p *snapshot) several(ctx context.Context, ids []string) iter.Seq2[chunk, error] {
	return func(yield func(chunk, error) bool) {
		for some := range slices.Chunk(ids, atATime) {
			read, err := p.source.several(ctx, some)
			for id, m := range read {
				if now, ok := p.asKnown(m); ok {
					read[id] = now
				} else {
					delete(read, id)
				}
			}
			if !yield(chunk{some, read}, err) || err != nil {
				return
			}
		}
	}
}

// all goes through every issue of the mirror that is there at the snapshot's moment, in the order of its listing.
func (p *snapshot) all(ctx context.Context) iter.Seq2[mirrored, error] {
	return func(yield func(mirrored, error) bool) {
		var ids []string
		some := func() bool {
			for read, err := range p.several(ctx, ids) {
				if err != nil {
					yield(mirrored{}, err)
					return false
				}
				for _, id := range read.ids {
					if m, ok := read.of[id]; ok && !yield(m, nil) {
						return false
					}
				}
			}
			ids = ids[:0]
			return true
		}
		for entry, err := range p.mirror.Issues(ctx, p.conn.ID) {
			if err != nil {
				yield(mirrored{}, err)
				return
			}
			if ids = append(ids, entry.ID); len(ids) == atATime && !some() {
				return
			}
		}
		some()
	}
}

// asKnown is an issue as of the snapshot; false for one that was made later.
func (p *snapshot) asKnown(m mirrored) (mirrored, bool) {
	if !p.asOf {
		return m, true
	}
	m.history = m.history.At(p.now)
	if m.entry.StateAt.After(p.now) {
		m.entry.State = mirror.Visible
	}
	return m, !m.history.Issue.CreatedAt.After(p.now)
}

// unchanged are those of the issues that are as the last pass looked at them, with their prints.
func (p *snapshot) unchanged(ctx context.Context, ids []string) (map[string]mirror.Print, error) {
	out := map[string]mirror.Print{}
	var known []string
	for _, id := range ids {
		if _, ok := p.last.prints[id]; ok {
			known = append(known, id)
		}
	}
	for len(known) > 0 {
		some := known[:min(atATime, len(known))]
		known = known[len(some):]
		now, err := p.mirror.Prints(ctx, p.conn.ID, some...)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			if is, ok := now[id]; ok && is == p.last.prints[id] {
				out[id] = is
			}
		}
	}
	return out, nil
}

// words are the contracts as their words are rendered.
func (p *snapshot) words() []outbox.Contract {
	out := make([]outbox.Contract, len(p.contracts))
	for i, c := range p.contracts {
		out[i] = c.words()
	}
	return out
}
