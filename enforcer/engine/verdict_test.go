package engine_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"slabridge/enforcer/ledger"
)

// judged tells the verdict records of one obligation on an issue, "cycle: state, end, why".
func (w *world) judged(issue int, obligation string) []string {
	w.t.Helper()
	out := []string{}
	for _, v := range w.verdicts(fmt.Sprint(issue)) {
		if rest, ok := strings.CutPrefix(v, obligation+" "); ok {
			out = append(out, rest)
		}
	}
	return out
}

func (w *world) wantJudged(issue int, obligation string, want ...string) {
	w.t.Helper()
	if got := w.judged(issue, obligation); !slices.Equal(got, want) {
		w.t.Errorf("at %s the verdicts on %s of issue %d are\n  %s\nwant\n  %s",
			w.clock(), obligation, issue, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// Each way in which a cycle ends is kept; a breach gets its end when it comes.
func TestVerdicts(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	kept, late, closed, moved := w.issue("critical", "a"), w.issue("critical", "b"), w.issue("critical", "c"),
		w.issue("critical", "d")
	w.run("2026-03-16 10:10")
	_, err := w.sim.As("support1").Comment(kept, "On it.")
	w.do(err)
	w.do(w.sim.As("manager1").SetStatus(closed, "Closed"))
	w.do(w.sim.As("admin").Move(moved, "globex"))
	w.run("2026-03-16 11:00")
	w.wantJudged(kept, "respond", "created: met, 2026-03-16 10:10:00")
	w.wantJudged(late, "respond", "created: breached, goes on")
	w.wantJudged(closed, "respond", "created: met, 2026-03-16 10:10:00") // resolved by staff
	w.wantJudged(moved, "respond", "created: cancelled, 2026-03-16 10:10:00")
	_, err = w.sim.As("support1").Comment(late, "On it now.")
	w.do(err)
	w.run("2026-03-16 11:10")
	w.wantJudged(late, "respond", "created: breached, goes on", "created: breached, 2026-03-16 11:00:00 ended")
	for v, err := range w.ledger.Verdicts(t.Context(),
		ledger.VerdictFilter{Issue: fmt.Sprint(late), Obligation: "respond"}) {
		w.do(err)
		if !v.Reached().Equal(at("2026-03-16 10:20")) || v.Source != "п. 8" || v.Facts.Version == "" ||
			v.Facts.Calendar == "" || len(v.Facts.Events) == 0 {
			t.Errorf("record %d was reached at %s, %s, by %+v", v.Number, v.Reached(), v.Source, v.Facts)
		}
	}
}

// Whatever becomes of the contract, the mapping and the mirror, a verdict stands. What people take back in the tracker
// makes a new record beside the old one.
func TestVerdictsStand(t *testing.T) {
	met, breached := "created: met, 2026-03-16 10:15:00", "created: breached, 2026-03-16 10:40:00 ended"
	for name, change := range map[string]func(w *world, note int){
		"a shorter term": func(w *world, _ int) {
			w.configure(appended("    change:\n      - {obligation: respond, within: 5m}\n"))
		},
		"a longer term": func(w *world, _ int) {
			w.configure(appended("    change:\n      - {obligation: respond, within: 8h}\n"))
		},
		"other hours": func(w *world, _ int) {
			w.configure(appended("    calendar: {hours: \"Mon-Fri 13:00-20:00\"}\n    change:\n      - {obligation: respond, " +
				"cutoff: none}\n"))
		},
		"another severity": func(w *world, _ int) {
			w.configure(replace("      - {is: noncritical}\n", "      - {is: critical}\n"),
				replace("{is: critical, when: {field: Severity, in: [critical]}}",
					"{is: noncritical, when: {field: Severity, in: [critical]}}"))
		},
		"roles of nobody": func(w *world, _ int) {
			w.configure(replace("project_roles: [Support engineer], lead", "project_roles: [Reporter], lead"))
		},
		"the obligation off": func(w *world, _ int) {
			w.configure(appended("    change:\n      - {obligation: respond, off: true}\n"))
		},
		"another project": func(w *world, _ int) { w.configure(replace("projects: [acme]", "projects: [globex]")) },
		"mirror wiped":    func(w *world, _ int) { w.do(w.mirror.Wipe(w.t.Context(), "helpdesk")) },
	} {
		t.Run(name, func(t *testing.T) {
			if stride > 1 && !slices.Contains([]string{"a longer term", "another severity", "mirror wiped"}, name) {
				t.Skip("one of each kind under the race detector")
			}
			w := newWorld(t, "2026-03-16 10:00")
			kept, late := w.issue("critical", "a"), w.issue("critical", "b")
			w.run("2026-03-16 10:15")
			note, err := w.sim.As("support1").Comment(kept, "On it.")
			w.do(err)
			w.run("2026-03-16 10:40")
			_, err = w.sim.As("support1").Comment(late, "On it.")
			w.do(err)
			w.run("2026-03-16 10:50")
			change(w, note)
			for _, moment := range []string{"2026-03-16 10:51", "2026-03-16 12:30", "2026-03-17 12:30"} {
				w.passAt(moment)
				w.wantJudged(kept, "respond", met)
				w.wantJudged(late, "respond", "created: breached, goes on", breached)
			}
			if name != "another project" { // then an event comes, under another text
				for _, id := range []int{kept, late} {
					_, err = w.sim.As("customer1").Comment(id, "Thanks.")
					w.do(err)
				}
				w.passAt("2026-03-17 12:40")
				w.wantJudged(kept, "respond", met)
				w.wantJudged(late, "respond", "created: breached, goes on", breached)
			}
		})
	}
	t.Run("the answer deleted", func(t *testing.T) {
		w := newWorld(t, "2026-03-16 10:00")
		kept := w.issue("critical", "a")
		w.run("2026-03-16 10:15")
		note, err := w.sim.As("support1").Comment(kept, "On it.")
		w.do(err)
		w.run("2026-03-16 10:50")
		w.do(w.sim.As("admin").EditNote(note, ""))
		w.do(w.mirror.Wipe(t.Context(), "helpdesk"))
		w.run("2026-03-16 12:30")
		w.wantJudged(kept, "respond", met, "created: breached, goes on facts")
	})
}

// Staff who reopen within the hour take back what the resolution met.
func TestVerdictTakenBack(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:30")
	w.do(w.sim.As("support1").SetStatus(id, "Resolved"))
	w.run("2026-03-16 10:45")
	w.wantJudged(id, "involve-developers", "created: met, 2026-03-16 10:30:00")
	w.do(w.sim.As("support1").SetStatus(id, "In Progress"))
	w.run("2026-03-16 11:00")
	w.wantJudged(id, "involve-developers", "created: met, 2026-03-16 10:30:00", "created: running, goes on facts")
	w.run("2026-03-16 13:00")
	w.wantJudged(id, "involve-developers", "created: met, 2026-03-16 10:30:00", "created: running, goes on facts",
		"created: escalated, 2026-03-16 12:00:01 facts") // called in at the due, the developers have it
}

// Of what is out of sight nothing is judged; it is when it is seen again.
func TestHiddenIsNotJudged(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:05")
	w.sim.RemoveMember("acme", "sla-bot")
	w.run("2026-03-16 15:00")
	w.wantJudged(id, "respond")
	_, err := w.sim.As("support1").At(at("2026-03-16 10:12")).Comment(id, "On it.")
	w.do(err)
	w.sim.AddMember("acme", "sla-bot", "SLA bot")
	w.run("2026-03-16 17:00")
	w.wantJudged(id, "respond", "created: met, 2026-03-16 10:12:00")
}

// A tracker with a past: nothing of it is judged.
func TestThePastIsNotJudged(t *testing.T) {
	w := freshWorld(t, at("2026-02-10 10:00"))
	const old = 2000 / stride
	for i := range old {
		id := w.issue([]string{"critical", "", "minor"}[i%3], fmt.Sprintf("old %d", i))
		w.do(w.sim.As("support1").At(at("2026-02-12 10:00")).SetStatus(id, "Closed"))
	}
	w.set(at("2026-03-16 09:45"))
	w.pass()
	for v, err := range w.ledger.Verdicts(t.Context(), ledger.VerdictFilter{}) {
		w.do(err)
		t.Fatalf("%s %s of issue %s is %s, which was over at %s", v.Obligation, v.Cycle, v.Issue, v.State, v.EndedAt)
	}
	w.set(at("2026-03-16 10:00"))
	fresh := w.issue("critical", "new")
	w.run("2026-03-16 10:30")
	w.wantJudged(fresh, "respond", "created: breached, goes on")
	_, err := w.sim.As("customer1").Comment(1, "By the way.") // an event comes to an old one
	w.do(err)
	w.run("2026-03-16 10:40")
	if got := w.verdicts("1"); len(got) > 0 {
		t.Errorf("judged after all: %v", got)
	}
}

// writes counts the rows that each table of the state file is written while f runs.
func (w *world) writes(f func()) map[string]int {
	w.t.Helper()
	var mu sync.Mutex
	out := map[string]int{}
	hook := func(f sqlite.PreUpdateHookFn) {
		w.eachConn(func(c *sql.Conn) error {
			return c.Raw(func(driver any) error {
				driver.(sqlite.HookRegisterer).RegisterPreUpdateHook(f)
				return nil
			})
		})
	}
	hook(func(d sqlite.SQLitePreUpdateData) {
		mu.Lock()
		defer mu.Unlock()
		out[d.TableName]++
	})
	f()
	hook(nil)
	return out
}

// A pass in which nothing happens writes that it was made, and nothing else of the ledger: of requests, verdicts,
// duties and accounts alike, held ones too.
func TestIdlePassWritesNothing(t *testing.T) {
	for name, w := range map[string]*world{
		"kamal":  newWorld(t, "2026-03-30 10:00"),
		"vendor": newWorld(t, "2026-03-30 10:00", vendor, capped),
		"held": newWorld(t, "2026-03-30 10:00", vendor, capped, func(yaml string) string {
			return strings.Replace(yaml, "tracker: Bug", "tracker: Bugg", 1)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			w.issue("critical", "Server down")
			w.issue("", "Slow")
			w.change("Feature", "140000")
			w.run("2026-04-02 12:00")
			w.passAt("2026-04-02 12:03") // what was read at noon may have changed since
			for range 3 {
				w.set(w.now().Add(3 * time.Minute))
				got := w.writes(func() { w.pass() })
				maps.DeleteFunc(got, func(table string, _ int) bool { return !strings.HasPrefix(table, "ledger_") })
				if len(got) != 2 || got["ledger_lines"] != 1 || got["ledger_health"] != 1 {
					t.Errorf("at %s an idle pass wrote %v", w.clock(), got)
				}
			}
		})
	}
}

// Who reopens a request whose assignee stayed has not involved the developers: nobody did then.
func TestWhoReopensInvolvesNobody(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:02")
	w.set(at("2026-03-16 10:05"))
	w.do(w.sim.As("dev1").Assign(id, "dev1"))
	_, err := w.sim.As("dev1").Comment(id, "Mended.")
	w.do(err)
	w.do(w.sim.As("dev1").SetStatus(id, "Resolved"))
	w.passAt("2026-03-16 10:06")
	w.set(at("2026-03-16 14:00"))
	w.do(w.sim.As("manager1").SetStatus(id, "In Progress"))
	w.passAt("2026-03-16 14:01")
	w.wantEnders(id, "involve-developers", "Dora Developer", "")
}

// wantEnders holds who ended the cycles of an obligation.
func (w *world) wantEnders(id int, obligation string, want ...string) {
	w.t.Helper()
	var got []string
	for v, err := range w.ledger.Verdicts(w.t.Context(), ledger.VerdictFilter{}) {
		if w.do(err); v.Issue == fmt.Sprint(id) && v.Obligation == obligation {
			got = append(got, v.EndBy)
		}
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("ended by %q, want %q", got, want)
	}
}
