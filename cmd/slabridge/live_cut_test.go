package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slabridge/connectors/sim"
	"slabridge/mapping"
)

// A cutter is a proxy before a tracker that cuts the connection of each write of slabridge once, or answers it with a
// no though it was done.
type cutter struct {
	ours   func(*http.Request) bool // a write of slabridge's
	target http.Handler

	mu  sync.Mutex
	how string // where: before the effect, after it, or in the middle of the answer; "" for nowhere
	cut map[string]bool
}

// The places at which a connection is cut.
const (
	cutBefore = "before the effect"
	cutAfter  = "after the effect"
	cutMiddle = "in the middle of the answer"
)

// noAfter are answers that are given in place of the tracker's after the effect. What is read is as it was before each
// write then, for staleFor.
var noAfter = map[string]int{
	"401 after the effect": http.StatusUnauthorized, "403 after the effect": http.StatusForbidden,
	"429 after the effect": http.StatusTooManyRequests,
}

const staleFor = 4 * time.Minute

func (c *cutter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header()["Date"] = nil // only the tracker's own, if it has one
	c.mu.Lock()
	how, what := c.how, r.Method+r.URL.Path+string(body)
	if how == "" || !c.ours(r) || c.cut[what] {
		c.mu.Unlock()
		c.target.ServeHTTP(w, r)
		return
	}
	c.cut[what] = true
	c.mu.Unlock()
	if how != cutBefore {
		answer := httptest.NewRecorder()
		c.target.ServeHTTP(answer, r)
		if status := noAfter[how]; status != 0 {
			w.WriteHeader(status)
			return
		}
		if how == cutMiddle {
			raw, err := httputil.DumpResponse(answer.Result(), true)
			conn, _, hijack := http.NewResponseController(w).Hijack()
			if err == nil && hijack == nil {
				_, _ = conn.Write(raw[:len(raw)/2]) // to one who will be cut off
				_ = conn.Close()
			}
		}
	}
	panic(http.ErrAbortHandler)
}

// cutStories are what is played: of which preset's story, from when, and what it comes to on the tracker.
var cutStories = []struct {
	contract string
	starts   string // in the contract's zone
	ends     string
	issue    string // the acts of this one alone
	want     []string
}{
	{"vendor-kz", "Wed 2025-12-31 20:00", "Mon 2026-01-05 12:00", "nobody's", []string{
		"made: Проверка архивных копий, январь 2026 г.", "made: Сдача Продукта в программный фонд, I квартал 2026 г.",
		"made: Сдача документации, I квартал 2026 г.",
	}},
	{"endocs", "Mon 2026-03-02 10:30", "Wed 2026-03-11 10:00", "#8", []string{
		"acknowledge/start", "await-answer/answered", "await-answer/due", "await-answer/warn-4bd", "process/warn-75",
		"status=Closed",
	}},
}

// TestCutWrites cuts each write once on the way to the simulated tracker, TestLiveCutWrites on the way to a real one:
// issues that are made, comments, and the transition that closes. Nothing is lost and nothing is there twice.
func TestCutWrites(t *testing.T)     { cutWrites(t, simWorld) }
func TestLiveCutWrites(t *testing.T) { cutWrites(t, liveWorld) }

func cutWrites(t *testing.T, world func(testing.TB) world) {
	for _, how := range slices.Concat([]string{cutBefore, cutAfter, cutMiddle}, slices.Sorted(maps.Keys(noAfter))) {
		for _, s := range cutStories {
			t.Run(how+"/"+s.contract, func(t *testing.T) {
				w := world(t)
				c := &cutter{ours: func(r *http.Request) bool {
					return w.ours(r) && w.changes(r)
				}, target: handler(t, w), cut: map[string]bool{}}
				way, pause := http.Handler(c), 6*time.Minute
				if noAfter[how] != 0 {
					timed := timedWorld{world: w}
					front := &sim.Proxy{Now: func() time.Time { return time.Unix(0, timed.now.Load()) }}
					front.Stale(staleFor)
					stale := front.Before(c)
					way = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
						if !timed.ours(r) { // people see what is
							c.ServeHTTP(rw, r)
							return
						}
						stale.ServeHTTP(rw, r)
					})
					w, pause = &timed, time.Minute
				}
				server := httptest.NewServer(way)
				t.Cleanup(server.Close)
				w.detour(server.URL)
				story := readStory(t, "testdata/contracts/"+s.contract+".story")
				var err error
				if story.starts, err = story.moment(tokens(s.starts)); err != nil {
					t.Fatal(err)
				}
				story.acts = slices.DeleteFunc(story.acts, func(a storyAct) bool { return a.issue != s.issue })
				end, err := story.moment(tokens(s.ends))
				if err != nil {
					t.Fatal(err)
				}
				p := newPlay(t, story, w, "")
				c.how = how
				for _, a := range story.acts {
					p.persist(a.at, pause)
					p.at(a.at)
					if a.does.creates {
						p.ids[a.issue] = w.create(t, a, p.projects)
					} else {
						w.act(t, a, p.ids, p.projects)
					}
					p.at(a.at.Add(time.Second))
					p.try(pause)
				}
				p.persist(end, pause)
				if got := p.wrote(); !slices.Equal(got, s.want) {
					t.Errorf("written\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(s.want, "\n  "))
				}
				t.Logf("%d writes cut %s", len(c.cut), how)
				if len(c.cut) == 0 {
					t.Error("nothing was cut")
				}
			})
		}
	}
}

// handler is the tracker itself.
func handler(t testing.TB, w world) http.Handler {
	t.Helper()
	address, transport := w.way()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = transport
	return proxy
}

// timedWorld is a world whose present moment handlers may ask for.
type timedWorld struct {
	world
	now atomic.Int64
}

func (w *timedWorld) set(t testing.TB, now time.Time) {
	w.now.Store(now.UnixNano())
	w.world.set(t, now)
}

// persist passes at every moment that the agenda names until t.
func (p *play) persist(t time.Time, pause time.Duration) {
	p.t.Helper()
	for range 1000 {
		next, err := p.open.ledger.NextMoment(p.t.Context(), "helpdesk", p.now)
		if err != nil {
			p.t.Fatal(err)
		}
		if next.IsZero() || next.After(t) {
			return
		}
		p.at(next)
		p.try(pause)
	}
	p.t.Fatalf("slabridge wakes again and again at %s", p.stamp(p.now))
}

// try passes, with a pause after each, until what was cut has been looked for and done again.
func (p *play) try(pause time.Duration) {
	p.t.Helper()
	for range 24 * time.Minute / pause { // each cut write fails its pass
		_, _ = p.open.engine.Pass(context.Background())
		p.at(p.now.Add(pause))
	}
	if _, err := p.open.engine.Pass(context.Background()); err != nil {
		p.t.Fatalf("pass at %s: %v", p.stamp(p.now), err)
	}
}

// wrote is all that the tracker shows of what slabridge wrote in the story's project, sorted.
func (p *play) wrote() []string {
	p.t.Helper()
	var out []string
	for _, issue := range p.w.issues(p.t, p.projects["desk"]) {
		page, _ := p.w.page(p.t, "admin", issue)
		if page.author == storyBot {
			out = append(out, "made: "+page.subject)
		}
		for _, n := range page.notes {
			if !n.ours {
				continue
			}
			_, steps, _ := mapping.ParseMark(n.text)
			for _, s := range steps {
				out = append(out, s.Step)
			}
			out = append(out, n.changes...)
		}
	}
	slices.Sort(out)
	return out
}
