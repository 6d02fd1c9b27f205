package trackertest

import (
	"slices"
	"strings"
	"testing"

	"slabridge/connectors"
)

var readLaws = []law{
	{name: "self tells who we are and what we may", check: selfKnown},
	{name: "the directory holds every name an issue can carry", check: directoryComplete},
	{name: "who can work is active, and whoever is unknown is not", check: activePeople},
	{name: "first values are recoverable from the history", check: firstValues},
	{name: "event ids and order are stable across reads", check: stableEvents},
	{name: "texts come back as they were typed", check: textsIntact},
	{name: "internal comments are told apart and hidden from the customer", needs: internalNotes, check: internalHidden},
	{name: "an edited comment keeps its event", check: editedNote},
	{name: "an edited description is a change with both texts", check: editedText},
	{name: "a move between projects is a change like any other", check: moved},
}

func internalNotes(c connectors.Capabilities) string {
	if !c.InternalNotes {
		return "no internal comments"
	}
	return ""
}

func selfKnown(t *testing.T, w *World) {
	a := w.self(t, w.tracker())
	if a.ID == "" || a.Login == "" || a.Name == "" || a.Admin {
		t.Errorf("account %+v: want an ordinary one with id, login and name", a)
	}
	i := slices.IndexFunc(a.Rights, func(r connectors.ProjectRights) bool { return r.Project == w.Project })
	if i < 0 {
		t.Fatalf("no rights in project %s: %+v", w.Project, a.Rights)
	}
	if r := a.Rights[i]; len(r.Roles) == 0 || len(r.Permissions) == 0 {
		t.Errorf("rights %+v: want roles and permissions", r)
	}
	if customer := w.self(t, w.Customer); customer.ID != w.People[Customer] {
		t.Errorf("the customer's account is %s, want %s", customer.ID, w.People[Customer])
	}
}

func directoryComplete(t *testing.T, w *World) {
	w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "an issue to learn fields from"})
	d, err := w.tracker().Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	missing := func(what, id string, ok bool) {
		if !ok {
			t.Errorf("the directory lacks %s %s", what, id)
		}
	}
	missing("status", w.Working, slices.ContainsFunc(d.Statuses,
		func(s connectors.Status) bool { return s.ID == w.Working && s.Name != "" }))
	for _, id := range w.Activities {
		missing("activity", id, slices.ContainsFunc(d.Activities,
			func(n connectors.Named) bool { return n.ID == id && n.Name != "" }))
	}
	if !slices.ContainsFunc(d.Statuses, func(s connectors.Status) bool { return s.Closed }) {
		t.Error("no status is closed")
	}
	rank := map[string]int{}
	for i, p := range d.Priorities {
		rank[p.ID] = p.Rank
		if p.Rank != i || p.Name == "" {
			t.Errorf("priority %+v at place %d", p, i)
		}
	}
	if rank[w.Priorities["low"]] >= rank[w.Priorities["high"]] {
		t.Errorf("ranks %v: low is not below high", rank)
	}
	for _, id := range []string{w.Project, w.StaffOnly} {
		missing("project", id, slices.ContainsFunc(d.Projects,
			func(p connectors.Project) bool { return p.ID == id && p.Key != "" && p.Name != "" }))
	}
	if slices.ContainsFunc(d.Projects, func(p connectors.Project) bool { return p.ID == w.OutOfSight }) {
		t.Errorf("the directory holds project %s, which we do not see", w.OutOfSight)
	}
	missing("field", w.Field, slices.ContainsFunc(d.Fields,
		func(f connectors.Field) bool { return f.ID == w.Field && f.Name != "" }))
	for _, who := range []Actor{Customer, Support, Engineer, Manager} {
		id := w.People[who]
		missing("person", id, slices.ContainsFunc(d.People, func(p connectors.Person) bool {
			return p.ID == id && p.Name != "" && len(p.Roles[w.Project]) > 0
		}))
	}
	if len(d.Types) == 0 || len(d.Roles) == 0 || d.Self.ID == "" || d.ReadAt.IsZero() {
		t.Errorf("types %v, roles %v, self %q, read at %v", d.Types, d.Roles, d.Self.ID, d.ReadAt)
	}
}

func activePeople(t *testing.T, w *World) {
	tr := w.tracker()
	for who, want := range map[string]bool{w.People[Support]: true, w.People[Manager]: true, "999999999": false} {
		if active, err := tr.Active(t.Context(), who); err != nil || active != want {
			t.Errorf("person %s: active %t, %v; want %t", who, active, err, want)
		}
	}
	if active, err := w.Stranger.Active(t.Context(), w.People[Support]); err == nil {
		t.Errorf("a stranger is told %t", active)
	}
}

