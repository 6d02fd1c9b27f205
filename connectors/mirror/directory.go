package mirror

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"slabridge/connectors"
)

const (
	selectDirectory = `SELECT body FROM mirror_directory WHERE connection = $1`
	upsertDirectory = `INSERT INTO mirror_directory (connection, read_at, body) VALUES ($1, $2, $3)
		ON CONFLICT (connection) DO UPDATE SET read_at = excluded.read_at, body = excluded.body`
	selectPeople = `SELECT id, seen_at, left_at, body FROM mirror_person WHERE connection = $1 ORDER BY id`
	upsertPerson = `INSERT INTO mirror_person (connection, id, seen_at, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (connection, id) DO UPDATE SET left_at = NULL, body = excluded.body`
	leavePerson = `UPDATE mirror_person SET left_at = $3 WHERE connection = $1 AND id = $2`
)

// Person is someone a directory named at some time, as the last directory that did described them.
type Person struct {
	connectors.Person
	SeenAt time.Time // when a directory first named them
	LeftAt time.Time // when one first did not, zero while they are there
}

// directoryRows are a connection's directory and its people, in a transaction.
type directoryRows struct {
	*tx
	connection string
}

// Directory gives the last directory that was stored; ok is false before the first.
func (db reads) Directory(ctx context.Context, connection string) (d connectors.Directory, ok bool, err error) {
	err = db.inSnapshot(ctx, func(t *tx) error {
		d, ok, err = t.directories(connection).directory(ctx)
		return err
	})
	return d, ok, wrap(err, "read the directory of %s from the mirror", connection)
}

func (t directoryRows) directory(ctx context.Context) (d connectors.Directory, ok bool, err error) {
	var body []byte
	ok, err = t.one(ctx, []any{&body}, selectDirectory, t.connection)
	if err != nil || !ok {
		return d, false, err
	}
	if err := decodeOne(body, &d); err != nil {
		return connectors.Directory{}, false, err
	}
	return d, true, nil
}

// StoreDirectory keeps a directory and remembers everyone in it for good. changed reports whether it says
// anything new; being read at another time is nothing new.
func (db keeps) StoreDirectory(ctx context.Context, connection string,
	d connectors.Directory,
) (changed bool, err error) {
	err = db.inTx(ctx, func(t *tx) error {
		old, ok, err := t.directories(connection).directory(ctx)
		if err != nil {
			return err
		}
		if changed, err = differs(old, d); err != nil {
			return err
		}
		changed = changed || !ok
		body, err := encodeOne(d)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, upsertDirectory, connection, millis(d.ReadAt), body); err != nil || !changed {
			return err
		}
		return t.directories(connection).putPeople(ctx, d)
	})
	if err != nil {
		return false, fmt.Errorf("store the directory of %s: %w", connection, err)
	}
	return changed, nil
}

func differs(a, b connectors.Directory) (bool, error) {
	a.ReadAt, b.ReadAt = time.Time{}, time.Time{}
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return !bytes.Equal(x, y), err
}

func (t directoryRows) putPeople(ctx context.Context, d connectors.Directory) error {
	there := make(map[string]bool, len(d.People))
	for _, p := range d.People {
		there[p.ID] = true
		body, err := encodeOne(p)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, upsertPerson, t.connection, p.ID, millis(d.ReadAt), body); err != nil {
			return err
		}
	}
	known, err := t.people(ctx)
	if err != nil {
		return err
	}
	for _, p := range known {
		if there[p.ID] || !p.LeftAt.IsZero() {
			continue
		}
		if _, err := t.exec(ctx, leavePerson, t.connection, p.ID, millis(d.ReadAt)); err != nil {
			return err
		}
	}
	return nil
}

// People gives everyone whom any stored directory named, by id, with what was last known of them: the roles of
// those who left decide who spoke in old events.
func (db reads) People(ctx context.Context, connection string) (people []Person, err error) {
	err = db.inSnapshot(ctx, func(t *tx) error {
		people, err = t.directories(connection).people(ctx)
		return err
	})
	return people, wrap(err, "read the people of %s from the mirror", connection)
}

func (t directoryRows) people(ctx context.Context) ([]Person, error) {
	var people []Person
	err := t.each(ctx, func(scan func(...any) error) error {
		var id string
		var seen int64
		var left sql.NullInt64
		var body []byte
		if err := scan(&id, &seen, &left, &body); err != nil {
			return err
		}
		p := Person{SeenAt: moment(seen)}
		if err := decodeOne(body, &p.Person); err != nil {
			return fmt.Errorf("person %s: %w", id, err)
		}
		if left.Valid {
			p.LeftAt = moment(left.Int64)
		}
		people = append(people, p)
		return nil
	}, selectPeople, t.connection)
	return people, err
}

// encodeOne makes a body of one document. Directories and people are kept in the contract's own fields: unlike
// histories, they are read anew every so often.
func encodeOne(v any) ([]byte, error) {
	doc, err := encodeDoc(v)
	if err != nil {
		return nil, err
	}
	return pack(doc)
}

func decodeOne(body []byte, v any) error {
	parts, err := unpack(body)
	if err != nil {
		return err
	}
	if len(parts) != 1 {
		return fmt.Errorf("%w: %d parts instead of one", errBody, len(parts))
	}
	return decodeDoc(parts[0], v)
}
