package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/board"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// trustAnswer is what /api/v1/trust gives: the health of each connection as `health -o json` has it, and what waits
// for a person as `ledger list -o json` has it.
type trustAnswer struct {
	Connections []healthInfo `json:"connections"`
	Waiting     []writeInfo  `json:"waiting"` // held and refused, oldest first, of each connection not more than 100
}

// mostWaiting is how many held and refused steps of a connection the page shows.
const mostWaiting = 100

// trustOf answers whether slabridge itself works.
func trustOf(ctx context.Context, w *workspace) (board.Trust, error) {
	found, err := w.engine.HealthStatus(ctx, w.asOf)
	if err != nil {
		return board.Trust{}, err
	}
	var out board.Trust
	answer := trustAnswer{Connections: []healthInfo{}, Waiting: []writeInfo{}}
	all := readerOf(ctx).seesAll()
	for _, f := range found {
		info, err := healthOf(ctx, w, f)
		if err == nil && !all {
			info, err = ownHealth(ctx, w, &f, info)
		}
		if err != nil {
			return out, err
		}
		here := func(c config.Contract) bool { return c.Connection == f.Connection }
		if !all && !slices.ContainsFunc(w.cfg.Contracts, here) {
			continue
		}
		c, err := connectionOf(ctx, w, &f, &info)
		if err != nil {
			return out, err
		}
		for _, state := range []enforcer.EntryState{enforcer.Held, enforcer.Refused} {
			filter := ledger.Filter{Connection: f.Connection, State: state}
			for e, err := range w.ledger.List(ctx, filter, ledger.OldestFirst) {
				if err != nil {
					return out, err
				}
				if !all && w.cfg.Contract(e.Key.Contract) == nil || state == enforcer.Held && !state.WaitsForHuman(e.Reason.Code) {
					continue
				}
				if len(c.Waiting) == mostWaiting {
					c.More++
					continue
				}
				write, err := w.info(ctx, e)
				if err != nil {
					return out, err
				}
				answer.Waiting = append(answer.Waiting, write)
				c.Waiting = append(c.Waiting, waitingOf(w, &write))
			}
		}
		answer.Connections = append(answer.Connections, info)
		out.Connections = append(out.Connections, c)
	}
	out.Value = answer
	return out, nil
}

// ownHealth leaves of a connection's health what concerns the contracts that a reader may see, and nothing that counts
// or names what belongs to others.
func ownHealth(ctx context.Context, w *workspace, f *engine.HealthStatus, i healthInfo) (healthInfo, error) {
	held := 0
	filter := ledger.Filter{Connection: i.Connection, State: enforcer.Held}
	for e, err := range w.ledger.List(ctx, filter, ledger.OldestFirst) {
		if err != nil {
			return i, err
		}
		if w.cfg.Contract(e.Key.Contract) != nil && e.State.WaitsForHuman(e.Reason.Code) {
			held++
		}
	}
	own := healthInfo{
		Connection: i.Connection, LastPass: i.LastPass, LastGood: i.LastGood, Held: held,
		RestingUntil: i.RestingUntil, Faults: []string{}, OnHold: []holdInfo{}, Alarms: []alarmInfo{},
		now: i.now,
	}
	since := time.Time{}
	for id, late := range f.Late.Of {
		if w.cfg.Contract(id) == nil {
			continue
		}
		if own.Overdue += late.Overdue; since.IsZero() || late.Since.Before(since) {
			since = late.Since
		}
	}
	own.LateSince = report.In(since, w.home(i.Connection))
	if i.Error != "" {
		own.Error = string(healthWords[report.Failed])
	}
	stale := passOverdue(w.cfg.Connection(i.Connection).Poll, f.GoodAt, f.Now)
	own.Health = report.HealthOf(own.LateSince != nil, own.Error, stale, 0, held, 0)
	return own, nil
}

// connectionOf words the health of a connection.
func connectionOf(
	ctx context.Context, w *workspace, f *engine.HealthStatus, i *healthInfo,
) (c board.Connection, err error) {
	c = board.Connection{ID: i.Connection, Health: string(i.Health), Words: w.t(healthWords[i.Health])}
	switch i.Health {
	case report.Late:
		c.Words = w.late(*i.LateSince, i.Overdue)
	case report.Held:
		if c.Words = w.t(alarmsWait); i.Held > 0 || len(i.Alarms) == 0 {
			c.Words = w.tf("held steps wait for a person: %d", i.Held)
		}
	case report.Refused:
		c.Words = w.tf("steps stand refused by the tracker: %d", i.Refused)
	}
	fact := func(name phrase, value string) {
		if value != "" {
			c.Facts = append(c.Facts, board.Fact{Name: w.t(name), Value: value})
		}
	}
	good := w.t("there was no good pass yet")
	if i.LastGood != nil {
		good = w.stamp(*i.LastGood) + w.ago(f.Now, *i.LastGood)
	}
	fact("last good pass", good)
	cursor, err := w.mirror.Cursor(ctx, i.Connection)
	if at := report.In(cursor.CompleteAt, w.home(i.Connection)); at != nil {
		fact("the mirror was complete", w.stamp(*at)+w.ago(f.Now, *at))
	}
	fact("error", w.keptError(i.Error))
	for _, a := range i.Alarms {
		c.Faults = append(c.Faults, w.alarm(&a))
	}
	for _, fault := range i.Faults {
		c.Faults = append(c.Faults, w.kept(fault))
	}
	for _, h := range i.OnHold {
		c.Faults = append(c.Faults,
			w.tf("%s is on hold until %s: nothing is written about it before", typed(h.Issue), w.stamp(h.Until)))
	}
	return c, err
}

func waitingOf(w *workspace, i *writeInfo) board.Waiting {
	why := []string{i.why(&w.page)}
	for _, r := range i.Refused {
		why = append(why, w.t("refused: ")+w.kept(r))
	}
	if i.Error != "" {
		why = append(why, w.keptError(i.Error))
	}
	return board.Waiting{
		Key: i.Issue, Typed: typed(i.Issue), Step: i.step(&w.page), Clause: w.cited(i.Source), State: i.State,
		StateWord: stateWord(&w.page, i.State), When: w.stamp(i.Moment), Why: strings.Join(why, "; "), Do: i.Hint,
	}
}
