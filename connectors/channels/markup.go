package channels

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainLine makes one line of a text, without what steers a terminal or turns the direction of reading.
func plainLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsControl(c), unicode.Is(unicode.Cf, c), c == utf8.RuneError:
			return -1
		}
		return c
	}, s)), " ")
}

// clip cuts a text to so many bytes.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// breaker parts what a chat would make a mention or a link of, invisibly.
const breaker = "\u200b"

// address reports whether a line is an address that we made, which is left as it is.
func address(line string) bool {
	return (strings.HasPrefix(line, "https://") || strings.HasPrefix(line, "http://")) &&
		!strings.ContainsAny(line, " <>|")
}

// inMarkup puts a text into a chat's markup line by line: what is plain there, and our addresses as they are.
func inMarkup(text string, escape func(string) string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !address(line) {
			lines[i] = escape(line)
		}
	}
	return strings.Join(lines, "\n")
}

// defused is a text in which nothing is a mention or a link.
func defused(s string) string {
	return strings.NewReplacer("@", "@"+breaker, "://", ":"+breaker+"//").Replace(s)
}

// escapeSlack: only &, < and > mean something beside formatting, which a breaker behind each sign undoes.
func escapeSlack(s string) string {
	s = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(defused(s))
	return strings.NewReplacer("*", "*"+breaker, "_", "_"+breaker, "~", "~"+breaker, "`", "`"+breaker).Replace(s)
}

// escapeMarkdown is for Mattermost, Discord and the like.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, c := range defused(s) {
		if strings.ContainsRune("\\`*_{}[]()<>#+-!|~", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// escapeCard is for the text of Teams' cards, a part of Markdown without a way to escape all of it.
func escapeCard(s string) string {
	return strings.NewReplacer("[", "["+breaker, "*", "*"+breaker, "_", "_"+breaker, "#", "#"+breaker, "<", "‹",
		">", "›", "{{", "{"+breaker+"{").Replace(defused(s))
}
