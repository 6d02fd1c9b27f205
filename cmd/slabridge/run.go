package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/config/statefile"
	"slabridge/enforcer/engine"
)

func runCmd(a *app) *cobra.Command {
	start := a.withWorkspace(writes, runDaemon)
	return &cobra.Command{
		Use:   "run",
		Short: "Run as a daemon: passes by schedule and at the next due moment",
		Long: "Run as a daemon. A pass is made whenever a connection's poll schedule fires, and again when the\n" +
			"next deadline or reminder is due, or when a webhook tells of a change. SIGTERM and SIGINT\n" +
			"stop after the write under way; SIGHUP reads the configuration again and keeps the old one\n" +
			"when the new has faults.",
		RunE: func(c *cobra.Command, args []string) error {
			err := start(c, args)
			if errors.Is(err, context.Canceled) && c.Context().Err() != nil {
				return nil // told to stop while it was still starting, which is no failure of a daemon
			}
			return err
		},
	}
}

func runDaemon(ctx context.Context, w *workspace, _ []string) error {
	w.engine.Progress = nil // its lines would break the log's
	if err := w.file.Check(ctx); err != nil {
		return err
	}
	ctx, stopFor := context.WithCancelCause(ctx)
	defer stopFor(nil)
	mon := newMonitor(w.engine.Connections(), w.clock)
	if err := mon.recall(ctx, w.ledger); err != nil {
		return err
	}
	promises := newPromiseMetrics(w.ledger, w.cfg, w.clock)
	mon.registry.MustRegister(append(ofProgram(), w.requests, promises)...)
	hooks := newWebhooks(w.cfg.Connections, w.engine.Hint, mon.webhooks, ctx.Done(), w.log)
	pages, err := newLivePages(ctx, w)
	if err != nil {
		return err
	}
	messages, err := newMessenger(ctx, w)
	if err != nil {
		return err
	}
	messages.measure(mon.registry)
	address, entrance, stop, err := mon.serve(served{w.cfg.Listen, &w.cfg.Web, hooks, pages}, w.log)
	if err != nil {
		return err
	}
	defer stop()
	messages.start(ctx)
	defer messages.end()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	reload := make(chan engine.Settings)
	go func() {
		current := w.cfg
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
				if cfg, s, ok := reloaded(ctx, w, current); ok {
					current = cfg
					hooks.follow(cfg.Connections)
					promises.follow(cfg)
					if entrance != nil {
						entrance.follow(&cfg.Web)
					}
					if err := messages.follow(ctx, cfg); err != nil {
						w.log.Error("reload: messages go by the old configuration", slog.Any("error", err))
					}
					if err := pages.follow(ctx, cfg); err != nil {
						w.log.Error("reload: the pages go by the old configuration", slog.Any("error", err))
					}
					select {
					case reload <- s:
						mon.follow(s.Connections)
					case <-ctx.Done():
					}
				}
			}
		}
	}()
	if exposed := config.Exposed(w.cfg.Path); !exposed.IsZero() {
		w.log.Warn("configuration", slog.String("problem", exposed.String()))
	}
	w.log.Info("running", slog.String("state", w.cfg.State), slog.Int("connections", len(w.cfg.Connections)),
		slog.Int("contracts", len(w.cfg.Contracts)), slog.String("listen", address))
	defer tellManager(ctx, w.file.PingContext, w.log)()
	err = w.engine.Run(ctx, reload, func(reports []engine.Report, err error) {
		if err = w.file.Explain(err); err == nil {
			err = w.file.Room() // the next pass may fail for want of it: that is told now
		}
		mon.passed(reports, err)
		logPass(w.log, reports, err)
		messages.passed()
		if statefile.Damaged(err) { // another pass would write to it
			stopFor(err)
		}
	})
	w.log.Info("stopped")
	if damage := context.Cause(ctx); statefile.Damaged(damage) {
		return damage
	}
	return err
}

// reloaded reads the configuration again and says what has changed; with faults, or with something that only a new
// process can take up, the old one stays.
func reloaded(ctx context.Context, w *workspace, current *config.Config) (*config.Config, engine.Settings, bool) {
	cfg, faults := config.Load(w.cfg.Path, w.kinds)
	if err := faults.Err(config.NoSecret); err != nil {
		w.log.Error("reload: the configuration has faults, the old one stays", slog.Any("faults", err))
		return nil, engine.Settings{}, false
	}
	if needs := config.NeedsRestart(current, cfg); len(needs) > 0 {
		w.log.Error("reload: this cannot change while running, the old configuration stays as a whole; restart slabridge",
			slog.String("changed", strings.Join(needs, "; ")))
		return nil, engine.Settings{}, false
	}
	s, err := w.settings(ctx, cfg, writes)
	if err == nil {
		err = w.ledger.ReadNames(ctx)
	}
	if err != nil {
		w.log.Error("reload: the old configuration stays", slog.Any("error", err))
		return nil, s, false
	}
	changed := cmp.Or(strings.Join(config.Differences(current, cfg), "; "), "nothing")
	w.log.Info("reload: configuration read again", slog.String("changed", changed),
		slog.Int("contracts", len(cfg.Contracts)))
	for _, c := range current.Contracts {
		if cfg.Contract(c.ID) == nil {
			w.log.Warn("reload: a contract is gone: what is recorded under it stops writes on its connection; is it renamed?",
				slog.String("contract", c.ID), slog.String("do", "give the contract its old id back"))
		}
	}
	return cfg, s, true
}
