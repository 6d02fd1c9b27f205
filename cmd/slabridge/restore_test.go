package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/ledger"
)

// backups is a story's play in which the state file is backed up again and again.
type backups struct {
	*play
	every int // clock settings between two
	set   int
	files []string
}

// changing counts the requests that are to change something.
type changing struct {
	next http.RoundTripper
	seen []string
}

func (c *changing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		c.seen = append(c.seen, r.Method+" "+r.URL.Path)
	}
	return c.next.RoundTrip(r)
}

// keep makes a backup when it is time for one.
func (b *backups) keep() {
	if b.set++; b.play == nil || b.open == nil || b.set%b.every != 0 {
		return
	}
	name := filepath.Join(b.t.TempDir(), fmt.Sprintf("backup-%d.db", len(b.files)))
	if _, err := b.open.file.Backup(b.t.Context(), name); err != nil {
		b.t.Fatal(err)
	}
	b.files = append(b.files, name)
}

// restored goes on from a backup, at the story's end, and lists what it changes in the tracker.
func (b *backups) restored(file string) []string {
	b.t.Helper()
	text, err := os.ReadFile(b.app.config)
	if err != nil {
		b.t.Fatal(err)
	}
	folder := filepath.Dir(b.app.config)
	name := strings.TrimSuffix(filepath.Base(file), ".db") + ".yaml"
	b.write(folder, name, strings.Replace(string(text), "state: slabridge.db", "state: "+file, 1))
	watch := &changing{next: b.w.transport}
	a := newApp(strings.NewReader(""), &strings.Builder{}, &strings.Builder{}, func() time.Time { return b.now })
	a.transport, a.lang, a.config = watch, "en", filepath.Join(folder, name)
	w, err := a.open(b.t.Context(), writes)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.close()
	for range 4 { // whatever a human may hold them for, they are let go
		if _, err := w.engine.Pass(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
		if _, err := w.ledger.Release(b.t.Context(), b.now, ledger.Filter{}); err != nil {
			b.t.Fatal(err)
		}
		b.at(b.now.Add(time.Minute))
	}
	return watch.seen
}

// A quarter of each contract is played, with backups on the way. Restored at its end, each of them finds the marks of
// what was written since, takes it over, and changes nothing in the tracker: no comment, no assignment, no watcher, no
// transition, no issue of a duty a second time.
func TestRestoredBackupsRepeatNothing(t *testing.T) {
	for name, file := range storyFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := readStory(t, file)
			w := simWorld(t)
			b := &backups{every: len(s.acts)}
			base := w.set
			w.set = func(t testing.TB, now time.Time) {
				base(t, now)
				b.keep()
			}
			b.play = newPlay(t, s, w, "")
			b.run()
			w.set = base
			b.open.close()
			b.open = nil
			for _, f := range b.files {
				if changed := b.restored(f); len(changed) > 0 {
					t.Errorf("%s changed:\n  %s", filepath.Base(f), strings.Join(changed, "\n  "))
				}
			}
			t.Logf("%d backups restored", len(b.files))
		})
	}
}
