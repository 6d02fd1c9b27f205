package main

import (
	"strconv"
	"testing"

	"slabridge/connectors/redmine/redminesim"
)

// Which requests are critical is said by what they are and what they are not: of one of two fields, by a text, and not
// of a type. The next entry takes what this one leaves.
func TestSeverityBySeveralConditions(t *testing.T) {
	d := newOffice(t, "{field: Severity, in: [critical]}",
		`{any: [{field: Severity, in: [critical]}, {field: "Client ID", matches: "^(?i)vip-"}], not: {tracker: Feature}}`)
	ask := func(tracker, severity, client string) string {
		n, err := d.sim.As("romashkin").Create(redminesim.NewIssue{
			Project: "acme", Tracker: tracker, Subject: "Nobody can log in",
			Fields: map[string]string{"Severity": severity, "Client ID": client},
		})
		d.check(err)
		return strconv.Itoa(n)
	}
	for _, c := range []struct{ tracker, severity, client, want string }{
		{"Bug", "critical", "", "Severity: critical failure."},
		{"Bug", "minor", "VIP-17", "Severity: critical failure."},
		{"Bug", "minor", "17", "Severity: minor defect."},
		{"Feature", "minor", "VIP-17", "Severity: minor defect."},
	} {
		n := ask(c.tracker, c.severity, c.client)
		d.want(exitOK, "enforce")
		contains(t, n, d.want(exitOK, "explain", n).out, c.want)
	}
	d.want(exitOK, "check", "--live")
}
