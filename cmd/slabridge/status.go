package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

func (a *app) statusCmd() *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "status",
		Short: "List running cycles, soonest due first",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context()) },
	})
}

// cycleInfo is one line of `status -o json`.
type cycleInfo struct {
	Connection string     `json:"connection"`
	Issue      string     `json:"issue"`
	Subject    string     `json:"subject"`
	Contract   string     `json:"contract"`
	Severity   string     `json:"severity"`
	Obligation string     `json:"obligation"`
	Cycle      string     `json:"cycle"`
	State      string     `json:"state"`
	Started    time.Time  `json:"started"`
	Due        *time.Time `json:"due"`
}

func (a *app) status(ctx context.Context) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	at, err := a.moment()
	if err != nil {
		return err
	}
	items, err := w.engine.Running(ctx, at)
	if err != nil {
		return err
	}
	now, err := a.now()
	if err != nil {
		return err
	}
	zone := w.zone()
	rows := running(items, zone)
	if a.json() {
		for _, r := range rows {
			if err := a.writeJSON(r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rows) == 0 {
		fmt.Fprintln(a.out, "no cycle is running")
		return nil
	}
	for _, r := range rows {
		due, left := "no due", ""
		if r.Due != nil {
			due, left = a.stamp(*r.Due), "in "+span(r.Due.Sub(now))
			if r.Due.Before(now) {
				left = span(now.Sub(*r.Due)) + " ago"
			}
		}
		fmt.Fprintf(a.out, "%-28s %-14s %-8s %s %s\n", due, left, r.Issue, a.state(r.State), r.Obligation)
	}
	return nil
}

// running flattens the items to their running cycles, soonest due first, those without a due last.
func running(items []ledger.Item, zone zoneOf) []cycleInfo {
	var rows []cycleInfo
	for _, it := range items {
		for _, c := range it.Cycles {
			if c.State != enforcer.Running && c.State != enforcer.Paused {
				continue
			}
			loc := zone(it.Contract)
			row := cycleInfo{
				Connection: it.Connection, Issue: it.IssueKey, Subject: it.Subject, Contract: it.Contract, Severity: it.Severity,
				Obligation: c.Obligation, Cycle: c.ID, State: string(c.State), Started: c.StartedAt.In(loc),
			}
			if !c.Due.IsZero() {
				due := c.Due.In(loc)
				row.Due = &due
			}
			rows = append(rows, row)
		}
	}
	sortByDue(rows)
	return rows
}
