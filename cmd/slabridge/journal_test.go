package main

import (
	"io"
	"log/slog"
	"strings"
	"testing"
)

func TestJournalPriorities(t *testing.T) {
	var out strings.Builder
	log := slog.New(newJournalHandler(&out, func(w io.Writer) slog.Handler {
		return slog.NewTextHandler(w, &slog.HandlerOptions{
			Level: slog.LevelInfo,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})
	}))
	log.Debug("not shown")
	log.Info("running", slog.Int("contracts", 1))
	log.With(slog.String("connection", "helpdesk")).Warn("slow")
	log.WithGroup("pass").Error("failed", slog.String("error", "away"))
	want := "<6>level=INFO msg=running contracts=1\n" +
		"<4>level=WARN msg=slow connection=helpdesk\n" +
		"<3>level=ERROR msg=failed pass.error=away\n"
	if out.String() != want {
		t.Errorf("written:\n%s\nwant:\n%s", out.String(), want)
	}
}
