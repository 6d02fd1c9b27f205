package main

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"

	"slabridge/config/message"
)

// listenOn takes the address.
func listenOn(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, message.Errorf("listen on %s: another program has this port already; "+
			"stop it, or give another address as listen", address)
	case err != nil:
		return nil, message.Errorf("listen: %w", err)
	}
	return l, nil
}

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
