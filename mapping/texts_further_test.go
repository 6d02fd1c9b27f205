package mapping_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// worked is a request that staff asked something about, after an internal note and a talk on the telephone.
func worked(t testing.TB) *hand {
	x := newHand(t)
	for _, line := range []string{
		"10:00 client creates description=The portal answers with error 500",
		`10:05 ivanov says Здравствуйте, Кира!\n> не открывается портал\nПроверили настройки сервера: истёк *сертификат*. Обновим его сегодня.`,
		"10:06 ivanov sets status=In Progress; assignee=ivanov",
		"10:10 petrov whispers the customer forgot to pay, #secret",
		"10:12 ivanov says By phone: the customer sees it too",
		"10:20 client says Спасибо, ждём",
		`10:30 petrov sets status=Feedback says Добрый день! Сертификат обновлён. Можете прислать журнал за 27.11.2026?`,
		"10:31 petrov sets assignee=petrov",
		"10:40 client says Out of office until Monday",
	} {
		x.do(line)
	}
	return x
}

// furtherOccasions are the steps of the clauses that are about neither the beginning of work nor its progress.
func furtherOccasions() map[string]enforcer.Decision {
	wait := enforcer.Text{"ru": "ожидание ответа клиента", "en": "waiting for the customer's answer"}
	delivery := enforcer.Text{"ru": "сдача в программный фонд", "en": "quarterly delivery"}
	title := enforcer.Text{"ru": "высокий приоритет", "en": "high priority"}
	closing := time.Date(2026, 12, 4, 5, 30, 0, 0, time.UTC)
	step := func(obligation, step string, c enforcer.Comment, ch enforcer.Changes) enforcer.Decision {
		ch.Comment = &c
		if c.Audience == "" {
			c.Audience = enforcer.Internal
		}
		return decision(obligation, step, c.Audience, ch)
	}
	return map[string]enforcer.Decision{
		mapping.TextAskItems: step("request-complete", "start", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextAskItems, Source: "п. 7", StartedAt: said(10, 0, 0),
			Moment: said(10, 0, 0),
		}, enforcer.Changes{}),
		mapping.TextCustomerReminder: step("remind-customer", "due", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextCustomerReminder, Obligation: wait, Source: "п. 2.7",
			StartedAt: said(10, 30, 0), Moment: closing,
		}, enforcer.Changes{}),
		mapping.TextClosingReminder: step("await-answer", "warn-4bd", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextClosingReminder, Obligation: wait, Source: "п. 2.7",
			StartedAt: said(10, 30, 0), Moment: closing.AddDate(0, 0, -1), Due: closing,
		}, enforcer.Changes{}),
		mapping.TextNoAnswer: step("await-answer", "due", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextNoAnswer, Obligation: wait, Source: "п. 2.7",
			StartedAt: said(10, 30, 0), Moment: closing, Due: closing,
		}, enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionClose}}),
		mapping.TextPhoneDuplicate: step("phone-duplicate", "start", enforcer.Comment{
			Text: mapping.TextPhoneDuplicate, Source: "п. 6",
			Severity: enforcer.Text{"ru": "критичный сбой", "en": "critical failure"}, StartedAt: said(10, 0, 0),
			Moment: said(10, 0, 0),
		}, enforcer.Changes{}),
		mapping.TextPhoneLong: step("phone-consultation", "due", enforcer.Comment{
			Text: mapping.TextPhoneLong, Source: "п. 6", Spent: 44*time.Minute + 48*time.Second, AtMost: 30 * time.Minute,
			By: "10", Date: "2026-11-27",
		}, enforcer.Changes{}),
		mapping.TextOnSite: step("on-site", "warn-50", enforcer.Comment{
			Text: mapping.TextOnSite, Source: "п. 6", StartedAt: said(10, 0, 0), Moment: said(11, 30, 0), Due: said(13, 0, 0),
			Remaining: 90 * time.Minute, Plain: true,
		}, enforcer.Changes{}),
		mapping.TextOnSiteBreach: step("on-site", "due", enforcer.Comment{
			Text: mapping.TextOnSiteBreach, Source: "п. 10", StartedAt: said(10, 0, 0), Moment: said(13, 0, 0),
			Due: said(13, 0, 0),
		}, enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Management}}),
		mapping.TextOutOfTurn: step("out-of-turn", "start", enforcer.Comment{
			Text: mapping.TextOutOfTurn, Source: "3", Severity: title, StartedAt: said(10, 0, 0), Moment: said(10, 0, 0),
		}, enforcer.Changes{Actions: enforcer.Actions{Priority: enforcer.PriorityTop}}),
		mapping.TextAgreeDate: step("agree-due-date", "warn-50", enforcer.Comment{
			Text: mapping.TextAgreeDate, Source: "п. 2", StartedAt: said(10, 0, 0), Moment: said(11, 0, 0), Due: said(12, 0, 0),
			Remaining: time.Hour, Plain: true,
		}, enforcer.Changes{}),
		mapping.TextAgreeDateBreach: step("agree-due-date", "due", enforcer.Comment{
			Text: mapping.TextAgreeDateBreach, Source: "п. 2", StartedAt: said(10, 0, 0), Moment: said(12, 0, 0),
			Due: said(12, 0, 0),
		}, enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Management}}),
		mapping.TextDateWarning: step("keep-agreed-date", "warn-1bd", enforcer.Comment{
			Text: mapping.TextDateWarning, Source: "п. 3", StartedAt: said(10, 0, 0), Moment: said(18, 0, 0),
			Due:       time.Date(2026, 11, 30, 13, 0, 0, 0, time.UTC),
			Remaining: 9 * time.Hour, Date: "2026-11-30", Moves: 2,
		}, enforcer.Changes{}),
		mapping.TextDateBreach: step("keep-agreed-date", "due", enforcer.Comment{
			Text: mapping.TextDateBreach, Source: "п. 3", StartedAt: said(10, 0, 0),
			Due: time.Date(2026, 11, 30, 13, 0, 0, 0, time.UTC), Date: "2026-11-30", Moves: 1,
		}, enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Management}}),
		mapping.TextPastDate: step("keep-agreed-date", "past-date", enforcer.Comment{
			Text: mapping.TextPastDate, Source: "п. 3", StartedAt: said(10, 0, 0), Moment: said(10, 0, 0),
			Date: "2026-11-20",
		}, enforcer.Changes{}),
		mapping.TextCauseReport: step("cause-report", "warn-66", enforcer.Comment{
			Text: mapping.TextCauseReport, Source: "п. 7", StartedAt: said(10, 0, 0), Moment: closing,
			Due: closing.Add(9 * time.Hour), Remaining: 9 * time.Hour,
		}, enforcer.Changes{}),
		mapping.TextCauseReportBreach: step("cause-report", "due", enforcer.Comment{
			Text: mapping.TextCauseReportBreach, Source: "п. 7", StartedAt: said(10, 0, 0), Moment: closing, Due: closing,
		}, enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionReopen}}),
		mapping.TextNoOwner: step("has-owner", "due", enforcer.Comment{
			Text: mapping.TextNoOwner, Source: "абзац о Redmine", StartedAt: said(10, 0, 0), Moment: said(11, 0, 0),
			Due: said(11, 0, 0),
		}, enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Support, Duty: true}}),
		mapping.TextNotAsked: step("not-asked", "due", enforcer.Comment{
			Text: mapping.TextNotAsked, Source: "п. 2.7", StartedAt: said(10, 0, 0), Moment: said(11, 0, 0), Due: said(11, 0, 0),
		}, enforcer.Changes{}),
		mapping.TextAnswered: step("await-answer", "answered", enforcer.Comment{
			Text: mapping.TextAnswered, Source: "п. 2.7", StartedAt: said(10, 30, 0), Moment: said(12, 0, 0),
		}, enforcer.Changes{}),
		"answered-reopened": step("await-answer", "answered", enforcer.Comment{
			Text: mapping.TextAnswered, Source: "п. 2.7", StartedAt: said(10, 30, 0), Moment: said(12, 0, 0),
		}, enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionReopen}}),
		"receipt-clause": step("acknowledge", "start", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextReceipt, Source: "п. 7",
			StartedAt: said(10, 0, 0), Moment: said(10, 0, 0),
			BeginBy: said(12, 0, 0), BeginSource: "п. 8",
		}, enforcer.Changes{}),
		"work-begun-solved": step("confirm-work", "start", enforcer.Comment{
			Audience: enforcer.Public, Text: mapping.TextWorkBegun, Source: "п. 8",
			StartedAt: said(10, 9, 0), Moment: said(10, 9, 0), Solved: true,
		}, enforcer.Changes{}),
		"breach-raised-nobody": step("respond", "due", enforcer.Comment{
			Text: mapping.TextBreach, Source: "п. 8", Obligation: enforcer.Text{"ru": "начало работ", "en": "start of work"},
			StartedAt: said(10, 0, 0), Raised: said(11, 0, 0), Moment: said(11, 20, 0), Due: said(11, 20, 0),
			Next: []enforcer.NextStep{{
				Obligation: enforcer.Text{"ru": "информирование руководства", "en": "information of the management"},
				ID:         "inform-management", Source: "п. 8", Step: "due", At: said(14, 0, 0),
			}},
		}, enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Developers}}),
		"involve-nobody": step("involve-developers", "due", enforcer.Comment{
			Text: mapping.TextInvolveDevelopers, Source: "п. 8", StartedAt: said(10, 0, 0), Moment: said(12, 0, 0),
			Due: said(12, 0, 0),
		}, enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Developers}}),
		mapping.TextThirdParty: step("tell-third-party", "warn-75", enforcer.Comment{
			Text: mapping.TextThirdParty, Source: "Порядок 3.9", StartedAt: said(10, 0, 0), Moment: said(16, 0, 0),
			Due: said(17, 45, 0), Remaining: 105 * time.Minute,
		}, enforcer.Changes{}),
		mapping.TextNotEntitled: step("entitlement", "start", enforcer.Comment{
			Text: mapping.TextNotEntitled, Source: "п. 2.1, п. 2.2", StartedAt: time.Date(2027, 1, 11, 5, 0, 0, 0, time.UTC),
		}, enforcer.Changes{}),
		"not-entitled-plan": step("entitlement", "start", enforcer.Comment{
			Text: mapping.TextNotEntitled, Source: "п. 2.1, п. 2.2", StartedAt: said(10, 0, 0), Plan: "paid",
		}, enforcer.Changes{}),
		mapping.TextChangeCap: step("change-cap", "warn-80", enforcer.Comment{
			Text: mapping.TextChangeCap, Source: "п. 11", Share: 80, Sum: "1200000.00", Limit: "1500000.50",
		}, enforcer.Changes{}),
		mapping.TextDutyIssue: step("quarterly-delivery", "start", enforcer.Comment{
			Text: mapping.TextDutyIssue, Source: "п. 10", Obligation: delivery, Period: "2026-Q4",
			Due: time.Date(2026, 12, 31, 13, 0, 0, 0, time.UTC),
		}, enforcer.Changes{}),
		mapping.TextDutyWarning: step("quarterly-delivery", "warn-1bd", enforcer.Comment{
			Text: mapping.TextDutyWarning, Source: "п. 10", Obligation: delivery, Period: "2026-Q4",
			Moment: time.Date(2026, 12, 30, 13, 0, 0, 0, time.UTC),
			Due:    time.Date(2026, 12, 31, 13, 0, 0, 0, time.UTC), Remaining: 9 * time.Hour,
		}, enforcer.Changes{}),
		mapping.TextDutyBreach: step("quarterly-delivery", "due", enforcer.Comment{
			Text: mapping.TextDutyBreach, Source: "пп. 8, 9, 12, 13", Obligation: delivery, Period: "2026-11-01T09:00",
			Due: time.Date(2026, 12, 31, 13, 0, 0, 0, time.UTC),
		}, enforcer.Changes{Actions: enforcer.Actions{Assign: enforcer.Support}}),
		mapping.TextLate: step(enforcer.Watch, "late", enforcer.Comment{
			Text: mapping.TextLate, StartedAt: said(10, 0, 0), Moment: said(10, 10, 20),
		}, enforcer.Changes{}),
		mapping.TextCaughtUp: step(enforcer.Watch, "caught-up", enforcer.Comment{
			Text: mapping.TextCaughtUp, StartedAt: said(10, 0, 0), Moment: said(11, 4, 5),
		}, enforcer.Changes{}),
	}
}

