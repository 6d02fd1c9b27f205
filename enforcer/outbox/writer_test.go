package outbox

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// TestStepsAreWritten: what arrives of the steps of one issue, and where their entries then stand.
func TestStepsAreWritten(t *testing.T) {
	refused := failure(connectors.Refused, 0)
	for _, c := range []struct {
		name    string
		prepare func(w *supportDesk)
		steps   func(w *supportDesk) []Step
		arrived string
		states  string // of the steps
		says    string // the problems reported
		found   bool   // it was there before this pass, which did not write it
		adopted bool   // it was found to be there
	}{
		{
			name: "the customer is told first",
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("due", enforcer.Internal, assigns(enforcer.Support)), w.step("start", enforcer.Public)}
			},
			arrived: "public respond/start; internal respond/due assign=7", states: "done, done",
		},
		{
			name: "two internal steps share a comment",
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("due", enforcer.Internal, raises), w.step("warn-50", enforcer.Internal)}
			},
			arrived: "internal respond/due respond/warn-50 priority=4", states: "done, done",
		},
		{
			name: "an assignee whom the tracker refuses is left out, and with nobody left that is a refusal",
			prepare: func(w *supportDesk) {
				w.fails["update"] = []error{names(person)}
			},
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("due", enforcer.Internal, assigns(enforcer.Support), raises)}
			},
			arrived: "internal respond/due priority=4", states: "refused", says: "#7 " + names(person).Error(),
		},
		{
			name: "a field that the tracker refuses is left out and told of, and all the rest is written",
			prepare: func(w *supportDesk) {
				w.fails["update"] = []error{names(priority)}
			},
			steps: func(w *supportDesk) []Step {
				return []Step{
					w.step("due", enforcer.Internal, assigns(enforcer.Support), raises), w.step("warn-50", enforcer.Internal),
				}
			},
			arrived: "internal respond/due respond/warn-50 assign=7", states: "refused, done",
			says: "#7 " + names(priority).Error(),
		},
		{
			name: "no field is named: the rest shows that it was one of them",
			prepare: func(w *supportDesk) {
				w.fails["update"] = []error{refused}
			},
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("due", enforcer.Internal, assigns(enforcer.Support), raises)}
			},
			arrived: "internal respond/due", states: "refused", says: "#7 " + refused.Error(),
		},
		{
			name: "the answer was wrong, and the comment stands: it is not written without the field",
			prepare: func(w *supportDesk) {
				w.fails["update"] = []error{names(priority)}
				w.wrong = true
			},
			steps:   func(w *supportDesk) []Step { return []Step{w.step("due", enforcer.Internal, raises)} },
			arrived: "internal respond/due priority=4", states: "done", says: "#7 " + names(priority).Error(), adopted: true,
		},
		{
			name:    "nothing is written while another installation is at work",
			prepare: func(w *supportDesk) { w.block = enforcer.Text{"en": "another is at work"} },
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("start", enforcer.Public), w.step("due", enforcer.Internal)}
			},
			states: "held blocked, held blocked",
		},
		{
			name: "its mark on the very issue is seen before anything is written",
			prepare: func(w *supportDesk) {
				w.history.Events = []connectors.Event{
					wrote("journal:1", true, mapping.Mark("en", "beef", []enforcer.StepKey{key("other")})),
				}
			},
			steps:  func(w *supportDesk) []Step { return []Step{w.step("start", enforcer.Public)} },
			states: "held blocked", says: "!  nothing is written: ",
		},
		{
			name: "an internal comment without the right is held, and the customer is answered",
			prepare: func(w *supportDesk) {
				w.caps.Permissions = map[connectors.Right][]string{connectors.WriteInternal: {"private"}}
			},
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("start", enforcer.Public), w.step("due", enforcer.Internal)}
			},
			arrived: "public respond/start", states: "done, held rights", says: "! #7 held: our account lacks the right",
		},
		{
			name:    "a status that the tracker does not let us set is held, and the other steps are written",
			prepare: func(w *supportDesk) { w.history.TransitionsSet = true },
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("close", enforcer.Public, closes), w.step("due", enforcer.Internal)}
			},
			arrived: "internal respond/due", states: "held impossible, done",
			says: "! #7 held: no status of class closed",
		},
		{
			name: "what stands there from before the ledger was begun is not said again",
			prepare: func(w *supportDesk) {
				old := wrote("journal:1", true, mapping.Mark("en", "cafe", []enforcer.StepKey{key("due")}))
				old.At = noon.Add(-48 * time.Hour)
				w.history.Events = []connectors.Event{old}
			},
			steps:  func(w *supportDesk) []Step { return []Step{w.step("due", enforcer.Internal)} },
			states: "done", found: true,
		},
		{
			name: "a failure leaves the step to be sent again, and those after it unsent",
			prepare: func(w *supportDesk) {
				w.fails["update"] = []error{refused}
			},
			steps: func(w *supportDesk) []Step {
				return []Step{w.step("start", enforcer.Public), w.step("due", enforcer.Internal)}
			},
			arrived: "internal respond/due", states: "refused, done", says: "#7 " + refused.Error(),
		},
		{
			name:    "an issue that is gone gets nothing",
			prepare: func(w *supportDesk) { w.fails["history"] = []error{failure(connectors.Gone, 0)} },
			steps:   func(w *supportDesk) []Step { return []Step{w.step("due", enforcer.Internal)} },
			states:  "intended",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSupportDesk(t)
			if c.prepare != nil {
				c.prepare(w)
			}
			steps := c.steps(w)
			writer := w.write(steps...)
			var states []string
			for _, s := range steps {
				states = append(states, w.state(s.Key))
			}
			if got := w.arrived(); got != c.arrived {
				t.Errorf("arrived %q, want %q", got, c.arrived)
			}
			if got := strings.Join(states, ", "); got != c.states {
				t.Errorf("states %q, want %q", got, c.states)
			}
			if got := problems(writer); !strings.HasPrefix(got, c.says) || (got == "") != (c.says == "") {
				t.Errorf("says %q, want %q", got, c.says)
			}
			// the report counts each entry under what became of it; what stands in part is written, too
			for state, list := range map[string][]ledger.Entry{
				"done": writer.report.Written, "held": writer.report.Held, "refused": writer.report.Refused,
			} {
				n := strings.Count(c.states, state)
				for _, s := range steps {
					e, err := w.ledger.Get(t.Context(), s.Key.ID())
					if err == nil && state == "done" && e.State == enforcer.Refused && Stands(e) {
						n++
					}
				}
				if c.found || c.adopted {
					n = 0
				}
				if len(list) != n {
					t.Errorf("reported as %s: %d, want %d", state, len(list), n)
				}
			}
		})
	}
}

