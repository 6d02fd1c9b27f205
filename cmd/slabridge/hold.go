package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
)

// holding is what `ledger hold` was asked for.
type holding struct {
	until, by, reason, connection string
	lift                          bool
}

func ledgerHoldCmd(a *app) *cobra.Command {
	var ask holding
	c := &cobra.Command{
		Use:   "hold ISSUE",
		Short: "Write nothing about a request until a moment",
		Long: "Nothing is written about the request until then; its time runs on and verdicts are reached. What would\n" +
			"have been written is held; afterwards it is decided again, and what is still called for is written once,\n" +
			"with its true moment. plan, explain and health show the hold. --lift ends it now.",
		Example: "  slabridge ledger hold 17 --until 2026-04-01 --reason \"letter 12: moved\"\n" +
			"  slabridge ledger hold 17 --lift --reason \"the vendor has answered\"",
		Args: cobra.ExactArgs(1),
		PreRunE: func(*cobra.Command, []string) error {
			if ask.reason = strings.TrimSpace(ask.reason); ask.reason == "" {
				return usage("hold: say why: --reason TEXT")
			}
			if (ask.until == "") != ask.lift {
				return usage("hold: say until when, --until 2026-04-01, or end it with --lift")
			}
			return whoever(&ask.by, "hold", "holds it")
		},
		// a running daemon need not be stopped for it: it adds to the ledger and changes nothing
		RunE: a.withWorkspace(reads, ask.hold),
	}
	flags := c.Flags()
	flags.StringVar(&ask.until, "until", "",
		"the `moment` from which it is written again (RFC 3339, with offset), or a day, 2026-04-01, from its beginning")
	flags.StringVar(&ask.reason, "reason", "", "why; plan, explain and health show it")
	flags.StringVar(&ask.by, "by", "", "who holds it (default the user of this system)")
	flags.StringVar(&ask.connection, "connection", "", "of this connection, when several have such an issue")
	flags.BoolVar(&ask.lift, "lift", false, "end the hold now")
	return c
}

// holdInfo is a request about which nothing is written for now, as `ledger hold` and `health` give it with -o json.
type holdInfo struct {
	Connection string    `json:"connection"`
	Issue      string    `json:"issue"`
	Until      time.Time `json:"until"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Reason     string    `json:"reason"`
}

func (i holdInfo) text(p *page) {
	if !i.Until.After(i.At) {
		p.linef("", "%s is held no more", typed(i.Issue))
	} else {
		p.linef("", "%s is on hold until %s: nothing is written about it before", typed(i.Issue), p.moment(i.Until))
	}
	p.linef(entryIndent, "by %s: %s", i.By, i.Reason)
}

// holdInfos are the holds of a connection.
func holdInfos(w *workspace, connection string, holds []engine.OnHold) []holdInfo {
	out, zone := []holdInfo{}, w.home(connection)
	for _, h := range holds {
		out = append(out, holdInfo{connection, h.Issue, h.Until.In(zone), h.By, h.At.In(zone), h.Reason})
	}
	return out
}

// tellHolds lists holds among other things.
func tellHolds(p *page, indent string, holds []holdInfo) {
	for _, h := range holds {
		p.linef(indent, "on hold until %s: %s, by %s: %s", p.moment(h.Until), typed(h.Issue), h.By, h.Reason)
	}
}

func (ask *holding) hold(ctx context.Context, w *workspace, args []string) error {
	connection, id, err := ask.find(ctx, w, strings.TrimPrefix(args[0], "#"))
	if err != nil {
		return err
	}
	zone := w.home(connection)
	now, err := w.engine.Now(ctx, connection)
	if err != nil {
		return err
	}
	h := enforcer.Hold{At: now, Until: now, By: ask.by, Reason: ask.reason}
	if !ask.lift {
		if h.Until, err = dayOrMoment("--until", ask.until, zone); err != nil {
			return err
		}
		if !h.Until.After(now) {
			return usage("--until %s: it is past (now is %s); write a later one, or --lift to end a hold", ask.until,
				now.In(zone).Format(time.RFC3339))
		}
	} else if held, err := w.ledger.Holds(ctx, connection, id); err != nil {
		return err
	} else if enforcer.HoldAt(held, now) == nil {
		return message.Errorf("issue %s is not on hold", typed(args[0]))
	}
	if err := w.ledger.HoldRequest(ctx, connection, id, h); err != nil {
		return err
	}
	return w.show(holdInfo{connection, strings.TrimPrefix(args[0], "#"), h.Until.In(zone), h.By, h.At.In(zone), h.Reason})
}

// dayOrMoment reads a moment; a day means its beginning in the zone.
func dayOrMoment(what, s string, zone *time.Location) (time.Time, error) {
	if day, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return day, nil
	}
	return parseMoment(what, s)
}

// find gives the connection and the id of an issue by its key.
func (ask *holding) find(ctx context.Context, w *workspace, key string) (connection, id string, err error) {
	for _, c := range w.cfg.Connections {
		if ask.connection != "" && c.ID != ask.connection {
			continue
		}
		found, ok, err := w.mirror.IDByKey(ctx, c.ID, key)
		switch {
		case err != nil:
			return "", "", err
		case ok && id != "":
			return "", "", usage("issue %s: several connections have such an issue; say which with --connection", typed(key))
		case ok:
			connection, id = c.ID, found
		}
	}
	if id == "" {
		return "", "", message.Errorf("issue %q is not in the mirror", key)
	}
	return connection, id, nil
}
