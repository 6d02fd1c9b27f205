package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

func ledgerCmd(a *app) *cobra.Command {
	c := group(&cobra.Command{Use: "ledger", Short: "What was decided and done, and what is held"})
	c.AddCommand(
		ledgerWaiveCmd(a), ledgerAgreeCmd(a), ledgerHoldCmd(a), ledgerAlarmsCmd(a), ledgerSettleCmd(a), ledgerListCmd(a),
		ledgerRevertCmd(a), ledgerRenameCmd(a), ledgerReconcileCmd(a), ledgerVerifyCmd(a),
		&cobra.Command{
			Use: "show ID", Short: "Show an entry with its whole history", Args: cobra.ExactArgs(1),
			RunE: a.withWorkspace(reads, showEntry),
		},
		moveCmd(a, "release", "Let held entries go; the next pass decides again and writes them", moving{
			from: enforcer.Held, move: (*ledger.Ledger).Release,
			did: "entries released: %d; the next pass decides again and writes them",
		}),
		ledgerRetryCmd(a))
	return c
}

func ledgerRetryCmd(a *app) *cobra.Command {
	var atOnce bool
	sendable := func(e ledger.Entry) time.Time {
		if atOnce {
			return time.Time{}
		}
		return outbox.SendableFrom(e)
	}
	c := moveCmd(a, "retry", "Try refused entries again in the next pass", moving{
		from: enforcer.Refused, did: "entries to be tried again in the next pass: %d",
		move: func(l *ledger.Ledger, ctx context.Context, now time.Time, f ledger.Filter) ([]ledger.Entry, error) {
			return l.Retry(ctx, now, f, sendable)
		},
	})
	c.Flags().BoolVar(&atOnce, "at-once", false, "also what was refused within five minutes: its comment is not there")
	return c
}

// choice is which entries of the ledger a command is about.
type choice struct {
	ledger.Filter
	all          bool
	since, until string
}

// flags adds the flags that choose entries.
func (f *choice) flags(c *cobra.Command) *cobra.Command {
	flags := c.Flags()
	flags.StringVar(&f.ID, "id", "", "one entry")
	flags.StringVar(&f.Contract, "contract", "", "of this contract")
	flags.StringVar(&f.Obligation, "obligation", "", "of this obligation")
	flags.StringVar(&f.Step, "step", "", "of this step: start, warn-50, due")
	flags.StringVar(&f.Reason, "reason", "", "in their state for this reason, by its code: storm, rights, hold")
	flags.StringVar(&f.Issue, "issue", "", "of this issue")
	flags.StringVar(&f.Connection, "connection", "", "of this connection")
	flags.StringVar(&f.since, "since", "", "recorded at or after this `moment` (RFC 3339, with offset)")
	flags.StringVar(&f.until, "until", "", "recorded before this `moment`")
	c.PreRunE = func(*cobra.Command, []string) (err error) {
		if f.since != "" {
			if f.Since, err = parseMoment("--since", f.since); err != nil {
				return err
			}
		}
		if f.until != "" {
			f.Until, err = parseMoment("--until", f.until)
		}
		return err
	}
	return c
}

// flagsToMove adds the flags of a command that does something to the entries. It is done to all only when that is said:
// which names the flags by which a part can be chosen.
func (f *choice) flagsToMove(c *cobra.Command, dryRun *bool, which string) *cobra.Command {
	f.flags(c).Flags().BoolVar(&f.all, "all", false, "all of them, when no filter is given")
	c.Flags().BoolVar(dryRun, "dry-run", false, "show which they are and change nothing")
	parse := c.PreRunE
	c.PreRunE = func(cmd *cobra.Command, args []string) error {
		if err := parse(cmd, args); err != nil {
			return err
		}
		if (f.Filter == ledger.Filter{}) && !f.all {
			return usage("give a filter (%s), or --all", which)
		}
		return nil
	}
	return c
}

func ledgerListCmd(a *app) *cobra.Command {
	var f choice
	var state string
	var summary bool
	c := f.flags(&cobra.Command{
		Use: "list", Short: "List entries, oldest first; those that are held with a summary",
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, _ []string) error {
			return listEntries(ctx, w, f.Filter, summary)
		}),
	})
	c.Flags().StringVar(&state, "state", "",
		"in this state: intended, waiting, held, sent, done, refused, past, overtaken, needless, withdrawn")
	c.Flags().BoolVar(&summary, "summary", false, "only the summary: how many of each step, since when, with examples")
	parse := c.PreRunE
	c.PreRunE = func(cmd *cobra.Command, args []string) error {
		if f.State = enforcer.EntryState(state); state != "" && !slices.Contains(enforcer.EntryStates, f.State) {
			return usage("--state %q: there is no such state; see 'slabridge ledger list --help'", state)
		}
		return parse(cmd, args)
	}
	return c
}

