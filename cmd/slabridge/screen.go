package main

import (
	"fmt"
	"io"
	"os"
	"strings"
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
	rest   []byte // the beginning of something of which the end is yet to come
}

// onScreen puts a screen before a writer. NO_COLOR is asked once: https://no-color.org
func onScreen(w io.Writer) *screen {
	return &screen{w: w, colour: terminal(w) && os.Getenv("NO_COLOR") == ""}
}

// paint begins a colour in text on its way to a screen: a byte that no text of a tracker or of a configuration can hold,
// because it is not UTF-8.
const paint = '\xff'

// The SGR codes that may follow it.
const (
	plainText = "0m"
	bold      = "1m"
	red       = "31m"
	green     = "32m"
	yellow    = "33m"
)

var colours = map[string]bool{plainText: true, bold: true, red: true, green: true, yellow: true}

// Write takes any bytes. What it holds back, the next call or flush writes.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := p
	if len(s.rest) > 0 {
		text = append(s.rest, p...)
		s.rest = nil
	}
	return len(p), s.write(text, false)
}

// flush writes what is held back.
func (s *screen) flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.rest
	s.rest = nil
	return s.write(text, true)
}

// write passes runs of harmless text on as they are.
func (s *screen) write(text []byte, last bool) error {
	var out []byte
	from := 0
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			if c, size = utf8.DecodeRune(text[i:]); !last && !utf8.FullRune(text[i:]) {
				return s.hold(append(out, text[from:i]...), text[i:])
			}
		}
		switch {
		case text[i] == paint || c == '\r':
			code, n, whole := s.control(text[i:], last)
			if !whole {
				return s.hold(append(out, text[from:i]...), text[i:])
			}
			out = append(append(out, text[from:i]...), code...)
			i += n
			from = i
			continue
		case harmful(c) || c == utf8.RuneError && size == 1:
			out = append(append(out, text[from:i]...), escaped(c)...)
			from = i + size
		}
		i += size
	}
	return s.hold(append(out, text[from:]...), nil)
}

// hold writes the one and keeps the other.
func (s *screen) hold(out, rest []byte) error {
	s.rest = append([]byte(nil), rest...)
	if len(out) == 0 {
		return nil
	}
	_, err := s.w.Write(out)
	return err
}

// control gives what takes the place of a carriage return or of a colour at the beginning of the text; whole is false
// when its end is yet to come.
func (s *screen) control(text []byte, last bool) (out []byte, size int, whole bool) {
	if text[0] == '\r' {
		switch {
		case len(text) > 1 && text[1] == '\n':
			return []byte("\r\n"), 2, true
		case len(text) == 1 && !last:
			return nil, 0, false
		}
		return []byte(escaped('\r')), 1, true
	}
	for n := 2; n <= 3; n++ {
		switch {
		case len(text) <= n && !last:
			return nil, 0, false
		case len(text) <= n:
		case colours[string(text[1:n+1])] && !s.colour:
			return nil, n + 1, true
		case colours[string(text[1:n+1])]:
			return append([]byte("\x1b["), text[1:n+1]...), n + 1, true
		}
	}
	return []byte(string(utf8.RuneError)), 1, true
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
			for code := range colours {
				if strings.HasPrefix(text[1:], code) {
					size, n = 1+len(code), n-1
					break
				}
			}
		}
		text = text[size:]
		n++
	}
	return n
}
