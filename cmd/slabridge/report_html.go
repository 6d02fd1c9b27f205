package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"slabridge/enforcer/board"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

//go:embed pages/report.html
var reportPage string

//go:embed pages/report.css
var reportStyle string

// reportTemplate escapes what it is given for the place where it stands: text of a tracker is data.
var reportTemplate = template.Must(board.WithParts(template.New("report")).Parse(reportPage))

// sheet is a report as a page of HTML: one file that loads nothing else. All its texts are in the reader's language.
type sheet struct {
	Lang, Title string
	Policy      string // Content-Security-Policy: nothing but the style that stands in the page
	Style       template.CSS
	Lead        []string
	Summary     board.Part
	Rule        string
	Charts      []board.Chart
	Worst       board.Part
	Clauses     []clause
	Lists       []board.Part
}

// clause is an obligation that was broken, with each breach.
type clause struct {
	Title    string
	Lines    []string
	Breaches []breach
}

// htmlReport makes the page of a report.
type htmlReport struct {
	*workspace
	reportInfo
	facts    *report.Facts
	records  map[cycleRecord]*ledger.Record // of the broken promises, for the page
	customer bool                           // the edition for the customer, without what is only for staff
	// chainHidden: the reader is not told of the ledger's chain, see contractOf.
	chainHidden bool
}

// writeHTML writes the report as one file.
func (h *htmlReport) writeHTML(ctx context.Context) error {
	if err := h.readRecords(ctx); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(reportStyle))
	s := sheet{
		Lang: h.lang, Title: h.Title, Style: template.CSS(reportStyle), //nolint:gosec // our own file
		Policy: fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
			base64.StdEncoding.EncodeToString(digest[:])),
		Lead: h.lead(), Summary: h.summary(), Rule: h.Rule, Charts: h.charts(), Worst: h.worst(),
	}
	for i := range h.Obligations {
		c, err := h.clause(ctx, &h.Obligations[i])
		if err != nil {
			return err
		}
		if len(c.Breaches) > 0 {
			s.Clauses = append(s.Clauses, c)
		}
	}
	s.Lists = h.lists()
	return reportTemplate.Execute(h.out, s)
}

// cycleRecord names a cycle, by its request as people write it.
type cycleRecord struct{ issue, obligation, cycle string }

// readRecords finds the verdicts of the broken promises in the ledger's chain.
func (h *htmlReport) readRecords(ctx context.Context) error {
	broken := func(c *report.Cycle) bool { return c.Broken() }
	found, err := h.extract(ctx, broken)
	h.records = map[cycleRecord]*ledger.Record{}
	for i := range found {
		if r := &found[i]; r.Kind == "verdict" {
			h.records[cycleRecord{r.Text("issue_key"), r.Text("obligation"), r.Text("cycle")}] = r
		}
	}
	return err
}

// extract gives the records of the ledger that the verdicts of some cycles of the report rest on, as they were at its
// moment.
func (h *htmlReport) extract(ctx context.Context, is func(*report.Cycle) bool) ([]ledger.Record, error) {
	shown, rests := map[cycleRecord]bool{}, map[cycleRecord]bool{}
	for i := range h.Obligations {
		o := &h.Obligations[i]
		for j := range o.Cycles {
			if c := &o.Cycles[j]; is(c) {
				shown[cycleRecord{c.Issue, o.ID, c.ID}] = true
			}
		}
	}
	if len(shown) == 0 {
		return nil, nil
	}
	for i := range h.facts.Verdicts {
		v := &h.facts.Verdicts[i]
		rests[cycleRecord{v.Issue, v.Obligation, v.Cycle}] = shown[cycleRecord{v.IssueKey, v.Obligation, v.Cycle}]
	}
	found, err := h.ledger.Extract(ctx, h.facts.Connection, h.Contract,
		func(issue, obligation, id string) bool { return rests[cycleRecord{issue, obligation, id}] })
	return knownBy(found, h.Ledger, &h.facts.Question), err
}

// lead says of what contract, period and data the report is.
func (h *htmlReport) lead() []string {
	lines := []string{
		h.tf("from %s to %s, both included; made %s", h.date(h.From), h.date(h.To), h.moment(h.Made)),
		h.Contract + ", " + h.tf("contract version %s, calendar data of %s",
			strings.Join(h.Versions, ", "), h.dataOf(h.Calendars...)),
	}
	if !h.chainHidden {
		lines = append(lines, headText(&h.page, h.Ledger))
	}
	if h.Watched != nil {
		return append(lines,
			h.tf("slabridge has watched since %s; what was before is judged by the tracker's history", h.moment(*h.Watched)))
	}
	return append(lines, h.t("slabridge has not watched yet: all is judged by the tracker's history"))
}

