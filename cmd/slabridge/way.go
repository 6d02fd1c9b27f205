package main

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"os"
	"strings"

	"slabridge/config"
	"slabridge/config/message"
)

// transportOf is what carries the requests of a connection: over the network as the system and the environment say,
// unless the configuration says otherwise.
func transportOf(w config.Way) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	if w.CA != nil || w.Cert.Reveal() != "" {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: w.CA}
	}
	if cert := w.Cert.Reveal(); cert != "" {
		pair, err := tls.X509KeyPair([]byte(cert), []byte(w.Key.Reveal()))
		if err != nil {
			return nil, message.Errorf("client certificate: %w", err)
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	if w.Proxy != nil {
		proxy := *w.Proxy
		if w.ProxyUser != "" {
			proxy.User = url.UserPassword(w.ProxyUser, w.ProxyPassword.Reveal())
		}
		t.Proxy = http.ProxyURL(&proxy)
	}
	return t, nil
}

// proxySecrets are the passwords for proxies, in each form in which a text may hold them: the connection's own, and
// those in the addresses that the environment gives.
func proxySecrets(w config.Way) []string {
	var out []string
	if p := w.ProxyPassword.Reveal(); p != "" {
		out = append(out, url.UserPassword(w.ProxyUser, p).String(), url.QueryEscape(p), url.PathEscape(p), p)
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		address := os.Getenv(name)
		if _, rest, ok := strings.Cut(address, "://"); ok {
			address = rest
		}
		at := strings.LastIndex(address, "@")
		if at < 0 {
			continue
		}
		_, password, ok := strings.Cut(address[:at], ":")
		if !ok || password == "" {
			continue
		}
		out = append(out, address[:at], password)
		if plain, err := url.PathUnescape(password); err == nil {
			out = append(out, plain)
		}
	}
	return out
}
