package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// width is what text output fits.
const width = 80

// wrap writes text with a prefix on its first line and as many blanks on the others, within the width.
func (a *app) wrap(prefix, text string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(prefix))
	line := prefix
	empty := true
	for word := range strings.FieldsSeq(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			fmt.Fprintln(a.out, line)
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	fmt.Fprintln(a.out, line)
}

// stamp shows a moment in its own zone, weekday first: "Fri 2026-03-20 17:40:00 +05".
func (a *app) stamp(t time.Time) string {
	day := t.Format("Mon")
	if a.lang == "ru" {
		day = [...]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"}[t.Weekday()]
	}
	return day + " " + t.Format("2006-01-02 15:04:05 -07")
}

// span shows a length of counting time: "1h 20m", "45s".
func span(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0 && m == 0:
		return fmt.Sprintf("%s%dh", sign, h)
	case h > 0:
		return fmt.Sprintf("%s%dh %02dm", sign, h, m)
	case m > 0 && s == 0:
		return fmt.Sprintf("%s%dm", sign, m)
	case m > 0:
		return fmt.Sprintf("%s%dm %02ds", sign, m, s)
	}
	return fmt.Sprintf("%s%ds", sign, s)
}
