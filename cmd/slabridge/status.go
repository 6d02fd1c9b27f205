package main

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

func statusCmd(a *app) *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "status",
		Short: "List running cycles, soonest due first, overdue ones among them",
		RunE:  a.withWorkspace(reads, showStatus),
	})
}

// cycleInfo is one line of `status -o json`.
type cycleInfo struct {
	Connection string              `json:"connection"`
	Issue      string              `json:"issue"`
	Subject    string              `json:"subject"`
	Contract   string              `json:"contract"`
	Severity   string              `json:"severity"`
	Obligation string              `json:"obligation"`
	Cycle      string              `json:"cycle"`
	State      enforcer.CycleState `json:"state"` // running or paused, or breached while nothing has ended it
	Started    time.Time           `json:"started"`
	Due        *time.Time          `json:"due"`
	whole      bool                // of a contract as a whole: its cycle is a period
}

// cycleTable shows cycles to a person, as of now.
type cycleTable struct {
	rows []cycleInfo
	now  time.Time
}

func showStatus(ctx context.Context, w *workspace, _ []string) error {
	items, err := w.engine.Running(ctx, w.asOf)
	if err != nil {
		return err
	}
	table := cycleTable{now: w.now()}
	for _, c := range report.OpenCycles(items) {
		if table.now, err = w.trackerTime(ctx, c.Item.Connection); err != nil {
			return err
		}
		zone := w.zone(c.Item.Contract)
		table.rows = append(table.rows, cycleInfo{
			Connection: c.Item.Connection, Issue: c.Key(), Subject: c.Item.Subject, Contract: c.Item.Contract,
			Severity: c.Item.Severity, Obligation: c.Obligation, Cycle: c.ID, State: c.State, Started: c.StartedAt.In(zone),
			Due: report.In(c.Due, zone), whole: c.OfContract(),
		})
	}
	if !w.json() {
		return w.show(table)
	}
	for _, row := range table.rows {
		if err := w.writeJSON(row); err != nil {
			return err
		}
	}
	return nil
}

func (t cycleTable) text(p *page) {
	if len(t.rows) == 0 {
		p.linef("", "no cycle is running")
	}
	left, widest := make([]string, len(t.rows)), 0
	for i, c := range t.rows {
		switch {
		case c.Due == nil:
		case c.Due.Before(t.now):
			left[i] = p.tf("%s ago", p.span(t.now.Sub(*c.Due)))
		default:
			left[i] = p.tf("in %s", p.span(c.Due.Sub(t.now)))
		}
		widest = max(widest, utf8.RuneCountInString(left[i]))
	}
	for i, c := range t.rows {
		due := p.t("no due")
		if c.Due != nil {
			due = p.stamp(*c.Due)
		}
		what := typed(c.Issue) + " " + colour(bold, c.Obligation) + p.period(c.whole, c.Cycle) + " "
		if c.State != enforcer.Running {
			what += tint(c.State, string(c.State))
		}
		p.line(fmt.Sprintf("%-27s  %-*s  ", due, widest, left[i]), what)
	}
}
