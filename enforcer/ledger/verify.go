package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
)

// Chain is how far a connection's chain has come. Whoever keeps its Head elsewhere can tell later whether anything up
// to it was changed.
type Chain struct {
	Records int64  // links, the first of which says that the chain began
	Head    string // SHA-256, base64url
}

// Chain reads the head of a connection's chain; the zero Chain where nothing is recorded.
func (l *Ledger) Chain(ctx context.Context, connection string) (Chain, error) {
	h, err := lastLink(ctx, l.db, connection)
	if err != nil {
		return Chain{}, err
	}
	return Chain{h.number, h.hash}, nil
}

// TamperKind says what is wrong with a record.
type TamperKind string

// The kinds.
const (
	TamperChanged  TamperKind = "changed"  // its row is not what was recorded
	TamperMissing  TamperKind = "missing"  // its row is gone
	TamperInserted TamperKind = "inserted" // its row was never recorded
	TamperBroken   TamperKind = "broken"   // the chain itself: a link was changed, moved or taken out before this one
	TamperState    TamperKind = "state"    // an entry's state is not the last one of its history
)

// Tampering is something in the ledger that slabridge did not do.
type Tampering struct {
	Kind   TamperKind
	Number int64  // of the link; 0 where the chain has none
	Table  string // "verdict", "history", "write", "answer", "waiver", "agreement", "hold", "rename", "cutover",
	// "person", "name", or "entry"
	Record string // the key of the row, its parts apart by blanks
}

// maxTamperings bounds what Verify lists.
const maxTamperings = 100

// Chained lists the connections that the ledger has records of, whether they are configured or not.
func (l *Ledger) Chained(ctx context.Context) ([]string, error) {
	return collect(ctx, l.db, func(scan func(...any) error) (name string, err error) {
		return name, scan(&name)
	}, `SELECT connection FROM ledger_chain UNION SELECT connection FROM ledger_lines ORDER BY connection`)
}

// Verification is what Verify found.
type Verification struct {
	Chain
	Before     int64       // records that were there before the chain spoke of them, taken in as they stood
	Tamperings []Tampering // at most 100
}

// Verify holds every immutable record of a connection against its chain. It finds what was changed, removed, inserted
// or moved by whoever did not compute all later links anew.
func (l *Ledger) Verify(ctx context.Context, connection string) (Verification, error) {
	v := verifier{ledger: l, connection: connection, rows: map[string]*sql.Stmt{}, taken: map[string]bool{}}
	defer v.close()
	if err := v.links(ctx); err != nil {
		return v.out, message.Errorf("verify ledger of %s: %w", connection, err)
	}
	if v.out.Records == 0 {
		h, err := lastLink(ctx, l.db, connection)
		if err != nil || h.kind == older { // nothing was recorded since there are chains
			return v.out, err
		}
	}
	without, err := withoutMeaning(ctx, l.db, connection)
	if err != nil {
		return v.out, message.Errorf("verify ledger of %s: %w", connection, err)
	}
	for _, r := range chained {
		if without && slices.Contains(meaning, r) {
			continue // the next record takes it in
		}
		if err := v.inserted(ctx, r); err != nil {
			return v.out, message.Errorf("verify ledger of %s: %w", connection, err)
		}
	}
	if err := v.states(ctx); err != nil {
		return v.out, message.Errorf("verify ledger of %s: %w", connection, err)
	}
	return v.out, nil
}

type verifier struct {
	ledger     *Ledger
	connection string
	rows       map[string]*sql.Stmt // by kind
	taken      map[string]bool      // by kind of link: older records were taken in
	out        Verification
}

func (v *verifier) close() {
	for _, s := range v.rows {
		_ = s.Close() // nothing is lost with a statement that only reads
	}
}

func (v *verifier) found(kind TamperKind, number int64, table, key string) {
	if len(v.out.Tamperings) < maxTamperings {
		v.out.Tamperings = append(v.out.Tamperings, Tampering{kind, number, table, readable(key)})
	}
}

// readable is a key as people read it.
func readable(key string) string {
	var parts []any
	d := json.NewDecoder(strings.NewReader(key))
	d.UseNumber()
	if d.Decode(&parts) != nil {
		return key
	}
	return strings.TrimSuffix(fmt.Sprintln(parts...), "\n")
}

// pageOfLinks is how many links are read at a time.
const pageOfLinks = 1000

