package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func onScreenOf(colour bool, writes ...string) string {
	var out bytes.Buffer
	s := onScreen(&out)
	s.colour = colour
	for _, w := range writes {
		if n, err := s.Write([]byte(w)); n != len(w) || err != nil {
			panic(err)
		}
	}
	if err := s.flush(); err != nil {
		panic(err)
	}
	return out.String()
}

func TestScreen(t *testing.T) {
	marked := colour(red, "held")
	for _, c := range []struct {
		text, plain, coloured string
	}{
		{"Не открывается кабинет 🙂\n\tтаб", "Не открывается кабинет 🙂\n\tтаб", ""},
		{"\x1b[31mred\x1b[2J\a", `\u001b[31mred\u001b[2J\u0007`, ""},
		{"\u009b31m", `\u009b31m`, ""},
		{"abc\u202egnp.exe\u2066", `abc\u202egnp.exe\u2066`, ""},
		{"line\u2028para\u2029", `line\u2028para\u2029`, ""},
		{"over\rwritten", `over\u000dwritten`, ""},
		{"a,b\r\n", "a,b\r\n", ""},
		{"tag\U000e0041", `tag\udb40\udc41`, ""},
		{"\xfe\x9b31m\xff", "��31m�", ""},
		{"семья\u200d\u2060\u00ad", "семья\u200d\u2060\u00ad", ""},
		{marked, "held", "\x1b[31mheld\x1b[0m"},
		{"\xff8mhidden", "�8mhidden", ""},
		{"ends with \r", `ends with \u000d`, ""},
		{"ends with \xff3", "ends with �3", ""},
	} {
		if c.coloured == "" {
			c.coloured = c.plain
		}
		if got := onScreenOf(false, c.text); got != c.plain {
			t.Errorf("%q comes out as %q, want %q", c.text, got, c.plain)
		}
		if got := onScreenOf(true, c.text); got != c.coloured {
			t.Errorf("%q comes out in colour as %q, want %q", c.text, got, c.coloured)
		}
	}
	if n := columnsOf(marked + "я"); n != 5 {
		t.Errorf("coloured text takes %d columns", n)
	}
}

// FuzzScreen holds that nothing harmful passes, however the text is cut into writes, and that JSON stays the same
// value.
func FuzzScreen(f *testing.F) {
	f.Add("Не открывается \x1b[2J \u202e \r\n \xff31mx\xff0m", 7)
	f.Add("\xff", 1)
	f.Add("\r", 1)
	f.Add("\U000e0041\u0085", 2)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		whole := onScreenOf(false, text)
		if cut = min(max(cut, 0), len(text)); onScreenOf(false, text[:cut], text[cut:]) != whole {
			t.Fatalf("cut at %d, %q comes out otherwise", cut, text)
		}
		if !utf8.ValidString(whole) {
			t.Fatalf("%q is no text", whole)
		}
		for _, c := range strings.ReplaceAll(whole, "\r\n", "") {
			if c != '\n' && c != '\t' && unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
				t.Fatalf("%q lets %q pass", whole, c)
			}
		}
		if onScreenOf(false, whole) != whole {
			t.Fatalf("%q is not final", whole)
		}
		var out bytes.Buffer
		a := newApp(strings.NewReader(""), &out, &bytes.Buffer{}, nil)
		if err := a.writeJSON(text); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != strings.ToValidUTF8(text, "\ufffd") &&
			utf8.ValidString(text) {
			t.Fatalf("%q came back from JSON as %q, %v", text, back, err)
		}
	})
}
