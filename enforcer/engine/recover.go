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
	outcome, seen, err := p.lookFor(ctx, w)
	if err != nil {
		return err
	}
	if outcome.Class == connectors.TryLater {
		if p.now.Before(lostAt(p.conn, w)) {
			return nil // it may still come
		}
		if rest, half := w.Request.Rest(p.names.Self.ID, seen.before, seen.after); half {
			return p.sendRest(ctx, w, rest, seen)
		}
	}
	return p.settled(ctx, w, outcome)
}

func (p *pass) settled(ctx context.Context, w ledger.Write, outcome ledger.Outcome) error {
	entries, err := p.e.ledger.Finish(ctx, p.e.now(p.conn.Tracker), w.ID, outcome)
	if err != nil {
		return err
	}
	p.count(entries...)
	if outcome.Receipt != nil {
		p.tell(entries[0].IssueKey, *outcome.Receipt)
	}
	return nil
}

// halfDone is what the ledger says of a write whose rest is on its way.
const halfDone = "a part of it was done; the rest is sent"

// sendRest does what is left of a write that was cut short between two of its requests. It is not decided anew: what was
// done of it may be all that the promise asks for, and nobody would ever be told why. That it is on its way is noted before
// it leaves, so that a further death finds it so.
func (p *pass) sendRest(ctx context.Context, w ledger.Write, rest connectors.Write, seen look) error {
	if p.block != "" || rest.Comment.Internal && p.leak != nil {
		return nil // it stays open until that is settled
	}
	why, err := p.refusal(ctx, rest, seen.after.Issue.Values.One(connectors.FieldProject))
	if err != nil {
		return err
	}
	if why != "" {
		p.report.problem(seen.after.Issue.Key, true, "the rest of a write is held: %s", why)
		return p.learnRights(ctx)
	}
	now := p.e.now(p.conn.Tracker)
	if err := p.settled(ctx, w, ledger.Outcome{Class: connectors.Unknown, Error: halfDone, RetryAt: now.Add(settleAfter)}); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // once begun, it is seen through
	if err := p.conn.Tracker.Update(ctx, rest); err != nil {
		p.report.problem(seen.after.Issue.Key, false, "%v", err)
		o := p.failure(rest, err)
		if o.Class != connectors.Refused && o.Class != connectors.Gone && o.Class != connectors.Hidden {
			o.Class = connectors.Unknown // what was done before is done: it is looked at again
		}
		if ferr := p.settled(ctx, w, o); ferr != nil {
			return ferr
		}
		return stop(err)
	}
	after, err := p.readBack(ctx, w.Issue)
	if err != nil {
		return err // a later pass looks for the mark
	}
	receipt := connectors.Verify(w.Request, p.names.Self.ID, seen.before, after)
	if receipt, err = p.leaked(ctx, after.Issue, receipt); err != nil {
		return err
	}
	return p.settled(ctx, w, ledger.Outcome{Receipt: &receipt})
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

// look is an issue as it was when a write began, as far as we are concerned, and as it is now.
type look struct{ before, after connectors.History }

// lookFor finds out what became of a write; TryLater is that its mark is not to be seen.
func (p *pass) lookFor(ctx context.Context, w ledger.Write) (ledger.Outcome, look, error) {
	if n := w.Request.Create; n != nil {
		id, found, err := p.conn.Tracker.FindCreated(ctx, n.Project, n.Mark, w.BeganAt.Add(-settleAfter))
		switch {
		case err != nil:
			return ledger.Outcome{}, look{}, err
		case found:
			return p.seen(ctx, id, *n), look{}, nil
		}
		return notThere, look{}, nil
	}
	h, err := p.conn.Tracker.History(ctx, w.Issue)
	if noted, nerr := p.vanish(ctx, w.Issue, err); noted {
		return ledger.Outcome{Class: connectors.ClassOf(err), Error: err.Error()}, look{}, nerr
	}
	if err != nil {
		return ledger.Outcome{}, look{}, err
	}
	if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.now); err != nil {
		return ledger.Outcome{}, look{}, err
	}
	self := p.names.Self.ID
	before := withoutOurs(h, self, w)
	receipt := connectors.Verify(w.Request, self, before, h)
	if receipt, err = p.leaked(ctx, h.Issue, receipt); err != nil {
		return ledger.Outcome{}, look{}, err
	}
	if w.Accepted() || receipt.Public || written(w.Request, receipt) {
		return ledger.Outcome{Receipt: &receipt}, look{}, nil
	}
	return notThere, look{before, h}, nil
}

// withoutOurs is a history without what we did from the write on. Where the write does not say what it knew, the times tell:
// ours is what was done from about its beginning on.
func withoutOurs(h connectors.History, self string, w ledger.Write) connectors.History {
	known := slices.IndexFunc(h.Events, func(e connectors.Event) bool { return e.ID == w.Request.BaseEvent })
	began := w.BeganAt.Add(-settleAfter)
	all := h.Events
	h.Events = nil
	for i, e := range all {
		later := i > known
		if known < 0 && w.Request.BaseEvent != connectors.NoBaseEvent { // or it was taken back since
			later = !e.At.Before(began)
		}
		if !later || e.Author != self {
			h.Events = append(h.Events, e)
		}
	}
	return h
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
