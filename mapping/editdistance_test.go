package mapping_test

import (
	"testing"

	"slabridge/mapping"

	"pgregory.net/rapid"
)

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"status", "Status", 0},
		{"statsu", "status", 1},
		{"sattus", "status", 1},
		{"statu", "status", 1},
		{"stratus", "status", 1},
		{"stetus", "status", 1},
		{"критичнный", "критичный", 1},
		{"kitten", "sitting", 3},
		{"abcd", "badc", 2},
	} {
		if got := mapping.EditDistance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestEditDistanceLaws(t *testing.T) {
	word := rapid.StringMatching(`[a-cа-в]{0,7}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := mapping.EditDistance(a, b)
		if d != mapping.EditDistance(b, a) || (d == 0) != (a == b) {
			t.Errorf("%q, %q: %d, and %d back", a, b, d, mapping.EditDistance(b, a))
		}
		m, n := len([]rune(a)), len([]rune(b))
		if d > max(m, n) || d < max(m, n)-min(m, n) {
			t.Errorf("%q, %q: %d", a, b, d)
		}
	})
}
