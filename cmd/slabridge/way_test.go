package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"slabridge/config"
)

// The tracker is on loopback behind TLS with an authority of its own, asks for a client's certificate, and is reached
// through a proxy that asks for a password: with all of it configured check --live is well, and without each it says
// what is lacking. The password shows nowhere.
func TestWayToTheTracker(t *testing.T) {
	d := newOffice(t)
	serve := d.sim.Transport()
	answer := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "127.0.0.1"}) }, Transport: serve,
	}
	quiet := log.New(io.Discard, "", 0)
	tracker := httptest.NewUnstartedServer(answer)
	tracker.Config.ErrorLog = quiet
	tracker.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	tracker.StartTLS()
	t.Cleanup(tracker.Close)
	const password = "pr0xy p@ss"
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte("bot:"+password))
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != want {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		tunnel(t, w, r.Host)
	}))
	t.Cleanup(proxy.Close)

	pair := tracker.TLS.Certificates[0]
	d.save(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tracker.Certificate().Raw}))
	d.save(t, "client.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	d.save(t, "client.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	d.save(t, "proxy.key", []byte(password))
	ca := "ca: ca.pem"
	client := "client_certificate: {cert: client.pem, key: client.key}"
	through := `proxy: {url: "` + proxy.URL + `", user: bot, password: {file: proxy.key}}`
	nobody := `proxy: {url: "` + proxy.URL + `"}`
	dead := `proxy: {url: "http://` + deadAddress(t) + `", user: bot, password: {file: proxy.key}}`
	for _, c := range []struct {
		way  []string
		code int
		says string
	}{
		{[]string{ca, client, through}, exitOK, "we are"},
		{[]string{ca, client}, exitOK, "we are"},
		{[]string{client, through}, exitTracker, "give a file with the authority's certificate as `ca`"},
		{[]string{ca, through}, exitTracker, "asks for one: see `client_certificate`"},
		{[]string{ca, client, nobody}, exitTracker, "check that the proxy runs and lets slabridge through"},
		{[]string{ca, client, dead}, exitTracker, "check that the proxy runs and lets slabridge through"},
	} {
		d.configure("url: http://127.0.0.1\n", "url: "+tracker.URL+"\n    "+strings.Join(c.way, "\n    ")+"\n")
		var out, errs strings.Builder
		a := newApp(strings.NewReader(""), &out, &errs, d.clock)
		code := a.run([]string{"check", "--live", "--debug", "--lang", "en", "--config", d.file("slabridge.yaml")})
		told := out.String() + errs.String()
		if code != c.code {
			t.Errorf("%v: exit code %d\n%s", c.way, code, told)
		}
		contains(t, strings.Join(c.way, ", "), told, c.says)
		for _, secret := range []string{password, url.QueryEscape(password), url.PathEscape(password)} {
			if strings.Contains(told, secret) {
				t.Errorf("%v: the password shows:\n%s", c.way, told)
			}
		}
	}
}

// tunnel hands bytes on between a client of a proxy and a server.
func tunnel(t *testing.T, w http.ResponseWriter, to string) {
	var dialer net.Dialer
	server, err := dialer.DialContext(t.Context(), "tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer client.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(server, client) }()
	_, _ = io.Copy(client, server)
}

func (d *office) save(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(d.file(name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// An address for a proxy that the environment gives may hold a password, and may be none at all: it is quoted in the
// error then.
func TestProxyOfTheEnvironment(t *testing.T) {
	for _, address := range []string{"http://bot:pr0xy%20p%40ss@127.0.0.1:1", "://bot:pr0xy%20p%40ss@\x7f"} {
		t.Setenv("HTTPS_PROXY", address)
		secrets := proxySecrets(config.Way{})
		if len(secrets) == 0 {
			t.Fatalf("nothing is a secret in %s", address)
		}
		for _, s := range secrets {
			address = strings.ReplaceAll(address, s, "")
		}
		if strings.Contains(address, "pr0xy") {
			t.Errorf("left of it: %s", address)
		}
	}
}
