package trackertest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
)

var failureLaws = []law{
	{name: "wrong credentials are nobody's, even where strangers are served", check: wrongKey},
	{name: "gone and hidden are told apart", check: goneAndHidden},
	{name: "a lost answer is an unknown outcome, and the mark settles it", check: lostAnswer},
	{name: "a connection that never came about did nothing", check: neverConnected},
	{name: "an overloaded tracker's wish is passed on", check: overloaded},
	{name: "cancelling returns promptly", check: cancelled},
	{name: "an answer that is not the tracker's is garbled", check: notTheTracker},
	{name: "errors hold no secrets", check: noSecrets},
}

func wrongKey(t *testing.T, w *World) {
	check := func(when string) {
		_, err := w.Stranger.Self(t.Context())
		wantClass(t, "self "+when, err, connectors.Unauthorized)
		_, err = w.Stranger.Directory(t.Context())
		wantClass(t, "directory "+when, err, connectors.Unauthorized)
		err = w.Stranger.Census(t.Context(), func([]connectors.Stub) error { return nil })
		wantClass(t, "census "+when, err, connectors.Unauthorized)
	}
	check("where strangers are refused")
	w.ServeStrangers(t)
	check("where strangers are served")
}

func goneAndHidden(t *testing.T, w *World) {
	tr := w.tracker()
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "to be deleted"})
	w.history(t, tr, issue)
	w.Delete(t, issue)
	for _, id := range []string{issue, "999999999", "no-such-issue", "../users/current"} {
		_, err := tr.History(t.Context(), id)
		wantClass(t, "reading "+id, err, connectors.Gone)
	}
	hidden := w.Create(t, Manager, NewIssue{Project: w.OutOfSight, Subject: "out of sight"})
	_, err := tr.History(t.Context(), hidden)
	wantClass(t, "reading what we may not see", err, w.hidden())
	_, err = tr.History(t.Context(), w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "still here"}))
	if err != nil {
		t.Errorf("and a visible issue: %v", err)
	}
}

// only applies wrap to the requests that write.
func (w *World) onlyWrites(wrap func(next http.RoundTripper,
	r *http.Request) (*http.Response, error),
) connectors.Tracker {
	return w.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return next.RoundTrip(r)
			}
			return wrap(next, r)
		})
	})
}

// losses are the ways in which the answer to a write that was done can be lost.
var losses = map[string]func(http.RoundTripper, *http.Request) (*http.Response, error){
	"the connection breaks after the request": func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err == nil {
			res.Body.Close()
		}
		return nil, io.ErrUnexpectedEOF
	},
	"a proxy answers in its place": func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		res.Body.Close()
		return answer(r, http.StatusBadGateway, http.Header{}, "<html>bad gateway</html>"), nil
	},
	"nobody answers in time": func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err == nil {
			res.Body.Close()
		}
		return nil, context.DeadlineExceeded
	},
}

func lostAnswer(t *testing.T, w *World) {
	for name, lose := range losses {
		issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: name})
		mark := newMark(w)
		sent := 0
		tr := w.onlyWrites(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			sent++
			return lose(next, r)
		})
		err := tr.Update(t.Context(), connectors.Write{Issue: issue, Comment: &connectors.Comment{Text: mark, Mark: mark}})
		wantClass(t, name, err, connectors.Unknown)
		if sent != 1 {
			t.Errorf("%s: sent %d times", name, sent)
		}
		h := w.history(t, tr, issue)
		if _, ok := h.FindMark(w.self(t, tr).ID, mark); !ok || len(h.Events) != 1 {
			t.Errorf("%s: mark found: %v, %d events, want one", name, ok, len(h.Events))
		}
	}
}

func neverConnected(t *testing.T, w *World) {
	issue := w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "never connected"})
	tr := w.onlyWrites(func(http.RoundTripper, *http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	})
	err := tr.Update(t.Context(), connectors.Write{Issue: issue, Comment: &connectors.Comment{Text: "x", Mark: "x"}})
	wantClass(t, "a refused connection", err, connectors.TryLater)
	if h := w.history(t, tr, issue); len(h.Events) != 0 {
		t.Errorf("%d events", len(h.Events))
	}
}

