package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// fakeTracker has one issue. What is done to it, and what the next answers are, the tests say.
type fakeTracker struct {
	connectors.Tracker
	caps    connectors.Capabilities
	self    connectors.Account
	history connectors.History
	fails   map[string][]error // by call; each is used once
	done    []string
	effect  func(w connectors.Write) // of an update
	wrong   bool                     // updates are done whatever is answered
	made    string                   // id of an issue with the mark asked for; "" for none
	locked  string                   // who is not active
	asked   []string                 // who was asked after
}

func (f *fakeTracker) call(name string) error {
	f.done = append(f.done, name)
	kind, _, _ := strings.Cut(name, " ")
	if list := f.fails[kind]; len(list) > 0 {
		f.fails[kind] = list[1:]
		return list[0]
	}
	return nil
}

func (f *fakeTracker) Capabilities() connectors.Capabilities { return f.caps }

func (f *fakeTracker) Self(context.Context) (connectors.Account, error) {
	return f.self, f.call("self")
}

func (f *fakeTracker) History(_ context.Context, issue string) (connectors.History, error) {
	if err := f.call("history " + issue); err != nil {
		return connectors.History{}, err
	}
	h := f.history
	h.Events = slices.Clone(h.Events)
	return h, nil
}

func (f *fakeTracker) Update(_ context.Context, w connectors.Write) error {
	name := "update"
	for _, x := range []struct {
		what string
		is   bool
	}{{"comment", w.Comment != nil}, {"assign", w.Assign != nil}, {"fields", w.Fields != nil}} {
		if x.is {
			name += " " + x.what
		}
	}
	err := f.call(name)
	if (err == nil || f.wrong) && f.effect != nil {
		f.effect(w)
	}
	return err
}

func (f *fakeTracker) AddWatcher(_ context.Context, _, person string) error {
	return f.call("watch " + person)
}

func (f *fakeTracker) Create(_ context.Context, n connectors.NewIssue) (string, error) {
	return "900", f.call("create " + n.Assign)
}

func (f *fakeTracker) Active(_ context.Context, who string) (bool, error) {
	f.asked = append(f.asked, who)
	return who != f.locked, f.call("active")
}

func (f *fakeTracker) FindCreated(context.Context, string, string, time.Time) (string, bool, error) {
	return f.made, f.made != "", f.call("find")
}

func (f *fakeTracker) Retract(_ context.Context, _, event string, how connectors.Retraction) error {
	return f.call(fmt.Sprint("retract ", event, " ", how))
}

// newWriter is a Writer over the tracker; what it tells the mirror is counted.
func newWriter(t *testing.T, f *fakeTracker, l *ledger.Ledger) (*Writer, map[string]int) {
	t.Helper()
	told := map[string]int{}
	return New(Options{
		Connection: "helpdesk", Tracker: f, Ledger: l, Now: noon, Clock: func() time.Time { return noon }, Report: &Report{},
		Names: connectors.Directory{Self: connectors.Account{ID: "we"}},
		Mirror: Mirror{
			Store:     func(context.Context, connectors.History, time.Time) error { told["stored"]++; return nil },
			Vanished:  func(context.Context, string, connectors.Class, time.Time) error { told["vanished"]++; return nil },
			Directory: func(context.Context, connectors.Directory) error { told["directory"]++; return nil },
		},
	}), told
}

// Who is to be assigned or to watch is asked after once a pass. A group is no account, and Redmine answers 404 to a
// question about one: it is not asked after, and can be assigned.
func TestPeopleAreProvenActiveOnce(t *testing.T) {
	f := &fakeTracker{locked: "7"}
	w, told := newWriter(t, f, newLedger(t))
	w.desk.names.People = []connectors.Person{{ID: "7"}, {ID: "8"}, {ID: "90", Group: true}}
	f.fails = map[string][]error{"active": {nil, nil, failure(connectors.TryLater, 0)}}
	for _, c := range []struct {
		who  string
		want bool
	}{{"", true}, {"90", true}, {"8", true}, {"8", true}, {"7", false}, {"9", true}} {
		if got, err := w.desk.active(t.Context(), c.who); got != c.want || err != nil {
			t.Errorf("%q is active: %v, %v", c.who, got, err)
		}
	}
	if got := strings.Join(f.asked, ", "); got != "8, 7, 9" {
		t.Errorf("asked: %s", got)
	}
	if !w.desk.locked["7"] || !w.desk.unassignable["7"] || !w.desk.names.People[0].Locked || told["directory"] != 1 {
		t.Errorf("locked %v, unassignable %v, names %+v", w.desk.locked, w.desk.unassignable, w.desk.names.People)
	}
}

