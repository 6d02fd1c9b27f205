package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
	"slabridge/enforcer/report"
)

// Plan works out, from the mirror alone, what the next pass would write, what waits and what is held. It sends
// nothing and records nothing. With a non-zero at it answers as of that moment, ignoring what happened later.
func (e *Engine) Plan(ctx context.Context, at time.Time) ([]Plan, error) {
	return ask(ctx, e, at, (*reader).plan)
}

// Against compares, from the mirror alone, the running deadlines and the next writes with those of other settings, as
// of a moment, or of now when that is zero. It writes nothing and asks no tracker.
func (e *Engine) Against(ctx context.Context, other Settings, at time.Time) ([]Against, error) {
	return each(e.settings.Connections, func(c Connection) (Against, error) {
		s := e.source(c)
		now, err := look(ctx, s, at)
		if err != nil {
			return Against{}, err
		}
		s.settings = other
		then, err := look(ctx, s, at)
		if err != nil {
			return Against{}, err
		}
		then.now = now.now
		return compare(ctx, now, then)
	})
}

// ask asks every connection a question, as of at, or of now when that is zero.
func ask[T any](
	ctx context.Context, e *Engine, at time.Time, question func(*reader, context.Context) (T, error),
) ([]T, error) {
	out, err := each(e.settings.Connections, func(c Connection) (t T, err error) {
		p, err := look(ctx, e.source(c), at)
		if err != nil {
			return t, err
		}
		return question(p, ctx)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Now is the present by the tracker's clock, as far as it was ever measured: what reports and health go by.
func (e *Engine) Now(ctx context.Context, connection string) (time.Time, error) {
	for _, c := range e.settings.Connections {
		if c.ID == connection {
			s := e.source(c)
			return s.presentTime(ctx)
		}
	}
	return e.clock(), nil
}

// ErrNotMirrored is what is said of an issue that the mirror does not have.
var ErrNotMirrored = message.New("is not in the mirror")

// Explain tells the story of an issue, by its key, under each contract that covers or covered it, as of at (now
// when zero). When no contract covers it, one Explanation without a contract is given.
func (e *Engine) Explain(ctx context.Context, key string, at time.Time) ([]Explanation, error) {
	found, err := ask(ctx, e, at, func(p *reader, ctx context.Context) ([]Explanation, error) {
		id, ok, err := p.mirror.IDByKey(ctx, p.conn.ID, key)
		if err != nil || !ok {
			return nil, err
		}
		return p.explain(ctx, id)
	})
	if out := slices.Concat(found...); err != nil || len(out) > 0 {
		return out, err
	}
	return nil, message.Errorf("issue %q %w", key, ErrNotMirrored)
}

// Preview renders what would be written for entries that are not written yet, from the mirror alone, as it stands now.
// An entry that is no longer called for, or whose issue is not mirrored, comes back as it was: without a Write.
func (e *Engine) Preview(ctx context.Context, entries ...ledger.Entry) ([]ledger.Entry, error) {
	out := slices.Clone(entries)
	for _, c := range e.settings.Connections {
		if !slices.ContainsFunc(out, func(x ledger.Entry) bool {
			return x.Key.Connection == c.ID && x.Write == nil && x.Key.Issue != contractScope
		}) {
			continue
		}
		p, err := look(ctx, e.source(c), time.Time{})
		if err == nil {
			err = p.addWrites(ctx, out)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Survey goes through the mirrored requests of a contract, as of at, or of now when that is zero. It reads only.
func (e *Engine) Survey(ctx context.Context, contract string, from, to, at time.Time) (report.Survey, error) {
	var s report.Survey
	_, err := ask(ctx, e, at, func(p *reader, ctx context.Context) (struct{}, error) {
		for _, c := range p.contracts {
			if c.ID != contract {
				continue
			}
			made := report.NewSurvey(c.Contract.Contract, from, to)
			if err := p.survey(ctx, c, made); err != nil {
				return struct{}{}, err
			}
			s = *made
		}
		return struct{}{}, nil
	})
	return s, err
}

// Check asks every tracker whether it bears out the configuration: names, people, rights and clock. It only
// reads. What the mirror holds already is looked through for authors without a role and for comments by our
// account that are not ours.
func (e *Engine) Check(ctx context.Context) ([]Checkup, error) {
	var out []Checkup
	_, err := each(e.settings.Connections, func(c Connection) (struct{}, error) {
		k, err := check(ctx, e.source(c))
		if err == nil {
			out = append(out, k)
		}
		return struct{}{}, err
	})
	return out, err
}

// HealthStatus tells how slabridge itself fares on each connection, from the state file alone, as of at, or of now
// when that is zero.
func (e *Engine) HealthStatus(ctx context.Context, at time.Time) ([]HealthStatus, error) {
	out := make([]HealthStatus, len(e.settings.Connections))
	for i, c := range e.settings.Connections {
		s, now := e.source(c), at
		var err error
		if now.IsZero() {
			if now, err = s.presentTime(ctx); err != nil {
				return nil, err
			}
		}
		if out[i], err = s.healthStatus(ctx, now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Undoing works out, from the tracker as it is now, what can be taken back of the steps that the filter chooses and
// that were written. It writes nothing.
func (e *Engine) Undoing(ctx context.Context, f ledger.Filter) ([]outbox.Undo, error) {
	out, err := each(e.settings.Connections, func(c Connection) ([]outbox.Undo, error) {
		if f.Connection != "" && f.Connection != c.ID {
			return nil, nil
		}
		d, ok, err := e.mirror.Directory(ctx, c.ID)
		if err != nil || !ok {
			return nil, err
		}
		chosen := f
		chosen.Connection = c.ID
		var steps []ledger.Entry
		for x, err := range e.ledger.List(ctx, chosen, ledger.OldestFirst) {
			if err != nil {
				return nil, err
			}
			steps = append(steps, x)
		}
		s := e.source(c)
		return s.outbox(s.trackerTime(), nil, d, nil, &Report{}).Undos(ctx, steps)
	})
	return slices.Concat(out...), err
}

// Running lists the requests with running cycles, as of at, or of now when that is zero.
func (e *Engine) Running(ctx context.Context, at time.Time) ([]enforcer.AgendaItem, error) {
	found, err := ask(ctx, e, at, (*reader).running)
	if errors.Is(err, errNotMirrored) && at.IsZero() { // nothing is known to run but what was before the mirror was lost
		return e.ledger.Running(ctx)
	}
	out := slices.Concat(found...)
	slices.SortStableFunc(out, func(a, b enforcer.AgendaItem) int { return soonest(a).Compare(soonest(b)) })
	return out, err
}

// Reconcile compares all marks in the tracker with the ledger, on the issues that the ledger has written to and those
// that the mirror shows to bear a mark of ours; each is read afresh. With repair, what stands is recorded as done. The
// filter chooses connections and issues. Nothing is written to the tracker, but for what is found to be public and
// should not be.
func (e *Engine) Reconcile(ctx context.Context, f ledger.Filter, repair bool) ([]Reconciled, error) {
	return each(e.settings.Connections, func(c Connection) (Reconciled, error) {
		if f.Connection != "" && f.Connection != c.ID {
			return Reconciled{Connection: c.ID}, nil
		}
		s := e.source(c)
		if _, err := s.sync(ctx, SyncOptions{}, e.Progress); err != nil {
			return Reconciled{Connection: c.ID}, err
		}
		p, err := look(ctx, s, time.Time{})
		if err != nil {
			return Reconciled{Connection: c.ID}, err
		}
		chosen := f
		chosen.Connection = c.ID
		return reconciler{p, s.outbox(p.now, p.contracts, p.names, nil, &Report{}), repair}.all(ctx, chosen)
	})
}

// Vanished lists what the ledger has and the configuration lacks, over all connections.
func (e *Engine) Vanished(ctx context.Context) (out []Vanished, err error) {
	if err := e.ledger.ReadNames(ctx); err != nil {
		return nil, err
	}
	known, err := e.ledger.Contracts(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range e.settings.Connections {
		s := e.source(c)
		found, err := s.vanished(ctx, known)
		if err != nil {
			return nil, err
		}
		for _, v := range found { // a connection that is gone is found by each that is left
			same := func(x Vanished) bool { return x.Connection == v.Connection && x.Contract == v.Contract }
			if !slices.ContainsFunc(out, same) {
				out = append(out, v)
			}
		}
	}
	return out, nil
}