// TestFurtherTexts shows them like TestTexts, on a request with a past. An answer is awaited in some, and nobody has
// the request in one.
func TestFurtherTexts(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	x := worked(t)
	unowned := worked(t)
	unowned.do("10:50 ivanov sets assignee=")
	inner := newHand(t) // in a project where nobody leads
	inner.do("10:00 client creates project=inner")
	sc := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	for _, lang := range message.Languages {
		o := mapping.WriteOptions{Contract: kamalLike(t, lang), Install: "7c1f", Texts: texts(t)}
		for name, d := range furtherOccasions() {
			t.Run(lang+"/"+name, func(t *testing.T) {
				h := x.h
				switch name {
				case mapping.TextNoOwner:
					h = unowned.h
				case "breach-raised-nobody", "involve-nobody":
					h = inner.h
				}
				p := b.Writes(b.Request(h, sc, almaty(t)), h, []enforcer.Decision{d}, o)[0]
				golden(t, "testdata/texts/"+lang+"/"+name+".txt", p.Write.Comment.Text+"\n")
			})
		}
		t.Run(lang+"/receipt-with-items", func(t *testing.T) {
			ds := []enforcer.Decision{occasions()["receipt-late"], furtherOccasions()[mapping.TextAskItems]}
			p := b.Writes(b.Request(x.h, sc, almaty(t)), x.h, ds, o)[0]
			golden(t, "testdata/texts/"+lang+"/receipt-with-items.txt", p.Write.Comment.Text+"\n")
		})
	}
}

