package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slabridge/config/message"
	"slabridge/config/statefile"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
)

const conn = "helpdesk"

func openMirror(t testing.TB) *mirror.DB {
	t.Helper()
	m, _ := openFile(t, filepath.Join(t.TempDir(), "state.db"))
	return m
}

func openFile(t testing.TB, path string) (*mirror.DB, *statefile.DB) {
	t.Helper()
	st, err := statefile.Open(context.Background(), path,
		statefile.Migrations{Store: "mirror", Steps: mirror.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	m, err := mirror.Open(st.DB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m, st
}

func mustSync(t testing.TB, m *mirror.DB, f *fake, opts mirror.SyncOptions) mirror.Report {
	t.Helper()
	r, err := m.Sync(context.Background(), conn, f, f.now, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Complete {
		t.Fatalf("pass without error is not complete: %+v", r)
	}
	return r
}

// wantSame fails unless the mirror shows exactly what the tracker shows of its issues. Events of the mirror's own and
// booked time are left out.
func wantSame(t interface {
	Helper()
	Fatalf(string, ...any)
}, m *mirror.DB, f *fake,
) {
	t.Helper()
	var visible []string
	for e, err := range m.Issues(context.Background(), conn) {
		if err != nil {
			t.Fatalf("%v", err)
		}
		if e.State == mirror.Visible {
			visible = append(visible, e.ID)
		}
	}
	if diff := cmp.Diff(f.ids(), visible, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("visible issues (-tracker +mirror):\n%s", diff)
	}
	for _, id := range visible {
		h, ok, err := m.History(context.Background(), conn, id)
		if err != nil || !ok {
			t.Fatalf("history of %s: %v %v", id, ok, err)
		}
		var work []connectors.Event
		h.Events = slices.DeleteFunc(h.Events, func(e connectors.Event) bool {
			if e.Work != nil {
				work = append(work, e)
			}
			return mirror.Observed(e) || e.Work != nil
		})
		if of, err := m.WorkOf(context.Background(), conn, id); err != nil || !cmp.Equal(of, work, cmpopts.EquateEmpty()) {
			t.Fatalf("issue %s: the history has the work %v, WorkOf gives %v (%v)", id, work, of, err)
		}
		if diff := cmp.Diff(f.truth(id), h, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("issue %s (-tracker +mirror):\n%s", id, diff)
		}
	}
}

// filled is a tracker with n issues, a second apart, and the clock a minute later.
func filled(n int) *fake {
	f := newFake()
	for i := range n {
		f.create(strconv.Itoa(i + 1))
		f.edit(strconv.Itoa(i+1), connectors.FieldStatus, "2", "looking at it")
		f.advance(time.Second)
	}
	f.advance(time.Minute)
	return f
}

func TestFirstPassMirrorsEverything(t *testing.T) {
	m, f := openMirror(t), filled(20)
	r := mustSync(t, m, f, mirror.SyncOptions{})
	if len(r.New) != 20 || len(r.Changed) != 20 || r.Histories != 20 {
		t.Errorf("new %d, changed %d, histories %d; want 20 each", len(r.New), len(r.Changed), r.Histories)
	}
	wantSame(t, m, f)
	h, _, err := m.History(context.Background(), conn, "3")
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Initial().One(connectors.FieldStatus); got != "1" {
		t.Errorf("status at creation %q, want 1", got)
	}
}

func TestIdlePassCostsOneRequest(t *testing.T) {
	m, f := openMirror(t), filled(20)
	mustSync(t, m, f, mirror.SyncOptions{})
	for i := range 5 {
		f.takeCalls()
		r := mustSync(t, m, f, mirror.SyncOptions{})
		if got := f.takeCalls(); !slices.Equal(got, []string{"changed"}) || r.Requests() != 1 {
			t.Errorf("idle pass %d asked %v and reports %d requests", i, got, r.Requests())
		}
		f.advance(time.Minute)
	}
	f.edit("4", connectors.FieldStatus, "3", "done")
	f.advance(20 * time.Second)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.takeCalls()
	mustSync(t, m, f, mirror.SyncOptions{}) // inside the overlap, and certain
	if got := f.takeCalls(); !slices.Equal(got, []string{"changed"}) {
		t.Errorf("pass after a certain change asked %v", got)
	}
}

func TestTwoEditsInOneSecond(t *testing.T) {
	m, f := openMirror(t), filled(5)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.edit("2", "", "", "first")
	mustSync(t, m, f, mirror.SyncOptions{}) // reads within the second of the edit
	f.edit("2", "", "", "second")           // the same UpdatedAt
	f.advance(30 * time.Second)
	r := mustSync(t, m, f, mirror.SyncOptions{})
	if !slices.Equal(r.Changed, []string{"2"}) {
		t.Errorf("changed %v, want [2]", r.Changed)
	}
	wantSame(t, m, f)
}

func TestSlowCommitAppearsLate(t *testing.T) {
	m, f := openMirror(t), filled(5)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.editLate("3", "written at 09:01, committed at 09:01:40", 40*time.Second)
	f.advance(5 * time.Second)
	f.edit("4", "", "", "later, but seen earlier")
	f.advance(30 * time.Second)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.advance(10 * time.Second)
	mustSync(t, m, f, mirror.SyncOptions{})
	wantSame(t, m, f)
}

// Lists may be answered from an index that trails the truth, each issue by its own while: one is listed after another
// that was changed later.
func TestListsThatTrail(t *testing.T) {
	for _, declared := range []time.Duration{0, 10 * time.Minute} {
		f, m := newFake(), openMirror(t)
		f.lag = declared
		for _, id := range []string{"1", "2", "3"} {
			f.create(id)
		}
		f.advance(time.Hour)
		mustSync(t, m, f, mirror.SyncOptions{})
		f.trail("1", 9*time.Minute)
		f.edit("1", "status", "5", "")
		f.create("4")
		f.change("4", func(i *fakeIssue) { i.listed = &connectors.Issue{} })
		f.reveal = append(f.reveal, lateEdit{f.clock.Add(9 * time.Minute), func() { f.issues["4"].listed = nil }})
		for range 12 {
			f.advance(time.Minute)
			f.edit("2", "", "", "meanwhile")
			mustSync(t, m, f, mirror.SyncOptions{})
		}
		if declared > 0 {
			wantSame(t, m, f)
		} else if _, ok, err := m.History(t.Context(), conn, "4"); ok || err != nil {
			t.Errorf("without a declared lag issue 4 is found all the same (%v): the test shows nothing", err)
		}
	}
}

// A pass that is cut short between two pages of a list that trails moves no watermark: the next page may hold what was
// changed before.
func TestTrailingListCutShort(t *testing.T) {
	f, m := newFake(), openMirror(t)
	f.lag, f.page = 10*time.Minute, 1
	f.create("1")
	f.create("2")
	f.advance(time.Hour)
	f.edit("1", "status", "5", "")
	f.advance(time.Hour)
	pages := 0
	f.before = func(call string) error {
		if call == "changed" {
			if pages++; pages == 2 {
				return errors.New("the connection broke")
			}
		}
		return nil
	}
	if _, err := m.Sync(t.Context(), conn, f, f.now, mirror.SyncOptions{}); err == nil {
		t.Fatal("the pass was not cut short")
	}
	mustSync(t, m, f, mirror.SyncOptions{})
	wantSame(t, m, f)
}

func TestEditsDuringThePass(t *testing.T) {
	m, f := openMirror(t), filled(30)
	var calls atomic.Int32               // lists and histories are asked for side by side
	f.before = func(call string) error { // someone is always faster
		if n := int(calls.Add(1)); n < 60 {
			f.advance(300 * time.Millisecond)
			f.edit(strconv.Itoa(n%30+1), connectors.FieldStatus, strconv.Itoa(n), "during "+call)
		}
		return nil
	}
	mustSync(t, m, f, mirror.SyncOptions{Concurrency: 1})
	f.before = nil
	f.advance(time.Minute)
	mustSync(t, m, f, mirror.SyncOptions{})
	wantSame(t, m, f)
}

func TestWrongKeyIsBelievedNothing(t *testing.T) {
	m, f := openMirror(t), filled(8)
	if f.badKey = true; true {
		if _, err := m.Sync(context.Background(), conn, f, f.now,
			mirror.SyncOptions{}); connectors.ClassOf(err) != connectors.Unauthorized {
			t.Fatalf("first pass with a wrong key: %v", err)
		}
	}
	f.badKey = false
	mustSync(t, m, f, mirror.SyncOptions{})
	before, err := m.Cursor(context.Background(), conn)
	if err != nil {
		t.Fatal(err)
	}
	f.advance(time.Hour)
	f.badKey = true
	for _, opts := range []mirror.SyncOptions{{}, {Census: true}, {Full: true}, {Reread: []string{"1"}}} {
		r, err := m.Sync(context.Background(), conn, f, f.now, opts)
		if connectors.ClassOf(err) != connectors.Unauthorized || r.Complete {
			t.Errorf("pass %+v with a wrong key: complete %v, error %v", opts, r.Complete, err)
		}
		if len(r.Gone)+len(r.Hidden) > 0 {
			t.Errorf("pass %+v with a wrong key believed %v gone, %v hidden", opts, r.Gone, r.Hidden)
		}
	}
	after, err := m.Cursor(context.Background(), conn)
	if err != nil || after != before {
		t.Errorf("cursor moved from %+v to %+v (%v)", before, after, err)
	}
	f.badKey = false
	mustSync(t, m, f, mirror.SyncOptions{Census: true})
	wantSame(t, m, f)
}

func TestCensus(t *testing.T) {
	ctx := context.Background()
	m, f := openMirror(t), filled(10)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.change("2", func(i *fakeIssue) { i.deleted = true })
	f.change("3", func(i *fakeIssue) { i.hidden = true })
	f.change("4", func(i *fakeIssue) { i.history.Issue.UpdatedAt = epoch }) // set back to a backup
	f.change("5", func(i *fakeIssue) { i.hidden = true })
	f.advance(time.Minute)
	r := mustSync(t, m, f, mirror.SyncOptions{Census: true})
	slices.Sort(r.Hidden)
	if !slices.Equal(r.Gone, []string{"2"}) || !slices.Equal(r.Hidden, []string{"3", "5"}) ||
		!slices.Equal(r.Changed, []string{"4"}) {
		t.Errorf("gone %v, hidden %v, changed %v", r.Gone, r.Hidden, r.Changed)
	}
	wantSame(t, m, f)
	if h, ok, err := m.History(ctx, conn, "2"); err != nil || !ok || len(h.Events) != 1 {
		t.Errorf("the history of a deleted issue is kept: %v %v %v", h.Events, ok, err)
	}
	e, _, err := m.Entry(ctx, conn, "3")
	if err != nil || e.State != mirror.Hidden || !e.StateAt.Equal(f.now()) {
		t.Errorf("entry of a hidden issue: %+v, %v; want hidden at %v", e, err, f.now())
	}

	f.advance(time.Minute)
	f.change("3", func(i *fakeIssue) { i.hidden = false })
	r = mustSync(t, m, f, mirror.SyncOptions{Census: true})
	if !slices.Equal(r.Back, []string{"3"}) || len(r.Changed) > 0 {
		t.Errorf("back %v, changed %v; want [3] and nothing", r.Back, r.Changed)
	}
	wantSame(t, m, f)
}

// TestKeyRevokedDuringThePass: the account was good when the histories were read, and is not when ids are listed.
func TestKeyRevokedDuringThePass(t *testing.T) {
	m, f := openMirror(t), filled(6)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.edit("1", "", "", "something to read, so that the pass asks who we are")
	f.advance(time.Minute)
	read := make(chan struct{})
	closeRead := sync.OnceFunc(func() { close(read) })
	f.before = func(call string) error {
		if call == "census" {
			<-read
			f.mu.Lock()
			defer f.mu.Unlock()
			f.badKey = true
		}
		return nil
	}
	r, err := m.Sync(context.Background(), conn, f, f.now,
		mirror.SyncOptions{Census: true, Progress: func(p mirror.Progress) {
			if p.Read == 1 {
				closeRead()
			}
		}})
	if connectors.ClassOf(err) != connectors.Unauthorized || len(r.Hidden)+len(r.Gone) > 0 {
		t.Errorf("hidden %v, gone %v, error %v", r.Hidden, r.Gone, err)
	}
	f.before, f.badKey = nil, false
	wantSame(t, m, f)
	s, err := m.Stats(context.Background(), conn)
	if err != nil || s.Wanted > 0 {
		t.Errorf("%d issues are suspected on a stranger's word (%v)", s.Wanted, err)
	}
}

func TestCensusConfirmsABoundedNumber(t *testing.T) {
	m, f := openMirror(t), filled(10)
	mustSync(t, m, f, mirror.SyncOptions{})
	for i := range 8 {
		f.change(strconv.Itoa(i+1), func(i *fakeIssue) { i.hidden = true })
	}
	for _, left := range []int{5, 2, 0} {
		f.advance(time.Minute)
		r := mustSync(t, m, f, mirror.SyncOptions{Census: true, Suspects: 3})
		if r.Unconfirmed != left {
			t.Errorf("unconfirmed %d, want %d", r.Unconfirmed, left)
		}
	}
	wantSame(t, m, f)
}

func TestNewestIssueDeletedIsNoticedAtOnce(t *testing.T) {
	m, f := openMirror(t), filled(4)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.advance(time.Hour)
	f.change("4", func(i *fakeIssue) { i.deleted = true })
	if r := mustSync(t, m, f, mirror.SyncOptions{}); !slices.Equal(r.Gone, []string{"4"}) {
		t.Errorf("gone %v, want [4]: the list lacks the issue that proves the key", r.Gone)
	}
	f.takeCalls()
	asked := 0
	for range 60 { // it is asked for again, ever more seldom, and then no more
		f.advance(time.Minute)
		mustSync(t, m, f, mirror.SyncOptions{})
		asked += len(f.histories())
	}
	if asked != 5 {
		t.Errorf("in the hour after it was asked for %d times, want after 1, 2, 4, 8 and 16 minutes", asked)
	}
	f.advance(time.Minute)
	f.takeCalls()
	mustSync(t, m, f, mirror.SyncOptions{})
	if got := f.takeCalls(); !slices.Equal(got, []string{"changed"}) {
		t.Errorf("a later pass asked %v", got)
	}
}

// One wrong answer of what stands before a tracker, that an issue is not there or not ours to see, hides it until the
// next pass and not until the census; one that has never been read, too.
func TestAWrongAnswerHidesAnIssueBriefly(t *testing.T) {
	for _, class := range []connectors.Class{connectors.Gone, connectors.Hidden} {
		m, f := openMirror(t), filled(4)
		mustSync(t, m, f, mirror.SyncOptions{})
		f.advance(time.Hour)
		f.edit("4", connectors.FieldStatus, "3", "more")
		f.create("5")
		f.before = func(call string) error {
			if strings.HasPrefix(call, "history ") {
				return &connectors.Error{Op: message.Of("read"), Class: class, Err: errors.New("a wrong answer")}
			}
			return nil
		}
		_, err := m.Sync(t.Context(), conn, f, f.now, mirror.SyncOptions{})
		f.before = nil
		f.advance(time.Minute)
		r := mustSync(t, m, f, mirror.SyncOptions{})
		if !slices.Equal(r.Back, []string{"4"}) || !slices.Equal(r.New, []string{"5"}) {
			t.Errorf("%v (%v): in the next pass back %v, new %v; want 4 and 5", class, err, r.Back, r.New)
		}
		wantSame(t, m, f)
	}
}

func TestWithdrawnEditedAndRestoredEvents(t *testing.T) {
	ctx := context.Background()
	m, f := openMirror(t), filled(3)
	f.edit("1", "", "", "the pasword is tiger")
	f.advance(time.Minute)
	mustSync(t, m, f, mirror.SyncOptions{})
	whole := f.truth("1").Events

	f.change("1", func(i *fakeIssue) { i.history.Events = whole[:1] })
	r := mustSync(t, m, f, mirror.SyncOptions{Reread: []string{"1"}})
	if !slices.Equal(r.Changed, []string{"1"}) {
		t.Errorf("changed %v after a journal vanished", r.Changed)
	}
	wantSame(t, m, f)
	if s, err := m.Stats(ctx, conn); err != nil || s.Withdrawn != 1 || s.Events != 4 {
		t.Errorf("stats %+v, %v; want 4 events, 1 withdrawn", s, err)
	}

	edited := slices.Clone(whole)
	edited[1].Note = &connectors.Note{Text: "the password is tiger", EditedAt: f.now()}
	f.change("1", func(i *fakeIssue) { i.history.Events = edited })
	f.advance(time.Minute)
	mustSync(t, m, f, mirror.SyncOptions{Reread: []string{"1"}})
	h, _, err := m.History(ctx, conn, "1")
	if err != nil || h.Events[1].Note.Text != "the password is tiger" {
		t.Errorf("edited note reads %+v, %v", h.Events[1].Note, err)
	}
	versions, err := m.Versions(ctx, conn, "1", whole[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range versions {
		s := v.What
		if v.Before != nil {
			s += ": " + v.Before.Note.Text
		}
		got = append(got, s)
	}
	if want := []string{"withdrawn", "edited: the pasword is tiger", "restored"}; !slices.Equal(got, want) {
		t.Errorf("versions %q, want %q", got, want)
	}
	if s, err := m.Stats(ctx, conn); err != nil || s.Withdrawn != 0 || s.Edited != 1 {
		t.Errorf("stats %+v, %v; want none withdrawn, 1 edit", s, err)
	}
}

func TestSilentChangeIsObserved(t *testing.T) {
	ctx := context.Background()
	m, f := openMirror(t), filled(3)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.silently("2", connectors.FieldPriority, "4") // a child became urgent
	at := f.now().Truncate(time.Second)
	f.advance(time.Minute)
	mustSync(t, m, f, mirror.SyncOptions{})
	h, _, err := m.History(ctx, conn, "2")
	if err != nil {
		t.Fatal(err)
	}
	want := connectors.Event{
		ID: fmt.Sprintf("observed:priority:%d", at.UnixMilli()), At: at,
		Changes: []connectors.Change{{Field: connectors.FieldPriority, From: []string{"2"}, To: []string{"4"}}},
	}
	if diff := cmp.Diff(want, h.Events[len(h.Events)-1]); diff != "" {
		t.Errorf("observed event (-want +got):\n%s", diff)
	}
	if got := h.Initial().One(connectors.FieldPriority); got != "2" {
		t.Errorf("priority at creation %q, want 2", got)
	}
	wantSame(t, m, f)

	// A rebuilt mirror never saw the value before.
	if err := m.Wipe(ctx, conn); err != nil {
		t.Fatal(err)
	}
	mustSync(t, m, f, mirror.SyncOptions{})
	h, _, _ = m.History(ctx, conn, "2")
	if slices.ContainsFunc(h.Events, mirror.Observed) {
		t.Errorf("a rebuilt mirror claims to have observed %v", h.Events)
	}
}

func TestFailuresStayWanted(t *testing.T) {
	m, f := openMirror(t), filled(12)
	broken := &connectors.Error{Op: message.Of("read issue 5"), Class: connectors.TryLater, Status: 500}
	f.before = func(call string) error {
		if call == "history 5" {
			return broken
		}
		return nil
	}
	r := mustSync(t, m, f, mirror.SyncOptions{})
	if len(r.Failed) != 1 || r.Failed[0].Issue != "5" || !errors.Is(r.Failed[0].Err, broken) || len(r.New) != 11 {
		t.Errorf("failed %v, new %v", r.Failed, r.New)
	}
	f.before = nil
	if r = mustSync(t, m, f, mirror.SyncOptions{}); !slices.Equal(r.New, []string{"5"}) {
		t.Errorf("next pass read %v, want [5]", r.New)
	}
	wantSame(t, m, f)
}

// Issues that were not believed are read again some at a time, each in its turn, and all of them once one is believed.
// One that somebody changes is read at once.
func TestDoubtedIssuesAreProbed(t *testing.T) {
	m, f := openMirror(t), filled(50)
	believed := map[string]bool{}
	opts := mirror.SyncOptions{Doubt: func(h connectors.History) error {
		if believed[h.Issue.ID] {
			return nil
		}
		return &connectors.Error{Op: message.Of("read issue %s", h.Issue.ID), Class: connectors.Garbled}
	}}
	tried := map[string]bool{}
	pass := func(failed, left int) {
		t.Helper()
		f.advance(5 * time.Minute)
		r := mustSync(t, m, f, opts)
		if len(r.Failed) != failed || len(r.Doubted) != left || r.Histories != failed+len(r.New) {
			t.Fatalf("failed %d, left %d, read %d; want %d and %d", len(r.Failed), len(r.Doubted), r.Histories, failed, left)
		}
		for _, x := range r.Failed {
			tried[x.Issue] = true
		}
	}
	pass(50, 0)
	clear(tried)
	pass(20, 30)
	pass(20, 30)
	pass(20, 30)
	if len(tried) != 50 {
		t.Errorf("%d of 50 had their turn in three passes", len(tried))
	}
	f.edit("7", connectors.FieldStatus, "3", "still at it")
	clear(tried)
	if pass(21, 29); !tried["7"] {
		t.Error("the one that was changed was not read")
	}
	opts.Full = true
	pass(50, 0)
	opts.Full = false
	for id := range 49 {
		believed[strconv.Itoa(id+1)] = true
	}
	pass(1, 0)
	pass(1, 0)
	believed["50"] = true
	pass(0, 0)
	wantSame(t, m, f)
}

// A doubted issue that cannot be read at all has had its turn too: the others come before it.
func TestDoubtedIssueThatCannotBeReadHasHadItsTurn(t *testing.T) {
	m, f := openMirror(t), filled(25)
	opts := mirror.SyncOptions{Doubt: func(h connectors.History) error {
		return &connectors.Error{Op: message.Of("read issue %s", h.Issue.ID), Class: connectors.Garbled}
	}}
	mustSync(t, m, f, opts)
	f.before = func(call string) error {
		if call == "history 24" {
			return &connectors.Error{Op: message.Of("read issue 24"), Class: connectors.Garbled, Status: 500}
		}
		return nil
	}
	for turn, tried := range []bool{true, false} {
		f.advance(5 * time.Minute)
		r := mustSync(t, m, f, opts)
		if got := slices.ContainsFunc(r.Failed, func(x mirror.Failure) bool { return x.Issue == "24" }); got != tried {
			t.Errorf("turn %d: it was read: %t, want %t", turn, got, tried)
		}
	}
}

func TestTrackerThatDiesIsGivenUp(t *testing.T) {
	m, f := openMirror(t), filled(100)
	f.page = 50
	n := 0
	f.before = func(call string) error {
		if strings.HasPrefix(call, "history") {
			if n++; n > 20 {
				return &connectors.Error{Op: message.Verbatim(call), Class: connectors.TryLater, Status: 503}
			}
		}
		return nil
	}
	r, err := m.Sync(context.Background(), conn, f, f.now, mirror.SyncOptions{Concurrency: 1})
	if connectors.ClassOf(err) != connectors.TryLater || r.Complete || n > 30 {
		t.Errorf("error %v, complete %v after %d histories", err, r.Complete, n)
	}
	f.before = nil
	f.takeCalls()
	mustSync(t, m, f, mirror.SyncOptions{})
	if got := histories(f.takeCalls()); got != 80 {
		t.Errorf("resuming read %d histories, want the 80 that were missing", got)
	}
	wantSame(t, m, f)
}

func histories(calls []string) (n int) {
	for _, c := range calls {
		if strings.HasPrefix(c, "history ") {
			n++
		}
	}
	return n
}

func TestConcurrencyIsBounded(t *testing.T) {
	m, f := openMirror(t), filled(60)
	f.page = 25
	mustSync(t, m, f, mirror.SyncOptions{Concurrency: 3})
	if f.peak > 3 {
		t.Errorf("%d histories at a time, want at most 3", f.peak)
	}
	wantSame(t, m, f)
}

func TestFullReadsEverythingAgain(t *testing.T) {
	m, f := openMirror(t), filled(9)
	mustSync(t, m, f, mirror.SyncOptions{})
	f.advance(time.Minute)
	f.change("6", func(i *fakeIssue) { i.history.Issue.Subject = "renamed without a trace" })
	var calls atomic.Int32
	f.before = func(string) error {
		if calls.Add(1) == 8 {
			return &connectors.Error{Op: message.Of("read"), Class: connectors.Unauthorized}
		}
		return nil
	}
	if _, err := m.Sync(context.Background(), conn, f, f.now, mirror.SyncOptions{Full: true, Concurrency: 1}); err == nil {
		t.Fatal("the pass was to be cut short")
	}
	first := histories(f.takeCalls()) - 9 // of the pass before
	f.before = nil
	mustSync(t, m, f, mirror.SyncOptions{Full: true})
	if second := histories(f.takeCalls()); first+second > 10 { // the one that was refused is asked again
		t.Errorf("a full pass cut short after %d histories read %d more of 9", first, second)
	}
	wantSame(t, m, f)
}

func TestConnectionsAndWipeAreApart(t *testing.T) {
	ctx := context.Background()
	m, f, g := openMirror(t), filled(5), filled(7)
	mustSync(t, m, f, mirror.SyncOptions{})
	if _, err := m.Sync(ctx, "other", g, g.now, mirror.SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := m.Wipe(ctx, "other"); err != nil {
		t.Fatal(err)
	}
	wantSame(t, m, f)
	if s, err := m.Stats(ctx, "other"); err != nil || s != (mirror.Stats{}) {
		t.Errorf("wiped connection holds %+v, %v", s, err)
	}
	if _, ok, err := m.Age(ctx, "other", g.now()); ok || err != nil {
		t.Errorf("wiped connection has an age (%v)", err)
	}
	if age, ok, err := m.Age(ctx, conn, f.now().Add(time.Hour)); !ok || err != nil || age != time.Hour {
		t.Errorf("age %v %v %v, want 1h", age, ok, err)
	}
}
