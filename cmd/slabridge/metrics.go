package main

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// requestCounts counts the requests to trackers by what the answer was.
type requestCounts struct{ *prometheus.CounterVec }

func newRequestCounts() requestCounts {
	return requestCounts{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "slabridge_tracker_requests_total",
		Help: "Requests sent to the tracker, by the answer: 2xx, 3xx, 4xx, 429, 5xx, or none.",
	}, []string{"connection", "class"})}
}

// of is a way to a tracker that counts.
func (c requestCounts) of(connection string, way http.RoundTripper) http.RoundTripper {
	for _, class := range []string{"2xx", "3xx", "4xx", "429", "5xx", "none"} {
		c.WithLabelValues(connection, class)
	}
	return countedWay{way, c, connection}
}

type countedWay struct {
	http.RoundTripper
	counts     requestCounts
	connection string
}

// RoundTrip sends the request and counts it.
func (w countedWay) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := w.RoundTripper.RoundTrip(r)
	class := "none"
	switch {
	case err != nil:
	case answer.StatusCode == http.StatusTooManyRequests:
		class = "429"
	case answer.StatusCode >= 100 && answer.StatusCode < 600:
		class = string(rune('0'+answer.StatusCode/100)) + "xx"
	}
	w.counts.WithLabelValues(w.connection, class).Inc()
	return answer, err
}

// CloseIdleConnections passes on to the way what http.Client asks of it.
func (w countedWay) CloseIdleConnections() {
	if c, ok := w.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// ofProgram are the metrics of the program itself.
func ofProgram() []prometheus.Collector {
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "slabridge_build_info", Help: "1, with the version of slabridge and of Go.",
	}, []string{"version", "goversion"})
	build.WithLabelValues(buildVersion(), runtime.Version()).Set(1)
	return []prometheus.Collector{
		build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}
}

// promiseMetrics are the promises as the ledger has them, by contract and obligation. They are read when Prometheus
// asks, and not more often than metricsAge: each verdict there is is counted.
type promiseMetrics struct {
	ledger *ledger.Ledger
	clock  func() time.Time

	running, overdue, judged, excused, held, alarms *prometheus.Desc

	mu    sync.Mutex
	at    time.Time // when read; zero: not yet
	known []prometheus.Metric
	cfg   *config.Config
	// configured are the promises of cfg; true where cycles get a verdict.
	configured map[promise]bool
}

// promise is an obligation of a contract on a connection.
type promise struct{ connection, contract, obligation string }

// outcomes are what can become of a cycle, see enforcer.Cycle.
var outcomes = []enforcer.CycleState{
	enforcer.Met, enforcer.Escalated, enforcer.Breached, enforcer.Cancelled, enforcer.NotJudged,
}

func newPromiseMetrics(l *ledger.Ledger, cfg *config.Config, clock func() time.Time) *promiseMetrics {
	labels := []string{"connection", "contract", "obligation"}
	m := &promiseMetrics{
		ledger: l, clock: clock,
		running: prometheus.NewDesc("slabridge_running_cycles", "Cycles that go on; a broken promise is still owed.",
			labels, nil),
		overdue: prometheus.NewDesc("slabridge_overdue_cycles", "Of these, cycles whose deadline has passed.", labels, nil),
		judged: prometheus.NewDesc("slabridge_judged_cycles",
			"Cycles that have a verdict, by what it is: met, escalated, breached, cancelled, not-judged.",
			append(labels, "state"), nil),
		excused: prometheus.NewDesc("slabridge_excused_cycles", "Of the breached, those that are excused.", labels, nil),
		held: prometheus.NewDesc("slabridge_held_steps", "Steps that are held now and wait for a person.",
			[]string{"connection"}, nil),
		alarms: prometheus.NewDesc("slabridge_open_alarms", "Alarms that wait for a person.", []string{"connection"}, nil),
	}
	m.follow(cfg)
	return m
}

