package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

func (a *app) ledgerCmd() *cobra.Command {
	c := group(&cobra.Command{Use: "ledger", Short: "What was decided and done, and what is held"})
	var f ledger.Filter
	var state, since, until string
	filters := func(c *cobra.Command, withState bool) *cobra.Command {
		flags := c.Flags()
		flags.StringVar(&f.ID, "id", "", "one entry")
		flags.StringVar(&f.Contract, "contract", "", "of this contract")
		flags.StringVar(&f.Obligation, "obligation", "", "of this obligation")
		flags.StringVar(&f.Step, "step", "", "of this step: start, warn-50, due")
		flags.StringVar(&f.Reason, "reason", "", "in their state for this reason, by its code: storm, rights, hold")
		flags.StringVar(&f.Issue, "issue", "", "of this issue")
		flags.StringVar(&f.Connection, "connection", "", "of this connection")
		flags.StringVar(&since, "since", "", "recorded at or after this `moment` (RFC 3339, with offset)")
		flags.StringVar(&until, "until", "", "recorded before this `moment`")
		c.PreRunE = func(*cobra.Command, []string) (err error) {
			if since != "" {
				if f.Since, err = parseMoment("--since", since); err != nil {
					return err
				}
			}
			if until != "" {
				f.Until, err = parseMoment("--until", until)
			}
			return err
		}
		if withState {
			flags.StringVar(&state, "state", "", "in this state: intended, waiting, held, sent, done, refused, past, overtaken, needless, withdrawn")
		}
		return c
	}
	var m moving
	var summary, yes bool
	confirm := func(c *cobra.Command) *cobra.Command {
		filters(c, false).Flags().BoolVar(&m.all, "all", false, "all of them, when no filter is given")
		c.Flags().BoolVar(&m.dryRun, "dry-run", false, "show which they are and change nothing")
		return c
	}
	revertCmd := confirm(&cobra.Command{
		Use: "revert", Short: "Take back reassignments and priorities that nobody touched since, and correct comments; shows the plan first",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.ledgerRevert(cmd.Context(), f, m.all, yes) },
	})
	revertCmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	list := filters(&cobra.Command{
		Use: "list", Short: "List entries, oldest first; those that are held with a summary", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.State = ledger.State(state); state != "" && !known(f.State) {
				return usage("--state %q: there is no such state; see 'slabridge ledger list --help'", state)
			}
			return a.ledgerList(cmd.Context(), f, summary)
		},
	}, true)
	list.Flags().BoolVar(&summary, "summary", false, "only the summary: how many of each step, since when, with examples")
	c.AddCommand(
		a.ledgerWaiveCmd(), a.ledgerAlarmsCmd(), a.ledgerSettleCmd(),
		list,
		&cobra.Command{
			Use: "show ID", Short: "Show an entry with its whole history", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return a.ledgerShow(cmd.Context(), args[0]) },
		},
		confirm(&cobra.Command{
			Use: "release", Short: "Let held entries go; the next pass decides again and writes them", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				m.from, m.move = ledger.Held, (*ledger.Ledger).Release
				return a.ledgerMove(cmd.Context(), f, m, "entries released: %d; the next pass decides again and writes them")
			},
		}),
		revertCmd,
		confirm(&cobra.Command{
			Use: "retry", Short: "Try refused entries again in the next pass", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				m.from, m.move = ledger.Refused, (*ledger.Ledger).Retry
				return a.ledgerMove(cmd.Context(), f, m, "entries to be tried again in the next pass: %d")
			},
		}))
	return c
}

func known(s ledger.State) bool {
	for _, k := range ledger.States {
		if s == k {
			return true
		}
	}
	return false
}

// directories reads the names of every connection once.
func (w *workspace) directories(ctx context.Context) (map[string]names, error) {
	out := map[string]names{}
	for _, c := range w.cfg.Connections {
		d, _, err := w.mirror.Directory(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		out[c.ID] = namesOf(d)
	}
	return out, nil
}

func (a *app) ledgerList(ctx context.Context, f ledger.Filter, summary bool) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	if !summary {
		if err := a.listEntries(ctx, w, f); err != nil {
			return err
		}
	}
	if summary || f.State == ledger.Held && !a.json() {
		groups, err := ledger.Summarize(w.ledger.List(ctx, f, ledger.OldestFirst))
		if err != nil {
			return err
		}
		return a.summarize(ctx, w, groups)
	}
	return nil
}

func (a *app) listEntries(ctx context.Context, w *workspace, f ledger.Filter) error {
	dirs, err := w.directories(ctx)
	if err != nil {
		return err
	}
	zone := w.zone()
	for e, err := range w.ledger.List(ctx, f, ledger.OldestFirst) {
		if err != nil {
			return err
		}
		one := []ledger.Entry{e}
		if err := w.decided(ctx, one); err != nil {
			return err
		}
		i := a.info(one[0], dirs[e.Key.Connection], zone(e.Key.Contract))
		if a.json() {
			if err := a.writeJSON(i); err != nil {
				return err
			}
			continue
		}
		a.printEntry(i, false)
	}
	return nil
}

