package main

import (
	"context"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// entryHistory is what `ledger show -o json` gives.
type entryHistory struct {
	writeInfo
	Facts    enforcer.Facts `json:"facts"`
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

func showEntry(ctx context.Context, w *workspace, args []string) error {
	id := args[0]
	e, err := w.ledger.Get(ctx, id)
	if err != nil {
		return err
	}
	out := entryHistory{Facts: e.Facts}
	if out.writeInfo, err = w.info(ctx, e); err != nil {
		return err
	}
	history, err := w.ledger.History(ctx, id)
	if err != nil {
		return err
	}
	zone := w.zone(e.Key.Contract)
	for _, t := range history {
		out.History = append(out.History, entryMove{t.At.In(zone), string(t.State), w.reason(t.Reason)})
	}
	issue := e.Key.Issue
	if e.Write != nil {
		issue = e.Write.Issue // a duty's entry has no issue except the one made for it
	}
	requests, err := w.ledger.Writes(ctx, e.Key.Connection, issue)
	if err != nil {
		return err
	}
	for _, r := range requests {
		if slices.Contains(r.Entries, id) {
			out.Requests = append(out.Requests, requestOf(r, zone))
		}
	}
	return w.show(out)
}

func (h entryHistory) text(p *page) {
	h.tell(p, true)
	p.line(entryIndent+p.t("rule: "), h.Facts.Rule)
	p.linef(entryIndent, "contract version %s, calendar data of %s", h.Facts.Version, p.dataOf(h.Facts.Calendar))
	p.labelled(entryIndent, "zone data: ", h.Facts.Zones)
	for _, why := range h.Facts.Why {
		p.line(entryIndent, p.kept(why))
	}
	for _, m := range h.History {
		p.line(entryIndent+p.stamp(m.At)+"  ", stateWord(p, m.State)+": "+p.why(h.Contract, h.Obligation, m.Reason))
	}
	for _, r := range h.Requests {
		for _, x := range r.Answers {
			p.line(entryIndent+p.stamp(x.At)+"  ", p.tf("request %s: %s", r.ID, p.kept(x.Outcome))+" "+p.keptError(x.Error))
		}
	}
}

func requestOf(r ledger.Write, zone *time.Location) entryRequest {
	out := entryRequest{
		ID: r.ID, Began: r.BeganAt.In(zone), Ended: report.In(r.EndedAt, zone), Mark: r.Mark, Answers: []requestAnswer{},
	}
	for _, x := range r.Answers {
		outcome := message.Text("accepted")
		if x.Class != 0 {
			outcome = x.Class.String()
		}
		out.Answers = append(out.Answers, requestAnswer{x.At.In(zone), x.Watcher, outcome, x.Error, x.Receipt})
	}
	return out
}
