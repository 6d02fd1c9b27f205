package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"slabridge/config/statefile"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

var noon = time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC)

// newLedger is a ledger on a file of its own, in which the contract kamal has begun.
func newLedger(t *testing.T) *ledger.Ledger {
	t.Helper()
	db, err := statefile.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"),
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	l, err := ledger.Open(t.Context(), db.DB, noon.Add(-24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.StartCutover(t.Context(), noon, "helpdesk", "kamal"); err != nil {
		t.Fatal(err)
	}
	return l
}

func key(step string) enforcer.StepKey {
	return enforcer.StepKey{
		Connection: "helpdesk", Issue: "7", Contract: "kamal", Obligation: "respond", Cycle: "created",
		Step: step,
	}
}

// entry is a step of issue 7 with a comment, recorded as to be written.
func entry(t *testing.T, l *ledger.Ledger, step string, edits ...func(*ledger.Entry)) ledger.Entry {
	t.Helper()
	e := ledger.Entry{Entry: enforcer.Decision{
		Key: key(step), State: enforcer.Intended, Moment: noon, Audience: enforcer.Internal,
		Reason:  enforcer.Reason{Code: "due"},
		Changes: enforcer.Changes{Comment: &enforcer.Comment{Text: "breach"}},
	}.Entry(noon)}
	for _, edit := range edits {
		edit(&e)
	}
	recorded, err := l.Record(t.Context(), noon, e)
	if err != nil {
		t.Fatal(err)
	}
	return recorded[0].Entry
}

// fakeSink is a place that answers as it is told, and remembers what it was asked.
type fakeSink struct {
	send, verify, find error
	receipt            *connectors.Receipt
	found              Found
	asked              []string
}

func (s *fakeSink) Send(context.Context, ledger.Write) error {
	s.asked = append(s.asked, "send")
	return s.send
}

func (s *fakeSink) Verify(context.Context, ledger.Write) (*connectors.Receipt, error) {
	s.asked = append(s.asked, "verify")
	return s.receipt, s.verify
}

func (s *fakeSink) Find(context.Context, ledger.Write) (Found, error) {
	s.asked = append(s.asked, "find")
	return s.found, s.find
}

func failure(class connectors.Class, after time.Duration) error {
	return &connectors.Error{Class: class, RetryAfter: after, Err: errors.New("no")}
}

// names is a refusal that names fields of the write.
func names(fields ...connectors.RefusedField) error {
	return &connectors.Error{Class: connectors.Refused, Err: errors.New("no"), Fields: fields}
}

var (
	person   = connectors.RefusedField{Field: connectors.FieldAssignee, Words: "not that one"}
	priority = connectors.RefusedField{Field: connectors.FieldPriority, Words: "not on the screen", Unsettable: true}
)

func newOutbox(l *ledger.Ledger, now time.Time) *Outbox {
	return &Outbox{connection: "helpdesk", ledger: l, now: now, clock: func() time.Time { return now }, report: &Report{}}
}

// TestDelivery sends one request and tells, for each way in which that may end, what the ledger has of it: the state,
// when it is looked at again, and whether the pass goes on.
func TestDelivery(t *testing.T) {
	receipt := &connectors.Receipt{Event: "journal:5"}
	refused := &connectors.Receipt{Event: "journal:5", Refused: []connectors.Refusal{{Field: "comment", Wanted: "x"}}}
	for _, c := range []struct {
		name  string
		sink  fakeSink
		want  string // state, seconds until it is looked at again, what was asked
		again bool
		ends  bool // the pass
	}{
		{"done", fakeSink{receipt: receipt}, "done 0 send verify", false, false},
		{"a part was refused", fakeSink{receipt: refused}, "refused 0 send verify", false, false},
		{"refused", fakeSink{send: failure(connectors.Refused, 0)}, "refused 0 send find", false, false},
		{"refused, and planned anew", fakeSink{send: replan{failure(connectors.Refused, 0)}}, "intended 0 send", true, false},
		{"gone, and yet there", fakeSink{send: failure(connectors.Gone, 0)}, "sent 120 send find", false, false},
		{"hidden", fakeSink{send: failure(connectors.Hidden, 0)}, "intended 60 send find", false, false},
		{"try later", fakeSink{send: failure(connectors.TryLater, 0)}, "intended 60 send find", false, true},
		{"try much later", fakeSink{send: failure(connectors.TryLater, 10*time.Minute)}, "intended 600 send", false, true},
		{
			"a shorter time than we wait anyway",
			fakeSink{send: failure(connectors.TryLater, time.Second)},
			"intended 60 send",
			false, true,
		},
		{"a wrong key", fakeSink{send: failure(connectors.Unauthorized, 0)}, "intended 60 send", false, true},
		{"no answer", fakeSink{send: failure(connectors.Unknown, 0)}, "sent 120 send find", false, true},
		{"an answer that is none", fakeSink{send: failure(connectors.Garbled, 0)}, "sent 120 send find", false, true},
		{"it cannot be read back", fakeSink{verify: failure(connectors.TryLater, 0)}, "sent 120 send verify", false, false},
		{"nothing of it is to be seen", fakeSink{receipt: refused, verify: errUnseen}, "sent 120 send verify", false, false},
	} {
		l := newLedger(t)
		o := newOutbox(l, noon)
		e := entry(t, l, "due")
		again, err := o.deliver(t.Context(), &c.sink,
			delivery{
				connectors.Write{Issue: "7", Comment: &connectors.Comment{Text: "x", Mark: e.ID}},
				[]ledger.Entry{e},
				nil,
				"#7",
			})
		if again != c.again || (err != nil) != c.ends {
			t.Errorf("%s: again %v, %v", c.name, again, err)
		}
		is, err := l.Get(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		wait := 0
		if !is.NotBefore.IsZero() {
			wait = int(is.NotBefore.Sub(noon).Seconds())
		}
		if got := fmt.Sprint(is.State, " ", wait, " ", strings.Join(c.sink.asked, " ")); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if told := len(o.report.Problems) > 0; told != (c.sink.send != nil || c.sink.verify != nil && c.sink.receipt == nil) {
			t.Errorf("%s: problems %v", c.name, o.report.Problems)
		}
		for _, p := range o.report.Problems {
			if why := cmp.Or(c.sink.send, c.sink.verify); p.Issue != "#7" || p.Grave || p.Text.String() != why.Error() {
				t.Errorf("%s: reported as %+v", c.name, p)
			}
		}
		stands := is.State == enforcer.Done || is.State == enforcer.Refused && c.sink.receipt != nil
		refused := is.State == enforcer.Refused
		if w, r := len(o.report.Written), len(o.report.Refused); (w == 1) != stands || (r == 1) != refused {
			t.Errorf("%s: %d written, %d refused", c.name, w, r)
		}
	}
}

// TestWhatChangedMeanwhileIsNotSent: an entry that a human, or another process, changed after it was read is not
// written by what was decided before.
func TestWhatChangedMeanwhileIsNotSent(t *testing.T) {
	l := newLedger(t)
	old := entry(t, l, "due")
	if _, err := l.Move(t.Context(), noon, enforcer.Withdrawn, old); err != nil {
		t.Fatal(err)
	}
	sink := &fakeSink{receipt: &connectors.Receipt{Event: "journal:5"}}
	write := connectors.Write{Issue: "7", Comment: &connectors.Comment{Text: "x", Mark: old.ID}}
	d := delivery{write, []ledger.Entry{old}, nil, "#7"}
	if _, err := newOutbox(l, noon).deliver(t.Context(), sink, d); err == nil || len(sink.asked) > 0 {
		t.Errorf("%v; the place was asked %q", err, sink.asked)
	}
}

// TestNotesGoIntoTheHistory: what was left out of a request is told with its outcome.
func TestNotesGoIntoTheHistory(t *testing.T) {
	l := newLedger(t)
	o := newOutbox(l, noon)
	e := entry(t, l, "due")
	if _, err := o.deliver(t.Context(), &fakeSink{receipt: &connectors.Receipt{}},
		delivery{connectors.Write{Issue: "7"}, []ledger.Entry{e}, []string{"no lead", "no watcher"}, "#7"}); err != nil {
		t.Fatal(err)
	}
	history, err := l.History(t.Context(), e.ID)
	if last := history[len(history)-1]; err != nil || last.Reason.Code != "accepted" ||
		last.Reason.Text["en"] != "no lead. no watcher. " {
		t.Errorf("%+v, %v", last.Reason, err)
	}
}

// TestLostRequests: a request without an answer is left alone at first, then looked for, and taken for lost only when
// nothing was seen of it for long.
func TestLostRequests(t *testing.T) {
	done := &connectors.Receipt{Event: "journal:5"}
	rest := &fakeSink{receipt: done}
	resume := func(s Sink, err error) func(context.Context) (Sink, error) {
		return func(context.Context) (Sink, error) { return s, err }
	}
	for _, c := range []struct {
		name  string
		after time.Duration // since it left
		sink  fakeSink
		want  string // state and what was asked
		fails bool
	}{
		{"too early to look", lookAfter - time.Second, fakeSink{found: Found{Receipt: done}}, "sent ", false},
		{"found", lookAfter, fakeSink{found: Found{Receipt: done}}, "done find", false},
		{"not found yet", lookAfter, fakeSink{}, "sent find", false},
		{"not found for long", resendAfter, fakeSink{}, "intended find", false},
		{"a second before that", resendAfter - time.Second, fakeSink{}, "sent find", false},
		{"lists trail the truth", resendAfter, fakeSink{found: Found{Lag: time.Second}}, "sent find", false},
		{"and then do not", resendAfter + time.Second, fakeSink{found: Found{Lag: time.Second}}, "intended find", false},
		{"its issue is gone", lookAfter, fakeSink{found: Found{Gone: failure(connectors.Gone, 0)}}, "intended find", false},
		{"the tracker fails", resendAfter, fakeSink{find: failure(connectors.TryLater, 0)}, "sent find", false},
		{"the key is wrong", resendAfter, fakeSink{find: failure(connectors.Unauthorized, 0)}, "sent find", true},
		{"half of it is there, early", lookAfter, fakeSink{found: Found{Rest: resume(rest, nil)}}, "sent find", false},
		{"half of it is there", resendAfter, fakeSink{found: Found{Rest: resume(rest, nil)}}, "done find", false},
		{"the rest must wait", resendAfter, fakeSink{found: Found{Rest: resume(nil, nil)}}, "sent find", false},
		{
			"the rest fails", resendAfter,
			fakeSink{found: Found{Rest: resume(&fakeSink{send: failure(connectors.TryLater, 0)}, nil)}},
			"sent find", false,
		},
		{
			"the rest is refused", resendAfter,
			fakeSink{found: Found{Rest: resume(&fakeSink{send: failure(connectors.Refused, 0)}, nil)}},
			"refused find", false,
		},
		{
			"whether it may go cannot be told", resendAfter,
			fakeSink{found: Found{Rest: resume(nil, failure(connectors.TryLater, 0))}},
			"sent find", false,
		},
	} {
		l := newLedger(t)
		e := entry(t, l, "due")
		if _, err := l.Begin(t.Context(), noon, connectors.Write{Issue: "7", Comment: &connectors.Comment{Mark: e.ID}},
			e); err != nil {
			t.Fatal(err)
		}
		o := newOutbox(l, noon.Add(c.after))
		if err := o.recover(t.Context(), func(ledger.Write) Sink { return &c.sink }); (err != nil) != c.fails {
			t.Errorf("%s: %v", c.name, err)
		}
		is, err := l.Get(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(is.State, " ", strings.Join(c.sink.asked, " ")); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhenARequestIsLookedFor(t *testing.T) {
	w := ledger.Write{
		BeganAt: noon,
		Answers: []ledger.Answer{{At: noon.Add(time.Minute)}, {At: noon.Add(30 * time.Second)}},
	}
	if first, last := LooksAt(w, time.Hour); !first.Equal(noon.Add(3*time.Minute)) ||
		!last.Equal(noon.Add(6*time.Minute)) {
		t.Errorf("%s, %s", first, last)
	}
	w.Request.Create = &connectors.NewIssue{}
	if first, last := LooksAt(w, time.Hour); !first.Equal(noon.Add(3*time.Minute)) ||
		!last.Equal(noon.Add(66*time.Minute)) {
		t.Errorf("%s, %s", first, last)
	}
}

// TestIssuesThatFail: some may, one by one; many in a row are the tracker's failure.
func TestIssuesThatFail(t *testing.T) {
	first, later := failure(connectors.TryLater, 0), failure(connectors.Garbled, 0)
	o := &Outbox{report: &Report{}}
	for i, c := range []struct {
		err   error
		ends  bool
		fails bool
	}{
		{first, false, false},
		{later, false, false},
		{nil, false, false},
		{later, false, false},
		{failure(connectors.Unknown, 0), false, false},
		{later, true, true},
	} {
		if err := o.TolerateIssueFailure(c.err); (err != nil) != c.ends || o.TrackerFails() != c.fails {
			t.Errorf("failure %d: %v, the tracker fails: %v", i, err, o.TrackerFails())
		}
	}
	if !errors.Is(o.Failed(), first) {
		t.Errorf("the first failure was %v", o.Failed())
	}
	for name, err := range map[string]error{
		"asked to wait": failure(connectors.TryLater, time.Minute), "a wrong key": failure(connectors.Unauthorized, 0),
		"the disk": errors.New("disk full"),
	} {
		o := &Outbox{report: &Report{}}
		if got := o.TolerateIssueFailure(err); !errors.Is(got, err) || o.Failed() != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// comment is a comment with the marks of steps.
func comment(event, author string, internal bool, steps ...enforcer.StepKey) connectors.Event {
	text := "x"
	if len(steps) > 0 {
		text = "text\n" + mapping.Mark("en", "7c1f", steps)
	}
	return connectors.Event{ID: event, At: noon, Author: author, Note: &connectors.Note{Text: text, Internal: internal}}
}

func TestStepsThatAreThereAlready(t *testing.T) {
	due, warn := key("due"), key("warn-50")
	h := connectors.History{Events: []connectors.Event{
		comment("journal:1", "we", true, due), comment("journal:2", "they", true, warn), comment("journal:3", "we", true),
		{ID: "journal:4", Author: "we"},
	}}
	if posted := StepsPosted(h, "we"); len(posted) != 1 || posted[due.ID()].ID != "journal:1" {
		t.Errorf("posted %v", posted)
	}
	if twice := Duplicates(h, "we"); len(twice) != 0 {
		t.Errorf("duplicates %v", twice)
	}
	h.Events = append(h.Events, comment("journal:5", "we", true, due, warn))
	twice := Duplicates(h, "we")
	if len(twice) != 1 || twice[0].Step != "respond/due" || twice[0].First.ID != "journal:1" ||
		twice[0].Second.ID != "journal:5" {
		t.Errorf("duplicates %v", twice)
	}
	if posted := StepsPosted(h, "we"); len(posted) != 2 || posted[due.ID()].ID != "journal:5" {
		t.Errorf("posted %v", posted)
	}
}

// A mark that names a step of which its comment does not tell, as earlier versions wrote them, is no second comment.
func TestAMarkThatNamesTooMuch(t *testing.T) {
	due, warn := key("due"), key("warn-50")
	says := func(event, text string, steps ...enforcer.StepKey) connectors.Event {
		e := comment(event, "we", true, steps...)
		e.Note.Text = text + "\n\n" + mapping.Mark("en", "7c1f", steps)
		return e
	}
	h := connectors.History{Events: []connectors.Event{
		says("journal:1", "Due soon: Respond (п. 8).\nSeverity: critical.\nTime left: 10m.", warn),
		says("journal:2", "Overdue: Respond (п. 8).\nSeverity: critical.\nAssigned to: Ivan.", warn, due),
	}}
	if twice := Duplicates(h, "we"); len(twice) != 0 {
		t.Errorf("duplicates %v", twice)
	}
	h.Events = append(h.Events, says("journal:3", "Overdue: Respond (п. 8).\nSeverity: critical.", due))
	if twice := Duplicates(h, "we"); len(twice) != 1 || twice[0].Second.ID != "journal:3" {
		t.Errorf("duplicates %v", twice)
	}
}

// TestWhatIsLeftToDo of a step: all, or only what the tracker refused of its first write.
func TestWhatIsLeftToDo(t *testing.T) {
	all := enforcer.Changes{
		Comment: &enforcer.Comment{},
		Actions: enforcer.Actions{Assign: enforcer.Support, Priority: enforcer.PriorityUp, Watch: enforcer.Management},
	}
	id := key("due").ID()
	refused := func(fields ...string) *connectors.Receipt {
		r := &connectors.Receipt{}
		for _, f := range fields {
			r.Refused = append(r.Refused, connectors.Refusal{Field: f})
		}
		return r
	}
	for _, c := range []struct {
		name    string
		receipt *connectors.Receipt
		want    string
	}{
		{"never written", nil, "comment assign priority watch"},
		{"nothing was refused", refused(), ""},
		{"the comment was", refused("comment"), "comment"},
		{"the comment came out wrong", refused("comment internal"), "comment"},
		{"the assignee was", refused(connectors.FieldAssignee), "assign"},
		{"the priority was", refused(connectors.FieldPriority), "priority"},
		{"a watcher was", refused("watcher"), "watch"},
		{
			"all were", refused("comment", connectors.FieldAssignee, connectors.FieldPriority, "watcher"),
			"comment assign priority watch",
		},
	} {
		s := Step{
			Decision: enforcer.Decision{Changes: all},
			Entry:    ledger.Entry{Entry: enforcer.Entry{ID: id}, Receipt: c.receipt},
		}
		if got := changes(leftToDo(s)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func changes(ch enforcer.Changes) string {
	var out []string
	for _, x := range []struct {
		name string
		is   bool
	}{
		{"comment", ch.Comment != nil},
		{"assign", ch.Assign != ""},
		{"duty", ch.Duty},
		{"priority", ch.Priority != ""},
		{"watch", ch.Watch != ""},
		{"action", ch.Action != ""},
	} {
		if x.is {
			out = append(out, x.name)
		}
	}
	return strings.Join(out, " ")
}

// TestWhatWeDidAlready: a step without a comment leaves no mark; what our account did since its moment is not done
// again.
func TestWhatWeDidAlready(t *testing.T) {
	support := enforcer.Person{ID: "2", Role: enforcer.Support}
	developers := enforcer.Person{ID: "3", Role: enforcer.Developers}
	all := enforcer.Changes{Actions: enforcer.Actions{
		Assign: enforcer.Support, Duty: true, Priority: enforcer.PriorityUp,
		Action: enforcer.ActionClose,
	}}
	was := enforcer.State{Status: enforcer.Working, Priority: 1}
	for _, c := range []struct {
		name string
		by   string
		at   time.Time
		edit func(*enforcer.Moment)
		step func(*Step)
		want string
	}{
		{"nothing", "we", noon, func(*enforcer.Moment) {}, nil, "assign duty priority action"},
		{"assigned", "we", noon, func(m *enforcer.Moment) { m.State.Assignee = support }, nil, "priority action"},
		{
			"assigned to another role", "we", noon, func(m *enforcer.Moment) {
				m.State.Assignee = developers
			}, nil, "assign duty priority action",
		},
		{
			"assigned by another", "they", noon, func(m *enforcer.Moment) {
				m.State.Assignee = support
			}, nil, "assign duty priority action",
		},
		{
			"assigned before", "we", noon.Add(-time.Second), func(m *enforcer.Moment) {
				m.State.Assignee = support
			}, nil, "assign duty priority action",
		},
		{"raised", "we", noon, func(m *enforcer.Moment) { m.State.Priority = 2 }, nil, "assign duty action"},
		{"lowered", "we", noon, func(m *enforcer.Moment) { m.State.Priority = 0 }, nil, "assign duty priority action"},
		{
			"raised, but not to the top", "we", noon, func(m *enforcer.Moment) {
				m.State.Priority = 2
			}, func(s *Step) { s.Changes.Priority = enforcer.PriorityTop }, "assign duty priority action",
		},
		{
			"raised to the top", "we", noon, func(m *enforcer.Moment) {
				m.State.Priority, m.State.PriorityTop = 2, true
			}, func(s *Step) { s.Changes.Priority = enforcer.PriorityTop }, "assign duty action",
		},
		{
			"closed", "we", noon, func(m *enforcer.Moment) {
				m.State.Status, m.StatusSet = enforcer.Closed, true
			}, nil, "assign duty priority",
		},
		{
			"closed, to be reopened", "we", noon, func(m *enforcer.Moment) {
				m.State.Status, m.StatusSet = enforcer.Closed, true
			},
			func(s *Step) { s.Changes.Action = enforcer.ActionReopen }, "assign duty priority action",
		},
		{
			"it has a comment", "we", noon, func(m *enforcer.Moment) {
				m.State.Assignee = support
			}, func(s *Step) { s.Changes.Comment = &enforcer.Comment{} }, "comment assign duty priority action",
		},
		{
			"it was written before", "we", noon, func(m *enforcer.Moment) {
				m.State.Assignee = support
			}, func(s *Step) { s.Entry.Receipt = &connectors.Receipt{} }, "assign duty priority action",
		},
	} {
		m := enforcer.Moment{At: c.at, By: enforcer.Person{ID: c.by}, State: was}
		c.edit(&m)
		s := Step{Decision: enforcer.Decision{Moment: noon.Add(300 * time.Millisecond), Changes: all}}
		if c.step != nil {
			c.step(&s)
		}
		r := enforcer.Request{Moments: []enforcer.Moment{{At: noon.Add(-time.Hour), State: was}, m}}
		if got := changes(dropAlreadyApplied(s, s.Changes, &r, "we")); got != c.want {
			t.Errorf("%s: left %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhetherAWriteWasDone(t *testing.T) {
	a := "7"
	two := connectors.Write{Assign: &a, Priority: &a}
	for _, c := range []struct {
		name    string
		write   connectors.Write
		refused int
		event   string
		want    bool
	}{
		{"its comment is there", connectors.Write{Comment: &connectors.Comment{}}, 0, "journal:5", true},
		{"its comment is not", connectors.Write{Comment: &connectors.Comment{}, Assign: &a}, 0, "", false},
		{"both fields", two, 0, "", true},
		{"one of two", two, 1, "", true},
		{"none of two", two, 2, "", false},
		{"a status", connectors.Write{Status: &a}, 1, "", false},
		{
			"one of field and watcher",
			connectors.Write{Fields: map[string]string{"cf:1": "x"}, Watchers: []string{"7"}},
			1, "",
			true,
		},
		{"neither", connectors.Write{Fields: map[string]string{"cf:1": "x"}, Watchers: []string{"7"}}, 2, "", false},
	} {
		r := connectors.Receipt{Event: c.event, Refused: make([]connectors.Refusal, c.refused)}
		if got := wasDone(c.write, r); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestOtherInstallations: only a mark by our own account, after our beginning, shows that another slabridge is at work.
func TestOtherInstallations(t *testing.T) {
	other := comment("journal:1", "we", true)
	other.Note.Text = "text\n" + mapping.Mark("en", "beef", []enforcer.StepKey{key("due")})
	h := connectors.History{
		Issue: connectors.Issue{
			Description: "text\n" + mapping.Mark("en", "cafe", []enforcer.StepKey{key("due")}),
			Author:      "they", CreatedAt: noon,
		},
		Events: []connectors.Event{
			comment("journal:0", "we", true, key("due")), other, comment("journal:2", "we", true),
			{ID: "journal:3"},
		},
	}
	want := []Sighting{{"cafe", "they", noon}, {"beef", "we", noon}}
	if d := gocmp.Diff(want, Sightings(h, "7c1f")); d != "" {
		t.Error(d)
	}
	for _, c := range []struct {
		author string
		begun  time.Time
		want   bool
	}{
		{"they", noon.Add(-time.Hour), false},
		{"we", noon.Add(-time.Hour), true},
		{"we", noon.Add(-lookAfter), false},
		{"we", noon.Add(-lookAfter - time.Second), true},
		{"we", noon.Add(time.Hour), false},
	} {
		if got := (Sighting{"beef", c.author, noon}).Rival("we", c.begun); got != c.want {
			t.Errorf("by %s, begun %s: %v", c.author, c.begun, got)
		}
	}
	for want, a := range map[string]ledger.Alarm{
		"another slabridge, installation beef, writes here under our account (seen on ##7; this one is installation 7c1f)": {
			Kind: ledger.OtherInstallation, Subject: "beef", IssueKey: "#7",
		},
		"no internal comment is written since journal:5 on ##7 came out public": {
			Kind: ledger.CameOutPublic, Subject: "journal:5", IssueKey: "#7",
		},
	} {
		text := AlarmText(a, "7c1f")
		if !strings.HasPrefix(text["en"], want) || !strings.Contains(text["ru"], a.Subject) ||
			!strings.Contains(text["en"], "'slabridge ledger settle") ||
			!strings.Contains(text["ru"], "'slabridge ledger settle") {
			t.Errorf("%s\n%s", text["en"], text["ru"])
		}
	}
}

func TestWhatWasInternal(t *testing.T) {
	internal := connectors.Write{Comment: &connectors.Comment{Internal: true}}
	answer := func(r *connectors.Receipt, watcher string) []ledger.Answer {
		return []ledger.Answer{{Receipt: r, Watcher: watcher}}
	}
	for name, c := range map[string]struct {
		write ledger.Write
		want  bool
	}{
		"read back": {
			ledger.Write{Request: internal, Answers: answer(&connectors.Receipt{Event: "journal:5"}, "")}, true,
		},
		"another event": {
			ledger.Write{Request: internal, Answers: answer(&connectors.Receipt{Event: "journal:6"}, "")}, false,
		},
		"no receipt": {ledger.Write{Request: internal, Answers: answer(nil, "")}, false},
		"of a watcher": {
			ledger.Write{Request: internal, Answers: answer(&connectors.Receipt{Event: "journal:5"}, "7")}, false,
		},
		"came out public": {
			ledger.Write{Request: internal, Answers: answer(&connectors.Receipt{Event: "journal:5", Public: true}, "")}, false,
		},
		"and was made internal": {
			ledger.Write{
				Request: internal,
				Answers: answer(&connectors.Receipt{Event: "journal:5", Public: true, TakenBack: connectors.MadeInternal}, ""),
			},
			true,
		},
		"and was erased": {
			ledger.Write{
				Request: internal,
				Answers: answer(&connectors.Receipt{Event: "journal:5", Public: true, TakenBack: connectors.Erased}, ""),
			}, false,
		},
		"a comment for everybody": {
			ledger.Write{
				Request: connectors.Write{Comment: &connectors.Comment{}},
				Answers: answer(&connectors.Receipt{Event: "journal:5"}, ""),
			}, false,
		},
		"a write without a comment": {ledger.Write{Answers: answer(&connectors.Receipt{Event: "journal:5"}, "")}, false},
	} {
		if got := wasInternal(c.write, "journal:5"); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestReportsOfReceipts(t *testing.T) {
	for _, c := range []struct {
		receipt connectors.Receipt
		want    string
	}{
		{connectors.Receipt{}, ""},
		{
			connectors.Receipt{Public: true, Event: "journal:5"},
			"true an internal comment is public: the customer can read journal:5",
		},
		{
			connectors.Receipt{Public: true, TakenBack: connectors.Erased},
			"true an internal comment came out public and was taken back",
		},
		{
			connectors.Receipt{Refused: []connectors.Refusal{{Field: "priority", Wanted: "5", Got: "3"}}},
			`false the tracker accepted the write and left this alone: priority: wanted "Urgent (5)", tracker has "Low (3)"`,
		},
		{
			connectors.Receipt{Refused: []connectors.Refusal{{Field: "assignee", Wanted: "5", Got: "6"}}},
			`false the tracker accepted the write and left this alone: assignee: wanted "Petr (5)", tracker has "6"`,
		},
		{
			connectors.Receipt{Refused: []connectors.Refusal{{Field: "watcher", Wanted: "5"}}},
			`false the tracker accepted the write and left this alone: watcher: wanted "Petr (5)", tracker has ""`,
		},
		{
			connectors.Receipt{Refused: []connectors.Refusal{{Field: "cf:9", Wanted: "5"}}},
			"false the tracker accepted the write and left this alone: Phone: wanted",
		},
	} {
		var r Report
		r.receipt("#7", c.receipt, connectors.Directory{
			Fields:     []connectors.Field{{ID: "cf:9", Name: "Phone"}},
			People:     []connectors.Person{{ID: "5", Name: "Petr"}},
			Priorities: []connectors.Priority{{ID: "5", Name: "Urgent"}, {ID: "3", Name: "Low"}},
		})
		got := ""
		for _, p := range r.Problems {
			got += fmt.Sprint(p.Grave, " ", p.Text)
			if p.Issue != "#7" {
				t.Errorf("about %q", p.Issue)
			}
		}
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	var r Report
	states := []enforcer.EntryState{
		enforcer.Held, enforcer.Done, enforcer.Done, enforcer.Refused, enforcer.Sent,
		enforcer.Needless,
	}
	for _, s := range states {
		r.Count(ledger.Entry{Entry: enforcer.Entry{State: s}})
	}
	if len(r.Held) != 1 || len(r.Written) != 2 || len(r.Refused) != 1 {
		t.Errorf("%d held, %d written, %d refused", len(r.Held), len(r.Written), len(r.Refused))
	}
}

func TestRights(t *testing.T) {
	caps := connectors.Capabilities{
		InternalNotes: true,
		Permissions:   map[connectors.Right][]string{connectors.WriteInternal: {"set_notes_private", "view_private_notes"}},
	}
	self := connectors.Account{Rights: []connectors.ProjectRights{
		{Project: "1", Permissions: []string{"set_notes_private", "view_private_notes"}},
		{Project: "2", Permissions: []string{"set_notes_private"}},
	}}
	for project, want := range map[string]string{"1": "", "2": "view_private_notes", "3": "set_notes_private"} {
		if got := LacksRight(caps, self, connectors.WriteInternal, project); got != want {
			t.Errorf("project %s lacks %q, want %q", project, got, want)
		}
		if why := NotInternal(caps, self, project); (why == "") != (want == "") || !strings.Contains(why, want) {
			t.Errorf("project %s: %q", project, why)
		}
	}
	if why := NotInternal(connectors.Capabilities{}, self, "1"); why != "the tracker keeps no comment from customers" {
		t.Errorf("%q", why)
	}
}
