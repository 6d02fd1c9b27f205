package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slabridge/connectors/mirror"
)

// seeded is how many issues the mirror is tried on: SLABRIDGE_LIVE_ISSUES, 150 unless set. The figures in
// docs/measurements.md are of 2,000.
func seeded(t testing.TB) int {
	t.Helper()
	if n := os.Getenv("SLABRIDGE_LIVE_ISSUES"); n != "" {
		return number(t, n)
	}
	return 150
}

// TestLiveMirror tries the mirror on a project with long histories: how fast it is, what an idle pass costs, and
// that it agrees with the tracker after people have edited, moved and deleted issues while it was reading.
func TestLiveMirror(t *testing.T) {
	d := live(t).desk(t)
	s := d.site(t)
	s.enforceFrom = ""  // the first pass: what was seeded is the past
	s.everywhere = true // issues are moved between projects, and compared in all of them
	s.configure(t)
	n := seeded(t)
	d.lab(t, "seed", "--issues", strconv.Itoa(n), "--journals", "6", "--project", d.project)
	t.Run("speed", func(t *testing.T) { s.speed(t, n) })
	t.Run("idle", func(t *testing.T) { s.idles(t) })
	t.Run("while people work", func(t *testing.T) { s.whilePeopleWork(t) })
}

// recorder counts the requests of the program, and keeps their addresses.
type recorder struct {
	mu   sync.Mutex
	urls []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.urls = append(r.urls, req.URL.String())
	r.mu.Unlock()
	return http.DefaultTransport.RoundTrip(req)
}

func (r *recorder) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	urls := r.urls
	r.urls = nil
	return urls
}

// speed compares a sync from nothing with a bare client that fetches the same addresses by as many at a time. It
// prints the ratio and fails on nothing but wrong answers: a busy machine is no fault of the program.
func (s *site) speed(t *testing.T, issues int) {
	rec := &recorder{}
	s.transport = rec
	defer func() { s.transport = nil }()
	rounds := 1
	if os.Getenv("SLABRIDGE_LIVE_ISSUES") != "" {
		rounds = 2
	}
	var ours, bare []float64
	for round := range rounds {
		began := time.Now()
		s.want(t, exitOK, "sync", "--rebuild")
		ours = append(ours, time.Since(began).Seconds())
		urls := rec.taken()
		if len(urls) < issues {
			t.Fatalf("%d requests for %d issues", len(urls), issues)
		}
		bare = append(bare, s.fetch(t, urls).Seconds())
		t.Logf("round %d: sync %.2f s, bare client %.2f s, %d requests", round+1, ours[round], bare[round], len(urls))
	}
	t.Logf("MEASURED mirror speed on Redmine %s: %d issues, %d rounds: sync %.2f s, bare client %.2f s at best, ratio "+
		"%.3f; over all rounds %.3f",
		s.Version, issues, rounds, slices.Min(ours), slices.Min(bare), slices.Min(ours)/slices.Min(bare), sum(ours)/sum(bare))
}

func sum(list []float64) (total float64) {
	for _, x := range list {
		total += x
	}
	return total
}

// fetch gets the addresses with four workers, as many as the program has, and does nothing with the answers.
func (s *site) fetch(t *testing.T, urls []string) time.Duration {
	t.Helper()
	began := time.Now()
	queue := make(chan string)
	var workers sync.WaitGroup
	var failed atomic.Int64
	for range 4 {
		workers.Go(func() {
			for url := range queue {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
				if err != nil {
					failed.Add(1)
					continue
				}
				req.Header.Set("X-Redmine-API-Key", s.key)
				res, err := http.DefaultTransport.RoundTrip(req)
				if err != nil {
					failed.Add(1)
					continue
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
					failed.Add(1)
				}
				_ = res.Body.Close() // it was read to its end
			}
		})
	}
	for _, url := range urls {
		queue <- url
	}
	close(queue)
	workers.Wait()
	if n := failed.Load(); n > 0 {
		t.Fatalf("the bare client failed on %d of %d addresses", n, len(urls))
	}
	return time.Since(began)
}

// idles holds a pass without news to one request.
func (s *site) idles(t *testing.T) {
	began := time.Now()
	s.want(t, exitOK, "enforce")
	t.Logf("MEASURED first enforce after the sync: %.2f s", time.Since(began).Seconds())
	rec := &recorder{}
	s.transport = rec
	defer func() { s.transport = nil }()
	var asked []string
	for range 3 { // the moment of some seeded request may come just now
		began = time.Now()
		s.want(t, exitOK, "enforce")
		if asked = rec.taken(); len(asked) == 1 {
			t.Logf("MEASURED idle pass: 1 request, %.0f ms", float64(time.Since(began).Microseconds())/1000)
			return
		}
	}
	t.Errorf("an idle pass made %d requests: %q", len(asked), asked)
}

