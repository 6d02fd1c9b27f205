package mapping_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/mapping"
)

func key(obligation, step string) enforcer.StepKey {
	return enforcer.StepKey{
		Connection: "helpdesk", Issue: "1725", Contract: "kamal-acme", Obligation: obligation,
		Cycle: "created", Step: step,
	}
}

func TestMark(t *testing.T) {
	keys := []enforcer.StepKey{key("respond", "due"), key("involve-developers", "due")}
	// the line is in comments that are out there: it must never change, or the earlier form must stay known
	const number = "7c1f/respond/due/t9yvgbaqv46t, involve-developers/due/2gv02dbnb7nw"
	for lang, want := range map[string]string{"en": "Ref. " + number, "ru": "Исх. № " + number} {
		if got := mapping.Mark(lang, "7c1f", keys); got != want {
			t.Errorf("mark %q, want %q", got, want)
		}
	}
}

// Marks of earlier versions stand in comments, and name the same steps.
func TestEarlierMarks(t *testing.T) {
	const number = "7c1f respond/due t9yvgbaqv46t, involve-developers/due 2gv02dbnb7nw"
	for _, text := range []string{"text\n\n[slabridge " + number + "]", "text\r\n(slabridge " + number + ")\r\n"} {
		install, steps, ok := mapping.ParseMark(text)
		if !ok || install != "7c1f" || len(steps) != 2 || !steps[0].Is(key("respond", "due")) ||
			!steps[1].Is(key("involve-developers", "due")) || !mapping.LooksMarked(text) {
			t.Errorf("%q: %q, %v, %v", text, install, steps, ok)
		}
	}
}

// Editors and mail put no-break spaces where a space was sent, double it, or add some around the line.
func TestMarkWithSpacesOfEveryKind(t *testing.T) {
	keys := []enforcer.StepKey{key("respond", "due"), key("involve-developers", "due")}
	for _, sent := range []string{
		mapping.Mark("en", "7c1f", keys), mapping.Mark("ru", "7c1f", keys),
		"[slabridge 7c1f respond/due t9yvgbaqv46t, involve-developers/due 2gv02dbnb7nw]",
	} {
		for _, space := range []string{"\u00a0", "\u202f", "\u2009", "\u3000", "\t", "  "} {
			mark := strings.ReplaceAll(sent, " ", space)
			for _, text := range []string{mark, "text" + space + "\r\n" + space + mark + space + "\r\n"} {
				install, steps, ok := mapping.ParseMark(text)
				if !ok || install != "7c1f" || len(steps) != 2 || !steps[0].Is(keys[0]) || !steps[1].Is(keys[1]) ||
					!mapping.LooksMarked(text) || mapping.MarkIn(text) != mark {
					t.Errorf("%q: %q, %v, %v, looks marked: %v, mark %q", text, install, steps, ok,
						mapping.LooksMarked(text), mapping.MarkIn(text))
				}
			}
		}
	}
}

func TestLooksMarked(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "slabridge is late": false, "the command slabridge health": false, "Исх. № 12 от 3 " +
			"марта": false,
		"text\n\n[slabridge 7c1f respond/due t9yvgbaqv46t]": true, "text\n(slabridge 7c1f respond/due": true,
		"text\n\nИсх. № 7c1f/respond": true, "see Ref. 7c1f/respond/due/t9yvgbaqv46t there": true,
	} {
		if got := mapping.LooksMarked(text); got != want {
			t.Errorf("%q looks marked: %v", text, got)
		}
	}
}

