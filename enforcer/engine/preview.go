package engine

import (
	"context"
	"time"

	"slabridge/enforcer/ledger"
)

// Preview renders what would be written for entries that are not written yet, from the mirror alone, as it stands now.
// An entry that is no longer called for, or whose issue is not mirrored, comes back as it was: without a Write.
func (e *Engine) Preview(ctx context.Context, entries ...ledger.Entry) ([]ledger.Entry, error) {
	out := make([]ledger.Entry, len(entries))
	passes := map[string]*pass{}
	for i, x := range entries {
		out[i] = x
		if x.Write != nil || x.Key.Issue == wholeContract {
			continue
		}
		p := passes[x.Key.Connection]
		if p == nil {
			var err error
			if p, err = e.reader(ctx, x.Key.Connection); err != nil {
				return nil, err
			}
			passes[x.Key.Connection] = p
		}
		for _, v := range p.views {
			if v.ID != x.Key.Contract {
				continue
			}
			planned, err := p.planned(ctx, v, x.Key.Issue)
			if err != nil {
				return nil, err
			}
			for _, n := range planned {
				if n.Key == x.Key {
					out[i].Write = n.Write
				}
			}
		}
	}
	return out, nil
}

// reader is a pass that only reads, of a connection by its id; one that is not configured has no contracts.
func (e *Engine) reader(ctx context.Context, id string) (*pass, error) {
	for _, c := range e.settings.Connections {
		if c.ID == id {
			return e.look(ctx, c, time.Time{})
		}
	}
	return &pass{}, nil
}