// listEntries shows entries, and groups of those that are held: a human judges them together.
func listEntries(ctx context.Context, w *workspace, f ledger.Filter, summary bool) error {
	if !summary {
		if err := showEntries(ctx, w, f); err != nil {
			return err
		}
	}
	if !summary && (f.State != enforcer.Held || w.json()) {
		return nil
	}
	n, err := showGroups(ctx, w, f)
	if summary && n == 0 && err == nil {
		tellNoEntry(w, f)
	}
	return err
}

// tellNoEntry says to a person that there is nothing to list.
func tellNoEntry(w *workspace, f ledger.Filter) {
	switch {
	case w.json():
	case f == ledger.Filter{}:
		w.linef("", "the ledger has no entry yet")
	default:
		w.linef("", "no entry is of this kind")
	}
}

// showEntries shows entries. What was over before enforcement began is only counted for a person who did not ask for
// it: of a tracker's first day it is nearly all there is.
func showEntries(ctx context.Context, w *workspace, f ledger.Filter) error {
	past, shown := 0, 0
	for e, err := range entriesOf(ctx, w, f) {
		switch {
		case err != nil:
			return err
		case e.State == string(enforcer.Past) && !w.json() && f.State == "" && f.ID == "":
			past++
		default:
			shown++
			if err := w.show(e); err != nil {
				return err
			}
		}
	}
	switch {
	case past > 0:
		w.linef("", "past entries, not shown: %d; --state past shows them", past)
	case shown == 0:
		tellNoEntry(w, f)
	}
	return nil
}

// entriesOf lists entries with the reasons for which they were decided.
func entriesOf(ctx context.Context, w *workspace, f ledger.Filter) func(yield func(writeInfo, error) bool) {
	return func(yield func(writeInfo, error) bool) {
		for e, err := range w.ledger.List(ctx, f, ledger.OldestFirst) {
			if err != nil {
				yield(writeInfo{}, err)
				return
			}
			one := []ledger.Entry{e}
			if err := w.decided(ctx, one); err != nil {
				yield(writeInfo{}, err)
				return
			}
			if !yield(w.info(ctx, one[0])) {
				return
			}
		}
	}
}

// showGroups shows groups of entries, and counts the entries.
func showGroups(ctx context.Context, w *workspace, f ledger.Filter) (n int, err error) {
	groups, err := ledger.Summarize(w.ledger.List(ctx, f, ledger.OldestFirst))
	if err != nil {
		return 0, err
	}
	for i := range groups {
		info, err := w.groupInfo(ctx, &groups[i])
		if err != nil {
			return n, err
		}
		if err := w.show(info); err != nil {
			return n, err
		}
		n += info.Entries
	}
	return n, nil
}

// moving is how `ledger release` and `ledger retry` move entries.
type moving struct {
	from enforcer.EntryState
	move func(*ledger.Ledger, context.Context, time.Time, ledger.Filter) ([]ledger.Entry, error)
	did  phrase
}

func moveCmd(a *app, use string, short phrase, m moving) *cobra.Command {
	var f choice
	var dryRun bool
	return f.flagsToMove(&cobra.Command{
		Use: use, Short: string(short),
		// a running daemon need not be stopped for it: the ledger refuses what is stale
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, _ []string) error {
			if dryRun {
				f.State = m.from
				return wouldMove(ctx, w, f.Filter)
			}
			return moveEntries(ctx, w, f.Filter, m)
		}),
	}, &dryRun, "--id, --issue, --obligation, --step, --reason, --contract, --connection, --since, --until")
}

// wouldMove shows what would be moved.
func wouldMove(ctx context.Context, w *workspace, f ledger.Filter) error {
	if w.json() {
		return showEach(&w.page, entriesOf(ctx, w, f))
	}
	n, err := showGroups(ctx, w, f)
	if err == nil {
		w.linef("", "entries that would be moved: %d; nothing was changed", n)
	}
	return err
}

func moveEntries(ctx context.Context, w *workspace, f ledger.Filter, m moving) error {
	entries, err := m.move(w.ledger, ctx, w.clock(), f)
	if err != nil {
		return err
	}
	infos, err := w.infos(ctx, entries)
	if err != nil {
		return err
	}
	if w.json() || len(infos) <= few {
		for _, i := range infos {
			if err := w.show(i); err != nil {
				return err
			}
		}
	}
	if !w.json() {
		w.linef("", m.did, len(infos))
		tellWaiting(w, entries)
	}
	return nil
}

// tellWaiting says of moved entries how many of them are not sent yet in the next pass.
func tellWaiting(w *workspace, entries []ledger.Entry) {
	var n int
	var last time.Time
	for _, e := range entries {
		if !e.NotBefore.After(w.clock()) {
			continue
		}
		if n++; e.NotBefore.After(last) {
			last = e.NotBefore
		}
	}
	if n > 0 {
		w.linef("  ", "of these wait until %s at most, as their comment may stand whatever the tracker answered: %d",
			w.stamp(last), n)
	}
}
