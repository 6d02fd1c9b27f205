package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/ledger"
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
	facts, err := a.gather(ctx, w, c, p)
	if err != nil {
		return err
	}
	r := assemble(facts)
	switch {
	case a.json():
		return a.writeJSON(r)
	case a.output == "csv":
		return writeCSV(a.out, r)
	}
	a.printReport(r)
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

// period is a stretch of whole days in a contract's zone.
type period struct {
	from, to   calendar.Date // both included
	start, end time.Time     // [start, end)
}

func periodOf(from, to string, loc *time.Location) (period, error) {
	var p period
	var err error
	if p.from, err = calendar.ParseDate(from); err != nil {
		return p, usage("--from %w", err)
	}
	if p.to, err = calendar.ParseDate(to); err != nil {
		return p, usage("--to %w", err)
	}
	if p.to.Before(p.from) {
		return p, usage("--to %s lies before --from %s", p.to, p.from)
	}
	midnight := func(d calendar.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc) }
	p.start, p.end = midnight(p.from), midnight(p.to.AddDays(1))
	return p, nil
}

// gather reads what the report is made of.
func (a *app) gather(ctx context.Context, w *workspace, c *config.Contract, p period) (reportFacts, error) {
	f := reportFacts{contract: c.Contract, period: p, lang: a.lang}
	at, err := a.moment()
	if err != nil {
		return f, err
	}
	if f.now, err = a.now(); err != nil {
		return f, err
	}
	filter := ledger.VerdictFilter{Connection: c.Connection, Contract: c.ID, From: p.start}
	if !at.IsZero() {
		filter.From = time.Time{} // what was known then may since have moved out of the period
	}
	var last *ledger.Verdict
	for v, err := range w.ledger.Verdicts(ctx, filter) {
		if err != nil {
			return f, err
		}
		if v.JudgedAt.After(f.now) {
			continue // not known at --at
		}
		if last != nil && last.SameCycle(&v) {
			f.verdicts = f.verdicts[:len(f.verdicts)-1]
		}
		f.verdicts = append(f.verdicts, v)
		last = &v
	}
	if f.done, err = carriedOut(ctx, w.ledger, c); err != nil {
		return f, err
	}
	waivers, err := w.ledger.Waivers(ctx, c.Connection, c.ID)
	if err != nil {
		return f, err
	}
	for _, x := range waivers {
		if !x.At.After(f.now) {
			f.waivers = append(f.waivers, x)
		}
	}
	items, err := w.engine.Running(ctx, at)
	if err != nil {
		return f, err
	}
	for _, it := range items {
		if it.Connection == c.Connection && it.Contract == c.ID {
			f.running = append(f.running, it)
		}
	}
	survey, err := w.engine.Survey(ctx, c.ID, p.start, p.end, at)
	if err != nil {
		return f, err
	}
	f.received = survey.Requests
	f.accounts, f.exceptions = a.accounts(c.Contract, survey, c.Calendar.Location())
	return f, nil
}

// carriedOut tells when the due steps of the contract's escalations were written. What the tracker refused in part was
// not carried out, but for a priority, which no text promises.
func carriedOut(ctx context.Context, l *ledger.Ledger, c *config.Contract) (map[enforcer.StepKey]time.Time, error) {
	out := map[enforcer.StepKey]time.Time{}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if !o.Escalation {
			continue
		}
		for e, err := range l.List(ctx, ledger.Filter{Connection: c.Connection, Contract: c.ID, Obligation: o.ID, State: ledger.Done}, ledger.OldestFirst) {
			if err != nil {
				return nil, err
			}
			refused := e.Receipt != nil && slices.ContainsFunc(e.Receipt.Refused, func(r connectors.Refusal) bool { return r.Field != "priority" })
			if e.Key.Step == dueStep && !refused {
				out[e.Key] = e.ChangedAt
			}
		}
	}
	return out, nil
}
