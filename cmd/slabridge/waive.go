package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"

	"github.com/spf13/cobra"
)

// waiving is what `ledger waive` was asked for.
type waiving struct {
	filter            ledger.VerdictFilter
	cycle, by, reason string
}

func ledgerWaiveCmd(a *app) *cobra.Command {
	var ask waiving
	c := &cobra.Command{
		Use:   "waive ISSUE OBLIGATION",
		Short: "Excuse breaches; the verdict stays, with who excused it and why",
		Args:  cobra.ExactArgs(2),
		PreRunE: func(_ *cobra.Command, args []string) error {
			ask.filter.Issue, ask.filter.Obligation = strings.TrimPrefix(args[0], "#"), args[1]
			if ask.reason = strings.TrimSpace(ask.reason); ask.reason == "" {
				return usage("waive: say why it is excused: --reason TEXT")
			}
			return whoever(&ask.by, "waive", "excuses it")
		},
		// a running daemon need not be stopped for it: it adds to the ledger and changes nothing
		RunE: a.withWorkspace(reads, ask.waive),
	}
	flags := c.Flags()
	flags.StringVar(&ask.reason, "reason", "", "why it is excused; reports show it")
	flags.StringVar(&ask.by, "by", "", "who excuses it (default the user of this system)")
	flags.StringVar(&ask.filter.Contract, "contract", "", "of this contract, when several promise it")
	flags.StringVar(&ask.filter.Connection, "connection", "", "of this connection, when several have such an issue")
	flags.StringVar(&ask.cycle, "cycle", "", "this cycle alone (default every broken one that is not excused yet)")
	return c
}

// whoever takes the user of this system as the one who acts, unless a name is given.
func whoever(by *string, command, does string) error {
	if *by == "" {
		*by = os.Getenv("USER")
	}
	if u, err := user.Current(); *by == "" && err == nil {
		*by = u.Username
	}
	if *by == "" {
		return usage("%s: the system does not say who you are; say who %s: --by NAME", command, does)
	}
	return nil
}

// waiverInfo is one line of `ledger waive -o json`.
type waiverInfo struct {
	Connection string     `json:"connection"`
	Issue      string     `json:"issue"`
	Contract   string     `json:"contract"`
	Obligation string     `json:"obligation"`
	Cycle      string     `json:"cycle"`
	Due        *time.Time `json:"due"`
	Ended      *time.Time `json:"ended"`
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	Reason     string     `json:"reason"`
}

func (ask *waiving) waive(ctx context.Context, w *workspace, _ []string) error {
	verdicts, err := ask.breaches(ctx, w)
	if err != nil {
		return err
	}
	now := w.clock()
	waivers := make([]ledger.Waiver, len(verdicts))
	for i, v := range verdicts {
		waivers[i] = ledger.Waiver{
			Connection: v.Connection, Issue: v.Issue, Contract: v.Contract, Obligation: v.Obligation, Cycle: v.Cycle,
			By: ask.by, Reason: ask.reason,
		}
	}
	if err := w.ledger.Waive(ctx, now, waivers...); err != nil {
		return err
	}
	for _, v := range verdicts {
		zone := w.zone(v.Contract)
		if err := w.show(waiverInfo{
			Connection: v.Connection, Issue: v.IssueKey, Contract: v.Contract, Obligation: v.Obligation, Cycle: v.Cycle,
			Due: report.In(v.Due, zone), Ended: report.In(v.EndedAt, zone), By: ask.by, At: now.In(zone), Reason: ask.reason,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (i waiverInfo) text(p *page) {
	promise := p.ofContract(p.promise(p.contractOf(i.Contract), i.Obligation), i.Contract)
	p.linef("", "excused: %s %s%s, %s", typed(i.Issue), promise, p.period(i.Issue == "", i.Cycle), p.due(i.Due))
	p.linef(entryIndent, "by %s: %s", i.By, i.Reason)
}

// breaches finds the breaches that are meant, or says why there are none.
func (ask *waiving) breaches(ctx context.Context, w *workspace) ([]enforcer.Verdict, error) {
	var found []enforcer.Verdict
	var promisedBy []string // contracts with their connections
	for v, err := range enforcer.Latest(w.ledger.Verdicts(ctx, ask.filter)) {
		if err != nil {
			return nil, err
		}
		found = append(found, v)
		if by := v.Contract + " on " + v.Connection; !slices.Contains(promisedBy, by) {
			promisedBy = append(promisedBy, by)
		}
	}
	issue, obligation := typed(ask.filter.Issue), ask.filter.Obligation
	switch {
	case len(found) == 0:
		return nil, ask.noVerdict(ctx, w)
	case len(promisedBy) > 1:
		return nil, usage("issue %s: %s is promised by %s; say which with --contract (and --connection)",
			issue, obligation, strings.Join(promisedBy, " and by "))
	}
	waivers, err := w.ledger.Waivers(ctx, found[0].Connection, found[0].Contract)
	if err != nil {
		return nil, err
	}
	out := report.Excusable(found, waivers, ask.cycle)
	if len(out) > 0 {
		return out, nil
	}
	var have []string
	for _, v := range found {
		have = append(have, fmt.Sprintf("%s (%s)", v.Cycle, stateWord(&w.page, v.State)))
	}
	verdicts := strings.Join(have, ", ")
	if ask.cycle != "" {
		return nil, message.Errorf(
			"issue %s: %s has no verdict on cycle %q; it has: %s",
			issue,
			obligation,
			ask.cycle,
			verdicts,
		)
	}
	return nil, message.Errorf(
		"issue %s: %s has no breach that is not excused yet; verdicts: %s",
		issue,
		obligation,
		verdicts,
	)
}

// noVerdict says whether it is the issue or the obligation that nothing is known of.
func (ask *waiving) noVerdict(ctx context.Context, w *workspace) error {
	var judged []string
	filter := ask.filter
	filter.Obligation = ""
	for v, err := range enforcer.Latest(w.ledger.Verdicts(ctx, filter)) {
		if err != nil {
			return err
		}
		if !slices.Contains(judged, v.Obligation) {
			judged = append(judged, v.Obligation)
		}
	}
	issue, obligation := ask.filter.Issue, ask.filter.Obligation
	if len(judged) > 0 {
		return message.Errorf("issue %s: no verdict on %q; there is one on: %s",
			typed(issue), obligation, strings.Join(judged, ", "))
	}
	for _, c := range w.cfg.Connections {
		switch _, known, err := w.mirror.IDByKey(ctx, c.ID, issue); {
		case err != nil:
			return err
		case known:
			return message.Errorf("issue %s: no verdict on %q yet, nor on anything else", typed(issue), obligation)
		}
	}
	return message.Errorf("issue %q is not in the mirror", issue)
}
