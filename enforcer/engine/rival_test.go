package engine_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"slabridge/enforcer"
	"slabridge/mapping"
)

// anew begins the ledger anew: the state file was lost.
func (w *world) anew() {
	w.t.Helper()
	w.stop()
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(w.path + end); err != nil && !os.IsNotExist(err) {
			w.t.Fatal(err)
		}
	}
	w.start()
}

// second is another installation on the same tracker, under the same account and with the same contract.
func (w *world) second() *world {
	w.t.Helper()
	other := *w
	other.path = w.path + ".second"
	other.file = nil
	other.load()
	other.start()
	w.t.Cleanup(other.stop)
	return &other
}

// Two installations write to one tracker: each that sees a mark of the other's stops, says both ids and what to do. The
// one that stays goes on once a human has settled it, and stops again when the other does not keep away.
func TestAnotherInstallation(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	first := w.issue("critical", "Server down")
	w.pass()
	w.set(at("2026-03-16 10:05"))
	other := w.second()
	other.passAt("2026-03-16 10:06") // its first pass: what was before is past
	id := w.issue("critical", "Printer on fire")
	w.set(at("2026-03-16 10:08"))
	if r := other.passAt("2026-03-16 10:09"); len(r.Written) != 1 {
		t.Fatalf("the second wrote %d: %s", len(r.Written), problems(r))
	}

	// the first sees the other's receipt on the new request, and writes nothing any more, not even about what it knew
	for _, moment := range []string{"2026-03-16 10:10", "2026-03-16 10:15"} {
		r := w.passAt(moment)
		for _, part := range []string{"grave=true nothing is written: another slabridge, installation " +
			other.ledger.Installation(), "this one is installation " + w.ledger.Installation()} {
			if len(r.Written) > 0 || !strings.Contains(problems(r), part) {
				t.Errorf("written %d, problems %s", len(r.Written), problems(r))
			}
		}
	}
	w.wantSaid(first, "+acknowledge/start")
	w.wantSaid(id, "+acknowledge/start")
	if e := w.row(first, "respond/warn-50"); e.State != enforcer.Held || e.Reason.Code != "blocked" {
		t.Errorf("what the first knew of is %s %s", e.State, e.Reason.Code)
	}
	// and check says so
	found, err := w.engine.Check(t.Context())
	w.do(err)
	if p := found[0].Problems; len(p) == 0 || !p[len(p)-1].Fatal || p[len(p)-1].Value != other.ledger.Installation() {
		t.Errorf("check finds %+v", p)
	}

	// the second is stopped, the first goes on
	_, err = w.ledger.Settle(t.Context(), w.now(), "", other.ledger.Installation(), "olga")
	w.do(err)
	w.run("2026-03-16 10:25")
	w.wantSaid(first, "+acknowledge/start", "respond/warn-50", "respond/due")
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50")

	// it was not stopped after all
	later := w.issue("minor", "Toner")
	_, err = w.sim.As("sla-bot").Comment(later,
		"Hello.\n\n"+
			mapping.Mark("en", other.ledger.Installation(),
				[]enforcer.StepKey{{Obligation: "acknowledge", Step: "start"}}))
	w.do(err)
	if r := w.passAt("2026-03-16 10:26"); !strings.Contains(problems(r), "nothing is written: another slabridge") {
		t.Errorf("problems %s", problems(r))
	}
}

// Its mark lands on the very issue that is about to be written to, after the decision.
func TestAnotherInstallationJustBeforeTheWrite(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	seen := 0
	w.intercept(http.MethodGet, "/issues/1.json", func(*http.Request) {
		if seen++; seen == 2 { // the last look
			w.sim.Use(nil)
			_, err := w.sim.As("sla-bot").PrivateNote(id,
				"Hello.\n\n"+
					mapping.Mark("en", "7c1f", []enforcer.StepKey{{Obligation: "respond", Step: "due"}}))
			w.do(err)
		}
	})
	if r := w.passAt("2026-03-16 10:01"); len(r.Written) > 0 || !strings.Contains(problems(r), "installation 7c1f") {
		t.Errorf("written %d, problems %s", len(r.Written), problems(r))
	}
	w.wantEntries(id, "acknowledge/start held blocked")
}

