package outbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// TestTheRestOfARequestWaits: of a request the assignee is set and the comment is missing. The rest is sent unless it
// would be read by the customer, something stops all writes, or it warns of a deadline that has passed.
func TestTheRestOfARequestWaits(t *testing.T) {
	mark := mapping.Mark("en", "7c1f", []enforcer.StepKey{key("due")})
	seven := "7"
	request := connectors.Write{
		Issue: "7", BaseEvent: "journal:1", Assign: &seven,
		Comment: &connectors.Comment{Text: mark, Mark: mark, Internal: true},
	}
	set := connectors.Event{ID: "journal:2", At: noon, Author: "we", Changes: []connectors.Change{
		{Field: connectors.FieldAssignee, From: []string{"3"}, To: []string{"7"}},
	}}
	broken := errors.New("the ledger is away")
	for _, c := range []struct {
		name    string
		prepare func(w *Writer, f *fakeTracker)
		late    bool
		fails   error // of whether it is too late
		sends   bool
		want    error
		says    string
	}{
		{"nothing keeps it", func(*Writer, *fakeTracker) {}, false, nil, true, nil, ""},
		{
			"something stops all writes", func(w *Writer, _ *fakeTracker) { w.alarms.block = enforcer.Text{"en": "x"} },
			false, nil, false, nil, "",
		},
		{
			"an internal comment came out public", func(w *Writer, _ *fakeTracker) { w.alarms.leak = enforcer.Text{"en": "x"} },
			false, nil, false, nil, "",
		},
		{
			"our account lacks the right",
			func(w *Writer, f *fakeTracker) {
				f.caps.Permissions = map[connectors.Right][]string{connectors.WriteInternal: {"private"}}
			},
			false, nil, false, nil, "! #7 the rest of a write is held: our account lacks the right",
		},
		{
			"our rights cannot be read",
			func(_ *Writer, f *fakeTracker) { f.fails["self"] = []error{failure(connectors.TryLater, 0)} },
			false, nil, false, failure(connectors.TryLater, 0), "",
		},
		{"its deadline has passed", func(*Writer, *fakeTracker) {}, true, nil, false, errTooLate, ""},
		{"that cannot be told", func(*Writer, *fakeTracker) {}, false, broken, false, broken, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLedger(t)
			f := &fakeTracker{
				caps: connectors.Capabilities{InternalNotes: true}, fails: map[string][]error{},
				history: connectors.History{
					Issue:  connectors.Issue{ID: "7", Key: "#7", Values: connectors.Values{connectors.FieldAssignee: {"7"}}},
					Events: []connectors.Event{{ID: "journal:1", At: noon.Add(-time.Hour), Author: "they"}, set},
				},
			}
			w, _ := newWriter(t, f, l)
			c.prepare(w, f)
			e := entry(t, l, "due")
			s := &issueSink{writer: w, tooLate: func(_ context.Context, asked ledger.Entry) (bool, error) {
				if asked.ID != e.ID {
					t.Errorf("asked about %s", asked.ID)
				}
				return c.late, c.fails
			}}
			found, err := s.Find(t.Context(), ledger.Write{Issue: "7", Request: request, Entries: []string{e.ID}, BeganAt: noon})
			if err != nil || found.Rest == nil || found.Receipt != nil {
				t.Fatalf("found %+v, %v", found, err)
			}
			sink, err := found.Rest(t.Context())
			if (sink != nil) != c.sends || (err == nil) != (c.want == nil) || c.want != nil && err.Error() != c.want.Error() {
				t.Errorf("sends %t, %v; want %t, %v", sink != nil, err, c.sends, c.want)
			}
			if says := problems(w); !strings.HasPrefix(says, c.says) || (says == "") != (c.says == "") {
				t.Errorf("says %q, want %q", says, c.says)
			}
			if !c.sends {
				return
			}
			if err := sink.Send(t.Context(), ledger.Write{Issue: "7", Request: request}); err != nil ||
				!slices.Contains(f.done, "update comment") {
				t.Errorf("sent %q, %v", f.done, err)
			}
		})
	}
}