// TestSendingToAnIssue follows one request with a watcher, a comment, an assignee and a field through the ways in which
// its parts may be refused.
func TestSendingToAnIssue(t *testing.T) {
	refused, later := failure(connectors.Refused, 0), failure(connectors.TryLater, 0)
	theirs, top := names(person), names(priority)
	seven := "7"
	bare := connectors.Write{Issue: "7", Watchers: []string{"8", "9"}, Comment: &connectors.Comment{Text: "x"}}
	whole := connectors.Write{
		Issue: "7", Watchers: []string{"8", "9"}, Comment: &connectors.Comment{Text: "x"},
		Assign: &seven, Fields: map[string]string{"cf:1": "x", "cf:2": "y"},
	}
	four := "4"
	raised := whole
	raised.Priority = &four
	watchersOnly := connectors.Write{Issue: "7", Watchers: []string{"8"}}
	fieldsOnly := connectors.Write{Issue: "7", Fields: map[string]string{"cf:1": "x"}}
	for _, c := range []struct {
		name  string
		write connectors.Write
		fails map[string][]error
		done  string
		left  string
		want  error
		again bool // planned anew
	}{
		{"all is taken", whole, nil, "watch 8, watch 9, update comment assign fields", "", nil, false},
		{
			"a watcher is refused", whole,
			map[string][]error{"watch": {refused}},
			"watch 8, watch 9, update comment assign fields", "watcher 8", nil, false,
		},
		{"a watcher fails", whole, map[string][]error{"watch": {later, later}}, "watch 8, watch 8", "", later, false},
		{
			"the answer to a watcher is lost", whole,
			map[string][]error{"watch": {failure(connectors.Unknown, 0)}},
			"watch 8, watch 8, watch 9, update comment assign fields", "", nil, false,
		},
		{"only watchers", watchersOnly, nil, "watch 8", "", nil, false},
		{
			"refused because of a field", whole,
			map[string][]error{"update": {refused}},
			"watch 8, watch 9, update comment assign fields, history 7, update comment assign", "cf:1 x, cf:2 y", nil, false,
		},
		{
			"refused because of the assignee", whole,
			map[string][]error{"update": {theirs}},
			"watch 8, watch 9, update comment assign fields", "", theirs, true,
		},
		{
			"refused because of the priority", raised,
			map[string][]error{"update": {top}},
			"watch 8, watch 9, update comment assign fields", "", top, true,
		},
		{
			"refused because of one of the fields, which is named", whole,
			map[string][]error{"update": {names(connectors.RefusedField{Field: "cf:1", Words: "no"})}},
			"watch 8, watch 9, update comment assign fields, history 7, update comment assign fields", "cf:1 x", nil, false,
		},
		{
			"refused for what is not named: perhaps the assignee", whole,
			map[string][]error{"update": {refused, refused}},
			"watch 8, watch 9, update comment assign fields, history 7, update comment assign", "cf:1 x, cf:2 y", refused, true,
		},
		{
			"refused for what is not in the write: the watchers are added, and no more", bare,
			map[string][]error{"update": {refused}},
			"watch 8, watch 9, update comment, history 7", "comment written", nil, false,
		},
		{
			"only fields, and refused", fieldsOnly, map[string][]error{"update": {refused}}, "update fields", "", refused, false,
		},
		{
			"a failure is no refusal", whole,
			map[string][]error{"update": {later}},
			"watch 8, watch 9, update comment assign fields", "", later, false,
		},
	} {
		l := newLedger(t)
		f := &fakeTracker{fails: c.fails}
		w, _ := newWriter(t, f, l)
		write, err := l.Begin(t.Context(), noon, c.write, entry(t, l, "due"))
		if err != nil {
			t.Fatal(err)
		}
		s := &issueSink{writer: w}
		err = s.Send(t.Context(), write)
		if done := strings.Join(f.done, ", "); done != c.done || !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v after %s, want %s", c.name, err, done, c.done)
		}
		if again := errors.As(err, new(replan)); again != c.again {
			t.Errorf("%s: planned anew %v", c.name, again)
		}
		if out := w.desk.unassignable["7"]; out != errors.Is(err, theirs) {
			t.Errorf("%s: the assignee is ruled out: %v", c.name, out)
		}
		var left []string
		for _, r := range s.left {
			if r.Words != refused.Error() && r.Words != "no" {
				t.Errorf("%s: %s was refused with %q", c.name, r.Field, r.Words)
			}
			left = append(left, r.Field+" "+r.Wanted)
		}
		if got := strings.Join(left, ", "); got != c.left {
			t.Errorf("%s: left %q, want %q", c.name, got, c.left)
		}
	}
}

