package ledger

import (
	"context"
	"database/sql"
	"encoding/json"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// Tally is what one request adds to an account of a contract in one period. It is derived from the request, like the
// agenda, and replaced when the request is evaluated again.
type Tally struct {
	Connection string
	Contract   string
	Obligation string // of kind enforcer.Account
	Issue      string // the tracker's immutable id
	Period     string // as the account counts: "2026-03", or "" for the whole contract
	Amount     int64  // in the account's unit, whatever that is; never 0 when stored
}

// SetTallies replaces what requests add to accounts, in one transaction: all that was known of a request in an
// account gives way to the tallies given for the two. One whose amount is 0 adds nothing, so that alone it takes the
// request out of the account. The contract must have its Cutover first.
func (l *Ledger) SetTallies(ctx context.Context, tallies ...Tally) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		cleared, cutovers := map[[4]string]bool{}, l.cutoversIn(tx)
		for _, t := range tallies {
			if err := cutovers.require(ctx, t.Connection, t.Contract); err != nil {
				return t.failed(err)
			}
			key := [4]string{t.Connection, t.Contract, t.Obligation, t.Issue}
			if !cleared[key] {
				if _, err := tx.ExecContext(ctx, `DELETE FROM ledger_tallies WHERE connection = $1 AND contract = $2
					AND obligation = $3 AND issue = $4`,
					t.Connection, l.stored(t.Contract), t.Obligation, t.Issue); err != nil {
					return t.failed(err)
				}
				cleared[key] = true
			}
			if t.Amount == 0 {
				continue
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_tallies (connection, contract, obligation, issue, period,
					amount)
				VALUES ($1, $2, $3, $4, $5, $6)`,
				t.Connection, l.stored(t.Contract), t.Obligation, t.Issue, t.Period, t.Amount); err != nil {
				return t.failed(err)
			}
		}
		return nil
	})
}

func (t *Tally) failed(err error) error {
	return message.Errorf("set what issue %s adds to %s %s: %w", t.Issue, t.Contract, t.Obligation, err)
}

// Tally adds up an account over a period, and counts the requests that add to it.
func (l *Ledger) Tally(
	ctx context.Context, connection, contract, obligation, period string,
) (sum int64, requests int, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(amount), 0), COUNT(*) FROM ledger_tallies
		WHERE connection = $1 AND contract = $2 AND obligation = $3
		AND period = $4`,
		connection, l.stored(contract), obligation, period).Scan(&sum, &requests)
	if err != nil {
		return 0, 0, message.Errorf("add up %s of %s on %s: %w", obligation, contract, connection, err)
	}
	return sum, requests, nil
}

// Tallies gives what each request adds to an account in a period, by the request's issue.
func (l *Ledger) Tallies(
	ctx context.Context, connection, contract, obligation, period string,
) (map[string]int64, error) {
	list, err := collect(ctx, l.db, func(scan func(...any) error) (t Tally, err error) {
		return t, scan(&t.Issue, &t.Amount)
	}, `SELECT issue, amount FROM ledger_tallies WHERE connection = $1 AND contract = $2 AND obligation = $3
		AND period = $4`,
		connection, l.stored(contract), obligation, period)
	if err != nil {
		return nil, message.Errorf("list %s of %s on %s: %w", obligation, contract, connection, err)
	}
	out := make(map[string]int64, len(list))
	for _, t := range list {
		out[t.Issue] = t.Amount
	}
	return out, nil
}

// ClearTallies forgets what requests add to the accounts of a contract, before all of them are evaluated anew: some
// may no longer be the contract's.
func (l *Ledger) ClearTallies(ctx context.Context, connection, contract string) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM ledger_tallies WHERE connection = $1 AND contract = $2`,
			connection, l.stored(contract)); err != nil {
			return message.Errorf("clear accounts of %s on %s: %w", contract, connection, err)
		}
		return nil
	})
}

// JudgedCount is how many cycles of an obligation have a verdict, by what it is. Of a cycle the last record counts.
type JudgedCount struct {
	Connection, Contract, Obligation string
	State                            enforcer.CycleState
	Excused                          bool
	Cycles                           int
}

// CountJudged counts all cycles that have a verdict.
func (l *Ledger) CountJudged(ctx context.Context) ([]JudgedCount, error) {
	out, err := collect(ctx, l.db, func(scan func(...any) error) (c JudgedCount, err error) {
		err = scan(&c.Connection, &c.Contract, &c.Obligation, &c.State, &c.Excused, &c.Cycles)
		l.names().read(&c.Contract)
		return c, err
	}, `SELECT connection, contract, obligation, state, excused, COUNT(*) FROM (
			SELECT v.connection, v.contract, v.obligation, v.state, EXISTS (SELECT 1 FROM ledger_waivers AS w
				WHERE w.connection = v.connection AND w.contract = v.contract AND w.issue = v.issue
					AND w.obligation = v.obligation AND w.cycle = v.cycle) AS excused
			FROM ledger_verdicts AS v WHERE NOT EXISTS (SELECT 1 FROM ledger_verdicts AS n
				WHERE n.connection = v.connection AND n.issue = v.issue AND n.contract = v.contract
					AND n.obligation = v.obligation AND n.cycle = v.cycle AND n.number > v.number)) AS last
		GROUP BY connection, contract, obligation, state, excused
		ORDER BY connection, contract, obligation, state, excused`)
	if err != nil {
		return nil, message.Errorf("count verdicts: %w", err)
	}
	return out, nil
}

// CountWaiting counts the entries that wait for a human, by connection.
func (l *Ledger) CountWaiting(ctx context.Context) (map[string]int, error) {
	type held struct {
		connection string
		reason     enforcer.Reason
	}
	found, err := collect(ctx, l.db, func(scan func(...any) error) (h held, err error) {
		var reason string
		if err = scan(&h.connection, &reason); err == nil {
			err = json.Unmarshal([]byte(reason), &h.reason)
		}
		return h, err
	}, `SELECT connection, reason FROM ledger_entries WHERE state = $1`, string(enforcer.Held))
	if err != nil {
		return nil, message.Errorf("count what waits for a human: %w", err)
	}
	out := map[string]int{}
	for _, h := range found {
		if enforcer.Held.WaitsForHuman(h.reason.Code) {
			out[h.connection]++
		}
	}
	return out, nil
}
