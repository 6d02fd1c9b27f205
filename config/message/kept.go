package message

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Kept is a sentence that was put together in English before anybody wanted to read it: it stands in the ledger, is
// part of a fact, or a library said it.
type Kept string

// In gives the sentence in a language, as far as it is known again.
func (k Kept) In(lang string) string { return Recall(lang, string(k)) }

// Text gives a sentence in English, to be kept.
func Text(format Format, args ...any) string { return Say(English, format, args...) }

// Recall puts a sentence that was kept in English into a language: by the format that it was made with. What is not
// known again stays as it is.
func Recall(lang, text string) string {
	if lang == English || !letters.MatchString(text) {
		return text
	}
	if _, ok := catalogues[lang].entries[Format(text)]; ok {
		return Say(lang, Format(text))
	}
	for _, p := range patterns() {
		parts := p.text.FindStringSubmatch(text)
		if parts == nil {
			continue
		}
		args := make([]any, len(parts)-1)
		for i, part := range parts[1:] {
			args[i] = part
			if strings.Contains(part, " ") { // a word alone may be anybody's name
				args[i] = Recall(lang, part)
			}
		}
		return fill(translate(lang, p.format, nil), args)
	}
	return text
}

// between is what stands between the sentences of an error.
var between = regexp.MustCompile(`: |; | \(HTTP \d+\)`)

// RecallError is Recall of an error that was kept: of one sentence behind the other, each known again by itself.
func RecallError(lang, text string) string {
	if whole := Recall(lang, text); whole != text {
		return whole
	}
	var out strings.Builder
	from := 0
	add := func(part string) {
		if strings.Contains(part, " ") { // a word alone may be anybody's name
			part = Recall(lang, part)
		}
		out.WriteString(part)
	}
	for _, at := range between.FindAllStringIndex(text, -1) {
		add(text[from:at[0]])
		out.WriteString(text[at[0]:at[1]])
		from = at[1]
	}
	add(text[from:])
	return out.String()
}

// fill puts texts in the places of a format's verbs.
func fill(format string, args []any) string {
	format = anyVerb.ReplaceAllStringFunc(format, func(verb string) string {
		if verb == "%%" {
			return verb
		}
		return "%" + index.FindString(verb) + "s"
	})
	return sprintf(format, args)
}

type pattern struct {
	format  Format
	text    *regexp.Regexp
	literal int // how many letters of it are its own
}

var (
	letter  = regexp.MustCompile(`[A-Za-z]`)
	letters = regexp.MustCompile(`[A-Za-z]{2}`)
	anyVerb = regexp.MustCompile(`%%|%[-+#0-9.]*(\[\d+\])?[a-zA-Z]`)
	index   = regexp.MustCompile(`\[\d+\]`)
)

// patterns are the sentences by which a text is known again, those with most words of their own first.
var patterns = sync.OnceValue(func() []pattern {
	known := map[Format]bool{}
	for _, c := range catalogues {
		for f := range c.entries {
			known[f] = true
		}
	}
	var out []pattern
	for f := range known {
		own := anyVerb.ReplaceAllString(string(f), "")
		if !letters.MatchString(own) {
			continue // it would be known again in everything
		}
		text := patternOf(string(f), len(letter.FindAllString(own, -1)) < telling)
		out = append(out, pattern{f, regexp.MustCompile("(?s)^" + text + "$"), len(own)})
	}
	slices.SortFunc(out, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(b.literal, a.literal), strings.Compare(string(a.format), string(b.format)))
	})
	return out
})

// telling is how many letters of its own a sentence needs to be known again by them. One with fewer, such as "%s of
// %s", is only known where each argument is one word or comes after a colon: else it would be found in any text.
const telling = 7

// patternOf is a format as a regular expression, in which each verb is a text, or one word where words alone is said.
func patternOf(format string, words bool) string {
	var b strings.Builder
	for {
		at := anyVerb.FindStringIndex(format)
		if at == nil {
			return b.String() + regexp.QuoteMeta(format)
		}
		b.WriteString(regexp.QuoteMeta(format[:at[0]]))
		switch verb := format[at[0]:at[1]]; {
		case verb == "%%":
			b.WriteString("%")
		case strings.HasSuffix(verb, "d"):
			b.WriteString(`(-?\d+)`)
		case words && !strings.HasSuffix(format[:at[0]], ": "):
			b.WriteString(`(\S*?)`)
		default:
			b.WriteString("(.*?)")
		}
		format = format[at[1]:]
	}
}
