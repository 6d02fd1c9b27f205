package report

import (
	"strings"
	"testing"
)

// Exceptions stand in the order in which people count issues.
func TestExceptionsByKey(t *testing.T) {
	var list []Exception
	for _, key := range []string{"HELP-10", "10", "HELP-9", "A-11", "9"} {
		list = append(list, Exception{Kind: OutsideValid, IssueKey: key})
	}
	sortExceptions(list)
	var got []string
	for _, x := range list {
		got = append(got, x.IssueKey)
	}
	if s := strings.Join(got, " "); s != "9 10 A-11 HELP-9 HELP-10" {
		t.Errorf("in the order %s", s)
	}
}
