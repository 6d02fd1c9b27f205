package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/board"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/report"
)

// breach is one broken promise with all that it rests on.
type breach struct {
	Issue   board.Cell
	Excused bool
	Facts   []fact
	Parts   []board.Part
}

// fact is a name with its value.
type fact struct {
	Name  string
	Value board.Cell
}

// clause tells of an obligation that was broken.
func (h *htmlReport) clause(ctx context.Context, o *report.Obligation) (clause, error) {
	c := clause{Title: strings.TrimSpace(h.cited(o.Source) + " " + o.Title)}
	if today := h.facts.Contract.Obligation(o.ID); today != nil {
		if reading := today.Assumption.In(h.lang); reading != "" {
			c.Lines = append(c.Lines, h.tf("how the text is read: %s", reading))
		}
		c.Lines = append(c.Lines, h.terms(today)...)
	}
	for i := range o.Cycles {
		if !o.Cycles[i].Broken() {
			continue
		}
		b, err := h.breach(ctx, o.ID, &o.Cycles[i])
		if err != nil {
			return c, err
		}
		c.Breaches = append(c.Breaches, b)
	}
	return c, nil
}

// terms say what the contract asks for: what starts, stops and pauses the time, and how much there is of it.
func (h *htmlReport) terms(o *enforcer.Obligation) []string {
	kept := keptHow(&h.page, o)
	lines := []string{h.t("from") + ": " + strings.Join(kept.Starts, "; ")}
	if len(kept.Stops) > 0 {
		lines = append(lines, h.t("until")+": "+strings.Join(kept.Stops, "; "))
	}
	if kept.pauses == "" {
		lines = append(lines, h.t("nothing pauses it"))
	} else {
		lines = append(lines, h.t("pauses in")+": "+kept.pauses)
	}
	for i := range o.Rules {
		if r := ruleInfoOf(&h.page, h.facts.Contract, &o.Rules[i]); r.words != "" {
			lines = append(lines, cmp.Or(strings.Join(r.severities, ", "), h.t("all"))+": "+r.words)
		}
	}
	return lines
}

func (h *htmlReport) breach(ctx context.Context, obligation string, c *report.Cycle) (breach, error) {
	b := breach{Issue: h.issue(c.Issue, c.Subject), Excused: len(c.Excused) > 0}
	add := func(name phrase, text string) {
		if text != "" {
			b.Facts = append(b.Facts, fact{h.t(name), board.Cell{Text: text}})
		}
	}
	if c.OfContract {
		b.Issue.Text = strings.TrimPrefix(h.period(true, c.ID), ", ")
	} else {
		add("severity", h.facts.Contract.SeverityTitle(c.Severity).In(h.lang))
	}
	if c.Started != nil {
		add("counted from", h.stamp(*c.Started))
	}
	if c.Due != nil {
		add("deadline", h.stamp(*c.Due))
	}
	add("what came of it", howLate(&h.page, c))
	for _, x := range c.Excused {
		add("excused", h.excuse(&x))
	}
	add("judged by", h.tf("contract version %s, calendar data of %s", c.Version, h.dataOf(c.Calendar)))
	if c.Zones != "" {
		add("time zone", h.facts.Contract.Zone().String()+", "+h.tf("data of %s", c.Zones))
	}
	if r := h.records[cycleRecord{c.Issue, obligation, c.ID}]; r != nil {
		add("record", h.tf("number %d of the ledger's chain, hash %s", r.Number, r.Hash))
	}
	if c.Provisional {
		add("to be known", h.t("the deadline rests on provisional calendar data"))
	}
	if c.EarlierRecords > 0 {
		add("earlier verdicts", strconv.Itoa(c.EarlierRecords))
	}
	var err error
	b.Parts, err = h.evidence(ctx, obligation, c)
	return b, err
}

// excuse says who excused a breach, when and why; the customer's edition has no reasons.
func (h *htmlReport) excuse(x *report.Excuse) string {
	if x.Reason == "" {
		return h.stamp(x.At)
	}
	return h.tf("by %s on %s: %s", x.By, h.moment(x.At), x.Reason)
}

