package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// tellManager tells the service manager that started us, if one did, what the daemon does: "ready" once configuration,
// state and listener are there (the first sync may take an hour, and is no part of starting), and then, as often as it
// asks, that it is alive: alive is asked first, and what does not answer is started anew. stop tells it that we end.
func tellManager(ctx context.Context, alive func(context.Context) error, log *slog.Logger) (stop func()) {
	notify := func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.Warn("service manager", slog.String("told", state), slog.Any("error", err))
		}
	}
	notify(daemon.SdNotifyReady)
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("service manager: the watchdog's time cannot be read", slog.Any("error", err))
	}
	ctx, cancel := context.WithCancel(ctx)
	if every > 0 {
		go keepAlive(ctx, every, alive, func() { notify(daemon.SdNotifyWatchdog) }, log)
	}
	return func() {
		cancel()
		notify(daemon.SdNotifyStopping)
	}
}

// keepAlive reports to the service manager twice within its timeout, as long as alive returns in that time and without
// an error.
func keepAlive(
	ctx context.Context, every time.Duration, alive func(context.Context) error, tell func(), log *slog.Logger,
) {
	tick := time.NewTicker(every / 2)
	defer tick.Stop()
	for {
		asked, cancel := context.WithTimeout(ctx, every/2)
		err := alive(asked)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("watchdog: the state file does not answer", slog.Any("error", err))
		default:
			tell()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
