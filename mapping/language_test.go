package mapping

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// TestWordsOfEachLanguage writes down how each language says moments, zones, amounts, periods and sums, and the sample
// on which texts are tried. Whoever speaks the language reads the difference.
func TestWordsOfEachLanguage(t *testing.T) {
	for _, lang := range message.Languages {
		var b strings.Builder
		line := func(what, said any) { fmt.Fprintf(&b, "%v: %v\n", what, said) }
		at := time.Date(2026, 11, 27, 7, 40, 9, 0, time.UTC)
		for _, zone := range append(slices.Sorted(maps.Keys(zoneWords)), "Europe/Berlin", "America/New_York",
			"Asia/Kathmandu") {
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			line(zone, moment(at.In(loc), lang))
		}
		for _, period := range []string{
			"2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2026-Q5", "2026-Q0", "26-Q1", "2026", "2026-13", "2026-11-01T09:00",
			"2026-11-30", "weekly",
		} {
			line(period, PeriodName(period, lang))
		}
		for month := time.January; month <= time.December; month++ {
			line(month, PeriodName(fmt.Sprintf("2026-%02d", int(month)), lang))
		}
		for _, d := range []time.Duration{
			0, time.Second, 2 * time.Second, 59 * time.Second, time.Minute, 61 * time.Second, 2 * time.Minute, 5 * time.Minute,
			11 * time.Minute, 21 * time.Minute,
			time.Hour, 90 * time.Minute, 2*time.Hour + time.Second, 25 * time.Hour, 112 * time.Hour,
		} {
			line(d, amount(d, lang, false)+" / "+amount(d, lang, true))
		}
		for _, n := range []int{-1, 0, 1, 2, 3, 5, 11, 12, 21, 22, 25, 111} {
			line(fmt.Sprint(n, " times, ", n, " %"), times(n, lang)+" / "+share(n, lang))
		}
		for _, s := range []string{
			"0", "7", "70", "700", "7000", "-1234567.80", "1200000.00", "12.5", "12.", ".5", "-", "",
			"1e6", "12a",
		} {
			line("sum "+s, sum(s, lang))
		}
		for _, s := range []string{"2026-11-27", "2026-1-2", "soon *now*"} {
			line("date "+s, date(s, lang))
		}
		from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		line("open", span(time.Time{}, time.Time{}, time.UTC, lang))
		line("from", span(from, time.Time{}, time.UTC, lang))
		line("to", span(time.Time{}, to, time.UTC, lang))
		line("both", span(from, to, time.UTC, lang))
		for _, role := range enforcer.Roles {
			line(role, comesIn(role, lang))
		}
		for _, source := range []string{"п. 8", "п. 2.3, п. 1.8", "Порядок 3.9", "Приём 3.3, Приём 3.4", "4.2"} {
			line("clause "+source, Clause(source, lang))
		}
		line("quoted", quoted("x", lang))
		line("nobody", message.Say(lang, nobody)+" / "+message.Say(lang, "status set to “%s”", "x"))
		sample, err := json.MarshalIndent(SampleText(lang), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		line("sample", string(sample))
		sameAsFile(t, "testdata/words/"+lang+".txt", b.String())
	}
}

// TestPlainCharacters writes down what becomes of every printable ASCII character, and of some others, where it stands.
func TestPlainCharacters(t *testing.T) {
	var b strings.Builder
	for c := rune(' '); c < 127; c++ {
		x := string(c)
		fmt.Fprintf(&b, "%s  %q\n", x,
			[]string{
				EscapeMarkup(x), EscapeMarkup(x + "a b"), EscapeMarkup("a" + x + "b"), EscapeMarkup("a b" + x),
				EscapeMarkup("1" + x + "2"), EscapeMarkup("a " + x + " b"), EscapeMarkup(x + x + "a"),
				EscapeMarkup("1" + x + " a"),
			})
	}
	for _, s := range []string{
		"h1. x", "h1.x", "bq.x", "BQ.x", "a h1. x", "1. x", "12) x", "www.x", "WWW.x", "a.www.x", "(y)", "(flagoff)",
		"(flagoffx)", "(on) (off", "y", "Y", "flagoff",
		"flagoffs", "r123", "R1", "ar1", "ABC(x)", "abc(x)", "é(x)", "12:30", "a:1", "1:a", "a_b", "é_b", "a_é", "100% x",
		"100%x", "a%b", "who??", "a;)", "a;-", "a;b",
		"a\u202eb", "a\u00adb", "a\u0000b", " \t a \n\n b ", strings.Repeat("я", maxEscaped),
		strings.Repeat("я", maxEscaped+1), strings.Repeat("\u200b", 8*maxEscaped) + "x",
	} {
		fmt.Fprintf(&b, "%.40q  %q\n", s, EscapeMarkup(s))
	}
	sameAsFile(t, "testdata/words/plain.txt", b.String())
}

// sameAsFile holds a text against a file, which -update rewrites.
func sameAsFile(t *testing.T, file, got string) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.MkdirAll("testdata/words", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("%s: %s", file, d)
	}
}

