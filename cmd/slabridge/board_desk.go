package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/board"
	"slabridge/enforcer/report"
)

// deskAnswer is what /api/v1/desk gives: cycles as `status -o json` has them.
type deskAnswer struct {
	AsOf     time.Time   `json:"as_of"`
	Mirrored *time.Time  `json:"mirrored"` // when the mirror was last complete; null: never
	Total    int         `json:"total"`    // that the question chooses
	Overdue  int         `json:"overdue"`  // of these
	Page     int         `json:"page"`
	PageSize int         `json:"page_size"`
	Cycles   []cycleInfo `json:"cycles"` // of this page, the soonest deadline first
}

// deskOf answers the desk's question. Who has a request is looked up for the rows of the page alone, unless it is
// asked for.
func deskOf(
	ctx context.Context, w *workspace, running *runningCycles, ask board.DeskQuestion,
) (board.Desk, error) {
	f := cycleFilter{
		contract: ask.Contract, severity: ask.Severity, assignee: ask.Assignee, within: ask.Within, overdue: ask.Overdue,
	}
	if err := f.known(w.cfg); err != nil {
		return board.Desk{}, message.Errorf("%w: %w", board.ErrAsked, err)
	}
	items, err := running.list(ctx, w)
	if err != nil {
		return board.Desk{}, err
	}
	answer := deskAnswer{Page: ask.Page, PageSize: board.RowsOnPage, Cycles: []cycleInfo{}}
	if answer.AsOf, answer.Mirrored, err = agesOf(ctx, w); err != nil {
		return board.Desk{}, err
	}
	d, people, times := board.Desk{}, assignees{}, presents{}
	first, last := (ask.Page-1)*board.RowsOnPage, ask.Page*board.RowsOnPage
	for _, c := range report.OpenCycles(items) {
		if w.cfg.Contract(c.Item.Contract) == nil { // it is not for this reader
			continue
		}
		if f.contract != "" && c.Item.Contract != f.contract || f.severity != "" && c.Item.Severity != f.severity {
			continue
		}
		now, err := times.of(ctx, w, c.Item.Connection)
		if err != nil {
			return d, err
		}
		overdue := c.Overdue(now)
		if f.overdue && !overdue || f.within > 0 && c.Due.IsZero() {
			continue
		}
		var row cycleInfo
		if f.within > 0 || f.assignee != "" { // else only the rows of the page are worked out
			if row, err = cycleRow(ctx, w, times, &c); err == nil && f.assignee != "" {
				err = people.lookUp(ctx, w, c.Item, &row)
			}
			if err != nil {
				return d, err
			}
			if !f.takes(&row) {
				continue
			}
		}
		if overdue {
			answer.Overdue++
		}
		if answer.Total++; answer.Total <= first || answer.Total > last {
			continue
		}
		if row.Connection == "" {
			if row, err = cycleRow(ctx, w, times, &c); err != nil {
				return d, err
			}
		}
		if f.assignee == "" {
			if err := people.lookUp(ctx, w, c.Item, &row); err != nil {
				return d, err
			}
		}
		answer.Cycles = append(answer.Cycles, row)
		shown := deskRow(w, &row, answer.AsOf)
		if overdue {
			d.Overdue = append(d.Overdue, shown)
		} else {
			d.Next = append(d.Next, shown)
		}
	}
	d.Value, d.Total, d.TotalOverdue = answer, answer.Total, answer.Overdue
	zone := w.home(w.cfg.Connections[0].ID)
	d.AsOf = w.stamp(answer.AsOf.In(zone))
	if answer.Mirrored != nil {
		d.Mirrored = w.tf("the mirror is of %s", w.stamp(answer.Mirrored.In(zone))+w.ago(answer.AsOf, *answer.Mirrored))
	}
	return d, deskOptions(ctx, w, &d)
}

// assignees are who has which request, looked up once for all of its cycles.
type assignees map[enforcer.StepKey]cycleInfo

