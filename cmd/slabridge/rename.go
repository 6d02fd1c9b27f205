package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// renaming is what `ledger rename` was asked for.
type renaming struct {
	from, to, by string
	dryRun       bool
}

func ledgerRenameCmd(a *app) *cobra.Command {
	var ask renaming
	c := &cobra.Command{
		Use:   "rename OLD NEW",
		Short: "Keep a contract's entries when its id has changed",
		Long: "A contract whose id was changed in the configuration keeps its ledger: everything recorded under OLD is " +
			"NEW's from now on. Nothing that was recorded is changed; a record of its own says what the contract is called, " +
			"and the marks in the tracker stay known. It says first what it amounts to; --dry-run stops there. A running " +
			"slabridge goes on with its next pass, once it has the new configuration. 'ledger rename NEW OLD' takes it back.",
		Example: "  slabridge ledger rename kamal-acme kamal-2027 --dry-run\n  slabridge ledger rename kamal-acme kamal-2027",
		Args:    cobra.ExactArgs(2),
		PreRunE: func(_ *cobra.Command, args []string) error {
			ask.from, ask.to = args[0], args[1]
			return whoever(&ask.by, "rename", "renames it")
		},
		// a running daemon need not be stopped for it: it adds to the ledger and changes nothing
		RunE: a.withWorkspace(reads, ask.rename),
	}
	c.Flags().StringVar(&ask.by, "by", "", "who renames it (default the user of this system)")
	c.Flags().BoolVar(&ask.dryRun, "dry-run", false, "say what it amounts to and change nothing")
	return c
}

// renameInfo is what `ledger rename -o json` gives.
type renameInfo struct {
	From        string    `json:"from"`
	To          string    `json:"to"`
	Connection  string    `json:"connection"`
	Since       time.Time `json:"since"` // the first pass under the old id
	Entries     int       `json:"entries"`
	Open        int       `json:"open"` // entries that are decided and not done
	Verdicts    int       `json:"verdicts"`
	Running     int       `json:"running"`
	Obligations []string  `json:"obligations_not_in_new"` // that entries and verdicts are of
	Renamed     bool      `json:"renamed"`
}

func (ask *renaming) rename(ctx context.Context, w *workspace, _ []string) error {
	to, known, err := ask.find(ctx, w)
	if err != nil {
		return err
	}
	info, err := ask.amounts(ctx, w, to, known)
	if err != nil {
		return err
	}
	if !ask.dryRun {
		if err := w.ledger.Rename(ctx, w.clock(), ask.from, ask.to, ask.by); err != nil {
			return err
		}
		info.Renamed = true
	}
	return w.show(info)
}

// find gives the configured contract of the new id, and what the ledger knows of the old one; or says why that cannot
// be renamed.
func (ask *renaming) find(ctx context.Context, w *workspace) (*config.Contract, ledger.Cutover, error) {
	none := ledger.Cutover{}
	known, err := w.ledger.Contracts(ctx)
	if err != nil {
		return nil, none, err
	}
	recorded := func(id string) int {
		return slices.IndexFunc(known, func(c ledger.Cutover) bool { return c.Contract == id })
	}
	var configured, gone []string
	var to *config.Contract
	for i, c := range w.cfg.Contracts {
		if configured = append(configured, c.ID); c.ID == ask.to {
			to = &w.cfg.Contracts[i]
		}
	}
	for _, c := range known {
		if !slices.Contains(configured, c.Contract) {
			gone = append(gone, c.Contract)
		}
	}
	from := recorded(ask.from)
	switch {
	case to == nil:
		return nil, none, usage(
			"rename: no contract of the configuration has the id %q; change it there first; it has: %s", ask.to,
			strings.Join(configured, ", "))
	case slices.Contains(configured, ask.from):
		return nil, none, usage("rename: contract %q is still in the configuration; change its id there first", ask.from)
	case from < 0 && len(gone) == 0:
		return nil, none, usage("rename: the ledger has nothing of a contract %q, nor of any that the configuration lacks",
			ask.from)
	case from < 0:
		return nil, none, usage("rename: the ledger has nothing of a contract %q; in the ledger and in no configuration: %s",
			ask.from, strings.Join(gone, ", "))
	case recorded(ask.to) >= 0:
		return nil, none, usage("rename: the ledger has entries of %q already: two contracts do not become one", ask.to)
	case to.Connection != known[from].Connection:
		return nil, none, usage("rename: %q is on connection %q, and what is recorded of %q is of %q",
			ask.to, to.Connection, ask.from, known[from].Connection)
	}
	return to, known[from], nil
}

