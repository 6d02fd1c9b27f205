package mirror

import "context"

const (
	// wipeBatch is how many issues go in one transaction: a wipe of a million must not become one log file.
	wipeBatch = 1000

	wipeCursor    = `DELETE FROM mirror_cursor WHERE connection = $1`
	wipeCensus    = `DELETE FROM mirror_census WHERE connection = $1`
	wipeDirectory = `DELETE FROM mirror_directory WHERE connection = $1`
	wipeLast      = `SELECT MAX(id) FROM (SELECT id FROM mirror_issue WHERE connection = $1 ORDER BY id LIMIT $2) AS batch`
	wipeEvents    = `DELETE FROM mirror_event WHERE connection = $1 AND issue <= $2`
	wipeIssues    = `DELETE FROM mirror_issue WHERE connection = $1 AND id <= $2`

	wipeWorkCursor = `DELETE FROM mirror_work_cursor WHERE connection = $1`
	wipeWorkLast   = `SELECT MAX(id) FROM (SELECT id FROM mirror_work WHERE connection = $1 ORDER BY id LIMIT $2) ` +
		`AS batch`
	wipeWorkVersions = `DELETE FROM mirror_work_version WHERE connection = $1 AND id <= $2`
	wipeWork         = `DELETE FROM mirror_work WHERE connection = $1 AND id <= $2`
)

// Wipe throws the mirror of one connection away, so that the next pass builds it anew. Other connections and
// other stores' tables are left alone. Cut short, it leaves whole issues behind and may simply be run again.
func (db keeps) Wipe(ctx context.Context, connection string) error {
	err := db.inTx(ctx, func(t *tx) error {
		for _, q := range []string{wipeCursor, wipeCensus, wipeDirectory, wipeWorkCursor, wipeListed} {
			if _, err := t.exec(ctx, q, connection); err != nil {
				return err
			}
		}
		return nil
	})
	for more := true; more && err == nil; {
		more, err = db.wipeSome(ctx, connection, wipeLast, wipeEvents, wipeIssues)
	}
	for more := true; more && err == nil; {
		more, err = db.wipeSome(ctx, connection, wipeWorkLast, wipeWorkVersions, wipeWork)
	}
	return wrap(err, "wipe the mirror of %s", connection)
}

// wipeSome deletes up to the last id of a batch.
func (db keeps) wipeSome(ctx context.Context, connection, batch string, wipes ...string) (more bool, err error) {
	err = db.inTx(ctx, func(t *tx) error {
		var last *string
		if _, err := t.one(ctx, []any{&last}, batch, connection, wipeBatch); err != nil || last == nil {
			return err
		}
		more = true
		for _, q := range wipes {
			if _, err := t.exec(ctx, q, connection, *last); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}