// whilePeopleWork lets two people at the issues while a new mirror is being filled, then compares.
func (s *site) whilePeopleWork(t *testing.T) {
	home := s.project
	s.newProject(t) // where issues are moved to, in sight
	elsewhere := s.projectID
	s.project = home
	ids := s.listed(t)
	ended := make(chan outcome)
	go func() { ended <- s.run("sync", "--rebuild") }()
	done := make(chan struct{})
	var people sync.WaitGroup
	var edits, moves, deletions atomic.Int64
	for _, p := range []struct {
		key  string
		work []int
	}{{s.staff(), every(ids, 0)}, {s.admin(), every(ids, 1)}} {
		people.Go(func() {
			for i, at := range rand.Perm(len(p.work)) {
				issue := p.work[at]
				path := fmt.Sprintf("/issues/%d.json", issue)
				select {
				case <-done:
					return
				default:
				}
				switch {
				case p.key == s.admin() && i%7 == 3:
					s.send(t, p.key, "DELETE", path, nil)
					deletions.Add(1)
				case p.key == s.admin() && i%7 == 5:
					to := []int{elsewhere, 5}[i%2] // 5: a project the bot is no member of
					s.send(t, p.key, "PUT", path, object{"issue": object{"project_id": to}})
					moves.Add(1)
				default:
					s.send(t, p.key, "PUT", path,
						object{"issue": object{"notes": fmt.Sprintf("edit %d", i), "private_notes": i%3 == 0, "priority_id": 1 + i%5}})
					edits.Add(1)
				}
			}
		})
	}
	o := <-ended
	close(done)
	people.Wait()
	// of an issue that a list showed, and that was moved out of sight before it was ever read, the sync says so
	told := func(o outcome) {
		if o.code != exitOK && (o.code != exitHeld || !strings.Contains(o.err, "hidden (HTTP 403)")) {
			t.Fatal(o)
		}
	}
	told(o)
	t.Logf("during the sync: %d edits, %d moves, %d deletions; %s", edits.Load(), moves.Load(), deletions.Load(), o.out)
	told(s.run("sync")) // it stays in doubt for a while
	s.agrees(t, "after the next pass", false)
	told(s.run("sync", "--full"))
	s.agrees(t, "after a full pass", true)
}

// every second one, beginning at first.
func every(ids []int, first int) []int {
	var out []int
	for i := first; i < len(ids); i += 2 {
		out = append(out, ids[i])
	}
	return out
}

// listed is what the bot sees, by number.
func (s *site) listed(t testing.TB) []int {
	t.Helper()
	var ids []int
	for {
		var page struct{ Issues []struct{ ID int } }
		s.ask(t, s.bot.key, "GET", fmt.Sprintf("/issues.json?status_id=*&sort=id&limit=100&offset=%d", len(ids)), nil, &page)
		if len(page.Issues) == 0 {
			return ids
		}
		for _, i := range page.Issues {
			ids = append(ids, i.ID)
		}
	}
}

// agrees compares the mirror with the tracker, issue by issue: what is seen, when it changed, which journals it has.
// A pass without a census need not have noticed what is gone.
func (s *site) agrees(t *testing.T, when string, census bool) {
	t.Helper()
	have := s.mirrored(t)
	compared := 0
	for _, id := range s.listed(t) {
		key := strconv.Itoa(id)
		m, ok := have[key]
		if !ok {
			t.Errorf("%s: #%d is not mirrored", when, id)
			continue
		}
		delete(have, key)
		var journals []string
		now := s.show(t, s.bot.key, id)
		for _, j := range now.Journals {
			journals = append(journals, "journal:"+strconv.Itoa(j.ID))
		}
		if !m.updated.Equal(now.UpdatedOn) || !slices.Equal(m.events, journals) {
			t.Errorf("%s: #%d: mirror %s %q, tracker %s %q", when, id, m.updated, m.events, now.UpdatedOn, journals)
		}
		compared++
	}
	if census && len(have) > 0 {
		t.Errorf("%s: %d issues are mirrored as visible and are not listed: %v", when, len(have), have)
	}
	t.Logf("%s: %d issues compared, %d more in the mirror", when, compared, len(have))
}

type mirrored struct {
	updated time.Time
	events  []string
}

// mirrored reads what the mirror takes for visible.
func (s *site) mirrored(t testing.TB) map[string]mirrored {
	t.Helper()
	a := newApp(nil, io.Discard, io.Discard, time.Now)
	a.config, a.output, a.lang = s.folder+"/slabridge.yaml", "text", "en"
	w, err := a.open(t.Context(), reads)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	out := map[string]mirrored{}
	for entry, err := range w.mirror.Issues(t.Context(), "helpdesk") {
		if err != nil {
			t.Fatal(err)
		}
		if entry.State != mirror.Visible {
			continue
		}
		h, ok, err := w.mirror.History(t.Context(), "helpdesk", entry.ID)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		m := mirrored{updated: h.Issue.UpdatedAt}
		for _, e := range h.Events {
			m.events = append(m.events, e.ID)
		}
		out[entry.ID] = m
	}
	return out
}
