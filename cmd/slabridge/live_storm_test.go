package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"slabridge/connectors/sim"
)

// stormSize is about how many comments are due in TestLiveStorm, and how often the daemon is killed: a small one,
// unless SLABRIDGE_LIVE_STORM gives both, as "1000 40".
func stormSize(t *testing.T) (comments, kills int) {
	t.Helper()
	comments, kills = 36, 8
	if s := os.Getenv("SLABRIDGE_LIVE_STORM"); s != "" {
		if _, err := fmt.Sscan(s, &comments, &kills); err != nil {
			t.Fatalf("SLABRIDGE_LIVE_STORM=%q: %v", s, err)
		}
	}
	return comments, kills
}

// storm is the proxy's weather while the daemon is killed again and again.
type storm struct {
	*sim.Proxy
	mu   sync.Mutex
	told map[string]int // how often each kind came

	writes atomic.Int64 // that slabridge asked for
}

// blow changes the weather every few seconds until it is stopped, and leaves it fair.
func (s *storm) blow(stop <-chan struct{}) {
	body := map[int]string{422: `{"errors":[]}`, 502: "<html>Bad gateway</html>"}
	answers := []int{0, 401, 404, 409, 422, 429, 502, 503}
	done := append([]int{403}, answers...) // of what was not done a 403 is a refusal: it stands until a human has looked
	kinds := []struct {
		name  string
		begin func()
		lasts time.Duration
	}{
		{"fair", func() {}, 8 * time.Second},
		{"answers with effect", func() {
			status := done[rand.N(len(done))] //nolint:gosec // weather, not a secret
			s.Answer(1+rand.N(3), status, body[status], true)
		}, 6 * time.Second},
		{"answers without effect", func() {
			status := answers[rand.N(len(answers))] //nolint:gosec // weather, not a secret
			s.Answer(1, status, body[status], false)
		}, 6 * time.Second},
		{"another issue's answer", func() { s.Mix(2) }, 5 * time.Second},
		{"a no to a look", func() { s.AnswerReads(2, []int{403, 404, 502}[rand.N(3)], "") }, 5 * time.Second},
		{"stale reads", func() { s.Stale(30 * time.Second) }, 35 * time.Second},
		{"no writes", func() { s.Down(time.Now().Add(20 * time.Second)) }, 20 * time.Second},
	}
	defer func() {
		s.Forget()
		s.Stale(0)
		s.Down(time.Time{})
	}()
	for {
		k := kinds[rand.N(len(kinds))] //nolint:gosec // weather, not a secret
		s.mu.Lock()
		s.told[k.name]++
		s.mu.Unlock()
		k.begin()
		select {
		case <-stop:
			return
		case <-time.After(k.lasts):
		}
		s.Stale(0)
		s.Forget()
	}
}

// respondWithin is what TestLiveStorm gives for a response: so long that most warnings, half-way, can be written before
// it is over, and so short that those of requests of which the deadline comes first cannot.
const respondWithin = 60 * time.Minute

// TestLiveStorm kills the daemon again and again while what stands before the tracker lies, loses, turns away and
// trails, and while warnings and deadlines come. In the end each step has its comment, none has two, and no warning was
// posted after its own deadline.
func TestLiveStorm(t *testing.T) {
	t.Parallel()
	comments, kills := stormSize(t)
	s := live(t).desk(t).site(t)
	s.limits = "{writes_per_pass: 100000}"
	s.extra = fmt.Sprintf("    change: [{obligation: respond, severity: critical, within: %dm}]\n",
		int(respondWithin.Minutes()))
	s.configure(t)

	// three comments each: the receipt, the reminder of the phone or the warning, then the warning or the deadline
	n := (comments + 2) / 3
	lasts := time.Duration(kills) * 15 * time.Second
	started := time.Now()
	began := started.Add(time.Duration(n) * 400 * time.Millisecond)
	var issues []int
	for i := range n {
		moment := began.Add(lasts * time.Duration(i) / time.Duration(n))
		after := []time.Duration{respondWithin / 2, respondWithin}[i%2]
		issues = append(issues, s.issue(t, "critical", fmt.Sprintf("Шторм %d", i), time.Since(moment.Add(-after))))
	}
	t.Logf("%d requests, made in %s", n, time.Since(started).Round(time.Second))
	s.want(t, exitOK, "sync")
	s.storm(t, issues, kills)
}

