package outbox

import (
	"context"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// recover settles requests whose outcome is not known: a crash, a lost answer, a read-back that showed nothing. Each is
// looked for in each pass from settleAfter on: found, it was done. Not found until it is taken for lost, it was not,
// and is decided anew; before it is sent again the place is read once more.
func (o *Outbox) recover(ctx context.Context, sinkOf func(ledger.Write) Sink) error {
	open, err := o.ledger.Unsettled(ctx, o.connection)
	if err != nil {
		return err
	}
	for _, w := range open {
		if o.now.Before(w.LastAt().Add(settleAfter)) {
			continue
		}
		if err := o.TolerateIssueFailure(o.resolveOutcome(ctx, sinkOf(w), w)); err != nil {
			return err
		}
	}
	return nil
}

func (o *Outbox) resolveOutcome(ctx context.Context, s Sink, w ledger.Write) error {
	found, err := s.Find(ctx, w)
	switch {
	case err != nil:
		return err
	case found.Receipt != nil:
		return o.finish(ctx, w, nil, ledger.Outcome{Receipt: found.Receipt})
	case found.Gone != nil && w.Accepted() && o.now.Before(lostAt(w, found.Lag)):
		return nil // it was written there: one no of the tracker is no proof of the contrary
	case found.Gone != nil:
		return o.finish(ctx, w, nil, ledger.Outcome{Class: connectors.ClassOf(found.Gone), Error: found.Gone.Error()})
	case o.now.Before(lostAt(w, found.Lag)): // it may still come
		return nil
	case found.Rest != nil:
		return o.resume(ctx, w, found)
	}
	return o.finish(ctx, w, nil,
		ledger.Outcome{Class: connectors.TryLater, Error: "looked for its mark and did not find it"})
}

// resume sends what is left of a request that was cut short. It is not decided anew: what was done of it may be all
// that the promise asks for, and nobody would ever be told why. That it is on its way is noted before it leaves, so
// that a further death finds it so.
func (o *Outbox) resume(ctx context.Context, w ledger.Write, found Found) error {
	rest, err := found.Rest(ctx)
	if err != nil || rest == nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // once begun, it is seen through
	onItsWay := ledger.Outcome{
		Class: connectors.Unknown, Error: "a part of it was done; the rest is sent", RetryAt: o.clock().Add(settleAfter),
	}
	if err := o.finish(ctx, w, nil, onItsWay); err != nil {
		return err
	}
	_, err = o.complete(ctx, rest, w, delivery{about: found.About}, true)
	return err
}
