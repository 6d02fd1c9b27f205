package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// Cutover is since when a contract is enforced on a connection. Unless the admin names another date, what lies before
// FirstPassAt is recorded and never written about.
type Cutover struct {
	Connection  string
	Contract    string
	FirstPassAt time.Time // when its first pass began; never changes
	PassedAt    time.Time // when the last complete pass was made; zero before the first is complete
	Fingerprint string    // of contract and configuration in that pass; "" before
}

// StartCutover begins to enforce contracts at now, as far as they are not enforced already. It comes before anything
// else is recorded for a contract: a first pass that dies half-way must not move it.
func (l *Ledger) StartCutover(ctx context.Context, now time.Time, connection string, contracts ...string) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		keep := keepIn(tx)
		for _, contract := range contracts {
			_, err := l.readCutover(ctx, tx, connection, contract)
			if errors.Is(err, ErrNotFound) {
				err = keep.add(ctx, cutoverRecords, connection, l.stored(contract), millis(now), "")
			}
			if err != nil {
				return message.Errorf("start cutover of %s on %s: %w", contract, connection, err)
			}
		}
		return nil
	})
}

// Passed is a contract that a pass has evaluated, with the fingerprint of contract and configuration.
type Passed struct{ Contract, Fingerprint string }

// SetPass notes, in one transaction, that a pass made at now has evaluated everything of these contracts that was to be
// evaluated. ErrNotFound before StartCutover.
func (l *Ledger) SetPass(ctx context.Context, now time.Time, connection string, contracts ...Passed) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		for _, c := range contracts {
			res, err := tx.ExecContext(ctx, `UPDATE ledger_lines SET passed_at = $1, fingerprint = $2
				WHERE connection = $3 AND contract = $4`, millis(now), c.Fingerprint, connection,
				l.stored(c.Contract))
			if err != nil {
				return message.Errorf("set pass of %s on %s: %w", c.Contract, connection, err)
			}
			if n, err := res.RowsAffected(); err != nil || n != 1 {
				return message.Errorf("set pass of %s on %s: %w", c.Contract, connection, ErrNotFound)
			}
		}
		return nil
	})
}

// Cutover reads the cutover of a contract; ErrNotFound before its first pass.
func (l *Ledger) Cutover(ctx context.Context, connection, contract string) (Cutover, error) {
	return l.readCutover(ctx, l.db, connection, contract)
}

const cutoverColumns = `connection, contract, first_pass_at, passed_at, fingerprint`

func (l *Ledger) readCutover(ctx context.Context, q querier, connection, contract string) (Cutover, error) {
	cut, err := l.scanCutover(q.QueryRowContext(ctx, `SELECT `+cutoverColumns+` FROM ledger_lines
		WHERE connection = $1 AND contract = $2`, connection, l.stored(contract)).Scan)
	if err != nil {
		return Cutover{}, notFound(err, message.Of("cutover of contract %s on %s", contract, connection))
	}
	return cut, nil
}

// cutoverCheck remembers, within one transaction, which contracts are known to have a cutover.
type cutoverCheck struct {
	ledger *Ledger
	tx     *sql.Tx
	known  map[[2]string]bool // connection and contract
}

func (l *Ledger) cutoversIn(tx *sql.Tx) cutoverCheck {
	return cutoverCheck{l, tx, map[[2]string]bool{}}
}

// require returns ErrNotFound for a contract without a cutover: Contracts would not list it, and so nobody would notice
// that what is recorded for it belongs to a contract that the configuration does not know.
func (c cutoverCheck) require(ctx context.Context, connection, contract string) error {
	of := [2]string{connection, contract}
	if c.known[of] {
		return nil
	}
	if _, err := c.ledger.readCutover(ctx, c.tx, connection, contract); err != nil {
		return err
	}
	c.known[of] = true
	return nil
}

func (l *Ledger) scanCutover(scan func(...any) error) (Cutover, error) {
	var cut Cutover
	var first, passed sql.NullInt64
	err := scan(&cut.Connection, &cut.Contract, &first, &passed, &cut.Fingerprint)
	l.names().read(&cut.Contract)
	cut.FirstPassAt, cut.PassedAt = fromMillis(first), fromMillis(passed)
	return cut, err
}

// Contracts lists the cutover of every contract that anything was ever recorded for. One that the configuration no
// longer knows stops writes: its entries would be made a second time under a new name.
func (l *Ledger) Contracts(ctx context.Context) ([]Cutover, error) {
	out, err := collect(ctx, l.db, l.scanCutover,
		`SELECT `+cutoverColumns+` FROM ledger_lines ORDER BY connection, contract`)
	if err != nil {
		return nil, message.Errorf("list contracts: %w", err)
	}
	return out, nil
}

