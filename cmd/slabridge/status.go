package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

func (a *app) statusCmd() *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "status",
		Short: "List running cycles, soonest due first, overdue ones among them",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context()) },
	})
}

// cycleInfo is one line of `status -o json`. State is running or paused, or breached while nothing has ended it.
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
	whole      bool       // of a contract as a whole: its cycle is a period
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
		fmt.Fprintln(a.out, a.t("no cycle is running"))
		return nil
	}
	wide := 0 // of the widest length of time
	lefts := make([]string, len(rows))
	for i, r := range rows {
		switch {
		case r.Due == nil:
		case r.Due.Before(now):
			lefts[i] = a.tf("%s ago", a.span(now.Sub(*r.Due)))
		default:
			lefts[i] = a.tf("in %s", a.span(r.Due.Sub(now)))
		}
		wide = max(wide, utf8.RuneCountInString(lefts[i]))
	}
	for i, r := range rows {
		due := a.t("no due")
		if r.Due != nil {
			due = a.stamp(*r.Due)
		}
		state := ""
		if r.State != string(enforcer.Running) {
			state = a.tint(r.State, r.State)
		}
		a.columns(fmt.Sprintf("%-27s  %-*s  ", due, wide, lefts[i]), hash(r.Issue)+" "+a.colour("1", r.Obligation)+a.period(r.whole, r.Cycle), state)
	}
	return nil
}

// columns writes a row of a table; what does not fit goes below, indented.
func (a *app) columns(first string, rest ...string) { a.wrap(first, strings.Join(rest, " ")) }

// running flattens the items to the cycles that go on, soonest due first, those without a due last. A cycle that
// was breached and has not been ended yet goes on.
func running(items []ledger.Item, zone zoneOf) []cycleInfo {
	var rows []cycleInfo
	for _, it := range items {
		for _, c := range it.Cycles {
			if !c.EndedAt.IsZero() {
				continue
			}
			loc := zone(it.Contract)
			row := cycleInfo{
				Connection: it.Connection, Issue: it.IssueKey, Subject: it.Subject, Contract: it.Contract, Severity: it.Severity,
				Obligation: c.Obligation, Cycle: c.ID, State: string(c.State), Started: c.StartedAt.In(loc),
			}
			if it.Issue == "" {
				row.whole, row.Issue = true, c.IssueKey
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

func sortByDue(rows []cycleInfo) {
	slices.SortStableFunc(rows, func(x, y cycleInfo) int {
		switch {
		case x.Due == nil && y.Due == nil:
			return 0
		case x.Due == nil:
			return 1
		case y.Due == nil:
			return -1
		}
		return x.Due.Compare(*y.Due)
	})
}
