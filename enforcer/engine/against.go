package engine

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
)

// Against is what another configuration would make of what is mirrored and running on a connection.
type Against struct {
	Connection  string
	Now         time.Time
	MirroredAt  time.Time
	Differences []Difference
	// what of the other configuration the tracker does not bear out, so that nothing would be written
	Problems []message.Message
}

// Difference is a deadline of a running cycle, or a write, that the other configuration moves, adds or drops.
type Difference struct {
	Change     Change
	Write      bool // of a write; else of a deadline
	Issue      string
	Subject    string
	Contract   string
	Obligation string
	Cycle      string
	Step       string    // of a write
	Was, Will  time.Time // the deadline, or the moment of the write; zero where there is none
	State      enforcer.EntryState
	Planned    *connectors.Write // as it would be written; nil where it would not be
}

// Change is what becomes of something.
type Change string

// The changes.
const (
	Moved   Change = "moved"
	Added   Change = "added"
	Dropped Change = "dropped"
	Altered Change = "altered" // a write at the same moment, with other words or changes
)

func compare(ctx context.Context, now, then *reader) (Against, error) {
	out := Against{Connection: now.conn.ID, Now: now.now}
	cursor, err := now.mirror.Cursor(ctx, now.conn.ID)
	if err != nil {
		return out, err
	}
	out.MirroredAt = cursor.CompleteAt
	_, problems, err := then.bind(ctx, then.names)
	if err != nil {
		return out, err
	}
	for _, p := range problems {
		if p.Fatal {
			out.Problems = append(out.Problems, message.Of("%s: %q: %s", p.Path, p.Value, p.Reason))
		}
	}
	for _, pair := range pairs(now.contracts, then.contracts) {
		was, err := outlookOf(ctx, now, pair[0])
		if err != nil {
			return out, err
		}
		will, err := outlookOf(ctx, then, pair[1])
		if err != nil {
			return out, err
		}
		out.Differences = append(out.Differences, was.differences(will)...)
	}
	slices.SortStableFunc(out.Differences, func(a, b Difference) int {
		return cmp.Or(boolOrder(a.Write, b.Write), strings.Compare(a.Contract, b.Contract), whenOf(a).Compare(whenOf(b)))
	})
	return out, nil
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func whenOf(d Difference) time.Time {
	if d.Was.IsZero() {
		return d.Will
	}
	return d.Was
}

// pairs puts contracts of the same id side by side; nil where one side has none.
func pairs(now, then []*contract) (out [][2]*contract) {
	byID := func(list []*contract, id string) *contract {
		if i := slices.IndexFunc(list, func(c *contract) bool { return c.ID == id }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, c := range now {
		out = append(out, [2]*contract{c, byID(then, c.ID)})
	}
	for _, c := range then {
		if byID(now, c.ID) == nil {
			out = append(out, [2]*contract{nil, c})
		}
	}
	return out
}

// outlook is what runs and what is to be written under one contract.
type outlook struct {
	cycles  map[enforcer.StepKey]running
	entries map[enforcer.StepKey]ledger.Entry
}

// running is a cycle that runs.
type running struct {
	issue, subject string
	due            time.Time
}

// outlookOf evaluates every mirrored request under a contract; nil for none.
func outlookOf(ctx context.Context, p *reader, c *contract) (outlook, error) {
	out := outlook{map[enforcer.StepKey]running{}, map[enforcer.StepKey]ledger.Entry{}}
	if c == nil {
		return out, nil
	}
	add := func(it enforcer.AgendaItem) {
		for _, x := range it.Cycles {
			k := c.StepKey(p.conn.ID, it.Issue, x.Obligation, x.ID, "")
			out.cycles[k] = running{cmp.Or(x.IssueKey, it.IssueKey), it.Subject, x.Due}
		}
	}
	var ids []string
	var tallies []ledger.Tally
	for m, err := range p.all(ctx) {
		if err != nil {
			return out, err
		}
		f, err := p.find(ctx, c, m, decide.Blocks{Mapping: c.fatal})
		if err != nil {
			return out, err
		}
		if t, _, ok := c.tally(&f); ok {
			tallies = append(tallies, t)
		}
		if !f.Evaluation.Covered {
			continue
		}
		ids = append(ids, m.history.Issue.ID)
		add(f.Item())
		entries, err := p.inWords(ctx, c, &f)
		if err != nil {
			return out, err
		}
		for _, e := range entries {
			out.entries[e.Key] = e
		}
	}
	whole, err := newContractLevel(p.snapshot, c, decide.Blocks{Mapping: c.fatal}, ids, nil, tallies).find(ctx)
	if err != nil {
		return out, err
	}
	for _, f := range whole {
		if f.runs != nil {
			add(f.Item())
		}
	}
	entries, err := p.plannedContractLevel(ctx, c, ids, tallies)
	for _, e := range entries {
		out.entries[e.Key] = e
	}
	return out, err
}

// differences lists what the other outlook has otherwise.
func (o outlook) differences(other outlook) (out []Difference) {
	for k, was := range o.cycles {
		d := Difference{
			Issue: was.issue, Subject: was.subject, Contract: k.Contract, Obligation: k.Obligation, Cycle: k.Cycle, Was: was.due,
		}
		will, there := other.cycles[k]
		switch d.Will = will.due; {
		case !there:
			d.Change = Dropped
		case was.due.Equal(will.due):
			continue
		default:
			d.Change = Moved
		}
		out = append(out, d)
	}
	for k, will := range other.cycles {
		if _, there := o.cycles[k]; !there {
			out = append(out, Difference{
				Change: Added, Issue: will.issue, Subject: will.subject, Contract: k.Contract, Obligation: k.Obligation,
				Cycle: k.Cycle, Will: will.due,
			})
		}
	}
	for k, was := range o.entries {
		will, there := other.entries[k]
		d := writeDifference(k, &was)
		switch d.Was = was.Moment; {
		case !there:
			d.Change, d.Planned = Dropped, nil
			out = append(out, d)
			continue
		case !was.Moment.Equal(will.Moment):
			d.Change = Moved
		case was.State != will.State || !reflect.DeepEqual(was.Write, will.Write):
			d.Change = Altered
		default:
			continue
		}
		d.Will, d.State, d.Planned = will.Moment, will.State, will.Write
		out = append(out, d)
	}
	for k, will := range other.entries {
		if _, there := o.entries[k]; !there {
			d := writeDifference(k, &will)
			d.Change, d.Will = Added, will.Moment
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { // maps have no order
		return cmp.Or(strings.Compare(a.Issue, b.Issue), strings.Compare(a.Obligation, b.Obligation),
			strings.Compare(a.Cycle, b.Cycle), strings.Compare(a.Step, b.Step))
	})
	return out
}

func writeDifference(k enforcer.StepKey, e *ledger.Entry) Difference {
	return Difference{
		Write: true, Issue: cmp.Or(e.IssueKey, e.Made()), Subject: e.Subject, Contract: k.Contract, Obligation: k.Obligation,
		Cycle: k.Cycle, Step: k.Step, State: e.State, Planned: e.Write,
	}
}
