package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// An answer that lands between the decision and the write is seen by the last look: nothing is sent.
func TestAnswerJustBeforeTheWrite(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:15")
	w.set(at("2026-03-16 10:20:01"))
	w.intercept(http.MethodGet, "/issues/1.json", func(*http.Request) {
		w.sim.Use(nil)
		_, err := w.sim.As("support1").At(at("2026-03-16 10:20:00")).Comment(id, "On it.")
		w.do(err)
	})
	for _, r := range w.requests(func() { w.pass() }) {
		if r.Method != http.MethodGet {
			t.Errorf("asked for %s %s", r.Method, r.Path)
		}
	}
	w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-50 done accepted", "respond/due needless ended")
	if w.see("admin", id).AssignedTo != nil {
		t.Error("assigned although someone answered in time")
	}
}

// An internal comment by an account that cannot keep it internal would be public, so it is not written.
func TestNoRightToPrivateNotes(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.pass()
	w.sim.RevokePermission("SLA bot", "set_notes_private")
	w.set(at("2026-03-16 10:10"))
	r := w.pass()
	if len(r.Held) != 1 ||
		!strings.Contains(problems(r),
			`grave=true held: our account lacks the right "Set notes as private" (set_notes_private)`) {
		t.Errorf("held %d; problems %s", len(r.Held), problems(r))
	}
	w.wantSaid(id, "+acknowledge/start")
	w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-50 held rights")

	// as long as the right is missing the names are read again in each pass, and nothing is added to the ledger
	w.passAt("2026-03-16 10:12")
	version := w.row(id, "respond/warn-50").Version
	for _, r := range w.requests(func() { w.passAt("2026-03-16 10:14") }) {
		if r.Method != http.MethodGet {
			t.Errorf("a pass with a step held for a right asked for %s %s", r.Method, r.Path)
		}
	}
	if got := w.row(id, "respond/warn-50").Version; got != version {
		t.Errorf("the held step was moved %d times", got-version)
	}
	w.run("2026-03-16 10:20:01")
	w.wantSaid(id, "+acknowledge/start")

	w.sim.GrantPermission("SLA bot", "set_notes_private")
	w.run("2026-03-16 11:30")
	w.wantSaid(id, "+acknowledge/start", "respond/due")
	if got := w.notes("customer1", id); len(got) != 1 {
		t.Errorf("the customer reads %d comments of ours", len(got))
	}
}

