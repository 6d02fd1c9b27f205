package trackertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
)

var createLaws = []law{
	{name: "an issue is made as it was asked for, in one request, and found by its mark", check: createdFound},
	{name: "an issue is found by its own mark, project, author and time only", check: createdApart},
	{name: "a refused issue is not made", check: createdRefused},
	{name: "a lost answer to a new issue is an unknown outcome, and the mark settles it", check: createdLost},
	{name: "the statuses that may be set are named", check: transitions},
	{name: "a status that may be set is set", check: statusSet},
}

// newIssue is an issue of ours with a mark in its description.
func (w *World) newIssue() connectors.NewIssue {
	mark := newMark(w)
	return connectors.NewIssue{
		Project: w.Project, Type: w.Type, Subject: "Квартальная поставка", Mark: mark,
		Description: "Обновление за квартал.\n\n" + mark + "\nnothing below matters",
	}
}

func (w *World) found(t *testing.T, project, mark string, since time.Time) string {
	t.Helper()
	id, ok, err := w.tracker().FindCreated(t.Context(), project, mark, since)
	if err != nil {
		t.Fatalf("FindCreated: %v", err)
	}
	if ok != (id != "") {
		t.Fatalf("found %v, and the id is %q", ok, id)
	}
	return id
}

// hourAgo is a moment of the tracker's clock before anything that the law makes.
func (w *World) hourAgo() time.Time { return w.Now().Add(w.Skew - time.Hour) }

func createdFound(t *testing.T, w *World) {
	n := w.newIssue()
	n.Assign, n.DueDate = w.People[Engineer], w.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	requests := 0
	id, err := w.counted(func(int, *http.Request) { requests++ }).Create(t.Context(), n)
	if err != nil || id == "" || requests != 1 {
		t.Fatalf("made %q in %d requests: %v", id, requests, err)
	}
	tr := w.tracker()
	i := w.history(t, tr, id).Issue
	for field, want := range map[string]string{
		connectors.FieldProject: n.Project, connectors.FieldType: n.Type,
		connectors.FieldAssignee: n.Assign, connectors.FieldDueDate: n.DueDate,
	} {
		if got := i.Values.One(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if i.Subject != n.Subject || i.Author != w.self(t, tr).ID || !strings.Contains(i.Description, n.Mark) {
		t.Errorf("subject %q, author %s, description %q", i.Subject, i.Author, i.Description)
	}
	for _, since := range []time.Time{{}, w.hourAgo(), i.CreatedAt} {
		if got := w.found(t, n.Project, n.Mark, since); got != id {
			t.Errorf("since %v: found %q, want %s", since, got, id)
		}
	}
}

func createdApart(t *testing.T, w *World) {
	n, tr := w.newIssue(), w.tracker()
	id, err := tr.Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	byCustomer, _, err := w.Customer.FindCreated(t.Context(), n.Project, n.Mark, w.hourAgo())
	if err != nil {
		t.Fatal(err)
	}
	quoted := newMark(w)
	theirs := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "quoted " + id, Description: quoted})
	for name, got := range map[string]string{
		"another mark":                   w.found(t, n.Project, newMark(w), w.hourAgo()),
		"another project":                w.found(t, w.StaffOnly, n.Mark, w.hourAgo()),
		"from later on":                  w.found(t, n.Project, n.Mark, w.Now().Add(w.Skew+time.Hour)),
		"our issue, the customer asking": byCustomer,
		"the customer's issue " + theirs: w.found(t, n.Project, quoted, w.hourAgo()),
	} {
		if got != "" {
			t.Errorf("%s: found %s", name, got)
		}
	}
	if got := w.found(t, n.Project, n.Mark, w.hourAgo()); got != id {
		t.Errorf("found %q, want %s", got, id)
	}
}