// entryHistory is what `ledger show -o json` gives.
type entryHistory struct {
	writeInfo
	Facts    ledger.Facts   `json:"facts"`
	History  []entryMove    `json:"history"`
	Requests []entryRequest `json:"requests"`
}

type entryMove struct {
	At     time.Time `json:"at"`
	State  string    `json:"state"`
	Reason string    `json:"reason"`
}

type entryRequest struct {
	ID      string          `json:"id"`
	Began   time.Time       `json:"began"`
	Ended   *time.Time      `json:"ended"`
	Mark    string          `json:"mark,omitempty"`
	Answers []requestAnswer `json:"answers"`
}

type requestAnswer struct {
	At      time.Time           `json:"at"`
	Watcher string              `json:"watcher,omitempty"`
	Outcome string              `json:"outcome"`
	Error   string              `json:"error,omitempty"`
	Receipt *connectors.Receipt `json:"receipt,omitempty"`
}

func (a *app) ledgerShow(ctx context.Context, id string) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	e, err := w.ledger.Get(ctx, id)
	if err != nil {
		return err
	}
	dirs, err := w.directories(ctx)
	if err != nil {
		return err
	}
	loc := w.zone()(e.Key.Contract)
	out := entryHistory{writeInfo: a.info(e, dirs[e.Key.Connection], loc), Facts: e.Facts}
	history, err := w.ledger.History(ctx, id)
	if err != nil {
		return err
	}
	for _, t := range history {
		out.History = append(out.History, entryMove{t.At.In(loc), string(t.State), reasonText(t.Reason.Text.In(a.lang), t.Reason.Code)})
	}
	issue := e.Key.Issue
	if e.Write != nil {
		issue = e.Write.Issue // a duty's entry has none of its own, but for the one that its contract had made
	}
	requests, err := w.ledger.Writes(ctx, e.Key.Connection, issue)
	if err != nil {
		return err
	}
	for _, r := range requests {
		for _, of := range r.Entries {
			if of == id {
				out.Requests = append(out.Requests, requestOf(r, loc))
			}
		}
	}
	if a.json() {
		return a.writeJSON(out)
	}
	a.printEntry(out.writeInfo, true)
	a.wrap("    "+a.t("rule: "), out.Facts.Rule)
	a.wrap("    ", a.tf("contract version %s, calendar data of %s", out.Facts.Version, out.Facts.Calendar))
	for _, why := range out.Facts.Why {
		a.wrap("    ", why)
	}
	for _, m := range out.History {
		a.wrap("    "+a.stamp(m.At)+"  ", m.State+": "+m.Reason)
	}
	for _, r := range out.Requests {
		for _, x := range r.Answers {
			a.wrap("    "+a.stamp(x.At)+"  ", a.tf("request %s: %s", r.ID, x.Outcome)+" "+x.Error)
		}
	}
	return nil
}

func requestOf(r ledger.Write, loc *time.Location) entryRequest {
	out := entryRequest{ID: r.ID, Began: r.BeganAt.In(loc), Mark: r.Mark, Answers: []requestAnswer{}}
	if !r.EndedAt.IsZero() {
		ended := r.EndedAt.In(loc)
		out.Ended = &ended
	}
	for _, x := range r.Answers {
		outcome := "accepted"
		if x.Class != 0 {
			outcome = x.Class.String()
		}
		out.Answers = append(out.Answers, requestAnswer{x.At.In(loc), x.Watcher, outcome, x.Error, x.Receipt})
	}
	return out
}

// moving is how `ledger release` and `ledger retry` move entries.
type moving struct {
	all, dryRun bool
	from        ledger.State
	move        func(*ledger.Ledger, context.Context, time.Time, ledger.Filter) ([]ledger.Entry, error)
}

func (a *app) ledgerMove(ctx context.Context, f ledger.Filter, m moving, did phrase) error {
	if (f == ledger.Filter{}) && !m.all {
		return usage("give a filter (--id, --issue, --obligation, --step, --reason, --contract, --connection, --since, --until), or --all")
	}
	w, err := a.open(ctx, reads) // a running daemon need not be stopped for it: the ledger refuses what is stale
	if err != nil {
		return err
	}
	defer w.close()
	if m.dryRun {
		f.State = m.from
		if a.json() {
			return a.listEntries(ctx, w, f)
		}
		groups, err := ledger.Summarize(w.ledger.List(ctx, f, ledger.OldestFirst))
		if err != nil {
			return err
		}
		if err := a.summarize(ctx, w, groups); err != nil {
			return err
		}
		n := 0
		for _, g := range groups {
			n += g.Entries
		}
		a.wrap("", a.tf("entries that would be moved: %d; nothing was changed", n))
		return nil
	}
	entries, err := m.move(w.ledger, ctx, a.clock(), f)
	if err != nil {
		return err
	}
	dirs, err := w.directories(ctx)
	if err != nil {
		return err
	}
	zone := w.zone()
	for _, e := range entries {
		i := a.info(e, dirs[e.Key.Connection], zone(e.Key.Contract))
		if a.json() {
			if err := a.writeJSON(i); err != nil {
				return err
			}
			continue
		}
		if len(entries) <= few {
			a.printEntry(i, false)
		}
	}
	if !a.json() {
		a.wrap("", a.tf(did, len(entries)))
	}
	return nil
}
