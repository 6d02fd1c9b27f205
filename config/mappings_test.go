package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer"
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
	cfg, faults := load(testSource(), text, "testdata")
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
	if diff := cmp.Diff([]mapping.ActivityRule{{
		Is:    mapping.ActivityPhone,
		Names: []string{"Консультация по телефону", "9"},
	}}, m.Activities); diff != "" {
		t.Errorf("activities (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"petrova", "Ivan Ivanov"}, m.Roles[0].Duty); diff != "" {
		t.Errorf("duty (-want +got):\n%s", diff)
	}
}

// Jira's words: statuses by category, a way to keep comments internal, the account ids of people, fields by number.
func TestJiraMapping(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	text := complete(t, "testdata/base.yaml", []byte(`connections:
  - {id: helpdesk, kind: jira, url: "https://example.atlassian.net", auth: {user: bot@example.org, token: "${SLABRIDGE_TEST_KEY}"}}
mappings:
  - id: helpdesk
    connection: helpdesk
    severity: [{is: critical, when: {tracker: [Incident, Report a fault]}}, {is: noncritical}]
    status:
      - {is: new, categories: new}
      - {is: waiting-customer, names: [Waiting for customer, Pending]}
      - {is: working, categories: [indeterminate]}
      - {is: closed, names: Closed, categories: done}
    roles:
      - {is: support, project_roles: Service Desk Team, lead: 5b10a2844c20165700ede21g}
      - {is: developers, users: "557058:f58131cb", lead: "557058:f58131cb"}
      - {is: management, users: Director}
    fields:
      - {is: hold, field: labels, in: sla-hold}
      - {is: sla-due, field: 10053, write: true}
      - {is: sla-state, field: customfield_10055, write: true}
    internal: {kind: "role:Service Desk Team"}
`))
	cfg, faults := load(testSource(), text, "testdata")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	m := cfg.Mappings[0]
	want := []mapping.StatusRule{
		{Is: enforcer.New, Categories: []string{"new"}},
		{Is: enforcer.WaitingCustomer, Names: []string{"Waiting for customer", "Pending"}},
		{Is: enforcer.Working, Categories: []string{"indeterminate"}},
		{Is: enforcer.Closed, Names: []string{"Closed"}, Categories: []string{"done"}},
	}
	if diff := cmp.Diff(want, m.Status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	if m.Internal.Kind != "role:Service Desk Team" || m.Fields[1].Field != "10053" ||
		m.Roles[0].Lead[0] != "5b10a2844c20165700ede21g" {
		t.Errorf("read as %+v", m)
	}
}
