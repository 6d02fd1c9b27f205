package board_test

import (
	"strings"
	"testing"

	"slabridge/enforcer/board"
)

// A column for each, no taller than the picture, with the number over it; names of anybody's making are only text.
func TestColumns(t *testing.T) {
	kinds := []board.Series{{Name: "kept", Class: "met"}, {Name: "broken", Class: "breached"}}
	bars := []board.Bar{
		{Label: "01.2026", Values: []int{3, 1}},
		{Label: "<b>", Values: []int{0, 0}},
		{Label: "03.2026", Values: []int{0, 2}},
	}
	svg := string(board.Columns(`a "title"`, kinds, bars))
	for _, want := range []string{
		">4</text>", ">2</text>", `aria-label="a &#34;title&#34;"`, "&lt;b&gt;: kept 0, broken 0",
		`<rect class="met" x="90.0" y="65.5" width="60.0" height="94.5"/>`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
	if strings.Contains(svg, "<b>") || strings.Count(svg, `<rect class="met"`) != 2 { // one of them explains the colour
		t.Errorf("picture %s", svg)
	}
}
