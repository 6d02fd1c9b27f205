package mirror

import (
	"context"

	"slabridge/config/message"
	"slabridge/connectors"
)

const (
	selectDirectory = `SELECT body FROM mirror_directory WHERE connection = $1`
	upsertDirectory = `INSERT INTO mirror_directory (connection, read_at, body) VALUES ($1, $2, $3)
		ON CONFLICT (connection) DO UPDATE SET read_at = excluded.read_at, body = excluded.body`
)

// Directory gives the last directory that was stored; ok is false before the first.
func (db reads) Directory(ctx context.Context, connection string) (d connectors.Directory, ok bool, err error) {
	err = db.inSnapshot(ctx, func(t *tx) error {
		var body []byte
		if ok, err = t.one(ctx, []any{&body}, selectDirectory, connection); err != nil || !ok {
			return err
		}
		return decodeOne(body, &d)
	})
	return d, ok, wrap(err, "read the directory of %s from the mirror", connection)
}

// StoreDirectory keeps a directory in place of the last one. Who was in that one and is not in this the ledger
// remembers.
func (db keeps) StoreDirectory(ctx context.Context, connection string, d connectors.Directory) error {
	err := db.inTx(ctx, func(t *tx) error {
		body, err := encodeOne(d)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, upsertDirectory, connection, millis(d.ReadAt), body)
		return err
	})
	return wrap(err, "store the directory of %s", connection)
}

// encodeOne makes a body of one document. A directory is kept in the contract's own fields: unlike
// histories, it is read anew every so often.
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
		return message.Errorf("%w: %d parts instead of one", errBody, len(parts))
	}
	return decodeDoc(parts[0], v)
}
