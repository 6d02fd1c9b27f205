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

// entryOf is the step as the ledger has it.
func (w *supportDesk) entryOf(k enforcer.StepKey) ledger.Entry {
	w.Helper()
	e, err := w.ledger.Get(w.Context(), k.ID())
	if err != nil {
		w.Fatal(err)
	}
	return e
}

// undos are what can be taken back of steps, as 'ledger revert --dry-run' asks.
func (w *supportDesk) undos(keys ...enforcer.StepKey) []Undo {
	w.Helper()
	var steps []ledger.Entry
	for _, k := range keys {
		steps = append(steps, w.entryOf(k))
	}
	out, err := w.pass().Undos(w.Context(), steps)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// revert takes steps back, ten minutes later.
func (w *supportDesk) revert(keys ...enforcer.StepKey) *Writer {
	w.Helper()
	w.now = w.now.Add(10 * time.Minute)
	undos, writer := w.undos(keys...), w.pass()
	if err := writer.Revert(w.Context(), undos, []Contract{w.contract}); err != nil {
		w.Fatal(err)
	}
	return writer
}

// carry is a later pass, which carries out the orders that wait.
func (w *supportDesk) carry(contracts ...Contract) *Writer {
	w.Helper()
	w.now = w.now.Add(10 * time.Minute)
	writer := w.pass()
	if err := writer.CheckAlarms(w.Context()); err != nil {
		w.Fatal(err)
	}
	if err := writer.CarryOrders(w.Context(), contracts); err != nil {
		w.Fatal(err)
	}
	return writer
}

func orderOf(step string) enforcer.StepKey { return enforcer.RevertKey(key(step)) }

// TestStepsAreTakenBack: what arrives when steps that were written are taken back, and where the orders then stand.
func TestStepsAreTakenBack(t *testing.T) {
	due := func(w *supportDesk) []Step {
		return []Step{w.step("due", enforcer.Internal, assigns(enforcer.Support), raises)}
	}
	for _, c := range []struct {
		name    string
		steps   func(w *supportDesk) []Step
		since   func(w *supportDesk)
		back    []string
		arrived string
		orders  string
		says    string
	}{
		{
			name: "assignee and priority go back, and the comment is followed by another", steps: due, back: []string{"due"},
			arrived: "internal respond/revert-due assign=3 priority=3", orders: "done",
		},
		{
			name: "the customer reads the correction of what the customer read, first",
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("start", enforcer.Public), w.step("due", enforcer.Internal, assigns(enforcer.Support))}
			},
			back:    []string{"due", "start"},
			arrived: "public respond/revert-start; internal respond/revert-due assign=3", orders: "done, done",
		},
		{
			name: "two steps of one comment are corrected by one",
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("due", enforcer.Internal, raises), w.step("warn-50", enforcer.Internal)}
			},
			back:    []string{"due", "warn-50"},
			arrived: "internal respond/revert-due respond/revert-warn-50 priority=3", orders: "done, done",
		},
		{
			name: "a step without a comment is taken back without one",
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("due", enforcer.Internal, silent, assigns(enforcer.Support))}
			},
			back: []string{"due"}, arrived: "assign=3", orders: "done",
		},
		{
			name: "what people changed since stays, and the comment is corrected all the same", steps: due,
			since: func(w *supportDesk) { w.somebody(connectors.FieldAssignee, "8") },
			back:  []string{"due"}, arrived: "internal respond/revert-due priority=3", orders: "done",
		},
		{
			name: "nothing is left to take back",
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("due", enforcer.Internal, silent, assigns(enforcer.Support))}
			},
			since: func(w *supportDesk) { w.somebody(connectors.FieldAssignee, "8") },
			back:  []string{"due"}, orders: "withdrawn nothing-left",
		},
		{
			name: "the former assignee is refused: the rest is taken back without", steps: due,
			since: func(w *supportDesk) { w.fails["update"] = []error{names(person)} },
			back:  []string{"due"}, arrived: "internal respond/revert-due priority=3", orders: "done",
			says: "#7 ",
		},
		{
			name: "the priority is refused: the rest is taken back without", steps: due,
			since: func(w *supportDesk) { w.fails["update"] = []error{names(priority)} },
			back:  []string{"due"}, arrived: "internal respond/revert-due assign=3", orders: "done",
			says: "#7 ",
		},
		{
			name: "without the right to write internally the order is held", steps: due,
			since: func(w *supportDesk) {
				w.caps.Permissions = map[connectors.Right][]string{connectors.WriteInternal: {"private"}}
			},
			back: []string{"due"}, orders: "held rights", says: "! #7 held: ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSupportDesk(t)
			w.write(c.steps(w)...)
			w.arrived()
			w.now = w.now.Add(time.Minute)
			if c.since != nil {
				c.since(w)
			}
			var keys []enforcer.StepKey
			for _, id := range c.back {
				keys = append(keys, key(id))
			}
			stored := w.told["stored"]
			writer := w.revert(keys...)
			var orders []string
			for _, k := range keys {
				orders = append(orders, w.state(enforcer.RevertKey(k)))
				if got := w.state(k); got != "done" {
					t.Errorf("the step itself is %s: what was done stays on record", got)
				}
			}
			if got := w.arrived(); got != c.arrived {
				t.Errorf("arrived %q, want %q", got, c.arrived)
			}
			if got := strings.Join(orders, ", "); got != c.orders {
				t.Errorf("orders %q, want %q", got, c.orders)
			}
			if got := problems(writer); !strings.HasPrefix(got, c.says) || (got == "") != (c.says == "") {
				t.Errorf("says %q, want %q", got, c.says)
			}
			if w.told["stored"] == stored {
				t.Error("the mirror was not told of the issue as it was just read")
			}
			// the next pass finds nothing more to do
			w.carry(w.contract)
			if got := w.arrived(); got != "" {
				t.Errorf("the next pass sends %q", got)
			}
		})
	}
}

