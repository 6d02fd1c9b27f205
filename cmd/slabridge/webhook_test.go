package main

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the signature that must not be taken
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"slabridge/config"
	"slabridge/connectors/jira"
	"slabridge/connectors/redmine"
)

const hookSecret = "a-secret-that-no-log-may-show"

// sign is a body's signature as Jira and Redmine make it.
func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, body) // a hash
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// gate is webhooks with what came through them.
type gate struct {
	*webhooks
	monitor *monitor
	ended   chan struct{}
	log     strings.Builder
	taking  sync.Mutex // of hints
	hints   []string
	full    bool
	busy    chan struct{} // while it is not closed, a hint waits; nil: none does
}

func newGate(connections ...config.Connection) *gate {
	g := &gate{monitor: newMonitor(nil, time.Now), ended: make(chan struct{})}
	g.webhooks = newWebhooks(connections, g.take, g.monitor.webhooks, g.ended, slog.New(slog.NewTextHandler(&g.log, nil)))
	return g
}

func (g *gate) take(connection string, issues ...string) bool {
	if g.busy != nil {
		<-g.busy
	}
	g.taking.Lock()
	defer g.taking.Unlock()
	g.hints = append(g.hints, fmt.Sprint(connection, issues))
	return !g.full
}

// post sends a body with headers, given as name and value in turn.
func (g *gate) post(path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks/{connection}", g)
	r := httptest.NewRequest(http.MethodPost, path, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func bothKinds() []config.Connection {
	return []config.Connection{
		{ID: "cloud", Kind: jira.Kind, Webhook: config.NewSecret(hookSecret)},
		{ID: "help.desk-1", Kind: redmine.Kind, Webhook: config.NewSecret(hookSecret)},
		{ID: "closed", Kind: redmine.Kind},
	}
}

func TestWebhooks(t *testing.T) {
	const jiraBody = `{"webhookEvent":"jira:issue_updated","issue":{"id":"10040","key":"TES-41"}}`
	const redmineBody = `{"type":"issue.updated","data":{"issue":{"id":17}}}`
	basic := func(user, password string) string {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	weak := hmac.New(sha1.New, []byte(hookSecret))
	_, _ = io.WriteString(weak, jiraBody) // a hash
	large := `{"x":"` + strings.Repeat("x", hookBody) + `","issue":{"id":"10040"}}`
	for name, c := range map[string]struct {
		to, body string
		headers  []string
		want     int
		hint     string
	}{
		"signed by Jira": {
			"cloud", jiraBody, []string{"X-Hub-Signature", sign(hookSecret, jiraBody)}, 202, "cloud[10040]",
		},
		"signed in GitHub's manner": {
			"cloud", jiraBody,
			[]string{"X-Hub-Signature", "sha1=00", "X-Hub-Signature-256", sign(hookSecret, jiraBody)},
			202,
			"cloud[10040]",
		},
		"signed by Redmine": {
			"help.desk-1", redmineBody,
			[]string{"X-Redmine-Signature-256", sign(hookSecret, redmineBody)},
			202,
			"help.desk-1[17]",
		},
		"capital digits": {
			"cloud", jiraBody,
			[]string{"X-Hub-Signature", "sha256=" + strings.ToUpper(sign(hookSecret, jiraBody)[7:])},
			202,
			"cloud[10040]",
		},
		"basic, any user": {
			"cloud", jiraBody, []string{"Authorization", basic("jira", hookSecret)}, 202, "cloud[10040]",
		},
		"token": {
			"help.desk-1", redmineBody, []string{"X-Slabridge-Token", hookSecret}, 202, "help.desk-1[17]",
		},
		"without a body": {"cloud", "", []string{"X-Hub-Signature", sign(hookSecret, "")}, 202, "cloud[]"},
		"of another event": {
			"cloud", `{"webhookEvent":"sprint_started"}`, []string{"X-Slabridge-Token", hookSecret}, 202, "cloud[]",
		},
		"large, signed":         {"cloud", large, []string{"X-Hub-Signature", sign(hookSecret, large)}, 202, "cloud[]"},
		"large, wrongly signed": {"cloud", large, []string{"X-Hub-Signature", sign("another", large)}, 401, ""},
		"bare":                  {"cloud", jiraBody, nil, 401, ""},
		"wrongly signed":        {"cloud", jiraBody, []string{"X-Hub-Signature", sign("another", jiraBody)}, 401, ""},
		"signature of another": {
			"cloud", jiraBody, []string{"X-Hub-Signature", sign(hookSecret, redmineBody)}, 401, "",
		},
		"signature cut short": {
			"cloud", jiraBody, []string{"X-Hub-Signature", sign(hookSecret, jiraBody)[:70]}, 401, "",
		},
		"signature of nothing": {"cloud", jiraBody, []string{"X-Hub-Signature", "sha256="}, 401, ""},
		"signature without name": {
			"cloud", jiraBody, []string{"X-Hub-Signature", sign(hookSecret, jiraBody)[7:]}, 401, "",
		},
		"SHA-1": {
			"cloud", jiraBody, []string{"X-Hub-Signature", "sha1=" + hex.EncodeToString(weak.Sum(nil))}, 401, "",
		},
		"wrongly signed, with token": {
			"cloud", jiraBody, []string{"X-Hub-Signature", sign("another", jiraBody), "X-Slabridge-Token", hookSecret}, 401, "",
		},
		"wrong token":                 {"cloud", jiraBody, []string{"X-Slabridge-Token", hookSecret + "x"}, 401, ""},
		"empty token":                 {"cloud", jiraBody, []string{"X-Slabridge-Token", ""}, 401, ""},
		"secret as the user":          {"cloud", jiraBody, []string{"Authorization", basic(hookSecret, "")}, 401, ""},
		"bearer":                      {"cloud", jiraBody, []string{"Authorization", "Bearer " + hookSecret}, 401, ""},
		"secret in the address":       {"cloud?token=" + hookSecret, jiraBody, nil, 401, ""},
		"not JSON":                    {"cloud", "issue=10040", []string{"X-Slabridge-Token", hookSecret}, 400, ""},
		"cut short":                   {"cloud", jiraBody[:40], []string{"X-Slabridge-Token", hookSecret}, 400, ""},
		"a connection that has none":  {"closed", redmineBody, []string{"X-Slabridge-Token", hookSecret}, 404, ""},
		"a connection that is closed": {"closed", redmineBody, []string{"X-Slabridge-Token", ""}, 404, ""},
		"no such connection":          {"other", redmineBody, []string{"X-Slabridge-Token", hookSecret}, 404, ""},
		"no connection":               {"", redmineBody, []string{"X-Slabridge-Token", hookSecret}, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(bothKinds()...)
			w := g.post("/webhooks/"+c.to, strings.NewReader(c.body), c.headers...)
			if w.Code != c.want || strings.Join(g.hints, " ") != c.hint {
				t.Errorf("got %d and the hint %q, want %d and %q", w.Code, g.hints, c.want, c.hint)
			}
			if c.want != http.StatusNotFound && w.Body.Len() > 0 {
				t.Errorf("the answer tells %q", w.Body)
			}
			if c.want == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" {
				t.Error("basic authentication is not asked for")
			}
			if strings.Contains(g.log.String(), hookSecret) {
				t.Errorf("the log shows the secret: %s", g.log.String())
			}
		})
	}
}

// zeros is a body without an end.
type zeros struct{ read int64 }

func (z *zeros) Read(p []byte) (int, error) {
	z.read += int64(len(p))
	return len(p), nil
}

// However large a body is, no more of it is read than a webhook may have.
func TestWebhookTooLarge(t *testing.T) {
	g, body := newGate(bothKinds()...), &zeros{}
	if w := g.post("/webhooks/cloud", body, "X-Hub-Signature",
		sign(hookSecret, "")); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d", w.Code)
	}
	if body.read > maxHookBody+1<<20 {
		t.Errorf("%d bytes were read", body.read)
	}
	body = &zeros{}
	if w := g.post("/webhooks/cloud", body); w.Code != http.StatusUnauthorized || body.read > 0 {
		t.Errorf("answered %d after %d bytes of a body without signature", w.Code, body.read)
	}
	if w := g.post("/webhooks/cloud", iotest.ErrReader(errors.New("gone")), "X-Slabridge-Token",
		hookSecret); w.Code != http.StatusBadRequest {
		t.Errorf("a body that was cut short: answered %d", w.Code)
	}
	if len(g.hints) > 0 {
		t.Errorf("hints %q", g.hints)
	}
}

