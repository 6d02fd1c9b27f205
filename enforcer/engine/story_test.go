package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// The critical case of the kamal contract from the notice to the progress reports, nobody answering.
func TestCriticalStory(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.pass()
	w.wantSaid(id, "+acknowledge/start")
	assigned := func(want string) {
		t.Helper()
		got := ""
		if a := w.see("support1", id).AssignedTo; a != nil {
			got = a.Name
		}
		if got != want {
			t.Errorf("at %s assigned to %q, want %q", w.now().In(almaty).Format(time.TimeOnly), got, want)
		}
	}
	priority := func(want string) {
		t.Helper()
		if got := w.see("customer1", id).Priority.Name; got != want {
			t.Errorf("at %s the priority is %s, want %s", w.now().In(almaty).Format(time.TimeOnly), got, want)
		}
	}

	w.run("2026-03-16 10:09:59")
	w.wantSaid(id, "+acknowledge/start")
	w.run("2026-03-16 10:19:55") // the last moment: a comment takes some seconds to stand
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50")
	assigned("")
	priority("Normal")

	w.run("2026-03-16 10:20:01")
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
	assigned("Sanjay Support")
	priority("Immediate")

	w.run("2026-03-16 12:00:01")
	assigned("Dora Developer")
	priority("Immediate")
	w.run("2026-03-16 14:00:01")
	all := []string{
		"+acknowledge/start", "respond/warn-50", "respond/due", "involve-developers/due",
		"inform-management/due",
	}
	w.wantSaid(id, all...)
	if got := *w.see("manager1", id).Watchers; !slices.Contains(got,
		redminesim.Ref{ID: w.sim.UserID("manager1"), Name: "Maria Manager"}) {
		t.Errorf("watchers %v, want management among them", got)
	}

	// two business days, from 75 % of them on, and again and again
	w.run("2026-03-20 10:00:01")
	all = append(all, "progress-update/warn-75", "progress-update/due", "progress-update/warn-75", "progress-update/due")
	w.wantSaid(id, all...)
	assigned("Dora Developer") // never down to the support lead
	w.wantEntries(id,
		"acknowledge/start done accepted", "respond/warn-50 done accepted", "respond/due done accepted",
		"involve-developers/due done accepted", "inform-management/due done accepted",
		"progress-update/warn-75 done accepted", "progress-update/due done accepted",
		"progress-update/warn-75 done accepted", "progress-update/due done accepted")
	for _, e := range w.rows(id) {
		if e.Receipt == nil || e.Receipt.Event == "" || len(e.Receipt.Refused) != 0 || e.Tries != 1 || e.Facts.Rule == "" {
			t.Errorf("%s/%s: receipt %+v, %d tries, rule %q", e.Key.Obligation, e.Key.Step, e.Receipt, e.Tries, e.Facts.Rule)
		}
	}

	// the customer reads the receipt and nothing internal
	if got := w.notes("customer1", id); len(got) != 1 || got[0].private ||
		!strings.Contains(got[0].text, "no later than 10:20 on 16 March 2026") {
		t.Errorf("the customer reads %+v", got)
	}
	if got := len(w.notes("support1", id)); got != len(all) {
		t.Errorf("staff read %d comments, want %d", got, len(all))
	}

	// a second and a third pass write nothing; once our own last change has settled an idle one asks one question
	w.passAt("2026-03-20 10:02:00")
	for range 2 {
		w.set(w.now().Add(2 * time.Minute))
		asked := w.requests(func() { w.pass() })
		if len(asked) != 1 || asked[0].Method != "GET" {
			t.Errorf("an idle pass asked %v", asked)
		}
	}
	w.wantSaid(id, all...)
}

// Whoever answers stops what was waiting for the answer.
func TestAnsweredInTime(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	silent, spoken, solved := w.issue("critical", "a"), w.issue("critical", "b"), w.issue("critical", "c")
	w.pass()
	w.set(at("2026-03-16 10:05"))
	support := w.sim.As("support1")
	w.do(support.SetStatus(silent, "In Progress"))
	_, err := support.Comment(spoken, "Looking into it.")
	w.do(err)
	_, err = support.Update(solved, redminesim.Change{Status: "Resolved", Note: "Done."})
	w.do(err)
	w.run("2026-03-16 17:00")
	w.wantSaid(silent, "+acknowledge/start", "+confirm-work/start", "involve-developers/due", "inform-management/due")
	w.wantSaid(spoken, "+acknowledge/start", "involve-developers/due", "inform-management/due")
	w.wantSaid(solved, "+acknowledge/start")
}