// What must not lock an installation out: its own past, and what anyone can type.
func TestOwnPastIsNoOtherInstallation(t *testing.T) {
	t.Run("a ledger begun anew", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		id := w.issue("critical", "Server down")
		w.run("2026-03-16 10:12")
		before := w.ledger.Installation()
		w.anew()
		if w.ledger.Installation() == before {
			t.Fatal("the new ledger has the id of the old one")
		}
		w.run("2026-03-16 10:13")
		later := w.issue("minor", "Toner")
		w.run("2026-03-16 10:25")
		w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
		w.wantSaid(later, "+acknowledge/start")
	})
	t.Run("a ledger restored from a backup", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		id := w.issue("critical", "Server down")
		backup := w.path + ".backup"
		_, err := w.file.ExecContext(t.Context(), "VACUUM INTO ?", backup)
		w.do(err)
		w.run("2026-03-16 10:12")
		w.stop()
		w.path = backup
		w.start()
		w.run("2026-03-16 10:25")
		w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
	})
	t.Run("a mark that somebody typed", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		id := w.issue("critical", "Server down")
		w.pass()
		_, err := w.sim.As("customer1").Comment(id,
			mapping.Mark("en", "7c1f", []enforcer.StepKey{{Obligation: "respond", Step: "due"}}))
		w.do(err)
		w.run("2026-03-16 10:25")
		w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
		found, err := w.engine.Check(t.Context())
		w.do(err)
		if p := found[0].Problems; len(p) == 0 || p[len(p)-1].Fatal || p[len(p)-1].Value != "7c1f" {
			t.Errorf("check says %+v", p)
		}
	})
}

// A copy of the state has the same installation in its marks. What it writes is not in this ledger: everything stops
// until a human has looked, and stops again when the copy goes on. What was written before this process began says
// nothing: a backup does not know it.
func TestACopyOfTheState(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	first := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:01")
	other := *w
	other.path, other.file = w.backup(), nil
	other.start()
	t.Cleanup(other.stop)
	id := w.issue("minor", "Toner")
	if r := other.passAt("2026-03-16 10:05"); len(r.Written) != 1 {
		t.Fatalf("the copy wrote %d: %s", len(r.Written), problems(r))
	}
	for _, moment := range []string{"2026-03-16 10:06", "2026-03-16 10:12"} {
		r := w.passAt(moment)
		want := "grave=true nothing is written: a copy of this state is at work"
		if len(r.Written) > 0 || !strings.Contains(problems(r), want) {
			t.Errorf("at %s written %d, problems %s", moment, len(r.Written), problems(r))
		}
	}
	w.wantSaid(first, "+acknowledge/start")
	w.wantSaid(id, "+acknowledge/start")
	settled, err := w.ledger.Settle(t.Context(), w.now(), "", w.ledger.Installation(), "olga")
	w.do(err)
	if len(settled) != 1 {
		t.Fatalf("settled %v", settled)
	}
	w.run("2026-03-16 10:25")
	w.wantSaid(first, "+acknowledge/start", "respond/warn-50", "respond/due")

	// a restart, and a backup in its place: what stands is no copy's
	old := w.backup()
	later := w.issue("minor", "Paper")
	w.passAt("2026-03-16 10:30")
	w.wantSaid(later, "+acknowledge/start")
	w.set(at("2026-03-16 10:40"))
	w.restore(old)
	if r := w.passAt("2026-03-16 10:45"); strings.Contains(problems(r), "copy") {
		t.Errorf("a restored ledger took itself for a copy: %s", problems(r))
	}
}