// TestAllTextsAreShown: a text that no test shows is one that nobody has read.
func TestAllTextsAreShown(t *testing.T) {
	shown, further := occasions(), furtherOccasions()
	for _, key := range mapping.TextKeys {
		_, first := shown[key]
		if _, second := further[key]; !first && !second && key != mapping.TextCorrection { // see TestCorrect
			t.Errorf("text %q is shown on no occasion", key)
		}
	}
}

// TestNoAnswerTellsWhatTheCustomerSees: of all that happened, only public notes of staff and changes of status.
func TestNoAnswerTellsWhatTheCustomerSees(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	x := worked(t)
	x.do("10:50 ivanov sets status=In Progress")
	x.h.Events[len(x.h.Events)-1].Note = &connectors.Note{Text: "internal, with a change", Internal: true}
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
	p := b.Writes(req, x.h, []enforcer.Decision{furtherOccasions()[mapping.TextNoAnswer]},
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})[0]
	for _, secret := range []string{
		"secret", "forgot", "internal", "By phone", "sees it too", "Спасибо", "Out of office",
		"Ivanov", "Petrov", "Здравствуйте, Кира", "не открывается",
	} {
		if strings.Contains(p.Write.Comment.Text, secret) {
			t.Errorf("the customer reads %q in\n%s", secret, p.Write.Comment.Text)
		}
	}
	for _, told := range []string{"Проверили настройки сервера", "“In Progress”", "“Feedback”"} {
		if strings.Count(p.Write.Comment.Text, told) != 1 {
			t.Errorf("%q is not told once in\n%s", told, p.Write.Comment.Text)
		}
	}
}
