package statefile_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slabridge/config/statefile"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

func store(steps ...string) statefile.Migrations {
	return statefile.Migrations{Store: "shop", Steps: steps}
}

const (
	makeTable = `CREATE TABLE shelf (n INTEGER PRIMARY KEY, v INTEGER NOT NULL) STRICT`
	fillTable = `INSERT INTO shelf (n, v) VALUES (1, 0); INSERT INTO shelf (n, v) VALUES (2, 7)`
)

func open(t *testing.T, path string, sets ...statefile.Migrations) *statefile.DB {
	t.Helper()
	db, err := statefile.Open(ctx, path, sets...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestNewFileIsPrivateAndMigrated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a state?#%.db")
	db := open(t, path, store(makeTable, fillTable))
	var v int
	if err := db.QueryRow("SELECT v FROM shelf WHERE n = 2").Scan(&v); err != nil || v != 7 {
		t.Errorf("second migration left %d, %v", v, err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %04o, want 0600", name, info.Mode().Perm())
		}
	}
	if len(db.Warnings()) > 0 {
		t.Errorf("warnings of a new file: %v", db.Warnings())
	}
}

func TestReopenRunsOnlyNewMigrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if err := open(t, path, store(makeTable, fillTable)).Close(); err != nil {
		t.Fatal(err)
	}
	db := open(t, path, store(makeTable, fillTable, `UPDATE shelf SET v = v + 1`))
	var sum int
	if err := db.QueryRow("SELECT SUM(v) FROM shelf").Scan(&sum); err != nil || sum != 9 {
		t.Errorf("after the third migration the sum is %d, %v; want 9", sum, err)
	}
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	_, err := statefile.Open(ctx, path, store(makeTable, fillTable+`; INSERT INTO nowhere VALUES (1)`))
	if err == nil || !strings.Contains(err.Error(), "migrate shop to version 2") {
		t.Fatalf("error %v", err)
	}
	db := open(t, path, store(makeTable))
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM shelf").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows of the failed migration stayed (%v)", n, err)
	}
}

