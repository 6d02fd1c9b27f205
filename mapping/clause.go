package mapping

import "strings"

// clause writes a contract's clause as a reader of the language expects it. Sources are kept as the contracts are
// cited, in Russian: "п. 8", "3", "пп. 8, 9", "Порядок 3.9" (a section and its clause), "абзац о Redmine". A Russian
// reader gets them so, others "clause 8", "clauses 8, 9", "section “Порядок”, 3.9", "paragraph on Redmine".
func clause(source, lang string) string { return languageOf(lang).clause(source) }

func citedInRussian(source string) string {
	if source != "" && digit(rune(source[0])) {
		return "п. " + source
	}
	return source
}

func citedInEnglish(source string) string {
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
		words[i] = c.english()
	}
	return strings.Join(words, "; ")
}

// cited is clauses of one section, or of none, or a place in other words.
type cited struct {
	section string
	numbers []string
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
		return cited{words: "paragraph on " + about}
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

func (c cited) english() string {
	switch {
	case c.numbers == nil:
		return c.words
	case c.section != "":
		return "section “" + c.section + "”, " + strings.Join(c.numbers, ", ")
	case len(c.numbers) > 1:
		return "clauses " + strings.Join(c.numbers, ", ")
	}
	return "clause " + c.numbers[0]
}
