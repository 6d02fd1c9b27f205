package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer/ledger"
)

// alarmInfo is one line of `ledger alarms` and `ledger settle` with -o json.
type alarmInfo struct {
	ID         string     `json:"id"` // for `ledger settle`
	Connection string     `json:"connection"`
	Kind       string     `json:"kind"`
	Issue      string     `json:"issue"`
	At         time.Time  `json:"at"`
	Raised     time.Time  `json:"raised"`
	Open       bool       `json:"open"`
	Settled    *time.Time `json:"settled"`
	By         string     `json:"by,omitempty"`
	Public     bool       `json:"public"` // a comment that came out public and has not been seen to be internal since
}

// alarmTexts say what each kind of alarm is about.
var alarmTexts = map[ledger.AlarmKind]phrase{
	ledger.OtherInstallation: "another slabridge writes here under our account: stop one of the two for good, then settle the other's id on the one that stays",
	ledger.CameOutPublic:     "an internal comment came out public: find out why (a right, a plugin, a proxy), then settle it; until then no internal comment is written",
	ledger.MadePublic:        "somebody made our internal comment public; it is left as they want it",
}

func (a *app) ledgerAlarmsCmd() *cobra.Command {
	return &cobra.Command{
		Use: "alarms", Short: "List what a human must know of, oldest first; what is open stops writes", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.ledgerAlarms(cmd.Context()) },
	}
}

func (a *app) ledgerSettleCmd() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use: "settle ID", Short: "End an alarm once its cause is gone; the next pass writes again", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.ledgerSettle(cmd.Context(), args[0], by) },
	}
	c.Flags().StringVar(&by, "by", "", "who settles it (default the user of this system)")
	return c
}

func (a *app) ledgerAlarms(ctx context.Context) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	alarms, err := w.ledger.Alarms(ctx, "")
	if err != nil {
		return err
	}
	return a.printAlarms(w, alarms)
}

func (a *app) ledgerSettle(ctx context.Context, id, by string) error {
	if by == "" {
		by = systemUser()
	}
	if by == "" {
		return usage("settle: the system does not say who you are; say who settles it: --by NAME")
	}
	w, err := a.open(ctx, reads) // a running daemon need not be stopped for it: its next pass reads the alarms again
	if err != nil {
		return err
	}
	defer w.close()
	settled, err := w.ledger.Settle(ctx, a.clock(), "", id, by)
	if err != nil {
		return err
	}
	if len(settled) == 0 {
		return usage("settle: no open alarm has the id %q; see 'slabridge ledger alarms'", id)
	}
	return a.printAlarms(w, settled)
}

func (a *app) printAlarms(w *workspace, alarms []ledger.Alarm) error {
	for _, x := range alarms {
		loc := w.home(x.Connection)
		i := alarmInfo{
			ID: x.Subject, Connection: x.Connection, Kind: string(x.Kind), Issue: x.IssueKey, At: x.At.In(loc), Raised: x.RaisedAt.In(loc),
			Open: x.Open(), Settled: in(x.SettledAt, loc), By: x.SettledBy, Public: x.Kind == ledger.CameOutPublic && x.MendedAt.IsZero(),
		}
		if a.json() {
			if err := a.writeJSON(i); err != nil {
				return err
			}
			continue
		}
		state := a.colour("31", a.t("open"))
		switch {
		case i.Settled != nil:
			state = a.tf("settled by %s, %s", i.By, a.stamp(*i.Settled))
		case !i.Open:
			state = a.t("told")
		}
		a.wrap(i.ID+"  ", hash(i.Issue)+"  "+a.stamp(i.At)+"  "+state)
		a.wrap(entryIndent, a.t(alarmTexts[x.Kind]))
		if i.Public {
			a.wrap(entryIndent, a.t("it could not be taken back: the customer can read it still, unless somebody hid it"))
		}
	}
	return nil
}
