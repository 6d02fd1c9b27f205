package engine

import "slabridge/enforcer"

// texts has what this package says. Another language is another map.
var texts = enforcer.Catalogue{"ru": {
	"slabridge itself is late": "slabridge сам отстаёт",
	"slabridge has caught up":  "slabridge наверстал отставание",

	"its comment was found in the tracker": "комментарий найден в трекере",

	"the issue was closed before it was written":              "задача закрыта до записи",
	"no longer called for when the issue was looked at again": "при повторном рассмотрении шаг уже не нужен",
	"the fields for due and state are brought up to date": "поля срока и состояния " +
		"приводятся к действительным",
	"something changed since the tracker refused it: it is tried again": "с отказа трекера что-то " +
		"изменилось: пробуем снова",
	"%d steps in one pass are more than the bound of %d": "шагов за один проход: %d, предел: %d",
}}
