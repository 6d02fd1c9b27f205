package rest

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// An answer that was cut on its way is none, however it was packed: of a read it is asked for again, of a write nobody
// knows what it did.
func TestAnswersCutOnTheWire(t *testing.T) {
	whole := fmt.Sprintf(`{"issue":{"id":1,"subject":%q}}`, strings.Repeat("x", 5000))
	packed := func() string {
		var out strings.Builder
		z := gzip.NewWriter(&out)
		_, _ = z.Write([]byte(whole)) // in memory
		_ = z.Close()
		return out.String()
	}()
	send := func(w http.ResponseWriter, body string) {
		_, _ = w.Write([]byte(body)) // to one who may have gone
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
	}
	for name, answer := range map[string]func(w http.ResponseWriter){
		"gzip, cut": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			send(w, packed[:len(packed)/2])
		},
		"gzip without its end": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			send(w, packed[:len(packed)-4])
		},
		"called gzip, and not": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			send(w, whole)
		},
		"chunks, and the connection breaks": func(w http.ResponseWriter) {
			send(w, whole[:100])
			panic(http.ErrAbortHandler)
		},
		"chunks, and the connection breaks where the JSON is whole": func(w http.ResponseWriter) {
			send(w, whole)
			panic(http.ErrAbortHandler)
		},
		"shorter than it says": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
			send(w, whole[:100])
		},
		"cut JSON": func(w http.ResponseWriter) { send(w, whole[:100]) },
		"two of them": func(w http.ResponseWriter) {
			send(w, whole+whole)
		},
	} {
		for method, want := range map[string][]connectors.Class{
			http.MethodGet: {connectors.TryLater, connectors.Garbled}, http.MethodPut: {connectors.Unknown},
		} {
			t.Run(method+" "+name, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					answer(w)
				}))
				t.Cleanup(server.Close)
				c, err := New(Config{
					Settings: connectors.Settings{
						ID: "helpdesk", URL: server.URL, Auth: connectors.Auth{Secret: "hush"}, Now: time.Now, Timeout: 20 * time.Second,
					},
					Authenticate: func(*http.Request) {},
				})
				if err != nil {
					t.Fatal(err)
				}
				body, err := c.Call(t.Context(), message.Of("look"), AtIssue).Do(method, "/issues/1.json", nil, nil)
				got := connectors.ClassOf(err)
				if got != want[0] && got != want[len(want)-1] {
					t.Errorf("class %v of %v, with %d bytes; want %v", got, err, len(body), want)
				}
			})
		}
	}
}
