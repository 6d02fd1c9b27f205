package redmine

import (
	"strings"

	"slabridge/connectors"
)

// labels are what Redmine calls the fields that our writes set, in each of its languages (config/locales, version 5.0):
// its refusals name a field in the account's language alone.
var labels = map[string][]string{
	connectors.FieldAssignee: {
		"Asignado a", "Assegnato a", "Assignat a", "Assignee", "Assigné à", "Atanan", "Atribuit", "Atribuído a",
		"Atribuído para", "Caktuar", "Ditugaskan ke", "Dodeljen", "Dodeljeno", "Dodijeljeno", "Esleituta",
		"Felelős", "Nimetty", "Paskirtas", "Phân công cho", "Piešķirts", "Priradené", "Przypisany do", "Přiřazeno",
		"Tegeleja", "Tildelt til", "Tilldelad till", "Toegewezen aan", "Təyin edilib", "Zugewiesen an",
		"Ανάθεση σε", "Възложена на", "Доделена на", "Додељено", "Назначена", "Оноогдсон", "Призначена до",
		"אחראי", "المحال اليه", "مسئول", "มอบหมายให้", "担当者", "指派给", "被分派者", "담당자",
	},
	connectors.FieldPriority: {
		"Lehentasuna", "Mức ưu tiên", "Prioridad", "Prioridade", "Priorita", "Prioritas", "Prioritat",
		"Prioritate", "Prioriteet", "Prioriteetti", "Prioriteit", "Prioritet", "Prioriteta", "Prioritetas",
		"Priority", "Priorità", "Prioritás", "Priorität", "Priorité", "Prioritāte", "Priorytet", "Përparësi",
		"Öncelik", "Προτεραιότητα", "Зэрэглэл", "Приоритет", "Пріоритет", "עדיפות", "الأولوية", "اولویت",
		"ความสำคัญ", "优先级", "優先度", "優先權", "우선순위",
	},
}

// refusedFields are the fields that messages begin with.
func refusedFields(messages []string) []connectors.RefusedField {
	var out []connectors.RefusedField
	for _, m := range messages {
		for _, field := range []string{connectors.FieldAssignee, connectors.FieldPriority} {
			for _, label := range labels[field] {
				if strings.HasPrefix(m, label+" ") {
					out = append(out, connectors.RefusedField{Field: field, Words: m})
				}
			}
		}
	}
	return out
}
