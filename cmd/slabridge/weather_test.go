package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A mishap is something that befalls one request on its way to the tracker, or its answer on its way back.
type mishap struct {
	name string
	of   func(b busyTracker, r *http.Request) bool // the requests it can befall
	do   func(w *weather, r *http.Request, dice *rand.Rand) (*http.Response, error)
}

func anyRequest(busyTracker, *http.Request) bool   { return true }
func reading(b busyTracker, r *http.Request) bool  { return b.reads(r) }
func altering(b busyTracker, r *http.Request) bool { return !b.reads(r) }
func listing(b busyTracker, r *http.Request) bool {
	// Jira's word for what we may not see
	return b.reads(r) && !numbered.MatchString(r.URL.Path) && !strings.HasSuffix(r.URL.Path, "/watchers")
}

var numbered = regexp.MustCompile(`/(\d+|current)\.json$`)

// mishaps are all that can happen.
var mishaps = []mishap{
	{"refused", anyRequest, func(_ *weather, _ *http.Request, _ *rand.Rand) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}},
	{
		"reset before the effect", anyRequest, func(*weather, *http.Request, *rand.Rand) (*http.Response, error) {
			return nil, errReset
		},
	},
	{"reset after the effect", altering, func(w *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
		w.deliver(r)
		return nil, errReset
	}},
	{
		"time out before the effect", anyRequest, func(_ *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
			return nil, hang(r)
		},
	},
	{"time out after the effect", altering, func(w *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
		w.deliver(r)
		return nil, hang(r)
	}},
	{"late effect", altering, func(w *weather, r *http.Request, dice *rand.Rand) (*http.Response, error) {
		w.deliverAfter(r, time.Second+time.Duration(dice.Int64N(int64(latest-time.Second))))
		return nil, hang(r)
	}},
	{
		"429 with seconds", anyRequest, turnedAway(429, func(_ *weather, d *rand.Rand) string {
			return fmt.Sprint(1 + d.IntN(120))
		}),
	},
	{"429 with a date", anyRequest, turnedAway(429, func(w *weather, d *rand.Rand) string {
		return w.busy.clock().Add(time.Duration(d.IntN(120)) * time.Second).UTC().Format(http.TimeFormat)
	})},
	{"429 without Retry-After", anyRequest, turnedAway(429, nil)},
	{"429 after the effect", altering, after(turnedAway(429, nil))},
	{"401 before the effect", altering, turnedAway(401, nil)},
	{"401 after the effect", altering, after(turnedAway(401, nil))},
	{"403 after the effect", altering, after(turnedAway(403, nil))}, // before it, a human is to look
	{"500 before the effect", anyRequest, turnedAway(500, nil)},
	{"500 after the effect", altering, after(turnedAway(500, nil))},
	{"502 before the effect", anyRequest, turnedAway(502, nil)},
	{"502 after the effect", altering, after(turnedAway(502, nil))},
	{"503", anyRequest, turnedAway(503, nil)},
	{
		"503 with Retry-After", anyRequest, turnedAway(503, func(_ *weather, d *rand.Rand) string {
			return fmt.Sprint(1 + d.IntN(120))
		}),
	},
	{"cut body", anyRequest, func(w *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
		return damaged(w.deliver(r), func(b []byte) io.Reader {
			return io.MultiReader(bytes.NewReader(b[:len(b)/2]), cutOff{})
		})
	}},
	{
		"HTML with 200", anyRequest, func(_ *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
			return loginForm(r), nil
		},
	},
	{"HTML with 200 after the effect", altering, func(w *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
		w.deliver(r)
		return loginForm(r), nil
	}},
	{"wrong charset", reading, func(w *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
		res, err := damaged(w.deliver(r), windows1251)
		res.Header.Set("Content-Type", "application/json; charset=windows-1251")
		return res, err
	}},
	{"slow drip", anyRequest, func(w *weather, r *http.Request, d *rand.Rand) (*http.Response, error) {
		every := time.Duration(d.IntN(6000)) * time.Millisecond
		return damaged(w.deliver(r), func(b []byte) io.Reader { return &drip{r.Context(), b, every, 1 + len(b)/10} })
	}},
	{"redirect to another host", anyRequest, func(_ *weather, r *http.Request, d *rand.Rand) (*http.Response, error) {
		res := reply(r, []int{301, 302, 303, 307, 308}[d.IntN(5)], "text/html", "<a>moved</a>")
		res.Header.Set("Location", "https://elsewhere.example.net"+r.URL.Path)
		return res, nil
	}},
	{
		"stale read", reading, func(w *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
			return w.lagging(r)
		},
	},
	{"empty list", listing, func(w *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
		return damaged(w.deliver(r), emptied)
	}},
	{"422 with no errors", altering, func(_ *weather, r *http.Request, _ *rand.Rand) (*http.Response, error) {
		return reply(r, 422, "application/json", `{"errors":[]}`), nil
	}},
	{"clock skew", anyRequest, func(w *weather, r *http.Request, d *rand.Rand) (*http.Response, error) {
		res, err := w.deliver(r), error(nil)
		skew := time.Duration(d.IntN(3600)-1800) * time.Second
		res.Header.Set("Date", w.busy.clock().Add(skew).UTC().Format(http.TimeFormat))
		return res, err
	}},
}

// latest is how long after its request left an effect comes, at most: long after the first look for its mark, and
// within what is promised (resendAfter of the engine).
const latest = 299 * time.Second

// lag is by how much a stale read is behind: a replica, or a cache. Within the minute by which the mirror overlaps.
const lag = 20 * time.Second

// errReset is a connection that breaks.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// hang waits until the caller gives up.
func hang(r *http.Request) error {
	<-r.Context().Done()
	return r.Context().Err()
}

func reply(r *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)), Request: r,
	}
}

