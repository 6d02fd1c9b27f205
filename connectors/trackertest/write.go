package trackertest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slabridge/connectors"
)

var writeLaws = []law{
	{name: "an update does everything it says, in one request where the tracker can", check: updateWhole},
	{name: "an update leaves alone what it does not name", check: updateSparing},
	{name: "silent refusals are noticed by reading back", needs: silentRefusals, check: refusalsNoticed},
	{name: "a refused update saves nothing", check: refusedWhole},
	{name: "a refusal names the field that it is for, and the rest is taken without", check: refusalNamed},
	{name: "forms tell what can be set", needs: forms, check: formsTell},
	{name: "watchers are added and read back", check: watchers},
	{name: "updates of one issue at once are all done, each once", check: updatesAtOnce},
	{name: "the tracker's clock is measured", check: clockMeasured},
}

func silentRefusals(c connectors.Capabilities) string {
	if !c.SilentRefusals {
		return "what is accepted is done"
	}
	return ""
}

var marks atomic.Int64

// newMark is a line that no issue has yet, in a tracker that outlives the test as well.
func newMark(w *World) string {
	return fmt.Sprintf("[law %x-%d]", w.Now().UnixNano(), marks.Add(1))
}

func updateWhole(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "all at once", Priority: w.Priorities["low"]})
	mark, sent := newMark(w), 0
	tr := w.counted(func(_ int, r *http.Request) {
		if r.Method != http.MethodGet {
			sent++
		}
	})
	receipt, after := w.apply(t, tr, connectors.Write{
		Issue: issue, Status: ptr(w.Working), Assign: ptr(w.People[Engineer]), Priority: ptr(w.Priorities["high"]),
		Fields:  map[string]string{w.Field: "2026-01-13 09:20"},
		Comment: &connectors.Comment{Text: "Принято в работу.\n" + mark, Mark: mark},
	})
	if len(receipt.Refused) > 0 || receipt.Event == "" {
		t.Fatalf("receipt %+v", receipt)
	}
	if tr.Capabilities().AtomicUpdate && sent != 1 {
		t.Errorf("%d requests, though the tracker declares one", sent)
	}
	account := w.self(t, tr).ID
	for _, e := range after.Events {
		if e.Author != account {
			t.Errorf("event %s is by %s, want our account %s", e.ID, e.Author, account)
		}
	}
	// one save, which may fall on both sides of a second
	if apart := after.Issue.UpdatedAt.Sub(after.Events[len(after.Events)-1].At).Abs(); apart > time.Second {
		t.Errorf("the issue was changed at %v, its last event is of %v", after.Issue.UpdatedAt,
			after.Events[len(after.Events)-1].At)
	}
	receipt, _ = w.apply(t, tr, connectors.Write{Issue: issue, Assign: ptr("")})
	if len(receipt.Refused) > 0 {
		t.Errorf("removing the assignee: %+v", receipt)
	}
}

func updateSparing(t *testing.T, w *World) {
	issue := w.Create(t, Support, NewIssue{
		Project: w.Project, Subject: "left alone", Description: "Описание остаётся.", Priority: w.Priorities["low"],
		Assignee: w.People[Engineer], Fields: map[string]string{w.Field: "kept"},
	})
	tr := w.tracker()
	before := w.history(t, tr, issue)
	mark := newMark(w)
	_, after := w.apply(t, tr, connectors.Write{Issue: issue, Comment: &connectors.Comment{Text: mark, Mark: mark}})
	if before.Issue.Subject != after.Issue.Subject || before.Issue.Description != after.Issue.Description {
		t.Errorf("subject %q, description %q", after.Issue.Subject, after.Issue.Description)
	}
	for field, want := range before.Issue.Values {
		if got := after.Issue.Values[field]; !slices.Equal(got, want) {
			t.Errorf("%s went from %q to %q", field, want, got)
		}
	}
	count := len(after.Events)
	if err := tr.Update(t.Context(), connectors.Write{Issue: issue}); err != nil {
		t.Errorf("an empty update: %v", err)
	}
	if h := w.history(t, tr, issue); len(h.Events) != count || !h.Issue.UpdatedAt.Equal(after.Issue.UpdatedAt) {
		t.Error("an empty update touched the issue")
	}
}

