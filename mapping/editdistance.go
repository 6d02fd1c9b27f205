package mapping

import "strings"

// EditDistance counts the letters to change, put in, leave out or swap with the next one to make b of a, capitals and
// small letters being the same. Every "did you mean" of the configuration rests on it; package config, which reads the
// file, imports this package and not the other way round.
func EditDistance(a, b string) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	var before, last []int // the rows of the two letters before this one
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before, last, row = last, row, make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			change := last[j]
			if x[i] != y[j] {
				change++
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, change)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(y)]
}

// Alike returns the value that somebody who wrote another probably meant: one that differs by a few letters, or that
// the other is a part of; "" where none is alike.
func Alike(written string, values []string) string {
	wanted := strings.ToLower(squeeze(written))
	best, nearest := max(2, len([]rune(wanted))/3)+1, ""
	for _, v := range values {
		if n := EditDistance(wanted, squeeze(v)); n < best {
			best, nearest = n, v
		}
	}
	if nearest != "" || wanted == "" {
		return nearest
	}
	for _, v := range values {
		has := strings.ToLower(squeeze(v))
		if strings.Contains(has, wanted) || len([]rune(has)) > 3 && strings.Contains(wanted, has) {
			return v
		}
	}
	return ""
}
