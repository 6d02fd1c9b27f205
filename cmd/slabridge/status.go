package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

// rowsShown is how many cycles a person is shown unless they ask for more: those that are due next.
const rowsShown = 50

// cycleFilter chooses among the running cycles; what is empty chooses all.
type cycleFilter struct {
	contract, severity, assignee string
	within                       time.Duration // the deadline is within so much of the promise's own time, or passed
	overdue                      bool
	limit                        int
}

func statusCmd(a *app) *cobra.Command {
	var f cycleFilter
	c := a.withAt(&cobra.Command{
		Use:   "status",
		Short: "List running cycles, the soonest deadline first",
		Long: "List running cycles, the soonest deadline first, overdue ones among them: what is promised by which\n" +
			"clause, how much of its own time is left (working time, or plain time where it runs round the clock),\n" +
			"and whose it is. It reads the mirror and is true after the first sync.",
		PreRunE: func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("limit") && !a.json() {
				f.limit = rowsShown
			}
			switch {
			case f.within < 0:
				return usage("--within %s: write a length of time such as 8h or 30m", f.within)
			case f.limit < 0:
				return usage("--limit %d: write how many, or 0 for all", f.limit)
			}
			return nil
		},
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, _ []string) error {
			return showStatus(ctx, w, f)
		}),
	})
	flags := c.Flags()
	flags.StringVar(&f.contract, "contract", "", "of this contract")
	flags.StringVar(&f.severity, "severity", "", "of this severity, by its id")
	flags.StringVar(&f.assignee, "assignee", "",
		"of requests that this person has, by name or id; - for those nobody has")
	flags.DurationVar(&f.within, "within", 0,
		"with so little `time` left on the promise's clock, overdue ones too: 8h, 30m")
	flags.BoolVar(&f.overdue, "overdue", false, "whose deadline has passed")
	flags.IntVar(&f.limit, "limit", 0, message.Text("show so many; 0 for all (unless said, text shows %d)", rowsShown))
	return c
}

// cycleInfo is one line of `status -o json`.
type cycleInfo struct {
	Connection string              `json:"connection"`
	Issue      string              `json:"issue"`
	Subject    string              `json:"subject"`
	Contract   string              `json:"contract"`
	Severity   string              `json:"severity"`
	Obligation string              `json:"obligation"`
	Source     string              `json:"source"` // the clause
	Cycle      string              `json:"cycle"`
	State      enforcer.CycleState `json:"state"` // running or paused, or breached while nothing has ended it
	Started    time.Time           `json:"started"`
	Due        *time.Time          `json:"due"`
	RemainingS *int64              `json:"remaining_s"` // on the promise's own clock; null without a deadline
	Assignee   string              `json:"assignee"`    // "" for nobody
	Link       string              `json:"link"`        // "" where there is no page to look at
	assignee   string              // his id
	title      enforcer.Text       // of the severity
	whole      bool                // of a contract as a whole: its cycle is a period
	overdue    bool                // its deadline has passed, even if only outside its working hours so far
}

// cycleTable shows cycles to a person, as of now.
type cycleTable struct {
	rows     []cycleInfo
	more     int  // that are not shown
	filtered bool // not all that run were asked for
	resting  []restInfo
}

// restInfo is a connection whose tracker is left alone for now: what is shown of it is as it was before.
type restInfo struct {
	connection string
	until      time.Time
}

func showStatus(ctx context.Context, w *workspace, f cycleFilter) error {
	if err := f.known(w.cfg); err != nil {
		return err
	}
	items, err := w.engine.Running(ctx, w.asOf)
	if err != nil {
		return err
	}
	table, times := cycleTable{filtered: f.chooses()}, presents{}
	for _, c := range report.OpenCycles(items) {
		if f.contract != "" && c.Item.Contract != f.contract || f.severity != "" && c.Item.Severity != f.severity {
			continue
		}
		row, err := cycleRow(ctx, w, times, &c)
		if err == nil {
			err = row.lookUpAssignee(ctx, w, c.Item)
		}
		if err != nil {
			return err
		}
		switch {
		case !f.takes(&row):
		case f.limit > 0 && len(table.rows) == f.limit:
			table.more++
		default:
			table.rows = append(table.rows, row)
		}
	}
	if !w.json() {
		if table.resting, err = restInfos(ctx, w); err != nil {
			return err
		}
		return w.show(table)
	}
	for _, row := range table.rows {
		if err := w.writeJSON(row); err != nil {
			return err
		}
	}
	return nil
}

