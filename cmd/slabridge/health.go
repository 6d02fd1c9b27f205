package main

import (
	"context"
	"errors"
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
			"human, an alarm waits, steps stand refused by the tracker, or a fault of the mapping or the calendar " +
			"keeps\npromises from being judged.",
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
	// RestingUntil is until when the tracker is left alone, because it said that it is asked too much.
	RestingUntil *time.Time `json:"resting_until"`
	// Alarms wait for somebody to acknowledge them; until then some stop all writes, or all internal comments.
	Alarms []alarmInfo `json:"alarms"`
	now    time.Time
	full   bool // the disk has no room for another pass
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
	failing, err := showChannels(ctx, w)
	if failing && worst == nil {
		worst = errFailed
	}
	return errors.Join(err, worst)
}

func healthOf(ctx context.Context, w *workspace, f engine.HealthStatus) (healthInfo, error) {
	held, err := waiting(ctx, w, f.Connection, nil)
	full := w.file.Room()
	if full != nil { // the last pass could not keep that it failed
		f.Error = full.Error()
	}
	zone, overdue := w.home(f.Connection), passOverdue(w.cfg.Connection(f.Connection).Poll, f.GoodAt, f.Now)
	return healthInfo{
		Connection: f.Connection,
		Health: report.HealthOf(f.Late.Late(), f.Error, overdue, len(f.Faults)+f.Unjudged, held+len(f.Alarms),
			f.Refused),
		LastPass: report.In(f.PassedAt, zone), LastGood: report.In(f.GoodAt, zone), Error: f.Error,
		LateSince: report.In(f.Late.Since, zone), Overdue: f.Late.Overdue, Held: held, Refused: f.Refused,
		Faults: append([]string{}, slices.Concat(f.Faults, f.Examples)...), Unjudged: f.Unjudged,
		OnHold:       holdInfos(w, f.Connection, f.OnHold),
		RestingUntil: report.In(restingUntil(f.Health, f.Now), zone), now: f.Now,
		Alarms: alarmInfos(w, f.Alarms), full: full != nil,
	}, err
}

// restingUntil is until when the tracker is left alone from now on; zero: it is not.
func restingUntil(h ledger.Health, now time.Time) time.Time {
	if h.RestUntil.After(now) {
		return h.RestUntil
	}
	return time.Time{}
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
		if !known[e.ID] && e.State.WaitsForHuman(e.Reason.Code) {
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

const alarmsWait phrase = "an alarm waits for a person; see 'slabridge ledger alarms'"

func (i healthInfo) text(p *page) {
	held := p.tf("held: %d; see 'slabridge ledger list --state held'", i.Held)
	refused := p.tf("refused: %d; see 'slabridge ledger list --state refused'", i.Refused)
	what := p.t(healthWords[i.Health])
	switch {
	case i.Health == report.Late:
		what = p.late(*i.LateSince, i.Overdue)
	case i.Health == report.Held && len(i.Alarms) > 0:
		what = p.t(alarmsWait)
	case i.Health == report.Held:
		what = held
	case i.Health == report.Refused:
		what = refused
	case i.Health == report.Failed && i.full: // the last pass may have gone well
		what = p.t("the disk is full")
	}
	p.line(i.Connection+": ", what)
	good := p.t("there was no good pass yet")
	if i.LastGood != nil {
		good = p.tf("last good pass %s", p.moment(*i.LastGood)) + p.ago(i.now, *i.LastGood)
	}
	p.line("    ", good)
	if i.RestingUntil != nil {
		p.line("    ", p.resting(*i.RestingUntil))
	}
	p.labelled("    ", "error: ", p.keptError(i.Error))
	for _, fault := range i.Faults {
		p.labelled("    ", "fault: ", p.kept(fault))
	}
	if i.Unjudged > 0 {
		p.line("    ", p.tf("requests on which a promise cannot be judged: %d", i.Unjudged))
	}
	tellHolds(p, "    ", i.OnHold)
	for _, a := range i.Alarms {
		p.labelled("    ", "alarm: ", p.alarm(&a))
	}
	if i.Held > 0 && (i.Health != report.Held || len(i.Alarms) > 0) {
		p.line("    ", held)
	}
	if i.Refused > 0 && i.Health != report.Refused {
		p.line("    ", refused)
	}
}
