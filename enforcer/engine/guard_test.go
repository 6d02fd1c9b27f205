package engine_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// More new steps in one pass than the bound are held, all of them; let go, each is written once.
func TestStorm(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	var ids []int
	for i := range 30 {
		ids = append(ids, w.issue("minor", fmt.Sprintf("request %d", i)))
	}
	r := w.pass()
	if len(r.Held) != 30 || len(r.Written) != 0 || !strings.Contains(problems(r), "more than the bound of 20") {
		t.Fatalf("held %d, written %d, problems %s", len(r.Held), len(r.Written), problems(r))
	}
	for _, id := range ids {
		w.wantSaid(id)
	}
	// what comes later is not held up by them, and they stay held
	later := w.issue("minor", "later")
	if r := w.passAt("2026-03-16 10:01"); len(r.Written) != 1 || len(r.Held) != 0 {
		t.Errorf("the next pass wrote %d and held %d", len(r.Written), len(r.Held))
	}
	w.wantSaid(later, "+acknowledge/start")

	if out, err := w.ledger.Release(t.Context(), w.now(), ledger.Filter{Issue: fmt.Sprint(ids[0])}); err != nil ||
		len(out) != 1 {
		t.Fatalf("released %d, %v", len(out), err)
	}
	w.passAt("2026-03-16 10:02")
	w.wantSaid(ids[0], "+acknowledge/start")
	w.wantSaid(ids[1])
	if out, err := w.ledger.Release(t.Context(), w.now(), ledger.Filter{Obligation: "acknowledge"}); err != nil ||
		len(out) != 29 {
		t.Fatalf("released %d, %v", len(out), err)
	}
	if r := w.passAt("2026-03-16 10:03"); len(r.Written) != 29 {
		t.Errorf("written %d, problems %s", len(r.Written), problems(r))
	}
	w.passAt("2026-03-16 10:04")
	for _, id := range ids {
		w.wantSaid(id, "+acknowledge/start")
	}
}

// The tracker goes away while a storm is being held: none of it slips through below the bound afterwards.
func TestStormIsHeldWhole(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	for i := range 30 {
		w.issue("minor", fmt.Sprintf("request %d", i))
	}
	m := &mortal{dieAt: 1000}
	w.doom(m)
	_, err := w.engine.Pass(t.Context())
	w.do(err)
	commits := m.commits.Load()
	w.revive()

	for n := int64(1); n <= commits; n += stride {
		w := newWorld(t, "2026-03-16 10:00")
		for i := range 30 {
			w.issue("minor", fmt.Sprintf("request %d", i))
		}
		w.doom(&mortal{dieAt: n})
		_, err := w.engine.Pass(t.Context())
		if err == nil {
			break // the mirror commits now and then in fewer transactions
		}
		w.revive()
		if r := w.passAt("2026-03-16 10:01"); len(r.Written) > 0 {
			t.Errorf("killed at commit %d of %d, the next pass wrote %d", n, commits, len(r.Written))
		}
		w.stop()
	}
}

// A first pass over a tracker with a past records it and writes nothing about it.
func TestFirstRunWritesNothingAboutThePast(t *testing.T) {
	w := freshWorld(t, at("2026-03-10 10:00"))
	const old = 300 / stride
	for i := range old {
		w.issue([]string{"critical", "", "minor"}[i%3], fmt.Sprintf("old %d", i))
	}
	r := w.passAt("2026-03-16 10:00")
	if n := len(r.Written) + len(r.Held) + len(r.Refused); n > 0 || r.Evaluated != old {
		t.Fatalf("%d evaluated, %d acted upon: %s", r.Evaluated, n, problems(r))
	}
	for e, err := range w.ledger.List(t.Context(), ledger.Filter{}, ledger.OldestFirst) {
		w.do(err)
		if e.State != enforcer.Past || e.Reason.Code != "before-enforcement" {
			t.Fatalf("%s/%s of %s is %s %s", e.Key.Obligation, e.Key.Step, e.Key.Issue, e.State, e.Reason.Code)
		}
	}
	w.wantSaid(1)
}

