package mapping

import (
	"fmt"
	"strings"
	"time"

	"slabridge/enforcer"
)

// language is how people of one language write what comments speak of. Another language is another value here, and a
// file of texts beside those of the others.
type language struct {
	clock  string // layout of a day that stands behind a time of day
	day    string // layout of a day
	zone   func(name string) string
	period func(year int, quarter, month int) string // the others are 0

	form                    func(n int) int // which of a word's forms stands behind a number
	hours, minutes, seconds [3]string
	worked                  string // behind an amount of working time
	times                   func(n int) string
	from, to                string // before the first day and the last
	group, point, percent   string // of numbers
	opening, closing        string // quotation marks
	statusSet, nobody       string
	clause                  func(source string) string
	comesIn                 map[enforcer.Role]string // what it means for the request that a role is called in
	// how notes begin that say nothing yet: whole words, and beginnings of words
	greetings, greetingStems []string
	sample                   TextData
}

// languages are by code; English stands in for any other.
var languages = map[string]*language{"en": english, "ru": russian}

func languageOf(code string) *language {
	if l := languages[code]; l != nil {
		return l
	}
	return english
}

// nbsp keeps a number and what belongs to it on one line.
const nbsp = "\u00a0"

var english = &language{
	clock: " on 2 January 2006",
	day:   "2 January 2006",
	zone: func(name string) string {
		city := name[strings.LastIndexByte(name, '/')+1:]
		return strings.ReplaceAll(city, "_", " ") + " time"
	},
	period: func(year, quarter, month int) string {
		switch {
		case quarter > 0:
			return fmt.Sprintf("Q%d %d", quarter, year)
		case month > 0:
			return fmt.Sprintf("%s %d", time.Month(month), year)
		}
		return fmt.Sprintf("%04d", year)
	},
	form: func(n int) int {
		if n == 1 {
			return 0
		}
		return 2
	},
	hours:   [3]string{"hour", "", "hours"},
	minutes: [3]string{"minute", "", "minutes"},
	seconds: [3]string{"second", "", "seconds"},
	worked:  " of working time",
	times: func(n int) string {
		switch n {
		case 1:
			return "once"
		case 2:
			return "twice"
		}
		return fmt.Sprintf("%d times", n)
	},
	from: "from ", to: "to ",
	group: ",", point: ".", percent: "%",
	opening: "“", closing: "”",
	statusSet: "status set to ", nobody: "nobody",
	clause: citedInEnglish,
	comesIn: map[enforcer.Role]string{
		enforcer.Support:    "the request goes to the support lead",
		enforcer.Developers: "the request goes to the developers",
		enforcer.Management: "management is notified",
	},
	greetings: []string{"hello", "hi", "good morning", "good afternoon", "good evening", "good day", "dear"},
	sample: TextData{
		Subject: "The customer portal does not open", Contract: "Technical support programme",
		Obligation: "start of work", Severity: "critical failure",
		Started: "12:20 on 27 November 2026 (Almaty time, UTC+5)", Moment: "12:30 on 27 November 2026 (Almaty time, UTC+5)",
		Due: "12:40 on 27 November 2026 (Almaty time, UTC+5)", BeginBy: "12:40 on 27 November 2026 (Almaty time, UTC+5)",
		Remaining: "10 minutes of working time",
		Names:     []string{"Petr Petrov"}, Items: []string{"Version"}, Assignee: "Anna Ivanova", Assigned: "Ivan Ivanov",
		Watchers: []string{"Petr Petrov"},
		Next: []NextData{
			{
				"involvement of the developers", "involve-developers",
				"14:20 on 27 November 2026 (Almaty time, UTC+5)", "clause 8", "the request goes to the developers",
			},
			{"progress update", "progress-update", "18:00 on 1 December 2026 (Almaty time, UTC+5)", "clause 9", ""},
		},
		Asked: "Could you send the log of 27 November?", AskedOn: "27 November 2026",
		Done: []DoneData{
			{"26 November 2026", "“The server settings were checked”"}, {"27 November 2026", "status set to “Feedback”"},
		},
		Corrects: []string{"12:40 on 27 November 2026 (Almaty time, UTC+5)"},
		Spent:    "45 minutes", AtMost: "30 minutes", By: "Anna Ivanova", Valid: "from 1 January 2026 to 31 December 2026",
	},
}