// TestAtOnce: what one person changed and said within a second is one act, where the tracker has two events for it.
func TestAtOnce(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	change := []connectors.Change{{Field: connectors.FieldStatus, To: []string{"2"}}}
	history := func(n string, ms int, author string) connectors.Event {
		return connectors.Event{
			ID: "history:" + n, At: at.Add(time.Duration(ms) * time.Millisecond), Author: author,
			Changes: change,
		}
	}
	comment := func(n string, ms int, author string) connectors.Event {
		return connectors.Event{
			ID: "comment:" + n, At: at.Add(time.Duration(ms) * time.Millisecond), Author: author,
			Note: &connectors.Note{Text: n},
		}
	}
	both := comment("both", 5, "a")
	both.Changes = change
	journal := comment("x", 5, "a")
	journal.ID = "history:9"
	work := history("work", 0, "a")
	work.Work = &connectors.Work{}
	bare := history("bare", 0, "a")
	bare.Changes = nil
	for _, c := range []struct {
		name   string
		events []connectors.Event
		want   string
	}{
		{"in the same moment", []connectors.Event{history("1", 0, "a"), comment("x", 0, "a")}, "history:1+x"},
		{"a second later", []connectors.Event{history("1", 0, "a"), comment("x", 1000, "a")}, "history:1+x"},
		{
			"more than a second later", []connectors.Event{history("1", 0, "a"), comment("x", 1001, "a")}, "history:1 comment:x",
		},
		{"by somebody else", []connectors.Event{history("1", 0, "a"), comment("x", 0, "b")}, "history:1 comment:x"},
		{"said first", []connectors.Event{comment("x", 0, "a"), history("1", 5, "a")}, "comment:x history:1"},
		{
			"others in between",
			[]connectors.Event{history("1", 0, "a"), comment("y", 2, "b"), comment("x", 5, "a")},
			"history:1+x comment:y",
		},
		{
			"one comment for two changes",
			[]connectors.Event{history("1", 0, "a"), history("2", 1, "a"), comment("x", 5, "a")},
			"history:1+x history:2",
		},
		{
			"two of each",
			[]connectors.Event{history("1", 0, "a"), history("2", 1, "a"), comment("x", 5, "a"), comment("y", 6, "a")},
			"history:1+x history:2+y",
		},
		{"an event of both already", []connectors.Event{history("1", 0, "a"), both}, "history:1 comment:both"},
		{"of the same kind", []connectors.Event{history("1", 0, "a"), journal}, "history:1 history:9"},
		{"booked time", []connectors.Event{work, comment("x", 0, "a")}, "history:work comment:x"},
		{"no change", []connectors.Event{bare, comment("x", 0, "a")}, "history:bare comment:x"},
	} {
		var got []string
		for _, e := range atOnce(c.events) {
			s := e.ID
			if e.Note != nil && !strings.HasPrefix(s, "comment:") && s != "history:9" {
				s += "+" + e.Note.Text
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}
