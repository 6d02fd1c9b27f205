package engine_test

import (
	"slices"
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/outbox"
)

// consultations maps a kind of work, so that kamal's limit of half an hour for a consultation by phone counts.
var consultations = replace("    internal: {kind: private-note}",
	"    activities:\n      - {is: phone-consultation, names: [Development]}\n    internal: {kind: private-note}")

func (w *world) book(issue int, hours float64, activity string) int {
	w.t.Helper()
	id, err := w.sim.As("support1").Book(redminesim.Booking{Issue: issue, Hours: hours, Activity: activity})
	w.do(err)
	return id
}

// A contract that counts no booked time is not asked about it; one that does costs one request more.
func TestIdlePassCosts(t *testing.T) {
	for want, opts := range map[int][]option{1: nil, 2: {consultations}} {
		w := newWorld(t, "2026-03-16 10:00", opts...)
		issue := w.issue("minor", "Some day")
		w.book(issue, 0.25, "Development")
		w.passAt("2026-03-16 10:05")
		w.passAt("2026-03-16 10:10") // what we wrote ourselves is read once more
		for range 2 {
			w.set(w.now().Add(120e9))
			if asked := w.requests(func() { w.pass() }); len(asked) != want {
				t.Errorf("an idle pass asked %v, want %d requests", asked, want)
			}
		}
	}
}

// A consultation of more than half an hour is told to staff with the next pass, once, and no other work is.
func TestLongConsultation(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", consultations)
	issue := w.issue("minor", "On the phone")
	w.passAt("2026-03-16 10:05")
	receipt := w.said(issue)
	w.book(issue, 0.5, "Development")
	w.book(issue, 4, "Design")
	w.passAt("2026-03-16 10:10")
	w.wantSaid(issue, receipt...)
	long := w.book(issue, 0.51, "Development")
	w.passAt("2026-03-16 10:15")
	w.wantSaid(issue, append(receipt, "phone-consultation/due")...)
	w.do(w.sim.As("manager1").EditTime(long, redminesim.Booking{Issue: issue, Hours: 0.75}))
	w.passAt("2026-03-16 12:00") // with a census, which finds the edit
	w.do(w.sim.As("manager1").RemoveTimeEntry(long))
	w.passAt("2026-03-16 13:30")
	w.wantSaid(issue, append(receipt, "phone-consultation/due")...)
}

// An account that may not read booked time is reported in every pass and stops nothing else. With the right back, what
// was booked meanwhile is seen and noted, and what comes then is said.
func TestBookedTimeOutOfSight(t *testing.T) {
	for name, take := range map[string]func(*redminesim.Server){
		"an empty list":     func(s *redminesim.Server) { s.RevokePermission("SLA bot", "view_time_entries") },
		"only its own time": func(s *redminesim.Server) { s.SetTimeVisibility("SLA bot", "own") },
		"only elsewhere": func(s *redminesim.Server) {
			s.RemoveMember("acme", "sla-bot")
			s.AddMember("acme", "sla-bot", "Support engineer")
			s.RevokePermission("Support engineer", "view_time_entries")
			other, err := s.As("manager1").Create(redminesim.NewIssue{Project: "globex", Subject: "seen"})
			if err == nil {
				_, err = s.As("manager1").AddTimeEntry(other, 1, "Design", "")
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		w := newWorld(t, "2026-03-16 10:00", consultations)
		take(w.sim)
		issue := w.issue("critical", "Server down")
		_, err := w.sim.As("manager1").AddTimeEntry(issue, 1, "Development", "")
		w.do(err)
		lacking := func(r engine.Report) bool {
			return slices.ContainsFunc(r.Problems, func(p outbox.Problem) bool {
				return p.Grave && strings.Contains(p.Text.String(), "view_time_entries")
			})
		}
		w.passAt("2026-03-16 11:00") // by then the names are read again
		if r := w.passAt("2026-03-16 11:10"); !lacking(r) {
			t.Errorf("%s: problems %q, want the right named", name, problems(r))
		}
		w.wantSaid(issue, "+acknowledge/start", "respond/due")
		w.sim.GrantPermission("SLA bot", "view_time_entries")
		w.sim.GrantPermission("Support engineer", "view_time_entries")
		w.sim.SetTimeVisibility("SLA bot", "all")
		if r := w.passAt("2026-03-16 11:15"); lacking(r) {
			t.Errorf("%s: with the right back: %q", name, problems(r))
		}
		w.passAt("2026-03-16 12:05") // with a census
		if got := w.entries(issue); !slices.Contains(got, "phone-consultation/due past moved-into-past") {
			t.Errorf("%s: the ledger has %q, and not what came into sight too late to be said", name, got)
		}
		w.book(issue, 2, "Development")
		w.passAt("2026-03-16 12:06")
		w.wantSaid(issue, "+acknowledge/start", "respond/due", "involve-developers/due", "phone-consultation/due")
	}
}

// Two consultations that were too long, found in one pass, are both told.
func TestTwoLongConsultationsAtOnce(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", consultations)
	issue := w.issue("minor", "On the phone")
	w.passAt("2026-03-16 10:05")
	receipt := w.said(issue)
	w.book(issue, 1, "Development")
	w.set(at("2026-03-16 10:06"))
	w.book(issue, 2, "Development")
	w.passAt("2026-03-16 10:10")
	w.wantSaid(issue, append(receipt, "phone-consultation/due", "phone-consultation/due")...)
}
