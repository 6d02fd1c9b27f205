package outbox

import (
	"context"
	"errors"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// Sink is where requests go. A value is good for one request, and may keep what it needs between Send and Verify.
type Sink interface {
	// Send makes the request. A nil error says only that it was accepted. Any other says by its class whether
	// something may have been done (connectors.Error); a replan says that nothing was, and why not.
	Send(ctx context.Context, w ledger.Write) error
	// Verify reads back what an accepted request has done, and reports as refused what was left alone. An error says
	// that this cannot be told yet; a receipt beside it, that it was accepted and that nothing of it is to be seen.
	Verify(ctx context.Context, w ledger.Write) (*connectors.Receipt, error)
	// Find looks for what an earlier request has left behind. It sends nothing.
	Find(ctx context.Context, w ledger.Write) (Found, error)
}

// Found is what looking for an earlier request came to. The zero value: nothing of it is to be seen.
type Found struct {
	Receipt *connectors.Receipt // what was done
	Gone    error               // the place it went to is gone or hidden
	Lag     time.Duration       // how much longer than elsewhere nothing seen is no proof
	// Rest gives the sink for what is left of a request that was cut short, nil while it must wait, errTooLate when it is
	// not to be sent any more; itself nil where nothing was done, or all of it.
	Rest  func(ctx context.Context) (Sink, error)
	About string // what people type for the place
}

// replan is the error of a request of which nothing was done and that is to be planned anew at once: what was refused
// of it is ruled out from now on.
type replan struct{ error }

func (r replan) Unwrap() error { return r.error }

// LooksAt gives the moments at which a request without an answer is looked for: first, and when it is taken for lost if
// nothing is seen. What it makes may be looked for in a list, which may be stale by lag.
func LooksAt(w ledger.Write, lag time.Duration) (first, last time.Time) {
	if w.Request.Create == nil {
		lag = 0
	}
	return w.LastAt().Add(lookAfter), lostAt(w, lag)
}

// SendableFrom is the moment from which a refused entry may be tried again, whoever orders it. Its comment may stand,
// whatever the answer was, as long as what was read of the issue may be stale. Of a comment or a made issue that was
// read back only the rest is sent, at once.
func SendableFrom(e ledger.Entry) time.Time {
	if e.Made() != "" || e.Receipt != nil && e.Receipt.Event != "" {
		return time.Time{}
	}
	return e.ChangedAt.Add(resendAfter)
}

func lostAt(w ledger.Write, lag time.Duration) time.Time { return w.LastAt().Add(resendAfter + lag) }

// Outbox brings the requests of one pass over a connection to their sinks.
type Outbox struct {
	connection string
	ledger     *ledger.Ledger
	now        time.Time        // of the pass
	clock      func() time.Time // the tracker's time when it is called
	report     *Report

	failed error // the first failure that kept one issue from being read or written
	streak int   // such failures since the last success
}

// delivery is one request with the entries that it carries out.
type delivery struct {
	request connectors.Write
	entries []ledger.Entry
	notes   []string // what was left out of the request, and why
	about   string   // what people type for the place, for reports
}

// deliver makes one request: intent, send, read back, receipt. It reports whether it is to be planned anew.
func (o *Outbox) deliver(ctx context.Context, s Sink, d delivery) (again bool, err error) {
	// the moment at which it leaves, not the pass's: how long it may still be worked on counts from here
	w, err := o.ledger.Begin(ctx, o.clock(), d.request, d.entries...)
	if err != nil {
		return false, err
	}
	return o.complete(ctx, s, w, d, false)
}

// complete sends a request whose intent is in the ledger, and keeps what came of it. resumed says that a part of it was
// done before.
func (o *Outbox) complete(
	ctx context.Context, s Sink, w ledger.Write, d delivery, resumed bool,
) (again bool, err error) {
	if err := s.Send(ctx, w); err != nil {
		outcome := o.failure(err, resumed)
		if mayBeUntrue(err) { // looked at before anything else is tried
			found, ferr := s.Find(ctx, w)
			if ferr == nil && found.Receipt != nil {
				return false, o.finish(ctx, w, d.notes, ledger.Outcome{Receipt: found.Receipt})
			}
			// the issue is there, though the answer said that it was gone: the outcome is unknown
			if outcome.Class == connectors.Gone && ferr == nil && found.Gone == nil {
				outcome.Class, outcome.RetryAt = connectors.Unknown, o.clock().Add(lookAfter)
			}
		}
		o.report.Problem(d.about, false, "%v", err)
		if ferr := o.finish(ctx, w, d.notes, outcome); ferr != nil {
			return false, ferr
		}
		return errors.As(err, new(replan)), beyondIssue(err)
	}
	receipt, err := s.Verify(ctx, w)
	if err == nil {
		return false, o.finish(ctx, w, d.notes, ledger.Outcome{Receipt: receipt})
	}
	if receipt == nil {
		o.report.Problem(d.about, false, "%v", err)
	}
	return false, o.finish(ctx, w, d.notes, ledger.Outcome{
		Class: connectors.Unknown, Error: err.Error(), Receipt: receipt, RetryAt: o.clock().Add(lookAfter),
	})
}

// finish keeps what came of a request, with what was left out of it in the history.
func (o *Outbox) finish(ctx context.Context, w ledger.Write, notes []string, outcome ledger.Outcome) error {
	if len(notes) > 0 {
		outcome.Reason = enforcer.Reason{Code: "accepted", Text: enforcer.Text{}}
	}
	for _, n := range notes {
		for _, lang := range message.Languages {
			outcome.Reason.Text[lang] += message.Recall(lang, n) + ". "
		}
	}
	entries, err := o.ledger.Finish(ctx, o.clock(), w.ID, outcome)
	o.report.Count(entries...)
	return err
}

// failure is the outcome of a request that was not accepted.
func (o *Outbox) failure(err error, resumed bool) ledger.Outcome {
	now := o.clock()
	out := ledger.Outcome{Class: connectors.ClassOf(err), Error: err.Error(), RetryAt: now.Add(RetryAfter)}
	var e *connectors.Error
	if errors.As(err, &e) && e.Rest() > RetryAfter {
		out.RetryAt = now.Add(e.Rest())
	}
	switch {
	case errors.As(err, new(replan)):
		out.Class, out.RetryAt = connectors.TryLater, time.Time{}
	case out.Class == 0, resumed && beyondIssue(err) != nil: // what was done before is done: it is looked at again
		out.Class, out.RetryAt = connectors.Unknown, now.Add(lookAfter)
	case out.Class == connectors.Unknown, out.Class == connectors.Garbled:
		out.RetryAt = now.Add(lookAfter)
	// a gate or a limit, which stand before the tracker: it is looked for in its time, and not sent before that
	case e != nil && e.Doubtful && out.Class != connectors.Refused:
		out.Class, out.RetryAt = connectors.Unknown, now.Add(max(lookAfter, e.Rest()))
	}
	return out
}

// mayBeUntrue reports whether a request may have been done though the answer says otherwise and is to be looked for at
// once: answers are lost, and what stands before a tracker gives wrong ones. After a limit on requests or a wrong key a
// look would be turned away as well: it comes later. What is planned anew is read afresh, marks included, before it is
// sent.
func mayBeUntrue(err error) bool {
	var e *connectors.Error
	return errors.As(err, &e) && !e.Limited() && !e.OneIssue && e.Class != connectors.Unauthorized &&
		!errors.As(err, new(replan))
}

// beyondIssue gives the error back unless it is a refusal of this one request.
func beyondIssue(err error) error {
	switch connectors.ClassOf(err) {
	case connectors.Refused, connectors.Hidden, connectors.Gone:
		return nil
	}
	return err
}

// hold keeps entries from being written.
func (o *Outbox) hold(ctx context.Context, r enforcer.Reason, entries []ledger.Entry) error {
	for i := range entries {
		entries[i].Reason = r
	}
	moved, err := o.ledger.Move(ctx, o.now, enforcer.Held, entries...)
	o.report.Count(moved...)
	return err
}

// maxConsecutiveFailures is how many issues in a row may fail before the tracker and not the issues are to blame.
const maxConsecutiveFailures = 3

// TolerateIssueFailure takes the failure of one issue. It returns the failure if more than that issue is concerned;
// otherwise the other issues go on, and the pass fails with it in the end (Failed).
func (o *Outbox) TolerateIssueFailure(err error) error {
	if err == nil {
		o.streak = 0
		return nil
	}
	var e *connectors.Error
	if !errors.As(err, &e) || e.Limited() {
		return err
	}
	switch e.Class {
	case connectors.TryLater, connectors.Unknown, connectors.Garbled:
	default:
		return err
	}
	if o.failed == nil {
		o.failed = err
	}
	if o.streak++; o.TrackerFails() {
		return o.failed
	}
	return nil
}

// TrackerFails reports whether so many issues failed in a row that the tracker is to blame.
func (o *Outbox) TrackerFails() bool { return o.streak >= maxConsecutiveFailures }

// Failed is the first failure that was tolerated, nil when none was.
func (o *Outbox) Failed() error { return o.failed }
