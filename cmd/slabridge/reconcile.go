package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

func ledgerReconcileCmd(a *app) *cobra.Command {
	var f ledger.Filter
	var yes bool
	c := &cobra.Command{
		Use:   "reconcile",
		Short: "Compare the tracker's marks with the ledger; plan first",
		Long: "Compare all marks of slabridge in the tracker with the ledger. With --yes, a comment that stands and\n" +
			"is not recorded as written is recorded so: it can then be taken back. What is recorded and does not\n" +
			"stand is listed. Nothing is written to the tracker. Each issue with a mark costs one request.",
		RunE: a.withWorkspace(writes, func(ctx context.Context, w *workspace, _ []string) error {
			found, err := w.engine.Reconcile(ctx, f, yes)
			return gravest(err, showReconciled(w, found))
		}),
	}
	flags := c.Flags()
	flags.StringVar(&f.Issue, "issue", "", "only this issue")
	flags.StringVar(&f.Connection, "connection", "", "only this connection")
	flags.BoolVar(&yes, "yes", false, "record what stands")
	return c
}

// differenceInfo is one line of `ledger reconcile -o json`.
type differenceInfo struct {
	Difference outbox.DifferenceKind `json:"difference"`
	Connection string                `json:"connection"`
	Issue      string                `json:"issue"`
	Obligation string                `json:"obligation"`
	Step       string                `json:"step"`
	ID         string                `json:"id"`
	State      string                `json:"state"` // in the ledger; "" for a step that it does not have
	Event      string                `json:"event"`
	At         time.Time             `json:"at"`
	Recorded   bool                  `json:"recorded"` // by this command

	step string // by its titles
}

func showReconciled(w *workspace, found []engine.Reconciled) error {
	missing := 0
	for _, r := range found {
		recorded := 0
		for _, d := range r.Differences {
			obligation, step, _ := strings.Cut(d.Step.Step, "/")
			if err := w.show(differenceInfo{
				Difference: d.Kind, Connection: r.Connection, Issue: d.IssueKey,
				Obligation: obligation, Step: step, ID: d.Step.ID,
				State: string(d.State), Event: d.Event, At: d.At.In(w.home(r.Connection)), Recorded: d.Repaired,
				step: markedStep(w, r.Connection, obligation, step),
			}); err != nil {
				return err
			}
			switch {
			case d.Repaired:
				recorded++
			case d.Kind == outbox.NotRecorded:
				missing++
			}
		}
		if !w.json() {
			w.linef("", "%s: issues compared: %d, differences: %d, recorded as written: %d",
				r.Connection, r.Issues, len(r.Differences), recorded)
		}
	}
	if missing > 0 {
		return remark(w, "nothing was recorded; to do it, add --yes")
	}
	return nil
}

// markedStep names a step that a mark tells of; by its ids where no contract of the connection has it.
func markedStep(w *workspace, connection, obligation, step string) string {
	for i := range w.cfg.Contracts {
		c := &w.cfg.Contracts[i]
		if c.Connection == connection && obligationOf(c.Contract, obligation) != nil {
			return w.step(c.Contract, obligation, step)
		}
	}
	return obligation + "/" + step
}

func (i differenceInfo) text(p *page) {
	p.line(i.ID+"  ", typed(i.Issue)+" "+i.step+"  "+p.stamp(i.At))
	switch {
	case i.Recorded:
		p.linef(entryIndent, "its comment (%s) stands: recorded as written", p.event(i.Event))
	case i.Difference == outbox.NotStanding:
		p.linef(entryIndent, "recorded as written in %s, and that comment is not there", p.event(i.Event))
	case i.Difference == outbox.UnknownStep:
		p.linef(entryIndent, "%s names it, and no contract has such a step here", p.event(i.Event))
	case i.State == "":
		p.linef(entryIndent, "its comment (%s) stands, and it is not recorded", p.event(i.Event))
	default:
		p.linef(entryIndent, "its comment (%s) stands, and it is recorded as %s", p.event(i.Event), stateWord(p, i.State))
	}
}
