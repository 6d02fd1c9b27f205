package outbox

import "slabridge/enforcer"

// What an alarm says.
const (
	anotherWrites = "another slabridge, installation %s, writes here under our account " +
		"(seen on #%s; this one is installation %s): stop one of the two for good, then, on the one that stays, " +
		"'slabridge ledger settle' with the id of the other"
	copyWrites = "a copy of this state is at work (a comment on #%s has the mark of this installation, %s, and is not " +
		"of this ledger): stop one of the two for good, then, on the one that stays, 'slabridge ledger settle %s'"
	writtenTwice = "%s on #%s says what an earlier comment of ours says: delete one of the two in the tracker, " +
		"then 'slabridge ledger settle %s'"
	cameOutPublic = "no internal comment is written since %s on #%s came out public: " +
		"find out why (a right, a plugin, a proxy), then 'slabridge ledger settle %s'"
)

// texts has what this package says. Another language is another map.
var texts = enforcer.Catalogue{"ru": {
	anotherWrites: "под нашей учётной записью пишет ещё один slabridge, установка %s " +
		"(замечен в обращении %s; эта установка — %s): остановите один из двух насовсем, " +
		"затем на оставшемся выполните 'slabridge ledger settle' с номером другого",
	cameOutPublic: "внутренние комментарии не пишутся с тех пор, как %s в обращении %s оказался открытым: " +
		"выясните причину (право, плагин, прокси) и выполните 'slabridge ledger settle %s'",

	copyWrites: "работает копия этого файла состояния (в обращении %s комментарий с пометкой этой установки, %s, " +
		"которого нет в этом журнале): остановите один из двух slabridge насовсем, затем на оставшемся выполните " +
		"'slabridge ledger settle %s'",
	writtenTwice: "%s в обращении %s повторяет более ранний наш комментарий: удалите один из двух в трекере " +
		"и выполните 'slabridge ledger settle %s'",

	"it stands in the tracker": "уже есть в трекере",

	"a human ordered the step to be taken back":    "человек распорядился отменить шаг",
	"there is nothing left to take back":           "отменять больше нечего",
	"the issue is deleted or out of sight":         "задача удалена или не видна",
	"it was taken back before":                     "отменено раньше",
	"the fields are kept up to date by themselves": "поля ведёт сама программа",

	"the assignee":                   "исполнитель",
	"the priority":                   "приоритет",
	"%s stays":                       "%s остаётся",
	"%s stays: it was changed since": "%s остаётся: с тех пор изменён",
	"%s stays: the tracker does not take the former one any more": "%s остаётся: прежнего трекер больше не принимает",
	"%s stays: the tracker refuses to set it":                     "%s остаётся: трекер не даёт его менять",
	"%s: it is %s's as well, which is not taken back":             "%s: общее с шагом %s, который не отменяется",

	"the issue is not deleted: a comment is written on it":        "задача не удаляется: к ней пишется комментарий",
	"its comment is no longer there: there is nothing to correct": "комментария больше нет: исправлять нечего",
	"its comment %s is not corrected":                             "комментарий %s остаётся без поправки",
	"the status stays: set it back by hand if need be":            "статус остаётся: верните его вручную, если нужно",
	"the watchers stay: remove them by hand if need be":           "наблюдатели остаются: уберите их вручную, если нужно",
}}
