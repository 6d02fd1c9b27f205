package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
)

// scenario is a tracker with a past that touches every branch of a pass, a mirror of that past, and changes
// that the next pass has to find.
func scenario(t testing.TB, path string) *fake {
	f := filled(8)
	for i := range 8 {
		f.book(strconv.Itoa(i+1), i+1)
	}
	f.advance(2 * time.Minute)
	m, st := openFile(t, path)
	mustSync(t, m, f, mirror.SyncOptions{Work: true})
	old := f.booked() // of issue 8 first
	f.rebook(old[0].Event.ID, func(b *connectors.Booking) bool { b.Event.Work.Spent = time.Hour; return true })
	f.rebook(old[1].Event.ID, func(b *connectors.Booking) bool { b.Issue = "1"; return true })
	f.rebook(old[2].Event.ID, func(*connectors.Booking) bool { return false })
	f.book("8", 9)
	f.edit("1", "", "", "a note")
	f.silently("2", connectors.FieldPriority, "5")
	f.change("3", func(i *fakeIssue) { i.deleted = true })
	f.change("4", func(i *fakeIssue) { i.hidden = true })
	f.change("5", func(i *fakeIssue) { i.history.Events = nil })
	f.create("9")
	f.create("10")
	f.advance(time.Minute)
	if err := errors.Join(m.Close(), st.Close()); err != nil {
		t.Fatal(err)
	}
	return f
}

var thorough = mirror.SyncOptions{Census: true, Work: true, Reread: []string{"5", "6"}, Concurrency: 2}

// TestTrackerFailsAtEveryCall cuts the pass short at its Nth request, for every N, in two ways, and resumes.
func TestTrackerFailsAtEveryCall(t *testing.T) {
	ways := map[string]func(cancel func()) error{
		"error":  func(func()) error { return &connectors.Error{Op: message.Of("read"), Class: connectors.Unauthorized} },
		"cancel": func(cancel func()) error { cancel(); return nil },
	}
	for name, fail := range ways {
		t.Run(name, func(t *testing.T) {
			points := 0
			for ; ; points++ {
				path := filepath.Join(t.TempDir(), "state.db")
				f := scenario(t, path)
				m, _ := openFile(t, path)
				ctx, cancel := context.WithCancel(context.Background())
				n, failed := 0, false
				f.before = func(string) error {
					f.mu.Lock()
					n++
					hit := n == points+1
					failed = failed || hit
					f.mu.Unlock()
					if hit {
						return fail(cancel)
					}
					return nil
				}
				_, err := m.Sync(ctx, conn, f, f.now, thorough)
				cancel()
				f.before = nil
				if !failed {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				if err == nil {
					t.Fatalf("request %d failed and the pass says nothing", points+1)
				}
				mustSync(t, m, f, thorough)
				wantSame(t, m, f)
				wantWork(t, m, f)
				wantWholeScenario(t, m)
			}
			t.Logf("%d points", points)
			if points < 12 {
				t.Errorf("only %d requests in the scenario", points)
			}
		})
	}
}

// wantWholeScenario looks at what the tracker itself no longer shows.
func wantWholeScenario(t testing.TB, m *mirror.DB) {
	t.Helper()
	s, err := m.Stats(context.Background(), conn)
	want := mirror.Stats{
		Issues: 10, Visible: 8, Hidden: 1, Gone: 1, Events: 10, Withdrawn: 1,
		Wanted: 2,
	} // the deleted and the hidden one stay in doubt for a while
	if err != nil || s != want {
		t.Errorf("mirror holds %+v (%v), want %+v", s, err, want)
	}
	for _, of := range []string{"3", "4"} { // deleted and hidden: as they were last seen
		if work, err := m.WorkOf(context.Background(), conn, of); err != nil || len(work) != 1 {
			t.Errorf("issue %s, out of sight, has %d entries (%v), want the one it had", of, len(work), err)
		}
	}
	for id, want := range map[string]string{
		"time:16": "edited", "time:15": "edited", "time:14": "withdrawn",
		"time:9": "",
	} {
		v, err := m.Versions(context.Background(), conn, "", id)
		got := ""
		for _, x := range v {
			got += x.What
		}
		if err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q once", id, got, err, want)
		}
	}
}

// schedule is a random life of a tracker with passes in between.
type schedule struct {
	f    *fake
	m    *mirror.DB
	next int
	r    *rapid.T
}

func (s *schedule) id() string {
	ids := s.f.ids()
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(s.r, "issue")
}

