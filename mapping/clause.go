package mapping

import (
	"strings"

	"slabridge/config/message"
)

// sourceLanguage is the language in which presets and admins cite the contracts.
const sourceLanguage = "ru"

// Clause writes a contract's clause as a reader of the language expects it. Sources are kept as the contracts are
// cited, in Russian: "п. 8", "3", "пп. 8, 9", "Порядок 3.9" (a section and its clause), "абзац о Redmine". A Russian
// reader gets them so, others "clause 8", "clauses 8, 9", "section “Порядок”, 3.9", "paragraph on Redmine".
func Clause(source, lang string) string {
	if lang == sourceLanguage {
		if source != "" && digit(rune(source[0])) {
			return message.Say(lang, "clause %s", source)
		}
		return source
	}
	var out []cited
	for part := range strings.SplitSeq(source, ", ") {
		c := cite(part)
		if n := len(out); n > 0 && c.numbers != nil && out[n-1].numbers != nil && out[n-1].section == c.section {
			out[n-1].numbers = append(out[n-1].numbers, c.numbers...)
			continue
		}
		out = append(out, c)
	}
	words := make([]string, len(out))
	for i, c := range out {
		words[i] = c.in(lang)
	}
	return strings.Join(words, "; ")
}

// cited is clauses of one section, or of none, a paragraph about something, or a place in other words.
type cited struct {
	section string
	numbers []string
	about   string
	words   string
}

// cite reads one place of a source; a bare number is a clause too.
func cite(part string) cited {
	for _, p := range []string{"пп. ", "п. "} {
		if number, ok := strings.CutPrefix(part, p); ok {
			return cited{numbers: []string{number}}
		}
	}
	if about, ok := strings.CutPrefix(part, "абзац о "); ok {
		return cited{about: about}
	}
	section, number, ok := strings.Cut(part, " ")
	switch {
	case part != "" && digit(rune(part[0])):
		return cited{numbers: []string{part}}
	case ok && number != "" && digit(rune(number[0])):
		return cited{section: section, numbers: []string{number}}
	}
	return cited{words: part}
}

func (c cited) in(lang string) string {
	switch numbers := strings.Join(c.numbers, ", "); {
	case c.about != "":
		return message.Say(lang, "paragraph on %s", c.about)
	case numbers == "":
		return c.words
	case c.section != "":
		return message.Say(lang, "section “%s”, %s", c.section, numbers)
	case len(c.numbers) > 1:
		return message.Say(lang, "clauses %s", numbers)
	default:
		return message.Say(lang, "clause %s", numbers)
	}
}
