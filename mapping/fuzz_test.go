package mapping_test

import (
	"strings"
	"testing"

	"slabridge/config/message"
	"slabridge/mapping"
)

// FuzzOwnText: a text of the admin's own is refused with a reason, or renders; it never hangs or brings the program
// down.
func FuzzOwnText(f *testing.F) {
	for _, s := range []string{
		"Due {{.Due}}.{{with .Clause}} ({{.}}){{end}}", "{{range .Next}}{{.At}}{{end}}", `{{join .Names ", "}}`,
		`{{template "next" .}}`,
		"{{.Nothing}}", "{{", `{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`, "{{printf \"%1000000000d\" 1}}",
		"{{range .Next}}{{break}}{{end}}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "printf") { // its widths can ask for any amount of memory
			return
		}
		texts, problems := mapping.NewTexts([]mapping.OwnText{{
			Lang: "ru", Key: mapping.TextBreach, Text: text,
			Path: "texts[0].text",
		}})
		if texts == nil {
			t.Error("no texts")
		}
		for _, p := range problems {
			if p.Path != "texts[0].text" || p.Reason.IsZero() {
				t.Errorf("problem %+v", p)
			}
		}
	})
}

// FuzzPeriodName: a period's id, as a ledger may hold it, is told in words.
func FuzzPeriodName(f *testing.F) {
	for _, s := range []string{"2026-Q3", "2026-07", "2026", "2026-11-01T09:00", "", "Q9-x", "2026-Q", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		for _, lang := range message.Languages {
			if name := mapping.PeriodName(id, lang); id != "" && name == "" {
				t.Errorf("period %q has no name", id)
			}
		}
	})
}
