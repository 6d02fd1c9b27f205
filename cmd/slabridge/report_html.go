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

	"slabridge/enforcer/report"
)

//go:embed pages/report.html
var reportPage string

//go:embed pages/report.css
var reportStyle string

// reportTemplate escapes what it is given for the place where it stands: text of a tracker is data.
var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// sheet is a report as a page of HTML: one file that asks nobody for anything. All texts are the reader's.
type sheet struct {
	Lang, Title string
	Policy      string // Content-Security-Policy: nothing but the style that stands in the page
	Style       template.CSS
	Lead        []string
	Summary     part
	Rule        string
	Charts      []chart
	Worst       part
	Clauses     []clause
	Lists       []part
}

// part is a heading with what stands under it.
type part struct {
	Title string
	Lines []string
	Table *grid
	None  string // in place of the table, where there is nothing
	Words []quote
}

// grid is a table; cells stand in rows.
type grid struct {
	Head []cell
	Rows [][]cell
}

// cell is a text, perhaps with a link and a second line.
type cell struct{ Text, Note, Link, Class string }

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
	customer bool // the edition for the customer: without internal texts, staff's names and what is only for staff
}

// writeHTML writes the report as one file.
func (h *htmlReport) writeHTML(ctx context.Context) error {
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

// lead says of what contract, period and data the report is.
func (h *htmlReport) lead() []string {
	lines := []string{
		h.tf("from %s to %s, both included; made %s", h.From, h.To, h.stamp(h.Made)),
		h.Contract + ", " + h.tf("contract version %s, calendar data of %s",
			strings.Join(h.Versions, ", "), strings.Join(h.Calendars, ", ")),
	}
	lines = append(lines, headText(&h.page, h.Ledger))
	if h.Watched != nil {
		return append(lines,
			h.tf("slabridge has watched since %s; what was before is judged by the tracker's history", h.stamp(*h.Watched)))
	}
	return append(lines, h.t("slabridge has not watched yet: all is judged by the tracker's history"))
}

// summary has the numbers of each clause, which never mix.
func (h *htmlReport) summary() part {
	number := func(n int, class string) cell {
		if n == 0 {
			class = "none"
		}
		return cell{Text: strconv.Itoa(n), Class: strings.TrimSpace("number " + class)}
	}
	head := func(text phrase) cell { return cell{Text: h.t(text), Class: "number"} }
	g := &grid{Head: []cell{
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
		g.Rows = append(g.Rows, []cell{
			{Text: strings.TrimSpace(o.Source + " " + o.Title), Note: o.ID},
			number(o.Met, "met"), number(o.Escalated, "escalated"), number(o.Breached, "breached"), number(o.Excused, ""),
			number(o.NotJudged, "not-judged"), number(o.Running, ""),
			{Text: share, Class: "number"},
		})
	}
	return part{Title: h.t("What was promised, and what was kept"), Table: g}
}

// fewWorst is how many breaches are singled out; where there are no more, each is told of below anyhow.
const fewWorst = 5

// worst singles out the breaches that came latest.
func (h *htmlReport) worst() part {
	type late struct {
		clause string
		cycle  *report.Cycle
	}
	var all []late
	for i := range h.Obligations {
		o := &h.Obligations[i]
		for j := range o.Cycles {
			if o.Cycles[j].Broken() {
				all = append(all, late{strings.TrimSpace(o.Source + " " + o.Title), &o.Cycles[j]})
			}
		}
	}
	if len(all) <= fewWorst {
		return part{}
	}
	slices.SortStableFunc(all, func(a, b late) int { return cmp.Compare(b.cycle.LateSeconds, a.cycle.LateSeconds) })
	g := &grid{Head: h.heads("request", "promise", "what came of it")}
	for _, x := range all[:fewWorst] {
		g.Rows = append(g.Rows, []cell{
			h.issue(x.cycle.Issue, x.cycle.Subject), {Text: x.clause}, {Text: howLate(&h.page, x.cycle)},
		})
	}
	return part{Title: h.t("The latest"), Table: g}
}

// lists are the accounts, the requests by severity and the exceptions.
func (h *htmlReport) lists() []part {
	var out []part
	if len(h.Accounts) > 0 {
		g := &grid{Head: []cell{{Text: h.t("clause")}, {Text: h.t("account")}}}
		for i := range h.Accounts {
			head, text := accountText(&h.page, &h.Accounts[i])
			line := cell{Text: text}
			if h.Accounts[i].Over() {
				line.Note, line.Class = h.t("more than promised"), "breached"
			}
			g.Rows = append(g.Rows, []cell{{Text: head}, line})
		}
		out = append(out, part{Title: h.t("Accounts"), Table: g})
	}
	g := &grid{Head: []cell{{Text: h.t("severity")}, {Text: h.t("requests"), Class: "number"}}}
	for _, s := range h.Requests {
		title := h.facts.Contract.SeverityTitle(s.Severity).In(h.lang)
		g.Rows = append(g.Rows, []cell{{Text: title}, {Text: strconv.Itoa(s.Requests), Class: "number"}})
	}
	out = append(out, part{Title: h.t("Requests created in the period, by severity"), Table: g})
	if len(h.Exceptions) == 0 {
		return append(out, part{Title: h.t("Exceptions"), None: h.t("none")})
	}
	for _, group := range report.Groups {
		if p := h.exceptions(group); p.Table != nil {
			out = append(out, p)
		}
	}
	return out
}

func (h *htmlReport) exceptions(group report.Group) part {
	g := &grid{Head: []cell{{Text: h.t("request")}, {Text: h.t("what")}}}
	for _, x := range h.Exceptions {
		if x.Kind.Group() != group {
			continue
		}
		what := cell{Text: h.t(exceptionWords[x.Kind])}
		if x.Obligation != "" {
			what.Text += ", " + x.Obligation
		}
		what.Note = x.What
		g.Rows = append(g.Rows, []cell{h.issue(x.IssueKey, x.Subject), what})
		for _, e := range x.Events {
			g.Rows = append(g.Rows, []cell{{}, {Text: strings.TrimSpace(h.stamp(e.At) + " " + e.Step), Link: e.Link}})
		}
	}
	if g.Rows == nil {
		return part{}
	}
	return part{Title: h.t(groupWords[group]), Table: g}
}

// issue names a request, and leads to it in the tracker.
func (h *htmlReport) issue(key, subject string) cell {
	return cell{Text: strings.TrimSpace(typed(key) + " " + subject), Link: h.issuePage(h.facts.Connection, key)}
}
