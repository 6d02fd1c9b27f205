package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// Health is how slabridge itself fares on a connection, as of its last pass.
type Health struct {
	Connection string
	PassedAt   time.Time // when the last pass ended, good or not
	GoodAt     time.Time // when the last good one did; zero: there was none
	Error      string    // why the last pass failed; "" when it did not
	Faults     []string  // of mappings, by which nothing is judged or written, as the last pass found them
	// LateSince is the oldest moment at which something should have been done and was not, while people are to know of
	// it; zero: nothing is late.
	LateSince time.Time
	// RestUntil is until when nothing is asked of the tracker, which said that it is asked too much; zero: it did not.
	RestUntil time.Time
}

// SetHealth keeps how the last pass over a connection went.
func (l *Ledger) SetHealth(ctx context.Context, h Health) error {
	faults := ""
	if len(h.Faults) > 0 {
		var err error
		if faults, err = encode(h.Faults); err != nil {
			return message.Errorf("keep health of %s: %w", h.Connection, err)
		}
	}
	_, err := l.db.ExecContext(ctx, `INSERT INTO ledger_health (connection, passed_at, good_at, error, late_since, faults,
			rest_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (connection) DO UPDATE SET passed_at = excluded.passed_at, good_at = excluded.good_at,
			error = excluded.error, late_since = excluded.late_since, faults = excluded.faults,
			rest_until = excluded.rest_until`,
		h.Connection, millis(h.PassedAt), millis(h.GoodAt), clip(h.Error), millis(h.LateSince), faults, millis(h.RestUntil))
	if err != nil {
		return message.Errorf("keep health of %s: %w", h.Connection, err)
	}
	return nil
}

// Health reads how the last pass over a connection went; all but its Connection is zero before the first.
func (l *Ledger) Health(ctx context.Context, connection string) (Health, error) {
	h := Health{Connection: connection}
	var passed, good, late, rest sql.NullInt64
	var faults string
	err := l.db.QueryRowContext(ctx,
		`SELECT passed_at, good_at, error, late_since, faults, rest_until FROM ledger_health WHERE connection = $1`,
		connection).Scan(&passed, &good, &h.Error, &late, &faults, &rest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err == nil && faults != "" {
		err = json.Unmarshal([]byte(faults), &h.Faults)
	}
	if err != nil {
		return Health{}, message.Errorf("read health of %s: %w", connection, err)
	}
	h.PassedAt, h.GoodAt, h.LateSince = fromMillis(passed), fromMillis(good), fromMillis(late)
	h.RestUntil = fromMillis(rest)
	return h, nil
}

// Overdue is something that should have been done by now: a request to be looked at because its next moment has come,
// or a write that is to be made. What waits for a human does not count.
type Overdue struct {
	Issue    string // "" for a contract as a whole
	IssueKey string
	Contract string
	Since    time.Time
}

// Overdue lists what should have been done before a moment, the oldest first. A write counts from when it was decided
// or let go by a human, one that waits for an opening from that opening. A request that cannot be judged, so that each
// pass leaves it where it is, is a problem and not late; one that could not be read is late from when it was last
// known.
func (l *Ledger) Overdue(ctx context.Context, connection string, before time.Time) ([]Overdue, error) {
	out, err := collect(ctx, l.db, func(scan func(...any) error) (o Overdue, err error) {
		var since sql.NullInt64
		err = scan(&o.Issue, &o.IssueKey, &o.Contract, &since)
		l.names().read(&o.Contract)
		o.Since = fromMillis(since)
		return o, err
	}, `SELECT issue, issue_key, contract, since FROM (
			SELECT issue, issue_key, contract, next_at AS since FROM ledger_agenda
				WHERE connection = $1 AND next_at < $2 AND (next_at > evaluated_at OR fingerprint = '')
			UNION ALL
			SELECT issue, issue_key, contract, not_before AS since FROM ledger_entries
				WHERE connection = $1 AND state = 'waiting' AND not_before < $2
			UNION ALL
			SELECT e.issue, e.issue_key, e.contract, (SELECT MIN(h.at) FROM ledger_history h
					WHERE h.entry = e.id AND h.state = 'intended' AND h.at >= COALESCE(e.released_at, 0)) AS since
				FROM ledger_entries e WHERE e.connection = $1 AND e.state IN ('intended', 'sent') AND e.obligation <> $3
		) AS open WHERE since < $2 ORDER BY since, issue, contract`, connection, millis(before), enforcer.Watch)
	if err != nil {
		return nil, message.Errorf("list what is overdue on %s: %w", connection, err)
	}
	return out, nil
}

// StandingRefusals counts the refused entries of a connection that a human should look at: those of requests on which
// something is still owed, and of contracts as a whole.
func (l *Ledger) StandingRefusals(ctx context.Context, connection string) (n int, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_entries AS e WHERE connection = $1 AND state = 'refused'
			AND (issue = '' OR EXISTS (SELECT 1 FROM ledger_agenda AS a WHERE a.connection = e.connection
				AND a.issue = e.issue AND a.contract = e.contract AND a.cycles <> '[]' AND a.cycles <> 'null'))`,
		connection).Scan(&n)
	if err != nil {
		return 0, message.Errorf("count what stands refused on %s: %w", connection, err)
	}
	return n, nil
}
