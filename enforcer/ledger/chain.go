package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
)

// records is a table whose rows are never changed. Each row is a link of its connection's chain: its digest, and a hash
// over the digest and the hash of the link before. Whoever changes, removes, adds or moves a row later has to compute
// every later link anew; against that helps only a head of the chain that was kept elsewhere.
type records struct {
	kind    string // of the link
	table   string
	key     int // so many columns, from the first, name a row
	columns []string
	later   []string // columns that are written with the row and change later: no part of the record
}

var (
	historyRecords = &records{kind: "history", table: "ledger_history", key: 2, columns: []string{
		"entry", "version", "connection", "at", "state", "reason", "not_before", "replaced",
	}}
	writeRecords = &records{kind: "write", table: "ledger_writes", key: 1, columns: []string{ // ended_at comes later
		"id", "connection", "issue", "entries", "mark", "request", "began_at",
	}}
	answerRecords = &records{kind: "answer", table: "ledger_answers", key: 2, columns: []string{
		"request", "number", "connection", "watcher", "at", "outcome", "error", "receipt",
	}}
	verdictRecords = &records{kind: "verdict", table: "ledger_verdicts", key: 6, columns: []string{
		"connection", "issue", "contract", "obligation", "cycle", "number", "issue_key", "subject", "ordinal", "state",
		"severity", "source", "started_at", "due", "ended_at", "reached_at", "end_event", "end_by", "end_by_role",
		"end_why", "elapsed_ms", "facts", "last_event", "moves", "judged_at", "why",
	}}
	waiverRecords = &records{kind: "waiver", table: "ledger_waivers", key: 6, columns: []string{
		"connection", "contract", "issue", "obligation", "cycle", "number", "at", "who", "reason",
	}}
	agreementRecords = &records{kind: "agreement", table: "ledger_agreements", key: 3, columns: []string{
		"connection", "issue", "number", "agreed_on", "at", "who", "reason",
	}}
	holdRecords = &records{kind: "hold", table: "ledger_holds", key: 3, columns: []string{
		"connection", "issue", "number", "until_at", "at", "who", "reason",
	}}
	renameRecords = &records{kind: "rename", table: "ledger_renames", key: 2, columns: []string{
		"connection", "number", "origin", "name", "at", "who",
	}}
	cutoverRecords = &records{kind: "cutover", table: "ledger_lines", key: 2, columns: []string{
		"connection", "contract", "first_pass_at",
	}, later: []string{"fingerprint"}}
	personRecords = &records{kind: "person", table: "ledger_people", key: 4, columns: []string{
		"connection", "person", "project", "first_seen", "roles",
	}, later: []string{"last_seen", "name"}}
	nameRecords = &records{kind: "name", table: "ledger_names", key: 4, columns: []string{
		"connection", "kind", "id", "name", "first_seen",
	}}

	// chained are all of them, in the order in which a ledger that is older than its chain is taken in.
	chained = slices.Concat([]*records{
		historyRecords, writeRecords, answerRecords, verdictRecords, waiverRecords, agreementRecords, holdRecords,
		renameRecords,
	}, meaning)
	// meaning is what histories are read by: since when a contract holds, who had which role, what a name stood for.
	// The first chains were without it.
	meaning = []*records{cutoverRecords, personRecords, nameRecords}
)

// The kinds of a chain's own links: its first, and those that say how many older records stand right before them.
const (
	started   = "started"
	takenIn   = "taken-in"
	takenLate = "taken-in-later" // of meaning, into a chain that was begun without it
)

// The kinds of marks that a migration leaves for the next record. They are no links.
const (
	older        = "older"         // number 0: of a ledger that is older than its chain
	olderMeaning = "older-meaning" // number -1: of a chain that was begun without meaning
)

// link is one of a chain.
type link struct {
	number             int64
	kind, record       string // record is the row's key as JSON
	digest, hash, prev string
}

// digest is that of a row's values, in the order of the columns.
func (r *records) digest(values []any) string { return hashOf(r.kind, asJSON(values)) }

// asJSON gives a row's values as they are digested. What we record always encodes; what does not is an infinite number
// that somebody else put there, and "" is like no record of ours.
func asJSON(values []any) string {
	data, _ := json.Marshal(values)
	return string(data)
}

func (l *link) computed() string {
	return hashOf(l.prev, fmt.Sprint(l.number), l.kind, l.record, l.digest)
}

// hashOf is a SHA-256 over parts with their lengths, so that other parts cannot give the same bytes.
func hashOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// keeper adds records within one transaction. It keeps its statements prepared, and the heads of the chains: nobody
// else writes while the transaction lasts.
type keeper struct {
	tx     *sql.Tx
	insert map[*records]*sql.Stmt
	link   *sql.Stmt
	heads  map[string]*link
}

func keepIn(tx *sql.Tx) *keeper {
	return &keeper{tx: tx, insert: map[*records]*sql.Stmt{}, heads: map[string]*link{}}
}

// add stores a row, its values in the order of the columns and of those that change later, and chains it.
func (k *keeper) add(ctx context.Context, to *records, values ...any) error {
	plain := make([]any, len(values))
	for i, v := range values {
		p, err := driver.DefaultParameterConverter.ConvertValue(v)
		if err != nil {
			return message.Errorf("%s, %s: %w", to.table, slices.Concat(to.columns, to.later)[i], err)
		}
		plain[i] = p
	}
	connection, _ := plain[slices.Index(to.columns, "connection")].(string)
	head, err := k.head(ctx, connection)
	if err != nil {
		return err
	}
	if err := k.chain(ctx, connection, head, to, plain[:len(to.columns)]); err != nil {
		return err
	}
	stmt := k.insert[to]
	if stmt == nil {
		if stmt, err = k.tx.PrepareContext(ctx, to.insertion()); err != nil {
			return err
		}
		k.insert[to] = stmt
	}
	_, err = stmt.ExecContext(ctx, plain...)
	return err
}

