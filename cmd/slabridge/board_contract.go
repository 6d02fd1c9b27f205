package main

import (
	"context"
	"maps"
	"sync"
	"time"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer/board"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/report"
)

// monthsShown is how many months the page of a contract shows unless it is asked for others.
const monthsShown = 6

// mostRows is how many rows of a table the page shows.
const mostRows = 200

// contractAnswer is what /api/v1/contract/ID gives: the report, in which the end of the ledger's chain may be missing.
type contractAnswer struct {
	reportInfo
	Ledger *report.Head `json:"ledger,omitempty"`
}

// contractPage is what the page of a contract depends on, beside the state. What is kept for one reader must not be
// shown to another who may see less, or something else.
type contractPage struct {
	lang string
	ask  board.ContractQuestion
	sees string // the contracts that the reader may see, "" for all
}

// mostKept is how many answers about contracts are kept.
const mostKept = 8

// keptContracts keeps answers about contracts: over twenty thousand requests one takes many seconds to work out. It is
// kept for keptTimes as long as it took, so that nobody who looks again soon waits, and no small desk is shown what is
// old.
type keptContracts struct {
	mu      sync.Mutex
	answers map[contractPage]*keptContract
}

type keptContract struct {
	turn   chan struct{} // of whoever works it out: others with the same question wait for it
	until  time.Time
	answer board.Contract
}

// keptTimes is how many times as long as it took to work out an answer is kept.
const keptTimes = 5

// answer gives the answer that is kept, or has it worked out.
func (k *keptContracts) answer(
	ctx context.Context, page contractPage, clock func() time.Time, work func() (board.Contract, error),
) (board.Contract, error) {
	kept := k.of(page, clock())
	return inTurn(ctx, kept.turn, func() (board.Contract, error) {
		began := clock()
		if began.Before(kept.until) {
			return kept.answer, nil
		}
		answer, err := work()
		if err == nil {
			ended := clock()
			kept.answer, kept.until = answer, ended.Add(keptTimes*ended.Sub(began))
		}
		return answer, err
	})
}

// of is the place of a page's answer. Answers that are too old go, and where too many are kept, all.
func (k *keptContracts) of(page contractPage, now time.Time) *keptContract {
	k.mu.Lock()
	defer k.mu.Unlock()
	maps.DeleteFunc(k.answers, func(p contractPage, x *keptContract) bool {
		if p == page {
			return false
		}
		select {
		case x.turn <- struct{}{}:
			defer func() { <-x.turn }()
			return !now.Before(x.until)
		default:
			return false // it is being worked out
		}
	})
	if k.answers == nil || len(k.answers) >= mostKept && k.answers[page] == nil {
		k.answers = map[contractPage]*keptContract{}
	}
	if k.answers[page] == nil {
		k.answers[page] = &keptContract{turn: make(chan struct{}, 1)}
	}
	return k.answers[page]
}

// contractOf answers what a contract promised in a period and what was kept: the report, without each breach's
// evidence, which stands on the page of its request. The end of the ledger's chain counts the records of every contract
// of the connection: it is told only if chain is true.
func contractOf(ctx context.Context, w *workspace, ask board.ContractQuestion, chain bool) (board.Contract, error) {
	c := w.cfg.Contract(ask.ID)
	if c == nil {
		return board.Contract{}, board.ErrNotFound
	}
	p, err := askedPeriod(ctx, w, c, &ask)
	if err != nil {
		return board.Contract{}, err
	}
	facts, err := reportFacts(ctx, w, c, p)
	if err != nil {
		return board.Contract{}, err
	}
	r := report.Make(facts, w.lang)
	h := htmlReport{
		workspace: w, reportInfo: reportInfoOf(&w.page, r, c.Zone(), w.pages(c.Connection)), facts: &facts,
		chainHidden: !chain,
	}
	answer := contractAnswer{reportInfo: h.reportInfo}
	if chain {
		answer.Ledger = &h.Ledger
	}
	out := board.Contract{
		Value: answer, ID: c.ID, Title: h.Title, From: ask.From, To: ask.To, Lead: h.lead(), Rule: h.Rule,
		Charts: h.charts(), Parts: []board.Part{h.summary()},
	}
	out.Parts = append(out.Parts, textPart(&h))
	if broken := brokenPart(&h); broken.Table != nil {
		out.Parts = append(out.Parts, broken)
	}
	if held := heldPart(&h); len(held.Lines) > 0 {
		out.Parts = append(out.Parts, held)
	}
	out.Parts = append(out.Parts, h.lists()...)
	for i := range out.Parts {
		p := &out.Parts[i]
		if p.Table == nil || len(p.Table.Rows) <= mostRows {
			continue
		}
		p.Lines = append(p.Lines, w.tf("rows shown: %d of %d; 'slabridge report' has them all", mostRows, len(p.Table.Rows)))
		p.Table.Rows = p.Table.Rows[:mostRows]
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if text := o.Assumption.In(w.lang); text != "" {
			name := w.cited(o.Source) + " " + o.Title.In(w.lang)
			out.Assumptions = append(out.Assumptions, board.Fact{Name: name, Value: text})
		}
	}
	return out, nil
}

