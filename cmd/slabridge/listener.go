package main

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// What clients of the listener may take, however slow or many they are: a pass needs sockets too.
const (
	maxConnections = 64 // at the same time; more wait at the door
	headerTime     = 5 * time.Second
	requestTime    = hookTime // to read a whole request in
	answerTime     = time.Minute
	idleTime       = 30 * time.Second
	maxHeader      = 32 << 10 // bytes
)

// newServer serves the handler within those bounds; what goes wrong with a client is a line of our log.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: answerTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// bounded is a listener with a bound on its open connections. Nothing is accepted above it: the system keeps who waits.
type bounded struct {
	net.Listener
	free  chan struct{}
	once  sync.Once
	ended chan struct{}
}

func atMost(n int, l net.Listener) *bounded {
	return &bounded{Listener: l, free: make(chan struct{}, n), ended: make(chan struct{})}
}

// Accept waits for a place, and then for a client.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.free <- struct{}{}:
	case <-b.ended:
		return nil, net.ErrClosed
	}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.free
		return nil, err
	}
	return &place{Conn: c, leave: sync.OnceFunc(func() { <-b.free })}, nil
}

// Close ends Accept, too, where it waits for a place.
func (b *bounded) Close() error {
	b.once.Do(func() { close(b.ended) })
	return b.Listener.Close()
}

// place is a connection that gives its place back when it is closed.
type place struct {
	net.Conn
	leave func()
}

func (p *place) Close() error {
	defer p.leave()
	return p.Conn.Close()
}
