package engine_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// Of a thousand contracts each issue is looked at under those in whose projects it is or was: a pass over a hundred
// issues takes the work that a hundred need, and not a hundred thousand. Work is counted in allocations, which are the
// same on every machine and under the race detector.
func TestManyContracts(t *testing.T) {
	var others strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&others, "  - {id: other-%d, use: kamal, mapping: helpdesk, projects: globex, "+
			"when: [{field: Client ID, in: C-%d}]}\n", i, i)
	}
	w := newWorld(t, "2026-03-16 10:00", appended(others.String()))
	var ids []int
	for range 100 {
		ids = append(ids, w.issue("critical", "Server down"))
	}
	w.do(w.sim.As("admin").Move(ids[0], "globex")) // it was acme's
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := w.passAt("2026-03-16 10:01")
	runtime.ReadMemStats(&after)
	if took := after.Mallocs - before.Mallocs; took > 4_000_000 {
		t.Errorf("the pass took %d allocations", took)
	} else {
		t.Logf("the pass took %d allocations", took)
	}
	if r.Evaluated < 100 || len(r.Held) == 0 {
		t.Errorf("%d requests evaluated, %d steps held", r.Evaluated, len(r.Held))
	}
}
