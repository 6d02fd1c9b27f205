package outbox

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// supportDesk is a tracker with issue 7, on which what is written shows as it does on a real one, and the contract
// kamal over it: a pass is made by a Writer of its own.
//
// People: 3 of nobody's, 7 the lead of support, 8 the lead of the developers. Priorities: 3, 4, 5. Statuses: 1 new, 2
// waiting for the customer, 5 closed.
type supportDesk struct {
	*testing.T
	*fakeTracker
	ledger   *ledger.Ledger
	now      time.Time
	contract Contract
	names    connectors.Directory
	block    enforcer.Text // of the next passes
	told     map[string]int
	sent     []string // what arrived, as people would tell it
}

func newSupportDesk(t *testing.T) *supportDesk {
	t.Helper()
	w := &supportDesk{T: t, ledger: newLedger(t), now: noon, told: map[string]int{}, names: connectors.Directory{
		Self:     connectors.Account{ID: "we"},
		Projects: []connectors.Project{{ID: "2", Key: "acme", Name: "Acme"}},
		Roles:    []connectors.Named{{ID: "1", Name: "Support"}, {ID: "2", Name: "Developer"}},
		People: []connectors.Person{
			{ID: "7", Login: "sanjay", Name: "Sanjay", Roles: map[string][]string{"2": {"Support"}}},
			{ID: "8", Login: "dora", Name: "Dora", Roles: map[string][]string{"2": {"Developer"}}},
		},
		Statuses: []connectors.Status{
			{ID: "1", Name: "New"}, {ID: "2", Name: "Feedback"}, {ID: "5", Name: "Closed", Closed: true},
		},
		Priorities: []connectors.Priority{
			{ID: "3", Name: "Normal", Rank: 0}, {ID: "4", Name: "High", Rank: 1}, {ID: "5", Name: "Urgent", Rank: 2},
		},
		ReadAt: noon,
	}}
	w.fakeTracker = &fakeTracker{
		caps: connectors.Capabilities{InternalNotes: true}, self: w.names.Self, effect: w.take,
		fails: map[string][]error{},
	}
	w.history.Issue = connectors.Issue{
		ID: "7", Key: "#7", Author: "they", CreatedAt: noon.Add(-time.Hour), UpdatedAt: noon.Add(-time.Hour),
		Values: connectors.Values{
			connectors.FieldProject: {"2"}, connectors.FieldStatus: {"1"}, connectors.FieldPriority: {"3"},
			connectors.FieldAssignee: {"3"},
		},
	}
	w.bind()
	return w
}

// bind renders the contract's words by the names of the tracker.
func (w *supportDesk) bind() {
	w.Helper()
	texts, problems := mapping.NewTexts(nil)
	if len(problems) > 0 {
		w.Fatal(problems)
	}
	bound, problems := mapping.Bind(mapping.Mapping{
		ID: "helpdesk", Connection: "helpdesk",
		Severity: []mapping.SeverityRule{{Is: "critical"}},
		Status: []mapping.StatusRule{
			{Is: enforcer.New, Names: []string{"New"}},
			{Is: enforcer.WaitingCustomer, Names: []string{"Feedback"}},
			{Is: enforcer.Closed, Names: []string{"Closed"}},
		},
		Roles: []mapping.RoleRule{
			{Is: enforcer.Support, ProjectRoles: []string{"Support"}, Lead: []string{"sanjay"}},
			{Is: enforcer.Developers, ProjectRoles: []string{"Developer"}, Lead: []string{"dora"}},
		},
	}, w.names, mapping.Memory{}, "mappings[0]")
	if len(problems) > 0 {
		w.Fatal(problems)
	}
	week, err := calendar.ParseWeek("Mon-Sun 00:00-24:00")
	if err != nil {
		w.Fatal(err)
	}
	days := calendar.Days{Years: map[int]calendar.Year{2026: {Status: calendar.Final}}}
	cal, err := calendar.Compile(calendar.Spec{ID: "utc", Zone: "UTC", Week: week, Days: days})
	if err != nil {
		w.Fatal(err)
	}
	c := &enforcer.Contract{ID: "kamal", Language: "en", Title: enforcer.Text{"en": "Support"}, Calendar: cal}
	w.contract = Contract{Contract: c, Mapping: bound, Options: mapping.WriteOptions{
		Contract: c, Install: w.ledger.Installation(), Texts: texts,
	}}
}

// take is what a write does to the issue: it becomes an event of ours.
func (w *supportDesk) take(write connectors.Write) {
	var told []string
	e := connectors.Event{ID: fmt.Sprintf("journal:%d", len(w.history.Events)+1), At: w.now, Author: "we"}
	if c := write.Comment; c != nil {
		e.Note = &connectors.Note{Text: c.Text, Internal: c.Internal}
		audience := "public"
		if c.Internal {
			audience = "internal"
		}
		var steps []string
		_, marked, _ := mapping.ParseMark(c.Text)
		for _, s := range marked {
			steps = append(steps, s.Step)
		}
		told = append(told, audience+" "+strings.Join(steps, " "))
	}
	set := func(word, field string, value *string) {
		if value == nil {
			return
		}
		c := connectors.Change{Field: field, From: w.history.Issue.Values[field], To: []string{*value}}
		e.Changes = append(e.Changes, c)
		w.history.Issue.Values = w.history.Issue.Values.Clone()
		w.history.Issue.Values[field] = c.To
		told = append(told, word+"="+*value)
	}
	set("assign", connectors.FieldAssignee, write.Assign)
	set("priority", connectors.FieldPriority, write.Priority)
	set("status", connectors.FieldStatus, write.Status)
	for field, value := range write.Fields {
		set(field, field, &value)
	}
	w.history.Issue.UpdatedAt = w.now
	w.history.Events = append(w.history.Events, e)
	w.sent = append(w.sent, strings.Join(told, " "))
}

