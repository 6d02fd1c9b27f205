// Package sim holds what the stand-ins of trackers share: requests without a network, injected faults, a log of
// requests, a clock of whole seconds, and errors for wrong names in tests.
//
// It promises that the log has every request with the status that it got, and that all times are the handed-in clock's.
// It never knows how a tracker behaves, which is each stand-in's matter, and never uses the network.
package sim

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

// Front receives the requests of a stand-in, which embeds it. It is safe for use by many goroutines.
type Front struct {
	// Now is the tracker's time.
	Now    func() time.Time
	answer http.HandlerFunc

	mu  sync.Mutex
	use func(http.Handler) http.Handler
	log []Request
}

// Request is one line of the log of requests.
type Request struct {
	At     time.Time // when it came, by the tracker's clock
	Method string
	Path   string // with the query
	Status int    // 0 while it runs, or when the answer was withheld by Use
}

// Open sets the clock, whose times are cut to whole units in UTC, and the handler that answers. It panics without a
// clock.
func (f *Front) Open(clock func() time.Time, unit time.Duration, answer http.HandlerFunc) {
	if clock == nil {
		panic("a stand-in of a tracker needs a clock")
	}
	f.Now = func() time.Time { return clock().UTC().Truncate(unit) }
	f.answer = answer
}

// Use puts a middleware before the tracker, for faults: it may delay, refuse, or run next and then lose the answer by
// panic(http.ErrAbortHandler), which a caller sees as a broken connection, over Transport and over a real listener
// alike. nil takes it away.
func (f *Front) Use(middleware func(next http.Handler) http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.use = middleware
}

// Requests are those that have come in, oldest first.
func (f *Front) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

// ResetRequests empties the log of requests.
func (f *Front) ResetRequests() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = nil
}

// ServeHTTP implements http.Handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	n, use := len(f.log), f.use
	f.log = append(f.log, Request{At: f.Now(), Method: r.Method, Path: r.URL.RequestURI()})
	f.mu.Unlock()
	seen := &statusWriter{ResponseWriter: w}
	h := http.Handler(f.answer)
	if use != nil {
		h = use(h)
	}
	h.ServeHTTP(seen, r)
	f.mu.Lock()
	defer f.mu.Unlock()
	if n < len(f.log) { // it may have been emptied meanwhile
		f.log[n].Status = seen.status
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

// Transport leads requests straight to the tracker, without a network. It returns as soon as the request's context
// ends, even while a middleware holds the request; as on a real connection, the request may take effect nevertheless.
func (f *Front) Transport() http.RoundTripper { return transport{f} }

type transport struct{ to http.Handler }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := ReadBody(r)
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
	go func() { done <- record(t.to, in) }()
	return wait(ctx, r, done)
}

// record runs a request to its end, or until the handler breaks the connection.
func record(h http.Handler, r *http.Request) (rec *recorder) {
	rec = &recorder{header: http.Header{}}
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
				panic(p)
			}
			rec.aborted = true
		}
	}()
	h.ServeHTTP(rec, r)
	return rec
}

func wait(ctx context.Context, r *http.Request, done <-chan *recorder) (*http.Response, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case rec := <-done:
		if rec.aborted {
			return nil, fmt.Errorf("%s %s: the connection broke: %w", r.Method, r.URL.Path, io.ErrUnexpectedEOF)
		}
		return rec.response(r), nil
	}
}

// ReadBody reads the whole body of a request; one without a body has none.
func ReadBody(r *http.Request) ([]byte, error) {
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

// Named runs f and returns its panic as an error: a stand-in panics when a name does not exist.
func Named(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return f()
}