func createdRefused(t *testing.T, w *World) {
	tests := map[string]func(*connectors.NewIssue){
		"assigned to somebody without the project": func(n *connectors.NewIssue) { n.Assign = w.People[Outsider] },
		"a due date that is none":                  func(n *connectors.NewIssue) { n.DueDate = "2026-02-31" },
		"without a subject":                        func(n *connectors.NewIssue) { n.Subject = "" },
		"text that cannot be written":              func(n *connectors.NewIssue) { n.Description += "\x00" },
		"a project out of sight":                   func(n *connectors.NewIssue) { n.Project = w.OutOfSight },
	}
	for name, spoil := range tests {
		n := w.newIssue()
		spoil(&n)
		_, err := w.tracker().Create(t.Context(), n)
		wantClass(t, name, err, connectors.Refused)
		if got := w.found(t, w.Project, n.Mark, w.hourAgo()); got != "" {
			t.Errorf("%s: issue %s was made", name, got)
		}
	}
	_, err := w.Stranger.Create(t.Context(), w.newIssue())
	wantClass(t, "with nobody's credentials", err, connectors.Unauthorized)
	_, _, err = w.Stranger.FindCreated(t.Context(), w.Project, "x", time.Time{})
	wantClass(t, "looking with nobody's credentials", err, connectors.Unauthorized)
	w.ServeStrangers(t)
	_, _, err = w.Stranger.FindCreated(t.Context(), w.Project, "x", time.Time{})
	wantClass(t, "looking as a stranger who is served", err, connectors.Unauthorized)
}

func createdLost(t *testing.T, w *World) {
	for name, lose := range losses {
		n, sent := w.newIssue(), 0
		tr := w.onlyWrites(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			sent++
			return lose(next, r)
		})
		_, err := tr.Create(t.Context(), n)
		wantClass(t, name, err, connectors.Unknown)
		if sent != 1 {
			t.Errorf("%s: sent %d times", name, sent)
		}
		if w.found(t, n.Project, n.Mark, w.hourAgo()) == "" {
			t.Errorf("%s: the issue is not found", name)
		}
	}
	n := w.newIssue()
	garbled := w.onlyWrites(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusCreated, http.Header{"Content-Type": {"application/json"}}, `{"hello":"world"}`), nil
	})
	_, err := garbled.Create(t.Context(), n)
	wantClass(t, "an answer that names no issue", err, connectors.Unknown)
}

func transitions(t *testing.T, w *World) {
	tr := w.tracker()
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "where it may go"})
	h := w.history(t, tr, issue)
	present := h.Issue.Values.One(connectors.FieldStatus)
	if !h.TransitionsSet || !slices.Contains(h.Transitions, w.Working) || !slices.Contains(h.Transitions, present) {
		t.Errorf("transitions %v (told: %v), want %s and the present %s among them", h.Transitions, h.TransitionsSet,
			w.Working, present)
	}
	if slices.Contains(h.Transitions, w.Forbidden) {
		t.Errorf("transitions %v hold %s, which may not be set", h.Transitions, w.Forbidden)
	}
	w.Set(t, Manager, issue, map[string]string{connectors.FieldStatus: w.Forbidden})
	if h = w.history(t, tr, issue); fmt.Sprint(h.Transitions) != fmt.Sprint([]string{w.Forbidden}) || !h.TransitionsSet {
		t.Errorf("from a status without a way out: %v, want only that", h.Transitions)
	}
}

func statusSet(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "on its way"})
	receipt, after := w.apply(t, w.tracker(), connectors.Write{Issue: issue, Status: ptr(w.Working)})
	if len(receipt.Refused) > 0 || after.Issue.Values.One(connectors.FieldStatus) != w.Working {
		t.Errorf("receipt %+v, status %s", receipt, after.Issue.Values.One(connectors.FieldStatus))
	}
	if len(after.Events) != 1 || after.Events[0].Note != nil {
		t.Errorf("events %+v, want the change alone", after.Events)
	}
}
