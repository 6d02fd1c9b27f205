package mapping

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEscaped is how much of a text from the tracker a comment repeats, in characters.
const maxEscaped = 160

// EscapeMarkup makes a text from the tracker (a subject, a name) harmless inside a comment: neither Textile nor
// CommonMark nor Redmine's own links and macros nor Jira's wiki read anything into the result, wherever it stands in a
// line, and it looks as much like the original as that allows. Characters that are markup are replaced by look-alikes
// that are not; control, formatting and direction characters are taken out; it is one line and cut to length. What
// names an issue of Jira's ("ACME-12") stays as it is, and is shown there as the link that people know.
func EscapeMarkup(s string) string {
	text := visible(s)
	if emoticon(text) { // a template may put it in brackets of its own
		text = append(text, '\u2060')
	}
	var b strings.Builder
	firstWord := true
	for i, c := range text {
		var before, after rune // 0 at the ends
		if i > 0 {
			before = text[i-1]
		}
		if i+1 < len(text) {
			after = text[i+1]
		}
		firstWord = firstWord && c != ' '
		switch inert, always := lookAlike[c]; {
		case always:
			b.WriteRune(inert)
		case c == '.' && (firstWord && (!word(after) || block(text[:i])) || endsWithWWW(text[:i])): // "h1. ", "1. ", "www."
			b.WriteRune('․')
		case c == '(' && bracketed(text[i+1:]): // "(y)"
			b.WriteRune('（')
		case c == ';' && (after == 0 || after == ')' || after == '-'): // ";)"
			b.WriteRune('；')
		case c == ')' && firstWord && digit(before) && (after == 0 || after == ' '): // "1) "
			b.WriteRune('）')
		case c == '(' && (digit(before) || before >= 'A' && before <= 'Z'): // "ABC(expansion)"
			b.WriteString(" (")
		case c == ':' && after != ' ' && !(digit(before) && digit(after)): // "user:x", "http:"
			b.WriteRune('∶')
		case c == '?' && (before == '?' || after == '?'): // "??citation??"
			b.WriteRune('？')
		case soft[c] != 0 && !within(c, before, after) && !(c == '%' && digit(before) && !word(after)):
			b.WriteRune(soft[c])
		case digit(c) && (before == 'r' || before == 'R'): // "r123" is a revision
			b.WriteString("\u2060")
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// lookAlike replaces what may be markup anywhere.
var lookAlike = map[rune]rune{
	'*': '＊', '@': '＠', '#': '＃', '!': '！', '[': '［', ']': '］', '{': '｛', '}': '｝', '<': '‹', '>': '›',
	'|': '｜', '\\': '＼', '`': '‘', '^': '＾', '~': '～', '"': '”', '&': '＆',
}

// soft replaces what is markup only at the edge of a word.
var soft = map[rune]rune{'_': '＿', '-': '‐', '+': '＋', '=': '＝', '%': '％'}

// visible is the text as one line of printable characters, cut to length. It looks at no more than it keeps, so
// a megabyte costs nothing.
func visible(s string) []rune {
	out := make([]rune, 0, min(len(s), maxEscaped))
	const maxRead = 8 * maxEscaped
	for i, c := range s {
		if len(out) == maxEscaped || i > maxRead {
			return append(out[:min(len(out), maxEscaped-1)], '…')
		}
		switch {
		case unicode.IsSpace(c) || unicode.IsControl(c):
			if n := len(out); n > 0 && out[n-1] != ' ' {
				out = append(out, ' ')
			}
		case unicode.IsPrint(c) && c != utf8.RuneError && !unicode.Is(unicode.Cf, c):
			out = append(out, c)
		}
	}
	if n := len(out); n > 0 && out[n-1] == ' ' {
		out = out[:n-1]
	}
	return out
}

// within reports whether c stands inside a word, where it is not markup. For an underscore Redcarpet, the Markdown of
// older Redmines, knows ASCII words only.
func within(c, before, after rune) bool {
	if c == '_' && max(before, after) >= utf8.RuneSelf {
		return false
	}
	return word(before) && word(after)
}

// emoticons are what Jira's wiki makes a picture of when it stands in round brackets; the rest of them hold characters
// that are replaced in any case.
var emoticons = []string{"y", "n", "i", "/", "x", "?", "on", "off", "flag", "flagoff"}

func emoticon(text []rune) bool {
	return len(text) <= len("flagoff") && slices.Contains(emoticons, strings.ToLower(string(text)))
}

// bracketed reports whether an emoticon and a closing bracket follow.
func bracketed(rest []rune) bool {
	end := slices.Index(rest, ')')
	return end >= 0 && emoticon(rest[:end])
}

// block reports whether the word before a full stop begins a heading or a quotation in Jira's wiki, even without a
// blank behind it: "h1.", "bq.".
func block(text []rune) bool {
	w := strings.ToLower(strings.TrimSpace(string(text)))
	return w == "bq" || len(w) == 2 && w[0] == 'h' && digit(rune(w[1]))
}

func word(c rune) bool  { return unicode.IsLetter(c) || unicode.IsDigit(c) }
func digit(c rune) bool { return c >= '0' && c <= '9' }

func endsWithWWW(text []rune) bool {
	return len(text) >= 3 && strings.EqualFold(string(text[len(text)-3:]), "www")
}
