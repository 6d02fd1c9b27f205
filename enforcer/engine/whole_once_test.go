package engine_test

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"slabridge/connectors/redmine/redminesim"
)

// dutyScene is a desk before a pass that makes the issues of a quarter and of a month, tells of a week's that is
// overdue, and of the cost of changes.
func dutyScene(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, "2026-03-30 10:00", vendor, func(yaml string) string {
		return yaml + "    account: {sum: 1000000, currency: KZT, changes: [{tracker: Feature}], watch_issue: \"2\"}\n"
	})
	w.pass() // makes the week's issue, number 1
	_, err := w.sim.As("customer1").Create(redminesim.NewIssue{Project: "acme", Subject: "Cost of changes"})
	w.do(err)
	w.do(w.sim.As("manager1").Assign(2, "support1"))
	w.change("Feature", "120000")
	w.set(at("2026-04-01 10:00:01"))
	return w
}

// settleDuties makes passes without faults until everything that was in doubt is known, and holds the tracker and the
// ledger against what the one undisturbed pass would have made.
func (w *world) settleDuties() {
	w.t.Helper()
	w.set(at("2026-04-01 10:01:02")) // a tracker that was asked too often is left alone until then
	w.run("2026-04-01 10:08")        // when a write without an answer is taken for lost
	w.passAt("2026-04-01 10:10")
	made := w.made()
	for i := range made {
		made[i] = made[i][3:]
	}
	slices.Sort(made)
	if want := []string{"Backup April 2026", "Delivery Q2 2026", "Sync 30 March 2026"}; !slices.Equal(made, want) {
		w.t.Errorf("slabridge has made %v, want %v", made, want)
	}
	w.wantSaid(1, "standing-duty/due")
	w.wantSaid(2, "change-cap/warn-80")
	entries := w.duties()
	slices.Sort(entries)
	if want := []string{
		"change-cap/warn-80 2026-01-01 done accepted", "quarterly-delivery/start 2026-Q2 done accepted",
		"standing-duty/due sync@2026-03-30T10:00 done accepted", "standing-duty/start backup@2026-04 done accepted",
		"standing-duty/start sync@2026-03-30T10:00 done accepted",
	}; !slices.Equal(entries, want) {
		w.t.Errorf("the ledger has %v, want %v", entries, want)
	}
	w.wantVerdicts("", "standing-duty sync@2026-03-30T10:00: breached, goes on")
}

// apart is how far apart the points are that are tried here: the loops over a request try more of what both share.
const apart = 3 * stride

// Whatever happens to whichever request, each issue is made once and each word said once in the end.
func TestDutiesExactlyOnceUnderFaults(t *testing.T) {
	points := 0
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			for n, struck := 1+4*i%apart, true; struck && !t.Failed(); n += apart {
				synctest.Test(t, func(t *testing.T) {
					w := dutyScene(t)
					defer w.stop()
					hit := w.strike(n, f)
					if _, err := w.engine.Pass(t.Context()); err != nil && !hit() {
						t.Errorf("without a fault: %v", err)
					}
					w.sim.Use(nil)
					w.settleDuties()
					if struck = hit(); t.Failed() {
						t.Logf("with request %d struck", n)
					}
				})
				points++
			}
		})
	}
	t.Logf("%d requests struck", points-len(faults))
}

// Killed before any commit of the pass, or with any of its requests on the way, slabridge goes on in the next process
// as if nothing had been.
func TestDutiesExactlyOnceWhenKilled(t *testing.T) {
	points := 0
	die := func(t *testing.T, w *world, m *mortal, dead func() bool) bool {
		t.Helper()
		_, err := w.engine.Pass(t.Context())
		if dead() != (err != nil) {
			t.Errorf("killed: %t; the pass gave %v", dead(), err)
		}
		w.sim.Use(nil)
		w.revive()
		w.settleDuties()
		w.stop()
		points++
		return dead()
	}
	t.Run("at each commit", func(t *testing.T) {
		for n, died := int64(1), true; died && !t.Failed(); n += apart {
			w, m := dutyScene(t), &mortal{dieAt: n}
			w.doom(m)
			if died = die(t, w, m, m.dead.Load); t.Failed() {
				t.Logf("killed at commit %d", n)
			}
		}
	})
	t.Run("with each request on the way", func(t *testing.T) {
		for n, died := 1, true; died && !t.Failed(); n += apart {
			w, m := dutyScene(t), &mortal{}
			w.doom(m)
			hit := w.strike(n, fault{effect: true, answer: func(http.ResponseWriter, *http.Request) {
				m.dead.Store(true)
				panic(http.ErrAbortHandler)
			}})
			if died = die(t, w, m, hit); t.Failed() {
				t.Logf("killed with request %d on the way", n)
			}
		}
	})
	t.Logf("killed at %d points", points-2)
}
