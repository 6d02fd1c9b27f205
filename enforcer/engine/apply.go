package engine

import (
	"context"
	"fmt"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// apply records every decision and carries out those that are to be written: in one pass at most the bound, or
// none of them.
func (p *pass) apply(ctx context.Context, findings []finding) error {
	var acting []finding
	fresh := 0
	for _, f := range findings {
		entries, err := p.record(ctx, &f)
		if err != nil {
			return err
		}
		ready := 0
		for _, e := range entries {
			if e.State != ledger.Intended || e.NotBefore.After(p.now) {
				continue
			}
			ready++
			if e.ReleasedAt.IsZero() && e.Tries == 0 {
				fresh++
			}
		}
		if ready > 0 {
			acting = append(acting, f)
		}
	}
	storm := ""
	if limit := p.e.settings.WritesPerPass; fresh > limit {
		storm = fmt.Sprintf("%d steps in one pass are more than the bound of %d", fresh, limit)
		p.report.problem("", true, "held: %s; look at them with 'slabridge ledger list --state held', then 'slabridge ledger release'", storm)
	}
	for _, f := range acting {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.carryOut(ctx, f, storm); err != nil {
			return err
		}
	}
	return nil
}

// record brings the ledger in line with the decisions about one request and returns its entries for them.
func (p *pass) record(ctx context.Context, f *finding) ([]ledger.Entry, error) {
	var fresh []ledger.Entry
	for _, d := range f.decisions {
		fresh = append(fresh, f.entry(d))
	}
	recorded, err := p.e.ledger.Record(ctx, p.now, fresh...)
	if err != nil {
		return nil, err
	}
	out := make([]ledger.Entry, len(recorded))
	for i, r := range recorded {
		out[i] = r.Entry
		if r.New {
			p.count(r.Entry)
			continue
		}
		if out[i], err = p.revise(ctx, r.Entry, fresh[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// heldStorm is the code of a hold that only a human ends; the others end with their cause.
const heldStorm = "storm"

// revise moves an entry that was pending to what is decided now. One held by the bound stays held until a human
// releases it, and one that waits out a back-off keeps waiting.
func (p *pass) revise(ctx context.Context, was, now ledger.Entry) (ledger.Entry, error) {
	to := now.State
	released := !was.ReleasedAt.IsZero()
	switch {
	case was.State == ledger.Held && to == ledger.Intended && !released && was.Reason.Code == heldStorm:
		return was, nil
	case was.State == to && to != ledger.Waiting:
		return was, nil
	case was.State == to && was.NotBefore.Equal(now.NotBefore):
		return was, nil
	case !was.State.Can(to):
		return was, nil
	}
	was.Reason, was.Evidence, was.NotBefore = now.Reason, now.Evidence, now.NotBefore
	moved, err := p.e.ledger.Move(ctx, p.now, to, was)
	if err != nil {
		return was, err
	}
	p.count(moved[0])
	return moved[0], nil
}

// hold keeps entries from being written until a human releases them.
func (p *pass) hold(ctx context.Context, entries []ledger.Entry, code, why string) error {
	for _, e := range entries {
		if e.State != ledger.Intended {
			continue
		}
		e.Reason = enforcer.Reason{Code: code, Text: enforcer.Text{"en": why, "ru": why}}
		moved, err := p.e.ledger.Move(ctx, p.now, ledger.Held, e)
		if err != nil {
			return err
		}
		p.count(moved...)
	}
	return nil
}

func (p *pass) count(entries ...ledger.Entry) {
	for _, e := range entries {
		switch e.State {
		case ledger.Held:
			p.report.Held = append(p.report.Held, e)
		case ledger.Done:
			p.report.Written = append(p.report.Written, e)
		case ledger.Refused:
			p.report.Refused = append(p.report.Refused, e)
		}
	}
}

// rights reads, once a pass, what our account may do.
func (p *pass) rights(ctx context.Context) (connectors.Account, error) {
	if p.self == nil {
		a, err := p.conn.Tracker.Self(ctx)
		if err != nil {
			return a, err
		}
		p.self = &a
	}
	return *p.self, nil
}
