package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slabridge/mapping"
)

// What holds a contract's fields is read as it is written: a custom field, files, the description.
func TestFieldsAndActivities(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	text := complete(t, "testdata/base.yaml", []byte(`mappings:
  - id: helpdesk
    connection: helpdesk
    severity: [{is: critical, when: {tracker: Bug}}, {is: noncritical}]
    status: [{is: working, names: In Progress}, {is: closed, names: [Closed, Rejected]}]
    roles:
      - {is: support, project_roles: Support engineer, lead: Ivan Ivanov, duty: [petrova, Ivan Ivanov]}
      - {is: developers, project_roles: Developer, lead: Petr Petrov}
      - {is: management, users: Director}
    fields:
      - {is: description, attribute: description, at_least: 20}
      - {is: logs, field: Журнал}
      - {is: logs, attachment: ["*.log", "журнал*"]}
      - {is: cause-report, attachment: "*отчёт*"}
      - {is: needs-plan, field: Вид работ, in: [Доработка, Обучение], plan: paid}
      - {is: hold, field: Пауза}
      - {is: hold, field: Юристы, in: 1}
    activities:
      - {is: phone-consultation, names: [Консультация по телефону, 9]}
`))
	cfg, faults := load(newPage("slabridge.yaml"), text, "testdata")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	m := cfg.Mappings[0]
	want := []mapping.FieldRule{
		{Is: "description", Attribute: "description", AtLeast: 20},
		{Is: "logs", Field: "Журнал"},
		{Is: "logs", Attachment: []string{"*.log", "журнал*"}},
		{Is: "cause-report", Attachment: []string{"*отчёт*"}},
		{Is: "needs-plan", Field: "Вид работ", In: []string{"Доработка", "Обучение"}, Plan: "paid"},
		{Is: "hold", Field: "Пауза"},
		{Is: "hold", Field: "Юристы", In: []string{"1"}},
	}
	if diff := cmp.Diff(want, m.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]mapping.ActivityRule{{Is: mapping.ActivityPhone, Names: []string{"Консультация по телефону", "9"}}}, m.Activities); diff != "" {
		t.Errorf("activities (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"petrova", "Ivan Ivanov"}, m.Roles[0].Duty); diff != "" {
		t.Errorf("duty (-want +got):\n%s", diff)
	}
}
