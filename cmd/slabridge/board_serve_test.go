package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The pages have no password: only this machine may ask. A port that is taken is told.
func TestBoardListensOnlyHere(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "sync")
	for address, want := range map[string]string{
		"0.0.0.0:8428": "can be reached from other machines", "8428": "is not an address", "127.0.0.1:x": "is not an address",
		"127.example.org:1": "can be reached from other machines",
	} {
		contains(t, address, unfolded(d.want(exitUsage, "board", "--listen", address).err), want)
		contains(t, address, unfolded(d.want(exitUsage, "demo", "--board", "--listen", address).err), want)
	}
}

// A long desk comes in pages, whose rows and counts are told; each row is on exactly one of them.
func TestBoardShowsALongDeskInPages(t *testing.T) {
	d := newOffice(t)
	d.at("2026-03-20 16:00:00")
	const requests = 65 // with four promises each
	for range requests {
		d.report("Nobody can log in", "critical")
	}
	d.at("2026-03-20 16:30:00") // one of the four is overdue
	d.want(exitOK, "sync")
	w := d.reader()
	pages := pagesHandler(w)
	total, rows := len(d.lines(exitOK, "status", "--limit", "0")), 0
	overdue := len(d.lines(exitOK, "status", "--overdue", "--limit", "0"))
	if total < 3*requests || overdue < requests {
		t.Fatalf("%d cycles run, %d are overdue", total, overdue)
	}
	for page := 1; rows < total; page++ {
		_, body := see(t, pages, fmt.Sprintf("/?page=%d", page))
		n := strings.Count(body, `<td role="cell" class="due">`)
		if want := min(100, total-rows); n != want {
			t.Fatalf("page %d has %d rows, want %d", page, n, want)
		}
		contains(t, "the desk", body, fmt.Sprintf("rows %d to %d of %d; overdue: %d", rows+1, rows+n, total, overdue))
		rows += n
		if next := strings.Contains(body, `rel="next"`); next != (rows < total) {
			t.Errorf("page %d leads on: %v", page, next)
		}
	}
}

// A daemon's address has the pages beside health, metrics and webhooks, and shows them by the configuration that holds.
func TestDaemonServesThePages(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "sync")
	w := d.reader()
	live, err := newLivePages(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	address, _, stop, err := newMonitor(nil, d.clock).serve(served{"127.0.0.1:0", &w.cfg.Web, nil, live}, w.log)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for path, want := range map[string]string{
		"/": "Nobody can log in", "/healthz": "ok", "/metrics": "", "/api/v1/trust": `"connections"`,
	} {
		if code, body := get(t, "http://"+address+path); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d, no %q in %s", path, code, want, body)
		}
	}
	other := *w.cfg
	other.Contracts = nil
	if err := live.follow(t.Context(), &other); err != nil {
		t.Fatal(err)
	}
	if _, body := get(t, "http://"+address+"/"); strings.Contains(body, "/contract/kamal-acme") {
		t.Error("a contract that is no longer configured is still led to")
	}
}

// `board` says where the pages are, serves them until it is told to end, and has not failed then.
func TestBoardServesUntilItIsToldToEnd(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "sync")
	said, out := io.Pipe()
	a := newApp(nil, out, io.Discard, d.clock)
	a.lang, a.config = english, d.file("slabridge.yaml")
	w, err := a.open(t.Context(), reads)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serveBoard(ctx, w, "127.0.0.1:0") }()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, _, ok := strings.Cut(strings.TrimPrefix(line, "the pages are at "), ";")
	if !ok {
		t.Fatalf("it says %q", line)
	}
	if code, body := get(t, address); code != http.StatusOK || !strings.Contains(body, "Nobody can log in") {
		t.Errorf("%s: %d %s", address, code, body)
	}
	end()
	if err := <-ended; err != nil {
		t.Errorf("told to end: %v", err)
	}
}
