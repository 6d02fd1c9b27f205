package mapping_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// said is a moment of Friday, 27 November 2026, in Almaty.
func said(hour, minute, second int) time.Time {
	return time.Date(2026, 11, 27, hour-5, minute, second, 0, time.UTC)
}

// occasions are the steps at which each text is said, as the engine would hand them over: a critical failure
// received at 12:20:07.
func occasions() map[string]enforcer.Decision {
	critical := enforcer.Text{"ru": "критичный сбой", "en": "critical failure"}
	begin := enforcer.Text{"ru": "начало работ", "en": "start of work"}
	involve := enforcer.Text{"ru": "подключение разработчиков", "en": "involvement of the developers"}
	inform := enforcer.Text{"ru": "информирование руководства", "en": "information of the management"}
	progress := enforcer.Text{"ru": "информирование о ходе решения", "en": "progress update"}
	next := []enforcer.NextStep{
		{Obligation: involve, ID: "involve-developers", Step: "due", At: said(14, 20, 7)},
		{Obligation: inform, ID: "inform-management", Step: "due", At: said(16, 20, 7)},
	}
	toldBy := []enforcer.NextStep{{
		Obligation: progress, ID: "progress-update", Step: "due",
		At: time.Date(2026, 12, 1, 7, 20, 7, 0, time.UTC),
	}}
	step := func(obligation, step string, c enforcer.Comment, ch enforcer.Changes) enforcer.Decision {
		c.Severity = critical
		ch.Comment = &c
		if c.Audience == "" {
			c.Audience = enforcer.Internal
		}
		d := decision(obligation, step, c.Audience, ch)
		return d
	}
	return map[string]enforcer.Decision{
		mapping.TextReceipt: step("acknowledge", "start", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextReceipt, Source: "п. 7",
			StartedAt: said(12, 20, 7), Moment: said(12, 20, 7), Due: said(12, 40, 7), BeginBy: said(12, 40, 7), Next: toldBy,
		}, enforcer.Changes{}),
		"receipt-late": step("acknowledge", "start", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextReceipt, Source: "п. 7",
			StartedAt: said(12, 20, 7), Moment: said(12, 20, 7), Due: said(12, 40, 7), Next: toldBy,
		}, enforcer.Changes{}),
		"receipt-minor": step("acknowledge", "start", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextReceipt, Source: "п. 7",
			StartedAt: said(12, 20, 7), Moment: said(12, 20, 7),
		}, enforcer.Changes{}),
		mapping.TextWorkBegun: step("confirm-work", "start", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextWorkBegun, Source: "п. 8",
			StartedAt: said(12, 31, 0), Moment: said(12, 31, 0), Due: said(12, 40, 7), Next: toldBy,
		}, enforcer.Changes{}),
		mapping.TextWarn: step("respond", "warn-50", enforcer.Comment{
			Text: mapping.TextWarn, Obligation: begin, Source: "п. 8",
			StartedAt: said(12, 20, 7), Moment: said(12, 30, 7), Due: said(12, 40, 7), Remaining: 10 * time.Minute, Next: next,
		}, enforcer.Changes{}),
		mapping.TextBreach: step("respond", "due", enforcer.Comment{
			Text: mapping.TextBreach, Obligation: begin, Source: "п. 8",
			StartedAt: said(12, 20, 7), Moment: said(12, 40, 7), Due: said(12, 40, 7), Next: next,
		},
			enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Support, Priority: enforcer.PriorityTop}}),
		mapping.TextInvolveDevelopers: step("involve-developers", "due", enforcer.Comment{
			Text: mapping.TextInvolveDevelopers, Obligation: involve, Source: "п. 8",
			StartedAt: said(12, 20, 7), Moment: said(14, 20, 7), Due: said(14, 20, 7), Next: next[1:],
		},
			enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Developers, Priority: enforcer.PriorityUp}}),
		mapping.TextInformManagement: step("inform-management", "due", enforcer.Comment{
			Text: mapping.TextInformManagement, Names: enforcer.Management, Obligation: inform, Source: "п. 8",
			StartedAt: said(12, 20, 7), Moment: said(16, 20, 7), Due: said(16, 20, 7), Next: toldBy,
		},
			enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Management}}),
		mapping.TextProgressReminder: step("progress-update", "warn-75", enforcer.Comment{
			Text: mapping.TextProgressReminder, Obligation: progress, Source: "п. 9",
			StartedAt: said(12, 20, 7), Moment: time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC),
			Due: time.Date(2026, 12, 1, 7, 20, 7, 0, time.UTC), Remaining: 3*time.Hour + 20*time.Minute + 7*time.Second,
		}, enforcer.Changes{}),
		mapping.TextProgressBreach: step("progress-update", "due", enforcer.Comment{
			Text: mapping.TextProgressBreach, Obligation: progress, Source: "п. 9",
			StartedAt: said(12, 20, 7), Due: time.Date(2026, 12, 1, 7, 20, 7, 0, time.UTC),
		}, enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Support}}),
		mapping.TextMissingItems: step("request-complete", "start", enforcer.Comment{
			Text: mapping.TextMissingItems, Source: "п. 7",
			StartedAt: said(12, 20, 7), Due: time.Date(2026, 11, 30, 7, 20, 7, 0, time.UTC),
		}, enforcer.Changes{}),
		mapping.TextStillMissing: step("request-complete", "due", enforcer.Comment{
			Text: mapping.TextStillMissing, Source: "п. 7",
			StartedAt: said(12, 20, 7), Due: time.Date(2026, 11, 30, 7, 20, 7, 0, time.UTC),
		}, enforcer.Changes{}),
		mapping.TextNote: step("phone-duplicate", "start", enforcer.Comment{
			Text:       mapping.TextNote,
			Obligation: enforcer.Text{"ru": "дублирование по телефону", "en": "duplicate notice by phone"}, Source: "п. 6",
		}, enforcer.Changes{}),
	}
}

