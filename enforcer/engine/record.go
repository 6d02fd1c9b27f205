package engine

import (
	"context"
	"slices"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// enter brings the ledger in line with what was found, and keeps of it in todo only what is to be written now.
func (p *pass) enter(ctx context.Context, todo, found []finding) ([]finding, error) {
	if err := p.record(ctx, found); err != nil {
		return nil, err
	}
	for _, f := range found {
		if slices.ContainsFunc(f.entries, p.ready) {
			todo = append(todo, f)
		}
	}
	return todo, nil
}

// record puts the decisions about requests into the ledger, and takes back what is pending there and no longer
// called for. Each finding then has its entries.
func (p *pass) record(ctx context.Context, findings []finding) error {
	var decided []ledger.Entry
	for i := range findings {
		for _, d := range findings[i].Decisions {
			decided = append(decided, ledger.Entry{Entry: findings[i].Entry(d)})
		}
	}
	recorded, err := p.ledger.Record(ctx, p.now, decided...)
	if err != nil {
		return err
	}
	for i := range findings {
		f := &findings[i]
		f.entries = make([]ledger.Entry, len(f.Decisions))
		if _, err := p.adopt(ctx, f.history); err != nil {
			return err
		}
		f.pending = p.open(f.pending)
		for j := range f.Decisions {
			if p.adopted[recorded[0].ID] {
				f.entries[j], err = p.ledger.Get(ctx, recorded[0].ID)
			} else {
				f.entries[j], err = p.revise(ctx, f, recorded[0], decided[0].Entry)
			}
			if err != nil {
				return err
			}
			recorded, decided = recorded[1:], decided[1:]
		}
		if err := p.withdraw(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// revise moves an entry that was pending to what is decided now.
func (p *pass) revise(ctx context.Context, f *finding, was ledger.Recorded, now enforcer.Entry) (ledger.Entry, error) {
	if was.New {
		p.report.Count(was.Entry)
		return was.Entry, nil
	}
	e := was.Entry
	var to enforcer.EntryState
	if e.Entry, to = f.Blocks.Revise(e.Entry, now); to == "" {
		return e, nil
	}
	moved, err := p.ledger.Move(ctx, p.now, to, e)
	if err != nil {
		return e, err
	}
	p.report.Count(moved...)
	return moved[0], nil
}

// withdraw takes back what was decided earlier, is not done, and is no longer called for.
func (p *pass) withdraw(ctx context.Context, f *finding) error {
	var gone []ledger.Entry
	for _, e := range f.pending {
		if e.State.Can(enforcer.Withdrawn) && !f.CallsFor(e.Key) {
			gone = append(gone, e)
		}
	}
	return p.takeBack(ctx, "no longer called for when the issue was looked at again", gone...)
}

func (p *pass) takeBack(ctx context.Context, why message.Format, entries ...ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	for i := range entries {
		entries[i].Reason = enforcer.Because("withdrawn", why)
	}
	_, err := p.ledger.Move(ctx, p.now, enforcer.Withdrawn, entries...)
	return err
}

// retryRefused lets the refused steps of an issue be decided again, when something changed that the refusal may rest
// on. It gives those that are pending again.
func (p *pass) retryRefused(
	ctx context.Context, c *contract, id string, refused []ledger.Entry,
) ([]ledger.Entry, error) {
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
		if e.Facts.Against == "" || e.Facts.Fingerprint == c.Fingerprint && !c.canAssign(e) &&
			p.out.StillRefused(e.Entry, h) {
			continue
		}
		e.Reason = enforcer.Because("changed", "something changed since the tracker refused it: it is tried again")
		e.NotBefore = outbox.SendableFrom(e)
		moved, err := p.ledger.Move(ctx, p.now, enforcer.Intended, e)
		if err != nil {
			return nil, err
		}
		again = append(again, moved...)
	}
	return again, nil
}

// ready reports whether an entry is to be written now.
func (p *pass) ready(e ledger.Entry) bool {
	return e.State == enforcer.Intended && !e.NotBefore.After(p.now)
}

// holdOverLimit holds what is to be written when it is more than the limit, all that is new of it and before anything
// is sent, until a human releases it. Steps whose comment is in the tracker already count as done, so a ledger restored
// from a backup does not reach the limit.
func (p *pass) holdOverLimit(ctx context.Context, findings []finding) error {
	limit := p.settings.WritesPerPass
	var fresh []ledger.Entry
	for _, f := range findings {
		fresh = append(fresh, p.limited(f.entries)...)
	}
	n := len(fresh)
	if n <= limit {
		return nil
	}
	p.overLimit = enforcer.Because(enforcer.HeldOverLimit, "%d steps in one pass are more than the bound of %d", n, limit)
	p.report.Problem("", true,
		"held: %s; look at them with 'slabridge ledger list --state held', then 'slabridge ledger release'",
		p.overLimit.Text.In("en"))
	return p.holdLimited(ctx, findings, fresh)
}

// limited are the entries to be written now that count against the limit: not those that were sent before or that a
// human released.
func (p *pass) limited(entries []ledger.Entry) []ledger.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e ledger.Entry) bool {
		return !p.ready(e) || !e.ReleasedAt.IsZero() || e.Tries > 0
	})
}

// holdLimited holds entries of findings over the limit, all or none: they are no longer among those to be written.
func (p *pass) holdLimited(ctx context.Context, findings []finding, limited []ledger.Entry) error {
	for i := range limited {
		limited[i].Reason = p.overLimit
	}
	moved, err := p.ledger.Move(ctx, p.now, enforcer.Held, limited...)
	if err != nil {
		return err
	}
	p.report.Count(moved...)
	held := make(map[string]ledger.Entry, len(moved))
	for _, e := range moved {
		held[e.ID] = e
	}
	for _, f := range findings {
		for i, e := range f.entries {
			if h, ok := held[e.ID]; ok {
				f.entries[i] = h
			}
		}
	}
	return nil
}
