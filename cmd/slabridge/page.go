package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// width is what text output fits.
const width = 80

// page is where a command tells what it found: as lines of JSON for a program, or as text for a person, in their
// language and within the width of a terminal. A command makes values and shows them; no command writes by itself.
type page struct {
	out    *screen
	output string // text, json, or csv where a command has it
	lang   string
	// contracts are those of the configuration, once it is read: a person reads their titles.
	contracts []config.Contract
}

// showable is a value that a command shows: its fields are one line of JSON, and text writes it for a person.
type showable interface{ text(p *page) }

func (p *page) json() bool { return p.output == "json" }

// show writes a value in the form that was asked for.
func (p *page) show(v showable) error {
	if p.json() {
		return p.writeJSON(v)
	}
	v.text(p)
	return nil
}

// showEach shows values as they come, until there is an error.
func showEach[T showable](p *page, values iter.Seq2[T, error]) error {
	for v, err := range values {
		if err != nil {
			return err
		}
		if err := p.show(v); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes one line of JSON.
func (p *page) writeJSON(v any) error { return encoder(p.out).Encode(v) }

func encoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// someOf names the first few, and says how many more there are.
func (p *page) someOf(names []string) string {
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few], ", ") + " " + p.tf("and %d more", len(names)-few)
}

// line writes a text behind a prefix, and its further lines behind as many blanks, within the width.
func (p *page) line(prefix, text string) {
	p.fold(prefix, strings.Repeat(" ", columnsOf(prefix)), text)
}

// linef is line for a phrase.
func (p *page) linef(prefix string, format phrase, args ...any) {
	p.line(prefix, p.tf(format, args...))
}

// detail is like line, but writes nothing for an empty text.
func (p *page) detail(prefix, text string) {
	if text != "" {
		p.line(prefix, text)
	}
}

// labelled is detail with a label before the text.
func (p *page) labelled(indent string, label phrase, text string) { p.detail(indent+p.t(label), text) }

// heading begins a part of the page.
func (p *page) heading(title string) { fmt.Fprintf(p.out, "\n%s\n", title) }

