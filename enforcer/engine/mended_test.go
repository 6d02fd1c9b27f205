package engine_test

import "testing"

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

// A lead whose account was locked a moment ago cannot be assigned: Redmine refuses the whole update. The comments are
// written all the same, the customer's before and staff's after the refusal.
func TestLeadLockedMeanwhile(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	w.pass()
	issue := w.issue("critical", "Nobody to give it to")
	w.sim.LockUser("support1")
	w.passAt("2026-03-16 10:25")
	w.wantSaid(issue, "+acknowledge/start", "respond/due")
}
