package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A comment on Jira stands once in the end whatever stands before it answers to a write, whether that was done or not;
// what was answered with a no is done once when somebody orders it to be tried again.
func TestStrangeAnswersOfJira(t *testing.T) {
	page := "text/html"
	for name, a := range map[string]struct {
		status           int
		kind, body, more string
	}{
		"401 of a gate":           {status: 401},
		"403 of a firewall":       {status: 403, kind: page, body: "<html>Blocked</html>"},
		"404":                     {status: 404},
		"409":                     {status: 409},
		"410":                     {status: 410},
		"413":                     {status: 413},
		"421":                     {status: 421},
		"429 with a pause":        {status: 429, more: "30"},
		"499":                     {status: 499},
		"redirected to log in":    {status: 302, kind: page},
		"a page to log in":        {status: 200, kind: page, body: "<html>Log in</html>"},
		"200 and nothing":         {status: 200},
		"204 and nothing":         {status: 204},
		"another issue's comment": {status: 201, kind: "application/json", body: `{"id":"10999","body":"x"}`},
		"half of an answer":       {status: 201, kind: "application/json", body: `{"id":"10`},
		"502 of a balancer":       {status: 502, kind: page, body: "<html>Bad gateway</html>"},
	} {
		for _, done := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", done", false: ", not done"}[done], func(t *testing.T) {
				d := newJiraDesk(t)
				d.want(t, exitOK, "enforce")
				d.now = d.now.Add(5 * time.Minute)
				if err := d.file("romashkin", "Nobody can log in", "critical"); err != nil {
					t.Fatal(err)
				}
				var struck atomic.Bool
				d.Use(func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						writes := strings.Contains(r.URL.Path, "/issue/") && r.Method != http.MethodGet
						if !writes || struck.Swap(true) {
							next.ServeHTTP(w, r)
							return
						}
						if done {
							next.ServeHTTP(httptest.NewRecorder(), r)
						}
						w.Header().Set("Content-Type", a.kind)
						if a.more != "" {
							w.Header().Set("Retry-After", a.more)
						}
						w.WriteHeader(a.status)
						_, _ = w.Write([]byte(a.body)) // the connection is in memory
					})
				})
				pass := func(after time.Duration) {
					d.now = d.now.Add(after)
					d.run("enforce") // a pass may fail of it; what it did counts
				}
				for _, seconds := range []int{1, 40, 120, 240, 60} {
					pass(time.Duration(seconds) * time.Second)
				}
				d.want(t, exitOK, "ledger", "retry", "--all", "--at-once")
				pass(time.Minute / 2)
				pass(time.Minute / 4)
				notes := 0
				for _, n := range d.page(t).Notes {
					if strings.Contains(n.Text, "acknowledge/start") {
						notes++
					}
				}
				list := d.want(t, exitOK, "ledger", "list")
				if notes != 1 || !strings.Contains(list, "done      ACME-1 confirmation of receipt") {
					t.Errorf("%d receipts stand:\n%s", notes, list)
				}
				if !struck.Load() {
					t.Error("nothing was struck")
				}
			})
		}
	}
}
