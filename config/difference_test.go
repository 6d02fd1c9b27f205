package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slabridge/config"
	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/redmine"
)

// What a reload changes is told by name, what a running process cannot take up is named, and no value of a secret is.
func TestDifferences(t *testing.T) {
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	load := func(text string) *config.Config {
		t.Helper()
		file := filepath.Join(t.TempDir(), "slabridge.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, faults := config.Load(file, []connectors.Kind{redmine.Kind, jira.Kind})
		if cfg == nil {
			t.Fatal(faults.Err(config.Error))
		}
		cfg.State = "state.db" // beside the file, whose folder is another each time
		return cfg
	}
	t.Setenv("SLABRIDGE_TEST_KEY", "one")
	t.Setenv("SLABRIDGE_OTHER_KEY", "another")
	was := load(string(base))
	for _, c := range []struct {
		name, old, new, want, restart string
	}{
		{name: "nothing"},
		{name: "an address", old: "tracker.example.org", new: "desk.example.org", want: "connection helpdesk: url"},
		{name: "a key", old: "SLABRIDGE_TEST_KEY", new: "SLABRIDGE_OTHER_KEY", want: "connection helpdesk: auth"},
		{name: "a mapping", old: "In Progress", new: "Working", want: "mapping helpdesk: status"},
		{
			name: "a contract's name", old: "id: kamal-acme", new: "id: kamal-new",
			want: "contract kamal-acme: gone; contract kamal-new: new",
		},
		{
			name: "the log", old: "connections:", new: "log: {level: debug}\nconnections:",
			restart: `log.level: "info" -> "debug"`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(string(base), c.old, c.new, 1)
			if c.old != "" && text == string(base) {
				t.Fatalf("base.yaml has no %q", c.old)
			}
			is := load(text)
			got := strings.Join(config.Differences(was, is), "; ")
			if got != c.want {
				t.Errorf("differences %q, want %q", got, c.want)
			}
			if got := strings.Join(config.NeedsRestart(was, is), "; "); got != c.restart {
				t.Errorf("needs a restart: %q, want %q", got, c.restart)
			}
		})
	}
}
