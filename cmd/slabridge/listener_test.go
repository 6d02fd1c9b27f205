package main

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Clients that open connections and say nothing: only so many are let in, each is sent away, and then others are
// served. Before, each was a socket that a pass may lack, for as long as the client liked.
func TestSlowClientsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := make(wire, 200)
		l := atMost(maxConnections, door)
		s := newServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }),
			slog.New(slog.DiscardHandler))
		go func() { _ = s.Serve(l) }() // ends with its Close
		defer s.Close()
		defer close(door)
		for range 150 {
			ours, theirs := net.Pipe()
			defer ours.Close()
			door <- theirs
		}
		synctest.Wait()
		if n := len(l.free); n != maxConnections || len(door) != 150-maxConnections-1 && len(door) != 150-maxConnections {
			t.Errorf("%d are let in, %d wait", n, len(door))
		}
		time.Sleep(4 * headerTime)
		if n := len(door); n > 0 {
			t.Errorf("%d wait still", n)
		}
		time.Sleep(2 * headerTime)
		ours, theirs := net.Pipe()
		door <- theirs
		go func() { _, _ = io.WriteString(ours, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }()
		answer, err := io.ReadAll(ours)
		if err != nil || !strings.Contains(string(answer), "ok") {
			t.Errorf("then: %q, %v", answer, err)
		}
	})
}

// What a client does wrong is a line of the program's own log, in its form, and not one of the library's.
func TestListenerErrorsAreLogged(t *testing.T) {
	var log strings.Builder
	s := newServer(http.NewServeMux(), slog.New(slog.NewJSONHandler(&log, nil)))
	s.ErrorLog.Print("http: TLS handshake error from 127.0.0.1:1")
	contains(t, "log", log.String(), `"level":"WARN"`, `"msg":"http: TLS handshake error`)
}

// A port that is in use is told in words, with what to do.
func TestPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	d := newOffice(t, `listen: "off"`, "listen: "+taken.Addr().String())
	contains(t, "run", d.want(exitFailed, "run").err, taken.Addr().String(), "another program has this port already",
		"give another address as listen")
}
