package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/mapping"
)

// early assigns with its warning already.
const early = `id: early
version: "1"
title: {ru: заранее, en: early}
calendar: {zone: Asia/Almaty, hours: "Mon-Sun 00:00-24:00", days: KZ}
severities:
  - {id: critical, title: {ru: критичный, en: critical}}
  - {id: noncritical, title: {ru: некритичный, en: noncritical}}
  - {id: minor, title: {ru: незначительный, en: minor}}
obligations:
  - id: respond
    source: п. 1
    title: {ru: начало работ, en: start of work}
    start: received
    stop: [response]
    rules:
      - within: 20m
        steps:
          - {at: 50%, comment: {audience: internal, text: warn}, assign: support}
          - {at: due, comment: {audience: internal, text: breach}, assign: support}
`

// Jira takes a warning that assigns in two requests: the assignee, then the comment. What is left of it when the
// comment gets lost is sent later; not when the deadline has passed by then, for it tells of time that is over. The
// breach is told instead.
func TestLeftOverWarning(t *testing.T) {
	for _, c := range []struct {
		after time.Duration // the daemon is back
		want  string        // what stands then
		state string        // of the warning
	}{
		{6 * time.Minute, "respond/warn-50", "done"},
		{9 * time.Minute, "respond/due", "overtaken"},
		{3 * time.Hour, "respond/due", "overtaken"},
	} {
		d := newJiraDesk(t)
		if err := os.WriteFile(filepath.Join(d.folder, "early.yaml"), []byte(early), 0o600); err != nil {
			t.Fatal(err)
		}
		d.reconfigure(t, "use: kamal\n", "use: ./early.yaml\n")
		d.received(t)
		lost := false
		d.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comment") {
					lost = true
					panic(http.ErrAbortHandler)
				}
				next.ServeHTTP(w, r)
			})
		})
		d.now = d.now.Add(11 * time.Minute)
		d.want(t, exitTracker, "enforce")
		d.Use(nil)
		if page := d.page(t); !lost || page.Assignee == "" || len(page.Notes) != 0 {
			t.Fatalf("a comment was lost: %t; the issue is %+v", lost, page)
		}
		d.now = d.now.Add(c.after)
		d.want(t, exitOK, "enforce")
		d.now = d.now.Add(time.Second)
		d.want(t, exitOK, "enforce")
		var steps []string
		for _, n := range d.page(t).Notes {
			_, marked, _ := mapping.ParseMark(n.Text)
			for _, s := range marked {
				steps = append(steps, s.Step)
			}
		}
		list := unfolded(d.want(t, exitOK, "ledger", "list"))
		warning := c.state + " ACME-1 start of work, after 50 %"
		if got := strings.Join(steps, " "); got != c.want || !strings.Contains(list, warning) {
			t.Errorf("after %s more there is %q, want %q:\n%s", c.after, got, c.want, list)
		}
	}
}

// The first of the two requests was done and answered with a no that says nothing of it: nothing is raised twice, and
// the comment that comes with the next pass tells of all that was done.
func TestCutShortRaisesOnce(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusUnauthorized, http.StatusServiceUnavailable} {
		d := newJiraDesk(t)
		raises := strings.Replace(early, "text: breach}, assign: support}",
			"text: breach}, assign: support, ours: {priority: up}}", 1)
		raises = strings.Replace(raises,
			"          - {at: 50%, comment: {audience: internal, text: warn}, assign: support}\n", "", 1)
		if err := os.WriteFile(filepath.Join(d.folder, "early.yaml"), []byte(raises), 0o600); err != nil {
			t.Fatal(err)
		}
		d.reconfigure(t, "use: kamal\n", "use: ./early.yaml\n",
			"    internal:", "    priorities: [Low, Normal, High, Urgent, Immediate]\n    internal:")
		d.received(t)
		struck := false
		d.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPut || struck {
					next.ServeHTTP(w, r)
					return
				}
				struck = true
				next.ServeHTTP(httptest.NewRecorder(), r)
				w.WriteHeader(status)
			})
		})
		for range 16 {
			d.now = d.now.Add(2 * time.Minute)
			d.run("enforce") // one fails of it
		}
		page := d.page(t)
		if !struck || page.Priority != "High" || page.Assignee == "" || len(page.Notes) != 1 {
			t.Fatalf("after %d: struck %t, and the issue is %+v", status, struck, page)
		}
		contains(t, "the comment", page.Notes[0].Text, "Assigned to: Ivan Ivanov", "Raising the priority to “High”")
	}
}