// links goes along the chain, and holds each row against its link.
func (v *verifier) links(ctx context.Context) error {
	last := link{}
	for {
		page, err := extraction{v.ledger}.linksAfter(ctx, v.connection, last.number)
		if err != nil {
			return err
		}
		for _, x := range page {
			expected := last.number + 1
			x.prev = last.hash
			if x.number != expected || x.computed() != x.hash || expected == 1 && x.kind != started {
				v.found(TamperBroken, x.number, x.kind, x.record)
			}
			switch x.kind {
			case started:
			case takenIn, takenLate: // once each, which the index of kinds and records does not hold
				if v.taken[x.kind] {
					v.found(TamperBroken, x.number, x.kind, x.record)
				}
				var n int64
				_, _ = fmt.Sscanf(x.record, "[%d]", &n)
				v.taken[x.kind], v.out.Before = true, v.out.Before+n
			default:
				if err := v.row(ctx, &x); err != nil {
					return err
				}
			}
			last = x
		}
		if len(page) < pageOfLinks {
			v.out.Chain = Chain{last.number, last.hash}
			return nil
		}
	}
}

// row holds one row against its link.
func (v *verifier) row(ctx context.Context, x *link) error {
	of := kindOf(x.kind)
	key, ok := keyOf(of, x.record)
	if !ok {
		v.found(TamperBroken, x.number, x.kind, x.record)
		return nil
	}
	stmt := v.rows[x.kind]
	if stmt == nil {
		var err error
		if stmt, err = v.ledger.db.PrepareContext(ctx, of.one()); err != nil {
			return err
		}
		v.rows[x.kind] = stmt
	}
	values, err := of.scan(stmt.QueryRowContext(ctx, key...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		v.found(TamperMissing, x.number, x.kind, x.record)
		return nil
	}
	if err != nil {
		return err
	}
	if of.digest(values) != x.digest {
		v.found(TamperChanged, x.number, x.kind, x.record)
	}
	return nil
}

func kindOf(kind string) *records {
	for _, r := range chained {
		if r.kind == kind {
			return r
		}
	}
	return nil
}

// inserted finds the rows that no link speaks of.
func (v *verifier) inserted(ctx context.Context, of *records) error {
	var rows, links int64
	if err := v.ledger.db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM `+of.table+` WHERE connection = $1),
		(SELECT COUNT(*) FROM ledger_chain WHERE connection = $1 AND kind = $2)`, v.connection, of.kind,
	).Scan(&rows, &links); err != nil {
		return err
	}
	if rows == links && len(v.out.Tamperings) == 0 {
		return nil
	}
	return of.each(ctx, v.ledger.db, v.connection, func(values []any) error {
		key := asJSON(values[:of.key])
		var n int
		if err := v.ledger.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_chain WHERE connection = $1 AND kind = $2
			AND record = $3`, v.connection, of.kind, key).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			v.found(TamperInserted, 0, of.kind, key)
		}
		return nil
	})
}

// states finds entries whose state is not the one that their history ends with.
func (v *verifier) states(ctx context.Context) error {
	ids, err := collect(ctx, v.ledger.db, func(scan func(...any) error) (id string, err error) {
		return id, scan(&id)
	}, fmt.Sprintf(`SELECT id FROM ledger_entries AS e WHERE connection = $1 AND NOT EXISTS (SELECT 1
			FROM ledger_history AS h WHERE h.entry = e.id AND h.version = e.version AND h.state = e.state)
		ORDER BY id LIMIT %d`, maxTamperings), v.connection)
	for _, id := range ids {
		key, _ := json.Marshal([]string{id})
		v.found(TamperState, 0, "entry", string(key))
	}
	return err
}

// HashAt is the hash of a link of a connection's chain, "" where it has none of that number.
func (l *Ledger) HashAt(ctx context.Context, connection string, number int64) (string, error) {
	found, err := extraction{l}.linksAfter(ctx, connection, number-1)
	if err != nil || len(found) == 0 || found[0].number != number {
		return "", err
	}
	return found[0].hash, nil
}

// Extract gives, in the order of the chain, the records of a contract that rests says the evidence rests on: of
// verdicts and excuses it is asked by issue, obligation and cycle, and with one of them taken everything else of its
// issue under the contract is taken too.
func (l *Ledger) Extract(
	ctx context.Context, connection, contract string, rests func(issue, obligation, cycle string) bool,
) ([]Record, error) {
	return extraction{l}.records(ctx, connection, contract, rests)
}
