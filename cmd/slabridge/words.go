package main

import (
	"slices"

	"slabridge/config/message"
)

// phrase is a sentence for people: what functions that print for them take. Ids (of obligations, steps, severities,
// commands) are the same in all languages.
type phrase = message.Format

// english is the language that phrases are written in.
const english = message.English

// languages are those that the commands speak, English last.
func languages() []string {
	out := slices.DeleteFunc(slices.Clone(message.Languages), func(lang string) bool { return lang == english })
	return append(out, english)
}

// t gives the phrase in the language of the reader.
func (p *page) t(text phrase) string { return message.Say(p.lang, text) }

// tf is t for a format.
func (p *page) tf(format phrase, args ...any) string { return message.Say(p.lang, format, args...) }

// failure gives an error in the language of the reader.
func (p *page) failure(err error) string { return message.Error(p.lang, err) }
