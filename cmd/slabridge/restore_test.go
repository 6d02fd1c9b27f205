package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// backups is a story's play in which the state file is backed up again and again.
type backups struct {
	*play
	every int // clock settings between two
	set   int
	files []string
	away  map[string]bool // issues that were moved out of the projects under contract
}

// ticking is a world that does something whenever its clock is set.
type ticking struct {
	world
	then func()
}

func (k ticking) set(t testing.TB, now time.Time) {
	k.world.set(t, now)
	k.then()
}

// changing counts the requests that are to change something.
type changing struct {
	next http.RoundTripper
	is   func(*http.Request) bool
	seen []string
}

func (c *changing) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.is(r) {
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

// verdicts are what the cycles of the story's contract came to, by cycle. Of an issue that was deleted the tracker has
// nothing to tell to whoever did not know it before: it is left out.
func verdicts(t *testing.T, l *ledger.Ledger) map[string]string {
	t.Helper()
	out, gone := map[string]string{}, map[string]bool{}
	for v, err := range l.Verdicts(t.Context(), ledger.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		gone[v.Issue] = gone[v.Issue] || v.EndWhy == "gone"
	}
	for v, err := range enforcer.Latest(l.Verdicts(t.Context(), ledger.VerdictFilter{})) {
		if err != nil {
			t.Fatal(err)
		}
		if gone[v.Issue] {
			continue
		}
		out[fmt.Sprintf("issue %s %s %s", v.Issue, v.Obligation, v.Cycle)] = fmt.Sprintf("%s, due %s, ended %s by %s",
			v.State, v.Due, v.EndedAt, v.EndEvent)
	}
	return out
}

// agreement is consent that somebody recorded with `ledger agree`.
type agreement struct {
	enforcer.Agreement
	connection, issue string
}

// agreements are those on the issues of the story.
func agreements(t *testing.T, l *ledger.Ledger) (out []agreement) {
	t.Helper()
	asked := map[string]bool{}
	for v, err := range l.Verdicts(t.Context(), ledger.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if asked[v.Issue] {
			continue
		}
		asked[v.Issue] = true
		list, err := l.Agreements(t.Context(), v.Connection, v.Issue)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			out = append(out, agreement{a, v.Connection, v.Issue})
		}
	}
	return out
}

// restored goes on from a backup, at the story's end, and lists what it changes in the tracker and which verdicts it
// comes to that differ. Consent that was recorded beside the tracker since is lost with the ledger, and is
// recorded again.
func (b *backups) restored(t *testing.T, file string, want map[string]string, agreed []agreement) []string {
	b.t.Helper()
	text, err := os.ReadFile(b.app.config)
	if err != nil {
		b.t.Fatal(err)
	}
	folder := filepath.Dir(b.app.config)
	name := strings.TrimSuffix(filepath.Base(file), ".db") + ".yaml"
	b.write(folder, name, strings.Replace(string(text), "state: slabridge.db", "state: "+file, 1))
	_, transport := b.w.way()
	watch := &changing{next: transport, is: b.w.changes}
	a := newApp(strings.NewReader(""), &strings.Builder{}, &strings.Builder{}, func() time.Time { return b.now })
	a.transport, a.lang, a.config = watch, "en", filepath.Join(folder, name)
	w, err := a.open(b.t.Context(), writes)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.close()
	for _, a := range agreed {
		known, err := w.ledger.Agreements(b.t.Context(), a.connection, a.issue)
		if err == nil && len(known) < a.Number {
			_, err = w.ledger.Agree(b.t.Context(), a.connection, a.issue, a.Agreement)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	for range 4 { // whatever a human may hold them for, they are let go
		if _, err := w.engine.Pass(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
		if _, err := w.ledger.Release(b.t.Context(), b.now, ledger.Filter{}); err != nil {
			b.t.Fatal(err)
		}
		b.at(b.now.Add(time.Minute))
	}
	got := verdicts(t, w.ledger)
	for cycle, verdict := range want {
		if got[cycle] == "" && b.away[strings.Fields(cycle)[1]] {
			continue
		}
		if got[cycle] != verdict {
			watch.seen = append(watch.seen, fmt.Sprintf("%s: %q became %q", cycle, verdict, got[cycle]))
		}
	}
	for cycle := range got {
		if want[cycle] == "" {
			watch.seen = append(watch.seen, fmt.Sprintf("%s: %q is new", cycle, got[cycle]))
		}
	}
	return watch.seen
}

// movedAway lists the issues that stand in a project that nobody follows: whoever never saw one does not look there.
func (b *backups) movedAway() map[string]bool {
	b.t.Helper()
	connection := b.open.cfg.Connections[0].ID
	names, _, err := b.open.mirror.Directory(b.t.Context(), connection)
	if err != nil {
		b.t.Fatal(err)
	}
	away := map[string]bool{}
	for e, err := range b.open.mirror.Issues(b.t.Context(), connection) {
		if err != nil {
			b.t.Fatal(err)
		}
		h, _, err := b.open.mirror.History(b.t.Context(), connection, e.ID)
		if err != nil {
			b.t.Fatal(err)
		}
		project := h.Issue.Values.One(connectors.FieldProject)
		away[e.ID] = !slices.ContainsFunc(names.Projects, func(p connectors.Project) bool {
			return p.ID == project && p.Key == b.projects["desk"]
		})
	}
	return away
}

// A quarter of each contract is played, with backups on the way. Restored at its end, each of them finds the marks of
// what was written since, takes it over, and changes nothing in the tracker: no comment, no assignment, no watcher, no
// transition, no issue of a duty a second time. The verdicts come out as they were.
func TestRestoredBackupsRepeatNothing(t *testing.T) {
	for name, file := range storyFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			restoreAll(t, readStory(t, file), simWorld(t))
		})
	}
}

// TestRestoredBackupsRepeatNothingOnJira does it to both Jiras with one contract, whose steps are of every kind but the
// making of issues.
func TestRestoredBackupsRepeatNothingOnJira(t *testing.T) {
	for name, open := range map[string]func(testing.TB) world{"cloud": cloudWorld, "data center": dataCenterWorld} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := readStory(t, storyFiles(t)["rusbitech"]), open(t)
			s.adapt(w)
			restoreAll(t, s, w)
		})
	}
}

// restoreAll plays a story with backups on the way, and restores each at its end.
func restoreAll(t *testing.T, s *contractStory, w world) {
	t.Helper()
	b := &backups{every: len(s.acts)}
	b.play = newPlay(t, s, ticking{w, b.keep}, "")
	b.run()
	b.w = w
	judged, agreed := verdicts(t, b.open.ledger), agreements(t, b.open.ledger)
	b.away = b.movedAway()
	b.open.close()
	b.open = nil
	for _, f := range b.files {
		if changed := b.restored(t, f, judged, agreed); len(changed) > 0 {
			t.Errorf("%s changed:\n  %s", filepath.Base(f), strings.Join(changed, "\n  "))
		}
	}
	t.Logf("%d backups restored, %d verdicts each", len(b.files), len(judged))
}
