package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// byContract are entries by contract and issue.
type byContract map[string]map[string][]ledger.Entry

// undone is what was decided earlier and is not done: pending, or refused by the tracker.
type undone struct{ pending, refused byContract }

// loadPending finds out what was decided earlier and is still to be done.
func (p *pass) loadPending(ctx context.Context) (u undone, err error) {
	pending, err := p.ledger.Pending(ctx, p.conn.ID, p.now)
	if err != nil {
		return u, err
	}
	refused, err := p.ledger.Refused(ctx, p.conn.ID, outbox.MaxTries)
	return undone{group(pending), group(refused)}, err
}

// group sorts entries by contract and issue. Orders to take a step back are left out: no evaluation calls for them.
func group(entries []ledger.Entry) byContract {
	out := byContract{}
	for _, e := range entries {
		if _, order := e.Reverts(); order {
			continue
		}
		of := out[e.Key.Contract]
		if of == nil {
			of = map[string][]ledger.Entry{}
			out[e.Key.Contract] = of
		}
		of[e.Key.Issue] = append(of[e.Key.Issue], e)
	}
	return out
}

// worthALook lists the issues of a contract of which something may be done, though nothing came.
func (u undone) worthALook(p *pass, c *contract) []string {
	var ids []string
	blocks := p.blocks(c, nil)
	for id, entries := range u.pending[c.ID] {
		if slices.ContainsFunc(entries, func(e ledger.Entry) bool { return blocks.WorthALook(e.Entry) }) {
			ids = append(ids, id)
		}
	}
	for id, entries := range u.refused[c.ID] {
		if slices.ContainsFunc(entries, func(e ledger.Entry) bool { return p.out.RightsChanged(e.Entry) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// candidates are the issues that changed since the last complete pass, whose next moment has come, or that are worth
// another look; all of them after a change of configuration.
func (p *snapshot) candidates(ctx context.Context, c *contract, worthALook []string) ([]string, error) {
	since := c.cutover.PassedAt.Add(-lookBack)
	if c.stale {
		since = time.Time{}
	}
	read, err := p.mirror.ReadSince(ctx, p.conn.ID, since)
	if err != nil {
		return nil, err
	}
	due, err := p.ledger.Due(ctx, p.conn.ID, c.ID, p.now)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, id := range slices.Concat(read, due, worthALook) {
		ids[id] = true
	}
	return slices.Sorted(maps.Keys(ids)), nil
}

// retryRefused lets the refused steps of an issue be decided again, when something changed that the refusal may rest on.
// It gives those that are pending again.
func (p *pass) retryRefused(ctx context.Context, c *contract, id string, refused []ledger.Entry) ([]ledger.Entry, error) {
	if len(refused) == 0 {
		return nil, nil
	}
	var h *connectors.History
	if id != contractScope {
		m, ok, err := p.mirrored(ctx, id)
		if err != nil || !ok {
			return nil, err
		}
		h = &m.history
	}
	var again []ledger.Entry
	for _, e := range refused {
		if e.Facts.Against == "" || e.Facts.Fingerprint == c.Fingerprint && p.out.StillRefused(e.Entry, h) {
			continue
		}
		e.Reason = enforcer.Reason{Code: "changed", Text: enforcer.Text{
			"en": "something changed since the tracker refused it: it is tried again",
			"ru": "с отказа трекера что-то изменилось: пробуем снова",
		}}
		moved, err := p.ledger.Move(ctx, p.now, enforcer.Intended, e)
		if err != nil {
			return nil, err
		}
		again = append(again, moved...)
	}
	return again, nil
}