// somebody changes a field of the issue.
func (w *supportDesk) somebody(field, value string) {
	c := connectors.Change{Field: field, From: w.history.Issue.Values[field], To: []string{value}}
	w.history.Issue.Values = w.history.Issue.Values.Clone()
	w.history.Issue.Values[field] = c.To
	w.history.Issue.UpdatedAt = w.now
	w.history.Events = append(w.history.Events, connectors.Event{
		ID: fmt.Sprintf("journal:%d", len(w.history.Events)+1), At: w.now, Author: "they",
		Changes: []connectors.Change{c},
	})
}

// pass is the Writer of a pass that begins now.
func (w *supportDesk) pass() *Writer {
	return New(Options{
		Connection: "helpdesk", Tracker: w.fakeTracker, Ledger: w.ledger, Names: w.names, Report: &Report{},
		Now: w.now, Clock: func() time.Time { return w.now }, Block: w.block,
		Mirror: Mirror{
			Store:     func(context.Context, connectors.History, time.Time) error { w.told["stored"]++; return nil },
			Vanished:  func(context.Context, string, connectors.Class, time.Time) error { w.told["vanished"]++; return nil },
			Directory: func(_ context.Context, d connectors.Directory) error { w.names = d; return nil },
		},
	})
}

// step is a step that is due now, in the ledger.
func (w *supportDesk) step(id string, audience enforcer.Audience, edits ...func(*enforcer.Decision)) Step {
	w.Helper()
	k := key(id)
	d := enforcer.Decision{
		Key: k, State: enforcer.Intended, Moment: w.now, Audience: audience, Reason: enforcer.Reason{Code: "due"},
		Changes: enforcer.Changes{Comment: &enforcer.Comment{Audience: audience, Text: mapping.TextNote}},
	}
	for _, edit := range edits {
		edit(&d)
	}
	e := ledger.Entry{Entry: d.Entry(w.now)}
	e.IssueKey = "#7"
	recorded, err := w.ledger.Record(w.Context(), w.now, e)
	if err != nil {
		w.Fatal(err)
	}
	return Step{Decision: d, Entry: recorded[0].Entry}
}

// assigns, raises and closes are what a step may do beside its comment; silent takes the comment away.
func assigns(role enforcer.Role) func(*enforcer.Decision) {
	return func(d *enforcer.Decision) { d.Changes.Assign = role }
}

func raises(d *enforcer.Decision) { d.Changes.Priority = enforcer.PriorityUp }
func closes(d *enforcer.Decision) { d.Changes.Action = enforcer.ActionClose }
func silent(d *enforcer.Decision) { d.Changes.Comment = nil }

// job has the steps written, as long as they are still called for.
func (w *supportDesk) job(steps ...Step) Job {
	return Job{
		Contract: w.contract, Issue: "7", Key: "#7",
		Recheck: func(_ context.Context, h connectors.History) (Todo, error) {
			var still []Step
			for _, s := range steps {
				e, err := w.ledger.Get(w.Context(), s.Entry.ID)
				if err != nil {
					w.Fatal(err)
				}
				if s.Entry = e; e.State.Open() {
					still = append(still, s)
				}
			}
			return Todo{Request: enforcer.Request{Issue: "7", Key: "#7"}, History: h, Steps: still}, nil
		},
	}
}

// write has steps written in a pass of their own.
func (w *supportDesk) write(steps ...Step) *Writer {
	w.Helper()
	writer := w.pass()
	if err := writer.Carry(w.Context(), w.job(steps...)); err != nil {
		w.Fatal(err)
	}
	return writer
}

// state is where an entry stands, with the code of the reason it is held or withdrawn for.
func (w *supportDesk) state(k enforcer.StepKey) string {
	w.Helper()
	e, err := w.ledger.Get(w.Context(), k.ID())
	if err != nil {
		return "unknown"
	}
	if e.State == enforcer.Held || e.State == enforcer.Withdrawn {
		return fmt.Sprint(e.State, " ", e.Reason.Code)
	}
	return string(e.State)
}

// arrived is what the tracker got since it was last asked.
func (w *supportDesk) arrived() string {
	out := strings.Join(w.sent, "; ")
	w.sent = nil
	return out
}

// problems are what a pass reports, the grave ones marked.
func problems(w *Writer) string {
	var out []string
	for _, p := range w.report.Problems {
		text := p.Issue + " " + p.Text.String()
		if p.Grave {
			text = "! " + text
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}
