package outbox

import (
	"context"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// TestBeforeARequestWasCutShort: what a request of these steps had set when it was cut short, and what still stands, is
// taken for not done, so that the steps ask for the same again. What people made of it since, and what another request
// did, stays.
func TestBeforeARequestWasCutShort(t *testing.T) {
	mark := mapping.Mark("en", "7c1f", []enforcer.StepKey{key("due")})
	change := func(field, from, to string) connectors.Change {
		return connectors.Change{Field: field, From: []string{from}, To: []string{to}}
	}
	seven, four := "7", "4"
	type world struct {
		h       connectors.History
		write   ledger.Write
		receipt *connectors.Receipt
	}
	theirs := func(w *world, changes ...connectors.Change) {
		w.h.Events = append(w.h.Events, connectors.Event{
			ID: "journal:6", At: noon.Add(time.Minute), Author: "they", Changes: changes,
		})
		for _, c := range changes {
			w.h.Issue.Values[c.Field] = c.To
		}
	}
	for _, c := range []struct {
		name   string
		change func(*world)
		want   string // assignee and priority
	}{
		{"cut short", func(*world) {}, "3 2"},
		{"of other steps", func(w *world) { w.write.Entries = []string{"other"} }, "7 4"},
		{"read back since", func(w *world) { w.receipt = &connectors.Receipt{} }, "7 4"},
		{"done to the end", func(w *world) { w.h.Events[1].Note = &connectors.Note{Text: "text\n" + mark} }, "7 4"},
		{"without words", func(w *world) { w.write.Request.Comment = nil }, "7 4"},
		{"it set the priority alone", func(w *world) { w.write.Request.Assign = nil }, "7 2"},
		{"it asked for somebody else", func(w *world) { eight := "8"; w.write.Request.Assign = &eight }, "7 2"},
		{"set by somebody else", func(w *world) { w.h.Events[1].Author = "they" }, "7 4"},
		{"set before it left", func(w *world) { w.write.Request.BaseEvent = "journal:5" }, "7 4"},
		{"somebody gave it on", func(w *world) { theirs(w, change(connectors.FieldAssignee, "7", "9")) }, "9 2"},
		{"somebody gave it on and back", func(w *world) {
			theirs(w, change(connectors.FieldAssignee, "7", "9"))
			theirs(w, change(connectors.FieldAssignee, "9", "7"))
		}, "7 2"},
	} {
		w := world{
			h: connectors.History{
				Issue: connectors.Issue{ID: "7", Values: connectors.Values{
					connectors.FieldAssignee: {"7"}, connectors.FieldPriority: {"4"},
				}},
				Events: []connectors.Event{
					{ID: "journal:1", At: noon.Add(-time.Hour), Author: "they"},
					{ID: "journal:5", At: noon, Author: "we", Changes: []connectors.Change{
						change(connectors.FieldAssignee, "3", "7"), change(connectors.FieldPriority, "2", "4"),
					}},
				},
			},
			write: ledger.Write{Entries: []string{"step"}, BeganAt: noon, Request: connectors.Write{
				Issue: "7", BaseEvent: "journal:1", Assign: &seven, Priority: &four,
				Comment: &connectors.Comment{Text: "text\n" + mark, Mark: mark},
			}},
		}
		c.change(&w)
		step := ledger.Entry{Entry: enforcer.Entry{ID: "step"}, Receipt: w.receipt}
		was := w.h.Issue.Values.One(connectors.FieldAssignee)
		got := beforeCutShort(w.h, "we", []ledger.Write{w.write}, map[enforcer.StepKey]ledger.Entry{key("due"): step})
		values := got.Issue.Values
		s := values.One(connectors.FieldAssignee) + " " + values.One(connectors.FieldPriority)
		if s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
		if w.h.Issue.Values.One(connectors.FieldAssignee) != was {
			t.Errorf("%s: the history at hand was changed", c.name)
		}
	}
}

// TestAnotherCopyAtWork: a comment with our own mark of a step for which this ledger has sent nothing is of a copy of
// it, and stops everything; but not one of a time when this process did not run, or had only begun.
func TestAnotherCopyAtWork(t *testing.T) {
	for _, c := range []struct {
		name   string
		steps  []string // of the mark
		after  time.Duration
		change func(h *connectors.History, install string)
		copied bool
	}{
		{"nobody knows of it", []string{"warn"}, lookAfter + time.Second, nil, true},
		{"recorded, and not sent", []string{"held"}, lookAfter + time.Second, nil, true},
		{"sent", []string{"due"}, lookAfter + time.Second, nil, false},
		{"one of two was sent", []string{"warn", "due"}, lookAfter + time.Second, nil, false},
		{"when this process began", []string{"warn"}, lookAfter, nil, false},
		{"long before", []string{"warn"}, -time.Hour, nil, false},
		{"by somebody else", []string{"warn"}, lookAfter + time.Second, func(h *connectors.History, _ string) {
			h.Events[0].Author = "they"
		}, false},
		{"in the issue itself", []string{"warn"}, lookAfter + time.Second, func(h *connectors.History, _ string) {
			h.Issue.Description, h.Issue.Author, h.Issue.CreatedAt = h.Events[0].Note.Text, "we", h.Events[0].At
			h.Events = nil
		}, false},
		{"of another installation", []string{"warn"}, lookAfter + time.Second, func(h *connectors.History, install string) {
			h.Events[0].Note.Text = strings.ReplaceAll(h.Events[0].Note.Text, install, "beef")
		}, false},
	} {
		l := newLedger(t)
		sent := entry(t, l, "due")
		entry(t, l, "held", func(e *ledger.Entry) { e.State = enforcer.Held })
		if _, err := l.Begin(t.Context(), noon,
			connectors.Write{Issue: "7", Comment: &connectors.Comment{Mark: sent.ID}}, sent); err != nil {
			t.Fatal(err)
		}
		var keys []enforcer.StepKey
		for _, s := range c.steps {
			keys = append(keys, key(s))
		}
		e := wrote("journal:5", true, "text\n"+mapping.Mark("en", l.Installation(), keys))
		e.At = noon.Add(c.after)
		h := connectors.History{Issue: connectors.Issue{ID: "7", Key: "#7"}, Events: []connectors.Event{e}}
		if c.change != nil {
			c.change(&h, l.Installation())
		}
		w, _ := newWriter(t, &fakeTracker{}, l)
		w.alarms.started = noon
		for range 2 {
			if err := w.LookAt(t.Context(), h); err != nil {
				t.Fatal(err)
			}
		}
		alarms, err := l.Alarms(t.Context(), "helpdesk")
		if err != nil {
			t.Fatal(err)
		}
		copied := 0
		for _, a := range alarms {
			if a.Kind != ledger.CopiedState {
				continue
			}
			copied++
			if a.Subject != l.Installation() || a.Issue != "7" || a.IssueKey != "#7" || !a.At.Equal(e.At) {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		if c.copied != (copied == 1) || c.copied && w.Block() == nil {
			t.Errorf("%s: %d alarms, stopped by %v", c.name, copied, w.Block())
		}
	}
}

// leavingSink tells what the ledger has of a request when it leaves.
type leavingSink struct {
	fakeSink
	leaves func(ctx context.Context)
}

func (s *leavingSink) Send(ctx context.Context, w ledger.Write) error {
	s.leaves(ctx)
	return s.fakeSink.Send(ctx, w)
}

// TestTheRestLeavesWithANote: before the rest of a request leaves, the ledger says that it is on its way and when it is
// to be looked for, and what has begun is seen through though the pass is stopped. A rest that comes too late is not
// sent: its steps are decided anew.
func TestTheRestLeavesWithANote(t *testing.T) {
	l := newLedger(t)
	e := entry(t, l, "due")
	if _, err := l.Begin(t.Context(), noon,
		connectors.Write{Issue: "7", Comment: &connectors.Comment{Mark: e.ID}}, e); err != nil {
		t.Fatal(err)
	}
	now := noon.Add(resendAfter)
	answers := func() []ledger.Answer {
		writes, err := l.Writes(t.Context(), "helpdesk", "7")
		if err != nil || len(writes) != 1 {
			t.Fatalf("%+v, %v", writes, err)
		}
		return writes[0].Answers
	}
	ctx, stop := context.WithCancel(t.Context())
	rest := &leavingSink{fakeSink: fakeSink{receipt: &connectors.Receipt{Event: "journal:5"}}}
	rest.leaves = func(ctx context.Context) {
		if ctx.Err() != nil {
			t.Error("it is stopped on its way")
		}
		is, err := l.Get(t.Context(), e.ID)
		if err != nil || is.State != enforcer.Sent || !is.NotBefore.Equal(now.Add(lookAfter)) {
			t.Errorf("when it leaves: %s until %s, %v", is.State, is.NotBefore, err)
		}
		if a := answers(); len(a) != 1 || a[0].Class != connectors.Unknown || a[0].Error != errRest.Error() {
			t.Errorf("when it leaves: %+v", a)
		}
	}
	found := Found{Rest: func(context.Context) (Sink, error) { stop(); return rest, nil }}
	if err := newOutbox(l, now).recover(ctx, func(ledger.Write) Sink { return &fakeSink{found: found} }); err != nil {
		t.Fatal(err)
	}
	if is, err := l.Get(t.Context(), e.ID); err != nil || is.State != enforcer.Done || len(answers()) != 2 {
		t.Errorf("at the end: %s, %+v, %v", is.State, answers(), err)
	}
	if got := strings.Join(rest.asked, " "); got != "send verify" {
		t.Errorf("asked: %s", got)
	}
}

func TestARestThatComesTooLate(t *testing.T) {
	l := newLedger(t)
	e := entry(t, l, "due")
	if _, err := l.Begin(t.Context(), noon,
		connectors.Write{Issue: "7", Comment: &connectors.Comment{Mark: e.ID}}, e); err != nil {
		t.Fatal(err)
	}
	found := Found{Rest: func(context.Context) (Sink, error) { return nil, errTooLate }}
	o := newOutbox(l, noon.Add(resendAfter))
	if err := o.recover(t.Context(), func(ledger.Write) Sink { return &fakeSink{found: found} }); err != nil {
		t.Fatal(err)
	}
	is, err := l.Get(t.Context(), e.ID)
	if err != nil || is.State != enforcer.Intended {
		t.Errorf("%s, %v", is.State, err)
	}
	writes, err := l.Writes(t.Context(), "helpdesk", "7")
	if err != nil || len(writes) != 1 || writes[0].EndedAt.IsZero() || len(writes[0].Answers) != 1 ||
		writes[0].Answers[0].Class != connectors.TryLater || writes[0].Answers[0].Error != errTooLate.Error() {
		t.Errorf("%+v, %v", writes, err)
	}
}

// TestWhatAReceiptShowsIsTold: what reading back shows to be wrong is reported by the issue's key; what came out public
// is looked after first, and where the ledger fails on that nothing is taken for read back.
func TestWhatAReceiptShowsIsTold(t *testing.T) {
	issue := connectors.Issue{ID: "7", Key: "#7"}
	left := connectors.Receipt{
		Event: "journal:5", Refused: []connectors.Refusal{{Field: "priority", Wanted: "5", Got: "3"}},
	}
	public := connectors.Receipt{Event: "journal:5", Public: true}
	for _, c := range []struct {
		name    string
		receipt connectors.Receipt
		tells   string
	}{
		{"all is well", connectors.Receipt{Event: "journal:5"}, ""},
		{"something was left alone", left, "left this alone: priority"},
		{"it is public", public, "an internal comment is public"},
	} {
		w, _ := newWriter(t, &fakeTracker{}, newLedger(t))
		got, err := w.told(t.Context(), issue, c.receipt)
		if err != nil || got == nil || got.Event != "journal:5" || got.Public != c.receipt.Public ||
			len(got.Refused) != len(c.receipt.Refused) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
		problems := w.report.Problems
		if c.tells == "" && len(problems) > 0 || c.tells != "" && (len(problems) != 1 || problems[0].Issue != "#7" ||
			!strings.Contains(problems[0].Text.String(), c.tells)) {
			t.Errorf("%s: told %v", c.name, problems)
		}
	}
	w, _ := newWriter(t, &fakeTracker{}, newLedger(t))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if got, err := w.told(ctx, issue, public); err == nil || got != nil || len(w.report.Problems) > 0 {
		t.Errorf("the ledger fails: %+v, %v, told %v", got, err, w.report.Problems)
	}
}
