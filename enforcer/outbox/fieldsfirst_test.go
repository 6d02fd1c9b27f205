package outbox

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// TestFieldsFirst: where a tracker leaves fields alone in silence, they are read back before the comment that tells of
// them, which tells of what stands alone; all that happens between the two requests leaves one true comment.
func TestFieldsFirst(t *testing.T) {
	limited := &connectors.Error{Class: connectors.TryLater, Status: http.StatusTooManyRequests}
	gate := &connectors.Error{Class: connectors.Refused, Status: http.StatusForbidden}
	for _, c := range []struct {
		name    string
		deaf    []string // fields that the tracker leaves alone
		fails   []error  // of the updates
		arrived string   // in the first pass and, six minutes later, in the second
		says    []string
		not     []string
		state   string
	}{
		{
			name: "all is taken", arrived: "assign=7 priority=4; internal respond/due",
			says: []string{"Assigned to: Sanjay", "“High”"}, state: "done",
		},
		{
			name: "the priority is left alone", deaf: []string{connectors.FieldPriority},
			arrived: "assign=7; internal respond/due", says: []string{"Assigned to: Sanjay"}, not: []string{"riority"},
			state: "refused",
		},
		{
			name: "the assignee is left alone", deaf: []string{connectors.FieldAssignee},
			arrived: "priority=4; internal respond/due", says: []string{"“High”"}, not: []string{"Assigned"},
			state: "refused",
		},
		{
			name: "both are", deaf: []string{connectors.FieldAssignee, connectors.FieldPriority},
			arrived: "; internal respond/due", not: []string{"Assigned", "riority"}, state: "refused",
		},
		{
			name: "the comment's answer is lost before it is done", deaf: []string{connectors.FieldPriority},
			fails:   []error{nil, failure(connectors.Unknown, 0)},
			arrived: "assign=7; ; internal respond/due", says: []string{"Assigned to: Sanjay"}, not: []string{"riority"},
			state: "refused",
		},
		{
			name: "a limit keeps the comment back", fails: []error{nil, limited},
			arrived: "assign=7 priority=4; internal respond/due", says: []string{"Assigned to: Sanjay", "“High”"},
			state: "done",
		},
		{
			name: "a gate says no to the fields alone", fails: []error{connectors.Doubt(gate)},
			arrived: "internal respond/due", not: []string{"Assigned", "riority"}, state: "refused",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSupportDesk(t)
			inTime := func(context.Context, ledger.Entry) (bool, error) { return false, nil }
			w.caps.SilentRefusals, w.caps.AtomicUpdate = true, true
			w.effect = func(x connectors.Write) { w.take(x.Without(c.deaf...)) }
			w.fails["update"] = c.fails
			step := w.step("due", enforcer.Internal, assigns(enforcer.Support), raises)
			_ = w.pass().Carry(t.Context(), w.job(step)) // a failure may end it
			for range 2 {
				w.now = w.now.Add(6 * time.Minute)
				p := w.pass()
				if err := p.Recover(t.Context(), inTime); err != nil {
					t.Error(err)
				}
				_ = p.Carry(t.Context(), w.job(step))
			}
			if got := w.arrived(); got != c.arrived {
				t.Errorf("arrived %q, want %q", got, c.arrived)
			}
			e, err := w.ledger.Get(t.Context(), step.Key.ID())
			if err != nil || string(e.State) != c.state {
				t.Errorf("%s, %v, want %s", e.State, err, c.state)
			}
			stands := ""
			for _, event := range w.history.Events {
				if event.Note != nil {
					stands += event.Note.Text
				}
			}
			if e.Write == nil || e.Write.Comment == nil || e.Write.Comment.Text != stands {
				t.Errorf("the ledger has %+v, and it says\n%s", e.Write, stands)
			}
			for _, x := range c.says {
				if !strings.Contains(stands, x) {
					t.Errorf("does not say %q:\n%s", x, stands)
				}
			}
			for _, x := range c.not {
				if strings.Contains(stands, x) {
					t.Errorf("says %q:\n%s", x, stands)
				}
			}
		})
	}
}

// TestCommentRefusedAfterItsFields: the tracker takes the fields and refuses their comment for good. It is asked once
// more, and then the ledger has what was done, so that it can be taken back.
func TestCommentRefusedAfterItsFields(t *testing.T) {
	for name, deaf := range map[string][]string{"all are taken": nil, "one is left alone": {connectors.FieldPriority}} {
		t.Run(name, func(t *testing.T) {
			w := newSupportDesk(t)
			inTime := func(context.Context, ledger.Entry) (bool, error) { return false, nil }
			w.caps.SilentRefusals, w.caps.AtomicUpdate = true, true
			refuse := func() {
				w.fails["update"] = []error{&connectors.Error{
					Class: connectors.Refused, Status: http.StatusUnprocessableEntity, Messages: []string{"Notes is too long"},
				}}
			}
			w.effect = func(x connectors.Write) {
				w.take(x.Without(deaf...))
				refuse()
			}
			step := w.step("due", enforcer.Internal, assigns(enforcer.Support), raises)
			_ = w.pass().Carry(t.Context(), w.job(step)) // the comment's failure ends it
			for range 3 {
				w.now = w.now.Add(6 * time.Minute)
				if deaf == nil { // nothing but the comment is left
					refuse()
				}
				if err := w.pass().Recover(t.Context(), inTime); err != nil {
					t.Error(err)
				}
			}
			e, err := w.ledger.Get(t.Context(), step.Key.ID())
			if err != nil || e.State != enforcer.Refused || e.Receipt == nil || !slices.ContainsFunc(e.Receipt.Refused,
				func(r connectors.Refusal) bool { return r.Field == "comment" && r.Words != "" }) {
				t.Fatalf("%s, %+v, %v", e.State, e.Receipt, err)
			}
			undos, err := w.pass().Undos(t.Context(), []ledger.Entry{e})
			if err != nil || len(undos) != 1 || undos[0].Assign == nil || (undos[0].Priority == nil) != (deaf != nil) ||
				len(undos[0].Correct) > 0 {
				t.Errorf("to be taken back: %+v, %v", undos, err)
			}
		})
	}
}
