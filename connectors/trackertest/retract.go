package trackertest

import (
	"slices"
	"strings"
	"testing"

	"slabridge/connectors"
)

var retractLaws = []law{
	{name: "a comment of ours is made internal", needs: retracts, check: madeInternal},
	{name: "a comment of ours is erased, and what was changed with it stays", needs: retracts, check: erased},
	{name: "a comment of somebody else's is not taken back", needs: retracts, check: othersKept},
}

func retracts(c connectors.Capabilities) string {
	if !c.Retract {
		return "a comment cannot be taken back"
	}
	return ""
}

// commented is an issue with a public comment of ours, and the event of it.
func (w *World) commented(t *testing.T, tr connectors.Tracker, more connectors.Write) (issue, event string) {
	t.Helper()
	more.Issue = w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "taken back"})
	mark := newMark(w)
	more.Comment = &connectors.Comment{Text: "Не для заказчика.\n" + mark, Mark: mark}
	receipt, _ := w.apply(t, tr, more)
	if receipt.Event == "" || len(receipt.Refused) > 0 {
		t.Fatalf("receipt %+v", receipt)
	}
	return more.Issue, receipt.Event
}

// reads tells whether the account behind tr can read anything of the comment.
func (w *World) reads(t *testing.T, tr connectors.Tracker, issue string) bool {
	t.Helper()
	return slices.ContainsFunc(w.history(t, tr, issue).Events, func(e connectors.Event) bool {
		return e.Note != nil && strings.Contains(e.Note.Text, "Не для заказчика")
	})
}

func madeInternal(t *testing.T, w *World) {
	tr := w.tracker()
	issue, event := w.commented(t, tr, connectors.Write{})
	if !w.reads(t, w.Customer, issue) {
		t.Fatal("the customer cannot read a public comment")
	}
	for range 2 { // twice does no harm
		if err := tr.Retract(t.Context(), issue, event, connectors.MadeInternal); err != nil {
			t.Fatalf("Retract: %v", err)
		}
		back := connectors.Receipt{Event: event, Public: true}.Back(w.history(t, tr, issue))
		if back.TakenBack != connectors.MadeInternal || back.Event != event || len(back.Refused) > 0 {
			t.Errorf("receipt %+v", back)
		}
		if w.reads(t, w.Customer, issue) {
			t.Error("the customer reads it still")
		}
	}
}

func erased(t *testing.T, w *World) {
	tr := w.tracker()
	for _, more := range []connectors.Write{{}, {Priority: ptr(w.Priorities["high"])}} {
		issue, event := w.commented(t, tr, more)
		before := changes(w.history(t, tr, issue))
		if err := tr.Retract(t.Context(), issue, event, connectors.Erased); err != nil {
			t.Fatalf("Retract: %v", err)
		}
		h := w.history(t, tr, issue)
		back := connectors.Receipt{Event: event, Public: true}.Back(h)
		if back.TakenBack != connectors.Erased || back.Event != "" || len(back.Refused) != 1 {
			t.Errorf("receipt %+v", back)
		}
		if w.reads(t, tr, issue) || w.reads(t, w.Customer, issue) {
			t.Error("it can be read still")
		}
		if more.Priority != nil && (changes(h) != before || h.Issue.Values.One(connectors.FieldPriority) != *more.Priority) {
			t.Errorf("%d events with changes of %d, priority %s", changes(h), before,
				h.Issue.Values.One(connectors.FieldPriority))
		}
	}
}

// changes counts the events that changed a field.
func changes(h connectors.History) int {
	n := 0
	for _, e := range h.Events {
		if len(e.Changes) > 0 {
			n++
		}
	}
	return n
}

func othersKept(t *testing.T, w *World) {
	tr := w.tracker()
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "not ours"})
	w.Comment(t, Support, issue, "Не для заказчика.", false)
	events := w.history(t, tr, issue).Events
	for _, how := range []connectors.Retraction{connectors.MadeInternal, connectors.Erased} {
		wantClass(t, string(how), tr.Retract(t.Context(), issue, events[len(events)-1].ID, how), connectors.Refused)
	}
	if !w.reads(t, w.Customer, issue) {
		t.Error("a comment of somebody else's is gone")
	}
	for _, event := range []string{"", "no event", "journal:999999999"} {
		wantClass(t, event, tr.Retract(t.Context(), issue, event, connectors.Erased), connectors.Gone)
	}
}