// evidence is how the deadline came about and what was written, as the mirror and the ledger have it. Where the cycle
// is judged otherwise today, by another text or mapping, its arithmetic is not that of the verdict and is left out.
func (h *htmlReport) evidence(ctx context.Context, obligation string, c *report.Cycle) ([]board.Part, error) {
	if c.OfContract {
		return nil, nil
	}
	x, story, err := h.cycleNow(ctx, obligation, c)
	if err != nil {
		return nil, err
	}
	if story == nil {
		return []board.Part{{Title: h.t("How the deadline came about"), Lines: []string{
			h.t("the mirror, the text or the mapping has changed since: what the verdict rests on is above"),
		}}}, nil
	}
	until := *c.Due
	if c.Ended != nil {
		until = *c.Ended
	}
	parts := []board.Part{
		{Title: h.t("What happened"), Table: h.events(x, until)},
		{Title: h.t("How the deadline came about"), Lines: story.Why, Table: h.arithmetic(story, *c.Due, until)},
	}
	var held []string
	for _, holding := range report.Holdings(x.Evaluation.Held(h.heldUntil(c))) {
		held = append(held, holdingText(&h.page, &holding))
	}
	parts = append(parts, board.Part{Title: h.t("Who held the request"), Lines: held})
	if h.customer && !h.facts.Survey.Shown[c.Issue] {
		return parts, nil
	}
	words, err := h.words(ctx, x, obligation, c.ID)
	if err != nil {
		return nil, err
	}
	if len(words) > 0 {
		parts = append(parts, board.Part{Title: h.t("What slabridge wrote"), Words: words})
	}
	return parts, nil
}

// heldUntil is up to when it matters who held the request: when the promise was kept after all, else the end of what is
// reported on.
func (h *htmlReport) heldUntil(c *report.Cycle) time.Time {
	switch {
	case c.Ended != nil:
		return *c.Ended
	case h.Made.Before(h.facts.Period.End):
		return h.Made
	}
	return h.facts.Period.End
}

// cycleNow judges the cycle anew; nil when it is judged otherwise than by its verdict.
func (h *htmlReport) cycleNow(
	ctx context.Context, obligation string, c *report.Cycle,
) (*engine.Explanation, *cycleStory, error) {
	if c.Due == nil {
		return nil, nil, nil
	}
	found, err := h.engine.Explain(ctx, c.Issue, h.asOf)
	if err != nil && !errors.Is(err, engine.ErrNotMirrored) {
		return nil, nil, err
	}
	for i := range found {
		x := &found[i]
		if x.Connection != h.facts.Connection || x.Contract == nil || x.Contract.ID != h.facts.Contract.ID {
			continue
		}
		for j := range x.Evaluation.Cycles {
			now := &x.Evaluation.Cycles[j]
			if now.Obligation.ID == obligation && now.ID == c.ID && now.Due.Equal(*c.Due) {
				story := cycleStoryOf(&h.page, &x.Evaluation, now, x.Steps, x.Contract.Zone())
				return x, &story, nil
			}
		}
	}
	return nil, nil, nil
}

func (h *htmlReport) heads(texts ...phrase) []board.Cell {
	out := make([]board.Cell, len(texts))
	for i, text := range texts {
		out[i].Text = h.t(text)
	}
	return out
}

func momentCell(text string) board.Cell { return board.Cell{Text: text, Class: "moment"} }

// events are what people did up to the end of the cycle, each with the tracker's own number of it. The customer's
// edition has no comments for staff, no names of them, and nothing from projects where the request was not the
// contract's: that is another customer's.
func (h *htmlReport) events(x *engine.Explanation, until time.Time) *board.Table {
	g := &board.Table{Head: h.heads("when", "who", "what", "in the tracker")}
	link := h.pages(h.facts.Connection)
	for i := range x.Evaluation.Request.Moments {
		m := &x.Evaluation.Request.Moments[i]
		if m.At.After(until) {
			break
		}
		if h.customer && !covers(x.Evaluation.Request, m.State.Project) {
			continue
		}
		e := eventOf(&h.page, x.Evaluation.Request, i, x.Contract)
		if h.customer && m.Note == enforcer.Internal {
			note := noteOf(&h.page, m)
			if e.What = slices.DeleteFunc(e.What, func(what string) bool { return what == note }); len(e.What) == 0 {
				continue
			}
		}
		who := cmp.Or(e.By, h.t("somebody"))
		if h.customer && e.Role != enforcer.Customer && e.Role != enforcer.Bot {
			who = h.t("the provider's staff")
		}
		if i := slices.Index(e.What, h.tf("assigned to %s", m.State.Assignee.Name)); h.customer && i >= 0 {
			e.What[i] = h.tf("assigned to %s", h.t("the provider's staff"))
		}
		g.Rows = append(g.Rows, []board.Cell{
			momentCell(h.stamp(e.At)),
			{Text: who, Note: h.role(e.Role)},
			{Text: strings.Join(e.What, ", ")},
			{Text: e.ID, Link: link(x.History.Issue.Key, e.ID)},
		})
	}
	return g
}

