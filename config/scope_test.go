package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
)

// What is followed of a tracker are the projects of its contracts and of their duties, and those that the connection
// names; everything where that is asked for.
func TestScope(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", "0123456789abcdef0123456789abcdef01234567")
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		connection string
		want       connectors.Scope
	}{
		"contracts alone": {"", connectors.Scope{Projects: []string{"acme"}}},
		"others":          {", projects: [intake, acme]", connectors.Scope{Projects: []string{"acme", "intake"}}},
		"everything":      {`, projects: ["*"]`, connectors.Scope{}},
	} {
		text := strings.Replace(string(base), "}}\nmappings", "}"+c.connection+"}\nmappings", 1)
		path := filepath.Join(t.TempDir(), "slabridge.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, faults := Load(path, trackers)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		if diff := cmp.Diff(c.want, cfg.Scope("helpdesk")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff([]string{"Director", "Ivan Ivanov", "Petr Petrov"}, cfg.People("helpdesk")); diff != "" {
			t.Errorf("%s: people (-want +got)\n%s", name, diff)
		}
	}
}
