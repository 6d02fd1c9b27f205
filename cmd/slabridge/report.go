package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/report"
)

// Who reads a report.
const (
	forStaff    = "staff"
	forCustomer = "customer"
)

// reporting is what `report` was asked for.
type reporting struct{ command, contract, from, to, reader string }

func reportCmd(a *app) *cobra.Command {
	ask := reporting{command: "report"}
	c := a.withAt(&cobra.Command{
		Use:   "report --contract ID --from DATE --to DATE",
		Short: "Tell what a contract promised and what was kept",
		Long: "Tells what a contract promised in a period and what was kept, from the verdicts in the ledger. A cycle " +
			"belongs to\nthe period in which its verdict was reached: a broken one to that of its deadline. Besides text and " +
			"json, -o csv writes\none row for each cycle, and -o html one file that prints well, with the evidence of " +
			"each breach.\n\n--for customer leaves out what is not the customer's: internal comments and the names of staff.",
		Annotations: map[string]string{filesToo: "yes"},
		PreRunE:     func(*cobra.Command, []string) error { return ask.complete() },
		RunE:        a.withWorkspace(reads, ask.report),
	})
	ask.flags(c.Flags())
	return c
}

// flags are those that say of what the report is, and for whom.
func (ask *reporting) flags(f *pflag.FlagSet) {
	f.StringVar(&ask.contract, "contract", "", "the configured contract's `id`")
	f.StringVar(&ask.from, "from", "", "first `day`, in the contract's zone: 2026-01-01")
	f.StringVar(&ask.to, "to", "", "last `day`, included")
	f.StringVar(&ask.reader, "for", forStaff, message.Text("who reads it: %s or %s", forStaff, forCustomer))
}

func (ask *reporting) complete() error {
	for _, flag := range [][2]string{{"--contract", ask.contract}, {"--from", ask.from}, {"--to", ask.to}} {
		if flag[1] == "" {
			return usage("%s: %s is missing; write "+
				"'slabridge %s --contract ID --from 2026-01-01 --to 2026-03-31'", ask.command, flag[0], ask.command)
		}
	}
	if ask.reader != forStaff && ask.reader != forCustomer {
		return usage("--for %q: write %s or %s", ask.reader, forStaff, forCustomer)
	}
	return nil
}

func (ask *reporting) report(ctx context.Context, w *workspace, _ []string) error {
	made, err := ask.make(ctx, w)
	if err != nil {
		return err
	}
	switch w.output {
	case "csv":
		return writeCSV(w.out, made.Report)
	case "html":
		return made.writeHTML(ctx)
	}
	return w.show(made.reportInfo)
}

// make works the report out.
func (ask *reporting) make(ctx context.Context, w *workspace) (*htmlReport, error) {
	c := w.cfg.Contract(ask.contract)
	if c == nil {
		return nil, usage("--contract %q is not in the configuration; it has: %s", ask.contract,
			strings.Join(idsOf(w.cfg), ", "))
	}
	zone := c.Zone()
	p, err := periodOf(ask.from, ask.to, zone)
	if err != nil {
		return nil, err
	}
	facts, err := reportFacts(ctx, w, c, p)
	if err != nil {
		return nil, err
	}
	r := report.Make(facts, w.lang)
	if ask.reader == forCustomer {
		r = report.ForCustomer(r, w.t("the provider's staff"), facts.Survey.Shown)
	}
	info := reportInfoOf(&w.page, r, zone, w.pages(c.Connection))
	info.contract = facts.Contract
	return &htmlReport{workspace: w, reportInfo: info, facts: &facts, customer: ask.reader == forCustomer}, nil
}