// storm is what TestLiveStorm does with requests that are mirrored.
func (s *site) storm(t *testing.T, issues []int, kills int) {
	t.Helper()
	program, n := build(t), len(issues)
	p := &storm{Proxy: s.proxied(t), told: map[string]int{}}
	p.Writes = func(r *http.Request) bool {
		writes := r.Method != http.MethodGet
		if writes {
			p.writes.Add(1)
		}
		return writes
	}
	began := time.Now()
	stop, over := make(chan struct{}), make(chan struct{})
	go func() { defer close(over); p.blow(stop) }()
	for range kills {
		s.killedAtWork(t, program, p)
	}
	close(stop)
	<-over
	t.Logf("killed %d times in %s; weather: %v", kills, time.Since(began).Round(time.Second), p.told)

	// what was in flight is looked for and, if it was lost, sent again
	until := time.Now().Add(2*settled + time.Duration(n)*3*time.Second)
	for !s.settled(t, n) && time.Now().Before(until) {
		s.runs(t, program, func() bool { return time.Now().After(until) || s.settled(t, n) })
	}
	ended := time.Now()
	s.want(t, exitOK, "enforce")
	s.count(t, issues, ended)
}

// killedAtWork starts the daemon and kills it in the middle of its writing: some seconds after its first write, or
// after a minute in which it came to none.
func (s *site) killedAtWork(t *testing.T, program string, p *storm) {
	t.Helper()
	before := p.writes.Load()
	c, log := s.start(t, program)
	for end := time.Now().Add(time.Minute); p.writes.Load() == before && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(rand.N(12 * time.Second)) //nolint:gosec // a random moment, not a secret
	if err := c.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatalf("the daemon ended by itself: %v\n%s", err, log)
	}
	_ = c.Wait() // it was killed
}

// settled reports whether every request is known, nothing is to be written now and nothing is in flight.
func (s *site) settled(t *testing.T, requests int) bool {
	t.Helper()
	known := map[string]bool{}
	for _, e := range jsonLines[writeInfo](t, s, "ledger", "list") {
		if e.State == "sent" || e.State == "intended" {
			return false
		}
		known[e.Issue] = true
	}
	return len(known) >= requests && len(s.pending(t)) == 0
}

// count holds what stands on the issues against the ledger, and says how much that was. By ended everything had come
// about that was due then.
func (s *site) count(t *testing.T, issues []int, ended time.Time) {
	t.Helper()
	type step struct {
		issue int
		name  string
	}
	stands := map[step]int{}
	comments, warned, late := 0, 0, 0
	created := map[int]time.Time{}
	for _, issue := range issues {
		var answer struct {
			Issue struct {
				CreatedOn time.Time `json:"created_on"`
			}
		}
		s.ask(t, s.admin(), http.MethodGet, fmt.Sprintf("/issues/%d.json", issue), nil, &answer)
		created[issue] = answer.Issue.CreatedOn
		for _, j := range s.show(t, s.admin(), issue).Journals {
			if j.User.ID != s.bot.id || j.Notes == "" {
				continue
			}
			comments++
			for _, name := range stepsOf([]string{j.Notes}) {
				stands[step{issue, name}]++
				if name != "respond/warn-50" {
					continue
				}
				warned++
				if after := j.CreatedOn.Sub(created[issue].Add(respondWithin)); after > 0 {
					late++
					t.Errorf("#%d: %s was posted %s after its deadline", issue, name, after)
				}
			}
		}
	}
	known, lost := map[step]string{}, 0
	states := map[string]int{}
	for _, e := range jsonLines[writeInfo](t, s, "ledger", "list") {
		issue, _ := strconv.Atoi(e.Issue)
		at := step{issue, e.Obligation + "/" + e.Step}
		if _, ours := created[issue]; !ours || e.Obligation == "upkeep" {
			continue
		}
		known[at] = string(e.State)
		states[string(e.State)]++
		switch {
		case e.State == "done" && stands[at] == 0:
			lost++
			t.Errorf("#%d: %s is done, and stands nowhere", issue, at.name)
		case e.State != "done" && e.State != "overtaken" && e.State != "needless":
			t.Errorf("#%d: %s is %s", issue, at.name, e.State)
		case e.State != "done" && stands[at] > 0:
			t.Errorf("#%d: %s is %s, and stands", issue, at.name, e.State)
		}
	}
	doubled := 0
	for at, n := range stands {
		if n > 1 {
			doubled += n - 1
			t.Errorf("#%d: %s stands %d times", at.issue, at.name, n)
		}
		if known[at] == "" {
			t.Errorf("#%d: %s stands, and is in no ledger", at.issue, at.name)
		}
	}
	for _, issue := range issues {
		for _, name := range []string{"acknowledge/start", phone} {
			if stands[step{issue, name}] == 0 {
				lost++
				t.Errorf("#%d: %s is missing", issue, name)
			}
		}
		if due := (step{issue, "respond/due"}); ended.After(created[issue].Add(respondWithin)) && stands[due] == 0 {
			lost++
			t.Errorf("#%d: %s is missing", issue, due.name)
		}
	}
	if warned == late {
		t.Errorf("of %d warnings %d came after their deadline: none shows that one is written in time", warned, late)
	}
	t.Logf("%d requests, %d comments, %d steps told; in the ledger %v; lost %d, doubled %d; warnings %d, after their "+
		"deadline %d",
		len(issues), comments, len(stands), states, lost, doubled, warned, late)
}
