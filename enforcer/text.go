package enforcer

import (
	"strings"
	"time"

	"slabridge/config/message"
)

// Text is a name or sentence in the languages that the program speaks, by language code.
type Text map[string]string

// In gives the text in the language, or as the catalogue has the English one, or in any.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	if s := t[message.English]; s != "" {
		return message.Say(lang, message.Format(s))
	}
	for _, l := range message.Languages {
		if s := t[l]; s != "" {
			return s
		}
	}
	return ""
}

// Say gives a sentence in every language.
func Say(format message.Format, args ...any) Text {
	out := make(Text, len(message.Languages))
	for _, lang := range message.Languages {
		out[lang] = message.Say(lang, format, args...)
	}
	return out
}

func say(format message.Format, args ...any) Text { return Say(format, args...) }

// Because gives a sentence as the reason of a decision.
func Because(code string, format message.Format, args ...any) Reason {
	return Reason{Code: code, Text: Say(format, args...)}
}

// Untranslated is a sentence that is the same in every language.
func Untranslated(s string) Text { return Say("%s", s) }

// Recalled is a sentence that was kept in English, in every language.
func Recalled(s string) Text { return Say("%s", message.Kept(s)) }

// Stamp is a moment as people of the zone write it, with its seconds where it has any.
type Stamp struct {
	At   time.Time
	Zone *time.Location
}

// In gives the moment in the way of the language.
func (s Stamp) In(lang string) string { return message.Moment(lang, s.At.In(s.Zone)) }

// joined puts texts into one, parted by the separator.
func joined(texts []Text, separator Text) Text {
	out := make(Text, len(message.Languages))
	for _, lang := range message.Languages {
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
