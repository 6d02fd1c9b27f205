package ledger

import (
	"context"
	"database/sql"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// Waiver excuses a breach: the verdict stays, and says who excused it and why.
type Waiver struct {
	Connection string
	Issue      string // the tracker's immutable id
	Contract   string
	Obligation string
	Cycle      string
	At         time.Time
	By         string // who excuses
	Reason     string
}

// Of reports whether the waiver excuses the verdict's cycle.
func (w *Waiver) Of(v *enforcer.Verdict) bool { return w.verdict().SameCycle(v) }

func (w *Waiver) verdict() *enforcer.Verdict {
	return &enforcer.Verdict{
		Connection: w.Connection, Issue: w.Issue, Contract: w.Contract, Obligation: w.Obligation,
		Cycle: w.Cycle,
	}
}

// Waive excuses breaches, all or none, in one transaction at now. Each needs a verdict whose last record is a breach:
// ErrNotFound when its cycle has none. A breach that is excused once more keeps both waivers.
func (l *Ledger) Waive(ctx context.Context, now time.Time, waivers ...Waiver) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		for _, w := range waivers {
			if err := l.waive(ctx, tx, now, w); err != nil {
				return message.Errorf("waive %s: %w", w.verdict(), err)
			}
		}
		return nil
	})
}

