package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

func requestFor(e ledger.Entry) connectors.Write {
	return connectors.Write{
		Issue:   e.Key.Issue,
		Comment: &connectors.Comment{Text: "x " + e.ID, Internal: true, Mark: e.ID},
	}
}

// One request for two entries: "due" asks for a comment and an assignee, "watch" for a watcher and the closing.
func TestFinishDecidesByOutcome(t *testing.T) {
	refused := func(fields ...string) *connectors.Receipt {
		r := &connectors.Receipt{Event: "journal:9"}
		for _, f := range fields {
			r.Refused = append(r.Refused, connectors.Refusal{Field: f, Wanted: "7"})
		}
		return r
	}
	retry := t0.Add(2 * time.Hour)
	for name, c := range map[string]struct {
		outcome    ledger.Outcome
		due, watch enforcer.EntryState
		finished   bool
	}{
		"accepted, all of it done": {ledger.Outcome{Receipt: refused()}, enforcer.Done, enforcer.Done, true},
		"accepted, assignee left alone": {
			ledger.Outcome{Receipt: refused("assignee")}, enforcer.Refused, enforcer.Done, true,
		},
		"accepted, comment public": {
			ledger.Outcome{Receipt: refused("comment internal")}, enforcer.Refused, enforcer.Done, true,
		},
		"accepted, no watcher": {
			ledger.Outcome{Receipt: refused("watcher")}, enforcer.Done, enforcer.Refused, true,
		},
		"accepted, not closed": {
			ledger.Outcome{Receipt: refused("status")}, enforcer.Done, enforcer.Refused, true,
		},
		"accepted, both": {
			ledger.Outcome{Receipt: refused("comment", "watcher")}, enforcer.Refused, enforcer.Refused, true,
		},
		"accepted, a field that is no entry's": {
			ledger.Outcome{Receipt: refused("cf:12")}, enforcer.Refused, enforcer.Refused, true,
		},
		"refused": {ledger.Outcome{Class: connectors.Refused}, enforcer.Refused, enforcer.Refused, true},
		"try later": {
			ledger.Outcome{Class: connectors.TryLater, RetryAt: retry}, enforcer.Intended, enforcer.Intended, true,
		},
		"bad credentials": {
			ledger.Outcome{Class: connectors.Unauthorized, RetryAt: retry}, enforcer.Intended, enforcer.Intended, true,
		},
		"out of sight": {
			ledger.Outcome{Class: connectors.Hidden, RetryAt: retry}, enforcer.Intended, enforcer.Intended, true,
		},
		"deleted": {
			ledger.Outcome{Class: connectors.Gone, RetryAt: retry}, enforcer.Intended, enforcer.Intended, true,
		},
		"no answer": {
			ledger.Outcome{Class: connectors.Unknown, RetryAt: retry}, enforcer.Sent, enforcer.Sent, false,
		},
		"garbage for an answer": {
			ledger.Outcome{Class: connectors.Garbled, RetryAt: retry}, enforcer.Sent, enforcer.Sent, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := open(t)
			watch := step("17/inform-management/created/due", enforcer.Intended)
			watch.Changes = enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Management, Action: enforcer.ActionClose}}
			es := record(t, l, step("17/respond/created/due", enforcer.Intended), watch)
			w := begin(t, l, t0.Add(time.Hour), es...)
			c.outcome.Error = "as the tracker put it"
			got, err := l.Finish(t.Context(), t0.Add(time.Hour+time.Second), w.ID, c.outcome)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range got {
				want := map[string]enforcer.EntryState{es[0].ID: c.due, es[1].ID: c.watch}[g.ID]
				if g.State != want || g.Error != c.outcome.Error || g.Reason.Code == "" || g.Tries != 1 ||
					!g.NotBefore.Equal(c.outcome.RetryAt) {
					t.Errorf("%s: state %s, error %q, reason %q, tries %d, not before %v; want %s", g.Key.Obligation, g.State, g.Error,
						g.Reason.Code, g.Tries, g.NotBefore, want)
				}
				if diff := cmp.Diff(c.outcome.Receipt, g.Receipt); diff != "" {
					t.Errorf("receipt (-want +got):\n%s", diff)
				}
			}
			if _, err := l.Finish(t.Context(), t0.Add(2*time.Hour), w.ID, c.outcome); errors.Is(err,
				ledger.ErrFinished) != c.finished {
				t.Errorf("finished again: %v, want settled %t", err, c.finished)
			}
		})
	}
}