// A delivery that comes again is known by its identifier, one without is new; the memory is bounded. The metric counts
// what became of each.
func TestWebhookRepeated(t *testing.T) {
	g := newGate(bothKinds()...)
	deliver := func(id string) {
		t.Helper()
		if w := g.post("/webhooks/cloud", strings.NewReader(`{"issue":{"id":"1"}}`), "X-Slabridge-Token", hookSecret,
			"X-Atlassian-Webhook-Identifier", id); w.Code != http.StatusAccepted {
			t.Errorf("answered %d", w.Code)
		}
	}
	for range 3 {
		deliver("one")
	}
	deliver("")
	deliver("")
	if len(g.hints) != 3 {
		t.Errorf("hints %q", g.hints)
	}
	for n := range hooksKnown {
		deliver(fmt.Sprint(n))
	}
	deliver("one") // long forgotten
	if n := len(g.of("cloud").known); n != hooksKnown {
		t.Errorf("%d deliveries are remembered", n)
	}
	g.full = true
	deliver("last")
	told := httptest.NewRecorder()
	promhttp.HandlerFor(g.monitor.registry, promhttp.HandlerOpts{}).ServeHTTP(told,
		httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for outcome, want := range map[string]int{hookTaken: 4 + hooksKnown, hookRepeated: 2, hookCurtailed: 1} {
		contains(t, "metrics", told.Body.String(),
			fmt.Sprintf(`slabridge_webhooks_total{connection="cloud",outcome=%q} %d`, outcome, want))
	}
}

// Bodies that come slowly under a signature that is not ours shut nobody out, however many they are.
func TestSlowStrangersShutNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(bothKinds()...)
		slow, end := io.Pipe()
		for range 3 * hooksAtOnce {
			go g.post("/webhooks/cloud", slow, "X-Hub-Signature", sign("another", "{}"))
		}
		synctest.Wait()
		w := g.post("/webhooks/cloud", strings.NewReader("{}"), "X-Hub-Signature", sign(hookSecret, "{}"))
		if w.Code != http.StatusAccepted {
			t.Errorf("a true one was answered by %d", w.Code)
		}
		_ = end.CloseWithError(io.ErrUnexpectedEOF) // of a pipe
	})
}