func (l *Ledger) waive(ctx context.Context, tx *sql.Tx, now time.Time, w Waiver) error {
	if w.By == "" || w.Reason == "" {
		return message.New("without a name or a reason")
	}
	contract := l.stored(w.Contract)
	last, err := l.lastOf(tx.QueryRowContext(ctx, selectLast, w.Connection, w.Issue, contract, w.Obligation, w.Cycle))
	switch {
	case err != nil:
		return err
	case last == nil:
		return message.Errorf("its verdict is %w", ErrNotFound)
	case last.State != enforcer.Breached:
		return message.Errorf("its verdict is %s; only a breach can be excused", last.State)
	}
	var before int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_waivers WHERE connection = $1 AND contract = $2
		AND issue = $3 AND obligation = $4 AND cycle = $5`,
		w.Connection, contract, w.Issue, w.Obligation, w.Cycle).Scan(&before); err != nil {
		return err
	}
	return keepIn(tx).add(ctx, waiverRecords, w.Connection, contract, w.Issue, w.Obligation, w.Cycle, before+1,
		millis(now), w.By, w.Reason)
}

// Waivers lists everything that was excused under a contract, oldest first.
func (l *Ledger) Waivers(ctx context.Context, connection, contract string) ([]Waiver, error) {
	out, err := collect(ctx, l.db, func(scan func(...any) error) (Waiver, error) {
		var w Waiver
		var at sql.NullInt64
		err := scan(&w.Connection, &w.Contract, &w.Issue, &w.Obligation, &w.Cycle, &at, &w.By, &w.Reason)
		l.names().read(&w.Contract)
		w.At = fromMillis(at)
		return w, err
	}, `SELECT connection, contract, issue, obligation, cycle, at, who, reason FROM ledger_waivers
		WHERE connection = $1 AND contract = $2 ORDER BY at, issue, obligation, cycle, number`, connection,
		l.stored(contract))
	if err != nil {
		return nil, message.Errorf("list waivers of %s on %s: %w", contract, connection, err)
	}
	return out, nil
}

// Agree records at a.At the customer's consent to a date on an issue, by the tracker's immutable id. Nothing is ever
// taken out: a further consent to another date stands beside it. The next pass looks at the issue again.
func (l *Ledger) Agree(
	ctx context.Context, connection, issue string, a enforcer.Agreement,
) (enforcer.Agreement, error) {
	if a.By == "" || a.Reason == "" || a.Date == "" {
		return a, message.New("record consent: without a date, a name or a reason")
	}
	return a, l.tx(ctx, func(tx *sql.Tx) error {
		var before int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_agreements WHERE connection = $1 AND issue = $2`,
			connection, issue).Scan(&before); err != nil {
			return message.Errorf("record consent on issue %s: %w", issue, err)
		}
		a.Number = before + 1
		if err := keepIn(tx).add(ctx, agreementRecords, connection, issue, a.Number, a.Date, millis(a.At), a.By,
			a.Reason); err != nil {
			return message.Errorf("record consent on issue %s: %w", issue, err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE ledger_agenda SET next_at = $3
			WHERE connection = $1 AND issue = $2 AND (next_at IS NULL OR next_at > $3)`,
			connection, issue, millis(a.At)); err != nil {
			return message.Errorf("record consent on issue %s: %w", issue, err)
		}
		return nil
	})
}

// HoldRequest records at h.At that nothing is to be written about an issue, by the tracker's immutable id, before
// h.Until; one that is not after h.At lets it go. Nothing is ever taken out: the last word counts. The next pass looks
// at the issue again.
func (l *Ledger) HoldRequest(ctx context.Context, connection, issue string, h enforcer.Hold) error {
	if h.By == "" || h.Reason == "" || h.Until.IsZero() {
		return message.New("hold a request: without a moment, a name or a reason")
	}
	err := l.tx(ctx, func(tx *sql.Tx) error {
		var before int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_holds WHERE connection = $1 AND issue = $2`,
			connection, issue).Scan(&before); err != nil {
			return err
		}
		if err := keepIn(tx).add(ctx, holdRecords, connection, issue, before+1, millis(h.Until), millis(h.At), h.By,
			h.Reason); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE ledger_agenda SET next_at = $3
			WHERE connection = $1 AND issue = $2 AND (next_at IS NULL OR next_at > $3)`, connection, issue, millis(h.At))
		return err
	})
	return wrapHold(err, issue)
}

func wrapHold(err error, issue string) error {
	if err == nil {
		return nil
	}
	return message.Errorf("hold issue %s: %w", issue, err)
}

// Holds lists the holds of an issue, the first first.
func (l *Ledger) Holds(ctx context.Context, connection, issue string) ([]enforcer.Hold, error) {
	held, err := holdsOf(ctx, l, `WHERE connection = $1 AND issue = $2 ORDER BY number`, connection, issue)
	return held[issue], wrapHold(err, issue)
}

// HoldsAfter lists the holds of the issues of a connection that end after a moment or were given after others, by
// issue.
func (l *Ledger) HoldsAfter(ctx context.Context, connection string, now time.Time) (map[string][]enforcer.Hold, error) {
	held, err := holdsOf(ctx, l, `WHERE connection = $1 AND issue IN
		(SELECT issue FROM ledger_holds WHERE connection = $1 AND until_at > $2) ORDER BY issue, number`,
		connection, millis(now))
	if err != nil {
		return nil, message.Errorf("list holds on %s: %w", connection, err)
	}
	return held, nil
}

func holdsOf(ctx context.Context, l *Ledger, where string, args ...any) (map[string][]enforcer.Hold, error) {
	out := map[string][]enforcer.Hold{}
	_, err := collect(ctx, l.db, func(scan func(...any) error) (enforcer.Hold, error) {
		issue, h, err := scanHold(scan)
		out[issue] = append(out[issue], h)
		return h, err
	}, `SELECT `+holdColumns+` FROM ledger_holds `+where, args...)
	return out, err
}

const holdColumns = `issue, until_at, at, who, reason`

// scanHold reads a row of holdColumns.
func scanHold(scan func(...any) error) (issue string, h enforcer.Hold, err error) {
	var until, at sql.NullInt64
	err = scan(&issue, &until, &at, &h.By, &h.Reason)
	h.Until, h.At = fromMillis(until), fromMillis(at)
	return issue, h, err
}

// Agreements lists the consent recorded on an issue, the first first.
func (l *Ledger) Agreements(ctx context.Context, connection, issue string) ([]enforcer.Agreement, error) {
	out, err := collect(ctx, l.db, scanAgreement, `SELECT `+agreementColumns+` FROM ledger_agreements
		WHERE connection = $1 AND issue = $2 ORDER BY number`,
		connection, issue)
	if err != nil {
		return nil, message.Errorf("list consent on issue %s: %w", issue, err)
	}
	return out, nil
}

const agreementColumns = `number, agreed_on, at, who, reason`

// scanAgreement reads a row of agreementColumns.
func scanAgreement(scan func(...any) error) (enforcer.Agreement, error) {
	var a enforcer.Agreement
	var at sql.NullInt64
	err := scan(&a.Number, &a.Date, &at, &a.By, &a.Reason)
	a.At = fromMillis(at).Truncate(time.Second)
	return a, err
}