// covers reports whether the contract had the request while it was in a project.
func covers(r *enforcer.Request, project string) bool {
	return slices.ContainsFunc(r.Moments, func(m enforcer.Moment) bool {
		return m.State.Covered && m.State.Project == project
	})
}

// arithmetic lists what counted and what did not, up to the deadline and beyond it to the end, with the sum of what
// counted.
func (h *htmlReport) arithmetic(story *cycleStory, due, until time.Time) *board.Table {
	g := &board.Table{Head: append(h.heads("from", "to", "what"), board.Cell{Text: h.t("counted"), Class: "number"},
		board.Cell{Text: h.t("in all"), Class: "number"})}
	sum := time.Duration(0)
	row := func(from, to time.Time, what string, counted time.Duration) {
		if !to.After(from) {
			return
		}
		sum += counted
		much := "–"
		if counted > 0 {
			much = h.span(counted)
		}
		g.Rows = append(g.Rows, []board.Cell{
			momentCell(h.stamp(from)), momentCell(h.stamp(to)),
			{Text: what},
			{Text: much, Class: "number"},
			{Text: h.span(sum), Class: "number"},
		})
	}
	stretch := func(s []segmentInfo, from, to time.Time) { // one line, as far as it lies between the two
		var names []string
		for _, x := range s {
			if name := x.name(&h.page); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		begin, end, counted := s[0].From, s[len(s)-1].To, time.Duration(0)
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		if ticks(s[0]) {
			counted = max(0, end.Sub(begin))
		}
		row(begin, end, strings.Join(names, ", "), counted)
	}
	for _, part := range [][2]time.Time{{{}, due}, {due, until}} {
		if part[0].Equal(due) && until.After(due) {
			passed := board.Cell{Text: h.t("deadline"), Class: "breached"}
			g.Rows = append(g.Rows, []board.Cell{momentCell(h.stamp(due)), {}, passed, {}, {}})
		}
		for rest := story.Segments; len(rest) > 0 && rest[0].From.Before(part[1]); {
			n := 1
			for rests(rest[0]) && n < len(rest) && rests(rest[n]) && rest[n].From.Before(part[1]) {
				n++
			}
			stretch(rest[:n], part[0], part[1])
			rest = rest[n:]
		}
	}
	if len(g.Rows) == 0 {
		return nil
	}
	return g
}

func ticks(s segmentInfo) bool { return s.Kind == enforcer.SegmentCounting }

// rests reports whether the calendar stands still: nights and days off in a row are one line.
func rests(s segmentInfo) bool {
	return !ticks(s) && s.Kind != enforcer.SegmentPaused && s.Kind != enforcer.SegmentCutoff
}

// words are the comments that the cycle's steps wrote; the customer's edition has those that the customer can read.
func (h *htmlReport) words(
	ctx context.Context, x *engine.Explanation, obligation, cycle string,
) ([]board.Quote, error) {
	var out []board.Quote
	for _, e := range x.Entries {
		if e.Key.Obligation != obligation || e.Key.Cycle != cycle || e.State != enforcer.Done || e.Write == nil ||
			e.Write.Comment == nil || h.customer && e.Write.Comment.Internal {
			continue
		}
		info, err := h.info(ctx, e)
		if err != nil {
			return nil, err
		}
		audience := phrase("public comment")
		if e.Write.Comment.Internal {
			audience = "internal comment"
		}
		head := board.Cell{
			Text: strings.TrimSpace(h.stamp(info.Moment) + ", " + h.t(audience)),
			Link: h.pages(h.facts.Connection)(e.IssueKey, info.Event),
		}
		out = append(out, board.Quote{Head: head, Text: strings.TrimSpace(e.Write.Comment.Text)})
	}
	return out, nil
}