// chain adds the link of a row.
func (k *keeper) chain(ctx context.Context, connection string, head *link, of *records, values []any) error {
	next := link{kind: of.kind, record: asJSON(values[:of.key]), digest: of.digest(values)}
	return k.append(ctx, connection, head, next)
}

func (k *keeper) append(ctx context.Context, connection string, head *link, next link) (err error) {
	next.number, next.prev = head.number+1, head.hash
	next.hash = next.computed()
	if k.link == nil {
		if k.link, err = k.tx.PrepareContext(ctx, `INSERT INTO ledger_chain (connection, number, kind, record, digest, hash)
			VALUES ($1, $2, $3, $4, $5, $6)`); err != nil {
			return err
		}
	}
	if _, err := k.link.ExecContext(ctx, connection, next.number, next.kind, next.record, next.digest,
		next.hash); err != nil {
		return message.Errorf("chain %s %s: %w", next.kind, next.record, err)
	}
	*head = next
	return nil
}

// head is the last link of a connection's chain. A connection without one gets its chain now; records from before there
// were chains (schemaChain marks a ledger that has them) are taken in as they stand.
func (k *keeper) head(ctx context.Context, connection string) (*link, error) {
	if h := k.heads[connection]; h != nil {
		return h, nil
	}
	h, err := lastLink(ctx, k.tx, connection)
	if err != nil {
		return nil, err
	}
	k.heads[connection] = h
	if h.number > 0 {
		return h, k.takeInLater(ctx, connection, h)
	}
	older := h.kind == older
	if err := k.append(ctx, connection, h, link{kind: started, record: "[]"}); err != nil || !older {
		return h, err
	}
	return h, k.takeIn(ctx, connection, h, takenIn, chained)
}

// takeIn chains records as they stand, and says how many these were.
func (k *keeper) takeIn(ctx context.Context, connection string, head *link, as string, of []*records) error {
	before := head.number
	for _, r := range of {
		if err := r.each(ctx, k.tx, connection, func(values []any) error {
			return k.chain(ctx, connection, head, r, values)
		}); err != nil {
			return err
		}
	}
	return k.append(ctx, connection, head, link{kind: as, record: fmt.Sprintf("[%d]", head.number-before)})
}

// takeInLater takes meaning into a chain that was begun without it, once.
func (k *keeper) takeInLater(ctx context.Context, connection string, head *link) error {
	if without, err := withoutMeaning(ctx, k.tx, connection); err != nil || !without {
		return err
	}
	if err := k.takeIn(ctx, connection, head, takenLate, meaning); err != nil {
		return err
	}
	_, err := k.tx.ExecContext(ctx, `DELETE FROM ledger_chain WHERE connection = $1 AND number = -1`, connection)
	return err
}

// withoutMeaning reports whether a chain was begun without meaning and has not taken it in yet.
func withoutMeaning(ctx context.Context, q querier, connection string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_chain WHERE connection = $1 AND number = -1 AND kind = $2`,
		connection, olderMeaning).Scan(&n)
	return n > 0, err
}

// lastLink reads the head of a chain; number 0 for one that is not begun.
func lastLink(ctx context.Context, q querier, connection string) (*link, error) {
	var h link
	err := q.QueryRowContext(ctx, `SELECT number, kind, hash FROM ledger_chain WHERE connection = $1
		ORDER BY number DESC LIMIT 1`, connection).Scan(&h.number, &h.kind, &h.hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, message.Errorf("read head of the chain: %w", err)
	}
	return &h, nil
}

func (r *records) insertion() string {
	columns := slices.Concat(r.columns, r.later)
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, r.table, strings.Join(columns, ", "), strings.Join(marks, ", "))
}

// one selects a row by its key.
func (r *records) one() string {
	where := make([]string, r.key)
	for i := range where {
		where[i] = fmt.Sprintf("%s = $%d", r.columns[i], i+1)
	}
	return fmt.Sprintf(`SELECT %s FROM %s WHERE %s`, strings.Join(r.columns, ", "), r.table, strings.Join(where, " AND "))
}

// each goes through a connection's rows in the order of their keys, a page at a time.
func (r *records) each(ctx context.Context, q querier, connection string, do func(values []any) error) error {
	const size = 1000
	keys := strings.Join(r.columns[:r.key], ", ")
	marks := make([]string, r.key)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+2)
	}
	after, args := "", []any{connection}
	for {
		page, err := collect(ctx, q, r.scan, fmt.Sprintf(`SELECT %s FROM %s WHERE connection = $1%s ORDER BY %s LIMIT %d`,
			strings.Join(r.columns, ", "), r.table, after, keys, size), args...)
		if err != nil {
			return err
		}
		for _, values := range page {
			if err := do(values); err != nil {
				return err
			}
		}
		if len(page) < size {
			return nil
		}
		after = fmt.Sprintf(" AND (%s) > (%s)", keys, strings.Join(marks, ", "))
		args = append([]any{connection}, page[size-1][:r.key]...)
	}
}

// scan reads a row as it is digested.
func (r *records) scan(scan func(...any) error) ([]any, error) {
	values, into := make([]any, len(r.columns)), make([]any, len(r.columns))
	for i := range into {
		into[i] = &values[i]
	}
	return values, scan(into...)
}
