package mapping

import (
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// The catalogue has the words of each language that comments need beside their templates. Here are those that are told
// by a key.

// zoneWords are the names that people use for the zones of this program's contracts and their neighbours.
var zoneWords = map[string]message.Format{
	"Europe/Kaliningrad": "Kaliningrad time",
	"Europe/Moscow":      "Moscow time",
	"Europe/Samara":      "Samara time",
	"Asia/Yekaterinburg": "Yekaterinburg time",
	"Asia/Omsk":          "Omsk time",
	"Asia/Novosibirsk":   "Novosibirsk time",
	"Asia/Krasnoyarsk":   "Krasnoyarsk time",
	"Asia/Irkutsk":       "Irkutsk time",
	"Asia/Yakutsk":       "Yakutsk time",
	"Asia/Vladivostok":   "Vladivostok time",
	"Asia/Magadan":       "Magadan time",
	"Asia/Kamchatka":     "Kamchatka time",
	"Asia/Almaty":        "Almaty time",
	"Asia/Qyzylorda":     "Qyzylorda time",
	"Asia/Qostanay":      "Qostanay time",
	"Asia/Aqtobe":        "Aqtobe time",
	"Asia/Aqtau":         "Aqtau time",
	"Asia/Atyrau":        "Atyrau time",
	"Asia/Oral":          "Oral time",
	"Europe/Minsk":       "Minsk time",
	"Asia/Tashkent":      "Tashkent time",
	"Asia/Bishkek":       "Bishkek time",
}

// monthWords name a month and its year.
var monthWords = [...]message.Format{
	"January %d", "February %d", "March %d", "April %d", "May %d", "June %d", "July %d", "August %d", "September %d",
	"October %d", "November %d", "December %d",
}

// quarterWords name a quarter and its year.
var quarterWords = [...]message.Format{"Q1 %d", "Q2 %d", "Q3 %d", "Q4 %d"}

// comesInWords say what it means for the request that a role is called in.
var comesInWords = map[enforcer.Role]message.Format{
	enforcer.Support:    "the request goes to the support lead",
	enforcer.Developers: "the request goes to the developers",
	enforcer.Management: "management is notified",
}

// nobody is written where a request is given back to no one.
const nobody message.Format = "nobody"

// greetings are how notes begin that say nothing yet; * stands for any end of a word. People greet in any language,
// whatever the contract's.
func greetings() []string {
	var out []string
	for _, lang := range message.Languages {
		out = append(out, strings.Split(message.Say(lang,
			"hello, hi, good morning, good afternoon, good evening, good day, dear"), ", ")...)
	}
	return out
}

// SampleText is made-up data with every field filled, on which texts are tried.
func SampleText(lang string) TextData {
	almaty := time.FixedZone("Asia/Almaty", 5*3600)
	at := func(day, hour, minute int) string {
		return moment(time.Date(2026, 11, day, hour, minute, 0, 0, almaty), lang)
	}
	on := func(day int) string { return day26(day, lang) }
	say := func(format message.Format, args ...any) string { return message.Say(lang, format, args...) }
	return TextData{
		Number: "1725", Priority: "Immediate", Plan: "paid",
		Subject: say("The customer portal does not open"), Contract: say("Technical support programme"),
		Obligation: say("start of work"), Severity: say("critical failure"),
		Clause: Clause("п. 8", lang), BeginClause: Clause("п. 8", lang),
		Started: at(27, 12, 20), Raised: at(27, 12, 20), Moment: at(27, 12, 30), Due: at(27, 12, 40), BeginBy: at(27, 12, 40),
		Corrects: []string{at(27, 12, 40)}, Remaining: amount(10*time.Minute, lang, false),
		Names: []string{say("Petr Petrov")}, Watchers: []string{say("Petr Petrov")}, Items: []string{say("Version")},
		Assignee: say("Anna Ivanova"), By: say("Anna Ivanova"), Assigned: say("Ivan Ivanov"),
		Next: []NextData{
			{
				say("involvement of the developers"), "involve-developers", at(27, 14, 20), Clause("п. 8", lang),
				comesIn(enforcer.Developers, lang),
			},
			{say("progress update"), "progress-update", at(31, 18, 0), Clause("п. 9", lang), ""},
		},
		Asked: say("Could you send the log of %s?", on(27)), AskedOn: on(27),
		Done: []DoneData{
			{on(26), quoted(say("The server settings were checked"), lang)},
			{on(27), say("status set to “%s”", say("Feedback"))},
		},
		Spent: amount(45*time.Minute, lang, true), AtMost: amount(30*time.Minute, lang, true),
		Valid: span(time.Date(2026, 1, 1, 0, 0, 0, 0, almaty), time.Date(2027, 1, 1, 0, 0, 0, 0, almaty), almaty, lang),
		Date:  on(27), Moves: times(2, lang), Period: PeriodName("2026-Q4", lang),
		Share: share(80, lang), Sum: sum("1200000", lang), Limit: sum("1500000", lang),
		CanComment: true, Reopened: true, Nobody: true, Solved: true,
	}
}

// day26 is a day of November 2026.
func day26(n int, lang string) string { return day(time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC), lang) }
