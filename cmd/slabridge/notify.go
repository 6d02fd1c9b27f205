package main

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer/notify"
	"slabridge/enforcer/report"
)

func notifyCmd(a *app) *cobra.Command {
	c := group(&cobra.Command{Use: "notify", Short: "Messages to staff beside the tracker"})
	c.AddCommand(&cobra.Command{
		Use:   "test CHANNEL",
		Short: "Send a sample through a channel",
		Long: "Send a sample through a channel of the configuration, as its rules would send it, and say whether it was\n" +
			"taken. The sample speaks of no request. Nothing is kept of it.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.load(config.NoSecret)
			if err != nil {
				return err
			}
			return testChannel(cmd.Context(), a, cfg, args[0])
		},
	})
	return c
}

// sentInfo is the answer of `notify test -o json`.
type sentInfo struct {
	Channel string `json:"channel"`
	ID      string `json:"id"` // of the message
	Sent    bool   `json:"sent"`
	Error   string `json:"error,omitempty"`
	err     error
}

func testChannel(ctx context.Context, a *app, cfg *config.Config, id string) error {
	c := cfg.Channel(id)
	if c == nil {
		var known []string
		for _, x := range cfg.Channels {
			known = append(known, x.ID)
		}
		if known == nil {
			return usage("channel %q: the configuration has no channels; see 'channels' in docs/configuration.md", id)
		}
		return usage("there is no channel %q; choose from %s", id, strings.Join(known, ", "))
	}
	sender, err := a.channel(*c)
	if err != nil {
		return usage("channel %s: %w", id, err)
	}
	m, err := notify.Sample(c.ID, c.Language, rand.Text(), a.clock())
	if err != nil {
		return err
	}
	info := sentInfo{Channel: id, ID: m.ID, Sent: true}
	if info.err = sender.Send(ctx, m); info.err != nil {
		info.Sent, info.Error = false, info.err.Error()
	}
	if err := a.show(info); err != nil {
		return err
	}
	if !info.Sent {
		return errFailed
	}
	return nil
}

func (i sentInfo) text(p *page) {
	if i.Sent {
		p.linef("", "sent through %s, id %s: look whether it has arrived", i.Channel, i.ID)
		return
	}
	p.line("! ", message.Error(p.lang, i.err))
}

// channelInfo is one line of `health -o json` for a channel.
type channelInfo struct {
	Channel  string     `json:"channel"`
	Health   string     `json:"health"` // well or failing
	Waiting  int        `json:"waiting"`
	Since    *time.Time `json:"waiting_since"` // when the oldest of them was made
	Tries    int        `json:"tries"`         // of that one
	GivenUp  int        `json:"given_up"`      // since the last that was delivered
	LastSent *time.Time `json:"last_sent"`
	Error    string     `json:"error,omitempty"`
}

// showChannels shows how the channels fare, and reports whether one fails.
func showChannels(ctx context.Context, w *workspace) (failing bool, err error) {
	for _, c := range w.cfg.Channels {
		s, err := channelStateOf(ctx, w.ledger, c.ID)
		if err != nil {
			return failing, err
		}
		zone := time.UTC
		if len(w.cfg.Contracts) > 0 {
			zone = w.cfg.Contracts[0].Zone()
		}
		info := channelInfo{
			Channel: c.ID, Health: channelWell, Waiting: s.Waiting, Since: report.In(s.Since, zone), Tries: s.Tries,
			GivenUp: s.GivenUp, LastSent: report.In(s.LastSent, zone), Error: s.Error,
		}
		if s.failing() {
			info.Health, failing = channelFailing, true
		}
		if err := w.show(info); err != nil {
			return failing, err
		}
	}
	return failing, nil
}

func (i channelInfo) text(p *page) {
	what := p.t("well")
	if i.Health != channelWell {
		what = p.t("the channel fails")
	}
	p.line(p.tf("channel %s", i.Channel)+": ", what)
	if i.Waiting > 0 {
		p.linef("    ", "messages that wait: %d, the oldest since %s", i.Waiting, p.moment(*i.Since))
	}
	if i.GivenUp > 0 {
		p.linef("    ", "messages given up: %d; 'slabridge ledger retry --connection channel:%s' sends them again",
			i.GivenUp, i.Channel)
	}
	p.labelled("    ", "error: ", p.keptError(i.Error))
}

// What a channel's health is.
const (
	channelWell    = "well"
	channelFailing = "failing"
)
