package rest

import (
	"errors"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// What is wrong with a connection that does not come about is said, with what to do; and a write over it was not done.
func TestConnectionsThatDoNotComeAbout(t *testing.T) {
	quiet := func(start func(http.Handler) *httptest.Server) *httptest.Server {
		s := start(http.NotFoundHandler())
		s.Config.ErrorLog = log.New(new(strings.Builder), "", 0)
		t.Cleanup(s.Close)
		return s
	}
	plain, strange := quiet(httptest.NewServer), quiet(httptest.NewTLSServer)
	through := func(address string) *http.Transport {
		proxy, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		tr := http.DefaultTransport.(*http.Transport).Clone()
		tr.Proxy = http.ProxyURL(proxy)
		return tr
	}
	asks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(asks.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct {
		url, hint string
		proxy     string
	}{
		"https on a plain port":      {strings.Replace(plain.URL, "http:", "https:", 1), "something without TLS answers", ""},
		"http on a port of https":    {strings.Replace(strange.URL, "https:", "http:", 1), "its port speaks https", ""},
		"an unknown authority":       {strange.URL, "as `ca` of this connection", ""},
		"a proxy that is not there":  {strange.URL, "check that the proxy runs", gone.URL},
		"a proxy that wants a name":  {strange.URL, "check that the proxy runs", asks.URL},
		"and one for http":           {plain.URL, "check that the proxy runs", asks.URL},
		"one for http, not there":    {plain.URL, "check that the proxy runs", gone.URL},
		"an authority, and no proxy": {strange.URL, "SSL_CERT_FILE", ""},
	} {
		var way http.RoundTripper
		if c.proxy != "" {
			way = through(c.proxy)
		}
		client, err := New(Config{
			Settings: connectors.Settings{
				URL: c.url, Auth: connectors.Auth{Secret: "hush"}, Now: time.Now, Transport: way,
			},
			Authenticate: func(*http.Request) {},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			var e *connectors.Error
			_, err := client.Call(t.Context(), message.Of("ask"), Elsewhere).Do(method, "/", nil, []byte("{}"))
			if !errors.As(err, &e) || e.Class != connectors.TryLater || !strings.Contains(e.Hint.String(), c.hint) {
				t.Errorf("%s, %s: %v", name, method, err)
			}
		}
	}
}
