package outbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// TestInternalWordsThatStandInPublic: a comment for staff of which the ledger knows nothing stands where the customer
// reads it. The issue is read afresh first; only what is public then is an alarm, and in every case it is adopted.
func TestInternalWordsThatStandInPublic(t *testing.T) {
	const public = "! #7 an internal comment is public: the customer can read journal:1"
	for _, c := range []struct {
		name     string
		audience enforcer.Audience // of the step
		now      func(w *supportDesk)
		fails    error
		state    string
		receipt  string // event, public, what became of it
		alarms   int
		says     string
	}{
		{
			"it is public", enforcer.Internal, func(*supportDesk) {}, nil, "done", "journal:1 true ", 1, public,
		},
		{
			"it was meant for the customer", enforcer.Public, func(*supportDesk) {}, nil, "done", "journal:1 false ", 0, "",
		},
		{
			"somebody has made it internal since", enforcer.Internal,
			func(w *supportDesk) {
				w.history.Events[0].Note = &connectors.Note{Text: w.history.Events[0].Note.Text, Internal: true}
			},
			nil, "done", "journal:1 true internal", 0,
			"! #7 an internal comment came out public and was taken back (made internal)",
		},
		{
			"somebody has deleted it since", enforcer.Internal, func(w *supportDesk) { w.history.Events = nil },
			nil, "done", " true erased", 0, "! #7 an internal comment came out public and was taken back (erased)",
		},
		{
			"somebody has emptied it since", enforcer.Internal, func(w *supportDesk) { w.history.Events[0].Note = nil },
			nil, "done", " true erased", 0, "! #7 an internal comment came out public and was taken back (erased)",
		},
		{
			"the issue is gone since", enforcer.Internal, func(*supportDesk) {}, failure(connectors.Gone, 0), "done",
			"journal:1 true ", 0, "",
		},
		{
			"the tracker does not answer", enforcer.Internal, func(*supportDesk) {}, failure(connectors.TryLater, 0),
			"intended", "", 0, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSupportDesk(t)
			w.step("due", c.audience)
			mark := mapping.Mark("", "cafe", []enforcer.StepKey{key("due")})
			w.history.Events = []connectors.Event{wrote("journal:1", false, mark)}
			h := w.history
			h.Events = append([]connectors.Event(nil), h.Events...)
			c.now(w)
			if c.fails != nil {
				w.fails["history"] = []error{c.fails}
			}
			writer := w.pass()
			adopted, err := writer.Adopt(t.Context(), h)
			if (err != nil) != (c.state == "intended") || adopted[key("due").ID()] != (c.state == "done") {
				t.Errorf("adopted %v, %v", adopted, err)
			}
			e, err := w.ledger.Get(t.Context(), key("due").ID())
			if err != nil || string(e.State) != c.state {
				t.Fatalf("it is %s, %v", e.State, err)
			}
			got := ""
			if r := e.Receipt; r != nil {
				got = fmt.Sprint(r.Event, " ", r.Public, " ", map[connectors.Retraction]string{
					connectors.MadeInternal: "internal", connectors.Erased: "erased",
				}[r.TakenBack])
			}
			if got != c.receipt {
				t.Errorf("receipt %q, want %q", got, c.receipt)
			}
			alarms, err := w.ledger.Alarms(t.Context(), "helpdesk")
			if err != nil || len(alarms) != c.alarms || (writer.Leak() != nil) != (c.alarms > 0) {
				t.Errorf("alarms %+v, %v; leak %v", alarms, err, writer.Leak())
			}
			if says := problems(writer); !strings.HasPrefix(says, c.says) || (says == "") != (c.says == "") {
				t.Errorf("says %q, want %q", says, c.says)
			}
		})
	}
}

