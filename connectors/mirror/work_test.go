package mirror_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
)

// wantWork fails unless every visible issue has exactly the booked time that the tracker has.
func wantWork(t interface {
	Helper()
	Fatalf(string, ...any)
}, m *mirror.DB, f *fake,
) {
	t.Helper()
	want := map[string][]connectors.Event{}
	for _, b := range f.booked() {
		want[b.Issue] = append(want[b.Issue], b.Event)
	}
	for _, id := range f.ids() {
		got, err := m.WorkOf(context.Background(), conn, id)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if diff := cmp.Diff(connectors.SortEvents(want[id]), got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("time booked on issue %s (-tracker +mirror):\n%s", id, diff)
		}
	}
}

var withWork = mirror.SyncOptions{Work: true}

func TestIdlePassWithWorkCostsTwoRequests(t *testing.T) {
	m, f := openMirror(t), filled(20)
	f.book("3", 1)
	mustSync(t, m, f, withWork)
	for i := range 5 {
		f.advance(time.Minute)
		f.takeCalls()
		r := mustSync(t, m, f, withWork)
		if got := f.takeCalls(); !slices.Equal(got, []string{"changed", "booked"}) || r.Requests() != 2 {
			t.Errorf("idle pass %d asked %v and reports %d requests", i, got, r.Requests())
		}
	}
	mustSync(t, m, f, mirror.SyncOptions{})
	if got := f.takeCalls(); !slices.Equal(got, []string{"changed"}) {
		t.Errorf("a pass that was not asked for work asked %v", got)
	}
	wantWork(t, m, f)
}

