package engine

import (
	"context"
	"errors"
	"maps"
	"slices"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// Reconciled is what comparing the marks in a tracker with the ledger came to.
type Reconciled struct {
	Connection  string
	Issues      int // that were compared
	Differences []outbox.Difference
}

// reconciler compares what stands in one tracker with the ledger.
type reconciler struct {
	*reader
	out    *outbox.Writer
	repair bool
}

// all compares the issues that a filter chooses.
func (p reconciler) all(ctx context.Context, f ledger.Filter) (out Reconciled, err error) {
	out.Connection = p.conn.ID
	issues, err := p.marked(ctx, f)
	if err != nil {
		return out, err
	}
	for _, id := range issues {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		found, err := p.one(ctx, id)
		if err != nil {
			return out, err
		}
		out.Issues++
		out.Differences = append(out.Differences, found...)
	}
	return out, nil
}

// marked lists the issues that the ledger has written to, and those that the mirror shows to bear a mark of ours.
func (p reconciler) marked(ctx context.Context, f ledger.Filter) ([]string, error) {
	ids := map[string]bool{}
	for x, err := range p.ledger.List(ctx, f, ledger.OldestFirst) {
		if err != nil {
			return nil, err
		}
		if x.Receipt != nil && x.On() != "" {
			ids[x.On()] = true
		}
	}
	for entry, err := range p.mirror.Issues(ctx, p.conn.ID) {
		if err != nil {
			return nil, err
		}
		if f.Issue != "" && f.Issue != entry.Key || entry.State != mirror.Visible {
			continue
		}
		h, ok, err := p.mirror.History(ctx, p.conn.ID, entry.ID)
		if err != nil {
			return nil, err
		}
		if ok && outbox.Marked(h, p.names.Self.ID) {
			ids[entry.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(ids)), nil
}

// one compares one issue. A step that the ledger does not have is known by the contract's evaluation of it.
func (p reconciler) one(ctx context.Context, issue string) ([]outbox.Difference, error) {
	found, h, there, err := p.out.Compare(ctx, issue)
	if err != nil || !there {
		return nil, err
	}
	var unknown []ledger.Entry
	for i := range found {
		d := &found[i]
		if d.Kind != outbox.UnknownStep {
			continue
		}
		e, ok, err := p.stepOf(ctx, h, d.Step.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			d.Kind = outbox.NotRecorded
			unknown = append(unknown, e)
		}
	}
	if !p.repair || !slices.ContainsFunc(found, func(d outbox.Difference) bool { return d.Kind == outbox.NotRecorded }) {
		return found, nil
	}
	done, err := p.out.Repair(ctx, h, unknown)
	for i := range found {
		found[i].Repaired = done[found[i].Step.ID]
	}
	return found, err
}

// stepOf finds the step with an id among what the contracts that have made a pass ask for on an issue.
func (p reconciler) stepOf(ctx context.Context, h connectors.History, id string) (ledger.Entry, bool, error) {
	m, err := p.seen(ctx, h)
	if err != nil {
		return ledger.Entry{}, false, err
	}
	for _, c := range p.contracts {
		if _, err := p.ledger.Cutover(ctx, p.conn.ID, c.ID); errors.Is(err, ledger.ErrNotFound) {
			continue
		} else if err != nil {
			return ledger.Entry{}, false, err
		}
		f, err := p.find(ctx, c, m, decide.Blocks{})
		if err != nil {
			return ledger.Entry{}, false, err
		}
		if d, ok := decide.StepByID(f.Evaluation, id); ok {
			if d.Moment.IsZero() { // facts have changed since: it would not come today
				d.Moment = p.now
			}
			d.State, d.Reason = enforcer.Past, enforcer.Because("adopted", "its comment was found in the tracker")
			return ledger.Entry{Entry: f.Entry(d)}, true, nil
		}
	}
	return ledger.Entry{}, false, nil
}