// askedPeriod is the period that was asked for. What is missing of it is filled in: it ends today, and is of the last
// months up to its end.
func askedPeriod(
	ctx context.Context, w *workspace, c *config.Contract, ask *board.ContractQuestion,
) (report.Period, error) {
	if ask.To == "" {
		now, err := w.trackerTime(ctx, c.Connection)
		if err != nil {
			return report.Period{}, err
		}
		ask.To = now.In(c.Zone()).Format(time.DateOnly)
	}
	if ask.From == "" {
		to, err := calendar.ParseDate(ask.To)
		if err != nil {
			return report.Period{}, message.Errorf("%w: %w", board.ErrAsked, usage("--to %w", err))
		}
		ask.From = time.Date(to.Year, to.Month-monthsShown+1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	p, err := periodOf(ask.From, ask.To, c.Zone())
	if err != nil {
		return p, message.Errorf("%w: %w", board.ErrAsked, err)
	}
	return p, nil
}

// textPart has what the contract says of each promise beside what was measured of it, and what cannot be measured.
func textPart(h *htmlReport) board.Part {
	g := &board.Table{Head: h.heads("promise", "what the contract says", "what was measured")}
	for i := range h.facts.Contract.Obligations {
		o := &h.facts.Contract.Obligations[i]
		if !o.Active() {
			continue
		}
		measured := h.t("not measured by cycles")
		for j := range h.Obligations {
			if r := &h.Obligations[j]; r.ID == o.ID {
				measured = h.tf("kept %d, escalated %d, breached %d (excused %d), not judged %d, running %d",
					r.Met, r.Escalated, r.Breached, r.Excused, r.NotJudged, r.Running)
			}
		}
		g.Rows = append(g.Rows, []board.Cell{
			{Text: o.Title.In(h.lang), Note: h.cited(o.Source)},
			{Lines: h.terms(o), Note: o.Assumption.In(h.lang)},
			{Text: measured},
		})
	}
	part := board.Part{Title: h.t("The text, and what was measured"), Table: g}
	for _, u := range h.facts.Contract.Unmeasured {
		part.Lines = append(part.Lines, h.tf("%s: nothing to measure: %s", h.cited(u.Source), u.Why))
	}
	return part
}

// brokenPart lists the breaches, each with the way to the page of its request.
func brokenPart(h *htmlReport) board.Part {
	g := &board.Table{Head: h.heads("request", "promise", "deadline", "what came of it")}
	for i := range h.Obligations {
		o := &h.Obligations[i]
		for j := range o.Cycles {
			c := &o.Cycles[j]
			if !c.Broken() {
				continue
			}
			row := []board.Cell{
				{Text: typed(c.Issue) + " " + c.Subject}, {Text: o.Title, Note: h.cited(o.Source)}, {}, {Text: howLate(&h.page, c)},
			}
			if c.OfContract {
				row[0].Text = h.period(true, c.ID)
			} else {
				row[0].Request = c.Issue
			}
			if c.Due != nil {
				row[2] = momentCell(h.brief(*c.Due, h.Made))
			}
			for _, x := range c.Excused {
				row[3].Note = h.t("excused") + " " + h.excuse(&x)
			}
			g.Rows = append(g.Rows, row)
		}
	}
	if g.Rows == nil {
		return board.Part{}
	}
	return board.Part{Title: h.t("Broken promises"), Table: g}
}

// heldPart says for how long the requests of the period were with whom.
func heldPart(h *htmlReport) board.Part {
	part := board.Part{Title: h.t("Who held the requests that were created in the period")}
	for i := range h.facts.Survey.Held {
		part.Lines = append(part.Lines, holdingText(&h.page, &h.facts.Survey.Held[i]))
	}
	return part
}
