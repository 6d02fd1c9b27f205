package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

// opened is a daemon's address, reachable from elsewhere, over a desk with requests of two contracts.
type opened struct {
	t       *testing.T
	client  *http.Client
	address string
}

// openDesk serves what a daemon serves, by these settings. Where secure is given, it is with its certificate.
func openDesk(t *testing.T, address string, settings config.Web, secure *httptest.Server) *opened {
	t.Helper()
	d := newOffice(t, "    projects: [acme]\n", "    projects: [acme]\n"+
		"  - {id: kamal-globex, use: kamal, mapping: helpdesk, projects: [globex]}\n")
	d.desks("globex")
	d.breached()
	d.reportIn("globex")
	d.want(exitOK, "enforce")
	w := d.reader()
	w.cfg.Web = settings
	live, err := newLivePages(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	hooks := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	got, _, stop, err := newMonitor(nil, d.clock).serve(served{address, &w.cfg.Web, hooks, live},
		slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	o := &opened{t, http.DefaultClient, "http://127.0.0.1:" + got[strings.LastIndex(got, ":")+1:]}
	if secure != nil {
		o.client, o.address = secure.Client(), strings.Replace(o.address, "http", "https", 1)
	}
	return o
}

// ask sends a request with headers, given as name and value in turn; the header "as" is user:password.
func (o *opened) ask(method, path string, headers ...string) (code int, body string) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.address+path, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		switch name, value := headers[i], headers[i+1]; name {
		case "as":
			user, password, _ := strings.Cut(value, ":")
			r.SetBasicAuth(user, password)
		case "Host":
			r.Host = value
		default:
			r.Header.Add(name, value)
		}
	}
	answer, err := o.client.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func (o *opened) want(code int, path string, headers ...string) string {
	o.t.Helper()
	got, body := o.ask(http.MethodGet, path, headers...)
	if got != code {
		o.t.Errorf("GET %s %v: %d, want %d: %.200s", path, headers, got, code, body)
	}
	return body
}

// webFile writes a web config: users with their passwords, and the certificate of a server if one is given.
func webFile(t *testing.T, secure *httptest.Server, users ...string) string {
	t.Helper()
	dir, text := t.TempDir(), ""
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if secure != nil {
		key, err := x509.MarshalPKCS8PrivateKey(secure.TLS.Certificates[0].PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		write("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
		write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
		text += "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n"
	}
	if len(users) > 0 {
		text += "basic_auth_users:\n"
	}
	for _, u := range users {
		user, password, _ := strings.Cut(u, ":")
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		text += "  " + user + ": " + string(hash) + "\n"
	}
	write("web.yml", text)
	return filepath.Join(dir, "web.yml")
}

// everything that needs a name or a password.
var guarded = []string{
	"/", "/request/1", "/contract/kamal-acme", "/trust", "/static/board.css", "/api/v1/desk", "/api/v1/trust",
	"/api/v1/openapi.json", "/metrics", "/nowhere", "/webhooks/helpdesk", "/-/nowhere",
}

// Nothing is answered to who has no password but webhooks and health, over TLS, in HTTP/2 too. An emptied file of
// passwords shuts everybody out: to the library it means that none is needed.
func TestDoorAsksForPasswords(t *testing.T) {
	secure := httptest.NewUnstartedServer(nil)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	file := webFile(t, secure, "ivanov:right")
	o := openDesk(t, "0.0.0.0:0", config.Web{Config: file}, secure)
	for _, path := range guarded {
		o.want(http.StatusUnauthorized, path)
		o.want(http.StatusUnauthorized, path, "as", "ivanov:wrong")
		o.want(http.StatusUnauthorized, path, "as", "petrov:right")
		o.want(http.StatusUnauthorized, path, "X-Forwarded-User", "ivanov")
		o.want(http.StatusMisdirectedRequest, path, "as", "ivanov:right", "Host", "elsewhere.example.net")
	}
	contains(t, "the desk", o.want(http.StatusOK, "/", "as", "ivanov:right"), "Nobody can log in")
	o.want(http.StatusOK, "/metrics", "as", "ivanov:right")
	for _, path := range []string{"/healthz", "/-/healthy", "/-/ready"} {
		o.want(http.StatusOK, path)
	}
	if code, _ := o.ask(http.MethodPost, "/webhooks/helpdesk"); code != http.StatusTeapot {
		t.Errorf("a webhook: %d", code)
	}
	plain := *o
	plain.address = strings.Replace(o.address, "https", "http", 1)
	plain.want(http.StatusBadRequest, "/", "as", "ivanov:right") // no TLS
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o.want(http.StatusForbidden, "/", "as", "ivanov:right")
	o.want(http.StatusForbidden, "/")
}

// A daemon that only this machine reaches, and that asks for passwords, asks for them still when the file loses its
// users; and a name is believed by its password alone, whatever the file is in the middle of.
func TestDoorKeepsAskingForPasswords(t *testing.T) {
	file := webFile(t, nil, "ivanov:right")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	o := openDesk(t, "127.0.0.1:0", config.Web{Config: file}, nil)
	o.want(http.StatusOK, "/", "as", "ivanov:right")
	put := func(data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Error(err)
		}
	}
	put(nil)
	o.want(http.StatusForbidden, "/")
	o.want(http.StatusForbidden, "/", "as", "ivanov:right")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { // whoever edits it truncates it and writes it anew
		defer close(done)
		for {
			select {
			case <-stop:
				put(whole)
				return
			default:
				put(whole)
			}
		}
	}()
	for range 2000 {
		if code, body := o.ask(http.MethodGet, "/metrics", "as", "ivanov:wrong"); code == http.StatusOK {
			t.Fatalf("let in with a wrong password: %.80s", body)
		}
	}
	close(stop)
	<-done
	o.want(http.StatusOK, "/", "as", "ivanov:right")
}

// The proxy's word is taken from its address alone, and where it is said once; others are not let in at all.
func TestDoorTakesTheProxysWord(t *testing.T) {
	here, elsewhere := netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.5/32")
	o := openDesk(t, "0.0.0.0:0", config.Web{From: []netip.Prefix{here}, Header: "X-User"}, nil)
	for _, path := range guarded {
		o.want(http.StatusForbidden, path)
		o.want(http.StatusForbidden, path, "X-User", " ")
		o.want(http.StatusForbidden, path, "X-User", "ivanov", "X-User", "petrov")
		o.want(http.StatusForbidden, path, "as", "ivanov:right")
	}
	o.want(http.StatusOK, "/", "X-User", "ivanov")
	o.want(http.StatusOK, "/metrics", "X-User", "ivanov")
	o.want(http.StatusOK, "/healthz")
	o = openDesk(t, "127.0.0.1:0", config.Web{From: []netip.Prefix{elsewhere}, Header: "X-User"}, nil)
	for _, path := range guarded {
		o.want(http.StatusForbidden, path, "X-User", "ivanov")
	}
}

// Who may see one contract sees nothing of the other: no page, no row, no name, no number.
func TestReadersSeeTheirContracts(t *testing.T) {
	file := webFile(t, nil, "all:p", "acme:p", "globex:p", "nobody:p")
	o := openDesk(t, "0.0.0.0:0", config.Web{Config: file, Readers: []config.Reader{
		{Users: []string{"all"}, Contracts: []string{config.AllContracts}},
		{Users: []string{"acme"}, Contracts: []string{"kamal-acme"}},
		{Users: []string{"globex"}, Contracts: []string{"kamal-globex"}},
	}}, nil)
	total := func(user string) int {
		var v struct {
			Total  int
			Cycles []struct{ Contract string }
		}
		body := o.want(http.StatusOK, "/api/v1/desk", "as", user+":p")
		if err := json.Unmarshal([]byte(body), &v); err != nil || v.Total != len(v.Cycles) {
			t.Fatalf("%s: %v, %d of %d", user, err, len(v.Cycles), v.Total)
		}
		for _, c := range v.Cycles {
			if user != "all" && c.Contract != "kamal-"+user {
				t.Errorf("%s sees a cycle of %s", user, c.Contract)
			}
		}
		return v.Total
	}
	if all, acme, globex := total("all"), total("acme"), total("globex"); acme == 0 || globex == 0 || acme+globex != all {
		t.Errorf("of %d cycles one sees %d and the other %d", all, acme, globex)
	}
	for _, path := range guarded {
		o.want(http.StatusForbidden, path, "as", "nobody:p")
	}
	for user, other := range map[string]string{"acme": "globex", "globex": "acme"} {
		as := []string{"as", user + ":p"}
		own, foreign := "1", "2"
		if user == "globex" {
			own, foreign = "2", "1"
		}
		o.want(http.StatusForbidden, "/metrics", as...)
		for _, path := range []string{"/request/", "/api/v1/request/"} {
			o.want(http.StatusOK, path+own, as...)
			hidden, none := o.want(http.StatusNotFound, path+foreign, as...), o.want(http.StatusNotFound, path+"999", as...)
			if strings.ReplaceAll(hidden, path+foreign, "") != strings.ReplaceAll(none, path+"999", "") {
				t.Errorf("%s: what is hidden reads otherwise than what is not there: %s %s", user, hidden, none)
			}
		}
		for _, path := range []string{"/contract/kamal-", "/api/v1/contract/kamal-"} {
			o.want(http.StatusOK, path+user, as...)
			o.want(http.StatusNotFound, path+other, as...)
		}
		o.want(http.StatusBadRequest, "/?contract=kamal-"+other, as...)
		for _, path := range []string{"/", "/trust", "/api/v1/trust", "/api/v1/desk", "/?overdue=1", "/request/" + own} {
			if body := o.want(http.StatusOK, path, as...); strings.Contains(body, other) {
				t.Errorf("%s reads of %s on %s: %s", user, other, path, body)
			}
		}
		all := o.want(http.StatusOK, "/contract/kamal-"+user, "as", "all:p")
		contains(t, "who sees all", all, "head of the chain")
		contains(t, "who sees all", o.want(http.StatusOK, "/api/v1/contract/kamal-"+user, "as", "all:p"), `"records":`)
		for path, chain := range map[string]string{
			"/contract/kamal-": "head of the chain", "/api/v1/contract/kamal-": `"ledger"`,
		} { // it counts the records of both contracts
			if body := o.want(http.StatusOK, path+user, as...); strings.Contains(body, chain) {
				t.Errorf("%s reads of the whole connection's chain on %s: %s", user, path, body)
			}
		}
	}
}

// Whether slabridge is late, since when and with how much is told to each reader of the contracts that they may see.
func TestReadersSeeTheirLateness(t *testing.T) {
	d := newOffice(t, "    projects: [acme]\n", "    projects: [acme]\n"+
		"  - {id: kamal-globex, use: kamal, mapping: helpdesk, projects: [globex]}\n")
	d.desks("globex")
	d.want(exitOK, "enforce")
	w := d.writer()
	late := d.clock().Add(-time.Hour)
	for i, contract := range []string{"kamal-acme", "kamal-globex", "kamal-globex"} {
		d.check(w.ledger.SetAgenda(t.Context(), enforcer.AgendaItem{
			Connection: "helpdesk", Contract: contract, Issue: fmt.Sprint(100 + i), IssueKey: fmt.Sprint(100 + i),
			Subject: "x", Fingerprint: "x", EvaluatedAt: late.Add(-time.Hour), Next: late.Add(time.Duration(i) * time.Minute),
		}))
	}
	for user, want := range map[string]struct {
		contracts []string
		since     time.Duration // after the first of all
		overdue   int
	}{
		"all": {[]string{config.AllContracts}, 0, 3}, "acme": {[]string{"kamal-acme"}, 0, 1},
		"globex": {[]string{"kamal-globex"}, time.Minute, 2},
	} {
		web := config.Web{Readers: []config.Reader{{Users: []string{user}, Contracts: want.contracts}}}
		ctx := context.WithValue(t.Context(), readerKey{}, reader{&web, user})
		x, err := trustOf(ctx, shownTo(ctx, w, english))
		d.check(err)
		h := x.Value.(trustAnswer).Connections[0]
		if h.LateSince == nil || !h.LateSince.Equal(late.Add(want.since)) || h.Overdue != want.overdue {
			t.Errorf("%s: late since %v with %d, want %+v", user, h.LateSince, h.Overdue, want)
		}
	}
	d.check(w.ledger.SetAgenda(t.Context(), enforcer.AgendaItem{
		Connection: "helpdesk", Contract: "kamal-acme", Issue: "100", IssueKey: "100", Subject: "x", Fingerprint: "x",
		EvaluatedAt: d.clock(), Next: d.clock().Add(time.Hour),
	}))
	web := config.Web{Readers: []config.Reader{{Users: []string{"acme"}, Contracts: []string{"kamal-acme"}}}}
	ctx := context.WithValue(t.Context(), readerKey{}, reader{&web, "acme"})
	x, err := trustOf(ctx, shownTo(ctx, w, english))
	d.check(err)
	if h := x.Value.(trustAnswer).Connections[0]; h.LateSince != nil || h.Health != report.Well {
		t.Errorf("what is late of others is told: %s since %v", h.Health, h.LateSince)
	}
}
