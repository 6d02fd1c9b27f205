package main

import (
	"context"
	"log/slog"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

// logPass logs what a pass did; an idle one is worth a line only when debugging.
func logPass(log *slog.Logger, reports []engine.Report, err error) {
	for i := range reports {
		r := &reports[i]
		log := log.With(slog.String("connection", r.Connection))
		logLate(log, r.Late)
		for _, e := range r.Written {
			log.Info("written", entryAttrs(e)...)
		}
		logHeld(log, r)
		for _, e := range r.Refused {
			log.Warn("refused", entryAttrs(e)...)
		}
		for _, p := range r.Problems {
			log.Warn("problem", slog.String("issue", p.Issue), slog.String("problem", p.Text.String()))
		}
		if !r.RestUntil.IsZero() && !r.Now.IsZero() {
			log.Warn("the tracker asks for fewer requests: it is left alone", slog.Time("until", r.RestUntil))
		}
		log.Debug("pass", slog.Int("changed", r.Changed), slog.Int("evaluated", r.Evaluated))
	}
	if err != nil {
		log.Error("pass", slog.Any("error", err), slog.Bool("tracker_away", trackerDown(err)))
	}
}

func entryAttrs(e ledger.Entry) []any {
	return []any{
		slog.String("issue", e.IssueKey), slog.String("step", e.Key.Obligation+"/"+e.Key.Step), slog.String("entry", e.ID),
	}
}

// logLate says when slabridge itself begins to be late, and when that is over.
func logLate(log *slog.Logger, late engine.Lateness) {
	if late.Began && !late.Since.IsZero() { // one that this very pass has made up for is over already
		log.Error("slabridge is late", slog.Time("since", late.Since), slog.Int("overdue", late.Overdue))
	}
	if !late.Ended.IsZero() {
		log.Warn("slabridge has caught up", slog.Time("late_since", late.Ended), slog.Time("until", late.At))
	}
}

// logHeld logs what a pass held: each step, or of many a line for each group, and the steps when debugging.
func logHeld(log *slog.Logger, r *engine.Report) {
	level := slog.LevelWarn
	if len(r.Held) > few {
		level = slog.LevelDebug
		for _, g := range heldGroups(r) {
			var examples []string
			for _, e := range g.Examples {
				examples = append(examples, typed(e.IssueKey))
			}
			log.Warn("held", slog.String("contract", g.Contract), slog.String("step", g.Obligation+"/"+g.Step),
				slog.Int("issues", g.Issues), slog.Int("steps", g.Entries), slog.Time("oldest", g.Oldest),
				slog.Time("newest", g.Newest), slog.String("examples", strings.Join(examples, " ")),
				slog.String("why", g.Examples[0].Reason.Text.In("en")))
		}
	}
	for _, e := range r.Held {
		log.Log(context.Background(), level, "held", append(entryAttrs(e), slog.String("why", e.Reason.Text.In("en")))...)
	}
}

// trackerDown reports whether an error means that the tracker cannot be reached, and not a fault of ours.
func trackerDown(err error) bool {
	switch connectors.ClassOf(err) {
	case connectors.TryLater, connectors.Garbled, connectors.Unknown:
		return true
	}
	return false
}
