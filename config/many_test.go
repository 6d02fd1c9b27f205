package config

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A support organisation with a contract for each of its customers: twenty thousand are read in the time of the
// processor that as many need, and not in that of all their pairs, which was minutes. As many faults are no slower.
func TestManyContracts(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(base), "contracts:")
	const n = 20_000
	for name, m := range map[string]string{"well": "helpdesk", "all at fault": "nowhere"} {
		var text strings.Builder
		text.WriteString(head + "contracts:\n")
		for i := range n {
			fmt.Fprintf(&text, "  - {id: c%d, use: kamal, mapping: %s, projects: p%d}\n", i, m, i)
		}
		before := processorTime(t)
		cfg, faults := load(testSource(), []byte(text.String()), ".")
		if took := processorTime(t) - before; took > 15*time.Second {
			t.Errorf("%s: reading them took %v of the processor", name, took)
		}
		if well := m == "helpdesk"; well && (cfg == nil || len(cfg.Contracts) != n) || !well && len(faults.At(Error)) != n {
			t.Errorf("%s: read %v, faults %d", name, cfg != nil, len(faults.At(Error)))
		}
	}
}

// processorTime is what this process has used so far: a busy machine makes it no longer.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano())
}
