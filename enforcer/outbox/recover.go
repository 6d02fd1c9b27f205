package outbox

import (
	"context"
	"errors"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// recover finds out what became of requests without a known outcome: after a crash, a lost answer, or a read-back that
// showed nothing. From lookAfter on each is looked for in every pass. If it is found, it was done. If it is not found
// until it counts as lost, it was not done and is decided anew; before it is sent again the issue is read once more.
func (o *Outbox) recover(ctx context.Context, sinkOf func(ledger.Write) Sink) error {
	open, err := o.ledger.Unfinished(ctx, o.connection)
	if err != nil {
		return err
	}
	for _, w := range open {
		if o.now.Before(w.LastAt().Add(lookAfter)) {
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
		return nil // it was written there: one "not found" by the tracker does not prove the opposite
	case found.Gone != nil:
		return o.finish(ctx, w, nil, ledger.Outcome{Class: connectors.ClassOf(found.Gone), Error: found.Gone.Error()})
	case o.now.Before(lostAt(w, found.Lag)): // it may still come
		return nil
	case found.Rest != nil:
		return o.resume(ctx, w, found)
	}
	return o.finish(ctx, w, nil,
		ledger.Outcome{Class: connectors.TryLater, Error: errNotFound.Error()})
}

// What the ledger says of requests whose outcome was not known.
var (
	errNotFound = message.New("looked for its mark and did not find it")
	errRest     = message.New("a part of it was done; the rest is sent")
	errTooLate  = message.New("a part of it was done; the rest warns of a deadline that has passed, and is not sent")
)

// resume sends what is left of a request that was cut short. It is not decided anew: the part that was done may be all
// that the obligation asks for, and then the comment would never be written. The ledger notes that it is being sent
// before it leaves, so that another crash finds it so.
func (o *Outbox) resume(ctx context.Context, w ledger.Write, found Found) error {
	rest, err := found.Rest(ctx)
	if errors.Is(err, errTooLate) { // decided anew, it is overtaken, and what comes next tells of it
		return o.finish(ctx, w, nil, ledger.Outcome{Class: connectors.TryLater, Error: err.Error()})
	}
	if err != nil || rest == nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // once begun, it is seen through
	onItsWay := ledger.Outcome{
		Class: connectors.Unknown, Error: errRest.Error(), RetryAt: o.clock().Add(lookAfter),
	}
	if err := o.finish(ctx, w, nil, onItsWay); err != nil {
		return err
	}
	_, err = o.complete(ctx, rest, w, delivery{about: found.About}, true)
	return err
}