func TestRefusals(t *testing.T) {
	ours := func(t *testing.T, path string) { open(t, path, store(makeTable, fillTable)).Close() }
	for _, c := range []struct {
		name  string
		make  func(t *testing.T, path string)
		steps []string
		want  error
		says  string
	}{
		{"newer program", ours, []string{makeTable}, statefile.ErrNewer, "shop has version 2, this program knows 1"},
		{"unknown store", func(t *testing.T, path string) {
			open(t, path, store(makeTable), statefile.Migrations{Store: "till", Steps: []string{"SELECT 1"}}).Close()
		}, []string{makeTable}, statefile.ErrNewer, `the store "till", which this program does not know`},
		{"other history", ours, []string{makeTable, "SELECT 1"}, statefile.ErrNewer, "migration 2 of shop"},
		{"text", func(t *testing.T, path string) {
			write(t, path, strings.Repeat("state: slabridge.db\n", 400))
		}, nil, statefile.ErrNotOurs, "name another file"},
		{"stranger's database", func(t *testing.T, path string) {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("CREATE TABLE theirs (x)"); err != nil {
				t.Fatal(err)
			}
		}, nil, statefile.ErrNotOurs, "another program's"},
		{"directory", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, nil, statefile.ErrNotOurs, "no regular file"},
		{"damaged", func(t *testing.T, path string) {
			ours(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 100; i < len(b); i++ {
				b[i] = 0xa5
			}
			write(t, path, string(b))
		}, []string{makeTable, fillTable}, statefile.ErrCorrupt, "restore the last backup"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			c.make(t, path)
			before := read(path)
			_, err := statefile.Open(ctx, path, store(c.steps...))
			var e *statefile.Error
			if !errors.As(err, &e) || !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v\nwant %v, saying %q", err, c.want, c.says)
			}
			if e.Path != path || e.Hint == "" {
				t.Errorf("path %q, hint %q", e.Path, e.Hint)
			}
			if read(path) != before {
				t.Error("the refused file was changed")
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read gives the file, or nothing where there is none to read.
func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

func TestMissingDirectory(t *testing.T) {
	_, err := statefile.Open(ctx, filepath.Join(t.TempDir(), "nowhere", "state.db"))
	if err == nil || !strings.Contains(err.Error(), "make its directory first") {
		t.Errorf("error %v", err)
	}
}

func TestReadableByOthersIsWarnedOf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	open(t, path).Close()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if w := open(t, path).Warnings(); len(w) != 1 || !strings.Contains(w[0].String(), "mode 0644") {
		t.Errorf("warnings %q", w)
	}
}

func TestFullDiskIsExplained(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"), store(makeTable))
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA max_page_count = 12"); err != nil { // SQLite's own name for a full disk
		t.Fatal(err)
	}
	_, err = conn.ExecContext(ctx, `CREATE TABLE big AS SELECT randomblob(100000) AS b`)
	err = db.Explain(fmt.Errorf("store issue 17: %w", err))
	if !errors.Is(err, statefile.ErrFull) || !strings.Contains(err.Error(), "free some space") ||
		!strings.Contains(err.Error(), "issue 17") {
		t.Errorf("explained as %v", err)
	}
	other := errors.New("nothing of the file's")
	if got := db.Explain(other); !errors.Is(got, other) || got.Error() != other.Error() {
		t.Errorf("another error became %v", got)
	}
}

func TestReadOnlyIsExplained(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"), store(makeTable))
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = ON"); err != nil {
		t.Fatal(err)
	}
	_, err = conn.ExecContext(ctx, fillTable)
	if err = db.Explain(err); !errors.Is(err, statefile.ErrReadOnly) {
		t.Errorf("explained as %v", err)
	}
}

// TestReadThenWriteNeverFails has transactions read what they then write, from more goroutines than there are
// connections, through two handles as two processes would: without the write lock at BEGIN most of them fail.
func TestReadThenWriteNeverFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	handles := []*statefile.DB{open(t, path, store(makeTable, fillTable)), open(t, path, store(makeTable, fillTable))}
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			for range 20 {
				if err := increment(handles[i%2]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	var v int
	if err := handles[0].QueryRow("SELECT v FROM shelf WHERE n = 1").Scan(&v); err != nil || v != 160 {
		t.Errorf("after 160 increments: %d, %v", v, err)
	}
}

func increment(db *statefile.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var v int
	if err := tx.QueryRow("SELECT v FROM shelf WHERE n = 1").Scan(&v); err != nil {
		return err
	}
	if _, err := tx.Exec("UPDATE shelf SET v = $1 WHERE n = 1", v+1); err != nil {
		return err
	}
	return tx.Commit()
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	one, two := open(t, path), open(t, path)
	l, err := one.Lock("writer", noon)
	if err != nil {
		t.Fatal(err)
	}
	_, err = two.Lock("writer", noon.Add(time.Hour))
	var held *statefile.HeldError
	if !errors.Is(err, statefile.ErrHeld) || !errors.As(err, &held) || held.PID != os.Getpid() || !held.Since.Equal(noon) {
		t.Fatalf("second lock: %v", err)
	}
	other, err := two.Lock("other", noon)
	if err != nil {
		t.Fatalf("a lock of another name: %v", err)
	}
	if err := errors.Join(l.Release(), other.Release()); err != nil {
		t.Fatal(err)
	}
	l, err = two.Lock("writer", noon)
	if err != nil {
		t.Fatalf("released lock: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
}

// TestKilledHolderLetsGo kills another process that holds the lock.
func TestKilledHolderLetsGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if os.Getenv("STATEFILE_HOLD") != "" {
		hold(t, os.Getenv("STATEFILE_HOLD"))
		return
	}
	db := open(t, path)
	holder := exec.Command(os.Args[0], "-test.run=^TestKilledHolderLetsGo$")
	holder.Env = append(os.Environ(), "STATEFILE_HOLD="+path)
	in, err := holder.StdinPipe() // the holder also ends when we do
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("holder says %q, %v", line, err)
	}
	_, err = db.Lock("writer", noon)
	var held *statefile.HeldError
	if !errors.As(err, &held) || held.PID != holder.Process.Pid {
		t.Errorf("while it is held by %d: %v", holder.Process.Pid, err)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	holder.Wait()
	l, err := db.Lock("writer", noon)
	if err != nil {
		t.Fatalf("after its death: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
}

func hold(t *testing.T, path string) {
	if _, err := open(t, path).Lock("writer", noon); err != nil {
		t.Fatal(err)
	}
	fmt.Println("held")
	bufio.NewReader(os.Stdin).ReadString('\n')
}

// BenchmarkCommit shows what synchronous = FULL costs: one small transaction.
func BenchmarkCommit(b *testing.B) {
	for _, level := range []string{"FULL", "NORMAL"} {
		b.Run(level, func(b *testing.B) {
			db, err := statefile.Open(ctx, filepath.Join(b.TempDir(), "state.db"), store(makeTable, fillTable))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			db.SetMaxOpenConns(2) // one is never used
			if _, err := db.Exec("PRAGMA synchronous = " + level); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := increment(db); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// An upgrade leaves a copy of the state as the older program knew it, which that program opens; a state that is up to
// date, and a new one, are not copied.
func TestUpgradeKeepsACopy(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "state.db")
	one := statefile.Migrations{Store: "shop", Steps: []string{"CREATE TABLE a (x TEXT)"}}
	two := statefile.Migrations{Store: "shop", Steps: append(slices.Clone(one.Steps), "ALTER TABLE a ADD COLUMN y TEXT")}
	kept := path + ".before-shop1"
	open := func(file string, m statefile.Migrations) (*statefile.DB, error) {
		db, err := statefile.Open(ctx, file, m)
		if err == nil {
			t.Cleanup(func() { _ = db.Close() })
		}
		return db, err
	}
	for range 2 { // made, and opened again
		db, err := open(path, one)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(ctx, "INSERT INTO a VALUES ('kept')"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(kept); err == nil {
		t.Error("copied, though nothing was to be brought up to date")
	}
	db, err := open(path, two)
	if err != nil {
		t.Fatal(err)
	}
	if w := db.Warnings(); len(w) != 1 || !strings.Contains(w[0].String(), kept) {
		t.Errorf("warnings %q", w)
	}
	if _, err := open(path, one); !errors.Is(err, statefile.ErrNewer) {
		t.Errorf("the older program takes the newer state: %v", err)
	}
	older, err := open(kept, one)
	if err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := older.QueryRowContext(ctx, "SELECT COUNT(*) FROM a").Scan(&rows); err != nil || rows != 2 {
		t.Errorf("the copy has %d rows: %v", rows, err)
	}
	if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v %v", info, err)
	}
	if db, err := open(path, two); err != nil || len(db.Warnings()) != 0 {
		t.Errorf("opened again: %v", err)
	}
}
