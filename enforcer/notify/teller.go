package notify

import (
	"context"
	"errors"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// Teller makes messages about what the ledger has. It is not safe for concurrent use.
type Teller struct {
	Ledger      *ledger.Ledger
	Rules       []Rule
	Connections []string // of trackers
	Channels    []string
	Contracts   map[string]*enforcer.Contract
	// Page is where people look at an issue; "" for nowhere.
	Page      func(connection, issue string) string
	LateAfter time.Duration // for how long passes may fail before it is told
	Clock     func() time.Time
}

// Look makes the messages that are due: they are in the ledger when it returns, to be sent. next is when time alone
// will give something to tell; zero: never. A rule that fails does not keep the others from being looked at.
func (t *Teller) Look(ctx context.Context) (next time.Time, err error) {
	var errs []error
	for i := range t.Rules {
		at, err := t.look(ctx, &t.Rules[i])
		if err != nil {
			errs = append(errs, message.Errorf("rule %s: %w", t.Rules[i].ID, err))
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, errors.Join(errs...)
}

func (t *Teller) look(ctx context.Context, r *Rule) (next time.Time, err error) {
	connection := ledger.ChannelConnection(r.Channel)
	text, err := t.Ledger.Told(ctx, connection, r.ID)
	if err != nil {
		return next, err
	}
	state, known, err := readProgress(text)
	if err != nil {
		return next, err
	}
	g := &gatherer{Teller: t, rule: r, progress: &state}
	if !known {
		if err := g.begin(ctx); err != nil {
			return next, err
		}
		if err := t.Ledger.Tell(ctx, t.Clock(), connection, r.ID, state.text(), nil); err != nil {
			return next, err
		}
	}
	if r.Digest != nil {
		return t.lookDigest(ctx, r, &state)
	}
	now := t.Clock()
	if open, at := r.open(now); !open {
		return at, nil
	}
	if at := state.At.Add(Gap); now.Before(at) {
		return at, nil
	}
	if under, err := t.underWay(ctx, r); err != nil || under {
		return next, err
	}
	before := state.text()
	if err := g.gather(ctx); err != nil {
		return next, err
	}
	if len(g.events) == 0 {
		if state.text() == before {
			return next, nil
		}
		return next, t.Ledger.Tell(ctx, now, connection, r.ID, state.text(), nil)
	}
	m, err := t.message(g.events, r, now)
	if err != nil {
		return next, err
	}
	state.At = now
	return now.Add(Gap), t.tell(ctx, r, &state, "message", m)
}

// tell records a message together with the rule's new position.
func (t *Teller) tell(ctx context.Context, r *Rule, state *progress, step string, m connectors.Message) error {
	now := t.Clock()
	e := outbox.NewMessage(r.Channel, r.ID, step, now, m)
	return t.Ledger.Tell(ctx, now, e.Key.Connection, r.ID, state.text(), &e)
}

// underWay reports whether a message of the rule is still to be delivered: what came since waits for it, so that a
// channel that was away gets one message and not one for each.
func (t *Teller) underWay(ctx context.Context, r *Rule) (bool, error) {
	for _, state := range []enforcer.EntryState{enforcer.Intended, enforcer.Sent} {
		for _, err := range t.Ledger.List(ctx, ledger.Filter{
			Connection: ledger.ChannelConnection(r.Channel), Obligation: r.ID, State: state,
		}, ledger.OldestFirst) {
			return err == nil, err
		}
	}
	return false, nil
}