func loginForm(r *http.Request) *http.Response {
	return reply(r, 200, "text/html; charset=utf-8", "<html><title>Sign in</title></html>")
}

type mishapFunc = func(*weather, *http.Request, *rand.Rand) (*http.Response, error)

// turnedAway answers in the tracker's place.
func turnedAway(status int, retryAfter func(*weather, *rand.Rand) string) mishapFunc {
	return func(w *weather, r *http.Request, d *rand.Rand) (*http.Response, error) {
		res := reply(r, status, "text/html", "<h1>not now</h1>")
		if retryAfter != nil {
			res.Header.Set("Retry-After", retryAfter(w, d))
		}
		return res, nil
	}
}

// after lets the tracker do it first.
func after(f mishapFunc) mishapFunc {
	return func(w *weather, r *http.Request, d *rand.Rand) (*http.Response, error) {
		w.deliver(r)
		return f(w, r, d)
	}
}

// damaged gives an answer with another body.
func damaged(res *http.Response, how func([]byte) io.Reader) (*http.Response, error) {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body, res.ContentLength = io.NopCloser(how(body)), -1
	return res, nil
}

// windows1251 is a text in the encoding of old systems.
func windows1251(b []byte) io.Reader {
	var out bytes.Buffer
	for _, r := range string(b) {
		switch {
		case r < 0x80:
			out.WriteByte(byte(r))
		case 'А' <= r && r <= 'я':
			out.WriteByte(byte(r - 'А' + 0xc0))
		default:
			out.WriteByte('?')
		}
	}
	return &out
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// drip gives a few bytes at a time.
type drip struct {
	ctx   context.Context
	rest  []byte
	every time.Duration
	size  int
}

func (d *drip) Read(p []byte) (int, error) {
	if len(d.rest) == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(d.every):
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
	n := copy(p, d.rest[:min(d.size, len(d.rest))])
	d.rest = d.rest[n:]
	return n, nil
}

// emptied is a list without its elements.
func emptied(b []byte) io.Reader {
	var list map[string]any
	if json.Unmarshal(b, &list) != nil {
		return bytes.NewReader(b)
	}
	for name, v := range list {
		if _, ok := v.([]any); ok {
			list[name] = []any{}
		}
	}
	if list["total_count"] != nil {
		list["total_count"] = 0
	}
	text, _ := json.Marshal(list) // of what was decoded
	return bytes.NewReader(text)
}

// weather stands between slabridge and the tracker. While it storms, a part of the requests meets a mishap: which and
// how is a function of the seed, the request and how often it was made, so that a seed is the same storm again.
type weather struct {
	busy *busy
	seed uint64
	next http.RoundTripper

	mu      sync.Mutex
	storms  bool
	asked   map[string]int
	struck  []string // what happened, oldest first
	tally   map[string]int
	replica busyTracker // behind the tracker by the lag
	behind  time.Time   // its clock
	copied  int         // how much of what was done it has
	late    sync.WaitGroup
}

func newWeather(b *busy, seed uint64) *weather {
	w := &weather{busy: b, seed: seed, next: b.recorder(), asked: map[string]int{}, tally: map[string]int{}}
	w.replica = b.open(func() time.Time { return w.behind })
	return w
}

// How many requests of ten meet a mishap. Of those that change something there are few.
const (
	ofTenReading  = 0.7
	ofTenChanging = 7
)

func (w *weather) RoundTrip(r *http.Request) (*http.Response, error) {
	m, dice := w.mishap(r)
	if m == nil {
		return w.next.RoundTrip(r)
	}
	if r.Body != nil {
		defer r.Body.Close()
	}
	return m.do(w, r, dice)
}

// mishap draws what happens to a request, nil for nothing.
func (w *weather) mishap(r *http.Request) (*mishap, *rand.Rand) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.storms {
		return nil, nil
	}
	what := r.Method + " " + r.URL.Path
	w.asked[what]++
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", what, w.asked[what])
	dice := rand.New(rand.NewPCG(w.seed, h.Sum64())) //nolint:gosec // to be drawn again, nothing secret
	ofTen := ofTenReading
	if altering(w.busy.sim, r) {
		ofTen = ofTenChanging
	}
	if 10*dice.Float64() >= ofTen {
		return nil, nil
	}
	fit := slices.DeleteFunc(slices.Clone(mishaps), func(m mishap) bool {
		return !m.of(w.busy.sim, r)
	})
	m := &fit[dice.IntN(len(fit))]
	w.tally[m.name]++
	w.struck = append(w.struck,
		fmt.Sprintf("%s  %s (%d): %s", w.busy.clock().UTC().Format(time.DateTime), what, w.asked[what], m.name))
	return m, dice
}

// deliver brings a request to the tracker.
func (w *weather) deliver(r *http.Request) *http.Response {
	res, err := w.next.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
	if err != nil {
		panic(err) // the simulated tracker itself does not fail
	}
	return res
}

// deliverAfter brings it there later.
func (w *weather) deliverAfter(r *http.Request, d time.Duration) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	late := r.Clone(context.WithoutCancel(r.Context()))
	late.Body = io.NopCloser(bytes.NewReader(body))
	w.late.Go(func() {
		time.Sleep(d)
		w.deliver(late)
	})
}

// lagging asks the replica.
func (w *weather) lagging(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy.acting.Lock()
	acts := slices.Clone(w.busy.acts[w.copied:])
	w.busy.acting.Unlock()
	now := w.busy.clock()
	for _, a := range acts {
		if a.at.After(now.Add(-lag)) {
			break
		}
		w.behind = a.at
		if err := a.do(w.replica); err != nil {
			return nil, err
		}
		w.copied++
	}
	w.behind = now
	return w.replica.Transport().RoundTrip(r)
}
