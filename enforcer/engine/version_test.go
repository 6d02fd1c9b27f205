package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"slabridge/enforcer/ledger"
)

// versions gives the contract two texts: from the 17th developers are to be called in after half an hour, not two.
var versions = replace("  - use: kamal\n    id: kamal-acme\n    mapping: helpdesk\n    projects: [acme]\n", `  - id: kamal-acme
    mapping: helpdesk
    projects: [acme]
    versions:
      - {valid_from: 2026-01-01, use: kamal}
      - {valid_from: 2026-03-17, use: kamal, change: [{obligation: involve-developers, severity: critical, within: 30m}]}
`)

// due is the latest due that the verdicts of an obligation on an issue have, and the text by which it was judged.
func (w *world) due(issue int, obligation, cycle string) (due, version string) {
	w.t.Helper()
	for v, err := range w.ledger.Verdicts(w.t.Context(),
		ledger.VerdictFilter{Obligation: obligation, Issue: fmt.Sprint(issue)}) {
		w.do(err)
		if v.Cycle == cycle {
			due, version = v.Due.In(almaty).Format("2006-01-02 15:04"), v.Facts.Version
		}
	}
	return due, version
}

// A request is judged to its end by the text of the day on which it was received. Both texts share the contract's
// line and its ledger.
func TestVersions(t *testing.T) {
	w := newWorld(t, "2026-03-16 23:00", versions)
	w.set(at("2026-03-16 23:59:59"))
	old := w.issue("critical", "by the old text")
	w.set(at("2026-03-17 00:00:00"))
	fresh := w.issue("critical", "by the new text")
	w.run("2026-03-17 12:00")
	dueOld, textOld := w.due(old, "involve-developers", "created")
	dueNew, textNew := w.due(fresh, "involve-developers", "created")
	if dueOld != "2026-03-17 11:00" || dueNew != "2026-03-17 09:30" || textOld == textNew {
		t.Errorf("due %s by %s, and %s by %s", dueOld, textOld, dueNew, textNew)
	}
	want := []string{"+acknowledge/start", "respond/warn-50", "respond/due", "involve-developers/due"}
	w.wantSaid(old, want...)
	w.wantSaid(fresh, want...)
	lines, err := w.ledger.Contracts(t.Context())
	w.do(err)
	if len(lines) != 1 || lines[0].Contract != "kamal-acme" {
		t.Errorf("lines %+v", lines)
	}
	// weeks later the old one is still the old text's
	_, err = w.sim.As("customer1").Comment(old, "Any news?")
	w.do(err)
	w.run("2026-03-27 12:00")
	if due, text := w.due(old, "progress-update", "created~1"); due == "" || text != textOld {
		t.Errorf("a later cycle of the old request is due %q by %s, want by %s", due, text, textOld)
	}
}

// Moved out and in again after the change, a request is received anew, under the new text.
func TestVersionOfASecondStay(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00", versions)
	id := w.issue("critical", "wanders")
	w.run("2026-03-16 10:10")
	w.do(w.sim.As("admin").Move(id, "globex"))
	w.run("2026-03-17 10:00")
	w.do(w.sim.As("admin").Move(id, "acme"))
	w.run("2026-03-17 12:00")
	w.wantJudged(id, "involve-developers", "created: cancelled, 2026-03-16 10:10:00",
		"journal:4: escalated, 2026-03-17 10:30:01")
	if due, _ := w.due(id, "involve-developers", "journal:4"); due != "2026-03-17 10:30" {
		t.Errorf("the second stay is due %s", due)
	}
}

// A version that is added later rewrites no verdict, and nothing is written about what it would have been.
func TestVersionAddedLater(t *testing.T) {
	w := newWorld(t, "2026-03-17 09:00")
	w.set(at("2026-03-17 10:00"))
	kept, running := w.issue("critical", "kept"), w.issue("critical", "running")
	w.run("2026-03-17 11:00")
	w.do(w.sim.As("dev1").Assign(kept, "dev1"))
	w.run("2026-03-17 11:15")
	said, entries := w.said(running), w.entries(running)
	before := slices.Concat(w.verdicts(fmt.Sprint(kept)), w.verdicts(fmt.Sprint(running)))
	w.configure(versions)
	for _, moment := range []string{"2026-03-17 11:16", "2026-03-17 11:30"} {
		w.passAt(moment)
		w.wantSaid(running, said...)
	}
	w.wantEntries(running, append(entries, "involve-developers/due past moved-into-past")...)
	after := slices.Concat(w.verdicts(fmt.Sprint(kept)), w.verdicts(fmt.Sprint(running)))
	for _, v := range before {
		if !slices.Contains(after, v) {
			t.Errorf("%s is gone; there is %v", v, after)
		}
	}
	w.wantJudged(kept, "involve-developers", "created: met, 2026-03-17 11:00:00")
	w.run("2026-03-17 14:00:01") // what comes from now on is written
	if got := w.said(running); !slices.Contains(got, "inform-management/due") {
		t.Errorf("said %v", got)
	}
}
