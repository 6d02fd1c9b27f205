package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"slabridge/enforcer/ledger"
)

// recall finds what was decided earlier and is still to be done.
func (p *pass) recall(ctx context.Context) error {
	all, err := p.e.ledger.Pending(ctx, p.conn.ID, p.now)
	if err != nil {
		return err
	}
	p.pending = byIssue(slices.DeleteFunc(all, isOrder))
	if all, err = p.e.ledger.Refused(ctx, p.conn.ID, mostTries); err != nil {
		return err
	}
	p.refused = byIssue(slices.DeleteFunc(all, isOrder))
	return nil
}

// byIssue sorts entries by contract and issue.
func byIssue(all []ledger.Entry) map[string]map[string][]ledger.Entry {
	out := map[string]map[string][]ledger.Entry{}
	for _, e := range all {
		of := out[e.Key.Contract]
		if of == nil {
			of = map[string][]ledger.Entry{}
			out[e.Key.Contract] = of
		}
		of[e.Key.Issue] = append(of[e.Key.Issue], e)
	}
	return out
}

// lookBack is how far before the last pass reading an issue still counts as after it: our measure of the tracker's
// clock may have moved in between.
const lookBack = 2 * time.Minute

// candidates are the issues that changed since the last complete pass, whose next moment has come, or that have
// something pending or refused that is to be done; all of them after a change of configuration.
func (p *pass) candidates(ctx context.Context, v *view) ([]string, error) {
	since := v.line.PassedAt.Add(-lookBack)
	if v.stale {
		since = time.Time{}
	}
	ids := map[string]bool{}
	read, err := p.e.mirror.ReadSince(ctx, p.conn.ID, since)
	if err != nil {
		return nil, err
	}
	due, err := p.e.ledger.Due(ctx, p.conn.ID, v.ID, p.now)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Concat(read, due) {
		ids[id] = true
	}
	for id, entries := range p.pending[v.ID] {
		if slices.ContainsFunc(entries, func(e ledger.Entry) bool { return p.calls(v, e) }) {
			ids[id] = true
		}
	}
	for id, entries := range p.refused[v.ID] {
		if slices.ContainsFunc(entries, p.changedAround) {
			ids[id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids)), nil
}

// calls reports whether a pending entry makes its request worth another look though nothing came: what is sent waits
// for its answer, and what is held for a human, for a change of the request or for the end of what blocks it.
func (p *pass) calls(v *view, e ledger.Entry) bool {
	switch {
	case e.State == ledger.Sent:
		return false
	case e.State != ledger.Held:
		return true
	}
	switch e.Reason.Code {
	case heldBlocked:
		return p.block == ""
	case heldMapping:
		return !v.fatal
	case heldLeak:
		return p.leak == nil
	}
	return e.Reason.Code == heldRights
}
