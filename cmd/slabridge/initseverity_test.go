package main

import (
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// deskOf is a new desk with three requests, each with the same value of a field; others may be chosen there, too.
func (n *newcomer) deskOf(language, field, value string, others ...string) {
	n.t.Helper()
	tracker := redminesim.NewDesk(redminesim.Options{Clock: n.clock, Language: language})
	n.transport, n.key, n.lang = tracker.Transport(), tracker.Key("sla-bot"), language
	if others != nil {
		tracker.SetFieldValues(field, append(others, value)...)
	}
	for range 3 {
		_, err := tracker.As("romashkin").At(n.now.AddDate(0, 0, -1)).Create(redminesim.NewIssue{
			Project: "acme", Subject: "It fails", Fields: map[string]string{field: value},
		})
		n.must(err)
	}
}

// A field that is called severity tells it, though every request so far has the same value: else critical requests
// would be watched as noncritical ones, and nobody would be told. What one value does not prove is said.
func TestInitTakesTheSeverityFromOneValue(t *testing.T) {
	for _, c := range []struct {
		language, field, value string
		said, noted            string
	}{
		{
			"en", "Severity", "critical", "received, critical failure: 3",
			"only one value was seen: which values mean noncritical failure, minor defect could not be proven from " +
				"requests; every other value counts as noncritical failure until the mapping names it",
		},
		{
			"ru", "Критичность", "Критичный", "получено, критичный сбой: 3",
			"встретилось только одно значение: " +
				"какие значения означают «некритичный сбой, " +
				"несущественный недостаток», по обращениям не доказано; " +
				"всякое другое считается как «некритичный сбой», " +
				"пока его нет в соответствии",
		},
	} {
		for _, by := range []string{"", "severity.by: field:" + c.field} {
			n := newNewcomer(t)
			n.deskOf(c.language, c.field, c.value, "Некритичный", "minor")
			out := n.want(exitOK, "", "init", "https://tracker.example.org", "--answers",
				n.answers("contract: kamal", "projects: [acme]", by))
			contains(t, "init", unfolded(out), c.said, c.noted)
			written := n.written()
			contains(t, "slabridge.yaml", written,
				"- {is: critical, when: {field: "+c.field+", in: ["+c.value+"]}}   # "+c.value+" 3", "- {is: noncritical}")
			contains(t, "slabridge.yaml", strings.Join(strings.Fields(strings.ReplaceAll(written, "#", "")), " "), c.noted)
			if strings.Contains(written, "is: business-impact") {
				t.Errorf("the field of the severity is taken for the business impact, too:\n%s", written)
			}
		}
	}
}

// A person is offered every field that is a choice, with one value too, and told of a field that is called severity and
// was not taken.
func TestInitOffersTheFieldsForTheSeverity(t *testing.T) {
	n := newNewcomer(t)
	n.deskOf("en", "Organisation", "ACME")
	typed := strings.Join([]string{n.key, "kamal", "", "field:Organisation", "critical"}, "\n") + strings.Repeat("\n", 9)
	out := unfolded(n.want(exitOK, typed, "init", "tracker.example.org"))
	contains(t, "init", out, "field:Organisation: ACME 3")
	contains(t, "slabridge.yaml", n.written(), "- {is: critical, when: {field: Organisation, in: [ACME]}}")

	n = newNewcomer(t)
	n.deskOf("en", "Organisation", "ACME")
	out = unfolded(n.want(exitOK, "", "init", "tracker.example.org", "--answers",
		n.answers("contract: kamal", "projects: [acme]")))
	contains(t, "init", out,
		"not taken, though called as if they told it: fields in which no request has a value (Severity)")
	if strings.Contains(n.written(), "is: business-impact") {
		t.Errorf("an empty field called severity is taken for the business impact:\n%s", n.written())
	}
}