func TestParseMarkRefuses(t *testing.T) {
	for _, text := range []string{
		"", "no mark", "[slabridge 7c1f]", "[slabridge 7c1f respond/due]", "[slabridge 7c1f respond/due xyz]",
		"see [slabridge 7c1f respond/due 93ab12cd93ab] here", "> [slabridge 7c1f respond/due 93ab12cd93ab]",
		"[slabridge 7c1f respond/due 93ab12cd93ab, ]", "[slabridge  respond/due 93ab12cd93ab]",
		"[slabridge 7c1f respond/due/x 93ab12cd93ab]",
		"[SLABRIDGE 7c1f respond/due 93ab12cd93ab]",
		"(slabridge 7c1f)", "see (slabridge 7c1f respond/due 93ab12cd93ab) here",
		"bq. (slabridge 7c1f respond/due 93ab12cd93ab)",
		"(slabridge 7c1f respond/due 93ab12cd93ab]", "[slabridge 7c1f respond/due 93ab12cd93ab)",
		"((slabridge 7c1f respond/due 93ab12cd93ab))",
		"Ref. 7c1f", "Ref. 7c1f/respond/due", "Ref. 7c1f/respond/due/xyz", "7c1f/respond/due/93ab12cd93ab",
		"see Ref. 7c1f/respond/due/93ab12cd93ab", "> Исх. № 7c1f/respond/due/93ab12cd93ab",
		"Ref. 7c1f/respond/due/93ab12cd93ab.", "Ref. 7c1f/respond/due 93ab12cd93ab", "Ref. /respond/due/93ab12cd93ab",
		"Исх. 7c1f/respond/due/93ab12cd93ab", "Ref. 7c1f/respond/due/x/93ab12cd93ab",
	} {
		if install, steps, ok := mapping.ParseMark(text); ok {
			t.Errorf("ParseMark(%q) = %q, %v", text, install, steps)
		}
	}
	// trackers store CRLF; of several the last is the comment's own, whichever their brackets
	for _, text := range []string{
		"[slabridge aaaa x/due 000000000000]\r\ntext\r\n[slabridge 7c1f respond/due 93ab12cd93ab]\r\n",
		"[slabridge aaaa x/due 000000000000]\r\ntext\r\n(slabridge 7c1f respond/due 93ab12cd93ab)\r\n",
		"(slabridge aaaa x/due 000000000000)\ntext\n[slabridge 7c1f respond/due 93ab12cd93ab]",
		"(slabridge aaaa x/due 000000000000)\ntext\nИсх. № 7c1f/respond/due/93ab12cd93ab\r\n",
		"Исх. № aaaa/x/due/000000000000\r\ntext\r\nRef. 7c1f/respond/due/93ab12cd93ab",
	} {
		install, steps, ok := mapping.ParseMark(text)
		if !ok || install != "7c1f" || len(steps) != 1 ||
			steps[0] != (mapping.MarkedStep{Step: "respond/due", ID: "93ab12cd93ab"}) {
			t.Errorf("last mark of %q: %q, %v, %v", text, install, steps, ok)
		}
	}
}

func TestMarkComesBack(t *testing.T) {
	id := rapid.StringMatching(`[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?`)
	rapid.Check(t, func(rt *rapid.T) {
		keys := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) enforcer.StepKey {
			return enforcer.StepKey{
				Connection: id.Draw(rt, "connection"), Issue: rapid.String().Draw(rt, "issue"), Contract: id.Draw(rt, "contract"),
				Obligation: id.Draw(rt, "obligation"), Cycle: rapid.String().Draw(rt, "cycle"), Step: id.Draw(rt, "step"),
			}
		}), 1, 5).Draw(rt, "keys")
		lang := rapid.SampledFrom(message.Languages).Draw(rt, "language")
		around := rapid.SampledFrom([]string{"%s", "text\n\n%s", "text\r\n%s\r\n", "%s\n\ntext"}).Draw(rt, "around")
		install, steps, ok := mapping.ParseMark(strings.Replace(around, "%s", mapping.Mark(lang, "7c1f", keys), 1))
		if !ok || install != "7c1f" || len(steps) != len(keys) {
			rt.Fatalf("came back as %q, %v, %v", install, steps, ok)
		}
		for i, k := range keys {
			if !steps[i].Is(k) {
				rt.Fatalf("step %v is not %v", steps[i], k)
			}
			other := k
			other.Cycle += "~2"
			if steps[i].Is(other) {
				rt.Fatalf("step %v is taken for another cycle's", steps[i])
			}
		}
	})
}

func FuzzParseMark(f *testing.F) {
	f.Add("x\n[slabridge 7c1f respond/due 93ab12cd93ab, involve-developers/due 112233441122]")
	f.Add("[slabridge 7c1f a/b 000000000000]\r\n[slabridge")
	f.Add("x\n(slabridge 7c1f respond/due 93ab12cd93ab, involve-developers/due 112233441122)\r\n")
	f.Add(strings.Repeat("[slabridge ", 50))
	f.Add("x\n\nИсх. № 7c1f/respond/due/93ab12cd93ab, involve-developers/due/112233441122\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		install, steps, ok := mapping.ParseMark(text)
		if !ok {
			if install != "" || steps != nil {
				t.Errorf("nothing found, but %q, %v", install, steps)
			}
			return
		}
		var earlier, parts []string
		for _, s := range steps {
			earlier, parts = append(earlier, s.Step+" "+s.ID), append(parts, s.Step+"/"+s.ID)
		}
		space := func(r rune) bool { return r == '\t' || unicode.Is(unicode.Zs, r) }
		text = strings.Join(strings.FieldsFunc(text, space), " ")
		line := "slabridge " + install + " " + strings.Join(earlier, ", ")
		if !strings.Contains(text, "["+line+"]") && !strings.Contains(text, "("+line+")") &&
			!strings.Contains(text, " "+install+"/"+strings.Join(parts, ", ")) {
			t.Errorf("ParseMark(%q) found %q, which is not there", text, line)
		}
	})
}
