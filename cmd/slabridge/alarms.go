package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// alarmInfo is one line of `ledger alarms` and `ledger settle` with -o json.
type alarmInfo struct {
	ID         string           `json:"id"` // for `ledger settle`
	Connection string           `json:"connection"`
	Kind       ledger.AlarmKind `json:"kind"`
	Issue      string           `json:"issue"`
	At         time.Time        `json:"at"`
	Raised     time.Time        `json:"raised"`
	Open       bool             `json:"open"`
	Settled    *time.Time       `json:"settled"`
	By         string           `json:"by,omitempty"`
	Public     bool             `json:"public"` // a comment came out public and was not seen to be internal since
}

// alarmTexts say what each kind of alarm is about.
var alarmTexts = map[ledger.AlarmKind]phrase{
	ledger.OtherInstallation: "another slabridge writes here under our account: stop one of the two for good, then " +
		"settle the other's id on the one that stays",
	ledger.CameOutPublic: "an internal comment came out public: find out why (a right, a plugin, a proxy), then settle " +
		"it; until then no internal comment is written",
	ledger.CopiedState: "a copy of this state writes to the tracker: stop one of the two for good, then settle it " +
		"on the one that stays",
	ledger.WrittenTwice: "a comment says what an earlier one of ours says: delete one of the two in the tracker, then " +
		"settle it",
	ledger.MadePublic: "somebody made our internal comment public; it is left as they want it",
}

func ledgerAlarmsCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "alarms", Short: "List alarms, oldest first; open ones wait for a human",
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, _ []string) error {
			alarms, err := w.ledger.Alarms(ctx, "")
			if err != nil {
				return err
			}
			if len(alarms) == 0 && !w.json() {
				w.linef("", "there is no alarm, and there was none")
			}
			return showAlarms(w, alarms)
		}),
	}
}

func ledgerSettleCmd(a *app) *cobra.Command {
	var by string
	c := &cobra.Command{
		Use: "settle ID", Short: "End an alarm once its cause is gone; the next pass writes again", Args: cobra.ExactArgs(1),
		PreRunE: func(*cobra.Command, []string) error { return whoever(&by, "settle", "settles it") },
		// a running daemon need not be stopped for it: its next pass reads the alarms again
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, args []string) error {
			settled, err := w.ledger.Settle(ctx, w.clock(), "", args[0], by)
			if err != nil {
				return err
			}
			if len(settled) == 0 {
				return usage("settle: no open alarm has the id %q; see 'slabridge ledger alarms'", args[0])
			}
			return showAlarms(w, settled)
		}),
	}
	c.Flags().StringVar(&by, "by", "", "who settles it (default the user of this system)")
	return c
}

func showAlarms(w *workspace, alarms []ledger.Alarm) error {
	for _, i := range alarmInfos(w, alarms) {
		if err := w.show(i); err != nil {
			return err
		}
	}
	return nil
}

func alarmInfos(w *workspace, alarms []ledger.Alarm) []alarmInfo {
	out := []alarmInfo{}
	for _, x := range alarms {
		home := w.home(x.Connection)
		out = append(out, alarmInfo{
			ID: x.Subject, Connection: x.Connection, Kind: x.Kind, Issue: x.IssueKey,
			At: x.At.In(home), Raised: x.RaisedAt.In(home), Open: x.Open(),
			Settled: report.In(x.SettledAt, home), By: x.SettledBy,
			Public: x.Kind == ledger.CameOutPublic && x.MendedAt.IsZero(),
		})
	}
	return out
}

func (i alarmInfo) text(p *page) {
	state := colour(red, p.t("open"))
	switch {
	case i.Settled != nil:
		state = p.tf("settled by %s, %s", i.By, p.moment(*i.Settled))
	case !i.Open:
		state = p.t("told")
	}
	p.line(i.ID+"  ", typed(i.Issue)+"  "+p.stamp(i.At)+"  "+state)
	p.line(entryIndent, p.t(alarmTexts[i.Kind]))
	if i.Public {
		p.linef(entryIndent, "it could not be taken back: the customer can read it still, unless somebody hid it")
	}
}
