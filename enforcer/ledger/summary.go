package ledger

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
)

// Kind is what entries have in common that a human judges together.
type Kind struct {
	Connection, Contract, Obligation, Step string

	State  enforcer.EntryState
	Reason string // its code
}

// Group is all entries of a kind.
type Group struct {
	Kind
	Entries  int
	Issues   int
	Oldest   time.Time // moment
	Newest   time.Time
	Examples []Entry // up to three, of different issues where there are: the oldest, the newest and one between
}

// Summarize puts entries into groups, those with the most issues first. It keeps no more of them than it gives.
func Summarize(entries iter.Seq2[Entry, error]) ([]Group, error) {
	groups := map[Kind]*gathering{}
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		k := e.Key
		kind := Kind{k.Connection, k.Contract, k.Obligation, k.Step, e.State, e.Reason.Code}
		g := groups[kind]
		if g == nil {
			g = &gathering{issues: map[string]bool{}, oldest: e, newest: e, between: e}
			groups[kind] = g
		}
		g.add(e)
	}
	out := make([]Group, 0, len(groups))
	for kind, g := range groups {
		out = append(out, Group{kind, g.entries, len(g.issues), g.oldest.Moment, g.newest.Moment, g.examples()})
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Issues, a.Issues), a.Oldest.Compare(b.Oldest), strings.Compare(a.Contract, b.Contract),
			strings.Compare(a.Obligation, b.Obligation), strings.Compare(a.Step, b.Step), strings.Compare(a.Reason, b.Reason))
	})
	return out, nil
}

// gathering is a group while it is being collected.
type gathering struct {
	entries                 int
	issues                  map[string]bool
	oldest, newest, between Entry
}

func (g *gathering) add(e Entry) {
	g.entries++
	g.issues[e.Key.Issue] = true
	switch {
	case e.Moment.Before(g.oldest.Moment):
		g.between, g.oldest = g.oldest, e
	case !e.Moment.Before(g.newest.Moment):
		g.between, g.newest = g.newest, e
	default:
		g.between = e
	}
}

func (g *gathering) examples() (out []Entry) {
	for _, e := range []Entry{g.oldest, g.between, g.newest} {
		if !slices.ContainsFunc(out, func(x Entry) bool {
			return x.Key.Issue == e.Key.Issue && len(g.issues) > 1 || x.ID == e.ID
		}) {
			out = append(out, e)
		}
	}
	return out
}
