package engine

import (
	"context"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// tally gives what a request adds to the contract's cost of changes, and a value that cannot be read as an amount; ok
// is false for a contract without a cap.
func (c *contract) tally(f *finding) (t ledger.Tally, unread string, ok bool) {
	o := c.capped()
	if o == nil {
		return t, "", false
	}
	ev := &f.Evaluation
	t = ledger.Tally{Connection: c.Connection, Contract: c.ID, Obligation: o.ID, Issue: ev.Request.Issue, Period: c.term()}
	change := c.bound.Request(f.history, c.changes, c.Zone()).At(ev.Now)
	if ev.Covered && ev.State.Covered && ev.Request.GoneAt.IsZero() && change.State().Covered {
		t.Amount, unread = c.Account.cost(ev.Request)
	}
	return t, unread, true
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

// spending evaluates the contract's cap on the cost of changes when a request was looked at.
func (x *contractLevel) spending(ctx context.Context) (*finding, error) {
	c, p := x.contract, x.snapshot
	o := c.capped()
	if o == nil {
		return nil, nil
	}
	if err := x.keepTallies(ctx); err != nil {
		return nil, err
	}
	pending := x.pendingOf(true)
	if len(x.changed)+len(pending) == 0 && !x.due {
		return nil, nil
	}
	s := enforcer.Spending{Obligation: o, Period: c.term(), Sum: c.Account.Sum}
	var err error
	if s.Spent, s.Requests, err = x.spent(ctx, o); err != nil {
		return nil, err
	}
	f := x.finding(pending)
	f.WatchIssue = c.Account.WatchIssue
	f.Evaluation = enforcer.Spend(c.Contract.Contract, p.conn.ID, s, later(c.ValidFrom, c.cutover.EnforceFrom), p.now)
	m, ok, err := p.byKey(ctx, c.Account.WatchIssue)
	if err == nil && ok && m.entry.State == mirror.Visible {
		f.watch, f.project = m.history.Issue.ID, m.history.Issue.Values.One(connectors.FieldProject)
	}
	return f, err
}

// keepTallies puts what the pass found requests to add to the cost of changes into the ledger; after a change of
// configuration all of them were looked at.
func (x *contractLevel) keepTallies(ctx context.Context) error {
	if x.snapshot.reads {
		return nil
	}
	if x.contract.stale {
		if err := x.snapshot.ledger.ClearTallies(ctx, x.snapshot.conn.ID, x.contract.ID); err != nil {
			return err
		}
	}
	if len(x.tallies) == 0 {
		return nil
	}
	return x.snapshot.ledger.SetTallies(ctx, x.tallies...)
}

// spent adds up the cost of changes. A reading command puts what it found now in place of what the ledger has.
func (x *contractLevel) spent(ctx context.Context, o *enforcer.Obligation) (sum int64, requests int, err error) {
	p, c := x.snapshot, x.contract
	if !p.reads {
		return p.ledger.Tally(ctx, p.conn.ID, c.ID, o.ID, c.term())
	}
	costs := map[string]int64{}
	if !c.stale {
		if costs, err = p.ledger.Tallies(ctx, p.conn.ID, c.ID, o.ID, c.term()); err != nil {
			return 0, 0, err
		}
	}
	for _, t := range x.tallies {
		costs[t.Issue] = t.Amount
	}
	for _, cost := range costs {
		if sum += cost; cost != 0 {
			requests++
		}
	}
	return sum, requests, nil
}

// unreadableCosts remembers the costs already reported as no amount, so that each is reported once: by connection,
// contract and issue.
type unreadableCosts map[[3]string]string

// report tells of a cost that is no amount, once for each value: a request is looked at again and again.
func (u unreadableCosts) report(f *finding, value string, to *Report) {
	r := f.Evaluation.Request
	key := [3]string{r.Connection, f.contract.ID, r.Issue}
	if value != "" && u[key] != value {
		to.Problem(r.Key, false, "the field for the cost holds %q, which is no amount: it is left out of the cost of changes",
			value)
	}
	u[key] = value
}

func watchOutOfSight(c *contract) string {
	return message.Text("issue %s, which is to be told of the cost of changes, is not in sight", c.Account.WatchIssue)
}