// fold writes a text behind a prefix, its further lines behind an indent, within the width.
func (p *page) fold(prefix, indent, text string) {
	line, empty := prefix, true
	for _, word := range words(text) {
		if !empty && columnsOf(line)+1+columnsOf(word) > width {
			fmt.Fprintln(p.out, line)
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	fmt.Fprintln(p.out, strings.TrimRight(line, " "))
}

// words cuts a text where a line may end: at a space, but not at one that keeps a number and its unit together. A
// command in quotes stays whole: it is there to be copied.
func words(text string) []string {
	var out []string
	command := false
	mayEnd := func(r rune) bool { return unicode.IsSpace(r) && r != '\u00a0' }
	for word := range strings.FieldsFuncSeq(text, mayEnd) {
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

// paragraphs writes a text of several lines with its line breaks, all of it indented.
func (p *page) paragraphs(indent, text string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		if line = strings.TrimSpace(line); line == "" {
			fmt.Fprintln(p.out)
			continue
		}
		p.line(indent, line)
	}
}

// tint colours a text by how much a person should care about the state.
func tint[S ~string](state S, text string) string {
	switch string(state) {
	case "breached", "refused", "held":
		return colour(red, text)
	case "met", "done":
		return colour(green, text)
	case "escalated", "running", "intended", "waiting":
		return colour(yellow, text)
	}
	return text
}

// weekday is the short name of a day.
func (p *page) weekday(d time.Weekday) string { return p.t(message.Weekdays[d]) }

// stamp shows a moment in its own zone, where it stands in a row of others: "Fri 2026-03-20 17:40:00 +05", "пт
// 20.03.2026 17:40 +05".
func (p *page) stamp(t time.Time) string {
	if p.lang == english {
		return message.Date(english, "Mon 2006-01-02 15:04:05 -07", t)
	}
	return message.Date(p.lang, "Mon 2006-01-02 15:04 -07", t)
}

// moment is stamp in a sentence: "20 марта 2026 г., 17:40 (UTC+05)".
func (p *page) moment(t time.Time) string {
	if p.lang == english {
		return p.stamp(t)
	}
	return message.Date(p.lang, "2006-01-02 15:04 (UTC-07)", t)
}

// date shows a day that JSON has as 2026-03-20: "20 марта 2026 г.".
func (p *page) date(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return message.Date(p.lang, "2006-01-02", t)
}

// dayInTable shows a day where it stands in a row of others: "2026-03-20 Fri", "20.03.2026 пт".
func (p *page) dayInTable(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return message.Date(p.lang, "2006-01-02 Mon", t)
}

// isoDay is a day as data has it.
var isoDay = regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`)

// dataOf are versions of calendar data, the days in them as the reader writes days.
func (p *page) dataOf(versions ...string) string {
	return isoDay.ReplaceAllStringFunc(strings.Join(versions, ", "), p.date)
}

// demoStamp shows a moment of the demo, whose year and zone are told once: "Fri 20 Mar 17:40:00".
func (p *page) demoStamp(t time.Time) string { return message.Date(p.lang, "Mon 02 Jan 15:04:05", t) }

// brief is a moment as the pages show it: "Fri 20 Mar 16:20", with its year where that is not this one, and its
// seconds where there are any.
func (p *page) brief(t, now time.Time) string {
	if t.Year() != now.Year() {
		return message.Date(p.lang, "Mon 2 Jan 2006", t) + " " + clockTime(t)
	}
	return message.Date(p.lang, "Mon 2 Jan", t) + " " + clockTime(t)
}

func clockTime(t time.Time) string {
	if t.Second() != 0 {
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}

// stretch is from when to when, the day said once.
func (p *page) stretch(from, to, now time.Time) string {
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return p.brief(from, now) + " – " + clockTime(to)
	}
	return p.brief(from, now) + " – " + p.brief(to, now)
}

// span shows a length of counting time: "1h 20m", "45s".
func (p *page) span(d time.Duration) string {
	if d < 0 {
		return "-" + p.span(-d)
	}
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0 && m == 0:
		return p.tf("%dh", h)
	case h > 0:
		return p.tf("%dh %02dm", h, m)
	case m > 0 && s == 0:
		return p.tf("%dm", m)
	case m > 0:
		return p.tf("%dm %02ds", m, s)
	}
	return p.tf("%ds", s)
}

// ago says how long before now a moment was, roughly: "5 min ago", "3 h ago", and from two days on in days. It is empty
// for what is not a minute old.
func (p *page) ago(now, t time.Time) string {
	const day = 24 * time.Hour
	switch d := now.Sub(t); {
	case d >= 2*day:
		return " " + p.tf("(%d days ago)", int(d/day))
	case d >= 2*time.Hour:
		return " " + p.tf("(%d h ago)", int(d/time.Hour))
	case d >= time.Minute:
		return " " + p.tf("(%d min ago)", int(d/time.Minute))
	}
	return ""
}

// seconds is span for a number of them.
func (p *page) seconds(s int64) string { return p.span(time.Duration(s) * time.Second) }

// number writes a number with at most two decimals, as the reader's language does.
func (p *page) number(x float64) string {
	text := strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', 2, 64), "0"), ".")
	return strings.Replace(text, ".", p.t("."), 1)
}

// typed shows the key of an issue as people write it: "#17", or "ACME-17" where the key says where it belongs; "-" for
// a duty of the contract, which has no issue before it has made one.
func typed(key string) string {
	switch {
	case key == "":
		return "-"
	case strings.Trim(key, "0123456789") == "":
		return "#" + key
	}
	return key
}

// period says for which period something of a contract as a whole is, in words; "" for a request's.
func (p *page) period(whole bool, cycle string) string {
	if !whole {
		return ""
	}
	if duty, id, found := strings.Cut(cycle, "@"); found {
		return ", " + duty + ": " + mapping.PeriodName(id, p.lang)
	}
	if _, err := time.Parse(time.DateOnly, cycle); err == nil { // of a cap, which counts from the contract's first day
		return p.tf(", since %s", mapping.PeriodName(cycle, p.lang))
	}
	return ", " + mapping.PeriodName(cycle, p.lang)
}

// due says when something is due, if ever.
func (p *page) due(at *time.Time) string {
	if at == nil {
		return p.t("no due")
	}
	return p.tf("due %s", p.stamp(*at))
}

// reason is a reason in the reader's language, or its code.
func (p *page) reason(r enforcer.Reason) string {
	return cmp.Or(strings.TrimSpace(r.Text.In(p.lang)), r.Code)
}

// late says that slabridge itself is late.
func (p *page) late(since time.Time, overdue int) string {
	return p.tf("late: things due since %s and not done: %d", p.moment(since), overdue)
}

// resting says that a tracker is left alone until a moment.
func (p *page) resting(until time.Time) string {
	return p.tf("the tracker asks for fewer requests: it is left alone until %s", p.stamp(until))
}
