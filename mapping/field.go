package mapping

import (
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
)

// flags are the mapped fields that say yes or no: a tracker's "0" is a no there, not a value.
var flags = []string{FieldAgreed, FieldAfterHours, FieldOnBehalf, FieldHold}

// value is what the field holds for the contract: its values that count, "" when there are none.
func (f boundField) value(v connectors.Values) string {
	var out []string
	for _, x := range v[f.key] {
		if counts([]string{x}, f.In) && !(f.In == nil && x == "0" && slices.Contains(flags, f.Is)) {
			out = append(out, x)
		}
	}
	return strings.Join(out, ", ")
}

const (
	layoutMinutes = "2006-01-02 15:04"
	layoutSeconds = "2006-01-02 15:04:05"
)

// parseMoment reads a moment that a person typed or a tracker stored. Without an offset it is local to zone; a
// date alone is its first moment, and dateOnly says so.
func parseMoment(s string, zone *time.Location) (at time.Time, dateOnly, ok bool) {
	s = squeeze(s)
	for _, layout := range []string{time.RFC3339, layoutSeconds, layoutMinutes, "2006-01-02T15:04", "02.01.2006 15:04:05", "02.01.2006 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, false, true
		}
	}
	for _, layout := range []string{time.DateOnly, "02.01.2006"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, true, true
		}
	}
	return time.Time{}, false, false
}