// SetAgenda replaces what the agenda knows of each item's issue under its contract, in one transaction. An item
// without cycles, without a next moment and without anything unjudged says that the contract has nothing to do with the
// issue (any more): it is taken off. The contract must have its Cutover first.
func (l *Ledger) SetAgenda(ctx context.Context, items ...enforcer.AgendaItem) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		// Prepared: after a change of configuration every request gets its item anew.
		put, err := tx.PrepareContext(ctx, putItem)
		if err != nil {
			return err
		}
		defer put.Close()
		take, err := tx.PrepareContext(ctx, takeItem)
		if err != nil {
			return err
		}
		defer take.Close()
		cutovers := l.cutoversIn(tx)
		for _, it := range items {
			if err := cutovers.require(ctx, it.Connection, it.Contract); err != nil {
				return message.Errorf("set agenda of issue %s: %w", it.Issue, err)
			}
			if len(it.Cycles) == 0 && it.Next.IsZero() && it.Unjudged == "" {
				if _, err := take.ExecContext(ctx, it.Connection, it.Issue, l.stored(it.Contract)); err != nil {
					return message.Errorf("take issue %s off the agenda: %w", it.Issue, err)
				}
				continue
			}
			cycles, err := encode(it.Cycles)
			if err != nil {
				return message.Errorf("set agenda of issue %s: %w", it.Issue, err)
			}
			due, running := it.Soonest()
			_, err = put.ExecContext(ctx,
				it.Connection, it.Issue, l.stored(it.Contract), it.IssueKey, it.Subject, it.Severity,
				millis(it.EvaluatedAt), millis(it.Next), millis(due), running, cycles, it.Fingerprint, it.Unjudged)
			if err != nil {
				return message.Errorf("set agenda of issue %s: %w", it.Issue, err)
			}
		}
		return nil
	})
}

const (
	putItem = `INSERT INTO ledger_agenda (connection, issue, contract, issue_key, subject, severity,
			evaluated_at, next_at, due, running, cycles, fingerprint, unjudged)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (connection, issue, contract) DO UPDATE SET issue_key = excluded.issue_key,
			subject = excluded.subject, severity = excluded.severity, evaluated_at = excluded.evaluated_at,
			next_at = excluded.next_at, due = excluded.due, running = excluded.running,
			cycles = excluded.cycles, fingerprint = excluded.fingerprint, unjudged = excluded.unjudged`
	takeItem = `DELETE FROM ledger_agenda WHERE connection = $1 AND issue = $2 AND contract = $3`
)

// Due lists the issues whose next moment has come at now, by the contract, soonest first.
func (l *Ledger) Due(ctx context.Context, connection string, now time.Time) (map[string][]string, error) {
	type row struct{ contract, issue string }
	due, err := collect(ctx, l.db, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.contract, &r.issue)
		l.names().read(&r.contract)
		return r, err
	}, `SELECT contract, issue FROM ledger_agenda WHERE connection = $1 AND next_at <= $2 ORDER BY next_at, issue`,
		connection, millis(now))
	if err != nil {
		return nil, message.Errorf("list due issues on %s: %w", connection, err)
	}
	out := map[string][]string{}
	for _, r := range due {
		out[r.contract] = append(out[r.contract], r.issue)
	}
	return out, nil
}

// ContractsOf lists the contracts that have an issue on the agenda or ever decided something about it.
func (l *Ledger) ContractsOf(ctx context.Context, connection, issue string) ([]string, error) {
	out, err := collect(ctx, l.db, func(scan func(...any) error) (contract string, err error) {
		err = scan(&contract)
		l.names().read(&contract)
		return contract, err
	}, `SELECT contract FROM ledger_agenda WHERE connection = $1 AND issue = $2
		UNION SELECT contract FROM ledger_entries WHERE connection = $1 AND issue = $2 ORDER BY 1`, connection, issue)
	if err != nil {
		return nil, message.Errorf("list the contracts of issue %s: %w", issue, err)
	}
	return out, nil
}

// ContractsOfEach is ContractsOf of each of the issues.
func (l *Ledger) ContractsOfEach(
	ctx context.Context, connection string, issues ...string,
) (map[string][]string, error) {
	out := make(map[string][]string, len(issues))
	if len(issues) == 0 {
		return out, nil
	}
	where, args := among(connection, issues)
	_, err := collect(ctx, l.db, func(scan func(...any) error) (struct{}, error) {
		var issue, contract string
		err := scan(&issue, &contract)
		l.names().read(&contract)
		out[issue] = append(out[issue], contract)
		return struct{}{}, err
	}, `SELECT issue, contract FROM ledger_agenda`+where+` UNION SELECT issue, contract FROM ledger_entries`+where+
		` ORDER BY 1, 2`, args...)
	if err != nil {
		return nil, message.Errorf("list the contracts of issues of %s: %w", connection, err)
	}
	return out, nil
}

