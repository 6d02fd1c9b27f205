package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"
)

// screen is where the program's text goes. Whatever a tracker's text holds, no control sequence reaches a terminal and
// nothing is shown in another order than it was written: such characters come out as \u202e, which in the JSON outputs
// is the very same text. Line ends and tabs stay, and the colours of colour.
type screen struct {
	mu     sync.Mutex
	w      io.Writer
	colour bool   // colours are wanted
	data   bool   // it is a file of data: every character stays as it is
	rest   []byte // the beginning of something of which the end is yet to come
}

// onScreen puts a screen before a writer. NO_COLOR is asked once: https://no-color.org
func onScreen(w io.Writer) *screen {
	return &screen{w: w, colour: terminal(w) && os.Getenv("NO_COLOR") == ""}
}

// paint begins a colour in text on its way to a screen: a byte that no text of a tracker or of a configuration can
// hold, because it is not UTF-8.
const paint = '\xff'

// The SGR codes that may follow it.
const (
	plainText = "0m"
	bold      = "1m"
	red       = "31m"
	green     = "32m"
	yellow    = "33m"
)

var colours = []string{plainText, bold, red, green, yellow}

// Write takes any bytes. What it holds back, the next call or flush writes.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data {
		return s.w.Write(p)
	}
	text := p
	if len(s.rest) > 0 {
		text = append(s.rest, p...)
	}
	whole := len(text) - unfinished(text)
	s.rest = append([]byte(nil), text[whole:]...)
	return len(p), s.write(text[:whole])
}

// flush writes what is held back.
func (s *screen) flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.rest
	s.rest = nil
	return s.write(text)
}

// unfinished is how many bytes at the end may be the start of an incomplete character, line end or colour.
func unfinished(text []byte) int {
	for n := 1; n <= min(3, len(text)); n++ {
		tail := text[len(text)-n:]
		switch first := tail[0]; {
		case first == paint:
			if _, size := colourAt(tail); size > 1 {
				return 0
			}
			return n
		case first == '\r' && n == 1, first >= utf8.RuneSelf && utf8.RuneStart(first) && !utf8.FullRune(tail):
			return n
		}
	}
	return 0
}

// write passes runs of harmless text on as they are.
func (s *screen) write(text []byte) error {
	var out []byte
	from := 0
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(text[i:])
		}
		instead := ""
		switch {
		case text[i] == paint:
			if instead, size = colourAt(text[i:]); size > 1 && !s.colour {
				instead = ""
			}
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
			i += 2
			continue
		case harmful(c) || c == utf8.RuneError && size == 1:
			instead = escaped(c)
		default:
			i += size
			continue
		}
		out = append(append(out, text[from:i]...), instead...)
		i += size
		from = i
	}
	if out = append(out, text[from:]...); len(out) == 0 {
		return nil
	}
	_, err := s.w.Write(out)
	return err
}

// colourAt gives the control sequence of a colour that begins a text, and how long its mark is; where the mark is of no
// colour, the character that says so.
func colourAt(text []byte) (sequence string, size int) {
	for _, code := range colours {
		if bytes.HasPrefix(text[1:], []byte(code)) {
			return "\x1b[" + code, 1 + len(code)
		}
	}
	return string(utf8.RuneError), 1
}

// harmful reports whether a terminal may do something else with the character than show it in its place. Joiners and
// soft hyphens are parts of words.
func harmful(c rune) bool {
	switch c {
	case '\n', '\t', '\u00ad', '\u200c', '\u200d', '\u2060':
		return false
	case '\u2028', '\u2029':
		return true
	}
	return unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
}

// escaped is the character as JSON writes it; what was no character is one that says so.
func escaped(c rune) string {
	if c == utf8.RuneError {
		return string(utf8.RuneError)
	}
	if a, b := utf16.EncodeRune(c); a != utf8.RuneError {
		return fmt.Sprintf(`\u%04x\u%04x`, a, b)
	}
	return fmt.Sprintf(`\u%04x`, c)
}

// terminal reports whether w is one, or a screen before one.
func terminal(w io.Writer) bool {
	if s, ok := w.(*screen); ok {
		w = s.w
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour wraps text in an SGR code, where the screen that it comes to shows colours.
func colour(code, text string) string {
	start := string([]byte{paint})
	return start + code + text + start + plainText
}

// columnsOf is how many columns a text takes on a screen, colours left out.
func columnsOf(text string) (n int) {
	for len(text) > 0 {
		_, size := utf8.DecodeRuneInString(text)
		if text[0] == paint {
			if _, mark := colourAt([]byte(text)); mark > 1 {
				size, n = mark, n-1
			}
		}
		text = text[size:]
		n++
	}
	return n
}
