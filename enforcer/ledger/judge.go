package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// Judge keeps what an evaluation at now found about cycles, in one transaction: a record for each verdict that says
// something new about its cycle, beside the records that are there. Handing in the same verdict again, or one that an
// edit of contract, calendar data or mapping alone has changed, records nothing. A paused cycle is a running one. It
// returns the records it made. The contract must have its Cutover first.
func (l *Ledger) Judge(ctx context.Context, now time.Time, verdicts ...enforcer.Verdict) ([]enforcer.Verdict, error) {
	if len(verdicts) == 0 {
		return nil, nil
	}
	var out []enforcer.Verdict
	err := l.tx(ctx, func(tx *sql.Tx) error {
		// Prepared: a first pass over an old tracker judges some hundred thousand cycles.
		last, err := tx.PrepareContext(ctx, selectLast)
		if err != nil {
			return err
		}
		keep, cutovers := keepIn(tx), l.cutoversIn(tx)
		for _, v := range verdicts {
			if err := cutovers.require(ctx, v.Connection, v.Contract); err != nil {
				return message.Errorf("judge %s: %w", &v, err)
			}
			if v.State == enforcer.Paused {
				v.State = enforcer.Running
			}
			v.JudgedAt = fromMillis(millis(now))
			made, ok, err := l.judge(ctx, last, keep, v)
			if err != nil {
				return message.Errorf("judge %s: %w", &v, err)
			}
			if ok {
				out = append(out, made)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (l *Ledger) judge(
	ctx context.Context, selectLast *sql.Stmt, keep *keeper, v enforcer.Verdict,
) (enforcer.Verdict, bool, error) {
	if err := v.Valid(); err != nil {
		return enforcer.Verdict{}, false, err
	}
	last, err := l.lastOf(selectLast.QueryRowContext(
		ctx, v.Connection, v.Issue, l.stored(v.Contract), v.Obligation, v.Cycle))
	if err != nil {
		return enforcer.Verdict{}, false, err
	}
	made, ok := storedVerdict(v).Supersedes(last)
	if !ok {
		return enforcer.Verdict{}, false, nil
	}
	made.Number, made.JudgedAt, made.RevivedAt = 1, v.JudgedAt, time.Time{}
	if last != nil {
		made.Number = last.Number + 1
	}
	facts, err := encode(made.Facts)
	if err != nil {
		return enforcer.Verdict{}, false, err
	}
	err = keep.add(
		ctx,
		verdictRecords,
		made.Connection,
		made.Issue,
		l.stored(made.Contract),
		made.Obligation,
		made.Cycle,
		made.Number,
		made.IssueKey,
		made.Subject,
		made.Ordinal,
		made.State,
		made.Severity,
		made.Source,
		millis(made.StartedAt),
		millis(made.Due),
		millis(made.EndedAt),
		millis(made.Reached()),
		made.EndEvent,
		made.EndBy,
		made.EndByRole,
		made.EndWhy,
		made.Elapsed.Milliseconds(),
		facts,
		made.LastEvent,
		made.Moves,
		millis(made.JudgedAt),
		made.Why,
	)
	return made, true, err
}

// storedVerdict gives the verdict as reading it back would.
func storedVerdict(v enforcer.Verdict) enforcer.Verdict {
	v.StartedAt, v.Due, v.EndedAt = fromMillis(millis(v.StartedAt)), fromMillis(millis(v.Due)),
		fromMillis(millis(v.EndedAt))
	v.Facts.StartedAt = fromMillis(millis(v.Facts.StartedAt))
	v.Elapsed = v.Elapsed.Truncate(time.Millisecond)
	return v
}

// lastOf reads the last record of a cycle, nil when it has none.
func (l *Ledger) lastOf(row *sql.Row) (*enforcer.Verdict, error) {
	v, err := l.scanVerdict(row.Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &v, nil
}

// VerdictFilter chooses cycles; every part given must fit. The zero filter is all of them.
type VerdictFilter struct {
	Connection string
	Contract   string
	Obligation string
	Issue      string    // the immutable id or the key
	From, To   time.Time // the last record was reached within [From, To)
}

func (f VerdictFilter) conditions(n *names) conditions {
	var c conditions
	c.add("connection = ?", f.Connection != "", f.Connection)
	c.add("contract = ?", f.Contract != "", n.listed(f.Contract))
	c.add("obligation = ?", f.Obligation != "", f.Obligation)
	c.add("(issue = ? OR issue_key = ?)", f.Issue != "", f.Issue)
	c.add("reached_at >= ?", !f.From.IsZero(), millis(f.From))
	c.add("reached_at < ?", !f.To.IsZero(), millis(f.To))
	return c
}

// Verdicts goes through the cycles that fit, contract by contract and in the order in which their last records were
// reached, and gives every record of each, oldest first: those of one cycle follow each other. Like List, it reads in
// pages and ends at the first error, which comes as the last pair.
func (l *Ledger) Verdicts(ctx context.Context, f VerdictFilter) iter.Seq2[enforcer.Verdict, error] {
	const what = "list verdicts"
	last := inPages(what, func(after *enforcer.Verdict, size int) ([]enforcer.Verdict, error) {
		return l.verdictPage(ctx, f, after, size)
	})
	return func(yield func(enforcer.Verdict, error) bool) {
		for v, err := range last {
			records := []enforcer.Verdict{v}
			if err == nil && v.Number > 1 {
				if records, err = l.recordsOf(ctx, &v); err != nil {
					err = message.Errorf("%s: %w", what, err)
				}
			}
			if err != nil {
				yield(enforcer.Verdict{}, err)
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// verdictPage reads the last records of the cycles that come after one.
func (l *Ledger) verdictPage(
	ctx context.Context, f VerdictFilter, after *enforcer.Verdict, size int,
) ([]enforcer.Verdict, error) {
	c := f.conditions(l.names())
	if after != nil {
		c.addAll("(contract, reached_at, connection, issue, obligation, cycle) > (?, ?, ?, ?, ?, ?)",
			l.stored(after.Contract), millis(after.Reached()), after.Connection, after.Issue, after.Obligation, after.Cycle)
	}
	with, from := "", "ledger_verdicts"
	if f.Issue != "" { // SQLite would walk through all that the contract has, which are in the order asked for
		c.args = append(c.args, f.Issue)
		from, with = "own", fmt.Sprintf("WITH own AS MATERIALIZED (SELECT * FROM ledger_verdicts "+
			"WHERE issue = $%[1]d OR issue_key = $%[1]d) ", len(c.args))
	}
	return collect(ctx, l.db, l.scanVerdict, with+fmt.Sprintf(`SELECT %[1]s FROM %[2]s WHERE %[3]s
			AND NOT EXISTS (SELECT 1 FROM ledger_verdicts AS n WHERE n.connection = %[2]s.connection AND n.issue = %[2]s.issue
				AND n.contract = %[2]s.contract AND n.obligation = %[2]s.obligation AND n.cycle = %[2]s.cycle
				AND n.number = %[2]s.number + 1)
		ORDER BY contract, reached_at, connection, issue, obligation, cycle LIMIT %[4]d`,
		verdictColumns, from, c.where(), size), c.args...)
}

// recordsOf reads the records of a cycle up to the one given.
func (l *Ledger) recordsOf(ctx context.Context, v *enforcer.Verdict) ([]enforcer.Verdict, error) {
	return collect(ctx, l.db, l.scanVerdict,
		`SELECT `+verdictColumns+` FROM ledger_verdicts WHERE connection = $1 AND issue = $2
			AND contract = $3 AND obligation = $4 AND cycle = $5 AND number <= $6
		ORDER BY number`, v.Connection, v.Issue, l.stored(v.Contract), v.Obligation, v.Cycle, v.Number)
}

const (
	verdictColumns = `connection, issue, contract, obligation, cycle, number, issue_key, subject, ordinal, state, severity,
	source, started_at, due, ended_at, end_event, end_by, end_by_role, end_why, elapsed_ms, facts, last_event, moves,
	judged_at, why`

	selectLast = `SELECT ` + verdictColumns + ` FROM ledger_verdicts WHERE connection = $1 AND issue = $2 AND contract = $3
		AND obligation = $4 AND cycle = $5 ORDER BY number DESC LIMIT 1`
)

// scanVerdict reads a row of verdictColumns.
func (l *Ledger) scanVerdict(scan func(...any) error) (enforcer.Verdict, error) {
	v, err := l.scanStoredVerdict(scan)
	if err != nil {
		return enforcer.Verdict{}, err
	}
	return v.Whole()
}

// scanStoredVerdict reads a row of verdictColumns, and its facts only as they are stored.
func (l *Ledger) scanStoredVerdict(scan func(...any) error) (StoredVerdict, error) {
	var (
		v                           StoredVerdict
		started, due, ended, judged sql.NullInt64
		elapsed                     int64
	)
	err := scan(&v.Connection, &v.Issue, &v.Contract, &v.Obligation, &v.Cycle, &v.Number, &v.IssueKey, &v.Subject,
		&v.Ordinal,
		&v.State, &v.Severity, &v.Source, &started, &due, &ended, &v.EndEvent, &v.EndBy, &v.EndByRole, &v.EndWhy, &elapsed,
		&v.facts, &v.LastEvent, &v.Moves, &judged, &v.Why)
	l.names().read(&v.Contract)
	v.StartedAt, v.Due, v.EndedAt, v.JudgedAt = fromMillis(started), fromMillis(due), fromMillis(ended), fromMillis(judged)
	v.Elapsed = time.Duration(elapsed) * time.Millisecond
	return v, err
}

// decodeFacts reads stored facts; their time comes back in UTC whatever offset it was written with.
func decodeFacts(s string) (enforcer.Facts, error) {
	var f enforcer.Facts
	err := json.Unmarshal([]byte(s), &f)
	f.StartedAt = fromMillis(millis(f.StartedAt))
	return f, err
}
