package engine

import (
	"slices"

	"slabridge/enforcer/ledger"
)

// byContract are entries by contract and issue.
type byContract map[string]map[string][]ledger.Entry

// undone is what was decided earlier and is not done: pending, or refused by the tracker.
type undone struct{ pending, refused byContract }

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
		if slices.ContainsFunc(entries, func(e ledger.Entry) bool {
			return p.out.RightsChanged(e.Entry) || c.canAssign(e)
		}) {
			ids = append(ids, id)
		}
	}
	return ids
}
