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