// act does one thing to the tracker.
func (s *schedule) act(r *rapid.T) {
	s.r = r
	id := s.id()
	kind := rapid.IntRange(0, 13).Draw(r, "act")
	if id == "" || kind == 0 {
		s.next++
		s.f.create(strconv.Itoa(s.next))
		return
	}
	switch kind {
	case 1, 2:
		s.f.edit(id, connectors.FieldStatus, strconv.Itoa(rapid.IntRange(1, 4).Draw(r, "status")), "")
	case 3:
		s.f.edit(id, "", "", "note "+strconv.Itoa(rapid.IntRange(0, 99).Draw(r, "text")))
	case 4:
		s.f.editLate(id, "late", time.Duration(rapid.IntRange(1, 50).Draw(r, "delay"))*time.Second)
	case 5:
		s.f.silently(id, connectors.FieldPriority, strconv.Itoa(rapid.IntRange(1, 4).Draw(r, "priority")))
	case 6:
		s.f.change(id, func(i *fakeIssue) { i.deleted = true })
	case 7:
		s.f.change(id, func(i *fakeIssue) { i.hidden = true })
	case 8:
		s.f.mu.Lock()
		for _, i := range s.f.issues {
			i.hidden = false
		}
		s.f.mu.Unlock()
	case 10:
		s.f.book(id, rapid.IntRange(0, 9).Draw(r, "half hours"))
	case 11, 12, 13:
		s.rebook(kind, id)
	case 9:
		s.f.change(id, func(i *fakeIssue) {
			// Only notes: no tracker lets anyone delete the record of a changed field.
			i.history.Events = slices.DeleteFunc(slices.Clone(i.history.Events),
				func(e connectors.Event) bool { return len(e.Changes) == 0 })
		})
	}
}

// rebook changes, moves or deletes any entry of booked time.
func (s *schedule) rebook(kind int, issue string) {
	all := s.f.booked()
	if len(all) == 0 {
		return
	}
	s.f.rebook(rapid.SampledFrom(all).Draw(s.r, "entry").Event.ID, func(b *connectors.Booking) bool {
		switch kind {
		case 11:
			b.Event.Work.Spent += time.Hour
		case 12:
			b.Issue = issue
		}
		return kind != 13
	})
}

func TestMirrorEqualsTrackerAfterAnySchedule(t *testing.T) {
	m := openMirror(t)
	rapid.Check(t, func(r *rapid.T) {
		if err := m.Wipe(context.Background(), conn); err != nil {
			r.Fatal(err)
		}
		s := &schedule{f: newFake(), m: m, r: r}
		s.f.page = rapid.IntRange(1, 5).Draw(r, "page")
		seed := rapid.Uint64().Draw(r, "seed of edits during passes")
		rng := rand.New(rand.NewPCG(seed, 1))
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			switch rapid.IntRange(0, 3).Draw(r, "step") {
			case 0:
				s.f.advance(time.Duration(rapid.IntRange(1, 90_000).Draw(r, "ms")) * time.Millisecond)
			case 1:
				s.f.before = s.interfere(rng)
				opts := mirror.SyncOptions{Census: rapid.Bool().Draw(r, "census"), Full: rapid.IntRange(0, 5).Draw(r, "full") == 0}
				opts.Concurrency = rapid.IntRange(1, 3).Draw(r, "concurrency")
				opts.Work = rapid.Bool().Draw(r, "work")
				m.Sync(context.Background(), conn, s.f, s.f.now, opts)
				s.f.before = nil
			default:
				s.act(r)
			}
		}
		s.f.advance(2 * time.Minute)
		for range 2 { // the first may only come to suspect what the second settles
			if _, err := m.Sync(context.Background(), conn, s.f, s.f.now,
				mirror.SyncOptions{Census: true, Work: true, Reread: s.f.ids()}); err != nil {
				r.Fatal(err)
			}
			s.f.advance(2 * time.Minute)
		}
		wantSame(r, m, s.f)
		wantWork(r, m, s.f)
		wantReplayable(r, m)
		wantReadAlike(r, m)
	})
}

