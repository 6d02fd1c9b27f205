package enforcer

import (
	"fmt"
	"strings"
	"time"
)

// Text is a name or sentence in the languages that the program speaks, by language code.
type Text map[string]string

// Languages lists the languages that the program speaks, the usual one first.
var Languages = []string{"ru", "en"}

// In gives the text in the language, or in English, or in any.
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "en", "ru"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	return ""
}

// Catalogue has what a package says: the sentences of each language by their English. A format keeps its verbs in their
// order.
type Catalogue map[string]map[string]string

// Say gives a sentence in every language. Its English is its id; arguments that have an In of their own, as texts and
// Stamps do, are taken in the language of the sentence.
func (c Catalogue) Say(format string, args ...any) Text {
	out := make(Text, len(Languages))
	for _, lang := range Languages {
		translated, ok := c[lang][format]
		if !ok {
			translated = format
		}
		spoken := make([]any, len(args))
		for i, arg := range args {
			spoken[i] = arg
			if l, ok := arg.(interface{ In(lang string) string }); ok {
				spoken[i] = l.In(lang)
			}
		}
		out[lang] = fmt.Sprintf(translated, spoken...)
	}
	return out
}

// Reason is a sentence as the reason of a decision.
func (c Catalogue) Reason(code, format string, args ...any) Reason {
	return Reason{Code: code, Text: c.Say(format, args...)}
}

// Untranslated is a sentence that is the same in every language.
func Untranslated(s string) Text { return Catalogue(nil).Say("%s", s) }

// Stamp is a moment as people of the zone write it, to the second.
type Stamp struct {
	At   time.Time
	Zone *time.Location
}

// In gives the moment in the way of the language.
func (s Stamp) In(lang string) string { return s.At.In(s.Zone).Format(stampLayouts[lang]) }

// joined puts texts into one, parted by the separator.
func joined(texts []Text, separator Text) Text {
	out := make(Text, len(Languages))
	for _, lang := range Languages {
		parts := make([]string, len(texts))
		for i, t := range texts {
			parts[i] = t.In(lang)
		}
		out[lang] = strings.Join(parts, separator.In(lang))
	}
	return out
}

// words gives ids as plain strings.
func words[S ~string](ids []S) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// list writes ids in a row.
func list[S ~string](ids []S) string { return strings.Join(words(ids), ", ") }