// Redmine accepts the update and leaves something alone. That is a refusal, reported by the field's name; mended and
// retried, only that is asked for.
func TestSilentRefusals(t *testing.T) {
	const due = "2026-03-16 10:20:01"
	cases := []struct {
		name       string
		spoil      func(w *world, id int)
		mend       func(w *world, id int)
		at         string
		step       string
		field      string
		wantRetry  string // the step's state after mending and retrying
		wantHigher string // priority in the end
		wantWith   string // assignee in the end
	}{
		{
			name:  "priority read-only by workflow",
			spoil: func(w *world, _ int) { w.sim.SetFieldRule("SLA bot", "", "", "priority_id", "readonly") },
			mend:  func(w *world, _ int) { w.sim.SetFieldRule("SLA bot", "", "", "priority_id", "") },
			at:    due, step: "respond/due", field: connectors.FieldPriority, wantHigher: "Immediate",
			wantWith: "Sanjay Support",
		},
		{
			name:  "assignee field off",
			spoil: func(w *world, _ int) { w.sim.SetStandardField("Bug", "assigned_to_id", false) },
			mend:  func(w *world, _ int) { w.sim.SetStandardField("Bug", "assigned_to_id", true) },
			at:    due, step: "respond/due", field: connectors.FieldAssignee, wantHigher: "Immediate",
			wantWith: "Sanjay Support",
		},
		{
			name: "priority of a parent is its children's",
			spoil: func(w *world, id int) {
				_, err := w.sim.As("manager1").Create(redminesim.NewIssue{Project: "acme", Subject: "part", Parent: id})
				w.do(err)
			},
			mend: func(w *world, id int) { w.do(w.sim.As("admin").Delete(id + 1)) },
			at:   due, step: "respond/due", field: connectors.FieldPriority, wantHigher: "Immediate", wantWith: "Sanjay Support",
		},
		{
			name:  "note dropped without add_issue_notes",
			spoil: func(w *world, _ int) { w.sim.RevokePermission("SLA bot", "add_issue_notes") },
			mend:  func(w *world, _ int) { w.sim.GrantPermission("SLA bot", "add_issue_notes") },
			at:    due, step: "respond/due", field: "comment", wantHigher: "Immediate", wantWith: "Sanjay Support",
		},
		{
			name:  "watcher who cannot see the issue",
			spoil: func(w *world, _ int) { w.sim.RemoveMember("acme", "manager1") },
			mend:  func(w *world, _ int) { w.sim.AddMember("acme", "manager1", "Manager") },
			at:    "2026-03-16 14:00:01", step: "inform-management/due", field: "watcher", wantHigher: "Immediate",
			wantWith: "Dora Developer",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.run("2026-03-16 10:15")
			if c.at != due {
				w.run("2026-03-16 13:00")
			}
			c.spoil(w, id)
			r := w.passAt(c.at)
			e := w.row(id, c.step)
			if e.State != enforcer.Refused || e.Receipt == nil || len(e.Receipt.Refused) != 1 ||
				e.Receipt.Refused[0].Field != c.field {
				t.Fatalf("%s is %s, receipt %+v; want %s refused", c.step, e.State, e.Receipt, c.field)
			}
			if !strings.Contains(problems(r), "left this alone: "+c.field) || len(r.Refused) != 1 {
				t.Errorf("%d refused, problems %s", len(r.Refused), problems(r))
			}
			if stands := c.field != "comment"; (len(r.Written) == 1) != stands {
				t.Errorf("%d written; a comment stands: %v", len(r.Written), stands)
			}
			w.wantTruth(id)

			c.mend(w, id)
			_, err := w.ledger.Retry(t.Context(), w.now(), ledger.Filter{ID: e.ID}, outbox.SendableFrom)
			w.do(err)
			w.set(w.now().Add(6 * time.Minute)) // a comment that nobody saw may still turn up for five
			w.pass()
			if e = w.row(id, c.step); e.State != enforcer.Done || e.Receipt.Event == "" {
				t.Errorf("mended and retried, %s is %s, %s: %+v", c.step, e.State, e.Reason.Text.In("en"), e.Receipt)
			}
			times := map[string]int{}
			for _, step := range w.said(id) {
				if times[step]++; times[step] > 1 {
					t.Errorf("%s was said %d times", step, times[step])
				}
			}
			if times[c.step] != 1 {
				t.Errorf("%s was said %d times", c.step, times[c.step])
			}
			i := w.see("admin", id)
			if i.Priority.Name != c.wantHigher || i.AssignedTo == nil || i.AssignedTo.Name != c.wantWith {
				t.Errorf("in the end at %s with %v", i.Priority.Name, i.AssignedTo)
			}
		})
	}
}

// wantTruth holds what the last of our comments on an issue tells of its assignee and its priority against what it has.
func (w *world) wantTruth(id int) {
	w.t.Helper()
	i, all := w.see("admin", id), w.notes("admin", id)
	text := all[len(all)-1].text
	with := i.AssignedTo != nil && i.AssignedTo.Name == "Sanjay Support"
	told := strings.Contains(text, "Assigned to: Sanjay Support")
	if told != with && strings.Contains(text, "respond/due") {
		w.t.Errorf("assigned: %v, and told:\n%s", with, text)
	}
	top := i.Priority.Name == "Immediate"
	if told = strings.Contains(text, "riority to"); told != top && strings.Contains(text, "respond/due") {
		w.t.Errorf("at priority %s, and told:\n%s", i.Priority.Name, text)
	}
}