func answer(r *http.Request, status int, h http.Header, body string) *http.Response {
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

func overloaded(t *testing.T, w *World) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		asked := 0
		slow := func() connectors.Tracker {
			return w.Through(func(http.RoundTripper) http.RoundTripper {
				return roundTrip(func(r *http.Request) (*http.Response, error) {
					asked++
					return answer(r, status, http.Header{"Retry-After": {"7"}}, "slow down"), nil
				})
			})
		}
		tr := slow()
		_, err := tr.History(t.Context(), "1")
		wantWish(t, "a read", err, status)
		write := connectors.Write{Issue: "1", Comment: &connectors.Comment{Text: "x", Mark: "x"}}
		wantWish(t, "a write", slow().Update(t.Context(), write), status)
		before := asked
		_, err = tr.Self(t.Context())
		wantClass(t, "a read in the meantime", err, connectors.TryLater)
		wantClass(t, "a write in the meantime", tr.Update(t.Context(), write), connectors.TryLater)
		var e *connectors.Error
		if !errors.As(err, &e) || e.RetryAfter <= 0 || e.RetryAfter > 7*time.Second || asked != before {
			t.Errorf("%d requests while the tracker wanted to be left alone: %v", asked-before, err)
		}
	}
}

func wantWish(t *testing.T, what string, err error, status int) {
	t.Helper()
	wantClass(t, what, err, connectors.TryLater)
	var e *connectors.Error
	if !errors.As(err, &e) || e.RetryAfter != 7*time.Second || e.Status != status {
		t.Errorf("%s: %+v, want retry after 7s and status %d", what, e, status)
	}
}

func cancelled(t *testing.T, w *World) {
	reached := make(chan struct{}, 1)
	tr := w.Through(func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			reached <- struct{}{}
			<-r.Context().Done() // a tracker that never answers
			return nil, r.Context().Err()
		})
	})
	calls := map[string]func(context.Context) error{
		"history": func(ctx context.Context) error { _, err := tr.History(ctx, "1"); return err },
		"changed": func(ctx context.Context) error { _, err := changed(ctx, tr, time.Time{}); return err },
		"self":    func(ctx context.Context) error { _, err := tr.Self(ctx); return err },
		"update": func(ctx context.Context) error {
			return tr.Update(ctx, connectors.Write{Issue: "1", Comment: &connectors.Comment{Text: "x", Mark: "x"}})
		},
	}
	for name, call := range calls {
		patience, enough := context.WithTimeout(t.Context(), 10*time.Second)
		defer enough()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- call(ctx) }()
		<-reached
		cancel()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) || connectors.ClassOf(err) == 0 {
				t.Errorf("%s: %v, want a classified error that is context.Canceled", name, err)
			}
		case <-patience.Done():
			t.Fatalf("%s goes on after its context has ended", name)
		}
		if err := call(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v", name, err)
		}
	}
}

func notTheTracker(t *testing.T, w *World) {
	pages := map[string]*http.Response{
		"a login page":    answer(nil, 200, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, "<html>log in</html>"),
		"a cut answer":    answer(nil, 200, http.Header{"Content-Type": {"application/json"}}, `{"issues":[{"id":1,"na`),
		"another service": answer(nil, 200, http.Header{"Content-Type": {"application/json"}}, `{"hello":"world"}`),
		"a redirect":      answer(nil, 302, http.Header{"Location": {"https://login.example.org/?token=t"}}, ""),
	}
	for name, page := range pages {
		body, _ := io.ReadAll(page.Body)
		requests := 0
		tr := w.Through(func(http.RoundTripper) http.RoundTripper {
			return roundTrip(func(r *http.Request) (*http.Response, error) {
				requests++
				return answer(r, page.StatusCode, page.Header, string(body)), nil
			})
		})
		_, err := changed(t.Context(), tr, time.Time{})
		wantClass(t, "changed: "+name, err, connectors.Garbled)
		_, err = tr.History(t.Context(), "1")
		wantClass(t, "history: "+name, err, connectors.Garbled)
		_, err = tr.Self(t.Context())
		wantClass(t, "self: "+name, err, connectors.Garbled)
		if requests != 3 {
			t.Errorf("%s: %d requests for three calls", name, requests)
		}
	}
}

func noSecrets(t *testing.T, w *World) {
	if len(w.Secrets) == 0 {
		t.Fatal("the world names no secrets")
	}
	echo := w.Through(func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			all := r.URL.String()
			for _, h := range r.Header {
				all += " " + strings.Join(h, " ")
			}
			return nil, errors.New("cannot reach it with " + all)
		})
	})
	_, asStranger := w.Stranger.Self(t.Context())
	_, read := echo.History(t.Context(), "1")
	write := echo.Update(t.Context(), connectors.Write{Issue: "1", Comment: &connectors.Comment{Text: "x", Mark: "x"}})
	_, list := changed(t.Context(), echo, time.Time{})
	_, directory := echo.Directory(t.Context())
	for name, err := range map[string]error{
		"self": asStranger, "history": read, "update": write, "changed": list,
		"directory": directory,
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, s := range w.Secrets {
			if strings.Contains(err.Error(), s) {
				t.Errorf("%s: the error holds a secret", name)
			}
		}
	}
}
