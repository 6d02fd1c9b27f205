package report

import (
	"testing"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// An escalation that the tracker took in part is not carried out. A priority is an exception: no contract promises one.
func TestWrittenWhole(t *testing.T) {
	if !writtenWhole(&ledger.Entry{}) {
		t.Error("nothing was refused, and it is not whole")
	}
	for field, want := range map[string]bool{
		connectors.FieldPriority: true, connectors.FieldAssignee: false, "comment": false, "watcher": false,
	} {
		refused := []connectors.Refusal{{Field: connectors.FieldPriority}, {Field: field}}
		if got := writtenWhole(&ledger.Entry{Receipt: &connectors.Receipt{Refused: refused}}); got != want {
			t.Errorf("without the %s: whole is %t", field, got)
		}
	}
}
