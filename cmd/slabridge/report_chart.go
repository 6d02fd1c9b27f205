package main

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

// chart is a picture with its name. What it shows is also said in words, for those who cannot see it.
type chart struct {
	Title   string
	Picture template.HTML
}

// bar is a column of the picture: a label, and how many there are of each series.
type bar struct {
	label  string
	values []int
}

// series is what is counted, in the words of the reader, and the class that colours it.
type series struct{ name, class string }

// charts shows how the months went, and on which weekdays promises were broken. One month alone has no course, and
// what was never broken no weekdays.
func (h *htmlReport) charts() []chart {
	var out []chart
	kinds := []series{
		{
			h.t("kept in time"),
			"met",
		},
		{h.t("escalated"), "escalated"},
		{h.t("breached"), "breached"},
		{h.t("not judged"), "not-judged"},
	}
	if months := h.byMonth(); len(months) > 1 {
		out = append(out, chart{h.t("Month by month"), stackedColumns(h.t("Month by month"), kinds, months)})
	}
	if days, some := h.byWeekday(); some {
		title := h.t("Broken promises by the weekday of their deadline")
		out = append(out, chart{title, stackedColumns(title, kinds[2:3], days)})
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
func (h *htmlReport) byMonth() []bar {
	var out []bar
	first := h.facts.Period.Start
	month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, first.Location())
	for ; month.Before(h.facts.Period.End); month = month.AddDate(0, 1, 0) {
		next, b := month.AddDate(0, 1, 0), bar{month.Format("01.2006"), make([]int, 4)}
		for i := range h.Obligations {
			for j := range h.Obligations[i].Cycles {
				c := &h.Obligations[i].Cycles[j]
				at := reached(c)
				kind := slices.Index([]enforcer.CycleState{
					enforcer.Met, enforcer.Escalated, enforcer.Breached, enforcer.NotJudged,
				}, c.State)
				if kind >= 0 && at != nil && !at.Before(month) && at.Before(next) {
					b.values[kind]++
				}
			}
		}
		out = append(out, b)
	}
	return out
}

// byWeekday counts the breaches by the weekday of their deadline, Monday first.
func (h *htmlReport) byWeekday() (out []bar, some bool) {
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		b := bar{h.weekday(day), make([]int, 1)}
		for i := range h.Obligations {
			for j := range h.Obligations[i].Cycles {
				c := &h.Obligations[i].Cycles[j]
				if at := reached(c); c.State == enforcer.Breached && at != nil && at.Weekday() == day {
					b.values[0]++
					some = true
				}
			}
		}
		out = append(out, b)
	}
	return out, some
}

// The picture's measures, in its own units.
const (
	chartWidth, chartHeight = 720, 190
	chartTop, chartBase     = 34, 160
	labelRoom               = 34 // that a label takes; with more columns only some have one
)

// stackedColumns draws stacked columns with the sum over each.
func stackedColumns(title string, kinds []series, bars []bar) template.HTML {
	most := 1
	for _, b := range bars {
		most = max(most, total(b.values))
	}
	var svg, said strings.Builder
	step := float64(chartWidth) / float64(len(bars))
	wide := min(step*0.6, 60)
	every := int(labelRoom/step) + 1
	for i, b := range bars {
		x, y := step*float64(i)+(step-wide)/2, float64(chartBase)
		fmt.Fprintf(&said, "%s: ", b.label)
		for k, n := range b.values {
			tall := float64(n) / float64(most) * (chartBase - chartTop)
			y -= tall
			if n > 0 {
				fmt.Fprintf(
					&svg,
					`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`,
					kinds[k].class,
					x,
					y,
					wide,
					tall,
				)
			}
			fmt.Fprintf(&said, "%s %d, ", kinds[k].name, n)
		}
		if n := total(b.values); n > 0 {
			fmt.Fprintf(&svg, `<text text-anchor="middle" x="%.1f" y="%.1f">%d</text>`, x+wide/2, y-4, n)
		}
		if i%every == 0 {
			fmt.Fprintf(&svg, `<text class="small" text-anchor="middle" x="%.1f" y="%d">%s</text>`,
				x+wide/2, chartBase+16, template.HTMLEscapeString(b.label))
		}
	}
	x := 0
	for _, k := range kinds {
		fmt.Fprintf(&svg, `<rect class="%s" x="%d" y="4" width="10" height="10"/><text x="%d" y="13">%s</text>`,
			k.class, x, x+15, template.HTMLEscapeString(k.name))
		x += 40 + 8*len([]rune(k.name))
	}
	//nolint:gosec // every text in it is escaped above and here
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s"><desc>%s</desc>`+
		`<line class="axis" x1="0" y1="%d" x2="%d" y2="%d"/>%s</svg>`, chartWidth, chartHeight,
		template.HTMLEscapeString(title), template.HTMLEscapeString(strings.TrimSuffix(said.String(), ", ")),
		chartBase, chartWidth, chartBase, svg.String()))
}

func total(values []int) (n int) {
	for _, v := range values {
		n += v
	}
	return n
}