// TestACorrectionSaysWhatGoesBack: who reads the follow-up learns which comment was an error, and, internally, whom the
// issue goes back to.
func TestACorrectionSaysWhatGoesBack(t *testing.T) {
	w := newSupportDesk(t)
	w.history.Issue.Values[connectors.FieldAssignee] = []string{"7"}
	w.write(w.step("start", enforcer.Public), w.step("due", enforcer.Internal, assigns(enforcer.Developers), raises))
	w.revert(key("start"), key("due"))
	events := w.history.Events
	public, internal := events[len(events)-2].Note.Text, events[len(events)-1].Note.Text
	for _, word := range []string{"12:00", "Sanjay", "Normal"} {
		if !strings.Contains(internal, word) {
			t.Errorf("the internal one does not say %q:\n%s", word, internal)
		}
	}
	if !strings.Contains(public, "12:00") || strings.Contains(public, "Sanjay") || strings.Contains(public, "Normal") {
		t.Errorf("the public one says too little or too much:\n%s", public)
	}
}

// TestWhatIsNotTakenBack: each step says why nothing, or not all, of it can be taken back.
func TestWhatIsNotTakenBack(t *testing.T) {
	w := newSupportDesk(t)
	written := w.step("due", enforcer.Internal, raises)
	w.write(written)
	w.step("warn-50", enforcer.Internal) // recorded, not written yet
	say := func(undos []Undo) string {
		var out []string
		for _, u := range undos {
			out = append(out, tellUndo(u)+" on "+u.Issue)
		}
		return strings.ReplaceAll(strings.Join(out, "; "), written.Entry.ID, "due")
	}
	w.arrived()
	whole := "due: priority 4 to 3, correct journal:1 internally on 7"
	if got := say(w.undos(key("due"), key("warn-50"))); got != whole {
		t.Errorf("one that was written and one that was not: %s", got)
	}
	if got := w.arrived(); got != "" || w.state(orderOf("due")) != "unknown" {
		t.Errorf("asking alone sent %q, and the order is %s", got, w.state(orderOf("due")))
	}
	for _, class := range []connectors.Class{connectors.Gone, connectors.Hidden} {
		w.fails["history"] = []error{failure(class, 0)}
		if got := say(w.undos(key("due"))); got != "due: the issue is deleted or out of sight on 7" {
			t.Errorf("class %v: %s", class, got)
		}
	}
	w.fails["history"] = []error{failure(connectors.TryLater, 0)}
	if _, err := w.pass().Undos(t.Context(), []ledger.Entry{w.entryOf(key("due"))}); err == nil {
		t.Error("what cannot be read is taken for nothing to take back")
	}
	w.revert(key("due"))
	if got := say(w.undos(key("due"))); got != "due: it was taken back before on 7" {
		t.Errorf("asked again: %s", got)
	}
	if got := w.undos(orderOf("due")); len(got) > 0 {
		t.Errorf("an order is taken back itself: %v", got)
	}
}

