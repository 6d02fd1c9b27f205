package engine_test

import (
	"testing"
)

// phone maps the field by which kamal asks for a call: its step tells staff in working hours.
var phone = replace("{is: hold, field: Client ID}", "{is: notified-by-phone, field: Client ID}")

// What waits for an opening is not written as if its time had come when the hours, the days off or a back-dated field
// put that opening before the last pass: that is no doing of time's.
func TestWaitingStepsMovedIntoThePast(t *testing.T) {
	const step = "phone-duplicate/start"
	nauryz := func(t *testing.T) (w *world, id int) { // five days without an opening
		w = newWorld(t, "2026-03-21 11:00", phone)
		id = w.issue("critical", "In the holidays")
		w.pass()
		w.wantEntries(id, "acknowledge/start done accepted", step+" waiting outside-hours")
		w.passAt("2026-03-25 12:00")
		return w, id
	}
	t.Run("other hours", func(t *testing.T) {
		w, id := nauryz(t)
		w.configure(appended("    calendar: {hours: 24x7, days: none}\n"))
		w.passAt("2026-03-25 12:01")
		w.wantSaid(id, "+acknowledge/start")
		if e := w.row(id, step); e.State != "past" || e.Reason.Code != "moved-into-past" {
			t.Errorf("%s is %s %s", step, e.State, e.Reason.Code)
		}
		w.run("2026-03-26 12:00") // nor does it come back
		if e := w.row(id, step); e.State != "past" {
			t.Errorf("%s is %s", step, e.State)
		}
	})
	t.Run("the opening is still to come", func(t *testing.T) {
		w, id := nauryz(t)
		w.configure(appended("    calendar: {hours: \"Mon-Fri 08:00-17:00\"}\n"))
		w.run("2026-03-26 07:59")
		w.wantSaid(id, "+acknowledge/start")
		w.run("2026-03-26 08:01")
		if e := w.row(id, step); e.State != "done" {
			t.Errorf("%s is %s %s", step, e.State, e.Reason.Code)
		}
	})
	t.Run("the opening came while nobody looked", func(t *testing.T) {
		w, id := nauryz(t)
		w.configure(appended("    calendar: {days: none}\n"))
		w.passAt("2026-03-26 09:30")
		if e := w.row(id, step); e.State != "done" {
			t.Errorf("%s is %s %s: it was late, not past", step, e.State, e.Reason.Code)
		}
	})
}

// A step that a change of configuration took back, and another brings back, is as past as one that it brings for the
// first time.
func TestStepsBroughtBackByConfiguration(t *testing.T) {
	const off = "    change:\n      - {obligation: respond, off: true}\n"
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "On hold")
	w.pass()
	w.do(w.sim.As("support1").SetField(id, "Client ID", "on hold"))
	w.run("2026-03-16 10:30")
	held := "respond/due held hold"
	w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-50 held hold", held)
	w.configure(appended(off))
	w.passAt("2026-03-16 10:31")
	w.do(w.sim.As("support1").SetField(id, "Client ID", ""))
	w.passAt("2026-03-24 10:00")
	w.configure(replace(off, ""))
	w.passAt("2026-03-24 10:01")
	if e := w.row(id, "respond/due"); e.State != "past" {
		t.Errorf("eight days later respond/due is %s %s", e.State, e.Reason.Code)
	}
}

// A cutover that the admin moves on is how a flood of the past is got rid of: what is held of before it is past.
func TestHeldStepsBeforeALaterCutover(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "On hold")
	w.pass()
	w.do(w.sim.As("support1").SetField(id, "Client ID", "on hold"))
	w.run("2026-03-16 10:30")
	w.configure(appended("    enforce_from: 2026-03-17\n"))
	w.passAt("2026-03-17 10:00")
	w.do(w.sim.As("support1").SetField(id, "Client ID", ""))
	w.passAt("2026-03-17 10:01")
	if e := w.row(id, "respond/due"); e.State != "past" || e.Reason.Code != "before-enforcement" {
		t.Errorf("respond/due is %s %s", e.State, e.Reason.Code)
	}
}

// What time has brought is written once, with its moment, though a change of configuration meanwhile says that it came
// earlier still: a step that is held, and one that is tried again.
func TestBroughtByTimeAndThenMoved(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "On hold")
	w.pass()
	w.do(w.sim.As("support1").SetField(id, "Client ID", "on hold"))
	w.run("2026-03-16 10:30")
	w.configure(appended("    change:\n      - {obligation: respond, severity: critical, within: 5m}\n"))
	w.passAt("2026-03-16 11:00")
	w.do(w.sim.As("support1").SetField(id, "Client ID", ""))
	w.passAt("2026-03-16 11:01")
	w.wantSaid(id, "+acknowledge/start", "respond/due")
}
