package decide

import "slabridge/enforcer"

// texts has what this package says. Another language is another map.
var texts = enforcer.Catalogue{"ru": {
	"%s, %s: counting from %s":                    "%s, %s: отсчёт с %s",
	"%s, due %s":                                  "%s, срок %s",
	"%s: the due has passed":                      "%s: срок прошёл",
	"%s: %d %% of the time has passed":            "%s: прошло %d %% времени",
	"%s: warning at %s":                           "%s: предупреждение %s",
	"%s: the customer answered after the closing": "%s: заказчик ответил после закрытия",
	"%s, %s: %s of at most %s are spent, %d %%":   "%s, %s: израсходовано %s из %s, это %d %%",

	"the step's moment lies before enforcement began, %s": "момент шага раньше начала контроля %s",
	"at the last pass, %s, this moment had not come: " +
		"not time but a change of configuration, calendar or fields moved it here": "в прошлый проход %s " +
		"этот момент ещё не наступал: его сдвинуло не время, а изменение настроек, календаря или полей",
	"the mapping cannot read the request: %s":            "соответствие не может прочитать запрос: %s",
	"writes are on hold: %s":                             "запись приостановлена: %s",
	"an internal step waits for working hours: %s":       "внутренний шаг ждёт рабочего времени: %s",
	"the due has passed: a warning of it comes too late": "срок прошёл: предупреждать о нём поздно",
	"broken again and again, and told of %d times: from then on staff is told once a working day": "нарушается снова и " +
		"снова, об этом сказано уже %d раза: дальше — раз в рабочий день",
	"overtaken by the later step %s/%s": "перекрыт более поздним шагом %s/%s",

	"done before it was written":                       "выполнено до записи",
	"the request is resolved":                          "запрос решён",
	"the customer closed the request":                  "запрос закрыл заказчик",
	"the request was closed by someone without a role": "запрос закрыт человеком без роли в договоре",
	"the request was closed for want of an answer":     "запрос закрыт, потому что ответа не было",
	"the request was closed as a duplicate":            "запрос закрыт как дубликат",
	"the request left the contract":                    "запрос больше не относится к договору",
	"the status class was left":                        "статус больше не тот",
	"the severity changed":                             "критичность изменилась",
	"the request was deleted":                          "запрос удалён",
	"the stopwatch was started anew":                   "отсчёт начат заново",
	"the request was reopened":                         "запрос переоткрыт",
	"the due passed":                                   "срок прошёл",
	"the date that lay in the past was changed":        "дату из прошлого заменили",
	"%s, %s: the date set, %s, lies in the past":       "%s, %s: указана дата %s, она уже прошла",
}}
