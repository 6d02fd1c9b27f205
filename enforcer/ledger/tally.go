package ledger

import (
	"context"
	"database/sql"

	"slabridge/config/message"
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
// request out of the account.
func (l *Ledger) SetTallies(ctx context.Context, tallies ...Tally) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		cleared := map[[4]string]bool{}
		for _, t := range tallies {
			key := [4]string{t.Connection, t.Contract, t.Obligation, t.Issue}
			if !cleared[key] {
				if _, err := tx.ExecContext(ctx, `DELETE FROM ledger_tallies WHERE connection = $1 AND contract = $2
					AND obligation = $3 AND issue = $4`, t.Connection, t.Contract, t.Obligation, t.Issue); err != nil {
					return t.failed(err)
				}
				cleared[key] = true
			}
			if t.Amount == 0 {
				continue
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_tallies (connection, contract, obligation, issue, period,
					amount)
				VALUES ($1, $2, $3, $4, $5, $6)`, t.Connection, t.Contract, t.Obligation, t.Issue, t.Period, t.Amount); err != nil {
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
		connection, contract, obligation, period).Scan(&sum, &requests)
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
		connection, contract, obligation, period)
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
			connection, contract); err != nil {
			return message.Errorf("clear accounts of %s on %s: %w", contract, connection, err)
		}
		return nil
	})
}