// TestWhatStandsIsComparedWithWhatWasAsked: a comment stands whose request the ledger took for lost. What the request
// asked for beside the comment and is not so is a refusal, as if its answer had come.
func TestWhatStandsIsComparedWithWhatWasAsked(t *testing.T) {
	w := newSupportDesk(t)
	lost := failure(connectors.TryLater, 0)
	w.fails["update"], w.fails["history"] = []error{lost}, nil
	due := w.step("due", enforcer.Internal, assigns(enforcer.Support))
	if err := w.pass().Carry(t.Context(), w.job(due)); err == nil {
		t.Fatal("the tracker is away, and the pass goes on")
	}
	ws, err := w.ledger.Writes(t.Context(), "helpdesk", "7")
	if err != nil || len(ws) != 1 {
		t.Fatal(ws, err)
	}
	w.now = w.now.Add(time.Minute)
	e := wrote("journal:1", true, ws[0].Request.Comment.Text)
	e.At = w.now
	w.history.Events = []connectors.Event{e}
	writer := w.pass()
	if _, err := writer.Adopt(t.Context(), w.history); err != nil {
		t.Fatal(err)
	}
	got, err := w.ledger.Get(t.Context(), key("due").ID())
	if err != nil || got.State != enforcer.Done || got.Receipt.Event != "journal:1" || len(got.Receipt.Refused) != 1 ||
		got.Receipt.Refused[0].Field != connectors.FieldAssignee {
		t.Errorf("%s: %+v, %v", got.State, got.Receipt, err)
	}
	const left = `#7 the tracker accepted the write and left this alone: assignee: wanted "Sanjay (7)", tracker has "3"`
	if says := problems(writer); says != left {
		t.Errorf("says %q", says)
	}
}

// TestTakingBackGoesOn: a comment that came out public and could not be taken back is tried again, whatever became of
// others on the same issue.
func TestTakingBackGoesOn(t *testing.T) {
	l := newLedger(t)
	f := &fakeTracker{caps: connectors.Capabilities{Retract: true}}
	f.history.Events = []connectors.Event{wrote("journal:5", true, "x")}
	w, _ := newWriter(t, f, l)
	for _, a := range []ledger.Alarm{
		{Kind: ledger.CameOutPublic, Subject: "journal:5", Issue: "7"},
		{Kind: ledger.CameOutPublic, Subject: "journal:6", Issue: "7"},
		{Kind: ledger.CameOutPublic, Subject: "journal:5", Issue: "8"},
		{Kind: ledger.MadePublic, Subject: "journal:5", Issue: "7"},
	} {
		a.Connection, a.At = "helpdesk", noon
		if _, err := l.Raise(t.Context(), noon, a); err != nil {
			t.Fatal(err)
		}
		if a.Subject == "journal:5" && a.Issue == "7" && a.Kind == ledger.CameOutPublic {
			continue
		}
		if err := l.Mend(t.Context(), noon, a); err != nil {
			t.Fatal(err)
		}
	}
	r, err := w.alarms.cameOutPublic(t.Context(), connectors.Issue{ID: "7", Key: "#7"},
		connectors.Receipt{Event: "journal:5", Public: true})
	if err != nil || r.TakenBack != connectors.MadeInternal || len(f.done) != 2 {
		t.Errorf("%+v, %v after %q", r, err, f.done)
	}
}

// TestWhatAlarmsSay: each kind says on which issue, what it stops, and how a human settles it.
func TestWhatAlarmsSay(t *testing.T) {
	for kind, want := range map[ledger.AlarmKind]string{
		ledger.WrittenTwice: "slabridge ledger settle journal:5", ledger.CopiedState: "slabridge ledger settle 7c1f",
		ledger.CameOutPublic: "slabridge ledger settle journal:5", ledger.OtherInstallation: "'slabridge ledger settle'",
	} {
		text := AlarmText(ledger.Alarm{Kind: kind, Subject: "journal:5", IssueKey: "A-1"}, "7c1f")
		for _, lang := range []string{"en", "ru"} {
			if !strings.Contains(text[lang], want) || !strings.Contains(text[lang], "A-1") {
				t.Errorf("%s in %s: %q", kind, lang, text[lang])
			}
		}
	}
}

// TestUnknownPeopleWhoAreLocked: somebody whom the tracker does not list may be locked too; then nobody is told of a
// change of names, and they are not assigned.
func TestUnknownPeopleWhoAreLocked(t *testing.T) {
	f := &fakeTracker{locked: "99"}
	w, told := newWriter(t, f, newLedger(t))
	w.desk.names.People = []connectors.Person{{ID: "90", Group: true}}
	if active, err := w.desk.active(t.Context(), "99"); active || err != nil || !w.desk.locked["99"] ||
		told["directory"] != 0 {
		t.Errorf("active %t, %v, locked %v, told %v", active, err, w.desk.locked, told)
	}
	if active, err := w.desk.active(t.Context(), "90"); !active || err != nil || len(f.asked) != 1 {
		t.Errorf("the group: active %t, %v, asked after %v", active, err, f.asked)
	}
}
