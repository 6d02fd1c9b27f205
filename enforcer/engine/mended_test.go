package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/engine"
)

// A right that was lacking and is given is seen by the next pass: nobody has to wait until the names are read again.
func TestRightGivenBack(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	w.sim.RevokePermission("SLA bot", "set_notes_private")
	issue := w.issue("critical", "No private notes yet")
	w.passAt("2026-03-16 10:25")
	w.wantSaid(issue, "+acknowledge/start")
	w.sim.GrantPermission("SLA bot", "set_notes_private")
	w.passAt("2026-03-16 10:26")
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
}

// A request that was born while our account could not see its project is no less owed: what was missed is written
// when it comes into sight.
func TestBornOutOfSight(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	w.pass()
	w.sim.RemoveMember("acme", "sla-bot")
	w.passAt("2026-03-16 10:05")
	issue := w.issue("critical", "Nobody is looking")
	w.passAt("2026-03-16 10:40")
	w.wantSaid(issue)
	w.sim.AddMember("acme", "sla-bot", "SLA bot")
	w.passAt("2026-03-16 11:45") // with a census
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
}

// A lead whose account was locked a moment ago cannot be assigned: Redmine would refuse the whole update. So they are
// asked after before it, and the next of the leads is assigned at the first try.
func TestLeadLockedMeanwhile(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	w.pass()
	issue := w.issue("critical", "For the next of them")
	w.sim.LockUser("support1")
	refused := 0
	for _, r := range w.requests(func() { w.passAt("2026-03-16 10:25") }) {
		if r.Method == http.MethodPut && r.Status == http.StatusUnprocessableEntity {
			refused++
		}
	}
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
	if a := w.see("admin", issue).AssignedTo; refused > 0 || a == nil || a.Name != "Svetlana Support" {
		t.Errorf("%d refusals, assigned to %v; want none, and the next of the leads", refused, a)
	}
	w.wantEntries(issue, "acknowledge/start done accepted", "respond/warn-50 overtaken overtaken",
		"acknowledge/due needless ended", "respond/due done accepted")
}

// With the last of the leads locked nobody can be assigned: the comment says so, the step is refused and stands so in
// health, the customer's receipt is written all the same. Once one of them is there again the step is carried out.
func TestNoLeadLeft(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	w.pass()
	issue := w.issue("critical", "Nobody to give it to")
	w.sim.LockUser("support1")
	w.sim.LockUser("support2")
	standing := func(r engine.Report) int {
		h, err := w.engine.HealthStatus(t.Context(), time.Time{})
		w.do(err)
		if h[0].Refused != r.StandingRefusals {
			t.Errorf("health has %d refused, the pass %d", h[0].Refused, r.StandingRefusals)
		}
		return h[0].Refused
	}
	r := w.passAt("2026-03-16 10:25")
	if len(r.Refused) != 1 || standing(r) != 1 {
		t.Errorf("refused %d, standing %d; want 1 of each", len(r.Refused), standing(r))
	}
	e := w.row(issue, "respond/due")
	if e.State != enforcer.Refused || len(e.Receipt.Refused) != 1 ||
		e.Receipt.Refused[0].Got != "nobody can be assigned" {
		t.Errorf("it is %s, receipt %+v", e.State, e.Receipt)
	}
	journals := *w.see("admin", issue).Journals
	if last := journals[len(journals)-1].Notes; last == nil || !strings.Contains(*last, "Nobody can be assigned") {
		t.Errorf("the comment does not say that nobody could be assigned: %+v", journals[len(journals)-1])
	}
	if n := standing(w.passAt("2026-03-16 10:26")); n != 1 {
		t.Errorf("a pass later %d stand refused, want it still", n)
	}
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
	w.sim.UnlockUser("support2")
	if n := standing(w.passAt("2026-03-16 11:30")); n != 0 { // the names are read again
		t.Errorf("%d stand refused though somebody can be assigned", n)
	}
	if a := w.see("admin", issue).AssignedTo; a == nil || a.Name != "Svetlana Support" {
		t.Errorf("assigned to %v, want the lead who is there again", a)
	}
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
}

// An account that was taken out of the members is told so: the contract does not simply cover nothing.
func TestMembershipLost(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	w.sim.RemoveMember("acme", "sla-bot")
	r := w.passAt("2026-03-16 11:05")
	told := problems(r)
	if !strings.Contains(told, "our account was a member of this project and does not see it any more") ||
		strings.Contains(told, "covers nothing") || len(r.Faults) == 0 {
		t.Errorf("told %s, faults %v", told, r.Faults)
	}
	w.sim.AddMember("acme", "sla-bot", "SLA bot")
	if r := w.passAt("2026-03-16 11:06"); len(r.Faults) > 0 {
		t.Errorf("as a member again: %v", r.Faults)
	}
}

// Redmine goes on listing a locked lead among the members: they are asked after when the names are read, so that check
// tells of it before a request is due, and the next of the leads is assigned without a refusal.
func TestLeadLockedLongAgo(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	w.sim.LockUser("support1")
	found, err := w.engine.Check(t.Context())
	w.do(err)
	if !hasProblem(found, "Sanjay Support", "this account is locked", false) {
		t.Errorf("check does not tell of the locked lead: %+v", found[0].Problems)
	}
	w.passAt("2026-03-16 11:05") // an hour later the names are read again
	issue := w.issue("critical", "For the next of them")
	refused := 0
	for _, r := range w.requests(func() { w.passAt("2026-03-16 11:10"); w.passAt("2026-03-16 11:30") }) {
		if r.Method == http.MethodPut && r.Status == http.StatusUnprocessableEntity {
			refused++
		}
	}
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
	if a := w.see("admin", issue).AssignedTo; refused > 0 || a == nil || a.Name != "Svetlana Support" {
		t.Errorf("%d refusals, assigned to %v; want none, and the next of the leads", refused, a)
	}
	w.sim.LockUser("support2")
	found, err = w.engine.Check(t.Context())
	w.do(err)
	if !hasProblem(found, "acme", "no lead of support can be assigned", true) {
		t.Errorf("check does not tell that no lead is left: %+v", found[0].Problems)
	}
}

// A lead named in the configuration in the place of one who is locked is assigned with the next pass.
func TestAnotherLeadNamed(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", replace("lead: [Sanjay Support, Svetlana Support]", "lead: [Sanjay Support]"))
	issue := w.issue("critical", "Nobody to give it to")
	w.sim.LockUser("support1")
	w.passAt("2026-03-16 10:25")
	w.load(replace("lead: [Sanjay Support]", "lead: [Sanjay Support, Svetlana Support]"))
	w.start()
	w.passAt("2026-03-16 10:26")
	if a := w.see("admin", issue).AssignedTo; a == nil || a.Name != "Svetlana Support" {
		t.Errorf("assigned to %v, want the lead who was added; %+v", a, w.row(issue, "respond/due"))
	}
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
}
