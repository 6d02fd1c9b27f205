package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/proxy"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/channels"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/notify"
	"slabridge/enforcer/outbox"
)

// channel makes the sender of a configured channel.
func (a *app) channel(c config.Channel) (*channels.Channel, error) {
	transport, err := transportOf(c.Way)
	if err != nil {
		return nil, err
	}
	return channels.New(channels.Settings{
		ID: c.ID, URL: c.URL.Reveal(), Secret: c.Secret.Reveal(), HTTP: transport, Clock: a.clock,
		Unspoken: proxySecrets(c.Way), Roots: c.Way.CA, Dial: socksOf(c.Way),
		OwnWay: c.Way.Proxy != nil || c.Way.CA != nil,
	})
}

// socksOf is the way to a mail server through a channel's proxy, nil for none. Only SOCKS carries mail, which the
// configuration's reading has seen to.
func socksOf(w config.Way) func(ctx context.Context, network, address string) (net.Conn, error) {
	if w.Proxy == nil {
		return nil
	}
	var auth *proxy.Auth
	if w.ProxyUser != "" {
		auth = &proxy.Auth{User: w.ProxyUser, Password: w.ProxyPassword.Reveal()}
	}
	dialer, err := proxy.SOCKS5("tcp", w.Proxy.Host, auth, &net.Dialer{})
	if err != nil { // only for an address of another network
		return nil
	}
	return dialer.(proxy.ContextDialer).DialContext
}

// checkChannels finds the faults of channels and rules that the configuration alone cannot tell.
func (a *app) checkChannels(cfg *config.Config) (errs []error) {
	for i, c := range cfg.Channels {
		if c.URL.Reveal() == "" { // told as a missing secret
			continue
		}
		if _, err := a.channel(c); err != nil {
			path := fmt.Sprintf("channels[%d]", i)
			errs = append(errs, message.Errorf("%s:%d: %s: %w", cfg.Path, cfg.Line(path), path, err))
		}
	}
	for _, n := range cfg.Notify {
		if _, err := a.rule(cfg, n, ""); err != nil {
			errs = append(errs, message.Errorf("%s:%d: %s: %w", cfg.Path, cfg.Line(n.Path), n.Path, err))
		}
	}
	return errs
}

// rule is a configured rule for one of its channels.
func (a *app) rule(cfg *config.Config, n config.Notify, channel string) (notify.Rule, error) {
	r := notify.Rule{
		ID: n.ID, Channel: channel, Lang: cfg.Language, Contracts: n.Contracts, Severities: n.Severities, Hours: n.Hours,
		Zone: time.UTC, Anchor: n.Anchor,
	}
	if len(cfg.Contracts) > 0 {
		r.Zone = cfg.Contracts[0].Zone()
	}
	if len(n.Contracts) > 0 {
		r.Zone = cfg.Contract(n.Contracts[0]).Zone()
	}
	for _, k := range n.Events {
		r.Kinds = append(r.Kinds, notify.Kind(k))
	}
	if c := cfg.Channel(channel); c != nil {
		r.Internal, r.Lang = c.Internal, c.Language
	}
	if n.Text != "" {
		var err error
		if r.Template, err = notify.ParseTemplate(n.Text); err != nil {
			return r, message.Errorf("text: %w", err)
		}
	}
	if n.Digest != "" {
		if _, err := engine.ParseSchedule(n.Digest, a.clock()); err != nil {
			return r, message.Errorf("digest: %w", err)
		}
		r.Digest = func(after time.Time) time.Time {
			next, err := engine.ParseSchedule(n.Digest, after)
			if err != nil { // it was tried above
				return time.Time{}
			}
			return next[0]
		}
	}
	return r, nil
}

// messenger tells staff beside the tracker, in the daemon and after a single pass.
type messenger struct {
	w       *workspace
	sent    *prometheus.CounterVec // nil outside the daemon
	failing *prometheus.GaugeVec

	mu   sync.Mutex
	now  *notify.Messenger
	stop func()
}

// newMessenger makes one for the configuration; what was there before it is not told.
func newMessenger(ctx context.Context, w *workspace) (*messenger, error) {
	m := &messenger{w: w, stop: func() {}}
	if err := m.configure(w.cfg); err != nil {
		return nil, err
	}
	_, err := m.now.Teller.Look(ctx) // each rule begins here, before the first pass
	return m, err
}

