package engine_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/connectors/sim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

var (
	html     = map[string]string{"Content-Type": "text/html"}
	jsonBody = map[string]string{"Content-Type": "application/json"}
	pause    = map[string]string{"Retry-After": "30"}
)

func to(address string) map[string]string { return map[string]string{"Location": address} }

// strange are answers to a write that stand between us and the tracker: of gates, of balancers and of caches.
var strange = map[string]struct {
	status int
	header map[string]string
	body   string
	// refused: where nothing was done a human has to look, at the tracker's own no or at a gate's that will not change
	refused bool
}{
	"401 of a gate":                 {http.StatusUnauthorized, nil, "", false},
	"403 of a firewall":             {http.StatusForbidden, html, "<html>Blocked</html>", true},
	"405":                           {http.StatusMethodNotAllowed, nil, "", true},
	"407 of a proxy":                {http.StatusProxyAuthRequired, nil, "", false},
	"408":                           {http.StatusRequestTimeout, nil, "", false},
	"410":                           {http.StatusGone, nil, "", true},
	"412":                           {http.StatusPreconditionFailed, nil, "", true},
	"413":                           {http.StatusRequestEntityTooLarge, nil, "", true},
	"414":                           {http.StatusRequestURITooLong, nil, "", true},
	"421":                           {http.StatusMisdirectedRequest, nil, "", false},
	"423":                           {http.StatusLocked, nil, "", false},
	"425":                           {http.StatusTooEarly, nil, "", false},
	"429":                           {http.StatusTooManyRequests, nil, "", false},
	"429 with a pause":              {http.StatusTooManyRequests, pause, "", false},
	"499":                           {499, nil, "", false},
	"503 with a pause":              {http.StatusServiceUnavailable, pause, "", false},
	"504":                           {http.StatusGatewayTimeout, nil, "", false},
	"520":                           {520, nil, "<html>Web server is returning an unknown error</html>", false},
	"redirected with 301":           {http.StatusMovedPermanently, to("https://example.org/login"), "", false},
	"redirected with 302 to log in": {http.StatusFound, to("/login?back_url=x"), "", false},
	"redirected with 303":           {http.StatusSeeOther, to("/issues/1"), "", false},
	"redirected with 307":           {http.StatusTemporaryRedirect, to("/issues/1.json"), "", false},
	"a page to log in":              {http.StatusOK, html, "<html>Log in</html>", false},
	"an error page with 200":        {http.StatusOK, html, "<html>Bad gateway</html>", false},
	"200 and nothing":               {http.StatusOK, nil, "", true},
	"204 and nothing":               {http.StatusNoContent, nil, "", true},
	"202":                           {http.StatusAccepted, jsonBody, `{}`, true},
	"another issue":                 {http.StatusOK, jsonBody, `{"issue":{"id":999,"subject":"x"}}`, true},
	"another issue, made":           {http.StatusCreated, jsonBody, `{"issue":{"id":1,"subject":"Printer"}}`, true},
	"half of an issue":              {http.StatusOK, jsonBody, `{"issue":{"id":1,"sub`, false},
	"a refusal with 200":            {http.StatusOK, jsonBody, `{"errors":["no"]}`, true},
	"422 of a firewall":             {http.StatusUnprocessableEntity, html, "<html>no</html>", true},
	"400 of a balancer":             {http.StatusBadRequest, nil, "<html>Bad Request</html>", true},
	"nothing that is HTTP":          {0, nil, "", false},
}

// A comment stands once in the end whatever a write is answered, whether it was done or not, and its step is done by
// itself. What was not done and was answered with a no, or accepted and left alone, is refused and told, and is done
// once when somebody orders it to be tried again.
func TestStrangeAnswersToWrites(t *testing.T) {
	for name, a := range strange {
		for _, done := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", done", false: ", not done"}[done], func(t *testing.T) {
				w := newWorld(t, "2026-03-16 10:00")
				id := w.issue("critical", "Server down")
				w.answerStrangely(http.MethodPut, name, done, 0)
				for _, moment := range []string{"00:10", "00:50", "01:20", "02:30", "05:30", "06:40", "09:30"} {
					w.set(at("2026-03-16 10:" + moment))
					_, _ = w.engine.Pass(t.Context()) // a pass may fail of it; what it did counts
				}
				if a.refused && !done {
					for _, e := range w.entries(id) {
						if !strings.HasPrefix(e, "acknowledge/start refused") {
							t.Errorf("%s", e)
						}
					}
					if _, err := w.ledger.Retry(t.Context(), w.now(), ledger.Filter{}, outbox.SendableFrom); err != nil {
						t.Error(err)
					}
				}
				w.set(at("2026-03-16 10:18:30"))
				_, _ = w.engine.Pass(t.Context())
				w.set(at("2026-03-16 10:19:00"))
				if _, err := w.engine.Pass(t.Context()); err != nil {
					t.Error(err)
				}
				if said := w.said(id); !slices.Equal(said, []string{"+acknowledge/start", "respond/warn-50"}) {
					t.Errorf("said %q", said)
				}
				w.wantDone(id)
			})
		}
	}
}

