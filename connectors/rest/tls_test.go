package rest

import (
	"errors"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
	for name, c := range map[string]struct{ url, hint string }{
		"https on a plain port": {strings.Replace(plain.URL, "http:", "https:", 1), "something without TLS answers"},
		"an unknown authority":  {strange.URL, "SSL_CERT_FILE"},
	} {
		client, err := New(Config{
			Settings:     connectors.Settings{URL: c.url, Auth: connectors.Auth{Secret: "hush"}, Now: time.Now},
			Authenticate: func(*http.Request) {},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			var e *connectors.Error
			_, err := client.Call(t.Context(), "ask", Elsewhere).Do(method, "/", nil, []byte("{}"))
			if !errors.As(err, &e) || e.Class != connectors.TryLater || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("%s, %s: %v", name, method, err)
			}
		}
	}
}
