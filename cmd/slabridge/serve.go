package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"slabridge/config"
	"slabridge/config/statefile"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

// monitor counts what the daemon does, for /metrics, and tells on /healthz whether it still does it.
type monitor struct {
	registry *prometheus.Registry
	passes   *prometheus.CounterVec
	steps    *prometheus.CounterVec
	exposed  *prometheus.CounterVec
	problems *prometheus.GaugeVec
	unjudged *prometheus.GaugeVec
	refused  *prometheus.GaugeVec
	faults   *prometheus.GaugeVec
	lastPass *prometheus.GaugeVec
	offset   *prometheus.GaugeVec
	late     *prometheus.GaugeVec
	rest     *prometheus.GaugeVec
	webhooks *prometheus.CounterVec
	took     *prometheus.HistogramVec
	clock    func() time.Time

	mu     sync.Mutex
	broken error              // why nothing can be written to the state file, since the last pass
	watch  map[string]watched // by connection
}

// watched is a connection with its last good pass.
type watched struct {
	engine.Connection
	good   time.Time
	passed bool // since the start
}

func newMonitor(connections []engine.Connection, clock func() time.Time) *monitor {
	m := &monitor{registry: prometheus.NewRegistry(), clock: clock}
	m.passes = m.counter("slabridge_passes_total", "Passes made.", "outcome")
	m.steps = m.counter("slabridge_steps_total", "Steps by what became of them.", "state")
	m.exposed = m.counter("slabridge_public_internal_comments_total",
		"Internal comments found to be public, by the tracker's doing or somebody's.")
	m.webhooks = m.counter("slabridge_webhooks_total", "Webhooks received, by what became of them.", "outcome")
	m.problems = m.gauge("slabridge_problems", "Problems of the last pass that a human should look at.")
	m.unjudged = m.gauge("slabridge_unjudged_requests",
		"Requests on which a promise cannot be judged, for want of calendar data or of a status's class.")
	m.refused = m.gauge("slabridge_refused_steps",
		"Steps that stand refused, on requests on which something is still owed.")
	m.faults = m.gauge("slabridge_mapping_faults", "Faults of mappings, by which nothing is judged or written.")
	m.lastPass = m.gauge("slabridge_last_good_pass_timestamp_seconds", "When the last complete pass was made.")
	m.offset = m.gauge("slabridge_clock_offset_seconds", "The tracker's clock minus ours.")
	m.late = m.gauge("slabridge_late_seconds",
		"For how long the oldest thing that is due has not been done, once that is longer than limits.late_after; else 0.")
	m.rest = m.gauge("slabridge_resting_until_timestamp_seconds",
		"Until when the tracker is left alone, because it said that it is asked too much; 0: it is not.")
	m.took = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "slabridge_due_to_confirmed_seconds",
		Help:    "From the moment at which a step came to when it was seen in the tracker.",
		Buckets: []float64{1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 6 * 3600, 24 * 3600},
	}, []string{"connection"})
	m.registry.MustRegister(m.took)
	m.follow(connections)
	return m
}

// counter adds a counter with a label for the connection, and others.
func (m *monitor) counter(name, help string, labels ...string) *prometheus.CounterVec {
	labels = append([]string{"connection"}, labels...)
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

// gauge adds a gauge with a label for the connection.
func (m *monitor) gauge(name, help string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"connection"})
	m.registry.MustRegister(g)
	return g
}

// gauges are those with a value for each connection.
func (m *monitor) gauges() []*prometheus.GaugeVec {
	return []*prometheus.GaugeVec{m.problems, m.unjudged, m.refused, m.faults, m.lastPass, m.offset, m.late, m.rest}
}

// follow replaces the connections whose health is reported. A new one has time for its first pass; one that was removed
// is no longer reported.
func (m *monitor) follow(connections []engine.Connection) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.watch
	m.watch = map[string]watched{}
	for _, c := range connections {
		now := watched{Connection: c, good: m.clock()}
		if was, known := before[c.ID]; known {
			now.good, now.passed = was.good, was.passed
		}
		m.watch[c.ID] = now
	}
	for id := range m.watch { // known from the start, so that an alarm sees the first one grow
		for _, state := range []string{"written", "held", "refused"} {
			m.steps.WithLabelValues(id, state)
		}
		m.exposed.WithLabelValues(id)
		m.took.WithLabelValues(id)
		m.passes.WithLabelValues(id, "ok")
		m.passes.WithLabelValues(id, "failed")
	}
	for id := range before {
		if _, stays := m.watch[id]; !stays {
			for _, g := range m.gauges() {
				g.DeleteLabelValues(id)
			}
		}
	}
}

// recall takes from the ledger when the last good pass over each connection was made: an alarm that none is made goes
// on when the daemon is started anew.
func (m *monitor) recall(ctx context.Context, l *ledger.Ledger) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range m.watch {
		h, err := l.Health(ctx, id)
		if err != nil {
			return err
		}
		if !h.GoodAt.IsZero() {
			m.lastPass.WithLabelValues(id).Set(unix(h.GoodAt))
		}
	}
	return nil
}

