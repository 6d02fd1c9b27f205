package jira_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/trackertest"
)

// TestChangedAsksForStubs bounds what a listing of changes costs: of each issue its id and moment, not the issue. A
// page of a hundred whole issues is some 230 kB.
func TestChangedAsksForStubs(t *testing.T) {
	const most = 300 // bytes an issue
	for _, o := range []jirasim.Options{{Cloud: true}, {}} {
		w, _ := newWorld(t, o, &contract{})
		var at []time.Time
		for range 100 {
			at = append(at, w.Now())
		}
		for _, issue := range w.Crowd(t, w.Project, at)[:10] {
			w.Comment(t, trackertest.Customer, issue, strings.Repeat("a long story. ", 50), false)
		}
		count := &counting{}
		tr := w.Through(func(next http.RoundTripper) http.RoundTripper { count.next = next; return count })
		if _, err := tr.Directory(t.Context()); err != nil { // what is asked once
			t.Fatal(err)
		}
		count.requests, count.bytes = 0, 0
		issues := 0
		err := tr.Changed(t.Context(), time.Time{}, func(page []connectors.Stub) error { issues += len(page); return nil })
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d issues, %d requests, %d bytes", flavour(o), issues, count.requests, count.bytes)
		if count.bytes > most*issues {
			t.Errorf("%s: %d bytes for %d issues, want at most %d each", flavour(o), count.bytes, issues, most)
		}
	}
}

// counting counts requests and the bytes of their answers.
type counting struct {
	next            http.RoundTripper
	mu              sync.Mutex
	requests, bytes int
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.count(1, 0)
	res, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	c.count(0, len(body))
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

func (c *counting) count(requests, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests, c.bytes = c.requests+requests, c.bytes+bytes
}
