package statefile

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"slabridge/config/message"
)

// ErrExists says that the file a backup was to become is there already.
var ErrExists = message.New("is there already")

// keepOlder makes a copy of a state that is about to be brought up to date, which an older program cannot read
// afterwards. One that is there already, of another process or of an upgrade that was cut short, is as good.
func (db *DB) keepOlder(ctx context.Context, versions string) error {
	path := db.path + ".before-" + versions
	if _, err := db.Backup(ctx, path); err != nil && !errors.Is(err, ErrExists) {
		return err
	}
	db.warnings = append(
		db.warnings,
		message.Of("the state file %s is brought up to date; %s is a copy of it as it was, "+
			"which the older program reads: delete it when all is well", db.path, path),
	)
	return nil
}

// Backup writes a copy of the state as of one moment to a new file, readable by us alone, while others go on reading
// and writing. It gives the copy's size in bytes. The name appears only once the copy is whole, was opened and
// checked page by page, and is on the disk; a file of that name is never replaced. A process that is killed leaves at
// most a file with ".part" at the end of its name.
func (db *DB) Backup(ctx context.Context, path string) (size int64, err error) {
	if size, err = db.backup(ctx, path); err != nil {
		return 0, explain("back up state file to", path, err)
	}
	return size, nil
}

func (db *DB) backup(ctx context.Context, path string) (int64, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = ErrExists
		}
		return 0, err
	}
	// VACUUM INTO takes an empty file that is there, and keeps its permissions; CreateTemp makes it 0600.
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return 0, withoutPath(err)
	}
	part := f.Name()
	defer os.Remove(part) //nolint:errcheck // after the rename there is none
	if err := f.Close(); err != nil {
		return 0, err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", part); err != nil {
		return 0, err
	}
	if err := db.checkCopy(ctx, part); err != nil {
		return 0, err
	}
	size, err := syncFile(part) // SQLite does not: https://www.sqlite.org/lang_vacuum.html#vacuuminto
	if err != nil {
		return 0, err
	}
	if err := rename(part, path); err != nil {
		return 0, err
	}
	_, err = syncFile(filepath.Dir(path))
	return size, err
}

// rename gives the file its name unless something has it already. A link does that in one step; where the file
// system knows none, the name is looked for first.
func rename(part, path string) error {
	err := os.Link(part, path)
	if err == nil {
		return nil
	}
	if _, there := os.Lstat(path); there == nil {
		return ErrExists
	}
	return os.Rename(part, path)
}

// checkCopy opens a copy and holds it against what a state file of ours is.
func (db *DB) checkCopy(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	handle, err := sql.Open("sqlite", "file:"+escape(abs)+"?mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer handle.Close()
	if marked, err := hasOurMark(ctx, handle); err != nil || !marked {
		return errors.Join(err, message.Errorf("%w: the copy is none of ours", ErrCorrupt))
	}
	if err := checkIntegrity(ctx, handle, "integrity_check"); err != nil {
		return err
	}
	var here, there string
	const steps = `SELECT COALESCE(GROUP_CONCAT(store || version || digest), '') FROM
		(SELECT store, version, digest FROM statefile_migration ORDER BY store, version)`
	if err := db.QueryRowContext(ctx, steps).Scan(&here); err != nil {
		return err
	}
	if err := handle.QueryRowContext(ctx, steps).Scan(&there); err != nil {
		return err
	}
	if here != there {
		return message.Errorf("%w: the copy has other migrations", ErrCorrupt)
	}
	return nil
}

// checkIntegrity runs one of SQLite's checks; all is well when it answers "ok".
func checkIntegrity(ctx context.Context, q queryRower, check string) error {
	var first string
	if err := q.QueryRowContext(ctx, "PRAGMA "+check).Scan(&first); err != nil {
		return err
	}
	if first != "ok" {
		return message.Errorf("%w: %s", ErrCorrupt, first)
	}
	return nil
}

// syncFile brings a file or a directory to the disk and gives its size.
func syncFile(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, withoutPath(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// withoutPath takes the file's name out of an error of package os: an *Error has it already.
func withoutPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
