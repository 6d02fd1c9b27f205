package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"slabridge/enforcer/engine"
)

// staleAfter is how long after its last good pass a connection makes the daemon unhealthy.
const staleAfter = 10 * time.Minute

// monitor counts what the daemon does, for /metrics, and tells on /healthz whether it still does it.
type monitor struct {
	registry *prometheus.Registry
	passes   *prometheus.CounterVec
	steps    *prometheus.CounterVec
	problems *prometheus.GaugeVec
	lastPass *prometheus.GaugeVec
	clock    func() time.Time

	mu   sync.Mutex
	good map[string]time.Time // connection -> its last good pass
}

func newMonitor(connections []engine.Connection, clock func() time.Time) *monitor {
	m := &monitor{
		registry: prometheus.NewRegistry(),
		passes:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "slabridge_passes_total", Help: "Passes made."}, []string{"connection", "outcome"}),
		steps:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "slabridge_steps_total", Help: "Steps by what became of them."}, []string{"connection", "state"}),
		problems: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "slabridge_problems", Help: "Problems of the last pass that a human should look at."}, []string{"connection"}),
		lastPass: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "slabridge_last_good_pass_timestamp_seconds", Help: "When the last complete pass was made."}, []string{"connection"}),
		clock:    clock, good: map[string]time.Time{},
	}
	m.registry.MustRegister(m.passes, m.steps, m.problems, m.lastPass)
	for _, c := range connections {
		m.good[c.ID] = clock() // the first pass has its time, too
	}
	return m
}

// passed counts a pass. A report without a time is one of a connection that failed or was not looked at.
func (m *monitor) passed(reports []engine.Report, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range reports {
		if r.Now.IsZero() {
			continue
		}
		m.passes.WithLabelValues(r.Connection, "ok").Inc()
		m.steps.WithLabelValues(r.Connection, "written").Add(float64(len(r.Written)))
		m.steps.WithLabelValues(r.Connection, "held").Add(float64(len(r.Held)))
		m.steps.WithLabelValues(r.Connection, "refused").Add(float64(len(r.Refused)))
		m.problems.WithLabelValues(r.Connection).Set(float64(len(r.Problems)))
		m.lastPass.WithLabelValues(r.Connection).Set(float64(r.Now.Unix()))
		m.good[r.Connection] = m.clock()
	}
	if err != nil {
		m.passes.WithLabelValues("", "failed").Inc()
	}
}

// health answers 200 while every connection had a good pass not long ago, else 503 and which had not.
func (m *monitor) health(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock()
	for id, at := range m.good {
		if now.Sub(at) > staleAfter {
			http.Error(w, fmt.Sprintf("connection %s: no good pass since %s", id, at.UTC().Format(time.RFC3339)), http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = fmt.Fprintln(w, "ok") // a client that went away needs no answer
}

// serve answers on the address until ctx ends; "" serves nothing.
func (m *monitor) serve(ctx context.Context, address string) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", m.health)
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	return func() {
		_ = s.Shutdown(context.WithoutCancel(ctx)) // nothing it serves is worth waiting for
		_ = <-done // what Serve says after Shutdown is no news
	}, nil
}
