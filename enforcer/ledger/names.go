package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// The kinds of names that are remembered.
const (
	NameOfStatus   = "status"
	NameOfPriority = "priority"
	NameOfType     = "type"
	NameOfField    = "field"
)

// Name is what the tracker called one of its ids once.
type Name struct {
	Kind      string // NameOfStatus and so on
	ID        string
	Name      string
	FirstSeen time.Time
}

// RememberNames keeps the names that a connection shows at now. A name once seen stays, with the moment it was first
// seen: a status that the tracker has renamed or removed keeps its meaning in the histories that speak of it.
func (l *Ledger) RememberNames(ctx context.Context, now time.Time, connection string, names ...Name) error {
	err := l.tx(ctx, func(tx *sql.Tx) error {
		for _, n := range names {
			if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_names (connection, kind, id, name, first_seen)
				VALUES ($1, $2, $3, $4, $5) ON CONFLICT (connection, kind, id, name) DO NOTHING`,
				connection, n.Kind, n.ID, n.Name, millis(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remember names of %s: %w", connection, err)
	}
	return nil
}

// Names lists every name that a connection ever showed, the oldest first.
func (l *Ledger) Names(ctx context.Context, connection string) ([]Name, error) {
	out, err := collect(ctx, l.db, func(scan func(...any) error) (n Name, err error) {
		var seen sql.NullInt64
		err = scan(&n.Kind, &n.ID, &n.Name, &seen)
		n.FirstSeen = fromMillis(seen)
		return n, err
	}, `SELECT kind, id, name, first_seen FROM ledger_names WHERE connection = $1 ORDER BY first_seen, kind, id, name`, connection)
	if err != nil {
		return nil, fmt.Errorf("list names of %s: %w", connection, err)
	}
	return out, nil
}
