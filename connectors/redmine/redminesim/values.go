package redminesim

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// asInt takes a number out of a JSON value the way Redmine does: text gives the digits it begins
// with, null gives 0. Other types are not modelled.
func asInt(v any) (int, bool) {
	switch v := v.(type) {
	case nil:
		return 0, true
	case json.Number:
		return rubyInt(v.String()), true
	case string:
		return rubyInt(v), true
	}
	return 0, false
}

// asText takes a text; numbers are written out, null is empty.
func asText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case json.Number:
		return v.String(), true
	case string:
		return v, true
	}
	return "", false
}

// asBool is Rails' idea of true.
func asBool(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case json.Number:
		return v.String() == "1"
	case string:
		return v == "1" || v == "true" || v == "t" || v == "on"
	}
	return false
}

// asDate reads a date; fine is false for any other text.
func asDate(v any) (date string, fine bool) {
	s, is := asText(v)
	if !is {
		return "", false
	}
	if s == "" {
		return "", true
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", false
	}
	return s, true
}

var (
	plainHours = regexp.MustCompile(`^(\d+([.,]\d+)?)h?$`)
	clockHours = regexp.MustCompile(`^(\d+):(\d+)$`)
	wordHours  = regexp.MustCompile(`(?i)^(?:(\d+)\s*(?:hours?|h))?\s*(?:(\d+)\s*(?:min|m)?)?$`)
)

// asHours reads hours as the forms do: 1.5, "1,5", "1:30", "1h30m", "90m". A nil result with fine
// true is an empty field.
func asHours(v any) (hours *float64, fine bool) {
	s, is := asText(v)
	if !is {
		return nil, false
	}
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, true
	}
	if m := plainHours.FindStringSubmatch(s); m != nil {
		h, err := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
		return &h, err == nil
	}
	m := clockHours.FindStringSubmatch(s)
	if m == nil {
		m = wordHours.FindStringSubmatch(s)
	}
	if m == nil {
		return nil, false
	}
	h := float64(rubyInt(m[1])) + float64(rubyInt(m[2]))/60
	return &h, true
}

// rubyFloat writes a number as Ruby does into a journal: "2.0", "1.5".
func rubyFloat(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// crlf gives a description the line ends Redmine stores.
func crlf(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	return strings.ReplaceAll(s, "\n", "\r\n")
}
