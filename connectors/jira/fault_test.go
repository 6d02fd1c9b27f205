package jira_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slabridge/connectors"
	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/trackertest"
)

// A fault befalls one request. Those after the effect let the tracker do it first.
type fault struct {
	name string
	do   func(next http.RoundTripper, r *http.Request) (*http.Response, error)
	wait time.Duration // what the error must pass on; 0 for nothing
}

func throttled(reason, after string, wait time.Duration) fault {
	h := http.Header{"Content-Type": {"application/json"}}
	if reason != "" {
		h.Set("RateLimit-Reason", reason)
	}
	if after != "" {
		h.Set("Retry-After", after)
	}
	name := fmt.Sprintf("429 %s, Retry-After %q", reason, after)
	return fault{name, inItsPlace(http.StatusTooManyRequests, h, `{"errorMessages":["Rate limit exceeded."]}`), wait}
}

func inItsPlace(status int, h http.Header, body string) func(http.RoundTripper, *http.Request) (*http.Response, error) {
	return func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
			Header: h.Clone(), Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

func done(then func(http.RoundTripper, *http.Request) (*http.Response, error)) func(http.RoundTripper,
	*http.Request) (*http.Response, error) {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_ = res.Body.Close()
		return then(next, r)
	}
}

func reset(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }

// cut is an answer of which only the first half comes.
func cut(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	res, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(b[:len(b)/2])), broken{}))
	return res, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

var (
	html      = http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	elsewhere = http.Header{"Location": {"https://elsewhere.example.net/login?token=t"}}
)

// faults are what may befall any request, the first of them before anything is done.
var faults = []fault{
	throttled(jirasim.QuotaOfAll, "30", 30*time.Second),
	throttled(jirasim.QuotaOfTenant, "0", 0),
	throttled(jirasim.Burst, "1", time.Second),
	throttled(jirasim.WritesOfIssue, "2", 0), // a matter of that issue alone
	throttled("", "99999999999", 24*time.Hour),
	throttled("", "", 0),
	throttled("", "Mon, 02 Mar 2026 10:00:00 GMT", -1),
	{"503", inItsPlace(503, html, "<h1>down</h1>"), 0},
	{"503 with Retry-After", inItsPlace(503, http.Header{"Retry-After": {"7"}}, ""), 7 * time.Second},
	{"500", inItsPlace(500, html, "<h1>oops</h1>"), 0},
	{"502", inItsPlace(502, html, "<h1>proxy</h1>"), 0},
	{"a login page", inItsPlace(200, html, "<html>Log in</html>"), 0},
	{"another host", inItsPlace(302, elsewhere, ""), 0},
	{"a reset", reset, 0},
	{"done, and a reset", done(reset), 0},
	{"done, and 502", done(inItsPlace(502, html, "<h1>proxy</h1>")), 0},
	{"done, and a login page", done(inItsPlace(200, html, "<html>Log in</html>")), 0},
	{"half an answer", cut, 0},
}

// at makes a fault befall the nth request, counted from 0; asked is how many there were.
func at(w *trackertest.World, n int, f fault) (tr connectors.Tracker, asked *atomic.Int64) {
	asked = new(atomic.Int64)
	return w.Through(func(next http.RoundTripper) http.RoundTripper {
		return through(func(r *http.Request) (*http.Response, error) {
			if asked.Add(1)-1 == int64(n) {
				return f.do(next, r)
			}
			return next.RoundTrip(r)
		})
	}), asked
}

type through func(*http.Request) (*http.Response, error)

func (f through) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "jira.example.org" {
		return nil, errors.New("asked another host: " + r.URL.Host)
	}
	return f(r)
}

var never = fault{"none", func(next http.RoundTripper, r *http.Request) (*http.Response,
	error,
) {
	return next.RoundTrip(r)
}, 0}

// eachFlavour runs a test on every Jira that there is.
func eachFlavour(t *testing.T, f func(t *testing.T, w *trackertest.World, s *jirasim.Server, o jirasim.Options)) {
	for _, o := range []jirasim.Options{{Cloud: true}, {Cloud: true, ServiceDesk: true}, {}, {ServiceDesk: true}} {
		t.Run(flavour(o), func(t *testing.T) {
			w, s := newWorld(t, o, &contract{})
			f(t, w, s, o)
		})
	}
}

