package ledger_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slabridge/config/statefile"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// The ledger in the state file that the program opens: what was recorded before it was closed is there afterwards,
// under the same installation.
func TestLedgerInTheStateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slabridge.db")
	var entries [2]ledger.Entry
	var installations [2]string
	for i := range 2 {
		db, err := statefile.Open(t.Context(), path, statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
		if err != nil {
			t.Fatal(err)
		}
		l, err := ledger.Open(t.Context(), db.DB, t0)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.StartCutover(t.Context(), t0, "helpdesk", "kamal"); err != nil {
			t.Fatal(err)
		}
		installations[i] = l.Installation()
		entries[i] = record(t, l, step("17/respond/created/due", enforcer.Intended))[0]
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if installations[0] != installations[1] {
		t.Errorf("the installation was %s and is %s", installations[0], installations[1])
	}
	if diff := cmp.Diff(entries[0], entries[1]); diff != "" {
		t.Errorf("the entry (-before +after):\n%s", diff)
	}
}
