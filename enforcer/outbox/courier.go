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

// MessageContract stands in the key of messages for a contract; no contract's id holds a colon. Messages go to
// channels, not to a tracker: nothing can be read back, so a message is sent at least once. It bears the same id each
// time.
const MessageContract = "notify:"

// waitAfter is the wait after so many tries.
func waitAfter(tries int) time.Duration {
	if tries > 6 {
		return longestWait
	}
	return min(longestWait, firstWait<<max(0, tries-1))
}

// channelSink sends a message through a channel. Of an earlier request there is nothing to be found.
type channelSink struct {
	send func(context.Context, connectors.Message) error
}

// Send sends the message.
func (s channelSink) Send(ctx context.Context, w ledger.Write) error {
	return s.send(ctx, *w.Request.Message)
}

// Verify believes the channel: it took the message.
func (s channelSink) Verify(_ context.Context, w ledger.Write) (*connectors.Receipt, error) {
	return &connectors.Receipt{Event: w.Request.Message.ID}, nil
}

// Find finds nothing: chats and mail cannot be asked.
func (s channelSink) Find(context.Context, ledger.Write) (Found, error) { return Found{}, nil }

// Courier brings the messages of one channel to it.
type Courier struct {
	Channel string
	Ledger  *ledger.Ledger
	Clock   func() time.Time
	Send    func(context.Context, connectors.Message) error
}

// NewMessage is the entry of a message that is to be sent through a channel. The rule that it comes from and the moment
// make its id, which it bears each time that it is sent.
func NewMessage(channel, rule, step string, now time.Time, m connectors.Message) ledger.Entry {
	key := enforcer.StepKey{
		Connection: ledger.ChannelConnection(channel), Contract: MessageContract, Obligation: rule,
		Cycle: now.UTC().Format("2006-01-02T15:04:05.000Z"), Step: step,
	}
	m.ID = key.ID()
	return ledger.Entry{
		Entry: enforcer.Entry{
			ID: m.ID, Key: key, Subject: m.Subject, State: enforcer.Intended,
			Reason:   enforcer.Reason{Code: "message", Text: enforcer.Say("a message to staff")},
			Evidence: enforcer.Evidence{Source: rule, Audience: enforcer.Internal, Moment: now, DecidedAt: now},
		},
		Write: &connectors.Write{Issue: channel, Message: &m},
	}
}

// Delivered is what a round came to.
type Delivered struct {
	Sent    int
	Failed  error          // why the channel took none; nil when it did not fail
	GivenUp []ledger.Entry // that are not tried again
	Next    time.Time      // when something is to be tried again; zero: nothing waits
}

// Deliver sends the messages that are to be sent now, the oldest first. The first failure of the channel ends the
// round, because the next message would fail in the same way.
func (c *Courier) Deliver(ctx context.Context) (out Delivered, err error) {
	connection := ledger.ChannelConnection(c.Channel)
	if err := c.resolve(ctx, &out); err != nil {
		return out, err
	}
	pending, err := c.Ledger.Pending(ctx, connection, c.Clock())
	if err != nil {
		return out, err
	}
	for _, e := range pending {
		if e.State != enforcer.Intended || e.Write == nil || e.Write.Message == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if err = c.one(ctx, e, &out); err != nil || out.Failed != nil {
			break
		}
	}
	next, nerr := c.Ledger.NextMoment(context.WithoutCancel(ctx), connection, c.Clock())
	out.wakeAt(next)
	return out, errors.Join(err, nerr)
}

// wakeAt takes the earlier of two moments at which something is to be tried again.
func (d *Delivered) wakeAt(at time.Time) {
	if !at.IsZero() && (d.Next.IsZero() || at.Before(d.Next)) {
		d.Next = at
	}
}

// one sends one message: intent, request, outcome.
func (c *Courier) one(ctx context.Context, e ledger.Entry, out *Delivered) error {
	w, err := c.Ledger.Begin(ctx, c.Clock(), *e.Write, e)
	if err != nil {
		return err
	}
	sink := channelSink{c.Send}
	failed := sink.Send(ctx, w)
	ctx = context.WithoutCancel(ctx) // what came of it is kept, also of one that was cut short
	if failed == nil {
		receipt, err := sink.Verify(ctx, w)
		if err != nil {
			return err
		}
		out.Sent++
		_, err = c.Ledger.Finish(ctx, c.Clock(), w.ID, ledger.Outcome{Receipt: receipt})
		return err
	}
	outcome := ledger.Outcome{Class: connectors.ClassOf(failed), Error: failed.Error()}
	if outcome.Class != connectors.Refused { // it is this message that the channel refuses
		out.Failed = failed
	}
	return c.finish(ctx, w, e, failed, outcome, out)
}

// finish keeps a failure. What may have arrived stays sent until it is sent again.
func (c *Courier) finish(
	ctx context.Context, w ledger.Write, e ledger.Entry, failed error, o ledger.Outcome, out *Delivered,
) error {
	now := c.Clock()
	wait := waitAfter(e.Tries + 1)
	var known *connectors.Error
	if errors.As(failed, &known) {
		wait = max(wait, known.Rest())
	}
	o.RetryAt = now.Add(wait)
	switch {
	case o.Class == connectors.Refused:
	case o.RetryAt.Sub(e.RecordedAt) > GiveUpAfter:
		o.Class, o.RetryAt = connectors.Refused, time.Time{}
		o.Error = message.Text("given up after %s: %s", GiveUpAfter, o.Error)
	case o.Class == 0, o.Class == connectors.Garbled:
		o.Class = connectors.Unknown
	}
	moved, err := c.Ledger.Finish(ctx, now, w.ID, o)
	if err == nil && o.Class == connectors.Refused {
		out.GivenUp = append(out.GivenUp, moved...)
	}
	return err
}

// resolve makes messages ready to be sent again that may or may not have arrived: after a lost answer once their wait
// is over, after a crash once the channel cannot be sending them any more.
func (c *Courier) resolve(ctx context.Context, out *Delivered) error {
	open, err := c.Ledger.Unfinished(ctx, ledger.ChannelConnection(c.Channel))
	if err != nil {
		return err
	}
	now := c.Clock()
	for _, w := range open {
		e, err := c.Ledger.Get(ctx, w.Entries[0])
		if err != nil {
			return err
		}
		again := e.NotBefore
		if again.IsZero() {
			again = w.BeganAt.Add(lookAfter)
		}
		if now.Before(again) {
			out.wakeAt(again)
			continue
		}
		o := ledger.Outcome{Class: connectors.TryLater, Error: errNoAnswer.Error()}
		if e.Error != "" {
			o.Error = e.Error
		}
		if now.Sub(e.RecordedAt) > GiveUpAfter {
			o.Class, o.Error = connectors.Refused, message.Text("given up after %s: %s", GiveUpAfter, o.Error)
		}
		moved, err := c.Ledger.Finish(ctx, now, w.ID, o)
		if err != nil {
			return err
		}
		if o.Class == connectors.Refused {
			out.GivenUp = append(out.GivenUp, moved...)
		}
	}
	return nil
}

// errNoAnswer is what the ledger says of a message that was under way when the process ended.
var errNoAnswer = message.New("the process ended before the channel answered; it is sent again, and may come twice")
