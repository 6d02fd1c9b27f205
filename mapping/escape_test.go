package mapping_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"slabridge/mapping"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Не открывается портал (вход), код 500", "Не открывается портал (вход), код 500"},
		{"Ошибка в 12:40, 50% запросов, real-time, user_name", "Ошибка в 12:40, 50% запросов, real-time, user_name"},
		{"*bold* _it_ -del- +ins+ %span% ??cite??", "＊bold＊ ＿it＿ ‐del‐ ＋ins＋ ％span％ ？？cite？？"},
		{"see #123, r12 and commit:abc", "see ＃123, r\u206012 and commit∶abc"},
		{`"link":http://evil.example !img.png!`, "”link”∶http∶//evil.example ！img.png！"},
		{"{{include(x)}} [[Wiki|here]] user:admin @admin", "｛｛include（x)｝｝ ［［Wiki｜here］］ user∶admin ＠admin"},
		{"<script>alert(1)</script> &amp; [a](b)", "‹script›alert(1)‹/script› ＆amp; ［a］(b)"},
		{"слово_ещё user_name", "слово＿ещё user_name"},
		{"h1. Title", "h1․ Title"},
		{"1) one", "1） one"},
		{"time: 12:40, commit:", "time: 12:40, commit∶"},
		{"www.evil.example", "www․evil.example"},
		{"ABC(expansion)", "ABC (expansion)"},
		{"a\n\n# b\r\n\tc", "a ＃ b c"},
		{"  padded  ", "padded"},
		{
			"[~admin] [^file.txt] {color:red}x{color} !a.png|thumbnail! {{mono}}",
			"［～admin］ ［＾file.txt］ ｛color∶red｝x｛color｝ ！a.png｜thumbnail！ ｛｛mono｝｝",
		},
		{
			":) ;) ;-) :P :D :( (y) (N) (i) (/) (x) (?) (on) (flag) (!) (*) (+) (-)",
			"∶) ；) ；‐) ∶P ∶D ∶( （y) （N) （i) （/) （x) （?) （on) （flag) (！) (＊) (＋) (‐)",
		},
		{"f(x) = A(x), (xy), (one)", "f（x) ＝ A（x), (xy), (one)"},
		{"x", "x\u2060"},
		{"bq.quoted", "bq․quoted"},
		{"h2.Title of v2.0", "h2․Title of v2.0"},
		{"bq. quoted h1. x", "bq․ quoted h1. x"},
		{"||head||cell| \\\\ ^up^ ~down~ ---- -- a---b", "｜｜head｜｜cell｜ ＼＼ ＾up＾ ～down～ ‐‐‐‐ ‐‐ a‐‐‐b"},
		{"http://a.b ftp://c mailto:d file:///e", "http∶//a.b ftp∶//c mailto∶d file∶///e"},
		{"как в ACME-12; см. дамп", "как в ACME-12; см. дамп"},
		{"a;", "a；"},
		{"evil\u202etxt.exe\u200b\x00", "eviltxt.exe"},
		{"bad\xff\xfeutf", "badutf"},
		{"", ""},
	} {
		if got := mapping.EscapeMarkup(c.in); got != c.want {
			t.Errorf("EscapeMarkup(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestPlainIsShort(t *testing.T) {
	for _, huge := range []string{
		strings.Repeat("ж", 1<<20), strings.Repeat("\u200b", 1<<20),
		strings.Repeat("a ", 1<<19),
	} {
		got := mapping.EscapeMarkup(huge)
		if n := utf8.RuneCountInString(got); n > 160 || !strings.HasSuffix(got, "…") {
			t.Errorf("%d characters, ending %q", n, got[max(0, len(got)-8):])
		}
	}
}

// active is what Textile, CommonMark, Redmine and Jira's wiki act on, wherever in a line the text is put; found by
// reading the rules of each, not from the code under test.
var active = []*regexp.Regexp{
	// emphasis, links, images, macros, tables, code, html
	regexp.MustCompile("[*@#!\\[\\]{}<>|\\\\`~^\"&]"),
	// bare addresses
	regexp.MustCompile(`(?i)www\.`),
	// http:, user:, commit:, "x":y
	regexp.MustCompile(`[^\d\s]:\S|:[^\d\s]|:$`),
	regexp.MustCompile(`(?i)(^|[\s(,\-\[>])r\d`), // revisions
	// textile and lists at the edges of words
	regexp.MustCompile(`(^|[^\pL\pNd])[-_+=]|[-_+=]($|[^\pL\pN])`),
	// textile spans
	regexp.MustCompile(`(^|[^\pL\pN])%`),
	regexp.MustCompile(`\?\?`), // citations
	// h1. bq. 1. 1)
	regexp.MustCompile(`^[^\s.]*\.([^\pL\pNd]|$)|^\d+\)(\s|$)`),
	regexp.MustCompile(`[A-Z][A-Z0-9]{2,}\(`), // acronyms
	// Jira's headings and quotations
	regexp.MustCompile(`(?i)^\s*(h[1-6]|bq)\.`),
	// Jira's faces
	regexp.MustCompile(`[:;]-?\)|:-?\(|:-?[PpD]($|[^\pL])|;$`),
	// Jira's emoticons
	regexp.MustCompile(`(?i)\(([yni/x!+?*-]|\*[rgby]|on|off|flag|flagoff)\)`),
	// which a template puts in brackets
	regexp.MustCompile(`(?i)^([yni/x!+?*-]|\*[rgby]|on|off|flag|flagoff)$`),
	// dashes and addresses
	regexp.MustCompile(`--|(?i)(https?|ftps?|file|mailto|news|nntp|irc):\S`),
	// control, direction, lines
	regexp.MustCompile(`[\x00-\x1f\x7f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]|^\s|\s$`),
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{
		"*b* _i_ @code@ #123 !img.png! {{macro}} [[wiki]] \"a\":http://b <b> user:x @me", "h1. x", "1. x", "- x", "www.x.y",
		"\u202e\u0000", "r1", "aR12", "a--b", "__a__", "a_ b", "www.www.www", "::a", "a:", "%{color:red}x%", "??a??", "50%x",
		"ABC(x)", "1)2)", "Ⅷ.", "٣٫",
		":) ;) ;-) :P (y) (N) (on) (*) (*r)", "A(x)", "x", "bq.x", "h1.x", "[~accountid:1] ||a||b| \\\\ {noformat}", "a;",
		"a--b----",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := mapping.EscapeMarkup(s)
		if !utf8.ValidString(got) || strings.Contains(got, "\n") || utf8.RuneCountInString(got) > 400 {
			t.Fatalf("EscapeMarkup(%q) = %q", s, got)
		}
		for _, re := range active {
			if hit := re.FindString(got); hit != "" {
				t.Errorf("EscapeMarkup(%q) = %q leaves %q to be taken for markup (%s)", s, got, hit, re)
			}
		}
	})
}
