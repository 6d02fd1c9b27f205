package mirror_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
)

func mustStore(t *testing.T, m *mirror.DB, h connectors.History, readAt time.Time) bool {
	t.Helper()
	changed, err := m.Store(context.Background(), conn, h, readAt)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func mustHistory(t *testing.T, m *mirror.DB, id string) connectors.History {
	t.Helper()
	h, ok, err := m.History(context.Background(), conn, id)
	if err != nil || !ok {
		t.Fatalf("history of %s: %v, %v", id, ok, err)
	}
	return h
}

func TestFreshReadIsKeptAndSettledByTheNextPass(t *testing.T) {
	m, f := openMirror(t), filled(3)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.edit("2", connectors.FieldStatus, "5", "answered")
	if !mustStore(t, m, f.truth("2"), f.now()) {
		t.Error("a new journal is no change")
	}
	wantSame(t, m, f)
	f.advance(10 * time.Second)
	f.takeCalls()
	if r := mustSync(t, m, f, mirror.SyncOptions{}); len(r.Changed) > 0 || r.Histories != 1 {
		t.Errorf("changed %v after %d histories; want nothing after the one that settles it", r.Changed, r.Histories)
	}
	if mustStore(t, m, f.truth("2"), f.now()) {
		t.Error("the same history is a change")
	}
}

func TestOlderReadNeverUndoesANewerOne(t *testing.T) {
	m, f := openMirror(t), filled(1)
	old, oldAt := f.truth("1"), f.now()
	f.advance(time.Second)
	f.edit("1", "", "", "written between two reads that overlap")
	f.advance(3 * time.Second)
	mustStore(t, m, f.truth("1"), f.now())
	if mustStore(t, m, old, oldAt) {
		t.Error("the older read changed something")
	}
	wantSame(t, m, f)
}

func TestReadThatCameOutNewerIsKeptThoughTheClockSaysOlder(t *testing.T) {
	m, f := openMirror(t), filled(1)
	mustStore(t, m, f.truth("1"), f.now())
	f.edit("1", "", "", "seen by a read that our idea of the tracker's clock dates a second back")
	mustStore(t, m, f.truth("1"), f.now().Add(-time.Second))
	wantSame(t, m, f)
}

// A read that was noted while the tracker's clock was off, far ahead, does not hide what comes after it until then.
func TestReadOfAWrongClockHidesNothing(t *testing.T) {
	m, f := openMirror(t), filled(1)
	mustStore(t, m, f.truth("1"), f.now().Add(25*time.Minute))
	f.edit("1", "", "", "in the second of that read")
	if !mustStore(t, m, f.truth("1"), f.now()) {
		t.Error("a new journal is no change")
	}
	wantSame(t, m, f)
	e, ok, err := m.Entry(context.Background(), conn, "1")
	if err != nil || !ok || e.ReadAt.After(f.now()) {
		t.Errorf("read at %s (%t, %v), in the future", e.ReadAt, ok, err)
	}
	if _, err := m.StoreVanished(context.Background(), conn, "1", mirror.Gone, f.now().Add(25*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if changed, err := m.StoreVanished(context.Background(), conn, "1", mirror.Hidden, f.now()); err != nil || !changed {
		t.Errorf("found hidden now: changed %t, %v", changed, err)
	}
}

func TestVanishedByAFreshRead(t *testing.T) {
	ctx := context.Background()
	m, f := openMirror(t), filled(2)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.change("1", func(i *fakeIssue) { i.deleted = true })
	f.advance(time.Second)
	for _, want := range []bool{true, false} {
		if changed, err := m.StoreVanished(ctx, conn, "1", mirror.Gone, f.now()); err != nil || changed != want {
			t.Errorf("changed %v, %v; want %v", changed, err, want)
		}
	}
	wantSame(t, m, f)
	if changed, err := m.StoreVanished(ctx, conn, "404", mirror.Gone, f.now()); err != nil || changed {
		t.Errorf("an issue that never was: %v, %v", changed, err)
	}
}

// TestLateEventReplacesTheObservedOne: a tracker's history may lag behind its values.
func TestLateEventReplacesTheObservedOne(t *testing.T) {
	m, f := openMirror(t), filled(1)
	mustStore(t, m, f.truth("1"), f.now())
	f.advance(time.Minute)
	f.edit("1", connectors.FieldStatus, "6", "")
	whole := f.truth("1")
	lagging := whole
	lagging.Events = whole.Events[:1]
	f.advance(time.Minute)
	mustStore(t, m, lagging, f.now())
	if h := mustHistory(t, m, "1"); len(h.Events) != 2 || !mirror.Observed(h.Events[1]) {
		t.Fatalf("events %v; want the silent change observed", h.Events)
	}
	f.advance(time.Minute)
	mustStore(t, m, whole, f.now())
	if diff := cmp.Diff(whole.Events, mustHistory(t, m, "1").Events); diff != "" {
		t.Errorf("events (-tracker +mirror):\n%s", diff)
	}
}

// TestTornReadObservesNothing: the issue was read before a change, its events after it.
func TestTornReadObservesNothing(t *testing.T) {
	m, f := openMirror(t), filled(1)
	mustStore(t, m, f.truth("1"), f.now())
	f.advance(time.Minute)
	before := f.truth("1")
	f.edit("1", connectors.FieldStatus, "6", "")
	torn := before
	torn.Events = f.truth("1").Events
	mustStore(t, m, torn, f.now())
	f.advance(time.Minute)
	mustStore(t, m, f.truth("1"), f.now())
	if h := mustHistory(t, m, "1"); slices.ContainsFunc(h.Events, mirror.Observed) {
		t.Errorf("events %v", h.Events)
	}
	wantSame(t, m, f)
}

// TestSilentChangeWithoutUpdatedAt: its moment is the last one at which the old value was still seen.
func TestSilentChangeWithoutUpdatedAt(t *testing.T) {
	m, f := openMirror(t), filled(1)
	mustStore(t, m, f.truth("1"), f.now())
	lastSeen := f.now()
	f.change("1", func(i *fakeIssue) {
		i.history.Issue.Values = i.history.Issue.Values.Clone()
		delete(i.history.Issue.Values, connectors.FieldPriority) // the type that had it was changed
	})
	f.advance(time.Hour)
	mustStore(t, m, f.truth("1"), f.now())
	h := mustHistory(t, m, "1")
	if e := h.Events[len(h.Events)-1]; !mirror.Observed(e) || !e.At.Equal(lastSeen) || e.Changes[0].To != nil {
		t.Errorf("last event %+v, want one at %v to nothing", e, lastSeen)
	}
}

func TestLookUps(t *testing.T) {
	ctx := context.Background()
	m, f := openMirror(t), filled(3)
	f.change("2", func(i *fakeIssue) { i.history.Issue.Key = "ACME-2" })
	mustSync(t, m, f, mirror.SyncOptions{})
	if id, ok, err := m.IDByKey(ctx, conn, "ACME-2"); id != "2" || !ok || err != nil {
		t.Errorf("ACME-2 is %q, %v, %v", id, ok, err)
	}
	if id, ok, err := m.IDByKey(ctx, conn, "2"); ok || err != nil {
		t.Errorf("key 2 is %q, %v", id, err)
	}
	if _, ok, err := m.IDByKey(ctx, "other", "ACME-2"); ok || err != nil {
		t.Errorf("another connection has it too (%v)", err)
	}
	if _, ok, err := m.History(ctx, conn, "17"); ok || err != nil {
		t.Errorf("history of an unknown issue: %v, %v", ok, err)
	}
	if _, ok, err := m.Entry(ctx, conn, "17"); ok || err != nil {
		t.Errorf("entry of an unknown issue: %v, %v", ok, err)
	}
	n := 0
	for range m.Issues(ctx, conn) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("a listing that is left early gave %d", n)
	}
}

// TestDirectoryIsTheLast: what the tracker named last counts, by each connection; who left is the ledger's to remember.
func TestDirectoryIsTheLast(t *testing.T) {
	ctx := context.Background()
	m := openMirror(t)
	if _, ok, err := m.Directory(ctx, conn); ok || err != nil {
		t.Errorf("a directory before the first: %v, %v", ok, err)
	}
	ivanov := connectors.Person{
		ID: "8", Login: "ivanov", Name: "Ivan Ivanov",
		Roles: map[string][]string{"acme": {"Support engineer"}},
	}
	petrov := connectors.Person{ID: "9", Name: "Petr Petrov"}
	for hour, people := range [][]connectors.Person{{ivanov, petrov}, {petrov}, {petrov, ivanov}} {
		d := connectors.Directory{
			Statuses: []connectors.Status{{ID: "1", Name: "New"}}, People: people,
			ReadAt: epoch.Add(time.Duration(hour) * time.Hour),
		}
		if err := m.StoreDirectory(ctx, conn, d); err != nil {
			t.Fatal(err)
		}
		got, ok, err := m.Directory(ctx, conn)
		if diff := cmp.Diff(d, got, cmpopts.EquateEmpty()); diff != "" || !ok || err != nil {
			t.Errorf("hour %d: directory %v, %v (-stored +read):\n%s", hour, ok, err, diff)
		}
		if _, ok, err := m.Directory(ctx, "other"); ok || err != nil {
			t.Errorf("hour %d: another connection has it, too: %v", hour, err)
		}
	}
}

func TestProgressEndsWithEverythingRead(t *testing.T) {
	m, f := openMirror(t), filled(12)
	var last mirror.Progress
	mustSync(t, m, f, mirror.SyncOptions{Progress: func(p mirror.Progress) {
		if p.Read < last.Read || p.Listed < last.Listed || p.Read > p.ToRead {
			t.Errorf("progress went from %+v to %+v", last, p)
		}
		last = p
	}})
	if want := (mirror.Progress{Listed: 12, Read: 12, ToRead: 12}); last != want {
		t.Errorf("last progress %+v, want %+v", last, want)
	}
}

func TestRereadOfAnUnknownIssue(t *testing.T) {
	m, f := openMirror(t), filled(2)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.create("3") // a webhook tells of it before any list does
	r := mustSync(t, m, f, mirror.SyncOptions{Reread: []string{"3", "404"}})
	if !slices.Equal(r.New, []string{"3"}) || len(r.Gone) > 0 {
		t.Errorf("new %v, gone %v", r.New, r.Gone)
	}
	wantSame(t, m, f)
}

func TestIdleQueriesUseIndexes(t *testing.T) {
	_, st := openFile(t, filepath.Join(t.TempDir(), "state.db"))
	for _, q := range mirror.IdleQueries {
		args := make([]any, strings.Count(q, "$"))
		for i := range args {
			args[i] = "1"
		}
		rows, err := st.Query("EXPLAIN QUERY PLAN "+q, args...)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(detail, "SCAN") {
				t.Errorf("%s\nwalks over a table: %s", q, detail)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What a tracker counts and does not give takes nothing back that an earlier read brought, is told, and has the issue
// read again in each pass for an hour and no longer.
func TestShortHistory(t *testing.T) {
	m, f := openMirror(t), newFake()
	f.create("1")
	f.edit("1", "", "", "an answer")
	f.advance(time.Minute)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.edit("1", "", "", "another")
	whole := f.truth("1")
	f.short("1", whole.Events[1:], "comments: 1 of 2")
	f.advance(time.Minute)
	for _, wait := range []time.Duration{0, 30 * time.Minute, 2 * time.Hour} {
		f.advance(wait)
		r := mustSync(t, m, f, mirror.SyncOptions{})
		if len(r.Short) != 1 || !slices.Equal(r.Short[0].Missing, []string{"comments: 1 of 2"}) || len(r.Failed) > 0 {
			t.Errorf("%v later: short %v, failed %v", wait, r.Short, r.Failed)
		}
	}
	f.advance(time.Minute)
	if r := mustSync(t, m, f, mirror.SyncOptions{}); len(r.Short) > 0 || r.Histories > 0 {
		t.Errorf("hours after the change %d histories are read, short %v", r.Histories, r.Short)
	}
	h, _, err := m.History(t.Context(), conn, "1")
	if err != nil || len(h.Events) != 2 {
		t.Errorf("%d events, %v; want both answers", len(h.Events), err)
	}
}

// An issue that a list shows and that we may not read is told of; one that we could read before is out of sight.
func TestListedAndRefused(t *testing.T) {
	m, f := openMirror(t), newFake()
	f.create("1")
	f.create("2")
	f.before = func(call string) error {
		if call == "history 2" {
			return &connectors.Error{Op: message.Of("read issue 2"), Class: connectors.Hidden, Status: 403}
		}
		return nil
	}
	f.advance(time.Minute)
	if r := mustSync(t, m, f, mirror.SyncOptions{}); len(r.Failed) != 1 || r.Failed[0].Issue != "2" || len(r.New) != 1 {
		t.Errorf("failed %v, new %v", r.Failed, r.New)
	}
	f.before = nil
	if r := mustSync(t, m, f, mirror.SyncOptions{Census: true}); len(r.Failed) > 0 || len(r.New) != 1 {
		t.Errorf("seen at last: failed %v, new %v", r.Failed, r.New)
	}
}

// A list that does not say when an issue changed has it read.
func TestListedWithoutTime(t *testing.T) {
	m, f := openMirror(t), newFake()
	f.create("1")
	f.create("2")
	f.timeless("2")
	f.advance(time.Minute)
	if r := mustSync(t, m, f, mirror.SyncOptions{}); len(r.New) != 2 || len(r.Failed) > 0 {
		t.Errorf("new %v, failed %v", r.New, r.Failed)
	}
	f.edit("2", "status", "2", "")
	f.advance(time.Minute)
	if r := mustSync(t, m, f, mirror.SyncOptions{}); !slices.Equal(r.Changed, []string{"2"}) {
		t.Errorf("changed %v", r.Changed)
	}
}
