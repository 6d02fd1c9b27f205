package mapping_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/mapping"
)

// A follow-up names the moments of what it corrects, and tells staff alone what was given back.
func TestCorrect(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	who, nobody, priority := "10", "", "2"
	for _, c := range []struct {
		name     string
		lang     string
		internal bool
		c        mapping.Correction
		want     string
	}{
		{
			"a public comment", "ru", false,
			mapping.Correction{Of: []time.Time{said(10, 0, 0)}, Assigned: &nobody, Priority: &priority},
			"Наш комментарий, оставленный 27 ноября 2026 г., 10:00 (время " +
				"Алматы, UTC+5), ошибочен. Пожалуйста, не принимайте его " +
				"во внимание.",
		},
		{
			"two internal ones", "ru", true,
			mapping.Correction{Of: []time.Time{said(10, 0, 0), said(12, 30, 0)}, Assigned: &nobody},
			"Наши комментарии, оставленные 27 ноября 2026 г., 10:00 (время " +
				"Алматы, UTC+5); 27 ноября 2026 г., 12:30 (время Алматы, " +
				"UTC+5), ошибочны. " +
				"Пожалуйста, не принимайте их во внимание.\nИсполнитель " +
				"возвращён прежний: никто.",
		},
		{
			"with what is given back", "en", true,
			mapping.Correction{Of: []time.Time{said(10, 0, 0)}, Assigned: &who, Priority: &priority},
			"Our comment made at 10:00 on 27 November 2026 (Almaty time, UTC+5) was made in error. Please disregard " +
				"it.\nAssigned back to: Ivan Ivanov.\nPriority set back to “Normal”.",
		},
		{"an issue", "ru", true, mapping.Correction{}, "Эта задача создана по ошибке. " +
			"Выполнять её не нужно."},
		{"an issue", "en", true, mapping.Correction{}, "This issue was created in error. Nothing needs to be done about it."},
	} {
		t.Run(c.name+" "+c.lang, func(t *testing.T) {
			c.c.Internal = c.internal
			c.c.Keys = []enforcer.StepKey{{Contract: "kamal", Obligation: "respond", Cycle: "created", Step: "revert-due"}}
			got, notes := b.Correct(c.c,
				mapping.WriteOptions{Contract: kamalLike(t, "ru"), Install: "7c1f", Texts: texts(t), Lang: c.lang})
			text, mark, _ := strings.Cut(got.Text, "\n\n")
			if text != c.want || mark != got.Mark || got.Internal != c.internal || len(notes) > 0 {
				t.Errorf("got %q %v\nwant %q", text, notes, c.want)
			}
			if install, steps, ok := mapping.ParseMark(got.Text); !ok || install != "7c1f" || len(steps) != 1 ||
				!steps[0].Is(c.c.Keys[0]) {
				t.Errorf("the mark is %q", mark)
			}
		})
	}
}
