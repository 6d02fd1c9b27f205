// Package message has what slabridge says to people. A sentence is written once, in English, where it is said: its
// format is its id, and catalogue/XX.json has it in language XX. Whoever makes a sentence knows no reader; it is put
// into words where somebody reads it.
//
// English stays what logs, JSON and tests see: String and Error give it. A language is one file in catalogue and one
// entry of Languages.
//
// The plural rules are CLDR's, from golang.org/x/text. Sentences are put together by fmt, not by x/text's printer,
// which would write issue 1234 as 1,234.
package message

import (
	"fmt"
	"strings"
)

// Languages lists the languages that the program speaks, the usual one first.
var Languages = []string{"ru", English}

// English is the language that formats are written in.
const English = "en"

// Format is a sentence in English with the verbs of package fmt. A type of its own lets a test find every one.
type Format string

// Message is a sentence with its arguments, for a reader who is not known yet.
type Message struct {
	Format Format
	Args   []any
}

// Of makes a message. Arguments that have words of their own in each language (messages, errors, moments, whatever has
// a method In) are put into the reader's.
func Of(format Format, args ...any) Message { return Message{format, args} }

// Verbatim is what is the same in every language: a name, or words of the tracker.
func Verbatim(text string) Message { return Message{"%s", []any{text}} }

// In gives the message in a language.
func (m Message) In(lang string) string { return Say(lang, m.Format, m.Args...) }

// String gives the message in English.
func (m Message) String() string { return m.In(English) }

// MarshalText gives the message in English.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText takes a text for a message as it stands.
func (m *Message) UnmarshalText(text []byte) error {
	*m = Verbatim(string(text))
	return nil
}

// IsZero reports whether there is no message.
func (m Message) IsZero() bool { return m.Format == "" }

// speaker is what has words of its own in each language.
type speaker interface{ In(lang string) string }

// Say gives a sentence in a language.
func Say(lang string, format Format, args ...any) string {
	text := translate(lang, format, args)
	if len(args) == 0 {
		return strings.ReplaceAll(text, "%%", "%")
	}
	spoken := make([]any, len(args))
	for i, arg := range args {
		spoken[i] = inWords(lang, arg)
	}
	return sprintf(strings.ReplaceAll(text, "%w", "%v"), spoken)
}

func sprintf(format string, args []any) string { return fmt.Sprintf(format, args...) }

// inWords gives an argument as it reads in a language.
func inWords(lang string, arg any) any {
	switch arg := arg.(type) {
	case Format:
		return Say(lang, arg)
	case speaker:
		return arg.In(lang)
	case error:
		return Error(lang, arg)
	}
	return arg
}
