package board

import (
	"fmt"
	"html/template"
	"strings"
)

// Bar is a column of a chart: a label, and how many there are of each series.
type Bar struct {
	Label  string
	Values []int
}

// Series is what is counted, in the words of the reader, and the class that colours it.
type Series struct{ Name, Class string }

// The picture's measures, in its own units.
const (
	chartWidth, chartHeight = 720, 190
	chartTop, chartBase     = 34, 160
	labelRoom               = 34 // that a label takes; with more columns only some have one
)

// Columns draws stacked columns with the sum over each.
func Columns(title string, kinds []Series, bars []Bar) template.HTML {
	most := 1
	for _, b := range bars {
		most = max(most, total(b.Values))
	}
	var svg, said strings.Builder
	step := float64(chartWidth) / float64(len(bars))
	wide := min(step*0.6, 60)
	every := int(labelRoom/step) + 1
	for i, b := range bars {
		x, y := step*float64(i)+(step-wide)/2, float64(chartBase)
		fmt.Fprintf(&said, "%s: ", b.Label)
		for k, n := range b.Values {
			tall := float64(n) / float64(most) * (chartBase - chartTop)
			y -= tall
			if n > 0 {
				fmt.Fprintf(
					&svg,
					`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`,
					kinds[k].Class,
					x,
					y,
					wide,
					tall,
				)
			}
			fmt.Fprintf(&said, "%s %d, ", kinds[k].Name, n)
		}
		if n := total(b.Values); n > 0 {
			fmt.Fprintf(&svg, `<text text-anchor="middle" x="%.1f" y="%.1f">%d</text>`, x+wide/2, y-4, n)
		}
		if i%every == 0 {
			fmt.Fprintf(&svg, `<text class="small" text-anchor="middle" x="%.1f" y="%d">%s</text>`,
				x+wide/2, chartBase+16, template.HTMLEscapeString(b.Label))
		}
	}
	x := 0
	for _, k := range kinds {
		fmt.Fprintf(&svg, `<rect class="%s" x="%d" y="4" width="10" height="10"/><text x="%d" y="13">%s</text>`,
			k.Class, x, x+15, template.HTMLEscapeString(k.Name))
		x += 40 + 8*len([]rune(k.Name))
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
