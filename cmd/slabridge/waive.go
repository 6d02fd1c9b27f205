package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// waiving is what `ledger waive` was asked for.
type waiving struct {
	filter            ledger.VerdictFilter
	cycle, by, reason string
}

func (a *app) ledgerWaiveCmd() *cobra.Command {
	var w waiving
	c := &cobra.Command{
		Use:   "waive ISSUE OBLIGATION",
		Short: "Excuse breaches: the verdict stays, and reports say who excused it and why",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.filter.Issue, w.filter.Obligation = strings.TrimPrefix(args[0], "#"), args[1]
			return a.ledgerWaive(cmd.Context(), w)
		},
	}
	flags := c.Flags()
	flags.StringVar(&w.reason, "reason", "", "why it is excused; reports show it")
	flags.StringVar(&w.by, "by", "", "who excuses it (default the user of this system)")
	flags.StringVar(&w.filter.Contract, "contract", "", "of this contract, when several promise it")
	flags.StringVar(&w.filter.Connection, "connection", "", "of this connection, when several have such an issue")
	flags.StringVar(&w.cycle, "cycle", "", "this cycle alone (default every broken one that is not excused yet)")
	return c
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

func (a *app) ledgerWaive(ctx context.Context, what waiving) error {
	if what.reason = strings.TrimSpace(what.reason); what.reason == "" {
		return usage("waive: say why it is excused: --reason TEXT")
	}
	if what.by == "" {
		what.by = systemUser()
	}
	if what.by == "" {
		return usage("waive: the system does not say who you are; say who excuses it: --by NAME")
	}
	w, err := a.open(ctx, reads) // a running daemon need not be stopped for it: it adds to the ledger and changes nothing
	if err != nil {
		return err
	}
	defer w.close()
	verdicts, err := w.toWaive(ctx, what)
	if err != nil {
		return err
	}
	now := a.clock()
	waivers := make([]ledger.Waiver, len(verdicts))
	for i, v := range verdicts {
		waivers[i] = ledger.Waiver{
			Connection: v.Connection, Issue: v.Issue, Contract: v.Contract, Obligation: v.Obligation, Cycle: v.Cycle,
			By: what.by, Reason: what.reason,
		}
	}
	if err := w.ledger.Waive(ctx, now, waivers...); err != nil {
		return err
	}
	for _, v := range verdicts {
		loc := w.zone()(v.Contract)
		info := waiverInfo{
			Connection: v.Connection, Issue: v.IssueKey, Contract: v.Contract, Obligation: v.Obligation, Cycle: v.Cycle,
			Due: in(v.Due, loc), Ended: in(v.EndedAt, loc), By: what.by, At: now.In(loc), Reason: what.reason,
		}
		if a.json() {
			if err := a.writeJSON(info); err != nil {
				return err
			}
			continue
		}
		due := a.t("no due")
		if info.Due != nil {
			due = a.tf("due %s", a.stamp(*info.Due))
		}
		a.wrap("", a.tf("excused: %s %s of %s, cycle %s, %s", hash(v.IssueKey), v.Obligation, v.Contract, v.Cycle, due))
		a.wrap(entryIndent, a.tf("by %s: %s", what.by, what.reason))
	}
	return nil
}

// in is a moment in a zone, nil for none.
func in(t time.Time, loc *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(loc)
	return &t
}

// systemUser is the name of whoever runs the program, "" when the system does not say.
func systemUser() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// toWaive finds the breaches that are meant, or says why there are none.
func (w *workspace) toWaive(ctx context.Context, what waiving) ([]ledger.Verdict, error) {
	f := what.filter
	var found []ledger.Verdict
	var lines [][2]string // contract and connection
	for v, err := range ledger.Latest(w.ledger.Verdicts(ctx, f)) {
		if err != nil {
			return nil, err
		}
		found = append(found, v)
		if line := [2]string{v.Contract, v.Connection}; !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	switch len(lines) {
	case 0:
		return nil, w.noVerdict(ctx, f)
	case 1:
	default:
		var names []string
		for _, l := range lines {
			names = append(names, fmt.Sprintf("%s on %s", l[0], l[1]))
		}
		return nil, usage("issue %s: %s is promised by %s; say which with --contract (and --connection)",
			hash(f.Issue), f.Obligation, strings.Join(names, " and by "))
	}
	waivers, err := w.ledger.Waivers(ctx, lines[0][1], lines[0][0])
	if err != nil {
		return nil, err
	}
	var out []ledger.Verdict
	for _, v := range found {
		excused := slices.ContainsFunc(waivers, func(x ledger.Waiver) bool { return x.Of(&v) })
		if v.Cycle == what.cycle || (what.cycle == "" && v.State == enforcer.Breached && !excused) {
			out = append(out, v)
		}
	}
	switch {
	case len(out) > 0:
		return out, nil
	case what.cycle != "":
		return nil, fmt.Errorf("issue %s: %s has no verdict on cycle %q; it has: %s", hash(f.Issue), f.Obligation, what.cycle, summary(found))
	}
	return nil, fmt.Errorf("issue %s: %s has no breach that is not excused yet; verdicts: %s", hash(f.Issue), f.Obligation, summary(found))
}

// summary lists cycles with their verdicts.
func summary(verdicts []ledger.Verdict) string {
	var out []string
	for _, v := range verdicts {
		out = append(out, fmt.Sprintf("%s (%s)", v.Cycle, v.State))
	}
	return strings.Join(out, ", ")
}

// noVerdict says whether it is the issue or the obligation that nothing is known of.
func (w *workspace) noVerdict(ctx context.Context, f ledger.VerdictFilter) error {
	var judged []string
	for v, err := range ledger.Latest(w.ledger.Verdicts(ctx, ledger.VerdictFilter{Issue: f.Issue, Contract: f.Contract, Connection: f.Connection})) {
		if err != nil {
			return err
		}
		if !slices.Contains(judged, v.Obligation) {
			judged = append(judged, v.Obligation)
		}
	}
	if len(judged) > 0 {
		return fmt.Errorf("issue %s: no verdict on %q; there is one on: %s", hash(f.Issue), f.Obligation, strings.Join(judged, ", "))
	}
	for _, c := range w.cfg.Connections {
		switch _, known, err := w.mirror.IDByKey(ctx, c.ID, f.Issue); {
		case err != nil:
			return err
		case known:
			return fmt.Errorf("issue %s: no verdict on %q yet, nor on anything else", hash(f.Issue), f.Obligation)
		}
	}
	return fmt.Errorf("issue %q is not in the mirror", f.Issue)
}