// TestTexts shows every comment in both languages as it would be posted. The files are there to be read.
func TestTexts(t *testing.T) {
	b := bind(t, words(), directory())
	x := newHand(t)
	x.do("10:00 client creates")
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
	all := occasions()
	for _, lang := range message.Languages {
		o := mapping.WriteOptions{Contract: kamalLike(t, lang), Install: "7c1f", Texts: texts(t)}
		for name, d := range all {
			t.Run(lang+"/"+name, func(t *testing.T) {
				h := x.h
				if name == mapping.TextProgressReminder {
					h.Issue.Values = h.Issue.Values.Clone()
					h.Issue.Values["assignee"] = []string{"10"}
				}
				ps := b.Writes(req, h, []enforcer.Decision{d}, o)
				golden(t, "testdata/texts/"+lang+"/"+name+".txt", ps[0].Write.Comment.Text+"\n")
			})
		}
		t.Run(lang+"/several", func(t *testing.T) {
			// after an outage: what comes next is the same for all of them
			var late []enforcer.Decision
			for _, key := range []string{mapping.TextBreach, mapping.TextInvolveDevelopers, mapping.TextInformManagement} {
				d, c := all[key], *all[key].Changes.Comment
				c.Next = all[mapping.TextInformManagement].Changes.Comment.Next
				d.Changes.Comment = &c
				late = append(late, d)
			}
			ps := b.Writes(req, x.h, late, o)
			golden(t, "testdata/texts/"+lang+"/several.txt", ps[0].Write.Comment.Text+"\n")
		})
	}
}

// TestCustomersAreToldNothingInternal gives public texts everything there is to tell.
func TestCustomersAreToldNothingInternal(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	x := worked(t)
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
	public := furtherOccasions()
	for _, key := range []string{mapping.TextReceipt, mapping.TextWorkBegun} {
		public[key] = occasions()[key]
	}
	for key, d := range public {
		if d.Audience != enforcer.Public {
			continue
		}
		for _, lang := range message.Languages {
			c := *d.Changes.Comment
			c.By, c.Spent, c.Plan, c.Sum, c.Limit, c.Share = "10", 45*time.Minute, "paid", "1200000", "1500000", 80
			d.Changes.Comment = &c
			d.Changes.Assign, d.Changes.Priority, d.Changes.Watch = enforcer.Support, enforcer.PriorityTop, enforcer.Management
			ps := b.Writes(req, x.h, []enforcer.Decision{d},
				mapping.WriteOptions{Contract: kamalLike(t, lang), Install: "7c1f", Texts: texts(t)})
			text := strings.ToLower(ps[0].Write.Comment.Text)
			for _, internal := range []string{
				"ivanov", "petrov", "orlova", "immediate", "разработчик", "руководств",
				"developer", "management", "наруш", "breach", "решим", "solve", "paid", "1,200", "45 min",
			} {
				if strings.Contains(text, internal) {
					t.Errorf("%s in %s says %q:\n%s", key, lang, internal, text)
				}
			}
		}
	}
}