// NextMoment is when, after a moment, time alone will next give something to do on a connection: a step's moment, an
// opening that an entry waits for, the end of a back-off; zero when nothing is to come. What a pass could not do, and
// so lies before, does not hide what comes.
func (l *Ledger) NextMoment(ctx context.Context, connection string, after time.Time) (time.Time, error) {
	moments, err := collect(ctx, l.db, func(scan func(...any) error) (time.Time, error) {
		var at sql.NullInt64
		err := scan(&at)
		return fromMillis(at), err
	}, `SELECT at FROM (SELECT next_at AS at FROM ledger_agenda WHERE next_at > $2 AND connection = $1
			ORDER BY next_at LIMIT 1) AS step
		UNION ALL
		SELECT at FROM (SELECT not_before AS at FROM ledger_entries WHERE not_before > $2 AND connection = $1
			ORDER BY not_before LIMIT 1) AS wait`, connection, after.UnixMilli())
	if err != nil {
		return time.Time{}, message.Errorf("find next moment of %s: %w", connection, err)
	}
	if len(moments) == 0 {
		return time.Time{}, nil
	}
	return slices.MinFunc(moments, time.Time.Compare), nil
}

// Running lists the issues with cycles that go on, soonest deadline first, those without a deadline last.
func (l *Ledger) Running(ctx context.Context) ([]enforcer.AgendaItem, error) {
	out, err := collect(ctx, l.db, l.scanItem, `SELECT `+itemColumns+` FROM ledger_agenda WHERE running > 0
		ORDER BY CASE WHEN due IS NULL THEN 1 ELSE 0 END, due, connection, issue, contract`)
	if err != nil {
		return nil, message.Errorf("list running cycles: %w", err)
	}
	return out, nil
}

// Item reads what the agenda knows of an issue under a contract; ok is false when it is not on it.
func (l *Ledger) Item(
	ctx context.Context, connection, issue, contract string,
) (it enforcer.AgendaItem, ok bool, err error) {
	it, err = l.scanItem(l.db.QueryRowContext(ctx, `SELECT `+itemColumns+` FROM ledger_agenda
		WHERE connection = $1 AND issue = $2 AND contract = $3`, connection, issue, l.stored(contract)).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return enforcer.AgendaItem{}, false, nil
	case err != nil:
		return enforcer.AgendaItem{}, false, message.Errorf("read agenda of issue %s: %w", issue, err)
	}
	return it, true, nil
}

const itemColumns = `connection, issue, contract, issue_key, subject, severity, evaluated_at, next_at, cycles,
	fingerprint, unjudged`

// Unjudged lists the issues of a connection on which some promise cannot be judged, at most limit of them, and says how
// many there are.
func (l *Ledger) Unjudged(
	ctx context.Context, connection string, limit int,
) (first []enforcer.AgendaItem, all int, err error) {
	const where = ` FROM ledger_agenda WHERE connection = $1 AND unjudged <> ''`
	first, err = collect(ctx, l.db, l.scanItem, `SELECT `+itemColumns+where+` ORDER BY issue, contract LIMIT $2`,
		connection, limit)
	if err == nil {
		err = l.db.QueryRowContext(ctx, `SELECT COUNT(*)`+where, connection).Scan(&all)
	}
	if err != nil {
		return nil, 0, message.Errorf("list what cannot be judged on %s: %w", connection, err)
	}
	return first, all, nil
}

func (l *Ledger) scanItem(scan func(...any) error) (enforcer.AgendaItem, error) {
	it, err := scanStoredItem(scan)
	l.names().read(&it.Contract)
	return it, err
}

func scanStoredItem(scan func(...any) error) (enforcer.AgendaItem, error) {
	var (
		it              enforcer.AgendaItem
		evaluated, next sql.NullInt64
		cycles          string
	)
	if err := scan(&it.Connection, &it.Issue, &it.Contract, &it.IssueKey, &it.Subject, &it.Severity, &evaluated, &next,
		&cycles, &it.Fingerprint, &it.Unjudged); err != nil {
		return enforcer.AgendaItem{}, err
	}
	it.EvaluatedAt, it.Next = fromMillis(evaluated), fromMillis(next)
	if err := json.Unmarshal([]byte(cycles), &it.Cycles); err != nil {
		return enforcer.AgendaItem{}, message.Errorf("read agenda of issue %s: cycles: %w", it.Issue, err)
	}
	return it, nil
}