// What Redmine refuses with 422 and by name is left out and told of, in whatever language it says so; everything else
// of the step is done, and its comment tells of nothing that was not.
func TestOpenRefusals(t *testing.T) {
	for _, c := range []struct {
		name, column, lang string
		notInText          string
		wantRefused        string
		priority, assignee string
		puts               int
	}{
		{"a priority", "priority_id", "en", "riority", "priority", "Normal", "Sanjay Support", 3},
		{"a priority, in Russian", "priority_id", "ru", "riority", "priority", "Normal", "Sanjay Support", 3},
		{"nobody can be assigned", "assigned_to_id", "en", "Assigned", "assignee", "Immediate", "", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.run("2026-03-16 10:15")
			w.sim.SetLanguage("sla-bot", c.lang)
			w.sim.RefuseAttribute(c.column, true)
			if puts := w.puts("2026-03-16 10:20:01"); puts != c.puts {
				t.Errorf("%d writes, want %d", puts, c.puts)
			}
			e := w.row(id, "respond/due")
			switch {
			case e.State != enforcer.Refused || len(e.Receipt.Refused) != 1 ||
				e.Receipt.Refused[0].Field != c.wantRefused || e.Receipt.Event == "":
				t.Errorf("it is %s: %+v", e.State, e.Receipt)
			}
			notes := w.notes("admin", id)
			if last := notes[len(notes)-1].text; strings.Contains(last, c.notInText) {
				t.Errorf("the comment says:\n%s", last)
			}
			i := w.see("admin", id)
			if i.Priority.Name != c.priority || (i.AssignedTo == nil) != (c.assignee == "") {
				t.Errorf("at %s with %v", i.Priority.Name, i.AssignedTo)
			}
			w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
		})
	}
}

// A field that the workflow requires and the issue lacks refuses every write: nothing is ruled out for it, and where
// watchers were added the ledger does not say that nothing was done.
func TestRefusedWhole(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 13:00")
	w.sim.SetFieldRule("SLA bot", "", "", "due_date", "required")
	r := w.passAt("2026-03-16 14:00:01")
	e := w.row(id, "inform-management/due")
	if e.State != enforcer.Refused || e.Receipt == nil || len(e.Receipt.Refused) != 1 ||
		e.Receipt.Refused[0].Field != "comment" || !strings.Contains(e.Receipt.Refused[0].Words, "Due date") {
		t.Errorf("it is %s: %+v", e.State, e.Receipt)
	}
	manager := func(r redminesim.Ref) bool { return r.Name == "Maria Manager" }
	if watchers := w.see("admin", id).Watchers; watchers == nil || !slices.ContainsFunc(*watchers, manager) {
		t.Errorf("watchers: %v", watchers)
	}
	if said := e.Reason.Text.In("en") + problems(r); strings.Contains(said, "no active lead") {
		t.Errorf("a lead is blamed: %s", said)
	}
}

// What was done the first time is not done again by a retry: the priority goes up by one, once.
func TestRetryDoesNotRaiseTwice(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("", "Slow") // noncritical: priority one up
	w.sim.SetStandardField("Bug", "assigned_to_id", false)
	w.run("2026-03-16 12:00:01")
	if got := w.see("admin", id).Priority.Name; got != "High" {
		t.Fatalf("priority %s", got)
	}
	_, err := w.ledger.Retry(t.Context(), w.now(), ledger.Filter{Obligation: "respond"}, outbox.SendableFrom)
	w.do(err)
	w.passAt("2026-03-16 12:05")
	if got := w.see("admin", id).Priority.Name; got != "High" {
		t.Errorf("the retry made the priority %s", got)
	}
	w.wantSaid(id, "+acknowledge/start", "respond/warn-75", "respond/due")
	// nothing at all was done: perhaps it was read too soon
	if got := w.row(id, "respond/due").State; got != enforcer.Sent {
		t.Errorf("still impossible, it is %s at first", got)
	}
	w.passAt("2026-03-16 12:10:30")
	if got := w.row(id, "respond/due").State; got != enforcer.Refused {
		t.Errorf("still impossible, it is %s", got)
	}
}

// People win: what a human changed after a step is neither fought nor lowered.
func TestPeopleWin(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:20:01")
	manager := w.sim.As("manager1")
	w.do(manager.Assign(id, "support2"))
	w.do(manager.SetPriority(id, "Low"))
	w.run("2026-03-16 11:59")
	if i := w.see("admin", id); i.AssignedTo.Name != "Svetlana Support" || i.Priority.Name != "Low" {
		t.Errorf("changed back to %v at %s", i.AssignedTo, i.Priority.Name)
	}
	w.do(manager.Assign(id, "manager1"))
	w.run("2026-03-16 12:00:01") // the developers are called in, but management has it
	if i := w.see("admin", id); i.AssignedTo.Name != "Maria Manager" || i.Priority.Name != "Normal" {
		t.Errorf("with %v at %s, want it left with management and one priority up", i.AssignedTo, i.Priority.Name)
	}
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due", "involve-developers/due")
}
