package main

import (
	"context"
	"io"
	"log/slog"
)

// Priorities as the journal reads them at the beginning of a line (sd-daemon(3)).
var priorities = []struct {
	from   slog.Level
	prefix string
}{{slog.LevelError, "<3>"}, {slog.LevelWarn, "<4>"}, {slog.LevelInfo, "<6>"}, {slog.LevelDebug, "<7>"}}

// journalHandler writes each line with its priority, so that `journalctl -p warning` finds what must be looked at.
type journalHandler []slog.Handler // one for each of the priorities

// newJournalHandler makes one of a handler that writes to wherever it is told.
func newJournalHandler(out io.Writer, handler func(io.Writer) slog.Handler) journalHandler {
	var h journalHandler
	for _, p := range priorities {
		h = append(h, handler(prefixed{out, p.prefix}))
	}
	return h
}

func (h journalHandler) of(level slog.Level) slog.Handler {
	for i, p := range priorities {
		if level >= p.from {
			return h[i]
		}
	}
	return h[len(h)-1]
}

// Enabled asks the handler of the level.
func (h journalHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.of(level).Enabled(ctx, level)
}

// Handle hands the record to the handler of its level.
func (h journalHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.of(r.Level).Handle(ctx, r)
}

// WithAttrs gives the attributes to all.
func (h journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.each(func(x slog.Handler) slog.Handler { return x.WithAttrs(attrs) })
}

// WithGroup gives the group to all.
func (h journalHandler) WithGroup(name string) slog.Handler {
	return h.each(func(x slog.Handler) slog.Handler { return x.WithGroup(name) })
}

func (h journalHandler) each(change func(slog.Handler) slog.Handler) journalHandler {
	out := make(journalHandler, len(h))
	for i, x := range h {
		out[i] = change(x)
	}
	return out
}

// prefixed writes the prefix before each line; a handler of slog writes a line at a time.
type prefixed struct {
	io.Writer
	prefix string
}

func (p prefixed) Write(line []byte) (int, error) {
	n, err := p.Writer.Write(append([]byte(p.prefix), line...))
	return max(0, n-len(p.prefix)), err
}
