package mapping_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slabridge/connectors"
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
	got := mapping.Mark(connectors.MarkupMarkdown, "7c1f",
		[]enforcer.StepKey{key("respond", "due"), key("involve-developers", "due")})
	// the line is in comments that are out there: it must never change
	if want := "[slabridge 7c1f respond/due t9yvgbaqv46t, involve-developers/due 2gv02dbnb7nw]"; got != want {
		t.Errorf("mark %q, want %q", got, want)
	}
	got = mapping.Mark(connectors.MarkupWiki, "7c1f",
		[]enforcer.StepKey{key("respond", "due"), key("involve-developers", "due")})
	if want := "(slabridge 7c1f respond/due t9yvgbaqv46t, involve-developers/due 2gv02dbnb7nw)"; got != want {
		t.Errorf("mark on Jira's wiki %q, want %q", got, want)
	}
}

func TestLooksMarked(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "slabridge is late": false, "the command slabridge health": false,
		"text\n\n[slabridge 7c1f respond/due t9yvgbaqv46t]": true, "text\n(slabridge 7c1f respond/due": true,
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
		markup := rapid.SampledFrom([]connectors.Markup{connectors.MarkupMarkdown, connectors.MarkupWiki}).Draw(rt, "markup")
		around := rapid.SampledFrom([]string{"%s", "text\n\n%s", "text\r\n%s\r\n", "%s\n\ntext"}).Draw(rt, "around")
		install, steps, ok := mapping.ParseMark(strings.Replace(around, "%s", mapping.Mark(markup, "7c1f", keys), 1))
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
	f.Fuzz(func(t *testing.T, text string) {
		install, steps, ok := mapping.ParseMark(text)
		if !ok {
			if install != "" || steps != nil {
				t.Errorf("nothing found, but %q, %v", install, steps)
			}
			return
		}
		var parts []string
		for _, s := range steps {
			parts = append(parts, s.Step+" "+s.ID)
		}
		line := "slabridge " + install + " " + strings.Join(parts, ", ")
		if !strings.Contains(text, "["+line+"]") && !strings.Contains(text, "("+line+")") {
			t.Errorf("ParseMark(%q) found %q, which is not there", text, line)
		}
	})
}
