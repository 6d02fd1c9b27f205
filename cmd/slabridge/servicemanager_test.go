package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestManagerIsTold listens as systemd does.
func TestManagerIsTold(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "3600000000")
	t.Setenv("WATCHDOG_PID", "")
	hear := func() string {
		b := make([]byte, 100)
		n, err := l.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	stop := tellManager(t.Context(), func(context.Context) error { return nil }, slog.New(slog.DiscardHandler))
	told := []string{hear(), hear()}
	stop()
	told = append(told, hear())
	if want := []string{"READY=1", "WATCHDOG=1", "STOPPING=1"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// TestWatchdogIsNotDeceived: who does not answer, or answers with an error, is not said to be alive.
func TestWatchdogIsNotDeceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var (
			answer atomic.Value // of func(context.Context) error
			told   atomic.Int64
			log    strings.Builder
		)
		well := func(context.Context) error { return nil }
		answer.Store(well)
		go keepAlive(ctx, time.Minute, func(ctx context.Context) error {
			return answer.Load().(func(context.Context) error)(ctx)
		}, func() { told.Add(1) }, slog.New(slog.NewTextHandler(&log, nil)))
		pass := func(name string, d time.Duration, want int64) {
			told.Store(0)
			time.Sleep(d) // virtual
			synctest.Wait()
			if n := told.Load(); n != want {
				t.Errorf("%s: told %d times in %v, want %d", name, n, d, want)
			}
		}
		time.Sleep(time.Second)
		pass("well", 5*time.Minute, 10)
		answer.Store(func(context.Context) error { return errors.New("disk I/O error") })
		pass("an error", 5*time.Minute, 0)
		answer.Store(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		pass("no answer", 5*time.Minute, 0)
		answer.Store(well)
		pass("well again", 5*time.Minute, 10)
		if !strings.Contains(log.String(), "disk I/O error") {
			t.Errorf("the log does not say why:\n%s", log.String())
		}
		cancel()
	})
}
