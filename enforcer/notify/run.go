package notify

import (
	"context"
	"sync"
	"time"

	"slabridge/enforcer/outbox"
)

// Messenger looks for what is to be told and has it sent. Each channel has its own goroutine: one that is slow or away
// keeps neither the others nor the passes from anything.
type Messenger struct {
	Teller   *Teller
	Couriers []*outbox.Courier
	// Report is told what a round through a channel came to, and, with channel "", why nothing could be looked for. It is
	// called by several goroutines.
	Report func(channel string, d outbox.Delivered, err error)

	look chan struct{}
	send []chan struct{}
}

// New makes a messenger. report may be called by several goroutines.
func New(t *Teller, couriers []*outbox.Courier, report func(string, outbox.Delivered, error)) *Messenger {
	m := &Messenger{Teller: t, Couriers: couriers, Report: report, look: make(chan struct{}, 1)}
	for range couriers {
		m.send = append(m.send, make(chan struct{}, 1))
	}
	return m
}

// Look makes the messenger look for something to report. It does not wait.
func (m *Messenger) Look() { wake(m.look) }

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is awake
	}
}

// Once looks for what is to be told, and sends it: for a process that makes one pass.
func (m *Messenger) Once(ctx context.Context) {
	if _, err := m.Teller.Look(ctx); err != nil {
		m.Report("", outbox.Delivered{}, err)
	}
	var all sync.WaitGroup
	for _, c := range m.Couriers {
		all.Go(func() {
			d, err := c.Deliver(ctx)
			m.Report(c.Channel, d, err)
		})
	}
	all.Wait()
}

// Run looks and sends until ctx ends, and waits for what is under way.
func (m *Messenger) Run(ctx context.Context) {
	var all sync.WaitGroup
	for i, c := range m.Couriers {
		all.Go(func() {
			m.repeat(ctx, m.send[i], func() time.Time {
				d, err := c.Deliver(ctx)
				m.Report(c.Channel, d, err)
				return d.Next
			})
		})
	}
	m.repeat(ctx, m.look, func() time.Time {
		next, err := m.Teller.Look(ctx)
		if err != nil {
			m.Report("", outbox.Delivered{}, err)
		}
		for _, c := range m.send {
			wake(c)
		}
		return next
	})
	all.Wait()
}

// repeat calls a function at once, whenever it is woken, and at the moment that the function asked for last.
func (m *Messenger) repeat(ctx context.Context, woken <-chan struct{}, do func() time.Time) {
	for ctx.Err() == nil {
		next := do()
		sleep := longestSleep
		if !next.IsZero() {
			sleep = min(sleep, max(time.Second, next.Sub(m.Teller.Clock())))
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
		case <-woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}