// The answer never came; the mark is looked for and not found; it is sent again and done. Each request has its
// own record, and the watcher that went first has a receipt of its own.
// A value that was to go with a status is the matter of the step that sets it, and not of fields that are kept up
// beside it.
func TestRefusedValueOfAStatusIsItsSteps(t *testing.T) {
	l, _ := open(t)
	closing, upkeep := step("17/await-answer/c1/due", enforcer.Intended), step("17/upkeep/-/fields", enforcer.Intended)
	closing.Changes.Action, closing.Changes.Assign = enforcer.ActionClose, ""
	upkeep.Changes = enforcer.Changes{}
	entries := record(t, l, closing, upkeep)
	w := requestFor(entries[0])
	w.Status, w.StatusFields, w.Fields = new(string), map[string]string{"cf:9": "Done"}, map[string]string{"cf:3": "x"}
	for field, want := range map[string]string{"cf:9": "await-answer", "cf:3": enforcer.Upkeep} {
		began, err := l.Begin(t.Context(), t0, w, entries...)
		if err != nil {
			t.Fatal(err)
		}
		after, err := l.Finish(t.Context(), t0, began.ID, ledger.Outcome{Receipt: &connectors.Receipt{
			Event: "journal:5", Refused: []connectors.Refusal{{Field: field, Wanted: "Done"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range after {
			if refused := e.State == enforcer.Refused; refused != (e.Key.Obligation == want) {
				t.Errorf("%s was left alone: %s is %s", field, e.Key.Obligation, e.State)
			}
		}
		closing.Key.Issue, upkeep.Key.Issue, w.Issue = "18", "18", "18"
		entries = record(t, l, closing, upkeep)
	}
}

func TestWritesTellTheWholeStory(t *testing.T) {
	l, _ := open(t)
	e := record(t, l, step("17/respond/created/due", enforcer.Intended))[0]
	at := func(m int) time.Time { return t0.Add(time.Duration(m) * time.Minute) }
	finish := func(now time.Time, id string, o ledger.Outcome) ledger.Entry {
		t.Helper()
		got, err := l.Finish(t.Context(), now, id, o)
		if err != nil {
			t.Fatal(err)
		}
		return got[0]
	}
	w1 := begin(t, l, at(30), e)
	if err := l.Watched(t.Context(), at(30), w1.ID, "8", ledger.Outcome{}); err != nil {
		t.Fatal(err)
	}
	finish(at(31), w1.ID, ledger.Outcome{Class: connectors.Unknown, Error: "timeout", RetryAt: at(35)})
	open, err := l.Unfinished(t.Context(), "helpdesk")
	if err != nil || len(open) != 1 || open[0].ID != w1.ID {
		t.Fatalf("unfinished: %v, %v; want %s", open, err, w1.ID)
	}
	again := finish(at(35), w1.ID, ledger.Outcome{Class: connectors.TryLater, Error: "mark not found"})
	w2 := begin(t, l, at(36), again)
	receipt := connectors.Receipt{Event: "journal:9"}
	done := finish(at(37), w2.ID, ledger.Outcome{Receipt: &receipt})
	if done.State != enforcer.Done || done.Tries != 2 || done.Error != "" {
		t.Errorf("ended %s after %d tries with error %q", done.State, done.Tries, done.Error)
	}
	got, err := l.Writes(t.Context(), "helpdesk", "17")
	if err != nil {
		t.Fatal(err)
	}
	w1.EndedAt, w2.EndedAt = at(35), at(37)
	w1.Answers = []ledger.Answer{
		{At: at(30), Watcher: "8"},
		{At: at(31), Class: connectors.Unknown, Error: "timeout"},
		{At: at(35), Class: connectors.TryLater, Error: "mark not found"},
	}
	w2.Answers = []ledger.Answer{{At: at(37), Receipt: &receipt}}
	if diff := cmp.Diff([]ledger.Write{w1, w2}, got); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	if open, err := l.Unfinished(t.Context(), "helpdesk"); err != nil || len(open) != 0 {
		t.Errorf("still unfinished: %v, %v", open, err)
	}
}

func TestBeginRefuses(t *testing.T) {
	l, _ := open(t)
	es := record(t, l, step("1/respond/created/due", enforcer.Intended), step("2/respond/created/due", enforcer.Intended),
		step("1/respond/created/warn-50", enforcer.Held))
	for name, c := range map[string]struct {
		entries []ledger.Entry
		want    string
	}{
		"nothing":      {nil, "without entries"},
		"two issues":   {es[:2], "is of another"},
		"a held entry": {[]ledger.Entry{es[0], es[2]}, `from "held" to "sent"`},
		"one it lacks": {[]ledger.Entry{step("5/respond/created/due", enforcer.Intended)}, "not in the ledger"},
		"one it twice": {[]ledger.Entry{es[0], es[0]}, "changed in the meantime"},
		"stale version": {
			[]ledger.Entry{func() ledger.Entry { e := es[0]; e.Version = 9; return e }()}, "changed in the meantime",
		},
	} {
		request := connectors.Write{Issue: "1"}
		if len(c.entries) > 0 {
			request.Issue = c.entries[0].Key.Issue
		}
		_, err := l.Begin(t.Context(), t0, request, c.entries...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if got := get(t, l, es[0].ID); got.State != enforcer.Intended || got.Tries != 0 {
			t.Errorf("%s: marked %s after %d tries all the same", name, got.State, got.Tries)
		}
	}
}

// A duty makes its issue once. What the tracker left undone of it is tried again on the issue that is there, a later
// comment goes to it as well, and neither makes anybody forget which issue it is.
func TestADutyMakesOneIssue(t *testing.T) {
	l, _ := open(t)
	start := record(t, l, duty())[0]
	finish := func(w ledger.Write, o ledger.Outcome) ledger.Entry {
		t.Helper()
		got, err := l.Finish(t.Context(), t0.Add(time.Hour), w.ID, o)
		if err != nil {
			t.Fatal(err)
		}
		return got[0]
	}
	begins := func(request connectors.Write, e ledger.Entry) ledger.Write {
		t.Helper()
		w, err := l.Begin(t.Context(), t0.Add(time.Hour), request, e)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := begins(creation(start), start)
	if w.Issue != "" || w.Mark != start.ID {
		t.Errorf("begun on issue %q with mark %q, want none and %s", w.Issue, w.Mark, start.ID)
	}
	open, err := l.Unfinished(t.Context(), "helpdesk")
	if err != nil || len(open) != 1 {
		t.Fatalf("unfinished: %v, %v", open, err)
	}
	if diff := cmp.Diff(w, open[0]); diff != "" {
		t.Errorf("unfinished (-begun +read):\n%s", diff)
	}
	if made, err := l.Made(t.Context(), "helpdesk", "kamal"); err != nil || len(made) != 0 {
		t.Errorf("made before an answer: %v, %v", made, err)
	}
	refused := finish(w,
		ledger.Outcome{Receipt: &connectors.Receipt{
			Issue:   "900",
			Refused: []connectors.Refusal{{Field: "assignee", Wanted: "7"}},
		}})
	if refused.State != enforcer.Refused {
		t.Fatalf("is %s, want refused", refused.State)
	}
	again, err := l.Retry(t.Context(), t0.Add(2*time.Hour), ledger.Filter{ID: start.ID}, fiveMinutesLater)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Begin(t.Context(), t0.Add(2*time.Hour), creation(start), again[0]); !errors.Is(err, ledger.ErrMade) {
		t.Errorf("a second issue: %v, want ErrMade", err)
	}
	assignee := "7"
	done := finish(begins(connectors.Write{Issue: "900", Assign: &assignee}, again[0]),
		ledger.Outcome{Receipt: &connectors.Receipt{}})
	due := record(t, l, step("/deliver/2026-Q1/due", enforcer.Intended))[0]
	comment := requestFor(due)
	comment.Issue = "900"
	finish(begins(comment, due), ledger.Outcome{Receipt: &connectors.Receipt{Event: "journal:9"}})

	made, err := l.Made(t.Context(), "helpdesk", "kamal")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[enforcer.StepKey]ledger.Entry{start.Key: done}, made); diff != "" ||
		done.State != enforcer.Done || done.Made() != "900" {
		t.Errorf("made (-want +got), and is %s:\n%s", done.State, diff)
	}
	entries, err := l.ByIssue(t.Context(), "helpdesk", "")
	if err != nil || len(entries) != 2 {
		t.Errorf("entries of the contract's duties: %v, %v", entries, err)
	}
	for issue, want := range map[string]int{"": 1, "900": 2} {
		if ws, err := l.Writes(t.Context(), "helpdesk", issue); err != nil || len(ws) != want {
			t.Errorf("writes on issue %q: %v, %v; want %d", issue, ws, err, want)
		}
	}
}

func TestBeginKeepsIssuesApart(t *testing.T) {
	l, _ := open(t)
	es := record(t, l, step("1/respond/created/due", enforcer.Intended), duty())
	for name, c := range map[string]struct {
		request connectors.Write
		entries []ledger.Entry
		want    string
	}{
		"an entry of another issue":        {connectors.Write{Issue: "2"}, es[:1], "is of another"},
		"a duty beside a request's entry":  {connectors.Write{Issue: "1"}, es, "is of another"},
		"a creation for a request's entry": {creation(es[0]), es[:1], "the write makes one"},
		"a creation that names an issue": {
			connectors.Write{Issue: "1", Create: &connectors.NewIssue{}}, es[1:], "the write makes one",
		},
		"a duty's change of no issue": {connectors.Write{}, es[1:], "is of another"},
		"a change of no issue":        {connectors.Write{}, es[:1], "is of another"},
	} {
		if _, err := l.Begin(t.Context(), t0, c.request, c.entries...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A tracker's megabyte of error must not become ours, nor be cut within a letter.
func TestErrorsAreCut(t *testing.T) {
	l, _ := open(t)
	e := record(t, l, step("17/respond/created/due", enforcer.Intended))[0]
	w := begin(t, l, t0, e)
	got, err := l.Finish(t.Context(), t0, w.ID,
		ledger.Outcome{Class: connectors.Refused, Error: "x" + strings.Repeat("ы", 1<<19)})
	if err != nil {
		t.Fatal(err)
	}
	exactly := strings.Repeat("x", 2000)
	for text, want := range map[string]string{exactly: exactly, exactly + "y": exactly + "…"} {
		if err := l.SetHealth(t.Context(), ledger.Health{Connection: "helpdesk", PassedAt: t0, Error: text}); err != nil {
			t.Fatal(err)
		}
		if h, err := l.Health(t.Context(), "helpdesk"); err != nil || h.Error != want {
			t.Errorf("of %d bytes %d were kept, ending %q, %v", len(text), len(h.Error), h.Error[1990:], err)
		}
	}
	if s := got[0].Error; len(s) > 2010 || !utf8.ValidString(s) || !strings.HasSuffix(s, "ы…") {
		t.Errorf("kept %d bytes, valid %t, ending %q", len(s), utf8.ValidString(s), s[len(s)-8:])
	}
}

// An answer to a request that the ledger does not have is refused by its name.
func TestAnswersToNothing(t *testing.T) {
	l, _ := open(t)
	_, finished := l.Finish(t.Context(), t0, "x-1", ledger.Outcome{})
	for _, err := range []error{finished, l.Watched(t.Context(), t0, "x-1", "7", ledger.Outcome{})} {
		if !errors.Is(err, ledger.ErrNotFound) || !strings.Contains(err.Error(), "write x-1: not in the ledger") {
			t.Errorf("%v", err)
		}
	}
}

// What stands in the tracker is done, whatever was decided since; it stays done for what it was written for.
func TestAdopt(t *testing.T) {
	l, _ := open(t)
	es := record(t, l, step("1/respond/created/due", enforcer.Intended), step("1/respond/created/warn-50", enforcer.Held),
		step("1/upkeep/-/fields", enforcer.Intended), step("1/respond/created/repeat-1", enforcer.Intended))
	move := func(e ledger.Entry, c enforcer.Changes) ledger.Entry {
		t.Helper()
		e.Changes, e.Reason = c, enforcer.Reason{Code: "answered"}
		out, err := l.Move(t.Context(), t0.Add(time.Hour), enforcer.Needless, e)
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	saidBefore := es[0].Changes
	move(es[0], enforcer.Changes{})
	silent := step("2/respond/created/due", enforcer.Intended)
	silent.Changes = enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Support}}
	never := record(t, l, silent)[0]
	w := begin(t, l, t0, es[3])
	if _, err := l.Finish(t.Context(), t0, w.ID,
		ledger.Outcome{Receipt: &connectors.Receipt{Event: "journal:2"}}); err != nil {
		t.Fatal(err)
	}
	adopt := func(issue string, ids ...string) []ledger.Entry {
		t.Helper()
		out, err := l.Adopt(t.Context(), t0.Add(2*time.Hour), "helpdesk", ledger.Adoption{
			Write:   connectors.Write{Issue: issue, Comment: &connectors.Comment{Text: "x", Mark: "m"}},
			At:      t0.Add(30 * time.Minute),
			Receipt: connectors.Receipt{Event: "journal:3"}, Entries: ids, Reason: enforcer.Reason{Code: "adopted"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := adopt("1", es[3].ID, es[1].ID, es[0].ID)
	if len(out) != 2 {
		t.Fatalf("adopted %d: %+v", len(out), out)
	}
	for _, e := range out {
		if e.State != enforcer.Done || e.Reason.Code != "adopted" || e.Receipt.Event != "journal:3" || e.Write.Issue != "1" {
			t.Errorf("%s is %s because of %s, %+v", e.Key.Step, e.State, e.Reason.Code, e.Receipt)
		}
		if diff := cmp.Diff(saidBefore.Comment, e.Changes.Comment); diff != "" || e.Changes.Assign != saidBefore.Assign {
			t.Errorf("%s was written for %+v\n%s", e.Key.Step, e.Changes, diff)
		}
	}
	if e := get(t, l, es[3].ID); e.Receipt.Event != "journal:2" {
		t.Errorf("what was done before has the receipt %+v", e.Receipt)
	}
	ws, err := l.Writes(t.Context(), "helpdesk", "1")
	if err != nil || len(ws) != 2 || ws[1].EndedAt.IsZero() || !ws[1].BeganAt.Equal(t0.Add(30*time.Minute)) ||
		len(ws[1].Entries) != 3 || len(ws[1].Answers) != 1 || ws[1].Answers[0].Receipt.Event != "journal:3" {
		t.Errorf("writes %+v, %v", ws, err)
	}
	if again := adopt("1", es[0].ID, es[1].ID); len(again) != 0 {
		t.Errorf("adopted twice: %+v", again)
	}
	if ws, err := l.Writes(t.Context(), "helpdesk", "1"); err != nil || len(ws) != 2 {
		t.Errorf("%d writes, %v", len(ws), err)
	}
	got := adopt("2", never.ID)[0].Changes
	want := &enforcer.Comment{
		Audience: never.Audience, Source: never.Source, Moment: never.Moment, Due: never.Due,
	}
	if diff := cmp.Diff(want, got.Comment); diff != "" || got.Assign != enforcer.Support {
		t.Errorf("what no decision asked for: %+v\n%s", got, diff)
	}
}

// On says which issue people find the step on: its own, the one made for it, or the one it was written to.
func TestWhereAStepIs(t *testing.T) {
	made, written := ledger.Entry{Receipt: &connectors.Receipt{Issue: "900"}},
		ledger.Entry{Write: &connectors.Write{Issue: "901"}, Receipt: &connectors.Receipt{}}
	own := made
	own.Key.Issue = "17"
	for want, e := range map[string]ledger.Entry{"17": own, "900": made, "901": written, "": {}} {
		if got := e.On(); got != want {
			t.Errorf("on %q, want %q", got, want)
		}
	}
}

// A write is accepted when the tracker said so of the update itself; a watcher's receipt is none, nor is a failure.
func TestAcceptedWrites(t *testing.T) {
	receipt := &connectors.Receipt{}
	for name, c := range map[string]struct {
		answers []ledger.Answer
		want    bool
	}{
		"without an answer":     {nil, false},
		"after a failure":       {[]ledger.Answer{{Class: connectors.Unknown}}, false},
		"of a watcher":          {[]ledger.Answer{{Watcher: "7", Receipt: receipt}}, false},
		"of the update":         {[]ledger.Answer{{Receipt: receipt}}, true},
		"at last":               {[]ledger.Answer{{Class: connectors.Unknown}, {Receipt: receipt}}, true},
		"a watcher, and failed": {[]ledger.Answer{{Watcher: "7", Receipt: receipt}, {Class: connectors.TryLater}}, false},
	} {
		if got := (ledger.Write{Answers: c.answers}).Accepted(); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// A request bears the id of the first of its steps, in whatever order they are given; a priority that the tracker left
// alone is the matter of the step that raised it.
func TestStepsOfARequest(t *testing.T) {
	l, _ := open(t)
	raising := step("1/respond/created/due", enforcer.Intended)
	other := step("1/respond/created/warn-50", enforcer.Intended)
	raising.Changes.Priority, raising.Changes.Assign, other.Changes.Assign = enforcer.PriorityUp, "", ""
	es := record(t, l, raising, other)
	first := min(es[0].ID, es[1].ID)
	for range 2 {
		es[0], es[1] = es[1], es[0]
		w := begin(t, l, t0, es...)
		if !strings.HasPrefix(w.ID, first+"-") || w.Entries[0] != first || len(w.Entries) != 2 {
			t.Errorf("%s for %v, want the first, %s", w.ID, w.Entries, first)
		}
		var err error
		if es, err = l.Finish(t.Context(), t0, w.ID, ledger.Outcome{Class: connectors.TryLater}); err != nil {
			t.Fatal(err)
		}
	}
	w := begin(t, l, t0, es...)
	out, err := l.Finish(t.Context(), t0, w.ID, ledger.Outcome{Receipt: &connectors.Receipt{
		Event: "journal:1", Refused: []connectors.Refusal{{Field: connectors.FieldPriority, Wanted: "4"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range out {
		if refused := e.State == enforcer.Refused; refused != (e.Changes.Priority != "") {
			t.Errorf("%s is %s", e.Key.Step, e.State)
		}
	}
}
