package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

func healthCmd(a *app) *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "health",
		Short: "Say whether slabridge works in time; for cron and monitoring",
		Long: "Say whether slabridge does its work in time. It reads the state file alone, beside a running daemon or " +
			"not.\nExit code 0: well; 1: late, or the last pass failed or is too long ago; 4: something is held for a\n" +
			"human, stands refused by the tracker, or a fault of the mapping or the calendar keeps promises from being\njudged.",
		RunE: a.withWorkspace(reads, showHealth),
	})
}

// healthInfo is one line of `health -o json`.
type healthInfo struct {
	Connection string        `json:"connection"`
	Health     report.Health `json:"health"`
	LastPass   *time.Time    `json:"last_pass"`
	LastGood   *time.Time    `json:"last_good_pass"`
	Error      string        `json:"error,omitempty"` // of the last pass
	LateSince  *time.Time    `json:"late_since"`
	Overdue    int           `json:"overdue"` // things that have been due for too long
	Held       int           `json:"held"`    // but for what people put on hold themselves
	Refused    int           `json:"refused"` // of requests on which something is still owed
	// Faults are those of mappings, and the first reasons why promises cannot be judged.
	Faults   []string   `json:"faults"`
	Unjudged int        `json:"unjudged"` // requests on which some promise cannot be judged
	OnHold   []holdInfo `json:"on_hold"`  // requests about which somebody said that nothing is written for now
	now      time.Time
}

func showHealth(ctx context.Context, w *workspace, _ []string) error {
	fares, err := w.engine.HealthStatus(ctx, w.asOf)
	if err != nil {
		return err
	}
	worst := error(nil)
	for _, f := range fares {
		info, err := healthOf(ctx, w, f)
		if err != nil {
			return err
		}
		switch info.Health {
		case report.Well:
		case report.Held, report.Refused, report.Blocked:
			if worst == nil {
				worst = errHeld
			}
		default:
			worst = errFailed
		}
		if err := w.show(info); err != nil {
			return err
		}
	}
	return worst
}

func healthOf(ctx context.Context, w *workspace, f engine.HealthStatus) (healthInfo, error) {
	held, err := waiting(ctx, w, f.Connection, nil)
	if full := w.file.Room(); full != nil { // the last pass could not keep that it failed
		f.Error = full.Error()
	}
	zone, overdue := w.home(f.Connection), passOverdue(w.cfg.Connection(f.Connection).Poll, f.GoodAt, f.Now)
	return healthInfo{
		Connection: f.Connection,
		Health:     report.HealthOf(f.Late.Late(), f.Error, overdue, len(f.Faults)+f.Unjudged, held, f.Refused),
		LastPass:   report.In(f.PassedAt, zone), LastGood: report.In(f.GoodAt, zone), Error: f.Error,
		LateSince: report.In(f.Late.Since, zone), Overdue: f.Late.Overdue, Held: held, Refused: f.Refused,
		Faults: append([]string{}, slices.Concat(f.Faults, f.Examples)...), Unjudged: f.Unjudged,
		OnHold: holdInfos(w, f.Connection, f.OnHold), now: f.Now,
	}, err
}

// waiting counts what is held on a connection and waits for a human, but for those just held.
func waiting(ctx context.Context, w *workspace, connection string, just []ledger.Entry) (int, error) {
	known := map[string]bool{}
	for _, e := range just {
		known[e.ID] = true
	}
	n := 0
	filter := ledger.Filter{Connection: connection, State: enforcer.Held}
	for e, err := range w.ledger.List(ctx, filter, ledger.OldestFirst) {
		if err != nil {
			return 0, err
		}
		if !known[e.ID] && report.WaitsForHuman(&e.Entry) {
			n++
		}
	}
	return n, nil
}

// passOverdue reports whether a pass that a schedule wants after the last good one should have been made long ago.
func passOverdue(schedule string, good, now time.Time) bool {
	if good.IsZero() {
		return true
	}
	next, err := engine.ParseSchedule(schedule, good)
	return err != nil || report.PassOverdue(next[0], now)
}

var healthWords = map[report.Health]phrase{
	report.Blocked: "faults of the mapping or the calendar keep promises from being judged",
	report.Failed:  "the last pass failed", report.Stale: "no pass was made when one was due", report.Well: "well",
}

func (i healthInfo) text(p *page) {
	held := p.tf("held: %d; see 'slabridge ledger list --state held'", i.Held)
	refused := p.tf("refused: %d; see 'slabridge ledger list --state refused'", i.Refused)
	what := p.t(healthWords[i.Health])
	switch i.Health {
	case report.Late:
		what = p.late(*i.LateSince, i.Overdue)
	case report.Held:
		what = held
	case report.Refused:
		what = refused
	}
	p.line(i.Connection+": ", what)
	good := p.t("there was no good pass yet")
	if i.LastGood != nil {
		good = p.tf("last good pass %s", p.stamp(*i.LastGood)) + p.ago(i.now, *i.LastGood)
	}
	p.line("    ", good)
	p.labelled("    ", "error: ", i.Error)
	for _, fault := range i.Faults {
		p.labelled("    ", "fault: ", p.kept(fault))
	}
	if i.Unjudged > 0 {
		p.line("    ", p.tf("requests on which a promise cannot be judged: %d", i.Unjudged))
	}
	tellHolds(p, "    ", i.OnHold)
	if i.Held > 0 && i.Health != report.Held {
		p.line("    ", held)
	}
	if i.Refused > 0 && i.Health != report.Refused {
		p.line("    ", refused)
	}
}