// TestReadsUnderFaults: whatever befalls whichever of the requests that a reading takes, it gives the whole truth or an
// error that says what kind it is of, and how long to wait where the site said so.
func TestReadsUnderFaults(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, _ *jirasim.Server, _ jirasim.Options) {
		issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "to be read"})
		w.Comment(t, trackertest.Support, issue, "an answer", false)
		w.Comment(t, trackertest.Support, issue, "a remark", true)
		w.Set(t, trackertest.Support, issue, map[string]string{
			connectors.FieldStatus:   w.Working,
			connectors.FieldPriority: w.Priorities["high"],
		})
		w.Book(t, trackertest.Support, issue, trackertest.Work{Hours: "1", On: "2026-03-02"})
		for name, read := range map[string]func(tr connectors.Tracker) (any, error){
			"history": func(tr connectors.Tracker) (any, error) { return tr.History(t.Context(), issue) },
			"self":    func(tr connectors.Tracker) (any, error) { return tr.Self(t.Context()) },
			"directory": func(tr connectors.Tracker) (any, error) {
				d, err := tr.Directory(t.Context())
				d.ReadAt = time.Time{}
				return d, err
			},
			"changed": func(tr connectors.Tracker) (all any, err error) {
				var list []connectors.Stub
				err = tr.Changed(t.Context(), time.Time{},
					func(page []connectors.Stub) error { list = append(list, page...); return nil })
				return list, err
			},
			"census": func(tr connectors.Tracker) (all any, err error) {
				var list []connectors.Stub
				err = tr.Census(t.Context(), func(page []connectors.Stub) error { list = append(list, page...); return nil })
				return list, err
			},
			"booked": func(tr connectors.Tracker) (all any, err error) {
				var list []connectors.Booking
				err = tr.Booked(t.Context(), time.Time{}, func(page []connectors.Booking) error {
					list = append(list,
						page...)
					return nil
				})
				return list, err
			},
		} {
			tr, asked := at(w, -1, never)
			want, err := read(tr)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			most := int(asked.Load())
			for n := range most {
				for i, f := range faults {
					if most > 10 && (n+i)%5 != 0 { // like requests, of which there are many
						continue
					}
					tr, _ := at(w, n, f)
					got, err := read(tr)
					if err == nil {
						if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(connectors.Issue{}, "Raw"),
							cmpopts.IgnoreFields(connectors.Event{}, "Raw")); diff != "" {
							t.Errorf("%s, request %d, %s: no error, and yet (-truth +read)\n%s", name, n, f.name, diff)
						}
						continue
					}
					wantFailure(t, fmt.Sprintf("%s, request %d, %s", name, n, f.name), err, f)
				}
			}
		}
	})
}

func wantFailure(t *testing.T, what string, err error, f fault) {
	t.Helper()
	var e *connectors.Error
	if !errors.As(err, &e) || !slices.Contains([]connectors.Class{
		connectors.TryLater, connectors.Garbled,
		connectors.Unknown,
	}, e.Class) {
		t.Errorf("%s: %v, want it to be tried later, garbled or unknown", what, err)
		return
	}
	// a request that was under way beside the one struck tells what is left of the wait by then
	if f.wait >= 0 && (e.RetryAfter > f.wait || e.RetryAfter <= 0 && f.wait > 0) {
		t.Errorf("%s: to be tried again in %s, want %s", what, e.RetryAfter, f.wait)
	}
	if strings.Contains(err.Error(), "token=") {
		t.Errorf("%s: the error holds a secret: %v", what, err)
	}
}

// TestEmptiedLists: a list that came without its elements makes no issue lose a part of what happened to it.
func TestEmptiedLists(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, _ *jirasim.Server, _ jirasim.Options) {
		issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "to be read"})
		w.Comment(t, trackertest.Support, issue, "an answer", false)
		w.Set(t, trackertest.Support, issue, map[string]string{connectors.FieldStatus: w.Working})
		tr, asked := at(w, -1, never)
		want := history(t, tr, issue)
		for n := range int(asked.Load()) {
			tr, _ := at(w, n, fault{"emptied", emptied, 0})
			got, err := tr.History(t.Context(), issue)
			if err != nil {
				wantFailure(t, fmt.Sprintf("request %d", n), err, fault{})
				continue
			}
			got.Watchers, got.WatchersSet = want.Watchers, want.WatchersSet // none is what who may not see them is told
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(connectors.Issue{}, "Raw"),
				cmpopts.IgnoreFields(connectors.Event{}, "Raw")); diff != "" {
				t.Errorf("request %d, emptied (-truth +read)\n%s", n, diff)
			}
		}
	})
}

// TestEmptiedOnce: nobody loses a role, and no update is refused, for one list that came without its elements.
func TestEmptiedOnce(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, _ *jirasim.Server, _ jirasim.Options) {
		once := func(which string) (tr connectors.Tracker, struck *atomic.Int64) {
			struck = new(atomic.Int64)
			return w.Through(func(next http.RoundTripper) http.RoundTripper {
				return through(func(r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, which) && struck.Add(1) == 1 {
						return emptied(next, r)
					}
					return next.RoundTrip(r)
				})
			}), struck
		}
		roles := func(tr connectors.Tracker) map[string][]string {
			d, err := tr.Directory(t.Context())
			check(t, err)
			out := map[string][]string{}
			for _, p := range d.People {
				out[p.ID] = p.Roles[w.Project]
			}
			return out
		}
		clean, _ := at(w, -1, never)
		tr, struck := once("/project/" + w.Project + "/role/10201")
		if diff := cmp.Diff(roles(clean), roles(tr)); diff != "" || struck.Load() != 2 {
			t.Errorf("asked %d times for a role (-truth +read)\n%s", struck.Load(), diff)
		}
		issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "to be moved"})
		tr, struck = once("/transitions")
		if err := tr.Update(t.Context(), connectors.Write{Issue: issue, Status: &w.Working}); err != nil ||
			struck.Load() != 2 {
			t.Errorf("asked %d times for the transitions: %v", struck.Load(), err)
		}
	})
}

