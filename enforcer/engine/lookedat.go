package engine

import (
	"context"
	"time"

	"slabridge/connectors/mirror"
)

// lookedAt is what the last complete pass over a connection looked at, as far as the next one would do so again only
// because it was read shortly before (lookBack). What has not changed since, by names and a configuration that have not
// changed either, comes to the same: what time brings is on the agenda, and what people record has its issue put there.
type lookedAt struct {
	names  time.Time            // when the names were read that it rests on
	passed map[string]time.Time // when contracts were passed, by their ids
	prints map[string]mirror.Print
}

// spares reports whether the contract was passed last by this pass, with the same names and configuration.
func (l *lookedAt) spares(c *contract, names time.Time) bool {
	if l == nil || c.stale || !l.names.Equal(names) {
		return false
	}
	at, ok := l.passed[c.ID]
	return ok && at.Equal(c.cutover.PassedAt)
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
			if print, ok := now[id]; ok && print == p.last.prints[id] {
				out[id] = print
			}
		}
	}
	return out, nil
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
	for id, print := range p.spared {
		if _, ok := p.prints[id]; !ok {
			p.prints[id] = print
		}
	}
	for _, c := range p.contracts {
		if !c.fatal {
			out.passed[c.ID] = p.now
		}
	}
	return out
}