// TestWhoseFaultARefusedIssueIs: somebody else is tried for a new issue only where the refusal may be for the assignee.
func TestWhoseFaultARefusedIssueIs(t *testing.T) {
	subject := connectors.RefusedField{Field: "subject", Words: "too long"}
	for _, c := range []struct {
		name string
		who  string
		err  error
		out  bool
	}{
		{"the assignee is named", "7", names(person), true},
		{"nothing is named", "7", failure(connectors.Refused, 0), true},
		{"another field is named", "7", names(subject), false},
		{"both are named", "7", names(subject, person), true},
		{"nobody was to be assigned", "", failure(connectors.Refused, 0), false},
		{"it is no refusal", "7", failure(connectors.TryLater, 0), false},
		{"all is well", "7", nil, false},
	} {
		w, _ := newWriter(t, &fakeTracker{}, newLedger(t))
		err := w.desk.ruleOutAssignee(c.who, c.err)
		if errors.As(err, new(replan)) != c.out || w.desk.unassignable[c.who] != c.out || (err == nil) != (c.err == nil) {
			t.Errorf("%s: %v, ruled out %v", c.name, err, w.desk.unassignable)
		}
	}
}

// TestWatchersAreAddedOnce: who was made a watcher of the issue in this pass is not asked for again; another issue's
// is.
func TestWatchersAreAddedOnce(t *testing.T) {
	l := newLedger(t)
	f := &fakeTracker{}
	w, _ := newWriter(t, f, l)
	w.desk.added["7"], w.desk.added["8"] = []string{"8"}, []string{"9"}
	request := connectors.Write{Issue: "7", Watchers: []string{"8", "9"}}
	write, err := l.Begin(t.Context(), noon, request, entry(t, l, "due"))
	if err != nil {
		t.Fatal(err)
	}
	if err := (&issueSink{writer: w}).Send(t.Context(), write); err != nil || strings.Join(f.done, ", ") != "watch 9" {
		t.Errorf("%q, %v", f.done, err)
	}
}

// TestAPartThatIsKeptBack: a tracker that shows less of an issue than it counts proves nothing by what it leaves out.
func TestAPartThatIsKeptBack(t *testing.T) {
	h := connectors.History{Issue: connectors.Issue{Key: "#7"}, Missing: []string{"3 of 5 comments", "1 file"}}
	err := keptBack(h)
	const want = "look for our comment in issue #7: try later: the tracker keeps back a part of the issue " +
		"(3 of 5 comments; 1 file)"
	if connectors.ClassOf(err) != connectors.TryLater || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if h.Missing = nil; keptBack(h) != nil {
		t.Error("nothing is missing")
	}
}

// TestNoFailureOfTheLedgerStopsAMessageUnseen: whatever of the ledger fails, the round ends with the error.
func TestNoFailureOfTheLedgerStopsAMessageUnseen(t *testing.T) {
	play := func(fail int) (int, error) {
		w, p := newSupportDesk(t), newPostbox(t)
		s := w.counted()
		p.Ledger = w.ledger
		p.post("one", "two", "three")
		e := p.entries()[0]
		if _, err := p.Ledger.Begin(t.Context(), p.now, *e.Write, e); err != nil { // a crash
			t.Fatal(err)
		}
		p.now = p.now.Add(time.Hour)
		p.fails = []error{nil, failure(connectors.Refused, 0)}
		s.n, s.fail = 0, fail
		_, err := p.Deliver(t.Context())
		return s.n, err
	}
	all, err := play(0)
	if err != nil || all < 20 {
		t.Fatalf("undisturbed: %d statements, %v", all, err)
	}
	for n := 1; n <= all; n++ {
		if _, err := play(n); !errors.Is(err, errDisk) {
			t.Errorf("statement %d of %d failed, and the round ended with %v", n, all, err)
		}
	}
}
