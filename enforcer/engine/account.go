package engine

import (
	"context"
	"strconv"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Account is what a contract's cap on the cost of changes is measured by. Amounts are hundredths of the currency.
type Account struct {
	Sum        int64
	Currency   string
	Rate       int64 // of an hour of booked time; 0: the mapped field `cost` of each request
	Changes    []mapping.When
	WatchIssue string // key of the issue that is told
}

// capped is the obligation that limits the cost of changes, nil when the contract has none that is acted on.
func (c *Contract) capped() *enforcer.Obligation {
	if c.Account == nil {
		return nil
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if o.Kind == enforcer.Account && o.Inert == nil && !o.Off && o.Rules[0].Sum != nil && o.Rules[0].Sum.Percent > 0 {
			return o
		}
	}
	return nil
}

// tally notes what a request adds to the contract's cost of changes.
func (p *pass) tally(v *view, f *finding, m mirrored) {
	o := v.capped()
	if o == nil {
		return
	}
	t := ledger.Tally{Connection: p.conn.ID, Contract: v.ID, Obligation: o.ID, Issue: f.request.Issue, Period: v.term()}
	change := v.bound.Request(m.history, v.changes, v.Zone()).At(f.ev.Now)
	if f.ev.Covered && f.ev.State.Covered && f.ev.Request.GoneAt.IsZero() && change.State().Covered {
		var unread string
		t.Amount, unread = v.Account.cost(f.ev.Request)
		p.unreadableCost(v, f, unread)
	}
	p.tallies = append(p.tallies, t)
}

// unreadableCost tells of a cost that is no amount, once for each value: a request is looked at again and again.
func (p *pass) unreadableCost(v *view, f *finding, value string) {
	if p.reads {
		return
	}
	key := [3]string{p.conn.ID, v.ID, f.request.Issue}
	if value != "" && p.e.uncounted[key] != value {
		p.report.problem(f.request.Key, false, "the field for the cost holds %q, which is no amount: it is left out of the cost of changes", value)
	}
	p.e.uncounted[key] = value
}

// term names the contract's own period, over which its sum is agreed: by its first day.
func (v *view) term() string {
	from := v.ValidFrom
	if len(v.Earlier) > 0 {
		from = v.Earlier[0].ValidFrom
	}
	if from.IsZero() {
		return "contract"
	}
	return from.In(v.Zone()).Format(time.DateOnly)
}

// cost is what a request for a change costs, in hundredths; unread is a value that is no amount.
func (a *Account) cost(r *enforcer.Request) (cost int64, unread string) {
	if a.Rate > 0 {
		var spent time.Duration
		for i := range r.Moments {
			if w := r.Moments[i].Work; w != nil {
				spent += w.Spent
			}
		}
		return int64(spent/time.Second) * a.Rate / 3600, ""
	}
	value := r.State().Fields[mapping.FieldCost]
	if value == "" {
		return 0, ""
	}
	cost, ok := parseMoney(value)
	if !ok {
		return 0, value
	}
	return cost, ""
}

// parseMoney reads an amount as people type it: 1500000, 1 500 000,50. Of "1,500" nobody can tell whether it is one
// and a half or fifteen hundred.
func parseMoney(s string) (hundredths int64, ok bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".").Replace(strings.TrimSpace(s))
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 {
		return 0, false
	}
	for len(part) < 2 {
		part += "0"
	}
	n, err := strconv.ParseInt(whole+part, 10, 64)
	return n, err == nil && n >= 0 && strings.Trim(part, "0123456789") == ""
}

// account evaluates the contract's cap on the cost of changes when a request was looked at.
func (p *pass) account(ctx context.Context, v *view, changed []string, due bool) (*finding, error) {
	o := v.capped()
	if o == nil {
		return nil, nil
	}
	if err := p.keepTallies(ctx, v); err != nil {
		return nil, err
	}
	pending := p.pendingWhole(v, true)
	if len(changed)+len(pending) == 0 && !due {
		return nil, nil
	}
	s := enforcer.Spending{Obligation: o, Period: v.term(), Sum: v.Account.Sum}
	var err error
	if s.Spent, s.Requests, err = p.spent(ctx, v, o); err != nil {
		return nil, err
	}
	f := &finding{view: v, request: enforcer.Request{Connection: p.conn.ID}, pending: pending}
	f.ev = enforcer.Spend(v.Contract.Contract, p.conn.ID, s, later(v.ValidFrom, v.line.EnforceFrom), p.now)
	return f, p.watch(ctx, f)
}

// keepTallies puts what the pass found requests to add to the cost of changes into the ledger; after a change of
// configuration all of them were looked at.
func (p *pass) keepTallies(ctx context.Context, v *view) error {
	if p.reads {
		return nil
	}
	if v.stale {
		if err := p.e.ledger.ClearTallies(ctx, p.conn.ID, v.ID); err != nil {
			return err
		}
	}
	if len(p.tallies) == 0 {
		return nil
	}
	err := p.e.ledger.SetTallies(ctx, p.tallies...)
	p.tallies = nil
	return err
}

// spent adds up the cost of changes. Who only reads lays what was found now over what the ledger has.
func (p *pass) spent(ctx context.Context, v *view, o *enforcer.Obligation) (sum int64, requests int, err error) {
	if !p.reads {
		return p.e.ledger.Tally(ctx, p.conn.ID, v.ID, o.ID, v.term())
	}
	costs := map[string]int64{}
	if !v.stale {
		if costs, err = p.e.ledger.Tallies(ctx, p.conn.ID, v.ID, o.ID, v.term()); err != nil {
			return 0, 0, err
		}
	}
	for _, t := range p.tallies {
		costs[t.Issue] = t.Amount
	}
	p.tallies = nil
	for _, cost := range costs {
		if sum += cost; cost != 0 {
			requests++
		}
	}
	return sum, requests, nil
}

// watch finds the issue that is told of the cost of changes, if it is in sight.
func (p *pass) watch(ctx context.Context, f *finding) error {
	id, ok, err := p.e.mirror.IDByKey(ctx, p.conn.ID, f.view.Account.WatchIssue)
	if err != nil || !ok {
		return err
	}
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, id)
	if err == nil && ok && m.entry.State == mirror.Visible {
		f.watch, f.project = id, m.history.Issue.Values.One(connectors.FieldProject)
	}
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