// follow goes by another configuration from now on. Each promise in it has its numbers from the first scrape on, be
// they 0: an alarm on what grows does not see the first one come out of nothing.
func (m *promiseMetrics) follow(cfg *config.Config) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.cfg, m.configured = time.Time{}, cfg, map[promise]bool{}
	for i := range cfg.Contracts {
		c := &cfg.Contracts[i]
		for j := range c.Obligations {
			if o := &c.Obligations[j]; o.Active() && o.Kind != enforcer.Account {
				m.configured[promise{c.Connection, c.ID, o.ID}] = !o.NoVerdict
			}
		}
	}
}

// Describe names the metrics.
func (m *promiseMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.running, m.overdue, m.judged, m.excused, m.held, m.alarms} {
		to <- d
	}
}

// Collect sends the metrics. If something cannot be read, its metrics are missing and the scrape fails.
func (m *promiseMetrics) Collect(to chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if age := m.clock().Sub(m.at); m.at.IsZero() || age < 0 || age >= metricsAge {
		known, err := m.read()
		if err != nil {
			to <- prometheus.NewInvalidMetric(m.running, err)
			return
		}
		m.at, m.known = m.clock(), known
	}
	for _, x := range m.known {
		to <- x
	}
}

func (m *promiseMetrics) read() ([]prometheus.Metric, error) {
	ctx, cancel := context.WithTimeout(context.Background(), metricsTime)
	defer cancel()
	var out []prometheus.Metric
	add := func(d *prometheus.Desc, n int, labels ...string) {
		out = append(out, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...))
	}
	items, err := m.ledger.Running(ctx)
	if err != nil {
		return nil, err
	}
	running, overdue, now := map[promise]int{}, map[promise]int{}, m.clock()
	for of := range m.configured {
		running[of] = 0
	}
	for _, c := range report.OpenCycles(items) {
		of := promise{c.Item.Connection, c.Item.Contract, c.Obligation}
		running[of]++
		if c.Overdue(now) {
			overdue[of]++
		}
	}
	for of, n := range running {
		add(m.running, n, of.connection, of.contract, of.obligation)
		add(m.overdue, overdue[of], of.connection, of.contract, of.obligation)
	}
	counts, err := m.ledger.CountJudged(ctx)
	if err != nil {
		return nil, err
	}
	type verdict struct {
		promise
		state enforcer.CycleState
	}
	judged, excused := map[verdict]int{}, map[promise]int{}
	for of, ends := range m.configured {
		if ends {
			for _, state := range outcomes {
				judged[verdict{of, state}] = 0
			}
		}
	}
	for _, c := range counts {
		of := promise{c.Connection, c.Contract, c.Obligation}
		judged[verdict{of, c.State}] += c.Cycles
		if c.State == enforcer.Breached && c.Excused {
			excused[of] += c.Cycles
		}
	}
	for of, n := range judged {
		add(m.judged, n, of.connection, of.contract, of.obligation, string(of.state))
		if of.state == enforcer.Breached {
			add(m.excused, excused[of.promise], of.connection, of.contract, of.obligation)
		}
	}
	held, err := m.ledger.CountWaiting(ctx)
	if err != nil {
		return nil, err
	}
	alarms, err := m.ledger.Alarms(ctx, "")
	if err != nil {
		return nil, err
	}
	open := map[string]int{}
	for i := range alarms {
		if a := &alarms[i]; a.Kind.Waits() && a.SettledAt.IsZero() {
			open[a.Connection]++
		}
	}
	connections, err := m.ledger.Chained(ctx)
	for i := range m.cfg.Connections {
		if id := m.cfg.Connections[i].ID; !slices.Contains(connections, id) { // nothing is recorded of it yet
			connections = append(connections, id)
		}
	}
	for _, connection := range connections {
		add(m.held, held[connection], connection)
		add(m.alarms, open[connection], connection)
	}
	return out, err
}
