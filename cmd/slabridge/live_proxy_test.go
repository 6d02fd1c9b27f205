package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slabridge/connectors/sim"
)

// clocked is a site on the Redmine that goes by a clock of its own, with the proxy between both, and the moment that
// all three take for the present.
type clocked struct {
	*site
	proxy  *sim.Proxy
	at     time.Time
	writes atomic.Int64 // that slabridge asked for
}

func newClocked(t *testing.T) *clocked {
	t.Helper()
	dir := os.Getenv("SLABRIDGE_LIVE_CLOCK")
	if dir == "" {
		t.Skip("SKIPPED: NO REAL REDMINE WITH A CLOCK OF ITS OWN. Run make live, or set SLABRIDGE_LIVE_CLOCK to the " +
			"directory of an instance made with --clock")
	}
	l := openInstance(t, dir)
	c := &clocked{at: time.Now().UTC().Truncate(time.Second)}
	c.to(t, l, 0)
	c.site = l.desk(t).site(t)
	c.now = func() time.Time { return c.at }
	target, err := url.Parse(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.proxy = &sim.Proxy{Now: c.now, Writes: func(r *http.Request) bool {
		if r.Method == http.MethodGet {
			return false
		}
		c.writes.Add(1)
		return true
	}}
	before := c.proxy.Before(httputil.NewSingleHostReverseProxy(target))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil // of this machine's clock
		before.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	c.configure(t)
	return c
}

// to moves the clock on.
func (c *clocked) to(t *testing.T, l *instance, by time.Duration) {
	t.Helper()
	c.at = c.at.Add(by)
	l.lab(t, "clock", c.at.Format(time.RFC3339))
}

// passes makes a pass every so often until the time is over, and gives what the worst of them exited with.
func (c *clocked) passes(t *testing.T, every, over time.Duration) (worst int) {
	t.Helper()
	for end := c.at.Add(over); c.at.Before(end); {
		c.to(t, c.instance, every)
		worst = max(worst, c.run("enforce").code)
	}
	return worst
}

// stood holds the critical requests to what stands on each in the end, once.
func (c *clocked) stood(t *testing.T, issues []int, private ...string) {
	t.Helper()
	for _, issue := range issues {
		chapter{
			issue: issue, public: []string{"acknowledge/start"}, private: private, assignee: "Sanjay Support",
			priority: "Immediate",
		}.check(t, c.desk)
	}
	contains(t, "reconcile", c.want(t, exitOK, "ledger", "reconcile").out, "differences: 0")
}

// TestLiveWritesTurnedAway: half an hour, by the tracker's clock, of 503 for every write. In it nothing is lost, no
// pass asks for more than three writes in vain, and health says that slabridge is late. After it what was missed is
// written once, with its true moment, and no warning of a deadline that has passed.
func TestLiveWritesTurnedAway(t *testing.T) {
	c := newClocked(t)
	c.issue(t, "critical", "Первое", 0) // by which fields are known
	c.want(t, exitOK, "enforce")
	c.proxy.Down(c.at.Add(31 * time.Minute))
	var issues []int
	for i := range 8 {
		issues = append(issues, c.issue(t, "critical", fmt.Sprintf("Записи не принимаются %d", i), 0))
	}
	for range 15 {
		asked := c.writes.Load()
		if code := c.passes(t, 2*time.Minute, 2*time.Minute); code != exitTracker {
			t.Errorf("a pass while no write is taken exits with %d", code)
		}
		if n := c.writes.Load() - asked; n > 3 {
			t.Errorf("a pass asked for %d writes in vain", n)
		}
	}
	contains(t, "health", c.want(t, exitFailed, "health").out, "late: things due since")
	if n := c.comments(t, issues); n != 0 {
		t.Errorf("%d comments while no write was taken", n)
	}
	c.passes(t, 2*time.Minute, 8*time.Minute)
	c.want(t, exitOK, "enforce")
	c.stood(t, issues, phone, "respond/due")
	contains(t, "health", c.want(t, exitOK, "health").out, "well")
}

// TestLiveStaleReads: for half a minute after each write reads answer as before it, and writes that were done are
// answered with 502, 404, 409 or an empty 422; the next look gets a single no. What stands is done, and stands once.
func TestLiveStaleReads(t *testing.T) {
	c := newClocked(t)
	c.issue(t, "critical", "Первое", 0)
	c.want(t, exitOK, "enforce")
	c.proxy.Stale(30 * time.Second)
	var issues []int
	for i, a := range []struct {
		status int
		body   string
	}{{502, "<html>Bad gateway</html>"}, {404, ""}, {409, ""}, {422, `{"errors":[]}`}} {
		issue := c.issue(t, "critical", "Ответ "+strconv.Itoa(a.status), 0)
		issues = append(issues, issue)
		c.proxy.Answer(1, a.status, a.body, true)
		c.passes(t, 10*time.Second, 20*time.Second)
		c.proxy.AnswerReads(1+i%2, []int{http.StatusForbidden, http.StatusNotFound}[i/2], "")
		c.passes(t, time.Minute, 6*time.Minute)
	}
	c.passes(t, 2*time.Minute, 22*time.Minute)
	c.proxy.Stale(0)
	c.passes(t, 2*time.Minute, 8*time.Minute)
	c.want(t, exitOK, "enforce")
	c.stood(t, issues, phone, "respond/warn-50", "respond/due")
	for _, e := range jsonLines[writeInfo](t, c.site, "ledger", "list") {
		if e.Obligation != "upkeep" && e.State != "done" && e.State != "overtaken" && e.Step != "due" {
			t.Errorf("#%s %s/%s is %s", e.Issue, e.Obligation, e.Step, e.State)
		}
	}
}

// TestLiveOtherIssuesAnswer: a cache that answers with another issue is not believed; nothing of the one is written on
// the other, and nothing is lost by it.
func TestLiveOtherIssuesAnswer(t *testing.T) {
	c := newClocked(t)
	var issues []int
	for i := range 4 {
		issues = append(issues, c.issue(t, "critical", fmt.Sprintf("Чужой ответ %d", i), 0))
	}
	c.want(t, exitOK, "sync")
	for range 8 {
		c.proxy.Mix(3)
		c.passes(t, time.Minute, time.Minute)
	}
	c.proxy.Mix(0)
	c.passes(t, 2*time.Minute, 16*time.Minute)
	c.want(t, exitOK, "enforce")
	for _, issue := range issues {
		_, private := c.notes(t, c.staff(), issue, c.bot.id)
		if !strings.Contains(strings.Join(private, "\n"), "respond/due") {
			t.Errorf("#%d is not told of its deadline: %q", issue, private)
		}
		chapter{
			issue: issue, public: []string{"acknowledge/start"}, private: stepsOf(private), assignee: "Sanjay Support",
			priority: "Immediate",
		}.check(t, c.desk)
		seen := map[string]bool{}
		for _, step := range stepsOf(private) {
			if seen[step] {
				t.Errorf("#%d: %s stands twice", issue, step)
			}
			seen[step] = true
		}
	}
	contains(t, "reconcile", c.want(t, exitOK, "ledger", "reconcile").out, "differences: 0")
}
