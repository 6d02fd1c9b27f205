package main

import (
	"slices"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/board"
	"slabridge/enforcer/report"
)

// charts shows how the months went, and on which weekdays promises were broken. The first is left out for a single
// month, the second if nothing was broken.
func (h *htmlReport) charts() []board.Chart {
	var out []board.Chart
	kinds := []board.Series{
		{Name: h.t("kept in time"), Class: "met"},
		{Name: h.t("escalated"), Class: "escalated"},
		{Name: h.t("breached"), Class: "breached"},
		{Name: h.t("not judged"), Class: "not-judged"},
	}
	if months := h.byMonth(); len(months) > 1 {
		out = append(out, board.Chart{
			Title: h.t("Month by month"), Picture: board.Columns(h.t("Month by month"), kinds, months),
		})
	}
	if days, some := h.byWeekday(); some {
		title := h.t("Broken promises by the weekday of their deadline")
		out = append(out, board.Chart{Title: title, Picture: board.Columns(title, kinds[2:3], days)})
	}
	return out
}

// reached is when a cycle's verdict was reached (enforcer.Verdict.Reached).
func reached(c *report.Cycle) *time.Time {
	switch c.State {
	case enforcer.Breached, enforcer.Escalated, enforcer.NotJudged:
		if c.Due != nil {
			return c.Due
		}
	}
	return c.Ended
}

// byMonth counts the verdicts of each month of the period.
func (h *htmlReport) byMonth() []board.Bar {
	var out []board.Bar
	first := h.facts.Period.Start
	month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, first.Location())
	for ; month.Before(h.facts.Period.End); month = month.AddDate(0, 1, 0) {
		next, b := month.AddDate(0, 1, 0), board.Bar{Label: month.Format("01.2006"), Values: make([]int, 4)}
		for i := range h.Obligations {
			for j := range h.Obligations[i].Cycles {
				c := &h.Obligations[i].Cycles[j]
				at := reached(c)
				kind := slices.Index([]enforcer.CycleState{
					enforcer.Met, enforcer.Escalated, enforcer.Breached, enforcer.NotJudged,
				}, c.State)
				if kind >= 0 && at != nil && !at.Before(month) && at.Before(next) {
					b.Values[kind]++
				}
			}
		}
		out = append(out, b)
	}
	return out
}

// byWeekday counts the breaches by the weekday of their deadline, Monday first.
func (h *htmlReport) byWeekday() (out []board.Bar, some bool) {
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		b := board.Bar{Label: h.weekday(day), Values: make([]int, 1)}
		for i := range h.Obligations {
			for j := range h.Obligations[i].Cycles {
				c := &h.Obligations[i].Cycles[j]
				if at := reached(c); c.State == enforcer.Breached && at != nil && at.Weekday() == day {
					b.Values[0]++
					some = true
				}
			}
		}
		out = append(out, b)
	}
	return out, some
}
