package main

import (
	"fmt"
	"strings"
	"time"
)

// width is what text output fits.
const width = 80

// wrap writes text with a prefix on its first line and as many blanks on the others, within the width.
func (a *app) wrap(prefix, text string) {
	a.fold(prefix, strings.Repeat(" ", columnsOf(prefix)), text)
}

// fold writes text behind a prefix, its further lines behind an indent, within the width.
func (a *app) fold(prefix, indent, text string) {
	line := prefix
	empty := true
	for _, word := range words(text) {
		if !empty && columnsOf(line)+1+columnsOf(word) > width {
			fmt.Fprintln(a.out, line)
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	fmt.Fprintln(a.out, strings.TrimRight(line, " "))
}

// words cuts a text where a line may end. A command in quotes stays whole: it is there to be copied.
func words(text string) []string {
	var out []string
	command := false
	for word := range strings.FieldsSeq(text) {
		if command {
			out[len(out)-1] += " " + word
		} else {
			out = append(out, word)
		}
		if strings.HasPrefix(word, "'slabridge") {
			command = true
		}
		if command && strings.Contains(word[1:], "'") {
			command = false
		}
	}
	return out
}

// stamp shows a moment in its own zone, weekday first: "Fri 2026-03-20 17:40:00 +05".
func (a *app) stamp(t time.Time) string {
	day := t.Format("Mon")
	if a.lang == "ru" {
		day = [...]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"}[t.Weekday()]
	}
	return day + " " + t.Format("2006-01-02 15:04:05 -07")
}

// hang writes a text whose first line begins at the margin and whose others do not.
func (a *app) hang(text string) { a.fold("", "    ", text) }

// paragraphs writes a text of several lines with its line breaks, all of it indented.
func (a *app) paragraphs(indent, text string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		if line = strings.TrimSpace(line); line == "" {
			fmt.Fprintln(a.out)
			continue
		}
		a.wrap(indent, line)
	}
}

// span shows a length of counting time: "1h 20m", "45s".
func (a *app) span(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0 && m == 0:
		return sign + a.tf("%dh", h)
	case h > 0:
		return sign + a.tf("%dh %02dm", h, m)
	case m > 0 && s == 0:
		return sign + a.tf("%dm", m)
	case m > 0:
		return sign + a.tf("%dm %02ds", m, s)
	}
	return sign + a.tf("%ds", s)
}

// hash shows the key of an issue as people write it: "#17", or "ACME-17" where the key says where it belongs; "-" for a
// duty of the contract, which has no issue before it has made one.
func hash(key string) string {
	if key == "" {
		return "-"
	}
	if strings.Trim(key, "0123456789") == "" {
		return "#" + key
	}
	return key
}
