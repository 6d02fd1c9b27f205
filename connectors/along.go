package connectors

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// alongWithStatus are the values that our write sends together with a status. They are missing if somebody else set the
// status a moment earlier: then they were never sent.
func (w Write) alongWithStatus(account string, before, after History) []wantedField {
	if w.Status == nil || !(wantedField{FieldStatus, *w.Status}).done(account, before, after) {
		return nil
	}
	var out []wantedField
	for _, field := range slices.Sorted(maps.Keys(w.StatusFields)) {
		out = append(out, wantedField{field, w.StatusFields[field]})
	}
	return out
}

// holds reports whether a field that has the values holds what was asked for in words of the configuration: the tracker
// gives a name in its own case, a number, a moment and a list in its own way of writing.
func holds(values []string, wanted string) bool {
	has := func(wanted string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return sameValue(v, wanted) })
	}
	words := strings.Fields(wanted)
	switch {
	case len(words) == 0:
		return len(values) == 0 || len(values) == 1 && values[0] == ""
	case has(strings.TrimSpace(wanted)):
		return true
	}
	return len(words) > 1 && !slices.ContainsFunc(words, func(word string) bool { return !has(word) })
}

// sameValue compares two ways of writing a value.
func sameValue(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		y, err := strconv.ParseFloat(b, 64)
		return err == nil && x == y
	}
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	return errX == nil && errY == nil && x.Truncate(time.Second).Equal(y.Truncate(time.Second))
}