func (m *messenger) configure(cfg *config.Config) error {
	t := &notify.Teller{
		Ledger: m.w.ledger, Contracts: map[string]*enforcer.Contract{}, LateAfter: cfg.Limits.LateAfter, Clock: m.w.clock,
		Page: m.w.issuePage,
	}
	for _, c := range cfg.Connections {
		t.Connections = append(t.Connections, c.ID)
	}
	for _, c := range cfg.Contracts {
		t.Contracts[c.ID] = c.Contract
	}
	for _, n := range cfg.Notify {
		for _, id := range n.Channels {
			r, err := m.w.rule(cfg, n, id)
			if err != nil {
				return usage("%s: %w", n.Path, err)
			}
			t.Rules = append(t.Rules, r)
		}
	}
	var couriers []*outbox.Courier
	for i, c := range cfg.Channels {
		sender, err := m.w.channel(c)
		if err != nil {
			return usage("channels[%d]: %w", i, err)
		}
		t.Channels = append(t.Channels, c.ID)
		couriers = append(couriers, &outbox.Courier{
			Channel: c.ID, Ledger: m.w.ledger, Clock: m.w.clock, Send: lingering(sender.Send),
		})
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = notify.New(t, couriers, m.report)
	return nil
}

// lingering lets a send that has begun go on for a moment after ctx ends: a message whose send is cut off may arrive
// twice.
func lingering(
	send func(context.Context, connectors.Message) error,
) func(context.Context, connectors.Message) error {
	return func(ctx context.Context, m connectors.Message) error {
		longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer context.AfterFunc(ctx, func() { time.AfterFunc(linger, cancel) })()
		return send(longer, m)
	}
}

// start lets it run beside the passes until stop.
func (m *messenger) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now
	go func() {
		defer close(done)
		now.Run(ctx)
	}()
	m.stop = func() {
		cancel()
		<-done
	}
}

// follow goes by another configuration.
func (m *messenger) follow(ctx context.Context, cfg *config.Config) error {
	m.end()
	err := m.configure(cfg)
	m.start(ctx)
	return err
}

// passed says that a pass was made.
func (m *messenger) passed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Look()
}

// end stops it.
func (m *messenger) end() {
	m.mu.Lock()
	stop := m.stop
	m.mu.Unlock()
	stop()
}

// measure registers its metrics.
func (m *messenger) measure(r *prometheus.Registry) {
	m.sent = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "slabridge_messages_total", Help: "Messages to staff by what became of them: sent, failed (it is tried " +
			"again), given_up.",
	}, []string{"channel", "outcome"})
	m.failing = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "slabridge_channel_failing", Help: "1 while the channel took none of the messages at the last try, else 0.",
	}, []string{"channel"})
	r.MustRegister(m.sent, m.failing)
}

// report logs and counts what a round through a channel came to.
func (m *messenger) report(channel string, d outbox.Delivered, err error) {
	log := m.w.log.With(slog.String("channel", channel))
	if err != nil {
		log.Error("messages", slog.Any("error", err))
	}
	if d.Sent > 0 {
		log.Info("messages sent", slog.Int("messages", d.Sent))
	}
	if d.Failed != nil {
		log.Warn("the channel fails; its message waits", slog.Any("error", d.Failed), slog.Time("again", d.Next))
	}
	for _, e := range d.GivenUp {
		log.Error("message given up", slog.String("entry", e.ID), slog.String("error", e.Error))
	}
	if m.sent == nil || channel == "" {
		return
	}
	m.sent.WithLabelValues(channel, "sent").Add(float64(d.Sent))
	m.sent.WithLabelValues(channel, "given_up").Add(float64(len(d.GivenUp)))
	switch failed := m.sent.WithLabelValues(channel, "failed"); {
	case d.Failed != nil:
		failed.Inc()
		m.failing.WithLabelValues(channel).Set(1)
	case d.Sent > 0:
		m.failing.WithLabelValues(channel).Set(0)
	default:
		m.failing.WithLabelValues(channel).Add(0)
	}
}

// channelState is how a channel fares, by the ledger.
type channelState struct {
	Waiting  int       // messages to be delivered
	Since    time.Time // when the oldest of them was made
	Error    string    // of its last try; "" before one failed
	Tries    int
	GivenUp  int // since the last one that was delivered
	LastSent time.Time
}

// failing reports whether somebody should look at the channel: a single lost answer is no reason to.
func (s *channelState) failing() bool { return s.GivenUp > 0 || s.Error != "" && s.Tries > 1 }

// maxMessages is how many messages of a channel are looked at, the newest first.
const maxMessages = 100

func channelStateOf(ctx context.Context, l *ledger.Ledger, channel string) (s channelState, err error) {
	n := 0
	for e, err := range l.List(ctx, ledger.Filter{Connection: ledger.ChannelConnection(channel)}, ledger.NewestFirst) {
		if err != nil {
			return s, err
		}
		switch {
		case e.State == enforcer.Done:
			s.LastSent = e.ChangedAt
			return s, nil
		case slices.Contains([]enforcer.EntryState{enforcer.Intended, enforcer.Sent}, e.State):
			s.Waiting++
			s.Since, s.Error, s.Tries = e.RecordedAt, e.Error, e.Tries
		case e.State == enforcer.Refused:
			s.GivenUp++
			s.Error = e.Error
		}
		if n++; n == maxMessages {
			break
		}
	}
	return s, nil
}
