package engine

import (
	"context"
	"errors"
	"time"

	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Lateness is whether slabridge itself does in time what is due. The zero value: it does.
type Lateness struct {
	At      time.Time // when it was looked; zero: not at all
	Since   time.Time // of the oldest thing that is due and not done; zero: nothing is late
	Overdue int       // how many things are
	Began   bool      // with this pass
	Ended   time.Time // with this pass: since when it had been late
}

// Late reports whether something is late.
func (l Lateness) Late() bool { return !l.Since.IsZero() }

// lateness finds what has been due on a connection for longer than the limit. Of a request out of sight nothing is due:
// it is frozen.
func (e *Engine) lateness(ctx context.Context, conn Connection, now time.Time) (Lateness, error) {
	late := Lateness{At: now}
	if e.settings.LateAfter <= 0 {
		return late, nil
	}
	overdue, err := e.ledger.Overdue(ctx, conn.ID, now.Add(-e.settings.LateAfter))
	if err != nil {
		return late, err
	}
	for _, o := range overdue {
		if o.Issue != wholeContract {
			m, ok, err := e.mirror.Entry(ctx, conn.ID, o.Issue)
			if err != nil {
				return late, err
			}
			if ok && m.State != mirror.Visible {
				continue
			}
		}
		if late.Overdue++; late.Since.IsZero() {
			late.Since = o.Since
		}
	}
	return late, nil
}

// Fares is how slabridge itself fares on a connection, as of a moment.
type Fares struct {
	ledger.Health
	Late Lateness
}

// Fares tells it from the state file alone.
func (e *Engine) Fares(ctx context.Context, now time.Time) ([]Fares, error) {
	var out []Fares
	for _, c := range e.settings.Connections {
		h, err := e.ledger.Health(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		late, err := e.lateness(ctx, c, now)
		if err != nil {
			return nil, err
		}
		out = append(out, Fares{h, late})
	}
	return out, nil
}

// keepHealth keeps how the pass went and whether slabridge is late, and tells the watch issue once when that begins and once
// when it is over. before is how late it was when the pass began: an outage that this very pass has made up for is told,
// too.
func (p *pass) keepHealth(ctx context.Context, before Lateness, failed error) error {
	if ctx.Err() != nil {
		return nil // told to stop: the next process sees for itself
	}
	now := p.e.now(p.conn.Tracker)
	was, err := p.e.ledger.Health(ctx, p.conn.ID)
	if err != nil {
		return err
	}
	late, err := p.e.lateness(ctx, p.conn, now)
	if err != nil {
		return err
	}
	is := ledger.Health{Connection: p.conn.ID, PassedAt: now, GoodAt: was.GoodAt, LateSince: was.LateSince}
	if failed == nil {
		is.GoodAt = now
	} else {
		is.Error = failed.Error()
	}
	if is.LateSince.IsZero() && (late.Late() || before.Late()) {
		late.Began = true
		if is.LateSince = late.Since; before.Late() {
			is.LateSince = before.Since
		}
	}
	if since := is.LateSince; !since.IsZero() && !p.now.IsZero() {
		step := stepLate
		if !late.Late() {
			step = stepCaughtUp
		}
		var told bool
		if told, err = p.confess(ctx, step, since); told && !late.Late() {
			late.Ended, is.LateSince = since, time.Time{}
		}
	}
	p.report.Late = late
	return errors.Join(err, p.e.ledger.SetHealth(ctx, is))
}

// The steps of what slabridge says of itself; the cycle is named by the moment since which it is late.
const (
	stepLate     = "late"
	stepCaughtUp = "caught-up"
)

// confess writes an internal note about ourselves on the watch issue, through the ledger like every other. It reports
// whether there is nothing left to say; where nothing may be written now, a later pass tries again.
func (p *pass) confess(ctx context.Context, step string, since time.Time) (told bool, err error) {
	if p.conn.WatchIssue == "" || len(p.views) == 0 {
		return true, nil
	}
	if p.block != "" || p.views[0].fatal || p.streak >= patience {
		return false, nil
	}
	id, ok, err := p.e.mirror.IDByKey(ctx, p.conn.ID, p.conn.WatchIssue)
	if err != nil {
		return false, err
	}
	if !ok {
		p.report.problem(p.conn.WatchIssue, true, "the issue that is to be told when slabridge is late is not in the mirror")
		return true, nil
	}
	d := p.confession(step, since)
	e := ledger.Entry{Entry: d.Entry(p.now)}
	e.IssueKey, e.Subject = p.conn.WatchIssue, "slabridge"
	recorded, err := p.e.ledger.Record(ctx, p.now, e)
	if err != nil {
		return false, err
	}
	if e = recorded[0].Entry; len(p.ready([]ledger.Entry{e})) > 0 {
		f := finding{view: p.views[0], request: enforcer.Request{Connection: p.conn.ID}}
		if err := p.endure(p.remark(context.WithoutCancel(ctx), f, id, d, e)); err != nil {
			return false, err
		}
		if e, err = p.e.ledger.Get(ctx, e.ID); err != nil {
			return false, err
		}
	}
	return !e.State.Open(), nil
}

// confession is the decision to say that slabridge is late since a moment, or was.
func (p *pass) confession(step string, since time.Time) enforcer.Decision {
	text, reason := mapping.TextLate, enforcer.Text{"en": "slabridge itself is late", "ru": "slabridge сам отстаёт"}
	if step == stepCaughtUp {
		text, reason = mapping.TextCaughtUp, enforcer.Text{"en": "slabridge has caught up", "ru": "slabridge наверстал отставание"}
	}
	return enforcer.Decision{
		Key: enforcer.StepKey{
			Connection: p.conn.ID, Issue: wholeContract, Contract: p.views[0].ID,
			Obligation: enforcer.Watch, Cycle: since.UTC().Format(time.RFC3339), Step: step,
		},
		State: enforcer.Intended, Moment: p.now, Audience: enforcer.Internal, Source: "slabridge",
		Reason:  enforcer.Reason{Code: step, Text: reason},
		Changes: enforcer.Changes{Comment: &enforcer.Comment{Audience: enforcer.Internal, Text: text, StartedAt: since, Moment: p.now}},
	}
}
