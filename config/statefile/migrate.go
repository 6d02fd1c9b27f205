package statefile

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
)

// Migrations are the steps that make and change the tables of one store, oldest first. A step is any number of
// SQL statements, run once in a transaction of its own. Released steps are never edited: the file remembers
// what they were.
type Migrations struct {
	Store string // the store's name, for ever
	Steps []string
}

const schemaTable = `CREATE TABLE IF NOT EXISTS statefile_migration (
	store   TEXT    NOT NULL,
	version INTEGER NOT NULL,
	digest  TEXT    NOT NULL,
	PRIMARY KEY (store, version)
) STRICT`

// migrate brings every store up to date. All stores are looked at before any is changed, so that a state from a
// newer program stays as it was. Of a state that an older program made, a copy is made first: keep is called with what
// tells its versions.
func migrate(ctx context.Context, db *sql.DB, sets []Migrations, keep func(versions string) error) error {
	if _, err := db.ExecContext(ctx, schemaTable); err != nil {
		return message.Errorf("make the table of migrations: %w", err)
	}
	if err := refuseUnknownStores(ctx, db, sets); err != nil {
		return err
	}
	done := make([]int, len(sets))
	for i, s := range sets {
		n, err := applied(ctx, db, s)
		if err != nil {
			return err
		}
		done[i] = n
	}
	if versions, older := outdated(sets, done); older {
		if err := keep(versions); err != nil {
			return err
		}
	}
	for i, s := range sets {
		for v := done[i] + 1; v <= len(s.Steps); v++ {
			if err := step(ctx, db, s, v); err != nil {
				return message.Errorf("migrate %s to version %d: %w", s.Store, v, err)
			}
		}
	}
	return nil
}

// outdated tells the versions of a state that holds something and is to be brought up to date: "ledger9-mirror5".
func outdated(sets []Migrations, done []int) (versions string, older bool) {
	var parts []string
	for i, s := range sets {
		if done[i] > 0 {
			parts = append(parts, fmt.Sprintf("%s%d", s.Store, done[i]))
		}
		older = older || done[i] < len(s.Steps)
	}
	slices.Sort(parts)
	return strings.Join(parts, "-"), older && len(parts) > 0
}

// refuseUnknownStores refuses a file that has a store we know nothing of: what a newer program keeps there may be what
// keeps it from doing something twice.
func refuseUnknownStores(ctx context.Context, q querier, sets []Migrations) error {
	rows, err := q.QueryContext(ctx, "SELECT DISTINCT store FROM statefile_migration ORDER BY store")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var store string
		if err := rows.Scan(&store); err != nil {
			return err
		}
		if !slices.ContainsFunc(sets, func(s Migrations) bool { return s.Store == store }) {
			return message.Errorf("%w: it has the store %q, which this program does not know", ErrNewer, store)
		}
	}
	return rows.Err()
}

// applied counts the store's steps that the file has seen and holds them against ours.
func applied(ctx context.Context, q querier, s Migrations) (int, error) {
	rows, err := q.QueryContext(ctx,
		"SELECT version, digest FROM statefile_migration WHERE store = $1 ORDER BY version", s.Store)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var version int
		var seen string
		if err := rows.Scan(&version, &seen); err != nil {
			return 0, err
		}
		n++
		switch {
		case version > len(s.Steps):
			return 0, message.Errorf("%w: %s has version %d, this program knows %d", ErrNewer, s.Store, version, len(s.Steps))
		case version != n:
			return 0, message.Errorf("%w: migration %d of %s is missing", ErrCorrupt, n, s.Store)
		case seen != digest(s.Steps[version-1]):
			return 0, message.Errorf("%w: migration %d of %s is not the one that made this file", ErrNewer, version, s.Store)
		}
	}
	return n, rows.Err()
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// step runs one migration. Another process may have been quicker: the count is taken again under the write lock.
func step(ctx context.Context, db *sql.DB, s Migrations, version int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	n, err := applied(ctx, tx, s)
	if err != nil || n >= version {
		return err
	}
	text := s.Steps[version-1]
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO statefile_migration (store, version, digest) VALUES ($1, $2, $3)",
		s.Store, version, digest(text))
	if err != nil {
		return err
	}
	return tx.Commit()
}

func digest(step string) string {
	sum := sha256.Sum256([]byte(step))
	return hex.EncodeToString(sum[:])
}
