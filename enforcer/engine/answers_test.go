package engine_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// untrue are answers to a write that do not say whether it was done.
var untrue = map[string]struct {
	status int
	body   string
}{
	"422 without a reason": {http.StatusUnprocessableEntity, `{"errors":[]}`},
	"404":                  {http.StatusNotFound, ""},
	"409":                  {http.StatusConflict, ""},
	"500":                  {http.StatusInternalServerError, ""},
	"502 of a balancer":    {http.StatusBadGateway, "<html>Bad gateway</html>"},
	"503":                  {http.StatusServiceUnavailable, ""},
}

// answerWrites gives the first n writes to issues an untrue answer, after they were done or in their place.
func (w *world) answerWrites(n, status int, body string, done bool) {
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPut || n == 0 {
				next.ServeHTTP(rw, r)
				return
			}
			n--
			if done {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			rw.WriteHeader(status)
			_, _ = rw.Write([]byte(body)) // the connection is in memory
		})
	})
}

// A write that was done and answered otherwise is looked for at once: its comment stands once, and the step is done in
// the same pass.
func TestAnswersThatAreNotTrue(t *testing.T) {
	for name, a := range untrue {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.answerWrites(2, a.status, a.body, true)
			w.set(at("2026-03-16 10:05"))
			_, _ = w.engine.Pass(t.Context()) // a pass may fail of it; what it did counts
			w.wantSaid(id, "+acknowledge/start")
			for _, e := range w.entries(id) {
				if !strings.Contains(e, "done") {
					t.Errorf("%s", e)
				}
			}
			w.passAt("2026-03-16 10:09")
			w.wantSaid(id, "+acknowledge/start")
		})
	}
}

// A write that was not done and answered so is not sent again at once, for it may still come; it is in the end, once.
func TestAnswersOfWritesThatWereNotDone(t *testing.T) {
	for name, a := range untrue {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.answerWrites(1, a.status, a.body, false)
			for _, moment := range []string{"2026-03-16 10:01", "2026-03-16 10:02", "2026-03-16 10:03", "2026-03-16 10:04"} {
				w.set(at(moment))
				_, _ = w.engine.Pass(t.Context())
			}
			for _, moment := range []string{"2026-03-16 10:07", "2026-03-16 10:08", "2026-03-16 10:09"} {
				w.passAt(moment)
			}
			if said := w.said(id); !slices.Equal(said, []string{"+acknowledge/start"}) {
				t.Errorf("said %q", said)
			}
		})
	}
}