var russian = &language{
	clock: " 02.01.2006",
	day:   "02.01.2006",
	zone: func(name string) string {
		if own := russianZones[name]; own != "" {
			return own
		}
		return "часовой пояс " + strings.ReplaceAll(name, "_", " ")
	},
	period: func(year, quarter, month int) string {
		switch {
		case quarter > 0:
			return fmt.Sprintf("%s квартал %d г.", [...]string{"I", "II", "III", "IV"}[quarter-1], year)
		case month > 0:
			return fmt.Sprintf("%s %d г.", russianMonths[month-1], year)
		}
		return fmt.Sprintf("%d год", year)
	},
	form:    russianForm,
	hours:   [3]string{"час", "часа", "часов"},
	minutes: [3]string{"минута", "минуты", "минут"},
	seconds: [3]string{"секунда", "секунды", "секунд"},
	worked:  " рабочего времени",
	times: func(n int) string {
		return fmt.Sprintf("%d %s", n, [3]string{"раз", "раза", "раз"}[russianForm(n)])
	},
	from: "с ", to: "по ",
	group: nbsp, point: ",", percent: nbsp + "%",
	opening: "«", closing: "»",
	statusSet: "статус изменён на ", nobody: "никто",
	clause: citedInRussian,
	comesIn: map[enforcer.Role]string{
		enforcer.Support:    "обращение передаётся ответственному за поддержку",
		enforcer.Developers: "обращение передаётся разработчикам",
		enforcer.Management: "извещается руководство",
	},
	greetings:     []string{"здравствуйте", "добрый день", "доброе утро", "добрый вечер", "доброго времени"},
	greetingStems: []string{"уважаем", "приветств"},
	sample: TextData{
		Subject: "Не открывается личный кабинет", Contract: "Программа технической поддержки",
		Obligation: "начало работ", Severity: "критичный сбой",
		Started: "12:20 27.11.2026 (время Алматы, UTC+5)", Moment: "12:30 27.11.2026 (время Алматы, UTC+5)",
		Due: "12:40 27.11.2026 (время Алматы, UTC+5)", BeginBy: "12:40 27.11.2026 (время Алматы, UTC+5)",
		Remaining: "10 минут рабочего времени",
		Names:     []string{"Пётр Петров"}, Items: []string{"Версия"}, Assignee: "Анна Иванова", Assigned: "Иван Иванов",
		Watchers: []string{"Пётр Петров"},
		Next: []NextData{
			{
				"подключение разработчиков", "involve-developers",
				"14:20 27.11.2026 (время Алматы, UTC+5)", "п. 8", "обращение передаётся разработчикам",
			},
			{"информирование о ходе решения", "progress-update", "18:00 01.12.2026 (время Алматы, UTC+5)", "п. 9", ""},
		},
		Asked: "Можете прислать журнал за 27.11.2026?", AskedOn: "27.11.2026",
		Done: []DoneData{
			{"26.11.2026", "«Проверили настройки сервера»"}, {"27.11.2026", "статус изменён на «Ожидание ответа»"},
		},
		Corrects: []string{"12:40 27.11.2026 (время Алматы, UTC+5)"},
		Spent:    "45 минут", AtMost: "30 минут", By: "Анна Иванова", Valid: "с 01.01.2026 по 31.12.2026",
	},
}

// russianForm tells 1, 2 to 4, 5 and more apart.
func russianForm(n int) int {
	switch {
	case n%10 == 1 && n%100 != 11:
		return 0
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return 1
	}
	return 2
}

var russianMonths = [...]string{
	"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
}

// russianZones are the names people use for the zones of this program's contracts and their neighbours.
var russianZones = map[string]string{
	"Europe/Kaliningrad": "калининградское время",
	"Europe/Moscow":      "московское время",
	"Europe/Samara":      "самарское время",
	"Asia/Yekaterinburg": "екатеринбургское время",
	"Asia/Omsk":          "омское время",
	"Asia/Novosibirsk":   "новосибирское время",
	"Asia/Krasnoyarsk":   "красноярское время",
	"Asia/Irkutsk":       "иркутское время",
	"Asia/Yakutsk":       "якутское время",
	"Asia/Vladivostok":   "владивостокское время",
	"Asia/Magadan":       "магаданское время",
	"Asia/Kamchatka":     "камчатское время",
	"Asia/Almaty":        "время Алматы",
	"Asia/Qyzylorda":     "время Кызылорды",
	"Asia/Qostanay":      "время Костаная",
	"Asia/Aqtobe":        "время Актобе",
	"Asia/Aqtau":         "время Актау",
	"Asia/Atyrau":        "время Атырау",
	"Asia/Oral":          "время Уральска",
	"Europe/Minsk":       "минское время",
	"Asia/Tashkent":      "ташкентское время",
	"Asia/Bishkek":       "бишкекское время",
}
