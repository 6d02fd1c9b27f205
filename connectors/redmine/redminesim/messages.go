package redminesim

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// text is one phrase in the two languages a key's user may have.
type text struct{ en, ru string }

// in gives the phrase in a user's language; whoever has none reads English.
func (t text) in(lang string) string {
	if lang == "ru" {
		return t.ru
	}
	return t.en
}

// The words of Redmine's own locales (config/locales/en.yml and ru.yml), as far as they were seen.
var (
	isBlank   = text{"cannot be blank", "не может быть пустым"}
	isInvalid = text{"is invalid", "имеет неверное значение"}
	notInList = text{"is not included in the list", "имеет непредусмотренное значение"}
	isTooLong = text{"is too long (maximum is 255 characters)", "слишком большой длины (не может быть больше чем " +
		"255 символа)"}
	beforeStart = text{"must be greater than start date", "должна быть позднее даты начала"}
	notADate    = text{"is not a valid date", "is not a valid date"} // 5.0's ru.yml lacks it
	isTaken     = text{"has already been taken", "уже существует"}
	otherProj   = text{"doesn't belong to the same project", "не относится к одному проекту"}

	circular   = text{"This relation would create a circular dependency", "Такая связь приведёт к циклической зависимости"}
	descendant = text{
		"An issue cannot be linked to one of its subtasks",
		"Задача не может быть связана со своей подзадачей",
	}
	badFile = text{"1 file(s) could not be saved.", "1 файл(ов) невозможно сохранить."}

	tooManyHours = text{
		"Cannot log more than %s hours on the same day (%s hours have already been logged)",
		"Не удается зарегистрировать больше %s часов в один день (%s часов уже зарегистрированы)",
	}
	fileTooBig = text{
		"This file cannot be uploaded because it exceeds the maximum allowed file size (5242880)",
		"Этот файл нельзя загрузить из-за превышения максимального размера файла (5242880)",
	}
)

// labels are the display names of standard fields, by column.
var labels = map[string]text{
	"project_id":       {"Project", "Проект"},
	"tracker_id":       {"Tracker", "Трекер"},
	"status_id":        {"Status", "Статус"},
	"priority_id":      {"Priority", "Приоритет"},
	"assigned_to_id":   {"Assignee", "Назначена"},
	"category_id":      {"Category", "Категория"},
	"fixed_version_id": {"Target version", "Версия"},
	"parent_issue_id":  {"Parent task", "Родительская задача"},
	"subject":          {"Subject", "Тема"},
	"start_date":       {"Start date", "Дата начала"},
	"due_date":         {"Due date", "Срок завершения"},
	"done_ratio":       {"% Done", "Готовность"},
	"estimated_hours":  {"Estimated time", "Оценка временных затрат"},
	"issue_id":         {"Issue", "Задача"},
	"issue_to_id":      {"Related issue", "Связанные задачи"},
	"updated_on":       {"Updated", "Обновлено"},
	"created_on":       {"Created", "Создано"},
	"closed_on":        {"Closed", "Закрыта"},
	"spent_on":         {"Date", "Дата"},
	"activity_id":      {"Activity", "Деятельность"},
	"hours":            {"Hours", "час(а,ов)"},
	"user_id":          {"User", "Пользователь"},
	"description":      {"Description", "Описание"},
}

// humanize does to the name of a custom field what Rails does in an error message: Latin letters are
// lowered ("Client ID" is reported as "Client id"), Cyrillic ones are left alone.
func humanize(name string) string {
	low := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return unicode.ToLower(r)
		}
		return r
	}, name)
	if low == "" || low[0] >= utf8.RuneSelf {
		return low
	}
	return strings.ToUpper(low[:1]) + low[1:]
}