// summary has the numbers of each clause, which never mix.
func (h *htmlReport) summary() board.Part {
	number := func(n int, class string) board.Cell {
		if n == 0 {
			class = "none"
		}
		return board.Cell{Text: strconv.Itoa(n), Class: strings.TrimSpace("number " + class)}
	}
	head := func(text phrase) board.Cell { return board.Cell{Text: h.t(text), Class: "number"} }
	g := &board.Table{Head: []board.Cell{
		{Text: h.t("promise")},
		head("kept in time"), head("escalated"), head("breached"), head("of these excused"),
		head("not judged"), head("running"), head("share kept"),
	}}
	for i := range h.Obligations {
		o := &h.Obligations[i]
		share := "–"
		if o.Kept != nil {
			share = h.number(*o.Kept) + " %"
		}
		g.Rows = append(g.Rows, []board.Cell{
			{Text: strings.TrimSpace(h.cited(o.Source) + " " + o.Title), Note: o.ID},
			number(o.Met, "met"), number(o.Escalated, "escalated"), number(o.Breached, "breached"), number(o.Excused, ""),
			number(o.NotJudged, "not-judged"), number(o.Running, ""),
			{Text: share, Class: "number"},
		})
	}
	return board.Part{Title: h.t("What was promised, and what was kept"), Table: g}
}

// fewWorst is how many breaches are singled out; where there are no more, each is told of below anyhow.
const fewWorst = 5

// worst singles out the breaches that came latest.
func (h *htmlReport) worst() board.Part {
	type late struct {
		clause string
		cycle  *report.Cycle
	}
	var all []late
	for i := range h.Obligations {
		o := &h.Obligations[i]
		for j := range o.Cycles {
			if o.Cycles[j].Broken() {
				all = append(all, late{strings.TrimSpace(h.cited(o.Source) + " " + o.Title), &o.Cycles[j]})
			}
		}
	}
	if len(all) <= fewWorst {
		return board.Part{}
	}
	slices.SortStableFunc(all, func(a, b late) int { return cmp.Compare(b.cycle.LateSeconds, a.cycle.LateSeconds) })
	g := &board.Table{Head: h.heads("request", "promise", "what came of it")}
	for _, x := range all[:fewWorst] {
		g.Rows = append(g.Rows, []board.Cell{
			h.issue(x.cycle.Issue, x.cycle.Subject), {Text: x.clause}, {Text: howLate(&h.page, x.cycle)},
		})
	}
	return board.Part{Title: h.t("The latest"), Table: g}
}

// lists are the accounts, the requests by severity and the exceptions.
func (h *htmlReport) lists() []board.Part {
	var out []board.Part
	if len(h.Accounts) > 0 {
		g := &board.Table{Head: []board.Cell{{Text: h.t("clause")}, {Text: h.t("account")}}}
		for i := range h.Accounts {
			head, text := accountText(&h.page, &h.Accounts[i], h.facts.Contract)
			line := board.Cell{Text: text}
			if h.Accounts[i].Over() {
				line.Note, line.Class = h.t("more than promised"), "breached"
			}
			g.Rows = append(g.Rows, []board.Cell{{Text: head}, line})
		}
		out = append(out, board.Part{Title: h.t("Accounts"), Table: g})
	}
	g := &board.Table{Head: []board.Cell{{Text: h.t("severity")}, {Text: h.t("requests"), Class: "number"}}}
	for _, s := range h.Requests {
		title := h.facts.Contract.SeverityTitle(s.Severity).In(h.lang)
		g.Rows = append(g.Rows, []board.Cell{{Text: title}, {Text: strconv.Itoa(s.Requests), Class: "number"}})
	}
	out = append(out, board.Part{Title: h.t("Requests created in the period, by severity"), Table: g})
	if len(h.Exceptions) == 0 {
		return append(out, board.Part{Title: h.t("Exceptions"), None: h.t("none")})
	}
	for _, group := range report.Groups {
		if p := h.exceptions(group); p.Table != nil {
			out = append(out, p)
		}
	}
	return out
}

func (h *htmlReport) exceptions(group report.Group) board.Part {
	g := &board.Table{Head: []board.Cell{{Text: h.t("request")}, {Text: h.t("what")}}}
	for _, x := range h.Exceptions {
		if x.Kind.Group() != group {
			continue
		}
		what := board.Cell{Text: h.t(exceptionWords[x.Kind])}
		if x.Obligation != "" {
			what.Text += ", " + h.promise(h.facts.Contract, x.Obligation)
		}
		what.Note = x.What
		g.Rows = append(g.Rows, []board.Cell{h.issue(x.IssueKey, x.Subject), what})
		for _, e := range x.Events {
			trace := strings.TrimSpace(h.stamp(e.At) + " " + h.steps(h.facts.Contract, e.Step))
			g.Rows = append(g.Rows, []board.Cell{{}, {Text: trace, Link: e.Link}})
		}
	}
	if g.Rows == nil {
		return board.Part{}
	}
	return board.Part{Title: h.t(groupWords[group]), Table: g}
}

// issue names a request, and leads to it in the tracker.
func (h *htmlReport) issue(key, subject string) board.Cell {
	return board.Cell{Text: strings.TrimSpace(typed(key) + " " + subject), Link: h.issuePage(h.facts.Connection, key)}
}
