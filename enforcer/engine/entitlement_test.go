package engine_test

import (
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// endocs is the free plan of endocs on the project acme, valid in the first quarter. A value of a field says that paid
// work is asked for.
func endocs(yaml string) string {
	yaml, _, _ = strings.Cut(yaml, "contracts:\n")
	for old, to := range map[string]string{
		"{is: critical, when": "{is: high, when", "      - {is: minor, when: {field: Severity, in: [minor]}}\n": "",
		"{is: noncritical}":                   "{is: normal}",
		"{is: received, field: Organisation}": "{is: needs-plan, field: Organisation, in: [Training], plan: paid}",
	} {
		yaml = replace(old, to)(yaml)
	}
	return yaml + `contracts:
  - use: endocs
    id: endocs-acme
    mapping: helpdesk
    projects: [acme]
    plan: free
    valid: {from: 2026-01-01, to: 2026-03-31}
`
}

// Who asks after the contract's end is promised nothing; staff is told, once. A request of its last day is kept to the
// end.
func TestOutsideTheContract(t *testing.T) {
	w := newWorld(t, "2026-03-31 18:00", endocs)
	last := w.issue("", "On the last day")
	w.run("2026-04-01 10:00")
	late := w.issue("", "Too late")
	w.run("2026-04-20 12:00")
	w.wantSaid(last, "+acknowledge/start", "process/warn-75", "process/due")
	w.wantSaid(late, "entitlement/start")
	w.wantEntries(late, "entitlement/start done accepted")
	if got := w.notes("customer1", late); len(got) > 0 {
		t.Errorf("the customer reads %v", got)
	}
	if got := w.verdicts("2"); len(got) > 0 {
		t.Errorf("judged: %v", got)
	}
	_, err := w.sim.As("customer1").Comment(late, "Hello?")
	w.do(err)
	w.do(w.mirror.Wipe(t.Context(), "helpdesk"))
	w.run("2026-04-21 12:00")
	w.wantSaid(late, "entitlement/start")
}

// Work that the plan does not cover is told of; the request is the contract's all the same.
func TestOutsideThePlan(t *testing.T) {
	w := newWorld(t, "2026-03-16 12:00", endocs)
	n := redminesim.NewIssue{Project: "acme", Subject: "Teach us", Fields: map[string]string{"Organisation": "Training"}}
	id, err := w.sim.As("customer1").Create(n)
	w.do(err)
	w.run("2026-03-17 13:00")
	w.wantSaid(id, "+acknowledge/start", "entitlement/start", "process/warn-75", "process/due")
	for _, n := range w.notes("admin", id) {
		if n.steps[0] == "entitlement/start" && (!n.private || !strings.Contains(n.text, "paid")) {
			t.Errorf("private: %t\n%s", n.private, n.text)
		}
	}
}

// Where the next contract has the request nothing is said of the one that ended.
func TestAnotherContractHasIt(t *testing.T) {
	w := newWorld(t, "2026-03-31 18:00", endocs, appended(`  - use: endocs
    id: endocs-next
    mapping: helpdesk
    projects: [acme]
    plan: paid
    valid: {from: 2026-04-01, to: 2026-12-31}
`))
	w.run("2026-04-01 12:00")
	id := w.issue("", "Under the next one")
	w.run("2026-04-02 18:00")
	w.wantSaid(id, "+acknowledge/start", "process/warn-75", "process/due")
	for _, e := range w.rows(id) {
		if e.Key.Contract != "endocs-next" {
			t.Errorf("%s/%s of %s", e.Key.Obligation, e.Key.Step, e.Key.Contract)
		}
	}
}
