package engine_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/sim"
	"slabridge/enforcer"
)

// detain lets the next request of the method be lost on its way, and gives what brings it to the tracker after all.
func (w *world) detain(method string) (deliver func()) {
	var late *http.Request
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method != method || late != nil {
				next.ServeHTTP(rw, r)
				return
			}
			body, err := io.ReadAll(r.Body)
			w.do(err)
			late = r.Clone(w.t.Context())
			late.Body = io.NopCloser(bytes.NewReader(body))
			panic(http.ErrAbortHandler)
		})
	})
	return func() {
		w.t.Helper()
		w.sim.Use(nil)
		if late == nil {
			w.t.Fatal("nothing was lost")
		}
		w.sim.ServeHTTP(httptest.NewRecorder(), late)
	}
}

// A request that the tracker gets round to after its mark was looked for once, and again, is not sent a second time.
func TestEffectAfterTheFirstLooks(t *testing.T) {
	for _, late := range []time.Duration{time.Minute, 3 * time.Minute, 4*time.Minute + 50*time.Second} {
		w, id := scene(t)
		sent := w.now()
		deliver := w.detain(http.MethodPut)
		_, _ = w.engine.Pass(t.Context()) // fails
		for w.set(sent.Add(10 * time.Second)); w.now().Before(sent.Add(late)); w.set(w.now().Add(time.Minute)) {
			w.pass()
		}
		w.set(sent.Add(late))
		deliver()
		w.settle(id)
		w.settle(id)
		if t.Failed() {
			t.Fatalf("done %s after it was sent", late)
		}
	}
}

// What comes later than any wait is a second comment. It is reported, gravely, whenever the issue is looked at, and
// does no more harm: nothing is written because of it.
func TestEffectAfterItWasTakenForLost(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	deliver := w.detain(http.MethodPut)
	_, _ = w.engine.Pass(t.Context()) // fails
	for _, moment := range []string{"2026-03-16 10:02", "2026-03-16 10:04"} {
		w.passAt(moment)
		w.wantSaid(id)
	}
	w.passAt("2026-03-16 10:06")
	w.wantSaid(id, "+acknowledge/start")
	w.set(at("2026-03-16 10:07"))
	deliver()
	r := w.passAt("2026-03-16 10:08")
	if !strings.Contains(problems(r), "grave=true acknowledge/start was written twice, as journal:1 and as journal:2") {
		t.Errorf("problems %s", problems(r))
	}
	w.run("2026-03-16 10:30")
	w.wantSaid(id, "+acknowledge/start", "+acknowledge/start", "respond/warn-50", "respond/due")
}

// A read-back from something that is behind the tracker shows nothing of a write that was accepted. That is no refusal
// before it has been read again.
func TestReadBackThatIsBehind(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	var old *httptest.ResponseRecorder
	written := false
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			reads := r.Method == http.MethodGet && r.URL.Path == "/issues/1.json"
			if reads && written && old != nil { // as it was before the write
				for name, v := range old.Header() {
					rw.Header()[name] = v
				}
				_, _ = rw.Write(old.Body.Bytes())
				old = nil
				return
			}
			if reads {
				old = httptest.NewRecorder()
				next.ServeHTTP(old, r.Clone(r.Context()))
			}
			written = written || r.Method == http.MethodPut
			next.ServeHTTP(rw, r)
		})
	})
	r := w.pass()
	if len(r.Refused) > 0 || len(r.Written) > 0 {
		t.Errorf("refused %d, written %d; want neither before it is known", len(r.Refused), len(r.Written))
	}
	w.wantEntries(id, "acknowledge/start sent outcome unknown")
	r = w.passAt("2026-03-16 10:02:30")
	if len(r.Written) != 1 {
		t.Errorf("written %d, want the one that is to be seen now", len(r.Written))
	}
	w.wantSaid(id, "+acknowledge/start")
	w.wantEntries(id, "acknowledge/start done accepted")
	if e := w.row(id, "acknowledge/start"); e.Tries != 1 || e.Receipt == nil || len(e.Receipt.Refused) > 0 {
		t.Errorf("%d tries, receipt %+v", e.Tries, e.Receipt)
	}
}

// A note that the tracker drops without a word, with nothing beside it, is a refusal when it has been looked for as
// long as reads may trail, and is not sent again and again.
func TestNothingButADroppedNote(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.sim.RevokePermission("SLA bot", "add_issue_notes")
	w.pass()
	w.passAt("2026-03-16 10:01")
	w.wantEntries(id, "acknowledge/start sent outcome unknown")
	w.passAt("2026-03-16 10:03")
	w.wantEntries(id, "acknowledge/start sent outcome unknown")
	r := w.passAt("2026-03-16 10:05:30")
	if len(r.Refused) != 1 || !strings.Contains(problems(r), "left this alone: comment") {
		t.Errorf("refused %d; problems %s", len(r.Refused), problems(r))
	}
	puts := w.requests(func() { w.run("2026-03-16 10:09") })
	puts = slices.DeleteFunc(puts, func(r sim.Request) bool { return r.Method == http.MethodGet })
	if e := w.row(id, "acknowledge/start"); e.State != enforcer.Refused || len(puts) > 0 {
		t.Errorf("it is %s, and was followed by %v", e.State, puts)
	}
}
