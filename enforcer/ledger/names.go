package ledger

import (
	"context"
	"database/sql"
	"time"

	"slabridge/config/message"
)

// names are the ids of contracts that the admin has changed. Rows keep the first id; whoever reads sees the last.
type names struct {
	origin map[string]string // by the id now
	now    map[string]string // by the origin
}

func readNames(ctx context.Context, q querier) (*names, error) {
	type row struct{ origin, name string }
	rows, err := collect(ctx, q, func(scan func(...any) error) (r row, err error) {
		return r, scan(&r.origin, &r.name)
	}, `SELECT origin, name FROM ledger_renames ORDER BY at, number, connection`)
	if err != nil {
		return nil, message.Errorf("read the names of contracts: %w", err)
	}
	n := &names{origin: map[string]string{}, now: map[string]string{}}
	for _, r := range rows {
		delete(n.origin, n.now[r.origin])
		if r.name == r.origin { // back to what it was
			delete(n.now, r.origin)
			continue
		}
		n.now[r.origin], n.origin[r.name] = r.name, r.origin
	}
	return n, nil
}

// stored is the id under which a contract is recorded.
func (n *names) stored(contract string) string {
	if origin, ok := n.origin[contract]; ok {
		return origin
	}
	return contract
}

// listed is the id under which a list of a contract looks. What is recorded under the former id of a contract that is
// called something else now is that contract's: of the former id itself nothing is listed.
func (n *names) listed(contract string) string {
	if n.now[contract] != "" && n.origin[contract] == "" {
		return "former " + contract
	}
	return n.stored(contract)
}

// current is what a recorded contract is called now.
func (n *names) current(stored string) string {
	if name, ok := n.now[stored]; ok {
		return name
	}
	return stored
}

// read makes the stored id what it is called now.
func (n *names) read(contract *string) { *contract = n.current(*contract) }

// rename records what a contract is called from now on, on every connection that has something of it.
func rename(ctx context.Context, tx *sql.Tx, now time.Time, from, to, by string) error {
	if to == "" || by == "" {
		return message.New("without a name")
	}
	n, err := readNames(ctx, tx)
	if err != nil {
		return err
	}
	if now, former := n.now[from]; former {
		return message.Errorf("contract %s: %w: it is called %s now", from, ErrNotFound, now)
	}
	origin := n.stored(from)
	connections, err := connectionsOf(ctx, tx, origin)
	if err != nil {
		return err
	}
	if len(connections) == 0 {
		return message.Errorf("contract %s: %w", from, ErrNotFound)
	}
	if others, err := connectionsOf(ctx, tx, to); err != nil {
		return err
	} else if to != origin && len(others) > 0 {
		return message.Errorf("contract %s: %w: %s", to, ErrTaken, n.current(to))
	}
	if _, used := n.origin[to]; used {
		return message.Errorf("contract %s: %w", to, ErrTaken)
	}
	// The last name counts, also where the clock went back.
	var last sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT MAX(at) FROM ledger_renames`).Scan(&last); err != nil {
		return err
	}
	if before := fromMillis(last); !now.After(before) {
		now = before.Add(time.Millisecond)
	}
	keep := keepIn(tx)
	for _, connection := range connections {
		var before int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_renames WHERE connection = $1`,
			connection).Scan(&before); err != nil {
			return err
		}
		if err := keep.add(ctx, renameRecords, connection, before+1, origin, to, millis(now), by); err != nil {
			return err
		}
	}
	return nil
}

// connectionsOf lists the connections that have something recorded under a stored id.
func connectionsOf(ctx context.Context, tx *sql.Tx, stored string) ([]string, error) {
	return collect(ctx, tx, func(scan func(...any) error) (id string, err error) {
		return id, scan(&id)
	}, `SELECT connection FROM ledger_lines WHERE contract = $1 ORDER BY connection`, stored)
}
