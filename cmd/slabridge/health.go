package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

func (a *app) healthCmd() *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "health",
		Short: "Say whether slabridge does its work in time; for cron and monitoring",
		Long: "Say whether slabridge does its work in time. It reads the state file alone, beside a running daemon or not.\n" +
			"Exit code 0: well; 1: late, or the last pass failed or is too long ago; 4: something is held for a human.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.health(cmd.Context()) },
	})
}

// What a connection's health can be, the gravest first.
const (
	faresLate   = "late"   // what is due has not been done for longer than limits.late_after
	faresFailed = "failed" // the last pass failed
	faresStale  = "stale"  // there was no pass when its schedule wanted one
	faresHeld   = "held"   // something waits for a human
	faresWell   = "well"
)

// healthInfo is one line of `health -o json`.
type healthInfo struct {
	Connection string     `json:"connection"`
	Health     string     `json:"health"`
	LastPass   *time.Time `json:"last_pass"`
	LastGood   *time.Time `json:"last_good_pass"`
	Error      string     `json:"error,omitempty"` // of the last pass
	LateSince  *time.Time `json:"late_since"`
	Overdue    int        `json:"overdue"` // things that have been due for too long
	Held       int        `json:"held"`    // but for what people put on hold themselves
}

func (a *app) health(ctx context.Context) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	now, err := a.now()
	if err != nil {
		return err
	}
	fares, err := w.engine.Fares(ctx, now)
	if err != nil {
		return err
	}
	worst := error(nil)
	for _, f := range fares {
		info, err := w.healthOf(ctx, f, now)
		if err != nil {
			return err
		}
		switch info.Health {
		case faresWell:
		case faresHeld:
			if worst == nil {
				worst = errHeld
			}
		default:
			worst = errFailed
		}
		if a.json() {
			if err := a.writeJSON(info); err != nil {
				return err
			}
			continue
		}
		a.printHealth(info)
	}
	return worst
}

// healthOf judges how a connection fares.
func (w *workspace) healthOf(ctx context.Context, f engine.Fares, now time.Time) (healthInfo, error) {
	zone := w.home(f.Connection)
	info := healthInfo{
		Connection: f.Connection, Health: faresWell, LastPass: in(f.PassedAt, zone), LastGood: in(f.GoodAt, zone), Error: f.Error,
		LateSince: in(f.Late.Since, zone), Overdue: f.Late.Overdue,
	}
	for e, err := range w.ledger.List(ctx, ledger.Filter{Connection: f.Connection, State: ledger.Held}, ledger.OldestFirst) {
		if err != nil {
			return info, err
		}
		if e.Reason.Code != heldByPeople {
			info.Held++
		}
	}
	switch {
	case f.Late.Late():
		info.Health = faresLate
	case f.Error != "":
		info.Health = faresFailed
	case stale(w.cfg.Connection(f.Connection), f.GoodAt, now):
		info.Health = faresStale
	case info.Held > 0:
		info.Health = faresHeld
	}
	return info, nil
}

// stale reports whether the pass after the last good one should have been made long ago.
func stale(c *config.Connection, good, now time.Time) bool {
	if good.IsZero() {
		return true
	}
	next, err := engine.ParseSchedule(c.Poll, good)
	return err != nil || now.Sub(next[0]) > staleAfter
}

func (a *app) printHealth(i healthInfo) {
	var what string
	switch i.Health {
	case faresLate:
		what = a.tf("late: things due since %s and not done: %d", a.stamp(*i.LateSince), i.Overdue)
	case faresFailed:
		what = a.t("the last pass failed")
	case faresStale:
		what = a.t("no pass was made when one was due")
	case faresHeld:
		what = a.tf("held: %d; see 'slabridge ledger list --state held'", i.Held)
	default:
		what = a.t("well")
	}
	a.wrap(i.Connection+": ", what)
	good := a.t("there was no good pass yet")
	if i.LastGood != nil {
		good = a.tf("last good pass %s", a.stamp(*i.LastGood))
	}
	a.wrap("    ", good)
	if i.Error != "" {
		a.wrap("    "+a.t("error: "), i.Error)
	}
	if i.Held > 0 && i.Health != faresHeld {
		a.wrap("    ", a.tf("held: %d; see 'slabridge ledger list --state held'", i.Held))
	}
}

// logLate says in the log when slabridge itself begins to be late, and when that is over.
func (w *workspace) logLate(r engine.Report) {
	if r.Late.Began {
		w.log.Error("slabridge is late", slog.String("connection", r.Connection), slog.Time("since", r.Late.Since), slog.Int("overdue", r.Late.Overdue))
	}
	if !r.Late.Ended.IsZero() {
		w.log.Warn("slabridge has caught up", slog.String("connection", r.Connection), slog.Time("late_since", r.Late.Ended), slog.Time("until", r.Late.At))
	}
}