// TestBookedTimeIsAnEvent: a new entry is there with the next pass, in the order of the history; an edit, a deletion
// and a move with the next census. Each time the issues it is about come up as changed.
func TestBookedTimeIsAnEvent(t *testing.T) {
	ctx := context.Background()
	m, f := openMirror(t), filled(5)
	first := f.book("2", 1)
	mustSync(t, m, f, withWork)
	f.advance(time.Hour)
	step := func(opts mirror.SyncOptions, want ...string) {
		t.Helper()
		f.advance(5 * time.Minute)
		since := f.now()
		r := mustSync(t, m, f, opts)
		if !slices.Equal(r.Work, want) {
			t.Errorf("work changed on %v, want %v", r.Work, want)
		}
		read, err := m.ReadSince(ctx, conn, since)
		for _, id := range want {
			if err != nil || !slices.Contains(read, id) {
				t.Errorf("changed since the pass: %v (%v), want %s among them", read, err, id)
			}
		}
	}
	second := f.book("2", 3)
	f.edit("2", "", "", "and a note after it")
	step(withWork, "2")
	wantWork(t, m, f)
	h, _, err := m.History(ctx, conn, "2")
	var ids []string
	for _, e := range h.Events {
		ids = append(ids, e.ID)
	}
	if want := []string{"journal:2", first, second, "journal:8"}; err != nil || !slices.Equal(ids, want) {
		t.Errorf("events %v (%v), want %v", ids, err, want)
	}

	census := mirror.SyncOptions{Work: true, Census: true}
	f.rebook(first, func(b *connectors.Booking) bool { b.Event.Work.Activity = "10"; return true })
	step(withWork)
	step(census, "2")
	wantWork(t, m, f)
	f.rebook(first, func(b *connectors.Booking) bool { b.Issue = "4"; return true })
	step(census, "2", "4")
	wantWork(t, m, f)
	kept := f.work
	f.rebook(first, func(*connectors.Booking) bool { return false })
	step(withWork)
	step(census, "4")
	wantWork(t, m, f)
	f.work = kept // as a backup of the tracker would
	step(census, "4")
	wantWork(t, m, f)
	step(census)

	versions, err := m.Versions(ctx, conn, "4", first)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range versions {
		s := v.What
		if v.Before != nil {
			s += " from activity " + v.Before.Work.Activity
		}
		got = append(got, s)
	}
	want := []string{"edited from activity 9", "edited from activity 10", "withdrawn", "restored"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
}

// TestWorkThatShowsLate is an entry whose transaction took a while: it is older than the listing that lacked it.
func TestWorkThatShowsLate(t *testing.T) {
	m, f := openMirror(t), filled(2)
	mustSync(t, m, f, withWork)
	for range 3 {
		f.book("1", 1)
		late := f.work
		f.work = late[:len(late)-1]
		f.advance(40 * time.Second)
		mustSync(t, m, f, withWork)
		f.work = late
		f.advance(5 * time.Second)
		mustSync(t, m, f, withWork)
		wantWork(t, m, f)
	}
}

// TestWorkThatCannotBeListed fails nothing else, loses nothing, and is caught up with.
func TestWorkThatCannotBeListed(t *testing.T) {
	m, f := openMirror(t), filled(5)
	f.book("1", 1)
	mustSync(t, m, f, withWork)
	f.advance(time.Hour)
	f.edit("3", "", "", "hello")
	f.book("2", 2)
	f.noWork = &connectors.Error{Op: message.Of("list booked time"), Class: connectors.Refused, Status: 403}
	for _, census := range []bool{false, true} {
		f.advance(time.Hour)
		r := mustSync(t, m, f, mirror.SyncOptions{Work: true, Census: census})
		if !errors.Is(r.WorkFailed, f.noWork) || len(r.Work) > 0 {
			t.Errorf("census %v: failed by %v, changed %v", census, r.WorkFailed, r.Work)
		}
	}
	wantSame(t, m, f)
	if work, err := m.WorkOf(context.Background(), conn, "1"); err != nil || len(work) != 1 {
		t.Errorf("%d entries (%v), want the one that was known", len(work), err)
	}
	f.noWork = nil
	if r := mustSync(t, m, f, withWork); r.WorkFailed != nil || !slices.Equal(r.Work, []string{"2"}) {
		t.Errorf("with the right back: %v, changed %v", r.WorkFailed, r.Work)
	}
	wantWork(t, m, f)
}

// TestWorkIsNotWithdrawnOnAStrangersWord: the census itself was read with a good key, the booked time was not.
func TestWorkIsNotWithdrawnOnAStrangersWord(t *testing.T) {
	m, f := openMirror(t), filled(5)
	f.book("1", 1)
	mustSync(t, m, f, withWork)
	f.before = func(call string) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.badKey = f.badKey || call == "booked"
		return nil
	}
	f.advance(time.Hour)
	_, err := m.Sync(context.Background(), conn, f, f.now, mirror.SyncOptions{Work: true, Census: true})
	if connectors.ClassOf(err) != connectors.Unauthorized {
		t.Errorf("%v, want unauthorized", err)
	}
	if work, err := m.WorkOf(context.Background(), conn, "1"); err != nil || len(work) != 1 {
		t.Errorf("%d entries (%v), want the one that was known", len(work), err)
	}
}

func TestWorkSurvivesARestartAndNotAWipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	f := filled(5)
	for range 7 { // more than two pages
		f.book("1", 1)
	}
	f.advance(10 * time.Minute)
	m, st := openFile(t, path)
	mustSync(t, m, f, withWork)
	if err := errors.Join(m.Close(), st.Close()); err != nil {
		t.Fatal(err)
	}
	m, _ = openFile(t, path)
	wantWork(t, m, f)
	ctx := context.Background()
	if err := m.Wipe(ctx, "other"); err != nil {
		t.Fatal(err)
	}
	wantWork(t, m, f)
	if err := m.Wipe(ctx, conn); err != nil {
		t.Fatal(err)
	}
	if work, err := m.WorkOf(ctx, conn, "1"); err != nil || len(work) > 0 {
		t.Errorf("%d entries after a wipe (%v)", len(work), err)
	}
	f.advance(24 * time.Hour)
	mustSync(t, m, f, withWork) // of everything again, though nothing is new
	wantWork(t, m, f)
}