func (a assignees) lookUp(ctx context.Context, w *workspace, it *enforcer.AgendaItem, row *cycleInfo) error {
	key := enforcer.StepKey{Connection: it.Connection, Issue: it.Issue}
	known, ok := a[key]
	if !ok {
		known = *row
		if err := known.lookUpAssignee(ctx, w, it); err != nil {
			return err
		}
		a[key] = known
	}
	row.assignee, row.Assignee = known.assignee, known.Assignee
	return nil
}

// deskRow words a row.
func deskRow(w *workspace, c *cycleInfo, now time.Time) board.Row {
	row := board.Row{
		Key: c.Issue, Typed: typed(c.Issue), Subject: c.Subject, Link: c.Link, Clause: w.cited(c.Source),
		Severity: c.title.In(w.lang), Assignee: c.Assignee, State: string(c.State), Promise: c.Obligation,
		Due: w.t("no deadline"),
	}
	if len(w.cfg.Contracts) > 1 {
		row.Contract = w.contractTitle(c.Contract)
	}
	if contract := w.cfg.Contract(c.Contract); contract != nil {
		if o := contract.Obligation(c.Obligation); o != nil {
			row.Promise = cmp.Or(o.Title.In(w.lang), row.Promise)
		}
	}
	if c.whole {
		row.Subject = strings.TrimPrefix(w.period(true, c.Cycle), ", ")
	}
	if c.State != enforcer.Running {
		row.StateWord = stateWord(&w.page, c.State)
	}
	if c.Due != nil {
		row.Due = w.brief(*c.Due, now)
	}
	switch left := c.RemainingS; {
	case left == nil:
	case c.overdue:
		row.Left = w.tf("%s over", w.seconds(-*left))
	default:
		row.Left, row.Soon = w.tf("%s left", w.seconds(*left)), *left < 3600
	}
	return row
}

// deskOptions adds what can be chosen.
func deskOptions(ctx context.Context, w *workspace, d *board.Desk) error {
	for _, c := range w.cfg.Contracts {
		d.Contracts = append(d.Contracts, board.Option{ID: c.ID, Name: c.ID})
		for _, s := range c.Severities {
			o := board.Option{ID: s.ID, Name: c.SeverityTitle(s.ID).In(w.lang)}
			if !slices.ContainsFunc(d.Severities, func(x board.Option) bool { return x.ID == o.ID }) {
				d.Severities = append(d.Severities, o)
			}
		}
	}
	if !readerOf(ctx).seesAll() { // this reader may not see who works for other contracts
		for _, row := range slices.Concat(d.Overdue, d.Next) {
			if row.Assignee != "" {
				d.Assignees = append(d.Assignees, board.Option{ID: row.Assignee, Name: row.Assignee})
			}
		}
	}
	for _, c := range w.cfg.Connections {
		if !readerOf(ctx).seesAll() {
			break
		}
		names, _, err := w.mirror.Directory(ctx, c.ID)
		if err != nil {
			return err
		}
		for _, p := range names.People {
			d.Assignees = append(d.Assignees, board.Option{ID: p.Name, Name: p.Name})
		}
	}
	slices.SortFunc(d.Assignees, func(a, b board.Option) int { return cmp.Compare(a.Name, b.Name) })
	d.Assignees = slices.Compact(d.Assignees)
	return nil
}

// agesOf gives the present by the first tracker's clock, and when the oldest mirror was complete.
func agesOf(ctx context.Context, w *workspace) (now time.Time, mirrored *time.Time, err error) {
	for i, c := range w.cfg.Connections {
		if i == 0 {
			if now, err = w.trackerTime(ctx, c.ID); err != nil {
				return now, nil, err
			}
		}
		cursor, err := w.mirror.Cursor(ctx, c.ID)
		if err != nil {
			return now, nil, err
		}
		at := report.In(cursor.CompleteAt, w.home(c.ID))
		if i == 0 || at == nil || mirrored != nil && at.Before(*mirrored) {
			mirrored = at
		}
	}
	return now, mirrored, nil
}