// What a change of configuration pushes into the past, or brings in from there, is recorded and not written about.
func TestChangesOfConfiguration(t *testing.T) {
	t.Run("a project more", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		old, err := w.sim.As("customer2").Create(redminesim.NewIssue{
			Project: "globex", Subject: "old",
			Fields: map[string]string{"Severity": "critical"},
		})
		w.do(err)
		w.passAt("2026-03-16 13:00")
		w.configure(replace("projects: [acme]", "projects: [acme, globex]"))
		if r := w.passAt("2026-03-16 13:01"); len(r.Written) > 0 {
			t.Errorf("written %d", len(r.Written))
		}
		w.wantEntries(old, "acknowledge/start past moved-into-past", "respond/warn-50 past moved-into-past",
			"acknowledge/due past moved-into-past",
			"respond/due past moved-into-past", "involve-developers/due past moved-into-past")
		w.run("2026-03-16 14:00:01") // what comes from now on counts
		w.wantSaid(old, "inform-management/due")
	})
	t.Run("a shorter term", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		id := w.issue("", "Slow")
		w.run("2026-03-16 11:00")
		w.configure(appended("    change:\n      - {obligation: respond, severity: noncritical, within: 30m}\n"))
		w.passAt("2026-03-16 11:01")
		w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-75 past moved-into-past",
			"respond/due past moved-into-past")
		w.wantSaid(id, "+acknowledge/start")
	})
	t.Run("a back-dated receipt", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		id := w.issue("", "Slow")
		w.run("2026-03-16 10:30")
		w.do(w.sim.As("support1").SetField(id, "Organisation", "2026-03-16 09:10")) // stands for 'received'
		w.run("2026-03-16 11:30")
		w.wantSaid(id, "+acknowledge/start", "respond/warn-75", "respond/due") // at 10:40 and 11:10, which were still to come
		w.do(w.sim.As("support1").SetField(id, "Organisation", "2026-03-13 09:00"))
		w.passAt("2026-03-16 11:31")
		if e := w.row(id, "involve-developers/due"); e.State != enforcer.Past {
			t.Errorf("a step back-dated by three days is %s %s", e.State, e.Reason.Code)
		}
	})
	// what was taken by phone and registered later was never passed over: nothing moved it
	t.Run("a new issue with an earlier receipt", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		w.passAt("2026-03-16 11:00")
		w.set(at("2026-03-16 11:05"))
		id, err := w.sim.As("support1").Create(redminesim.NewIssue{
			Project: "acme", Subject: "By phone",
			Fields: map[string]string{"Severity": "critical", "Organisation": "2026-03-16 10:46"},
		})
		w.do(err)
		w.run("2026-03-16 11:30")
		w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-50 done accepted", "respond/due done accepted")
	})
}

// A field puts an issue on hold: nothing is written about it; lifted, what is still true is, once.
func TestHoldByField(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id, answered := w.issue("critical", "Server down"), w.issue("critical", "Solved by phone")
	w.pass()
	support := w.sim.As("support1")
	for _, i := range []int{id, answered} {
		w.do(support.SetField(i, "Client ID", "on hold")) // stands for 'hold'
	}
	w.run("2026-03-16 10:30")
	w.wantSaid(id, "+acknowledge/start")
	w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-50 held hold", "respond/due held hold")
	w.do(support.SetStatus(answered, "Resolved"))
	for _, i := range []int{id, answered} {
		w.do(support.SetField(i, "Client ID", ""))
	}
	w.run("2026-03-16 10:40")
	w.wantSaid(id, "+acknowledge/start", "respond/due")
	w.wantSaid(answered, "+acknowledge/start", "+confirm-work/start") // solved without a word to the customer
	w.passAt("2026-03-16 10:45")
	w.wantSaid(id, "+acknowledge/start", "respond/due")
}

// A status that nobody mapped holds and says so.
func TestUnmappedStatus(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.pass()
	w.do(w.sim.As("manager1").SetStatus(id, "Frozen"))
	r := w.passAt("2026-03-16 10:30")
	if len(r.Held) == 0 || !strings.Contains(r.Held[0].Reason.Text.In("en"), `the status "Frozen" has no class`) {
		t.Errorf("held %+v", r.Held)
	}
	w.wantSaid(id, "+acknowledge/start")
}

// A tracker whose clock is far from ours is not written to until it is mended.
func TestClockSkew(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	ours := w.now
	w.stop()
	w.now = func() time.Time { return ours().Add(-10 * time.Minute) }
	w.start()
	w.set(at("2026-03-16 10:00"))
	r := w.pass()
	if !strings.Contains(problems(r), "grave=true nothing is written: the tracker's clock and ours differ by 10m") ||
		len(r.Held) != 1 {
		t.Errorf("held %d, problems %s", len(r.Held), problems(r))
	}
	w.wantSaid(id)
	version := w.row(id, "acknowledge/start").Version
	w.passAt("2026-03-16 10:01")
	if got := w.row(id, "acknowledge/start").Version; got != version {
		t.Errorf("a held step was moved %d times by a pass that changed nothing", got-version)
	}
	w.stop()
	w.now = ours
	w.start()
	w.passAt("2026-03-16 10:02")
	w.wantSaid(id, "+acknowledge/start")
}

// A contract or connection that vanished from the configuration stops writes: under a new name everything would be
// written again. Naming it as before puts all right.
func TestVanishedNames(t *testing.T) {
	for _, c := range []struct{ what, old, renamed string }{
		{"contract", "id: kamal-acme", "id: kamal-renamed"},
		{"connection", "- id: helpdesk\n    kind", "- id: desk\n    kind"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			opts := []option{replace(c.old, c.renamed)}
			if c.what == "connection" {
				opts = append(opts, replace("connection: helpdesk", "connection: desk"))
			}
			before := w.yaml
			w.configure(opts...)
			for _, moment := range []string{"2026-03-16 10:01", "2026-03-16 10:12"} {
				if r := w.passAt(moment); !strings.Contains(problems(r), c.what+` "`) || len(r.Written) > 0 {
					t.Errorf("written %d, problems %s", len(r.Written), problems(r))
				}
			}
			w.wantSaid(id)
			w.configure(func(string) string { return before })
			w.passAt("2026-03-16 10:15")
			w.wantSaid(id, "+acknowledge/start", "respond/warn-50")
		})
	}
}

