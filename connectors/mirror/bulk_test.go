package mirror_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
)

// wantReadAlike holds what Read gives of many issues at once against what History and Entry give of each.
func wantReadAlike(t interface {
	Helper()
	Fatalf(string, ...any)
}, m *mirror.DB,
) (issues int) {
	t.Helper()
	ctx := context.Background()
	ids := []string{"no such issue"}
	for e, err := range m.Issues(ctx, conn) {
		if err != nil {
			t.Fatalf("%v", err)
		}
		ids = append(ids, e.ID)
	}
	slices.Reverse(ids)
	got, err := m.Read(ctx, conn, ids...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	want := map[string]mirror.Reading{}
	for _, id := range ids {
		h, ok, err := m.History(ctx, conn, id)
		if err != nil {
			t.Fatalf("%v", err)
		}
		e, known, err := m.Entry(ctx, conn, id)
		if err != nil || ok != known {
			t.Fatalf("issue %s has a history: %t, an entry: %t (%v)", id, ok, known, err)
		}
		if ok {
			want[id] = mirror.Reading{Entry: e, History: h, Print: got[id].Print}
		}
	}
	prints, err := m.Prints(ctx, conn, ids...)
	if err != nil || len(prints) != len(want) {
		t.Fatalf("%d prints of %d issues (%v)", len(prints), len(want), err)
	}
	for id, p := range prints {
		if p != got[id].Print {
			t.Fatalf("issue %s has two prints", id)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("read one by one and together (-one by one +together):\n%s", diff)
	}
	return len(want)
}

func TestReadTogetherIsReadOneByOne(t *testing.T) {
	m, f := openMirror(t), filled(40)
	for i := range 3 {
		f.book(f.ids()[i], i+1)
	}
	mustSync(t, m, f, mirror.SyncOptions{Work: true})
	f.change("3", func(i *fakeIssue) { i.deleted = true })
	f.change("5", func(i *fakeIssue) { i.history.Events = nil })
	f.silently("7", "priority", "5")
	f.advance(3 * 60e9)
	mustSync(t, m, f, mirror.SyncOptions{Census: true, Work: true, Reread: f.ids()})
	if n := wantReadAlike(t, m); n != 40 {
		t.Errorf("%d issues were compared", n)
	}
	if got, err := m.Read(t.Context(), conn); err != nil || len(got) != 0 {
		t.Errorf("of no issues it read %v (%v)", got, err)
	}
}

// A damaged row is told with its issue.
func TestReadOfADamagedRow(t *testing.T) {
	m, st := openFile(t, t.TempDir()+"/state.db")
	f := filled(20)
	mustSync(t, m, f, mirror.SyncOptions{})
	if _, err := st.Exec("UPDATE mirror_event SET body = x'07' WHERE issue = '13'"); err != nil {
		t.Fatal(err)
	}
	_, err := m.Read(t.Context(), conn, f.ids()...)
	if err == nil || err.Error() != "read issue 13 of helpdesk from the mirror: row 1 of its events: damaged body: "+
		"unknown form 7" {
		t.Errorf("read a damaged row: %v", err)
	}
}

// Whatever changes of an issue changes its print, and nothing else does.
func TestPrints(t *testing.T) {
	m, f := openMirror(t), filled(3)
	f.book("1", 1)
	opts := mirror.SyncOptions{Census: true, Work: true, Reread: []string{"1"}}
	mustSync(t, m, f, opts)
	prints := func() map[string]mirror.Print {
		out, err := m.Prints(t.Context(), conn, f.ids()...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	last := prints()
	for _, c := range []struct {
		what   string
		change func()
	}{
		{"a note", func() { f.edit("1", "", "", "a note") }},
		{"a silent change", func() { f.silently("1", "priority", "5") }},
		{"booked time", func() { f.book("1", 2) }},
		{"booked time withdrawn", func() {
			f.rebook(f.booked()[0].Event.ID, func(*connectors.Booking) bool { return false })
		}},
		{"nothing, read again", func() {}},
		{"hidden", func() { f.change("1", func(i *fakeIssue) { i.hidden = true }) }},
	} {
		c.change()
		f.advance(time.Minute)
		mustSync(t, m, f, opts)
		now := prints()
		if now["1"] == last["1"] {
			t.Errorf("%s: the same print", c.what)
		}
		if now["2"] != last["2"] {
			t.Errorf("%s on issue 1: another print of issue 2", c.what)
		}
		last = now
	}
}