// TestStrangeAnswersWhileReadsAreStale: a write that was done and answered strangely is not done again while what is
// read is older than the write, be it for four minutes: neither a receipt, nor a comment with an assignee and a
// priority, which might be left out of a second try.
func TestStrangeAnswersWhileReadsAreStale(t *testing.T) {
	for name := range strange {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			meanwhile := func(from int) {
				w.answerStrangely(http.MethodPut, name, true, 4*time.Minute)
				for minute := range 8 {
					w.tries(fmt.Sprintf("2026-03-16 10:%02d:10", from+minute), fmt.Sprintf("2026-03-16 10:%02d:40", from+minute))
					_, err := w.ledger.Retry(t.Context(), w.now(), ledger.Filter{}, outbox.SendableFrom) // somebody does not wait
					w.do(err)
				}
				w.sim.Use(nil)
			}
			meanwhile(0)
			w.passAt("2026-03-16 10:15:00")
			w.do(w.sim.As("support1").SetPriority(id, "Low"))
			meanwhile(20)
			w.passAt("2026-03-16 10:29:00")
			w.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
			w.wantDone(id)
			if i := w.see("admin", id); i.AssignedTo == nil || i.Priority.Name != "Immediate" {
				t.Errorf("with %v, priority %s", i.AssignedTo, i.Priority.Name)
			}
		})
	}
}

// wantDone holds that every step of an issue is done.
func (w *world) wantDone(id int) {
	w.t.Helper()
	for _, e := range w.entries(id) {
		if !strings.Contains(e, "done") {
			w.t.Errorf("%s", e)
		}
	}
}

// answerStrangely gives the first write with a method an answer of something that stands before the tracker, after it
// was done or in its place. What is read is as it was before a write, for so long after it.
func (w *world) answerStrangely(method, answer string, done bool, stale time.Duration) {
	a, n := strange[answer], 1
	p := &sim.Proxy{Now: w.now}
	p.Stale(stale)
	w.sim.Use(func(next http.Handler) http.Handler {
		return p.Before(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method != method || n == 0 {
				next.ServeHTTP(rw, r)
				return
			}
			n--
			if done {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			if a.status == 0 {
				panic(http.ErrAbortHandler)
			}
			for k, v := range a.header {
				rw.Header().Set(k, v)
			}
			rw.WriteHeader(a.status)
			_, _ = rw.Write([]byte(a.body)) // the connection is in memory
		}))
	})
}

// An issue is made once in the end whatever its making is answered, and none of a customer's is ever taken for it.
func TestStrangeAnswersToMaking(t *testing.T) {
	for name := range strange {
		for _, done := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", done", false: ", not done"}[done], func(t *testing.T) {
				w := newWorld(t, "2026-03-30 09:50", vendor)
				theirs, err := w.sim.As("customer1").Create(redminesim.NewIssue{Project: "acme", Subject: "Printer"})
				w.do(err)
				w.pass()
				w.answerStrangely(http.MethodPost, name, done, 0)
				for _, moment := range []string{"00:10", "01:20", "02:30", "05:30", "06:40", "09:30"} {
					w.set(at("2026-03-30 10:" + moment))
					_, _ = w.engine.Pass(t.Context()) // a pass may fail of it; what it did counts
				}
				_, err = w.ledger.Retry(t.Context(), w.now(), ledger.Filter{}, outbox.SendableFrom)
				w.do(err)
				w.passAt("2026-03-30 10:18:30")
				w.passAt("2026-03-30 10:19:00")
				n := 0
				for _, made := range w.made() {
					if strings.HasSuffix(made, "Sync 30 March 2026") {
						n++
					}
				}
				if n != 1 {
					t.Errorf("made %d times: %q, %q", n, w.made(), w.duties())
				}
				w.wantSaid(theirs)
				for e, err := range w.ledger.List(t.Context(), ledger.Filter{}, ledger.OldestFirst) {
					if w.do(err); e.Made() == fmt.Sprint(theirs) || e.State != enforcer.Done && e.State != enforcer.Past {
						t.Errorf("%s/%s is %s, made %q", e.Key.Obligation, e.Key.Step, e.State, e.Made())
					}
				}
			})
		}
	}
}