func TestOwnTexts(t *testing.T) {
	own := func(key, text string) mapping.OwnText {
		return mapping.OwnText{Lang: "en", Key: key, Text: text, Path: "texts[0]"}
	}
	for _, c := range []struct {
		name string
		own  mapping.OwnText
		want string // a part of the problem; "" when there is none
	}{
		{"plain", own("receipt", "Got No. {{.Number}}."), ""},
		{"with the usual parts", own("breach", `Late.{{template "done" .}}{{template "next" .}}`), ""},
		{"lists", own("note", `{{range .Next}}{{.At}} {{.ComesIn}}{{end}}{{join .Names ", "}}`), ""},
		{
			"unknown field", own("receipt", "No. {{.Nummer}}"),
			"receipt:1:6: executing \"receipt\" at <.Nummer>: can't evaluate field Nummer",
		},
		{
			"unknown field on the second line, in a branch", own("receipt", "a\n{{if .BeginBy}}{{.Begin}}{{end}}"), "receipt:2:",
		},
		{"unknown field where there is nothing", own("receipt", "{{if not .Due}}{{.Begin}}{{end}}"), "at <.Begin>"},
		{"not a template", own("receipt", "{{.Number"), "receipt:1: unclosed action"},
		{"unknown part", own("receipt", `{{template "greeting" .}}`), `template "greeting" not defined`},
		{"unknown key", own("receit", "x"), `did you mean "receipt"?`},
		{"unknown language", mapping.OwnText{Lang: "kk", Key: "receipt", Text: "x"}, "texts are in ru or en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := mapping.NewTexts([]mapping.OwnText{c.own})
			switch {
			case c.want == "" && len(problems) > 0:
				t.Errorf("refused: %+v", problems)
			case c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0].Reason.String(), c.want) ||
				!problems[0].Fatal):
				t.Errorf("problems %+v, want one with %q", problems, c.want)
			}
		})
	}
}

// TestOwnTextThatGivesNothing falls back to the built-in text and says so.
func TestOwnTextThatGivesNothing(t *testing.T) {
	own, problems := mapping.NewTexts([]mapping.OwnText{{
		Lang: "en", Key: "receipt",
		Text: "{{with .Subject}}{{else}}none{{end}}",
	}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	b := bind(t, words(), directory())
	x := newHand(t)
	x.do("10:00 client creates")
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
	p := b.Writes(req, x.h, []enforcer.Decision{occasions()[mapping.TextReceipt]},
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: own})[0]
	if !strings.Contains(p.Write.Comment.Text, "has been received") || len(p.Notes) != 1 {
		t.Errorf("text %q, notes %q", p.Write.Comment.Text, p.Notes)
	}
}

// TestOwnPublicTextCannotTellWhoWasAssigned: what a write does is not there to be told to a customer, even by a
// replaced text that asks for it.
func TestOwnPublicTextCannotTellWhoWasAssigned(t *testing.T) {
	own, problems := mapping.NewTexts([]mapping.OwnText{{
		Lang: "en", Key: "receipt",
		Text: `Got it.{{.Assignee}}{{.Assigned}}{{.Priority}}{{join .Watchers ""}}{{range .Next}}{{.ComesIn}}{{end}}`,
	}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	b := bind(t, words(), directory())
	x := newHand(t)
	x.do("10:00 client creates assignee=client")
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
	d := occasions()[mapping.TextReceipt]
	d.Changes.Assign, d.Changes.Priority, d.Changes.Watch = enforcer.Support, enforcer.PriorityTop, enforcer.Management
	d.Changes.Comment.Next[0].Role = enforcer.Developers
	p := b.Writes(req, x.h, []enforcer.Decision{d},
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: own})[0]
	if text, _, _ := strings.Cut(p.Write.Comment.Text, "\n"); text != "Got it." || p.Write.Assign == nil {
		t.Errorf("the customer reads %q", text)
	}
}