// Only so many are looked at at once, and none once the daemon ends; what is refused is logged once a minute.
func TestWebhooksAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(bothKinds()...)
		g.busy = make(chan struct{})
		for range hooksAtOnce {
			go g.post("/webhooks/cloud", strings.NewReader("{}"), "X-Slabridge-Token", hookSecret)
		}
		synctest.Wait()
		if w := g.post("/webhooks/cloud", strings.NewReader("{}"), "X-Slabridge-Token",
			hookSecret); w.Code != http.StatusServiceUnavailable {
			t.Errorf("one too many was answered by %d", w.Code)
		}
		close(g.busy)
		synctest.Wait()
		g.log.Reset()
		time.Sleep(2 * time.Minute)
		for range 150 {
			g.post("/webhooks/cloud", strings.NewReader("{}"))
			time.Sleep(time.Second)
		}
		if n := strings.Count(g.log.String(), "webhook not taken"); n < 2 || n > 3 {
			t.Errorf("%d lines in two and a half minutes:\n%s", n, g.log.String())
		}
		if w := g.post("/webhooks/cloud", strings.NewReader("{}"), "X-Slabridge-Token",
			hookSecret); w.Code != http.StatusAccepted {
			t.Errorf("answered %d with all slots free", w.Code)
		}
		close(g.ended)
		if w := g.post("/webhooks/cloud", strings.NewReader("{}"), "X-Slabridge-Token",
			hookSecret); w.Code != http.StatusServiceUnavailable {
			t.Errorf("answered %d at the end", w.Code)
		}
	})
}

// wire is a listener of the connections given to it, without a network.
type wire chan net.Conn

