package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/sim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// proxy puts a proxy before the world's tracker.
func (w *world) proxy() *sim.Proxy {
	p := &sim.Proxy{Now: w.now}
	w.sim.Use(p.Before)
	return p
}

// tries makes a pass at each of the moments; what fails is tried again by the next.
func (w *world) tries(moments ...string) {
	w.t.Helper()
	for _, m := range moments {
		w.set(at(m))
		_, _ = w.engine.Pass(w.t.Context())
	}
}

// What stands in the tracker is done, whatever happened to the answer and to the looks that followed: it was done and
// answered with an error page, what was read for half a minute was older, the next look got a single no, and then the
// engineer's answer made it needless. The step is done, and can be taken back.
func TestWhatStandsIsNotNeedless(t *testing.T) {
	for _, no := range []int{http.StatusForbidden, http.StatusNotFound} {
		w := newWorld(t, "2026-03-16 10:00")
		id := w.issue("critical", "Server down")
		w.passAt("2026-03-16 10:01")
		p := w.proxy()
		p.Stale(30 * time.Second)
		p.Answer(1, http.StatusBadGateway, "", true)
		w.tries("2026-03-16 10:10")
		p.AnswerReads(2, no, "") // the synchronisation's, and the look for the mark
		w.tries("2026-03-16 10:12:10")
		w.do(w.sim.As("support1").Assign(id, "support1"))
		_, err := w.sim.As("support1").Comment(id, "Looking into it.")
		w.do(err)
		w.tries("2026-03-16 10:12:30", "2026-03-16 10:13", "2026-03-16 10:15", "2026-03-16 10:18",
			"2026-03-16 10:25", "2026-03-16 11:30")
		w.wantSaid(id, "+acknowledge/start", "respond/warn-50")
		e := w.row(id, "respond/warn-50")
		if e.State != enforcer.Done || e.Receipt == nil || e.Receipt.Event == "" {
			t.Errorf("after %d it is %s, %s: receipt %+v", no, e.State, e.Reason.Code, e.Receipt)
		}
	}
}

// A comment that a second write's read-back does not show yet, though it shows the first's, is no refusal.
func TestReadBackBetweenTwoWrites(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.set(at("2026-03-16 10:11")) // the receipt and the warning come in one pass: two comments
	p, writes := w.proxy(), 0
	p.Writes = func(r *http.Request) bool {
		if r.Method == http.MethodPut {
			if writes++; writes == 2 { // what was read after the first is what is read after the second
				p.Stale(30 * time.Second)
			}
		}
		return r.Method != http.MethodGet
	}
	w.tries("2026-03-16 10:11", "2026-03-16 10:11:10", "2026-03-16 10:13:30", "2026-03-16 10:14")
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50")
	for _, step := range []string{"acknowledge/start", "respond/warn-50"} {
		if e := w.row(id, step); e.State != enforcer.Done || len(e.Receipt.Refused) > 0 {
			t.Errorf("%s is %s: %+v", step, e.State, e.Receipt)
		}
	}
}

// What an earlier pass recorded as refused, and what a ledger knows nothing of, is recorded as done by the pass that
// sees its comment; it counts neither as written nor towards the limit.
func TestWhatStandsIsDone(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	old := w.backup()
	w.run("2026-03-16 10:25")
	said := []string{"+acknowledge/start", "respond/warn-50", "respond/due"}
	w.wantSaid(id, said...)
	w.restore(old)
	r := w.passAt("2026-03-16 10:40")
	w.wantSaid(id, said...)
	w.wantEntries(id, "acknowledge/start done adopted", "respond/warn-50 done adopted", "respond/due done adopted")
	if len(r.Written) != 0 || len(r.Adopted) != 3 {
		t.Errorf("written %d, adopted %d: they were there", len(r.Written), len(r.Adopted))
	}
	if did := w.changed(func() { w.passAt("2026-03-16 10:50") }); len(did) > 0 {
		t.Errorf("asked for %v", did)
	}
}

// After a restore a mark names exactly what its comment tells: of the step that stands already it does not, and nothing
// is said to stand twice.
func TestAMarkNamesWhatItsCommentTells(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:12")
	old := w.backup()
	w.run("2026-03-16 10:25")
	before := w.said(id)
	w.restore(old)
	for _, moment := range []string{"2026-03-16 12:00:30", "2026-03-16 12:05"} {
		if r := w.passAt(moment); strings.Contains(problems(r), "twice") {
			t.Errorf("at %s: %s", moment, problems(r))
		}
	}
	after := w.said(id)
	times := 0
	for _, s := range after {
		if s == "respond/due" {
			times++
		}
	}
	if times != 1 || len(after) <= len(before) {
		t.Errorf("said before the restore %v, now %v", before, after)
	}
}

// What stands twice is told once, stays among the alarms until a human settles it, and stops nothing.
func TestWrittenTwiceIsToldOnce(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	p := w.proxy()
	p.Twice(1)
	r := w.passAt("2026-03-16 10:01")
	told := problems(r)
	for _, moment := range []string{"2026-03-16 10:02", "2026-03-16 10:03", "2026-03-16 10:10"} {
		told += problems(w.passAt(moment))
	}
	w.wantSaid(id, "+acknowledge/start", "+acknowledge/start", "respond/warn-50")
	if strings.Count(told, "acknowledge/start was written twice, as journal:1 and as journal:2: delete one of them") != 1 {
		t.Errorf("told %s", told)
	}
	alarms, err := w.ledger.Alarms(t.Context(), "helpdesk")
	w.do(err)
	if len(alarms) != 1 || alarms[0].Kind != ledger.WrittenTwice || !alarms[0].Open() {
		t.Fatalf("alarms %+v", alarms)
	}
	settled, err := w.ledger.Settle(t.Context(), w.now(), "", alarms[0].Subject, "olga")
	w.do(err)
	w.set(at("2026-03-16 10:15"))
	_, err = w.sim.As("customer1").Comment(id, "Any news?") // the issue is looked at again
	w.do(err)
	if r := w.passAt("2026-03-16 10:16"); len(settled) != 1 || strings.Contains(problems(r), "twice") {
		t.Errorf("settled %d, then %s", len(settled), problems(r))
	}
}