// passed counts a pass. A report without a time is one of a connection that failed before anything was decided, or was
// not looked at.
func (m *monitor) passed(reports []engine.Report, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken = nil; statefile.Unusable(err) {
		m.broken = err
	}
	told := false
	for i := range reports {
		r := &reports[i]
		if _, watched := m.watch[r.Connection]; watched && !r.Late.At.IsZero() {
			seconds := 0.0
			if r.Late.Late() {
				seconds = r.Late.At.Sub(r.Late.Since).Seconds()
			}
			m.late.WithLabelValues(r.Connection).Set(seconds)
			m.rest.WithLabelValues(r.Connection).Set(unix(r.RestUntil))
		}
		if r.Failed != nil {
			told = true
			m.passes.WithLabelValues(r.Connection, "failed").Inc()
		}
		if r.Now.IsZero() {
			continue
		}
		m.did(r)
		if r.Failed == nil {
			m.succeeded(r)
		}
	}
	if err != nil && !told { // the failure was not of a pass
		m.passes.WithLabelValues("", "failed").Inc()
	}
}

// unix is a moment in seconds, 0 for none.
func unix(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return float64(at.Unix())
}

// did counts what a pass did, whether it failed in the end or not.
func (m *monitor) did(r *engine.Report) {
	m.steps.WithLabelValues(r.Connection, "written").Add(float64(len(r.Written)))
	m.steps.WithLabelValues(r.Connection, "held").Add(float64(len(r.Held)))
	m.steps.WithLabelValues(r.Connection, "refused").Add(float64(len(r.Refused)))
	for i := range r.Written {
		m.took.WithLabelValues(r.Connection).Observe(max(0, r.Now.Sub(r.Written[i].Moment).Seconds()))
	}
	m.exposed.WithLabelValues(r.Connection).Add(float64(r.Exposed))
	m.problems.WithLabelValues(r.Connection).Set(float64(len(r.Problems)))
	m.unjudged.WithLabelValues(r.Connection).Set(float64(r.Unjudged))
	m.refused.WithLabelValues(r.Connection).Set(float64(r.StandingRefusals))
	m.faults.WithLabelValues(r.Connection).Set(float64(len(r.Faults)))
	if w, ok := m.watch[r.Connection]; ok {
		if offset, _, known := w.Tracker.Offset(); known {
			m.offset.WithLabelValues(r.Connection).Set(offset.Seconds())
		}
	}
}

// succeeded counts a good pass.
func (m *monitor) succeeded(r *engine.Report) {
	m.passes.WithLabelValues(r.Connection, "ok").Inc()
	m.lastPass.WithLabelValues(r.Connection).Set(float64(r.Now.Unix()))
	if w, ok := m.watch[r.Connection]; ok {
		w.good, w.passed = m.clock(), true
		m.watch[r.Connection] = w
	}
}

// health answers 200 while the state file can be written to and no pass that a connection's schedule wants is overdue;
// else 503, and why.
func (m *monitor) health(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil { // nothing can be written, however recent the last good pass is
		http.Error(w, m.broken.Error(), http.StatusServiceUnavailable)
		return
	}
	now := m.clock()
	for _, id := range slices.Sorted(maps.Keys(m.watch)) {
		c := m.watch[id]
		if passOverdue(c.Poll, c.good, now) {
			since := c.good.UTC().Format(time.RFC3339)
			http.Error(w, fmt.Sprintf("connection %s: no good pass since %s", id, since), http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = fmt.Fprintln(w, "ok") // a client that went away needs no answer
}

// ready answers 200 once each connection had a good pass since the start, while health does.
func (m *monitor) ready(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	waits := slices.ContainsFunc(slices.Collect(maps.Values(m.watch)), func(x watched) bool { return !x.passed })
	m.mu.Unlock()
	if waits {
		http.Error(w, "the first pass is not done yet", http.StatusServiceUnavailable)
		return
	}
	m.health(w, r)
}

// served is what a daemon answers with at its address.
type served struct {
	address string // "": nothing is answered
	web     *config.Web
	hooks   http.Handler // takes webhooks; nil: none are taken
	pages   http.Handler // nil: there are none
}

// serve answers at the address until it is stopped. Health and webhooks are answered to anybody, the rest to whom the
// door lets in. It returns the address with the port that is really used.
func (m *monitor) serve(x served, log *slog.Logger) (got string, entrance *door, stop func(), err error) {
	if x.address == "" {
		return "off", nil, func() {}, nil
	}
	inside := http.NewServeMux()
	inside.Handle("GET /metrics", unlimited(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})))
	if x.pages != nil {
		inside.Handle("/", x.pages)
	}
	host, _, err := net.SplitHostPort(x.address)
	if err != nil {
		return "", nil, nil, err
	}
	if entrance, err = newDoor(x.web, isLoopback(host), inside, log); err != nil {
		return "", nil, nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", m.health)
	mux.HandleFunc("GET /-/healthy", m.health)
	mux.HandleFunc("GET /-/ready", m.ready)
	if x.hooks != nil {
		mux.Handle("POST /webhooks/{connection}", x.hooks)
	}
	mux.Handle("/", entrance)
	l, err := listenOn(x.address)
	if err != nil {
		return "", nil, nil, err
	}
	s := newServer(mux, log)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := entrance.serve(s, atMost(maxConnections, l)); !errors.Is(err, http.ErrServerClosed) {
			log.Error("listen: nothing is answered any more", slog.Any("error", err))
		}
	}()
	return l.Addr().String(), entrance, func() {
		_ = s.Close() // nothing it serves is worth waiting for
		<-done
	}, nil
}
