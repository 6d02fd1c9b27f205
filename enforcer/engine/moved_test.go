package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// Staff who change the tracker move a request from one contract to another: the dues run from the notice, there is no
// second receipt, and the reports of both list it. Moved back, it is as if it had never left.
func TestMovedByStaff(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00",
		replace("projects: [acme]", "projects: [acme]\n    when: [{tracker: [Bug]}]"), appended(`  - use: kamal
    id: kamal-feature
    mapping: helpdesk
    projects: [acme]
    when: [{tracker: [Feature]}]
`))
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:05")
	move := func(tracker string) {
		t.Helper()
		_, err := w.sim.As("support1").Update(id, redminesim.Change{Tracker: tracker})
		w.do(err)
	}
	move("Feature")
	w.run("2026-03-16 10:30")
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
	due := map[string]string{}
	told, err := w.engine.Explain(t.Context(), fmt.Sprint(id), time.Time{})
	w.do(err)
	for _, x := range told {
		for _, c := range x.Evaluation.Cycles {
			if c.Obligation.ID == "respond" {
				due[x.Contract.ID] = string(c.State) + " " + c.Due.In(almaty).Format("15:04")
			}
		}
	}
	if due["kamal-acme"] != "cancelled 10:20" || due["kamal-feature"] != "breached 10:20" {
		t.Errorf("after the move: %v", due)
	}
	for contract, want := range map[string][]bool{"kamal-acme": {false}, "kamal-feature": {true}} {
		s, err := w.engine.Survey(t.Context(), contract, at("2026-03-01 00:00"), at("2026-04-01 00:00"), time.Time{})
		w.do(err)
		var into []bool
		for _, x := range s.Exceptions {
			if x.Kind == report.MovedByStaff {
				into = append(into, x.Moved.In)
			}
		}
		if !slices.Equal(into, want) {
			t.Errorf("the report of %s lists moves %v, want %v", contract, into, want)
		}
	}
	move("Bug")
	w.run("2026-03-16 10:45")
	// the last one of the other contract, as broken
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due", "respond/due")
	w.do(w.mirror.Wipe(t.Context(), "helpdesk"))
	w.run("2026-03-16 10:50")
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due", "respond/due")
}

// A deadline that passes while staff has moved a request away and back was broken once, where the request belongs: the
// contract that had it meanwhile has nothing broken then. What that one alone had broken stays.
func TestMovedAwayAndBackIsBrokenOnce(t *testing.T) {
	for _, c := range []struct {
		name         string
		within       string // of the contract in between
		answered     bool   // after it was moved back, before the due of the contract that it belongs to
		home, abroad string
	}{
		{"both by one neglect", "20m", false, "breached", "cancelled"},
		{"the one between alone", "10m", true, "met", "breached"},
		{"the one between had the shorter term, and neither was kept", "10m", false, "breached", "cancelled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00",
				replace("projects: [acme]", "projects: [acme]\n    when: [{tracker: [Bug]}]"), appended(`  - use: kamal
    id: kamal-feature
    mapping: helpdesk
    projects: [acme]
    when: [{tracker: [Feature]}]
    change: [{obligation: respond, severity: critical, within: `+c.within+`}]
`))
			id := w.issue("critical", "Server down")
			w.run("2026-03-16 10:05")
			move := func(tracker string) {
				t.Helper()
				_, err := w.sim.As("support1").Update(id, redminesim.Change{Tracker: tracker})
				w.do(err)
			}
			move("Feature")
			back := "2026-03-16 10:30"
			if c.answered {
				back = "2026-03-16 10:15"
			}
			w.run(back)
			move("Bug")
			if c.answered {
				_, err := w.sim.As("support1").Comment(id, "On it.")
				w.do(err)
			}
			w.run("2026-03-16 10:45")
			verdicts, told := map[string]string{}, map[string]string{}
			for v, err := range enforcer.Latest(w.ledger.Verdicts(t.Context(), ledger.VerdictFilter{Obligation: "respond"})) {
				w.do(err)
				verdicts[v.Contract] = string(v.State)
			}
			found, err := w.engine.Explain(t.Context(), fmt.Sprint(id), time.Time{})
			w.do(err)
			for _, x := range found {
				for _, cycle := range x.Evaluation.Cycles {
					if cycle.Obligation.ID == "respond" {
						told[x.Contract.ID] = string(cycle.State)
					}
				}
			}
			want := map[string]string{"kamal-acme": c.home, "kamal-feature": c.abroad}
			if !maps.Equal(verdicts, want) || !maps.Equal(told, want) {
				t.Errorf("judged %v, told %v; want %v", verdicts, told, want)
			}
		})
	}
}