// restInfos lists the connections whose tracker is left alone now.
func restInfos(ctx context.Context, w *workspace) ([]restInfo, error) {
	var out []restInfo
	for _, c := range w.cfg.Connections {
		now, err := w.trackerTime(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		h, err := w.ledger.Health(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		if until := restingUntil(h, now); w.asOf.IsZero() && !until.IsZero() {
			out = append(out, restInfo{c.ID, until.In(w.home(c.ID))})
		}
	}
	return out, nil
}

// known refuses a contract or a severity that the configuration does not have: an empty list would mean that all is
// well.
func (f *cycleFilter) known(cfg *config.Config) error {
	var contracts, severities []string
	for _, c := range cfg.Contracts {
		contracts = append(contracts, c.ID)
		for _, s := range c.Severities {
			severities = append(severities, s.ID)
		}
	}
	slices.Sort(severities)
	for _, x := range []struct {
		flag, value string
		there       []string
	}{{"contract", f.contract, contracts}, {"severity", f.severity, slices.Compact(severities)}} {
		if x.value != "" && !slices.Contains(x.there, x.value) {
			return usage("--%s: there is no %q; choose from %s", x.flag, x.value, strings.Join(x.there, ", "))
		}
	}
	return nil
}

// chooses reports whether the filter leaves anything out.
func (f *cycleFilter) chooses() bool {
	return f.contract+f.severity+f.assignee != "" || f.overdue || f.within > 0
}

// takes reports whether the cycle passes the filter.
func (f *cycleFilter) takes(c *cycleInfo) bool {
	var left time.Duration
	if c.RemainingS != nil {
		left = time.Duration(*c.RemainingS) * time.Second
	}
	switch {
	case (f.overdue || f.within > 0) && c.RemainingS == nil,
		f.overdue && !c.overdue,
		f.within > 0 && left > f.within:
		return false
	case f.assignee == "-":
		return c.Assignee == ""
	}
	return f.assignee == "" || f.assignee == c.assignee || strings.EqualFold(f.assignee, c.Assignee)
}

// cycleRow looks up what a person wants to know of a cycle beside its deadline, but for who has the request.
func cycleRow(ctx context.Context, w *workspace, times presents, c *report.OpenCycle) (cycleInfo, error) {
	it := c.Item
	zone := w.zone(it.Contract)
	row := cycleInfo{
		Connection: it.Connection, Issue: c.Key(), Subject: it.Subject, Contract: it.Contract, Severity: it.Severity,
		Obligation: c.Obligation, Cycle: c.ID, State: c.State, Started: c.StartedAt.In(zone), Due: report.In(c.Due, zone),
		Link: w.issuePage(it.Connection, c.Key()), whole: c.OfContract(),
	}
	now, err := times.of(ctx, w, it.Connection)
	if err != nil {
		return row, err
	}
	row.overdue = c.Overdue(now)
	if contract := w.cfg.Contract(it.Contract); contract != nil {
		row.title = contract.SeverityTitle(it.Severity)
		if o := contract.Obligation(c.Obligation); o != nil {
			row.Source = o.Source
		}
		if left, ok := c.Left(contract.Contract, now); ok {
			seconds := int64(left / time.Second)
			row.RemainingS = &seconds
		}
	}
	return row, nil
}

// presents are the trackers' present times by connection, read once for all rows of a list.
type presents map[string]time.Time

func (p presents) of(ctx context.Context, w *workspace, connection string) (time.Time, error) {
	if now, known := p[connection]; known {
		return now, nil
	}
	now, err := w.trackerTime(ctx, connection)
	if err == nil {
		p[connection] = now
	}
	return now, err
}

// lookUpAssignee adds who has the request.
func (c *cycleInfo) lookUpAssignee(ctx context.Context, w *workspace, it *enforcer.AgendaItem) error {
	if it.Issue == "" {
		return nil
	}
	h, ok, err := w.mirror.History(ctx, it.Connection, it.Issue)
	if err != nil || !ok {
		return err
	}
	if !w.asOf.IsZero() {
		h = h.At(w.asOf)
	}
	people, err := w.names(ctx, it.Connection)
	if c.assignee = h.Issue.Values.One(connectors.FieldAssignee); c.assignee != "" {
		c.Assignee = people.of(connectors.FieldAssignee, c.assignee)
	}
	return err
}

func (t cycleTable) text(p *page) {
	for _, r := range t.resting {
		p.line(r.connection+": ", p.resting(r.until))
	}
	switch {
	case len(t.rows) == 0 && t.filtered:
		p.linef("", "no running cycle is of this kind")
	case len(t.rows) == 0:
		p.linef("", "no cycle is running")
	}
	left, widest := make([]string, len(t.rows)), 0
	for i, c := range t.rows {
		switch {
		case c.RemainingS == nil:
		case *c.RemainingS < 0:
			left[i] = p.tf("%s over", p.seconds(-*c.RemainingS))
		default:
			left[i] = p.tf("%s left", p.seconds(*c.RemainingS))
		}
		widest = max(widest, utf8.RuneCountInString(left[i]))
	}
	for i, c := range t.rows {
		due := p.t("no due")
		if c.Due != nil {
			due = p.stamp(*c.Due)
		}
		promise := p.promise(p.contractOf(c.Contract), c.Obligation)
		what := typed(c.Issue) + " " + colour(bold, promise) + p.period(c.whole, c.Cycle) + " (" + p.cited(c.Source) + ")"
		if c.State != enforcer.Running {
			what += " " + tint(c.State, stateWord(p, c.State))
		}
		p.line(fmt.Sprintf("%-27s  %-*s  ", due, widest, left[i]), what)
		if c.whole {
			p.detail("    ", p.contractTitle(c.Contract))
			continue
		}
		p.detail("    ", c.Subject)
		p.detail("    ", strings.Join([]string{c.title.In(p.lang), cmp.Or(c.Assignee, p.t("nobody has it"))}, ", "))
		if c.Link != "" {
			p.detail("    ", c.Link)
		}
	}
	if t.more > 0 {
		p.linef("", "and %d more: --limit 0 shows all", t.more)
	}
}
