package enforcer

// stampLayouts are how a moment is written, by language.
var stampLayouts = map[string]string{"en": "2006-01-02 15:04:05", "ru": "02.01.2006 15:04:05"}

// texts has what this package says. Another language is another map, and another layout above.
var texts = Catalogue{"ru": russian}

func say(format string, args ...any) Text { return texts.Say(format, args...) }

var russian = map[string]string{
	"a year without calendar data": "год без данных календаря",

	// conditions
	"the receipt":                          "получение запроса",
	"the resolution, told to the customer": "решение, о котором сообщено заказчику",
	"the resolution":                       "решение",
	"status class %s":                      "класс статуса %s",
	"an assignee of role %s":               "исполнитель с ролью %s",
	"an assignee":                          "исполнитель",
	"nobody has it":                        "исполнителя нет",
	"field %s is filled":                   "заполнено поле %s",
	"the priority is the top one":          "высший приоритет",
	"staff set a due date and told the customer, who agreed (field %s, filled since)": "сотрудник назначил дату " +
		"и сообщил её заказчику, и он согласен (поле %s, заполненное после этого)",
	"staff set a due date and told the customer":           "сотрудник назначил дату и сообщил её заказчику",
	"staff set a due date":                                 "сотрудник назначил дату",
	"booked time of kind %s":                               "запись о работе вида %s",
	"booked time":                                          "запись о работе",
	"a file is attached that field %s finds":               "приложен файл, который находит поле %s",
	"a file attached by %s":                                "файл, приложенный: %s",
	"every mapped item is there":                           "есть все сопоставленные сведения",
	"the contract is valid and its plan covers the work":   "договор действует, и тариф покрывает работу",
	"a period begins":                                      "начало периода",
	"it waits for the customer, who was asked":             "запрос ждёт заказчика, и заказчику задан вопрос",
	"it waits for the customer, whom nobody asked":         "запрос ждёт заказчика, но заказчика ни о чём не спросили",
	"the issue made for it is closed":                      "созданная задача закрыта",
	"work begun by a status alone":                         "работа начата одной сменой статуса",
	"a response, and someone has the request":              "реакция, и у запроса есть исполнитель",
	"a response: a public comment of staff, or work begun": "реакция: публичный комментарий сотрудника или начало работы",
	"staff":                     "сотрудники",
	"slabridge (%s)":            "slabridge (%s)",
	"a public comment by %s":    "публичный комментарий: %s",
	"an internal comment by %s": "внутренний комментарий: %s",
	"any comment by %s":         "любой комментарий: %s",

	// actions
	"assign the lead of %s":        "назначить ведущего %s",
	"assign the duty person of %s": "назначить дежурного %s",
	"priority %s":                  "приоритет %s",
	"add watchers: %s":             "добавить наблюдателей: %s",
	"creates the issue":            "создаёт задачу",
	"closes the request":           "закрывает запрос",
	"reopens the request":          "переоткрывает запрос",

	// why an obligation is not acted on
	"it starts with booked time of %q, which the mapping's activities do not have": "начинается с записи о работе вида " +
		"%q, которого нет в activities соответствия",
	"it starts with field %q, which the mapping does not have": "начинается с поля %q, которое не сопоставлено",
	"the mapping has none of its items as a field":             "ни одно из его сведений не сопоставлено полю",
	"it stops with field %s, which the mapping does not have":  "останавливается полем %s, которое не сопоставлено",
	" or ":                         " или ",
	"it is not part of plan %q":    "не входит в тариф %q",
	"%s is on and takes its place": "включено %s и занимает его место",
	"no entry under `duties` says which issue to create for it": "ни одна запись в `duties` не " +
		"говорит, какую задачу для него создавать",
	"no `account` says what the contract's sum is": "нет `account` с общей суммой договора",
	"nothing tells what a change costs: give `account` a rate, or map the field cost": "неизвестно, сколько стоит " +
		"доработка: задайте в `account` ставку rate или сопоставьте поле cost",

	// why there is no due
	"due as %s, which has none for this severity":          "срок тот же, что у %s, а для этой критичности его нет",
	"a duty of the contract as a whole, not of one notice": "обязанность по договору в целом, у обращения срока нет",
	"an account, not a term":                               "учёт, а не срок",
	"checked when it starts: no term is set":               "проверяется в момент начала, срока нет",
	"due at the close of the date that staff sets":         "срок — закрытие даты, которую назначает сотрудник",
	"a right, or the customer's own duty: no term is set":  "право или обязанность заказчика: срока нет",
	"the text names no term":                               "текст договора срока не называет",

	// stretches of time
	"counting":                  "отсчёт идёт",
	"stopped":                   "отсчёт завершён",
	"waiting for the customer":  "ожидание заказчика",
	"waiting for a third party": "ожидание третьей стороны",
	"new":                       "новый",
	"being worked on":           "в работе",
	"resolved":                  "решён",
	"closed":                    "закрыт",
	"paused: %s":                "пауза: %s",
	"cut-off %s":                "перенос: %s",
}
