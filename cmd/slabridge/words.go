package main

import "fmt"

// phrase is a text for people, in English; a format keeps its verbs in their order in every language. Ids (of
// obligations, steps, states, severities, commands) are the same in both.
type phrase string

// t gives the phrase in the language of the reader.
func (a *app) t(p phrase) string {
	if a.lang == "ru" {
		if text, ok := russian[p]; ok {
			return text
		}
	}
	return string(p)
}

// tf is t for a format.
func (a *app) tf(format phrase, args ...any) string { return fmt.Sprintf(a.t(format), args...) }

// russian has every phrase that the commands show. Errors, flags and help are in English alone: they are what
// people search for and report.
var russian = map[phrase]string{
	// lengths of time
	"%dh":        "%d ч",
	"%dh %02dm":  "%d ч %02d мин",
	"%dm":        "%d мин",
	"%dm %02ds":  "%d мин %02d с",
	"%ds":        "%d с",
	"in %s":      "через %s",
	"%s ago":     "%s назад",
	"no due":     "без срока",
	"due %s":     "срок %s",
	"still":      "по сей час",
	"to come":    "предстоит",
	"not needed": "не понадобился",

	// demo
	"kamal: Almaty, Mon-Fri 09:00-18:00; Nauryz is off from 21 to 25 March 2026": "kamal: Алматы, пн-пт 09:00-18:00; 21-25 марта 2026 выходные, Наурыз",
	"people stand at the left, what slabridge does is indented":                  "слева люди, с отступом то, что делает slabridge",
	"reports #1, critical: nobody can log in":                                    "заводит #1, критичный: никто не может войти",
	"reports #2, not critical: a report prints slowly":                           "заводит #2, некритичный: отчёт печатается медленно",
	"takes #1 into work, without a word to the customer":                         "берёт #1 в работу, не сказав заказчику ни слова",
	"answers on #2":                    "отвечает в #2",
	"resolves #1":                      "решает #1",
	"reopens #1":                       "снова открывает #1",
	"answers on #1":                    "отвечает в #1",
	"resolves both":                    "решает оба",
	"tells staff":                      "сообщает сотрудникам",
	"tells the customer":               "сообщает заказчику",
	"assigns %s":                       "назначает %s",
	"raises the priority":              "повышает приоритет",
	"adds %s as watchers":              "добавляет наблюдателей %s",
	"what the customer sees on #1":     "что видит заказчик в #1",
	"the whole story is in %s; ask on": "вся история в %s; спросите дальше",

	// status, explain
	"no cycle is running":                       "ни один срок не идёт",
	"contract %s, severity %s, as of %s":        "договор %s, критичность %s, на момент %s",
	"no contract covers it":                     "ни один договор на него не распространяется",
	"deleted in the tracker":                    "удалён в трекере",
	"on hold: ":                                 "запись приостановлена: ",
	"note: ":                                    "примечание: ",
	"no role":                                   "без роли",
	"what happened":                             "что произошло",
	"what was promised":                         "что обещано",
	"what slabridge did":                        "что сделал slabridge",
	"received, severity %s, status %s":          "получен, критичность %s, статус %s",
	"an automatic reply":                        "автоответ",
	"on the customer's behalf":                  "от имени заказчика",
	"severity %s":                               "критичность %s",
	"unassigned":                                "исполнитель снят",
	"assigned to %s":                            "назначен исполнитель %s",
	"priority raised":                           "приоритет повышен",
	"priority lowered":                          "приоритет понижен",
	"came under the contract":                   "попал под договор",
	"left the contract":                         "вышел из-под договора",
	"something else changed":                    "изменилось что-то ещё",
	"from %s, due %s":                           "с %s, срок %s",
	"from %s, no due":                           "с %s, без срока",
	"ended %s":                                  "закончен %s",
	"%s of counting time passed, late by %s":    "прошло %s учётного времени, опоздание %s",
	"%s of counting time passed, %s left":       "прошло %s учётного времени, осталось %s",
	"paused %s .. %s: %s (%s)":                  "пауза %s .. %s: %s (%s)",
	"due when %s is":                            "срок тот же, что у %s",
	"done":                                      "выполнено",
	"the request was resolved":                  "запрос решён",
	"the due passed":                            "срок прошёл",
	"the customer closed the request":           "запрос закрыл заказчик",
	"someone without a role closed the request": "запрос закрыл человек без роли",
	"the request was closed as a duplicate":     "запрос закрыт как дубликат",
	"the request left the contract":             "запрос вышел из-под договора",
	"the status was left":                       "статус сменился",
	"the severity changed":                      "критичность изменилась",
	"the request was deleted":                   "запрос удалён",
	"out of our sight in the tracker: frozen until it is seen again": "в трекере нам не виден: заморожен, пока не станет виден снова",

	// plan, enforce, sync, ledger
	"%s: steps to take: %d": "%s: предстоит шагов: %d",
	"as of %s, mirrored %s": "на момент %s, зеркало от %s",
	"nothing to write":      "писать нечего",
	"moment %s, %s of %s":   "момент %s, %s договора %s",
	"not before %s":         "не раньше %s",
	"public comment":        "открытый комментарий",
	"internal comment":      "внутренний комментарий",
	"assign %s":             "назначить: %s",
	"priority %s":           "приоритет %s",
	"status %s":             "статус %s",
	"add watchers: %s":      "добавить наблюдателей: %s",
	"refused: ":             "отказ: ",
	"error: ":               "ошибка: ",
	"rule: ":                "правило: ",
	"contract version %s, calendar data of %s": "версия договора %s, календарь от %s",
	"request %s: %s": "запись %s: %s",
	"look at it, then 'slabridge ledger release --id ID'":                                            "посмотрите и выполните 'slabridge ledger release --id ID'",
	"mend what the tracker refuses (right, workflow, member), then 'slabridge ledger retry --id ID'": "устраните причину отказа трекера (право, процесс, участник) и выполните 'slabridge ledger retry --id ID'",
	"its answer never came; the next pass looks for its mark in the tracker":                         "ответ не пришёл; следующий проход поищет метку в трекере",
	"entries released: %d; the next pass decides again and writes them":                              "отпущено записей: %d; следующий проход решит заново и запишет",
	"entries to be tried again in the next pass: %d":                                                 "записей к повтору в следующем проходе: %d",
	"excused: %s %s of %s, cycle %s, %s":                                                             "извинено: %s %s договора %s, цикл %s, %s",
	"by %s: %s":                                                                                      "%s: %s",
	"%s: issues changed: %d, looked at: %d, steps written: %d":                                       "%s: обращений изменилось: %d, просмотрено: %d, шагов записано: %d",
	"held by earlier passes: %d; see 'slabridge ledger list --state held'":                           "задержано прежними проходами: %d; см. 'slabridge ledger list --state held'",
	", held: %d":    ", задержано: %d",
	", refused: %d": ", отказов: %d",
	"%s: issues changed: %d (new %d, deleted %d, out of sight %d), requests: %d": "%s: обращений изменилось: %d (новых %d, удалённых %d, скрытых %d), HTTP-запросов: %d",

	// deadline, contract, calendar
	"%s %s, received %s": "%s %s, получено %s",
	"assumption: ":       "допущение: ",
	"off: acted on only where a configuration turns it on": "выключено: действует, только если включено в настройках",
	"not acted on by this version: ":                       "эта версия не исполняет: ",
	"obligations: %d":                                      "обязательств: %d",
	", not acted on by this version: %d":                   ", из них эта версия не исполняет: %d",
	"severities %s":                                        "критичность: %s",
	"calendar %s, %s, data of %s":                          "календарь %s, %s, данные от %s",
	"severities, gravest first: %s":                        "критичность, от высшей: %s",
	"nothing to measure:":                                  "измерять нечего:",
	"all":                                                  "все",
	"no term":                                              "без срока",
	"ours: %s":                                             "от нас: %s",
	"assign the lead of %s":                                "назначить ведущего %s",
	"assign the duty person of %s":                         "назначить дежурного %s",
	"%s %d: %d working days of a five-day week":            "%s %d: рабочих дней при пятидневке: %d",
	"source: ":                                             "источник: ",
	"data of %s":                                           "данные от %s",
	"worked for %s":                                        "рабочий за %s",
	"%d min shorter":                                       "короче на %d мин",
	"final":                                                "окончательно",
	"provisional":                                          "предварительно",
	"day off":                                              "выходной",
	"working day":                                          "рабочий",
	"short day":                                            "сокращённый",
	"ordinary day":                                         "обычный",

	// check
	"%s: connections: %d, mappings: %d, contracts: %d": "%s: подключений: %d, соответствий: %d, договоров: %d",
	"no faults":                  "ошибок нет",
	"%s: %s is not acted on: %s": "%s: %s не исполняется: %s",
	"%s: we are %s":              "%s: мы — %s",
	"clock: the tracker has not told its time yet; it will be measured on the first write": "часы: трекер ещё не сообщил своё время; оно будет измерено при первой записи",
	"clock: the tracker's minus ours is %+.0f s":                                           "часы: у трекера минус у нас %+.0f с",
	"rights the account needs:":                                                            "права, нужные учётной записи:",
	"%s is missing in %s; needed for %s":                                                   "%s: нет в %s; нужно для %s",
	"warning: ":                                                                            "предупреждение: ",
	"fault: ":                                                                              "ошибка настройки: ",
	"authors without a role, who count as nobody: ":                                        "авторы без роли, они не в счёт: ",
	"notes by our account without our mark (is somebody else using it?):":                  "комментарии нашей учётной записи без нашей метки (ею пользуется кто-то ещё?):",
}