// Internal steps decided at night wait for the morning; what is owed to the customer does not.
func TestNight(t *testing.T) {
	w := newWorld(t, "2026-03-16 22:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 23:00")
	w.wantSaid(id, "+acknowledge/start")
	w.run("2026-03-17 09:20:01")
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")

	late := w.issue("", "Slow")
	w.passAt("2026-03-18 03:00") // after an outage: due at 11:20 the day before
	w.wantSaid(late, "+acknowledge/start")
	if e := w.row(late, "respond/due"); e.State != enforcer.Waiting || !e.NotBefore.Equal(at("2026-03-18 09:00")) {
		t.Errorf("a breach found at night is %s until %v", e.State, e.NotBefore)
	}
	w.run("2026-03-18 09:00")
	w.wantSaid(late, "+acknowledge/start", "respond/due")
}

// Three days without slabridge: what was missed is said once, the last word of each obligation, with the true
// moments, and no promise of what has passed.
func TestOutage(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	known := w.issue("critical", "Known")
	w.pass()
	w.set(at("2026-03-16 11:00"))
	born := w.issue("critical", "Born in the outage")
	w.passAt("2026-03-19 10:30")
	w.wantSaid(known, "+acknowledge/start", "respond/due", "involve-developers/due", "inform-management/due",
		"progress-update/due")
	w.wantSaid(born, "+acknowledge/start", "respond/due", "involve-developers/due", "inform-management/due",
		"progress-update/due")
	w.wantEntries(born,
		"acknowledge/start done accepted", "respond/warn-50 overtaken overtaken", "acknowledge/due needless ended",
		"respond/due done accepted",
		"involve-developers/due done accepted", "inform-management/due done accepted",
		"progress-update/warn-75 overtaken overtaken", "progress-update/due done accepted")
	notes := w.notes("admin", born)
	if len(notes) != 2 {
		t.Fatalf("%d comments, want one to the customer and one to staff", len(notes))
	}
	if strings.Contains(notes[0].text, "11:20") || strings.Contains(notes[0].text, "begin") {
		t.Errorf("the late receipt promises what has passed:\n%s", notes[0].text)
	}
	for _, moment := range []string{"11:20 on 16 March", "13:00 on 16 March", "15:00 on 16 March", "11:00 on 18 March"} {
		if !strings.Contains(notes[1].text, moment) {
			t.Errorf("the comment to staff does not name %s:\n%s", moment, notes[1].text)
		}
	}
	if a := w.see("admin", born).AssignedTo; a == nil || a.Name != "Dora Developer" {
		t.Errorf("assigned to %v, want the highest of those called in", a)
	}
	said := w.said(born)
	w.pass()
	w.wantSaid(born, said...)
}

// A quarter of a year with its holidays, a handful of requests in every state, a pass whenever time calls.
func TestQuarter(t *testing.T) {
	w := newWorld(t, "2026-03-02 09:30")
	support, customer := w.sim.As("support1"), w.sim.As("customer1")
	var issues []int
	for i, severity := range []string{"critical", "", "minor", "critical", ""} {
		issues = append(issues, w.issue(severity, fmt.Sprintf("request %d", i)))
	}
	passes := w.run("2026-03-04 12:00")
	_, err := support.Comment(issues[0], "We are on it.")
	w.do(err)
	w.do(support.SetStatus(issues[3], "Resolved"))
	if stride == 1 {
		passes += w.run("2026-03-20 12:00")
		w.do(support.SetStatus(issues[0], "Resolved"))
		w.do(support.SetStatus(issues[2], "In Progress"))
		passes += w.run("2026-04-15 12:00")
		_, err = customer.Comment(issues[1], "Any news?")
		w.do(err)
		passes += w.run("2026-06-01 12:00")
	}
	for _, id := range issues {
		seen := map[string]bool{}
		for _, n := range w.notes("admin", id) {
			mark := mapping.MarkIn(n.text)
			if mark == "" || seen[mark] {
				t.Errorf("issue %d: %q twice, or no mark", id, mark)
			}
			seen[mark] = true
		}
	}
	for _, e := range w.rows(issues[1]) {
		if e.State != enforcer.Done {
			t.Errorf("%s/%s of %s is %s: %s", e.Key.Obligation, e.Key.Step, e.Key.Cycle, e.State, e.Reason.Code)
		}
		if local := e.Moment.In(almaty); local.Weekday() == time.Sunday || local.Weekday() == time.Saturday {
			t.Errorf("%s/%s fell on a %s", e.Key.Obligation, e.Key.Step, local.Weekday())
		}
	}
	if passes > 300 {
		t.Errorf("%d passes over five requests: time alone called for far fewer", passes)
	}
	t.Logf("%d passes", passes)
}
