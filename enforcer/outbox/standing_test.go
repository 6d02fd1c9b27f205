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

// differences are what the tracker's marks and the ledger tell differently of issue 7.
func (w *supportDesk) differences() string {
	w.Helper()
	list, h, there, err := w.pass().Compare(w.Context(), "7")
	if err != nil || !there || h.Issue.ID != "7" {
		w.Fatalf("%v, %v", there, err)
	}
	var out []string
	for _, d := range list {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", d.Kind, d.Step.Step, d.Event, d.State)))
		if d.Issue != "7" || d.IssueKey != "#7" || d.Repaired || d.At.IsZero() || len(d.Step.ID) != 12 {
			w.Errorf("%+v", d)
		}
	}
	return strings.Join(out, "; ")
}

// TestMarksAgainstTheLedger: a comment that the ledger does not have as written, a step that it has as written and that
// no comment tells of, and a mark of nobody's are told apart; what agrees is not told.
func TestMarksAgainstTheLedger(t *testing.T) {
	marked := func(event string, steps ...string) connectors.Event {
		var keys []enforcer.StepKey
		for _, s := range steps {
			keys = append(keys, key(s))
		}
		return wrote(event, true, mapping.Mark("", "cafe", keys))
	}
	for _, c := range []struct {
		name    string
		prepare func(w *supportDesk)
		want    string
	}{
		{"all agrees", func(*supportDesk) {}, ""},
		{"its comment was emptied", func(w *supportDesk) {
			w.history.Events[0].Note = &connectors.Note{Internal: true}
		}, "not-standing respond/due journal:1 done"},
		{"its comment is gone", func(w *supportDesk) { w.history.Events = nil }, "not-standing respond/due journal:1 done"},
		{"its event is there, without a comment", func(w *supportDesk) {
			w.history.Events[0].Note = nil
		}, "not-standing respond/due journal:1 done"},
		{"nobody knows it", func(w *supportDesk) {
			w.history.Events = append(w.history.Events, marked("journal:5", "ghost"))
		}, "unknown respond/ghost journal:5"},
		{"it is intended, and stands", func(w *supportDesk) {
			w.step("warn-50", enforcer.Internal)
			w.history.Events = append(w.history.Events, marked("journal:5", "warn-50"))
		}, "not-recorded respond/warn-50 journal:5 intended"},
		{"it stands twice, and is told once", func(w *supportDesk) {
			w.step("warn-50", enforcer.Internal)
			w.history.Events = append(w.history.Events, marked("journal:5", "warn-50"), marked("journal:6", "due", "warn-50"))
		}, "not-recorded respond/warn-50 journal:5 intended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSupportDesk(t)
			w.write(w.step("due", enforcer.Internal))
			c.prepare(w)
			if got := w.differences(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	w := newSupportDesk(t)
	w.fails["history"] = []error{failure(connectors.Gone, 0)}
	if list, _, there, err := w.pass().Compare(t.Context(), "7"); there || err != nil || list != nil {
		t.Errorf("of an issue that is gone: %v, %v, %v", list, there, err)
	}
}

// TestWhatStandsIsRepaired: steps that the ledger does not have are recorded first; then all that stands is done, with
// its reason, and can be taken back like any other. Doing it again changes nothing.
func TestWhatStandsIsRepaired(t *testing.T) {
	w := newSupportDesk(t)
	known := w.step("warn-50", enforcer.Internal).Entry
	ghost := ledger.Entry{Entry: enforcer.Decision{
		Key: key("due"), State: enforcer.Past, Moment: noon, Audience: enforcer.Internal, Reason: enforcer.Reason{Code: "x"},
	}.Entry(noon)}
	event := wrote("journal:1", true, "text\n\n"+mapping.Mark("", "cafe", []enforcer.StepKey{key("due"), key("warn-50")}))
	event.At = noon.Add(-time.Hour)
	w.history.Events = []connectors.Event{event}
	for turn, want := range []int{2, 0} {
		writer := w.pass()
		var unknown []ledger.Entry
		if turn == 0 {
			unknown = []ledger.Entry{ghost}
		}
		done, err := writer.Repair(t.Context(), w.history, unknown)
		if err != nil || len(done) != want || len(writer.report.Adopted) != want || want > 0 && !done[known.ID] {
			t.Errorf("turn %d: %v, %v; reported %d", turn, done, err, len(writer.report.Adopted))
		}
	}
	for _, step := range []string{"due", "warn-50"} {
		e := w.entryOf(key(step))
		if e.State != enforcer.Done || e.Reason.Code != "adopted" || e.Reason.Text["en"] != "it stands in the tracker" ||
			e.Receipt == nil || e.Receipt.Event != "journal:1" || e.Write == nil || e.Write.Comment == nil ||
			!e.Write.Comment.Internal || e.Write.Issue != "7" {
			t.Errorf("%s: %s because %v; wrote %+v, read %+v", step, e.State, e.Reason, e.Write, e.Receipt)
		}
	}
	if got := w.differences(); got != "" {
		t.Errorf("repaired, and still: %s", got)
	}
	w.revert(key("due"), key("warn-50"))
	if got, want := w.arrived(), "internal respond/revert-due respond/revert-warn-50"; got != want {
		t.Errorf("taken back: %s, want %s", got, want)
	}
}

// TestOrdersSayWhy: an order says that a human gave it, and one that finds nothing to take back that it found nothing.
func TestOrdersSayWhy(t *testing.T) {
	w := newSupportDesk(t)
	w.write(w.step("due", enforcer.Internal, silent, assigns(enforcer.Support)))
	w.block = enforcer.Text{"en": "another is at work"}
	w.revert(key("due"))
	order := w.entryOf(orderOf("due"))
	if r := order.Reason; r.Code != "revert" || r.Text["en"] != "a human ordered the step to be taken back" ||
		r.Text["ru"] == "" || order.Breach || !order.DecidedAt.Equal(w.now) || order.IssueKey != "#7" {
		t.Errorf("ordered because %+v: %+v", r, order.Entry)
	}
	w.block = nil
	w.somebody(connectors.FieldAssignee, "8")
	w.carry(w.contract)
	order = w.entryOf(orderOf("due"))
	if r := order.Reason; order.State != enforcer.Withdrawn || r.Code != "nothing-left" ||
		r.Text["en"] != "there is nothing left to take back" || r.Text["ru"] == "" {
		t.Errorf("%s because %+v", order.State, r)
	}
}

// TestUnmetPromisesAreReported: what an update leaves undone is told with the tracker's words where it refuses it, and
// as a promise that is not carried out where it does not.
func TestUnmetPromisesAreReported(t *testing.T) {
	w := newSupportDesk(t)
	for i := range w.names.People {
		if w.names.People[i].ID == "7" {
			w.names.People[i].Locked = true
		}
	}
	w.contract.Obligations = []enforcer.Obligation{{ID: "respond", Escalation: true, Rules: []enforcer.Rule{
		{Always: true, Steps: []enforcer.Step{{ID: "due", Trigger: enforcer.Trigger{Due: true}}}},
	}}}
	w.fails["update"] = []error{names(priority)}
	writer := w.write(w.step("due", enforcer.Internal, raises, assigns(enforcer.Management)))
	got := problems(writer)
	for _, want := range []string{
		"#7 the tracker refuses this, and the rest is written without it: ",
		"#7 what the contract promises is not carried out: ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("says %q, want %q", got, want)
		}
	}
	if strings.Contains(got, "! ") {
		t.Errorf("what stops nothing is called grave: %s", got)
	}
}