func (w wire) Accept() (net.Conn, error) {
	c, ok := <-w
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (wire) Close() error   { return nil }
func (wire) Addr() net.Addr { return &net.UnixAddr{} }

// A body that comes drop by drop is given up after half a minute, one that is refused like one that might be taken.
func TestWebhookDropByDrop(t *testing.T) {
	for name, header := range map[string]string{
		"refused": "X-Slabridge-Token: wrong", "signed": "X-Hub-Signature: " + sign(hookSecret, ""),
		"with the secret": "X-Slabridge-Token: " + hookSecret,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate(bothKinds()...)
				mux := http.NewServeMux()
				mux.Handle("POST /webhooks/{connection}", g)
				ours, theirs := net.Pipe()
				l := make(wire, 1)
				l <- theirs
				close(l)
				s := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
				go func() { _ = s.Serve(l) }() // ends with its listener
				go func() { _, _ = io.Copy(io.Discard, ours) }()
				_, err := io.WriteString(ours,
					"POST /webhooks/cloud HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"+header+"\r\n\r\n")
				begun := time.Now()
				for err == nil {
					_, err = io.WriteString(ours, " ")
					time.Sleep(time.Second)
				}
				if took := time.Since(begun); took < 25*time.Second || took > 35*time.Second {
					t.Errorf("it took %v to give up", took)
				}
				if n := len(g.slots); n > 0 {
					t.Errorf("%d slots are still taken", n)
				}
			})
		})
	}
}

// The next poll of the daemon is an hour away; what a webhook tells of is written about at once. One with a wrong
// signature does nothing, and our own write that comes back brings about no other.
func TestRunTakesWebhooks(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_HOOK", hookSecret)
	without := []string{`listen: "off"`, "listen: 127.0.0.1:0", "@every 1m", "@every 1h"}
	d := newOffice(t,
		append(slices.Clone(without), "@every 1h\"", "@every 1h\"\n    webhook: {secret: \"${SLABRIDGE_TEST_HOOK}\"}")...)
	log := newLogbook()
	a := newApp(strings.NewReader(""), io.Discard, log, d.clock)
	a.transport = d.sim.Transport()
	ended := make(chan int, 1)
	go func() { ended <- a.run([]string{"--config", d.file("slabridge.yaml"), "--debug", "run"}) }()
	address := "http://" +
		regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`).FindStringSubmatch(log.await(t, 1, "msg=pass"))[1]

	d.at("2026-03-20 16:00:00")
	body := fmt.Sprintf(`{"type":"issue.created","data":{"issue":{"id":%d}}}`, d.report("Nobody can log in", "critical"))
	d.at("2026-03-20 16:00:05")
	post := func(signature string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/webhooks/helpdesk",
			strings.NewReader(body))
		d.check(err)
		r.Header.Set("X-Redmine-Signature-256", signature)
		res, err := http.DefaultClient.Do(r)
		d.check(err)
		defer res.Body.Close()
		return res.StatusCode
	}
	d.sim.ResetRequests()
	if code := post(sign("another", body)); code != http.StatusUnauthorized {
		t.Errorf("a wrong signature was answered by %d", code)
	}
	if asked := d.sim.Requests(); len(asked) > 0 {
		t.Errorf("a wrong signature made %v", asked)
	}
	if code := post(sign(hookSecret, body)); code != http.StatusAccepted {
		t.Errorf("answered %d", code)
	}
	contains(t, "log", log.await(t, 1, "msg=written"), "issue=1", "step=acknowledge/start")
	log.await(t, 2, "msg=pass")
	post(sign(hookSecret, body)) // as the tracker tells of our comment
	log.await(t, 3, "msg=pass")
	_, metrics := get(t, address+"/metrics")
	contains(t, "metrics", metrics, `slabridge_webhooks_total{connection="helpdesk",outcome="accepted"} 2`,
		`slabridge_webhooks_total{connection="helpdesk",outcome="refused"} 1`,
		`slabridge_passes_total{connection="helpdesk",outcome="ok"} 3`,
		`slabridge_steps_total{connection="helpdesk",state="written"} 1`)
	if code, _ := get(t, address+"/healthz"); code != http.StatusOK {
		t.Errorf("healthz: %d", code)
	}

	d.configure(without...) // without a webhook
	signalSelf(t, syscall.SIGHUP)
	log.await(t, 4, "msg=pass")
	if code := post(sign(hookSecret, body)); code != http.StatusNotFound {
		t.Errorf("a webhook that is closed answered %d", code)
	}
	signalSelf(t, syscall.SIGTERM)
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if text := log.await(t, 1, "msg=stopped"); strings.Contains(text, hookSecret) ||
		strings.Count(text, "msg=written") != 1 {
		t.Errorf("want one write and no secret:\n%s", text)
	}
	if d.notes(1) != 1 {
		t.Errorf("%d comments", d.notes(1))
	}
}
