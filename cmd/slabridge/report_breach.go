package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/report"
)

// breach is one broken promise with all that it rests on.
type breach struct {
	Issue   cell
	Excused bool
	Facts   []fact
	Parts   []part
}

// fact is a name with its value.
type fact struct {
	Name  string
	Value cell
}

// quote is a text that was written, word for word.
type quote struct {
	Head cell
	Text string
}

// clause tells of an obligation that was broken.
func (h *htmlReport) clause(ctx context.Context, o *report.Obligation) (clause, error) {
	c := clause{Title: strings.TrimSpace(o.Source + " " + o.Title)}
	if today := h.facts.Contract.Obligation(o.ID); today != nil {
		if reading := today.Assumption.In(h.lang); reading != "" {
			c.Lines = append(c.Lines, h.tf("how the text is read: %s", reading))
		}
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

func (h *htmlReport) breach(ctx context.Context, obligation string, c *report.Cycle) (breach, error) {
	b := breach{Issue: h.issue(c.Issue, c.Subject), Excused: len(c.Excused) > 0}
	add := func(name phrase, text string) {
		if text != "" {
			b.Facts = append(b.Facts, fact{h.t(name), cell{Text: text}})
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
	add("judged by", h.tf("contract version %s, calendar data of %s", c.Version, c.Calendar))
	if c.Provisional {
		add("to be known", h.t("the due rests on provisional calendar data"))
	}
	if c.EarlierRecords > 0 {
		add("earlier records of this cycle", strconv.Itoa(c.EarlierRecords))
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
	return h.tf("by %s on %s: %s", x.By, h.stamp(x.At), x.Reason)
}

// evidence is how the deadline came about and what was written, as the mirror and the ledger have it. Where the cycle
// is judged otherwise today, by another text or mapping, its arithmetic is not that of the verdict and is left out.
func (h *htmlReport) evidence(ctx context.Context, obligation string, c *report.Cycle) ([]part, error) {
	if c.OfContract {
		return nil, nil
	}
	x, story, err := h.cycleNow(ctx, obligation, c)
	if err != nil {
		return nil, err
	}
	if story == nil {
		return []part{{Title: h.t("How the deadline came about"), Lines: []string{
			h.t("the mirror, the text or the mapping has changed since: what the verdict rests on is above"),
		}}}, nil
	}
	parts := []part{{Title: h.t("How the deadline came about"), Lines: story.Why, Table: h.arithmetic(story, *c.Due)}}
	var held []string
	for _, holding := range report.Holdings(x.Evaluation.Timeline()) {
		held = append(held, holdingText(&h.page, &holding))
	}
	parts = append(parts, part{Title: h.t("Who held the request"), Lines: held})
	if h.customer && !h.facts.Survey.Shown[c.Issue] {
		return parts, nil
	}
	words, err := h.words(ctx, x, obligation, c.ID)
	if err != nil {
		return nil, err
	}
	if len(words) > 0 {
		parts = append(parts, part{Title: h.t("What slabridge wrote"), Words: words})
	}
	return parts, nil
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

func (h *htmlReport) heads(texts ...phrase) []cell {
	out := make([]cell, len(texts))
	for i, text := range texts {
		out[i].Text = h.t(text)
	}
	return out
}

func momentCell(text string) cell { return cell{Text: text, Class: "moment"} }

// arithmetic lists what counted and what did not, up to the deadline, with the sum of what counted.
func (h *htmlReport) arithmetic(story *cycleStory, due time.Time) *grid {
	g := &grid{Head: append(h.heads("from", "to", "what"), cell{Text: h.t("counted"), Class: "number"},
		cell{Text: h.t("in all"), Class: "number"})}
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
		g.Rows = append(g.Rows, []cell{
			momentCell(h.stamp(from)), momentCell(h.stamp(to)),
			{Text: what},
			{Text: much, Class: "number"},
			{Text: h.span(sum), Class: "number"},
		})
	}
	for rest := story.Segments; len(rest) > 0 && rest[0].From.Before(due); {
		n := 1
		for rests(rest[0]) && n < len(rest) && rests(rest[n]) && rest[n].From.Before(due) {
			n++
		}
		var names []string
		for _, s := range rest[:n] {
			if !slices.Contains(names, s.Segment) {
				names = append(names, s.Segment)
			}
		}
		to, counted := rest[n-1].To, time.Duration(0)
		if to.After(due) {
			to = due
		}
		if ticks(rest[0]) {
			counted = to.Sub(rest[0].From)
		}
		row(rest[0].From, to, strings.Join(names, ", "), counted)
		rest = rest[n:]
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
func (h *htmlReport) words(ctx context.Context, x *engine.Explanation, obligation, cycle string) ([]quote, error) {
	var out []quote
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
		head := cell{
			Text: strings.TrimSpace(h.stamp(info.Moment) + ", " + h.t(audience)),
			Link: h.pages(h.facts.Connection)(e.IssueKey, info.Event),
		}
		out = append(out, quote{head, strings.TrimSpace(e.Write.Comment.Text)})
	}
	return out, nil
}