func refusalsNoticed(t *testing.T, w *World) {
	if len(w.Refusals) == 0 {
		t.Fatal("the tracker declares silent refusals and the world names none")
	}
	for _, r := range w.Refusals {
		t.Run(r.Name, func(t *testing.T) {
			tr := r.As
			if tr == nil {
				tr = w.tracker()
			}
			receipt, _ := w.apply(t, tr, r.Write(t, w))
			named := slices.ContainsFunc(receipt.Refused, func(x connectors.Refusal) bool { return x.Field == r.Field })
			if !named || len(receipt.Refused) != 1 || receipt.Public != r.Public {
				t.Errorf("receipt %+v, want only %s refused, public %v", receipt, r.Field, r.Public)
			}
		})
	}
}

func forms(c connectors.Capabilities) string {
	if !c.Forms {
		return "no form is told of"
	}
	return ""
}

func refusalNamed(t *testing.T, w *World) {
	if w.Refuse == nil {
		t.Skip("this world cannot have a field refused")
	}
	issue := w.Create(t, Customer, NewIssue{
		Project: w.Project, Subject: "refused in part", Priority: w.Priorities["low"],
	})
	tr, mark := w.tracker(), newMark(w)
	write := connectors.Write{
		Issue: issue, Assign: ptr(w.People[Engineer]), Priority: ptr(w.Priorities["high"]),
		Comment: &connectors.Comment{Text: mark, Mark: mark},
	}
	w.Refuse(t, true)
	before := w.history(t, tr, issue)
	err := tr.Update(t.Context(), write)
	wantClass(t, "a priority that is not taken", err, connectors.Refused)
	wantRefusedField(t, err, connectors.FieldPriority)
	if after := w.history(t, tr, issue); len(after.Events) != len(before.Events) {
		t.Errorf("%d events, want %d as before", len(after.Events), len(before.Events))
	}
	receipt, _ := w.apply(t, tr, write.Without(connectors.FieldPriority))
	if len(receipt.Refused) > 0 || receipt.Event == "" {
		t.Errorf("without it: receipt %+v", receipt)
	}
	w.Refuse(t, false)
	if receipt, _ = w.apply(t, tr, connectors.Write{Issue: issue, Priority: write.Priority}); len(receipt.Refused) > 0 {
		t.Errorf("taken again: receipt %+v", receipt)
	}
}

// wantRefusedField expects a refusal that names one field.
func wantRefusedField(t *testing.T, err error, field string) {
	t.Helper()
	var e *connectors.Error
	if !errors.As(err, &e) {
		t.Errorf("%v is no refusal", err)
		return
	}
	if len(e.Fields) != 1 || e.Fields[0].Field != field || e.Fields[0].Words == "" {
		t.Errorf("%v: names %+v, want %s", err, e.Fields, field)
	}
}

func formsTell(t *testing.T, w *World) {
	issue, tr := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "on the screen"}), w.tracker()
	has := func(field string) bool {
		f, err := tr.Forms(t.Context(), issue)
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range f.Transitions {
			if tr.Status == "" {
				t.Error("a transition to no status")
			}
		}
		return slices.Contains(f.Fields, field) && len(f.Transitions) > 0
	}
	for _, field := range []string{connectors.FieldPriority, connectors.FieldAssignee, w.Field} {
		if !has(field) {
			t.Errorf("%s cannot be set, by its form", field)
		}
	}
	if w.Refuse == nil {
		t.Skip("this world cannot have a field refused")
	}
	w.Refuse(t, true)
	if has(connectors.FieldPriority) {
		t.Error("the form has a field that is not taken")
	}
}

