package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/report"
)

func (a *app) reportCmd() *cobra.Command {
	var contract, from, to string
	c := a.withAt(&cobra.Command{
		Use:   "report --contract ID --from DATE --to DATE",
		Short: "Tell what a contract promised and what was kept: as text, json or csv",
		Long: "Tells what a contract promised in a period and what was kept, from the verdicts in the ledger. A cycle belongs to\n" +
			"the period in which its verdict was reached: a broken one to that of its due. Besides text and json, -o csv writes\n" +
			"one row for each cycle.",
		Args:        cobra.NoArgs,
		Annotations: map[string]string{csvToo: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.report(cmd.Context(), contract, from, to)
		},
	})
	f := c.Flags()
	f.StringVar(&contract, "contract", "", "the configured contract's `id`")
	f.StringVar(&from, "from", "", "first `day`, in the contract's zone: 2026-01-01")
	f.StringVar(&to, "to", "", "last `day`, included")
	return c
}

func (a *app) report(ctx context.Context, contract, from, to string) error {
	for _, flag := range [][2]string{{"--contract", contract}, {"--from", from}, {"--to", to}} {
		if flag[1] == "" {
			return usage("report: %s is missing; write 'slabridge report --contract ID --from 2026-01-01 --to 2026-03-31'", flag[0])
		}
	}
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	c, err := configured(w.cfg, contract)
	if err != nil {
		return err
	}
	p, err := periodOf(from, to, c.Calendar.Location())
	if err != nil {
		return err
	}
	facts, err := a.facts(ctx, w, c, p)
	if err != nil {
		return err
	}
	r := report.Make(facts, a.lang)
	switch {
	case a.json():
		return a.writeJSON(a.reportInfo(r, c.Calendar.Location()))
	case a.output == "csv":
		return writeCSV(a.out, r)
	}
	a.printReport(a.reportInfo(r, c.Calendar.Location()))
	return nil
}

// configured finds a contract of the configuration.
func configured(cfg *config.Config, id string) (*config.Contract, error) {
	var ids []string
	for i := range cfg.Contracts {
		if cfg.Contracts[i].ID == id {
			return &cfg.Contracts[i], nil
		}
		ids = append(ids, cfg.Contracts[i].ID)
	}
	return nil, usage("--contract %q is not in the configuration; it has: %s", id, strings.Join(ids, ", "))
}

func periodOf(from, to string, zone *time.Location) (report.Period, error) {
	first, err := calendar.ParseDate(from)
	if err != nil {
		return report.Period{}, usage("--from %w", err)
	}
	last, err := calendar.ParseDate(to)
	if err != nil {
		return report.Period{}, usage("--to %w", err)
	}
	if last.Before(first) {
		return report.Period{}, usage("--to %s lies before --from %s", last, first)
	}
	return report.NewPeriod(first, last, zone), nil
}

// facts gathers what the report is made of.
func (a *app) facts(ctx context.Context, w *workspace, c *config.Contract, p report.Period) (f report.Facts, err error) {
	at, err := a.moment()
	if err != nil {
		return f, err
	}
	now, err := a.now()
	if err != nil {
		return f, err
	}
	q := report.Question{Connection: c.Connection, Contract: c.Contract, Period: p, Now: now, Past: !at.IsZero()}
	if f, err = q.Read(ctx, w.ledger); err != nil {
		return f, err
	}
	items, err := w.engine.Running(ctx, at)
	if err != nil {
		return f, err
	}
	for _, it := range items {
		if it.Connection == c.Connection && it.Contract == c.ID {
			f.Running = append(f.Running, it)
		}
	}
	f.Survey, err = w.engine.Survey(ctx, c.ID, p.Start, p.End, at)
	return f, err
}

// reportInfo is what `report -o json` gives.
type reportInfo struct {
	report.Report
	Exceptions []exceptionInfo `json:"exceptions"`
}

// exceptionInfo is a request that was an exception, with what is told of it to people: from what to what, by whom, when.
type exceptionInfo struct {
	report.Exception
	What string `json:"what,omitempty"`
}

func (a *app) reportInfo(r report.Report, zone *time.Location) reportInfo {
	info := reportInfo{Report: r, Exceptions: []exceptionInfo{}}
	for _, x := range r.Exceptions {
		what := ""
		switch {
		case x.Move != nil:
			what = a.tf("due date %s -> %s, %s", x.Move.From, x.Move.To, x.Move.By.Name) + ", " + a.stamp(x.Move.At.In(zone))
			if x.Move.Binding.IsZero() {
				what += " (" + a.t("not agreed") + ")"
			}
		case x.Lowering != nil:
			l := x.Lowering
			what = a.tf("%s -> %s by %s on %s; was due %s", l.From, l.To, l.By.Name, a.stamp(l.At.In(zone)), a.stamp(l.Due.In(zone)))
		case !x.Due.IsZero():
			what = a.tf("due %s", a.stamp(x.Due.In(zone)))
		}
		info.Exceptions = append(info.Exceptions, exceptionInfo{x, what})
	}
	return info
}
