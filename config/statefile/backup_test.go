package statefile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"slabridge/config/statefile"
)

// A backup is taken while another handle writes: it is the state of one moment, private, and opens like any other.
func TestBackupDuringWork(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	steps := store(makeTable, fillTable)
	db, busy := open(t, path, steps), open(t, path, steps)
	stop := make(chan struct{})
	var g errgroup.Group
	g.Go(func() error { // both rows in one transaction: a copy of half of it would show
		for {
			select {
			case <-stop:
				return nil
			default:
				if _, err := busy.Exec("UPDATE shelf SET v = v + 1"); err != nil {
					return err
				}
			}
		}
	})
	for i := range 20 {
		name := filepath.Join(dir, fmt.Sprintf("backup ?#%d.db", i))
		size, err := db.Backup(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() != size {
			t.Fatalf("the backup: %v, %v; %d bytes told", info, err, size)
		}
		var apart int
		if err := open(t, name, steps).QueryRow("SELECT MAX(v) - MIN(v) FROM shelf").Scan(&apart); err != nil || apart != 7 {
			t.Errorf("backup %d: the rows are %d apart, %v", i, apart, err)
		}
	}
	close(stop)
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob(filepath.Join(dir, ".*.part"))
	if err != nil || len(parts) > 0 {
		t.Errorf("left behind: %v, %v", parts, err)
	}
}

func TestBackupRefuses(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "state.db"), store(makeTable, fillTable))
	full := filepath.Join(dir, "there")
	write(t, full, "precious")
	dangling := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), dangling); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path string
		want error
		says string
	}{
		"a file":             {full, statefile.ErrExists, "name another file"},
		"the state itself":   {db.Path(), statefile.ErrExists, "name another file"},
		"a dangling link":    {dangling, statefile.ErrExists, "name another file"},
		"a missing folder":   {filepath.Join(dir, "nowhere", "b.db"), os.ErrNotExist, "make its directory first"},
		"a file as a folder": {filepath.Join(full, "b.db"), nil, "back up state file to"},
	} {
		_, err := db.Backup(ctx, c.path)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %v saying %q", name, err, c.want, c.says)
		}
	}
	if read(full) != "precious" {
		t.Error("a file was replaced")
	}
}

// What cannot be copied whole leaves no file behind that could be taken for a backup.
func TestBackupOfADamagedFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	steps := store(makeTable, fillTable, `CREATE TABLE bulk AS
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, hex(randomblob(20)) AS b FROM n`)
	open(t, path, steps).Close()
	b := []byte(read(path))
	copy(b[len(b)/2/4096*4096:], make([]byte, 4096)) // a page of zeros in the midst of the bulk
	write(t, path, string(b))
	_, err := open(t, path, steps).Backup(ctx, filepath.Join(dir, "backup.db"))
	if !errors.Is(err, statefile.ErrCorrupt) || !strings.Contains(err.Error(), "restore the last backup") {
		t.Errorf("got %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*backup*")) // a pattern of our own
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