// TestIncrementalPassesAloneMissNothing uses no census and no second reading: what moves UpdatedAt has to be
// found by the lists, whatever the schedule of edits, ties, slow commits, failures and passes.
func TestIncrementalPassesAloneMissNothing(t *testing.T) {
	m := openMirror(t)
	rapid.Check(t, func(r *rapid.T) {
		if err := m.Wipe(context.Background(), conn); err != nil {
			r.Fatal(err)
		}
		f := newFake()
		s := &schedule{f: f, m: m, r: r}
		f.page = rapid.IntRange(1, 4).Draw(r, "page")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 2))
		for i := range rapid.IntRange(1, 30).Draw(r, "steps") {
			switch step := rapid.IntRange(0, 6).Draw(r, "step"); {
			case step == 0 || i == 0:
				s.next++
				f.create(strconv.Itoa(s.next))
			case step < 3:
				f.edit(s.id(), connectors.FieldStatus, strconv.Itoa(rng.IntN(5)), "")
			case step == 3:
				f.editLate(s.id(), "late", time.Duration(rng.IntN(50))*time.Second)
			case step == 4:
				f.advance(time.Duration(rng.IntN(4000)) * time.Millisecond)
			case step == 5:
				f.advance(time.Duration(rng.IntN(100)) * time.Second)
			default:
				f.before = s.interfere(rng)
				m.Sync(context.Background(), conn, f, f.now, mirror.SyncOptions{})
				f.before = nil
			}
		}
		for range 2 { // one to see what came late, one to settle it
			f.advance(50 * time.Second)
			if _, err := m.Sync(context.Background(), conn, f, f.now, mirror.SyncOptions{}); err != nil {
				r.Fatal(err)
			}
		}
		wantSame(r, m, f)
		f.takeCalls()
		if _, err := m.Sync(context.Background(), conn, f, f.now, mirror.SyncOptions{}); err != nil {
			r.Fatal(err)
		}
		if n := histories(f.takeCalls()); n > 0 {
			r.Fatalf("an idle pass read %d histories", n)
		}
	})
}

// interfere edits while the tracker is being read, and fails now and then.
func (s *schedule) interfere(rng *rand.Rand) func(string) error {
	return func(call string) error {
		s.f.mu.Lock()
		dice, edit := rng.IntN(12), rng.IntN(1000)
		s.f.mu.Unlock()
		switch ids := s.f.ids(); {
		case dice == 0:
			return &connectors.Error{Op: message.Verbatim(call), Class: connectors.TryLater}
		case dice < 4 && len(ids) > 0:
			s.f.edit(ids[edit%len(ids)], connectors.FieldStatus, strconv.Itoa(edit%5), "")
		case dice < 6:
			s.f.advance(time.Duration(edit) * 3 * time.Millisecond)
		}
		return nil
	}
}

// wantReplayable checks that what the mirror tells of a field ends in the field's value, our own events included.
func wantReplayable(t interface {
	Helper()
	Fatalf(string, ...any)
}, m *mirror.DB,
) {
	t.Helper()
	for e, err := range m.Issues(context.Background(), conn) {
		if err != nil {
			t.Fatalf("%v", err)
		}
		h, _, err := m.History(context.Background(), conn, e.ID)
		if err != nil {
			t.Fatalf("%v", err)
		}
		v := h.Initial()
		for _, ev := range h.Events {
			for _, c := range ev.Changes {
				v.Apply(c)
			}
		}
		if diff := cmp.Diff(h.Issue.Values, v, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("issue %s: events do not lead to the values (-issue +replayed):\n%s\n%v", e.ID, diff, h.Events)
		}
	}
}

// TestAnyArrivalGivesOneTimeline stores the same events in different orders and portions.
func TestAnyArrivalGivesOneTimeline(t *testing.T) {
	m := openMirror(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		f := newFake()
		id := strconv.Itoa(n)
		f.create(id)
		for i := range rapid.IntRange(1, 12).Draw(r, "events") {
			f.advance(time.Duration(rapid.IntRange(0, 2).Draw(r, "s")) * time.Second)
			f.edit(id, connectors.FieldStatus, fmt.Sprint(i+2), "")
		}
		h := f.truth(id)
		var got []connectors.History
		for _, c := range []string{"one", "two"} {
			ctx := context.Background()
			part := h
			part.Events = rapid.Permutation(h.Events).Draw(r, "order")
			cut := rapid.IntRange(0, len(part.Events)).Draw(r, "cut")
			first := part
			first.Events = part.Events[:cut]
			twice := part
			twice.Events = append(slices.Clone(part.Events), part.Events[cut:]...)
			for i, p := range []connectors.History{first, twice} {
				if _, err := m.Store(ctx, c, p, f.now().Add(time.Duration(i+5)*time.Second)); err != nil {
					r.Fatal(err)
				}
			}
			back, _, err := m.History(ctx, c, id)
			if err != nil {
				r.Fatal(err)
			}
			got = append(got, back)
		}
		if diff := cmp.Diff(got[0], got[1], cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("two orders, two timelines:\n%s", diff)
		}
		if diff := cmp.Diff(h, got[0], cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("timeline is not the tracker's:\n%s", diff)
		}
	})
}