// emptied takes the elements out of the lists of an answer.
func emptied(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	res, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	var all map[string]any
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
		all = nil
	}
	for name, v := range all {
		if _, ok := v.([]any); ok {
			all[name] = []any{}
		}
	}
	b, err := json.Marshal(all)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return res, err
}

// TestWritesUnderFaults: whatever befalls whichever request of an update, the error tells whether anything may have
// been done; and when what is left is done as the engine does it, there is exactly one comment, for whom it was meant.
func TestWritesUnderFaults(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, s *jirasim.Server, _ jirasim.Options) {
		for _, internal := range []bool{false, true} {
			asked := playUpdate(t, w, s, -1, never, internal)
			for n := range asked {
				for i, f := range faults {
					if (n+i)%2 != 0 || !internal && (n+i)%4 != 0 { // each at every second request: they are many
						continue
					}
					playUpdate(t, w, s, n, f, internal)
				}
			}
		}
	})
}

// playUpdate makes an update in which a fault befalls one request, and settles it; it gives how many requests the
// update took.
func playUpdate(t *testing.T, w *trackertest.World, s *jirasim.Server, n int, f fault, internal bool) int {
	t.Helper()
	what := fmt.Sprintf("request %d, %s, internal %v", n, f.name, internal)
	issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: what})
	mark := "(slabridge 7c1f respond/due " + issue + ")"
	status, who, priority := w.Working, w.People[trackertest.Engineer], w.Priorities["high"]
	write := connectors.Write{
		Issue: issue, Status: &status, Assign: &who, Priority: &priority, Fields: map[string]string{w.Field: "running"},
		Comment: &connectors.Comment{Text: "Overdue.\n" + mark, Mark: mark, Internal: internal},
	}
	clean, _ := at(w, -1, never)
	before, err := clean.History(t.Context(), issue)
	if err != nil {
		t.Fatal(err)
	}
	self, err := clean.Self(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tr, asked := at(w, n, f)
	err = tr.Update(t.Context(), write)
	took := int(asked.Load())
	after := history(t, clean, issue)
	switch class := connectors.ClassOf(err); {
	case err != nil && class == connectors.Unknown:
		if rest, half := write.Rest(self.ID, before, after); half {
			check(t, clean.Update(t.Context(), rest))
		} else if _, said := after.FindMark(self.ID, mark); !said {
			check(t, clean.Update(t.Context(), write))
		}
	case err != nil:
		wantFailure(t, what, err, f)
		if len(after.Events) != len(before.Events) {
			t.Errorf("%s: %v, and yet something was done", what, err)
		}
		check(t, clean.Update(t.Context(), write))
	}
	receipt := connectors.Verify(write, self.ID, before, history(t, clean, issue))
	if len(receipt.Refused) > 0 || receipt.Public {
		t.Errorf("%s: left undone %v, public %v", what, receipt.Refused, receipt.Public)
	}
	page, err := s.As("admin").See(number(t, issue))
	check(t, err)
	if len(page.Notes) != 1 || page.Notes[0].Internal != internal {
		t.Errorf("%s: comments %+v, want one, internal %v", what, page.Notes, internal)
	}
	if steps := len(page.Steps); steps > 4 { // status, assignee, priority and field
		t.Errorf("%s: %d steps for one update", what, steps)
	}
	return took
}

func history(t *testing.T, tr connectors.Tracker, issue string) connectors.History {
	t.Helper()
	h, err := tr.History(t.Context(), issue)
	check(t, err)
	return h
}

// TestCreatesUnderFaults: an issue that we make is made once.
func TestCreatesUnderFaults(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, _ *jirasim.Server, _ jirasim.Options) {
		play := func(n int, f fault) int {
			clean, _ := at(w, -1, never)
			mark := "(slabridge 7c1f report/due " + strconv.Itoa(n) + " " + f.name + ")"
			want := connectors.NewIssue{
				Project: w.Project, Type: w.Type, Subject: "A report", Description: "Due.\n" + mark,
				Mark: mark,
			}
			since := w.Now().Add(-time.Hour)
			tr, asked := at(w, n, f)
			id, err := tr.Create(t.Context(), want)
			took := int(asked.Load())
			found, there, ferr := clean.FindCreated(t.Context(), w.Project, mark, since)
			check(t, ferr)
			switch class := connectors.ClassOf(err); {
			case err == nil && (!there || found != id):
				t.Errorf("request %d, %s: made %s, found %s", n, f.name, id, found)
			case err != nil && class != connectors.Unknown && there:
				t.Errorf("request %d, %s: %v, and yet it was made", n, f.name, err)
			case err != nil && class != connectors.Unknown:
				wantFailure(t, fmt.Sprintf("request %d, %s", n, f.name), err, f)
			}
			return took
		}
		for n := range play(-1, never) {
			for _, f := range faults {
				play(n, f)
			}
		}
	})
}