func firstValues(t *testing.T, w *World) {
	made := NewIssue{
		Project: w.Project, Subject: "first values", Priority: w.Priorities["low"],
		Assignee: w.People[Support], Fields: map[string]string{w.Field: "at first"},
	}
	issue := w.Create(t, Support, made)
	w.Set(t, Support, issue, map[string]string{
		connectors.FieldStatus:   w.Working,
		connectors.FieldAssignee: w.People[Engineer],
	})
	w.Set(t, Support, issue, map[string]string{connectors.FieldPriority: w.Priorities["high"], w.Field: "then"})
	w.Set(t, Support, issue, map[string]string{connectors.FieldAssignee: "", w.Field: ""})

	h := w.history(t, w.tracker(), issue)
	now := map[string]string{
		connectors.FieldStatus: w.Working, connectors.FieldAssignee: "", connectors.FieldPriority: w.Priorities["high"],
		w.Field: "",
	}
	first := map[string]string{
		connectors.FieldAssignee: w.People[Support], connectors.FieldPriority: w.Priorities["low"],
		connectors.FieldProject: w.Project, w.Field: "at first",
	}
	for field, want := range now {
		if got := h.Issue.Values.One(field); got != want {
			t.Errorf("%s is %q now, want %q", field, got, want)
		}
	}
	initial := h.Initial()
	for field, want := range first {
		if got := initial.One(field); got != want {
			t.Errorf("%s was %q at first, want %q", field, got, want)
		}
	}
	if initial.One(connectors.FieldStatus) == w.Working {
		t.Error("the first status is the present one")
	}
	replayed := initial.Clone()
	for _, e := range h.Events {
		for _, c := range e.Changes {
			replayed.Apply(c)
		}
	}
	for field := range h.Issue.Values {
		if got, want := replayed.One(field), h.Issue.Values.One(field); got != want {
			t.Errorf("replaying the events gives %s = %q, the issue says %q", field, got, want)
		}
	}
	if _, on := h.Issue.Values[w.Field]; !on {
		t.Errorf("%s is empty, but on the issue: its key must be there", w.Field)
	}
	if h.Issue.Author != w.People[Support] {
		t.Errorf("author %s, want %s", h.Issue.Author, w.People[Support])
	}
}

func stableEvents(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "stable events"})
	for _, text := range []string{"one", "two", "three"} {
		w.Comment(t, Customer, issue, text, false)
	}
	w.Set(t, Support, issue, map[string]string{connectors.FieldStatus: w.Working})
	tr := w.tracker()
	before := w.history(t, tr, issue)
	w.Comment(t, Support, issue, "four", false)
	after := w.history(t, tr, issue)
	if len(before.Events) != 4 || len(after.Events) != 5 {
		t.Fatalf("%d events, then %d; want 4 and 5", len(before.Events), len(after.Events))
	}
	for i, e := range before.Events {
		if after.Events[i].ID != e.ID || !after.Events[i].At.Equal(e.At) {
			t.Errorf("event %d was %s at %v and is %s at %v", i, e.ID, e.At, after.Events[i].ID, after.Events[i].At)
		}
		if e.At.Before(before.Issue.CreatedAt) || e.At.Location().String() != "UTC" {
			t.Errorf("event %s at %v, the issue was created at %v", e.ID, e.At, before.Issue.CreatedAt)
		}
	}
	authors := []string{w.People[Customer], w.People[Customer], w.People[Customer], w.People[Support], w.People[Support]}
	for i, e := range after.Events {
		if e.Author != authors[i] {
			t.Errorf("event %d is by %s, want %s", i, e.Author, authors[i])
		}
	}
}

var awkward = map[string]string{
	"cyrillic":       "Не открывается отчёт «Продажи» — ошибка №5",
	"kazakh":         "Қазақша: әіңғүұқөһ",
	"emoji":          "fixed 👍🏽 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
	"line ends":      "first\r\nsecond\r\n\r\nlast",
	"markup":         "h1. not a *title*\n# 1\n<b>x</b> {{macro}} [[link]] #1 @code@ \\ \" '",
	"blanks":         "  two before, tab\there",
	"combining":      "e\u0301 \u202eright to left\u202c",
	"long":           strings.Repeat("Ещё раз. ", 3000),
	"looks like one": `{"issue":{"notes":"x"}}`,
}