// idsOf lists the configured contracts.
func idsOf(cfg *config.Config) (out []string) {
	for i := range cfg.Contracts {
		out = append(out, cfg.Contracts[i].ID)
	}
	return out
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

// reportFacts gathers what the report is made of.
func reportFacts(ctx context.Context, w *workspace, c *config.Contract, p report.Period) (report.Facts, error) {
	now, err := w.trackerTime(ctx, c.Connection)
	if err != nil {
		return report.Facts{}, err
	}
	q := report.Question{Connection: c.Connection, Contract: c.Contract, Period: p, Now: now, Past: !w.asOf.IsZero()}
	f, err := q.Read(ctx, w.ledger)
	if err != nil {
		return f, err
	}
	if f.Running, err = w.engine.Running(ctx, w.asOf); err != nil {
		return f, err
	}
	f.Survey, err = w.engine.Survey(ctx, c.ID, p.Start, p.End, w.asOf)
	return f, err
}

// reportInfo is what `report -o json` gives.
type reportInfo struct {
	report.Report
	Rule       string          `json:"rule"` // how the counts and shares of the obligations are to be read
	Exceptions []exceptionInfo `json:"exceptions"`

	contract *enforcer.Contract
}

// countingRule says in words how a report counts.
const countingRule phrase = "Each cycle is counted once. Kept: done in time, by whomever the contract leaves it to. " +
	"Escalated: the contract promises exactly what slabridge did at the due, whole and within 10 minutes. Breached: " +
	"neither; an excused breach stays one. Not judged: due before slabridge watched, or not to be judged because of a " +
	"fault. The share is kept and escalated among kept, escalated and breached."

// exceptionInfo is a request that was an exception, with what is told of it to people: from what to what, by whom,
// when.
type exceptionInfo struct {
	report.Exception
	What string `json:"what,omitempty"`
}

// moveNote says what became of a date that was moved, and on what it rests.
func moveNote(p *page, m *enforcer.Move, zone *time.Location) string {
	switch {
	case m.Past:
		return p.t("in the past: it binds nothing")
	case m.Binding.IsZero():
		return p.t("not agreed")
	}
	return restsText(p, &m.Rests, zone)
}

// movedNote says how staff moved a request.
func movedNote(p *page, m *enforcer.StaffMove, zone *time.Location) string {
	text := p.tf("out of the contract on %s by %s", p.moment(m.At.In(zone)), m.By.Name)
	switch {
	case m.In:
		return p.tf("into the contract on %s by %s", p.moment(m.At.In(zone)), m.By.Name)
	case m.Back:
		return text + ", " + p.t("and back")
	}
	return text
}

// reportInfoOf words a report. link gives the address of an issue's event in the tracker, "" where there is none.
func reportInfoOf(p *page, r report.Report, zone *time.Location, link func(issue, event string) string) reportInfo {
	info := reportInfo{Report: r, Rule: p.t(countingRule), Exceptions: []exceptionInfo{}}
	for _, x := range r.Exceptions {
		what := ""
		switch {
		case x.Move != nil:
			what = p.tf("due date %s -> %s, %s", x.Move.From, x.Move.To, x.Move.By.Name) + ", " + p.moment(x.Move.At.In(zone))
			what += " (" + moveNote(p, x.Move, zone) + ")"
		case x.Date != "":
			what = p.tf("due date %s", x.Date)
			if x.Kind == report.DateSetLate {
				what = p.tf("due date %s, binding at the next close: %s", x.Date, p.moment(x.Due.In(zone)))
			}
		case x.Lowering != nil:
			l := x.Lowering
			what = p.tf("%s -> %s by %s on %s; was due %s",
				l.From, l.To, l.By.Name, p.moment(l.At.In(zone)), p.moment(l.Due.In(zone)))
		case x.Silence != nil:
			what = p.tf("%s - %s, resolved by %s",
				p.moment(x.Silence.Resolved.In(zone)), p.moment(x.Silence.Reopened.In(zone)), x.Silence.By.Name)
		case x.Moved != nil:
			what = movedNote(p, x.Moved, zone)
		case !x.Due.IsZero():
			what = p.tf("due %s", p.moment(x.Due.In(zone)))
		}
		x.Events = slices.Clone(x.Events)
		for i := range x.Events {
			x.Events[i].At, x.Events[i].Link = x.Events[i].At.In(zone), link(x.IssueKey, x.Events[i].Event)
		}
		info.Exceptions = append(info.Exceptions, exceptionInfo{x, what})
	}
	return info
}
