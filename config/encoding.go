package config

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"slabridge/config/message"
)

// badText finds why a file is not YAML although its text is right: its encoding, or the characters that a line is
// indented with. It returns the line, 0 for the whole file; ok is false when there is nothing of the kind. What the
// line holds is not told: it may be secret.
func badText(data []byte, failedAt int) (line int, what message.Message, ok bool) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return 0, message.Message{}, false // of UTF-16 with its mark, the fault is in the words
	}
	near := func(line int) bool { return line == failedAt || line == failedAt-1 }
	for n, text := range bytes.Split(data, []byte("\n")) {
		line = n + 1
		switch r, control := controlIn(text); {
		case bytes.Count(data, []byte{0}) > len(data)/4:
			return 0, message.Of("is UTF-16 without a byte order mark, or no text at all; save it as UTF-8"), true
		case !utf8.Valid(text):
			return line, message.Of("is not UTF-8: it was saved as Windows-1251 or in another encoding; save it as UTF-8"), true
		case control:
			return line, message.Of("holds the control character %U, which no text has; write the line anew", r), true
		case near(line) && strings.Contains(indent(text), "\t"):
			return line, message.Of("is indented with a tab; indent with blanks alone"), true
		case near(line) && strings.ContainsFunc(indent(text), func(r rune) bool { return r != ' ' }):
			return line, message.Of("is indented with a character that looks like a blank (%U); indent with blanks alone",
				[]rune(strings.TrimLeft(indent(text), " "))[0]), true
		}
	}
	return 0, message.Message{}, false
}

// controlIn finds a control character that no text has.
func controlIn(line []byte) (rune, bool) {
	for _, r := range string(line) {
		if unicode.IsControl(r) && r != '\t' && r != '\r' && r != 0x85 {
			return r, true
		}
	}
	return 0, false
}

// indent is what a line begins with that people take for blanks.
func indent(line []byte) string {
	text := string(line)
	return text[:len(text)-len(strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) && r != '\r' || unicode.Is(unicode.Cf, r) && r != '\ufeff'
	}))]
}
