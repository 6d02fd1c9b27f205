package engine

import (
	"context"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// recover settles writes whose outcome is not known: a crash, a lost answer, a read-back that showed nothing. Its mark
// decides. It is looked for in each pass from settleAfter on: found, it was written. Not found until resendAfter, it was
// not, and is decided anew (see lostAt); before it is sent again the issue is read once more.
func (p *pass) recover(ctx context.Context) error {
	open, err := p.e.ledger.Unsettled(ctx, p.conn.ID)
	if err != nil {
		return err
	}
	for _, w := range open {
		if p.now.Before(w.LastAt().Add(settleAfter)) {
			continue
		}
		if err := p.endure(p.settle(ctx, w)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) settle(ctx context.Context, w ledger.Write) error {
	outcome, err := p.lookFor(ctx, w)
	if err != nil {
		return err
	}
	if outcome.Class == connectors.TryLater && p.now.Before(lostAt(p.conn, w)) {
		return nil // it may still come
	}
	entries, err := p.e.ledger.Finish(ctx, p.now, w.ID, outcome)
	if err != nil {
		return err
	}
	p.count(entries...)
	if outcome.Receipt != nil {
		p.tell(entries[0].IssueKey, *outcome.Receipt)
	}
	return nil
}

// lostAt is when a write of which nothing is to be seen is taken for lost. An issue that we made is looked for in a list,
// and lists may trail the truth; everything else is looked for on the issue itself.
func lostAt(c Connection, w ledger.Write) time.Time {
	at := w.LastAt().Add(resendAfter)
	if w.Request.Create != nil && c.Tracker != nil {
		at = at.Add(c.Tracker.Capabilities().Lag)
	}
	return at
}

// lookFor finds out what became of a write; TryLater is that nothing is to be seen of it.
func (p *pass) lookFor(ctx context.Context, w ledger.Write) (ledger.Outcome, error) {
	if n := w.Request.Create; n != nil {
		id, found, err := p.conn.Tracker.FindCreated(ctx, n.Project, n.Mark, w.BeganAt.Add(-settleAfter))
		switch {
		case err != nil:
			return ledger.Outcome{}, err
		case found:
			return p.seen(ctx, id, *n), nil
		}
		return notThere, nil
	}
	h, err := p.conn.Tracker.History(ctx, w.Issue)
	if noted, nerr := p.vanish(ctx, w.Issue, err); noted {
		return ledger.Outcome{Class: connectors.ClassOf(err), Error: err.Error()}, nerr
	}
	if err != nil {
		return ledger.Outcome{}, err
	}
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.now); err != nil {
		return ledger.Outcome{}, err
	}
	self := p.names.Self.ID
	before := h
	before.Events = slices.DeleteFunc(slices.Clone(h.Events), func(e connectors.Event) bool {
		return !e.At.Before(w.BeganAt.Add(-settleAfter)) && e.Author == self
	})
	receipt := connectors.Verify(w.Request, self, before, h)
	if receipt, err = p.leaked(ctx, h.Issue, receipt); err != nil {
		return ledger.Outcome{}, err
	}
	if w.Accepted() || receipt.Public || written(w.Request, receipt) {
		return ledger.Outcome{Receipt: &receipt}, nil
	}
	return notThere, nil
}

// notThere is what a look comes to that showed nothing of a write.
var notThere = ledger.Outcome{Class: connectors.TryLater, Error: "looked for its mark and did not find it"}

// written reports whether the receipt shows that the update was done at all: its comment is there or, for one
// without a comment, some field has what was asked for.
func written(w connectors.Write, r connectors.Receipt) bool {
	if w.Comment != nil {
		return r.Event != ""
	}
	asked := len(w.Fields) + len(w.Watchers)
	for _, p := range []*string{w.Assign, w.Priority, w.Status} {
		if p != nil {
			asked++
		}
	}
	return len(r.Refused) < asked
}
