package redminesim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The versions whose differences are modelled. Debian ships them as 5.0.4, 6.0.5 and 6.1.5.
const (
	V50 = "5.0"
	V60 = "6.0"
	V61 = "6.1"
)

// Options say which Redmine to be. The zero value but for Clock is a 6.1 on SQLite, in English,
// that requires login.
type Options struct {
	// Clock is the tracker's clock; it must be set. Its answers are cut to whole seconds, UTC.
	Clock func() time.Time
	// Version is V50, V60 or V61 (the default).
	Version string
	// Language is "en" (default) or "ru": that of the names in the world and of its people.
	Language string
	// Postgres makes the server answer 500 where PostgreSQL refuses what SQLite swallows.
	Postgres bool
	// Anonymous leaves "authentication required" off, Redmine's own default: then a wrong key is
	// served as the anonymous user, with an empty list and 200.
	Anonymous bool
}

// Server is one Redmine. It is safe for use by many goroutines; requests take effect one at a time.
type Server struct {
	opt Options

	mu      sync.Mutex
	st      *store
	restOff bool
	anon    bool
	stale   map[int]int // issue id: how many PUTs are still to be refused as stale

	hookMu sync.Mutex
	hook   func(http.Handler) http.Handler
	log    []Request
}

// Request is one line of the request log.
type Request struct {
	At     time.Time // when it came, by the tracker's clock
	Method string
	Path   string // with the query
	Status int    // 0 while it runs, or when the answer was withheld by Use
}

// newServer checks the options and makes a server with an empty world.
func newServer(opt Options) *Server {
	if opt.Clock == nil {
		panic("redminesim: Options.Clock is not set")
	}
	if opt.Version == "" {
		opt.Version = V61
	}
	if opt.Language == "" {
		opt.Language = "en"
	}
	if !slices.Contains([]string{V50, V60, V61}, opt.Version) || (opt.Language != "en" && opt.Language != "ru") {
		panic(fmt.Sprintf("redminesim: no such Redmine: version %q, language %q", opt.Version, opt.Language))
	}
	return &Server{opt: opt, st: newStore(), anon: opt.Anonymous, stale: map[int]int{}}
}

// now is the tracker's time: UTC, whole seconds.
func (s *Server) now() time.Time { return s.opt.Clock().UTC().Truncate(time.Second) }

// before reports whether this server is older than the given version.
func (s *Server) before(version string) bool { return s.opt.Version < version }

// Use puts a middleware in front of the API, for faults: it may delay, refuse, or run next and then
// lose the answer by panic(http.ErrAbortHandler), which a caller sees as a broken connection, over
// Transport and over a real listener alike. nil takes it away.
func (s *Server) Use(middleware func(next http.Handler) http.Handler) {
	s.hookMu.Lock()
	defer s.hookMu.Unlock()
	s.hook = middleware
}

// Requests returns a copy of the request log, oldest first.
func (s *Server) Requests() []Request {
	s.hookMu.Lock()
	defer s.hookMu.Unlock()
	return slices.Clone(s.log)
}

// ResetRequests empties the request log.
func (s *Server) ResetRequests() {
	s.hookMu.Lock()
	defer s.hookMu.Unlock()
	s.log = nil
}

// ServeHTTP answers one request of the REST API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.hookMu.Lock()
	n, hook := len(s.log), s.hook
	s.log = append(s.log, Request{At: s.now(), Method: r.Method, Path: r.URL.RequestURI()})
	s.hookMu.Unlock()

	seen := &statusWriter{ResponseWriter: w}
	var h http.Handler = http.HandlerFunc(s.answer)
	if hook != nil {
		h = hook(h)
	}
	h.ServeHTTP(seen, r)

	s.hookMu.Lock()
	defer s.hookMu.Unlock()
	if n < len(s.log) { // the log may have been emptied meanwhile
		s.log[n].Status = seen.status
	}
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Transport returns a RoundTripper that leads straight into the server, without a network. It
// returns as soon as the request's context ends, even while a middleware holds the request; as on a
// real connection, the request may take effect nevertheless.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readAll(r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	in := r.Clone(ctx)
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	done := make(chan *recorder, 1)
	go func() {
		rec := &recorder{header: http.Header{}}
		defer func() {
			if p := recover(); p != nil {
				if p != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
					panic(p)
				}
				rec.aborted = true
			}
			done <- rec
		}()
		t.s.ServeHTTP(rec, in)
	}()
	return t.wait(ctx, r, done)
}

func (t transport) wait(ctx context.Context, r *http.Request, done <-chan *recorder) (*http.Response, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case rec := <-done:
		if rec.aborted {
			return nil, fmt.Errorf("redminesim: %s %s: the connection broke: %w", r.Method, r.URL.Path, io.ErrUnexpectedEOF)
		}
		return rec.response(r), nil
	}
}

func readAll(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

// recorder keeps an answer in memory.
type recorder struct {
	header  http.Header
	status  int
	body    bytes.Buffer
	aborted bool
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

func (w *recorder) response(r *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        w.header,
		Body:          io.NopCloser(&w.body),
		ContentLength: int64(w.body.Len()),
		Request:       r,
	}
}