func textsIntact(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{
		Project: w.Project, Subject: awkward["cyrillic"],
		Description: awkward["emoji"],
	})
	tr := w.tracker()
	if h := w.history(t, tr, issue); h.Issue.Subject != awkward["cyrillic"] || h.Issue.Description != awkward["emoji"] {
		t.Errorf("subject %q, description %q", h.Issue.Subject, h.Issue.Description)
	}
	for name, text := range awkward {
		mark := newMark(w)
		text += "\n" + mark
		if err := tr.Update(t.Context(), connectors.Write{
			Issue:   issue,
			Comment: &connectors.Comment{Text: text, Mark: mark},
		}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e, ok := w.history(t, tr, issue).FindMark(w.self(t, tr).ID, mark)
		if !ok {
			t.Errorf("%s: the comment is not there", name)
		} else if e.Note.Text != text {
			t.Errorf("%s: came back as %.200q, want %.200q", name, e.Note.Text, text)
		}
	}
}

func internalHidden(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "internal"})
	w.Comment(t, Support, issue, "seen by all", false)
	w.Comment(t, Support, issue, "kept inside by support", true)
	tr := w.tracker()
	mark := newMark(w)
	receipt, _ := w.apply(t, tr, connectors.Write{
		Issue: issue, Status: ptr(w.Working), Priority: ptr(w.Priorities["high"]),
		Comment: &connectors.Comment{Text: "kept inside by us " + mark, Internal: true, Mark: mark, Audience: w.Audience},
	})
	if receipt.Event == "" || receipt.Public || len(receipt.Refused) > 0 {
		t.Errorf("receipt %+v", receipt)
	}
	internal := map[string]bool{}
	for _, e := range w.history(t, tr, issue).Events {
		if e.Note != nil {
			internal[e.Note.Text] = e.Note.Internal
		}
	}
	if len(internal) != 3 || internal["seen by all"] || !internal["kept inside by support"] ||
		!internal["kept inside by us "+mark] {
		t.Errorf("notes and whether they are internal: %v", internal)
	}
	seen := w.history(t, w.Customer, issue)
	for _, e := range seen.Events {
		if e.Note != nil && (e.Note.Internal || strings.Contains(e.Note.Text, "inside")) {
			t.Errorf("the customer reads %q", e.Note.Text)
		}
	}
	if seen.Issue.Values.One(connectors.FieldStatus) != w.Working {
		t.Error("the customer does not see the status, which is no secret")
	}
}

func editedNote(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "edited note"})
	w.Comment(t, Support, issue, "first wording", false)
	tr := w.tracker()
	before := w.history(t, tr, issue)
	if len(before.Events) != 1 || before.Events[0].Note == nil || !before.Events[0].Note.EditedAt.IsZero() {
		t.Fatalf("events %+v, want one unedited note", before.Events)
	}
	w.EditNote(t, Support, before.Events[0].ID, "second wording")
	after := w.history(t, tr, issue)
	if len(after.Events) != 1 || after.Events[0].ID != before.Events[0].ID || after.Events[0].Note == nil {
		t.Fatalf("events %+v, want the same one", after.Events)
	}
	n := after.Events[0].Note
	if n.Text != "second wording" {
		t.Errorf("text %q", n.Text)
	}
	if tr.Capabilities().EditedNotesSeen && n.EditedAt.IsZero() {
		t.Error("the edit is not seen, though the tracker declares it")
	}
}

func editedText(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "to be described", Description: "Не печатает."})
	w.Set(t, Support, issue, map[string]string{connectors.FieldText: "Не печатает.\nИ не сканирует."})
	h := w.history(t, w.tracker(), issue)
	if len(h.Events) != 1 || len(h.Events[0].Changes) != 1 {
		t.Fatalf("events %+v, want one with one change", h.Events)
	}
	c := h.Events[0].Changes[0]
	was, is := strings.Join(c.From, ""), strings.ReplaceAll(strings.Join(c.To, ""), "\r\n", "\n")
	if c.Field != connectors.FieldText || was != "Не печатает." || is != "Не печатает.\nИ не сканирует." {
		t.Errorf("%s went from %q to %q", c.Field, was, is)
	}
}

func moved(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "moved"})
	w.Set(t, Manager, issue, map[string]string{connectors.FieldProject: w.StaffOnly})
	h := w.history(t, w.tracker(), issue)
	if h.Issue.ID != issue || h.Issue.Values.One(connectors.FieldProject) != w.StaffOnly {
		t.Errorf("issue %s in project %s", h.Issue.ID, h.Issue.Values.One(connectors.FieldProject))
	}
	if got := h.Initial().One(connectors.FieldProject); got != w.Project {
		t.Errorf("first project %q, want %q", got, w.Project)
	}
	_, err := w.Customer.History(t.Context(), issue)
	wantClass(t, "the customer reading it", err, w.hidden())
	w.Set(t, Manager, issue, map[string]string{connectors.FieldProject: w.OutOfSight})
	_, err = w.tracker().History(t.Context(), issue)
	wantClass(t, "reading it where we have no rights", err, w.hidden())
}