// TestUpkeepIsNotTakenBack: the fields that are kept up to date would be set again by the next pass.
func TestUpkeepIsNotTakenBack(t *testing.T) {
	w := newSupportDesk(t)
	k := key("fields")
	k.Obligation = enforcer.Upkeep
	kept := w.step("fields", enforcer.Internal, silent, func(d *enforcer.Decision) { d.Key = k })
	job := w.job(kept)
	decide := job.Recheck
	job.Recheck = func(ctx context.Context, h connectors.History) (Todo, error) {
		todo, err := decide(ctx, h)
		todo.Fields = map[string]string{"cf:4": "2026-03-16"}
		return todo, err
	}
	if err := w.pass().Carry(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	w.arrived()
	w.revert(k)
	if got := w.arrived(); got != "" || w.state(enforcer.RevertKey(k)) != "withdrawn nothing-left" {
		t.Errorf("arrived %q, the order is %s", got, w.state(enforcer.RevertKey(k)))
	}
	if got := w.undos(k)[0].Stays[0]["en"]; got != "the fields are kept up to date by themselves" {
		t.Errorf("says %q", got)
	}
}

// TestOneOfTwoIsTakenBackLater: steps that share a comment and an assignee can be taken back one after the other; the
// comment is corrected once both are.
func TestOneOfTwoIsTakenBackLater(t *testing.T) {
	w := newSupportDesk(t)
	both := assigns(enforcer.Support)
	w.write(w.step("due", enforcer.Internal, both), w.step("warn-50", enforcer.Internal, both))
	w.arrived()
	w.revert(key("due"))
	if got := w.arrived(); got != "" || w.state(orderOf("due")) != "withdrawn nothing-left" {
		t.Errorf("the first alone: arrived %q, the order is %s", got, w.state(orderOf("due")))
	}
	w.revert(key("warn-50"))
	if got := w.arrived(); got != "" {
		t.Errorf("the second alone, the first stays: arrived %q", got)
	}
	// an order that came to nothing is given again
	w.revert(key("due"), key("warn-50"))
	if got := w.arrived(); got != "internal respond/revert-due respond/revert-warn-50 assign=3" {
		t.Errorf("both: arrived %q", got)
	}
	if got := w.state(orderOf("due")) + ", " + w.state(orderOf("warn-50")); got != "done, done" {
		t.Errorf("both: the orders are %s", got)
	}
}

// TestOrdersWait: an order that cannot be carried out now is by the next pass that can, and by no other.
func TestOrdersWait(t *testing.T) {
	leak := func(w *supportDesk) {
		if _, err := w.ledger.Raise(w.Context(), w.now, ledger.Alarm{
			Connection: "helpdesk", Kind: ledger.CameOutPublic, Subject: "journal:9", Issue: "6", IssueKey: "#6", At: w.now,
		}); err != nil {
			w.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		stop  func(w *supportDesk)
		waits string
		over  func(w *supportDesk) // nil where the next pass finds it over
	}{
		{
			"another installation is at work",
			func(w *supportDesk) { w.block = enforcer.Text{"en": "another is at work"} }, "intended",
			func(w *supportDesk) { w.block = nil },
		},
		{
			"the tracker is away",
			func(w *supportDesk) { w.fails["history"] = []error{failure(connectors.TryLater, 0)} }, "intended",
			nil,
		},
		{
			"our account lost its right",
			func(w *supportDesk) {
				w.caps.Permissions = map[connectors.Right][]string{connectors.WriteInternal: {"private"}}
			}, "held rights",
			func(w *supportDesk) {
				w.self.Rights = []connectors.ProjectRights{{Project: "2", Permissions: []string{"private"}}}
				w.names.Self = w.self
			},
		},
		{
			"a comment of ours came out public", leak, "held leak",
			func(w *supportDesk) {
				alarms, err := w.ledger.Alarms(w.Context(), "helpdesk")
				if err != nil || len(alarms) != 1 {
					w.Fatal(alarms, err)
				}
				if _, err := w.ledger.Settle(w.Context(), w.now, "helpdesk", alarms[0].Subject, "olga"); err != nil {
					w.Fatal(err)
				}
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSupportDesk(t)
			w.write(w.step("due", enforcer.Internal))
			w.arrived()
			undos := w.undos(key("due"))
			c.stop(w)
			w.now = w.now.Add(10 * time.Minute)
			writer := w.pass()
			if err := writer.CheckAlarms(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := writer.Revert(t.Context(), undos, []Contract{w.contract}); err != nil {
				t.Fatal(err)
			}
			if c.over != nil {
				w.carry(w.contract)
			}
			if got := w.arrived(); got != "" || w.state(orderOf("due")) != c.waits {
				t.Errorf("meanwhile: arrived %q, the order is %s", got, w.state(orderOf("due")))
			}
			if c.over != nil {
				c.over(w)
			}
			w.carry(w.contract)
			if got := w.arrived(); got != "internal respond/revert-due" || w.state(orderOf("due")) != "done" {
				t.Errorf("afterwards: arrived %q, the order is %s", got, w.state(orderOf("due")))
			}
		})
	}
}

// TestHeldOrdersOfAHumanStay: what a human held, or a storm, no pass lets go.
func TestHeldOrdersOfAHumanStay(t *testing.T) {
	w := newSupportDesk(t)
	w.write(w.step("due", enforcer.Internal))
	w.arrived()
	writer := w.pass()
	if err := writer.order(t.Context(), w.undos(key("due"))); err != nil {
		t.Fatal(err)
	}
	held := w.entryOf(orderOf("due"))
	held.Reason = enforcer.Reason{Code: enforcer.HeldOverLimit}
	if _, err := w.ledger.Move(t.Context(), w.now, enforcer.Held, held); err != nil {
		t.Fatal(err)
	}
	w.carry(w.contract)
	if got := w.arrived(); got != "" || w.state(orderOf("due")) != "held storm" {
		t.Errorf("arrived %q, the order is %s", got, w.state(orderOf("due")))
	}
}

// TestOrdersOfNoContract: a contract that left the configuration has no words left; its orders wait, and a human hears
// of it.
func TestOrdersOfNoContract(t *testing.T) {
	w := newSupportDesk(t)
	w.write(w.step("due", enforcer.Internal))
	w.arrived()
	if err := w.pass().order(t.Context(), w.undos(key("due"))); err != nil {
		t.Fatal(err)
	}
	order, step := w.entryOf(orderOf("due")), w.entryOf(key("due"))
	if why := order.Reason; why.Code != "revert" || why.Text["en"] != "a human ordered the step to be taken back" {
		t.Errorf("the order gives as its reason %v", why)
	}
	if !order.Moment.Equal(step.Moment) || order.Subject != step.Subject || order.IssueKey != "#7" {
		t.Errorf("the order is of %v about %s: orders come in the order of their steps", order.Moment, order.IssueKey)
	}
	if c := order.Changes.Comment; c == nil || c.Text != mapping.TextCorrection || c.Audience != enforcer.Internal {
		t.Errorf("the order announces the comment %+v", c)
	}
	writer := w.carry()
	want := `! #7 contract "kamal" is not in the configuration: nothing of it is taken back`
	if got := problems(writer); got != want || w.arrived() != "" || w.state(orderOf("due")) != "intended" {
		t.Errorf("says %q, the order is %s", got, w.state(orderOf("due")))
	}
}

// TestAnOrderUnderWayIsNotSentAgain: of an order without an answer nobody knows what it did; it is looked for, not
// sent.
func TestAnOrderUnderWayIsNotSentAgain(t *testing.T) {
	w := newSupportDesk(t)
	w.write(w.step("due", enforcer.Internal, silent, assigns(enforcer.Support)))
	w.arrived()
	if err := w.pass().order(t.Context(), w.undos(key("due"))); err != nil {
		t.Fatal(err)
	}
	three := "3"
	request := connectors.Write{Issue: "7", Assign: &three}
	if _, err := w.ledger.Begin(t.Context(), w.now, request, w.entryOf(orderOf("due"))); err != nil {
		t.Fatal(err)
	}
	w.carry(w.contract)
	if got := w.arrived(); got != "" || w.state(orderOf("due")) != "sent" {
		t.Errorf("arrived %q, the order is %s", got, w.state(orderOf("due")))
	}
}

// TestOrdersOnAnIssueThatIsGone come to nothing.
func TestOrdersOnAnIssueThatIsGone(t *testing.T) {
	w := newSupportDesk(t)
	w.write(w.step("due", enforcer.Internal, raises))
	w.arrived()
	if err := w.pass().order(t.Context(), w.undos(key("due"))); err != nil {
		t.Fatal(err)
	}
	w.fails["history"] = []error{failure(connectors.Gone, 0)}
	w.carry(w.contract)
	if got := w.arrived(); got != "" || w.state(orderOf("due")) != "withdrawn nothing-left" {
		t.Errorf("arrived %q, the order is %s", got, w.state(orderOf("due")))
	}
}

// TestAnIssueMadeInErrorIsToldSo: it is not deleted; an internal comment says that it was made in error.
func TestAnIssueMadeInErrorIsToldSo(t *testing.T) {
	w := newSupportDesk(t)
	e := entry(t, w.ledger, "delivery", func(e *ledger.Entry) {
		e.Key.Issue, e.Changes = "", enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionCreate}}
	})
	w.history.Issue.ID, w.history.Issue.Key = "900", "#900"
	w.history.Issue.Author, w.history.Issue.Subject = "", "Delivery"
	_, err := w.pass().Make(t.Context(), e, w.now, func(map[string]bool) connectors.NewIssue {
		return connectors.NewIssue{Project: "2", Subject: "Delivery", Mark: "m"}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.done = nil
	w.revert(e.Key)
	if got := w.arrived(); got != "internal respond/revert-delivery" || w.state(enforcer.RevertKey(e.Key)) != "done" {
		t.Errorf("arrived %q, the order is %s", got, w.state(enforcer.RevertKey(e.Key)))
	}
	if w.done[0] != "history 900" {
		t.Errorf("it read %q, not the issue that was made", w.done[0])
	}
}

// TestOrdersAreGroupedByIssue: one issue that cannot be read does not keep the others from being taken back.
func TestOrdersAreGroupedByIssue(t *testing.T) {
	w := newSupportDesk(t)
	other := key("due")
	other.Issue = "6"
	w.write(w.step("due", enforcer.Internal))
	w.history.Events = nil
	w.history.Issue.ID, w.history.Issue.Key = "6", "#6"
	step := w.step("due", enforcer.Internal, func(d *enforcer.Decision) { d.Key = other })
	job := w.job(step)
	job.Issue, job.Key = "6", "#6"
	if err := w.pass().Carry(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	w.arrived()
	if err := w.pass().order(t.Context(), w.undos(other)); err != nil {
		t.Fatal(err)
	}
	sixth := w.history
	w.history.Issue.ID, w.history.Issue.Key = "7", "#7"
	first := w.entryOf(key("due"))
	if err := w.pass().order(t.Context(),
		[]Undo{{Entry: first, Issue: "7", Correct: []Corrected{{Event: "journal:1"}}}}); err != nil {
		t.Fatal(err)
	}
	w.history = sixth
	w.done = nil
	w.fails["history"] = []error{failure(connectors.TryLater, 0)}
	writer := w.carry(w.contract)
	if writer.Failed() == nil {
		t.Error("the pass does not fail in the end")
	}
	var asked []string
	for _, call := range w.done {
		if strings.HasPrefix(call, "history") {
			asked = append(asked, call)
		}
	}
	if got := strings.Join(asked, ", "); !strings.Contains(got, "history 6") || !strings.Contains(got, "history 7") {
		t.Errorf("it asked %s", got)
	}
	if got := w.state(orderOf("due")) + ", " + w.state(enforcer.RevertKey(other)); !strings.Contains(got, "intended") ||
		strings.Count(got, "intended") != 1 {
		t.Errorf("the orders are %s: one waits for the tracker, the other does not", got)
	}
}
