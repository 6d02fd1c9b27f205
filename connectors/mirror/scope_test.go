package mirror_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
)

// within makes the options of a pass over some projects, to which the tracker's lists are narrowed.
func within(f *fake, projects ...string) mirror.SyncOptions {
	s := connectors.Scope{Projects: projects}
	f.scope = projects
	return mirror.SyncOptions{Scope: s.String(), Within: func(i connectors.Issue) bool {
		return projects == nil || slices.Contains(projects, i.Values.One(connectors.FieldProject))
	}}
}

// histories are the issues that were read since the last question.
func (f *fake) histories() []string {
	var out []string
	for _, c := range f.takeCalls() {
		if id, ok := strings.CutPrefix(c, "history "); ok {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func (f *fake) createIn(project string, ids ...string) {
	for _, id := range ids {
		f.create(id)
		f.silently(id, connectors.FieldProject, project)
	}
	f.advance(time.Minute)
}

// A scope that grows has the histories of what came to it read in the next pass, and those alone; one that shrinks
// reads nothing, and misses nothing of what left it.
func TestScopeChanges(t *testing.T) {
	m, f := openMirror(t), newFake()
	f.createIn("acme", "1", "2")
	f.createIn("globex", "3", "4")
	f.createIn("erp", "5")
	for _, step := range []struct {
		projects, read []string
	}{
		{[]string{"acme"}, []string{"1", "2"}},
		{[]string{"acme"}, nil},
		{[]string{"acme", "globex"}, []string{"3", "4"}},
		{[]string{"acme", "globex"}, nil},
		{[]string{"globex"}, nil},
		{nil, []string{"5"}},
		{[]string{"acme"}, nil},
	} {
		f.advance(2 * time.Minute)
		mustSync(t, m, f, within(f, step.projects...))
		if got := f.histories(); !slices.Equal(got, step.read) {
			t.Errorf("following %v: read %v, want %v", step.projects, got, step.read)
		}
	}
	census := within(f, "acme")
	census.Census = true
	mustSync(t, m, f, census)
	if got := f.histories(); got != nil {
		t.Errorf("a census reads %v of what nobody follows", got)
	}
}

// What leaves the scope is read once more, by the census: then it is not missed any more. When it comes back, it is
// followed again.
func TestMovedOutOfScope(t *testing.T) {
	m, f := openMirror(t), newFake()
	f.createIn("acme", "1", "2")
	opts := within(f, "acme")
	mustSync(t, m, f, opts)
	f.advance(time.Minute)
	f.edit("1", connectors.FieldProject, "globex", "")
	f.advance(2 * time.Minute)
	opts.Census = true
	if r := mustSync(t, m, f, opts); !slices.Equal(r.Changed, []string{"1"}) {
		t.Errorf("changed %v", r.Changed)
	}
	f.takeCalls()
	f.edit("1", "status", "2", "") // nobody's concern
	for range 2 {
		f.advance(2 * time.Minute)
		mustSync(t, m, f, opts)
		if got := f.histories(); got != nil {
			t.Errorf("read %v, which is gone from the scope", got)
		}
	}
	f.edit("1", connectors.FieldProject, "acme", "")
	f.advance(2 * time.Minute)
	if r := mustSync(t, m, f, within(f, "acme")); !slices.Equal(r.Changed, []string{"1"}) {
		t.Errorf("back: changed %v", r.Changed)
	}
	f.change("1", func(i *fakeIssue) { i.deleted = true })
	f.advance(2 * time.Minute)
	if r := mustSync(t, m, f, opts); !slices.Equal(r.Gone, []string{"1"}) {
		t.Errorf("gone %v", r.Gone)
	}
}

// Time that was booked on a request before it was moved into the scope is there with the next pass, and while it was
// outside for a while, too. What was booked on one that left stays.
func TestBookedTimeOfWhatIsMoved(t *testing.T) {
	m, f := openMirror(t), newFake()
	f.createIn("acme", "1", "2")
	f.createIn("globex", "3")
	f.book("1", 1)
	f.book("3", 2)
	opts := within(f, "acme")
	opts.Work = true
	pass := func(what string, census bool, want ...string) {
		t.Helper()
		f.advance(20 * time.Minute)
		opts.Census = census
		if r := mustSync(t, m, f, opts); !slices.Equal(r.Work, want) {
			t.Errorf("%s: work changed on %v, want %v", what, r.Work, want)
		}
	}
	pass("at first", false, "1")
	f.edit("3", connectors.FieldProject, "acme", "")
	pass("what came in", false, "3")
	pass("idle", false)
	f.edit("1", connectors.FieldProject, "globex", "")
	pass("what left", true)
	f.book("1", 4)
	pass("booked outside", true)
	if got, err := m.WorkOf(t.Context(), conn, "1"); len(got) != 1 || err != nil {
		t.Errorf("of what left there is %v, %v", got, err)
	}
	f.edit("1", connectors.FieldProject, "acme", "")
	pass("what came back", false, "1")
	wantWork(t, m, f)
}

// What somebody tells of from outside of the scope is not kept.
func TestHintFromOutsideOfScope(t *testing.T) {
	m, f := openMirror(t), newFake()
	f.createIn("acme", "1")
	f.createIn("globex", "2")
	opts := within(f, "acme")
	opts.Reread = []string{"1", "2"}
	mustSync(t, m, f, opts)
	for id, want := range map[string]bool{"1": true, "2": false} {
		if _, ok, err := m.Entry(t.Context(), conn, id); ok != want || err != nil {
			t.Errorf("issue %s is kept: %v, %v", id, ok, err)
		}
	}
}