func refusedWhole(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "refused whole"})
	tr := w.tracker()
	before := w.history(t, tr, issue)
	err := tr.Update(t.Context(), connectors.Write{
		Issue: issue, Assign: ptr(w.People[Outsider]), Comment: &connectors.Comment{Text: "with it", Mark: "with it"},
	})
	wantClass(t, "assigning to somebody without the project", err, connectors.Refused)
	wantRefusedField(t, err, connectors.FieldAssignee)
	if !strings.Contains(fmt.Sprint(err), issue) {
		t.Errorf("%v: names no issue", err)
	}
	if after := w.history(t, tr, issue); len(after.Events) != len(before.Events) {
		t.Errorf("%d events, want %d as before", len(after.Events), len(before.Events))
	}
	hidden := w.Create(t, Manager, NewIssue{Project: w.OutOfSight, Subject: "out of sight"})
	err = tr.Update(t.Context(), connectors.Write{Issue: hidden, Comment: &connectors.Comment{Text: "x", Mark: "x"}})
	wantClass(t, "writing where we see nothing", err, w.hidden())
	w.Delete(t, issue)
	err = tr.Update(t.Context(), connectors.Write{Issue: issue, Comment: &connectors.Comment{Text: "x", Mark: "x"}})
	wantClass(t, "writing to a deleted issue", err, connectors.Gone)
}

func watchers(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "watched"})
	write := connectors.Write{Issue: issue, Watchers: []string{w.People[Manager], w.People[Manager]}}
	receipt, after := w.apply(t, w.tracker(), write)
	if len(receipt.Refused) > 0 || !after.WatchersSet || !slices.Contains(after.Watchers, w.People[Manager]) {
		t.Errorf("receipt %+v, watchers %v (seen: %v)", receipt, after.Watchers, after.WatchersSet)
	}
	if seen := w.history(t, w.Customer, issue); seen.WatchersSet {
		t.Errorf("the customer may not see watchers, and is told %v", seen.Watchers)
	}
}

func updatesAtOnce(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "all at the same time"})
	tr, other := w.tracker(), w.tracker() // two connections, as two processes have: neither can wait for the other
	var mine []string
	for range 8 {
		mine = append(mine, newMark(w))
	}
	var wg sync.WaitGroup
	for i, mark := range mine {
		wg.Go(func() {
			writeOnce(t, []connectors.Tracker{tr, other}[i%2], connectors.Write{
				Issue: issue, Comment: &connectors.Comment{Text: mark, Mark: mark},
			})
		})
	}
	wg.Wait()
	count := map[string]int{}
	for _, e := range w.history(t, tr, issue).Events {
		count[e.Note.Text]++
	}
	for _, mark := range mine {
		if count[mark] != 1 {
			t.Errorf("%s is there %d times", mark, count[mark])
		}
	}
}

// writeOnce does one write as the outbox does: an answer that does not say what happened (Redmine's empty 422 while
// somebody else was saving) is looked into by the mark, and only what is not there is sent again.
func writeOnce(t *testing.T, tr connectors.Tracker, write connectors.Write) {
	for range 20 {
		err := tr.Update(t.Context(), write)
		if err == nil {
			return
		}
		if connectors.ClassOf(err) != connectors.Unknown {
			t.Error(err)
			return
		}
		h, err := tr.History(t.Context(), write.Issue)
		if err != nil {
			t.Error(err)
			return
		}
		if slices.ContainsFunc(h.Events, func(e connectors.Event) bool { return e.Note.Text == write.Comment.Mark }) {
			return
		}
	}
	t.Errorf("%s: sent 20 times, and is not there", write.Comment.Mark)
}

func clockMeasured(t *testing.T, w *World) {
	tr := w.tracker()
	if _, _, ok := tr.Offset(); ok {
		t.Error("an offset before the first answer")
	}
	mark := newMark(w)
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "what time is it"})
	w.apply(t, tr, connectors.Write{Issue: issue, Comment: &connectors.Comment{Text: mark, Mark: mark}})
	offset, at, ok := tr.Offset()
	if !ok || at.IsZero() {
		t.Fatal("no offset after a write was read back")
	}
	if d := (offset - w.Skew).Abs(); d > 3*time.Second {
		t.Errorf("offset %v, want about %v", offset, w.Skew)
	}
}