// TestSendingTheRest sends nothing but what is left of a request that was cut short.
func TestSendingTheRest(t *testing.T) {
	f := &fakeTracker{}
	w, _ := newWriter(t, f, newLedger(t))
	s := &issueSink{writer: w, rest: &connectors.Write{Issue: "7", Comment: &connectors.Comment{}}}
	seven := "7"
	err := s.Send(t.Context(),
		ledger.Write{
			Issue:   "7",
			Request: connectors.Write{Issue: "7", Watchers: []string{"8"}, Assign: &seven, Comment: &connectors.Comment{}},
		})
	if done := strings.Join(f.done, ", "); done != "update comment" || err != nil {
		t.Errorf("%s, %v", done, err)
	}
}

// wrote is a write of ours on issue 7 as the tracker shows it: an internal comment with its mark.
func wrote(event string, internal bool, text string) connectors.Event {
	return connectors.Event{ID: event, At: noon, Author: "we", Note: &connectors.Note{Text: text, Internal: internal}}
}

// TestReadingBack tells what a request has done from the issue as it is afterwards.
func TestReadingBack(t *testing.T) {
	mark := mapping.Mark("en", "7c1f", []enforcer.StepKey{key("due")})
	text := "text\n" + mark
	seven := "7"
	request := connectors.Write{
		Issue: "7", Comment: &connectors.Comment{Text: text, Mark: mark, Internal: true},
		Assign: &seven,
	}
	before := connectors.History{Issue: connectors.Issue{
		ID: "7", Key: "#7", UpdatedAt: noon.Add(-time.Hour),
		Values: connectors.Values{connectors.FieldAssignee: {"3"}},
	}}
	done := func(edit func(*connectors.History)) connectors.History {
		h := before
		h.Issue.UpdatedAt = noon
		h.Issue.Values = connectors.Values{connectors.FieldAssignee: {"7"}}
		e := wrote("journal:5", true, text)
		e.Changes = []connectors.Change{{Field: connectors.FieldAssignee, From: []string{"3"}, To: []string{"7"}}}
		h.Events = []connectors.Event{e}
		edit(&h)
		return h
	}
	for _, c := range []struct {
		name  string
		after connectors.History
		left  []connectors.Refusal
		fails error
		want  string // event, public, what was refused
		err   error
		says  string // the first problem
	}{
		{"as it was asked for", done(func(*connectors.History) {}), nil, nil, "journal:5 false ", nil, ""},
		{"the assignee was left alone", done(func(h *connectors.History) {
			h.Issue.Values[connectors.FieldAssignee], h.Events[0].Changes = []string{"3"}, nil
		}), nil, nil, "journal:5 false assignee", nil, "the tracker accepted the write and left this alone: assignee"},
		{
			"something was left out on the way", done(func(*connectors.History) {}),
			[]connectors.Refusal{{Field: "cf:1", Wanted: "x"}},
			nil, "journal:5 false cf:1", nil,
			"the tracker accepted the write and left this alone: cf:1",
		},
		{
			"of two watchers one was refused, and what reading back shows too is told once", done(func(h *connectors.History) {
				h.Issue.Values[connectors.FieldAssignee], h.Events[0].Changes = []string{"3"}, nil
			}),
			[]connectors.Refusal{
				{Field: "watcher", Wanted: "8"}, {Field: "watcher", Wanted: "9"}, {Field: connectors.FieldAssignee, Wanted: "7"},
			},
			nil, "journal:5 false assignee watcher watcher", nil,
			"the tracker accepted the write and left this alone: assignee",
		},
		{
			"what was refused in words is there all the same", done(func(h *connectors.History) {
				h.Issue.Values["cf:1"], h.Watchers, h.WatchersSet = []string{"x"}, []string{"8"}, true
			}),
			[]connectors.Refusal{
				{Field: "cf:1", Wanted: "x", Words: "no"},
				{Field: "watcher", Wanted: "8", Words: "no"},
				{Field: "watcher", Wanted: "9", Words: "no"},
			},
			nil, "journal:5 false watcher", nil, "the tracker refused a part of the write: watcher",
		},
		{"nothing of it is to be seen", before, nil, nil, " false comment assignee", errUnseen, ""},
		{
			"somebody else wrote since, and nothing of it is to be seen", done(func(h *connectors.History) {
				h.Events = nil
				h.Issue.Values[connectors.FieldAssignee] = []string{"3"}
			}), nil, nil,
			" false comment assignee", errUnseen, "",
		},
		{
			"it came out public", done(func(h *connectors.History) {
				h.Events[0].Note.Internal = false
			}), nil, nil, "journal:5 true comment internal", nil,
			"an internal comment is public: the customer can read journal:5",
		},
		{"it cannot be read", before, nil, failure(connectors.TryLater, 0), "", failure(connectors.TryLater, 0), ""},
	} {
		l := newLedger(t)
		f := &fakeTracker{history: c.after}
		if c.fails != nil {
			f.fails = map[string][]error{"history": {c.fails}}
		}
		w, told := newWriter(t, f, l)
		s := &issueSink{writer: w, before: before, sent: request, left: c.left}
		r, err := s.Verify(t.Context(), ledger.Write{Issue: "7", Request: request, BeganAt: noon})
		if (err == nil) != (c.err == nil) || errors.Is(c.err, errUnseen) && !errors.Is(err, errUnseen) {
			t.Errorf("%s: %v", c.name, err)
		}
		got := ""
		if r != nil {
			var fields []string
			for _, x := range r.Refused {
				fields = append(fields, x.Field)
			}
			got = fmt.Sprint(r.Event, " ", r.Public, " ", strings.Join(fields, " "))
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		first := ""
		if p := w.report.Problems; len(p) > 0 {
			first = p[0].Text.String()
		}
		if !strings.HasPrefix(first, c.says) || (first == "") != (c.says == "") {
			t.Errorf("%s: says %q, want %q", c.name, first, c.says)
		}
		if told["stored"] != 1 && c.fails == nil {
			t.Errorf("%s: the mirror was told %v", c.name, told)
		}
		public := strings.Contains(c.want, "true")
		alarms, err := l.Alarms(t.Context(), "helpdesk")
		if err != nil || (len(alarms) == 1) != public || (w.Leak() != nil) != public || (w.report.Exposed == 1) != public {
			t.Errorf("%s: %d alarms, %v; leak %v, exposed %d", c.name, len(alarms), err, w.Leak(), w.report.Exposed)
		}
	}
}

// TestTakingBackWhatCameOutPublic: made internal where that can be done, else erased, else left for a human.
func TestTakingBackWhatCameOutPublic(t *testing.T) {
	for _, c := range []struct {
		name    string
		retract bool
		after   []connectors.Event // the event once each attempt was made
		done    string
		taken   connectors.Retraction
		mended  bool
	}{
		{"the tracker cannot", false, nil, "", "", false},
		{
			"made internal", true,
			[]connectors.Event{wrote("journal:5", true, "x")},
			"retract journal:5 internal, history 7",
			connectors.MadeInternal, true,
		},
		{
			"erased", true,
			[]connectors.Event{wrote("journal:5", false, "x"), {ID: "journal:5", Author: "we"}},
			"retract journal:5 internal, history 7, retract journal:5 erased, history 7", connectors.Erased, true,
		},
		{
			"it stays", true,
			[]connectors.Event{wrote("journal:5", false, "x"), wrote("journal:5", false, "x")},
			"retract journal:5 internal, history 7, retract journal:5 erased, history 7", "", false,
		},
	} {
		l := newLedger(t)
		f := &fakeTracker{caps: connectors.Capabilities{Retract: c.retract}}
		w, _ := newWriter(t, f, l)
		inner := &retracting{fakeTracker: f, after: c.after}
		w.desk.tracker = inner
		r, err := w.alarms.cameOutPublic(t.Context(), connectors.Issue{ID: "7", Key: "#7"},
			connectors.Receipt{Event: "journal:5", Public: true})
		if err != nil || r.TakenBack != c.taken || w.Leak() == nil || w.report.Exposed != 1 {
			t.Errorf("%s: taken back %q, %v", c.name, r.TakenBack, err)
		}
		done := strings.Join(f.done, ", ")
		for how, word := range map[connectors.Retraction]string{
			connectors.MadeInternal: "internal",
			connectors.Erased:       "erased",
		} {
			done = strings.ReplaceAll(done, "journal:5 "+fmt.Sprint(how), "journal:5 "+word)
		}
		if done != c.done {
			t.Errorf("%s: did %s, want %s", c.name, done, c.done)
		}
		alarms, err := l.Alarms(t.Context(), "helpdesk")
		if err != nil || len(alarms) != 1 || alarms[0].MendedAt.IsZero() == c.mended ||
			alarms[0].Kind != ledger.CameOutPublic || alarms[0].Subject != "journal:5" || alarms[0].Issue != "7" {
			t.Errorf("%s: %+v, %v", c.name, alarms, err)
		}
		// seen once more: it is the same alarm; one that was mended is public by somebody's wish
		f.done = nil
		r, err = w.alarms.cameOutPublic(t.Context(), connectors.Issue{ID: "7", Key: "#7"},
			connectors.Receipt{Event: "journal:5", Public: true})
		if err != nil || r.Event != "journal:5" || !r.Public || w.report.Exposed != 1 {
			t.Errorf("%s, again: %+v, %v, exposed %d", c.name, r, err, w.report.Exposed)
		}
		if c.mended && len(f.done) > 0 {
			t.Errorf("%s, again: did %q", c.name, f.done)
		}
	}
}

// TestTakingBackMayFail: the tracker's failure is told and left to the next pass; the pass itself goes on.
func TestTakingBackMayFail(t *testing.T) {
	later := failure(connectors.TryLater, 0)
	for _, c := range []struct{ name, call string }{{"the attempt", "retract"}, {"reading what became of it", "history"}} {
		f := &fakeTracker{
			caps: connectors.Capabilities{Retract: true}, fails: map[string][]error{c.call: {later, later}},
			history: connectors.History{Events: []connectors.Event{wrote("journal:5", false, "x")}},
		}
		w, _ := newWriter(t, f, newLedger(t))
		r, err := w.alarms.cameOutPublic(t.Context(), connectors.Issue{ID: "7", Key: "#7"},
			connectors.Receipt{Event: "journal:5", Public: true})
		if err != nil || r.TakenBack != "" || w.Leak() == nil {
			t.Errorf("%s: %+v, %v", c.name, r, err)
		}
		if c.call == "retract" && !slices.ContainsFunc(w.report.Problems, func(p Problem) bool {
			return p.Issue == "#7" && p.Grave && p.Text.String() == later.Error()
		}) {
			t.Errorf("%s: reported %v", c.name, w.report.Problems)
		}
	}
}

// retracting shows after each attempt to take an event back what has become of it.
type retracting struct {
	*fakeTracker
	after []connectors.Event
}

func (f *retracting) Retract(ctx context.Context, issue, event string, how connectors.Retraction) error {
	if len(f.after) > 0 {
		f.history.Events, f.after = f.after[:1], f.after[1:]
	}
	return f.fakeTracker.Retract(ctx, issue, event, how)
}

// TestOpenAlarmsStop: another installation stops all writes; a leak stops internal comments, and is tried to be mended.
func TestOpenAlarmsStop(t *testing.T) {
	for _, c := range []struct {
		name        string
		alarms      []ledger.Alarm
		block, leak bool
	}{
		{"none", nil, false, false},
		{"another installation", []ledger.Alarm{{Kind: ledger.OtherInstallation, Subject: "beef"}}, true, false},
		{"a leak", []ledger.Alarm{{Kind: ledger.CameOutPublic, Subject: "journal:5", Issue: "7"}}, false, true},
		{
			"made public by somebody", []ledger.Alarm{{Kind: ledger.MadePublic, Subject: "journal:5", Issue: "7"}}, false, false,
		},
		{
			"both", []ledger.Alarm{
				{Kind: ledger.OtherInstallation, Subject: "beef"},
				{Kind: ledger.CameOutPublic, Subject: "journal:5", Issue: "7"},
			}, true, true,
		},
	} {
		l := newLedger(t)
		for _, a := range c.alarms {
			a.Connection, a.At = "helpdesk", noon
			if _, err := l.Raise(t.Context(), noon, a); err != nil {
				t.Fatal(err)
			}
		}
		w, _ := newWriter(t, &fakeTracker{}, l)
		if err := w.CheckAlarms(t.Context()); err != nil || (w.Block() != nil) != c.block || (w.Leak() != nil) != c.leak {
			t.Errorf("%s: %v; block %v, leak %v", c.name, err, w.Block(), w.Leak())
		}
		for _, p := range w.report.Problems {
			if p.Text.IsZero() {
				t.Errorf("%s: a problem without words", c.name)
			}
		}
		if grave := slices.ContainsFunc(w.report.Problems, func(p Problem) bool {
			return p.Grave
		}); grave != (c.block || c.leak) {
			t.Errorf("%s: %v", c.name, w.report.Problems)
		}
	}
}

// TestLookingAtIssues raises an alarm for another installation under our account, and tells of internal comments that
// somebody made public; each once.
func TestLookingAtIssues(t *testing.T) {
	l := newLedger(t)
	mark := mapping.Mark("en", l.Installation(), []enforcer.StepKey{key("due")})
	e := entry(t, l, "due")
	write, err := l.Begin(t.Context(), noon,
		connectors.Write{Issue: "7", Comment: &connectors.Comment{Text: mark, Mark: e.ID, Internal: true}}, e)
	if err == nil {
		_, err = l.Finish(t.Context(), noon, write.ID, ledger.Outcome{Receipt: &connectors.Receipt{Event: "journal:5"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	other := wrote("journal:6", true, mapping.Mark("en", "beef", []enforcer.StepKey{key("due")}))
	theirs := other
	theirs.Author = "they"
	for _, c := range []struct {
		name   string
		event  connectors.Event
		kind   ledger.AlarmKind
		blocks bool
	}{
		{"as it was", wrote("journal:5", true, mark), "", false},
		{"of another step", wrote("journal:9", false, mark), "", false},
		{"without a mark", wrote("journal:5", false, "hello"), "", false},
		{"by somebody else", theirs, "", false},
		{"made public", wrote("journal:5", false, mark), ledger.MadePublic, false},
		{"another installation", other, ledger.OtherInstallation, true},
	} {
		w, _ := newWriter(t, &fakeTracker{}, l)
		before, err := l.Alarms(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		h := connectors.History{Issue: connectors.Issue{ID: "7", Key: "#7"}, Events: []connectors.Event{c.event}}
		for range 2 {
			if err := w.LookAt(t.Context(), h); err != nil {
				t.Fatal(err)
			}
		}
		after, err := l.Alarms(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		raised := ledger.AlarmKind("")
		if len(after) == len(before)+1 {
			raised = after[len(after)-1].Kind
			if c.kind == ledger.MadePublic && (w.report.Exposed != 1 || len(w.report.Problems) != 1) {
				t.Errorf("%s: exposed %d, %v", c.name, w.report.Exposed, w.report.Problems)
			}
		}
		if raised != c.kind && !slices.ContainsFunc(after, func(a ledger.Alarm) bool {
			return a.Kind == c.kind
		}) || (w.Block() != nil) != c.blocks {
			t.Errorf("%s: raised %q, blocks %v", c.name, raised, w.Block())
		}
	}
}

// TestLookingForALostUpdate reads the issue and tells by mark and fields whether the request came through.
func TestLookingForALostUpdate(t *testing.T) {
	mark := mapping.Mark("en", "7c1f", []enforcer.StepKey{key("due")})
	request := connectors.Write{
		Issue: "7", BaseEvent: "journal:1",
		Comment: &connectors.Comment{Text: mark, Mark: mark, Internal: true},
	}
	old := connectors.Event{ID: "journal:1", At: noon.Add(-time.Hour), Author: "they"}
	for _, c := range []struct {
		name   string
		events []connectors.Event
		fails  error
		gave   bool // an answer that it was done, before
		want   string
	}{
		{"it is there", []connectors.Event{old, wrote("journal:5", true, mark)}, nil, false, "journal:5"},
		{"it is not", []connectors.Event{old}, nil, false, "nothing"},
		{"it was accepted, and is not there yet", []connectors.Event{old}, nil, true, "nothing"},
		{"it was accepted, and is not there in the end", []connectors.Event{old}, nil, true, ""},
		{"the issue is gone", nil, failure(connectors.Gone, 0), false, "gone"},
		{"the issue is hidden", nil, failure(connectors.Hidden, 0), false, "gone"},
		{"it cannot be read", nil, failure(connectors.TryLater, 0), false, "error"},
	} {
		f := &fakeTracker{history: connectors.History{Issue: connectors.Issue{ID: "7", Key: "#7"}, Events: c.events}}
		if c.fails != nil {
			f.fails = map[string][]error{"history": {c.fails}}
		}
		w, told := newWriter(t, f, newLedger(t))
		write := ledger.Write{Issue: "7", Request: request, BeganAt: noon}
		if c.gave {
			write.Answers = []ledger.Answer{{Receipt: &connectors.Receipt{}}}
		}
		if strings.Contains(c.name, "in the end") {
			w.desk.now = noon.Add(resendAfter)
		}
		found, err := (&issueSink{writer: w}).Find(t.Context(), write)
		got := "nothing"
		switch {
		case err != nil:
			got = "error"
		case found.Gone != nil:
			got = "gone"
		case found.Receipt != nil:
			got = found.Receipt.Event
		}
		if got != c.want || got == "gone" && told["vanished"] != 1 || c.fails == nil && told["stored"] != 1 {
			t.Errorf("%s: %s, want %s; the mirror was told %v", c.name, got, c.want, told)
		}
	}
}

// TestMakingAnIssue: it is looked for first, made once, made without an assignee whom the tracker refuses, and read
// back.
func TestMakingAnIssue(t *testing.T) {
	refused := failure(connectors.Refused, 0)
	for _, c := range []struct {
		name  string
		made  string
		fails map[string][]error
		done  string
		state enforcer.EntryState
		id    string
		ends  bool
	}{
		{"made", "", nil, "find, create 7, history 900", enforcer.Done, "900", false},
		{"it is there", "800", nil, "find, history 800", enforcer.Done, "800", false},
		{
			"whether it is there cannot be told", "",
			map[string][]error{"find": {failure(connectors.TryLater, 0)}},
			"find",
			enforcer.Intended, "", true,
		},
		{
			"its assignee is refused", "",
			map[string][]error{"create": {refused}},
			"find, create 7, find, create , history 900",
			enforcer.Done, "900", false,
		},
		{
			"refused without one", "",
			map[string][]error{"create": {refused, refused}},
			"find, create 7, find, create , find",
			enforcer.Refused, "900", false,
		},
		{
			"no answer", "",
			map[string][]error{"create": {failure(connectors.Unknown, 0)}},
			"find, create 7, find",
			enforcer.Sent, "900", true,
		},
		{
			"made, and cannot be read", "",
			map[string][]error{"history": {failure(connectors.TryLater, 0)}},
			"find, create 7, history 900", enforcer.Done, "900", false,
		},
	} {
		l := newLedger(t)
		f := &fakeTracker{made: c.made, fails: c.fails}
		f.history.Issue = connectors.Issue{ID: "900", Key: "#900", Values: connectors.Values{connectors.FieldProject: {"2"}}}
		w, _ := newWriter(t, f, l)
		e := entry(t, l, "start", func(e *ledger.Entry) {
			e.Key.Issue, e.Changes = "", enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionCreate}}
		})
		id, err := w.Make(t.Context(), e, noon, func(unassignable map[string]bool) connectors.NewIssue {
			n := connectors.NewIssue{Project: "2", Subject: "Delivery", Mark: "m"}
			if !unassignable["7"] {
				n.Assign = "7"
			}
			return n
		})
		if done := strings.Join(f.done, ", "); done != "active, "+c.done || (err != nil) != c.ends ||
			id != c.id && c.state == enforcer.Done {
			t.Errorf("%s: %q, %v after %s, want %s", c.name, id, err, done, c.done)
		}
		if is, err := l.Get(t.Context(), e.ID); err != nil ||
			is.State != c.state && !(c.name == "made" || c.name == "it is there" || strings.Contains(c.name, "assignee")) {
			t.Errorf("%s: %s, %v", c.name, is.State, err)
		}
	}
}

// TestInternalNeedsTheRight: our rights are read afresh once, and a missing one holds the comment.
func TestInternalNeedsTheRight(t *testing.T) {
	caps := connectors.Capabilities{
		InternalNotes: true,
		Permissions:   map[connectors.Right][]string{connectors.WriteInternal: {"private"}},
	}
	internal := connectors.Write{Comment: &connectors.Comment{Internal: true}}
	may := connectors.Account{
		ID:     "we",
		Rights: []connectors.ProjectRights{{Project: "2", Permissions: []string{"private"}}},
	}
	for _, c := range []struct {
		name  string
		self  connectors.Account
		write connectors.Write
		held  bool
		asked int
		told  int
	}{
		{"no comment", connectors.Account{}, connectors.Write{}, false, 0, 0},
		{"a public one", connectors.Account{}, connectors.Write{Comment: &connectors.Comment{}}, false, 0, 0},
		{"it has the right", may, internal, false, 1, 0},
		{"it lacks the right", connectors.Account{ID: "we"}, internal, true, 1, 2},
	} {
		f := &fakeTracker{caps: caps, self: c.self}
		w, told := newWriter(t, f, newLedger(t))
		for range 2 {
			why, err := w.desk.refuseInternal(t.Context(), c.write, "2")
			if err != nil || (why != "") != c.held {
				t.Errorf("%s: %q, %v", c.name, why, err)
			}
		}
		if len(f.done) != c.asked || told["directory"] != c.told {
			t.Errorf("%s: asked %q, told %v", c.name, f.done, told)
		}
		if c.held && (w.NotInternal("2") == "") {
			t.Errorf("%s: later steps do not know of it", c.name)
		}
	}
	f := &fakeTracker{caps: caps, fails: map[string][]error{"self": {failure(connectors.TryLater, 0)}}}
	w, _ := newWriter(t, f, newLedger(t))
	if _, err := w.desk.refuseInternal(t.Context(), internal, "2"); err == nil {
		t.Error("rights that cannot be read are taken for granted")
	}
}

// TestWhatARefusalRestsOn: it is tried again when the issue, the names or our rights changed, and by nothing else.
func TestWhatARefusalRestsOn(t *testing.T) {
	base := connectors.Directory{
		Self: connectors.Account{
			ID:     "we",
			Rights: []connectors.ProjectRights{{Project: "2", Permissions: []string{"a", "b"}}, {Project: "3"}},
		},
		Projects: []connectors.Project{{ID: "2"}, {ID: "3"}},
		People: []connectors.Person{
			{ID: "7", Roles: map[string][]string{"2": {"x", "y"}}},
			{ID: "8", Roles: map[string][]string{"3": {"x"}}},
		},
		Priorities: []connectors.Priority{{ID: "5"}},
	}
	h := connectors.History{Issue: connectors.Issue{ID: "7", Values: connectors.Values{connectors.FieldProject: {"2"}}}}
	change := []connectors.Change{{Field: connectors.FieldStatus}}
	for _, c := range []struct {
		name   string
		names  func(*connectors.Directory)
		issue  func(*connectors.History)
		still  bool
		rights bool // they or names changed
	}{
		{"nothing", nil, nil, true, false},
		{"a comment", nil, func(h *connectors.History) {
			h.Events = []connectors.Event{{ID: "1", Author: "they", Note: &connectors.Note{}}}
		}, true, false},
		{
			"a change of ours", nil, func(h *connectors.History) {
				h.Events = []connectors.Event{{ID: "1", Author: "we", Changes: change}}
			}, true, false,
		},
		{
			"a change of theirs", nil, func(h *connectors.History) {
				h.Events = []connectors.Event{{ID: "1", Author: "they", Changes: change}}
			}, false, false,
		},
		{"it became private", nil, func(h *connectors.History) { h.Issue.Private = true }, false, false},
		{"a right of ours", func(d *connectors.Directory) {
			d.Self.Rights = []connectors.ProjectRights{{Project: "2", Permissions: []string{"a"}}}
		}, nil, false, true},
		{"a right of ours elsewhere", func(d *connectors.Directory) {
			d.Self.Rights = []connectors.ProjectRights{
				{Project: "2", Permissions: []string{"b", "a"}},
				{Project: "3", Permissions: []string{"c"}},
			}
		}, nil, true, false},
		{"we administer it", func(d *connectors.Directory) { d.Self.Admin = true }, nil, false, true},
		{"a member's role", func(d *connectors.Directory) {
			d.People = []connectors.Person{{ID: "7", Roles: map[string][]string{"2": {"x"}}}}
		}, nil, false, true},
		{"the order of roles", func(d *connectors.Directory) {
			d.People = []connectors.Person{{ID: "8"}, {ID: "7", Roles: map[string][]string{"2": {"y", "x"}}}}
		}, nil, true, false},
		{"a member was locked", func(d *connectors.Directory) {
			d.People = []connectors.Person{{ID: "7", Locked: true, Roles: map[string][]string{"2": {"x", "y"}}}}
		}, nil, false, true},
		{
			"the project was closed", func(d *connectors.Directory) {
				d.Projects = []connectors.Project{{ID: "2", Closed: true}}
			}, nil, false, true,
		},
		{
			"another was", func(d *connectors.Directory) {
				d.Projects = []connectors.Project{{ID: "2"}, {ID: "3", Closed: true}}
			}, nil, true, false,
		},
		{"a priority", func(d *connectors.Directory) { d.Priorities = nil }, nil, false, true},
	} {
		w, _ := newWriter(t, &fakeTracker{}, newLedger(t))
		w.desk.names = base
		e := enforcer.Entry{Evidence: enforcer.Evidence{Facts: enforcer.Facts{Against: w.desk.refusalContext(h)}}}
		names, after := base, h
		if c.names != nil {
			c.names(&names)
		}
		if c.issue != nil {
			c.issue(&after)
		}
		w, _ = newWriter(t, &fakeTracker{}, newLedger(t))
		w.desk.names = names
		if got := w.StillRefused(e, &after); got != c.still {
			t.Errorf("%s: still refused %v", c.name, got)
		}
		if got := w.RightsChanged(e); got != c.rights {
			t.Errorf("%s: rights changed %v", c.name, got)
		}
		if got := w.StillRefused(e, nil); got != !c.rights {
			t.Errorf("%s, of no issue: still refused %v", c.name, got)
		}
		if !w.StillRefused(enforcer.Entry{}, &after) || w.RightsChanged(enforcer.Entry{}) {
			t.Errorf("%s: an entry that rests on nothing known", c.name)
		}
	}
}