// TestInternalCommentsWaitForALeak: while one that came out public is not settled, only the customer is written to.
func TestInternalCommentsWaitForALeak(t *testing.T) {
	w := newSupportDesk(t)
	_, err := w.ledger.Raise(t.Context(), w.now, ledger.Alarm{
		Connection: "helpdesk", Kind: ledger.CameOutPublic, Subject: "journal:9", Issue: "6", IssueKey: "#6", At: w.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	steps := []Step{w.step("start", enforcer.Public), w.step("due", enforcer.Internal)}
	writer := w.pass()
	if err := writer.CheckAlarms(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := writer.Carry(t.Context(), w.job(steps...)); err != nil {
		t.Fatal(err)
	}
	if got := w.arrived(); got != "public respond/start" || w.state(key("due")) != "held leak" {
		t.Errorf("arrived %q, the internal one is %s", got, w.state(key("due")))
	}
}

// TestNothingIsSentTo: who answered a second ago needs no reminder, and what cannot be read or decided is not
// written about.
func TestNothingIsSentTo(t *testing.T) {
	broken := errors.New("the calendar's data ends")
	for _, c := range []struct {
		name    string
		reading error
		recheck error
		want    error
		says    string
	}{
		{"somebody answered a second ago", nil, nil, nil, ""},
		{"it cannot be decided", nil, broken, broken, ""},
		{"it cannot be read", failure(connectors.TryLater, 0), nil, failure(connectors.TryLater, 0), "#7 "},
	} {
		w := newSupportDesk(t)
		w.step("due", enforcer.Internal)
		if c.reading != nil {
			w.fails["history"] = []error{c.reading}
		}
		job := w.job()
		job.Recheck = func(context.Context, connectors.History) (Todo, error) { return Todo{}, c.recheck }
		writer := w.pass()
		err := writer.Carry(t.Context(), job)
		if (err == nil) != (c.want == nil) || connectors.ClassOf(err) != connectors.ClassOf(c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := problems(writer); !strings.HasPrefix(got, c.says) || (got == "") != (c.says == "") {
			t.Errorf("%s: says %q", c.name, got)
		}
		if len(w.sent) > 0 || w.state(key("due")) != "intended" {
			t.Errorf("%s: sent %q, the step is %s", c.name, w.sent, w.state(key("due")))
		}
	}
}

// TestAWriteIsSeenThrough: told to stop just after the decision, the pass writes, reads back and notes what it has
// begun; otherwise the next would have to look for it.
func TestAWriteIsSeenThrough(t *testing.T) {
	w := newSupportDesk(t)
	ctx, stop := context.WithCancel(t.Context())
	job := w.job(w.step("start", enforcer.Public), w.step("due", enforcer.Internal))
	decide := job.Recheck
	job.Recheck = func(ctx context.Context, h connectors.History) (Todo, error) {
		stop()
		return decide(ctx, h)
	}
	if err := w.pass().Carry(ctx, job); err != nil {
		t.Fatal(err)
	}
	if got := w.arrived(); got != "public respond/start; internal respond/due" || w.state(key("due")) != "done" {
		t.Errorf("arrived %q, the last step is %s", got, w.state(key("due")))
	}
}

// TestFieldsRideAlong: what is kept up to date goes with the last comment, or alone where there is none; its entry is
// done with it.
func TestFieldsRideAlong(t *testing.T) {
	upkeep := func(w *supportDesk) Step {
		k := key("fields")
		k.Obligation = enforcer.Upkeep
		return w.step("fields", enforcer.Internal, silent, func(d *enforcer.Decision) { d.Key = k })
	}
	for _, c := range []struct {
		name    string
		steps   []string
		arrived string
	}{
		{"alone", nil, "cf:4=2026-03-16"},
		{"with the last comment", []string{"due"}, "internal respond/due cf:4=2026-03-16"},
	} {
		w := newSupportDesk(t)
		kept := upkeep(w)
		steps := []Step{kept}
		for _, id := range c.steps {
			steps = append(steps, w.step(id, enforcer.Internal))
		}
		job := w.job(steps...)
		decide := job.Recheck
		job.Recheck = func(ctx context.Context, h connectors.History) (Todo, error) {
			todo, err := decide(ctx, h)
			todo.Fields = map[string]string{"cf:4": "2026-03-16"}
			return todo, err
		}
		if err := w.pass().Carry(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if got := w.arrived(); got != c.arrived || w.state(kept.Key) != "done" {
			t.Errorf("%s: arrived %q, its entry is %s", c.name, got, w.state(kept.Key))
		}
	}
}

// TestWhatWasLostIsSettled: a pass that died between sending and reading back left a comment, or an issue, of which
// the ledger does not know. Each is looked for where it would be.
func TestWhatWasLostIsSettled(t *testing.T) {
	w := newSupportDesk(t)
	due := w.step("due", enforcer.Internal)
	created := entry(t, w.ledger, "delivery", func(e *ledger.Entry) {
		e.Key.Issue, e.Changes = "", enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionCreate}}
	})
	mark := mapping.Mark("en", w.ledger.Installation(), []enforcer.StepKey{due.Key})
	comment := connectors.Write{Issue: "7", BaseEvent: connectors.NoBaseEvent, Comment: &connectors.Comment{
		Text: "x\n\n" + mark, Mark: mark, Internal: true,
	}}
	for _, x := range []struct {
		request connectors.Write
		entry   ledger.Entry
	}{
		{comment, due.Entry},
		{connectors.Write{Create: &connectors.NewIssue{Project: "2", Subject: "Delivery", Mark: "m"}}, created},
	} {
		if _, err := w.ledger.Begin(t.Context(), w.now, x.request, x.entry); err != nil {
			t.Fatal(err)
		}
	}
	w.take(comment)
	w.made = "900"
	states := func() string {
		e, err := w.ledger.Get(t.Context(), created.ID)
		if err != nil {
			t.Fatal(err)
		}
		return w.state(due.Key) + ", " + string(e.State)
	}
	for _, at := range []struct {
		after time.Duration
		want  string
	}{{lookAfter - time.Second, "sent, sent"}, {lookAfter, "done, done"}} {
		w.now = noon.Add(at.after)
		if err := w.pass().Recover(t.Context(), inTime); err != nil {
			t.Fatal(err)
		}
		if got := states(); got != at.want {
			t.Errorf("after %v: %s, want %s", at.after, got, at.want)
		}
	}
}

// inTime is said of every entry.
func inTime(context.Context, ledger.Entry) (bool, error) { return false, nil }
