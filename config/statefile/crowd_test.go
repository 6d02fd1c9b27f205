package statefile_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"slabridge/config/statefile"
)

// readerOf is the variable by which this test's binary is told to be a crowd of readers: of which state file.
const readerOf = "STATEFILE_READ"

// Commands that read come and go beside each other, as monitoring and people start them: the last one of them to leave
// cleans up after all while the next opens the file. None is refused.
func TestReadersComeAndGo(t *testing.T) {
	steps := store(makeTable, fillTable)
	if path := os.Getenv(readerOf); path != "" {
		for range 100 {
			db, err := statefile.Open(ctx, path, steps)
			if err != nil {
				t.Fatal(err)
			}
			var v int
			if err := db.QueryRow("SELECT v FROM shelf WHERE n = 2").Scan(&v); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	path := filepath.Join(t.TempDir(), "state.db")
	open(t, path, steps).Close()
	var crowd errgroup.Group
	for range 6 {
		crowd.Go(func() error {
			c := exec.Command(os.Args[0], "-test.run=^TestReadersComeAndGo$")
			c.Env = append(os.Environ(), readerOf+"="+path)
			if out, err := c.CombinedOutput(); err != nil {
				return fmt.Errorf("%w:\n%s", err, out)
			}
			return nil
		})
	}
	if err := crowd.Wait(); err != nil {
		t.Error(err)
	}
}

// A file that is up to date is opened and read while a long transaction writes to it: nobody waits for its end.
func TestReadersDoNotWaitForAWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	steps := store(makeTable, fillTable)
	busy := open(t, path, steps)
	tx, err := busy.Begin() // takes the write lock at once
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("UPDATE shelf SET v = 8"); err != nil {
		t.Fatal(err)
	}
	var v int
	if err := open(t, path, steps).QueryRow("SELECT v FROM shelf WHERE n = 2").Scan(&v); err != nil || v != 7 {
		t.Errorf("read %d, %v; want what was committed, 7", v, err)
	}
}