// Issues that leave, and a tracker that goes away and comes back.
func TestLeavingAndComingBack(t *testing.T) {
	const before, due = "2026-03-16 10:15", "2026-03-16 10:20:01"
	stayed := []string{"+acknowledge/start", "respond/warn-50"}
	all := append(slices.Clone(stayed), "respond/due", "involve-developers/due")
	cases := []struct {
		name  string
		leave func(w *world, id int)
		back  func(w *world, id int) // nil: it stays away
		state enforcer.EntryState    // of respond/due while away
		want  []string               // said in the end
	}{
		{
			name:  "deleted",
			leave: func(w *world, id int) { w.do(w.sim.As("admin").Delete(id)) },
		},
		{
			name:  "moved out",
			leave: func(w *world, id int) { w.do(w.sim.As("admin").Move(id, "internal")) },
			want:  stayed,
		},
		{
			name:  "project closed",
			leave: func(w *world, _ int) { w.sim.CloseProject("acme") },
			back:  func(w *world, _ int) { w.sim.ReopenProject("acme") },
			state: enforcer.Refused, want: all,
		},
		{
			name:  "out of sight",
			leave: func(w *world, _ int) { w.sim.RemoveMember("acme", "sla-bot") },
			back:  func(w *world, _ int) { w.sim.AddMember("acme", "sla-bot", "SLA bot") },
			state: enforcer.Held, want: all,
		},
		{
			name:  "lead locked",
			leave: func(w *world, _ int) { w.sim.LockUser("support1") },
			back: func(w *world, id int) {
				if a := w.see("admin", id).AssignedTo; a == nil || a.Name != "Svetlana Support" {
					w.t.Errorf("assigned to %v, want the next of the leads", a)
				}
			},
			state: enforcer.Done, want: all,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.run(before)
			c.leave(w, id)
			w.run(due)
			w.run("2026-03-16 11:21") // a census has been held
			if c.state != "" {
				if got := w.row(id, "respond/due").State; got != c.state {
					t.Errorf("away, respond/due is %s, want %s", got, c.state)
				}
			}
			if c.back != nil {
				c.back(w, id)
			}
			_, err := w.ledger.Retry(t.Context(), w.now(), ledger.Filter{}, outbox.SendableFrom)
			w.do(err)
			w.run("2026-03-16 11:45")
			w.run("2026-03-16 12:30") // and another census
			if c.want != nil {
				w.wantSaid(id, c.want...)
			}
		})
	}
}

// The tracker is away for an hour: an error that says so in every pass, and nothing lost.
func TestTrackerDown(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.pass()
	w.sim.Use(func(http.Handler) http.Handler { return http.HandlerFunc(abort) })
	for m := range 6 {
		w.set(at("2026-03-16 10:05").Add(time.Duration(m) * 10 * time.Minute))
		if _, err := w.engine.Pass(t.Context()); connectors.ClassOf(err) != connectors.TryLater {
			t.Errorf("the pass gave %v", err)
		}
	}
	w.sim.Use(nil)
	w.passAt("2026-03-16 11:05")
	w.wantSaid(id, "+acknowledge/start", "respond/due")
	w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-50 overtaken overtaken",
		"respond/due done accepted")
}

// One issue that the tracker cannot serve keeps no other from being served, and loses nothing itself.
func TestOneBrokenIssue(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	broken, known := w.issue("critical", "broken"), w.issue("critical", "known")
	w.pass()
	born := 0
	down := func(f func()) {
		w.sim.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				for _, id := range []int{broken, born} {
					if id != 0 && strings.HasPrefix(r.URL.Path, fmt.Sprintf("/issues/%d.json", id)) {
						answer(500, "text/html", "<h1>oops</h1>")(rw, r)
						return
					}
				}
				next.ServeHTTP(rw, r)
			})
		})
		f()
		w.sim.Use(nil)
	}
	born = w.issue("critical", "born broken")
	_, err := w.sim.As("customer1").Comment(broken, "Any news?")
	w.do(err)
	down(func() {
		for _, moment := range []string{"2026-03-16 10:12", "2026-03-16 10:20:01", "2026-03-16 10:21"} {
			w.set(at(moment))
			_, _ = w.engine.Pass(t.Context()) // its error tells of the broken ones
		}
	})
	w.wantSaid(known, "+acknowledge/start", "respond/warn-50", "respond/due")
	w.wantSaid(broken, "+acknowledge/start")
	w.wantSaid(born)
	w.run("2026-03-16 10:40")
	w.wantSaid(broken, "+acknowledge/start", "respond/due")
	w.wantSaid(born, "+acknowledge/start", "respond/due")
}
