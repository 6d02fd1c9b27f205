package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
)

// agreeing is what `ledger agree` was asked for.
type agreeing struct {
	by, reason, due, connection string
}

func ledgerAgreeCmd(a *app) *cobra.Command {
	var ask agreeing
	c := &cobra.Command{
		Use:   "agree ISSUE",
		Short: "Record the customer's consent to a date",
		Long: "Records that the customer agreed to the issue's due date, or to the date given with --due. It counts from\n" +
			"now on: a later date binds from its recording, and a breach that was reached stays one.",
		Args: cobra.ExactArgs(1),
		PreRunE: func(*cobra.Command, []string) error {
			if ask.reason = strings.TrimSpace(ask.reason); ask.reason == "" {
				return usage("agree: say how the customer agreed: --reason TEXT")
			}
			return whoever(&ask.by, "agree", "records it")
		},
		// a running daemon need not be stopped for it: it adds to the ledger and changes nothing
		RunE: a.withWorkspace(reads, ask.agree),
	}
	flags := c.Flags()
	flags.StringVar(&ask.reason, "reason", "", "how the customer agreed: by phone, in a letter; reports show it")
	flags.StringVar(&ask.by, "by", "", "who records it (default the user of this system)")
	flags.StringVar(&ask.due, "due", "", "the `date` agreed on, 2026-12-01 (default the issue's due date)")
	flags.StringVar(&ask.connection, "connection", "", "of this connection, when several have such an issue")
	return c
}

// agreementInfo is what `ledger agree -o json` gives.
type agreementInfo struct {
	Connection string    `json:"connection"`
	Issue      string    `json:"issue"`
	Date       string    `json:"date"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Reason     string    `json:"reason"`
}

func (i agreementInfo) text(p *page) {
	p.linef("", "recorded: the customer agreed on %s for %s", i.Date, typed(i.Issue))
	p.linef(entryIndent, "by %s: %s", i.By, i.Reason)
}

func (ask *agreeing) agree(ctx context.Context, w *workspace, args []string) error {
	x, err := ask.find(ctx, w, strings.TrimPrefix(args[0], "#"))
	if err != nil {
		return err
	}
	now, zone := x.Evaluation.Now, x.Contract.Zone()
	date, err := ask.date(&x, zone)
	if err != nil {
		return err
	}
	if today := now.In(zone).Format(time.DateOnly); date < today {
		return message.Errorf("issue %s: %s lies in the past (today is %s): it binds nobody to anything",
			typed(x.History.Issue.Key), date, today)
	}
	made, err := w.ledger.Agree(ctx, x.Connection, x.History.Issue.ID,
		enforcer.Agreement{Date: date, At: now.Truncate(time.Second), By: ask.by, Reason: ask.reason})
	if err != nil {
		return err
	}
	return w.show(agreementInfo{
		Connection: x.Connection, Issue: x.History.Issue.Key, Date: made.Date, By: made.By, At: made.At.In(zone),
		Reason: made.Reason,
	})
}

// find gives the issue under a contract in which a date is promised.
func (ask *agreeing) find(ctx context.Context, w *workspace, key string) (engine.Explanation, error) {
	found, err := w.engine.Explain(ctx, key, w.asOf)
	if err != nil {
		return engine.Explanation{}, err
	}
	found = slices.DeleteFunc(found, func(x engine.Explanation) bool {
		return x.Contract == nil || ask.connection != "" && x.Connection != ask.connection ||
			!slices.ContainsFunc(x.Contract.Obligations, func(o enforcer.Obligation) bool { return o.SpeaksOfDate() })
	})
	var none engine.Explanation
	switch {
	case len(found) == 0:
		return none, message.Errorf("issue %s: no contract that covers it promises a date (start: due-date)", typed(key))
	case slices.ContainsFunc(found, func(x engine.Explanation) bool { return x.Connection != found[0].Connection }):
		return none, usage("issue %s: several connections have such an issue; say which with --connection", typed(key))
	}
	return found[0], nil
}

// date is the day agreed on, YYYY-MM-DD.
func (ask *agreeing) date(x *engine.Explanation, zone *time.Location) (string, error) {
	if ask.due == "" {
		if set := x.Evaluation.State.DueDate; set != "" {
			return set, nil
		}
		return "", message.Errorf("issue %s has no due date in the tracker: say which date was agreed on, --due 2026-12-01",
			typed(x.History.Issue.Key))
	}
	if day, err := time.Parse(time.DateOnly, ask.due); err == nil {
		return day.Format(time.DateOnly), nil
	}
	at, err := parseMoment("--due", ask.due)
	return at.In(zone).Format(time.DateOnly), err
}
