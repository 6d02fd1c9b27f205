package engine_test

import (
	"slices"
	"strings"
	"testing"

	"slabridge/enforcer/engine"
)

// pausing lets the questions of staff stop the promise of updates.
var pausing = replace("projects: [acme]",
	"projects: [acme]\n    change: [{obligation: progress-update, pause: [waiting-customer]}]")

// A status that is renamed in the tracker keeps its id, and so its meaning: nothing stops, and check says what to
// write.
func TestRenamedStatusKeepsItsMeaning(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:05")
	w.sim.RenameStatus("In Progress", "On it")
	w.do(w.sim.As("support1").SetStatus(id, "On it"))
	r := w.passAt("2026-03-16 11:20") // the names are read again
	if r.Unjudged != 0 || strings.Contains(problems(r), "grave=true") {
		t.Errorf("%d not judged, problems %s", r.Unjudged, problems(r))
	}
	w.wantJudged(id, "respond", "created: met, 2026-03-16 10:05:00")
	found, err := w.engine.Check(t.Context())
	w.do(err)
	if !hasProblem(found, `In Progress`, "write \"On it\" (id", false) {
		t.Errorf("check does not tell of the new name: %+v", found[0].Problems)
	}
}

// A status that nobody mapped is a fault and no human's hold: what lies in it is neither written about nor judged, each
// pass says so, and once it is mapped everything is judged by what it was.
func TestStatusNobodyMapped(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", pausing)
	id := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:05")
	w.sim.AddStatus("Parked")
	w.do(w.sim.As("support1").SetStatus(id, "Parked"))
	for _, moment := range []string{"2026-03-16 10:30", "2026-03-16 10:31", "2026-03-16 13:00"} {
		r := w.passAt(moment)
		if r.Unjudged != 1 || !strings.Contains(problems(r), `grave=true the status "Parked" has no class in the mapping`) {
			t.Errorf("at %s: %d not judged, problems %s", moment, r.Unjudged, problems(r))
		}
	}
	w.wantSaid(id, "+acknowledge/start")
	w.wantJudged(id, "respond")
	h, err := w.engine.HealthStatus(t.Context(), w.now())
	w.do(err)
	if h[0].Unjudged != 1 || len(h[0].Examples) != 1 || !strings.Contains(h[0].Examples[0], "Parked") {
		t.Errorf("health: %+v", h[0])
	}
	found, err := w.engine.Check(t.Context())
	w.do(err)
	if !hasProblem(found, "Parked", "neither judged nor written about", true) {
		t.Errorf("check does not tell of it: %+v", found[0].Problems)
	}

	w.configure(replace("Waiting for customer]", "Waiting for customer, Parked]"))
	r := w.passAt("2026-03-16 13:01")
	if r.Unjudged != 0 {
		t.Errorf("%d not judged, problems %s", r.Unjudged, problems(r))
	}
	w.wantJudged(id, "respond", "created: breached, goes on")
}

// A status that the tracker has removed is known by the name it had: a mirror that is built anew pauses as the old one
// did.
func TestRemovedStatusIsRemembered(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", pausing)
	id := w.issue("critical", "Server down")
	_, err := w.sim.As("support1").At(at("2026-03-16 10:05")).Comment(id, "On it. Which version is it?")
	w.do(err)
	w.do(w.sim.As("support1").At(at("2026-03-16 10:06")).SetStatus(id, "Waiting for customer"))
	w.passAt("2026-03-16 10:10")
	w.set(at("2026-03-20 10:00"))
	w.do(w.sim.As("support1").At(at("2026-03-20 10:00")).SetStatus(id, "In Progress"))
	w.sim.RemoveStatus("Waiting for customer")
	w.do(w.mirror.Wipe(t.Context(), "helpdesk"))
	r := w.passAt("2026-03-20 10:01")
	if r.Unjudged != 0 || strings.Contains(problems(r), "grave=true") {
		t.Errorf("%d not judged, problems %s", r.Unjudged, problems(r))
	}
	if got := w.judged(id, "progress-update"); slices.ContainsFunc(got, func(s string) bool {
		return strings.Contains(s, "breached")
	}) {
		t.Errorf("the pause is lost: %q", got)
	}
}

// While the mapping has faults nothing is judged by it; once it is mended what came due meanwhile is judged, and
// written late and not past.
func TestNothingIsJudgedByAFaultyMapping(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:05")
	w.configure(replace("{field: Severity, in: [critical]}", "{field: Severety, in: [critical]}"))
	for _, moment := range []string{"2026-03-16 10:25", "2026-03-16 13:00"} {
		r := w.passAt(moment)
		if len(r.Faults) == 0 || !strings.Contains(problems(r), "grave=true") {
			t.Errorf("at %s: faults %q, problems %s", moment, r.Faults, problems(r))
		}
	}
	w.wantJudged(id, "respond")
	w.configure(replace("Severety", "Severity"))
	if r := w.passAt("2026-03-16 13:01"); len(r.Faults) != 0 {
		t.Errorf("faults %q", r.Faults)
	}
	w.wantJudged(id, "respond", "created: breached, goes on")
	if said := w.said(id); !slices.Contains(said, "respond/due") {
		t.Errorf("what was missed is not told: %q", said)
	}
}

// A field that cannot be read keeps from being judged what rests on it, and nothing else; the pass, check and health
// say so all the same.
func TestFaultOfAFieldTouchesWhatRestsOnIt(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", replace("      - {is: hold, field: Client ID}\n",
		"      - {is: hold, field: Client ID}\n      - {is: on-site-agreed, field: On-site agreed at}\n"+
			"      - {is: arrived, field: Arrived at}\n"))
	id := w.issue("critical", "Server down")
	w.do(w.sim.As("support1").SetField(id, "On-site agreed at", "2026-03-16 10:01"))
	w.passAt("2026-03-16 10:05")
	w.configure(replace("field: Arrived at", "field: Arived at"))
	w.passAt("2026-03-16 10:25")
	r := w.passAt("2026-03-18 10:00")
	if len(r.Faults) == 0 || r.Unjudged != 1 || !strings.Contains(problems(r), "Arived at") {
		t.Errorf("faults %q, %d not judged, problems %s", r.Faults, r.Unjudged, problems(r))
	}
	w.wantJudged(id, "respond", "created: breached, goes on")
	w.wantJudged(id, "on-site")
	said := w.said(id)
	if !slices.Contains(said, "respond/due") || slices.Contains(said, "on-site/due") {
		t.Errorf("said %q", said)
	}
	found, err := w.engine.Check(t.Context())
	w.do(err)
	if !hasProblem(found, "Arived at", "the tracker shows no", true) {
		t.Errorf("check does not tell of it: %+v", found[0].Problems)
	}
	w.configure(replace("field: Arived at", "field: Arrived at"))
	if r := w.passAt("2026-03-18 10:01"); len(r.Faults) > 0 || r.Unjudged > 0 {
		t.Errorf("mended: faults %q, %d not judged", r.Faults, r.Unjudged)
	}
	if got := strings.Join(w.judged(id, "on-site"), ""); !strings.Contains(got, "breached, goes on") {
		t.Errorf("mended: %s", got)
	}
}

func hasProblem(found []engine.Checkup, value, reason string, fatal bool) bool {
	for _, k := range found {
		for _, p := range k.Problems {
			if strings.Contains(p.Value, value) && strings.Contains(p.Reason.String(), reason) && p.Fatal == fatal {
				return true
			}
		}
	}
	return false
}