// amounts counts what is recorded under the old id.
func (ask *renaming) amounts(
	ctx context.Context, w *workspace, to *config.Contract, known ledger.Cutover,
) (renameInfo, error) {
	info := renameInfo{
		From: ask.from, To: ask.to, Connection: known.Connection, Since: *report.In(known.FirstPassAt, to.Zone()),
		Obligations: []string{},
	}
	seen := func(obligation string) {
		own := obligation == enforcer.Upkeep || obligation == enforcer.Watch
		if !own && to.Obligation(obligation) == nil && !slices.Contains(info.Obligations, obligation) {
			info.Obligations = append(info.Obligations, obligation)
		}
	}
	for e, err := range w.ledger.List(ctx, ledger.Filter{Contract: ask.from}, ledger.OldestFirst) {
		if err != nil {
			return info, err
		}
		if info.Entries++; e.State.Open() {
			info.Open++
		}
		seen(e.Key.Obligation)
	}
	for v, err := range enforcer.Latest(w.ledger.Verdicts(ctx, ledger.VerdictFilter{Contract: ask.from})) {
		if err != nil {
			return info, err
		}
		info.Verdicts++
		seen(v.Obligation)
	}
	running, err := w.ledger.Running(ctx)
	for _, it := range running {
		if it.Contract != ask.from {
			continue
		}
		for _, c := range it.Cycles {
			if c.State == enforcer.Running || c.State == enforcer.Paused {
				info.Running++
			}
		}
	}
	slices.Sort(info.Obligations)
	return info, err
}

func (i renameInfo) text(p *page) {
	p.linef("", "what is recorded of %s on %s becomes %s's:", i.From, i.Connection, i.To)
	p.linef("  ", "entries: %d, of them decided and not done: %d; judged: %d; running now: %d",
		i.Entries, i.Open, i.Verdicts, i.Running)
	p.linef("  ", "enforced since %s, as before: nothing is written twice, and nothing that is judged is judged again",
		p.moment(i.Since))
	if len(i.Obligations) > 0 {
		p.linef("! ", "%s has no obligation of these ids, of which something is recorded: %s; is it the same contract?",
			i.To, strings.Join(i.Obligations, ", "))
	}
	if !i.Renamed {
		p.linef("", "nothing was changed")
		return
	}
	p.linef("", "renamed; the next pass goes on under the new id")
}

// tellVanished tells `check` of contracts that are in the ledger and in no configuration: nothing is written meanwhile.
func tellVanished(ctx context.Context, w *workspace) error {
	vanished, err := w.engine.Vanished(ctx)
	if err != nil {
		return err
	}
	for _, v := range vanished {
		if err := w.show(vanishedInfo{
			warning{Level: "error", Path: "contracts", Contract: v.Contract, Message: v.Why().In(w.lang)},
		}); err != nil {
			return err
		}
	}
	if len(vanished) > 0 {
		return usageError{message.New("nothing is written: the ledger and the configuration name different contracts")}
	}
	return nil
}

// vanishedInfo is a contract of the ledger that the configuration lacks.
type vanishedInfo struct{ warning }

func (i vanishedInfo) text(p *page) { p.line(colour(red, "! "), i.Message) }
